"""Faults on demand: what goes wrong, with which call, how often.

A `Refusal` is a fault too: the server answers it instead of carrying the call out.
"""

from dataclasses import dataclass, field

from tests.fakes.telegram.verdict import Refusal
from tests.fakes.telegram.wire import Call

ANY_METHOD = "*"


@dataclass(frozen=True, slots=True)
class Garbage:
    """An answer that is not the Bot API's, such as a proxy's error page."""

    status: int = 502
    body: str = "<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>"


@dataclass(frozen=True, slots=True)
class Cut:
    """The connection breaks: before the call is carried out, or, `late`, when only the answer is lost."""

    late: bool = False


@dataclass(frozen=True, slots=True)
class Delay:
    """The server takes its time, in real seconds, then goes on."""

    seconds: float


Fault = Refusal | Garbage | Cut | Delay


@dataclass(slots=True)
class _Plan:
    fault: Fault
    method: str
    chat_id: int | str | None
    left: int | None
    every: int
    seen: int = 0

    def fits(self, call: Call) -> bool:
        """Tell whether this call fails; counts the calls it looks at."""
        if self.method not in {ANY_METHOD, call.method} or self.left == 0:
            return False
        if self.chat_id is not None and call.params.get("chat_id") != self.chat_id:
            return False
        self.seen += 1
        if self.seen % self.every:
            return False
        if self.left is not None:
            self.left -= 1
        return True


@dataclass(slots=True)
class Faults:
    """The faults still to come, in the order they were planned."""

    _plans: list[_Plan] = field(default_factory=list)

    def plan(
        self, method: str, fault: Fault, *, chat: int | str | None, times: int | None, every: int
    ) -> None:
        """Let every n-th matching call fail, `times` times or, with None, for ever."""
        self._plans.append(_Plan(fault, method, chat, times, every))

    def next(self, call: Call) -> Fault | None:
        """Return the fault that meets this call, if any."""
        return next((plan.fault for plan in self._plans if plan.fits(call)), None)
