"""Cards of the practice market, whole and with its vendors failing in every way, through the real platform.

`TRENCHCOAT_DRILLS=long` takes every pair with every kind of fault, and random sets of vendors.
"""

from __future__ import annotations

import itertools
import os
import random
import re
import time
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path

import pytest

from bot.app import App, build
from config.settings import Settings
from core.addresses import TokenRef, parse_ref
from core.chats import Chats
from core.enrichment.policies import CHAIN
from core.enrichment.service import Enricher
from data.clock import Deadline
from data.models.chat import Actor, Chat, ChatKind, FlagOverride, FlagScope, Identity
from data.models.fields import PRICE_USD
from data.models.ids import Platform
from data.models.market import TokenSnapshot
from data.sandbox.faults import Fault
from data.sandbox.tokens import Kind, Token
from data.sandbox.wire.vendors import VENDORS
from handlers.cards.token import WANTED
from handlers.dispatch import Request
from handlers.reply import Reply
from handlers.spec import Origin
from tests.fakes.figures import read_price

LONG = os.environ.get("TRENCHCOAT_DRILLS") == "long"
MARKETS = tuple(vendor.id for vendor in VENDORS)
SLOW = {Fault.HANG, Fault.DRIP}
HERE = Chat(platform=Platform.CONSOLE, id="1", channel="1", kind=ChatKind.PRIVATE)
OPERATOR = Actor(identity=Identity(Platform.CONSOLE, "local"), name="operator")
SLACK_S = 2.0  # for a machine that does other things as well
IMPOSSIBLE = re.compile(r"\bnan\b|\binf|e[+-]?\d{2}|\d{16}|\$-|-\$", re.IGNORECASE)


@dataclass
class Desk:
    """Someone new asks each question, so that nobody has to wait for a cooldown."""

    app: App
    deadline_s: float
    asked: Iterable[int] = field(default_factory=itertools.count)

    @property
    def tokens(self) -> Sequence[Token]:
        """Tokens with pools, whose words every vendor knows."""
        assert self.app.sandbox is not None
        return [each for each in self.app.sandbox.world.tokens.values() if each.pools]

    def fail(self, kind: Fault, *vendors: str) -> None:
        assert self.app.sandbox is not None
        self.app.sandbox.faults.clear()
        for vendor in vendors:
            self.app.sandbox.faults.set(vendor, kind)

    async def ask(self, *words: str) -> tuple[list[Reply], float]:
        """Say `/t` with words; give its frames, and how long they took."""
        dispatcher = replace(self.app.dispatcher, deadline_s=self.deadline_s)
        number = next(iter(self.asked))
        request = Request(
            command="t", origin=Origin.TEXT, identity=Identity(Platform.CONSOLE, f"p{number}"), name="p",
            chat=HERE, words=words,
        )  # fmt: skip
        started = time.monotonic()
        return [frame async for frame in dispatcher.frames(request)], time.monotonic() - started

    async def look(self, token: Token) -> TokenSnapshot:
        ref = parse_ref(token.mint)
        assert isinstance(ref, TokenRef)
        deadline = Deadline.after(self.app.clock, self.deadline_s)
        _, snapshot = await self.app.services[Enricher].snapshot(ref, WANTED, deadline, complete=True)
        return snapshot

    def truth(self, token: Token) -> Decimal:
        assert self.app.sandbox is not None
        return Decimal(repr(self.app.sandbox.world.price_usd(token.mint)))


@asynccontextmanager
async def desk(folder: Path, *, deadline_s: float = 8.0) -> AsyncIterator[Desk]:
    async with build(Settings(market="sandbox", state_dir=folder)) as app:
        # A chart takes a process of its own and says nothing of the sources.
        off = FlagOverride(name="charts", scope=FlagScope.GLOBAL, subject="", value=False)
        await app.services[Chats].set_flag(OPERATOR, off)
        yield Desk(app, deadline_s, itertools.count())


def words_of(reply: Reply) -> str:
    fields = (f"{each.name} {each.value.plain}" for each in reply.fields)
    return "\n".join((reply.title.plain, reply.body.plain, *fields, reply.footer.plain))


async def check(desk: Desk, token: Token, *vendors: str) -> str:
    """Ask for a card while vendors fail; give what was said of those that are missing."""
    frames, seconds = await desk.ask(token.mint)
    last = frames[-1]
    assert seconds < desk.deadline_s + SLACK_S
    assert last.error in {"", "unknown token"}, (last.error, words_of(last))
    assert token.mint in words_of(last)
    for frame in frames:
        figures = words_of(frame).replace(token.mint, "").replace(token.name, "").replace(token.symbol, "")
        assert not IMPOSSIBLE.search(figures), figures
    price = re.search(r"\$[\d.,₀-₉]+", last.body.plain)
    if price is not None:
        error = abs(read_price(price[0]) / desk.truth(token) - 1)
        assert error < Decimal("0.03"), (vendors, price[0], desk.truth(token))
    missing = re.search(r"(?:Missing|Not answering now): (.*)", last.body.plain)
    return missing[1] if missing else ""


# A vendor whose fields are all optional reads a body of other types as one that says nothing.
SAYS_NOTHING = {Fault.WRONG_SCHEMA, Fault.ABSURD, Fault.ERROR_IN_200}


def named(missing: str, vendor: str) -> bool:
    return vendor.replace(CHAIN, "the chain") in missing


@pytest.mark.parametrize("kind", Kind, ids=lambda kind: kind.value)
async def test_every_kind_of_token_has_a_card(tmp_path: Path, kind: Kind) -> None:
    async with desk(tmp_path) as on:
        assert on.app.sandbox is not None
        for token in [each for each in on.app.sandbox.world.tokens.values() if each.kind is kind][:8]:
            frames, _ = await on.ask(token.mint)
            last = frames[-1]
            assert last.error == ""
            assert last.practice
            assert token.mint in last.body.plain
            assert last.title.plain.strip()
            assert "Missing" not in last.body.plain
            assert not set(last.title.plain) & set("\u202e\u2066\u200b\n")
            if token.symbol != "MIRAGE" and token.pools:
                snapshot = await on.look(token)
                price = snapshot.value(PRICE_USD)
                assert price is not None
                assert abs(price / on.truth(token) - 1) < Decimal("0.02")


async def test_a_disputed_price_says_so_or_leaves_the_liar_out(tmp_path: Path) -> None:
    async with desk(tmp_path) as on:
        (mirage,) = (each for each in on.tokens if each.symbol == "MIRAGE")
        price = (await on.look(mirage)).get(PRICE_USD)
        assert price is not None
        assert [each.source for each in price.rejected] == ["jupiter"]
        assert abs(price.value / on.truth(mirage) - 1) < Decimal("0.02")


@pytest.mark.drill
@pytest.mark.parametrize("kind", Fault, ids=lambda kind: kind.value)
async def test_any_one_vendor_failing_leaves_a_card_of_the_others(tmp_path: Path, kind: Fault) -> None:
    async with desk(tmp_path, deadline_s=0.6 if kind in SLOW else 8.0) as on:
        honest = [each for each in on.tokens if each.symbol != "MIRAGE"]
        for vendor, token in zip((*MARKETS, CHAIN), honest, strict=False):
            on.fail(kind, vendor)
            missing = await check(on, token, vendor)
            assert named(missing, vendor) or kind in SAYS_NOTHING, (kind, vendor, missing)


def batches() -> list[list[tuple[str, str]]]:
    """Put all pairs into batches that hold each vendor once: one that failed may be let rest afterwards."""
    made: list[list[tuple[str, str]]] = []
    for pair in itertools.combinations((*MARKETS, CHAIN), 2):
        free = (batch for batch in made if not set(pair) & {name for other in batch for name in other})
        batch = next(free, None)
        if batch is None:
            made.append([pair])
        else:
            batch.append(pair)
    return made


FEW = (Fault.REFUSED, Fault.HTML, Fault.SERVER_ERROR, Fault.CUT)


@pytest.mark.drill
@pytest.mark.parametrize("turn", range(len(Fault) if LONG else 1))
async def test_any_two_vendors_failing_leave_a_card_of_the_others(tmp_path: Path, turn: int) -> None:
    for number, batch in enumerate(batches()):
        kind = list(Fault)[turn] if LONG else FEW[number % len(FEW)]
        async with desk(tmp_path / str(number), deadline_s=0.6 if kind in SLOW else 8.0) as on:
            honest = [each for each in on.tokens if each.symbol != "MIRAGE"]
            for pair, token in zip(batch, honest, strict=False):
                on.fail(kind, *pair)
                missing = await check(on, token, *pair)
                silent = [vendor for vendor in pair if named(missing, vendor)]
                assert silent == list(pair) or kind in SAYS_NOTHING, (pair, missing)


@pytest.mark.drill
@pytest.mark.parametrize("kind", Fault, ids=lambda kind: kind.value)
async def test_with_every_market_failing_an_honest_card_names_them(tmp_path: Path, kind: Fault) -> None:
    async with desk(tmp_path, deadline_s=0.6 if kind in SLOW else 8.0) as on:
        on.fail(kind, *MARKETS)
        missing = await check(on, on.tokens[0], *MARKETS)
        silent = [vendor for vendor in MARKETS if named(missing, vendor)]
        assert silent == list(MARKETS) or (kind in SAYS_NOTHING and len(silent) >= 4), missing


@pytest.mark.drill
@pytest.mark.parametrize("kind", [Fault.REFUSED, Fault.HTML, Fault.SERVER_ERROR])
async def test_with_everything_failing_no_token_is_called_unknown(tmp_path: Path, kind: Fault) -> None:
    async with desk(tmp_path) as on:
        on.fail(kind, *MARKETS, CHAIN)
        missing = await check(on, on.tokens[0], *MARKETS, CHAIN)
        assert all(named(missing, vendor) for vendor in (*MARKETS, CHAIN))
        (frame, *_), _ = await on.ask("$BONK")
        assert "No source knows 'BONK'" not in frame.body.plain or "Not answering" in frame.body.plain


async def test_a_market_that_heals_is_back_on_the_next_card(tmp_path: Path) -> None:
    async with desk(tmp_path) as on:
        token, other = on.tokens[0], on.tokens[1]
        on.fail(Fault.HTML, "dexscreener")
        assert named(await check(on, token, "dexscreener"), "dexscreener")
        on.fail(Fault.HTML)
        assert await check(on, other) == ""


@pytest.mark.drill
@pytest.mark.skipif(not LONG, reason="takes minutes: TRENCHCOAT_DRILLS=long")
async def test_any_set_of_vendors_failing_in_any_way_leaves_a_card(tmp_path: Path) -> None:
    seed = int(os.environ.get("TRENCHCOAT_SEED", "7"))
    rng = random.Random(seed)
    for number in range(200):
        async with desk(tmp_path / str(number), deadline_s=1.0) as on:
            honest = [each for each in on.tokens if each.symbol != "MIRAGE"]
            assert on.app.sandbox is not None
            some = rng.sample((*MARKETS, CHAIN), rng.randint(1, 7))
            for vendor in some:
                on.app.sandbox.faults.set(vendor, rng.choice(list(Fault)))
            await check(on, rng.choice(honest), *some)
