"""Pace: how fast the bot may write, and whether it heeds what it was told.

Knows the documented rates and the refusals already given. A request that had come in before a
refusal was given is excused: its sender could not know.

Source: https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this
"""

import math
from collections import defaultdict, deque
from collections.abc import Iterator
from dataclasses import dataclass

from tests.fakes.telegram.verdict import Refusal, Rule, too_many_requests
from tests.fakes.telegram.wire import Call

EVERYWHERE = "everywhere"
PER_SECOND = 30
PER_SECOND_IN_CHAT = 1
PER_MINUTE_IN_GROUP = 20

Scope = int | str


def is_paced(method: str) -> bool:
    """Tell whether a method puts something before people's eyes and so counts against the rates."""
    return method.startswith(("send", "edit", "forward", "copy")) and method != "sendChatAction"


def cost(call: Call) -> int:
    """Return how many messages a call posts."""
    return len(call.params["media"]) if call.method == "sendMediaGroup" else 1


class Rates:
    """The documented rates as sliding windows."""

    def __init__(self) -> None:
        self._posted: defaultdict[Scope, deque[float]] = defaultdict(deque)

    def admit(self, call: Call) -> None:
        """Count a call.

        Raises: Refusal, a 429 with the whole seconds to wait, when a rate is used up.
        """
        chat = call.params.get("chat_id", EVERYWHERE)
        if wait := self._wait(EVERYWHERE, PER_SECOND, 1, call):
            raise too_many_requests(math.ceil(wait), everywhere=True)
        wait = self._wait(chat, PER_SECOND_IN_CHAT, 1, call)
        if isinstance(chat, int) and chat < 0:
            wait = max(wait, self._wait(chat, PER_MINUTE_IN_GROUP, 60, call))
        if wait:
            raise too_many_requests(math.ceil(wait))
        for scope in (EVERYWHERE, chat):
            self._posted[scope].extend([call.at] * cost(call))

    def _wait(self, scope: Scope, limit: int, window_s: float, call: Call) -> float:
        """Return the seconds until one more message fits into the window."""
        recent = [at for at in self._posted[scope] if call.at - at < window_s]
        return window_s - (call.at - recent[-limit]) if len(recent) >= limit else 0.0


@dataclass(frozen=True, slots=True)
class _Told:
    refusal: Refusal
    until: float
    arrivals: int


class Memory:
    """What the bot was told: to wait, or that a chat is closed to it."""

    def __init__(self) -> None:
        self._waits: dict[Scope, _Told] = {}
        self._closed: dict[Scope, _Told] = {}

    def check(self, call: Call, arrival: int) -> None:
        """Hold a call against what the bot was told. `arrival` is the number of the request.

        Raises: Refusal, once more, when the bot does not heed an earlier one.
        """
        for scope in _scopes(call):
            told = self._waits.get(scope)
            if told and call.at < told.until:
                left = max(1, math.ceil(told.until - call.at))
                raise too_many_requests(left, Rule.IMPATIENT if arrival > told.arrivals else None)
        closed = self._closed.get(call.params.get("chat_id", EVERYWHERE))
        if closed and (is_paced(call.method) or call.method == "sendChatAction"):
            rule = Rule.GONE if arrival > closed.arrivals else None
            said = closed.refusal
            raise Refusal(said.code, said.description, rule=rule, migrate_to=said.migrate_to)

    def note(self, call: Call, refusal: Refusal, arrivals: int) -> None:
        """Remember a refusal that binds later calls. `arrivals` is the number of requests so far."""
        chat = call.params.get("chat_id", EVERYWHERE)
        if refusal.retry_after is not None:
            scope = chat if is_paced(call.method) else call.method
            if refusal.everywhere:
                scope = EVERYWHERE
            until = call.at + refusal.retry_after
            known = self._waits.get(scope)
            if known is None or known.until < until:
                self._waits[scope] = _Told(refusal, until, arrivals)
        elif refusal.code == 403 or refusal.migrate_to:
            self._closed.setdefault(chat, _Told(refusal, math.inf, arrivals))

    def reopen(self, chat_id: int) -> None:
        """Forget that a chat was closed: its people let the bot in again."""
        self._closed.pop(chat_id, None)


def _scopes(call: Call) -> Iterator[Scope]:
    if is_paced(call.method):
        yield EVERYWHERE
        yield call.params.get("chat_id", EVERYWHERE)
    else:
        yield call.method
