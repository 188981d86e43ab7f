"""The latest launches: newest first, each once, whoever told of it; bounded."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

from core.streams import Launches
from data.models.events import CurveCompleted, StreamEvent, TokenLaunched, TokenMigrated
from data.models.ids import Chain, TokenKey
from tests.fakes.clock import START


def launch(
    mint: str, *, at_s: float = 0, source: str = "pumpportal", slot: int | None = None, **told: object
) -> TokenLaunched:
    event = TokenLaunched(
        source=source, at=at(at_s), slot=slot, mint=mint, pool="pump", creator="c", name=mint, symbol="S",
        uri=None,
    )  # fmt: skip
    return replace(event, **told)  # type: ignore[arg-type]


def move(mint: str, *, at_s: float = 0, slot: int | None = None, pool: str | None = None) -> TokenMigrated:
    return TokenMigrated(
        source="solana" if slot else "pumpportal", at=at(at_s), slot=slot, mint=mint, pool="pump-amm",
        pool_address=pool,
    )  # fmt: skip


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def heard(*events: StreamEvent, most: int = 100) -> Launches:
    launches = Launches(most)
    for event in events:
        launches.hear(event)
    return launches


def mints(launches: Launches, limit: int = 10) -> list[str]:
    return [each.token.address for each in launches.latest(limit)]


def test_launches_come_newest_first_and_no_more_than_asked_for() -> None:
    launches = heard(launch("a", at_s=1), launch("b", at_s=3), launch("c", at_s=2))
    assert (mints(launches), mints(launches, 2), mints(launches, 0)) == (["b", "c", "a"], ["b", "c"], [])


def test_one_that_was_missed_takes_its_place_by_the_chains_time() -> None:
    late = launch("old", at_s=50, slot=7, chain_at=at(2), late=True)
    assert mints(heard(launch("a", at_s=1), launch("b", at_s=3), late)) == ["b", "old", "a"]


def test_a_token_told_by_two_streams_stands_once_with_what_either_knows() -> None:
    first = launch("a", at_s=1, bought=Decimal(5), spent_sol=Decimal(1), name="said")
    chain = launch("a", at_s=2, source="solana", slot=9, signature="s", name=None, chain_at=at(0))
    for events in ((first, chain), (chain, first)):
        (only,) = heard(*events).latest(10)
        assert only.launched is not None
        assert (only.launched.slot, only.launched.name, only.launched.bought) == (9, "said", Decimal(5))
        assert set(only.sources) == {"pumpportal", "solana"} and only.launched_at == at(0)


def test_a_migration_is_kept_with_its_launch_and_without_one() -> None:
    launches = heard(
        launch("a", at_s=1), move("b", at_s=2), move("a", at_s=3), move("a", at_s=4, slot=5, pool="P")
    )
    assert mints(launches) == ["a"]
    assert [each.token.address for each in launches.migrated(10)] == ["a", "b"]
    known = launches.get(TokenKey(Chain.SOLANA, "a"))
    assert known is not None and known.migrated is not None and known.migrated.pool_address == "P"
    alone = launches.get(TokenKey(Chain.SOLANA, "b"))
    assert alone is not None and alone.launched is None and alone.launched_at is None


def test_memory_is_bounded_and_the_oldest_goes() -> None:
    launches = heard(*(launch(f"m{number}", at_s=number) for number in range(5_000)), most=50)
    assert len(launches) == 50
    assert mints(launches, 100) == [f"m{number}" for number in reversed(range(4_950, 5_000))]


def test_other_events_are_passed_over() -> None:
    assert len(heard(CurveCompleted(source="solana", at=START, mint="a", curve_address="c"))) == 0
