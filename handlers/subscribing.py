"""Subscribing from within an answer: in private for oneself; in a group its admins route the stream."""

from __future__ import annotations

from core.delivery.hearing import Hearing, Whose
from core.delivery.loudness import Loudness
from core.news.subscribing import Subscribers
from data.errors import NotAllowed
from data.models.chat import Level
from data.models.delivery import Stream
from handlers import guards
from handlers.spec import Ctx


async def heard_here(ctx: Ctx, stream: Stream, *, subscribers: Subscribers, hearing: Hearing) -> bool | None:
    """Tell whether the asker hears a stream in private; None in a group."""
    if not ctx.chat.private:
        return None
    user = ctx.actor.user
    if user is None or not await subscribers.hears(user, stream):
        return False
    return not await _off(Whose(user), stream, hearing)


async def set_here(ctx: Ctx, stream: Stream, *, on: bool, subscribers: Subscribers, hearing: Hearing) -> None:
    """Let the asker hear a stream, which is then off no longer; or no more.

    Raises:
        NotAllowed: this is a group, or somebody we have not met.
    """
    user = ctx.actor.user
    if not ctx.chat.private:
        raise NotAllowed(
            "What this chat hears, its admins choose.",
            rule="place private",
            hint=f"They say: /route {stream.value} here",
        )
    if user is None or not guards.holds(ctx.actor, Level.MEMBER):
        raise NotAllowed("To be told of something is for members.", rule="level 1", hint="Say /start first.")
    if not on:
        await subscribers.leave(ctx.actor, user, stream)
        return
    await subscribers.subscribe(ctx.actor, user, stream)
    if await _off(Whose(user), stream, hearing):
        await hearing.loud(ctx.actor, Whose(user), stream.value, Loudness.ON)


async def _off(whose: Whose, stream: Stream, hearing: Hearing) -> bool:
    return (await hearing.of(whose)).loudness.get(stream.value) is Loudness.OFF
