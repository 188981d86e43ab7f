"""`/enrich` on the practice market: the sources as they answer, where they differ, and what changed."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from config.settings import SandboxSettings
from core.enrichment.alarms import WINDOW, Alarms
from core.sources import Sources
from data.models.ids import Chain, Platform, ProviderId, TokenKey
from data.models.market import Capability, Gap, GapReason
from data.sandbox.faults import Fault
from handlers import sniff
from tests.integration.scene import Person, Scene, account, stage, words


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    async with stage(tmp_path, sandbox=SandboxSettings(latency_ms=(5, 60))) as scene:
        yield scene


async def frames(scene: Scene, person: Person, line: str) -> list[str]:
    said = sniff.command(line)
    assert said is not None
    request = scene._request(person, said[0], None, words=tuple(said[1]))
    return [words(frame) async for frame in scene.app.dispatcher.frames(request)]


async def test_each_answer_shows_as_it_comes_and_the_last_frame_says_what_came_of_it(scene: Scene) -> None:
    alice = await scene.member()
    shown = await frames(scene, alice, "/enrich BONK")
    assert len(shown) >= 5
    assert "0 of" in shown[0]
    assert shown[0].count("asking") >= 12
    for vendor in ("dexscreener", "jupiter", "rugcheck", "solana"):
        assert vendor in shown[0]
    counts = [frame.split(":")[1].split(" of ")[0].strip() for frame in shown[:-1]]
    assert [int(count) for count in counts] == sorted(int(count) for count in counts)
    last = shown[-1]
    assert "Enriched" in last
    assert "asking" not in last
    assert "Changed: seen for the first time" in last
    assert all(source.id[:14] in last for source in scene.app.services[Sources].all())


async def test_a_second_time_says_what_changed_and_a_dead_source_why_it_is_silent(scene: Scene) -> None:
    alice = await scene.member()
    await frames(scene, alice, "/enrich BONK")
    assert scene.app.sandbox is not None
    scene.app.sandbox.faults.set("rugcheck", Fault.SERVER_ERROR)
    scene.wait(3_600)
    last = (await frames(scene, alice, "/enrich BONK"))[-1]
    assert "since 1h" in last or "since 60m" in last
    assert "price" in last.split("Changed:")[1]
    row = next(line for line in last.splitlines() if line.startswith("rugcheck"))
    assert "✗" in row or "kept from before" in row


async def test_a_stranger_is_refused_and_nobody_asks_without_end(scene: Scene) -> None:
    stranger = Person(name="Eve", identity=account(Platform.TELEGRAM))
    refused = await frames(scene, stranger, "/enrich BONK")
    assert len(refused) == 1
    assert "Enriched" not in refused[0]
    alice = await scene.member()
    last = [(await frames(scene, alice, "/enrich BONK"))[-1] for _ in range(3)]
    assert ["Enriched" in each for each in last] == [True, True, False]


async def test_alarms_are_shown_to_the_operator(scene: Scene) -> None:
    olga = await scene.operator()
    assert "Alarms: none" in words(await scene.say(olga, "/health"))
    alarms, now = scene.app.services[Alarms], scene.app.clock.now()
    for number in range(WINDOW):
        gap = Gap(
            source=ProviderId("orca"), capability=Capability.POOLS, reason=GapReason.BAD_PAYLOAD, at=now
        )
        alarms.heard("cards", TokenKey(Chain.SOLANA, f"{number:044d}"), gap)
    assert "orca in cards: 0 of 50" in words(await scene.say(olga, "/health"))
