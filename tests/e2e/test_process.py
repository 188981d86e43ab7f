"""The process as an operator runs it: probes, figures, and an end in good order."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import aiohttp
import pytest

from tests.e2e import stage
from tests.e2e.stage import Platforms
from tests.fakes import program
from tests.fakes.program import Program

BONK = "DezXAZ8z7PnrnRJjz3wXBoRgixCa6xjnB7YaB1pPB263"
STOP_S = 10.0  # what an operator's service manager waits at least
PATIENCE_S = 20.0


@pytest.fixture
async def there() -> AsyncIterator[Platforms]:
    """Both platforms; at the end, neither may have a complaint."""
    async with stage.platforms() as platforms:
        yield platforms
    platforms.verify()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def ended_well(running: Program) -> float:
    """Ask it to stop; give the seconds that took."""
    started = time.perf_counter()
    running.terminate()
    assert await running.ended(STOP_S) == 0, running.stderr[-2_000:]
    return time.perf_counter() - started


async def test_probes_and_figures_are_served_until_it_is_asked_to_stop(
    there: Platforms, tmp_path: Path
) -> None:
    port = free_port()
    settings = there.settings() | {"HTTP__PORT": str(port)}
    async with (
        program.started(state_dir=tmp_path, settings=settings) as running,
        aiohttp.ClientSession() as http,
    ):
        await there.joined()
        private = there.telegram.private(there.tess)
        there.tess.send(private, "/version")
        await there.telegram.wait_for("sendMessage", PATIENCE_S)
        assert await probed(port, 200) == {"ready": True}
        for path in ("live", "ready"):
            async with http.get(f"http://127.0.0.1:{port}/{path}") as response:
                assert response.status == 200
                assert await response.json() == {path: True}
        async with http.get(f"http://127.0.0.1:{port}/metrics") as response:
            figures = await response.text()
        assert 'commands_total{command="version",outcome="ok"} 1.0' in figures
        print(f"stopped in {await ended_well(running):.1f} s")
    levels = {event["level"] for event in running.log}
    assert levels <= {"info", "warning"}, running.stderr
    assert running.log, "nothing was logged"


async def test_it_ends_in_order_with_answers_in_flight_finished(there: Platforms, tmp_path: Path) -> None:
    settings = there.settings() | {"SANDBOX__LATENCY_MS": "600-900"}
    general, private = there.guild.channel("general"), there.telegram.private(there.tess)
    async with program.started(state_dir=tmp_path, settings=settings) as running:
        await there.joined()
        there.tess.send(private, BONK)
        asked = there.dora.slash(general, "c", token="WIF")
        await there.telegram.wait_for("sendMessage", PATIENCE_S)  # the card stands, its chart does not yet
        await there.discord.wait_for(lambda: asked.answer is not None, PATIENCE_S)
        print(f"stopped in {await ended_well(running):.1f} s with answers in flight")
    assert private.messages[-1].photo is not None
    assert asked.messages[0].attachments
    assert there.telegram.updates.pending == ()
    assert "task_failed" not in running.stderr


async def test_what_is_said_while_it_stops_is_left_to_the_next_one(there: Platforms, tmp_path: Path) -> None:
    port = free_port()
    settings = there.settings() | {"SANDBOX__LATENCY_MS": "600-900", "HTTP__PORT": str(port)}
    general, private = there.guild.channel("general"), there.telegram.private(there.tess)
    async with program.started(state_dir=tmp_path, settings=settings) as running:
        await there.joined()
        asked = there.dora.slash(general, "c", token="WIF")
        await there.discord.wait_for(lambda: asked.answer is not None, PATIENCE_S)
        running.terminate()
        await probed(port, 503)
        there.tess.send(private, "/version")
        assert await running.ended(STOP_S) == 0
    assert asked.messages[0].attachments
    assert len(there.telegram.updates.pending) == 1
    async with program.started(state_dir=tmp_path, settings=settings) as running:
        call = await there.telegram.wait_for("sendMessage", PATIENCE_S)
        assert "TrenchCoat" in call.params["text"]
        await there.joined()
        await ended_well(running)
    assert [call.method for call in there.telegram.calls].count("sendMessage") == 1


async def test_a_platform_that_ends_us_is_told_of_while_the_other_goes_on(
    there: Platforms, tmp_path: Path
) -> None:
    port = free_port()
    private = there.telegram.private(there.tess)
    settings = there.settings() | {"HTTP__PORT": str(port)}
    async with program.started(state_dir=tmp_path, settings=settings) as running:
        await there.joined()
        assert await probed(port, 200) == {"ready": True}
        there.discord.gateway.close(4004, "Authentication failed.")
        assert await probed(port, 503) == {"ready": False, "problem": "ended: discord"}
        there.tess.send(private, "/version")
        call = await there.telegram.wait_for("sendMessage", PATIENCE_S)
        assert "TrenchCoat" in call.params["text"]
        await ended_well(running)
    [told] = [event for event in running.log if event["event"] == "front_end_ended"]
    assert (told["platform"], told["level"]) == ("discord", "error")
    assert "does not take this token" in told["reason"]


async def test_a_process_that_serves_nobody_ends_and_says_so(tmp_path: Path) -> None:
    async with stage.platforms() as there:
        port = free_port()
        settings = {name: value for name, value in there.settings().items() if "TELEGRAM" not in name}
        settings["HTTP__PORT"] = str(port)
        async with program.started(state_dir=tmp_path, settings=settings) as running:
            await probed(port, 200)
            there.discord.gateway.close(4004, "Authentication failed.")
            assert await running.ended(STOP_S) == 1
    assert "front_end_ended" in running.stderr


async def probed(port: int, status: int) -> object:
    """Wait until /ready answers with a status; give what it says."""
    async with aiohttp.ClientSession() as http, asyncio.timeout(PATIENCE_S):
        while True:
            with suppress(aiohttp.ClientConnectionError):  # it does not listen yet
                async with http.get(f"http://127.0.0.1:{port}/ready") as response:
                    if response.status == status:
                        return await response.json()
            await asyncio.sleep(0.05)


@pytest.mark.parametrize(
    ("broken", "named"),
    [
        ({"TELEGRAM__TOKEN": "1:wrong"}, "TRENCHCOAT_TELEGRAM__TOKEN"),
        ({"DISCORD__TOKEN": "wrong"}, "TRENCHCOAT_DISCORD__TOKEN"),
        ({"TELEGRAM__API_URL": "http://127.0.0.1:1"}, "127.0.0.1:1"),
    ],
)
async def test_a_platform_that_refuses_us_is_one_line_and_status_2(
    tmp_path: Path, broken: dict[str, str], named: str
) -> None:
    async with stage.platforms() as there:
        ended = await program.run(state_dir=tmp_path, settings=there.settings() | broken)
    assert ended.status == 2
    problems = [line for line in ended.err.splitlines() if line.startswith("trenchcoat: ")]
    assert len(problems) == 1, ended.err
    assert named in problems[0]
    assert "wrong" not in ended.err
