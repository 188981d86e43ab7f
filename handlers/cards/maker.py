"""Who made a token, and what became of what else that wallet made; each with who says so."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from core.security.maker import Maker
from core.security.record import Fate, Record, Sibling
from data.models.fields import DEV_RATIO, FREEZE_AUTHORITY, MINT_AUTHORITY, Authority
from data.models.fields import Field as FieldKey
from data.models.money import divided
from handlers import figures
from handlers.cards import provenance
from handlers.cards.launch import buttons
from handlers.cards.token import title
from handlers.reply import Field, Reply, Text, Tone, code, faint, lines, text

_SHOWN = 8
_SIGNS = {Fate.TRADED: "·", Fate.GONE: "✗", Fate.UNKNOWN: "?"}
_MANY_GONE = 2


def dev_card(maker: Maker) -> Reply:
    """Lay out what is known of a creator; what nobody tells is said to be unknown."""
    snapshot, record = maker.snapshot, maker.record
    rows: list[Text] = [text(code(snapshot.token.address)), _wallet(maker), *_born(maker)]
    rows += _made(record, snapshot.at)
    silent = provenance.missing(snapshot.gaps)
    if silent:
        rows.append(text(faint(f"Missing: {silent}")))
    return Reply(
        title=text("Dev · ", title(snapshot)),
        body=lines(*rows),
        fields=(
            Field("Holds now", _holds(maker), 90),
            Field("Mint authority", _authority(maker, MINT_AUTHORITY), 80),
            Field("Freeze authority", _authority(maker, FREEZE_AUTHORITY), 80),
            Field("Other tokens", _total(record), 70),
        ),
        buttons=buttons(snapshot.token, shown="dev"),
        tone=Tone.WARN if maker.wallet is None or record.count(Fate.GONE) >= _MANY_GONE else Tone.NEUTRAL,
        footer=provenance.footer(snapshot),
    )


def _wallet(maker: Maker) -> Text:
    if maker.wallet is None:
        return text("Its creator is unknown.")
    told = ", ".join(provenance.source(source) for source in maker.told_by)
    how = told or "the chain, by the transaction that made it"
    return text("Creator ", code(maker.wallet), faint(f" ({how})"))


def _born(maker: Maker) -> list[Text]:
    """Tell the wallet's age and first SOL, and when it made the token."""
    rows: list[Text] = []
    made = None if maker.launch is None else maker.launch.creation
    if made is not None and made.at is not None:
        rows.append(text(f"Made the token {figures.ago(made.at, maker.snapshot.at)}, block {made.slot}"))
    origin = maker.origin
    if maker.wallet is None:
        return rows
    if origin is None or origin.first_at is None:
        rows.append(text("The wallet's age is unknown."))
        return rows
    age = figures.age(maker.snapshot.at - origin.first_at)
    if origin.first_slot is None:
        rows.append(
            text(f"The wallet is at least {age} old; its history is too long to be read to its start")
        )
        return rows
    paid = "" if origin.funder is None else ", first SOL from "
    whose = code(figures.address(origin.funder)) if origin.funder is not None else ""
    rows.append(text(f"The wallet is {age} old{paid}", whose))
    return rows


def _made(record: Record, now: datetime) -> list[Text]:
    if record.listed_by is None:
        return [text("What else it made is unknown: no source lists it.")]
    source = provenance.source(record.listed_by)
    if not record.total:
        return [text(f"Nothing else that {source} lists.")]
    gone, open_ones = record.count(Fate.GONE), record.count(Fate.UNKNOWN)
    looked = figures.count(len(record.siblings))
    said = f"Worth nothing now: {figures.count(gone)} of {looked} others looked at"
    said += f", unknown: {figures.count(open_ones)}" if open_ones else ""
    rows = [text(f"{said} ", faint(f"({source} lists {figures.count(record.total)})"))]
    rows += [_sibling(sibling, now) for sibling in record.siblings[:_SHOWN]]
    rows.append(
        text(faint("worth nothing: no market knows it, nobody can sell it, or it fell below its launch"))
    )
    return rows


def _sibling(sibling: Sibling, now: datetime) -> Text:
    known = sibling.listed
    cap = "" if known.market_cap_usd is None else f" · cap {figures.usd(known.market_cap_usd)}"
    if known.liquidity_usd is not None:
        cap += f" · liquidity {figures.usd(known.liquidity_usd)}"
    age = "" if sibling.created_at is None else f" · {figures.ago(sibling.created_at, now)}"
    name = known.symbol or "no name known"
    return text(
        f"{_SIGNS[sibling.fate]} {name} ", code(figures.address(known.token.address)),
        faint(f"{cap}{age} · {sibling.fate.value}"),
    )  # fmt: skip


def _holds(maker: Maker) -> Text:
    """Tell what it holds as the chain says, or else as vendors do."""
    if maker.held is not None and maker.supply and maker.held <= maker.supply:
        share = divided(Decimal(maker.held), Decimal(maker.supply))
    else:
        share = maker.snapshot.value(DEV_RATIO)
    return text("unknown" if share is None else figures.percent(share))


def _authority(maker: Maker, key: FieldKey[Authority]) -> Text:
    held = maker.snapshot.value(key)
    if held is None:
        return text("unknown")
    if held.address is None:
        return text("revoked")
    return text("its creator" if held.address == maker.wallet else figures.address(held.address))


def _total(record: Record) -> Text:
    return text("unknown" if record.listed_by is None else figures.count(record.total))
