"""Whether those who hold it can move it: by rehearsing their transfers on the chain."""

from __future__ import annotations

from decimal import Decimal

from core.security.facts import Finding, Severity, TokenFacts, count, ratio, words
from core.security.registry import rule
from data.models.money import divided
from data.models.rehearsal import Rehearsal, Verdict

_PROHIBITIVE = Decimal("0.10")


@rule()
def transfers(facts: TokenFacts) -> Finding | None:
    """Ask whether ordinary holders can move what they hold, and how much of it arrives."""
    if not facts.on_solana:
        return None
    tried = [each for each in facts.rehearsals or () if each.verdict is not Verdict.OPEN]
    if not tried:
        return Finding(severity=Severity.UNKNOWN, words="Holders' transfers: could not be rehearsed")
    refused = [each for each in tried if each.verdict is Verdict.REFUSED]
    severity, said, evidence = Severity.CLEAR, "Holders can move it, rehearsed now: all of it arrives", {}
    if refused:
        severity = Severity.BLOCK if len(refused) == len(tried) else Severity.CAUTION
        said = "{refused} of {tried} holders cannot move theirs, rehearsed now: {reason}"
        evidence = {
            "refused": count(len(refused)), "tried": count(len(tried)), "reason": words(refused[0].reason),
        }  # fmt: skip
    elif tax := max(map(lost, tried)):
        severity = Severity.BLOCK if tax >= _PROHIBITIVE else Severity.CAUTION
        said, evidence = "A holder's transfer loses {tax}, rehearsed now", {"tax": ratio(tax)}
    return Finding(severity=severity, words=said, evidence=evidence, sources=facts.rehearsed_by, at=facts.at)


def lost(rehearsal: Rehearsal) -> Decimal:
    """Tell what share of a transfer does not arrive."""
    if rehearsal.received is None or not rehearsal.sent:
        return Decimal(0)
    return max(
        Decimal(0),
        divided(Decimal(rehearsal.sent - rehearsal.received), Decimal(rehearsal.sent)) or Decimal(0),
    )
