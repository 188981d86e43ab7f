"""How alerts are worded: what was set, how far it is, and what fired."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from core.alerts.events import AlertFired, fired
from core.alerts.grammar import parse
from core.alerts.turn import turned
from core.events import decode, encode
from data.models.alerts import Phase
from data.models.money import EXACT
from handlers.alerts.alert import card
from handlers.cards.alert_words import Shown, amount, condition, manner, standing
from handlers.cards.alerts import draft_card, nudged_rule, one_card, state
from handlers.reply import Reply
from tests.fakes.alerting import alert_of, seen
from tests.fakes.clock import START
from tests.fakes.snapshots import BONK

D = Decimal


def shown(sentence: str, value: str | None = None) -> Shown:
    rule = parse(sentence).rule
    return Shown(token=BONK, symbol="BONK", rule=rule, seen=None if value is None else seen(value))


def labels(reply: Reply) -> list[str]:
    return [button.label for row in reply.rows for button in row]


@pytest.mark.parametrize(
    ("sentence", "value", "words"),
    [
        ("BONK price > 0.00003", "0.000021", "now $0.0₄21, needs +42.9 %"),
        ("BONK price < 2", "4", "now $4.0000, needs -50.0 %"),
        ("BONK mc cross 1m", "250000", "now $250K, needs +300 %"),
        ("BONK rsi 15m > 70", "61.25", "now 61.2, needs +8.8"),
        ("BONK -20% 1h", "-0.05", "now -5.0 %, needs -15.0 points"),
        ("BONK holders > 5000", "4000", "now 4,000, needs +25.0 %"),
        ("BONK security", "1", "now caution"),
        ("BONK price > 1", None, "now unknown, or its sources disagree"),
    ],
)
def test_the_distance_to_the_trigger_is_told(sentence: str, value: str | None, words: str) -> None:
    assert standing(shown(sentence, value)).startswith(words)


@pytest.mark.parametrize(
    ("sentence", "words", "how"),
    [
        ("BONK price > 0.00003", "BONK price at or above $0.0₄3", "once"),
        ("BONK > 0.000031234567", "BONK price at or above $0.000031234567", "once"),
        ("BONK mc < 1234567", "BONK market cap at or below $1,234,567", "once"),
        ("BONK volume 1h > 2.5m for 7d", "BONK volume 1h at or above $2.50M", "once, for 1w"),
        ("BONK +50% 24h", "BONK up 50 % from its lowest of the last 24h", "once"),
        (
            "BONK cross 1 repeat band 2%", "BONK price crossing $1.0000",
            "each time, 15m apart or more, after going back by 2.0 %",
        ),
    ],
)  # fmt: skip
def test_a_rule_is_read_back_without_losing_a_digit(sentence: str, words: str, how: str) -> None:
    one = shown(sentence)
    assert condition(one.rule, one.name) == words
    assert manner(one.rule) == how


def test_a_draft_says_when_it_is_so_already() -> None:
    assert "It is so already" in draft_card(shown("BONK > 1", "2")).body.plain
    assert "It is so already" not in draft_card(shown("BONK cross 1", "2")).body.plain
    assert "It is so already" not in draft_card(shown("BONK > 3", "2")).body.plain


def test_thresholds_are_nudged_within_what_a_figure_can_be() -> None:
    assert nudged_rule(parse("rsi > 95").rule, D("0.1")) is None
    assert nudged_rule(parse("holders > 1").rule, D("0.05")) is None
    nudged = nudged_rule(parse("price > 0.00003 repeat cooldown 1h").rule, D("0.1"))
    assert nudged is not None
    assert (nudged.threshold, nudged.cooldown_s) == (D("0.000033"), 3600)


def test_the_state_of_an_alert_is_told() -> None:
    armed = alert_of("BONK > 1", phase=Phase.WAITS_RISE)
    assert state(armed, START) == "armed"
    asleep = replace(armed, snoozed_until=START + timedelta(hours=1))
    assert state(asleep, START) == "snoozed for 1h"
    assert "Wake" in labels(one_card(asleep, None, START))
    resting = replace(armed, phase=Phase.RESTS, fires=3, fired_at=START - timedelta(minutes=5))
    assert state(resting, START) == "fired 5m ago, 3 in all · must go back first"
    assert state(replace(armed, phase=Phase.EXPIRED), START) == "its time is over"


def event(sentence: str, *values: str) -> AlertFired:
    alert = alert_of(sentence)
    for value in values:
        before, alert = alert, turned(alert, seen(value), START)
    return fired(before, alert, seen(values[-1]), START)


@pytest.mark.parametrize(
    ("sentence", "values", "words"),
    [
        ("BONK > 0.00003", ("0.00002", "0.000031"), "It is $0.0₄31"),
        ("BONK -20% 1h", ("0", "-0.25"), "It is -25.0 %"),
        ("BONK security", ("0", "2"), "The verdict is block, was clear"),
    ],
)
def test_the_card_says_what_happened_and_by_whom(sentence: str, values: tuple[str, ...], words: str) -> None:
    told = card(event(sentence, *values))
    assert words in told.body.plain
    assert told.title.plain.startswith("Alert: BONK")
    assert "by a, b" in told.footer.plain
    assert labels(told) == ["Chart", "Scan", "Watch", "Snooze 1h", "Delete"]


def test_an_event_survives_its_way_through_the_outbox_exactly() -> None:
    made = event("BONK > 0.000000000000000012345", "0.00000000000000001", "0.9")
    assert decode(AlertFired, encode(made)) == made
    assert made.headline == "Alert: BONK price above 0.000000000000000012345"


def test_a_hostile_name_is_inert_on_the_card() -> None:
    made = replace(event("BONK > 1", "0.5", "2"), symbol="\u202e<b>@everyone")
    assert "\u202e" not in card(made).title.plain


def test_sums_are_written_in_steps_only_where_nothing_is_lost() -> None:
    gauge = parse("mc > 1").rule.gauge
    for value in ("999", "1000", "1234", "1000000", "1234567.89", "1e15"):
        assert amount(gauge, EXACT.create_decimal(value))
    assert amount(gauge, D("1234.5")) == "$1,234.5"
