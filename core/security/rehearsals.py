"""Rehearses what ordinary holders can do with a token, on the chain's present state; nothing is ever sent."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection
from typing import TypeAlias

from core.security.forensics import Forensics
from data.errors import BadPayload
from data.models.fields import DECIMALS, TOKEN_PROGRAM
from data.models.holders import Holder, HolderList
from data.models.ids import ProviderId
from data.models.market import Answer, Capability, TokenSnapshot
from data.models.rehearsal import Rehearsal, Script, Transfer
from data.ports import Deadline
from data.providers.base import Ask

Writer: TypeAlias = Callable[[Transfer], Awaitable[Script]]
# What became of the transfers, None where nobody could be asked, and who told.
Rehearsed: TypeAlias = tuple[tuple[Rehearsal, ...] | None, tuple[ProviderId, ...]]

HOLDERS = 3
_PART = 100  # one in so many of what a holder has is moved


class Rehearsals:
    """Tries transfers of a token."""

    def __init__(self, *, forensics: Forensics, write: Writer) -> None:
        self._forensics = forensics
        self._write = write

    async def of(
        self, snapshot: TokenSnapshot, listed: HolderList, apart: Collection[str], deadline: Deadline
    ) -> Rehearsed:
        """Rehearse a transfer by a few of those who hold it, and name who was asked."""
        transfers = chosen(snapshot, listed, apart)
        told = await asyncio.gather(*(self._one(transfer, deadline) for transfer in transfers))
        heard = [each for each in told if each is not None]
        found = [record for answer in heard for record in answer.records if isinstance(record, Rehearsal)]
        return tuple(found) or None, tuple(dict.fromkeys(answer.source for answer in heard))

    async def _one(self, transfer: Transfer, deadline: Deadline) -> Answer | None:
        try:
            script = await self._write(transfer)
        except BadPayload:
            return None
        ask = Ask(query=script.transaction, accounts=(script.receiving,), amount=transfer.amount)
        told = await self._forensics.ask(Capability.SIMULATION, ask, deadline, by="accounts")
        return told if isinstance(told, Answer) and not told.stale else None


def chosen(snapshot: TokenSnapshot, listed: HolderList, apart: Collection[str]) -> tuple[Transfer, ...]:
    """Choose whose transfers are rehearsed: the smallest of the holders that are listed.

    The largest are those who set a trap up, and theirs is what can be moved when nobody else's can.
    """
    program, places = snapshot.value(TOKEN_PROGRAM), snapshot.value(DECIMALS)
    if program is None or places is None:
        return ()
    wallets = [holder for holder in listed.holders if _is_wallet(holder) and holder.owner not in apart]
    smallest = sorted(wallets, key=lambda holder: (holder.amount or 0, holder.owner))[:HOLDERS]
    return tuple(
        Transfer(
            mint=snapshot.token.address, program=program, owner=holder.owner, account=holder.account,
            amount=max(1, int((holder.amount or 0) * 10**places) // _PART), decimals=places,
        )
        for holder in smallest
        if holder.account is not None
    )  # fmt: skip


def _is_wallet(holder: Holder) -> bool:
    return bool(holder.amount) and holder.account is not None and holder.owner != holder.account
