"""Success-rate alarms: raised once, over once, and not by chance."""

from __future__ import annotations

import random

import pytest
from structlog.testing import capture_logs

from core.enrichment.alarms import WINDOW, Alarms
from data.models.ids import Chain, ProviderId, TokenKey
from data.models.market import Answer, Capability, Gap, GapReason
from tests.fakes.clock import START, VirtualClock
from tests.unit.core.enrichment.vendors import priced

A = ProviderId("a")


class Asked:
    """One source asked for one new token after another."""

    def __init__(self) -> None:
        self.clock = VirtualClock()
        self.alarms = Alarms(self.clock)
        self._number = 0

    def next(self) -> TokenKey:
        self._number += 1
        return TokenKey(Chain.SOLANA, f"{self._number:044d}")

    def hear(self, *results: Answer | Gap, job: str = "cards") -> None:
        for result in results:
            self.clock.advance(1)
            self.alarms.heard(job, self.next(), result)


def gap(reason: GapReason = GapReason.NOT_LISTED) -> Gap:
    return Gap(source=A, capability=Capability.PRICE, reason=reason, at=START)


GOOD = priced("a", "1")


@pytest.fixture
def asked() -> Asked:
    return Asked()


def test_nothing_out_of_fifty_is_an_alarm_and_forty_nine_are_none(asked: Asked) -> None:
    with capture_logs() as logs:
        asked.hear(*[gap()] * (WINDOW - 1))
        assert asked.alarms.standing() == ()
        asked.hear(*[gap()] * 51)
    (alarm,) = asked.alarms.standing()
    assert (alarm.job, alarm.source, alarm.found, alarm.asked, alarm.usual) == ("cards", A, 0, 50, None)
    assert [(log["event"], log["log_level"]) for log in logs] == [("finds_too_little", "error")]


def test_it_is_over_when_the_source_finds_things_again_and_may_come_back(asked: Asked) -> None:
    with capture_logs() as logs:
        asked.hear(*[gap()] * WINDOW, *[GOOD] * 10)
        assert asked.alarms.standing() == ()
        asked.hear(*[GOOD] * 300, *[gap(GapReason.UNAVAILABLE)] * 40)
        (alarm,) = asked.alarms.standing()
    assert alarm.usual is not None
    assert alarm.usual > 0.7
    assert [log["event"] for log in logs] == ["finds_too_little", "finds_again", "finds_too_little"]


def test_far_below_what_is_usual_is_an_alarm_though_something_is_found(asked: Asked) -> None:
    asked.hear(*[GOOD] * 400)
    asked.hear(*([gap()] * 3 + [GOOD]) * 12)
    (alarm,) = asked.alarms.standing()
    assert alarm.found > 0


def test_who_rarely_finds_anything_is_not_called_out_for_that(asked: Asked) -> None:
    chance = random.Random(5)
    asked.hear(GOOD)
    asked.hear(*(GOOD if chance.random() < 0.04 else gap() for _ in range(1_500)))
    with capture_logs() as logs:
        asked.hear(*[gap()] * 100)
    assert logs == []


@pytest.mark.parametrize("rate", [0.3, 0.6, 0.9, 0.99])
def test_chance_alone_raises_nothing(asked: Asked, rate: float) -> None:
    chance = random.Random(11)
    with capture_logs() as logs:
        asked.hear(*(GOOD if chance.random() < rate else gap() for _ in range(5_000)))
    assert logs == []


@pytest.mark.parametrize(
    "reason",
    [GapReason.QUOTA, GapReason.DEADLINE, GapReason.PENDING, GapReason.KEY_MISSING, GapReason.DISABLED],
)
def test_our_own_doing_says_nothing_of_a_source(asked: Asked, reason: GapReason) -> None:
    asked.hear(*[gap(reason)] * 200)
    assert asked.alarms.standing() == ()


def test_one_token_asked_for_again_and_again_is_one_witness(asked: Asked) -> None:
    token = asked.next()
    for _ in range(200):
        asked.alarms.heard("cards", token, gap())
    assert asked.alarms.standing() == ()


def test_jobs_are_watched_apart_and_as_a_whole(asked: Asked) -> None:
    for _ in range(WINDOW):
        token = asked.next()
        asked.alarms.heard("cards", token, GOOD)
        asked.alarms.heard("import", token, gap())
        asked.alarms.done("import", token, known=False)
    assert {(alarm.job, alarm.source) for alarm in asked.alarms.standing()} == {
        ("import", A),
        ("import", None),
    }
