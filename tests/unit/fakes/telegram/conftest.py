"""A fake Telegram, the real client on it, and a clock that a test turns."""

from collections.abc import AsyncIterator

import pytest
from aiogram import Bot

from tests.fakes.clock import VirtualClock
from tests.fakes.telegram import TelegramServer
from tests.fakes.telegram.client import RawApi, connect, raw
from tests.fakes.telegram.samples import ALICE, keyboard, png, populate


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock()


@pytest.fixture
async def server(clock: VirtualClock) -> AsyncIterator[TelegramServer]:
    async with TelegramServer(clock=clock.monotonic) as running:
        yield running


@pytest.fixture
async def bot(server: TelegramServer) -> AsyncIterator[Bot]:
    async with connect(server) as client:
        yield client


@pytest.fixture
async def api(server: TelegramServer) -> AsyncIterator[RawApi]:
    """Bare HTTP on a populated server; the bot has sent Alice a text with a button (1) and a photo (2)."""
    populate(server)
    async with raw(server) as call:
        await call("sendMessage", chat_id=ALICE, text="hello", reply_markup=keyboard(callback_data="t:buy"))
        await call("sendPhoto", {"photo": png()}, chat_id=ALICE, caption="chart")
        server.verify()
        yield call
