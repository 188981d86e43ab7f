"""How loud each type of notice is: by stream, and by what the radar saw. Pure.

Choices are kept as one word of text, `radar=silent liq_drain=off`, so that they are one setting among a
person's or a chat's.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from core.signals.spec import DANGER, SignalType
from data.models.delivery import Stream

TYPES: tuple[str, ...] = (*(each.value for each in Stream), *(each.value for each in SignalType))
DANGEROUS: frozenset[str] = frozenset({Stream.DANGER.value, *(each.value for each in DANGER)})


class Loudness(StrEnum):
    """How a type of notice comes."""

    ON = "on"
    SILENT = "silent"  # it comes, and makes no sound
    DIGEST = "digest"  # gathered
    OFF = "off"


def type_name(word: str) -> str | None:
    """Find the type that a word names: `LIQ_DRAIN`, `liq-drain`, `Radar`; None where there is none."""
    name = word.strip().casefold().replace("-", "_").replace(" ", "_")
    return name if name in TYPES else None


def chosen(kept: str) -> dict[str, Loudness]:
    """Read kept choices; one about a type that there is no longer counts as none."""
    pairs = (word.partition("=") for word in kept.split())
    return {
        name: Loudness(loudness) for name, _, loudness in pairs if name in TYPES and loudness in set(Loudness)
    }


def kept(choices: Mapping[str, Loudness]) -> str:
    """Write choices as they are kept."""
    return " ".join(f"{name}={choices[name]}" for name in sorted(choices))


def loudness(choices: Mapping[str, Loudness], stream: Stream, kind: str) -> Loudness | None:
    """Tell what was chosen for a notice: for its kind rather than for its stream; None where nothing was."""
    narrow = choices.get(kind)
    return narrow if narrow is not None else choices.get(stream.value)
