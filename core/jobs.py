"""What is done by the clock: declarations only; who runs them is the front's business."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta

from core.enrichment.refresh import EVERY, Refresher
from core.enrichment.reliability import Reliability
from data.ports import Clock
from data.store.store import Store

_RECENTS_KEPT = timedelta(days=90)


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """Work that is due every so often; `jitter_s` spreads it over processes.

    What is done every few seconds is not `recorded` where it went well.
    """

    name: str
    every: timedelta
    run: Callable[[], Awaitable[None]]
    timeout_s: float = 60.0
    jitter_s: int = 30
    recorded: bool = True


def learning(reliability: Reliability) -> Job:
    """Keep what is learned of the sources, and take up what other processes learned."""
    return Job(name="learn reliability", every=timedelta(minutes=5), run=reliability.save)


def refreshing(refresher: Refresher) -> Job:
    """Keep fresh what people look at."""
    return Job(
        name="refresh ahead", every=EVERY, run=refresher.run, timeout_s=10.0, jitter_s=0, recorded=False
    )


def housekeeping(store: Store, wall: Clock) -> tuple[Job, ...]:
    """List the jobs that keep the store bounded."""

    async def purge_payloads() -> None:
        async with store.begin() as tx:
            await tx.payloads.purge()

    async def purge_recents() -> None:
        async with store.begin() as tx:
            await tx.recents.purge(wall.now() - _RECENTS_KEPT)

    async def purge_tokens() -> None:
        async with store.begin() as tx:
            await tx.tokens.purge()

    async def purge_cache() -> None:
        await store.cache.purge()

    hour = timedelta(hours=1)
    return (
        Job(name="purge payloads", every=hour, run=purge_payloads),
        Job(name="purge recents", every=timedelta(hours=24), run=purge_recents),
        Job(name="purge tokens", every=hour, run=purge_tokens),
        Job(name="purge cache", every=hour, run=purge_cache),
    )
