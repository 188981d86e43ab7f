"""From answers to rows to a list: the order of what comes in never matters, and nothing is lost unsaid."""

from __future__ import annotations

import random
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.boards.filters import Filters, Order, parse
from core.boards.gather import batches
from core.boards.listing import Board, arranged
from core.boards.rows import Row, named, row_of, snapshots, thin
from data.models import fields as f
from data.models.fields import Span
from data.models.ids import SOL, USDC, Chain, ProviderId, TokenKey
from data.models.market import Answer, Capability
from tests.fakes.clock import START
from tests.unit.core.boards.rows import row, token
from tests.unit.core.enrichment.vendors import answer, endpoint, pool, provider, report

TRUST = {ProviderId(name): 0.5 + n / 10 for n, name in enumerate(("birdeye", "dexscreener", "jupiter"))}

_price = st.decimals("0.0001", 1000, places=4)
_records = st.lists(
    st.one_of(
        st.builds(
            lambda n, usd, cap, liquidity: report(
                (f.PRICE_USD, usd), (f.MARKET_CAP_USD, cap), (f.LIQUIDITY_USD, liquidity), token=token(n)
            ),
            st.integers(1, 6), _price, _price, _price,
        ),
        st.builds(
            lambda n, usd: pool(f"p{n}", usd=str(usd), base=token(n % 6 + 1)), st.integers(1, 20), _price
        ),
        st.sampled_from([pool("q", base=SOL, quote=USDC), report((f.PRICE_USD, Decimal(1)), token=USDC)]),
    ),
    max_size=12,
)  # fmt: skip
_answers = st.lists(
    st.builds(
        lambda name, capability, records: answer(name, *records, capability=capability),
        st.sampled_from(sorted(TRUST)), st.sampled_from([Capability.TRENDING, Capability.NEW_POOLS]),
        _records,
    ),
    max_size=6, unique_by=lambda each: (each.source, each.capability),
)  # fmt: skip


def merged(answers: list[Answer]) -> list[Row]:
    found = named(answers)
    known = snapshots(found.first(50), answers, TRUST, START)
    return [row_of(each, tuple(sorted(found.places[key]))) for key, each in known.items()]


@given(_answers, st.randoms(use_true_random=False))
def test_rows_do_not_depend_on_who_answered_first(answers: list[Answer], chance: random.Random) -> None:
    shuffled = chance.sample(answers, len(answers))
    assert merged(answers) == merged(shuffled)
    assert named(answers) == named(shuffled)


@given(_answers)
def test_a_token_has_one_row_and_what_prices_others_has_none(answers: list[Answer]) -> None:
    rows = merged(answers)
    keys = [each.token for each in rows]
    assert len(keys) == len(set(keys))
    assert not {SOL, USDC} & set(keys)
    for each in rows:
        naming = {
            said.source
            for said in answers
            for record in said.records
            if getattr(record, "token", None) == each.token
            or getattr(getattr(record, "base", None), "token", None) == each.token
        }
        assert set(each.named_by) == naming


def test_a_quote_asset_as_the_base_of_a_pool_is_skipped_and_counted() -> None:
    found = named([answer("jupiter", pool("q", base=SOL, quote=USDC), pool("p", base=token(1)))])
    assert list(found.places) == [token(1)]
    assert found.quotes == 1


def test_of_two_lists_the_best_place_of_a_source_counts() -> None:
    first, second = (report((f.SYMBOL, "A"), token=token(n)) for n in (1, 2))
    lists = [
        answer("jupiter", first, second, capability=Capability.TRENDING),
        answer("jupiter", second, capability=Capability.NEW_POOLS),
        answer("birdeye", second, capability=Capability.TRENDING),
    ]
    found = named(lists)
    assert found.places[token(2)] == {"jupiter": 0, "birdeye": 0}
    assert found.first(9) == (token(2), token(1))
    assert found.first(1) == (token(2),)


def test_a_cap_without_liquidity_is_no_figure() -> None:
    said = report(
        (f.PRICE_USD, Decimal(1)), (f.MARKET_CAP_USD, Decimal(10**12)), (f.LIQUIDITY_USD, Decimal(10)),
        token=token(1),
    )  # fmt: skip
    (absurd,) = merged([answer("jupiter", said)])
    assert absurd.odd
    assert absurd.cap_usd is None
    assert f.MARKET_CAP_USD not in absurd.values
    kept, left_out = arranged(Board.TRENDING, [absurd, row(2)], Filters(), START)
    assert [each.token for each in kept] == [token(2)]
    assert left_out.odd == 1
    stored, _ = arranged(Board.COINS, [absurd, row(2, mcap=5)], Filters(), START)
    assert [each.token for each in stored] == [token(2), token(1)]  # shown, but by no cap


def test_lists_alone_are_too_thin_with_one_price_or_a_figure_lacking() -> None:
    full = ((f.PRICE_USD, Decimal(1)), (f.LIQUIDITY_USD, Decimal(1)), (f.SYMBOL, "A"))
    day = (f.VOLUME_USD[Span.H24], Decimal(1))
    one = [answer("jupiter", report(*full, day, token=token(1)))]
    two = [*one, answer("birdeye", report(*full, token=token(1)))]
    without = [answer(name, report(*full, token=token(1))) for name in ("jupiter", "birdeye")]
    assert [thin(snapshots([token(1)], each, TRUST, START)[token(1)]) for each in (one, two, without)] == [
        True, False, True,
    ]  # fmt: skip


def test_figures_are_asked_in_batches_of_the_two_that_tell_most() -> None:
    def priced(name: str, batch: int, *told: f.Field[Decimal], trust: float = 0.5) -> object:
        one = replace(endpoint(Capability.PRICE, "/p/{addresses}", *told), batch=batch)
        return provider(name, one, trust=trust)

    vendors = [
        priced("poor", 50, f.PRICE_USD, trust=0.9), priced("single", 1, *f.CHANGE.values()),
        priced("rich", 30, f.PRICE_USD, f.LIQUIDITY_USD), priced("gone", 90, *f.CHANGE.values()),
        priced("fair", 40, f.PRICE_USD, f.MARKET_CAP_USD, trust=0.8),
    ]  # fmt: skip
    calls = batches([token(n) for n in range(70)], vendors, frozenset({ProviderId("gone")}))  # type: ignore[arg-type]
    assert [(call.provider.id, len(call.ask.tokens)) for call in calls] == [
        ("fair", 40), ("fair", 30), ("rich", 30), ("rich", 30), ("rich", 10),
    ]  # fmt: skip
    assert batches([], vendors, frozenset()) == ()  # type: ignore[arg-type]


_rows = st.lists(
    st.builds(
        lambda n, figures, odd: row(n, odd=odd, **figures),
        st.integers(1, 200),
        st.dictionaries(
            st.sampled_from(["mcap", "liquidity", "volume_24h", "change_24h", "price"]),
            st.one_of(st.integers(0, 5).map(Decimal), _price),
        ),
        st.sampled_from(["", "", "no liquidity behind it"]),
    ),
    max_size=30, unique_by=lambda each: each.token,
)  # fmt: skip
_WORDS = ("", "liq>2", "mc<3 by:mc", "by:-change", "vol>1 by:liq", "change>100% liq>=0", "by:age")


@given(_rows, st.sampled_from(list(Board)), st.sampled_from(_WORDS), st.randoms(use_true_random=False))
def test_a_list_is_the_same_from_any_order_and_every_row_is_accounted_for(
    rows: list[Row], board: Board, words: str, chance: random.Random
) -> None:
    filters = parse(words)
    kept, left_out = arranged(board, rows, filters, START)
    assert arranged(board, chance.sample(rows, len(rows)), filters, START) == (kept, left_out)
    assert len(kept) + left_out.odd + left_out.unknown + left_out.filtered == len(rows)
    assert len({each.token for each in kept}) == len(kept)


@pytest.mark.parametrize(("reverse", "expected"), [(False, [3, 1, 2]), (True, [1, 3, 2])])
def test_what_is_unknown_comes_last_whichever_way(reverse: bool, expected: list[int]) -> None:
    rows = [row(1, mcap=1), row(2), row(3, mcap=7)]
    kept, _ = arranged(Board.COINS, rows, Filters(order=Order(measure="mc", reverse=reverse)), START)
    assert [each.token for each in kept] == [token(n) for n in expected]


def test_top_leaves_out_what_nobody_can_sell_into_unless_told_otherwise() -> None:
    rows = [row(1, change_24h=9, liquidity=10), row(2, change_24h=1, liquidity=9000), row(3, liquidity=9000)]
    kept, left_out = arranged(Board.TOP, rows, Filters(), START)
    assert [each.token for each in kept] == [token(2)]
    assert (left_out.filtered, left_out.unknown) == (1, 1)
    kept, _ = arranged(Board.TOP, rows, parse("liq>0"), START)
    assert [each.token for each in kept] == [token(1), token(2)]


def test_tokens_of_other_chains_are_told_apart() -> None:
    same = "0x" + "1" * 40
    keys = [TokenKey(chain, same) for chain in (Chain.BASE, Chain.ETHEREUM)]
    said = [answer("jupiter", *(report((f.PRICE_USD, Decimal(n + 1)), token=k) for n, k in enumerate(keys)))]
    assert {each.token: each.get(f.PRICE_USD) for each in merged(said)} == {keys[0]: 1, keys[1]: 2}
