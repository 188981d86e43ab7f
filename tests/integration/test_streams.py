"""Streams of the practice market through the whole program: launches heard, faults survived, health told."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from config.settings import FeedSettings, SandboxSettings
from core.streams import Feeds, Launches
from data.models.chat import Identity
from data.models.events import FeedPhase, FeedState
from data.models.ids import Platform
from data.sandbox import streams
from data.sandbox.faults import Fault
from data.sandbox.tokens import Token
from data.sandbox.world import World
from tests.integration.scene import Person, Scene, stage, words

OWNER = Person(name="me", identity=Identity(Platform.CONSOLE, "local"))
FAST = SandboxSettings(speed=3_600)


async def until(holds: Callable[[], bool], within_s: float = 15.0) -> None:
    async with asyncio.timeout(within_s):
        while not holds():  # noqa: ASYNC110 - of another's state
            await asyncio.sleep(0.02)


def state(scene: Scene, name: str = "pumpportal") -> FeedState:
    return next(each for each in scene.app.services[Feeds].states if each.name == name)


def world(scene: Scene) -> World:
    assert scene.app.sandbox is not None
    return scene.app.sandbox.world


def born(scene: Scene) -> list[Token]:
    """List the launchpad's tokens of after the start."""
    here = world(scene)
    return [
        token
        for token in here.tokens.values()
        if token.launchpad == "pump.fun" and token.created_at > here.started_at
    ]


async def live(scene: Scene) -> None:
    feeds = scene.app.services[Feeds]
    await until(lambda: all(each.phase is FeedPhase.LIVE for each in feeds.states))


async def test_launches_of_the_practice_market_are_heard_by_both_streams(tmp_path: Path) -> None:
    async with stage(tmp_path, sandbox=FAST) as scene:
        await live(scene)
        launches = scene.app.services[Launches]
        await until(lambda: len([each for each in launches.latest(99) if len(each.sources) == 2]) >= 3)
        await until(lambda: len(launches.migrated(9)) >= 1)
        truth = {token.mint: token for token in born(scene)}
        heard = launches.latest(99)
        for each in heard:
            token = truth[each.token.address]
            assert each.launched is not None
            assert (each.launched.name, each.launched.creator) == (token.name, token.creator)
            assert each.launched_at is not None
            assert abs(each.launched_at - token.created_at) < timedelta(hours=2)  # an hour a second
            if each.launched.slot is not None:
                assert each.launched_at == token.created_at.replace(microsecond=0)
            assert (each.migrated is not None) <= (not token.pools[0].dex.is_curve)
        times = [each.launched_at for each in heard if each.launched_at is not None]
        assert times == sorted(times, reverse=True)


async def test_health_tells_how_the_streams_are(tmp_path: Path) -> None:
    async with stage(tmp_path, sandbox=FAST) as scene:
        await live(scene)
        await until(lambda: len(scene.app.services[Launches].latest(1)) == 1)
        told = words(await scene.say(OWNER, "/health"))
        assert "Stream pumpportal: live for " in told and "Stream solana: live for " in told
        assert "0 reconnects · 0 dropped" in told and "events/min" in told


async def test_a_cut_is_told_and_made_good(tmp_path: Path) -> None:
    async with stage(tmp_path, sandbox=FAST) as scene:
        await live(scene)
        assert scene.app.sandbox is not None
        scene.app.sandbox.faults.set("pumpportal", Fault.REFUSED)
        await until(lambda: state(scene).phase is FeedPhase.DOWN)
        told = words(await scene.say(OWNER, "/health"))
        assert "Stream pumpportal: down for " in told and "1 reconnect ·" in told
        scene.app.sandbox.faults.clear()
        await live(scene)
        before = len(scene.app.services[Launches])
        await until(lambda: len(scene.app.services[Launches]) > before)
        assert scene.app.sandbox.channels.most["pumpportal"] == 1


@pytest.mark.parametrize("fault", [Fault.CUT, Fault.WRONG_SCHEMA, Fault.ERROR_IN_200, Fault.ABSURD])
async def test_spoilt_frames_are_refused_and_the_stream_lives(tmp_path: Path, fault: Fault) -> None:
    async with stage(tmp_path, sandbox=FAST) as scene:
        await live(scene)
        assert scene.app.sandbox is not None
        scene.app.sandbox.faults.set("pumpportal", fault)
        count = len(born(scene))
        await until(lambda: len(born(scene)) >= count + 2)
        await asyncio.sleep(0.7)  # one beat of the server
        if fault in {Fault.CUT, Fault.WRONG_SCHEMA}:
            assert state(scene).refused > 0
        scene.app.sandbox.faults.clear()
        before = state(scene).events
        await until(lambda: state(scene).events > before)
        assert (state(scene).phase, state(scene).reconnects) == (FeedPhase.LIVE, 0)


async def test_a_huge_frame_costs_a_connection_and_no_more(tmp_path: Path) -> None:
    async with stage(tmp_path, sandbox=FAST) as scene:
        await live(scene)
        assert scene.app.sandbox is not None
        scene.app.sandbox.faults.set("pumpportal", Fault.HUGE, times=1)
        await until(lambda: state(scene).reconnects == 1)
        await live(scene)


async def test_silence_is_a_stall(tmp_path: Path) -> None:
    feeds = FeedSettings(stall_s=0.3)
    async with stage(tmp_path, sandbox=SandboxSettings(faults="pumpportal=hang"), feeds=feeds) as scene:
        await until(lambda: state(scene).reconnects >= 2)
        assert state(scene, "solana").reconnects == 0


async def test_switched_off_nothing_is_connected(tmp_path: Path) -> None:
    async with stage(tmp_path, feeds=FeedSettings(enabled=False)) as scene:
        await asyncio.sleep(0.2)
        assert scene.app.services[Feeds].states == ()
        assert scene.app.sandbox is not None and not scene.app.sandbox.channels.most
        assert "Stream" not in words(await scene.say(OWNER, "/health"))


async def test_the_signature_of_a_launch_is_the_worlds(tmp_path: Path) -> None:
    async with stage(tmp_path, sandbox=FAST) as scene:
        launches = scene.app.services[Launches]
        await until(lambda: len(launches.latest(1)) == 1)
        (newest,) = launches.latest(1)
        assert newest.launched is not None
        token = world(scene).tokens[newest.token.address]
        assert newest.launched.signature == streams.creation(world(scene), token)
