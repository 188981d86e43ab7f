"""Thousands of coins with few calls: every source works through the list at its own pace.

What a source said is kept before its next call goes, so that a crash costs the calls in flight and no more. A
coin is done when every source was asked for it; what is missing then is a gap. People go first: all of this
runs in the background of the sources' quotas.
"""

from __future__ import annotations

import asyncio
import math
from collections import Counter, deque
from collections.abc import AsyncGenerator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from typing import Any

from core.enrichment.alarms import Alarms
from core.enrichment.knowledge import known
from core.enrichment.lanes import Lane, lanes, least_s
from core.enrichment.parts import merged, parts_of
from core.enrichment.progress import LaneProgress, Progress
from core.enrichment.reliability import Reliability
from data.clock import Clock, Deadline
from data.gateway.gateway import Gateway
from data.models.fields import Field
from data.models.ids import ProviderId, TokenKey
from data.models.lists import Part
from data.models.market import Answer, Gap, GapReason, TokenSnapshot
from data.nursery import Nursery
from data.providers.base import Provider
from data.store.store import Store

JOB = "import"
_TURN_S = 240.0  # how long one call may wait for its turn before it is looked after
_PAUSE_S = 15.0  # before a source that refused is asked again
_GIVEN_UP_S = 300.0  # a source that answered nothing for so long holds nobody up any longer
_ROUNDS = 2  # of `_ATTEMPTS`: what fails then is this question's fault, or not worth more
_ATTEMPTS = 4
_MOST_WORKERS = 8  # at 0.4 s an answer that is 20 calls a second: more than any quota here for single coins
_AT_ONCE = 25  # coins a transaction
_ENDED_S = 1.0

_NOT_ASKED = frozenset({GapReason.OPEN, GapReason.RATE_LIMITED, GapReason.QUOTA, GapReason.DEADLINE})
_FINAL = frozenset({GapReason.KEY_REJECTED, GapReason.KEY_MISSING, GapReason.DISABLED})


async def _ended(workers: Sequence[asyncio.Task[None]]) -> None:
    """End workers for good: one cancelled at the moment of its own deadline may take that for the reason."""
    while left := [worker for worker in workers if not worker.done()]:
        for worker in left:
            worker.cancel()
        await asyncio.wait(left, timeout=_ENDED_S)


@dataclass(slots=True, eq=False)
class _Queue:
    """One lane at work: the coins that it still has to ask for."""

    lane: Lane
    left: deque[TokenKey]
    of: int
    heard_at: float
    asked: int = 0  # in this run
    gave_up: Gap | None = None

    def per_s(self, since: float) -> float | None:
        """Tell how many coins a second it asked for while it worked."""
        worked_s = self.heard_at - since
        return self.asked / worked_s if self.asked and worked_s > 0 else None

    def take(self) -> tuple[TokenKey, ...]:
        """Take as many coins as one call asks for."""
        return tuple(self.left.popleft() for _ in range(min(self.lane.endpoint.batch, len(self.left))))


@dataclass(slots=True, eq=False)
class _Run:
    """One list at work."""

    number: int
    queues: tuple[_Queue, ...]
    open: Counter[TokenKey]  # lanes that have not asked for a coin yet
    done: int
    of: int
    began: float
    least_s: float
    # What was heard, with whom to tell that it is kept; or a worker that ended.
    results: asyncio.Queue[tuple[tuple[Part, ...], asyncio.Future[None]] | asyncio.Task[None]] = field(
        default_factory=asyncio.Queue
    )


class Bulk:
    """Works through lists."""

    def __init__(
        self,
        *,
        gateway: Gateway,
        providers: Mapping[ProviderId, Provider],
        store: Store,
        nursery: Nursery,
        clock: Clock,
        reliability: Reliability,
        alarms: Alarms,
    ) -> None:
        self._gateway = gateway
        self._providers = providers
        self._trust = {provider.id: provider.trust for provider in providers.values()}
        self._store = store
        self._nursery = nursery
        self._clock = clock
        self._reliability = reliability
        self._alarms = alarms

    def least(self, tokens: Sequence[TokenKey], wanted: Set[Field[Any]]) -> dict[ProviderId, float]:
        """Tell the least seconds that each source's quota allows for a list."""
        chosen = lanes(tokens, wanted, self._providers.values())
        counts = Counter(token.chain for token in tokens)
        return least_s({lane: counts[lane.chain] for lane in chosen}, self._gateway.least_s)

    async def run(self, number: int, wanted: Set[Field[Any]]) -> AsyncGenerator[Progress, None]:
        """Do what is left of a list, and tell how far it is each time that something was kept.

        Raises:
            StoreUnavailable: what was heard could not be kept; a later run goes on from there.
        """
        run = await self._begin(number, wanted)
        workers = [
            self._nursery.start(self._work(run, queue), name=f"{JOB} {queue.lane.name}")
            for queue in run.queues
            for _ in range(self._workers(queue))
        ]
        for worker in workers:
            worker.add_done_callback(run.results.put_nowait)
        try:
            await self._finish(run, [token for token, left in run.open.items() if not left])
            yield self._progress(run)
            while run.done < run.of:
                await self._keep(run, await _drained(run.results))
                yield self._progress(run)
        finally:
            await _ended(workers)

    async def _begin(self, number: int, wanted: Set[Field[Any]]) -> _Run:
        async with self._store.read() as tx:
            pending = await tx.lists.pending(number)
            heard = await tx.lists.heard(number)
            done = await tx.lists.count_done(number)
        now = self._clock.monotonic()
        queues = []
        for lane in lanes(pending, wanted, self._providers.values()):
            own = [token for token in pending if token.chain is lane.chain]
            left = deque(token for token in own if (token, lane.name) not in heard)
            queues.append(_Queue(lane, left, of=len(own), heard_at=now))
        open_lanes = Counter(dict.fromkeys(pending, 0))
        for queue in queues:
            open_lanes.update(queue.left)
        least = least_s({queue.lane: len(queue.left) for queue in queues}, self._gateway.least_s)
        return _Run(
            number=number, queues=tuple(queues), open=open_lanes, done=done, of=done + len(pending),
            began=now, least_s=max(least.values(), default=0.0),
        )  # fmt: skip

    def _workers(self, queue: _Queue) -> int:
        """Count the calls that may be in the air at once: as many as start while the slowest is answered."""
        endpoint = queue.lane.endpoint
        interval_s = self._gateway.interval_s(queue.lane.provider, endpoint.quota) * endpoint.cost
        fit = math.ceil(endpoint.timeout_s / interval_s) + 2
        return min(fit, _MOST_WORKERS, queue.lane.calls(len(queue.left)))

    async def _work(self, run: _Run, queue: _Queue) -> None:
        while some := queue.take():
            parts = await self._heard(queue, some)
            kept: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            run.results.put_nowait((parts, kept))
            await kept
            queue.asked += len(some)

    async def _heard(self, queue: _Queue, tokens: tuple[TokenKey, ...]) -> tuple[Part, ...]:
        """Ask until there is an answer, or there is no sense in asking on."""
        rounds = 0
        while True:
            result = queue.gave_up or await self._ask(queue, tokens)
            if isinstance(result, Answer) or result.reason is GapReason.NOT_LISTED:
                queue.heard_at = self._clock.monotonic()
                break
            if queue.gave_up is not None:
                break
            if result.reason is GapReason.BAD_PAYLOAD and len(tokens) > 1:
                # One coin may spoil the answer for all.
                middle = len(tokens) // 2
                first = await self._heard(queue, tokens[:middle])
                return first + await self._heard(queue, tokens[middle:])
            rounds += result.reason not in _NOT_ASKED
            if rounds >= _ROUNDS or result.reason is GapReason.BAD_PAYLOAD:
                break
            silent_s = self._clock.monotonic() - queue.heard_at
            given_up = silent_s > _GIVEN_UP_S and result.reason is not GapReason.QUOTA
            if given_up or result.reason in _FINAL:
                queue.gave_up = result
            else:
                await self._clock.sleep(_PAUSE_S)
        parts = parts_of(queue.lane, tokens, result)
        for part in parts:
            self._alarms.heard(JOB, part.token, result, found=bool(part.snapshot.answered))
        return parts

    async def _ask(self, queue: _Queue, tokens: tuple[TokenKey, ...]) -> Answer | Gap:
        deadline = Deadline.after(self._clock, _TURN_S)
        return await self._gateway.fetch(
            queue.lane.call(tokens), deadline, fresh=True, attempts=_ATTEMPTS, background=True, keep=False
        )

    async def _keep(self, run: _Run, heard: Sequence[tuple[tuple[Part, ...], asyncio.Future[None]]]) -> None:
        """Keep what was heard, let those who heard it go on, and finish the coins that are complete."""
        parts = [part for each, _ in heard for part in each]
        async with self._store.begin() as tx:
            await tx.lists.put_parts(run.number, parts)
        for _, kept in heard:
            if not kept.done():
                kept.set_result(None)
        run.open.subtract(part.token for part in parts)
        await self._finish(
            run, [token for token in dict.fromkeys(p.token for p in parts) if not run.open[token]]
        )

    async def _finish(self, run: _Run, tokens: Sequence[TokenKey]) -> None:
        """Make the snapshots of coins that every source was asked for."""
        for at in range(0, len(tokens), _AT_ONCE):
            some = tokens[at : at + _AT_ONCE]
            async with self._store.read() as tx:
                parts = await tx.lists.parts(run.number, some)
            found = []
            for token in some:
                found.append(self._merged(token, parts.get(token, ())))
                await asyncio.sleep(0)  # people's answers are made on the same loop
            async with self._store.begin() as tx:
                await tx.lists.finish(run.number, found)
            run.done += len(found)
            for snapshot in found:
                self._alarms.done(JOB, snapshot.token, known=known(snapshot))

    def _merged(self, token: TokenKey, parts: Sequence[TokenSnapshot]) -> TokenSnapshot:
        return merged(
            token, parts, trust=self._trust, reliability=self._reliability.of, now=self._clock.now()
        )

    def _progress(self, run: _Run) -> Progress:
        elapsed_s = self._clock.monotonic() - run.began
        rates = {
            queue: queue.asked / elapsed_s if queue.asked and elapsed_s else None for queue in run.queues
        }
        open_s = [
            len(queue.left) / rate if (rate := rates[queue]) else run.least_s - elapsed_s
            for queue in run.queues
            if queue.left and queue.gave_up is None
        ]
        return Progress(
            done=run.done, of=run.of, elapsed_s=elapsed_s, least_s=run.least_s,
            eta_s=max(0.0, *open_s) if open_s else None,
            lanes=tuple(
                LaneProgress(
                    source=queue.lane.provider.id, capability=queue.lane.endpoint.capability,
                    done=queue.of - len(queue.left), of=queue.of, per_s=rates[queue],
                    gave_up="" if queue.gave_up is None else queue.gave_up.reason.value,
                )
                for queue in run.queues
            ),
        )  # fmt: skip


async def _drained(
    results: asyncio.Queue[tuple[tuple[Part, ...], asyncio.Future[None]] | asyncio.Task[None]],
) -> list[tuple[tuple[Part, ...], asyncio.Future[None]]]:
    """Wait for something to be heard, and take all there is; a worker that failed fails the run."""
    heard = []
    each = await results.get()
    while True:
        if isinstance(each, asyncio.Task):
            each.result()
        else:
            heard.append(each)
        if results.empty() and heard:
            return heard
        each = await results.get()
