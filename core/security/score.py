"""From findings to a verdict that explains itself. Pure.

Nothing is ever called safe: "clear" says that every essential question was answered, and none badly.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from core.security.facts import Finding, Severity, TokenFacts
from core.security.registry import Rule, rules

_ORDER = {severity: place for place, severity in enumerate(Severity)}
_WEIGHT = {
    Severity.BLOCK: 60,
    Severity.CAUTION: 15,
    Severity.UNKNOWN: 4,
    Severity.NOTE: 2,
    Severity.CLEAR: 0,
}
_ESSENTIAL_UNKNOWN = 15


class Verdict(StrEnum):
    """What the findings come to."""

    BLOCK = "block"
    CAUTION = "caution"
    CLEAR = "clear"


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """A verdict with its findings, worst first; `score` is 0 to 100, higher is riskier."""

    verdict: Verdict
    score: int
    findings: tuple[Finding, ...]

    def of(self, severity: Severity) -> tuple[Finding, ...]:
        """List the findings of a severity."""
        return tuple(found for found in self.findings if found.severity is severity)


def assess(facts: TokenFacts, asked: Iterable[Rule] | None = None) -> Assessment:
    """Ask every rule, and weigh what they find."""
    questions = rules() if asked is None else tuple(asked)
    found = [(item, said) for item in questions if (said := item(facts)) is not None]
    findings = tuple(sorted((said for _, said in found), key=lambda said: _ORDER[said.severity]))
    open_ones = sum(item.essential and said.severity is Severity.UNKNOWN for item, said in found)
    score = sum(_WEIGHT[said.severity] for said in findings)
    score += open_ones * (_ESSENTIAL_UNKNOWN - _WEIGHT[Severity.UNKNOWN])
    worst = {said.severity for said in findings}
    if Severity.BLOCK in worst:
        verdict = Verdict.BLOCK
    elif Severity.CAUTION in worst or open_ones:
        verdict = Verdict.CAUTION
    else:
        verdict = Verdict.CLEAR
    return Assessment(verdict=verdict, score=min(100, score), findings=findings)
