"""When a failed request is worth another try, and after which pause.

Only errors whose class says so are tried again, and only if the next try can end before the deadline.
"""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable
from itertools import count
from typing import TypeVar

import stamina
from stamina import instrumentation

from data.clock import Deadline
from data.errors import InvariantBroken, RateLimited, UpstreamError

FIRST_PAUSE_S = 0.25
LONGEST_PAUSE_S = 4.0
LEAST_REQUEST_S = 0.1  # in less than this no vendor answers: not worth a token of the quota

T = TypeVar("T")

# Retries show in our own metrics; stamina would log each one and count into a registry of its own.
instrumentation.set_on_retry_hooks([])


def pause_s(error: UpstreamError, failures: int, rng: random.Random) -> float:
    """Say how long to pause after the n-th failure: as the vendor asks, else ever longer, with jitter."""
    if isinstance(error, RateLimited) and error.retry_after_s is not None:
        return error.retry_after_s
    longest = min(LONGEST_PAUSE_S, FIRST_PAUSE_S * 2.0 ** (failures - 1))
    return rng.uniform(longest / 2, longest)


async def retrying(
    work: Callable[[], Awaitable[T]], *, attempts: int, deadline: Deadline, rng: random.Random
) -> T:
    """Do `work`, at most `attempts` times and never past the deadline; the last error is let through."""
    failures = count(1)

    def backoff(error: Exception) -> float | bool:
        if not isinstance(error, UpstreamError) or not error.retry:
            return False
        pause = pause_s(error, next(failures), rng)
        return pause if pause + LEAST_REQUEST_S <= deadline.remaining_s else False

    async for attempt in stamina.retry_context(on=backoff, attempts=attempts, timeout=None):
        with attempt:
            return await work()
    raise InvariantBroken("a retry loop ended without a result")
