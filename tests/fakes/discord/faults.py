"""Knows Discord's rate limits and the troubles a test can order. Refuses to know what a call means.

Source: https://discord.com/developers/docs/topics/rate-limits
"""

import math
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from .ledger import Call, Json, Refusal, Rule

MESSAGES_PER_WINDOW, MESSAGE_WINDOW_S = 5, 5.0
GLOBAL_PER_SECOND = 50
IN_FLIGHT_S = 0.05
"""A call that arrives this soon after a 429 was on its way before the client could read it."""
VIA = {"Via": "1.1 google"}
"""Discord's own 429s pass its proxy; one without `Via` comes from Cloudflare and must not be retried."""

Scope = Literal["user", "global", "shared"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """What goes back: JSON unless `html` is set."""

    status: int
    body: object = None
    html: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Fault:
    """One trouble: another answer than the true one, a delay, or a line cut before or after the effect."""

    answer: Answer | None = None
    retry_after_s: float | None = None
    scope: Scope = "user"
    delay_s: float = 0.0
    cut: Literal["before", "after"] | None = None


def rate_limited(retry_after_s: float, scope: Scope = "user") -> Fault:
    """Answer 429; calls before `retry_after_s` has passed are violations."""
    return Fault(retry_after_s=retry_after_s, scope=scope)


def banned() -> Fault:
    """Answer 429 as Cloudflare does to an address with too many invalid requests."""
    return Fault(
        answer=Answer(status=429, html="<html>error code: 1015</html>", headers={"Retry-After": "3600"})
    )


def refused(refusal: Refusal) -> Fault:
    """Answer with one of Discord's errors."""
    return Fault(
        answer=Answer(status=refusal.status, body={"message": refusal.message, "code": refusal.code})
    )


def broken(status: int = 502) -> Fault:
    """Answer a server error with an HTML page."""
    return Fault(answer=Answer(status=status, html=f"<html><h1>{status}</h1><hr>cloudflare</html>"))


def slow(seconds: float) -> Fault:
    """Answer truly, but late."""
    return Fault(delay_s=seconds)


def cut(when: Literal["before", "after"] = "before") -> Fault:
    """Close the line without an answer, before or after the call took effect."""
    return Fault(cut=when)


@dataclass(kw_only=True, slots=True)
class Order:
    """A fault ordered for the next calls that match; `path` is a template or a concrete path."""

    fault: Fault
    method: str | None
    path: str | None
    times: int

    def fits(self, call: Call) -> bool:
        """Whether this call is to be hit."""
        return (
            self.times > 0
            and self.method in (None, call.method)
            and self.path in (None, call.path, call.template)
        )


@dataclass(kw_only=True, slots=True)
class Penalty:
    since: float
    until: float
    scope: Scope


class Limits:
    """Counts calls per bucket in loop seconds; enforces Discord's normal limits only when `strict`."""

    def __init__(self, *, strict: bool, wall: Callable[[], datetime]) -> None:
        self._strict = strict
        self._wall = wall
        self._penalties: dict[str, Penalty] = {}
        self._windows: dict[str, tuple[float, int]] = {}
        self._recent: deque[float] = deque(maxlen=GLOBAL_PER_SECOND)

    def admit(self, call: Call) -> tuple[Answer | None, tuple[Rule, str] | None]:
        """Let a call through or answer 429, and name the rule if it came despite an earlier 429."""
        for key in ("global", bucket(call)):
            penalty = self._penalties.get(key)
            if penalty is None or call.at >= penalty.until:
                continue
            if key == "global" and exempt(call):
                continue
            left = penalty.until - call.at
            broken_rule = None
            if call.at - penalty.since > IN_FLIGHT_S:
                broken_rule = (Rule.RETRY_TOO_SOON, f"{left:.3f} s early")
            return self._refusal(call, left, penalty.scope), broken_rule
        return (self._count(call) if self._strict else None), None

    def punish(self, call: Call, retry_after_s: float, scope: Scope) -> Answer:
        """Close a bucket for a while and answer 429."""
        key = "global" if scope == "global" else bucket(call)
        self._penalties[key] = Penalty(since=call.at, until=call.at + retry_after_s, scope=scope)
        return self._refusal(call, retry_after_s, scope)

    def headers(self, call: Call) -> Mapping[str, str]:
        """Return the rate-limit headers of a bucket that is being counted."""
        if bucket(call) not in self._windows:
            return {}
        start, used = self._windows[bucket(call)]
        left = max(start + MESSAGE_WINDOW_S - call.at, 0.0)
        return self._headers(call, MESSAGES_PER_WINDOW - used, left)

    def _count(self, call: Call) -> Answer | None:
        if not exempt(call):
            if len(self._recent) == GLOBAL_PER_SECOND and call.at - self._recent[0] < 1:
                return self.punish(call, 1 - (call.at - self._recent[0]), "global")
            self._recent.append(call.at)
        if (call.method, call.template) != ("POST", "/channels/{channel_id}/messages"):
            return None
        start, used = self._windows.get(bucket(call), (call.at, 0))
        if call.at - start >= MESSAGE_WINDOW_S:
            start, used = call.at, 0
        if used == MESSAGES_PER_WINDOW:
            return self.punish(call, start + MESSAGE_WINDOW_S - call.at, "user")
        self._windows[bucket(call)] = (start, used + 1)
        return None

    def _refusal(self, call: Call, retry_after_s: float, scope: Scope) -> Answer:
        # Rounded up: a client that waits exactly this long must find the bucket open.
        wait = math.ceil(retry_after_s * 1000) / 1000
        body: Json = {
            "message": "You are being rate limited.",
            "retry_after": wait,
            "global": scope == "global",
        }
        headers = {**VIA, "Retry-After": str(math.ceil(wait)), "X-RateLimit-Scope": scope}
        if scope == "global":
            return Answer(status=429, body=body, headers=headers | {"X-RateLimit-Global": "true"})
        return Answer(status=429, body=body, headers={**headers, **self._headers(call, 0, wait)})

    def _headers(self, call: Call, remaining: int, reset_after_s: float) -> Mapping[str, str]:
        return {
            "X-RateLimit-Limit": str(MESSAGES_PER_WINDOW),
            "X-RateLimit-Remaining": str(remaining),
            "X-RateLimit-Reset": f"{self._wall().timestamp() + reset_after_s:.3f}",
            "X-RateLimit-Reset-After": f"{reset_after_s:.3f}",
            "X-RateLimit-Bucket": f"{call.method}{call.template}".translate(_NAME),
        }


def exempt(call: Call) -> bool:
    """Whether a call is outside the global limit, as answers to interactions are."""
    return call.template.startswith(("/interactions/", "/webhooks/"))


def bucket(call: Call) -> str:
    """Name the bucket: route and major parameters."""
    major = [call.params.get(each, "") for each in ("channel_id", "guild_id", "webhook_id", "webhook_token")]
    return f"{call.method} {call.template} {'/'.join(major)}"


_NAME = {ord(each): "-" for each in "/{}@"}
