from __future__ import annotations

import math
import subprocess
import sys
from datetime import datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.chain.base58 import unbase58
from data.errors import InvariantBroken
from data.models.ids import SOL_MINT, USDC_MINT
from data.sandbox.catalogue import BONK_MINT, DISPUTED_SYMBOL
from data.sandbox.holders import Role
from data.sandbox.tokens import Kind
from data.sandbox.world import DISPUTED_VENDOR, World
from tests.unit.data.sandbox.worlds import START, named, of_kind

SPANS = (300, 3_600, 21_600, 86_400)
seeds = st.integers(min_value=0, max_value=2**32)


def picture(world: World) -> dict[str, tuple[object, ...]]:
    """Everything that can be asked of a few pools and all tokens, to be compared."""
    pools = list(world.pools.values())[:72:9]
    return {
        pool.address: (
            world.state(pool),
            *(world.activity(pool, span) for span in SPANS),
            world.candles(pool, 300, limit=50).tolist(),
            tuple(world.trades(pool, 20)),
            world.top_holders(pool.base),
            world.peak(pool.base),
        )
        for pool in pools
    } | {"tokens": tuple(world.tokens.values())}


def test_one_seed_is_one_history_however_finely_time_is_let_pass() -> None:
    end = START + timedelta(hours=31, minutes=7, seconds=3)
    at_once, in_steps = World(11, START), World(11, START)
    at_once.advance(end)
    while in_steps.now < end:
        in_steps.advance(min(end, in_steps.now + timedelta(minutes=47)))
        in_steps.state(in_steps.main_pool(SOL_MINT) or pytest.fail("SOL has a pool"))
    assert picture(at_once) == picture(in_steps)


def test_the_order_of_asking_changes_nothing() -> None:
    forwards, backwards = World(11, START), World(11, START)
    for pool in reversed(list(backwards.pools.values())):
        backwards.state(pool)
    assert picture(forwards) == picture(backwards)


def test_advancing_to_the_same_or_an_earlier_time_changes_nothing(world: World) -> None:
    before = picture(world)
    world.advance(world.now)
    world.advance(world.now - timedelta(days=3))
    assert world.now == START
    assert picture(world) == before


def test_different_seeds_are_different_markets() -> None:
    one, other = World(1, START), World(2, START)
    assert one.price_usd(SOL_MINT) != other.price_usd(SOL_MINT)
    assert named(one, "MOCHI").mint != named(other, "MOCHI").mint


def test_the_record_survives_weeks_and_forgets_no_all_time_high() -> None:
    stepped, leapt = World(5, START), World(5, START)
    for _ in range(6):
        stepped.advance(stepped.now + timedelta(days=3))
        stepped.state(stepped.pools_of(SOL_MINT)[0])
        for symbol in ("SWARM", "FOSSIL", "GEM"):
            stepped.peak(named(stepped, symbol).mint)
    leapt.advance(stepped.now)
    for symbol in ("SOL", "SWARM", "FOSSIL", "GEM"):
        pool = named(leapt, symbol).pools[0]
        assert np.array_equal(stepped.candles(pool, 300, limit=10**6), leapt.candles(pool, 300, limit=10**6))
        assert stepped.peak(named(stepped, symbol).mint) == leapt.peak(named(leapt, symbol).mint)
    assert picture(stepped) == picture(leapt)


@settings(max_examples=6, deadline=None)
@given(seeds)
def test_every_figure_of_every_pool_is_finite_and_positive(seed: int) -> None:
    world = World(seed, START)
    for pool in list(world.pools.values())[seed % 8 :: 8]:
        state = world.state(pool)
        figures = (state.price_usd, state.price_native, state.quote_usd, state.base_reserve)
        assert all(math.isfinite(figure) and figure > 0 for figure in figures), state
        assert 0 <= state.quote_reserve < math.inf
        assert world.peak(pool.base).price_usd >= state.price_usd


@settings(max_examples=8, deadline=None)
@given(seeds, st.sampled_from([60, 300, 3_600, 14_400, 86_400]))
def test_candles_agree_with_the_price_and_the_volume(seed: int, step_s: int) -> None:
    world = World(seed, START)
    for pool in (world.pools_of(BONK_MINT)[0], named(world, "ICE").pools[1], named(world, "EGG").pools[0]):
        bars = world.candles(pool, step_s, limit=100_000)
        start, opened, high, low, close, volume = bars.T
        assert np.all(low <= np.minimum(opened, close))
        assert np.all(np.maximum(opened, close) <= high)
        assert np.all(np.diff(start) >= step_s)
        assert np.all(start % step_s == 0)
        assert np.all(volume > 0)
        assert np.array_equal(opened[1:], close[:-1])
        assert close[-1] == world.state(pool).price_usd
        if step_s == 60:
            day = start > START.timestamp() - 86_400
            newest = world.activity(pool, int(START.timestamp() - start[day][0])).volume_usd
            assert volume[day].sum() == pytest.approx(newest)


def test_a_thin_pool_has_empty_minutes_and_a_busy_one_has_none(world: World) -> None:
    busy = world.candles(world.pools_of(SOL_MINT)[0], 300, limit=288)
    thin = world.candles(named(world, "MOCHI").pools[2], 60, limit=288)
    assert np.all(np.diff(busy[:, 0]) == 300)
    assert np.diff(thin[:, 0]).max() > 60


def test_candles_reach_back_a_week_and_page_by_time(world: World) -> None:
    pool = world.pools_of(SOL_MINT)[0]
    hours = world.candles(pool, 3_600, limit=24 * 7)
    assert len(hours) == 24 * 7
    older = world.candles(pool, 3_600, before_s=hours[0, 0], limit=10)
    assert older[-1, 0] == hours[0, 0] - 3_600
    assert len(world.candles(pool, 86_400)) >= 7


def test_windows_nest(world: World) -> None:
    for pool in world.pools.values():
        seen = [world.activity(pool, span) for span in SPANS]
        assert sorted(each.buys for each in seen) == [each.buys for each in seen]
        assert sorted(each.volume_usd for each in seen) == [each.volume_usd for each in seen]
        assert all(each.buyers <= each.buys and each.sellers <= each.sells for each in seen)
        assert all((each.change_ratio is None) == (each.buys + each.sells == 0) for each in seen)


def test_an_activity_is_the_sum_of_the_trades_of_its_span(world: World) -> None:
    for pool in list(world.pools.values())[::24]:
        trades = world.trades(pool, 2_000)
        for span in (300, 3_600):
            recent = [trade for trade in trades if trade.at > world.now - timedelta(seconds=span)]
            assert len(recent) < 2_000
            bought = [trade for trade in recent if trade.is_buy]
            sold = [trade for trade in recent if not trade.is_buy]
            seen = world.activity(pool, span)
            assert (seen.buys, seen.sells) == (len(bought), len(sold))
            assert seen.buyers == len({trade.trader for trade in bought})
            assert seen.sellers == len({trade.trader for trade in sold})
            assert seen.volume_usd == pytest.approx(sum(trade.volume_usd for trade in recent))


def test_what_was_asked_before_is_not_the_answer_of_a_later_moment() -> None:
    asked, fresh = World(11, START), World(11, START)
    before = picture(asked)
    for world in (asked, fresh):
        world.advance(START + timedelta(hours=1))
    assert picture(asked) == picture(fresh) != before


def test_trades_are_newest_first_and_price_themselves(world: World) -> None:
    pool = world.pools_of(BONK_MINT)[0]
    trades = world.trades(pool, 100)
    assert [trade.at for trade in trades] == sorted((trade.at for trade in trades), reverse=True)
    assert trades[0].price_usd == world.state(pool).price_usd
    assert len({trade.signature for trade in trades}) == 100
    for trade in trades:
        paid_price = trade.quote_amount / trade.base_amount
        assert paid_price == pytest.approx(trade.price_native, rel=0.02)
        assert trade.volume_usd == pytest.approx(trade.base_amount * trade.price_usd, rel=0.02)


def test_well_known_tokens_have_their_real_addresses_and_plausible_prices(world: World) -> None:
    assert all(len(unbase58(mint)) == 32 for mint in world.tokens)
    assert all(len(unbase58(address)) == 32 for address in world.pools)
    assert 110 < world.price_usd(SOL_MINT) < 200
    assert 0.00001 < world.price_usd(BONK_MINT) < 0.00004
    assert world.price_usd(USDC_MINT) == pytest.approx(1.0, abs=0.005)
    usdc = world.tokens[USDC_MINT]
    assert usdc.mint_authority is not None
    assert usdc.freeze_authority is not None
    assert world.tokens[BONK_MINT].mint_authority is None


def test_there_are_tokens_of_every_kind_and_tickers_that_clash(world: World) -> None:
    assert {token.kind for token in world.tokens.values()} == set(Kind)
    assert 40 <= len(world.tokens) <= 60
    pepes = [token for token in world.tokens.values() if token.symbol == "PEPE"]
    bonks = {
        token.mint: world.liquidity_usd(token.mint)
        for token in world.tokens.values()
        if token.symbol == "BONK"
    }
    assert len(pepes) == 3
    assert len(bonks) == 2
    assert max(bonks, key=lambda mint: bonks[mint]) == BONK_MINT
    assert min(bonks.values()) < 10_000 < 1_000_000 < max(bonks.values())


def test_hostile_names_are_as_hostile_as_they_get(world: World) -> None:
    names = [token.name + token.symbol for token in of_kind(world, Kind.HOSTILE_NAME)]
    for mark in ("<script>", "@everyone", "](https://", "\u202e", "\u200b", "Ignore all previous"):
        assert any(mark in name for name in names), mark
    assert max(len(name) for name in names) > 10_000


def test_a_honeypot_is_bought_by_many_and_sold_by_one(world: World) -> None:
    for token in of_kind(world, Kind.HONEYPOT):
        day = world.activity(token.pools[0], 86_400)
        assert day.buyers > 100
        assert day.sells < day.buys / 8
        assert day.sellers == 1
        assert token.extension("transferHook") is not None


def test_a_pulled_pool_keeps_its_price_and_loses_its_liquidity() -> None:
    world = World(7, START)
    gem = named(world, "GEM")
    pool = gem.pools[0]
    assert pool.ends_at is not None
    world.advance(pool.ends_at - timedelta(seconds=1))
    before = world.state(pool)
    world.advance(pool.ends_at + timedelta(minutes=1))
    after = world.state(pool)
    assert before.liquidity_usd > 10_000
    assert after.liquidity_usd < 20
    assert after.price_usd == before.price_usd
    assert after.price_usd * gem.supply_units > 100_000
    world.advance(pool.ends_at + timedelta(hours=30))
    assert world.activity(pool, 86_400).volume_usd == 0


def test_a_curve_keeps_its_floor_and_never_sells_more_than_it_has() -> None:
    world = World(3, START)
    world.advance(START + timedelta(hours=20))
    for token in of_kind(world, Kind.BONDING_CURVE):
        state = world.state(token.pools[0])
        assert state.price_native >= 30 / 1_073_000_000
        assert 0 < state.base_reserve <= token.supply_units
        assert state.quote_reserve < 120


def test_holders_never_own_more_than_there_is(world: World) -> None:
    for token in world.tokens.values():
        held = world.top_holders(token.mint)
        assert sum(holder.amount for holder in held) <= token.supply
        assert [holder.amount for holder in held] == sorted((h.amount for h in held), reverse=True)
        assert len({holder.account for holder in held}) == len(held)


def test_a_bundle_shows_its_insiders(world: World) -> None:
    held = world.top_holders(named(world, "SWARM").mint)
    insiders = [holder for holder in held if holder.role is Role.INSIDER]
    assert len(insiders) == 8
    assert sum(holder.amount for holder in insiders) > 0.4 * named(world, "SWARM").supply


def test_new_tokens_appear_and_some_of_them_rug() -> None:
    world = World(7, START)
    known = set(world.tokens)
    world.advance(START + timedelta(hours=24))
    launched = [token for mint, token in world.tokens.items() if mint not in known]
    assert 15 <= len(launched) <= 80
    assert all(START < token.created_at <= world.now for token in launched)
    assert [token.created_at for token in launched] == sorted(token.created_at for token in launched)
    rugged = [
        t for t in launched if t.kind is Kind.LIQUIDITY_PULL and (t.pools[0].ends_at or START) <= world.now
    ]
    assert rugged
    assert all(world.state(token.pools[0]).liquidity_usd < 50 for token in rugged)


def test_vendors_differ_a_little_and_one_of_them_a_lot(world: World) -> None:
    disputed = named(world, DISPUTED_SYMBOL).mint
    for vendor in ("dexscreener", "geckoterminal", DISPUTED_VENDOR):
        assert abs(world.skew(vendor, BONK_MINT)) < 0.005
        assert world.skew(vendor, BONK_MINT) == world.skew(vendor, BONK_MINT)
    assert world.skew("dexscreener", BONK_MINT) != world.skew("geckoterminal", BONK_MINT)
    assert world.skew(DISPUTED_VENDOR, disputed) > 0.3
    assert abs(world.skew("dexscreener", disputed)) < 0.005


def test_a_world_wants_an_aware_start() -> None:
    with pytest.raises(InvariantBroken):
        World(1, datetime(2026, 3, 14))  # noqa: DTZ001 - the mistake


def test_importing_the_world_loads_no_virtual_machine() -> None:
    code = "import sys, data.sandbox.server; sys.exit('solders' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
