"""Far more is traded than usual, by many, and on both sides."""

from __future__ import annotations

from core.signals.baseline import usual, volume_5m, z_score
from core.signals.conditions import Way, above, at_least, at_most
from core.signals.measures import buyers, flow
from core.signals.registry import detector
from core.signals.series import MINUTE_S
from core.signals.spec import Limits, Part, SignalType
from core.signals.window import Measure, Window


@detector(
    SignalType.VOLUME_SPIKE,
    needs=(Part.BARS, Part.TRADES),
    times=4, z=4, least_share=0.4, most_share=0.9, buyers=15,
)  # fmt: skip
def volume_spike(window: Window, limit: Limits) -> tuple[Way, ...]:
    """Ask whether the volume of 5 minutes is out of all proportion, and not made by a few.

    More than 4 times the usual 5 minutes and z > 4: the first alone fires on a coin that always jumps, the
    second on one that hardly trades. 40 to 90 % of it purchases: below it is a sale, above nobody can get
    out or one side is staged. 15 distinct buyers: fewer are one person's wallets too often.
    """
    assert window.bars is not None and window.trades is not None
    volume, spread = volume_5m(window.bars), usual(window, Measure.VOLUME_5M)
    z = None if volume is None or spread is None else z_score(volume, spread)
    traded = flow(window, 5)
    start_s = window.now_s - 5 * MINUTE_S
    share = None if traded is None else traded.buy_share
    return (
        Way(
            conditions=(
                above(
                    "volume_5m_usd", volume, limit["times"] * (spread.median if spread else 0.0), Part.BARS
                ),
                above("volume_z", z, limit["z"], Part.DAY, grows=True),
                at_least("buy_share", share, limit["least_share"], Part.TRADES),
                at_most("buy_share_most", share, limit["most_share"], Part.TRADES),
                at_least(
                    "buyers_5m",
                    buyers(window.trades, start_s, window.now_s),
                    limit["buyers"],
                    Part.TRADES,
                    grows=True,
                ),
            )
        ),
    )
