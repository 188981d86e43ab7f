"""Every source failing in every way, alone, in pairs, in sets and all at once, on virtual time.

Each question below is put to the whole application; together they ask all seventeen sources and the chain.
Nothing crashes, nothing keeps a person waiting, and a card says what it misses and how old the rest is.
`TRENCHCOAT_DRILLS=long` takes every kind of fault for every pair, and four times as many sets;
`TRENCHCOAT_SEED` draws others.
"""

from __future__ import annotations

import asyncio
import itertools
import math
import os
import random
import re
import shutil
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from decimal import Decimal
from pathlib import Path
from typing import TypeAlias

import pytest

from core.enrichment.plan import calls_for
from core.enrichment.policies import CHAIN
from data.clock import Deadline
from data.gateway.gateway import Gateway
from data.models.fields import PRICE_USD
from data.models.ids import Chain, TokenKey
from data.models.market import Answer, Capability, Gap
from data.providers.base import Ask, discover
from data.sandbox.faults import Fault
from data.sandbox.world import World
from tests.fakes.clock import START
from tests.fakes.still_market import SandboxTransport, market, still
from tests.integration.desk import SAYS_NOTHING, Desk, Told, judge, named, words_of

pytestmark = [pytest.mark.drill, pytest.mark.timeout(600)]

LONG = os.environ.get("TRENCHCOAT_DRILLS") == "long"
SEED = int(os.environ.get("TRENCHCOAT_SEED", "7"))
SOURCES = tuple(sorted(discover()))
EVERYONE = (*SOURCES, CHAIN)
KINDS = tuple(Fault)
PAIRS = tuple(itertools.combinations(SOURCES, 2))
SETS = 2_000 if LONG else 500
PARTS = 8  # of the pairs and of the sets, so that several processes can share them
WORLD_SEED = 7
WAIT_S = 5.0  # for the first frame of an answer

# Which question asks which source while all are well; the rest of a pool's answer is a card again.
ASKED_BY = {
    "card": {
        "birdeye", "coingecko", "dexscreener", "geckoterminal", "gmgn", "goplus", "helius", "jupiter",
        "pumpfun", "raydium", "rugcheck", "solscan", CHAIN,
    },
    "pool": {"dexscreener", "geckoterminal", "orca", "raydium"},
    "holders": {"birdeye", "dexscreener", "geckoterminal", "gmgn", "goplus", "jupiter", "solscan", CHAIN},
    "scan": {"birdeye", "gmgn", "goplus", "jupiter", "solscan", CHAIN},
    "convert": {
        "birdeye", "coingecko", "dexscreener", "geckoterminal", "gmgn", "helius", "jupiter", "raydium",
        "solscan",
    },
}  # fmt: skip
# Asked when those that are asked before them fail.
IN_RESERVE = {"convert": {"coinpaprika", "cryptocompare"}}
# No command asks these yet: the gateway is asked for what they tell.
DIRECTLY = {"cryptopanic": Capability.NEWS, "serum": Capability.POOLS}

OLD_OFF = Decimal("0.005")  # of the prices that are kept, which is the middle one depends on their ages

Failing: TypeAlias = Sequence[tuple[str, Fault]]


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A state folder whose database is made."""
    folder = tmp_path_factory.mktemp("empty")

    async def made() -> None:
        async with market(folder):
            pass

    still(made)
    return folder


@asynccontextmanager
async def fresh(
    empty: Path, folder: Path, world: World | None = None
) -> AsyncIterator[tuple[Desk, SandboxTransport]]:
    """Run the application from nothing: no answer kept, no breaker open."""
    shutil.copytree(empty, folder)
    async with market(folder, world=world) as (app, transport):
        yield Desk(app), transport
    shutil.rmtree(folder)


def beset(desk: Desk, failing: Failing) -> None:
    """Let each of these fail in its own way."""
    assert desk.app.sandbox is not None
    desk.app.sandbox.faults.clear()
    for vendor, kind in failing:
        desk.app.sandbox.faults.set(vendor, kind)


def pool_of(desk: Desk) -> str:
    """Give the address of a pool of a token that no other question is about."""
    return desk.honest[8].pools[0].address


def questions(desk: Desk) -> dict[str, tuple[str, ...]]:
    """List what is asked, each of another token, so that no answer kept hides a fault from the next."""
    return {
        "card": ("t", desk.honest[3].mint),
        "scan": ("s", desk.honest[3].mint),
        "holders": ("holders", desk.honest[5].mint),
        "convert": ("convert", "1", "SOL", "EUR"),
        "pool": ("t", pool_of(desk)),
    }


async def direct(desk: Desk) -> list[Answer | Gap]:
    """Ask the gateway for what no command asks."""
    gateway, deadline = desk.app.services[Gateway], Deadline.after(desk.app.clock, WAIT_S)
    token = TokenKey(Chain.SOLANA, desk.honest[3].mint)
    found = []
    for vendor, capability in DIRECTLY.items():
        by = "token" if capability is Capability.POOLS else "query"
        ask = Ask(tokens=(token,), chain=token.chain, query="SOL")
        provider = discover()[vendor]  # type: ignore[index]
        (call,) = calls_for(capability, ask, [provider], by=by)
        found.append(await gateway.fetch(call, deadline))
    return found


def concerned(failing: Failing) -> Sequence[str]:
    """List the questions that any of these sources is asked for: to the others, all are well."""
    vendors = {vendor for vendor, _ in failing}
    return [name for name, asked in ASKED_BY.items() if vendors & (asked | IN_RESERVE.get(name, set()))]


async def interview(desk: Desk, failing: Failing, names: Sequence[str]) -> None:
    """Put these questions while these sources fail, and judge each answer."""
    assert names or {vendor for vendor, _ in failing} <= set(DIRECTLY), failing
    beset(desk, failing)
    asked = questions(desk)
    for name in names:
        told = await desk.ask(*asked[name])
        said = (name, failing, told.last.error, words_of(told.last))
        # No rates of any currency are no answer: of everything else there is always something to say.
        assert told.last.error in {"", "unknown token"} or (name, told.last.error) == (
            "convert",
            "upstream",
        ), said
        assert told.after_s[0] <= WAIT_S, (told.after_s, *said)
        if name == "card":
            judge_card(desk, failing, told)
    assert len(await direct(desk)) == len(DIRECTLY)


def judge_card(desk: Desk, failing: Failing, told: Told) -> None:
    """A card names each source that fails so that it can be told."""
    missing = judge(desk, desk.honest[3], told)
    for vendor, kind in failing:
        if vendor in ASKED_BY["card"] and kind not in SAYS_NOTHING:
            assert named(missing, vendor), (vendor, kind, missing)


def run(
    empty: Path, folder: Path, cases: Sequence[Failing], names: Callable[[Failing], Sequence[str]] = concerned
) -> None:
    """Interview the application anew for every case, with the questions that `names` chooses."""

    async def scenario() -> None:
        world = World(WORLD_SEED, START)
        for number, failing in enumerate(cases):
            async with fresh(empty, folder / str(number), world) as (desk, _):
                await interview(desk, failing, names(failing))

    still(scenario)


def part(cases: Sequence[Failing], number: int) -> Sequence[Failing]:
    return cases[number::PARTS]


def pairs() -> Sequence[Failing]:
    """List all pairs, each with kinds that are drawn; in the long run with every kind."""
    rng = random.Random(SEED)
    if LONG:
        return [[(one, kind), (other, rng.choice(KINDS))] for one, other in PAIRS for kind in KINDS]
    return [[(one, rng.choice(KINDS)), (other, rng.choice(KINDS))] for one, other in PAIRS]


def sets() -> Sequence[Failing]:
    """Draw sets of any size of sources, each failing in its own way."""
    rng = random.Random(SEED + 1)
    return [
        [(vendor, rng.choice(KINDS)) for vendor in rng.sample(EVERYONE, rng.randint(1, len(EVERYONE)))]
        for _ in range(SETS)
    ]


def test_the_questions_ask_all_seventeen_sources(empty: Path, tmp_path: Path) -> None:
    async def scenario() -> None:
        asked: dict[str, set[str]] = {}
        async with fresh(empty, tmp_path / "well") as (desk, transport):
            for name, words in questions(desk).items():
                before = len(transport.asked)
                await desk.ask(*words)
                asked[name] = {vendor for vendor, _ in transport.asked[before:]}
            before = len(transport.asked)
            assert all(isinstance(each, Answer) for each in await direct(desk))
            assert {vendor for vendor, _ in transport.asked[before:]} == set(DIRECTLY)
        for name, vendors in ASKED_BY.items():
            also = ASKED_BY["card"] if name == "pool" else set()
            assert vendors | also == asked[name], (name, asked[name])
        async with fresh(empty, tmp_path / "ill") as (desk, transport):
            for name, vendors in IN_RESERVE.items():
                desk.fail(Fault.SERVER_ERROR, "coingecko", *vendors)
                await desk.ask(*questions(desk)[name])
                assert vendors <= {vendor for vendor, _ in transport.asked}

    still(scenario)
    covered = set().union(*ASKED_BY.values(), *IN_RESERVE.values(), DIRECTLY)
    assert covered == set(EVERYONE)
    assert len(SOURCES) == 17
    assert len(PAIRS) == 136
    assert len(KINDS) == 12


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.value)
def test_any_one_source_failing(empty: Path, tmp_path: Path, kind: Fault) -> None:
    run(empty, tmp_path, [[(vendor, kind)] for vendor in EVERYONE])


@pytest.mark.parametrize("number", range(PARTS))
def test_any_two_sources_failing(empty: Path, tmp_path: Path, number: int) -> None:
    run(empty, tmp_path, part(pairs(), number))


@pytest.mark.parametrize("number", range(PARTS))
def test_any_set_of_sources_failing(empty: Path, tmp_path: Path, number: int) -> None:
    others = ("holders", "scan", "pool", "convert")
    run(empty, tmp_path, part(sets(), number), lambda _: ("card", others[number % len(others)]))


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.value)
def test_all_sources_failing(empty: Path, tmp_path: Path, kind: Fault) -> None:
    run(empty, tmp_path, [[(vendor, kind) for vendor in EVERYONE]], lambda _: tuple(ASKED_BY))


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.value)
def test_all_sources_failing_after_a_card_shows_it_again_with_its_age(
    empty: Path, tmp_path: Path, kind: Fault
) -> None:
    async def scenario() -> None:
        async with fresh(empty, tmp_path / "state") as (desk, _):
            token = desk.honest[3]
            before = await desk.look(token)
            beset(desk, [(vendor, kind) for vendor in EVERYONE])
            await asyncio.sleep(100.0)
            told = await desk.ask("t", token.mint)
            assert told.after_s[0] <= 1.0
            price = words_of(told.frames[0]).split("\n")[2]
            assert re.search(r"\d+[smh] ago\)", price), words_of(told.frames[0])
            after = await desk.look(token)
            assert Counter(seen.stale for seen in after.resolved[PRICE_USD].sources)[True] >= 1
            assert abs(after.resolved[PRICE_USD].value / before.resolved[PRICE_USD].value - 1) < OLD_OFF

    still(scenario)


@pytest.mark.parametrize(
    ("name", "vendors"),
    [
        pytest.param("card", EVERYONE, id="a card while nobody answers"),
        pytest.param("pool", ("raydium",), id="a pool's address"),
        pytest.param("scan", ("jupiter",), id="a scan"),
        pytest.param("holders", ("goplus",), id="holders"),
        pytest.param("convert", ("coingecko",), id="a conversion"),
    ],
)
def test_a_source_that_hangs_keeps_nobody_waiting(
    empty: Path, tmp_path: Path, name: str, vendors: tuple[str, ...]
) -> None:
    async def scenario() -> None:
        async with fresh(empty, tmp_path / "state") as (desk, _):
            desk.fail(Fault.HANG, *vendors)
            told = await desk.ask(*questions(desk)[name])
            assert told.last.error in {"", "unknown token"}
            assert told.after_s[0] <= WAIT_S

    still(scenario)


SLOW_S = 3.9  # just within what a source may take
LEARNT_AFTER = 6  # cards: the breaker opens at the fifth failure in a row


def p95(seconds: Sequence[float]) -> float:
    return sorted(seconds)[math.ceil(len(seconds) * 0.95) - 1]


@pytest.mark.parametrize("vendor", sorted(ASKED_BY["card"]))
def test_a_slow_source_delays_no_card_once_it_is_known(empty: Path, tmp_path: Path, vendor: str) -> None:
    """The first frame never waits for one source; after the breaker opened, the whole card does not."""

    async def scenario() -> None:
        async with fresh(empty, tmp_path / "state") as (desk, transport):
            transport.slow = {vendor: SLOW_S}
            first, whole = [], []
            for token in desk.honest[:30]:
                told = await desk.ask("t", token.mint)
                first.append(told.after_s[0])
                whole.append(told.after_s[-1])
                await asyncio.sleep(0.2)
            assert p95(first) <= 1.0, first
            assert p95(whole[LEARNT_AFTER:]) <= 2.0, whole

    still(scenario)
