"""What the scan said no longer holds."""

from __future__ import annotations

from core.security.facts import Severity
from core.security.score import Verdict
from core.signals.conditions import Way, at_least
from core.signals.registry import detector
from core.signals.spec import Limits, Part, SignalType
from core.signals.window import ScanState, Window

# The rules whose answers change by somebody's deed: powers over the mint, its extensions, fees, and sales.
DEEDS: frozenset[str] = frozenset(
    {
        "mint_authority", "freeze_authority", "permanent_delegate", "transfer_hook", "pausable", "closable",
        "non_transferable", "default_frozen", "extensions", "transfer_fee", "fee_authority", "tax",
        "sell_route", "honeypot", "rugged", "transfers",
    }
)  # fmt: skip

_GRAVITY = {Verdict.CLEAR: 0, Verdict.CAUTION: 1, Verdict.BLOCK: 2}
_BAD = {Severity.CAUTION: 1, Severity.BLOCK: 2}


@detector(SignalType.RISK_CHANGE, needs=(Part.SCAN, Part.SCAN_BEFORE), verdict=1, rules=1)
def risk_change(window: Window, limit: Limits) -> tuple[Way, ...]:
    """Ask whether the verdict grew worse by an authority, an extension, a fee or a sale that fails.

    1 step is enough. A rule of those must have grown worse too: a verdict also turns when a source is down
    and an essential answer is unknown, and holders' shares sway around their bounds all day. What was unknown
    and is now known to be bad counts. To `block` is full strength, to `caution` half.
    """
    scan, before = window.scan, window.scan_before
    assert scan is not None and before is not None
    worse = worsened(before, scan)
    return (
        Way(
            conditions=(
                at_least(
                    "verdict_steps",
                    float(_GRAVITY[scan.verdict] - _GRAVITY[before.verdict]),
                    limit["verdict"],
                    Part.SCAN,
                ),
                at_least("rules_worse", float(len(worse)), limit["rules"], Part.SCAN),
            ),
            given=_GRAVITY[scan.verdict] / 2,
            words=worse,
        ),
    )


def worsened(before: ScanState, now: ScanState) -> tuple[str, ...]:
    """Name the rules about somebody's deeds that judge worse than they did, by name."""
    was = {rule: _BAD.get(severity, 0) for rule, severity in before.severities.items()}
    return tuple(
        sorted(
            rule
            for rule, severity in now.severities.items()
            if rule in DEEDS and _BAD.get(severity, 0) > was.get(rule, 0)
        )
    )
