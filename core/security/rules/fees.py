"""What a transfer, a purchase or a sale costs, and who may raise it."""

from __future__ import annotations

from decimal import Decimal

from core.security.facts import Finding, Severity, TokenFacts, ratio, words
from core.security.registry import rule
from data.models.fields import BUY_TAX_RATIO, FEE_AUTHORITY, SELL_TAX_RATIO, TRANSFER_FEE_RATIO

_PROHIBITIVE = Decimal("0.10")
_SELL_PROHIBITIVE = Decimal("0.30")
_HIGH = Decimal("0.05")


@rule(TRANSFER_FEE_RATIO, essential=True)
def transfer_fee(facts: TokenFacts) -> Finding | None:
    """Ask what each transfer costs."""
    if not facts.on_solana:
        return None
    fee = facts.value(TRANSFER_FEE_RATIO)
    if fee is None:
        return facts.finding(Severity.UNKNOWN, "Transfer fee: unknown")
    if not fee:
        return facts.finding(Severity.CLEAR, "No transfer fee", TRANSFER_FEE_RATIO)
    severity = Severity.BLOCK if fee >= _PROHIBITIVE else Severity.CAUTION
    return facts.finding(severity, "Every transfer costs {fee}", TRANSFER_FEE_RATIO, fee=ratio(fee))


@rule(FEE_AUTHORITY)
def fee_authority(facts: TokenFacts) -> Finding | None:
    """Ask who may raise the fee."""
    held = facts.value(FEE_AUTHORITY)
    if held is None or held.address is None:
        return None
    severity = Severity.NOTE if facts.established else Severity.CAUTION
    return facts.finding(
        severity, "Transfer fee can be raised by {holder}", FEE_AUTHORITY, holder=words(held.address)
    )


@rule(BUY_TAX_RATIO, SELL_TAX_RATIO)
def tax(facts: TokenFacts) -> Finding | None:
    """Ask what buying and selling were measured to cost."""
    buy, sell = facts.value(BUY_TAX_RATIO), facts.value(SELL_TAX_RATIO)
    if buy is None and sell is None:
        return (
            None if facts.on_solana else facts.finding(Severity.UNKNOWN, "Tax on buying and selling: unknown")
        )
    buy, sell = buy or Decimal(0), sell or Decimal(0)
    if sell >= _SELL_PROHIBITIVE:
        severity = Severity.BLOCK
    elif max(buy, sell) >= _HIGH:
        severity = Severity.CAUTION
    else:
        severity = Severity.NOTE if buy or sell else Severity.CLEAR
    told_by = (BUY_TAX_RATIO, SELL_TAX_RATIO)
    return facts.finding(
        severity, "Buying costs {buy} tax, selling {sell}", *told_by, buy=ratio(buy), sell=ratio(sell)
    )
