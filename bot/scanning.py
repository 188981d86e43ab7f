"""The services that look into one token: who holds it, how it began, who made it, what is like it."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from functools import partial

from core.enrichment.finder import Finder
from core.enrichment.service import Enricher
from core.security.forensics import Forensics
from core.security.holders import Holders
from core.security.listing import Listing
from core.security.maker import Makers
from core.security.promotion import Promotions
from core.security.rehearsals import Rehearsals
from core.security.service import Scanner
from core.security.similar import Similar
from data.chain import rehearsal
from data.clock import Clock
from data.gateway.gateway import Gateway
from data.models.ids import ProviderId
from data.nursery import Nursery
from data.providers.base import Provider

_SALT_BYTES = 16


def services(
    *,
    enricher: Enricher,
    finder: Finder,
    gateway: Gateway,
    providers: Mapping[ProviderId, Provider],
    nursery: Nursery,
    clock: Clock,
) -> tuple[object, ...]:
    """Make them, each once."""
    forensics = Forensics(enricher=enricher, gateway=gateway, providers=providers)
    listing = Listing(gateway=gateway, providers=providers)
    makers = Makers(
        enricher=enricher, forensics=forensics, listing=listing, gateway=gateway, providers=providers
    )
    holders = Holders(
        enricher=enricher, gateway=gateway, providers=providers, forensics=forensics, nursery=nursery,
        clock=clock,
    )  # fmt: skip
    rehearsals = Rehearsals(
        forensics=forensics, write=partial(rehearsal.written, salt=secrets.token_bytes(_SALT_BYTES))
    )
    scanner = Scanner(
        enricher=enricher, gateway=gateway, providers=providers, forensics=forensics, makers=makers,
        holders=holders, rehearsals=rehearsals, nursery=nursery,
    )  # fmt: skip
    return (
        forensics,
        makers,
        scanner,
        holders,
        Similar(enricher=enricher, finder=finder, makers=makers, listing=listing),
        Promotions(enricher=enricher, gateway=gateway, providers=providers),
    )
