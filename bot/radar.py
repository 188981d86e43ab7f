"""The radar: its services, what feeds it, and what is done by the clock."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta

from bot.inject import Services
from config.settings import RadarSettings, Settings
from core.alerts.engine import AlertEngine
from core.boards.service import Boards
from core.delivery.audience import Audience
from core.delivery.outbox import Outbox
from core.delivery.routes import Routes
from core.enrichment.refresh import Refresher
from core.enrichment.service import Enricher
from core.jobs import Job
from core.radar.board import Records
from core.radar.engine import Radar
from core.radar.grading import Grader
from core.radar.hearers import Hearers
from core.radar.receipts import Receipts
from core.radar.watch import Watch
from core.signals.registry import detectors
from core.signals.spec import Cfg
from core.streams import Feeds
from data.clock import Clock
from data.feeds import solana
from data.models.ids import TokenKey, UserId
from data.nursery import Nursery
from data.store.store import Store

_MOST_WATCHED = 500


def services(
    chosen: RadarSettings,
    enricher: Enricher,
    store: Store,
    outbox: Outbox,
    audience: Audience,
    clock: Clock,
) -> tuple[object, ...]:
    """Make them; they do nothing before `start`."""
    receipts = Receipts(store, clock)

    async def watchers(token: TokenKey) -> Collection[UserId]:
        async with store.read() as tx:
            return await tx.watching.watchers(token)

    radar = Radar(
        store=store, outbox=outbox, audience=audience, receipts=receipts, watchers=watchers,
        cfg=Cfg(floor_usd=chosen.floor_usd), clock=clock, kept=timedelta(hours=chosen.kept_hours),
    )  # fmt: skip
    grader = Grader(store=store, radar=radar, enricher=enricher, clock=clock)
    return receipts, radar, grader, Records(store, clock), Hearers(store, Routes(store))


async def start(services: Services, nursery: Nursery, clock: Clock) -> tuple[Job, ...]:
    """Begin to watch, until the nursery ends; list what is done by the clock.

    Raises:
        StoreUnavailable: the database does not answer.
    """
    if not services[Settings].radar.enabled:
        return (_counting(services),)
    detectors()  # imported before anything waits for an answer
    radar, feeds, made = services[Radar], services[Feeds], watch(services, clock)
    await radar.begin()
    feeds.listen(made.heard)
    services[Enricher].observed.listen(made.seen)
    services[Refresher].serve(made)
    nursery.start(made.run(), name="radar")
    nursery.start(made.minutes(), name="radar's minutes")
    grader = services[Grader]
    return (
        Job(
            name="write the radar's journal",
            every=timedelta(seconds=1),
            run=radar.flush,
            jitter_s=0,
            recorded=False,
        ),
        Job(name="grade signals", every=timedelta(seconds=30), run=grader.run, jitter_s=5),
        Job(name="purge the radar's journal", every=timedelta(hours=1), run=radar.purge),
        _counting(services),
    )


def watch(services: Services, clock: Clock) -> Watch:
    """Make what feeds the radar."""
    store, engine = services[Store], services[AlertEngine]

    async def watched() -> Collection[TokenKey]:
        async with store.read() as tx:
            listed = await tx.watching.tokens(_MOST_WATCHED)
        return dict.fromkeys((*listed, *engine.memory.tokens[:_MOST_WATCHED]))

    return Watch(
        radar=services[Radar], enricher=services[Enricher], boards=services[Boards],
        watched=watched, feeds=lambda: services[Feeds].states, chain_feed=solana.NAME, clock=clock,
        most=services[Settings].radar.most_tokens,
    )  # fmt: skip


def _counting(services: Services) -> Job:
    return Job(name="count receipts", every=timedelta(minutes=5), run=services[Receipts].count)
