"""`trenchcoat coins` as an operator runs it, and killed while it works."""

from __future__ import annotations

import asyncio
import csv
import os
import signal
import sqlite3
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest

from data.clock import SystemClock
from data.models.fields import LIQUIDITY_USD, MARKET_CAP_USD, PRICE_USD
from data.sandbox.server import SandboxServer
from data.sandbox.world import World
from data.store.store import Store
from tests.fakes import program
from tests.fakes.clock import START
from tests.fakes.program import Ended

LONG = os.environ.get("TRENCHCOAT_DRILLS") == "long"
BONK = "DezXAZ8z7PnrnRJjz3wXBoRgixCa6xjnB7YaB1pPB263"
ONE_BY_ONE = ("gmgn", "rugcheck")
MANY = ("dexscreener", "raydium")
WORKERS = 8
SLOW = pytest.mark.timeout(300)


@pytest.fixture(autouse=True)
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a busy machine a vendor that is slow five times is left alone for half a minute, as it should be."""
    monkeypatch.setattr(program, "PATIENCE_S", 75.0)


@pytest.fixture
async def market() -> AsyncIterator[SandboxServer]:
    """A practice market beside the program, where nothing moves; it counts what it is asked."""
    async with SandboxServer(World(7, START), latency_ms=(20, 80), speed=0.0) as server:
        yield server


def asking(market: SandboxServer, *vendors: str) -> dict[str, str]:
    """Set the program up to ask these vendors of that market, and no other."""
    settings = {"MARKET": "sandbox"}
    for name, url in market.base_urls.items():
        settings[f"PROVIDERS__{name.upper()}__BASE_URL"] = url
        settings[f"PROVIDERS__{name.upper()}__ENABLED"] = str(name in vendors).lower()
    return settings


async def coins(*words: str, state_dir: Path, settings: dict[str, str] | None = None) -> Ended:
    return await program.run("coins", *words, state_dir=state_dir, settings=settings or {"MARKET": "sandbox"})


def table(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as opened:
        return list(csv.DictReader(opened))


async def heard(state_dir: Path) -> dict[str, object]:
    """Read what the store knows of each coin: who said what. Which word counts depends on their ages."""
    store = await Store.open(f"sqlite+aiosqlite:///{state_dir}/practice.db", SystemClock())
    async with store.read() as tx:
        found = await tx.snapshots.latest_page(None, 500)
    await store.close()
    return {
        snapshot.token.address: (
            {
                (field.name, seen.source, seen.value)
                for field in (PRICE_USD, LIQUIDITY_USD, MARKET_CAP_USD)
                if (resolved := snapshot.get(field)) is not None
                for seen in (*resolved.sources, *resolved.rejected)
            },
            set(snapshot.answered),
            {(gap.source, gap.reason) for gap in snapshot.gaps},
            {pool.address for pool in snapshot.pools},
            dict(snapshot.scans),
        )
        for snapshot in found
    }


def kept(state_dir: Path) -> tuple[Counter[str], int]:
    """Count what was heard, by vendor, of coins that are not done; and the coins that are."""
    with closing(sqlite3.connect(state_dir / "practice.db")) as database:
        parts = Counter(lane.split()[0] for (lane,) in database.execute("SELECT lane FROM list_parts"))
        (done,) = database.execute("SELECT count(*) FROM list_items WHERE enriched_at IS NOT NULL").fetchone()
    return parts, done


@SLOW
async def test_a_list_of_the_practice_market_goes_out_and_in(tmp_path: Path, market: SandboxServer) -> None:
    settings = asking(market, *MANY)
    world, out = tmp_path / "world.csv", tmp_path / "out.csv"
    gone = await coins("export", str(world), state_dir=tmp_path, settings=settings)
    assert gone.status == 0, gone.err
    mints = [row["mint"] for row in table(world)]
    assert len(mints) == len(market.world.tokens)
    text = world.read_text().splitlines(keepends=True)
    odd = f"nonsense,solana\n,\n{mints[0]},solana\n"
    world.write_text("".join(text) + odd)
    taken = await coins("import", str(world), state_dir=tmp_path, settings=settings)
    assert taken.status == 0, taken.err
    lines = len(text)
    assert f"{world}:{lines + 1}: not an address: nonsense" in taken.err
    assert f"world: {len(mints)} of {len(mints)} coins done" in taken.out
    assert "Least time by the sources' quotas:" in taken.out
    # A pipe gets lines, and no bar.
    assert f"{len(mints)} of {len(mints)}" in taken.err
    assert "\x1b" not in taken.err
    assert (
        await coins("export", str(out), "--name", "world", state_dir=tmp_path, settings=settings)
    ).status == 0
    rows = table(out)
    assert [row["mint"] for row in rows] == [*mints, "nonsense", mints[0]]
    assert rows[-2]["tc_problem"] == "not an address: nonsense"
    # Coins of which nothing is traded are in none of the books that are asked here.
    assert sum(bool(row["tc_symbol"] and row["tc_sources"]) for row in rows) > 0.7 * len(mints)
    before = market.requests.total()
    again = await coins("import", str(out), "--name", "world", state_dir=tmp_path, settings=settings)
    assert "nothing to do" in again.out
    assert market.requests.total() == before
    anew = await coins(
        "import", str(out), "--name", "world", "--refresh", state_dir=tmp_path, settings=settings
    )
    assert f"{len(mints)} of {len(mints)} coins done" in anew.out
    assert market.requests.total() > before


@SLOW
@pytest.mark.parametrize("share", [0.02, 0.3, 0.7, *((0.1, 0.5, 0.9, 0.99) if LONG else ())])
async def test_a_kill_loses_the_calls_in_flight_and_nothing_else(
    tmp_path: Path, market: SandboxServer, share: float
) -> None:
    settings = asking(market, *ONE_BY_ONE, *MANY)
    mints = list(market.world.tokens)[:30]
    file = tmp_path / "calls.csv"
    file.write_text("ticker,mint\n" + "".join(f"T{n},{mint}\n" for n, mint in enumerate(mints)))
    one, two = tmp_path / "undisturbed", tmp_path / "killed"
    assert (await coins("import", str(file), state_dir=one, settings=settings)).status == 0
    undisturbed = Counter(market.requests)

    market.requests.clear()
    async with program.started("coins", "import", str(file), state_dir=two, settings=settings) as running:
        async with asyncio.timeout(60):
            while market.requests["rugcheck"] < max(1, share * len(mints)):
                assert running.alive, running.stderr
                await asyncio.sleep(0.002)
        await running.kill()
    parts, done = kept(two)
    killed = Counter(market.requests)
    for vendor in ONE_BY_ONE:
        assert killed[vendor] - (parts[vendor] + done) <= WORKERS, vendor

    market.requests.clear()
    resume = await coins("import", str(file), state_dir=two, settings=settings)
    assert resume.status == 0, resume.err
    for vendor in ONE_BY_ONE:
        # Nothing that was kept is asked for again; the machine may be too busy for an answer in time.
        missing = len(mints) - parts[vendor] - done
        assert missing <= market.requests[vendor] <= missing + 3, vendor
    assert killed.total() + market.requests.total() <= undisturbed.total() + WORKERS * len(undisturbed)
    assert await heard(two) == await heard(one)


@SLOW
async def test_an_interrupted_import_says_how_to_go_on(tmp_path: Path, market: SandboxServer) -> None:
    settings = asking(market, "rugcheck")
    file = tmp_path / "calls.csv"
    file.write_text("mint\n" + "".join(f"{mint}\n" for mint in market.world.tokens))
    async with program.started(
        "coins", "import", str(file), state_dir=tmp_path, settings=settings
    ) as running:
        async with asyncio.timeout(60):
            while market.requests["rugcheck"] < 10:  # noqa: ASYNC110 - it happens in another process
                await asyncio.sleep(0.002)
        running._process.send_signal(signal.SIGINT)
        assert await running.ended(within_s=60) == 0
    assert "run the same command to go on" in running.stderr
    assert "Traceback" not in running.stderr


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"ticker\nBONK\n", "no column called mint or address"),
        (b"mint\n\xff\xfe\n", "is not text in UTF-8"),
        (None, "cannot be read"),
    ],
)
async def test_a_file_that_is_no_list_is_refused_in_one_line(
    tmp_path: Path, content: bytes | None, said: str
) -> None:
    file = tmp_path / "bad.csv"
    if content is not None:
        file.write_bytes(content)
    ended = await coins("import", str(file), state_dir=tmp_path)
    assert ended.status == 2
    assert said in ended.err
    assert len(ended.err.splitlines()) == 1


async def test_an_unknown_list_is_refused_and_the_known_ones_are_named(tmp_path: Path) -> None:
    ended = await coins("export", str(tmp_path / "x.csv"), "--name", "nobody", state_dir=tmp_path)
    assert ended.status == 2
    assert "there is no list of this name; there are: none yet" in ended.err
    assert not (tmp_path / "x.csv").exists()
