"""The Telegram front end when things go wrong: refusals, closed chats, lost connections, starts and stops."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from aiohttp import ClientSession, web
from sqlalchemy import text as sql
from structlog.testing import capture_logs

from data.errors import ConfigError
from data.models.chat import Actor, ChatKind, Effect, Identity, SubjectKind
from data.models.chat import Chat as Place
from data.models.ids import Platform
from handlers.reply import Button, Reply, code, strong, text
from tests.fakes.telegram import (
    Call,
    Chat,
    Cut,
    Delay,
    Garbage,
    Role,
    Rule,
    SentMessage,
    TelegramServer,
    User,
    bad_request,
    forbidden,
    too_many_requests,
)
from tests.integration.telegram_stage import Stage, image, stage, until

ALICE = 7
ADMIN = Actor(identity=Identity(Platform.TELEGRAM, "1"), name="Admin")


@pytest.fixture
async def on() -> AsyncIterator[Stage]:
    async with stage(speed=100) as setting:
        yield setting
    assert setting.server.violations == []


def alone(server: TelegramServer) -> tuple[User, Chat]:
    alice = server.user(ALICE, "Alice", "alice")
    return alice, server.private(alice)


async def answer(server: TelegramServer) -> SentMessage:
    """Return the next message of the bot that went through, as it stands now."""
    return server.shown(await server.wait_for(lambda call: call.ok and call.method == "sendMessage"))


def calls(server: TelegramServer, method: str) -> list[Call]:
    return [call for call in server.calls if call.method == method]


# Telegram asks to wait


async def test_after_a_flood_wait_only_the_newest_frame_is_sent_and_not_a_moment_early(on: Stage) -> None:
    alice, chat = alone(on.server)
    on.script.frames = [Reply(body=text(word)) for word in ("one", "two", "three")]
    on.script.gates = [asyncio.Event() for _ in on.script.frames]
    on.server.fault("sendMessage", too_many_requests(30))
    alice.send(chat, "/play")
    on.script.gates[0].set()
    refused = await on.server.wait_for("sendMessage")
    for gate in on.script.gates:
        gate.set()
    shown = await on.server.wait_for(lambda call: call.ok and call.method == "sendMessage")
    assert shown.at - refused.at >= 30
    assert on.server.shown(shown).text == "three"
    assert len(chat.messages) == 2


async def test_a_frame_that_nothing_overtakes_is_sent_after_the_wait(on: Stage) -> None:
    alice, chat = alone(on.server)
    on.server.fault("sendMessage", too_many_requests(5))
    alice.send(chat, "/p BONK")
    assert (await answer(on.server)).text.startswith("🟢")


async def test_a_wait_beyond_patience_drops_the_answer_and_is_kept_to(on: Stage) -> None:
    alice, chat = alone(on.server)
    on.server.fault("sendMessage", too_many_requests(3000))
    alice.send(chat, "/p BONK")
    await on.server.wait_for("sendMessage")
    alice.send(chat, "/p WIF")
    await until(lambda: len(on.script.runs) == 2)
    await asyncio.sleep(0.05)
    assert len(calls(on.server, "sendMessage")) == 1


# Telegram refuses


async def test_refused_markup_becomes_plain_words_without_links(on: Stage) -> None:
    alice, chat = alone(on.server)
    on.server.fault("sendMessage", bad_request("can't parse entities: nobody knows why"))
    url = Button("Site", url="https://x.example/a")
    on.script.frames = [Reply(body=text(strong("Bonk "), code("evil.com")), buttons=((url,),))]
    alice.send(chat, "/play")
    shown = await answer(on.server)
    assert (shown.text, shown.entities, shown.buttons) == ("Bonk evil.\u2060com", (), [])


async def test_a_text_that_is_still_too_long_is_cut_shorter(on: Stage) -> None:
    alice, chat = alone(on.server)
    on.server.fault("sendMessage", bad_request("message is too long"))
    on.script.frames = [Reply(body=text("word " * 700))]
    alice.send(chat, "/play")
    assert 1500 < len((await answer(on.server)).text) <= 2048


async def test_where_pictures_are_not_allowed_the_words_are_shown(on: Stage) -> None:
    alice = on.server.user(ALICE, "Alice")
    group = on.server.group(-42, "Traders", members=[alice])
    on.server.fault("sendPhoto", bad_request("not enough rights to send photos to the chat"))
    on.script.frames = [Reply(title=text("BONK"), image=image("red"))]
    alice.send(group, "/play")
    assert (await answer(on.server)).text == "BONK"


async def test_a_button_that_opens_nothing_telegram_knows_is_left_out(on: Stage) -> None:
    alice, chat = alone(on.server)
    urls = (
        "https://ok.example/x",
        "https://",
        "https://localhost/x",
        "https://a.b/c d",
        "http://x" + "y" * 3000,
    )
    on.script.frames = [Reply(body=text("x"), buttons=tuple((Button("Go", url=url),) for url in urls))]
    alice.send(chat, "/play")
    assert [[button.target for button in row] for row in (await answer(on.server)).buttons] == [[urls[0]]]


async def test_who_blocks_the_bot_is_left_in_peace_until_they_come_back(on: Stage) -> None:
    alice, chat = alone(on.server)
    on.script.frames = [Reply(body=text(word)) for word in ("one", "two", "three")]
    on.script.gates = [asyncio.Event() for _ in on.script.frames]
    alice.send(chat, "/play")
    on.script.gates[0].set()
    await answer(on.server)
    on.server.fault("editMessageText", forbidden("bot was blocked by the user"))
    with capture_logs() as logs:
        on.script.gates[1].set()
        await on.server.wait_for("editMessageText")
        on.script.gates[2].set()
        await until(lambda: len(on.nursery) == 1)
    assert [entry["event"] for entry in logs].count("chat_gone") == 1
    assert len(calls(on.server, "editMessageText")) == 1
    alice.block()
    alice.unblock()
    alice.send(chat, "/p BONK")
    assert (await answer(on.server)).text.startswith("🟢")


async def test_a_group_that_moved_is_answered_in_its_new_home_with_its_rules(on: Stage) -> None:
    alice = on.server.user(ALICE, "Alice")
    group = on.server.group(-42, "Traders", admins=[alice])
    old = Place(platform=Platform.TELEGRAM, id="-42", channel="-42", kind=ChatKind.GROUP)
    await on.chats.add_rule(
        ADMIN, old, command="price", effect=Effect.DENY, kind=SubjectKind.EVERYONE, subject=""
    )
    on.script.frames = [Reply(body=text("one")), Reply(body=text("two"))]
    on.script.gates = [asyncio.Event(), asyncio.Event()]
    alice.send(group, "/play")
    on.script.gates[0].set()
    await answer(on.server)
    grown = on.server.migrate(group)
    on.script.gates[1].set()
    moved = await answer(on.server)
    assert (moved.chat_id, moved.text) == (grown.id, "two")
    new = Place(platform=Platform.TELEGRAM, id=str(grown.id), channel=str(grown.id), kind=ChatKind.GROUP)

    async def followed() -> bool:
        return [rule.command for rule in await on.chats.rules(new)] == ["price"]

    await until(followed)
    assert await on.chats.rules(old) == ()


async def test_being_thrown_out_of_a_group_ends_the_answer_there(on: Stage) -> None:
    alice = on.server.user(ALICE, "Alice")
    group = on.server.supergroup(-1001234567890, "Traders", admins=[alice])
    on.script.frames = [Reply(body=text("late"))]
    on.script.gates = [asyncio.Event()]
    alice.send(group, "/play")
    await until(lambda: bool(on.script.runs))
    alice.kick_bot(group)
    alice.send(on.server.private(alice), "/p BONK")
    await answer(on.server)
    on.script.gates[0].set()
    await until(lambda: len(on.nursery) == 1)
    assert len(calls(on.server, "sendMessage")) == 1
    assert group.role(on.server.bot.id) is Role.KICKED


# The way there fails


async def test_an_edit_whose_connection_breaks_is_tried_once_more(on: Stage) -> None:
    alice, chat = alone(on.server)
    alice.send(chat, "/p BONK")
    shown = await answer(on.server)
    on.server.fault("editMessageText", Cut())
    on.server.fault("editMessageText", Garbage())
    alice.press(shown, "24h")
    await on.server.wait_for("editMessageText")
    await on.server.wait_for("editMessageText")
    on.server.fault("editMessageText", Cut())
    alice.press(shown, "24h")
    await on.server.until(lambda: "· 24h ·" in str(chat.message(shown.message_id).buttons))
    assert len(calls(on.server, "editMessageText")) == 4


@pytest.mark.parametrize("fault", [Cut(late=True), Cut(), Garbage(), Garbage(500, "{}")])
async def test_a_message_that_may_have_arrived_is_not_sent_twice(on: Stage, fault: Cut | Garbage) -> None:
    alice, chat = alone(on.server)
    on.server.fault("sendMessage", fault)
    alice.send(chat, "/p BONK")
    await on.server.wait_for("sendMessage")
    alice.send(chat, "/p WIF")
    assert "WIF" in (await answer(on.server)).text
    assert len(calls(on.server, "sendMessage")) == 2


@pytest.mark.parametrize(
    "fault", [Garbage(), Garbage(200, "<html>hello</html>"), Cut(), Cut(late=True), bad_request("odd"),
              too_many_requests(2)],
)  # fmt: skip
async def test_polling_goes_on_after_any_trouble_and_loses_nothing(
    on: Stage, fault: Garbage | Cut | Exception
) -> None:
    alice, chat = alone(on.server)
    with capture_logs() as logs:
        on.server.fault("getUpdates", fault, times=2)  # type: ignore[arg-type]
        alice.send(chat, "/p BONK")
        assert "BONK" in (await answer(on.server)).text
        alice.send(chat, "/p WIF")
        assert "WIF" in (await answer(on.server)).text
    events = [entry["event"] for entry in logs]
    assert events.count("polling_failed") <= 1
    assert len(on.script.runs) == 2


async def test_a_second_program_with_the_same_token_is_named_once(on: Stage) -> None:
    alice, chat = alone(on.server)
    conflict = bad_request("")
    conflict.code, conflict.description = 409, "Conflict: terminated by other getUpdates request"
    with capture_logs() as logs:
        on.server.fault("getUpdates", conflict, times=4)
        alice.send(chat, "/p BONK")
        alice.send(chat, "/p WIF")
        await answer(on.server)
        await on.server.until(lambda: len(calls(on.server, "getUpdates")) == 4)
        await until(lambda: any(entry["event"] == "polling_recovered" for entry in logs))
    named = [entry for entry in logs if entry["event"] == "polling_conflict"]
    assert len(named) == 1
    assert "another program" in named[0]["fix"]


async def test_an_update_that_comes_five_times_is_answered_once(on: Stage) -> None:
    on.server.updates.copies = 5
    alice, chat = alone(on.server)
    alice.send(chat, "/p BONK")
    await answer(on.server)
    alice.send(chat, "/p WIF")
    await answer(on.server)
    assert [run.given["token"] for run in on.script.runs] == ["BONK", "WIF"]


async def test_an_update_that_cannot_be_read_does_not_hold_up_the_next(on: Stage) -> None:
    alice, chat = alone(on.server)
    on.server.push_raw({"message": {"message_id": "not a number"}})
    on.server.push_raw({"callback_query": None})
    on.server.push_raw({"unheard_of": {}})
    alice.send(chat, "/p BONK")
    assert "BONK" in (await answer(on.server)).text


async def test_a_slow_command_holds_up_nobody(on: Stage) -> None:
    alice, chat = alone(on.server)
    on.script.frames, on.script.gates = [Reply(body=text("slow"))], [asyncio.Event()]
    alice.send(chat, "/play")
    alice.send(chat, "/p BONK")
    assert "BONK" in (await answer(on.server)).text
    on.script.gates[0].set()
    assert (await answer(on.server)).text == "slow"


# Starting and stopping


async def test_a_malformed_or_refused_token_and_a_silent_server_stop_the_start() -> None:
    cases = (
        ({"token": "nonsense"}, "TRENCHCOAT_TELEGRAM__TOKEN is not a bot token"),
        ({"token": "1:another"}, "set TRENCHCOAT_TELEGRAM__TOKEN to that of @BotFather"),
        ({"api_url": "http://127.0.0.1:9"}, "cannot be reached at http://127.0.0.1:9"),
    )
    for options, words in cases:
        async with stage(started=False, **options) as on:  # type: ignore[arg-type]
            with pytest.raises(ConfigError, match=words):
                await on.front.start()
            await on.front.stop()
        refused = [Rule.UNAUTHORIZED] if options.get("token") == "1:another" else []
        assert [violation.rule for violation in on.server.violations] == refused


async def test_menus_are_set_by_place_and_only_where_they_changed() -> None:
    async with stage(started=False, own_session=True) as on:
        await on.front.start()
        private = on.server.commands({"type": "all_private_chats"})
        assert [item["command"] for item in private] == ["p", "play", "mine"]
        admins = on.server.commands({"type": "all_chat_administrators"})
        assert "lock" in [item["command"] for item in admins]
        assert "lock" not in [item["command"] for item in on.server.commands({"type": "all_group_chats"})]
        assert len(calls(on.server, "setMyCommands")) == 4
        await on.front.stop()
        on.server.fault("getMyCommands", bad_request("odd"))
        await on.front.start()
        assert len(calls(on.server, "setMyCommands")) == 4
        await on.front.stop()
    assert on.server.violations == []


async def test_stopping_lets_a_frame_in_flight_arrive_and_leaves_the_rest_for_the_next_start() -> None:
    async with stage(started=False) as on:
        await on.front.start()
        alice, chat = alone(on.server)
        on.server.fault("sendMessage", Delay(0.2))
        alice.send(chat, "/p BONK")
        await until(lambda: bool(on.script.runs))
        await on.front.stop()
        assert "BONK" in chat.messages[-1].text
        alice.send(chat, "/p WIF")
        await on.front.start()
        assert "WIF" in (await answer(on.server)).text or "WIF" in (await answer(on.server)).text
        await on.front.stop()
        assert [run.given["token"] for run in on.script.runs] == ["BONK", "WIF"]
    assert on.server.violations == []


# Webhook


async def test_a_webhook_takes_updates_with_the_right_secret_alone() -> None:
    app = web.Application()
    runner = web.AppRunner(app)
    handlers: list[Stage] = []

    async def route(request: web.Request) -> web.Response:
        return await handlers[0].front.webhook_handler(request)

    app.router.add_post("/telegram", route)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}/telegram"
    async with stage(webhook_url=url, webhook_secret="right", started=False) as on, ClientSession() as client:
        handlers.append(on)
        update = {"update_id": 1, "message": {"message_id": 1, "date": 1, "text": "/p FORGED"}}
        assert (await client.post(url, json=update)).status == 503
        await on.front.start()
        header = "X-Telegram-Bot-Api-Secret-Token"
        for headers, body, status in (
            ({}, update, 403),
            ({header: "wrong"}, update, 403),
            ({header: "right"}, [1], 400),
            ({header: "right"}, {"update_id": "x"}, 200),
        ):
            assert (await client.post(url, json=body, headers=headers)).status == status
        assert (await client.post(url, data=b"\xff{", headers={header: "right"})).status == 400
        alice, chat = alone(on.server)
        on.server.updates.copies = 3
        alice.send(chat, "/p BONK")
        assert "BONK" in (await answer(on.server)).text
        await on.front.stop()
        assert (await client.post(url, json=update, headers={header: "right"})).status == 503
        assert len(on.script.runs) == 1
    await runner.cleanup()
    assert on.server.violations == []


async def test_a_pressed_button_says_so_when_the_database_is_away(on: Stage) -> None:
    """The press rested without a word where its stored payload could not be read."""
    alice, chat = alone(on.server)
    alice.send(chat, "/p BONK")
    shown = await answer(on.server)
    async with on.chats._store.begin() as tx:
        await tx.payloads.connection.execute(sql("DROP TABLE payloads"))
    query = alice.forge(shown, "ts" + "a" * 22)
    await on.server.until(lambda: query.answer is not None)
    assert "busy" in str((query.answer or {}).get("text"))
