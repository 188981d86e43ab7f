"""The state of all sources, as people and operators read it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from data.gateway.gateway import Gateway
from data.models.ids import ProviderId
from data.providers.base import Provider


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One source at one instant; what was never seen is None."""

    id: ProviderId
    title: str
    docs: str
    market: bool
    state: str
    key: str
    calls: int
    success_rate: float | None
    latency_s: float | None
    last_ok_at: datetime | None
    last_error: str
    quota_left: int | None


class Sources:
    """Tells how the sources are."""

    def __init__(self, gateway: Gateway, providers: Mapping[ProviderId, Provider]) -> None:
        self._gateway = gateway
        self._providers = providers

    def all(self) -> tuple[Source, ...]:
        """List every source, market APIs first."""
        health = {item.provider: item for item in self._gateway.health()}
        found = []
        for provider in self._providers.values():
            seen = health[provider.id]
            found.append(
                Source(
                    id=provider.id, title=provider.title, docs=provider.docs, market=provider.market,
                    state=seen.state.value, key=seen.key.value, calls=seen.calls,
                    success_rate=seen.success_rate, latency_s=seen.latency_p50_s,
                    last_ok_at=seen.last_ok_at, last_error=seen.last_error,
                    quota_left=seen.quota_left,
                )
            )  # fmt: skip
        return tuple(sorted(found, key=lambda source: (not source.market, source.id)))

    def coverage(self) -> Mapping[str, tuple[str, ...]]:
        """Tell for each field which sources can tell it."""
        told: dict[str, list[str]] = {}
        for provider in self._providers.values():
            for field in {field for endpoint in provider.endpoints for field in endpoint.fields}:
                told.setdefault(field.name, []).append(provider.id)
        return {name: tuple(sorted(ids)) for name, ids in told.items()}
