"""What becomes of a notice at one place: a table of what was chosen, and laws that hold for all choices."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.delivery import budget, loudness
from core.delivery.loudness import DANGEROUS, TYPES, Loudness
from core.delivery.quiet import Quiet
from core.delivery.schedule import Rhythm, Schedule
from core.delivery.verdict import Reason, Verdict, Way, dangerous, decide
from core.delivery.wishes import Wishes, wishes
from core.delivery.zones import zone
from core.signals.spec import SignalType
from data.models.delivery import Lateness, Notice, Stream, Urgency
from data.models.ids import SOL

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
NIGHT = datetime(2026, 11, 22, 2, tzinfo=UTC)
SLEEP = Quiet(time(23), time(7))
MORNING = datetime(2026, 11, 22, 7, tzinfo=UTC)


def told(stream: Stream = Stream.RADAR, urgency: Urgency = Urgency.SIGNAL, **described: object) -> Notice:
    at = described.pop("at", NOON)
    assert isinstance(at, datetime)
    given: dict[str, object] = {
        "key": "k", "kind": "signal", "body": "{}", "at": at, "expires_at": at + timedelta(hours=12),
        "about": SOL, **described,
    }  # fmt: skip
    return Notice(stream=stream, urgency=urgency, **given)  # type: ignore[arg-type]


DANGER = told(Stream.DANGER, Urgency.DANGER)
NEWS = told(Stream.NEWS, Urgency.NEWS, about=None)


def loud(**chosen: str) -> Wishes:
    return Wishes(loudness={name: Loudness(how) for name, how in chosen.items()})


SENT = Verdict(way=Way.SEND)
OFF = Verdict(way=Way.DROP, reason=Reason.OFF)


@pytest.mark.parametrize(
    ("holds", "kind", "expected"),
    [
        (Wishes(), "breakout", SENT),
        (loud(radar="silent"), "breakout", replace(SENT, silent=True)),
        (loud(radar="off"), "breakout", OFF),
        (loud(radar="off", breakout="on"), "breakout", SENT),
        (loud(radar="on", breakout="off"), "breakout", OFF),
        (loud(radar="on", breakout="off"), "momentum", SENT),
        (loud(danger="off"), "breakout", SENT),
    ],
)
def test_the_type_outweighs_the_stream(holds: Wishes, kind: str, expected: Verdict) -> None:
    assert decide(holds, told(), kind, NOON) == expected


def test_danger_passes_everything_but_an_explicit_off() -> None:
    shut = Wishes(
        quiet=SLEEP, schedule=Schedule(Rhythm.DAILY), budget=1,
        snoozed={"danger": MORNING, "liq_drain": MORNING, str(SOL): MORNING, "radar": MORNING},
        loudness={"radar": Loudness.OFF},
    )  # fmt: skip
    due = [NIGHT] * 50
    assert decide(shut, DANGER, "liq_drain", NIGHT, due) == SENT
    assert decide(shut, told(urgency=Urgency.DANGER), "", NIGHT, due) == SENT
    assert decide(loud(danger="off"), DANGER, "liq_drain", NIGHT) == OFF
    assert decide(loud(liq_drain="off"), DANGER, "liq_drain", NIGHT) == OFF
    assert decide(loud(liq_drain="off"), DANGER, "dev_sell", NIGHT) == SENT
    assert decide(loud(danger="off", dev_sell="on"), DANGER, "dev_sell", NIGHT) == SENT
    assert decide(loud(danger="silent"), DANGER, "dev_sell", NIGHT) == replace(SENT, silent=True)


@pytest.mark.parametrize("subject", ["radar", "breakout", str(SOL)])
def test_what_is_snoozed_comes_again_when_its_time_is_over(subject: str) -> None:
    holds = Wishes(snoozed={subject: NOON + timedelta(hours=1)})
    assert decide(holds, told(), "breakout", NOON) == Verdict(way=Way.DROP, reason=Reason.SNOOZED)
    assert decide(holds, told(), "breakout", NOON + timedelta(hours=1)) == SENT
    assert decide(holds, NEWS, "", NOON) == SENT


def test_quiet_hours_hold_until_they_end() -> None:
    holds = Wishes(quiet=SLEEP)
    held = Verdict(way=Way.HOLD, reason=Reason.QUIET, due_at=MORNING)
    assert decide(holds, told(at=NIGHT), "", NIGHT) == held
    assert decide(holds, told(at=NIGHT), "", MORNING) == SENT
    assert decide(loud(radar="silent"), told(), "", NIGHT) == replace(SENT, silent=True)


def test_what_would_be_too_late_by_then_comes_with_a_digest_and_is_not_lost() -> None:
    holds = Wishes(quiet=SLEEP)
    short = told(at=NIGHT, expires_at=NIGHT + timedelta(minutes=10))
    assert decide(holds, short, "", NIGHT) == Verdict(way=Way.DIGEST, reason=Reason.QUIET, due_at=MORNING)
    says_age = replace(short, lateness=Lateness.SAY_AGE)
    assert decide(holds, says_age, "", NIGHT).way is Way.HOLD


def test_quiet_hours_go_by_the_zone_that_was_chosen() -> None:
    holds = Wishes(quiet=SLEEP, zone=zone("Asia/Tokyo"))
    assert decide(holds, told(), "", NOON) == SENT  # 21:00 there
    at = NOON + timedelta(hours=3)
    assert decide(holds, told(), "", at).due_at == datetime(2026, 11, 22, 22, tzinfo=UTC)


def test_a_digest_gathers_all_but_what_was_set_to_come() -> None:
    holds = Wishes(schedule=Schedule(Rhythm.DAILY, time(18)), loudness={"alerts": Loudness.ON})
    six = datetime(2026, 11, 22, 18, tzinfo=UTC)
    assert decide(holds, told(), "", NOON) == Verdict(way=Way.DIGEST, reason=Reason.CHOSEN, due_at=six)
    assert decide(holds, told(Stream.ALERTS, Urgency.ALERT), "", NOON) == SENT
    assert decide(holds, DANGER, "", NOON) == SENT
    one = NOON + timedelta(hours=1)
    assert decide(loud(radar="digest"), told(), "", NOON).due_at == one


def test_a_digest_keeps_quiet_hours_too() -> None:
    holds = Wishes(quiet=SLEEP, schedule=Schedule(Rhythm.HOURLY))
    assert decide(holds, told(), "", NIGHT).due_at == MORNING
    assert decide(holds, told(), "", NOON).due_at == NOON + timedelta(hours=1)


@pytest.mark.parametrize(
    ("notice", "score", "most"),
    [
        (NEWS, None, 5), (told(), None, 6), (told(), 0.0, 6), (told(), 0.41, 8), (told(), 1.0, 9),
        (told(), 7.0, 9), (told(Stream.ALERTS, Urgency.ALERT), None, 10),
    ],
)  # fmt: skip
def test_a_busy_hour_is_for_what_matters_more(notice: Notice, score: float | None, most: int) -> None:
    holds = Wishes(budget=10)
    for used in range(12):
        verdict = decide(holds, notice, "", NOON, [NOON] * used, score=score)
        assert (verdict.way is Way.SEND) == (used < most), used
        if used >= most:
            assert verdict == Verdict(way=Way.DIGEST, reason=Reason.BUDGET, due_at=NOON + timedelta(hours=1))


def test_what_came_more_than_an_hour_ago_counts_no_more() -> None:
    holds = Wishes(budget=1)
    alert = told(Stream.ALERTS, Urgency.ALERT)
    assert decide(holds, alert, "", NOON, [NOON - timedelta(hours=1)]) == SENT
    assert decide(holds, alert, "", NOON, [NOON - timedelta(minutes=59)]).reason is Reason.BUDGET


def test_the_end_of_a_night_lets_no_flood_through() -> None:
    holds = Wishes(quiet=SLEEP, budget=10)
    due: list[datetime] = []
    ways: Counter[Way] = Counter()
    for minute in range(60):
        verdict = decide(
            holds, told(Stream.ALERTS, Urgency.ALERT), "", NIGHT + timedelta(minutes=minute), due
        )
        ways[verdict.way] += 1
        if verdict.way is Way.HOLD:
            assert verdict.due_at is not None
            due.append(verdict.due_at)
    assert ways == {Way.HOLD: 10, Way.DIGEST: 50}


loudnesses = st.dictionaries(st.sampled_from(TYPES), st.sampled_from(list(Loudness)))
instants = st.integers(0, 3 * 24 * 3600).map(lambda seconds: NOON + timedelta(seconds=seconds))
holding = st.builds(
    Wishes,
    loudness=loudnesses,
    quiet=st.none() | st.just(SLEEP) | st.just(Quiet(time(9), time(8, 30))),
    zone=st.sampled_from([zone("UTC"), zone("Europe/Berlin"), zone("Asia/Kolkata")]),
    schedule=st.builds(
        Schedule, st.sampled_from(list(Rhythm)), st.sampled_from([time(0), time(8), time(23, 30)])
    ),
    budget=st.integers(0, 40),
    snoozed=st.dictionaries(st.sampled_from([*TYPES, str(SOL)]), instants, max_size=4),
)
notices = st.builds(
    told, st.sampled_from(list(Stream)), st.sampled_from(list(Urgency)),
    lateness=st.sampled_from(list(Lateness)), about=st.sampled_from([SOL, None]),
)  # fmt: skip
kinds = st.sampled_from(["", "price", *(each.value for each in SignalType)])


@given(holding, notices, kinds, instants, st.lists(instants, max_size=60), st.none() | st.floats(0, 1))
def test_every_verdict_is_lawful(
    holds: Wishes, notice: Notice, kind: str, now: datetime, due: list[datetime], score: float | None
) -> None:
    verdict = decide(holds, notice, kind, now, due, score=score)
    stream = Stream.DANGER if dangerous(notice, kind) else notice.stream
    chosen = loudness.loudness(holds.loudness, stream, kind)
    if stream is Stream.DANGER:
        assert verdict.way is (Way.DROP if chosen is Loudness.OFF else Way.SEND)
        return
    match verdict.way:
        case Way.SEND:
            assert verdict.due_at is None
            assert holds.quiet is None or holds.quiet.until(now, holds.zone) is None
            assert sum(now - budget.WINDOW < each <= now for each in due) < holds.budget
        case Way.HOLD:
            assert holds.quiet is not None
            assert verdict.due_at == holds.quiet.until(now, holds.zone)
            assert notice.lateness is Lateness.SAY_AGE or notice.expires_at > verdict.due_at
        case Way.DIGEST:
            assert verdict.due_at is not None
            assert verdict.due_at > now
            assert holds.quiet is None or holds.quiet.until(verdict.due_at, holds.zone) is None
        case Way.DROP:
            assert verdict.reason in {Reason.OFF, Reason.SNOOZED}
            assert (verdict.reason is Reason.OFF) == (chosen is Loudness.OFF)
    assert verdict.silent == (chosen is Loudness.SILENT and verdict.way in {Way.SEND, Way.HOLD})


@given(holding, notices, kinds, instants, st.lists(instants, max_size=40))
def test_what_matters_more_is_never_held_where_less_is_sent(
    holds: Wishes, notice: Notice, kind: str, now: datetime, due: list[datetime]
) -> None:
    ways = [
        decide(holds, replace(notice, stream=Stream.RADAR, urgency=urgency), "", now, due).way
        for urgency in (Urgency.NEWS, Urgency.SIGNAL, Urgency.ALERT)
    ]
    sent = [way in {Way.SEND, Way.HOLD} for way in ways]
    assert sent == sorted(sent)


@given(loudnesses)
def test_choices_are_kept_and_read_back(choices: dict[str, Loudness]) -> None:
    assert loudness.chosen(loudness.kept(choices)) == choices


def test_all_choices_at_once_fit_in_one_setting() -> None:
    assert len(loudness.kept(dict.fromkeys(TYPES, Loudness.DIGEST))) <= 1_000
    assert len(set(TYPES)) == len(TYPES) == 29
    assert {"danger", "liq_drain"} < DANGEROUS


@given(
    st.dictionaries(st.sampled_from(["notify", "quiet", "zone", "digest", "budget"]), st.text(max_size=40))
)
def test_whatever_is_kept_can_be_read(preferences: dict[str, str]) -> None:
    holds = wishes(preferences)
    assert holds.budget >= 0
    decide(holds, told(), "breakout", NOON)


@pytest.mark.parametrize(
    ("word", "kind"),
    [
        ("RADAR", "radar"),
        ("liq-drain", "liq_drain"),
        ("Volume Spike", "volume_spike"),
        ("bonk", None),
        ("", None),
    ],
)
def test_a_type_is_named_as_people_write_it(word: str, kind: str | None) -> None:
    assert loudness.type_name(word) == kind
