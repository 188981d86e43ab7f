"""Which market the providers reach: the live one, or the practice market in this process."""

from __future__ import annotations

import random
from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING

from pydantic import SecretStr

from config.settings import ProviderSettings, SandboxSettings, Settings
from data.clock import Clock
from data.errors import ConfigError
from data.gateway.access import Access
from data.models.ids import ProviderId
from data.providers.base import Provider

if TYPE_CHECKING:
    from data.sandbox.server import SandboxServer


_PRACTICE_CALLS = 60


class WorldClock:
    """The practice market's time: it may run fast; waiting is real."""

    def __init__(self, clock: Clock, speed: float) -> None:
        self._clock = clock
        self._speed = speed
        self._started_at = clock.now()
        self._started = clock.monotonic()

    def now(self) -> datetime:
        elapsed = (self._clock.monotonic() - self._started) * self._speed
        return self._started_at + timedelta(seconds=elapsed)

    def monotonic(self) -> float:
        return self._clock.monotonic()

    async def sleep(self, seconds: float) -> None:
        await self._clock.sleep(seconds)


def server(chosen: SandboxSettings, clock: Clock, *, port: int = 0) -> SandboxServer:
    """Make the practice market, to be entered.

    Raises:
        ConfigError: a fault of the settings does not exist.
    """
    from data.sandbox.faults import Faults
    from data.sandbox.server import SandboxServer
    from data.sandbox.world import World

    faults = Faults()
    try:
        faults.set_all(chosen.faults)
    except ConfigError as error:
        raise ConfigError([f"TRENCHCOAT_SANDBOX__FAULTS: {problem}" for problem in error.problems]) from None
    world = World(chosen.seed, clock.now())
    return SandboxServer(world, latency_ms=chosen.latency_ms, faults=faults, clock=clock, port=port)


def apart(chosen: SandboxSettings, clock: Clock) -> AbstractAsyncContextManager[SandboxServer]:
    """Make the practice market, to be entered, on a thread of its own.

    Raises:
        ConfigError: a fault of the settings does not exist.
    """
    from data.sandbox.apart import Apart

    return Apart(server(chosen, clock))


def providers(found: Mapping[ProviderId, Provider], *, practice: bool) -> dict[ProviderId, Provider]:
    """Give the providers as they are, or as the practice market has them: it asks no key and costs nobody."""
    if not practice:
        return dict(found)
    return {
        name: replace(
            provider,
            auth=replace(provider.auth, required=False),
            quotas={
                bucket: replace(
                    quota, calls=quota.calls * _PRACTICE_CALLS, burst=quota.burst * _PRACTICE_CALLS
                )
                for bucket, quota in provider.quotas.items()
            },
        )
        for name, provider in found.items()
    }


def access(
    providers: Mapping[ProviderId, Provider],
    settings: Settings,
    practice: Mapping[str, str],
    sealed: Mapping[ProviderId, tuple[SecretStr, ...]] = MappingProxyType({}),
) -> dict[ProviderId, Access]:
    """Say for each provider where it is reached and with which keys: that of the settings, then the sealed.

    Raises:
        ConfigError: a setting names a provider that does not exist.
    """
    unknown = sorted(set(settings.providers) - set(providers))
    if unknown:
        known = ", ".join(sorted(providers))
        raise ConfigError(
            [f"TRENCHCOAT_PROVIDERS__{name.upper()}: there is no such provider ({known})" for name in unknown]
        )
    result = {}
    for provider in providers.values():
        chosen = settings.providers.get(provider.id, ProviderSettings())
        given = () if chosen.api_key is None else (chosen.api_key,)
        keys = (*given, *sealed.get(provider.id, ()))
        result[provider.id] = Access(
            base_url=chosen.base_url or practice.get(provider.id, provider.base_url),
            spare_urls=chosen.spare_urls,
            # A practice market takes no key: none is sent to it.
            api_keys=() if practice and not chosen.base_url else keys,
            enabled=(provider.on or bool(practice)) if chosen.enabled is None else chosen.enabled,
        )
    return result


def seeded(settings: Settings) -> random.Random:
    """Give jitter its randomness."""
    return random.Random(settings.sandbox.seed if settings.practice else None)  # noqa: S311 - no secret
