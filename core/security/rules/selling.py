"""Whether it can be sold: by a quote now, by a vendor's simulation, by whether anybody has."""

from __future__ import annotations

from decimal import Decimal

from core.security.facts import Finding, Severity, TokenFacts, count, ratio
from core.security.registry import rule
from data.models.fields import BUYS, HONEYPOT, RUGGED, SELLS, Span

_RUINOUS, _DEAR = Decimal("0.5"), Decimal("0.1")
_MANY_BUYS = 50
_FEW_SELLS = 20  # one sale in so many purchases


@rule(essential=True)
def sell_route(facts: TokenFacts) -> Finding | None:
    """Ask whether a route to sell it exists now."""
    if not facts.on_solana:
        return None  # no router is asked on these chains
    if facts.sellable is None:
        return Finding(severity=Severity.UNKNOWN, words="Sell route: unknown, no quote could be had")
    impact = facts.sell_impact or Decimal(0)
    if not facts.sellable:
        severity, words = Severity.BLOCK, "No route to sell it exists now"
    elif impact >= _RUINOUS:
        severity, words = Severity.BLOCK, "A small sale would move the price by {impact}"
    elif impact >= _DEAR:
        severity, words = Severity.CAUTION, "A small sale would move the price by {impact}"
    else:
        severity, words = Severity.CLEAR, "A sell route exists now"
    evidence = {"impact": ratio(impact)} if "{impact}" in words else {}
    return Finding(severity=severity, words=words, evidence=evidence, sources=facts.sell_asked, at=facts.at)


@rule(HONEYPOT)
def honeypot(facts: TokenFacts) -> Finding | None:
    """Ask whether a vendor that simulates trades could sell it."""
    trap = facts.value(HONEYPOT)
    if trap is None:
        return (
            None
            if facts.on_solana
            else facts.finding(Severity.UNKNOWN, "Honeypot: nobody has simulated a sale")
        )
    if trap:
        return facts.finding(Severity.BLOCK, "Honeypot: a simulated sale fails", HONEYPOT)
    return facts.finding(Severity.CLEAR, "A simulated sale went through", HONEYPOT)


@rule(BUYS[Span.H24], SELLS[Span.H24])
def nobody_sells(facts: TokenFacts) -> Finding | None:
    """Ask whether those who bought it could sell it."""
    buys, sells = facts.value(BUYS[Span.H24]), facts.value(SELLS[Span.H24])
    if buys is None or sells is None or buys < _MANY_BUYS:
        return None
    told_by = (BUYS[Span.H24], SELLS[Span.H24])
    if not sells:
        return facts.finding(
            Severity.BLOCK, "{buys} bought it in a day, nobody sold", *told_by, buys=count(buys)
        )
    if sells * _FEW_SELLS <= buys:
        return facts.finding(
            Severity.BLOCK, "{buys} purchases in a day, {sells} sales: who may sell seems chosen",
            *told_by, buys=count(buys), sells=count(sells),
        )  # fmt: skip
    return None


@rule(BUYS[Span.H24], SELLS[Span.H24])
def nobody_trades(facts: TokenFacts) -> Finding | None:
    """Ask whether anybody trades it at all."""
    buys, sells = facts.value(BUYS[Span.H24]), facts.value(SELLS[Span.H24])
    if buys is None or sells is None or buys or sells:
        return None
    return facts.finding(
        Severity.CAUTION, "Nobody traded it in a day: there may be nobody to sell to",
        BUYS[Span.H24], SELLS[Span.H24],
    )  # fmt: skip


@rule(RUGGED)
def rugged(facts: TokenFacts) -> Finding | None:
    """Ask whether it was rugged already."""
    if facts.value(RUGGED):
        return facts.finding(Severity.BLOCK, "Rugged: its liquidity was taken", RUGGED)
    return None
