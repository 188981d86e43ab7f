"""Accounts that are joined, and what operators and the press have to say: their services and jobs."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import timedelta
from importlib import resources
from pathlib import Path

import config
from bot.inject import Services
from core.delivery.audience import Audience
from core.delivery.outbox import Outbox
from core.enrichment.service import Enricher
from core.jobs import Job
from core.linking import Linking
from core.news.announcements import Announcements
from core.news.headlines import Headlines
from core.news.newsroom import EVERY, Newsroom
from core.news.releases import Releases, parse
from core.news.subscribing import Subscribers
from core.people import People
from data.clock import Clock
from data.gateway.gateway import Gateway
from data.models.ids import ProviderId
from data.providers.base import Provider
from data.store.store import Store

_HOUR = timedelta(hours=1)
_CHANGELOG = "CHANGELOG.md"


def services(
    enricher: Enricher,
    gateway: Gateway,
    providers: Mapping[ProviderId, Provider],
    store: Store,
    people: People,
    outbox: Outbox,
    audience: Audience,
    clock: Clock,
    wall: Clock,
) -> tuple[object, ...]:
    """Make them, each once; of `providers` those without a key too: what is missing is told."""
    headlines = Headlines(gateway=gateway, providers=providers, enricher=enricher, clock=clock)
    return (
        headlines,
        Newsroom(headlines=headlines, store=store, outbox=outbox, audience=audience, clock=clock, wall=wall),
        Linking(store=store, people=people, outbox=outbox, wall=wall, choose=secrets.choice),
        Announcements(store=store, people=people, outbox=outbox, audience=audience, wall=wall),
        Subscribers(store),
        releases(),
    )


def releases() -> Releases:
    """Read the changelog: within a package where it is installed, beside the packages in a checkout."""
    for found in (resources.files(config) / _CHANGELOG, Path(config.__file__).parents[1] / _CHANGELOG):
        if found.is_file():
            return parse(found.read_text(encoding="utf-8"))
    return Releases(())


def jobs(made: Services) -> tuple[Job, ...]:
    """Tell news, send what was held for long enough, and drop what is past its time."""
    announcements = made[Announcements]
    return (
        Job(name="tell news", every=EVERY, run=made[Newsroom].run),
        Job(name="send announcements", every=timedelta(seconds=15), run=announcements.run, jitter_s=3),
        Job(name="purge announcements", every=timedelta(hours=24), run=announcements.purge),
        Job(name="purge links", every=_HOUR, run=made[Linking].purge),
    )
