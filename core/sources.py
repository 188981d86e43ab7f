"""The state of all sources, as people and operators read it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from core.enrichment.reliability import Reliability
from core.enrichment.trust import Kind, Tally
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
    free: int
    burst: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How far one source is believed: what it is declared to be worth, and how its figures stood up."""

    id: ProviderId
    title: str
    declared: float
    tallies: Mapping[Kind, Tally]


class Sources:
    """Tells how the sources are."""

    def __init__(
        self, gateway: Gateway, providers: Mapping[ProviderId, Provider], reliability: Reliability
    ) -> None:
        self._gateway = gateway
        self._providers = providers
        self._reliability = reliability

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
                    quota_left=seen.quota_left, free=seen.free, burst=seen.burst,
                )
            )  # fmt: skip
        return tuple(sorted(found, key=lambda source: (not source.market, source.id)))

    def standings(self) -> tuple[Standing, ...]:
        """List the market sources that were judged by the others, the most believed first."""
        table = self._reliability.table()
        found = [
            Standing(id=provider.id, title=provider.title, declared=provider.trust, tallies=tallies)
            for provider in self._providers.values()
            if (tallies := {kind: tally for (name, kind), tally in table.items() if name == provider.id})
        ]
        return tuple(sorted(found, key=lambda each: (-each.declared, each.id)))

    def coverage(self) -> Mapping[str, tuple[str, ...]]:
        """Tell for each field which sources can tell it."""
        told: dict[str, list[str]] = {}
        for provider in self._providers.values():
            for field in {field for endpoint in provider.endpoints for field in endpoint.fields}:
                told.setdefault(field.name, []).append(provider.id)
        return {name: tuple(sorted(ids)) for name, ids in told.items()}
