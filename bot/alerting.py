"""Alerts and watchlists: their services, what feeds them, and what is done by the clock."""

from __future__ import annotations

from datetime import timedelta

from bot.enriching import Enriching
from bot.inject import Services
from core.alerts.engine import AlertEngine
from core.alerts.service import Alerts
from core.alerts.studies import EVERY, Studies
from core.alerts.vigil import Vigil
from core.delivery.audience import Audience
from core.delivery.outbox import Outbox
from core.jobs import Job
from core.streams import Feeds
from core.watching import Watchlists
from data.clock import Clock
from data.nursery import Nursery
from data.store.store import Store

_KEPT = timedelta(days=30)  # of an alert that ended


def services(
    learning: Enriching,
    *,
    store: Store,
    outbox: Outbox,
    audience: Audience,
    feeds: Feeds,
    clock: Clock,
    wall: Clock,
) -> tuple[object, ...]:
    """Make them, and let them hear everything that is observed."""
    engine = AlertEngine(store=store, outbox=outbox, audience=audience, clock=clock, wall=wall)
    learning.enricher.observed.listen(engine.see)
    feeds.listen(engine.heard)
    learning.refresher.serve(Vigil(engine, learning.enricher))
    return (
        engine,
        Alerts(store=store, engine=engine, wall=wall),
        Studies(engine, learning.enricher, clock),
        Watchlists(store, wall),
    )


async def start(services: Services, nursery: Nursery) -> None:
    """Take up every alert that is set, and settle what is reached until the nursery ends.

    Raises:
        StoreUnavailable: the database does not answer.
    """
    engine = services[AlertEngine]
    await engine.load()
    nursery.start(engine.run(), name="alerts")


def jobs(services: Services, wall: Clock) -> tuple[Job, ...]:
    """List what is done by the clock."""
    engine, store = services[AlertEngine], services[Store]

    async def purge() -> None:
        async with store.begin() as tx:
            await tx.alerts.expire(wall.now())
            await tx.alerts.purge(wall.now() - _KEPT)
            await tx.alerts.purge_windows(wall.now() - _KEPT)

    return (
        Job(name="keep alerts' windows", every=timedelta(minutes=1), run=engine.keep, jitter_s=5),
        Job(name="take up alerts", every=timedelta(seconds=30), run=engine.sync, jitter_s=5),
        Job(name="study alerts", every=EVERY, run=services[Studies].run, jitter_s=5),
        Job(name="end alerts", every=timedelta(hours=1), run=purge),
    )
