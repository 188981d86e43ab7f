"""Figures that alerts wait for and no snapshot tells: RSI out of candles, the verdict of the first look."""

from __future__ import annotations

from collections.abc import Set
from datetime import timedelta
from decimal import Decimal
from typing import Any

import structlog

from core.addresses import RefKind, TokenRef
from core.alerts.engine import AlertEngine
from core.alerts.gauges import reading
from core.alerts.strength import rsi
from core.alerts.turn import Sighting
from core.enrichment.service import Enricher
from core.security.registry import wanted as looked_at
from core.security.score import Verdict
from core.security.service import first_look
from data.clock import Clock, Deadline
from data.errors import UserError
from data.models.alerts import Figure, Gauge
from data.models.fields import PRICE_USD, SYMBOL, Field
from data.models.ids import TokenKey
from data.models.market import Candle, Timeframe, TokenSnapshot

log = structlog.get_logger("alerts")

EVERY = timedelta(seconds=30)
RANKS = {Verdict.CLEAR: Decimal(0), Verdict.CAUTION: Decimal(1), Verdict.BLOCK: Decimal(2)}
_AT_ONCE = 6  # gauges in one run: each may cost several calls
_PATIENCE_S = 4.0
_BARS = 150  # by then an average of 14 has forgotten how it was started
_OFF = Decimal("0.05")  # bars that end further from the price that stands tell of another market
_PRICED: frozenset[Field[Any]] = frozenset({PRICE_USD, SYMBOL})
JUDGED: frozenset[Field[Any]] = looked_at() | _PRICED


class Studies:
    """Takes the studied gauges in turn."""

    def __init__(self, engine: AlertEngine, enricher: Enricher, clock: Clock) -> None:
        self._engine = engine
        self._enricher = enricher
        self._clock = clock
        self._turn: list[tuple[TokenKey, Gauge]] = []

    async def run(self) -> None:
        """Study the next few."""
        if not self._turn:
            self._turn = list(self._engine.memory.studied())
        chosen, self._turn = self._turn[:_AT_ONCE], self._turn[_AT_ONCE:]
        for token, gauge in chosen:
            value = await self.study(token, gauge)
            if value is not None:
                self._engine.told(token, gauge, value)

    async def study(self, token: TokenKey, gauge: Gauge) -> Sighting | None:
        """Tell a studied figure; None where it cannot be told for certain."""
        if gauge.figure is Figure.SECURITY:
            snapshot = await self._snapshot(token, JUDGED)
            return None if snapshot is None else verdict(snapshot)
        snapshot = await self._snapshot(token, _PRICED)
        price = None if snapshot is None else reading(snapshot.get(PRICE_USD))
        if snapshot is None or price is None or price.alone:
            return None
        frame = Timeframe(gauge.span)
        series, _, _ = await self._enricher.candles(
            token, snapshot.pools, frame, Deadline.after(self._clock, _PATIENCE_S), limit=_BARS
        )
        if series is None or not series.candles:
            return None
        closed = _closed(series.candles, frame, snapshot.at.timestamp())
        value = rsi([bar.close for bar in closed])
        newest = Decimal(series.candles[-1].close)
        if value is None or abs(newest - price.value) > _OFF * price.value:
            return None
        told = Decimal(value).quantize(Decimal("0.01"))
        return Sighting(value=told, low=told, high=told, at=price.at, sources=price.sources)

    async def _snapshot(self, token: TokenKey, wanted: Set[Field[Any]]) -> TokenSnapshot | None:
        ref = TokenRef(RefKind.ADDRESS, token.address, token.chain)
        deadline = Deadline.after(self._clock, _PATIENCE_S)
        try:
            _, snapshot = await self._enricher.snapshot(ref, wanted, deadline, complete=True)
        except UserError as error:
            log.info("alert_not_studied", token=str(token), reason=type(error).__name__)
            return None
        return snapshot


def verdict(snapshot: TokenSnapshot) -> Sighting | None:
    """Tell the verdict of the first look as a rank; None where a source is missing that might change it."""
    if any(gap.reason.blames_vendor for gap in snapshot.gaps):
        return None
    rank = RANKS[first_look(snapshot).verdict]
    return Sighting(value=rank, low=rank, high=rank, at=snapshot.at, sources=tuple(snapshot.answered))


def _closed(candles: tuple[Candle, ...], frame: Timeframe, now: float) -> tuple[Candle, ...]:
    """Leave the bar out that is not over."""
    return tuple(bar for bar in candles if bar.time + frame.seconds <= now)
