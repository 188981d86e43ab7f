"""Trust learned from agreement: who differs weighs less, who agrees earns nothing, none of it is lost."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import asynccontextmanager
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.enrichment import resolve
from core.enrichment.reliability import Reliability
from core.enrichment.trust import KIND_OF, Judged, Kind, Tally, counted, judged
from data.errors import StoreUnavailable
from data.models import fields as f
from data.models.ids import Chain, ProviderId, TokenKey
from data.models.market import Answer, TokenSnapshot
from data.store.store import Store
from tests.fakes.clock import START, VirtualClock
from tests.unit.core.enrichment.vendors import BONK, answer, priced, report

TRUST = {ProviderId(name): 0.8 for name in "abcd"}
A, B, C, D = (ProviderId(name) for name in "abcd")


def snapshot(*answers: Answer, reliability: Reliability | None = None) -> TokenSnapshot:
    believed = {} if reliability is None else {"reliability": reliability.of}
    asked = tuple(each.source for each in answers)
    return resolve.snapshot(BONK, answers, (), trust=TRUST, asked=asked, now=START, **believed)


def others(count: int, *answers: Answer) -> Iterable[TokenSnapshot]:
    """Give snapshots of so many tokens, each with the same answers."""
    found = snapshot(*answers)
    return [replace(found, token=TokenKey(Chain.SOLANA, f"{n:044d}")) for n in range(count)]


def test_an_outlier_is_judged_and_those_that_agree_too() -> None:
    found = snapshot(priced("a", "1"), priced("b", "1.01"), priced("c", "1.02"), priced("d", "1000"))
    assert set(judged(found)) == {
        Judged(A, Kind.PRICE, agreed=True),
        Judged(B, Kind.PRICE, agreed=True),
        Judged(C, Kind.PRICE, agreed=True),
        Judged(D, Kind.PRICE, agreed=False),
    }


@pytest.mark.parametrize(
    "answers",
    [
        [priced("a", "1")],
        [priced("a", "1"), priced("b", "1")],
        [priced("a", "1"), priced("b", "5")],
        [priced("a", "1"), priced("b", "5"), priced("c", "25")],
        [priced("a", "1"), priced("b", "1"), replace(priced("c", "9"), stale=True)],
    ],
    ids=["one", "two that agree", "two that differ", "a dispute of three", "an old answer"],
)
def test_nobody_is_judged_where_nobody_can_tell(answers: list[Answer]) -> None:
    assert not list(judged(snapshot(*answers)))


def test_kinds_are_judged_apart() -> None:
    def said(name: str, liquidity: str) -> Answer:
        return answer(name, report((f.PRICE_USD, Decimal(1)), (f.LIQUIDITY_USD, Decimal(liquidity))))

    tallies = counted(judged(snapshot(said("a", "100"), said("b", "110"), said("c", "9000"))))
    assert tallies[C, Kind.PRICE] == Tally(agreed=1)
    assert tallies[C, Kind.LIQUIDITY] == Tally(differed=1)


@given(st.floats(0, 1e6), st.floats(0, 1e6), st.floats(0, 1e6))
def test_reliability_only_takes_away_and_never_all(agreed: float, differed: float, more: float) -> None:
    tally = Tally(agreed, differed)
    assert 0.1 <= tally.reliability <= 1.0
    rounding = 1e-12
    assert Tally(agreed, differed + more).reliability <= tally.reliability + rounding
    assert Tally(agreed + more, differed).reliability >= tally.reliability - rounding
    assert Tally(agreed, 0.0).reliability == 1.0


def test_every_policy_that_weighs_has_a_kind() -> None:
    assert {f.PRICE_USD, f.MARKET_CAP_USD, f.FDV_USD, f.LIQUIDITY_USD} <= KIND_OF.keys()
    assert {*f.CHANGE.values(), *f.VOLUME_USD.values()} <= KIND_OF.keys()


async def test_who_was_often_wrong_loses_a_dispute_of_two(store: Store, clock: VirtualClock) -> None:
    learned = Reliability(store, clock)
    trust = TRUST | {D: 0.9}
    two = [priced("a", "1"), priced("d", "3")]

    def decided() -> Decimal | None:
        found = resolve.snapshot(BONK, two, (), trust=trust, reliability=learned.of, asked=(A, D), now=START)
        return found.value(f.PRICE_USD)

    assert decided() == 3
    for each in others(40, priced("a", "1"), priced("b", "1"), priced("c", "1"), priced("d", "1000")):
        learned.learn(each)
    assert learned.of(D, f.PRICE_USD) == pytest.approx(20 / 60)
    assert learned.of(D, f.LIQUIDITY_USD) == 1.0
    assert learned.of(A, f.PRICE_USD) == 1.0
    assert decided() == 1


async def test_one_token_is_counted_once_in_a_while(store: Store, clock: VirtualClock) -> None:
    learned = Reliability(store, clock)
    found = snapshot(priced("a", "1"), priced("b", "1"), priced("c", "1"))
    for _ in range(50):
        learned.learn(found)
    assert learned.table()[A, Kind.PRICE] == Tally(agreed=1)
    clock.advance(301)
    learned.learn(found)
    assert learned.table()[A, Kind.PRICE] == Tally(agreed=2)


async def test_processes_add_to_each_other_and_a_restart_forgets_nothing(
    store: Store, clock: VirtualClock
) -> None:
    first, second = Reliability(store, clock), Reliability(store, clock)
    for each in others(3, priced("a", "1"), priced("b", "1"), priced("c", "9")):
        first.learn(each)
        second.learn(each)
    await first.save()
    await second.save()
    await first.save()
    third = Reliability(store, clock)
    await third.load()
    expected = {(A, Kind.PRICE): Tally(6), (B, Kind.PRICE): Tally(6), (C, Kind.PRICE): Tally(0, 6)}
    assert first.table() == third.table() == expected


async def test_the_past_fades_as_more_is_seen(store: Store, clock: VirtualClock) -> None:
    learned = Reliability(store, clock)
    for each in others(600, priced("a", "1"), priced("b", "1"), priced("c", "1")):
        learned.learn(each)
    await learned.save()
    assert learned.table()[A, Kind.PRICE] == Tally(agreed=300)


async def test_what_cannot_be_saved_now_is_saved_later(
    store: Store, clock: VirtualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    learned = Reliability(store, clock)
    for each in others(2, priced("a", "1"), priced("b", "1"), priced("c", "1")):
        learned.learn(each)

    @asynccontextmanager
    async def locked():  # type: ignore[no-untyped-def]
        raise StoreUnavailable("locked")
        yield

    with monkeypatch.context() as away:
        away.setattr(store, "begin", locked)
        with pytest.raises(StoreUnavailable):
            await learned.save()
        await learned.keep()
    await learned.save()
    other = Reliability(store, clock)
    await other.load()
    assert other.table()[A, Kind.PRICE] == Tally(agreed=2)
