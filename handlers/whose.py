"""Whose choice a command shows or changes: one's own, or in a group, for its admins, the chat's. Pure."""

from __future__ import annotations

from core.delivery.hearing import Whose
from data.errors import NotAllowed
from handlers import guards
from handlers.reply import Reply
from handlers.spec import Ctx


def whose(ctx: Ctx) -> Whose:
    """Tell whose choice it is; the command must ask for the caller's standing."""
    assert ctx.actor.user is not None  # the level asks for one
    return Whose(ctx.actor.user, ctx.chat if not ctx.chat.private and guards.exempt(ctx.actor) else None)


def chats_own(ctx: Ctx) -> Whose:
    """Tell whose choice it is where members of a group have none.

    Raises:
        NotAllowed: the caller is no admin of this group.
    """
    found = whose(ctx)
    if found.chat is None and not ctx.chat.private:
        raise NotAllowed(
            f"What reaches this chat, its admins choose with /{ctx.command}.",
            rule="level 5",
            hint="Your own choices: in a private chat.",
        )
    return found


def kept_private(ctx: Ctx, found: Whose, reply: Reply) -> Reply:
    """Show one's own choices to oneself alone."""
    return reply if ctx.chat.private or found.chat is not None else reply.with_(private=True)
