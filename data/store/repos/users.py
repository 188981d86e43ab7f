"""People: who they are, what level they hold, what they prefer; and how one is forgotten."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Row, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from data.clock import Clock
from data.errors import NotAllowed
from data.models.chat import Identity, Level, User
from data.models.ids import Platform, UserId
from data.models.text import one_line
from data.store import erasure
from data.store.preferences import changed
from data.store.tables import identities, users
from data.store.types import is_row_id, is_word, starts
from data.store.upsert import insert

NAME_LIMIT = 64
PAGE_LIMIT = 100
_DIGITS = 19  # of the largest row number


def name_key(name: str) -> str:
    """Fold a name for look-ups: without case, without a leading @."""
    return one_line(name, NAME_LIMIT).strip().lstrip("@").casefold()


@dataclass(frozen=True, slots=True)
class Users:
    """The people we know."""

    connection: AsyncConnection
    clock: Clock

    async def by_identity(self, identity: Identity) -> User | None:
        """Find who holds an account."""
        return await self._one(users.c.id == _owner(identity))

    async def get(self, user_id: UserId) -> User | None:
        """Find a person by number."""
        return await self._one(users.c.id == user_id) if is_row_id(user_id) else None

    async def ensure(self, identity: Identity, name: str) -> User:
        """Find who holds an account, or make them known at `Level.ANYONE`; a new name replaces the old.

        Two callers at once get the same person.
        """
        name = one_line(name, NAME_LIMIT).strip()
        found = await self.by_identity(identity)
        if found is None:
            found = await self._create(identity, name)
        if name in {"", found.name}:
            return found
        return await self._changed(found.id, name=name, name_key=name_key(name)) or found

    async def find(self, text: str, limit: int = 10) -> tuple[User, ...]:
        """Find people by number, by account (`telegram:123`), by `@name`, or by the beginning of a name.

        Names are not unique: more than one answer asks the caller to choose.
        """
        text = text.strip()
        if text.isascii() and text.isdigit() and len(text) <= _DIGITS:
            found = await self.get(UserId(int(text)))
            return () if found is None else (found,)
        platform, colon, account = text.partition(":")
        if colon and platform in {each.value for each in Platform} and is_word(account):
            found = await self.by_identity(Identity(Platform(platform), account))
            return () if found is None else (found,)
        key = name_key(text)
        if not key:
            return ()
        if text.startswith("@"):
            return await self._some(users.c.name_key == key, min(limit, PAGE_LIMIT))
        return await self._some(starts(users.c.name_key, key), min(limit, PAGE_LIMIT))

    async def page(self, after_id: int = 0, limit: int = 20, level: Level | None = None) -> tuple[User, ...]:
        """List people by number, those after `after_id`."""
        where = users.c.id > after_id
        if level is not None:
            where &= users.c.level == level.value
        return await self._some(where, min(limit, PAGE_LIMIT))

    async def count(self) -> int:
        """Count everyone."""
        return await self.connection.scalar(select(func.count()).select_from(users)) or 0

    async def set_level(self, user_id: UserId, level: Level) -> User | None:
        """Give a level; None where nobody bears the number."""
        return await self._changed(user_id, level=level.value)

    async def set_blocked(self, user_id: UserId, blocked: bool) -> User | None:
        """Block or unblock; None where nobody bears the number."""
        return await self._changed(user_id, blocked=blocked)

    async def set_preference(self, user_id: UserId, key: str, value: str | None) -> User | None:
        """Set one preference, or drop it with None.

        Raises:
            BadArgument: there are too many, or it is too long.
        """
        held = select(users.c.preferences).where(users.c.id == user_id).with_for_update()
        preferences = await self.connection.scalar(held)
        if preferences is None:
            return None
        return await self._changed(user_id, preferences=changed(preferences, key, value))

    async def held(self, user_id: UserId) -> dict[str, int]:
        """Count all rows that name someone, by table."""
        return await erasure.counted(self.connection, await erasure.person(self.connection, user_id))

    async def forget(self, user_id: UserId) -> bool:
        """Erase a person from every table; the audit keeps their number alone. False where nobody bears it.

        Raises:
            NotAllowed: they are blocked, and to forget them would lift the block.
        """
        found = await self.get(user_id)
        if found is None:
            return False
        if found.blocked:
            raise NotAllowed("A blocked account is not erased.", rule="blocked", hint="Ask the operator.")
        await erasure.erase(self.connection, await erasure.person(self.connection, user_id))
        return True

    async def _create(self, identity: Identity, name: str) -> User:
        made = await self.connection.scalar(
            insert(self.connection, users)
            .values(
                name=name,
                name_key=name_key(name),
                level=Level.ANYONE.value,
                blocked=False,
                preferences={},
                created_at=self.clock.now(),
            )
            .returning(users.c.id)
        )
        add = insert(self.connection, identities).values(
            platform=identity.platform.value, id=identity.id, user_id=made
        )
        # Waits for another one who is just adding the same account, then yields to them.
        won = await self.connection.scalar(add.on_conflict_do_nothing().returning(identities.c.user_id))
        if won is None:
            await self.connection.execute(delete(users).where(users.c.id == made))
        found = await self.by_identity(identity)
        assert found is not None
        return found

    async def _changed(self, user_id: UserId, **values: object) -> User | None:
        await self.connection.execute(update(users).where(users.c.id == user_id).values(**values))
        return await self.get(user_id)

    async def _one(self, where: ColumnElement[bool]) -> User | None:
        found = await self._some(where, 1)
        return found[0] if found else None

    async def _some(self, where: ColumnElement[bool], limit: int) -> tuple[User, ...]:
        page = select(users).where(where).order_by(users.c.id).limit(limit).subquery()
        rows = await self.connection.execute(
            select(page, identities.c.platform, identities.c.id.label("account"))
            .outerjoin(identities, identities.c.user_id == page.c.id)
            .order_by(page.c.id, identities.c.platform, identities.c.id)
        )
        by_id: dict[int, list[Row[tuple[object, ...]]]] = {}
        for row in rows:
            by_id.setdefault(row.id, []).append(row)
        return tuple(_user(group) for group in by_id.values())


def _owner(identity: Identity) -> ColumnElement[int]:
    return (
        select(identities.c.user_id)
        .where(identities.c.platform == identity.platform.value, identities.c.id == identity.id)
        .scalar_subquery()
    )


def _user(rows: Sequence[Row[tuple[object, ...]]]) -> User:
    first = rows[0]
    return User(
        id=UserId(first.id),
        name=first.name,
        level=Level(first.level),
        blocked=first.blocked,
        created_at=first.created_at,
        identities=tuple(Identity(Platform(row.platform), row.account) for row in rows if row.platform),
        preferences=first.preferences,
    )
