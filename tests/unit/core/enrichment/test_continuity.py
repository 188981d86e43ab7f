"""A price held against the last: of two the one that jumps is left out, one alone that jumps is marked."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from core.enrichment import resolve
from core.enrichment.continuity import LastPrice, LastPrices
from data.models.fields import PRICE_USD
from data.models.ids import ProviderId
from data.models.market import Answer, Resolved, TokenSnapshot
from tests.fakes.clock import START
from tests.unit.core.enrichment.vendors import BONK, priced

TRUST = {ProviderId("a"): 0.9, ProviderId("b"): 0.5, ProviderId("c"): 0.6}
TWO = LastPrice(Decimal(1), START - timedelta(minutes=4), 2)
ONE = replace(TWO, sources=1)


def snapshot(*answers: Answer, last: LastPrice | None = None) -> TokenSnapshot:
    asked = tuple(each.source for each in answers)
    return resolve.snapshot(BONK, answers, (), trust=TRUST, last=last, asked=asked, now=START)


def price(*answers: Answer, last: LastPrice | None = None) -> Resolved[Decimal]:
    found = snapshot(*answers, last=last).get(PRICE_USD)
    assert found is not None
    return found


@pytest.mark.parametrize("lie", ["1000", "0.001", "10.5", "0"])
def test_of_two_the_one_far_from_the_last_price_is_left_out_whatever_its_trust(lie: str) -> None:
    found = price(priced("a", lie), priced("b", "1.1"), last=TWO)
    assert found.value == Decimal("1.1")
    assert [each.source for each in found.rejected] == ["a"]
    assert found.disputed


@pytest.mark.parametrize(
    ("one", "other", "last"),
    [("1000", "1.1", None), ("1000", "1.1", ONE), ("1000", "20", TWO), ("3", "1", TWO)],
    ids=["nothing is remembered", "one alone said so", "both are far", "both are near"],
)
def test_else_trust_decides_as_ever(one: str, other: str, last: LastPrice | None) -> None:
    found = price(priced("a", one), priced("b", other), last=last)
    assert found.value == Decimal(one)
    assert found.disputed


def test_three_need_no_past() -> None:
    found = price(priced("a", "100"), priced("b", "101"), priced("c", "1"), last=TWO)
    assert found.value == 100
    assert not found.note


@pytest.mark.parametrize("jump", ["1000", "0.05", "11"])
def test_one_alone_that_jumps_is_shown_and_marked(jump: str) -> None:
    found = price(priced("a", jump), last=ONE)
    assert found.value == Decimal(jump)
    assert found.note == "10 times off the price at 11:56 UTC"
    assert not price(priced("a", "9"), last=ONE).note
    assert not price(priced("a", jump)).note


def test_two_that_agree_on_a_jump_are_marked_and_not_overruled() -> None:
    found = price(priced("a", "50"), priced("b", "50"), last=TWO)
    assert found.value == 50
    assert found.note


def test_what_is_remembered_is_what_stood_for_ten_minutes() -> None:
    memory = LastPrices()
    memory.note(snapshot(priced("a", "1"), priced("b", "1")))
    assert memory.of(BONK, START) == LastPrice(Decimal(1), START, 2)
    assert memory.of(BONK, START + timedelta(minutes=11)) is None
    assert memory.of(BONK, START - timedelta(seconds=1)) is None
    memory.note(snapshot(priced("a", "1000"), last=TWO))  # marked
    memory.note(snapshot(priced("a", "7"), priced("b", "2")))  # disputed
    memory.note(snapshot(replace(priced("a", "3"), stale=True)))
    memory.note(snapshot())
    assert memory.of(BONK, START) == LastPrice(Decimal(1), START, 2)
