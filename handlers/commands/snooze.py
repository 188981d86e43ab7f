"""Snooze: to hear nothing of a token, a type of notice or an alert for a while."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated

from core.addresses import parse_ref
from core.alerts.service import Alerts
from core.delivery.hearing import Hearing, Whose
from core.delivery.loudness import DANGEROUS, type_name
from core.delivery.snoozes import LONGEST, Snoozes, span
from core.enrichment.finder import Finder
from data.errors import BadArgument
from data.models.chat import Level
from data.models.text import one_line
from handlers import figures
from handlers.args import Arg
from handlers.cards.hearing import called
from handlers.cards.snoozes import snoozed_alert_card, snoozed_card, snoozes_card, woken_card
from handlers.commands.notify import types
from handlers.reply import Reply
from handlers.spec import Cooldown, Ctx, Group, command
from handlers.whose import kept_private, whose

_OFF = "off"
_ALERT = re.compile(r"#?(\d{1,18})", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class SnoozeArgs:
    """What, and for how long; nothing to see what is snoozed."""

    what: Annotated[str, Arg("A token, a type such as radar, or an alert's number", complete=types)] = ""
    length: Annotated[str, Arg("How long, such as 30m, 4h, 7d; or off")] = "1h"


@command(
    "snooze",
    "Hear nothing of a token, a type or an alert for a while",
    group=Group.YOU,
    args=SnoozeArgs,
    level=Level.MEMBER,
    cooldown=Cooldown(10, per_s=10),
    standing=True,
    examples=("snooze", "snooze $BONK 4h", "snooze breakout 1d", "snooze radar off"),
)
async def snooze(
    ctx: Ctx, args: SnoozeArgs, *, hearing: Hearing, snoozes: Snoozes, finder: Finder, alerts: Alerts
) -> Reply:
    """List what is snoozed, or snooze something and read it back."""
    mine = whose(ctx)
    if not args.what:
        card = snoozes_card(await hearing.of(mine), chat=mine.chat is not None)
        return kept_private(ctx, mine, card)
    length = _length(args.length)
    if (number := _ALERT.fullmatch(args.what)) is not None:
        alert = await alerts.get(ctx.actor, ctx.chat, int(number[1]))
        changed = await alerts.snooze(alert, int(length.total_seconds()))
        return kept_private(ctx, mine, snoozed_alert_card(changed, await hearing.of(mine)))
    subject, named = await _subject(ctx, args.what, finder)
    if not length:
        there = await snoozes.wake(mine, subject)
        return kept_private(ctx, mine, woken_card(subject, named, there=there))
    until = await snoozes.snooze(mine, subject, length)
    card = snoozed_card(
        subject, named, until, chat=mine.chat is not None, hinted=_as_member(ctx, mine),
        wishes=await hearing.of(mine),
    )  # fmt: skip
    return kept_private(ctx, mine, card)


def _as_member(ctx: Ctx, mine: Whose) -> bool:
    return mine.chat is None and not ctx.chat.private


def _length(word: str) -> timedelta:
    """Read how long; nothing at all for off."""
    if word.lower() == _OFF:
        return timedelta()
    length = span(word)
    if length is None:
        raise BadArgument(
            f"{one_line(word, 40)!r} is no length of time up to {LONGEST.days} days.",
            argument="length",
            hint="Example: 30m, 4h, 7d; off wakes it",
        )
    return length


async def _subject(ctx: Ctx, words: str, finder: Finder) -> tuple[str, str]:
    """Tell what is meant: how it is kept, and how it is called."""
    kind = type_name(words)
    if kind in DANGEROUS:
        raise BadArgument(
            f"{called(kind)} is never snoozed.",
            argument="what",
            hint=f"To hear none of it: /notify {kind} off",
        )
    if kind is not None:
        return kind, called(kind)
    ref = parse_ref(words)
    if ref is None:
        raise BadArgument(
            f"{one_line(words, 40)!r} is no token, type or alert.",
            argument="what",
            hint="Example: $BONK, radar, or 12",
        )
    found = await finder.identify(ref, ctx.deadline)
    return str(found.token), figures.address(one_line(ref.text, 44))
