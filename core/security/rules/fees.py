"""What a transfer, a purchase or a sale costs, and who may raise it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from core.security.facts import Evidence, Finding, Severity, TokenFacts, count, ratio, words
from core.security.registry import rule
from data.models.fields import (
    BUY_TAX_RATIO,
    FEE_AUTHORITY,
    NEXT_FEE_AT,
    NEXT_FEE_EPOCH,
    NEXT_FEE_RATIO,
    SELL_TAX_RATIO,
    TRANSFER_FEE_RATIO,
    Field,
)

_PROHIBITIVE = Decimal("0.10")
_SELL_PROHIBITIVE = Decimal("0.30")
_HIGH = Decimal("0.05")


@rule(TRANSFER_FEE_RATIO, NEXT_FEE_RATIO, NEXT_FEE_EPOCH, NEXT_FEE_AT, essential=True)
def transfer_fee(facts: TokenFacts) -> Finding | None:
    """Ask what each transfer costs, and what it will cost: a rise that is scheduled weighs like one."""
    if not facts.on_solana:
        return None
    fee = facts.value(TRANSFER_FEE_RATIO)
    if fee is None:
        return facts.finding(Severity.UNKNOWN, "Transfer fee: unknown")
    later = facts.value(NEXT_FEE_RATIO)
    said = "Every transfer costs {fee}" if fee else "No transfer fee"
    evidence = {"fee": ratio(fee)} if fee else {}
    told_by: list[Field[Any]] = [TRANSFER_FEE_RATIO]
    if later is not None and later != fee:
        scheduled, figures = _scheduled(facts, later)
        said, evidence = f"{said} now, {scheduled}", evidence | figures
        told_by.append(NEXT_FEE_RATIO)
    worst = max(fee, later or Decimal(0))
    charged = Severity.BLOCK if worst >= _PROHIBITIVE else Severity.CAUTION
    severity = charged if worst else Severity.CLEAR
    return facts.finding(severity, said, *told_by, **evidence)


def _scheduled(facts: TokenFacts, later: Decimal) -> tuple[str, dict[str, Evidence]]:
    """Say what a transfer will cost, from which epoch, and about when that begins."""
    said, evidence = "{later} later", {"later": ratio(later)}
    epoch, begins = facts.value(NEXT_FEE_EPOCH), facts.value(NEXT_FEE_AT)
    if epoch is not None:
        said, evidence["epoch"] = "{later} from epoch {epoch} on", count(epoch)
    if begins is None:
        return f"{said} (when is not known)", evidence
    if begins <= facts.at:
        return f"{said} (any moment)", evidence
    return f"{said} (about {{begins}})", evidence | {"begins": words(f"{begins:%d %b %Y, %H}:00 UTC")}


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
