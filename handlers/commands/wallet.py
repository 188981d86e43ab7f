"""Wallet: what one holds, did and earned, and what following it would have brought."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass
from typing import Annotated

from core import addresses
from core.addresses import RefKind, TokenRef
from core.wallets.follow import Following
from core.wallets.service import WalletReports
from data.errors import BadArgument
from data.models.chat import Level
from data.models.ids import Chain
from data.models.wallets import WalletSpan
from handlers.args import Arg
from handlers.cards.wallet import no_wallet_card, wallet_card
from handlers.reply import Reply
from handlers.spec import Cooldown, Ctx, Group, command

_EXAMPLE = "7dGbd2QZcCKcTndnHcTL8q7SMVXAkp688NTQYwrRCrar"


@dataclass(frozen=True, slots=True, kw_only=True)
class WalletArgs:
    """Which wallet, and how far back."""

    address: Annotated[TokenRef, Arg("The wallet's address, or a link to it")]
    period: Annotated[WalletSpan, Arg("How far back its trades are read")] = WalletSpan.D7


@command(
    "wallet",
    "What a wallet holds, did and earned, and what copying it would have brought",
    group=Group.MARKET,
    args=WalletArgs,
    level=Level.MEMBER,
    cooldown=Cooldown(3, per_s=30),
    examples=(f"wallet {_EXAMPLE}", f"wallet {_EXAMPLE} 30d"),
    slow=True,
)
async def wallet(
    ctx: Ctx, args: WalletArgs, *, reports: WalletReports, following: Following
) -> AsyncGenerator[Reply, None]:
    """Answer with what is held, then with what it did."""
    address = solana_address(args.address)
    user = ctx.actor.user
    followed = None if user is None else await following.one(user, address)
    async with aclosing(reports.look(address, args.period, ctx.deadline)) as told:
        async for report in told:
            if report.standing.may_be_a_wallet:
                yield wallet_card(report, followed)
            else:
                yield no_wallet_card(report)


def solana_address(ref: TokenRef) -> str:
    """Read an address of Solana's.

    Raises:
        BadArgument: it is none.
    """
    if ref.kind is RefKind.ADDRESS and ref.chain is Chain.SOLANA and addresses.is_solana_address(ref.text):
        return ref.text
    elsewhere = ref.kind is RefKind.ADDRESS and ref.chain is not Chain.SOLANA
    why = "only wallets on Solana are read" if elsewhere else "a wallet is named by its address"
    raise BadArgument(
        f"{str(ref)!r} is no wallet on Solana: {why}.", argument="address", hint=f"Example: {_EXAMPLE}"
    )
