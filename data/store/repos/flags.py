"""Flags set in the running system, against what the code declares."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, delete, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from data.errors import BadArgument
from data.models.chat import FlagOverride, FlagScope
from data.store.tables import flag_overrides
from data.store.upsert import insert

MOST = 1_000


@dataclass(frozen=True, slots=True)
class Flags:
    """Flags that differ from what the code declares."""

    connection: AsyncConnection

    async def all(self) -> tuple[FlagOverride, ...]:
        """List every override."""
        order = (flag_overrides.c.name, flag_overrides.c.scope, flag_overrides.c.subject)
        rows = await self.connection.execute(select(flag_overrides).order_by(*order).limit(MOST))
        return tuple(
            FlagOverride(name=row.name, scope=FlagScope(row.scope), subject=row.subject, value=row.value)
            for row in rows
        )

    async def set(self, override: FlagOverride) -> None:
        """Override a flag.

        Raises:
            BadArgument: there are too many overrides.
        """
        same = _is(override.name, override.scope, override.subject)
        others = select(func.count()).select_from(flag_overrides).where(~same)
        if (await self.connection.scalar(others) or 0) >= MOST:
            raise BadArgument(f"At most {MOST} flags are overridden.", hint="Clear one first.")
        add = insert(self.connection, flag_overrides).values(
            name=override.name, scope=override.scope.value, subject=override.subject, value=override.value
        )
        unique = list(flag_overrides.primary_key)
        await self.connection.execute(
            add.on_conflict_do_update(index_elements=unique, set_={"value": override.value})
        )

    async def clear(self, name: str, scope: FlagScope, subject: str = "") -> bool:
        """Let a flag be what the code declares; False where it was not overridden."""
        gone = delete(flag_overrides).where(_is(name, scope, subject)).returning(flag_overrides.c.name)
        return await self.connection.scalar(gone) is not None


def _is(name: str, scope: FlagScope, subject: str) -> ColumnElement[bool]:
    flags = flag_overrides.c
    return and_(flags.name == name, flags.scope == scope.value, flags.subject == subject)
