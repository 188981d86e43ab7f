"""Filters in words: what each means, how it is read back, and what is refused by name."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.boards.filters import EXAMPLE, FLAGS, MEASURES, MOST, Condition, Filters, Kind, Order, parse
from core.boards.listing import Board
from data.errors import BadArgument
from data.models.fields import Span
from handlers.cards.board import said
from tests.fakes.clock import START
from tests.unit.core.boards.rows import row

CONDITIONS = (
    ("liq>10k", Condition(measure="liq", op=">", amount=Decimal(10_000))),
    ("liq > 10k", Condition(measure="liq", op=">", amount=Decimal(10_000))),
    ("Liquidity >= $2.5K", Condition(measure="liq", op=">=", amount=Decimal(2500))),
    ("mc<5m", Condition(measure="mc", op="<", amount=Decimal(5_000_000))),
    ("mcap=<1b", Condition(measure="mc", op="<=", amount=Decimal(10**9))),
    ("vol>50k", Condition(measure="vol", op=">", amount=Decimal(50_000))),
    ("vol5m>.5k", Condition(measure="vol", op=">", amount=Decimal(500), span=Span.M5)),
    ("change>20%", Condition(measure="change", op=">", amount=Decimal("0.2"))),
    ("change1h<-7.5", Condition(measure="change", op="<", amount=Decimal("-0.075"), span=Span.H1)),
    ("age<90m", Condition(measure="age", op="<", amount=Decimal(5400))),
    ("age>2d", Condition(measure="age", op=">", amount=Decimal(172_800))),
    ("holders>1k", Condition(measure="holders", op=">", amount=Decimal(1000))),
    ("price<0.01", Condition(measure="price", op="<", amount=Decimal("0.01"))),
    ("sources>=3", Condition(measure="sources", op=">=", amount=Decimal(3))),
    ("txns6h>100", Condition(measure="txns", op=">", amount=Decimal(100), span=Span.H6)),
)
REFUSED = (
    ("banana", "banana"), ("liq>10k banana>3", "banana>3"), ("liq", "liq"), ("liq>", "liq>"),
    ("liq>ten", "liq>ten"), ("liq>-5", "liq>-5"), ("liq>10kk", "liq>10kk"), ("age<5", "age<5"),
    ("change>lots", "change>lots"), ("liq5m>3", "liq5m>3"), ("by:banana", "by:banana"), ("by:", "by:"),
    ("liq==3", "liq==3"), ("liq>1e9", "liq>1e9"), ("liq>\u0661", "liq>\u0661"), ("vol>nan", "vol>nan"),
    ("change>inf", "change>inf"), ("'; drop table snapshots;--", "';"),
)  # fmt: skip


@pytest.mark.parametrize(("words", "expected"), CONDITIONS)
def test_a_condition_means_what_it_says(words: str, expected: Condition) -> None:
    assert parse(words) == Filters(conditions=(expected,))


@pytest.mark.parametrize(("words", "blamed"), REFUSED)
def test_a_word_that_is_not_understood_is_named(words: str, blamed: str) -> None:
    with pytest.raises(BadArgument) as caught:
        parse(words)
    assert repr(blamed) in str(caught.value)
    assert caught.value.argument == "filters"


def test_all_of_it_together() -> None:
    found = parse(f"{EXAMPLE}, 1h and graduated")
    assert [each.measure for each in found.conditions] == ["liq", "mc", "age", "vol", "change"]
    assert found.flags == ("pump", "graduated")
    assert found.order == Order(measure="vol")
    assert found.span is Span.H1
    assert parse("") == Filters()
    assert parse("sort:-change5m").order == Order(measure="change", span=Span.M5, reverse=True)


def test_too_many_are_refused() -> None:
    with pytest.raises(BadArgument, match="At most"):
        parse("liq>1 " * (MOST + 1))


def test_they_are_read_back_in_words() -> None:
    words = said(parse("liq>=10k change1h<-5% age<90m pump by:-vol5m"), Board.TOP)
    assert words == (
        "liquidity at least $10.0K, change 1h below -5.0 %, age below 1.5 h, launched on pump.fun, "
        "by volume 5m, smallest first"
    )
    assert all(said(Filters(flags=(flag,)), Board.NEW) for flag in FLAGS)


def test_what_is_unknown_passes_nothing_and_fails_nothing() -> None:
    known = row(liquidity=20_000, change_24h="0.5")
    assert parse("liq>10k change>20%").holds(known, Span.H24, START) is True
    assert parse("liq>10k change>20% vol>1").holds(known, Span.H24, START) is None
    assert parse("liq>30k vol>1").holds(known, Span.H24, START) is False
    assert parse("pump").holds(known, Span.H24, START) is None
    assert parse("pump").holds(row(launchpad="Pump.fun"), Span.H24, START) is True
    assert parse("curve").holds(row(graduated=True), Span.H24, START) is False


def test_a_span_is_the_boards_unless_said() -> None:
    moved = row(change_1h="0.5", change_24h="-0.5")
    assert parse("change>20%").holds(moved, Span.H1, START) is True
    assert parse("change>20%").holds(moved, Span.H24, START) is False
    assert parse("change1h>20%").holds(moved, Span.H24, START) is True


def test_an_age_is_measured_from_the_first_pool() -> None:
    young = row(created=START - timedelta(minutes=59))
    assert parse("age<1h").holds(young, Span.H24, START) is True
    assert parse("age<58m").holds(young, Span.H24, START) is False
    assert parse("age<1h").holds(row(created=START + timedelta(hours=1)), Span.H24, START) is True


_usd = st.decimals(0, 10**12, places=6).map(abs)
_ratios = st.decimals(-(10**6), 10**6, places=8)
_AMOUNTS = {
    Kind.USD: _usd, Kind.COUNT: st.integers(0, 10**9).map(Decimal), Kind.RATIO: _ratios,
    Kind.AGE: st.integers(0, 10**6).map(Decimal),
}  # fmt: skip


@st.composite
def _conditions(draw: st.DrawFn) -> Condition:
    measure = MEASURES[draw(st.sampled_from(sorted(MEASURES)))]
    span = draw(st.sampled_from([None, *Span])) if measure.spanned else None
    op = draw(st.sampled_from([">", "<", ">=", "<="]))
    return Condition(measure=measure.name, op=op, amount=draw(_AMOUNTS[measure.kind]), span=span)


@given(
    st.lists(_conditions(), max_size=6, unique=True), st.lists(st.sampled_from(sorted(FLAGS)), unique=True),
    st.sampled_from([None, Order(measure="age", reverse=True), Order(measure="vol", span=Span.M5)]),
    st.sampled_from([None, *Span]),
)  # fmt: skip
def test_what_is_written_is_read_back_as_the_same(
    conditions: list[Condition], flags: list[str], order: Order | None, span: Span | None
) -> None:
    filters = Filters(conditions=tuple(conditions), flags=tuple(flags), order=order, span=span)
    assert parse(str(filters)) == filters


_alphabet = st.sampled_from([*"liqmcvolagechng<>=:,- $%.0159kmbhdw\u202e\u0661", "by:", "change", "and "])


@given(st.one_of(st.text(max_size=80), st.lists(_alphabet, max_size=30).map("".join)))
def test_any_text_is_filters_or_a_refusal(words: str) -> None:
    try:
        found = parse(words)
    except BadArgument as error:
        assert len(str(error)) < 200
    else:
        assert parse(str(found)) == found
        assert found.holds(row(liquidity=1), Span.H24, START) in (True, False, None)
