"""How a token began: bundles and first buyers, with what they took, what they hold, and how it is known."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from core.addresses import word_of
from core.security.forensics import Launched
from core.security.launch import Bundle, Buyer, Launch, Tie
from data.models.fields import INSIDER_RATIO
from data.models.ids import TokenKey
from handlers import figures
from handlers.cards import provenance
from handlers.cards.layout import in_rows
from handlers.cards.token import title
from handlers.reply import Button, Field, Invoke, Reply, Text, Tone, code, faint, lines, strong, text

_SHOWN = 12
_FIRST = 20
_DANGER = Decimal("0.25")
_LAMPORTS = Decimal(10) ** 9
_LABELS = {
    "t": "Card", "s": "Scan", "holders": "Holders", "bundle": "Bundle", "snipers": "Snipers", "dev": "Dev",
    "similar": "Similar",
}  # fmt: skip


def onward(token: TokenKey) -> tuple[Button, ...]:
    """Lead from another look into a token to how it began."""
    word = word_of(token)
    return tuple(
        Button(_LABELS[name], Invoke(name, {"token": word})) for name in ("bundle", "snipers", "dev")
    )


def buttons(token: TokenKey, *, shown: str) -> tuple[tuple[Button, ...], ...]:
    """Lead from one look into a token to the others; the one that is shown is asked anew."""
    word = word_of(token)
    others = [
        Button(label, Invoke(name, {"token": word})) for name, label in _LABELS.items() if name != shown
    ]
    return in_rows([*others, Button("Refresh", Invoke(shown, {"token": word}))], 4)


def bundle_card(launched: Launched) -> Reply:
    """Show which wallets bought together at the start."""
    launch, snapshot = launched.launch, launched.snapshot
    rows: list[Text] = [text(code(snapshot.token.address))]
    if launch is None or not launch.known:
        rows.append(unknown(launch))
        return _reply(launched, "bundle", rows, _told(launched), Tone.WARN)
    bundled = launch.bundled
    if not bundled:
        rows.append(text(f"No bundle among the first {figures.count(len(launch.first))} buyers."))
    rows += [_bundle(launch, bundle) for bundle in launch.bundles]
    rows += [_buyer(launch, rank, buyer) for rank, buyer in enumerate(bundled[:_SHOWN], 1)]
    if len(bundled) > _SHOWN:
        rows.append(text(faint(f"and {len(bundled) - _SHOWN} more")))
    rows.append(_how(launch))
    held = launch.held_ratio(bundled)
    fields = (
        Field("Wallets", text(figures.count(len(bundled))), 90),
        Field("Took", _share(launch.bought_ratio(bundled)), 80),
        Field("Hold now", _share(held), 85),
        Field("Creator took", _creator(launch), 60),
        *_told(launched),
    )
    tone = Tone.NEUTRAL
    if bundled:
        tone = Tone.DANGER if held is not None and held >= _DANGER else Tone.WARN
    return _reply(launched, "bundle", rows, fields, tone)


def snipers_card(launched: Launched) -> Reply:
    """Show the first twenty buyers."""
    launch, snapshot = launched.launch, launched.snapshot
    rows: list[Text] = [text(code(snapshot.token.address))]
    if launch is None or not launch.known:
        rows.append(unknown(launch))
        return _reply(launched, "snipers", rows, (), Tone.WARN)
    first, at_once = launch.first, launch.snipers
    if not first:
        rows.append(text("Nobody but its creator was seen to buy."))
    rows += [_buyer(launch, rank, buyer) for rank, buyer in enumerate(first[:_FIRST], 1)]
    rows.append(_how(launch))
    held = launch.held_ratio(at_once)
    fields = (
        Field("In the first 10 s", text(figures.count(len(at_once))), 90),
        Field("They took", _share(launch.bought_ratio(at_once)), 80),
        Field("They hold now", _share(held), 85),
        Field(f"First {len(first)} hold", _share(launch.held_ratio(first)), 70),
    )
    tone = Tone.WARN if held is None or held >= _DANGER else Tone.NEUTRAL
    return _reply(launched, "snipers", rows, fields, tone)


def unknown(launch: Launch | None) -> Text:
    """Say why nothing is known of the beginning."""
    if launch is None:
        return text("How a token began is read on Solana alone.")
    why = launch.detail or "its history is too long"
    looked = f"; looked at {figures.count(launch.looked)} transactions" if launch.looked else ""
    return text(f"Who bought first is unknown: {why}{looked}.")


def _reply(
    launched: Launched, name: str, rows: Sequence[Text], fields: tuple[Field, ...], tone: Tone
) -> Reply:
    snapshot = launched.snapshot
    return Reply(
        title=text(f"{_LABELS[name]} · ", title(snapshot)),
        body=lines(*rows),
        fields=fields,
        buttons=buttons(snapshot.token, shown=name),
        tone=tone,
        footer=provenance.footer(snapshot),
    )


def _told(launched: Launched) -> tuple[Field, ...]:
    """Say what sources tell of connected wallets, which they find by ways of their own."""
    told = launched.snapshot.get(INSIDER_RATIO)
    if told is None:
        return ()
    names = ", ".join(dict.fromkeys(provenance.source(seen.source) for seen in told.sources))
    return (Field("Connected wallets hold", text(figures.percent(told.value), faint(f" ({names})")), 50),)


def _bundle(launch: Launch, bundle: Bundle) -> Text:
    wallets = [buyer for buyer in launch.buyers if buyer.wallet in bundle.wallets]
    by = bundle.by if bundle.tie is Tie.BLOCK else figures.address(bundle.by)
    took, held = _share(launch.bought_ratio(wallets)).plain, _share(launch.held_ratio(wallets)).plain
    return text(strong(f"{len(wallets)} {bundle.tie.value}"), f" took {took}, hold {held} ", faint(f"({by})"))


def _buyer(launch: Launch, rank: int, buyer: Buyer) -> Text:
    took = _share(launch.share(buyer.bought)).plain
    held = "?" if buyer.held is None else _share(launch.share(buyer.held)).plain
    marks = [_when(launch, buyer)]
    if buyer.paid is not None:
        marks.append(f"{figures.amount(_sol(buyer.paid))} SOL")
    if buyer.fresh:
        marks.append("new wallet")
    if buyer.funder is not None and buyer.fresh:
        marks.append(f"paid by {figures.address(buyer.funder)}")
    return text(
        f"{rank}. ", code(figures.address(buyer.wallet)), f" took {took}, holds {held} ",
        faint(f"· {' · '.join(mark for mark in marks if mark)}"),
    )  # fmt: skip


def _sol(lamports: int) -> Decimal:
    return (Decimal(lamports) / _LAMPORTS).quantize(Decimal("0.001"))


def _when(launch: Launch, buyer: Buyer) -> str:
    """Say how long after it could first be bought it was."""
    began = launch.began
    if began is None:
        return ""
    blocks = buyer.slot - began.slot
    if not blocks:
        return "first block"
    seconds = "" if buyer.at is None or began.at is None else f", {figures.age(buyer.at - began.at)}"
    return f"+{figures.count(blocks)} blocks{seconds}"


def _how(launch: Launch) -> Text:
    """Say what this rests on."""
    parts = [f"read to its start over {figures.count(launch.looked)} transactions"]
    parts.append(f"the first {figures.count(launch.read)} that took effect opened")
    if launch.unread:
        parts.append(f"{figures.count(launch.unread)} could not be")
    parts.append(f"{figures.count(launch.traced)} wallets traced to their first SOL")
    source = provenance.source(launch.source) if launch.source else "the chain"
    return text(faint(f"{source}: {', '.join(parts)}; what moved to other accounts counts as not held"))


def _creator(launch: Launch) -> Text:
    own = [buyer for buyer in launch.buyers if buyer.is_creator]
    return _share(launch.bought_ratio(own) if own else Decimal(0))


def _share(ratio: Decimal | None) -> Text:
    return text("unknown" if ratio is None else figures.percent(ratio))
