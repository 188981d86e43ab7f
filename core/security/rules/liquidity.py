"""What stands behind the price."""

from __future__ import annotations

from decimal import Decimal

from core.security.facts import Finding, Severity, TokenFacts, usd
from core.security.registry import rule
from data.models.fields import (
    FDV_USD,
    GRADUATED,
    LAUNCHPAD,
    LIQUIDITY_USD,
    MARKET_CAP_USD,
    VOLUME_USD,
    Span,
)
from data.models.money import divided

_GONE_USD = Decimal(500)
_SHALLOW_USD = Decimal(10_000)
_THIN = Decimal("0.01")
_HOLLOW = Decimal("0.0005")
_WASHED = Decimal(100)  # turnovers of the pool in a day


@rule(LIQUIDITY_USD, LAUNCHPAD, GRADUATED, essential=True)
def liquidity(facts: TokenFacts) -> Finding | None:
    """Ask how much it can be sold into."""
    held = facts.value(LIQUIDITY_USD)
    if facts.on_curve and held is None:
        return facts.finding(
            Severity.NOTE, "It trades on its launchpad's curve, not in a pool yet", LAUNCHPAD
        )
    if held is None:
        return facts.finding(Severity.UNKNOWN, "Liquidity: unknown")
    if held < _GONE_USD:
        words, severity = "Liquidity {held}: hardly anything can be sold", Severity.BLOCK
    elif held < _SHALLOW_USD:
        words, severity = "Liquidity {held}: a small sale moves the price", Severity.CAUTION
    else:
        words, severity = "Liquidity {held}", Severity.CLEAR
    return facts.finding(severity, words, LIQUIDITY_USD, held=usd(held))


@rule(MARKET_CAP_USD, FDV_USD, LIQUIDITY_USD)
def hollow_cap(facts: TokenFacts) -> Finding | None:
    """Ask whether the market cap has anything behind it."""
    cap = facts.value(MARKET_CAP_USD) or facts.value(FDV_USD)
    held = facts.value(LIQUIDITY_USD)
    if cap is None or held is None or not cap or facts.established:
        return None
    share = divided(held, cap)
    if share is None or share >= _THIN:
        return None
    severity = Severity.BLOCK if share < _HOLLOW else Severity.CAUTION
    return facts.finding(
        severity, "A market cap of {cap} stands on {held} of liquidity", MARKET_CAP_USD, LIQUIDITY_USD,
        held=usd(held), cap=usd(cap),
    )  # fmt: skip


@rule(VOLUME_USD[Span.H24], LIQUIDITY_USD)
def wash_volume(facts: TokenFacts) -> Finding | None:
    """Ask whether the volume can be real."""
    volume, held = facts.value(VOLUME_USD[Span.H24]), facts.value(LIQUIDITY_USD)
    if volume is None or held is None or held < 1 or volume < held * _WASHED:
        return None
    return facts.finding(
        Severity.CAUTION, "A day's volume of {volume} through {held} of liquidity: it is traded in circles",
        VOLUME_USD[Span.H24], LIQUIDITY_USD, volume=usd(volume), held=usd(held),
    )  # fmt: skip
