"""What stands behind the price, and whether it can be taken away."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from core.security.facts import Finding, Severity, TokenFacts, ratio, usd
from core.security.registry import rule
from data.models.fields import (
    CREATED_AT,
    FDV_USD,
    GRADUATED,
    LAUNCHPAD,
    LIQUIDITY_USD,
    LP_LOCKED_RATIO,
    MARKET_CAP_USD,
    VOLUME_USD,
    Span,
)
from data.models.money import divided

_GONE_USD = Decimal(500)
_SHALLOW_USD = Decimal(10_000)
_THIN = Decimal("0.01")
_HOLLOW = Decimal("0.0005")
_LOCKED, _LOOSE = Decimal("0.9"), Decimal("0.5")
_NOTHING = Decimal("0.05")
_YOUNG = timedelta(days=3)
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


@rule(LP_LOCKED_RATIO)
def lp_locked(facts: TokenFacts) -> Finding | None:
    """Ask whether the liquidity can be withdrawn."""
    if facts.on_curve:
        return None  # a curve has no shares to pull
    locked = facts.value(LP_LOCKED_RATIO)
    if locked is None:
        return facts.finding(Severity.UNKNOWN, "LP locked or burned: unknown")
    if locked >= _LOCKED or facts.established:
        severity = Severity.CLEAR if locked >= _LOCKED else Severity.NOTE
    else:
        severity = Severity.CAUTION
    danger = ": the rest can be pulled" if severity is Severity.CAUTION else ""
    return facts.finding(
        severity, f"LP locked or burned: {{share}}{danger}", LP_LOCKED_RATIO, share=ratio(locked)
    )


@rule(LP_LOCKED_RATIO, CREATED_AT)
def pull_ready(facts: TokenFacts) -> Finding | None:
    """Ask whether a young pool can be emptied at any moment, which is how most rugs go."""
    locked, born = facts.value(LP_LOCKED_RATIO), facts.value(CREATED_AT)
    if facts.on_curve or facts.established or locked is None or born is None:
        return None
    if locked >= _NOTHING or facts.at - born >= _YOUNG:
        return None
    return facts.finding(
        Severity.BLOCK, "Its pool is young and nothing of it is locked: it can be emptied at any moment",
        LP_LOCKED_RATIO, CREATED_AT,
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
