"""Beta: what can be tried before it is everybody's, for oneself or, by its admins, for a chat."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated, Literal

from config.flags import FLAGS
from core.beta import BETA, BETAS, joined, written
from core.chats import Chats
from core.people import People
from data.errors import BadArgument, NotAllowed
from data.models.chat import Level
from data.models.text import one_line
from handlers import guards
from handlers.args import Arg
from handlers.cards.beta import beta_card
from handlers.reply import Reply
from handlers.spec import Cooldown, Ctx, Group, command
from handlers.whose import kept_private, whose


async def _names(ctx: Ctx, typed: str) -> tuple[tuple[str, str], ...]:
    return tuple((f"{name}: {FLAGS[name].summary}", name) for name in sorted(BETAS) if typed.lower() in name)


@dataclass(frozen=True, slots=True, kw_only=True)
class BetaArgs:
    """What to do about which; nothing to see all."""

    act: Annotated[Literal["join", "leave"] | None, Arg("Join or leave")] = None
    name: Annotated[str, Arg("Which beta", complete=_names)] = ""


# Open to strangers: they see what there is; to join one asks for a record to keep it in.
@command(
    "beta",
    "Try what is new; in a group, its admins choose for it",
    group=Group.YOU,
    args=BetaArgs,
    cooldown=Cooldown(8, per_s=20),
    standing=True,
    examples=("beta", "beta join headline_tone", "beta leave headline_tone"),
)
async def beta(ctx: Ctx, args: BetaArgs, *, people: People, chats: Chats) -> Reply:
    """List the betas, or join or leave one and read it back."""
    if args.act is not None or args.name:
        return await _changed(ctx, args, people=people, chats=chats)
    if ctx.actor.user is None:
        return beta_card((), ctx.flags, chat=False).with_(private=not ctx.chat.private)
    mine = whose(ctx)
    kept = mine.user.preferences if mine.chat is None else await chats.preferences(mine.chat)
    return kept_private(ctx, mine, beta_card(joined(kept), ctx.flags, chat=mine.chat is not None))


async def _changed(ctx: Ctx, args: BetaArgs, *, people: People, chats: Chats) -> Reply:
    name = args.name.lower()
    if args.act is None or name not in BETAS:
        raise BadArgument(
            f"There is no beta {one_line(args.name, 32)!r}." if args.act else "Join it, or leave it?",
            argument="name",
            hint=f"There are: {', '.join(sorted(BETAS)) or 'none just now'}",
        )
    if not guards.holds(ctx.actor, Level.MEMBER) or ctx.actor.user is None:
        raise NotAllowed(
            "Betas are for members.", rule="level 1", hint="Say /start in a private chat with me first."
        )
    mine, join = whose(ctx), args.act == "join"
    if mine.chat is not None:
        kept = await chats.prefer(
            ctx.actor, mine.chat, BETA, written(await chats.preferences(mine.chat), name, join=join)
        )
        actor = ctx.actor
    else:
        user = await people.prefer(mine.user, BETA, written(mine.user.preferences, name, join=join))
        kept, actor = user.preferences, replace(ctx.actor, user=user)
    flags = await chats.flags(actor, ctx.chat)
    return kept_private(ctx, mine, beta_card(joined(kept), flags, chat=mine.chat is not None, changed=name))
