"""The services that decide what reaches whom, and the jobs that keep them."""

from __future__ import annotations

from datetime import timedelta

import handlers.alerts
from bot.inject import Services
from core.delivery.audience import Audience
from core.delivery.digest import EVERY, Digests
from core.delivery.hearing import Hearing
from core.delivery.inbox import Inboxes
from core.delivery.outbox import Outbox
from core.delivery.presence import Presence
from core.delivery.routes import Places, Routes
from core.delivery.snoozes import Snoozes
from core.jobs import Job
from core.people import People
from data.clock import Clock
from data.nursery import Nursery
from data.store.store import Store
from handlers.alerts import registry
from handlers.alerts.headline import Headlines


def services(
    store: Store, outbox: Outbox, audience: Audience, people: People, nursery: Nursery, wall: Clock
) -> tuple[object, ...]:
    """Make them, each once."""
    cards = registry.discover(handlers.alerts)
    headline = Headlines({kind: card.event for kind, card in cards.items()})
    return (
        Hearing(store, people, wall),
        Snoozes(store, wall),
        Routes(store),
        Places(),
        Presence(store, nursery),
        Inboxes(store, wall, headline),
        Digests(store, outbox, audience, wall, headline),
    )


def jobs(made: Services) -> tuple[Job, ...]:
    """Send what was held as it falls due, and drop what is snoozed no longer."""
    return (
        Job(name="send digests", every=EVERY, run=made[Digests].run, jitter_s=0),
        Job(name="purge snoozes", every=timedelta(hours=1), run=made[Snoozes].purge),
    )
