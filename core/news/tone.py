"""Whether a headline is taken well or badly, and what says so: its readers' votes, or its own words. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from data.models.news import NewsItem

ENOUGH = 5  # votes, to tell a tone by
_GOOD_FROM, _BAD_UP_TO = 0.7, 0.3  # of the votes, liked
_WORD = re.compile(r"[a-z]+")
_GOOD_WORDS = """
adopts adoption approval approved approves breakout gain gains launches partnership rallies rally record
recovers recovery rises soar soars surge surges up upgrade
"""
_BAD_WORDS = """
attack ban banned bankruptcy charged collapse crash crashes delisted delists down drained dump dumps exploit
exploited falls fraud hack hacked lawsuit liquidated loses losses plunge plunges rug scam stolen sued theft
"""
_GOOD, _BAD = frozenset(_GOOD_WORDS.split()), frozenset(_BAD_WORDS.split())


class Lean(StrEnum):
    """Which way it goes."""

    GOOD = "good"
    BAD = "bad"
    MIXED = "mixed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Tone:
    """A judgement with what it stands on; where too little is known, `evidence` says so."""

    lean: Lean
    evidence: str


def tone(item: NewsItem, *, by_words: bool = False) -> Tone:
    """Judge a headline by its votes; with `by_words` by its words where too few voted."""
    votes = votes_of(item)
    if votes >= ENOUGH:
        liked = item.likes or 0
        share = liked / votes
        lean = Lean.GOOD if share >= _GOOD_FROM else Lean.BAD if share <= _BAD_UP_TO else Lean.MIXED
        return Tone(lean, f"{liked} of {votes} votes like it")
    told = "nobody voted" if votes == 0 else f"{votes} vote{'s' if votes > 1 else ''}, too few"
    return _worded(item.title, told) if by_words else Tone(Lean.UNKNOWN, told)


def votes_of(item: NewsItem) -> int:
    """Count who voted."""
    return (item.likes or 0) + (item.dislikes or 0)


def _worded(title: str, told: str) -> Tone:
    words = dict.fromkeys(_WORD.findall(title.casefold()))
    good, bad = [word for word in words if word in _GOOD], [word for word in words if word in _BAD]
    if not good and not bad:
        return Tone(Lean.UNKNOWN, told)
    lean = Lean.MIXED if good and bad else Lean.GOOD if good else Lean.BAD
    return Tone(lean, f"{told}; its words: {', '.join((*good, *bad)[:4])}")
