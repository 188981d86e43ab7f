"""A process that carries an outbox to a ledger over HTTP, to be killed and started anew.

Run as `python -m tests.fakes.postman <database> <ledger>`: for each line that comes in, a fork takes the
alert up (again) and carries; its number is written out, and when it has ended, its status.
"""

from __future__ import annotations

import asyncio
import os
import random
import sys
from datetime import UTC, datetime, timedelta

import aiohttp

from bot.delivery import PostOffice
from bot.outlet import Allowance, Unreached
from core.delivery.outbox import Outbox
from data.clock import SystemClock
from data.errors import DeliveryError
from data.metrics import Metrics
from data.models.delivery import Channel, Lateness, Notice, Stream, Target, Urgency
from data.nursery import Nursery
from data.store.store import Store
from handlers.reply import Reply
from tests.fakes.outlets import PlainCards

PLACES = 2_000
HOLD = timedelta(seconds=1)
# One at a time, as fast as it goes: at a platform's own pace an answer is there before the next one goes.
ALLOWANCE = Allowance(overall_per_s=1_000.0, chat_per_s=1.0, at_once=1)


class LedgerOutlet:
    """Tells a ledger of each message."""

    channel = Channel.TELEGRAM
    allowance = ALLOWANCE

    def __init__(self, session: aiohttp.ClientSession, url: str) -> None:
        self._session = session
        self._url = url

    async def prepare(self, reply: Reply) -> str:
        return f"{reply.body.plain}\n{reply.footer.plain}"

    async def send(self, target: Target, prepared: str, *, nonce: int) -> str:
        try:
            async with self._session.post(f"{self._url}/{target.address}", data=prepared) as answer:
                return await answer.text()
        except aiohttp.ClientConnectorError as error:
            raise Unreached(str(error)) from error
        except aiohttp.ClientError as error:
            raise DeliveryError(str(error)) from error

    async def edit(self, target: Target, prepared: str, message: str) -> str:
        raise AssertionError("nothing joins here")


def alert(now: datetime) -> Notice:
    """Make the alert; it is the same one whenever it is made."""
    return Notice(
        key="alert", kind="note", stream=Stream.DANGER, body="alert", at=now, urgency=Urgency.DANGER,
        expires_at=now + timedelta(hours=1), lateness=Lateness.SAY_AGE,
    )  # fmt: skip


async def carry(database: str, ledger: str) -> None:
    """Take up the alert and carry until killed."""
    clock = SystemClock()
    store = await Store.open(database, clock)
    outbox = Outbox(store, clock)
    async with aiohttp.ClientSession() as session, Nursery() as nursery:
        office = PostOffice(
            outbox=outbox, store=store, cards=PlainCards(), clock=clock, rng=random.Random(), nursery=nursery,
            metrics=Metrics(), hold=HOLD,
        )  # fmt: skip
        office.start([LedgerOutlet(session, ledger)])
        places = [Target(channel=Channel.TELEGRAM, address=str(number)) for number in range(1, PLACES + 1)]
        await outbox.publish(alert(datetime.now(UTC)), places)  # noqa: TID251 - a process of its own
        await asyncio.Event().wait()


def serve(database: str, ledger: str) -> None:
    """Fork until the input ends."""
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    for _ in sys.stdin:
        child = os.fork()
        if child == 0:
            try:
                asyncio.run(carry(database, ledger))
            finally:
                os._exit(1)
        sys.stdout.write(f"{child}\n")
        sys.stdout.flush()
        _, status = os.waitpid(child, 0)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(status)}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    serve(*sys.argv[1:])
