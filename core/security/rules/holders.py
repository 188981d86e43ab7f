"""In how few hands it is. Pools, lockers and burnt tokens are not counted by who tells these figures."""

from __future__ import annotations

from decimal import Decimal

from core.security.facts import Finding, Severity, TokenFacts, count, ratio
from core.security.registry import rule
from data.models.fields import (
    CREATOR_TOKENS,
    DEV_RATIO,
    INSIDER_RATIO,
    LARGEST_RATIO,
    TOP10_RATIO,
    Field,
)

_SERIAL, _FACTORY = 10, 100


def _share(
    facts: TokenFacts, key: Field[Decimal], words: str, caution: str, block: str, *, unknown: str = ""
) -> Finding | None:
    share = facts.value(key)
    if share is None:
        open_question = unknown and not facts.established
        return facts.finding(Severity.UNKNOWN, f"{unknown}: unknown") if open_question else None
    if share >= Decimal(block) and not facts.established:
        severity = Severity.BLOCK
    else:
        severity = Severity.CAUTION if share >= Decimal(caution) else Severity.CLEAR
    return facts.finding(severity, words, key, share=ratio(share))


@rule(TOP10_RATIO, essential=True)
def top_holders(facts: TokenFacts) -> Finding | None:
    """Ask what the ten largest hold."""
    return _share(facts, TOP10_RATIO, "The ten largest hold {share}", "0.3", "0.7", unknown="Top 10 holders")


@rule(LARGEST_RATIO)
def largest_holder(facts: TokenFacts) -> Finding | None:
    """Ask what the largest holds."""
    return _share(facts, LARGEST_RATIO, "The largest holder has {share}", "0.1", "0.4")


@rule(DEV_RATIO)
def developer(facts: TokenFacts) -> Finding | None:
    """Ask what its maker holds."""
    return _share(
        facts, DEV_RATIO, "Its developer holds {share}", "0.05", "0.25", unknown="Developer's share"
    )


@rule(INSIDER_RATIO)
def insiders(facts: TokenFacts) -> Finding | None:
    """Ask what connected wallets hold."""
    return _share(facts, INSIDER_RATIO, "Connected wallets hold {share}", "0.1", "0.3")


@rule(CREATOR_TOKENS)
def serial_deployer(facts: TokenFacts) -> Finding | None:
    """Ask how many tokens its maker has made."""
    made = facts.value(CREATOR_TOKENS)
    if made is None or made < _SERIAL:
        return None
    severity = Severity.CAUTION if made >= _FACTORY else Severity.NOTE
    return facts.finding(severity, "Its creator has made {made} tokens", CREATOR_TOKENS, made=count(made))
