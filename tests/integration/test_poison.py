"""One source that lies: what is shown stays what the others say, and the lie is named.

The lie is put in behind the vendor's parser, so that no check of one vendor's format can help; all else is
the application on virtual time. Every lie is compared with an undisturbed run of the same world at the same
moments.
"""

from __future__ import annotations

import asyncio
import dataclasses
import itertools
import random
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from bot import app as root
from data.models.fields import (
    FDV_USD,
    LIQUIDITY_USD,
    MARKET_CAP_USD,
    PRICE_USD,
    SUPPLY,
    VOLUME_USD,
    Field,
    Span,
)
from data.models.market import Fact, Pool, Record, SecurityReport, TokenReport, TokenSnapshot
from data.providers.base import Ask, Endpoint, Json, Provider, discover
from handlers.cards.token import price_line
from tests.fakes.clock import START
from tests.fakes.still_market import market, still
from tests.integration.desk import Desk, words_of

pytestmark = [pytest.mark.drill, pytest.mark.timeout(600)]

STEP_S = 5.0
LOOKS = 32
# A little before a look, so that a lie of a second is heard.
LIES_FROM_S = (19.9, 84.9)
PRICED = tuple(
    sorted(
        provider.id
        for provider in discover().values()
        if any(PRICE_USD in endpoint.fields and endpoint.by == "token" for endpoint in provider.endpoints)
    )
)
SEED = 7
MOVED_AT_MOST = Decimal("0.01")

Lie: TypeAlias = Callable[[Field[Any], Any, datetime], Any]


def times(factor: str, *fields: Field[Any], from_s: float = 0.0, for_s: float = 1e9) -> Lie:
    """Multiply these fields by a factor for a while."""

    def told(field: Field[Any], value: Any, at: datetime) -> Any:
        lies = 0 <= (at - START).total_seconds() - from_s < for_s
        return value * Decimal(factor) if lies and field in fields else value

    return told


def both(one: Lie, other: Lie) -> Lie:
    """Tell one lie on top of the other."""
    return lambda field, value, at: other(field, one(field, value, at), at)


def stuck(*fields: Field[Any], factor: str) -> Lie:
    """Say for ever what was true long ago, here a multiple of what is true now, as if it were new."""
    first: dict[Field[Any], Any] = {}

    def told(field: Field[Any], value: Any, at: datetime) -> Any:
        return first.setdefault(field, value * Decimal(factor)) if field in fields else value

    return told


def lying(provider: Provider, lie: Lie) -> Provider:
    """Put a lie behind all parsers of a vendor."""
    endpoints = tuple(
        replace(endpoint, parse=partial(_parsed, endpoint, lie)) for endpoint in provider.endpoints
    )
    return replace(provider, endpoints=endpoints)


def _parsed(endpoint: Endpoint, lie: Lie, body: Json, ask: Ask, at: datetime) -> tuple[Record, ...]:
    return tuple(_changed(record, lie, at) for record in endpoint.parse(body, ask, at))


def _changed(record: Record, lie: Lie, at: datetime) -> Record:
    if isinstance(record, (TokenReport, SecurityReport)):
        return replace(
            record, facts=tuple(Fact(each.field, lie(each.field, each.value, at)) for each in record.facts)
        )
    if not isinstance(record, Pool):
        return record
    told = {PRICE_USD: "price_usd", MARKET_CAP_USD: "market_cap_usd", FDV_USD: "fdv_usd"}
    told[LIQUIDITY_USD] = "liquidity_usd"
    changed = {
        name: lie(field, getattr(record, name), at)
        for field, name in told.items()
        if getattr(record, name) is not None
    }
    activity = {
        span: seen
        if seen.volume_usd is None
        else replace(seen, volume_usd=lie(VOLUME_USD[span], seen.volume_usd, at))
        for span, seen in record.activity.items()
    }
    return dataclasses.replace(record, activity=activity, **changed)


@asynccontextmanager
async def told_by(folder: Path, lies: Mapping[str, Lie], only: Sequence[str] = ()) -> AsyncIterator[Desk]:
    """Run the application with liars among its sources; with `only`, no other market is asked."""
    found = root.all_providers()
    chosen = {
        name: lying(provider, lies[name]) if name in lies else provider
        for name, provider in found.items()
        if not only or name in only or not provider.market
    }
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(root, "all_providers", lambda: chosen)
        async with market(folder, seed=SEED) as (app, _):
            yield Desk(app)


def watched(
    folder: Path, lies: Mapping[str, Lie], only: Sequence[str] = (), *, looks: int = LOOKS, fresh: bool = True
) -> list[list[TokenSnapshot]]:
    """Look at two tokens every few seconds; give the snapshots of each."""

    async def scenario() -> list[list[TokenSnapshot]]:
        async with told_by(folder, lies, only) as desk:
            loop = asyncio.get_running_loop()
            started = loop.time()
            tokens = (desk.honest[3], desk.honest[12])
            found: list[list[TokenSnapshot]] = [[] for _ in tokens]
            for number in range(looks):
                await asyncio.sleep(started + number * STEP_S - loop.time())
                for seen, token in zip(found, tokens, strict=True):
                    seen.append(await desk.look(token, fresh=fresh))
            return found

    return still(scenario)


def moved(seen: TokenSnapshot, undisturbed: TokenSnapshot, field: Field[Any] = PRICE_USD) -> Decimal:
    """Tell by what share a figure is off the one of the undisturbed run."""
    value, other = seen.value(field), undisturbed.value(field)
    assert value is not None
    assert other
    return abs(Decimal(value) / Decimal(other) - 1)


def rejects(seen: TokenSnapshot, source: str, field: Field[Any] = PRICE_USD) -> bool:
    return any(each.source == source for each in seen.resolved[field].rejected)


def tells(seen: TokenSnapshot, source: str, field: Field[Any] = PRICE_USD) -> bool:
    told = seen.resolved.get(field)
    return told is not None and any(each.source == source for each in (*told.sources, *told.rejected))


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> list[list[TokenSnapshot]]:
    return watched(tmp_path_factory.mktemp("undisturbed"), {})


@pytest.mark.parametrize("liar", PRICED)
def test_no_price_follows_one_that_lies_for_a_while(
    tmp_path: Path, undisturbed: list[list[TokenSnapshot]], liar: str
) -> None:
    rng = random.Random(f"{SEED} {liar}")
    spells = [rng.randint(1, 60) for _ in LIES_FROM_S]
    lies = [
        times(factor, PRICE_USD, from_s=start, for_s=spell)
        for factor, start, spell in zip(("1000", "0.001"), LIES_FROM_S, spells, strict=True)
    ]
    heard = dict.fromkeys(LIES_FROM_S, 0)
    for seen, other in zip(watched(tmp_path, {liar: both(*lies)}), undisturbed, strict=True):
        for number, (now, then) in enumerate(zip(seen, other, strict=True)):
            assert moved(now, then) <= MOVED_AT_MOST, (spells, number)
            assert not now.resolved[PRICE_USD].disputed
            for start, spell in zip(LIES_FROM_S, spells, strict=True):
                if start < number * STEP_S < start + spell - 1 and tells(now, liar):
                    heard[start] += 1
                    assert rejects(now, liar), (spells, number)
    assert all(heard.values()), heard


@pytest.mark.parametrize("liar", PRICED)
def test_a_lie_that_is_kept_is_rejected_for_as_long(
    tmp_path: Path, undisturbed: list[list[TokenSnapshot]], liar: str
) -> None:
    """A lie of one second stays in the cache for as long as the truth would."""
    lies = {liar: times("1000", PRICE_USD, for_s=1.0)}
    seen = watched(tmp_path, lies, looks=4, fresh=False)
    for now, then in zip(seen, undisturbed, strict=True):
        if tells(now[0], liar):
            assert rejects(now[0], liar)
            assert rejects(now[1], liar)
        assert all(moved(one, other) <= MOVED_AT_MOST for one, other in zip(now, then, strict=False))


def telling(field: Field[Any]) -> list[str]:
    """List the markets that tell a field of one token."""
    return [
        provider.id
        for provider in discover().values()
        if any(field in endpoint.fields and endpoint.by == "token" for endpoint in provider.endpoints)
    ]


@pytest.mark.parametrize("factor", ["1000", "0.001"])
@pytest.mark.parametrize(
    "field", [SUPPLY, MARKET_CAP_USD, LIQUIDITY_USD, VOLUME_USD[Span.H24]], ids=lambda field: field.name
)
def test_no_figure_follows_one_that_lies(
    tmp_path: Path, undisturbed: list[list[TokenSnapshot]], field: Field[Any], factor: str
) -> None:
    heard = 0
    for liar in telling(field):
        seen = watched(tmp_path / liar, {liar: times(factor, field)}, looks=1)
        for (now,), (then, *_) in zip(seen, undisturbed, strict=True):
            assert moved(now, then, field) <= MOVED_AT_MOST, liar
            if tells(now, liar, field):
                heard += 1
                assert rejects(now, liar, field), liar
    assert heard >= 8


@pytest.mark.parametrize("factor", ["1.2", "0.8", "1.04"])
@pytest.mark.parametrize("liar", ["jupiter", "gmgn"])
def test_an_old_price_with_a_fresh_time_moves_nothing(
    tmp_path: Path, undisturbed: list[list[TokenSnapshot]], liar: str, factor: str
) -> None:
    seen = watched(tmp_path, {liar: stuck(PRICE_USD, factor=factor)}, looks=4)
    for now, then in zip(seen, undisturbed, strict=True):
        for one, other in zip(now, then, strict=False):
            assert moved(one, other) <= MOVED_AT_MOST
            assert rejects(one, liar) or factor == "1.04"  # within what honest sources differ


FIVE = ("dexscreener", "geckoterminal", "gmgn", "jupiter", "solscan")


@pytest.mark.parametrize("factor", ["1000", "0.001", "1.3"])
def test_two_of_little_trust_who_agree_do_not_outvote_three(tmp_path: Path, factor: str) -> None:
    honest = watched(tmp_path / "honest", {}, FIVE, looks=3)
    lies = {name: times(factor, PRICE_USD) for name in ("gmgn", "solscan")}
    for now, then in zip(watched(tmp_path / "lied", lies, FIVE, looks=3), honest, strict=True):
        for one, other in zip(now, then, strict=True):
            assert moved(one, other) <= MOVED_AT_MOST
            assert all(rejects(one, liar) for liar in lies)


@pytest.mark.parametrize("liar", ["dexscreener", "gmgn", "jupiter"])
def test_of_three_the_one_that_lies_is_left_out(tmp_path: Path, liar: str) -> None:
    three = ("dexscreener", "gmgn", "jupiter")
    honest = watched(tmp_path / "honest", {}, three, looks=3)
    lied = watched(tmp_path / "lied", {liar: times("1000", PRICE_USD)}, three, looks=3)
    for now, then in zip(lied, honest, strict=True):
        assert all(moved(one, other) <= MOVED_AT_MOST for one, other in zip(now, then, strict=True))
        assert all(rejects(one, liar) for one in now)


def test_of_two_the_one_that_jumps_is_left_out(tmp_path: Path) -> None:
    """What both said a moment ago decides, whoever is trusted more."""
    two = ("gmgn", "jupiter")
    for liar, honest in (two, two[::-1]):
        lies = {liar: times("1000", PRICE_USD, from_s=9.9)}
        for seen in watched(tmp_path / liar, lies, two, looks=4):
            price = seen[-1].resolved[PRICE_USD]
            assert price.disputed
            assert [each.source for each in price.sources] == [honest]
            assert rejects(seen[-1], liar)


def test_of_two_that_disagree_from_the_start_a_card_says_disputed_whoever_lies(tmp_path: Path) -> None:
    """One of two cannot be outvoted: trust decides, and where the liar has more of it, its word is shown."""
    two = ("gmgn", "jupiter")
    for liar in two:
        for seen in watched(tmp_path / liar, {liar: times("1000", PRICE_USD)}, two, looks=2):
            for now in seen:
                price = now.resolved[PRICE_USD]
                assert price.disputed
                assert [each.source for each in price.sources] == ["jupiter"]
                assert [each.source for each in price.rejected] == ["gmgn"]
                assert "disputed" in price_line(now, now.at).plain


def test_a_single_source_that_jumps_a_thousandfold_is_marked(tmp_path: Path) -> None:
    lies = {"dexscreener": times("1000", PRICE_USD, from_s=9.9)}
    for seen in watched(tmp_path, lies, ("dexscreener",), looks=4):
        price = seen[-1].resolved[PRICE_USD]
        assert price.disputed or price.note


def test_why_shows_the_liar_among_those_that_do_not_count(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with told_by(tmp_path, {"dexscreener": times("1000", PRICE_USD)}) as desk:
            desk.numbers = itertools.repeat(1)  # who asks why is who asked for the card
            await desk.ask("t", desk.honest[3].mint)
            said = words_of((await desk.ask("why", "price")).last)
        (row,) = (line for line in said.splitlines() if "dexscreener" in line)
        assert row.startswith("✗")
        assert "disputed" not in said

    still(scenario)
