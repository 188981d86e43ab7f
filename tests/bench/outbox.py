"""CPU time a message of the outbox, through aiogram, against a bare loop of aiogram that sends the same."""

from __future__ import annotations

import asyncio
import random
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.methods import SendMessage

import handlers.commands
from bot.delivery import PostOffice
from bot.outlet import Allowance
from bot.telegram.keyboard import Keyboards
from bot.telegram.outlet import TelegramOutlet
from bot.telegram.screen import Pictures, drawing
from bot.telegram.sender import Sender
from core.delivery.outbox import Outbox
from core.payloads import Payloads
from data.clock import SystemClock
from data.metrics import Metrics
from data.models.delivery import Channel, Notice, Stream, Target, Urgency
from data.nursery import Nursery
from data.store.store import Store
from handlers import registry
from tests.bench.measure import Row, by_turns
from tests.fakes.outlets import PlainCards

ROUNDS, MESSAGES = 5, 300
TOKEN = "424242:token-of-a-loopback-platform-here"
WORDS = "So much was bought of it in five minutes. " * 5
# Answers every request alike, in a process of its own, so that its work does not count as ours.
SERVER = """
import asyncio
BODY = b'{"ok":true,"result":{"message_id":7,"date":1790000000,"chat":{"id":1,"type":"private"},"text":"x"}}'
HEAD = b"HTTP/1.1 200 OK\\r\\nContent-Type: application/json\\r\\nContent-Length: %d\\r\\n\\r\\n" % len(BODY)
async def serve(reader, writer):
    try:
        while True:
            head = (await reader.readuntil(b"\\r\\n\\r\\n")).lower()
            length = int(head.split(b"content-length:")[1].split(b"\\r\\n")[0])
            await reader.readexactly(length)
            writer.write(HEAD + BODY)
    except (asyncio.IncompleteReadError, ConnectionError):
        writer.close()
async def main():
    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()
asyncio.run(main())
"""


class Unlimited(TelegramOutlet):
    """As fast as it goes: what is measured is work, not patience."""

    allowance = Allowance(overall_per_s=100_000.0, chat_per_s=1_000.0, at_once=4)


@asynccontextmanager
async def _bot() -> AsyncIterator[Bot]:
    server = await asyncio.create_subprocess_exec(
        sys.executable, "-c", SERVER, stdout=asyncio.subprocess.PIPE
    )
    assert server.stdout is not None
    port = int(await server.stdout.readline())
    api = TelegramAPIServer.from_base(f"http://127.0.0.1:{port}")
    async with Bot(TOKEN, AiohttpSession(api=api)) as bot:
        try:
            yield bot
        finally:
            server.kill()
            await server.wait()


async def _nothing(old: int, new: int) -> None:
    """No chat moves here."""


async def _measured() -> list[Row]:
    clock, keys = SystemClock(), count()
    with TemporaryDirectory() as folder:
        store = await Store.open(f"sqlite+aiosqlite:///{Path(folder) / 'store.db'}", clock)
        await store.migrate()
        outbox = Outbox(store, clock)
        async with _bot() as bot, Nursery() as nursery:
            drawn = drawing(Keyboards(registry.discover(handlers.commands), Payloads(store, clock)))
            office = PostOffice(
                outbox=outbox, store=store, cards=PlainCards(), clock=clock, rng=random.SystemRandom(),
                nursery=nursery, metrics=Metrics(),
            )  # fmt: skip
            office.start([Unlimited(Sender(bot, clock, _nothing), drawn, Pictures(), clock)])

            async def ours() -> float:
                now = clock.now()
                notice = Notice(
                    key=f"n{next(keys)}", kind="note", stream=Stream.RADAR, body=WORDS, at=now,
                    expires_at=now + timedelta(hours=1), urgency=Urgency.SIGNAL,
                )  # fmt: skip
                places = [Target(channel=Channel.TELEGRAM, address=str(each + 1)) for each in range(MESSAGES)]
                began = time.process_time()
                await outbox.publish(notice, places)
                async with asyncio.timeout(120):
                    while await _waits(store):  # noqa: ASYNC110 - seldom, and it counts as ours
                        await asyncio.sleep(0.1)
                return (time.process_time() - began) / MESSAGES * 1e6

            async def bare() -> float:
                began = time.process_time()
                for each in range(MESSAGES):
                    await bot(SendMessage(chat_id=each + 1, text=WORDS))
                return (time.process_time() - began) / MESSAGES * 1e6

            mine, theirs = await by_turns(ROUNDS, ours, bare)
            await office.stop()
        await store.close()
    row = Row(
        subject="CPU of a pushed message, durable and in order", unit="µs", ours=mine, peer=theirs,
        against="a bare loop of aiogram",
    )  # fmt: skip
    return [row]


async def _waits(store: Store) -> bool:
    async with store.read() as tx:
        return any(line.waiting + line.leased for line in await tx.outbox.queue())


def measure() -> list[Row]:
    """Measure this subject."""
    return asyncio.run(_measured())
