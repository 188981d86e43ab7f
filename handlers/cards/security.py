"""The security ladder: the chain's own word, RugCheck's report, and everything that is unknown by name."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Any, TypeAlias

from core.addresses import word_of
from core.enrichment.finder import Found
from data.models.fields import (
    CREATED_AT,
    DEV_RATIO,
    EXTENSIONS,
    FREEZE_AUTHORITY,
    HOLDERS,
    LIQUIDITY_USD,
    LP_LOCKED_RATIO,
    MINT_AUTHORITY,
    NAME,
    PRICE_USD,
    RISK_SCORE,
    RUGGED,
    SUPPLY,
    SYMBOL,
    TOKEN_PROGRAM,
    TOP10_RATIO,
    TRANSFER_FEE_RATIO,
    Authority,
    Field,
)
from data.models.ids import Chain
from data.models.market import RiskLevel, TokenSnapshot
from handlers import figures
from handlers.cards import provenance
from handlers.cards.token import authority, title
from handlers.reply import Button, Invoke, Reply, Text, Tone, code, faint, lines, strong, text

WANTED: frozenset[Field[Any]] = frozenset(
    {
        MINT_AUTHORITY, FREEZE_AUTHORITY, TOKEN_PROGRAM, TRANSFER_FEE_RATIO, EXTENSIONS, SUPPLY, RISK_SCORE,
        RUGGED, TOP10_RATIO, DEV_RATIO, LP_LOCKED_RATIO, HOLDERS, LIQUIDITY_USD, CREATED_AT,
        SYMBOL, NAME, PRICE_USD,
    }
)  # fmt: skip

Rung: TypeAlias = tuple[str, str]  # a sign and its words

_SIGNS = {"bad": "✗", "odd": "!", "good": "✓", "unknown": "?"}
_TOP10_ODD, _TOP10_BAD = Decimal("0.3"), Decimal("0.6")
_LOCKED_GOOD = Decimal("0.9")
_DEV_ODD, _DEV_BAD = Decimal("0.05"), Decimal("0.2")
_SHALLOW_USD = Decimal(10_000)
_YOUNG_S = 3600
_FINDINGS_SHOWN = 12
_ORDER = {level: at for at, level in enumerate(RiskLevel)}


def security_card(found: Found, snapshot: TokenSnapshot) -> Reply:
    """Lay the ladder out; nothing unknown passes as safe, and nothing is ever called safe."""
    rungs = [check(snapshot) for check in _RUNGS]
    bad = sum(sign == "bad" for sign, _ in rungs)
    unknown = sum(sign == "unknown" for sign, _ in rungs)
    rows: list[Text] = [text(code(snapshot.token.address)), text(strong(_headline(bad, unknown, rungs)))]
    rows += [text(f"{_SIGNS[sign]} {words}") for sign, words in rungs]
    rows += _rugcheck(snapshot)
    silent = provenance.missing(snapshot.gaps)
    if silent:
        rows.append(text(faint(f"Missing: {silent}")))
    token = word_of(snapshot.token)
    return Reply(
        title=text("Security · ", title(snapshot)),
        body=lines(*rows),
        buttons=(
            (
                Button("Card", Invoke("t", {"token": token})),
                Button("Scan again", Invoke("s", {"token": token})),
                Button("Why?", Invoke("why", {"about": "mint_authority"})),
            ),
        ),
        tone=Tone.DANGER if bad else Tone.WARN if unknown or _odd(rungs) else Tone.NEUTRAL,
        footer=provenance.footer(snapshot),
    )


def _odd(rungs: list[Rung]) -> bool:
    return any(sign == "odd" for sign, _ in rungs)


def _headline(bad: int, unknown: int, rungs: list[Rung]) -> str:
    parts = []
    if bad:
        parts.append(f"{bad} danger{'s' if bad > 1 else ''}")
    if odd := sum(sign == "odd" for sign, _ in rungs):
        parts.append(f"{odd} warning{'s' if odd > 1 else ''}")
    if unknown:
        parts.append(f"{unknown} unknown")
    return ", ".join(parts) or "Nothing found against it; that is no promise"


def _held(label: str, key: Field[Authority], power: str) -> Callable[[TokenSnapshot], Rung]:
    def rung(snapshot: TokenSnapshot) -> Rung:
        if snapshot.token.chain is not Chain.SOLANA:
            return "unknown", f"{label}: not read on this chain yet"
        value = snapshot.value(key)
        if value is None:
            return "unknown", f"{label}: unknown, the chain did not say"
        return (
            ("good", f"{label} revoked") if value.revoked else ("bad", f"{label} {authority(value)}: {power}")
        )

    return rung


def _fee(snapshot: TokenSnapshot) -> Rung:
    fee, extensions = snapshot.value(TRANSFER_FEE_RATIO), snapshot.value(EXTENSIONS)
    if snapshot.value(TOKEN_PROGRAM) is None:
        return "unknown", "Token program and transfer fee: unknown"
    if fee is not None and fee > 0:
        return "bad", f"Every transfer costs {figures.percent(fee)}"
    if extensions:
        return "odd", f"Token-2022 extensions: {', '.join(extensions[:8])}"
    return "good", "No transfer fee, no extensions"


def _top(snapshot: TokenSnapshot) -> Rung:
    top = snapshot.value(TOP10_RATIO)
    if top is None:
        return "unknown", "Top 10 holders: unknown"
    sign = "bad" if top >= _TOP10_BAD else "odd" if top >= _TOP10_ODD else "good"
    return sign, f"Top 10 hold {figures.percent(top)}"


def _dev(snapshot: TokenSnapshot) -> Rung:
    share = snapshot.value(DEV_RATIO)
    if share is None:
        return "unknown", "Developer's share: unknown"
    sign = "bad" if share >= _DEV_BAD else "odd" if share >= _DEV_ODD else "good"
    return sign, f"Developer holds {figures.percent(share)}"


def _locked(snapshot: TokenSnapshot) -> Rung:
    locked = snapshot.value(LP_LOCKED_RATIO)
    if locked is None:
        return "unknown", "LP locked or burned: unknown"
    sign = "good" if locked >= _LOCKED_GOOD else "odd"
    return sign, f"LP locked or burned: {figures.percent(locked)}"


def _liquidity(snapshot: TokenSnapshot) -> Rung:
    liquidity = snapshot.value(LIQUIDITY_USD)
    if liquidity is None:
        return "unknown", "Liquidity: unknown"
    if liquidity < 1:
        return "bad", f"Liquidity {figures.usd(liquidity)}: it cannot be sold"
    return ("odd" if liquidity < _SHALLOW_USD else "good"), f"Liquidity {figures.usd(liquidity)}"


def _age(snapshot: TokenSnapshot) -> Rung:
    created: datetime | None = snapshot.value(CREATED_AT)
    if created is None:
        return "unknown", "Age: unknown"
    young = (snapshot.at - created).total_seconds() < _YOUNG_S
    return ("odd" if young else "good"), f"First pool {figures.ago(created, snapshot.at)}"


def _rugged(snapshot: TokenSnapshot) -> Rung:
    match snapshot.value(RUGGED):
        case None:
            return "unknown", "Rugged: no scan says"
        case True:
            return "bad", "Rugged: its liquidity is gone"
        case _:
            return "good", "Not marked as rugged"


_RUNGS: tuple[Callable[[TokenSnapshot], Rung], ...] = (
    _rugged,
    _held("Mint authority", MINT_AUTHORITY, "more can be made"),
    _held("Freeze authority", FREEZE_AUTHORITY, "your tokens can be frozen"),
    _fee,
    _liquidity,
    _locked,
    _top,
    _dev,
    _age,
)


def _rugcheck(snapshot: TokenSnapshot) -> list[Text]:
    """List RugCheck's own findings in its own words, worst first."""
    rows: list[Text] = []
    for source, scan in snapshot.scans:
        score = "no score" if scan.score is None else f"{scan.score}/100, higher is riskier"
        rows.append(text(strong(f"{provenance.source(source)}: {score}")))
        ordered = sorted(scan.risks, key=lambda risk: _ORDER[risk.level])
        for risk in ordered[:_FINDINGS_SHOWN]:
            value = f" {risk.value}" if risk.value else ""
            rows.append(text(f"· {risk.name}{value} ", faint(f"({risk.level.value})")))
        if not ordered:
            rows.append(text(faint("no findings of its own; of a young token that says little")))
    if not snapshot.scans:
        rows.append(text("? No scan: unknown, not safe"))
    return rows
