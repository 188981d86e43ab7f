"""The Discord front end on the real discord.py, against a Discord that judges every call."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator

import pytest

from bot.discord import front
from bot.discord.front import Pace
from bot.discord.wiring import in_file
from core.addresses import TokenRef
from data.models.chat import ChatKind, FlagOverride, FlagScope, Identity, Level
from data.models.ids import Platform
from handlers.reply import Button, Invoke, Reply, strong, text
from handlers.spec import Origin
from tests.fakes.discord import ClientRefusalError, DiscordServer, Interaction, SeenMessage
from tests.integration.discord_stage import BONK, COMMANDS, Stage, image, p, stage, top

CALLBACK = "/interactions/{interaction_id}/{interaction_token}/callback"
DEFERRED, DEFERRED_UPDATE = 5, 6


@pytest.fixture
async def scene() -> AsyncIterator[Stage]:
    async with stage() as made:
        await made.started()
        yield made
        made.server.verify()


async def shown(server: DiscordServer, asked: Interaction) -> SeenMessage:
    (message,) = await server.shown(asked)
    return message


async def until(scene: Stage, message: SeenMessage, edits: int) -> SeenMessage:
    """Wait for edits of a message."""
    channel = scene.server.channel(message.channel_id)
    await scene.server.wait_for(lambda: len(channel.message(message.id).versions) > edits)
    return channel.message(message.id).seen()


def body(message: SeenMessage) -> str:
    return str(message.embeds[0]["description"])


def answers(scene: Stage) -> list[int]:
    """List the kinds of first answers given, oldest first."""
    return [call.body["type"] for call in scene.server.calls if call.template == CALLBACK]


# Commands


async def test_a_slash_command_is_answered_with_a_card_in_one_call(scene: Stage) -> None:
    before = len(scene.server.calls)
    card = await shown(scene.server, scene.alice.slash(scene.general, "p", token=BONK, span="24h"))
    assert card.embeds[0]["title"] == BONK
    assert [field["name"] for field in card.embeds[0]["fields"]] == ["Price", "24h"]
    assert [button.label for button in card.components] == ["1h", "24h", "Refresh", "Long", "Explorer"]
    assert "practice market" in card.embeds[0]["footer"]["text"]
    assert len(scene.server.calls) == before + 1


async def test_a_request_says_who_asks_where_with_which_roles(scene: Stage) -> None:
    scene.server.member(scene.alice, scene.guild, roles=["moderator"])
    await shown(scene.server, scene.alice.slash(scene.general, "p", token="BONK"))
    (ctx,) = scene.script.runs
    assert ctx.actor.identity == Identity(Platform.DISCORD, str(scene.alice.id))
    assert ctx.actor.name == "alice"
    assert str(scene.guild.role("moderator").id) in ctx.actor.roles
    assert (ctx.chat.id, ctx.chat.channel, ctx.chat.topic) == (
        str(scene.guild.id),
        str(scene.general.id),
        None,
    )
    assert (ctx.chat.kind, ctx.chat.title, ctx.origin) == (ChatKind.GROUP, "Degens", Origin.SLASH)
    assert ctx.private_url == f"https://discord.com/users/{scene.server.world.bot.id}"
    assert ctx.locale == "en-US"


async def test_an_option_left_out_takes_the_declarations_own_value(scene: Stage) -> None:
    card = await shown(scene.server, scene.alice.slash(scene.general, "p", token="BONK"))
    assert card.embeds[0]["fields"][1]["name"] == "1h"


async def test_whole_numbers_are_bounded_in_the_picker_itself(scene: Stage) -> None:
    assert body(await shown(scene.server, scene.alice.slash(scene.general, "top", count=7))) == "7 rows"
    assert body(await shown(scene.server, scene.alice.slash(scene.general, "top"))) == "5 rows"
    with pytest.raises(ClientRefusalError):
        scene.alice.slash(scene.general, "top", count=21)


async def test_several_words_are_one_option(scene: Stage) -> None:
    card = await shown(scene.server, scene.alice.slash(scene.general, "multi", tokens=f"WIF, {BONK}"))
    assert body(card) == f"$WIF, {BONK}"


async def test_a_word_that_does_not_fit_is_explained_to_the_asker_alone(scene: Stage) -> None:
    card = await shown(scene.server, scene.alice.slash(scene.general, "p", token="not a token at all"))
    assert card.ephemeral_to == scene.alice.id
    assert "is not an address" in body(card)
    assert "`/p BONK`" in body(card)


async def test_a_private_command_and_its_file_are_for_the_asker_alone(scene: Stage) -> None:
    asked = scene.alice.slash(scene.general, "mine")
    card, file = await scene.server.shown(asked, count=2)
    assert (card.ephemeral_to, file.ephemeral_to) == (scene.alice.id, scene.alice.id)
    assert (body(card), file.attachments) == ("**7 SOL**", (("mine.csv", b"a,b\n1,2\n"),))


async def test_a_command_without_a_place_in_servers_is_offered_in_private_only(scene: Stage) -> None:
    with pytest.raises(ClientRefusalError):
        scene.alice.slash(scene.general, "secret")
    card = await shown(scene.server, scene.alice.slash(scene.server.dm(scene.alice), "secret"))
    assert body(card) == "Between us."


async def test_a_command_in_a_direct_message_comes_from_a_private_chat(scene: Stage) -> None:
    dm = scene.server.dm(scene.alice)
    await shown(scene.server, scene.alice.slash(dm, "p", token="BONK"))
    chat = scene.script.runs[0].chat
    assert (chat.id, chat.channel, chat.kind) == (str(dm.id), str(dm.id), ChatKind.PRIVATE)


async def test_a_thread_is_a_topic_of_its_channel(scene: Stage) -> None:
    thread = scene.server.world.add_channel(
        type(scene.general)(
            id=scene.server.world.next_id(), kind=11, name="talk", guild=scene.guild, parent=scene.general
        )
    )
    await shown(scene.server, scene.alice.slash(thread, "p", token="BONK"))
    scene.alice.say(thread, BONK)
    await scene.server.wait_for(lambda: len(scene.script.runs) == 2 and len(thread.messages) == 3)
    await scene.server.wait_for(lambda: thread.messages[-1].attachments)
    for ctx in scene.script.runs:
        assert (ctx.chat.channel, ctx.chat.topic) == (str(scene.general.id), str(thread.id))


async def test_an_operators_commands_stand_under_one_name(scene: Stage) -> None:
    card = await shown(scene.server, scene.olga.slash(scene.general, "admin stats"))
    assert body(card) == "All well."
    refused = await shown(scene.server, scene.alice.slash(scene.general, "admin stats"))
    assert refused.ephemeral_to == scene.alice.id
    assert "for the operator" in body(refused)


async def test_an_admins_commands_are_hidden_from_members(scene: Stage) -> None:
    with pytest.raises(ClientRefusalError):
        scene.alice.slash(scene.general, "group lock")
    scene.server.member(scene.alice, scene.guild, roles=["manager"])
    card = await shown(scene.server, scene.alice.slash(scene.general, "group lock"))
    assert (body(card), scene.script.runs[0].actor.chat_level) == ("Closed.", Level.CHAT_ADMIN)


async def test_commands_in_a_card_can_be_tapped(scene: Stage) -> None:
    card = await shown(scene.server, scene.alice.slash(scene.general, "p", token="BONK"))
    told = {each["name"]: each["id"] for each in scene.server.commands.scopes[None]}
    assert body(card).endswith(f"More: </top:{told['top']}>")


async def test_somebody_whose_app_shows_an_old_command_is_told(scene: Stage) -> None:
    scene.server.commands.scopes[None].append(
        {**scene.server.commands.scopes[None][0], "name": "gone", "id": "5", "options": []}
    )
    card = await shown(scene.server, scene.alice.slash(scene.general, "gone"))
    assert card.ephemeral_to == scene.alice.id
    assert "has changed" in card.content


# Suggestions


async def test_suggestions_are_shown_while_typing(scene: Stage) -> None:
    choices = await scene.alice.autocomplete(scene.general, "p", token="bo")
    assert choices == [{"name": "BO the token", "value": BONK}]


async def test_of_several_words_the_last_is_completed(scene: Stage) -> None:
    choices = await scene.alice.autocomplete(scene.general, "multi", tokens="WIF bo")
    assert choices == [{"name": "WIF BO the token", "value": f"WIF {BONK}"}]


async def test_suggestions_that_discord_would_refuse_are_cut_or_left_out(scene: Stage) -> None:
    good = ((f"name {number}", f"value {number}") for number in range(40))
    scene.script.suggestions = (("n" * 200, "a"), ("long", "v" * 101), (" ", "blank"), ("none", ""), *good)
    choices = await scene.alice.autocomplete(scene.general, "p", token="bo")
    assert choices[0] == {"name": "n" * 100, "value": "a"}
    assert [choice["value"] for choice in choices[1:3]] == ["value 0", "value 1"]
    assert len(choices) <= 25


async def test_suggestions_that_fail_or_take_too_long_are_none(scene: Stage) -> None:
    assert await scene.alice.autocomplete(scene.general, "p", token="crash") == []
    scene.script.suggest_gate = asyncio.Event()
    assert await scene.alice.autocomplete(scene.general, "p", token="bo") == []


# Frames and time


async def test_a_slow_command_is_deferred_and_its_frames_edit_the_answer(scene: Stage) -> None:
    gates = [asyncio.Event() for _ in range(4)]
    scene.script.gates = gates
    scene.script.frames = (
        Reply(body=text("one")),
        Reply(body=text("two"), image=image("red")),
        Reply(body=text("three"), image=image("red")),
        Reply(body=text("four"), image=image("blue")),
    )
    asked = scene.alice.slash(scene.general, "slow")
    await scene.server.wait_for(lambda: answers(scene) == [DEFERRED])
    seen = []
    for gate, words in zip(gates, ("one", "two", "three", "four"), strict=True):
        gate.set()
        await scene.server.wait_for(lambda words=words: asked.messages and body(asked.messages[0]) == words)
        seen.append(asked.messages[0])
    assert [message.attachments for message in seen] == [
        (),
        (("chart.png", b"red"),),
        (("chart.png", b"red"),),
        (("chart.png", b"blue"),),
    ]
    uploads = [call for call in scene.server.calls if call.files]
    assert [call.body["attachments"][0]["description"] for call in uploads] == ["A red chart", "A blue chart"]
    assert seen[-1].embeds[0]["image"]["url"] == "attachment://chart.png"


async def test_a_picture_goes_when_the_last_frame_has_none(scene: Stage) -> None:
    gate = asyncio.Event()
    scene.script.frames = (Reply(body=text("one"), image=image("red")), Reply(body=text("two")))
    scene.script.gates = [asyncio.Event(), gate]
    scene.script.gates[0].set()
    card = await shown(scene.server, scene.alice.slash(scene.general, "play"))
    assert card.attachments == (("chart.png", b"red"),)
    gate.set()
    assert (await until(scene, card, 1)).attachments == ()


async def test_so_many_commands_run_at_once_and_the_others_wait_their_turn(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(front, "AT_ONCE", 2)
    async with stage() as scene:
        await scene.started()
        gate = asyncio.Event()
        scene.script.frames, scene.script.gates = (Reply(body=text("done")),), [gate]
        people = [scene.alice, scene.bob, scene.alice]
        asked = [person.slash(scene.general, "slow") for person in people]
        await scene.server.wait_for(lambda: all(each.answer for each in asked))  # told to wait, all of them
        assert len(scene.script.runs) == 2
        gate.set()
        assert [body(await shown(scene.server, each)) for each in asked] == ["done"] * 3
        assert len(scene.script.runs) == 3


async def test_frames_that_overtake_each_other_are_shown_once() -> None:
    async with stage() as scene:
        await scene.started(pace=Pace(frames_s=0.2))
        scene.script.frames = tuple(Reply(body=text(str(number))) for number in range(30))
        scene.script.gates = [asyncio.Event(), asyncio.Event()]
        scene.script.gates[0].set()
        card = await shown(scene.server, scene.alice.slash(scene.general, "play"))
        scene.script.gates[1].set()
        last = await until(scene, card, 1)
        assert body(last) == "29"
        assert len(last.edits) == 1
        scene.server.verify()


async def test_a_command_of_five_seconds_is_held_within_the_three_that_discord_waits() -> None:
    skipped = 0.0
    async with stage(clock=lambda: asyncio.get_running_loop().time() + skipped) as scene:
        await scene.started(pace=Pace())
        gate = asyncio.Event()
        scene.script.frames, scene.script.gates = (Reply(body=text("at last")),), [gate]
        asked = scene.alice.slash(scene.general, "play")
        await scene.server.wait_for(lambda: answers(scene) == [DEFERRED])
        skipped = 3.0
        gate.set()
        assert body(await shown(scene.server, asked)) == "at last"
        scene.server.verify()


async def test_a_press_of_five_seconds_is_held_too(scene: Stage) -> None:
    scene.script.frames = (Reply(body=text("one"), buttons=((Button("Again", Invoke("play")),),)),)
    card = await shown(scene.server, scene.alice.slash(scene.general, "play"))
    gate = asyncio.Event()
    scene.script.frames, scene.script.gates = (Reply(body=text("two")),), [gate]
    scene.alice.press(card, "Again")
    await scene.server.wait_for(lambda: answers(scene)[-1] == DEFERRED_UPDATE)
    gate.set()
    assert body(await until(scene, card, 1)) == "two"


async def test_a_refusal_of_a_slow_command_comes_before_it_is_deferred(scene: Stage) -> None:
    card = await shown(scene.server, scene.alice.slash(scene.general, "t", token="not a token"))
    assert (card.ephemeral_to, answers(scene)) == (scene.alice.id, [4])


async def test_what_turns_private_after_a_public_deferral_is_told_beside_it(scene: Stage) -> None:
    gate = asyncio.Event()
    scene.script.frames, scene.script.gates = (Reply(body=text("mine"), private=True),), [gate]
    asked = scene.alice.slash(scene.general, "slow")
    await scene.server.wait_for(lambda: answers(scene) == [DEFERRED])
    gate.set()
    await scene.server.wait_for(lambda: asked.followups)
    (message,) = (each for each in asked.messages)
    assert (message.ephemeral_to, body(message)) == (scene.alice.id, "mine")
    assert scene.general.messages == (message,)


async def test_an_error_after_a_card_leaves_the_card(scene: Stage) -> None:
    gates = [asyncio.Event() for _ in range(3)]
    scene.script.gates = gates
    scene.script.frames = (
        Reply(body=text("card")),
        Reply(body=text("broken"), error="upstream"),
        Reply(body=text("still broken"), error="upstream"),
    )
    gates[0].set()
    asked = scene.alice.slash(scene.general, "play")
    await scene.server.shown(asked)
    gates[1].set()
    card, problem = await scene.server.shown(asked, count=2)
    gates[2].set()
    later = await until(scene, problem, 1)
    assert (body(card), card.ephemeral_to, card.edits) == ("card", None, ())
    assert (body(later), later.ephemeral_to) == ("still broken", scene.alice.id)


# Buttons


async def test_a_press_edits_the_message_in_place(scene: Stage) -> None:
    card = await shown(scene.server, scene.alice.slash(scene.general, "p", token="BONK"))
    scene.alice.press(card, "24h")
    turned = await until(scene, card, 1)
    assert turned.embeds[0]["fields"][1]["name"] == "24h"
    assert len(scene.general.messages) == 1
    assert scene.script.runs[-1].origin is Origin.BUTTON
    styles = {button.label: button.style for button in turned.components}
    assert (styles["24h"], styles["1h"], styles["Explorer"]) == (1, 2, 5)


async def test_buttons_that_run_the_same_differ_in_their_ids_and_both_work(scene: Stage) -> None:
    card = await shown(scene.server, scene.alice.slash(scene.general, "p", token="BONK"))
    assert card.button("1h").custom_id != card.button("Refresh").custom_id
    scene.alice.press(card, "Refresh")
    await until(scene, card, 1)
    assert scene.script.args[0] == scene.script.args[1]


async def test_a_payload_too_long_for_a_button_is_kept(scene: Stage) -> None:
    card = await shown(scene.server, scene.alice.slash(scene.general, "p", token="BONK"))
    assert all(len(button.custom_id or "") <= 66 for button in card.components)
    scene.alice.press(card, "Long")
    await until(scene, card, 1)
    assert scene.script.args[-1].token.text == BONK  # type: ignore[attr-defined]


async def test_a_button_works_after_a_restart() -> None:
    async with stage() as scene:
        first = await scene.started()
        card = await shown(scene.server, scene.alice.slash(scene.general, "p", token="BONK"))
        await first.stop()
        await scene.started()
        for label in ("24h", "Long"):
            edits = len(scene.general.message(card.id).versions)
            scene.alice.press(scene.general.message(card.id).seen(), label)
            await until(scene, card, edits)
        assert len(scene.script.runs) == 3
        scene.server.verify()


@pytest.mark.parametrize(
    "custom_id",
    [
        "x",
        "tpp",
        "tp",
        "ts",
        "tsnothing",
        "tpnope:1",
        "tpp:a~b~c~d~e",
        "99",
        "t\n\x00",
        "T" * 100,
        "t" * 100,
        "💥" * 20,
    ],
)
async def test_a_forged_button_is_refused_and_changes_nothing(scene: Stage, custom_id: str) -> None:
    card = await shown(scene.server, scene.alice.slash(scene.general, "p", token="BONK"))
    refused = await shown(scene.server, scene.alice.forge(card, custom_id))
    assert (refused.ephemeral_to, refused.embeds[0]["color"]) == (scene.alice.id, 0x8B1E1E)
    assert scene.general.message(card.id).seen() == card
    assert len(scene.script.runs) == 1


async def test_a_forged_button_runs_through_the_same_checks(scene: Stage) -> None:
    card = await shown(scene.server, scene.alice.slash(scene.general, "p", token="BONK"))
    refused = await shown(scene.server, scene.alice.forge(card, "tplock:"))
    assert refused.ephemeral_to == scene.alice.id
    assert "for admins" in body(refused)
    assert len(scene.script.runs) == 1


async def test_somebody_elses_press_runs_with_their_own_rights(scene: Stage) -> None:
    scene.server.member(scene.bob, scene.guild, roles=["manager"])
    card = await shown(scene.server, scene.bob.slash(scene.general, "group lock"))
    refused = await shown(scene.server, scene.alice.press(card, "Again"))
    assert refused.ephemeral_to == scene.alice.id
    assert scene.general.message(card.id).seen() == card
    assert [ctx.actor.identity.id for ctx in scene.script.runs] == [str(scene.bob.id)]


async def test_a_demoted_admin_is_refused_at_the_next_press(scene: Stage) -> None:
    scene.server.member(scene.bob, scene.guild, roles=["manager"])
    card = await shown(scene.server, scene.bob.slash(scene.general, "group lock"))
    scene.bob.press(card, "Again")
    await until(scene, card, 1)
    scene.server.member(scene.bob, scene.guild)
    refused = await shown(scene.server, scene.bob.press(scene.general.message(card.id).seen(), "Again"))
    assert refused.ephemeral_to == scene.bob.id
    assert len(scene.script.runs) == 2


async def test_a_button_of_a_private_answer_edits_it(scene: Stage) -> None:
    buttons = ((Button("Again", Invoke("play")),),)
    scene.script.frames = (Reply(body=text("one"), private=True, buttons=buttons),)
    card = await shown(scene.server, scene.alice.slash(scene.general, "play"))
    scene.script.frames = (Reply(body=text("two"), private=True),)
    scene.alice.press(card, "Again")
    assert body(await until(scene, card, 1)) == "two"


async def test_a_private_answer_to_a_public_button_comes_beside_it(scene: Stage) -> None:
    scene.script.frames = (Reply(body=text("one"), buttons=((Button("Mine", Invoke("mine")),),)),)
    card = await shown(scene.server, scene.alice.slash(scene.general, "play"))
    answer, _file = await scene.server.shown(scene.bob.press(card, "Mine"), count=2)
    assert (answer.ephemeral_to, body(answer)) == (scene.bob.id, "**7 SOL**")
    assert scene.general.message(card.id).seen() == card


# A message's menu


async def test_scan_looks_at_the_first_token_of_a_message(scene: Stage) -> None:
    message = scene.alice.say(scene.server.guild(9 << 22, "Other", owner=scene.alice).channel("general"), "x")
    del message  # only a second server, so that places are told apart
    said = scene.bob.say(scene.guild.channel("quiet"), f"buy {BONK} now")
    await scene.server.wait_for(lambda: len(scene.guild.channel("quiet").messages) == 2)
    card = await shown(scene.server, scene.alice.menu(said, "Scan"))
    assert (card.embeds[0]["title"], card.ephemeral_to) == (BONK, None)
    assert scene.script.runs[-1].command == "t"


async def test_scan_tells_the_asker_alone_that_there_is_nothing(scene: Stage) -> None:
    said = scene.bob.say(scene.general, "gm")
    answer = await shown(scene.server, scene.alice.menu(said, "Scan"))
    assert (answer.ephemeral_to, body(answer)) == (
        scene.alice.id,
        "There is no token address in this message.",
    )


async def test_scan_reads_embeds_too(scene: Stage) -> None:
    card = await shown(scene.server, scene.alice.slash(scene.general, "p", token=BONK))
    again = await shown(scene.server, scene.alice.menu(card, "Scan"))
    assert again.embeds[0]["title"] == BONK


# Pasted addresses


async def test_a_pasted_address_is_answered_with_a_card_that_gains_its_chart(scene: Stage) -> None:
    said = scene.alice.say(scene.general, f"look at {BONK} everyone")
    await scene.server.wait_for(lambda: len(scene.general.messages) == 2)
    card = await until(scene, scene.general.messages[1], 1)
    assert (card.reply_to, card.embeds[0]["title"]) == (said.id, BONK)
    assert (card.edits[0].attachments, card.attachments) == ((), (("chart.png", b"red"),))
    assert scene.script.runs[0].origin is Origin.PASTE


async def test_without_the_content_intent_servers_are_silent_and_private_chats_are_not() -> None:
    async with stage(message_content=False) as scene:
        scene.server.gateway.granted_intents = 0
        await scene.started()
        scene.alice.say(scene.general, BONK)
        dm = scene.server.dm(scene.alice)
        scene.alice.say(dm, BONK)
        await scene.server.wait_for(lambda: len(dm.messages) == 2 and dm.messages[1].attachments)
        assert len(scene.general.messages) == 1
        scene.server.verify()


async def test_plain_talk_bots_webhooks_and_our_own_words_get_no_answer(scene: Stage) -> None:
    other = scene.server.person("other bot", bot=True)
    scene.server.member(other, scene.guild)
    scene.alice.say(scene.general, "gm")
    scene.alice.say(scene.general, "")
    scene.alice.say(scene.general, "/p BONK")
    other.say(scene.general, BONK)
    scene.server.webhook(scene.general).say(BONK)
    await shown(
        scene.server, scene.alice.slash(scene.general, "p", token=BONK)
    )  # our own card holds an address
    scene.alice.say(scene.guild.channel("quiet"), BONK)
    await scene.server.wait_for(lambda: len(scene.guild.channel("quiet").messages) == 2)
    assert len(scene.general.messages) == 6
    assert len(scene.script.runs) == 2


async def test_an_edited_message_gets_no_answer(scene: Stage) -> None:
    said = scene.alice.say(scene.general, "gm")
    scene.alice.edit(said, BONK)
    scene.alice.say(scene.guild.channel("quiet"), BONK)
    await scene.server.wait_for(lambda: len(scene.guild.channel("quiet").messages) == 2)
    assert len(scene.general.messages) == 1


async def test_where_pasting_is_switched_off_a_server_gets_no_answer(scene: Stage) -> None:
    await shown(scene.server, scene.olga.slash(scene.general, "p", token="BONK"))
    key = f"discord:{scene.guild.id}"
    override = FlagOverride(name="paste", scope=FlagScope.CHAT, subject=key, value=False)
    await scene.chats.set_flag(scene.script.runs[0].actor, override)
    scene.alice.say(scene.general, BONK)
    dm = scene.server.dm(scene.alice)
    scene.alice.say(dm, BONK)
    await scene.server.wait_for(lambda: len(dm.messages) == 2)
    assert len(scene.general.messages) == 2


async def test_an_error_is_told_in_private_and_not_to_a_whole_server(scene: Stage) -> None:
    dm = scene.server.dm(scene.alice)
    scene.alice.say(scene.general, "$NOPE")
    scene.alice.say(dm, "$NOPE")
    await scene.server.wait_for(lambda: len(dm.messages) == 2)
    assert "No source knows it" in body(dm.messages[1])
    assert len(scene.general.messages) == 1


async def test_in_private_plain_words_are_answered_with_a_hint_but_not_without_end(scene: Stage) -> None:
    dm = scene.server.dm(scene.alice)
    for number in range(5):
        scene.alice.say(dm, f"hello {number}")
    scene.alice.say(dm, BONK)
    await scene.server.wait_for(lambda: len(dm.messages) >= 9 and dm.messages[-1].attachments)
    said = [body(message) for message in dm.messages if message.author_id == scene.server.world.bot.id]
    assert sum("Paste a token's address" in words for words in said) == 2


# What Discord is told of the commands


async def test_commands_are_told_once_and_again_when_they_change() -> None:
    async with stage() as scene:
        for specs in (COMMANDS, COMMANDS, (*COMMANDS[:-1],), (p, top)):
            front = scene.front(specs)
            await front.start()
            await front.stop()
        puts = [call for call in scene.server.calls if call.method == "PUT"]
        names = [[command["name"] for command in call.body] for call in puts]
        assert [len(each) for each in names] == [11, 10, 2]
        assert "slow" in names[0]
        assert "slow" not in names[1]
        assert "paste" not in names[0]
        scene.server.verify()


async def test_another_bot_on_the_same_state_gets_its_own_commands() -> None:
    async with (
        stage() as scene,
        DiscordServer(token="another.bot", bot_id=2_000_000_000_000_000_002) as other,
    ):
        await (await scene.started()).stop()
        front = scene.front(token="another.bot", api_url=other.url)
        await front.start()
        await front.stop()
        assert other.commands.scopes[None]


async def test_declarations_become_the_options_that_they_say(scene: Stage) -> None:
    told = {each["name"]: each for each in scene.server.commands.scopes[None]}
    token, span = told["p"]["options"]
    assert (token["type"], token["required"], token["autocomplete"]) == (3, True, True)
    assert (span["required"], [choice["value"] for choice in span["choices"]]) == (False, ["1h", "24h"])
    assert span["description"] == "Compare with"
    (count,) = told["top"]["options"]
    assert (count["type"], count["min_value"], count["max_value"]) == (4, 1, 20)
    assert told["group"]["default_member_permissions"] == str(1 << 5)
    assert (told["group"]["contexts"], told["secret"]["contexts"], told["p"]["contexts"]) == (
        [0],
        [1],
        [0, 1],
    )
    assert [option["name"] for option in told["admin"]["options"]] == ["stats"]
    assert told["Scan"]["type"] == 3
    assert "price" not in told


async def test_the_digest_is_kept_in_a_file(tmp_path: object) -> None:
    kept = in_file(tmp_path / "digest")  # type: ignore[operator]
    assert await kept.get() is None
    await kept.put("abc")
    assert await kept.get() == "abc"


# Pings


async def test_no_message_can_ping_anybody(scene: Stage) -> None:
    scene.script.frames = (
        Reply(title=text("@everyone"), body=text("@here <@1> ", strong("<@&2>")), footer=text("@here")),
    )
    await shown(scene.server, scene.alice.slash(scene.general, "play"))
    card = await shown(scene.server, scene.alice.slash(scene.general, "p", token="BONK"))
    scene.alice.press(card, "24h")
    await until(scene, card, 1)
    scene.alice.say(scene.general, BONK)
    await scene.server.wait_for(lambda: scene.general.messages[-1].attachments)
    messages = [
        call.body.get("data") or call.body
        for call in scene.server.calls
        if call.method in {"POST", "PATCH"} and isinstance(call.body, dict)
    ]
    assert len(messages) == 5
    assert all(message["allowed_mentions"]["parse"] == [] for message in messages)
    assert "\\@here" in json.dumps(messages[0])


async def test_a_token_reference_is_read_as_the_console_reads_it(scene: Stage) -> None:
    await shown(scene.server, scene.alice.slash(scene.general, "p", token="$bonk"))
    assert isinstance(scene.script.args[0].token, TokenRef)  # type: ignore[attr-defined]
