"""Reads what stands at an address, and what a wallet holds: the chain's own word, with vendors' beside it."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from core.enrichment.plan import calls_for
from core.security.forensics import Forensics
from core.security.known import SYSTEM_PROGRAM
from data.gateway.gateway import Gateway
from data.models.ids import SOL_MINT, ProviderId
from data.models.launch import ChainAccount
from data.models.market import Answer, Capability, Gap
from data.models.wallets import CoinBalance, WalletHolding, WalletHoldings, each_once
from data.ports import Deadline
from data.providers.base import Ask, Provider

TOKEN_PROGRAMS = (
    "TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA",
    "TokenzQdBNbLqP5VEhdkAS6EPFLC1PHnBqCXEpPxuEb",
)
_LOADERS = frozenset(
    {
        "BPFLoaderUpgradeab1e11111111111111111111111",
        "BPFLoader2111111111111111111111111111111111",
        "BPFLoader1111111111111111111111111111111111",
        "NativeLoader1111111111111111111111111111111",
        "LoaderV411111111111111111111111111111111111",
    }
)
_SOL_PLACES = 9


class Kind(StrEnum):
    """What an address is of, as the chain tells it."""

    WALLET = "a wallet"
    MINT = "a token"
    TOKEN_ACCOUNT = "a token account"  # noqa: S105 - a word
    PROGRAM = "a program"
    OWNED = "an account of a program, such as a pool"
    ABSENT = "an address without an account"
    UNTOLD = "an address of which no node tells"


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What stands at an address; of a token account, whose it is."""

    kind: Kind
    owner: str | None = None

    @property
    def may_be_a_wallet(self) -> bool:
        """Whether a wallet may be behind it; one that holds no SOL has no account."""
        return self.kind in {Kind.WALLET, Kind.ABSENT, Kind.UNTOLD}


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """What a wallet holds, native and wrapped SOL as one; `whole`: the chain itself told all of it."""

    holdings: tuple[WalletHolding, ...]
    whole: bool
    sources: tuple[ProviderId, ...]
    gaps: tuple[Gap, ...]
    total_usd: Decimal | None = None
    at: datetime | None = None


def standing(account: ChainAccount | None) -> Standing:
    """Tell what an account is."""
    if account is None:
        return Standing(kind=Kind.UNTOLD)
    if account.program is None:
        return Standing(kind=Kind.ABSENT)
    if account.program == SYSTEM_PROGRAM:
        return Standing(kind=Kind.WALLET)
    if account.program in TOKEN_PROGRAMS:
        if account.owner is None:
            return Standing(kind=Kind.MINT)
        return Standing(kind=Kind.TOKEN_ACCOUNT, owner=account.owner)
    return Standing(kind=Kind.PROGRAM if account.program in _LOADERS else Kind.OWNED)


class Holdings:
    """Asks nodes and vendors what wallets hold."""

    def __init__(
        self, *, gateway: Gateway, providers: Mapping[ProviderId, Provider], forensics: Forensics
    ) -> None:
        self._gateway = gateway
        self._providers = tuple(providers.values())
        self._forensics = forensics

    async def standing(self, address: str, deadline: Deadline) -> Standing:
        """Tell what stands at an address."""
        known = await self._forensics.accounts((address,), deadline)
        return standing(None if known is None else known.get(address))

    async def of(self, wallet: str, deadline: Deadline) -> Held:
        """Tell what a wallet holds: amounts are the chain's where it answers, names and worth a vendor's."""
        one = Ask(accounts=(wallet,))
        by_program = [Ask(accounts=(wallet,), query=program) for program in TOKEN_PROGRAMS]
        vendors = calls_for(Capability.WALLET, one, self._providers, by="accounts")
        chain, listed = await asyncio.gather(
            asyncio.gather(
                self._forensics.ask(Capability.BALANCE, one, deadline, by="accounts"),
                *(
                    self._forensics.ask(Capability.OWNED, asked, deadline, by="accounts")
                    for asked in by_program
                ),
            ),
            asyncio.gather(*(self._gateway.fetch(call, deadline) for call in vendors)),
        )
        return put_together(chain, listed)


def put_together(chain: Sequence[Answer | Gap | None], listed: Sequence[Answer | Gap]) -> Held:
    """Merge what nodes and vendors say: what the chain does not tell, the most trusted vendor does."""
    answers = [result for result in chain if isinstance(result, Answer)]
    told = [result for result in listed if isinstance(result, Answer)]
    lists = [each for result in told for each in result.records if isinstance(each, WalletHoldings)]
    whole = len(answers) == len(chain)
    own = _on_chain(answers)
    vendors = lists[0].holdings if lists else ()
    names = {row.mint: row for rows in reversed(lists) for row in rows.holdings}
    held = own if whole or not vendors else vendors
    gaps = [result for result in (*chain, *listed) if isinstance(result, Gap)]
    heard = [*(answers if whole or not vendors else ()), *told]
    return Held(
        holdings=tuple(_named(row, names.get(row.mint)) for row in held),
        whole=whole,
        sources=tuple(dict.fromkeys(result.source for result in heard)),
        gaps=tuple(gaps),
        total_usd=next((each.total_usd for each in lists if each.total_usd is not None), None),
        at=min((result.at for result in heard), default=None),
    )


def _on_chain(answers: Sequence[Answer]) -> tuple[WalletHolding, ...]:
    amounts: defaultdict[tuple[str, int], int] = defaultdict(int)
    for result in answers:
        for record in result.records:
            if isinstance(record, CoinBalance):
                amounts[SOL_MINT, _SOL_PLACES] += record.lamports
            elif isinstance(record, ChainAccount) and record.mint and record.decimals is not None:
                amounts[record.mint, record.decimals] += record.amount or 0
    rows = (
        WalletHolding(mint=mint, amount=amount, decimals=places)
        for (mint, places), amount in sorted(amounts.items())
        if amount
    )
    return each_once(rows)


def _named(row: WalletHolding, vendor: WalletHolding | None) -> WalletHolding:
    """Take over what a vendor calls a token."""
    if vendor is None or row is vendor:
        return row
    return WalletHolding(
        mint=row.mint, amount=row.amount, decimals=row.decimals, symbol=vendor.symbol, name=vendor.name
    )
