"""A chain on which wallets trade, asked through a gateway that fails, lags and shuffles by a seed."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from data.chain.base58 import base58
from data.models.ids import ProviderId
from data.models.launch import CoinChange, SignaturePage, Signed, TokenChange, Transaction
from data.models.market import Answer, Capability, Gap, GapReason
from data.ports import Deadline
from data.providers.base import Call
from tests.fakes.clock import START

SLOT_S = 0.4
SOURCE = ProviderId("solana")


def address(name: str) -> str:
    """Give an address that nobody has."""
    return base58(name.encode().ljust(32, b"\1")[:32])


@dataclass
class WalletChain:
    """The ledger: every transaction with its wallet; what is `hidden` no node shows yet."""

    rng: random.Random
    done: dict[str, list[Transaction]] = field(default_factory=dict)
    hidden: set[str] = field(default_factory=set)
    failing: float = 0.0
    asked: int = 0

    def trade(
        self, wallet: str, mint: str, at: datetime, *, sol: float = 1.0, buy: bool = True
    ) -> Transaction:
        """Let a wallet buy or sell; gives the transaction."""
        count = sum(map(len, self.done.values()))
        slot = 1_000_000 + int((at - START).total_seconds() / SLOT_S)
        lamports = int(sol * 10**9)
        made = Transaction(
            signature=f"signature{count:06d}", slot=slot, at=at.replace(microsecond=0), failed=False,
            signers=(wallet,), fee=5_000,
            tokens=(
                TokenChange(
                    account=f"{wallet}:{mint}", owner=wallet, mint=mint, before=0 if buy else 10**9,
                    after=10**9 if buy else 0,
                ),
            ),
            coins=(CoinChange(account=wallet, lamports=(-lamports if buy else lamports) - 5_000),),
        )  # fmt: skip
        self.done.setdefault(wallet, []).append(made)
        return made

    async def fetch(self, call: Call, deadline: Deadline, **how: object) -> Answer | Gap:
        """Answer as a node does, or fail as one."""
        self.asked += 1
        what = call.endpoint.capability
        if self.rng.random() < self.failing:
            return Gap(source=SOURCE, capability=what, reason=GapReason.TIMEOUT, at=START)
        if what is Capability.SIGNATURES:
            return self._answer(what, self._page(call.ask.accounts[0], call.ask.query, call.ask.limit))
        known = (each for rows in self.done.values() for each in rows)
        found = next((each for each in known if each.signature == call.ask.query), None)
        if found is None or found.signature in self.hidden:
            return Gap(source=SOURCE, capability=what, reason=GapReason.NOT_LISTED, at=START)
        return self._answer(what, found)

    def _answer(self, what: Capability, record: SignaturePage | Transaction) -> Answer:
        return Answer(source=SOURCE, capability=what, records=(record,), at=START)

    def _page(self, wallet: str, before: str, limit: int) -> SignaturePage:
        listed = sorted(self.done.get(wallet, []), key=lambda each: each.slot, reverse=True)
        rows = [
            Signed(signature=each.signature, slot=each.slot, at=each.at)
            for each in listed
            if each.signature not in self.hidden
        ]
        names = [row.signature for row in rows]
        start = names.index(before) + 1 if before in names else 0
        return SignaturePage(address=wallet, rows=tuple(rows[start : start + limit]), asked=limit)

    def lag(self, share: float, now: datetime) -> None:
        """Hide some of the newest transactions, so that they appear late and between others."""
        recent = now - timedelta(seconds=20)
        self.hidden = {
            each.signature
            for rows in self.done.values()
            for each in rows
            if each.at is not None and each.at > recent and self.rng.random() < share
        }
