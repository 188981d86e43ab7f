"""The services that find tokens and learn all that the sources say of them, made in order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from core.enrichment.alarms import Alarms
from core.enrichment.bulk import Bulk
from core.enrichment.finder import Finder
from core.enrichment.refresh import Refresher
from core.enrichment.reliability import Reliability
from core.enrichment.renewal import Renewal
from core.enrichment.service import Enricher
from data.clock import Clock
from data.gateway.gateway import Gateway
from data.models.ids import ProviderId
from data.nursery import Nursery
from data.providers.base import Provider
from data.store.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Enriching:
    """What other services are made with, and `services`: all of it, for commands."""

    finder: Finder
    enricher: Enricher
    refresher: Refresher
    reliability: Reliability
    services: tuple[object, ...]


def services(
    *,
    gateway: Gateway,
    providers: Mapping[ProviderId, Provider],
    store: Store,
    nursery: Nursery,
    clock: Clock,
) -> Enriching:
    """Make them, each once."""
    finder = Finder(gateway=gateway, providers=providers, store=store, nursery=nursery, clock=clock)
    reliability, alarms = Reliability(store, clock), Alarms(clock)
    enricher = Enricher(
        gateway=gateway, providers=providers, finder=finder, store=store, nursery=nursery, clock=clock,
        reliability=reliability, alarms=alarms,
    )  # fmt: skip
    bulk = Bulk(
        gateway=gateway, providers=providers, store=store, nursery=nursery, clock=clock,
        reliability=reliability, alarms=alarms,
    )  # fmt: skip
    renewal = Renewal(
        gateway=gateway, providers=providers, finder=finder, store=store, nursery=nursery, clock=clock,
        reliability=reliability,
    )  # fmt: skip
    refresher = Refresher(
        gateway=gateway, providers=providers, looked=enricher.looked, clock=clock, alarms=alarms
    )
    return Enriching(
        finder=finder, enricher=enricher, refresher=refresher, reliability=reliability,
        services=(finder, enricher, reliability, alarms, bulk, renewal, refresher),
    )  # fmt: skip
