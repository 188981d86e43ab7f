"""Preferences: a small mapping, kept small."""

from __future__ import annotations

import pytest

from data.errors import BadArgument
from data.store.preferences import MOST, changed


def test_a_change_leaves_the_mapping_it_began_with_alone() -> None:
    before = {"a": "1"}
    assert changed(before, "b", "2") == {"a": "1", "b": "2"}
    assert changed(before, "a", None) == {}
    assert changed(before, "c", None) == before
    assert before == {"a": "1"}


def test_a_full_mapping_still_changes_and_drops_what_it_holds() -> None:
    full = {str(n): "v" for n in range(MOST)}
    assert changed(full, "0", "w")["0"] == "w"
    assert "0" not in changed(full, "0", None)
    with pytest.raises(BadArgument):
        changed(full, "new", "v")


@pytest.mark.parametrize(("key", "value"), [("k" * 65, "v"), ("k", "v" * 1_001)])
def test_what_is_too_long_is_refused(key: str, value: str) -> None:
    with pytest.raises(BadArgument):
        changed({}, key, value)
