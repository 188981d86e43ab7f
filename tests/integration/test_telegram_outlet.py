"""Telegram as a way out: pushed messages through the real aiogram to a loopback that judges every call."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from bot.frontend import TELEGRAM, utf16_units
from bot.outlet import Unreached
from bot.telegram.outlet import ALLOWANCE
from data.errors import ChatGone, ChatMoved, DeliveryError, Rejected, Throttled
from data.models.delivery import Channel, Target
from handlers.reply import Button, Field, Invoke, Reply, Text, Tone, code, link, strong, text
from tests.fakes.hostile import corpus
from tests.fakes.telegram import Call, Cut, Delay, bad_request, forbidden, too_many_requests
from tests.integration.telegram_stage import BONK, Stage, image, stage, until

ALERT = Reply(
    title=text("BONK crossed $0.00002"),
    body=text("Now ", strong("$0.000021"), ", alert of ", code("7")),
    buttons=((Button("Chart", Invoke("p", {"token": f"https://dexscreener.com/solana/{BONK}"})),),),
    tone=Tone.GOOD,
)


@pytest.fixture
async def on() -> AsyncIterator[Stage]:
    async with stage(speed=100) as setting:
        yield setting
    assert setting.server.violations == []


def calls(on: Stage, method: str) -> list[Call]:
    return [call for call in on.server.calls if call.method == method]


def opened(on: Stage, user_id: int) -> Target:
    """Let somebody open a private chat."""
    return to(on.server.private(on.server.user(user_id, f"Person {user_id}")).id)


def to(chat_id: int, **more: object) -> Target:
    return Target(channel=Channel.TELEGRAM, address=str(chat_id), **more)  # type: ignore[arg-type]


async def push(on: Stage, target: Target, reply: Reply = ALERT, nonce: int = 1) -> str:
    outlet = on.front.outlet
    return await outlet.send(target, await outlet.prepare(reply), nonce=nonce)


async def test_a_pushed_message_is_a_card_whose_buttons_work(on: Stage) -> None:
    alice = on.server.user(7, "Alice")
    chat = on.server.private(alice)
    word = await push(on, to(chat.id))
    shown = chat.message(int(word))
    assert shown.text.startswith("🟢 BONK crossed $0.00002\nNow $0.000021")
    alice.press(shown, "Chart")
    await until(lambda: len(on.script.runs) == 1)
    await on.server.wait_for("editMessageText")


async def test_a_topic_of_a_forum_hears_it_and_silent_is_silent(on: Stage) -> None:
    forum = on.server.supergroup(-1001, "Degens", forum=True)
    thread = on.server.topic(forum, "Signals")
    word = await push(on, to(forum.id, topic=str(thread), silent=True))
    assert forum.message(int(word)).thread_id == thread
    (sent,) = calls(on, "sendMessage")
    assert sent.params["disable_notification"] is True
    await push(on, to(forum.id))
    assert "disable_notification" not in calls(on, "sendMessage")[-1].params


async def test_a_picture_is_uploaded_once_for_all_who_get_it_at_once(on: Stage) -> None:
    targets = [opened(on, number) for number in range(100, 112)]
    on.server.fault("sendPhoto", Delay(0.05), times=None)  # so that all are under way together
    outlet = on.front.outlet
    prepared = await outlet.prepare(ALERT.with_(image=image("red")))
    words = await asyncio.gather(*(outlet.send(each, prepared, nonce=1) for each in targets))
    sent = calls(on, "sendPhoto")
    assert len(sent) == 12
    assert sum(bool(call.files) for call in sent) == 1
    assert all(word.endswith(":photo") for word in words)


async def test_where_the_first_upload_fails_one_other_goes_ahead(on: Stage) -> None:
    targets = [opened(on, number) for number in range(100, 104)]
    on.server.fault("sendPhoto", too_many_requests(3))
    outlet = on.front.outlet
    prepared = await outlet.prepare(ALERT.with_(image=image("red")))
    sends = (outlet.send(each, prepared, nonce=1) for each in targets)
    ended = await asyncio.gather(*sends, return_exceptions=True)
    assert sum(isinstance(each, Throttled) for each in ended) == 1
    assert sum(bool(call.files) for call in calls(on, "sendPhoto")) == 2


async def test_a_slow_first_upload_holds_nobody_up(on: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.telegram.outlet._UPLOAD_S", 0.05)
    slow, quick = opened(on, 100), opened(on, 101)
    on.server.fault("sendPhoto", Delay(0.3), chat=100)
    outlet = on.front.outlet
    prepared = await outlet.prepare(ALERT.with_(image=image("red")))
    first = asyncio.gather(outlet.send(slow, prepared, nonce=1))
    await asyncio.sleep(0)
    second = await outlet.send(quick, prepared, nonce=2)
    assert not first.done()
    assert second.endswith(":photo")
    await first


async def test_a_picture_that_telegram_forgot_is_uploaded_anew(on: Stage) -> None:
    targets = [opened(on, number) for number in (100, 101, 102)]
    reply = ALERT.with_(image=image("red"))
    await push(on, targets[0], reply)
    on.server.fault("sendPhoto", bad_request("wrong file identifier/HTTP URL specified"))
    await push(on, targets[1], reply)
    await push(on, targets[2], reply)
    assert [bool(call.files) for call in calls(on, "sendPhoto")] == [True, False, True, False]


async def test_a_text_becomes_a_picture_becomes_another_picture_in_place(on: Stage) -> None:
    target, outlet = opened(on, 100), on.front.outlet
    chat = on.server.chat(100)
    word = await push(on, target)
    for colour, words in (("red", "one"), ("blue", "two")):
        reply = Reply(body=text(words), image=image(colour))
        word = await outlet.edit(target, await outlet.prepare(reply), word)
        assert word.endswith(":photo")
        assert chat.message(int(word.partition(":")[0])).caption.startswith(words)
    word = await outlet.edit(target, await outlet.prepare(Reply(body=text("three"))), word)
    shown = chat.message(int(word.partition(":")[0]))
    assert (shown.caption, shown.media is not None) == ("three", True)
    assert len(chat.messages) == 1
    assert {call.method for call in on.server.calls} >= {"editMessageMedia", "editMessageCaption"}


async def test_an_edit_that_changes_nothing_is_done(on: Stage) -> None:
    target, outlet = opened(on, 100), on.front.outlet
    word = await push(on, target)
    assert await outlet.edit(target, await outlet.prepare(ALERT), word) == word


async def test_a_message_that_people_deleted_is_refused_and_not_sent_anew(on: Stage) -> None:
    target, outlet = opened(on, 100), on.front.outlet
    word = await push(on, target)
    on.server.fault("editMessageText", bad_request("message to edit not found"))
    with pytest.raises(Rejected):
        await outlet.edit(target, await outlet.prepare(Reply(body=text("new"))), word)
    assert len(calls(on, "sendMessage")) == 1


async def test_who_blocked_us_is_gone_at_the_first_answer_and_not_asked_again(on: Stage) -> None:
    target = opened(on, 7)
    on.server.fault("sendMessage", forbidden("bot was blocked by the user"))
    for _ in range(3):
        with pytest.raises(ChatGone):
            await push(on, target)
    assert len(calls(on, "sendMessage")) == 1


async def test_a_group_that_moved_says_where_to_and_nothing_is_sent_there_unasked(on: Stage) -> None:
    group = on.server.group(-42, "Traders")
    moved = on.server.migrate(group)
    with pytest.raises(ChatMoved) as told:
        await push(on, to(group.id))
    assert told.value.new_id == str(moved.id)
    await push(on, to(moved.id))
    assert [call.params["chat_id"] for call in calls(on, "sendMessage") if call.ok] == [moved.id]


@pytest.mark.parametrize(
    "words",
    ["message thread not found", "TOPIC_CLOSED", "not enough rights to send text messages to the chat"],
)
async def test_a_closed_topic_is_gone_but_its_chat_is_not(on: Stage, words: str) -> None:
    forum = on.server.supergroup(-1001, "Degens", forum=True)
    thread = on.server.topic(forum, "Signals")
    on.server.fault("sendPhoto", bad_request(words))
    with pytest.raises(ChatGone):
        await push(on, to(forum.id, topic=str(thread)), ALERT.with_(image=image("red")))
    assert len(calls(on, "sendPhoto")) == 1
    assert await push(on, to(forum.id))


async def test_refused_markup_becomes_plain_words(on: Stage) -> None:
    target = opened(on, 100)
    on.server.fault("sendMessage", bad_request("can't parse entities: nobody knows why"))
    word = await push(on, target)
    assert on.server.chat(100).message(int(word)).entities == ()


async def test_a_group_without_pictures_gets_the_words(on: Stage) -> None:
    group = on.server.group(-42, "Traders")
    on.server.fault("sendPhoto", bad_request("not enough rights to send photos to the chat"))
    word = await push(on, to(group.id), ALERT.with_(image=image("red")))
    assert word.isdecimal()


async def test_a_request_to_wait_is_told_and_heeded_chat_by_chat(on: Stage) -> None:
    busy, free = opened(on, 100), opened(on, 101)
    on.server.fault("sendMessage", too_many_requests(900), chat=100)
    for _ in range(2):
        with pytest.raises(Throttled) as told:
            await push(on, busy)
        assert not told.value.everywhere
        assert 0 < told.value.retry_after_s <= 900
    await push(on, free)
    assert len(calls(on, "sendMessage")) == 2


async def test_three_chats_that_must_wait_at_once_mean_all_and_nothing_is_sent_until_then(
    on: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.telegram.outlet._TOLD_WITHIN_S", 50.0)  # half a second of a hasty clock
    targets = [opened(on, number) for number in range(100, 104)]
    for target in targets[:3]:
        on.server.fault("sendMessage", too_many_requests(100), chat=int(target.address))
    sends = (push(on, target) for target in targets[:3])
    ended = await asyncio.gather(*sends, return_exceptions=True)
    assert [each.everywhere for each in ended if isinstance(each, Throttled)].count(True) == 1
    with pytest.raises(Throttled) as told:
        await push(on, targets[3])
    assert told.value.everywhere
    assert len(calls(on, "sendMessage")) == 3
    await on.clock.sleep(told.value.retry_after_s + 1)
    await push(on, targets[3])


async def test_a_broken_line_leaves_it_open_whether_it_arrived_and_nothing_is_sent_twice(on: Stage) -> None:
    target = opened(on, 100)
    on.server.fault("sendMessage", Cut(late=True))
    with pytest.raises(DeliveryError) as told:
        await push(on, target)
    assert type(told.value) is DeliveryError
    assert len(on.server.chat(100).messages) == 1


async def test_without_a_connection_nothing_has_arrived() -> None:
    async with stage(speed=100) as on:
        target = opened(on, 100)
        await on.server.close()
        with pytest.raises(Unreached):
            await push(on, target)


async def test_what_is_no_number_of_telegram_is_gone_without_a_call(on: Stage) -> None:
    before = len(on.server.calls)
    for address in ("", "@durov", "12x", "--5", "9" * 30):
        with pytest.raises(ChatGone):
            await push(on, Target(channel=Channel.TELEGRAM, address=address))
    assert len(on.server.calls) == before


async def test_a_reply_that_shows_nothing_is_refused(on: Stage) -> None:
    with pytest.raises(Rejected):
        await push(on, opened(on, 100), Reply())


async def test_a_form_is_laid_out_once_for_all_chats(on: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[Text] = []
    real = on.front.outlet._draw

    async def counted(reply: Reply, *form: object) -> object:
        drawn.append(reply.title)
        return await real(reply, *form)  # type: ignore[arg-type]

    monkeypatch.setattr(on.front.outlet, "_draw", counted)
    outlet = on.front.outlet
    prepared = await outlet.prepare(ALERT)
    for number in range(100, 110):
        await outlet.send(opened(on, number), prepared, nonce=number)
    assert len(drawn) == 1


async def test_hostile_words_in_every_slot_are_taken_and_inert(on: Stage) -> None:
    target, chat = opened(on, 100), on.server.chat(100)
    for case in corpus()[::4]:
        words = case.text
        reply = Reply(
            title=text(words), body=text("Alert ", strong(words), "\n", link(words or "x", "https://issuer.example/")),
            fields=(Field(words[:60] or "x", text(code(words))),), footer=text(words),
            buttons=((Button(words, Invoke("p", {"token": words[:200] or "x"})),),),
        )  # fmt: skip
        word = await push(on, target, reply)
        shown = chat.message(int(word))
        assert utf16_units(shown.text) <= TELEGRAM.total
        kinds = {entity["type"] for entity in shown.entities}
        assert kinds <= {"bold", "code", "pre", "text_link"}, case


def test_the_pace_is_what_telegram_allows() -> None:
    assert (ALLOWANCE.overall_per_s, ALLOWANCE.chat_per_s, ALLOWANCE.group_per_min) == (28.0, 1.0, 20.0)
