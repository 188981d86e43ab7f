"""Words that join two accounts of one person, or part them; only their digests are ever kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from data.models.chat import Identity
from data.models.ids import Platform, UserId


class LinkStep(StrEnum):
    """What a word is good for."""

    CODE = "code"  # given on one platform, typed on the other
    CONFIRM = "confirm"  # the button of who typed it
    PART = "part"  # the button of who wants to part


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkWord:
    """A word that works once, until `expires_at`.

    `user_id` with `account` is who asked; `where` is the platform on which it counts; `by` is who alone may
    use it, None for whoever holds it.
    """

    digest: str
    step: LinkStep
    user_id: UserId
    account: Identity
    where: Platform
    expires_at: datetime
    by: UserId | None = None
