"""One world for the tests that only look at it."""

from __future__ import annotations

import pytest

from data.sandbox.world import World
from tests.unit.data.sandbox.worlds import START


@pytest.fixture(scope="session")
def world() -> World:
    """Give the shared world; a test that lets time pass makes its own."""
    return World(7, START)
