"""What other scanners say, in their words."""

from __future__ import annotations

from core.security.facts import Finding, Severity, TokenFacts, words
from core.security.registry import rule
from data.models.fields import RISK_SCORE
from data.models.market import RiskLevel

_SHOWN = 3


@rule(RISK_SCORE)
def other_scanners(facts: TokenFacts) -> Finding | None:
    """Ask whether another scanner calls it dangerous."""
    told = [(source, risk) for source, scan in facts.snapshot.scans for risk in scan.risks]
    dangers = [(source, risk) for source, risk in told if risk.level is RiskLevel.DANGER]
    if dangers:
        named = dict.fromkeys(risk.name for _, risk in dangers)
        return Finding(
            severity=Severity.NOTE if facts.established else Severity.CAUTION,
            words="Other scanners warn: {names}", evidence={"names": words(", ".join(list(named)[:_SHOWN]))},
            sources=tuple(dict.fromkeys(source for source, _ in dangers)), at=facts.at,
        )  # fmt: skip
    if not facts.snapshot.scans:
        return Finding(severity=Severity.UNKNOWN, words="Other scanners: none answered")
    return None
