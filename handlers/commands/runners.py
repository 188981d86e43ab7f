"""Runners: what rose most within a day, by what was stored then."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated

from core.boards.runners import Runners
from core.boards.service import Boards
from data.errors import BadArgument
from data.models.text import one_line
from handlers.args import Arg
from handlers.cards.board_runners import runners_card, runners_picture
from handlers.cards.board_table import drawn
from handlers.reply import Reply
from handlers.spec import Cooldown, Ctx, Group, command

_NAMED = {"today": 0, "yesterday": 1}


async def _days(ctx: Ctx, typed: str) -> tuple[tuple[str, str], ...]:
    today = ctx.now.date()
    words = [*_NAMED, *((today - timedelta(days=back)).isoformat() for back in range(2, 9))]
    return tuple((word, word) for word in words if word.startswith(typed.casefold()))


@dataclass(frozen=True, slots=True, kw_only=True)
class RunnersArgs:
    """Which day."""

    page: Annotated[int, Arg("Page of the list", low=1, high=99)] = 1
    day: Annotated[str, Arg("today, yesterday, or a day such as 2026-03-01", complete=_days)] = "today"


def day_of(word: str, today: date) -> date:
    """Read a day.

    Raises:
        BadArgument: it is none, or has not come yet.
    """
    back = _NAMED.get(word.casefold())
    if back is not None:
        return today - timedelta(days=back)
    try:
        day = date.fromisoformat(word)
    except ValueError:
        raise BadArgument(
            f"{one_line(word, 40)!r} is no day.", argument="day", hint="Example: yesterday, or 2026-03-01"
        ) from None
    if day > today:
        raise BadArgument(f"{day} has not come yet.", argument="day", hint="Example: yesterday")
    return day


@command(
    "runners",
    "What rose most within a day, and what was known at the low",
    group=Group.MARKET,
    args=RunnersArgs,
    cooldown=Cooldown(6, per_s=10),
    examples=("runners", "runners yesterday"),
    slow=True,
)
async def runners(
    ctx: Ctx, args: RunnersArgs, *, runners: Runners, boards: Boards
) -> AsyncGenerator[Reply, None]:
    """Answer with the day in words, then with its picture."""
    today = ctx.now.date()
    found = await runners.of(day_of(args.day, today), ctx.deadline)
    yield runners_card(found, args.page, today)
    if found.runners and ctx.flags.get("charts", True):
        picture = runners_picture(found, args.page, practice=ctx.practice)
        image = drawn(*await boards.draw(picture, ctx.deadline), name="runners")
        if image is not None:
            yield runners_card(found, args.page, today, image=image)
