"""Convert: an amount of one token or currency in another."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated

from core import addresses
from core.rates import CURRENCIES, Rates, Worth
from data.errors import BadArgument
from data.models.money import divided, times
from handlers import figures
from handlers.args import Arg
from handlers.cards import provenance
from handlers.reply import Button, Invoke, Reply, faint, lines, strong, text
from handlers.spec import Cooldown, Ctx, Group, command


@dataclass(frozen=True, slots=True, kw_only=True)
class ConvertArgs:
    """How much of what, in what."""

    amount: Annotated[Decimal, Arg("How much, such as 2.5 or 1.5m")]
    have: Annotated[str, Arg("Token or currency you have")]
    want: Annotated[str, Arg("Token or currency you want")] = "USD"


@command(
    "convert",
    "Convert between tokens and currencies",
    group=Group.MARKET,
    args=ConvertArgs,
    cooldown=Cooldown(6, per_s=10),
    examples=("convert 2.5 SOL BONK", "convert 1m BONK EUR", "convert 100 USD SOL"),
)
async def convert(ctx: Ctx, args: ConvertArgs, *, rates: Rates) -> Reply:
    """Answer with the amount, read back, and the prices behind it."""
    have, want = await asyncio.gather(
        _worth(args.have, "have", ctx, rates), _worth(args.want, "want", ctx, rates)
    )
    result = divided(times(args.amount, have.usd), want.usd)
    if result is None:
        raise BadArgument(f"{want.name} is worth nothing now.", argument="want")
    given = {"amount": f"{args.amount:f}", "have": args.want, "want": args.have}
    return Reply(
        body=lines(
            text(
                f"{figures.amount(args.amount)} {have.name} = ",
                strong(f"{figures.amount(result)} {want.name}"),
            ),
            text(faint(f"{_priced(have)}; {_priced(want)}")),
        ),
        buttons=((Button("Other way round", Invoke("convert", given)),),),
        footer=text(figures.clock_time(min(have.at, want.at))),
    )


async def _worth(unit: str, argument: str, ctx: Ctx, rates: Rates) -> Worth:
    ref = None if unit.upper() in CURRENCIES else addresses.parse_ref(unit)
    if ref is None and unit.upper() not in CURRENCIES:
        raise BadArgument(
            f"{unit!r} is neither a token nor a currency.",
            argument=argument,
            hint="Examples: SOL, $BONK, EUR",
        )
    return await rates.worth(unit, ref, ctx.now, ctx.deadline)


def _priced(worth: Worth) -> str:
    who = ", ".join(provenance.source(source) for source in worth.sources) or "by definition"
    return f"1 {worth.name} = {figures.price(worth.usd)} ({who})"
