from __future__ import annotations

from math import isnan, nan

import msgspec
import pytest

from core.charts.pictures import Bubble, BubbleSpec, Picture
from core.charts.wire import packed, unpacked
from tests.unit.core.charts.pictured import HOSTILE, MAKERS, USUAL, every_kind, framed


@pytest.mark.parametrize("picture", every_kind(), ids=lambda picture: type(picture).__name__)
def test_every_picture_travels_unchanged(picture: Picture) -> None:
    assert unpacked(packed(picture)) == picture


@pytest.mark.parametrize("kind", sorted(MAKERS))
def test_what_was_cleaned_on_the_way_in_is_not_changed_by_the_way(kind: str) -> None:
    for words in HOSTILE:
        spec = MAKERS[kind](framed(words), 3, words)
        assert unpacked(packed(spec)) == spec


def test_an_unknown_share_stays_unknown() -> None:
    back = unpacked(packed(BubbleSpec(frame=USUAL, bubbles=(Bubble(label="x", ratio=nan),))))
    assert isinstance(back, BubbleSpec)
    assert isnan(back.bubbles[0].ratio)


def test_a_picture_that_nobody_declared_is_refused() -> None:
    with pytest.raises(KeyError):
        unpacked(msgspec.msgpack.encode(("Exploit", {})))
    with pytest.raises(msgspec.ValidationError):
        unpacked(msgspec.msgpack.encode(("TableSpec", {"frame": 1})))
