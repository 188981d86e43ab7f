"""An outbox with its workers on virtual time, over a real database and ways out that keep what they get."""

from __future__ import annotations

import asyncio
import random
import shutil
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from bot.delivery import PostOffice
from bot.outlet import Outlet
from core.delivery.outbox import Outbox
from data.metrics import Metrics
from data.models.delivery import (
    Channel,
    DeliveryState,
    Lateness,
    Notice,
    Stream,
    Subscription,
    Target,
    Urgency,
)
from data.models.ids import TokenKey
from data.nursery import Nursery
from data.store.store import Store
from tests.fakes.clock import LoopClock
from tests.fakes.outlets import PlainCards
from tests.fakes.virtual_loop import OutsideStore, outside

_OPEN = {DeliveryState.WAITING, DeliveryState.LEASED}


@dataclass(slots=True)
class Post:
    """One process: its outbox and workers; `closed` is what was told of closed places."""

    store: Store
    clock: LoopClock
    outbox: Outbox
    office: PostOffice
    metrics: Metrics
    cards: PlainCards
    closed: list[tuple[Target, str, Sequence[Subscription]]] = field(default_factory=list)
    failed: list[Channel] = field(default_factory=list)

    async def publish(self, key: str, targets: Sequence[Target], **changes: object) -> bool:
        """Post a notice of these targets and ring."""
        return await self.outbox.publish(notice(self.clock, key, **changes), targets)

    async def states(self) -> dict[DeliveryState, int]:
        """Count the deliveries by how they stand."""
        found = dict.fromkeys(DeliveryState, 0)
        async with self.store.read() as tx:
            rows = await tx.outbox.connection.exec_driver_sql(
                "SELECT state, COUNT(*) FROM deliveries GROUP BY state"
            )
            for state, count in map(tuple, rows):
                found[DeliveryState(state)] = count
        return {state: count for state, count in found.items() if count}

    async def until(self, holds: Callable[[], bool], within_s: float = 600.0) -> None:
        """Let time pass until something holds."""
        async with asyncio.timeout(within_s):
            while not holds():  # noqa: ASYNC110 - virtual time costs nothing, and anything may be asked
                await asyncio.sleep(0.05)

    async def drained(self, within_s: float = 600.0) -> None:
        """Let time pass until nothing waits or is under way."""
        async with asyncio.timeout(within_s):
            while (await self.states()).keys() & _OPEN:  # noqa: ASYNC110 - the same
                await asyncio.sleep(0.5)


def notice(clock: LoopClock, key: str, **changes: object) -> Notice:
    """Make a notice that is good for ten minutes."""
    at = clock.now()
    lasts = changes.pop("lasts", timedelta(minutes=10))
    assert isinstance(lasts, timedelta)
    told: dict[str, object] = {
        "key": key, "kind": "note", "stream": Stream.RADAR, "body": key, "at": at, "expires_at": at + lasts,
        "urgency": Urgency.SIGNAL, "lateness": Lateness.DROP,
    }  # fmt: skip
    return Notice(**(told | changes))  # type: ignore[arg-type]


def joining(about: TokenKey) -> dict[str, object]:
    """Say that a notice may be told by editing the message about a token."""
    return {"about": about, "joins": True}


def chats(*numbers: int, channel: Channel = Channel.TELEGRAM, **changes: object) -> list[Target]:
    """Name places by their numbers."""
    return [Target(channel=channel, address=str(each), **changes) for each in numbers]  # type: ignore[arg-type]


async def migrated(folder: Path) -> Path:
    """Make an empty database once, to be copied."""
    file = folder / "empty.db"
    if not file.exists():
        store = await Store.open(f"sqlite+aiosqlite:///{file}", LoopClock())
        await store.migrate()
        await store.close()
    return file


@asynccontextmanager
async def opened(folder: Path, empty: Path, clock: LoopClock) -> AsyncIterator[Store]:
    """Open a database of its own, or that of the folder as it was left."""
    file = folder / "store.db"
    if not file.exists():
        shutil.copy(empty, file)
    with outside():
        store = await OutsideStore.open(f"sqlite+aiosqlite:///{file}", clock)
    try:
        yield store
    finally:
        with outside():
            await store.close()


@asynccontextmanager
async def served(
    store: Store, clock: LoopClock, *outlets: Outlet, seed: int = 7, orderly: bool = True
) -> AsyncIterator[Post]:
    """Run the workers; where it is not `orderly`, they are cut off at the end as by a crash."""
    outbox, metrics, cards = Outbox(store, clock), Metrics(), PlainCards()
    async with Nursery() as nursery:
        post: Post

        async def closed(place: Target, reason: str, paused: Sequence[Subscription]) -> None:
            post.closed.append((place, reason, paused))

        office = PostOffice(
            outbox=outbox, store=store, cards=cards, clock=clock, rng=random.Random(seed), nursery=nursery,
            metrics=metrics, on_closed=closed, on_failed=lambda channel: post.failed.append(channel),
        )  # fmt: skip
        post = Post(store, clock, outbox, office, metrics, cards)
        office.start(outlets)
        yield post
        if orderly:
            await office.stop()
