"""The services behind the boards, made in order."""

from __future__ import annotations

from collections.abc import Mapping

from core.boards.runners import Runners
from core.boards.service import Boards
from core.charts.render import Renderer
from core.enrichment.service import Enricher
from core.streams import Launches
from data.clock import Clock
from data.gateway.gateway import Gateway
from data.models.ids import ProviderId
from data.nursery import Nursery
from data.providers.base import Provider
from data.store.store import Store


def services(
    *,
    gateway: Gateway,
    providers: Mapping[ProviderId, Provider],
    enricher: Enricher,
    store: Store,
    renderer: Renderer,
    nursery: Nursery,
    clock: Clock,
    launches: Launches,
) -> tuple[object, ...]:
    """Give what streams tell of launches; make the boards that show it, and the runners of a day."""
    boards = Boards(
        gateway=gateway, providers=providers, enricher=enricher, store=store, renderer=renderer,
        nursery=nursery, clock=clock, launches=launches,
    )  # fmt: skip
    return launches, boards, Runners(store, boards.catalogue, clock)
