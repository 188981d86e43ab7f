"""Minute bars of one token, built from trades as they are heard and from bars that a source tells."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from core.radar import facts
from core.signals.series import LEAST_PRICE, MINUTE_S, MOST, Bars, Minute

_KEPT_S = 25 * 3_600
LATELY = 15  # minutes
_TOLD_FOR = timedelta(minutes=2)


@dataclass(slots=True)
class _Heard:
    """What was traded in one minute, in USD."""

    open: float
    high: float
    low: float
    close: float
    bought: float = 0.0
    sold: float = 0.0
    opened_at: datetime | None = None
    closed_at: datetime | None = None

    def take(self, trade: facts.Traded, price: float) -> None:
        """Add a trade; trades of one minute may come in any order."""
        self.high, self.low = max(self.high, price), min(self.low, price)
        if self.opened_at is None or trade.traded_at < self.opened_at:
            self.open, self.opened_at = price, trade.traded_at
        if self.closed_at is None or trade.traded_at >= self.closed_at:
            self.close, self.closed_at = price, trade.traded_at
        if trade.is_buy:
            self.bought += float(trade.usd)
        else:
            self.sold += float(trade.usd)


class Minutes:
    """A day of minutes: of trades since every one is heard, before that of what a source told."""

    def __init__(self) -> None:
        self._heard: dict[int, _Heard] = {}
        self._told: dict[int, Minute] = {}
        self._whole_from: int | None = None
        self._told_at: datetime | None = None

    @property
    def lately_usd(self) -> float:
        """What was traded in the newest minutes that are known."""
        last = sorted(self._heard)[-LATELY:]
        return sum(self._heard[start].bought + self._heard[start].sold for start in last)

    def listening(self, at: datetime) -> None:
        """Note that every trade is heard from now on: the next full minute is the first whole one."""
        self._whole_from = (int(at.timestamp()) // MINUTE_S + 1) * MINUTE_S

    def traded(self, trade: facts.Traded) -> None:
        """Add a trade; one without a price that a market could have is left out."""
        price = _price(trade.usd, trade.tokens)
        if price is None:
            return
        start = _start(trade.traded_at)
        if start not in self._heard:
            self._heard[start] = _Heard(open=price, high=price, low=price, close=price)
        self._heard[start].take(trade, price)

    def told(self, candled: facts.Candled) -> None:
        """Add bars that a source tells; one told before is replaced."""
        until, self._told_at = int(candled.at.timestamp()), candled.at
        for time, *figures in candled.rows:
            if time % MINUTE_S == 0 and time + MINUTE_S <= until:
                opened, high, low, close, volume = map(float, figures)
                self._told[time] = Minute(time, opened, high, low, close, volume)

    def forget(self, now: datetime) -> None:
        """Let go of what is older than a day."""
        first = int(now.timestamp()) - _KEPT_S
        for kept in (self._heard, self._told):
            for start in [start for start in kept if start < first]:
                del kept[start]

    def deaf(self) -> None:
        """Note that trades are heard no more: what was heard stands as far as it goes, and no further."""
        self._whole_from = None
        self._heard.clear()

    def bars(self, now: datetime) -> Bars | None:
        """Give the closed bars up to an instant, or up to when a source last told them; None without any.

        What nobody watched is never made up: bars that a source told too long ago are left out.
        """
        whole, told_at = self._whole_from, self._told_at
        if whole is None:
            fresh = told_at is not None and now - told_at <= _TOLD_FOR
            return Bars.of(self._told.values(), min(now, told_at)) if fresh and told_at is not None else None
        joined = told_at is not None and _start(told_at) >= whole
        rows = {start: bar for start, bar in self._told.items() if start < whole} if joined else {}
        rows |= {start: _row(start, heard) for start, heard in self._heard.items() if start >= whole}
        if rows and whole not in rows and whole < _start(now):
            last = max((start for start in rows if start < whole), default=None)
            if last is not None:  # nobody traded in the first whole minute: it stands at the close before
                close = rows[last].close
                rows[whole] = Minute(whole, close, close, close, close, 0.0, 0.0, 0.0)
        return Bars.of(rows.values(), now)


def _row(start: int, heard: _Heard) -> Minute:
    return Minute(
        start,
        heard.open,
        heard.high,
        heard.low,
        heard.close,
        heard.bought + heard.sold,
        heard.bought,
        heard.sold,
    )


def _start(at: datetime) -> int:
    return int(at.timestamp()) // MINUTE_S * MINUTE_S


def _price(usd: Decimal, tokens: Decimal) -> float | None:
    if not (usd.is_finite() and tokens.is_finite() and usd > 0 and tokens > 0):
        return None
    price = float(usd) / float(tokens)
    return price if LEAST_PRICE <= price <= MOST else None
