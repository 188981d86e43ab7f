"""Joining and parting the accounts of a person: words that work once, and what comes of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import and_, case, delete, literal, or_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from data.clock import Clock
from data.models.chat import Identity
from data.models.delivery import DeliveryState
from data.models.ids import Platform, UserId
from data.models.linking import LinkStep, LinkWord
from data.store import merging
from data.store.tables import chats, deliveries, identities, link_tries, link_words, living, subscriptions
from data.store.upsert import insert

_OPEN = (DeliveryState.WAITING.value, DeliveryState.LEASED.value)


@dataclass(frozen=True, slots=True)
class Links:
    """Words under their digests; a wrong one is counted by the digest of the account that gave it."""

    connection: AsyncConnection
    clock: Clock

    async def put(self, word: LinkWord) -> None:
        """Keep a word, in place of all that its asker, and who may use it, had."""
        await self.drop(word.user_id)
        if word.by is not None:
            await self.drop(word.by)
        await self.connection.execute(
            link_words.insert().values(
                digest=word.digest, step=word.step.value, user_id=word.user_id,
                platform=word.account.platform.value, account=word.account.id, place=word.where.value,
                by_id=word.by, expires_at=word.expires_at,
            )
        )  # fmt: skip

    async def take(self, digest: str, step: LinkStep, where: Platform, by: UserId | None) -> LinkWord | None:
        """Use a word up: of two who use it at once, one gets it. None where it counts for nothing here."""
        c = link_words.c
        fits = and_(
            c.digest == digest, c.step == step.value, c.place == where.value,
            c.by_id.is_(None) if by is None else c.by_id == by, c.expires_at > self.clock.now(),
        )  # fmt: skip
        row = (
            await self.connection.execute(delete(link_words).where(fits).returning(link_words))
        ).one_or_none()
        if row is None:
            return None
        return LinkWord(
            digest=row.digest, step=LinkStep(row.step), user_id=UserId(row.user_id),
            account=Identity(Platform(row.platform), row.account), where=Platform(row.place),
            by=None if row.by_id is None else UserId(row.by_id), expires_at=row.expires_at,
        )  # fmt: skip

    async def drop(self, user_id: UserId) -> bool:
        """Void every word that a person asked for, or alone may use; False where there was none."""
        mine = or_(link_words.c.user_id == user_id, link_words.c.by_id == user_id)
        return (await self.connection.execute(delete(link_words).where(mine))).rowcount > 0

    async def charge(self, account: str, most: int, lasts: timedelta) -> int:
        """Count a try before it is judged; gives how many there were, over `most` where it is locked.

        The time runs from the last try that counted, so that a lock is not made longer by more of them.
        """
        now, c = self.clock.now(), link_tries.c
        add = insert(self.connection, link_tries).values(account=account, tries=1, expires_at=now + lasts)
        until = literal(now + lasts, c.expires_at.type)
        locked = and_(c.expires_at > now, c.tries >= most)
        again = add.on_conflict_do_update(
            index_elements=[c.account],
            set_={
                "tries": case((c.expires_at <= now, 1), (locked, most + 1), else_=c.tries + 1),
                "expires_at": case((locked, c.expires_at), else_=until),
            },
        )
        return await self.connection.scalar(again.returning(c.tries)) or 0

    async def refund(self, account: str) -> None:
        """Take back the count of a try that was right."""
        c = link_tries.c
        await self.connection.execute(
            update(link_tries).where(c.account == account).values(tries=c.tries - 1)
        )

    async def merge(self, gone: UserId, stays: UserId) -> None:
        """Make two people one: what was of either is of the one who stays."""
        await merging.merge(self.connection, merging.Merge(gone=gone, stays=stays, at=self.clock.now()))

    async def release(self, account: Identity) -> None:
        """Part an account from its person: it hears nothing of them any more, and is nobody's."""
        now, at, who = self.clock.now(), account.platform.value, account.id
        d = deliveries.c
        waiting = and_(d.channel == at, d.address == who, d.state.in_(_OPEN))
        cancelled = {"state": DeliveryState.CANCELLED.value, "lease": "", "settled_at": now}
        await self.connection.execute(update(deliveries).where(waiting).values(**cancelled))
        for table in (subscriptions, living):
            await self.connection.execute(delete(table).where(table.c.channel == at, table.c.address == who))
        await self.connection.execute(
            delete(identities).where(identities.c.platform == at, identities.c.id == who)
        )

    async def hand_chats(self, platform: Platform, was: UserId, now: UserId) -> None:
        """Give the private chats on a platform to who is there now; what was preferred in them is gone."""
        theirs = and_(chats.c.user_id == was, chats.c.platform == platform.value)
        await self.connection.execute(update(chats).where(theirs).values(user_id=now, preferences={}))

    async def purge(self, now: datetime) -> None:
        """Drop what is past its time."""
        for table in (link_words, link_tries):
            await self.connection.execute(delete(table).where(table.c.expires_at <= now))
