"""Ask several vendors at once: what is there by a moment, and what comes after."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass

from data.clock import Clock, Deadline
from data.gateway.gateway import Gateway
from data.models.market import Answer, Gap, GapReason
from data.nursery import Nursery
from data.providers.base import Call


@dataclass(frozen=True, slots=True)
class Collected:
    """What is there so far; `pending` calls are still in the air."""

    answers: tuple[Answer, ...]
    gaps: tuple[Gap, ...]
    complete: bool


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
    passed.
    """
    tasks = {
        nursery.start(gateway.fetch(call, deadline, fresh=fresh), name=f"fetch {call.provider.id}"): call
        for call in calls
    }
    waiting = set(tasks)
    early = deadline.at_most(patience_s)
    while waiting:
        answered = len(tasks) - len(waiting)
        limit = early if answered >= enough and not early.passed else deadline
        if answered >= enough and early.passed:
            break
        wait_s = early.remaining_s if not early.passed else limit.remaining_s
        _, waiting = await asyncio.wait(waiting, timeout=wait_s, return_when=asyncio.FIRST_COMPLETED)
        if deadline.passed:
            break
    first = _so_far(tasks, clock)
    yield first
    if waiting and not deadline.passed:
        await asyncio.wait(waiting, timeout=deadline.remaining_s)
        yield _so_far(tasks, clock)


def _so_far(tasks: dict[asyncio.Task[Answer | Gap], Call], clock: Clock) -> Collected:
    answers: list[Answer] = []
    gaps: list[Gap] = []
    complete = True
    for task, call in tasks.items():
        if not task.done():
            complete = False
            gaps.append(
                Gap(
                    source=call.provider.id, capability=call.endpoint.capability, reason=GapReason.PENDING,
                    at=clock.now(),
                )
            )  # fmt: skip
            continue
        result = task.result()
        if isinstance(result, Answer):
            answers.append(result)
        else:
            gaps.append(result)
    return Collected(tuple(answers), tuple(gaps), complete)
