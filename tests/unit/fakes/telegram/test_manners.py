"""The fake Telegram on a bot's manners: what it does after being told, and to whom it listens."""

import asyncio

import pytest

from tests.fakes.clock import VirtualClock
from tests.fakes.telegram import Role, Rule, TelegramServer, forbidden, too_many_requests
from tests.fakes.telegram.client import RawApi
from tests.fakes.telegram.samples import ALICE, GROUP, keyboard, png

TEXT = 1  # the bot's message in the chat with Alice


async def test_an_edit_that_changes_nothing_is_an_error_but_no_violation(
    server: TelegramServer, api: RawApi
) -> None:
    same = {"chat_id": ALICE, "message_id": TEXT, "text": "hello"}
    body = await api("editMessageText", **same, reply_markup=keyboard(callback_data="t:buy"))
    assert "message is not modified" in body["description"]
    assert (await api("editMessageText", **same))["ok"] is True  # takes the buttons away
    assert server.chat(ALICE).message(TEXT).buttons == []
    assert server.violations == []


async def test_editing_what_a_person_deleted_is_an_error_but_no_violation(
    server: TelegramServer, api: RawApi
) -> None:
    alice = server.user(ALICE, "Alice", "alice")
    alice.delete(server.chat(ALICE).message(TEXT))
    body = await api("editMessageText", chat_id=ALICE, message_id=TEXT, text="late")
    assert body["description"] == "Bad Request: message to edit not found"
    assert server.violations == []


async def test_the_words_of_others_cannot_be_edited_or_deleted(server: TelegramServer, api: RawApi) -> None:
    said = server.user(ALICE, "Alice", "alice").send(server.chat(GROUP), "mine")
    for method, params in (("editMessageText", {"text": "x"}), ("deleteMessage", {})):
        body = await api(method, chat_id=GROUP, message_id=said.message_id, **params)
        assert body["ok"] is False
    assert [violation.rule for violation in server.violations] == [Rule.TARGET, Rule.RIGHTS]


async def test_writing_again_to_who_blocked_the_bot_is_a_violation(
    server: TelegramServer, api: RawApi
) -> None:
    alice = server.user(ALICE, "Alice", "alice")
    alice.block()
    assert (await api("sendMessage", chat_id=ALICE, text="hi"))["error_code"] == 403
    assert server.violations == []
    assert (await api("sendMessage", chat_id=ALICE, text="hi"))["error_code"] == 403
    assert [violation.rule for violation in server.violations] == [Rule.GONE]
    alice.unblock()
    assert (await api("sendMessage", chat_id=ALICE, text="hi"))["ok"] is True


async def test_writing_again_to_a_chat_that_moved_or_refused_is_a_violation(
    server: TelegramServer, api: RawApi
) -> None:
    server.migrate(server.chat(GROUP))
    server.fault("sendMessage", forbidden("bot was blocked by the user"), chat=ALICE)
    for chat_id in (GROUP, ALICE, GROUP, ALICE):
        assert (await api("sendMessage", chat_id=chat_id, text="hi"))["ok"] is False
    assert [violation.rule for violation in server.violations] == [Rule.GONE, Rule.GONE]
    server.user(ALICE, "Alice", "alice").send(server.chat(ALICE), "I am back")
    assert (await api("sendMessage", chat_id=ALICE, text="hi"))["ok"] is True


async def test_calling_before_retry_after_has_passed_is_a_violation(
    server: TelegramServer, api: RawApi, clock: VirtualClock
) -> None:
    server.fault("sendMessage", too_many_requests(5))
    first = await api("sendMessage", chat_id=ALICE, text="hi")
    assert first["parameters"] == {"retry_after": 5}
    assert (await api("sendMessage", chat_id=GROUP, text="another chat"))["ok"] is True
    assert (await api("sendChatAction", chat_id=ALICE, action="typing"))["ok"] is True
    clock.advance(3)
    again = await api("editMessageText", chat_id=ALICE, message_id=TEXT, text="hi")
    assert again["parameters"] == {"retry_after": 2}
    assert [violation.rule for violation in server.violations] == [Rule.IMPATIENT]
    clock.advance(2)
    assert (await api("sendMessage", chat_id=ALICE, text="hi"))["ok"] is True


async def test_a_429_for_everywhere_binds_every_chat(server: TelegramServer, api: RawApi) -> None:
    server.fault("sendMessage", too_many_requests(5, everywhere=True))
    await api("sendMessage", chat_id=ALICE, text="hi")
    assert (await api("sendMessage", chat_id=GROUP, text="hi"))["error_code"] == 429
    assert [violation.rule for violation in server.violations] == [Rule.IMPATIENT]


async def test_a_press_that_is_never_answered_is_a_violation_once_the_bot_has_it(
    server: TelegramServer, api: RawApi
) -> None:
    alice = server.user(ALICE, "Alice", "alice")
    query = alice.press(server.chat(ALICE).message(TEXT), "Buy")
    server.verify()
    await api("getUpdates")
    for _ in range(2):
        with pytest.raises(AssertionError, match="never answered"):
            server.verify()
    assert [violation.params["id"] for violation in server.violations] == [query.id]


async def test_a_second_answer_to_a_press_is_an_error_but_no_violation(
    server: TelegramServer, api: RawApi
) -> None:
    query = server.user(ALICE, "Alice", "alice").forge(server.chat(ALICE).message(TEXT), "t:forged \x00 data")
    await api("getUpdates")
    answers = [await api("answerCallbackQuery", callback_query_id=query.id) for _ in range(2)]
    assert [answer["ok"] for answer in answers] == [True, False]
    server.verify()


async def test_polling_beside_a_webhook_is_a_conflict(server: TelegramServer, api: RawApi) -> None:
    await api("setWebhook", url="http://127.0.0.1:9/")
    assert (await api("getUpdates"))["error_code"] == 409
    assert [violation.rule for violation in server.violations] == [Rule.CONFLICT]
    await api("deleteWebhook", drop_pending_updates=True)
    assert (await api("getUpdates"))["result"] == []


async def test_a_second_poller_ends_the_first(server: TelegramServer, api: RawApi) -> None:
    async with asyncio.TaskGroup() as tasks:
        first = tasks.create_task(api("getUpdates", timeout=30))
        await server.until(lambda: server.updates.polls == 1)
        second = tasks.create_task(api("getUpdates", timeout=0))
    assert first.result()["error_code"] == 409
    assert second.result() == {"ok": True, "result": []}
    assert [violation.rule for violation in server.violations] == [Rule.CONFLICT]


@pytest.mark.parametrize(
    ("content", "answer"),
    [
        (b"not an image", "IMAGE_PROCESS_FAILED"),
        (png()[:-20], "IMAGE_PROCESS_FAILED"),
        (b"", "file must be non-empty"),
        (png(width=210, height=10), "PHOTO_INVALID_DIMENSIONS"),
    ],
    ids=["text", "cut", "empty", "too flat"],
)
async def test_a_photo_telegram_could_not_show_is_refused(
    server: TelegramServer, api: RawApi, content: bytes, answer: str
) -> None:
    body = await api("sendPhoto", {"photo": content}, chat_id=ALICE)
    assert answer in body["description"]
    assert len(server.violations) == 1


async def test_a_body_that_is_not_json_is_refused(server: TelegramServer, api: RawApi) -> None:
    url = f"{server.url}/bot{server.token}/sendMessage"
    async with api.session.post(url, data=b"{", headers={"Content-Type": "application/json"}) as response:
        assert response.status == 400
    assert [violation.rule for violation in server.violations] == [Rule.WRONG_TYPE]


async def test_a_bot_without_rights_in_a_place_is_told_so(server: TelegramServer, api: RawApi) -> None:
    alice = server.user(ALICE, "Alice", "alice")
    muted = server.supergroup(-1001, "Muted", admins=[alice], bot=Role.RESTRICTED)
    silent = server.channel(-1002, "Silent", admins=[alice], bot=Role.MEMBER)
    away = server.supergroup(-1003, "Away", admins=[alice], bot=Role.LEFT)
    answers = [await api("sendMessage", chat_id=chat.id, text="hi") for chat in (muted, silent, away)]
    assert [answer["description"] for answer in answers] == [
        "Bad Request: not enough rights to send text messages to the chat",
        "Bad Request: need administrator rights in the channel chat",
        "Forbidden: bot is not a member of the supergroup chat",
    ]
