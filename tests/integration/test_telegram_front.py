"""The Telegram front end on a loopback server: what people write and press, and what they then see."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from data.models.chat import Actor, ChatKind, FlagOverride, FlagScope, Identity, Level
from data.models.ids import Platform
from handlers.inline import InlineResult
from handlers.reply import Button, Invoke, Reply, code, tap, text
from handlers.spec import Origin
from tests.fakes.telegram import Call, Chat, Role, SentMessage, TelegramServer, User
from tests.integration.telegram_stage import BONK, OWNER_ID, Stage, image, png, stage, until

ALICE = 7


@pytest.fixture
async def on() -> AsyncIterator[Stage]:
    async with stage() as setting:
        yield setting
    assert setting.server.violations == []


def alone(server: TelegramServer) -> tuple[User, Chat]:
    alice = server.user(ALICE, "Alice", "alice")
    return alice, server.private(alice)


async def answer(server: TelegramServer) -> SentMessage:
    """Return the next message of the bot, as it stands now."""
    return server.shown(await server.wait_for("sendMessage"))


def writes(server: TelegramServer) -> list[Call]:
    """List what the bot showed to people."""
    return [call for call in server.calls if call.method.startswith(("send", "edit"))]


async def quiet(server: TelegramServer, person: User) -> None:
    """Wait until the bot has dealt with all that was said: what is said last is answered."""
    person.send(server.private(person), "/p LAST")
    await server.wait_for(lambda call: "LAST" in str(call.params.get("text", "")))


# Commands


async def test_a_command_is_answered_with_a_card_of_buttons(on: Stage) -> None:
    alice, chat = alone(on.server)
    alice.send(chat, "/price BONK 24h")
    shown = await answer(on.server)
    assert shown.text.startswith("🟢 $\u2060BONK\n$BONK")
    assert [[button.text for button in row] for row in shown.buttons] == [["1h", "· 24h ·"], ["Long"]]
    assert shown.reply_to is None
    (run,) = on.script.runs
    assert (run.origin, run.actor.identity) == (Origin.TEXT, Identity(Platform.TELEGRAM, "7"))
    assert (run.chat.kind, run.locale, run.private_url) == (
        ChatKind.PRIVATE,
        "en",
        "https://t.me/trenchcoat_bot",
    )


async def test_wrong_arguments_are_told_with_an_example(on: Stage) -> None:
    alice, chat = alone(on.server)
    alice.send(chat, "/p BONK 7y")
    assert "is not one of 1h, 24h" in (await answer(on.server)).text
    alice.send(chat, "/p")
    assert "Usage: /p <token>" in (await answer(on.server)).text


async def test_an_unknown_command_is_answered_in_private_and_ignored_in_groups(on: Stage) -> None:
    alice, chat = alone(on.server)
    group = on.server.group(-42, "Traders", members=[alice])
    alice.send(group, "/pp BONK")
    alice.send(group, "/p@another_bot BONK")
    alice.send(group, "/path/to/file")
    alice.send(chat, "/pp BONK")
    assert "There is no command" in (await answer(on.server)).text
    assert group.messages[-1].sender == alice.profile
    alice.send(group, "/pp@Trenchcoat_Bot BONK")
    assert (await answer(on.server)).chat_id == group.id


async def test_a_group_gets_its_answer_as_a_reply_in_the_same_topic(on: Stage) -> None:
    alice = on.server.user(ALICE, "Alice")
    forum = on.server.supergroup(-1001234567890, "Forum", members=[alice], forum=True)
    topic = on.server.topic(forum, "Gems")
    asked = alice.send(forum, "/p@trenchcoat_bot BONK", thread_id=topic)
    shown = await answer(on.server)
    assert (shown.thread_id, shown.reply_to) == (topic, asked.message_id)
    assert on.script.runs[0].chat.topic == str(topic)
    assert on.script.runs[0].chat.kind is ChatKind.GROUP


async def test_the_practice_market_is_named_on_every_card() -> None:
    async with stage(practice=True) as on:
        alice, chat = alone(on.server)
        alice.send(chat, "/p BONK")
        assert (await answer(on.server)).text.endswith("practice market, not real prices")
        alice.send(chat, "good morning")
        assert (await answer(on.server)).text.endswith("practice market, not real prices")
    assert on.server.violations == []


# Pasted tokens


async def test_a_pasted_address_becomes_a_card_that_gains_its_chart(on: Stage) -> None:
    alice, chat = alone(on.server)
    alice.send(chat, f"what about {BONK}?")
    shown = await answer(on.server)
    edited = await on.server.wait_for("editMessageMedia")
    assert on.server.shown(edited).message_id == shown.message_id
    assert on.server.shown(edited).photo == png("red")
    assert "A red chart" in on.server.shown(edited).caption
    assert on.script.runs[0].origin is Origin.PASTE


async def test_a_paste_is_answered_in_groups_topics_and_below_pictures() -> None:
    async with stage(speed=50) as on:
        alice = on.server.user(ALICE, "Alice")
        group = on.server.group(-42, "Traders", members=[alice])
        forum = on.server.supergroup(-1001234567890, "Forum", members=[alice], forum=True)
        topic = on.server.topic(forum, "Gems")
        alice.send(group, BONK)
        assert (await answer(on.server)).chat_id == group.id
        alice.send(forum, f"https://dexscreener.com/solana/{BONK}", thread_id=topic)
        assert (await answer(on.server)).thread_id == topic
        alice.send(forum, f"look: {BONK}", photo=png("blue"), thread_id=topic)
        assert (await answer(on.server)).thread_id == topic
    assert on.server.violations == []


async def test_talk_gets_a_hint_in_private_and_silence_in_groups(on: Stage) -> None:
    alice, chat = alone(on.server)
    group = on.server.group(-42, "Traders", members=[alice])
    alice.send(group, "good morning")
    alice.send(chat, "good morning")
    shown = await answer(on.server)
    assert shown.text == "Paste the address of a token, or see /help for what else there is."
    assert len(group.messages) == 1


async def test_a_paste_is_left_alone_where_the_flag_is_off(on: Stage) -> None:
    alice = on.server.user(ALICE, "Alice")
    group = on.server.group(-42, "Traders", members=[alice])
    off = FlagOverride(name="paste", scope=FlagScope.CHAT, subject="telegram:-42", value=False)
    await on.chats.set_flag(Actor(identity=Identity(Platform.TELEGRAM, "1"), name="Owner"), off)
    alice.send(group, BONK)
    await quiet(on.server, alice)
    assert len(group.messages) == 1


# Who is heard


async def test_only_people_speaking_now_and_here_can_command(on: Stage) -> None:
    """Forwarded, edited, channel and bot messages, results of inline bots and copies of posts run nothing."""
    alice, chat = alone(on.server)
    bot = on.server.user(99, "Other", "other_bot", is_bot=True)
    group = on.server.group(-42, "Traders", members=[alice, bot])
    channel = on.server.channel(-1009876543210, "News", admins=[alice])
    alice.forward(alice.send(group, "/p@another_bot FORWARDED"), chat)
    alice.edit(alice.send(group, "typo"), "/p EDITED")
    alice.forward(alice.send(channel, "/p POSTED"), group)
    bot.send(group, "/p ROBOT")
    message = {"message_id": 900, "date": 1, "chat": {"id": ALICE, "type": "private"}, "text": "/p VIA"}
    person = {"id": ALICE, "is_bot": False, "first_name": "Alice"}
    robot = {"id": 5, "is_bot": True, "first_name": "Gif"}
    on.server.push_raw({"message": message | {"from": person, "via_bot": robot}})
    on.server.push_raw({"message": message | {"from": person, "is_automatic_forward": True}})
    on.server.push_raw({"channel_post": message | {"text": "/p POST"}})
    on.server.push_raw({"edited_message": message | {"from": person, "text": "/p EDIT"}})
    await quiet(on.server, alice)
    assert [run.given for run in on.script.runs] == [{"token": "LAST"}]


async def test_a_forwarded_message_may_paste(on: Stage) -> None:
    alice, chat = alone(on.server)
    group = on.server.group(-42, "Traders", members=[alice])
    alice.forward(alice.send(group, f"gm\n{BONK}"), chat)
    await until(lambda: len(on.script.runs) == 2)
    assert {run.origin for run in on.script.runs} == {Origin.PASTE}


async def test_an_admin_is_asked_for_at_telegram_and_a_demoted_one_is_refused(on: Stage) -> None:
    alice = on.server.user(ALICE, "Alice")
    creator = on.server.user(8, "Creator")
    group = on.server.supergroup(-1001234567890, "Traders", admins=[creator, alice])
    alice.send(group, "/lock")
    shown = await answer(on.server)
    assert shown.text == "Closed."
    assert on.script.runs[0].actor.chat_level is Level.CHAT_ADMIN
    creator.set_role(group, alice, Role.MEMBER)
    query = alice.press(shown, "Again")
    await on.server.until(lambda: query.answer is not None)
    assert "for admins of this chat" in str((query.answer or {})["text"])
    assert len(on.script.runs) == 1
    assert group.message(shown.message_id).text == "Closed."


async def test_an_anonymous_admin_is_heard_as_the_group_without_rights(on: Stage) -> None:
    alice = on.server.user(ALICE, "Alice")
    group = on.server.supergroup(-1001234567890, "Traders", admins=[alice])
    alice.send(group, "/p BONK", anonymous=True)
    await answer(on.server)
    assert on.script.runs[0].actor.identity == Identity(Platform.TELEGRAM, "-1001234567890")
    alice.send(group, "/lock", anonymous=True)
    assert "for admins of this chat" in (await answer(on.server)).text
    alice.send(group, "/mine", anonymous=True)
    assert "Open a private chat with me first" in (await answer(on.server)).text
    assert [call.method for call in on.server.calls].count("getChatMember") == 0


# Buttons


async def test_a_button_edits_its_message_in_place(on: Stage) -> None:
    alice, chat = alone(on.server)
    alice.send(chat, "/p BONK")
    shown = await answer(on.server)
    query = alice.press(shown, "24h")
    await on.server.wait_for("editMessageText")
    await on.server.until(lambda: query.answer is not None)
    now = chat.message(shown.message_id)
    assert [button.text for button in now.buttons[0]] == ["1h", "· 24h ·"]
    assert len(writes(on.server)) == 2
    assert on.script.runs[1].origin is Origin.BUTTON


async def test_a_button_whose_payload_is_long_works_and_one_pressed_twice_changes_nothing(on: Stage) -> None:
    alice, chat = alone(on.server)
    alice.send(chat, "/p BONK")
    shown = await answer(on.server)
    alice.press(shown, "Long")
    edited = await on.server.wait_for("editMessageText")
    assert BONK in on.server.shown(edited).text
    first = alice.press(shown, "· 1h ·")
    second = alice.press(shown, "· 1h ·")
    await on.server.until(lambda: first.answer is not None and second.answer is not None)


@pytest.mark.parametrize(
    "data",
    ["", "tp", "tp:", "ts", "tsAAAA", "tp\x00:\x00", "x" * 64, "tpnothing:a", "tpp:" + "~" * 40, "💥" * 16],
)
async def test_forged_button_data_is_refused_in_a_box(on: Stage, data: str) -> None:
    alice, chat = alone(on.server)
    alice.send(chat, "/p BONK")
    shown = await answer(on.server)
    query = alice.forge(shown, data)
    await on.server.until(lambda: query.answer is not None)
    assert (query.answer or {}).get("show_alert") is True
    assert chat.message(shown.message_id).text == shown.text


async def test_a_card_that_was_deleted_is_sent_anew(on: Stage) -> None:
    alice, chat = alone(on.server)
    alice.send(chat, "/p BONK")
    shown = await answer(on.server)
    query = alice.press(shown, "24h")
    alice.delete(shown)
    again = await answer(on.server)
    assert again.message_id > shown.message_id
    await on.server.until(lambda: query.answer is not None)


async def test_a_button_that_takes_long_stops_spinning_before_its_answer() -> None:
    async with stage(speed=100) as on:
        on.script.frames, on.script.gates = [Reply(body=text("done"))], [asyncio.Event()]
        alice, chat = alone(on.server)
        alice.send(chat, "/p BONK")
        shown = await answer(on.server)
        query = alice.forge(shown, "tpplay:")
        await on.server.until(lambda: query.answer is not None)
        assert chat.message(shown.message_id).text == shown.text
        on.script.gates[0].set()
        await on.server.wait_for("editMessageText")
        assert chat.message(shown.message_id).text == "done"
    assert on.server.violations == []


# Private answers


async def test_a_private_answer_leaves_the_group(on: Stage) -> None:
    alice, chat = alone(on.server)
    group = on.server.group(-42, "Traders", members=[alice])
    alice.send(group, "/mine")
    assert (await answer(on.server)).text == "7 SOL"
    notice = await answer(on.server)
    assert (notice.chat_id, notice.text) == (group.id, "I answered you in private.")
    assert notice.buttons[0][0].target == "https://t.me/trenchcoat_bot"
    document = on.server.shown(await on.server.wait_for("sendDocument"))
    assert (document.chat_id, document.document) == (chat.id, b"a,b\n1,2\n")
    assert "SOL" not in "".join(message.visible for message in group.messages)


async def test_who_never_opened_a_private_chat_is_asked_to_and_then_answered(on: Stage) -> None:
    alice = on.server.user(ALICE, "Alice")
    group = on.server.group(-42, "Traders", members=[alice])
    alice.send(group, "/mine")
    await on.server.wait_for(lambda call: call.error_code == 403)
    notice = await on.server.wait_for(lambda call: call.ok and call.method == "sendMessage")
    assert "Open a private chat with me first" in on.server.shown(notice).text
    alice.send(on.server.private(alice), "/mine")
    assert (await answer(on.server)).text == "7 SOL"


async def test_a_private_answer_to_a_button_in_a_group_is_said_in_the_box(on: Stage) -> None:
    alice, _ = alone(on.server)
    group = on.server.group(-42, "Traders", members=[alice])
    alice.send(group, "/p BONK")
    shown = await answer(on.server)
    query = alice.forge(shown, "tpmine:")
    assert (await answer(on.server)).text == "7 SOL"
    await on.server.until(lambda: query.answer is not None)
    assert (query.answer or {})["text"] == "I answered you in private."
    assert group.message(shown.message_id).text == shown.text


# Pictures


async def test_an_equal_picture_is_uploaded_once(on: Stage) -> None:
    alice, chat = alone(on.server)
    on.script.frames = [Reply(title=text("one"), image=image("red"))]
    alice.send(chat, "/play")
    assert (await on.server.wait_for("sendPhoto")).files
    alice.send(chat, "/play")
    again = await on.server.wait_for("sendPhoto")
    assert not again.files
    assert on.server.shown(again).photo == png("red")


async def test_a_picture_gives_way_to_another_and_stays_below_a_card_without() -> None:
    async with stage(speed=50) as on:
        alice, chat = alone(on.server)
        on.script.frames = [
            Reply(title=text("one"), image=image("red")),
            Reply(title=text("two"), image=image("red")),
            Reply(title=text("three"), image=image("blue")),
            Reply(title=text("four"), body=text("long " * 500)),
        ]
        on.script.gates = [asyncio.Event() for _ in on.script.frames]
        alice.send(chat, "/play")
        methods = ("sendPhoto", "editMessageCaption", "editMessageMedia", "editMessageCaption")
        for gate, method in zip(on.script.gates, methods, strict=True):
            gate.set()
            shown = on.server.shown(await on.server.wait_for(method))
        assert shown.photo == png("blue")
        assert shown.caption.startswith("four\nlong")
        assert len(shown.caption) <= 1024
    assert on.server.violations == []


# Inline mode


async def test_an_inline_query_offers_cards_whose_buttons_work_where_they_are_posted(on: Stage) -> None:
    alice = on.server.user(ALICE, "Alice")
    card = Reply(
        title=text("BONK"),
        body=text(code("x"), tap("help")),
        buttons=((Button("24h", Invoke("p", {"token": "BONK", "span": "24h"})),),),
    )
    on.script.inline = [
        InlineResult("a", "BONK", "$0.0012", card),
        InlineResult("a", "BONK", "twice", card),
        InlineResult("b", "", "", card),
        InlineResult("c", "Secret", "", card.with_(private=True)),
        *(InlineResult(str(n), "More", "", card) for n in range(9)),
    ]
    results = await alice.inline("BONK")
    assert [result["id"] for result in results] == ["a", "b", "0", "1", "2"]
    posted = alice.choose(results[0])
    query = alice.press_inline(posted, "24h")
    await on.server.wait_for("editMessageText")
    await on.server.until(lambda: query.answer is not None)
    assert on.server.inline_message(posted).text.startswith("🟢 $\u2060BONK")
    assert on.script.runs[0].chat.kind is ChatKind.GROUP


async def test_an_inline_query_without_words_or_with_the_flag_off_finds_nothing(on: Stage) -> None:
    alice = on.server.user(ALICE, "Alice")
    on.script.inline = [InlineResult("a", "BONK", "", Reply(body=text("x")))]
    assert await alice.inline("  ") == []
    off = FlagOverride(name="inline", scope=FlagScope.GLOBAL, subject="", value=False)
    await on.chats.set_flag(Actor(identity=Identity(Platform.TELEGRAM, str(OWNER_ID)), name="Owner"), off)
    assert await alice.inline("BONK") == []
