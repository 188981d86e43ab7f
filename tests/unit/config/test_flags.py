"""Flags: declared with an owner and an end."""

from __future__ import annotations

from datetime import date

import pytest

from config.flags import FLAGS, Flag


@pytest.mark.parametrize("flag", FLAGS.values(), ids=FLAGS)
def test_every_flag_has_words_an_owner_and_a_day_to_be_gone_by(flag: Flag) -> None:
    assert FLAGS[flag.name] is flag
    assert flag.name.isascii() and flag.name.islower()
    assert flag.summary and flag.owner
    assert date(2026, 1, 1) < flag.remove_by < date(2029, 1, 1)
