"""Providers' keys: sealed when given, opened once at the start, sealed anew under a new master key."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pydantic import SecretStr

from config.settings import Settings
from data.clock import Clock
from data.errors import BadArgument, ConfigError
from data.models.ids import ProviderId
from data.store.master import Master, MasterFile, MasterSetting
from data.store.sealing import MasterKey, SealBroken, SealedKey, place_of
from data.store.store import Store

MOST_A_PROVIDER = 16
WEBHOOKS = ProviderId("discord_webhook")  # whose addresses are secrets too, and are kept like keys


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptKey:
    """A provider's key; `secret` is None where it cannot be opened."""

    provider: ProviderId
    number: int
    secret: SecretStr | None
    created_at: datetime


class Keys:
    """Keeps providers' keys in the database, sealed under a key that is not there."""

    def __init__(self, store: Store, master: Master) -> None:
        self._store = store
        self._master = master

    async def opened(self) -> Mapping[ProviderId, tuple[SecretStr, ...]]:
        """Open every key, in the order in which they were given; without any, no master key is needed.

        Raises:
            ConfigError: the master key is missing or another one, or a sealed key was changed.
        """
        if not await self._rows():
            return {}
        async with self._master.locked():
            rows = await self._rows()
            key = self._settled(rows)
        found: dict[ProviderId, tuple[SecretStr, ...]] = {}
        for row in rows:
            found[row.provider] = (*found.get(row.provider, ()), _opened(row, key))
        return found

    async def listed(self) -> tuple[KeptKey, ...]:
        """List every key, also those that cannot be opened."""
        rows = await self._rows()
        try:
            async with self._master.locked():
                key = self._settled(rows) if rows else None
        except ConfigError:
            key = None
        return tuple(
            KeptKey(
                provider=row.provider, number=row.number, created_at=row.created_at,
                secret=None if key is None else _try(row, key),
            )
            for row in rows
        )  # fmt: skip

    async def add(self, provider: ProviderId, secret: SecretStr) -> int:
        """Seal one more key of a provider; gives its number. The first key of all makes the master key.

        Raises:
            BadArgument: the provider has this key already, or too many.
            ConfigError: the master key cannot be used, or does not open what is kept.
        """
        async with self._master.locked(), self._store.begin() as tx:
            rows = await tx.keys.all()
            key = self._settled(rows) if rows else self._master.current() or self._made()
            present = {row.number: _opened(row, key) for row in rows if row.provider == provider}
            if len(present) >= MOST_A_PROVIDER:
                raise BadArgument(f"{provider} has {MOST_A_PROVIDER} keys: remove one first")
            if secret in present.values():
                raise BadArgument(f"{provider} has this key already")
            number = await tx.keys.next_number(provider)
            sealed, nonce = key.seal(secret, place=place_of(provider, number))
            await tx.keys.add(provider, number, sealed=sealed, nonce=nonce)
            await tx.audit.append(None, "key set", provider, f"#{number}")
        return number

    async def remove(self, provider: ProviderId, number: int | None = None) -> int:
        """Forget a key, which needs no master key; gives its number.

        Raises:
            BadArgument: the provider has no such key, or several and none is named.
        """
        async with self._store.begin() as tx:
            present = [row.number for row in await tx.keys.all() if row.provider == provider]
            if not present:
                raise BadArgument(f"{provider} has no sealed key")
            numbers = ", ".join(map(str, present))
            if number is None and len(present) > 1:
                raise BadArgument(f"{provider} has the keys {numbers}: name one")
            chosen = present[0] if number is None else number
            if chosen not in present:
                raise BadArgument(f"{provider} has no key of this number (it has: {numbers})")
            await tx.keys.remove(provider, chosen)
            await tx.audit.append(None, "key removed", provider, f"#{chosen}")
        return chosen

    async def rotate(self, new: MasterKey) -> int:
        """Seal every key anew under a new master key; gives how many.

        A kill at any point leaves either master key in use: `opened` and all others find which one it is.

        Raises:
            ConfigError: the master key cannot be used, or does not open what is kept.
        """
        async with self._master.locked():
            async with self._store.begin() as tx:
                rows = await tx.keys.all()
                old = self._settled(rows) if rows else None
                self._master.stage(new)
                for row in rows:
                    assert old is not None
                    place = place_of(row.provider, row.number)
                    sealed, nonce = new.seal(_opened(row, old), place=place)
                    await tx.keys.reseal(row.provider, row.number, sealed=sealed, nonce=nonce)
                await tx.audit.append(None, "master key rotated", "provider keys", f"{len(rows)} sealed anew")
            self._master.install()
        return len(rows)

    async def _rows(self) -> tuple[SealedKey, ...]:
        async with self._store.read() as tx:
            return await tx.keys.all()

    def _made(self) -> MasterKey:
        key = MasterKey.fresh()
        self._master.stage(key)
        self._master.install()
        return key

    def _settled(self, rows: Sequence[SealedKey]) -> MasterKey:
        """Find the master key that these are sealed with, and end a rotation that was cut short."""
        current = self._master.current()
        if current is not None and any(_try(row, current) is not None for row in rows):
            return current
        waiting = self._master.waiting()
        if waiting is not None and any(_try(row, waiting) is not None for row in rows):
            self._master.install()
            return waiting
        problem = "there is no such file" if current is None else "it is not the master key"
        raise ConfigError(
            [
                f"{self._master.where}: {problem}, so {len(rows)} sealed keys stay closed: "
                "put the right one back, or `trenchcoat keys remove` them"
            ]
        )


def master(settings: Settings, state_dir: Path, clock: Clock) -> Master:
    """Choose where the master key comes from.

    Raises:
        ConfigError: both places are set, or the key of the settings cannot be used.
    """
    if settings.master_key is None:
        chosen = settings.master_key_file or state_dir / "master.key"
        return MasterFile(chosen.expanduser().absolute(), clock)
    if settings.master_key_file is not None:
        raise ConfigError(["TRENCHCOAT_MASTER_KEY and TRENCHCOAT_MASTER_KEY_FILE: set one of them"])
    return MasterSetting(settings.master_key)


def _try(row: SealedKey, key: MasterKey) -> SecretStr | None:
    try:
        return key.open(row.sealed, row.nonce, place=place_of(row.provider, row.number))
    except SealBroken:
        return None


def _opened(row: SealedKey, key: MasterKey) -> SecretStr:
    secret = _try(row, key)
    if secret is None:
        raise ConfigError(
            [
                f"key {row.number} of {row.provider} was changed in the database, or put in another's place; "
                f"`trenchcoat keys remove {row.provider} {row.number}`, and set it anew"
            ]
        )
    return secret
