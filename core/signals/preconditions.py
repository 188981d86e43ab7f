"""What every signal needs before it is looked for, who is exempt and why, and how long a type keeps still."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from core.security.score import Verdict
from core.signals.spec import DANGER, Cfg, Refusal, RefusalKind, Signal, SignalType
from core.signals.window import Window

COOLDOWN = timedelta(minutes=30)

_ALL = frozenset(RefusalKind) - {RefusalKind.STALE}
_PRICE = frozenset({RefusalKind.ONE_SOURCE, RefusalKind.DISAGREE})

# Old data is excused to none: whatever it says may be over.
_EXEMPT: Mapping[SignalType, frozenset[RefusalKind]] = {
    # In its first second a coin is neither scanned nor listed; what is told is what that second tells.
    SignalType.LAUNCH: _ALL - {RefusalKind.BLOCKED},
    # What backs a price on a curve is the curve.
    SignalType.CURVE_RUN: frozenset({RefusalKind.THIN}),
    # It is about sources that differ.
    SignalType.DIVERGENCE: _PRICE,
    # A wallet's deed is a fact whatever the token is worth; a coin it launched has no pool yet.
    SignalType.WALLET_MOVE: _ALL,
    # It is about no single token.
    SignalType.REGIME: _ALL,
}
# Who holds a token must hear of its danger: a blocked scan, a drained pool and sources in disarray are what
# danger looks like, and no reason to keep silent.
_EXEMPT_IN_DANGER = _ALL


def preconditions(window: Window, cfg: Cfg, kind: SignalType) -> Refusal | None:
    """Tell why no signal of a type may be told of a window; None where nothing stands against it."""
    return refused(kind, refusals(window, cfg), held=window.held)


def refusals(window: Window, cfg: Cfg) -> tuple[Refusal, ...]:
    """List all that stands against telling of a window, whatever the type."""
    found = (_stale(window, cfg), _scan(window), _thin(window, cfg), _price(window, cfg))
    return tuple(refusal for refusal in found if refusal is not None)


def refused(kind: SignalType, against: Iterable[Refusal], *, held: bool) -> Refusal | None:
    """Tell the first of what stands against a window that a type is not exempt from."""
    exempt = _EXEMPT_IN_DANGER if held and kind in DANGER else _EXEMPT.get(kind, frozenset())
    return next((refusal for refusal in against if refusal.kind not in exempt), None)


def cooled(past: Iterable[Signal], found: Signal, *, quiet: timedelta = COOLDOWN) -> bool:
    """Tell whether none of the past firings is of the same token, type and subject and within the quiet time.

    A firing that is dated later counts too: a clock that was set back tells nothing twice.
    """
    same = (found.type, found.token, found.subject)
    return all(
        (told.type, told.token, told.subject) != same or _apart(told.at, found.at) >= quiet for told in past
    )


def _apart(one: datetime, other: datetime) -> timedelta:
    return abs(one - other)


def _stale(window: Window, cfg: Cfg) -> Refusal | None:
    """Refuse data of unknown age, and bars that end long before now however young the rest is."""
    ages = [window.data_age_s]
    if window.bars is not None:
        ages.append(max(0.0, window.now_s - window.bars.end_s))
    known = [age for age in ages if age is not None]
    oldest = max(known) if len(known) == len(ages) else None
    if oldest is None or oldest > cfg.max_age_s:
        return Refusal(kind=RefusalKind.STALE, value=oldest, bound=cfg.max_age_s)
    return None


def _scan(window: Window) -> Refusal | None:
    if window.scan is None:
        return Refusal(kind=RefusalKind.NOT_SCANNED)
    blocked = window.scan.verdict is Verdict.BLOCK
    return Refusal(kind=RefusalKind.BLOCKED) if blocked else None


def _thin(window: Window, cfg: Cfg) -> Refusal | None:
    held = window.liquidity_usd
    if held is None or held < cfg.floor_usd:
        return Refusal(kind=RefusalKind.THIN, value=held, bound=cfg.floor_usd)
    return None


def _price(window: Window, cfg: Cfg) -> Refusal | None:
    gap = window.gap_ratio
    if gap is None:
        return Refusal(kind=RefusalKind.ONE_SOURCE, value=float(window.sources), bound=2.0)
    if gap > cfg.agree_ratio:
        return Refusal(kind=RefusalKind.DISAGREE, value=gap, bound=cfg.agree_ratio)
    return None
