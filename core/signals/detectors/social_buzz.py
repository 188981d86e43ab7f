"""More people than usual speak of it."""

from __future__ import annotations

from core.signals.baseline import HOUR_S, mentioning_1h, usual, z_score
from core.signals.conditions import Way, above
from core.signals.registry import detector
from core.signals.spec import Limits, Part, SignalType
from core.signals.window import Measure, Window


@detector(SignalType.SOCIAL_BUZZ, needs=(Part.MENTIONS,), z=3)
def social_buzz(window: Window, limit: Limits) -> tuple[Way, ...]:
    """Ask whether the accounts and groups that mentioned it within an hour are out of proportion.

    Distinct ones: one that repeats itself counts once. Copied words and our own calls are out before this
    (`Mentions.of`), or we would hear our own echo. z > 3 against the 23 hours before, or peers: talk comes in
    bursts, and at 2 every evening would fire. The sources are named, since a joined chat and a search are not
    worth the same.
    """
    mentions = window.mentions
    assert mentions is not None
    count, spread = mentioning_1h(window), usual(window, Measure.MENTIONS_1H)
    z = None if count is None or spread is None else z_score(count, spread, least=1.0)
    heard = mentions.source[mentions.time > window.now_s - HOUR_S]
    lacking = Part.MENTIONS if count is None else Part.PEERS
    return (
        Way(
            conditions=(
                above("mentioning_1h", count, 0.0, Part.MENTIONS),
                above("mentions_z", z, limit["z"], lacking, grows=True),
            ),
            words=tuple(sorted({mentions.sources[int(code)] for code in heard})),
        ),
    )
