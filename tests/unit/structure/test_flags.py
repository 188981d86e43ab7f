"""Flags are declared with someone to ask and a day to be gone by."""

from __future__ import annotations

from datetime import date

from config.flags import FLAGS


def test_every_flag_has_an_owner_and_a_removal_date() -> None:
    for name, flag in FLAGS.items():
        assert flag.name == name
        assert flag.owner
        assert flag.summary
        assert isinstance(flag.remove_by, date)
