"""What a judged call may end in: a problem found, a refusal answered, a violation put on record.

Knows the words of the judge. Does not know the rules themselves (`spec`, `rules`) nor what a call would do.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

Json = dict[str, Any]


class Rule(StrEnum):
    """The kinds of rules a bot can break."""

    UNAUTHORIZED = "unauthorized"
    UNKNOWN_METHOD = "unknown method"
    UNKNOWN_PARAMETER = "unknown parameter"
    MISSING_PARAMETER = "missing parameter"
    WRONG_TYPE = "wrong type"
    LENGTH = "length"
    MARKUP = "markup"
    KEYBOARD = "keyboard"
    COMMANDS = "commands"
    INLINE = "inline results"
    MEDIA = "media"
    FILE = "file"
    TARGET = "no such chat or message"
    RIGHTS = "not enough rights"
    GONE = "sent again after 403"
    IMPATIENT = "called again before retry_after"
    CALLBACK = "callback query"
    CONFLICT = "two receivers of updates"
    WEBHOOK = "webhook"
    NOT_PLAYED = "not played by this fake"


@dataclass(frozen=True, slots=True)
class Problem:
    """One rule a call breaks. `answer` is Telegram's error text; None where Telegram lets the call pass."""

    rule: Rule
    detail: str
    answer: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Violation:
    """A rule the bot broke, kept for the test suite to find."""

    rule: Rule
    method: str
    detail: str
    params: Mapping[str, Any]

    def __str__(self) -> str:
        return f"{self.method}: {self.rule}: {self.detail}"


class Refusal(Exception):
    """An error answer of the Bot API. `rule` names what the bot did wrong; None when the bot is blameless.

    `everywhere`: the wait it asks for binds every chat, not only the one of the call.
    """

    def __init__(
        self,
        code: int,
        description: str,
        *,
        rule: Rule | None = None,
        retry_after: int | None = None,
        migrate_to: int | None = None,
        everywhere: bool = False,
    ) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.rule = rule
        self.retry_after = retry_after
        self.migrate_to = migrate_to
        self.everywhere = everywhere

    @property
    def body(self) -> Json:
        """The JSON object Telegram answers with."""
        parameters = {"retry_after": self.retry_after, "migrate_to_chat_id": self.migrate_to}
        given = {name: value for name, value in parameters.items() if value is not None}
        body: Json = {"ok": False, "error_code": self.code, "description": self.description}
        return body | ({"parameters": given} if given else {})


def bad_request(description: str, rule: Rule | None = None) -> Refusal:
    """Return a 400, worded as Telegram words it."""
    return Refusal(400, f"Bad Request: {description}", rule=rule)


def forbidden(description: str, rule: Rule | None = None) -> Refusal:
    """Return a 403, worded as Telegram words it."""
    return Refusal(403, f"Forbidden: {description}", rule=rule)


def too_many_requests(retry_after: int, rule: Rule | None = None, *, everywhere: bool = False) -> Refusal:
    """Return a 429 that asks for `retry_after` seconds of silence in the chat of the call, or everywhere."""
    description = f"Too Many Requests: retry after {retry_after}"
    return Refusal(429, description, rule=rule, retry_after=retry_after, everywhere=everywhere)
