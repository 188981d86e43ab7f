"""All twenty are there; a signal is text and back; what an operator tunes is checked and takes effect."""

from __future__ import annotations

import inspect
import math
import re
from collections.abc import Callable
from dataclasses import replace

import pytest

from core import events
from core.signals.conditions import Condition, Sense, Way, above, at_least, at_most, below, reasons_of
from core.signals.preconditions import cooled
from core.signals.registry import check_limits, detectors, evaluate
from core.signals.spec import DANGER, MARKET, Cfg, Part, Signal, SignalType
from core.signals.window import MoveKind, WalletMove
from data.errors import ConfigError, InvariantBroken
from data.models.ids import SOL
from tests.fakes.recording import ago
from tests.unit.core.signals.scenes import CALM, SCENES

CFG = Cfg()


def fired(kind: SignalType) -> Signal:
    signal = detectors()[kind].detect(next(iter(SCENES[kind]().fires.values())).window(), CFG)
    assert signal is not None
    return signal


def test_there_is_one_detector_for_each_of_the_twenty_types() -> None:
    assert len(SignalType) == 20
    assert list(detectors()) == list(SignalType)
    assert all(found.type is kind and found.version >= 1 for kind, found in detectors().items())
    assert len(DANGER) == 5 and MARKET == SOL


@pytest.mark.parametrize("kind", list(SignalType))
def test_a_detector_says_its_thresholds_and_why(kind: SignalType) -> None:
    text = inspect.getdoc(detectors()[kind].check) or ""
    assert len(text.splitlines()) > 2
    assert re.search(r"\d", text)


@pytest.mark.parametrize("kind", list(SignalType))
def test_a_signal_is_the_same_after_it_was_text(kind: SignalType) -> None:
    signal = fired(kind)
    assert events.decode(Signal, events.encode(signal)) == signal


@pytest.mark.parametrize("kind", list(SignalType))
def test_a_window_gives_the_same_signal_every_time(kind: SignalType) -> None:
    recording = next(iter(SCENES[kind]().fires.values()))
    one, two = evaluate(recording.window(), CFG), evaluate(recording.window(), CFG)
    assert one == two and one
    assert [signal.key for signal in one] == [signal.key for signal in two]
    assert len({signal.key for signal in one}) == len(one)


@pytest.mark.parametrize("kind", list(SignalType))
def test_features_are_plain_numbers_or_unknown(kind: SignalType) -> None:
    signal = fired(kind)
    assert all(
        value is None or (type(value) is float and math.isfinite(value)) for value in signal.features.values()
    )
    assert {"price_usd", "liquidity_usd", "sources", "change_1h", "data_age_s"} <= signal.features.keys()
    assert all("np." not in text for reason in signal.reasons for _, text in reason.numbers)


def test_a_figure_that_is_no_number_makes_no_signal() -> None:
    signal = fired(SignalType.BREAKOUT)
    for wrong in (
        {"features": {"x": math.nan}},
        {"features": {"x": math.inf}},
        {"strength": 1.1},
        {"strength": math.nan},
    ):
        with pytest.raises(InvariantBroken):
            replace(signal, **wrong)  # type: ignore[arg-type]


def test_further_past_the_bound_is_stronger() -> None:
    one, two = (
        Way(conditions=(above("x", value, 4.0, Part.BARS, grows=True),)).strength for value in (5.0, 50.0)
    )
    assert one == pytest.approx(0.2) and two == pytest.approx(0.92)
    low, lower = (
        Way(conditions=(below("x", value, 0.4, Part.BARS, grows=True),)).strength for value in (0.3, 0.0)
    )
    assert low == pytest.approx(0.25) and lower == 1
    assert Way(conditions=(at_least("x", 4.0, 4.0, Part.BARS, grows=True),)).strength == 0
    assert Way(conditions=(at_most("x", 1.0, 0.0, Part.BARS, grows=True),)).strength == 0
    assert Way(conditions=(), given=7.0).strength == 1


@pytest.mark.parametrize(
    ("make", "met"),
    [
        (above, (False, False, True)),
        (at_least, (False, True, True)),
        (below, (True, False, False)),
        (at_most, (True, True, False)),
    ],
)
def test_a_bound_itself_counts_as_it_is_worded(
    make: Callable[..., Condition], met: tuple[bool, bool, bool]
) -> None:
    assert tuple(make("x", value, 2.0, Part.BARS).met for value in (1.0, 2.0, 3.0)) == met
    asked = make("x", None, 2.0, Part.BARS)
    assert not asked.met and asked.excess == 0
    assert Way(conditions=(asked, asked)).missing == (Part.BARS,)


def test_numbers_in_reasons_read_back_exactly() -> None:
    values = (0.1 + 0.2, 1e-30, 5e-324, 123456789.123456789, 3.0, 1e22, -0.5)
    for value in values:
        (reason,) = reasons_of([above("x", value, 4, Part.BARS)])
        assert dict(reason.numbers) == {
            "value": dict(reason.numbers)["value"],
            "sense": Sense.ABOVE,
            "bound": "4",
        }
        assert float(dict(reason.numbers)["value"]) == value
    assert dict(reasons_of([above("x", 3.0, 4, Part.BARS)])[0].numbers)["value"] == "3"


def test_a_tuned_threshold_takes_effect_for_its_type_alone() -> None:
    window = next(iter(SCENES[SignalType.SMART_MONEY]().fires.values())).window()
    strict = Cfg(limits={SignalType.SMART_MONEY: {"clusters": 4}})
    check_limits(strict)
    assert SignalType.SMART_MONEY in {signal.type for signal in evaluate(window, CFG)}
    assert SignalType.SMART_MONEY not in {signal.type for signal in evaluate(window, strict)}
    others = {signal for signal in evaluate(window, CFG) if signal.type is not SignalType.SMART_MONEY}
    assert set(evaluate(window, strict)) == others


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_a_threshold_that_is_no_number_is_refused(value: float) -> None:
    with pytest.raises(ConfigError, match="breakout: 'z' must be a number"):
        check_limits(Cfg(limits={SignalType.BREAKOUT: {"z": value}}))


def test_a_threshold_that_does_not_exist_is_refused_with_those_that_do() -> None:
    with pytest.raises(
        ConfigError, match="breakout: there is no threshold 'zz'; there are bars, left_out, ranges, z"
    ):
        check_limits(Cfg(limits={SignalType.BREAKOUT: {"zz": 1.0}}))


def test_a_wallets_move_does_not_silence_anothers() -> None:
    moves = tuple(
        WalletMove(at=ago(1), owner=owner, kind=MoveKind.BUY, usd=usd)
        for owner, usd in (("a", 500.0), ("b", 900.0))
    )
    found = detectors()[SignalType.WALLET_MOVE]
    first = found.detect(replace(CALM, moves=moves).window(), CFG)
    second = found.detect(replace(CALM, moves=moves[:1]).window(), CFG)
    assert first is not None and second is not None
    assert (first.subject, second.subject) == ("b", "a")  # the larger one is told first
    assert cooled([first], second) and not cooled([first], first)
    assert first.features["move_usd"] == 900


def test_a_launch_is_graded_by_what_its_second_told() -> None:
    scene = SCENES[SignalType.LAUNCH]().fires
    found = detectors()[SignalType.LAUNCH]
    bare, past = (found.detect(scene[name].window(), CFG) for name in ("in its first seconds", "with a past"))
    assert bare is not None and past is not None
    assert (bare.strength, past.strength) == (pytest.approx(1 / 6), pytest.approx(4 / 6))


def test_words_name_who_and_what() -> None:
    texts = {kind: {dict(r.numbers).get("text") for r in fired(kind).reasons} for kind in SignalType}
    assert "whale" in texts[SignalType.WHALE_BUY]
    assert "a search" in texts[SignalType.SOCIAL_BUZZ]
    assert "mint_authority" in texts[SignalType.RISK_CHANGE]
    assert "launches_1h up" in texts[SignalType.REGIME]
