"""Ask several vendors at once: what is there by a moment, and what comes after."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from data.clock import Clock, Deadline
from data.gateway.gateway import Gateway
from data.models.market import Answer, Gap, GapReason
from data.nursery import Nursery
from data.providers.base import Call

# An answer that was at hand, or the question in the air.
_Asked: TypeAlias = Answer | Gap | asyncio.Task[Answer | Gap]


@dataclass(frozen=True, slots=True)
class Collected:
    """What is there so far; not `complete` while questions are in the air."""

    answers: tuple[Answer, ...]
    gaps: tuple[Gap, ...]
    complete: bool

    @property
    def results(self) -> tuple[Answer | Gap, ...]:
        """What came of every question."""
        return (*self.answers, *self.gaps)

    @property
    def unhurried(self) -> bool:
        """Whether nothing is missing for want of time alone: who asks again at once hears the same."""
        return self.complete and not any(gap.reason is GapReason.DEADLINE for gap in self.gaps)


@dataclass(frozen=True, slots=True)
class Asked:
    """One question as it stands: in the air, or with what came of it, after so many seconds."""

    call: Call
    result: Answer | Gap | None = None
    took_s: float | None = None


async def watched(
    calls: Sequence[Call], deadline: Deadline, *, gateway: Gateway, nursery: Nursery, clock: Clock
) -> AsyncGenerator[tuple[Asked, ...], None]:
    """Ask all calls anew, at once, and tell how all stand: at the start, and after each that has ended."""
    began = clock.monotonic()

    async def heard(call: Call) -> Asked:
        result = await gateway.fetch(call, deadline, fresh=True)
        return Asked(call, result, clock.monotonic() - began)

    tasks = [nursery.start(heard(call), name=f"fetch {call.provider.id}") for call in calls]
    waiting = set(tasks)
    try:
        while True:
            yield tuple(
                task.result() if task.done() else Asked(call) for call, task in zip(calls, tasks, strict=True)
            )
            if not waiting:
                return
            _, waiting = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in waiting:
            task.cancel()


async def collect(
    calls: Sequence[Call],
    deadline: Deadline,
    *,
    gateway: Gateway,
    nursery: Nursery,
    clock: Clock,
    patience_s: float,
    enough: int,
    fresh: bool = False,
) -> AsyncGenerator[Collected, None]:
    """Ask all calls at once and give what is there, once or twice.

    First when all have answered, or when `patience_s` has passed and at least `enough` have (the rest are
    gaps marked as pending); then, if that was not everything, when all have answered or the deadline has
    passed. When the consumer leaves, nobody is waited for; a request that others share goes on by itself.
    """
    asked = [
        (
            call,
            (None if fresh else gateway.at_hand(call))
            or nursery.start(gateway.fetch(call, deadline, fresh=fresh), name=f"fetch {call.provider.id}"),
        )
        for call in calls
    ]
    waiting = {each for _, each in asked if isinstance(each, asyncio.Task)}
    early = deadline.at_most(patience_s)
    try:
        while waiting and not deadline.passed:
            if early.passed and len(asked) - len(waiting) >= enough:
                break
            until = deadline if early.passed else early
            _, waiting = await asyncio.wait(
                waiting, timeout=until.remaining_s, return_when=asyncio.FIRST_COMPLETED
            )
        if waiting and not deadline.passed:
            yield _so_far(asked, GapReason.PENDING, clock)
            await asyncio.wait(waiting, timeout=deadline.remaining_s)
        yield _so_far(asked, GapReason.DEADLINE, clock)
    finally:
        for task in waiting:
            task.cancel()


def _so_far(asked: Sequence[tuple[Call, _Asked]], silence: GapReason, clock: Clock) -> Collected:
    """Sort what is there; who has not answered yet is a gap with `silence` as its reason."""
    answers: list[Answer] = []
    gaps: list[Gap] = []
    complete = True
    for call, each in asked:
        result = each if not isinstance(each, asyncio.Task) else each.result() if each.done() else None
        if result is None:
            complete = False
            result = Gap(
                source=call.provider.id, capability=call.endpoint.capability, reason=silence,
                at=clock.now(),
            )  # fmt: skip
        if isinstance(result, Answer):
            answers.append(result)
        else:
            gaps.append(result)
    return Collected(tuple(answers), tuple(gaps), complete)
