"""The radar's cards: reasons with numbers, hostile names, unknown figures, grades in words."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from core import events
from core.radar.events import NAMES, SignalFired
from core.signals.score import Chance
from core.signals.spec import DANGER, Reason, Signal, SignalType
from data.errors import BadArgument
from data.models.delivery import Stream
from data.models.ids import SOL
from data.models.signals import GradeRow, SignalRecord
from handlers.cards.radar import reason_words, signal_card, signals_card, why_signal_card
from handlers.radar_words import kind_and_period, least_of, period_of, types_of
from handlers.reply import Invoke, Reply, Tone
from tests.fakes.hostile import corpus, unseen

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
SPIKE = Reason(key="volume_5m_usd", numbers=(("value", "48211.5"), ("sense", ">"), ("bound", "5000")))
EVENT = SignalFired(
    key="signal:volume_spike:x:1", type=SignalType.VOLUME_SPIKE, token=SOL, symbol="WIF", at=NOON,
    strength=0.64, reasons=(SPIKE,), price_usd=Decimal("0.00001234"), liquidity_usd=Decimal(51_000),
    verdict="clear", chance=Chance(n=80, ratio=0.41, low=0.31, high=0.52),
)  # fmt: skip
RECORD = SignalRecord(
    id=12, key="signal:volume_spike:x:1", type="volume_spike", version=1, token=SOL, symbol="WIF", at=NOON,
    strength=0.64, told=True, price_usd=None, liquidity_usd=None, sol_usd=None, body="",
)  # fmt: skip


def words(reply: Reply) -> str:
    return "\n".join((reply.title.plain, reply.body.plain, reply.footer.plain))


def labels(reply: Reply) -> list[str]:
    return [button.label for row in reply.buttons for button in row]


def row(horizon_s: int, **known: object) -> GradeRow:
    made = GradeRow(signal_id=12, horizon_s=horizon_s, due_at=NOON, graded_at=NOON)
    return replace(made, **known)  # type: ignore[arg-type]


def test_a_signal_tells_its_figures_reasons_chance_and_what_can_be_done() -> None:
    told = words(signal_card([EVENT], NOON))
    assert told.startswith("Volume spike: WIF\n$0.0₄1234 · liquidity $51.0K · scan: clear")
    assert "Volume 5m: $48.2K (above $5.00K)" in told
    assert "41 % of 80 rose 20 % before they fell 20 %, within 4h" in told and "Unproven" not in told
    assert SOL.address in told
    assert labels(signal_card([EVENT], NOON)) == ["Why", "Chart", "Scan", "Watch", "Snooze type"]


def test_few_firings_and_none_are_called_unproven_and_the_unknown_unknown() -> None:
    few = replace(EVENT, chance=Chance(n=9, ratio=1.0, low=0.7, high=1.0))
    assert "Unproven: 100 % of 9" in words(signal_card([few], NOON))
    bare = replace(EVENT, chance=None, price_usd=None, liquidity_usd=None, verdict=None, symbol="")
    told = words(signal_card([bare], NOON))
    assert "Unproven: none of its kind" in told and "price unknown · not scanned" in told


def test_danger_looks_like_danger_and_cannot_be_snoozed() -> None:
    for kind in DANGER:
        card = signal_card([replace(EVENT, type=kind)], NOON)
        assert card.tone is Tone.DANGER and "Snooze type" not in labels(card)


def test_several_of_one_token_are_one_message_with_the_newest_first() -> None:
    earlier = replace(EVENT, type=SignalType.LAUNCH, at=NOON - timedelta(minutes=12))
    told = words(signal_card([EVENT, earlier], NOON))
    assert told.startswith("Volume spike") and "Before: Launch, 12m ago" in told


@pytest.mark.parametrize("case", corpus()[::7], ids=lambda case: case.kind)
def test_a_hostile_name_stays_a_name(case: object) -> None:
    attack = case.text  # type: ignore[attr-defined]
    reason = Reason(key="words", numbers=(("text", attack),))
    card = signal_card([replace(EVENT, symbol=attack, reasons=(reason,))], NOON)
    assert unseen(words(card)) == []
    listed = signals_card([replace(RECORD, symbol=attack)], {}, 1, Invoke("signals"), NOON, "")
    assert unseen(words(listed)) == []
    assert len(labels(listed)[0]) <= 40


@pytest.mark.parametrize(
    ("key", "value", "sense", "bound", "shown"),
    [
        ("liquidity_fall_5m", "0.6", ">", "0.25", "Liquidity fall 5m: 60.0 % (above 25.0 %)"),
        ("since_launch_s", "3.4", "<=", "90", "Since launch: 3 s (at most 90 s)"),
        ("buyers_5m", "44", ">=", "40", "Buyers 5m: 44 (at least 40)"),
        ("volume_z", "5.123", ">", "4", "Volume z: 5.12 (above 4.00)"),
        ("curve", "", "<", "0.7", "Curve: unknown (below 70.0 %)"),
    ],
)
def test_a_reason_is_written_by_its_unit(key: str, value: str, sense: str, bound: str, shown: str) -> None:
    told = Reason(key=key, numbers=(("value", value), ("sense", sense), ("bound", bound)))
    assert reason_words(told) == shown


@pytest.mark.parametrize(
    ("grades", "shown"),
    [
        ((), "not graded yet"),
        ((row(300, gross_ratio=Decimal("0.12"), net_ratio=Decimal("0.09")),), "5m: +9.0 % net"),
        (
            (row(300, net_ratio=Decimal(1)), row(900, gross_ratio=Decimal("-0.1"))),
            "15m: -10.0 %, cost unknown",
        ),
        ((row(3600, gross_ratio=Decimal(-1), net_ratio=Decimal(-1), rugged=True),), "1h: rugged"),
        ((row(14_400, missing="bars are missing"),), "4h: unknown (price unknown)"),
    ],
)
def test_a_list_says_what_the_longest_graded_horizon_came_to(
    grades: tuple[GradeRow, ...], shown: str
) -> None:
    card = signals_card([RECORD], {12: grades}, 1, Invoke("signals"), NOON, "")
    assert shown in words(card)


def test_why_lays_open_every_feature_and_each_horizon_once() -> None:
    signal = Signal(
        type=SignalType.VOLUME_SPIKE, version=1, token=SOL, pool=None, at=NOON, strength=0.64,
        reasons=(SPIKE,), features={"traded_5m_usd": 48211.5, "holder_count": None},
    )  # fmt: skip
    body = events.decode(Signal, events.encode(signal))
    grades = (row(300, gross_ratio=Decimal("0.1"), net_ratio=Decimal("0.09")), row(900, graded_at=None))
    told = words(why_signal_card(RECORD, body, grades))
    assert "Traded 5m: 48211.5" in told and "Holder count: unknown" in told
    assert told.count("5m: +9.0 % net") == 1 and "15m: not graded yet" in told
    assert "12:01 UTC" in told and "signal 12" in told


def test_a_page_too_many_is_the_last_one_and_none_says_so() -> None:
    many = [replace(RECORD, id=number) for number in range(1, 20)]
    assert signals_card(many, {}, 99, Invoke("signals"), NOON, "").page is not None
    assert "nothing of this kind" in words(signals_card([], {}, 1, Invoke("signals"), NOON, "Launch"))


def test_words_about_types_and_times_are_read_or_refused() -> None:
    assert kind_and_period(("LIQ-drain", "7d")) == (SignalType.LIQ_DRAIN, timedelta(days=7))
    assert kind_and_period(("12h", "")) == (None, timedelta(hours=12))
    assert [period_of(word) for word in ("0d", "91d", "7", "d", "٧d", "-1d", "7d7d")] == [None] * 7
    assert types_of("breakout, whale-buy", Stream.RADAR) == "whale_buy,breakout"
    assert (types_of("all", Stream.RADAR), types_of("launch", Stream.HUNT)) == ("", "launch")
    assert (least_of("40"), least_of("0"), least_of("100%"), least_of("5")) == ("0.40", "", "1.00", "0.05")
    for wrong in ("101", "-1", "4.5", "", "٤", "<b>"):
        with pytest.raises(BadArgument):
            least_of(wrong)
    for wrong in ("launch", "liq_drain", "nothing", "breakout <b>"):
        with pytest.raises(BadArgument):
            types_of(wrong, Stream.RADAR)


def test_every_type_has_a_name_for_people() -> None:
    assert set(NAMES) == set(SignalType) and all(name[0].isupper() for name in NAMES.values())
