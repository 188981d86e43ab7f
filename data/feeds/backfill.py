"""What a stream of logs missed while it was away, asked of a node: bounded in number and time, in order.

Knows no transport: the two questions are handed in, and a question that fails leaves a gap that is told.
Source: https://solana.com/docs/rpc/http/getsignaturesforaddress
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from data.clock import Clock, Deadline
from data.errors import UpstreamError
from data.models.events import Logged
from data.models.launch import Signed

MOST = 200
FILL_S = 20.0
_AT_ONCE = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Missed:
    """What was missed, oldest first; `complete` says that nothing between is lacking."""

    transactions: tuple[Logged, ...] = ()
    complete: bool = True


# An address, the last signature that is known of it, and how many at most: its newer ones, newest first.
Signatures: TypeAlias = Callable[[str, str, int], Awaitable[Sequence[Signed]]]
LogsOf: TypeAlias = Callable[[str], Awaitable[Logged]]
# A program and the last signature that was heard of it.
AskMissed: TypeAlias = Callable[[str, str], Awaitable[Missed]]


class Backfill:
    """Asks for what was missed: the newest `most` transactions at most, within `within_s` seconds."""

    def __init__(
        self,
        signatures: Signatures,
        logs_of: LogsOf,
        clock: Clock,
        *,
        most: int = MOST,
        within_s: float = FILL_S,
    ) -> None:
        self._signatures = signatures
        self._logs_of = logs_of
        self._clock = clock
        self._most = most
        self._within_s = within_s

    async def __call__(self, program: str, until: str) -> Missed:
        """Ask for the transactions of a program after `until`, those that failed left out."""
        deadline = Deadline.after(self._clock, self._within_s)
        try:
            async with asyncio.timeout(deadline.remaining_s):
                rows = await self._signatures(program, until, self._most)
        except (UpstreamError, TimeoutError):
            return Missed(complete=False)
        wanted = [row.signature for row in reversed(rows) if not row.failed]
        found: list[Logged] = []
        complete = len(rows) < self._most
        for first in range(0, len(wanted), _AT_ONCE):
            try:
                async with asyncio.timeout(deadline.remaining_s):
                    told = await asyncio.gather(*map(self._one, wanted[first : first + _AT_ONCE]))
            except TimeoutError:
                return Missed(transactions=tuple(found), complete=False)
            found += [each for each in told if each is not None]
            complete = complete and None not in told
        return Missed(transactions=tuple(found), complete=complete)

    async def _one(self, signature: str) -> Logged | None:
        try:
            return await self._logs_of(signature)
        except UpstreamError:
            return None
