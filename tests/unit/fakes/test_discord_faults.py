"""Trouble that the Discord fake makes on demand, and the rate limits it keeps."""

import asyncio
from collections.abc import AsyncIterator

import aiohttp
import discord
import pytest

from tests.fakes.discord import (
    MISSING_PERMISSIONS,
    UNKNOWN_MESSAGE,
    DiscordServer,
    Refusal,
    Rule,
    banned,
    broken,
    cut,
    rate_limited,
    refused,
    slow,
)
from tests.fakes.discord.faults import IN_FLIGHT_S, Scope
from tests.unit.fakes.discord_desk import SAFE, Clock, Desk, send
from tests.unit.fakes.discord_scene import Scene, stage

MESSAGES = "/channels/{channel_id}/messages"


@pytest.fixture
async def scene() -> AsyncIterator[Scene]:
    async with stage() as made:
        yield made


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    async with DiscordServer() as server:
        yield Desk(server, Clock())


@pytest.fixture
async def strict() -> AsyncIterator[Desk]:
    async with DiscordServer(strict_limits=True) as server:
        yield Desk(server, Clock())


@pytest.mark.parametrize("scope", ["user", "global", "shared"])
async def test_the_client_waits_out_a_429_and_sends_once(scene: Scene, scope: Scope) -> None:
    scene.server.fault(rate_limited(0.1, scope), path=MESSAGES)
    await scene.channel.send("gm")
    assert [call.status for call in scene.server.calls if call.template == MESSAGES] == [429, 200]
    assert [each.content for each in scene.general.messages] == ["gm"]
    assert scene.server.invalid_requests == (scope != "shared")
    scene.server.verify()


async def test_a_429_of_a_webhook_is_waited_out(scene: Scene) -> None:
    await scene.bot.tree.sync()
    scene.server.fault(rate_limited(0.1), path="/interactions/{interaction_id}/{interaction_token}/callback")
    asked = scene.alice.slash(scene.general, "price", token="BONK")
    await scene.server.shown(asked)
    scene.server.verify()


async def test_a_retry_before_its_time_is_held_against_the_bot(desk: Desk) -> None:
    desk.server.fault(rate_limited(30), path=MESSAGES)
    assert (await desk.post(content="one"))[0] == 429
    await asyncio.sleep(IN_FLIGHT_S * 1.2)
    status, answer = await desk.post(content="two")
    assert status == 429
    assert 0 < answer["retry_after"] < 30
    assert desk.rules() == [Rule.RETRY_TOO_SOON]
    assert (await send(desk.server, "GET", "/users/@me"))[0] == 200


async def test_a_call_already_in_flight_is_refused_but_not_blamed(desk: Desk) -> None:
    desk.server.fault(rate_limited(30), path=MESSAGES)
    answers = await asyncio.gather(*(desk.post(content=str(number)) for number in range(3)))
    assert [status for status, _ in answers] == [429] * 3
    assert desk.rules() == []


async def test_a_global_limit_closes_every_route_but_interactions(desk: Desk) -> None:
    asked = await desk.ask()
    desk.server.fault(rate_limited(30, "global"), path=MESSAGES)
    _, answer = await desk.post(content="one")
    assert (answer["global"], answer["retry_after"]) == (True, 30)
    assert (await send(desk.server, "GET", "/users/@me"))[0] == 429
    assert (await desk.respond(asked, 4, content="x"))[0] == 204


async def test_a_ban_by_the_proxy_is_not_retried(scene: Scene) -> None:
    scene.server.fault(banned(), path=MESSAGES)
    with pytest.raises(discord.HTTPException) as caught:
        await scene.channel.send("gm")
    assert caught.value.status == 429
    assert sum(call.template == MESSAGES for call in scene.server.calls) == 1


@pytest.mark.parametrize(
    ("refusal", "error"), [(MISSING_PERMISSIONS, discord.Forbidden), (UNKNOWN_MESSAGE, discord.NotFound)]
)
async def test_an_ordered_refusal_reaches_the_client(
    scene: Scene, refusal: Refusal, error: type[discord.HTTPException]
) -> None:
    scene.server.fault(refused(refusal), path=f"/channels/{scene.general.id}/messages")
    with pytest.raises(error) as caught:
        await scene.channel.send("gm")
    assert caught.value.code == refusal.code
    await scene.channel.send("gm again")
    scene.server.verify()


async def test_a_server_error_is_an_html_page(desk: Desk) -> None:
    desk.server.fault(broken(502), method="POST", times=2)
    for _ in range(2):
        async with aiohttp.ClientSession(headers={"Authorization": f"Bot {desk.server.token}"}) as session:
            answer = await session.post(desk.server.url + desk.messages, json={"content": "x"})
            assert (answer.status, answer.content_type) == (502, "text/html")
    assert (await desk.post(content="x"))[0] == 200
    desk.server.verify()


async def test_a_line_cut_before_the_effect_loses_the_message(desk: Desk) -> None:
    desk.server.fault(cut("before"), path=MESSAGES)
    with pytest.raises(aiohttp.ClientError):
        await desk.post(content="lost")
    assert desk.general.messages == ()


async def test_a_line_cut_after_the_effect_is_mended_by_the_nonce(scene: Scene) -> None:
    scene.server.fault(cut("after"), path=MESSAGES)
    with pytest.raises(aiohttp.ClientError):
        await scene.channel.send("gm", nonce="delivery-7")
    again = await scene.channel.send("gm", nonce="delivery-7")
    (shown,) = scene.general.messages
    assert again.id == shown.id
    scene.server.verify()


async def test_a_slow_answer_is_a_true_one(desk: Desk) -> None:
    desk.server.fault(slow(0.02), path=MESSAGES)
    answers = asyncio.gather(desk.post(content="slow"), desk.post(content="fast"))
    assert [status for status, _ in await answers] == [200, 200]
    assert [each.content for each in desk.general.messages] == ["fast", "slow"]


async def test_a_channel_takes_five_messages_in_five_seconds(strict: Desk) -> None:
    headers = {"Authorization": f"Bot {strict.server.token}"}
    remaining = []
    async with aiohttp.ClientSession(headers=headers) as session:
        for number in range(6):
            body = {"content": str(number), "allowed_mentions": SAFE}
            answer = await session.post(strict.server.url + strict.messages, json=body)
            remaining.append((answer.status, answer.headers["X-RateLimit-Remaining"]))
        retry_after = (await answer.json())["retry_after"]
    assert remaining == [(200, "4"), (200, "3"), (200, "2"), (200, "1"), (200, "0"), (429, "0")]
    assert 0 < retry_after <= 5
    assert answer.headers["X-RateLimit-Scope"] == "user"


async def test_fifty_calls_a_second_are_the_global_limit(strict: Desk) -> None:
    answers = [await send(strict.server, "GET", "/users/@me") for _ in range(51)]
    assert [status for status, _ in answers] == [200] * 50 + [429]
    assert answers[-1][1]["global"] is True


async def test_the_client_reads_the_limit_and_waits_inside_the_fifth_send() -> None:
    async with stage(strict_limits=True) as scene:
        for number in range(4):
            await scene.channel.send(str(number))
        async with asyncio.TaskGroup() as group:
            fifth = group.create_task(scene.channel.send("4"))
            await scene.server.wait_for(lambda: len(scene.general.messages) == 5)
            done, _ = await asyncio.wait({fifth}, timeout=0.05)
            assert not done
            fifth.cancel()
        assert scene.server.invalid_requests == 0
        scene.server.verify()
