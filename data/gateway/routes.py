"""The ways to one vendor: its address and spare ones, each with a breaker; the first well one is taken."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from data.clock import Clock
from data.gateway import breaker
from data.gateway.breaker import Outcome
from data.gateway.limits import LONGEST_HOLD_S

AVOIDED_S = 15.0  # a way that failed once is the last choice for so long


@dataclass(slots=True, eq=False, kw_only=True)
class Route:
    """One way, and until when (monotonic) others are tried before it."""

    url: str
    state: breaker.State = field(default_factory=breaker.State)
    avoided_until: float = 0.0
    rests_until: float = 0.0


@dataclass(frozen=True, slots=True)
class Admission:
    """Leave to ask by one way; what comes of it is settled under the epoch it was given in."""

    route: Route
    epoch: int

    @property
    def holds(self) -> bool:
        """Whether the breaker has not changed its mind since."""
        return self.route.state.epoch == self.epoch


class Routes:
    """All ways to one vendor, the preferred first."""

    def __init__(self, urls: Iterable[str], clock: Clock) -> None:
        self._routes = [Route(url=url) for url in urls]
        self._clock = clock

    def admit(self) -> Admission | None:
        """Choose the first way that is well, else one that is due for a probe; None where all are closed."""
        now = self._clock.monotonic()
        for route in sorted(self._routes, key=lambda route: max(route.avoided_until, route.rests_until, now)):
            admitted = breaker.admit(route.state, now)
            if admitted is not None:
                route.state = admitted
                return Admission(route, admitted.epoch)
        return None

    def settle(self, admission: Admission, outcome: Outcome) -> None:
        """Note what came of a call."""
        now, route = self._clock.monotonic(), admission.route
        route.state = breaker.step(route.state, admission.epoch, outcome, now)
        if outcome is Outcome.FAILED:
            route.avoided_until = now + AVOIDED_S
        elif outcome is Outcome.OK:
            route.avoided_until = 0.0

    def rest(self, route: Route, seconds: float) -> float:
        """Let a way rest that asks for it; gives for how long every way rests, 0 where one does not."""
        now = self._clock.monotonic()
        route.rests_until = now + min(seconds, LONGEST_HOLD_S)
        return max(0.0, min(each.rests_until for each in self._routes) - now)

    def has_spare(self, route: Route) -> bool:
        """Tell whether another way is well now."""
        now = self._clock.monotonic()
        return any(
            other is not route
            and not other.state.is_open
            and max(other.avoided_until, other.rests_until) <= now
            for other in self._routes
        )

    @property
    def is_open(self) -> bool:
        """Whether no way is open to ordinary calls."""
        return all(route.state.is_open for route in self._routes)
