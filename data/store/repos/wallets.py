"""Followed wallets as rows: who follows which, how far each was read, its moves, and the rule of several."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, delete, exists, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from data.errors import BadArgument
from data.models.following import Filters, Followed, MoveSeen, Reading, SeveralRule, Tells
from data.models.ids import UserId
from data.store.tables import followed_wallets as followed
from data.store.tables import several_rules, several_told
from data.store.tables import wallet_moves as moves
from data.store.tables import wallet_readings as readings
from data.store.types import is_word
from data.store.upsert import insert

PAGE = 2_000


@dataclass(frozen=True, slots=True)
class Wallets:
    """Everything about followed wallets."""

    connection: AsyncConnection

    async def put(self, entry: Followed, since: datetime, most: int) -> None:
        """Follow a wallet, or follow it otherwise; it is read `since` the market's time if it is new here.

        Raises:
            BadArgument: the person follows too many.
        """
        others = (
            select(func.count())
            .select_from(followed)
            .where(followed.c.user_id == entry.user_id, followed.c.wallet != entry.wallet)
        )
        if (await self.connection.scalar(others) or 0) >= most:
            raise BadArgument(
                f"You follow {most} wallets already.", argument="address", hint="Let one go: /wallets"
            )
        choice = {
            "label": entry.label,
            "tells": entry.filters.tells.value,
            "least_usd": entry.filters.least_usd,
            "mints": " ".join(entry.filters.mints),
        }
        add = insert(self.connection, followed).values(
            user_id=entry.user_id, wallet=entry.wallet, added_at=entry.added_at, **choice
        )
        unique = [followed.c.user_id, followed.c.wallet]
        await self.connection.execute(add.on_conflict_do_update(index_elements=unique, set_=choice))
        begin = insert(self.connection, readings).values(
            wallet=entry.wallet, since=since, gaps=0, traced=False
        )
        await self.connection.execute(begin.on_conflict_do_nothing(index_elements=[readings.c.wallet]))

    async def drop(self, user_id: UserId, wallet: str) -> bool:
        """Let a wallet go; False where the person does not follow it. What nobody follows is read no more."""
        mine = (followed.c.user_id == user_id) & (followed.c.wallet == wallet)
        gone = await self.connection.scalar(delete(followed).where(mine).returning(followed.c.id))
        await self.connection.execute(delete(readings).where(readings.c.wallet == wallet, ~_is_followed()))
        return gone is not None

    async def of_user(self, user_id: UserId) -> tuple[Followed, ...]:
        """List what a person follows, in the order it came there."""
        return await self._some(followed.c.user_id == user_id)

    async def one(self, user_id: UserId, wallet: str) -> Followed | None:
        """Find a wallet as a person follows it."""
        if not is_word(wallet):
            return None
        found = await self._some((followed.c.user_id == user_id) & (followed.c.wallet == wallet))
        return found[0] if found else None

    async def followers(self, wallet: str) -> tuple[Followed, ...]:
        """List everybody's following of a wallet."""
        return await self._some(followed.c.wallet == wallet)

    async def _some(self, which: ColumnElement[bool]) -> tuple[Followed, ...]:
        query = select(followed).where(which).order_by(followed.c.id).limit(PAGE)
        return tuple(_followed(row) for row in await self.connection.execute(query))

    # --- how far each was read ----------------------------------------------------------------------------

    async def followed_after(self, wallet: str, limit: int = PAGE) -> tuple[str, ...]:
        """List the wallets that somebody follows, by address, those behind `wallet`."""
        query = (
            select(readings.c.wallet)
            .where(readings.c.wallet > wallet, _is_followed())
            .order_by(readings.c.wallet)
            .limit(limit)
        )
        return tuple(await self.connection.scalars(query))

    async def due(self, before: datetime, limit: int) -> tuple[Reading, ...]:
        """List wallets that were never read, then those read before an instant, the longest ago first."""
        never = await self._readings(readings.c.read_at.is_(None), limit)
        old = await self._readings(readings.c.read_at < before, limit - len(never))
        return (*never, *old)

    async def readings(self, wallets: Collection[str]) -> tuple[Reading, ...]:
        """Tell how far wallets were read; what nobody follows is left out."""
        return await self._readings(readings.c.wallet.in_(sorted(wallets)), len(wallets))

    async def _readings(self, which: ColumnElement[bool], limit: int) -> tuple[Reading, ...]:
        if limit <= 0:
            return ()
        query = select(readings).where(which, _is_followed()).order_by(readings.c.read_at).limit(limit)
        return tuple(_reading(row) for row in await self.connection.execute(query))

    async def was_read(self, reading: Reading) -> None:
        """Keep how far a wallet was read; another process may have come further."""
        row = readings.c
        mine = row.wallet == reading.wallet
        await self.connection.execute(
            update(readings).where(mine).values(read_at=reading.read_at, gaps=reading.gaps)
        )
        if reading.slot is not None:
            behind = row.slot.is_(None) | (row.slot < reading.slot)
            await self.connection.execute(update(readings).where(mine, behind).values(slot=reading.slot))

    async def was_traced(self, wallet: str, funder: str | None) -> None:
        """Keep who sent a wallet its first SOL, or that nobody tells."""
        await self.connection.execute(
            update(readings).where(readings.c.wallet == wallet).values(funder=funder, traced=True)
        )

    # --- what they did ------------------------------------------------------------------------------------

    async def moved(self, move: MoveSeen) -> bool:
        """Keep a move; False where it is known."""
        add = insert(self.connection, moves).values(
            wallet=move.wallet, signature=move.signature, mint=move.mint, slot=move.slot, at=move.at,
            side=move.side, units=move.units, lamports=move.lamports, micro_usd=move.micro_usd,
            value_usd=move.value_usd,
        )  # fmt: skip
        once = add.on_conflict_do_nothing(index_elements=list(moves.primary_key))
        return (await self.connection.execute(once)).rowcount == 1

    async def latest(self, wallet: str) -> MoveSeen | None:
        """Find a wallet's newest move."""
        query = select(moves).where(moves.c.wallet == wallet).order_by(moves.c.at.desc()).limit(1)
        row = (await self.connection.execute(query)).first()
        return None if row is None else _move(row)

    async def bought(
        self, mint: str, wallets: Collection[str], since: datetime, until: datetime
    ) -> tuple[MoveSeen, ...]:
        """List purchases of a token by some wallets after an instant, up to another, oldest first."""
        query = (
            select(moves)
            .where(moves.c.mint == mint, moves.c.at > since, moves.c.at <= until, moves.c.side == "buy")
            .where(moves.c.wallet.in_(sorted(wallets)))
            .order_by(moves.c.at, moves.c.signature)
        )
        return tuple(_move(row) for row in await self.connection.execute(query))

    async def purge(self, before: datetime) -> int:
        """Drop old moves, what was told of them, and what nobody follows; count the moves."""
        await self.connection.execute(delete(readings).where(~_is_followed()))
        await self.connection.execute(delete(several_told).where(several_told.c.at < before))
        return (await self.connection.execute(delete(moves).where(moves.c.at < before))).rowcount

    # --- the rule of several ------------------------------------------------------------------------------

    async def rule(self, user_id: UserId) -> SeveralRule | None:
        """Find a person's rule."""
        query = select(several_rules).where(several_rules.c.user_id == user_id)
        row = (await self.connection.execute(query)).first()
        return None if row is None else _rule(row)

    async def hold_rules(self, users: Collection[UserId]) -> Mapping[UserId, SeveralRule]:
        """Find people's rules, and let nobody else judge by them before the end of this unit of work.

        Of two wallets' purchases that are stored at once, the second is judged with the first in sight.
        """
        query = (
            select(several_rules)
            .where(several_rules.c.user_id.in_(sorted(users)))
            .order_by(several_rules.c.user_id)
            .with_for_update()
        )
        return {UserId(row.user_id): _rule(row) for row in await self.connection.execute(query)}

    async def set_rule(self, rule: SeveralRule) -> None:
        """Set a person's rule in place of the one before."""
        values = {
            "owners": rule.owners,
            "window_s": rule.window_s,
            "least_usd": rule.least_usd,
            "set_at": rule.set_at,
        }
        add = insert(self.connection, several_rules).values(user_id=rule.user_id, **values)
        unique = [several_rules.c.user_id]
        await self.connection.execute(add.on_conflict_do_update(index_elements=unique, set_=values))

    async def drop_rule(self, user_id: UserId) -> bool:
        """Drop a person's rule; False where there is none."""
        gone = delete(several_rules).where(several_rules.c.user_id == user_id)
        return await self.connection.scalar(gone.returning(several_rules.c.user_id)) is not None

    async def told_at(self, user_id: UserId, mint: str) -> datetime | None:
        """Tell when a person was told last that several bought a token."""
        query = select(several_told.c.at).where(
            several_told.c.user_id == user_id, several_told.c.mint == mint
        )
        found: datetime | None = await self.connection.scalar(query)
        return found

    async def tell(self, user_id: UserId, mint: str, at: datetime) -> None:
        """Keep that a person was told that several bought a token."""
        add = insert(self.connection, several_told).values(user_id=user_id, mint=mint, at=at)
        unique = list(several_told.primary_key)
        await self.connection.execute(add.on_conflict_do_update(index_elements=unique, set_={"at": at}))

    async def funders(self, wallets: Collection[str]) -> Mapping[str, str]:
        """Name who sent wallets their first SOL, as far as it is known."""
        query = select(readings.c.wallet, readings.c.funder).where(
            readings.c.wallet.in_(sorted(wallets)), readings.c.funder.is_not(None)
        )
        return {row.wallet: row.funder for row in await self.connection.execute(query)}


def _is_followed() -> ColumnElement[bool]:
    return exists(select(followed.c.id).where(followed.c.wallet == readings.c.wallet))


def _followed(row: Any) -> Followed:
    filters = Filters(tells=Tells(row.tells), least_usd=row.least_usd, mints=tuple(row.mints.split()))
    return Followed(
        user_id=UserId(row.user_id), wallet=row.wallet, label=row.label, filters=filters,
        added_at=row.added_at,
    )  # fmt: skip


def _reading(row: Any) -> Reading:
    return Reading(
        wallet=row.wallet, since=row.since, slot=row.slot, read_at=row.read_at, gaps=row.gaps,
        funder=row.funder, traced=row.traced,
    )  # fmt: skip


def _move(row: Any) -> MoveSeen:
    return MoveSeen(
        wallet=row.wallet, signature=row.signature, mint=row.mint, slot=row.slot, at=row.at, side=row.side,
        units=row.units, lamports=row.lamports, micro_usd=row.micro_usd, value_usd=row.value_usd,
    )  # fmt: skip


def _rule(row: Any) -> SeveralRule:
    return SeveralRule(
        user_id=UserId(row.user_id), owners=row.owners, window_s=row.window_s, least_usd=row.least_usd,
        set_at=row.set_at,
    )  # fmt: skip
