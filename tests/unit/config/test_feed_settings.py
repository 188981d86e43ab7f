"""Settings of streams: what is connected, and that no line repeats an address that may hold a key."""

from __future__ import annotations

import os
import random
from collections.abc import Mapping

import pytest

from bot import listening
from config.settings import FeedSettings, Settings, SettingsError, load
from data.feeds.backfill import Missed
from data.feeds.socket import Means
from data.metrics import Metrics
from data.nursery import Nursery
from tests.fakes.clock import VirtualClock

PRACTICE = {"pumpportal": "ws://127.0.0.1:1/pumpportal", "solana": "ws://127.0.0.1:1/solana"}


@pytest.fixture(autouse=True)
def _bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in os.environ:
        if name.upper().startswith("TRENCHCOAT"):
            monkeypatch.delenv(name)


async def nothing(program: str, until: str) -> Missed:
    return Missed()


def names(chosen: FeedSettings, practice: Mapping[str, str]) -> list[str]:
    means = Means(clock=VirtualClock(), rng=random.Random(1), nursery=Nursery(), metrics=Metrics())
    return [feed.state.name for feed in listening.feeds(Settings(feeds=chosen), practice, means, nothing)]


def test_live_there_is_the_stream_of_launches_and_a_node_where_one_is_named() -> None:
    assert names(FeedSettings(), {}) == ["pumpportal"]
    node = FeedSettings(solana_ws_url="wss://node.example/?api-key=canary")  # type: ignore[arg-type]
    assert names(node, {}) == ["pumpportal", "solana"]
    assert "canary" not in f"{node!r} {node}"


def test_the_practice_market_has_both_and_off_is_off() -> None:
    assert names(FeedSettings(), PRACTICE) == ["pumpportal", "solana"]
    assert names(FeedSettings(enabled=False), PRACTICE) == []


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("PUMPPORTAL_URL", "https://canary", "WebSocket's address"),
        ("SOLANA_WS_URL", "wss://me:canary@host", "WebSocket's address"),
        ("SOLANA_WS_URL", "canary", "WebSocket's address"),
        ("STALL_S", "0", "greater than 0"),
        ("PUMPPORTAL_KEY", "ca nary", "holds blanks"),
        ("KEY", "canary", "no such setting"),
    ],
)
def test_a_wrong_one_is_one_clear_line(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, words: str
) -> None:
    monkeypatch.setenv(f"TRENCHCOAT_FEEDS__{name}", value)
    with pytest.raises(SettingsError) as wrong:
        load()
    (problem,) = wrong.value.problems
    assert words in problem and f"TRENCHCOAT_FEEDS__{name}" in problem
    assert "canary" not in problem and "nary" not in problem
