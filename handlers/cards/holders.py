"""Who holds a token, the largest first; concentration as those tell it who leave pools out."""

from __future__ import annotations

from decimal import Decimal

from core.addresses import word_of
from core.security.holders import HeldBy
from core.security.known import BURNT
from data.models.fields import DEV_RATIO, HOLDERS, INSIDER_RATIO, LARGEST_RATIO, TOP10_RATIO
from data.models.fields import Field as FieldKey
from data.models.holders import Holder
from data.models.text import one_line
from handlers import figures
from handlers.cards import launch, provenance
from handlers.cards.token import title
from handlers.reply import Button, Field, Image, Invoke, Reply, Text, Tone, code, faint, lines, text

_SHOWN = 10
_LABEL = 24


def holders_card(held: HeldBy, *, image: Image | None = None) -> Reply:
    """List the largest holders; what nobody tells is said to be unknown."""
    snapshot = held.snapshot
    rows: list[Text] = [text(code(snapshot.token.address))]
    if held.listed is None:
        rows.append(text("Nobody lists its holders now."))
    else:
        apart = held.apart or frozenset()
        rows += [_row(rank, holder, apart) for rank, holder in enumerate(held.listed.holders[:_SHOWN], 1)]
        source = provenance.source(held.source) if held.source else ""
        rows.append(text(faint(f"as {source} lists them, pools and lockers among them")))
    silent = provenance.missing(held.gaps)
    if silent:
        rows.append(text(faint(f"Missing: {silent}")))
    token = word_of(snapshot.token)
    return Reply(
        title=text("Holders · ", title(snapshot)),
        body=lines(*rows),
        image=image,
        fields=(
            Field("Holders", _count(held), 90),
            Field("Top 10 without pools", _ratio(held, TOP10_RATIO, held.largest(10)), 80),
            Field("Largest without pools", _ratio(held, LARGEST_RATIO, held.largest(1)), 70),
            Field("Developer", _ratio(held, DEV_RATIO), 60),
            Field("Connected wallets", _ratio(held, INSIDER_RATIO), 60),
        ),
        buttons=(
            (
                Button("Card", Invoke("t", {"token": token})),
                Button("Scan", Invoke("s", {"token": token})),
                Button("Refresh", Invoke("holders", {"token": token})),
            ),
            (
                Button("Holders over time", Invoke("holders", {"token": token, "what": "history"})),
                Button("Flow", Invoke("flow", {"token": token})),
            ),
            launch.onward(snapshot.token),
        ),
        tone=Tone.NEUTRAL if held.listed is not None else Tone.WARN,
        footer=provenance.footer(snapshot),
    )


def _row(rank: int, holder: Holder, apart: frozenset[str]) -> Text:
    share = "?" if holder.ratio is None else figures.percent(holder.ratio)
    amount = "" if holder.amount is None else f" · {figures.short(holder.amount)}"
    label = f" · {one_line(holder.label, _LABEL)}" if holder.label else ""
    if holder.owner in BURNT:
        label = f"{label} · burnt"
    elif holder.owner in apart:
        label = f"{label} · pool or program"
    return text(f"{rank}. {share} ", code(figures.address(holder.owner)), faint(f"{amount}{label}"))


def _count(held: HeldBy) -> Text:
    counted = held.snapshot.value(HOLDERS)
    if counted is None and held.listed is not None:
        counted = held.listed.total
    return text("unknown" if counted is None else figures.count(counted))


def _ratio(held: HeldBy, key: FieldKey[Decimal], listed: Decimal | None = None) -> Text:
    """Write a share as sources tell it, or else as it was added up from the list above."""
    share = held.snapshot.value(key)
    if share is None and listed is not None:
        return text(figures.percent(listed), faint(" of this list"))
    return text("unknown" if share is None else figures.percent(share))
