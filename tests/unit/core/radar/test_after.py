"""Bars after a signal, as the journal knows them, and when a token was rugged."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from core.radar import facts
from core.radar.after import bars_after, rugged_at
from core.security.facts import Severity
from core.security.score import Verdict
from tests.unit.core.radar.test_windows import at, candled, trade


def closes(*known: facts.Fact, begin: float = 0, until: float = 600) -> dict[int, str]:
    found = bars_after(known, at(begin), at(until))
    return {(bar.time - int(at(0).timestamp())) // 60: str(bar.close) for bar in found}


def test_heard_trades_make_every_minute_known_and_those_before_do_not_count() -> None:
    known = (facts.Listening(at=at(5)), trade(65, "10"), trade(190, "30"), trade(185, "20"))
    assert closes(*known, until=300) == {1: "1", 2: "1", 3: "3", 4: "3"}
    assert closes(*known, begin=120, until=240) == {2: "1", 3: "3"}


def test_after_a_gap_a_restart_or_a_move_nothing_is_known_of_what_was_heard() -> None:
    known = (facts.Listening(at=at(0)), trade(65))
    for ending in (facts.Deaf(at=at(150)), facts.Began(at=at(150)), facts.Dropped(at=at(150))):
        assert closes(*known, ending, trade(200, "99"), until=400) == {1: "1"}
    down = facts.Began(at=at(300), heard_until=at(130))  # nobody listened from then on
    assert closes(*known, down, until=400) == {1: "1"}
    again = (*known, facts.Deaf(at=at(150)), facts.Listening(at=at(250)), trade(301, "50"))
    assert closes(*again, until=420) == {1: "1", 5: "5", 6: "5"}


def test_told_bars_fill_the_silence_between_them_but_not_the_last_minute() -> None:
    told = candled(300, (0, "1"), (2, "3"))
    assert closes(told) == {0: "1", 1: "1", 2: "3", 3: "3"}


def test_a_later_word_replaces_an_earlier_one_and_silence_replaces_no_bar() -> None:
    first, later = candled(240, (0, "1"), (1, "2")), candled(420, (0, "1"), (3, "4"))
    assert closes(first, later) == {0: "1", 1: "2", 2: "1", 3: "4", 4: "4", 5: "4"}


def test_what_was_heard_on_the_chain_counts_before_what_a_source_told() -> None:
    known = (candled(240, (1, "9"), (2, "9")), facts.Listening(at=at(50)), trade(70, "10"))
    assert closes(*known, until=180) == {1: "1", 2: "1"}


def test_a_bar_holds_its_own_prices_however_a_source_wrote_it() -> None:
    start = int(at(0).timestamp())
    row = (start, Decimal(5), Decimal(4), Decimal(6), Decimal(1), Decimal(0))
    (bar,) = bars_after([facts.Followed(at=at(60), source="x", rows=(row,))], at(0), at(60))
    assert (bar.low, bar.high) == (1, 6)


def test_a_rug_is_when_a_scan_says_so_or_liquidity_is_gone_whichever_is_first() -> None:
    gone = facts.Looked(at=at(90), liquidity_usd=Decimal(400))
    thin = facts.Looked(at=at(60), liquidity_usd=Decimal(600))
    said = facts.Scanned(at=at(120), verdict=Verdict.BLOCK, severities={"rugged": Severity.BLOCK})
    caution = facts.Scanned(at=at(30), verdict=Verdict.CAUTION, severities={"rugged": Severity.UNKNOWN})
    known = (caution, thin, gone, said)
    assert rugged_at(known, at(0), Decimal(10_000)) == at(90)
    assert rugged_at(known, at(0), None) == at(120)
    assert rugged_at(known, at(0) + timedelta(seconds=121), Decimal(10_000)) is None
    assert rugged_at((thin,), at(0), Decimal(10_000)) is None
