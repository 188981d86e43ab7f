"""The errors of the platform, in one tree.

    TrenchcoatError
    ├─ UserError        the user acts; logged at INFO, no traceback
    │  ├─ BadArgument      NotAllowed      OnCooldown      UnknownToken
    │  └─ AmbiguousToken   NotConfigured   UnknownCommand
    ├─ UpstreamError    we wait; becomes a Gap
    │  └─ RateLimited   Unavailable   BadPayload   KeyRejected   NotListed
    ├─ DeliveryError    the sender decides
    │  └─ ChatGone   ChatMoved   Throttled   Rejected
    ├─ StoreUnavailable our own database does not answer; the user tries again
    ├─ ConfigError      the operator acts; stops the start
    └─ InvariantBroken  we have a bug; logged at ERROR with its traceback

Each class answers two questions: who acts, and whether trying again can help (`retry`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from data.models.market import TokenMatch


class TrenchcoatError(Exception):
    """The root: every error that the platform raises on purpose."""

    retry: ClassVar[bool] = False


class UserError(TrenchcoatError):
    """The user can put it right: the message is shown as it stands."""

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class BadArgument(UserError):
    """A word of the command is not what the argument takes."""

    def __init__(self, message: str, *, argument: str = "", hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.argument = argument


class UnknownCommand(UserError):
    """No command has this name; `near` holds names like it."""

    def __init__(self, name: str, near: Sequence[str] = ()) -> None:
        super().__init__(f"There is no command {name!r}.")
        self.name = name
        self.near = tuple(near)


class NotAllowed(UserError):
    """A rule refuses; `rule` names it so that /why can explain."""

    def __init__(self, message: str, *, rule: str, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.rule = rule


class OnCooldown(UserError):
    """Too many calls; the next one is free after `retry_after_s` seconds."""

    def __init__(self, command: str, retry_after_s: float) -> None:
        super().__init__(f"/{command} is cooling down.")
        self.command = command
        self.retry_after_s = retry_after_s


class UnknownToken(UserError):
    """No source knows the token; `near` holds tokens with a name like it."""

    def __init__(self, asked: str, near: Sequence[TokenMatch] = (), *, detail: str = "") -> None:
        super().__init__(f"No token found for {asked!r}.", hint=detail)
        self.asked = asked
        self.near = tuple(near)


class AmbiguousToken(UserError):
    """Several tokens carry this name; the user picks one of `choices`."""

    def __init__(self, asked: str, choices: Sequence[TokenMatch]) -> None:
        super().__init__(f"{len(choices)} tokens are called {asked!r}.")
        self.asked = asked
        self.choices = tuple(choices)


class NotConfigured(UserError):
    """The operator has not switched this on."""


class UpstreamError(TrenchcoatError):
    """A vendor, or the way to it, failed."""

    retry = True

    def __init__(self, detail: str = "") -> None:
        super().__init__(detail)
        self.detail = detail


class RateLimited(UpstreamError):
    """The vendor asks to wait; `retry_after_s` is None where it does not say how long."""

    def __init__(self, detail: str = "", *, retry_after_s: float | None = None) -> None:
        super().__init__(detail)
        self.retry_after_s = retry_after_s


class Unavailable(UpstreamError):
    """No usable answer: refused, timed out, 5xx, or a page where data was due."""


class BadPayload(UpstreamError):
    """An answer came, and is not what the vendor's documents say."""

    retry = False


class KeyRejected(UpstreamError):
    """The vendor does not take our key, or wants one."""

    retry = False


class NotListed(UpstreamError):
    """The vendor works and does not know what was asked for."""

    retry = False


class StoreUnavailable(TrenchcoatError):
    """The database is locked, full, or away; what was being written may or may not be there."""

    retry = True


class DeliveryError(TrenchcoatError):
    """A chat platform did not take a message."""


class ChatGone(DeliveryError):
    """The chat is closed to us: blocked, kicked, deleted."""


class ChatMoved(DeliveryError):
    """The chat has a new id."""

    def __init__(self, new_id: str) -> None:
        super().__init__(new_id)
        self.new_id = new_id


class Throttled(DeliveryError):
    """The platform asks to wait `retry_after_s` seconds: in one chat, or `everywhere`."""

    retry = True

    def __init__(self, retry_after_s: float, *, everywhere: bool = False) -> None:
        super().__init__(f"{retry_after_s:g} s")
        self.retry_after_s = retry_after_s
        self.everywhere = everywhere


class Rejected(DeliveryError):
    """The platform refuses this message; `markup` says its formatting is the reason."""

    def __init__(self, detail: str, *, markup: bool = False) -> None:
        super().__init__(detail)
        self.markup = markup


class ConfigError(TrenchcoatError):
    """Settings cannot be used; `problems` holds one line each."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = tuple(problems)


class InvariantBroken(TrenchcoatError):
    """Something that cannot be, is."""
