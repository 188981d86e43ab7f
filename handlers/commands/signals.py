"""Signals: what the radar saw lately, with what became of it so far."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from core.radar.board import Records
from core.radar.events import NAMES
from handlers.args import Arg
from handlers.cards.radar import signals_card
from handlers.radar_words import kind_and_period, kinds
from handlers.reply import Invoke, Reply
from handlers.spec import Cooldown, Ctx, Group, command


@dataclass(frozen=True, slots=True, kw_only=True)
class SignalsArgs:
    """Which type, of how long; in any order."""

    page: Annotated[int, Arg("Page of the list", low=1, high=99)] = 1
    type: Annotated[str, Arg("Such as breakout or liq_drain", complete=kinds)] = ""
    tf: Annotated[str, Arg("How far back, such as 12h or 7d")] = ""


@command(
    "signals",
    "What the radar saw lately, and what became of it",
    group=Group.WATCH,
    args=SignalsArgs,
    cooldown=Cooldown(8, per_s=10),
    examples=("signals", "signals breakout", "signals launch 12h"),
)
async def signals(ctx: Ctx, args: SignalsArgs, *, records: Records) -> Reply:
    """List them, the newest first."""
    kind, period = kind_and_period((args.type, args.tf))
    found, grades = await records.latest(kind, period)
    about = "" if kind is None else NAMES[kind]
    words = {"type": args.type, "tf": args.tf}
    again = Invoke("signals", {name: word for name, word in words.items() if word})
    return signals_card(found, grades, args.page, again, ctx.now, about)
