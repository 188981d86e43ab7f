"""What all suites share."""

from __future__ import annotations

import asyncio
import gc
import os
from collections.abc import Callable, Mapping

import pytest
from hypothesis import settings

from tests.fakes.virtual_loop import VirtualLoop

# The same examples in every run, that a red test is of the change at hand; the long drills look for new ones.
settings.register_profile("repeatable", derandomize=True, deadline=None)
settings.register_profile("searching", deadline=None)
settings.load_profile("searching" if os.environ.get("TRENCHCOAT_DRILLS") == "long" else "repeatable")


def pytest_configure(config: pytest.Config) -> None:
    """Know the markers of this project, and let the processes that tests start keep what they compile."""
    # Hundreds of processes are started: none shall compile the program anew.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    config.addinivalue_line("markers", "drill: a fault on purpose; TRENCHCOAT_DRILLS=long makes it long")


def pytest_collection_finish(session: pytest.Session) -> None:
    """Spare the collector what stays to the end: thousands of tests, and the modules they import."""
    gc.collect()
    gc.freeze()


def pytest_asyncio_loop_factories(
    config: pytest.Config, item: pytest.Item
) -> Mapping[str, Callable[[], asyncio.AbstractEventLoop]]:
    """Give a test the virtual loop if its marker asks (tests/fakes/virtual_loop.py), else the real one."""
    marker = item.get_closest_marker("asyncio")
    if marker is not None and "loop_factories" in marker.kwargs:
        return {"virtual": VirtualLoop}
    return {"real": asyncio.new_event_loop}
