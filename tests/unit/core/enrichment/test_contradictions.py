"""Contradictions: found in what a signal group stored of 1,039 real coins, and in figures vendors gave."""

from __future__ import annotations

import csv
from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest

from core.enrichment import contradictions as c
from core.enrichment.contradictions import Kind

DATA = Path(__file__).parents[3] / "data"
SUPPLY = Decimal(10**9)  # of nearly every coin of a launchpad
D = Decimal


def stored() -> list[tuple[str, c.Contradiction | None]]:
    """Give each row's label and what is found from the three stored columns alone."""
    found = []
    with (DATA / "trench_calls.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            thousands, price = row["discovery_mcap_kusd_raw"], row["discovery_price_usd_raw"]
            cap = D(thousands) * 1000 if thousands else None
            contradiction = c.cap_against_supply(
                cap, D(price) if price else None, SUPPLY, step_usd=D(1000), name=row["ticker_raw"]
            )
            found.append((row["parse_flag"], contradiction))
    return found


def test_contradictions_of_real_rows_are_found_from_the_raw_figures() -> None:
    rows = stored()
    wrong = [found for flag, found in rows if flag not in {"ok", "mcap_missing"}]
    right = [found for flag, found in rows if flag == "ok"]
    found, false = sum(map(bool, wrong)), sum(map(bool, right))
    print(f"\n{found} of {len(wrong)} contradictory rows found, {false} of {len(right)} sound rows marked")
    print(sorted(Counter((flag, found.kind if found else None) for flag, found in rows).items(), key=str))
    assert (len(wrong), len(right)) == (72, 850)
    assert found / len(wrong) >= 0.98
    assert false / len(right) <= 0.005


def test_what_is_missing_contradicts_nothing() -> None:
    assert {found for flag, found in stored() if flag == "mcap_missing"} == {None}


@pytest.mark.parametrize(
    ("flag", "kind", "share"),
    [
        ("mcap_millions_read_as_thousands", Kind.CAP_IN_MILLIONS, 1.0),
        ("tenfold_disagree", Kind.TENFOLD, 1.0),
        ("price_taken_from_digits_in_ticker", Kind.PRICE_FROM_NAME, 0.5),  # of half, the number is not stored
    ],
)
def test_the_way_figures_differ_tells_the_mistake(flag: str, kind: Kind, share: float) -> None:
    kinds = [found.kind for label, found in stored() if label == flag and found]
    assert kinds.count(kind) / len(kinds) >= share


@pytest.mark.parametrize(
    ("cap", "price", "options", "kind"),
    [
        ("470000", "0.0004708", {}, None),
        ("1000", "0.0016479", {"step_usd": D(1000)}, Kind.CAP_IN_MILLIONS),
        ("1647", "0.0016479", {}, Kind.CAP_IN_MILLIONS),
        ("270000", "0.0027064", {}, Kind.TENFOLD),
        ("8000000", "0.0008095", {}, Kind.TENFOLD),
        ("240000", "300", {"name": "$300"}, Kind.PRICE_FROM_NAME),
        ("240000", "300", {"name": "$3000"}, Kind.CAP_NOT_PRICE_TIMES_SUPPLY),
        ("64000", "0.0030516", {}, Kind.CAP_NOT_PRICE_TIMES_SUPPLY),
        ("64000", "0.0030516", {"part_circulates": True}, None),
        ("30516000", "0.0030516", {"part_circulates": True}, Kind.TENFOLD),
        ("0", "0.0030516", {}, Kind.CAP_NOT_PRICE_TIMES_SUPPLY),
        ("0", "0", {}, None),
        ("-1", "0.1", {}, None),
        ("1100000", "0.001", {}, None),  # at the edge of the tolerance
        ("1100001", "0.001", {}, Kind.CAP_NOT_PRICE_TIMES_SUPPLY),
        ("900000", "0.001", {}, Kind.CAP_NOT_PRICE_TIMES_SUPPLY),
        ("900001", "0.001", {}, None),
    ],
)
def test_a_cap_is_held_against_price_times_supply(
    cap: str, price: str, options: dict[str, object], kind: Kind | None
) -> None:
    found = c.cap_against_supply(D(cap), D(price), SUPPLY, **options)  # type: ignore[arg-type]
    assert (found and found.kind) == kind
    if found:
        assert found.evidence["implied_usd"] == D(price) * SUPPLY
        assert found.words


@pytest.mark.parametrize("missing", range(3))
def test_an_unknown_figure_contradicts_nothing(missing: int) -> None:
    figures: list[Decimal | None] = [D(1), D(1000), D(1000)]
    figures[missing] = None
    assert c.cap_against_supply(*figures) is None


@pytest.mark.parametrize(
    ("cap", "liquidity", "found"),
    [
        ("3814569008", "0.59", True),  # seen on DexScreener, October 2026
        ("1449875", "0", True),
        ("1017045", "86766", False),
        ("5000", "0", False),
        ("5000.01", "0", True),
        ("0", "0", False),
    ],
)
def test_a_cap_needs_liquidity_behind_it(cap: str, liquidity: str, found: bool) -> None:
    contradiction = c.cap_without_liquidity(D(cap), D(liquidity))
    assert (contradiction is not None) == found
    if contradiction:
        assert contradiction.evidence == {"cap_usd": D(cap), "liquidity_usd": D(liquidity)}


@pytest.mark.parametrize(
    ("volume", "liquidity", "found"),
    [
        ("45689482", "6996535", False),
        ("10000000", "100000", False),
        ("10000001", "100000", True),
        ("37293133", "0.59", False),  # pulled since: the trades may have been real
        ("37293133", "0", False),
        ("0", "1000", False),
    ],
)
def test_a_volume_needs_liquidity_to_go_through(volume: str, liquidity: str, found: bool) -> None:
    assert (c.volume_beyond_liquidity(D(volume), D(liquidity)) is not None) == found


@pytest.mark.parametrize(
    ("price", "volume", "buys", "sells", "kind"),
    [
        (D("0.1"), D(0), 0, 0, Kind.PRICE_WITHOUT_TRADES),
        (D("0.1"), None, 0, 0, Kind.PRICE_WITHOUT_TRADES),
        (D("0.1"), D(5000), 0, 0, Kind.VOLUME_WITHOUT_TRADES),
        (D("0.1"), D(5000), 1, 0, None),
        (D("0.1"), D(0), None, 0, None),
        (D("0.1"), D(0), 0, None, None),
        (None, D(0), 0, 0, None),
        (D(0), D(0), 0, 0, None),
    ],
)
def test_a_price_and_a_volume_need_trades(
    price: Decimal | None, volume: Decimal | None, buys: int | None, sells: int | None, kind: Kind | None
) -> None:
    found = c.trades_against_figures(price, volume, buys, sells)
    assert (found and found.kind) == kind


def test_unknown_liquidity_is_no_evidence() -> None:
    assert c.cap_without_liquidity(D(10**9), None) is None
    assert c.cap_without_liquidity(None, D(0)) is None
    assert c.volume_beyond_liquidity(D(10**9), None) is None
    assert c.volume_beyond_liquidity(None, D(1)) is None


def test_every_kind_has_words() -> None:
    assert set(c.WORDS) == set(Kind)
