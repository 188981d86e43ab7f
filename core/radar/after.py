"""What was known of a token's price after a signal, minute by minute, and when it was rugged. Pure and exact.

A minute without a trade stands at the close before where one knows that nobody traded: while every trade was
heard, and between bars that a source told. Whatever else is missing stays missing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from core.radar import facts
from core.radar.facts import Fact
from core.radar.grade import PriceBar
from core.security.facts import Severity
from data.models.money import EXACT

KINDS = (
    "began", "candled", "deaf", "dropped", "followed", "listening", "looked", "migrated", "scanned", "traded",
)  # fmt: skip
_MINUTE_S = 60
_RUGGED = "rugged"  # the scan's rule
_LEFT_RATIO = Decimal("0.05")  # of the liquidity at the signal: with less there is nothing to sell into


@dataclass(slots=True)
class _Heard:
    """A stretch in which every trade was heard: from one full minute up to another, unix seconds."""

    begin_s: int
    end_s: int | None = None
    trades: dict[int, list[facts.Traded]] = field(default_factory=dict)


def bars_after(known: Iterable[Fact], begin: datetime, until: datetime) -> tuple[PriceBar, ...]:
    """Give the minutes from one instant up to another, oldest first; `known` is in the order taken in.

    What was heard on the chain counts before what a source told.
    """
    everything = tuple(known)
    found = _told(everything)
    for stretch in _stretches(everything):
        found |= _bars(stretch, until)
    first, last = int(begin.timestamp()), int(until.timestamp())
    times = sorted(start for start in found if first <= start and start + _MINUTE_S <= last)
    return tuple(found[start] for start in times)


def rugged_at(known: Iterable[Fact], since: datetime, liquidity_usd: Decimal | None) -> datetime | None:
    """Tell when a token was first seen rugged after an instant: a scan said so, or its liquidity was gone."""
    least = None if liquidity_usd is None else EXACT.multiply(liquidity_usd, _LEFT_RATIO)
    for fact in known:
        if fact.at < since:
            continue
        if isinstance(fact, facts.Scanned) and fact.severities.get(_RUGGED) is Severity.BLOCK:
            return fact.at
        drained = isinstance(fact, facts.Looked) and least is not None and fact.liquidity_usd is not None
        if drained and isinstance(fact, facts.Looked) and _below(fact.liquidity_usd, least):
            return fact.at
    return None


def _below(value: Decimal | None, bound: Decimal | None) -> bool:
    return value is not None and bound is not None and value < bound


def _stretches(known: Sequence[Fact]) -> list[_Heard]:
    found: list[_Heard] = []
    for fact in known:
        open_one = found[-1] if found and found[-1].end_s is None else None
        match fact:
            case facts.Listening() | facts.Deaf() | facts.Migrated() | facts.Dropped() | facts.Began():
                if open_one is not None:
                    open_one.end_s = _start(_ended_at(fact))
                if isinstance(fact, facts.Listening):
                    found.append(_Heard(_start(fact.at) + _MINUTE_S))
            case facts.Traded() if open_one is not None:
                open_one.trades.setdefault(_start(fact.traded_at), []).append(fact)
    return found


def _ended_at(fact: Fact) -> datetime:
    """Tell until when one listened, where a fact says that one listens no more."""
    return fact.heard_until or fact.at if isinstance(fact, facts.Began) else fact.at


def _bars(stretch: _Heard, until: datetime) -> dict[int, PriceBar]:
    end_s = _start(until) if stretch.end_s is None else min(stretch.end_s, _start(until))
    found: dict[int, PriceBar] = {}
    close: Decimal | None = None
    for start in range(min((stretch.begin_s, *stretch.trades)), end_s, _MINUTE_S):
        bar = _bar(start, stretch.trades.get(start, ()))
        if bar is None and close is not None:
            bar = PriceBar(start, close, close, close, close)
        if bar is not None:
            close = bar.close
            if start >= stretch.begin_s:
                found[start] = bar
    return found


def _bar(start: int, trades: Sequence[facts.Traded]) -> PriceBar | None:
    ordered = sorted((one for one in trades if one.tokens > 0 and one.usd > 0), key=lambda one: one.traded_at)
    prices = [EXACT.divide(one.usd, one.tokens) for one in ordered]
    return PriceBar(start, prices[0], max(prices), min(prices), prices[-1]) if prices else None


def _told(known: Sequence[Fact]) -> dict[int, PriceBar]:
    """Put together what sources told: a later word replaces an earlier one, and no silence replaces a bar."""
    silent: dict[int, PriceBar] = {}
    told: dict[int, PriceBar] = {}
    for fact in known:
        if not isinstance(fact, facts.Candled | facts.Followed):
            continue
        until = _start(fact.at)
        mine = {
            time: PriceBar(time, opened, max(opened, high, low, close), min(opened, high, low, close), close)
            for time, opened, high, low, close, _ in fact.rows
            if time % _MINUTE_S == 0 and time + _MINUTE_S <= until
        }
        told |= mine
        close: Decimal | None = None
        # A source may be a minute late: its silence about the last one says nothing.
        for start in range(min(mine, default=until), until - _MINUTE_S, _MINUTE_S):
            if start in mine:
                close = mine[start].close
            elif close is not None:
                silent[start] = PriceBar(start, close, close, close, close)
    return silent | told


def _start(at: datetime) -> int:
    return int(at.timestamp()) // _MINUTE_S * _MINUTE_S
