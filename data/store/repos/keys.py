"""Providers' keys as they are kept: sealed. Nothing here can open them."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from data.clock import Clock
from data.models.ids import ProviderId
from data.store.sealing import SealedKey
from data.store.tables import provider_keys

MOST = 1_000


@dataclass(frozen=True, slots=True)
class Keys:
    """Sealed keys, several a provider."""

    connection: AsyncConnection
    clock: Clock

    async def all(self) -> tuple[SealedKey, ...]:
        """List every key by provider and number."""
        order = (provider_keys.c.provider, provider_keys.c.number)
        rows = await self.connection.execute(select(provider_keys).order_by(*order).limit(MOST))
        return tuple(SealedKey(**row) for row in rows.mappings())

    async def next_number(self, provider: ProviderId) -> int:
        """Give the number that a provider's next key takes."""
        last = select(func.max(provider_keys.c.number)).where(provider_keys.c.provider == provider)
        return (await self.connection.scalar(last) or 0) + 1

    async def add(self, provider: ProviderId, number: int, *, sealed: bytes, nonce: bytes) -> None:
        """Keep a key."""
        values = {"provider": provider, "number": number, "sealed": sealed, "nonce": nonce}
        await self.connection.execute(
            provider_keys.insert().values(**values, created_at=self.clock.now(), rotated_at=None)
        )

    async def reseal(self, provider: ProviderId, number: int, *, sealed: bytes, nonce: bytes) -> None:
        """Put a key in its own place, sealed anew."""
        values = {"sealed": sealed, "nonce": nonce, "rotated_at": self.clock.now()}
        keys = provider_keys.c
        same = (keys.provider == provider, keys.number == number)
        await self.connection.execute(update(provider_keys).where(*same).values(**values))

    async def remove(self, provider: ProviderId, number: int) -> bool:
        """Forget a key; False where there was none."""
        keys = provider_keys.c
        same = (keys.provider == provider, keys.number == number)
        gone = delete(provider_keys).where(*same).returning(keys.number)
        return await self.connection.scalar(gone) is not None
