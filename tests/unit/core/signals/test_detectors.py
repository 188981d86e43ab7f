"""Every type fires on its own recording, not on near misses, and says which part it misses."""

from __future__ import annotations

from functools import cache

import pytest

from core.signals.conditions import Way
from core.signals.registry import detectors, evaluate
from core.signals.spec import Cfg, SignalType
from tests.fakes.recording import Recording
from tests.unit.core.signals.scenes import CALM, SCENES, Scene

CFG = Cfg()


@cache
def scene(kind: SignalType) -> Scene:
    return SCENES[kind]()


def ways(kind: SignalType, recording: Recording) -> tuple[Way, ...]:
    found = detectors()[kind]
    return found.check(recording.window(), found.limits)


FIRES = [(kind, name) for kind in SignalType for name in scene(kind).fires]
MISSES = [(kind, name) for kind in SignalType for name in scene(kind).misses]
# What cannot fail alone: a price that fell did not rise like few; a verdict no worse was made so by no rule.
ENTAILED = {
    (SignalType.MOMENTUM, "fell for an hour"): {"change_1h_to_peers", "drawdown_of_move"},
    (SignalType.RISK_CHANGE, "the same"): {"rules_worse"},
    (SignalType.RISK_CHANGE, "better"): {"rules_worse"},
}
LACKING = [(kind, name) for kind in SignalType for name in scene(kind).lacking]


def test_every_type_has_a_case_for_and_a_case_against() -> None:
    assert set(SCENES) == set(SignalType)
    assert all(scene(kind).fires and scene(kind).misses and scene(kind).lacking for kind in SignalType)


def test_nothing_fires_on_a_calm_day() -> None:
    assert evaluate(CALM.window(), CFG) == ()


@pytest.mark.parametrize(("kind", "name"), FIRES)
def test_a_type_fires_on_its_recording(kind: SignalType, name: str) -> None:
    found = detectors()[kind]
    window = scene(kind).fires[name].window()
    signal, why = found.detect(window, CFG), found.explain(window, CFG)
    assert signal is not None, why
    assert (signal.type, signal.version, signal.at, signal.token) == (
        kind,
        found.version,
        window.now,
        window.token,
    )
    assert why.fired and why.missing == () and why.refusal is None
    assert signal in evaluate(window, CFG)


@pytest.mark.parametrize(("kind", "name"), MISSES)
def test_a_near_miss_fails_one_condition_and_no_other(kind: SignalType, name: str) -> None:
    key, recording = scene(kind).misses[name]
    found = detectors()[kind]
    window = recording.window()
    assert found.detect(window, CFG) is None
    assert not found.explain(window, CFG).fired
    unmet = [
        {asked.key for asked in way.conditions if not asked.met}
        for way in ways(kind, recording)
        if any(asked.key == key for asked in way.conditions)
    ]
    assert {key, *ENTAILED.get((kind, name), ())} in unmet


@pytest.mark.parametrize(("kind", "name"), LACKING)
def test_what_is_missing_is_named_and_nothing_fires(kind: SignalType, name: str) -> None:
    part, recording = scene(kind).lacking[name]
    found = detectors()[kind]
    window = recording.window()
    assert found.detect(window, CFG) is None
    assert part in found.explain(window, CFG).missing


@pytest.mark.parametrize(("kind", "name"), FIRES)
def test_what_a_signal_gives_as_reason_holds_when_it_is_read_again(kind: SignalType, name: str) -> None:
    signal = detectors()[kind].detect(scene(kind).fires[name].window(), CFG)
    assert signal is not None
    told = [dict(reason.numbers) for reason in signal.reasons if reason.key != "words"]
    assert told
    for numbers, reason in zip(told, signal.reasons, strict=False):
        value, bound = float(numbers["value"]), float(numbers["bound"])
        holds = {">": value > bound, ">=": value >= bound, "<": value < bound, "<=": value <= bound}
        assert holds[numbers["sense"]]
        assert signal.features[reason.key] == value


def test_every_threshold_decides() -> None:
    """A limit that nothing depends on would be tuned in vain."""
    untouched = []
    for kind, found in detectors().items():
        for limit in found.limits:
            near = [*scene(kind).fires.values(), *(recording for _, recording in scene(kind).misses.values())]
            if not any(
                _differs(kind, limit, scale, recording) for scale in (0.0, 0.5, 4, 100) for recording in near
            ):
                untouched.append((kind, limit))
    assert untouched == []


def _differs(kind: SignalType, limit: str, scale: float, recording: Recording) -> bool:
    found = detectors()[kind]
    window = recording.window()
    tuned = Cfg(limits={kind: {limit: found.limits[limit] * scale}})
    return _told(found.detect(window, CFG)) != _told(found.detect(window, tuned))


def _told(signal: object) -> object:
    return None if signal is None else getattr(signal, "strength", None)
