"""Streams of the practice market: read back, they say of every moment what the world says of it."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from data.chain.pump_logs import decode_logs
from data.feeds import launchpad
from data.feeds.pumpportal import Notice, parse
from data.models.events import (
    CurveCompleted,
    CurveFigures,
    StreamEvent,
    TokenLaunched,
    TokenMigrated,
    TokenTraded,
)
from data.models.ids import SOL_MINT
from data.sandbox import streams
from data.sandbox.market import Trade
from data.sandbox.streams import Wants
from data.sandbox.tokens import Token
from data.sandbox.world import World
from tests.unit.data.sandbox.shapes import SAMPLES, Shape, differences
from tests.unit.data.sandbox.worlds import START

DAY_S = 86_400
UNSHRUNK = (Phase.explicit, Phase.reuse, Phase.generate)  # a world takes long to make
_ROUND_TRIP = 1e-6
SHAPE_OF: dict[str, Shape] = {}
for line in (SAMPLES / "pumpfun" / "pumpportal-session.jsonl").read_text().splitlines():
    frame = json.loads(line)
    if frame.get("name") or frame.get("txType") == "migrate":
        SHAPE_OF.setdefault(frame["txType"], Shape()).learn(frame)


def near(said: Decimal | None, true: float, floor: float = 1e-9) -> bool:
    return said is not None and abs(float(said) - true) <= max(floor, _ROUND_TRIP * abs(true))


def told(world: World, since: datetime, mints: frozenset[str]) -> list[StreamEvent]:
    wants = Wants(launches=True, migrations=True, trades=mints)
    frames = streams.pumpportal(world, since, wants)
    events = [parse(json.dumps(frame).encode(), world.now) for frame in frames]
    assert not [event for event in events if isinstance(event, Notice)]
    return [event for event in events if not isinstance(event, Notice)]


def logged(world: World, since: datetime) -> list[StreamEvent]:
    events = []
    for each in streams.logs(world, since):
        place = launchpad.Place(
            source="solana", at=world.now, signature=each.signature, slot=each.slot, late=False
        )
        events += [launchpad.told(event, place) for event in decode_logs(each.lines)]
    return events


def pads(world: World) -> list[Token]:
    return [token for token in world.tokens.values() if token.launchpad == "pump.fun"]


def traded(world: World, token: Token, since: datetime) -> list[Trade]:
    """List a token's trades after a moment, oldest first."""
    pool = token.pools[0]
    count = int((world.traded_at(pool) > (since - world.epoch).total_seconds()).sum())
    return list(reversed(world.trades(pool, count)))


def is_true_of(event: TokenTraded, trade: Trade) -> bool:
    return (
        (event.trader, event.is_buy, event.signature) == (trade.trader, trade.is_buy, trade.signature)
        and near(event.tokens, trade.base_amount, 1e-5)
        and near(event.sol, trade.quote_amount, 1e-8)
    )


def curve_fits(figures: CurveFigures, trade: Trade) -> bool:
    """Tell whether the reserves after a trade give its price."""
    assert figures.sol is not None and figures.tokens is not None
    return abs(float(figures.sol / figures.tokens) / trade.price_native - 1) < 1e-4


moments = st.tuples(
    st.sampled_from([7, 11]), st.floats(0, 3 * DAY_S), st.floats(1, 6 * 3_600), st.integers(0, 50)
)


@settings(max_examples=20, deadline=None, phases=UNSHRUNK)
@given(moment=moments)
def test_frames_say_what_the_world_says(moment: tuple[int, float, float, int]) -> None:
    seed, start_s, span_s, pick = moment
    world = World(seed, START)
    world.advance(START + timedelta(seconds=start_s))
    since = world.now
    world.advance(since + timedelta(seconds=span_s))
    chosen = pads(world)[-1 - pick % len(pads(world))]
    events = told(world, since, frozenset({chosen.mint}))
    born = [token for token in pads(world) if token.created_at > since]
    launches = [event for event in events if isinstance(event, TokenLaunched)]
    assert [event.mint for event in launches] == [token.mint for token in born]
    for event, token in zip(launches, born, strict=True):
        assert (event.name, event.symbol, event.creator) == (token.name, token.symbol, token.creator)
        assert event.signature == streams.creation(world, token)
    moved = {event.mint for event in events if isinstance(event, TokenMigrated)}
    in_pools = [token for token in pads(world) if not token.pools[0].dex.is_curve]
    assert moved == {token.mint for token in in_pools if since < streams.moved_at(token) <= world.now}
    trades = [event for event in events if isinstance(event, TokenTraded)]
    truth = traded(world, chosen, since)
    assert len(trades) == len(truth)
    assert all(is_true_of(event, trade) for event, trade in zip(trades, truth, strict=True))
    if chosen.pools[0].dex.is_curve:
        assert all(curve_fits(event.curve, trade) for event, trade in zip(trades, truth, strict=True))


@settings(max_examples=10, deadline=None, phases=UNSHRUNK)
@given(moment=moments)
def test_logs_say_what_the_world_says(moment: tuple[int, float, float, int]) -> None:
    seed, start_s, span_s, _ = moment
    world = World(seed, START)
    world.advance(START + timedelta(seconds=start_s))
    since = world.now
    world.advance(since + timedelta(seconds=span_s))
    events = logged(world, since)
    launched = {event.mint: event for event in events if isinstance(event, TokenLaunched)}
    born = {token.mint: token for token in pads(world) if token.created_at > since}
    assert launched.keys() == born.keys()
    for mint, event in launched.items():
        assert (event.name, event.symbol, event.creator) == (
            born[mint].name, born[mint].symbol, born[mint].creator,
        )  # fmt: skip
        assert event.slot == world.slot_at(born[mint].created_at)
    whole = {mint for mint, token in born.items() if not token.pools[0].dex.is_curve}
    assert {event.mint for event in events if isinstance(event, CurveCompleted)} == whole
    moved = {event.mint: event.pool_address for event in events if isinstance(event, TokenMigrated)}
    assert all(world.tokens[mint].pools[0].address == pool for mint, pool in moved.items())
    for token in pads(world):
        if token.pools[0].dex.is_curve:
            truth = traded(world, token, since)
            said = [event for event in events if isinstance(event, TokenTraded) and event.mint == token.mint]
            assert len(said) == len(truth)
            for sale, trade in zip(said, truth, strict=True):
                assert is_true_of(sale, trade) and curve_fits(sale.curve, trade)


def test_nothing_is_told_twice_and_nothing_is_left_out_however_often_one_asks() -> None:
    often, once = World(7, START), World(7, START)
    mints = frozenset(token.mint for token in pads(often)[-6:])
    parts: list[object] = []
    for _ in range(30):
        since = often.now
        often.advance(since + timedelta(seconds=2_777))
        parts += [event.signature for event in told(often, since, mints)]
    once.advance(often.now)
    whole = [event.signature for event in told(once, START, mints)]
    assert len(set(whole)) == len(whole) > 100
    assert sorted(map(str, parts)) == sorted(map(str, whole))


def test_frames_have_the_vendors_shape() -> None:
    world = World(7, START)
    world.advance(START + timedelta(days=2))
    frames = streams.pumpportal(world, START, Wants(launches=True, migrations=True))
    assert {frame["txType"] for frame in frames} == {"create", "migrate"}
    for frame in frames:
        assert list(differences(frame, SHAPE_OF[str(frame["txType"])])) == []


@pytest.mark.parametrize("wants", [Wants(), Wants(trades=frozenset({SOL_MINT, "nobody's"}))])
def test_who_wants_nothing_that_happens_there_hears_nothing_of_launches(wants: Wants) -> None:
    world = World(7, START)
    world.advance(START + timedelta(days=1))
    kinds = {frame["txType"] for frame in streams.pumpportal(world, START, wants)}
    assert not kinds & {"create", "migrate"}
