"""The detectors: declared one a module, discovered from their package, all twenty of them."""

from __future__ import annotations

import importlib
import math
import pkgutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from typing import TypeAlias

from core.signals.conditions import Explanation, Way, reasons_of
from core.signals.measures import context
from core.signals.preconditions import preconditions, refusals, refused
from core.signals.spec import Cfg, Limits, Part, Refusal, Signal, SignalType
from core.signals.window import Window
from data.errors import ConfigError, InvariantBroken

_PACKAGE = "core.signals.detectors"

Check: TypeAlias = Callable[[Window, Limits], tuple[Way, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Detector:
    """Looks for one type of signal.

    `needs` are the parts without which it is not asked at all; `check` lists the ways in which it could fire,
    at least one; `limits` are its thresholds by name.
    """

    type: SignalType
    needs: frozenset[Part]
    version: int
    limits: Limits
    check: Check

    def detect(self, window: Window, cfg: Cfg) -> Signal | None:
        """Look at a window; None where nothing is to be told, for whatever reason."""
        return self.judge(window, cfg, refusals(window, cfg))

    def judge(self, window: Window, cfg: Cfg, against: tuple[Refusal, ...]) -> Signal | None:
        """Look at a window of which it is known what stands against it."""
        if self._missing(window) or refused(self.type, against, held=window.held) is not None:
            return None
        ways = self.check(window, self._limits(cfg))
        met = [way for way in ways if way.met]
        if not met:
            return None
        best = max(met, key=lambda way: way.strength)
        asked = {item.key: item.value for way in (*ways, best) for item in way.conditions}
        features = context(window) | asked
        return Signal(
            type=self.type,
            version=self.version,
            token=window.token,
            pool=window.pool,
            at=window.now,
            strength=best.strength,
            reasons=reasons_of(best.conditions, best.words),
            features={key: None if known is None else float(known) for key, known in features.items()},
            subject=best.subject,
        )

    def explain(self, window: Window, cfg: Cfg) -> Explanation:
        """Tell why it fires or does not."""
        missing, refusal = self._missing(window), preconditions(window, cfg, self.type)
        if missing:
            return Explanation(type=self.type, fired=False, refusal=refusal, missing=missing, conditions=())
        ways = self.check(window, self._limits(cfg))
        nearest = max(ways, key=lambda way: (way.met, way.share_met, way.strength))
        return Explanation(
            type=self.type,
            fired=nearest.met and refusal is None,
            refusal=refusal,
            missing=() if nearest.met else tuple(dict.fromkeys(part for way in ways for part in way.missing)),
            conditions=nearest.conditions,
        )

    def _missing(self, window: Window) -> tuple[Part, ...]:
        return tuple(part for part in Part if part in self.needs and not window.has(part))

    def _limits(self, cfg: Cfg) -> Limits:
        tuned = cfg.limits.get(self.type)
        return self.limits if tuned is None else {**self.limits, **tuned}


def detector(
    kind: SignalType, *, needs: Iterable[Part], version: int = 1, **limits: float
) -> Callable[[Check], Detector]:
    """Declare the decorated function as the detector of a type, with its thresholds."""

    def declare(check: Check) -> Detector:
        return Detector(type=kind, needs=frozenset(needs), version=version, limits=limits, check=check)

    return declare


@cache
def detectors() -> dict[SignalType, Detector]:
    """Import every module of `detectors` and collect what they declare, in the order of the types.

    Raises:
        InvariantBroken: a type has no detector or two, or a module declares none.
    """
    package = importlib.import_module(_PACKAGE)
    modules = sorted(item.name for item in pkgutil.iter_modules(package.__path__))
    found: dict[SignalType, Detector] = {}
    for name in modules:
        declared = vars(importlib.import_module(f"{_PACKAGE}.{name}")).values()
        own = [value for value in declared if isinstance(value, Detector)]
        if not own:
            raise InvariantBroken(f"detectors/{name}.py declares no detector")
        for value in own:
            if found.setdefault(value.type, value) is not value:
                raise InvariantBroken(f"two detectors look for {value.type}")
    if lacking := [kind for kind in SignalType if kind not in found]:
        raise InvariantBroken(f"no detector looks for {', '.join(lacking)}")
    return {kind: found[kind] for kind in SignalType}


def evaluate(window: Window, cfg: Cfg) -> tuple[Signal, ...]:
    """Ask every detector."""
    against = refusals(window, cfg)
    found = (item.judge(window, cfg, against) for item in detectors().values())
    return tuple(signal for signal in found if signal is not None)


def check_limits(cfg: Cfg) -> None:
    """Hold what an operator tuned against what there is.

    Raises:
        ConfigError: a detector has no threshold of a name, or it is set to what is no number.
    """
    known = detectors()
    problems = [
        f"{kind}: there is no threshold {name!r}; there are {', '.join(sorted(known[kind].limits)) or 'none'}"
        for kind, limits in cfg.limits.items()
        for name in limits
        if name not in known[kind].limits
    ]
    problems += [
        f"{kind}: {name!r} must be a number"
        for kind, limits in cfg.limits.items()
        for name, value in limits.items()
        if not math.isfinite(value)
    ]
    if problems:
        raise ConfigError(problems)
