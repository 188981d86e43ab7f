"""Followed wallets are read on, and what they did is told: kept with its notices in one transaction.

A stream's word is a hint only: it has the wallet read soon. What is told comes from the chain's own list, so
that whatever a stream loses, repeats or shuffles, each move is told once.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

import structlog

from core import events
from core.delivery.audience import Audience
from core.delivery.outbox import Outbox
from core.security.forensics import Forensics
from core.wallets.events import KIND, key_of, moved
from core.wallets.follow import wants
from core.wallets.moves import Move, moves_of
from core.wallets.several import SeveralJudge
from core.wallets.trail import Trail, Trails
from core.wallets.worth import Worth, Worths
from data.clock import Clock
from data.errors import StoreUnavailable
from data.models.delivery import Lateness, Notice, Stream, Target, Urgency
from data.models.events import ProgramLogged, StreamEvent, TokenTraded
from data.models.following import Followed, MoveSeen, Reading
from data.models.ids import Chain, TokenKey, UserId
from data.ports import Deadline
from data.store.store import Store

log = structlog.get_logger("wallets")

EVERY = timedelta(seconds=5)
KEPT = timedelta(days=30)  # of moves
FRESH = timedelta(minutes=5)  # after that a delivery says how old it is
POLL = timedelta(seconds=45)
_AT_ONCE = 10
_TRIES = 6  # for what a stream named and no node lists yet
_TRACE_S = 15.0


@dataclass(frozen=True, slots=True)
class _Hint:
    """What a stream said: a transaction to be found, and how often it was looked for."""

    signature: str | None
    tries: int = 0


class Pursuit:
    """Follows every wallet that anybody follows."""

    def __init__(
        self,
        *,
        store: Store,
        outbox: Outbox,
        audience: Audience,
        trails: Trails,
        worths: Worths,
        forensics: Forensics,
        clock: Clock,
        wall: Clock,
    ) -> None:
        """`clock` is the market's time, `wall` that of people."""
        self._store = store
        self._outbox = outbox
        self._audience = audience
        self._trails = trails
        self._worths = worths
        self._forensics = forensics
        self._several = SeveralJudge(outbox)
        self._clock = clock
        self._wall = wall
        self._wallets: frozenset[str] = frozenset()
        self._hints: dict[str, _Hint] = {}
        self._settled: dict[str, Mapping[str, int]] = {}

    def heard(self, event: StreamEvent) -> None:
        """Take in what a stream tells: a wallet that it names is read soon."""
        match event:
            case TokenTraded(trader=str(wallet)) | ProgramLogged(program=wallet):
                if wallet in self._wallets:
                    self._hints[wallet] = _Hint(event.signature)

    async def run(self) -> None:
        """Read the wallets on that streams named, then those that were read longest ago.

        Raises:
            StoreUnavailable: the database does not answer.
        """
        await self._know()
        before = self._wall.now() - POLL
        async with self._store.read() as tx:
            named = await tx.wallets.readings(list(self._hints)[:_AT_ONCE])
            due = await tx.wallets.due(before, _AT_ONCE)
        chosen = {each.wallet: each for each in (*named, *due)}
        reads = (self.read(each) for each in list(chosen.values())[:_AT_ONCE])
        for result in await asyncio.gather(*reads, return_exceptions=True):  # none goes on alone
            if result is not None:
                raise result

    async def _know(self) -> None:
        """Learn which wallets are followed, and forget the others."""
        found: list[str] = []
        async with self._store.read() as tx:
            while page := await tx.wallets.followed_after(found[-1] if found else ""):
                found += page
        self._wallets = frozenset(found)
        self._hints = {wallet: hint for wallet, hint in self._hints.items() if wallet in self._wallets}
        self._settled = {wallet: seen for wallet, seen in self._settled.items() if wallet in self._wallets}

    async def read(self, reading: Reading) -> None:
        """Read one wallet on and tell what it did.

        Raises:
            StoreUnavailable: the database does not answer; it is read again later.
        """
        hint = self._hints.pop(reading.wallet, None)
        trail = await self._trails.on(reading, self._settled.get(reading.wallet, {}))
        if trail is None:
            log.info("wallet_not_read", wallet=reading.wallet)
            await self._tell(Trail(reading=reading, transactions=(), settled={}), (), Worth())
            return
        if hint is not None and hint.tries < _TRIES and hint.signature not in {None, *trail.settled}:
            self._hints.setdefault(reading.wallet, replace(hint, tries=hint.tries + 1))
        if trail.more:
            self._hints.setdefault(reading.wallet, _Hint(None))
        found = [move for each in trail.transactions for move in moves_of(each, reading.wallet)]
        found = [move for move in found if move.at is None or move.at >= reading.since]
        worth = await self._worths.of(found) if found else Worth()
        try:
            await self._tell(trail, self._seen(reading.wallet, found, worth), worth)
        except StoreUnavailable:
            self._hints[reading.wallet] = _Hint(None)
            raise
        self._settled[reading.wallet] = trail.settled
        if not reading.traced:
            await self._trace(reading.wallet)

    def _seen(self, wallet: str, found: Iterable[Move], worth: Worth) -> tuple[MoveSeen, ...]:
        return tuple(
            MoveSeen(
                wallet=wallet, signature=move.signature, mint=move.mint, slot=move.slot,
                at=move.at or self._clock.now(), side=move.side.value, units=move.units,
                lamports=move.lamports, micro_usd=move.micro_usd, value_usd=worth.value_usd(move),
            )
            for move in found
        )  # fmt: skip

    async def _tell(self, trail: Trail, seen: Sequence[MoveSeen], worth: Worth) -> None:
        """Keep what was read and post who is to be told, all of it or nothing."""
        wallet = trail.reading.wallet
        reading = replace(trail.reading, read_at=self._wall.now())
        followers: tuple[Followed, ...] = ()
        if seen:
            async with self._store.read() as tx:
                followers = await tx.wallets.followers(wallet)
        posts = [(move, entry, self._notice(entry, move, worth)) for move in seen for entry in followers]
        targets = await self._targets(posts)
        posted = 0
        async with self._store.begin() as tx:
            rules = await tx.wallets.hold_rules({entry.user_id for entry in followers}) if followers else {}
            for move in seen:
                if not await tx.wallets.moved(move):
                    continue
                for told, entry, notice in posts:
                    if told is not move:
                        continue
                    reach = targets[entry.user_id, move.mint]
                    if wants(entry, move):
                        posted += await self._outbox.post(tx, notice, reach)
                    rule = rules.get(entry.user_id)
                    if rule is not None and move.side == "buy":
                        posted += await self._several.judge(tx, rule, entry, move, notice, reach, worth)
            await tx.wallets.was_read(reading)
        if posted:
            self._outbox.ring()
            log.info("wallet_moves_told", wallet=wallet, count=posted)

    def _notice(self, entry: Followed, move: MoveSeen, worth: Worth) -> Notice:
        now = self._wall.now()
        token = TokenKey(Chain.SOLANA, move.mint)
        event = moved(entry, move, worth.symbol(move.mint), self._clock.now())
        return Notice(
            key=key_of(entry, move), kind=KIND, stream=Stream.WALLETS, body=events.encode(event), at=now,
            expires_at=now + FRESH, urgency=Urgency.ALERT, lateness=Lateness.SAY_AGE, about=token,
        )  # fmt: skip

    async def _targets(
        self, posts: Iterable[tuple[MoveSeen, Followed, Notice]]
    ) -> dict[tuple[UserId, str], tuple[Target, ...]]:
        """Find where each follower is told of each token."""
        found: dict[tuple[UserId, str], tuple[Target, ...]] = {}
        for move, entry, notice in posts:
            if (entry.user_id, move.mint) not in found:
                reach = await self._audience.of_people([entry.user_id], notice, kind=KIND)
                found[entry.user_id, move.mint] = reach
        return found

    async def _trace(self, wallet: str) -> None:
        """Learn who sent a wallet its first SOL; a service that sends to thousands is nobody's sign."""
        deadline = Deadline.after(self._clock, _TRACE_S)
        origin = await self._forensics.origin(wallet, deadline)
        if origin is None:
            return
        funder = origin.funder
        if funder is not None:
            busy = await self._trails.busy(funder)
            if busy is None:
                return
            funder = None if busy else funder
        async with self._store.begin() as tx:
            await tx.wallets.was_traced(wallet, funder)
