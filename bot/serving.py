"""What goes on while nobody asks: the work done by the clock, and the delivery of what is pushed."""

from __future__ import annotations

import random
from collections.abc import Sequence
from contextlib import AsyncExitStack
from datetime import timedelta

from bot import alerting, following, newsroom, radar, reaching, ways
from bot.app import App
from bot.delivery import PostOffice
from bot.health import Readiness
from bot.outlet import Outlet
from core.delivery.outbox import Outbox
from core.enrichment.refresh import Refresher
from core.enrichment.reliability import Reliability
from core.jobs import Job, housekeeping, learning, refreshing
from core.keys import WEBHOOKS, Keys, master
from data.clock import SystemClock
from data.gateway.transport import HttpTransport
from data.models.chat import Chat
from data.models.delivery import Channel
from data.store.store import Store


async def work(app: App, stack: AsyncExitStack) -> None:
    """Begin what is done by the clock and what is watched, until the stack ends.

    Raises:
        StoreUnavailable: the database does not answer.
    """
    from bot.scheduler import Scheduler

    store, wall = app.services[Store], SystemClock()
    jobs = (
        *housekeeping(store, wall),
        learning(app.services[Reliability]),
        refreshing(app.services[Refresher]),
        *reaching.jobs(app.services),
        *newsroom.jobs(app.services),
        Job(name="purge notices", every=timedelta(hours=24), run=app.services[Outbox].purge),
        *alerting.jobs(app.services, wall),
        *following.jobs(app.services, app.clock),
        *await radar.start(app.services, app.nursery, app.clock),
    )
    await stack.enter_async_context(Scheduler(jobs, store, wall))


async def deliver(
    app: App, outlets: Sequence[Outlet], readiness: Readiness, stack: AsyncExitStack
) -> PostOffice:
    """Begin to carry what is pushed, by these ways out and by webhooks and e-mail, until the stack ends.

    Raises:
        ConfigError: a sealed webhook cannot be opened.
    """
    office = _post_office(app, readiness)
    office.start([*outlets, *await webhooks_and_mail(app, stack)])
    stack.push_async_callback(office.stop)

    def asked(chat: Chat) -> None:
        pace = office.pace(Channel(chat.platform))
        if pace is not None:
            pace.answered(chat.channel)

    app.asked.listen(asked)
    return office


def _post_office(app: App, readiness: Readiness) -> PostOffice:
    """Make what carries the outbox; a channel that it cannot serve is told by the probe."""
    return PostOffice(
        outbox=app.services[Outbox], store=app.services[Store], cards=ways.cards(app.services),
        clock=SystemClock(), rng=random.SystemRandom(), nursery=app.nursery, metrics=app.metrics,
        on_failed=lambda channel: readiness.ended.add(f"deliveries to {channel}"),
    )  # fmt: skip


async def webhooks_and_mail(app: App, stack: AsyncExitStack) -> list[Outlet]:
    """Make the ways out that no front end has: webhooks, and e-mail.

    Raises:
        ConfigError: a sealed webhook cannot be opened.
    """
    made: list[Outlet] = []
    wall = SystemClock()
    given = (await Keys(app.services[Store], master(app.settings, app.state_dir, wall)).opened()).get(
        WEBHOOKS
    )
    if given:
        from bot.channels import wiring as channels

        transport = await stack.enter_async_context(HttpTransport())
        made.append(channels.webhooks(app, given, transport, wall))
    letters = ways.mail(app.settings.mail)
    return made if letters is None else [*made, letters]
