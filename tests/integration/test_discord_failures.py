"""The Discord front end when something breaks: the token, the gateway, Discord itself, or its own end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
import yarl
from discord.gateway import DiscordWebSocket

from bot.discord.front import Pace
from data.errors import ConfigError, InvariantBroken
from handlers.reply import Reply, text
from tests.fakes.discord import (
    MISSING_ACCESS,
    UNKNOWN_MESSAGE,
    Fault,
    Refusal,
    Rule,
    broken,
    cut,
    rate_limited,
    refused,
)
from tests.integration.discord_stage import BONK, Stage, image, stage
from tests.integration.test_discord_front import CALLBACK, answers, body, shown, until

MESSAGES = "/channels/{channel_id}/messages"
INVALID_FORM = Refusal(400, 50035, "Invalid Form Body")
UNKNOWN_INTERACTION = Refusal(404, 10062, "Unknown interaction")


@pytest.fixture
async def scene() -> AsyncIterator[Stage]:
    async with stage() as made:
        await made.started()
        yield made
        assert made.server.violations == []


# The start


async def test_a_refused_token_stops_the_start_and_names_the_setting() -> None:
    async with stage() as scene:
        front = scene.front(token="a.wrong.token")
        with pytest.raises(ConfigError, match="TRENCHCOAT_DISCORD__TOKEN: Discord does not take this token"):
            await front.start()
        assert len(scene.nursery) == 0


async def test_an_unreachable_discord_stops_the_start_and_names_the_address() -> None:
    async with stage() as scene:
        front = scene.front(api_url="http://127.0.0.1:9/api/v10")
        with pytest.raises(ConfigError, match=r"does not answer at http://127\.0\.0\.1:9/api/v10"):
            await front.start()


async def test_an_intent_that_is_not_granted_stops_the_start_and_says_where_to_switch_it_on() -> None:
    async with stage() as scene:
        scene.server.gateway.granted_intents = 0
        with pytest.raises(
            ConfigError, match=r"Message Content Intent.*TRENCHCOAT_DISCORD__MESSAGE_CONTENT=false"
        ):
            await scene.front().start()
        assert [each.rule for each in scene.server.violations] == [Rule.GATEWAY]


async def test_no_more_is_asked_of_the_gateway_than_is_used() -> None:
    for message_content, asked in ((True, 1 | 1 << 9 | 1 << 12 | 1 << 15), (False, 1 | 1 << 9 | 1 << 12)):
        async with stage(message_content=message_content) as scene:
            await scene.started()
            (session,) = scene.server.gateway.live
            assert session.intents == asked


COMMANDS = "/applications/{application_id}/commands"


async def test_commands_that_cannot_be_told_now_do_not_stop_the_start() -> None:
    async with stage() as scene:
        front = await scene.started()
        await front.stop()
        scene.memory.words = "another digest"
        scene.server.fault(refused(MISSING_ACCESS), method="PUT", path=COMMANDS)
        await scene.started()
        await shown(scene.server, scene.alice.slash(scene.general, "p", token="BONK"))
        assert scene.memory.words == "another digest"


async def test_commands_that_discord_refuses_stop_the_start() -> None:
    async with stage() as scene:
        scene.server.fault(refused(INVALID_FORM), method="PUT", path=COMMANDS)
        with pytest.raises(InvariantBroken, match="Discord refuses the commands"):
            await scene.front().start()
        assert scene.memory.words is None
        assert len(scene.nursery) == 0


# The gateway


async def test_an_answer_survives_a_reconnect_and_events_in_between_come_in(scene: Stage) -> None:
    gate = asyncio.Event()
    scene.script.frames, scene.script.gates = (Reply(body=text("done")),), [gate]
    asked = scene.alice.slash(scene.general, "slow")
    await scene.server.wait_for(lambda: answers(scene))
    scene.server.gateway.ask_to_reconnect()
    other = scene.bob.slash(scene.general, "p", token="BONK")
    gate.set()
    assert body(await shown(scene.server, asked)) == "done"
    await shown(scene.server, other)
    await scene.server.wait_for(lambda: scene.server.gateway.resumes == 1)
    await shown(scene.server, scene.alice.slash(scene.general, "p", token="BONK"))
    assert scene.server.gateway.identifies == 1


async def test_the_way_back_leads_to_the_same_place(scene: Stage) -> None:
    """A session that cannot be resumed begins at the library's own address, whatever the REST address is."""
    assert yarl.URL(scene.server.gateway_url) == DiscordWebSocket.DEFAULT_GATEWAY


async def test_an_event_that_comes_twice_is_answered_once(scene: Stage) -> None:
    scene.server.gateway.duplicating = True
    card = await shown(scene.server, scene.alice.slash(scene.general, "p", token="BONK"))
    scene.alice.press(card, "24h")
    await until(scene, card, 1)
    scene.alice.say(scene.general, BONK)
    await scene.server.wait_for(lambda: scene.general.messages[-1].attachments)
    assert len(scene.script.runs) == 3
    assert len(scene.general.messages) == 3


# Discord's refusals


async def test_a_rate_limit_is_waited_out(scene: Stage) -> None:
    scene.server.fault(rate_limited(0.2), path=CALLBACK)
    await shown(scene.server, scene.alice.slash(scene.general, "p", token="BONK"))
    scene.server.fault(rate_limited(0.2), method="POST", path=MESSAGES)
    scene.alice.say(scene.general, BONK)
    await scene.server.wait_for(lambda: scene.general.messages[-1].attachments)


async def test_a_server_error_is_repeated(scene: Stage) -> None:
    scene.server.fault(broken(502), path=CALLBACK)
    await shown(scene.server, scene.alice.slash(scene.general, "p", token="BONK"))


@pytest.mark.parametrize("fault", [refused(UNKNOWN_INTERACTION), refused(MISSING_ACCESS)])
async def test_an_answer_that_cannot_be_shown_harms_no_other(scene: Stage, fault: Fault) -> None:
    scene.server.fault(fault, path=CALLBACK)
    scene.alice.slash(scene.general, "p", token="BONK")
    await scene.server.wait_for(lambda: CALLBACK in scene.paths("POST"))
    await shown(scene.server, scene.alice.slash(scene.general, "p", token="WIF"))


async def test_an_answer_whose_line_was_cut_is_given_once_more(scene: Stage) -> None:
    scene.server.fault(cut("before"), path=CALLBACK)
    await shown(scene.server, scene.alice.slash(scene.general, "p", token="BONK"))


async def test_an_answer_that_arrived_before_its_line_was_cut_goes_on() -> None:
    async with stage() as scene:
        await scene.started()
        gate = asyncio.Event()
        scene.script.frames, scene.script.gates = (
            (Reply(body=text("one")), Reply(body=text("two"))),
            [asyncio.Event(), gate],
        )
        scene.script.gates[0].set()
        scene.server.fault(cut("after"), path=CALLBACK)
        card = await shown(scene.server, scene.alice.slash(scene.general, "play"))
        gate.set()
        assert body(await until(scene, card, 1)) == "two"
        assert [each.rule for each in scene.server.violations] == [Rule.DOUBLE_ANSWER]


async def test_a_message_whose_line_was_cut_is_there_once(scene: Stage) -> None:
    scene.server.fault(cut("after"), method="POST", path=MESSAGES)
    scene.alice.say(scene.general, BONK)
    await scene.server.wait_for(lambda: scene.general.messages[-1].attachments)
    assert len(scene.general.messages) == 2
    assert scene.paths("POST").count(MESSAGES) == 2


async def test_a_refused_embed_is_told_in_plain_words(scene: Stage) -> None:
    scene.script.frames = (Reply(title=text("*BONK*"), body=text("@everyone"), image=image("red")),)
    scene.server.fault(refused(INVALID_FORM), path=CALLBACK)
    answer = await shown(scene.server, scene.alice.slash(scene.general, "play"))
    assert answer.content == "\\*BONK\\*\n\\@everyone\npractice market, not real prices"
    assert (answer.embeds, answer.components, answer.attachments) == ((), (), ())


async def test_plain_words_give_way_to_an_embed_that_is_taken(scene: Stage) -> None:
    gates = [asyncio.Event(), asyncio.Event()]
    scene.script.frames, scene.script.gates = (Reply(body=text("one")), Reply(body=text("two"))), gates
    scene.server.fault(refused(INVALID_FORM), path=CALLBACK)
    gates[0].set()
    first = await shown(scene.server, scene.alice.slash(scene.general, "play"))
    gates[1].set()
    second = await until(scene, first, 1)
    assert (first.content != "", second.content, body(second)) == (True, "", "two")


async def test_a_closed_channel_is_asked_once(scene: Stage) -> None:
    scene.general.refusal = MISSING_ACCESS
    for _ in range(3):
        scene.alice.say(scene.general, BONK)
        await scene.server.wait_for(lambda: scene.paths("POST").count(MESSAGES) == 1)
    quiet = scene.guild.channel("quiet")
    scene.alice.say(quiet, BONK)
    await scene.server.wait_for(lambda: quiet.messages[-1].attachments)
    assert scene.server.invalid_requests == 1


async def test_a_card_that_was_deleted_is_not_sent_again(scene: Stage) -> None:
    scene.server.fault(refused(UNKNOWN_MESSAGE), method="PATCH")
    scene.alice.say(scene.general, BONK)
    await scene.server.wait_for(lambda: "PATCH" in [call.method for call in scene.server.calls])
    await shown(scene.server, scene.alice.slash(scene.general, "p", token="BONK"))
    assert len(scene.general.messages) == 3


async def test_an_answer_to_a_deleted_message_is_still_sent(scene: Stage) -> None:
    said = scene.alice.say(scene.general, BONK)
    scene.alice.delete(said)
    await scene.server.wait_for(lambda: scene.general.messages and scene.general.messages[-1].attachments)
    assert scene.general.messages[-1].reply_to is None


# The end


async def test_an_answer_in_flight_is_finished_before_the_end() -> None:
    async with stage() as scene:
        front = await scene.started(pace=Pace(grace_s=5.0))
        gates = [asyncio.Event(), asyncio.Event()]
        scene.script.frames, scene.script.gates = (Reply(body=text("one")), Reply(body=text("two"))), gates
        gates[0].set()
        card = await shown(scene.server, scene.alice.slash(scene.general, "play"))
        async with asyncio.TaskGroup() as group:
            group.create_task(front.stop())
            await asyncio.sleep(0)
            gates[1].set()
        assert body(scene.general.message(card.id).seen()) == "two"
        scene.server.verify()


async def test_an_answer_that_hangs_is_given_up_after_a_while() -> None:
    async with stage() as scene:
        front = await scene.started()
        scene.script.frames, scene.script.gates = (Reply(),), [asyncio.Event()]
        scene.alice.slash(scene.general, "slow")
        await scene.server.wait_for(lambda: answers(scene))
        async with asyncio.timeout(5):
            await front.stop()
        await asyncio.sleep(0.01)
        assert len(scene.nursery) == 0
        assert not scene.server.gateway.live


async def test_a_long_rate_limit_does_not_hold_up_the_end() -> None:
    async with stage() as scene:
        front = await scene.started()
        scene.server.fault(rate_limited(50), path=CALLBACK)
        scene.alice.slash(scene.general, "p", token="BONK")
        await scene.server.wait_for(lambda: CALLBACK in scene.paths("POST"))
        async with asyncio.timeout(5):
            await front.stop()


async def test_nothing_new_is_taken_at_the_end() -> None:
    async with stage() as scene:
        front = await scene.started(pace=Pace(grace_s=5.0))
        gate = asyncio.Event()
        scene.script.frames, scene.script.gates = (Reply(body=text("one")),), [gate]
        scene.alice.slash(scene.general, "slow")
        await scene.server.wait_for(lambda: scene.script.runs)
        async with asyncio.TaskGroup() as group:
            group.create_task(front.stop())
            await asyncio.sleep(0)
            scene.alice.say(scene.general, BONK)
            scene.bob.slash(scene.general, "p", token="BONK")
            await asyncio.sleep(0.05)
            gate.set()
        assert len(scene.script.runs) == 1
