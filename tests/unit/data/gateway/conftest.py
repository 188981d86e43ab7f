"""A clock on the loop and a nursery, for tests of the gateway."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from data.nursery import Nursery
from tests.fakes.clock import LoopClock


@pytest.fixture
async def clock() -> LoopClock:
    return LoopClock()


@pytest.fixture
async def nursery() -> AsyncIterator[Nursery]:
    async with Nursery() as nursery:
        yield nursery
