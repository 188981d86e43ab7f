"""The fake Telegram on a bad day: faults on demand and strict rates."""

import pytest
from aiogram import Bot
from aiogram.exceptions import (
    ClientDecodeError,
    TelegramBadRequest,
    TelegramForbiddenError,
    TelegramNetworkError,
    TelegramRetryAfter,
)
from aiogram.types import BufferedInputFile

from tests.fakes.clock import VirtualClock
from tests.fakes.telegram import (
    Cut,
    Delay,
    Garbage,
    TelegramServer,
    bad_request,
    forbidden,
    too_many_requests,
)
from tests.fakes.telegram.client import connect
from tests.fakes.telegram.samples import png

GROUP = -4200


async def test_faults_strike_the_calls_they_were_planned_for(server: TelegramServer, bot: Bot) -> None:
    chat, other = server.private(server.user(7, "Alice")), server.private(server.user(8, "Bob"))
    server.fault("sendMessage", bad_request("can't parse entities: once"), every=2)
    server.fault("sendMessage", forbidden("bot was blocked by the user"), chat=other.id)
    server.fault("sendPhoto", Garbage(502))
    await bot.send_message(chat.id, "1")
    with pytest.raises(TelegramBadRequest, match="can't parse entities"):
        await bot.send_message(chat.id, "2")
    await bot.send_message(chat.id, "3")
    with pytest.raises(TelegramForbiddenError):
        await bot.send_message(other.id, "4")
    with pytest.raises(ClientDecodeError):
        await bot.send_photo(chat.id, BufferedInputFile(png(), "chart.png"))
    assert [message.text for message in chat.messages] == ["1", "3"]
    server.verify()


async def test_a_cut_connection_loses_the_call_or_only_its_answer(server: TelegramServer, bot: Bot) -> None:
    chat = server.private(server.user(7, "Alice"))
    server.fault("sendMessage", Cut())
    with pytest.raises(TelegramNetworkError):
        await bot.send_message(chat.id, "lost")
    server.fault("sendMessage", Cut(late=True))
    with pytest.raises(TelegramNetworkError):
        await bot.send_message(chat.id, "posted, answer lost")
    assert [message.text for message in chat.messages] == ["posted, answer lost"]
    assert [call.ok for call in server.calls] == [False, True]


async def test_a_slow_answer_runs_into_the_deadline_of_the_client(server: TelegramServer, bot: Bot) -> None:
    chat = server.private(server.user(7, "Alice"))
    server.fault("sendMessage", Delay(30))
    with pytest.raises(TelegramNetworkError, match="timeout"):
        await bot.send_message(chat.id, "slow", request_timeout=0.05)  # type: ignore[arg-type]
    assert chat.messages == []


async def test_after_a_429_the_bot_may_go_on_when_the_time_has_passed(
    server: TelegramServer, bot: Bot, clock: VirtualClock
) -> None:
    chat = server.private(server.user(7, "Alice"))
    server.fault("sendMessage", too_many_requests(3))
    with pytest.raises(TelegramRetryAfter) as told:
        await bot.send_message(chat.id, "hi")
    clock.advance(told.value.retry_after)
    await bot.send_message(chat.id, "hi")
    server.verify()


async def test_strict_rates_allow_one_a_second_in_a_chat_and_twenty_a_minute_in_groups(
    clock: VirtualClock,
) -> None:
    async with TelegramServer(clock=clock.monotonic, strict_rates=True) as server, connect(server) as bot:
        alice = server.user(1, "Alice")
        chat, group = server.private(alice), server.group(GROUP, "Traders", members=[alice])
        await bot.send_message(chat.id, "1")
        with pytest.raises(TelegramRetryAfter) as told:
            await bot.send_message(chat.id, "2")
        assert told.value.retry_after == 1
        for number in range(20):
            clock.advance(1)
            await bot.send_message(group.id, str(number))
        clock.advance(1)
        with pytest.raises(TelegramRetryAfter) as told:
            await bot.send_message(group.id, "21")
        assert told.value.retry_after == 40
        server.verify()


async def test_strict_rates_allow_thirty_a_second_in_all(clock: VirtualClock) -> None:
    async with TelegramServer(clock=clock.monotonic, strict_rates=True) as server, connect(server) as bot:
        chats = [server.private(server.user(number, f"User {number}")) for number in range(1, 32)]
        for chat in chats[:30]:
            await bot.send_message(chat.id, "news")
        with pytest.raises(TelegramRetryAfter):
            await bot.send_message(chats[30].id, "news")
        clock.advance(1)
        await bot.send_message(chats[30].id, "news")
        server.verify()
