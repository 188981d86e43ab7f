"""The gateway of the Discord fake: resuming, trouble, and the protocol errors it closes on."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from typing import Any

import aiohttp
import discord
import pytest

from tests.fakes.discord import DiscordServer, Rule
from tests.fakes.discord.gateway import IDENTIFY, REQUEST_MEMBERS, RESUME, Gateway
from tests.unit.fakes.discord_scene import Bot, Scene, running, stage


@pytest.fixture
async def scene() -> AsyncIterator[Scene]:
    async with stage() as made:
        yield made


@pytest.fixture
async def server() -> AsyncIterator[DiscordServer]:
    async with DiscordServer() as made:
        yield made


TROUBLE: dict[str, Callable[[Gateway], None]] = {
    "cut": lambda gateway: gateway.cut(),
    "close": lambda gateway: gateway.close(4000),
    "reconnect": lambda gateway: gateway.ask_to_reconnect(),
    "invalid but resumable": lambda gateway: gateway.invalidate(resumable=True),
}


@pytest.mark.parametrize("trouble", TROUBLE)
async def test_a_lost_connection_is_resumed_and_nothing_is_missed(scene: Scene, trouble: str) -> None:
    gateway = scene.server.gateway
    TROUBLE[trouble](gateway)
    await scene.server.wait_for(lambda: not gateway.live or gateway.resumes)
    scene.alice.say(scene.general, "while you were away")
    heard = await scene.bot.heard.get()
    await scene.server.wait_for(lambda: gateway.resumes)
    assert heard.content == "while you were away"
    assert gateway.identifies == 1
    scene.server.verify()


async def test_an_invalid_session_makes_the_client_identify_again(scene: Scene) -> None:
    scene.server.gateway.invalidate()
    await scene.server.wait_for(lambda: scene.server.gateway.identifies == 2 and scene.server.gateway.live)
    scene.alice.say(scene.general, "again")
    heard = await scene.bot.heard.get()
    assert heard.content == "again"
    scene.server.verify()


async def test_a_missed_heartbeat_answer_makes_the_client_reconnect() -> None:
    async with DiscordServer() as server:
        server.gateway.heartbeat_ms = 30
        async with running(server, Bot(heartbeat_timeout=0.2)):
            server.gateway.muted_heartbeats = True
            await server.wait_for(lambda: server.gateway.resumes)
            server.gateway.muted_heartbeats = False
            await server.wait_for(lambda: server.gateway.live)


async def test_members_are_sent_when_the_client_asks(scene: Scene) -> None:
    guild = scene.bot.get_guild(scene.guild.id)
    assert guild is not None
    found = await guild.query_members("ali", limit=5)
    assert [member.id for member in found] == [scene.alice.id]
    assert any(frame["op"] == REQUEST_MEMBERS for frame in scene.server.gateway.received)


async def test_duplicated_dispatches_arrive_twice(scene: Scene) -> None:
    scene.server.gateway.duplicating = True
    said = scene.alice.say(scene.general, "gm")
    heard = [await scene.bot.heard.get() for _ in range(2)]
    assert [each.id for each in heard] == [said.id, said.id]


async def test_reordered_dispatches_arrive_last_first(scene: Scene) -> None:
    with scene.server.gateway.reordered():
        scene.alice.say(scene.general, "first")
        scene.alice.say(scene.general, "second")
    heard = [(await scene.bot.heard.get()).content for _ in range(2)]
    assert heard == ["second", "first"]


async def test_a_raw_event_reaches_the_client(scene: Scene) -> None:
    with pytest.raises(TimeoutError):
        await scene.bot.wait_for("guild_remove", timeout=0.01)
    async with asyncio.timeout(5), asyncio.TaskGroup() as group:
        removed = group.create_task(scene.bot.wait_for("guild_remove"))
        await asyncio.sleep(0)
        scene.server.world.remove_guild(scene.guild.id)
    assert removed.result().id == scene.guild.id


async def test_a_sharded_client_hears_each_message_once() -> None:
    heard: asyncio.Queue[str] = asyncio.Queue()

    class Sharded(discord.AutoShardedClient):
        async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
            """Skip the five seconds that the real gateway wants before another identify."""

        async def on_message(self, message: discord.Message) -> None:
            heard.put_nowait(message.content)

    async with DiscordServer() as server:
        olga = server.person("olga")
        even = server.guild(2 << 22, "Even", owner=olga)
        odd = server.guild(3 << 22, "Odd", owner=olga)
        client = Sharded(intents=discord.Intents.all(), shard_count=2, guild_ready_timeout=0.02)
        async with running(server, client):
            olga.say(even.channel("general"), "even")
            olga.say(odd.channel("general"), "odd")
            olga.say(server.dm(olga), "direct")
            assert {await heard.get() for _ in range(3)} == {"even", "odd", "direct"}
            assert heard.empty()
        assert [frame["d"]["shard"] for frame in server.gateway.received if frame["op"] == IDENTIFY] == [
            [0, 2],
            [1, 2],
        ]


async def test_a_wrong_token_is_refused_at_login(server: DiscordServer) -> None:
    with server.redirect():
        async with Bot() as bot:
            with pytest.raises(discord.LoginFailure):
                await bot.start("wrong")
    assert [each.rule for each in server.violations] == [Rule.UNAUTHORIZED]
    assert server.invalid_requests == 1


async def test_a_privileged_intent_that_was_not_granted_closes_the_gateway(server: DiscordServer) -> None:
    server.gateway.granted_intents = 0
    with server.redirect():
        async with Bot() as bot:
            with pytest.raises(discord.PrivilegedIntentsRequired):
                await bot.start(server.token)
    assert [each.rule for each in server.violations] == [Rule.GATEWAY]


LOGIN = {"op": 2, "d": {"token": "the.bot.token", "intents": 0, "properties": {}}}


@pytest.mark.parametrize(
    ("frames", "code"),
    [
        (["not json"], 4002),
        (["[]"], 4002),
        ([{"op": 3, "d": {}}], 4003),
        ([{"op": 2, "d": {"token": "wrong", "intents": 0}}], 4004),
        ([{"op": 2, "d": {"token": "the.bot.token", "intents": 0, "shard": [2, 2]}}], 4010),
        ([{"op": 2, "d": {"token": "the.bot.token", "intents": 1 << 40}}], 4013),
        ([LOGIN, LOGIN], 4005),
        ([LOGIN, {"op": 99, "d": None}], 4001),
        ([LOGIN, *[{"op": 1, "d": 1}] * 120], 4008),
    ],
)
async def test_a_broken_protocol_closes_the_socket(
    server: DiscordServer, frames: list[Any], code: int
) -> None:
    async with aiohttp.ClientSession() as session, session.ws_connect(server.gateway_url) as socket:
        for frame in frames:
            await socket.send_str(frame if isinstance(frame, str) else json.dumps(frame))
        async for _ in socket:
            pass
        assert socket.close_code == code
    assert [each.rule for each in server.violations] == [Rule.GATEWAY]


async def test_a_resume_beyond_the_last_dispatch_is_refused(server: DiscordServer) -> None:
    async with aiohttp.ClientSession() as session, session.ws_connect(server.gateway_url) as socket:
        await socket.receive_json()
        await socket.send_json(LOGIN)
        ready = await socket.receive_json()
        data = {"token": server.token, "session_id": ready["d"]["session_id"], "seq": 9}
        await socket.send_json({"op": RESUME, "d": data})
        await socket.receive()
        assert socket.close_code == 4007


async def test_nothing_is_left_running() -> None:
    before = asyncio.all_tasks()
    async with stage() as scene:
        scene.alice.say(scene.general, "gm")
        await scene.bot.heard.get()
    await asyncio.sleep(0)
    assert asyncio.all_tasks() == before
