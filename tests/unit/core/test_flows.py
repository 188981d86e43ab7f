"""Trades in bars: which answer is taken, what is left out of it, and what is not known."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.flows import bars_of, fitting, sound, widest
from data.models.ids import Chain, ProviderId, TokenKey
from data.models.market import Answer, Capability, Pool, Timeframe, TokenSide, Trade
from data.providers.base import Ask
from data.providers.geckoterminal import answers
from tests.fakes.clock import START
from tests.fakes.snapshots import BONK, PEPE

GECKO, BIRDEYE = ProviderId("geckoterminal"), ProviderId("birdeye")
POOL = Pool(
    chain=Chain.SOLANA, address="pool", dex="raydium", base=TokenSide(token=BONK), quote=TokenSide(token=PEPE)
)
SAMPLE = (
    Path(__file__).parents[3] / "data" / "providers" / "samples" / "geckoterminal" / "pool-trades-eth.json"
)


def trade(
    at: datetime = START,
    usd: str = "10",
    *,
    buy: bool = True,
    owner: str | None = "ann",
    token: TokenKey = BONK,
) -> Trade:
    return Trade(
        id=f"{at.timestamp()}{usd}{buy}{owner}", token=token, pool="pool", at=at, is_buy=buy,
        price_usd=Decimal(1), volume_usd=Decimal(usd), owner=owner,
    )  # fmt: skip


def answer(*trades: Trade, source: ProviderId = GECKO, stale: bool = False) -> Answer:
    at = START + timedelta(minutes=10)
    return Answer(source=source, capability=Capability.TRADES, records=trades, at=at, stale=stale)


def test_a_recorded_answer_becomes_bars_that_add_up() -> None:
    body = json.loads(SAMPLE.read_text(encoding="utf-8"))
    told = body["data"][0]["attributes"]
    token = TokenKey(Chain.ETHEREUM, str(told["to_token_address"]).lower())
    at = datetime.fromisoformat("2026-10-01T00:00:00+00:00")
    trades = answers.parse_trades(body, Ask(tokens=(token,), chain=Chain.ETHEREUM, pool="0xpool"), at)
    newest = max(each.at for each in trades)
    told_by = Answer(source=GECKO, capability=Capability.TRADES, records=trades, at=newest)
    window = widest(token, POOL, [told_by], None)
    assert window is not None
    sides = Counter(each.is_buy for each in trades)
    assert (window.buys, window.sells) == (sides[True], sides[False])
    assert window.bought_usd + window.sold_usd == sum((each.volume_usd for each in trades), Decimal(0))
    assert window.start == min(each.at for each in trades)
    assert 0 < len(window.bars) <= 61


def test_trades_fall_into_bars_that_begin_at_round_times() -> None:
    start = START + timedelta(seconds=59)
    trades = (
        trade(start, "10"),
        trade(start + timedelta(seconds=1), "20", owner="bob"),
        trade(start + timedelta(seconds=2), "5", owner="bob"),
        trade(start + timedelta(seconds=3), "7", buy=False, owner="cat"),
        trade(start + timedelta(minutes=3), "1", owner=None),
    )
    first, second, third = bars_of(trades, 60)
    noon = int(START.timestamp())
    assert [bar.time - noon for bar in (first, second, third)] == [0, 60, 180]
    assert (second.bought_usd, second.sold_usd) == (Decimal(25), Decimal(7))
    assert (second.buys, second.sells, second.buyers) == (2, 1, 1)
    assert third.buyers is None, "a wallet that is not told is not nobody"


def test_what_cannot_be_true_of_the_token_is_left_out() -> None:
    good = trade()
    late = trade(START + timedelta(hours=1))
    negative, endless = (replace(trade(), id=usd, volume_usd=Decimal(usd)) for usd in ("-1", "Infinity"))
    nothing = replace(trade(), id="nan", volume_usd=Decimal("NaN"))
    told = answer(good, good, late, negative, endless, nothing, trade(token=PEPE))
    assert sound(BONK, told) == (good,)


def test_the_answer_with_most_trades_is_taken_alone() -> None:
    few = answer(trade(), source=BIRDEYE)
    many = answer(*(trade(START + timedelta(minutes=at)) for at in range(3)), stale=True)
    window = widest(BONK, POOL, [few, many], None)
    assert window is not None
    assert (window.source, window.buys, window.stale) == (GECKO, 3, True)
    assert (window.start, window.end) == (START, START + timedelta(minutes=2))
    first = widest(BONK, POOL, [few, answer(trade())], None)
    assert first is not None
    assert first.source == BIRDEYE, "of equal ones who was asked first"


def test_no_trades_are_no_window() -> None:
    assert widest(BONK, POOL, [], None) is None
    assert widest(BONK, POOL, [answer()], None) is None
    assert widest(BONK, POOL, [answer(trade(token=PEPE))], None) is None


def test_wallets_are_counted_once_and_unknown_where_one_is_not_told() -> None:
    window = widest(
        BONK,
        POOL,
        [
            answer(
                trade(), trade(usd="11"), trade(usd="12", owner="bob"), trade(usd="13", buy=False, owner=None)
            )
        ],
        Timeframe.H1,
    )
    assert window is not None
    assert (window.buyers, window.sellers) == (2, None)
    assert window.timeframe is Timeframe.H1


@pytest.mark.parametrize(
    ("minutes", "timeframe"), [(0, "1m"), (60, "1m"), (61, "5m"), (24 * 60, "1h"), (60 * 24 * 90, "1d")]
)
def test_bars_are_as_short_as_a_picture_allows(minutes: int, timeframe: str) -> None:
    assert fitting(START, START + timedelta(minutes=minutes)) == timeframe


@given(
    seconds=st.lists(st.integers(0, 10**6), max_size=40),
    timeframe=st.sampled_from(Timeframe),
    usd=st.integers(0, 9),
)
def test_nothing_is_lost_or_counted_twice(seconds: list[int], timeframe: Timeframe, usd: int) -> None:
    trades = sorted(
        (trade(START + timedelta(seconds=at), str(usd), buy=at % 2 == 0, owner=str(at)) for at in seconds),
        key=lambda each: each.at,
    )
    bars = bars_of(trades, timeframe.seconds)
    assert sum(bar.buys + bar.sells for bar in bars) == len(trades)
    assert sum(bar.bought_usd + bar.sold_usd for bar in bars) == usd * len(trades)
    assert [bar.time for bar in bars] == sorted({bar.time for bar in bars})
    assert all(bar.time % timeframe.seconds == 0 for bar in bars)
