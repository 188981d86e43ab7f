"""The whole market leaves what was usual."""

from __future__ import annotations

from core.signals.baseline import spread_of, z_score
from core.signals.conditions import Way, above, at_most
from core.signals.registry import detector
from core.signals.series import Series
from core.signals.spec import Limits, Part, SignalType
from core.signals.window import Window

_LEAST_POINTS = 48  # two days of hours: a day has its own tide


@detector(SignalType.REGIME, needs=(Part.MARKET,), band=2)
def regime(window: Window, limit: Limits) -> tuple[Way, ...]:
    """Ask whether launches, the share that graduates, or the median return of 24 h crosses its band.

    The band is the median of its own history (at least 48 points) and 2 deviations (1.4826 MAD) to either
    side. It crosses when the point before lay inside and the newest lies outside, so that each change of
    weather is told once.
    """
    market = window.market
    assert market is not None
    return (
        _crossing("launches_1h", market.launches_1h, limit),
        _crossing("graduation_ratio", market.graduation_ratio, limit),
        _crossing("median_return_24h", market.median_return_24h, limit),
    )


def _crossing(name: str, series: Series | None, limit: Limits) -> Way:
    now = before = None
    if series is not None and len(series.value) > _LEAST_POINTS:
        spread = spread_of(series.value[:-1])
        if spread is not None:
            now, before = z_score(series.last, spread), z_score(float(series.value[-2]), spread)
    return Way(
        conditions=(
            above(f"{name}_out", None if now is None else abs(now), limit["band"], Part.MARKET, grows=True),
            at_most(f"{name}_before", None if before is None else abs(before), limit["band"], Part.MARKET),
        ),
        words=() if now is None else (f"{name} {'up' if now > 0 else 'down'}",),
    )
