"""The counter of the quota drills: it must see one call too many."""

from __future__ import annotations

from tests.fakes.crowd import crowd, over_quota


def test_the_counter_sees_one_call_too_many() -> None:
    providers = crowd(["rugcheck"])
    assert over_quota({("rugcheck", "default"): [0.0, 1.0, 2.0]}, providers) == []
    assert over_quota({("rugcheck", "default"): [0.0, 0.999]}, providers)
