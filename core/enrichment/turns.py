"""Asking one source after another without waiting for one that hangs."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterable

from data.clock import Deadline
from data.gateway.gateway import Gateway
from data.models.market import Answer, Gap
from data.nursery import Nursery
from data.providers.base import Call

PATIENCE_S = 1.2


async def in_turn(
    calls: Iterable[Call],
    deadline: Deadline,
    *,
    gateway: Gateway,
    nursery: Nursery,
    enough: Callable[[Answer | Gap], bool],
) -> tuple[Answer | Gap, ...]:
    """Ask each call as soon as those before it were no help or kept us waiting; stop at what is enough.

    Gives what was heard, in that order: the last is enough, or nothing was.
    """
    left = deque(calls)
    heard: list[Answer | Gap] = []
    waiting: set[asyncio.Task[Answer | Gap]] = set()
    try:
        while (left or waiting) and not deadline.passed:
            if left:
                call = left.popleft()
                waiting.add(nursery.start(gateway.fetch(call, deadline), name=f"ask {call.provider.id}"))
            patience = deadline.at_most(PATIENCE_S) if left else deadline
            done: set[asyncio.Task[Answer | Gap]] = set()
            while waiting and not done and not patience.passed:
                done, waiting = await asyncio.wait(
                    waiting, timeout=patience.remaining_s, return_when=asyncio.FIRST_COMPLETED
                )
            for result in (task.result() for task in done):
                heard.append(result)
                if enough(result):
                    return tuple(heard)
        return tuple(heard)
    finally:
        for task in waiting:
            task.cancel()
