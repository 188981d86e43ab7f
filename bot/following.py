"""The services that look at wallets and follow them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from bot.inject import Services
from config.settings import Settings
from core.boards.gather import Gatherer
from core.delivery.audience import Audience
from core.delivery.outbox import Outbox
from core.enrichment.service import Enricher
from core.jobs import Job
from core.security.forensics import Forensics
from core.streams import Feeds
from core.wallets.follow import Following
from core.wallets.history import Histories
from core.wallets.holdings import Holdings
from core.wallets.prices import Prices
from core.wallets.pursuit import EVERY, KEPT, Pursuit
from core.wallets.service import WalletReports
from core.wallets.trail import Trails
from core.wallets.worth import Worths
from data.clock import Clock
from data.gateway.gateway import Gateway
from data.models.ids import ProviderId
from data.nursery import Nursery
from data.providers.base import Provider
from data.store.store import Store


def services(
    settings: Settings,
    enricher: Enricher,
    gateway: Gateway,
    providers: Mapping[ProviderId, Provider],
    store: Store,
    outbox: Outbox,
    audience: Audience,
    nursery: Nursery,
    feeds: Feeds,
    clock: Clock,
    wall: Clock,
) -> tuple[object, ...]:
    """Make the reports of wallets, and what follows them; it hears what streams tell."""
    forensics = Forensics(enricher=enricher, gateway=gateway, providers=providers)
    gatherer = Gatherer(
        gateway=gateway, providers=providers, nursery=nursery, clock=clock, launches=feeds.launches
    )
    prices = Prices(gateway=gateway, providers=providers, gatherer=gatherer, nursery=nursery)
    holdings = Holdings(gateway=gateway, providers=providers, forensics=forensics)
    histories = Histories(gateway=gateway, providers=providers, forensics=forensics)
    reports = WalletReports(
        gateway=gateway, providers=providers, holdings=holdings, histories=histories, prices=prices,
        nursery=nursery, clock=clock,
    )  # fmt: skip
    pursuit = Pursuit(
        store=store, outbox=outbox, audience=audience,
        trails=Trails(gateway=gateway, providers=providers, clock=clock), worths=Worths(prices, clock),
        forensics=forensics, clock=clock, wall=wall,
    )  # fmt: skip
    feeds.listen(pursuit.heard)
    return (reports, Following(store, clock, most=settings.access.wallets_each), pursuit)


def jobs(services: Services, clock: Clock) -> tuple[Job, ...]:
    """List what is done by the clock; moves are kept by the market's time."""
    pursuit, store = services[Pursuit], services[Store]

    async def purge() -> None:
        async with store.begin() as tx:
            await tx.wallets.purge(clock.now() - KEPT)

    return (
        Job(name="follow wallets", every=EVERY, run=pursuit.run, timeout_s=120.0, jitter_s=0),
        Job(name="purge wallet moves", every=timedelta(hours=24), run=purge),
    )
