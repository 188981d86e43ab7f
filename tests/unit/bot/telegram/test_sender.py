"""Calls of the Bot API: which failure is which, what is tried again, and what is remembered."""

from __future__ import annotations

import gc
from collections.abc import AsyncGenerator
from typing import Any

import pytest
from aiogram import Bot
from aiogram.client.session.base import BaseSession
from aiogram.exceptions import ClientDecodeError, TelegramNetworkError
from aiogram.methods import (
    AnswerCallbackQuery,
    EditMessageText,
    GetMe,
    Response,
    SendMessage,
    SendPhoto,
    TelegramMethod,
)
from aiogram.types import ResponseParameters
from aiohttp import ClientConnectorError
from aiohttp.client_reqrep import ConnectionKey

from bot.outlet import Unreached
from bot.telegram.sender import ANSWERS, Closed, FileLost, MessageLost, Sender, TooLong, Unchanged, failure
from data.errors import ChatGone, ChatMoved, DeliveryError, Rejected, Throttled
from tests.fakes.clock import LoopClock
from tests.fakes.virtual_loop import virtual_time

pytestmark = virtual_time

SEND = SendMessage(chat_id=7, text="x")
EDIT = EditMessageText(chat_id=7, message_id=1, text="x")


class ScriptedSession(BaseSession):
    """Answers by a script: an exception to raise, or a status with a description and parameters."""

    def __init__(self, *script: Exception | tuple[int, str, dict[str, Any]]) -> None:
        super().__init__()
        self.script = list(script)
        self.made = 0

    async def make_request(
        self, bot: Bot, method: TelegramMethod[Any], timeout: int | None = None
    ) -> Any:  # the answer to any method
        self.made += 1
        step = self.script.pop(0)
        if isinstance(step, Exception):
            raise step
        status, description, parameters = step
        body = Response[bool](
            ok=status == 200, result=True, error_code=status, description=description,
            parameters=ResponseParameters(**parameters) if parameters else None,
        )  # fmt: skip
        return self.check_response(
            bot, AnswerCallbackQuery(callback_query_id="x"), status, body.model_dump_json()
        )

    async def close(self) -> None:
        """Nothing is open."""

    async def stream_content(self, *args: Any, **options: Any) -> AsyncGenerator[bytes, None]:
        yield b""


class Told:
    """Which groups were told to have moved."""

    def __init__(self) -> None:
        self.moves: list[tuple[int, int]] = []

    async def __call__(self, old: int, new: int) -> None:
        self.moves.append((old, new))


def sender(
    *script: Exception | tuple[int, str, dict[str, Any]],
) -> tuple[Sender, ScriptedSession, LoopClock, Told]:
    session, clock, told = ScriptedSession(*script), LoopClock(), Told()
    return Sender(Bot("42:TEST", session), clock, told), session, clock, told


def unreachable() -> TelegramNetworkError:
    error = TelegramNetworkError(method=GetMe(), message="no way")
    key = ConnectionKey("127.0.0.1", 9, False, True, None, None, None)
    error.__cause__ = ClientConnectorError(key, OSError("refused"))
    return error


@pytest.mark.parametrize(
    ("status", "description", "kind"),
    [
        (400, "Bad Request: message is not modified: specified new message content", Unchanged),
        (400, "Bad Request: message to edit not found", MessageLost),
        (400, "Bad Request: MESSAGE_ID_INVALID", MessageLost),
        (400, "Bad Request: message is too long", TooLong),
        (400, "Bad Request: message caption is too long", TooLong),
        (400, "Bad Request: MEDIA_CAPTION_TOO_LONG", TooLong),
        (400, "Bad Request: chat not found", ChatGone),
        (403, "Forbidden: bot was kicked from the supergroup chat", ChatGone),
        (403, "Forbidden: CHAT_WRITE_FORBIDDEN", Closed),
        (400, "Bad Request: TOPIC_CLOSED", Closed),
        (400, "Bad Request: message thread not found", Closed),
        (400, "Bad Request: not enough rights to send text messages to the chat", Closed),
        (400, "Bad Request: not enough rights to send photos to the chat", Rejected),
        (400, "Bad Request: wrong file identifier/HTTP URL specified", FileLost),
        (400, "Bad Request: FILE_REFERENCE_EXPIRED", FileLost),
        (401, "Unauthorized", DeliveryError),
        (418, "odd", DeliveryError),
    ],
)
async def test_words_of_the_server_become_our_errors(
    status: int, description: str, kind: type[Exception]
) -> None:
    carried, *_ = sender((status, description, {}))
    with pytest.raises(DeliveryError) as caught:
        await carried.call(SEND)
    assert type(caught.value) is kind


@pytest.mark.parametrize(
    "description", ["can't parse entities: x", "ENTITY_BOUNDS_INVALID", "BUTTON_URL_INVALID"]
)
async def test_refused_markup_is_told_apart(description: str) -> None:
    carried, *_ = sender((400, f"Bad Request: {description}", {}))
    with pytest.raises(Rejected) as caught:
        await carried.call(SEND)
    assert caught.value.markup


async def test_a_request_to_wait_is_kept_to_without_asking_again() -> None:
    carried, session, clock, _ = sender((429, "slow down", {"retry_after": 7}), (200, "", {}))
    for left in (7, 4):
        with pytest.raises(Throttled) as caught:
            await carried.call(SEND)
        assert caught.value.retry_after_s == left
        await clock.sleep(3)
    assert session.made == 1
    await clock.sleep(1)
    await carried.call(EDIT)
    assert session.made == 2


async def test_other_chats_need_not_wait() -> None:
    carried, session, _, _ = sender((429, "slow down", {"retry_after": 7}), (200, "", {}), (200, "", {}))
    with pytest.raises(Throttled):
        await carried.call(SEND)
    await carried.call(SendMessage(chat_id=8, text="x"))
    await carried.call(AnswerCallbackQuery(callback_query_id="x"))
    assert session.made == 3


async def test_patience_waits_and_ends() -> None:
    carried, session, clock, _ = sender((429, "", {"retry_after": 50}), (200, "", {}))
    start = clock.monotonic()
    await carried.patiently(SEND)
    assert (session.made, clock.monotonic() - start) == (2, 50)
    carried, session, clock, _ = sender((429, "", {"retry_after": 50}), (429, "", {"retry_after": 11}))
    with pytest.raises(Throttled):
        await carried.patiently(SEND)
    assert (session.made, clock.monotonic() - start) == (2, 100)


async def test_a_closed_chat_is_not_asked_again_until_reopened() -> None:
    carried, session, _, _ = sender((403, "Forbidden: bot was blocked by the user", {}), (200, "", {}))
    for _ in range(3):
        with pytest.raises(ChatGone):
            await carried.call(SEND)
    assert session.made == 1
    carried.reopened(7)
    await carried.call(SEND)
    carried.closed(7)
    with pytest.raises(ChatGone):
        await carried.call(SEND)
    assert session.made == 2


async def test_a_moved_chat_is_told_once_and_not_asked_again() -> None:
    carried, session, _, told = sender((400, "upgraded", {"migrate_to_chat_id": -1007}))
    for _ in range(2):
        with pytest.raises(ChatMoved) as caught:
            await carried.call(SEND)
        assert caught.value.new_id == "-1007"
    await carried.moved(7, -1007)
    assert (session.made, told.moves) == (1, [(7, -1007)])


@pytest.mark.parametrize(
    ("method", "error", "tries"),
    [
        (EDIT, TelegramNetworkError(method=EDIT, message="cut"), 2),
        (EDIT, UnicodeDecodeError("utf-8", b"\xff", 0, 1, "bad"), 2),
        (EDIT, ClientDecodeError("no JSON", ValueError(), "<html>"), 2),
        (SEND, TelegramNetworkError(method=SEND, message="cut"), 1),
        (SEND, UnicodeDecodeError("utf-8", b"\xff", 0, 1, "bad"), 1),
        (SendPhoto(chat_id=7, photo="x"), ClientDecodeError("no JSON", ValueError(), "<html>"), 1),
    ],
)
async def test_only_what_cannot_show_twice_is_tried_twice(
    method: TelegramMethod[Any], error: Exception, tries: int
) -> None:
    carried, session, _, _ = sender(error, error)
    with pytest.raises(DeliveryError) as caught:
        await carried.call(method)
    assert type(caught.value) is DeliveryError
    assert session.made == tries


async def test_what_no_connection_carried_is_tried_twice_and_known_not_to_have_arrived() -> None:
    carried, session, _, _ = sender(unreachable(), unreachable())
    with pytest.raises(Unreached):
        await carried.call(SEND)
    assert session.made == 2


async def test_a_failure_says_nothing_of_what_was_answered() -> None:
    assert "secret" not in str(failure(ClientDecodeError("no JSON", ValueError("secret"), "secret")))


async def test_the_forms_of_answers_outlive_a_garbage_collection() -> None:
    """Each was made anew after every collection, at ten milliseconds."""
    gc.collect()
    wanted = (SendMessage, EditMessageText, AnswerCallbackQuery)
    assert tuple(Response[method.__returning__] for method in wanted) == ANSWERS
