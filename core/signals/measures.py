"""Figures that several detectors take from a window, each None where it cannot be known."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from core.signals.series import MINUTE_S, Bars, Column, Series, Trades
from core.signals.window import Window

_SLACK = 4  # a value that is to be of some time ago may be older by this part of it


class Flow(NamedTuple):
    """What was bought and sold, in USD."""

    bought: float
    sold: float

    @property
    def net(self) -> float:
        """Bought less sold."""
        return self.bought - self.sold

    @property
    def buy_share(self) -> float | None:
        """The share that was bought, 0 to 1; None of nothing."""
        return ratio(self.bought, self.bought + self.sold)


def ratio(part: float | None, whole: float | None) -> float | None:
    """Divide; None where either is unknown, or the divisor is not above zero or next to nothing."""
    if part is None or whole is None or whole <= 0:
        return None
    share = part / whole
    return share if math.isfinite(share) else None


def change(bars: Bars, minutes: int) -> float | None:
    """Tell by what ratio the close changed over so many minutes."""
    if len(bars) <= minutes:
        return None
    return float(bars.close[-1] / bars.close[-1 - minutes]) - 1.0


def volume(bars: Bars, minutes: int, *, ending: int = 0) -> float | None:
    """Sum the volume of so many bars, the last of which lies `ending` bars back, in USD."""
    if len(bars) < minutes + ending:
        return None
    stop = len(bars) - ending
    return float(bars.volume_usd[stop - minutes : stop].sum())


def vwap(bars: Bars, minutes: int) -> float | None:
    """Average typical prices by tokens traded over the last bars: all dollars over all tokens."""
    if len(bars) < minutes:
        return None
    last = slice(len(bars) - minutes, len(bars))
    usd = bars.volume_usd[last]
    tokens = usd / ((bars.high[last] + bars.low[last] + bars.close[last]) / 3)
    return ratio(float(usd.sum()), float(tokens.sum()))


def flow(window: Window, minutes: int) -> Flow | None:
    """Sum purchases and sales of the last minutes: by trades where they reach back so far, else by bars."""
    trades, bars = window.trades, window.bars
    start_s = window.now_s - minutes * MINUTE_S
    if trades is not None and trades.since_s <= start_s:
        rows = trades.span(start_s, window.now_s)
        usd, buy = trades.usd[rows], trades.buy[rows]
        return Flow(float(usd[buy].sum()), float(usd[~buy].sum()))
    if bars is not None and len(bars) - minutes >= bars.flow_from:
        return Flow(float(bars.buys_usd[-minutes:].sum()), float(bars.sells_usd[-minutes:].sum()))
    return None


def buyers(trades: Trades, start_s: float, end_s: float) -> float | None:
    """Count the owners who bought later than `start_s` and not later than `end_s`.

    Trades that do not tell their owner are left out, so that there were at least so many. None where the
    trades do not reach back so far.
    """
    if trades.since_s > start_s:
        return None
    rows = trades.span(start_s, end_s)
    owner = trades.owner[rows][trades.buy[rows]]
    return float(np.count_nonzero(np.bincount(owner[owner >= 0])))


def buyers_exactly(trades: Trades, start_s: float, end_s: float) -> float | None:
    """Count the owners who bought, None where a purchase does not tell its own: for comparing two spans."""
    rows = trades.span(start_s, end_s)
    told = not np.any(trades.owner[rows][trades.buy[rows]] < 0)
    return buyers(trades, start_s, end_s) if told else None


def net_by_owner(trades: Trades, amounts: Column, start_s: float) -> Column | None:
    """Sum what each of `owners` bought less sold since an instant; None where trades begin later."""
    if trades.since_s > start_s:
        return None
    rows = slice(int(np.searchsorted(trades.time, start_s, side="right")), len(trades))
    owner = trades.owner[rows]
    told = owner >= 0
    signed = np.where(trades.buy[rows], amounts[rows], -amounts[rows])
    sums = np.bincount(owner[told], weights=signed[told], minlength=len(trades.owners))
    return sums.astype(np.float64)  # of no trades it counts integers


def since(series: Series, now_s: float, seconds: float) -> tuple[float, float] | None:
    """Tell the value that stood some time ago and the one that stands now."""
    within = seconds / _SLACK
    before, now = series.at(now_s - seconds, within), series.at(now_s, within)
    return None if before is None or now is None else (before, now)


def fall(series: Series, now_s: float, seconds: float) -> float | None:
    """Tell how far a value stands below the highest of the last seconds, in its own unit.

    What stood at their beginning counts; where one looks seldom, it may have been seen as long before again.
    """
    now = series.at(now_s, seconds)
    if now is None:
        return None
    before = series.at(now_s - seconds, seconds)
    seen = series.after(now_s - seconds)
    if before is None and len(seen) < 2:
        return None  # one value cannot fall
    highest = max(float(seen.max(initial=now)), now if before is None else before)
    return highest - now


def context(window: Window) -> dict[str, float | None]:
    """Tell what was known of the token besides what a detector asked: for replay and for learning."""
    bars = window.bars
    flow_5m = flow(window, 5)
    ages = (window.launch, window.migration)
    launch_s, migration_s = (None if fact is None else window.now_s - fact.at.timestamp() for fact in ages)
    return {
        "price_usd": None if bars is None else float(bars.close[-1]),
        "liquidity_usd": window.liquidity_usd,
        "supply_tokens": window.supply_tokens,
        "data_age_s": window.data_age_s,
        "sources": float(window.sources),
        "gap_ratio": window.gap_ratio,
        "bars": None if bars is None else float(len(bars)),
        "change_5m": None if bars is None else change(bars, 5),
        "change_15m": None if bars is None else change(bars, 15),
        "change_1h": None if bars is None else change(bars, 60),
        "change_6h": None if bars is None else change(bars, 360),
        "traded_5m_usd": None if bars is None else volume(bars, 5),
        "traded_1h_usd": None if bars is None else volume(bars, 60),
        "bought_5m_ratio": None if flow_5m is None else flow_5m.buy_share,
        "holder_count": None if window.holders is None else window.holders.last,
        "top10_held_ratio": None if window.top10 is None else window.top10.last,
        "curve_ratio": None if window.curve is None else window.curve.last,
        "since_launch_s": launch_s,
        "since_migration_s": migration_s,
        "held": float(window.held),
    }
