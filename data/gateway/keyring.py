"""Several keys for one vendor, taken in turn: one that is refused or spent rests while others work."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import structlog
from pydantic import SecretStr

from data.clock import Clock
from data.errors import KeyRejected
from data.gateway.health import KeyState
from data.gateway.limits import LONGEST_HOLD_S
from data.models.ids import ProviderId

REJECTED_REST_S = 3600.0

log = structlog.get_logger("gateway")


class OtherKey(KeyRejected):
    """The vendor does not take this key, and another one is at hand."""

    retry = True


@dataclass(slots=True, eq=False, kw_only=True)
class Key:
    """One key: its place among the vendor's, what became of it, and until when (monotonic) it rests."""

    place: int
    secret: SecretStr
    state: KeyState = KeyState.GIVEN
    rejected_until: float = 0.0
    spent_until: float = 0.0


class Keyring:
    """The keys of one vendor."""

    def __init__(self, provider: ProviderId, secrets: Iterable[SecretStr], clock: Clock) -> None:
        self._provider = provider
        self._clock = clock
        self._keys = [Key(place=place, secret=secret) for place, secret in enumerate(secrets, 1)]

    def take(self) -> Key | None:
        """Give the next key in turn, or the one that is free soonest; None where there is none."""
        now = self._clock.monotonic()
        key = min(self._usable, key=lambda key: max(key.spent_until, now), default=None)
        if key is not None:
            self._keys.remove(key)
            self._keys.append(key)
        return key

    def accept(self, key: Key) -> None:
        """Note that the vendor took a key."""
        key.state, key.rejected_until = KeyState.ACCEPTED, 0.0

    def reject(self, key: Key) -> None:
        """Let a key rest that the vendor does not take; where it takes none, they are tried all the same."""
        key.state = KeyState.REJECTED
        key.rejected_until = self._clock.monotonic() + REJECTED_REST_S
        if len(self._keys) > 1:
            log.warning("key_set_aside", provider=self._provider, place=key.place, of=len(self._keys))

    def rest(self, key: Key, seconds: float) -> None:
        """Let a key rest that has used up its quota, within reason."""
        key.spent_until = self._clock.monotonic() + min(seconds, LONGEST_HOLD_S)

    @property
    def has_free(self) -> bool:
        """Whether a key is at hand that does not rest."""
        now = self._clock.monotonic()
        return any(max(key.rejected_until, key.spent_until) <= now for key in self._keys)

    @property
    def blocked_s(self) -> float:
        """Seconds until a key has quota again; 0 where one has."""
        return max(0.0, min((key.spent_until for key in self._usable), default=0.0) - self._clock.monotonic())

    @property
    def state(self) -> KeyState:
        """What became of the keys, at their best; NONE where there are none."""
        states = {key.state for key in self._keys}
        best = (KeyState.ACCEPTED, KeyState.GIVEN, KeyState.REJECTED)
        return next((state for state in best if state in states), KeyState.NONE)

    @property
    def _usable(self) -> list[Key]:
        """The keys that the vendor does not reject, in turn; all of them where it rejects all."""
        now = self._clock.monotonic()
        return [key for key in self._keys if key.rejected_until <= now] or self._keys
