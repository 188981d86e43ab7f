"""Trackw: follows a wallet, under a label and with filters."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Annotated

from core.addresses import TokenRef, is_solana_address
from core.wallets.follow import LABEL, Following
from core.wallets.report import WalletReport
from core.wallets.service import WalletReports
from data.errors import BadArgument
from data.models.chat import Level
from data.models.following import Filters, Tells
from data.models.text import one_line
from data.models.wallets import WalletSpan
from handlers.args import Arg, quantity
from handlers.cards.following import followed_card
from handlers.cards.wallet import no_wallet_card
from handlers.commands.untrackw import for_oneself
from handlers.commands.wallet import solana_address
from handlers.reply import Reply
from handlers.spec import Cooldown, Ctx, Group, command

_EXAMPLE = "7dGbd2QZcCKcTndnHcTL8q7SMVXAkp688NTQYwrRCrar"
_MINTS = 10
_LEAST = re.compile(r"(?:min|>=?)?(?:\$(.+)|(.+)\$)|(?:min|>=?)(.+)", re.IGNORECASE)
_TELLS = {each.value: each for each in Tells}


def understood(words: str) -> tuple[str, Filters | None]:
    """Read a label and filters: sides, a least sum such as $500, and mints; the rest is the label.

    None for no filter at all.

    Raises:
        BadArgument: two sides, two sums, or too many tokens.
    """
    label: list[str] = []
    tells: Tells | None = None
    least: Decimal | None = None
    mints: list[str] = []
    for word in words.split():
        if (side := _TELLS.get(word.casefold())) is not None:
            if tells not in {None, side}:
                raise BadArgument(f"{tells} and {side}: choose one.", argument="words", hint="Both: trades")
            tells = side
        elif (amount := _sum(word)) is not None:
            if least is not None:
                raise BadArgument("Two least sums: name one.", argument="words", hint="Example: $500")
            least = amount
        elif is_solana_address(word):
            mints.append(word)
        else:
            label.append(word)
    if len(set(mints)) > _MINTS:
        raise BadArgument(f"At most {_MINTS} tokens can be named.", argument="words")
    name = one_line(" ".join(label), LABEL + 1)
    if len(name) > LABEL:
        raise BadArgument(f"A label has at most {LABEL} letters.", argument="words", hint="Example: whale 1")
    if tells is None and least is None and not mints:
        return name, None
    filters = Filters(tells=tells or Tells.TRADES, least_usd=least or None)
    return name, replace(filters, mints=tuple(dict.fromkeys(mints)))


def _sum(word: str) -> Decimal | None:
    match = _LEAST.fullmatch(word)
    return None if match is None else quantity(next(part for part in match.groups() if part))


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackwArgs:
    """Which wallet, what to call it, and what to be told of it."""

    address: Annotated[TokenRef, Arg("The wallet's address, or a link to it")]
    words: Annotated[
        str, Arg("A label; then buys, sells, trades, all or mute, a least sum, tokens", rest=True)
    ] = ""


@command(
    "trackw",
    "Follow a wallet: be told what it buys and sells",
    group=Group.WATCH,
    args=TrackwArgs,
    aliases=("tw",),
    level=Level.MEMBER,
    cooldown=Cooldown(6, per_s=30),
    examples=(f"trackw {_EXAMPLE} whale", f"tw {_EXAMPLE} whale buys $500"),
    slow=True,
)
async def trackw(ctx: Ctx, args: TrackwArgs, *, following: Following, reports: WalletReports) -> Reply:
    """Follow it, unless something else than a wallet stands there."""
    user = ctx.actor.user
    assert user is not None  # the level asks for one
    wallet = solana_address(args.address)
    label, filters = understood(args.words)
    known = await following.one(user, wallet)
    if known is None:
        standing = await reports.standing(wallet, ctx.deadline)
        if not standing.may_be_a_wallet:
            return no_wallet_card(
                WalletReport(wallet=wallet, span=WalletSpan.D7, at=ctx.now, standing=standing)
            )
    entry = await following.follow(user, wallet, label, filters)
    return for_oneself(ctx, followed_card(entry, known=known is not None))
