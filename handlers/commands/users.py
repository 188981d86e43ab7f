"""Users: whom we have met, and what may be done about each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from core.people import People
from data.models.chat import Level, Place
from data.models.text import one_line
from handlers.args import Arg
from handlers.cards.people import people_card
from handlers.reply import Invoke, Reply
from handlers.spec import Cooldown, Ctx, Group, command

_PAGE = 8
_LEVELS = {
    "waiting": Level.ANYONE,
    "members": Level.MEMBER,
    "paper": Level.PAPER,
    "live": Level.LIVE,
    "operators": Level.OPERATOR,
}


async def _filters(ctx: Ctx, typed: str) -> tuple[tuple[str, str], ...]:
    return tuple((word, word) for word in _LEVELS if word.startswith(typed.lower()))


@dataclass(frozen=True, slots=True, kw_only=True)
class UsersArgs:
    """Whom to list."""

    filter: Annotated[str, Arg("waiting, members, paper, live, operators; or a name", complete=_filters)] = ""
    after: Annotated[int, Arg("Only those with a number above this one", low=0)] = 0


@command(
    "users",
    "Everyone I have met, to approve and block",
    group=Group.OPERATOR,
    args=UsersArgs,
    level=Level.OPERATOR,
    place=Place.PRIVATE,
    private=True,
    cooldown=Cooldown(10, per_s=10),
    examples=("users", "users waiting", "users telegram:123"),
)
async def users(ctx: Ctx, args: UsersArgs, *, people: People) -> Reply:
    """Answer with a page of people."""
    level = _LEVELS.get(args.filter.lower())
    if args.filter and level is None:
        found = await people.search(args.filter)
        title = f"People: {one_line(args.filter, 32)}"
        return people_card(found[:_PAGE], title=title, known=await people.count())
    page = await people.page(args.after, _PAGE + 1, level)
    more = None
    if len(page) > _PAGE:
        more = Invoke("users", {"filter": args.filter, "after": str(page[_PAGE - 1].id)})
    title = "People" if level is None else f"People: {args.filter.lower()}"
    return people_card(page[:_PAGE], title=title, more=more, known=await people.count())
