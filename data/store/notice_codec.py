"""Notices and the places they go to, as rows and back."""

from __future__ import annotations

from typing import Any

from data.models.delivery import Channel, Lateness, Notice, Stream, Target, Urgency
from data.models.ids import Chain, TokenKey, UserId

_BETWEEN = ","


def about(token: TokenKey | None) -> str:
    """Write what a notice is about; empty where it is about no token."""
    return "" if token is None else str(token)


def token_of(words: str) -> TokenKey | None:
    """Read what a notice is about."""
    chain, _, address = words.partition(":")
    return TokenKey(Chain(chain), address) if words else None


def values(notice: Notice) -> dict[str, Any]:
    """Give the columns of a notice."""
    return {
        "key": notice.key, "kind": notice.kind, "stream": notice.stream.value, "about": about(notice.about),
        "urgency": int(notice.urgency), "lateness": notice.lateness.value, "joins": notice.joins,
        "at": notice.at, "expires_at": notice.expires_at, "body": notice.body,
    }  # fmt: skip


def notice(row: Any) -> Notice:
    """Read a notice from its columns."""
    return Notice(
        key=row.key, kind=row.kind, stream=Stream(row.stream), about=token_of(row.about),
        urgency=Urgency(row.urgency), lateness=Lateness(row.lateness), joins=row.joins, at=row.at,
        expires_at=row.expires_at, body=row.body,
    )  # fmt: skip


def place(target: Target) -> dict[str, Any]:
    """Give the columns that a delivery and a subscription name a place by."""
    return {
        "channel": target.channel.value, "address": target.address, "topic": target.topic,
        "private": target.private, "user_id": target.user_id,
    }  # fmt: skip


def target(row: Any) -> Target:
    """Read a place from a delivery's columns."""
    return Target(
        channel=Channel(row.channel), address=row.address, topic=row.topic, private=row.private,
        silent=row.silent, user_id=None if row.user_id is None else UserId(row.user_id),
    )  # fmt: skip


def joined(told: tuple[int, ...]) -> str:
    """Write the numbers of notices."""
    return _BETWEEN.join(map(str, told))


def numbers(told: str) -> tuple[int, ...]:
    """Read the numbers of notices."""
    return tuple(int(each) for each in told.split(_BETWEEN) if each)
