"""How fast messages that nobody asked for may go: evenly in all, and no faster in one place than it takes.

What a person is answered is noted here, and never held up: what is pushed waits a little longer instead.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

from bot.outlet import Allowance
from core.memory import Memory
from data.clock import Clock

_REMEMBERED = 10_000
_MINUTE_S = 60.0
_YIELD_S = 2.0  # the most that answers can push broadcasts back


@dataclass(slots=True)
class _Place:
    """When a place last heard from us, and until when it is to hear nothing."""

    last: deque[float]
    quiet_until: float = field(default=0.0)


class Pace:
    """When the next message may go; all times are seconds of the monotonic clock."""

    def __init__(self, allowance: Allowance, clock: Clock) -> None:
        self._allowance = allowance
        self._clock = clock
        self._gap_s = 1.0 / allowance.overall_per_s
        self._next = 0.0
        self._places: Memory[str, _Place] = Memory(_REMEMBERED)
        self._quiet_until = 0.0

    def at(self, address: str) -> float:
        """Tell when a place may hear next, whatever goes elsewhere."""
        place = self._places.get(address)
        if place is None:
            return 0.0
        free = place.quiet_until
        if place.last:
            free = max(free, place.last[-1] + 1.0 / self._allowance.chat_per_s)
        if len(place.last) == place.last.maxlen and _is_group(address):
            free = max(free, place.last[0] + _MINUTE_S)
        return free

    def slot(self) -> float:
        """Tell when the next message may go anywhere."""
        return max(self._next, self._quiet_until)

    def took(self, address: str) -> None:
        """Note that a message goes now.

        One that is a little late does not delay the next, so that the pace is kept on a busy machine.
        """
        self._next = max(self._next, self._clock.monotonic() - self._gap_s / 2) + self._gap_s
        self._place(address).last.append(self._clock.monotonic())

    def answered(self, address: str) -> None:
        """Note that a person is answered there now: it counts, and goes before what is pushed."""
        now = self._clock.monotonic()
        self._next = min(max(self._next, now) + self._gap_s, max(self._next, now + _YIELD_S))
        self._place(address).last.append(now)

    def hold(self, address: str, seconds: float) -> None:
        """Let a place hear nothing for a while, as the platform asks."""
        place = self._place(address)
        place.quiet_until = max(place.quiet_until, self._clock.monotonic() + seconds)

    def hold_all(self, seconds: float) -> None:
        """Let nobody hear anything for a while, as the platform asks."""
        self._quiet_until = max(self._quiet_until, self._clock.monotonic() + seconds)

    def _place(self, address: str) -> _Place:
        place = self._places.get(address)
        if place is None:
            room = int(self._allowance.group_per_min or 1)
            place = self._places.wrote(address, _Place(deque(maxlen=room)))
        return place


def _is_group(address: str) -> bool:
    """Tell a group of Telegram by its number, which is negative.

    Source: https://core.telegram.org/bots/api#chat
    """
    return address.startswith("-")
