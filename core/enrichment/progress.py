"""How far the work on a list is, for whoever watches it."""

from __future__ import annotations

from dataclasses import dataclass

from data.models.ids import ProviderId


@dataclass(frozen=True, slots=True, kw_only=True)
class LaneProgress:
    """How far one source is; `gave_up` says why it is asked no more."""

    source: ProviderId
    capability: str
    done: int
    of: int
    per_s: float | None
    gave_up: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a list is, in coins; `least_s` is the least time that the quotas allow for what was left."""

    done: int
    of: int
    elapsed_s: float
    least_s: float
    eta_s: float | None
    lanes: tuple[LaneProgress, ...]
