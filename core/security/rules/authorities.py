"""Who may still make more of a token, or freeze what you hold."""

from __future__ import annotations

from core.security.facts import Finding, Severity, TokenFacts, words
from core.security.registry import rule
from data.models.fields import FREEZE_AUTHORITY, MINT_AUTHORITY, Authority, Field


def _power(facts: TokenFacts, key: Field[Authority], name: str, danger: str) -> Finding | None:
    if not facts.on_solana:
        return None  # contracts have owners, whom no standard names
    held = facts.value(key)
    if held is None:
        return facts.finding(Severity.UNKNOWN, f"{name}: unknown, the chain did not say")
    if held.address is None:
        return facts.finding(Severity.CLEAR, f"{name} revoked", key)
    severity = Severity.CAUTION if facts.established else Severity.BLOCK
    return facts.finding(severity, f"{name} is held by {{holder}}: {danger}", key, holder=words(held.address))


@rule(MINT_AUTHORITY, essential=True)
def mint_authority(facts: TokenFacts) -> Finding | None:
    """Ask who can make more of it."""
    return _power(facts, MINT_AUTHORITY, "Mint authority", "more can be made at any time")


@rule(FREEZE_AUTHORITY, essential=True)
def freeze_authority(facts: TokenFacts) -> Finding | None:
    """Ask who can freeze holders."""
    return _power(facts, FREEZE_AUTHORITY, "Freeze authority", "your tokens can be frozen")
