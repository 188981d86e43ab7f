"""Knows the words for calls, broken rules and Discord's refusals. Refuses to judge: rules live elsewhere."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, NamedTuple

Json = dict[str, Any]


class Rule(StrEnum):
    """What a violation broke."""

    UNKNOWN_ROUTE = "unknown route"
    NOT_PLAYED = "route the fake does not play"
    UNAUTHORIZED = "wrong or missing token"
    INVALID_BODY = "invalid body"
    EMPTY_MESSAGE = "empty message"
    PING_POSSIBLE = "ping possible"
    DANGLING_ATTACHMENT = "attachment:// without its file"
    WRONG_ANSWER = "answer of the wrong kind"
    LATE_ANSWER = "first answer after three seconds"
    DOUBLE_ANSWER = "answered twice"
    UNANSWERED_YET = "follow-up before the first answer"
    TOKEN_EXPIRED = "interaction token after fifteen minutes"
    NEVER_ANSWERED = "never answered"
    NEVER_FINISHED = "deferred and never finished"
    RETRY_TOO_SOON = "retried before retry_after"
    DEAD_CHANNEL = "sent again to a channel known dead"
    GATEWAY = "gateway protocol"


class Upload(NamedTuple):
    name: str
    data: bytes


@dataclass(kw_only=True, slots=True)
class Call:
    """One REST call; `at` is loop seconds, `template` the path as the document writes it."""

    method: str
    path: str
    query: dict[str, str]
    body: Any
    files: dict[int, Upload]
    at: float
    authorized: bool
    template: str = ""
    params: dict[str, str] = field(default_factory=dict)
    status: int = 0

    def id(self, name: str) -> int:
        """Return a path parameter as a snowflake."""
        return int(self.params[name])


@dataclass(frozen=True, kw_only=True, slots=True)
class Violation:
    rule: Rule
    detail: str
    call: Call | None = None

    def __str__(self) -> str:
        where = f" ({self.call.method} {self.call.path})" if self.call else ""
        return f"{self.rule}: {self.detail}{where}"


class FieldError(NamedTuple):
    """One fault of a body: the path to the field, Discord's code and its sentence."""

    path: tuple[str | int, ...]
    code: str
    message: str

    def under(self, *prefix: str | int) -> "FieldError":
        """Return the same fault seen from further outside."""
        return self._replace(path=(*prefix, *self.path))


class Refusal(NamedTuple):
    """An HTTP status with Discord's own error code and sentence."""

    status: int
    code: int
    message: str


UNAUTHORIZED = Refusal(401, 0, "401: Unauthorized")
NOT_FOUND = Refusal(404, 0, "404: Not Found")
NOT_PLAYED = Refusal(501, 0, "the fake does not play this route")
UNKNOWN_CHANNEL = Refusal(404, 10003, "Unknown Channel")
UNKNOWN_GUILD = Refusal(404, 10004, "Unknown Guild")
UNKNOWN_MEMBER = Refusal(404, 10007, "Unknown Member")
UNKNOWN_MESSAGE = Refusal(404, 10008, "Unknown Message")
UNKNOWN_USER = Refusal(404, 10013, "Unknown User")
UNKNOWN_WEBHOOK = Refusal(404, 10015, "Unknown Webhook")
UNKNOWN_INTERACTION = Refusal(404, 10062, "Unknown interaction")
TOO_LARGE = Refusal(413, 40005, "Request entity too large")
ALREADY_ANSWERED = Refusal(400, 40060, "Interaction has already been acknowledged.")
MISSING_ACCESS = Refusal(403, 50001, "Missing Access")
NOT_THE_AUTHOR = Refusal(403, 50005, "Cannot edit a message authored by another user")
EMPTY_MESSAGE = Refusal(400, 50006, "Cannot send an empty message")
CANNOT_DM = Refusal(403, 50007, "Cannot send messages to this user")
MISSING_PERMISSIONS = Refusal(403, 50013, "Missing Permissions")
INVALID_TOKEN = Refusal(401, 50027, "Invalid Webhook Token")
INVALID_FORM = Refusal(400, 50035, "Invalid Form Body")
INVALID_JSON = Refusal(400, 50109, "The request body contains invalid JSON.")

LASTING = frozenset({UNKNOWN_CHANNEL.code, MISSING_ACCESS.code, CANNOT_DM.code})
"""Refusals after which sending to the same channel again is pointless."""


class ApiError(Exception):
    """A refusal on its way to the client, with the rule it broke if it is the bot's fault."""

    def __init__(
        self,
        refusal: Refusal,
        rule: Rule | None = None,
        detail: str = "",
        errors: tuple[FieldError, ...] = (),
    ) -> None:
        super().__init__(refusal.message)
        self.refusal = refusal
        self.rule = rule
        self.detail = detail or refusal.message
        self.errors = errors

    def body(self) -> Json:
        """Word the refusal as Discord does, the errors nested by field."""
        body: Json = {"message": self.refusal.message, "code": self.refusal.code}
        for path, code, message in self.errors:
            node = body.setdefault("errors", {})
            for step in path:
                node = node.setdefault(str(step), {})
            node.setdefault("_errors", []).append({"code": code, "message": message})
        return body


def invalid_form(errors: list[FieldError]) -> ApiError:
    """Turn faults of a body into the refusal that lists them."""
    detail = "; ".join(f"{'.'.join(map(str, path))}: {message}" for path, _, message in errors)
    return ApiError(INVALID_FORM, Rule.INVALID_BODY, detail, tuple(errors))
