"""Findings of the scan in words: each with its figures, its sources, and its age where it is old."""

from __future__ import annotations

from datetime import datetime

from core.security.facts import Evidence, Finding, Severity
from core.security.score import Assessment, Verdict
from data.models.fields import Unit
from handlers import figures
from handlers.cards import provenance
from handlers.reply import Text, Tone, faint, strong, text

SIGNS = {
    Severity.BLOCK: "✗",
    Severity.CAUTION: "!",
    Severity.UNKNOWN: "?",
    Severity.NOTE: "·",
    Severity.CLEAR: "✓",
}
TONES = {Verdict.BLOCK: Tone.DANGER, Verdict.CAUTION: Tone.WARN, Verdict.CLEAR: Tone.NEUTRAL}
_OLD_S = 120
_LONG_ADDRESS = 32
_REASONS = 3


def row(finding: Finding, now: datetime) -> Text:
    """Write a finding on one line."""
    told = [provenance.source(source) for source in finding.sources]
    if finding.at is not None and (now - finding.at).total_seconds() >= _OLD_S:
        told.append(figures.ago(finding.at, now))
    return text(
        f"{SIGNS[finding.severity]} {sentence(finding, now)}", faint(f" ({', '.join(told)})" if told else "")
    )


def sentence(finding: Finding, now: datetime) -> str:
    """Write a finding with its figures."""
    return finding.words.format_map(
        {name: _written(evidence, now) for name, evidence in finding.evidence.items()}
    )


def _written(evidence: Evidence, now: datetime) -> str:
    value = evidence.value
    match evidence.unit:
        case Unit.RATIO:
            return figures.percent(value)
        case Unit.USD:
            return figures.usd(value)
        case Unit.COUNT:
            return figures.count(value)
        case Unit.TIME:
            return figures.ago(value, now)
        case _:
            whole = str(value)
            is_address = len(whole) >= _LONG_ADDRESS and whole.isalnum()
            return figures.address(whole) if is_address else whole


def headline(assessment: Assessment) -> str:
    """Write the verdict with how much stands behind it; nothing is ever called safe."""
    counted = [
        (Severity.BLOCK, "danger"),
        (Severity.CAUTION, "warning"),
        (Severity.UNKNOWN, "unknown"),
    ]
    parts = []
    for severity, word in counted:
        number = len(assessment.of(severity))
        if number:
            plural = "s" if number > 1 and severity is not Severity.UNKNOWN else ""
            parts.append(f"{number} {word}{plural}")
    said = ", ".join(parts) or "nothing found against it; that is no promise"
    return f"{assessment.verdict.value.upper()}: {said}"


def brief(assessment: Assessment, now: datetime) -> Text:
    """Write the verdict with its worst reasons, for a card that says much else."""
    worst = [found for found in assessment.findings if found.severity in {Severity.BLOCK, Severity.CAUTION}]
    reasons = [text(f"\n{SIGNS[found.severity]} {sentence(found, now)}") for found in worst[:_REASONS]]
    more = f"\nand {len(worst) - _REASONS} more" if len(worst) > _REASONS else ""
    return text(strong(headline(assessment)), *reasons, faint(more))
