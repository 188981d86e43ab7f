"""What every signal needs, who is exempt, and how long a type keeps still."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

import pytest

from core.security.score import Verdict
from core.signals.preconditions import COOLDOWN, cooled, preconditions, refusals
from core.signals.registry import detectors, evaluate
from core.signals.spec import DANGER, Cfg, RefusalKind, Signal, SignalType
from core.signals.window import ScanState
from tests.fakes.recording import NOW, PRICE, RULES, Recording, ago, level, silent, told
from tests.unit.core.signals.scenes import CALM, SCENES

CFG = Cfg()
BLOCKED = (ScanState(at=ago(5), verdict=Verdict.BLOCK, severities=RULES),)

# One thing wrong, and what is said of it.
SPOILT: Mapping[RefusalKind, tuple[Recording, ...]] = {
    RefusalKind.STALE: (
        replace(CALM, age_s=90.5),
        replace(CALM, age_s=None),
    ),
    RefusalKind.NOT_SCANNED: (replace(CALM, scans=()),),
    RefusalKind.BLOCKED: (replace(CALM, scans=BLOCKED),),
    RefusalKind.THIN: (told(CALM, liquidity=level(9_999.0)), silent(CALM, "liquidity")),
    RefusalKind.ONE_SOURCE: (replace(CALM, prices={"one": level(PRICE)}), replace(CALM, prices=None)),
    RefusalKind.DISAGREE: (
        replace(CALM, prices={"one": level(PRICE, 12, 0.5), "two": level(PRICE * 1.04, 12, 0.5)}),
    ),
}
EXEMPT: Mapping[SignalType, set[RefusalKind]] = {
    SignalType.LAUNCH: set(RefusalKind) - {RefusalKind.STALE, RefusalKind.BLOCKED},
    SignalType.WALLET_MOVE: set(RefusalKind) - {RefusalKind.STALE},
    SignalType.REGIME: set(RefusalKind) - {RefusalKind.STALE},
    SignalType.CURVE_RUN: {RefusalKind.THIN},
    SignalType.DIVERGENCE: {RefusalKind.ONE_SOURCE, RefusalKind.DISAGREE},
}
CASES = [(kind, row) for kind, rows in SPOILT.items() for row in rows]


@pytest.mark.parametrize(("kind", "recording"), CASES)
def test_each_thing_that_is_wrong_is_named_alone(kind: RefusalKind, recording: Recording) -> None:
    assert refusals(CALM.window(), CFG) == ()
    assert [refusal.kind for refusal in refusals(recording.window(), CFG)] == [kind]


@pytest.mark.parametrize(("kind", "recording"), CASES)
def test_only_the_exempt_pass(kind: RefusalKind, recording: Recording) -> None:
    window = recording.window()
    passing = {asked for asked in SignalType if preconditions(window, CFG, asked) is None}
    assert passing == {asked for asked, kinds in EXEMPT.items() if kind in kinds}


@pytest.mark.parametrize(("kind", "recording"), CASES)
def test_danger_about_what_is_held_passes_all_but_old_data(kind: RefusalKind, recording: Recording) -> None:
    window = replace(recording, held=True).window()
    passing = {asked for asked in SignalType if preconditions(window, CFG, asked) is None}
    exempt = {asked for asked, kinds in EXEMPT.items() if kind in kinds}
    assert passing == (set() if kind is RefusalKind.STALE else DANGER | exempt)


@pytest.mark.parametrize("kind", list(SignalType))
def test_a_type_that_would_fire_is_silent_on_old_data(kind: SignalType) -> None:
    found = detectors()[kind]
    for recording in SCENES[kind]().fires.values():
        window = replace(recording, age_s=91.0).window()
        assert found.detect(window, CFG) is None
        why = found.explain(window, CFG)
        assert why.refusal is not None and why.refusal.kind is RefusalKind.STALE and not why.fired
        assert evaluate(window, CFG) == ()


def test_bars_that_end_long_ago_are_old_whatever_else_is_new() -> None:
    window = CALM.window(ago(5))
    assert window.bars is not None
    late = replace(CALM.window(), bars=window.bars)
    assert [refusal.kind for refusal in refusals(late, CFG)] == [RefusalKind.STALE]
    assert refusals(CALM.window(NOW + timedelta(seconds=39)), CFG) == ()


def test_the_bounds_are_the_operators_and_are_told() -> None:
    strict = Cfg(floor_usd=100_000, max_age_s=10, agree_ratio=0.001)
    told_ = refusals(CALM.window(), strict)
    assert [(one.kind, one.bound) for one in told_] == [
        (RefusalKind.STALE, 10),
        (RefusalKind.THIN, 100_000),
        (RefusalKind.DISAGREE, 0.001),
    ]
    assert refusals(told(CALM, liquidity=level(10_000.0)).window(), CFG) == ()


def signal(kind: SignalType = SignalType.BREAKOUT, minutes: float = 0, **changed: object) -> Signal:
    made = Signal(
        type=kind, version=1, token=CALM.window().token, pool=None, at=ago(minutes), strength=0.5, reasons=(),
        features={},
    )  # fmt: skip
    return replace(made, **changed)  # type: ignore[arg-type]


def test_a_type_keeps_still_about_a_token_for_half_an_hour() -> None:
    assert timedelta(minutes=30) == COOLDOWN
    now = signal()
    assert cooled([], now)
    assert not cooled([signal(minutes=29.9)], now)
    assert cooled([signal(minutes=30)], now)
    assert cooled([signal(SignalType.MOMENTUM, 1)], now)
    other = replace(now.token, address="another")
    assert cooled([signal(minutes=1, token=other)], now)
    assert cooled([signal(minutes=1, subject="one wallet")], replace(now, subject="another wallet"))
    assert not cooled([signal(minutes=40), signal(minutes=3)], now)


def test_a_clock_that_was_set_back_tells_nothing_twice() -> None:
    assert not cooled([signal(minutes=-5)], signal())
    assert cooled([signal(minutes=-31)], signal())
