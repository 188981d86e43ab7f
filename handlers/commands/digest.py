"""Digest: whether notices come each at once, or together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from core.delivery.hearing import Hearing
from core.delivery.schedule import Rhythm, schedule
from core.delivery.wishes import DIGEST
from data.errors import BadArgument
from data.models.chat import Level
from data.models.text import one_line
from handlers.args import Arg
from handlers.cards.hearing import digest_card
from handlers.reply import Reply
from handlers.spec import Cooldown, Ctx, Group, command
from handlers.whose import kept_private, whose


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestArgs:
    """How often, and for a daily one, when."""

    rhythm: Annotated[Rhythm | None, Arg("Each at once, or together")] = None
    at: Annotated[str, Arg("When a daily digest comes, such as 18:30")] = ""


@command(
    "digest",
    "Notices one by one, hourly or once a day; in a group, its own",
    group=Group.YOU,
    args=DigestArgs,
    level=Level.MEMBER,
    cooldown=Cooldown(10, per_s=10),
    standing=True,
    examples=("digest", "digest hourly", "digest daily 18:30", "digest now"),
)
async def digest(ctx: Ctx, args: DigestArgs, *, hearing: Hearing) -> Reply:
    """Show the rhythm, or change it and read it back."""
    mine = whose(ctx)
    if args.rhythm is None:
        if args.at:
            raise BadArgument(
                f"{one_line(args.at, 40)!r} is no rhythm.",
                argument="rhythm",
                hint="One of: now, hourly, daily; daily takes a time, such as daily 18:30",
            )
        return kept_private(ctx, mine, digest_card(await hearing.of(mine), now=hearing.now()))
    wanted = schedule(f"{args.rhythm} {args.at}")
    if wanted is None:
        raise BadArgument(
            f"{one_line(args.at, 40)!r} is no time of a day."
            if args.rhythm is Rhythm.DAILY
            else f"Only a daily digest has a time, {args.rhythm} has none.",
            argument="at",
            hint="Example: daily 18:30",
        )
    wishes = await hearing.choose(ctx.actor, mine, DIGEST, str(wanted) if wanted.gathers else None)
    return kept_private(ctx, mine, digest_card(wishes, now=hearing.now(), changed=True))
