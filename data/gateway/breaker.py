"""The circuit breaker, as arithmetic: no clock, no locks, no I/O.

Closed, it counts. Open, it refuses. Once its time is up it lets one call through to probe: if that one goes
well it closes, else it opens again for twice as long.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum, auto

FAILURES_IN_A_ROW = 5  # a vendor that is down shows within seconds, a blip does not
WINDOW = 20  # calls looked back on, for a vendor that fails every other call
FAILED_SHARE = 0.5
OPEN_S = 30.0
LONGEST_OPEN_S = 300.0


class Outcome(Enum):
    """What a call says of the vendor's health."""

    OK = auto()
    FAILED = auto()
    NONE = auto()  # nothing: not sent, cancelled, or refused for reasons of ours


@dataclass(frozen=True, slots=True)
class State:
    """`recent` holds the last outcomes, True a failure; at `retry_at` an open breaker lets a probe through.

    `epoch` counts the changes between closed, open and probing, so that a call admitted in an earlier one
    cannot decide the present one.
    """

    recent: tuple[bool, ...] = ()
    retry_at: float | None = None
    spell_s: float = 0.0
    probing: bool = False
    epoch: int = 0

    @property
    def is_open(self) -> bool:
        return self.retry_at is not None


def admit(state: State, now: float) -> State | None:
    """Let a call through, or give None; its outcome is settled under the `epoch` of the state given back."""
    if state.retry_at is None:
        return state
    if state.probing or now < state.retry_at:
        return None
    return replace(state, probing=True, epoch=state.epoch + 1)


def step(state: State, epoch: int, outcome: Outcome, now: float) -> State:
    """Settle a call that was admitted under `epoch`."""
    if epoch != state.epoch:
        return state
    if outcome is Outcome.NONE:
        return replace(state, probing=False)
    if state.is_open:
        return State(epoch=epoch + 1) if outcome is Outcome.OK else _opened(state, now)
    recent = (*state.recent, outcome is Outcome.FAILED)[-WINDOW:]
    return _opened(state, now) if _fails(recent) else replace(state, recent=recent)


def _fails(recent: tuple[bool, ...]) -> bool:
    row = recent[-FAILURES_IN_A_ROW:]
    if len(row) == FAILURES_IN_A_ROW and all(row):
        return True
    return len(recent) == WINDOW and sum(recent) >= WINDOW * FAILED_SHARE


def _opened(state: State, now: float) -> State:
    spell_s = min(max(OPEN_S, state.spell_s * 2), LONGEST_OPEN_S)
    return State(retry_at=now + spell_s, spell_s=spell_s, epoch=state.epoch + 1)
