"""All-time high: how high it was, when, and how far below it is now."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated

from core import addresses
from core.addresses import TokenRef
from core.enrichment.service import Enricher
from core.recents import Recents
from data.models.fields import ATH_AT, ATH_USD, PRICE_USD
from data.models.market import CandleSeries, Timeframe, TokenSnapshot
from data.models.money import divided
from handlers import figures
from handlers.args import Arg
from handlers.cards import provenance
from handlers.cards.price import WANTED
from handlers.cards.token import price_line, title
from handlers.complete import tokens
from handlers.reply import Button, Invoke, Reply, Text, faint, lines, strong, text
from handlers.spec import Cooldown, Ctx, Group, command


@dataclass(frozen=True, slots=True, kw_only=True)
class AthArgs:
    """Which token."""

    token: Annotated[TokenRef, Arg("Address, $TICKER or chart link", complete=tokens)]


@command(
    "ath",
    "All-time high of a token, and the distance to it",
    group=Group.TOKEN,
    args=AthArgs,
    cooldown=Cooldown(6, per_s=10),
    examples=("ath BONK",),
)
async def ath(ctx: Ctx, args: AthArgs, *, enricher: Enricher, recents: Recents) -> Reply:
    """Answer with a source's own record, else with the highest bar that a source still has."""
    found, snapshot = await enricher.snapshot(args.token, WANTED | {ATH_USD, ATH_AT}, ctx.deadline)
    await recents.saw(ctx.actor, ctx.chat, found.token)
    high = snapshot.get(ATH_USD)
    if high is not None:
        record = _record(high.value, snapshot, f"says {provenance.source(high.sources[0].source)}")
        at = snapshot.value(ATH_AT)
        when = text(f"on {figures.date(at)}, {figures.ago(at, ctx.now)}") if at is not None else Text()
        return _card(snapshot, record, when)
    series, _, gaps = await enricher.candles(
        snapshot.token, snapshot.pools, Timeframe.D1, ctx.deadline, limit=180
    )
    if series is None or not series.candles:
        silent = provenance.missing(gaps)
        return _card(snapshot, text("All-time high: unknown"), text(faint(silent or "No source keeps one.")))
    return _card(snapshot, *_from_bars(series, snapshot, ctx))


def _from_bars(series: CandleSeries, snapshot: TokenSnapshot, ctx: Ctx) -> tuple[Text, Text]:
    top = max(series.candles, key=lambda bar: bar.high)
    days = (series.candles[-1].time - series.candles[0].time) // 86400 + 1
    age = figures.age(ctx.now - ctx.now.fromtimestamp(top.time, ctx.now.tzinfo))
    record = _record(Decimal(repr(top.high)), snapshot, f"highest of the last {days} daily bars")
    return record, text(f"{age} ago; what came before the first bar is unknown")


def _record(high: Decimal, snapshot: TokenSnapshot, source: str) -> Text:
    price = snapshot.value(PRICE_USD)
    change = divided(price, high) if price is not None else None
    distance = f", now {figures.percent(change - 1, signed=True)} from it" if change is not None else ""
    return text("All-time high ", strong(figures.price(high)), distance, " ", faint(f"({source})"))


def _card(snapshot: TokenSnapshot, *rows: Text) -> Reply:
    address = addresses.word_of(snapshot.token)
    return Reply(
        title=title(snapshot),
        body=lines(*rows, text("Now ", price_line(snapshot, snapshot.at))),
        buttons=(
            (
                Button("Chart 1d", Invoke("c", {"token": address, "tf": Timeframe.D1.value})),
                Button("Card", Invoke("t", {"token": address})),
            ),
        ),
        footer=provenance.footer(snapshot),
    )
