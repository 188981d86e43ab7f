"""The whole application on virtual time: an alert that is set in Telegram fires, and a liar fires none."""

from __future__ import annotations

import asyncio
import random
import re
from decimal import Decimal
from pathlib import Path

import pytest

from bot.app import App
from core import events
from core.alerts.engine import AlertEngine
from core.alerts.events import AlertFired
from core.alerts.service import Alerts
from core.enrichment.refresh import EVERY, Refresher
from core.people import People
from data.models.chat import Chat, ChatKind, Identity
from data.models.delivery import InboxEntry
from data.models.fields import PRICE_USD
from data.models.ids import Platform
from data.sandbox.tokens import Token
from data.store.store import Store
from handlers.dispatch import Request
from handlers.reply import Reply
from handlers.spec import Origin
from tests.fakes.still_market import market, still
from tests.integration.desk import Desk, words_of
from tests.integration.test_poison import Lie, both, times, told_by

pytestmark = [pytest.mark.drill, pytest.mark.timeout(600)]

ALICE = Identity(Platform.TELEGRAM, "4711")
HERE = Chat(platform=Platform.TELEGRAM, id="4711", channel="4711", kind=ChatKind.PRIVATE)
TEN_MINUTES = 120  # runs of the refresher


async def said(app: App, line: str) -> Reply:
    """Say something as Alice does in Telegram; give the last frame."""
    name, *words = line.removeprefix("/").split()
    request = Request(
        command=name, origin=Origin.TEXT, identity=ALICE, name="Alice", chat=HERE, words=tuple(words)
    )
    return [frame async for frame in app.dispatcher.frames(request)][-1]


async def pressed(app: App, reply: Reply, label: str) -> Reply:
    (button,) = (each for row in reply.rows for each in row if each.label == label)
    assert button.invoke is not None
    request = Request(
        command=button.invoke.command, origin=Origin.BUTTON, identity=ALICE, name="Alice", chat=HERE,
        named=dict(button.invoke.args),
    )  # fmt: skip
    return [frame async for frame in app.dispatcher.frames(request)][-1]


async def set_alert(app: App, sentence: str) -> Reply:
    saved = await pressed(app, await said(app, f"/alert {sentence}"), "Save")
    assert "is set" in saved.title.plain, words_of(saved)
    await asyncio.sleep(5)  # no cooldown
    return saved


async def kept_fresh(app: App, runs: int) -> None:
    """Do what the scheduler does: nobody looks, and what is waited for is asked for in the background."""
    for _ in range(runs):
        await app.services[Refresher].run()
        await asyncio.sleep(EVERY.total_seconds())


async def told(app: App) -> tuple[InboxEntry, ...]:
    await asyncio.sleep(1)
    user = await app.services[People].recognise(ALICE, "Alice")
    assert user is not None
    async with app.services[Store].read() as tx:
        return await tx.outbox.inbox(user.id, limit=100)


def lively(desk: Desk) -> Token:
    """Choose a token that moves."""
    return next(each for each in desk.honest if each.symbol == "WIF")


def test_an_alert_that_is_set_in_telegram_fires_once_and_its_card_says_so(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with market(tmp_path, seed=7) as (app, _):
            desk = Desk(app)
            token = lively(desk)
            await said(app, "/start")
            now = (await desk.look(token)).value(PRICE_USD)
            assert now is not None
            # Whichever way it goes first: both are within what it moves in minutes.
            high, low = now * Decimal("1.0015"), now * Decimal("0.9985")
            await set_alert(app, f"{token.mint} > {high:.8f}")
            await set_alert(app, f"{token.mint} < {low:.8f}")
            for _ in range(24):
                await kept_fresh(app, TEN_MINUTES // 2)
                if await told(app):
                    break
            await kept_fresh(app, TEN_MINUTES)
            entries = await told(app)
            fired = [events.decode(AlertFired, entry.notice.body) for entry in entries]
            assert fired
            assert len({event.alert_id for event in fired}) == len(fired)  # once each
            for event in fired:
                assert event.rule.threshold is not None
                reached = (event.seen.value - event.rule.threshold) * (1 if event.rule.way == "above" else -1)
                assert 0 <= reached <= event.rule.threshold * Decimal("0.02")
                assert len(event.seen.sources) > 1
            listed = words_of(await said(app, "/alerts"))
            assert "fired" in listed
            assert re.search(r"needs [+-]\d", listed) or len(fired) == 2

    still(scenario)


SPELLS_FROM_S = (70.0, 260.0)


FEW = ("gmgn", "jupiter", "dexscreener", "geckoterminal")


@pytest.mark.parametrize(
    ("liar", "asked"),
    [("jupiter", ()), ("dexscreener", FEW), ("gmgn", FEW[:2]), ("jupiter", ("jupiter",)),
     ("dexscreener", ("dexscreener",))],
)  # fmt: skip
def test_a_source_that_lies_for_a_minute_fires_nothing(
    tmp_path: Path, liar: str, asked: tuple[str, ...]
) -> None:
    """A thousandfold and a thousandth, among many sources, among few, and as the only one."""
    rng = random.Random(liar)
    lie: Lie = both(
        *(
            times(factor, PRICE_USD, from_s=start, for_s=rng.randint(1, 60))
            for factor, start in zip(("1000", "0.001"), SPELLS_FROM_S, strict=True)
        )
    )

    async def scenario() -> None:
        async with told_by(tmp_path, {liar: lie}, asked) as desk:
            app, token = desk.app, lively(desk)
            await said(app, "/start")
            now = (await desk.look(token)).value(PRICE_USD)
            assert now is not None
            for wanted in (
                f"> {now * 3:.8f}",
                f"< {now / 3:.8f}",
                "+150% 1h",
                "-60% 1h",
                f"cross {now * 2:.8f}",
            ):
                await set_alert(app, f"{token.mint} {wanted}")
            assert len(app.services[AlertEngine].memory)
            for _ in range(72):  # six minutes: while somebody looks, and the refresher works
                await app.services[Refresher].run()
                await desk.look(token, fresh=True)
                await asyncio.sleep(EVERY.total_seconds())
            assert await told(app) == ()
            user = await app.services[People].recognise(ALICE, "Alice")
            assert user is not None
            assert all(each.phase.live for each in await app.services[Alerts].of_user(user))

    still(scenario)
