"""GMGN on one token: its page and its security page."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from data.errors import BadPayload, NotListed
from data.models.fields import (
    BUY_TAX_RATIO,
    BUYS,
    CIRCULATING,
    CREATED_AT,
    CREATOR,
    CREATOR_TOKENS,
    CURVE_RATIO,
    DECIMALS,
    DEV_RATIO,
    FREEZE_AUTHORITY,
    GRADUATED,
    HOLDERS,
    HONEYPOT,
    INSIDER_RATIO,
    LIQUIDITY_USD,
    MARKET_CAP_USD,
    MINT_AUTHORITY,
    PRICE_USD,
    RISK_SCORE,
    SELL_TAX_RATIO,
    SELLS,
    SUPPLY,
    TOP10_RATIO,
    VOLUME_USD,
    Authority,
    Field,
    Span,
)
from data.models.ids import Chain
from data.models.market import Risk, RiskLevel, SecurityReport, TokenReport, facts
from data.models.money import times
from data.providers import values
from data.providers.base import Ask, Json
from data.providers.gmgn.reading import NAMED, Pair, flag, named, rate, unwrapped

INFO_FIELDS: frozenset[Field[Any]] = NAMED | {
    DECIMALS, SUPPLY, CIRCULATING, PRICE_USD, MARKET_CAP_USD, LIQUIDITY_USD, HOLDERS, CREATED_AT, CREATOR,
    CREATOR_TOKENS, TOP10_RATIO, DEV_RATIO, CURVE_RATIO, GRADUATED, *VOLUME_USD.values(), *BUYS.values(),
    *SELLS.values(),
}  # fmt: skip
SECURITY_FIELDS: frozenset[Field[Any]] = frozenset(
    {
        RISK_SCORE, MINT_AUTHORITY, FREEZE_AUTHORITY, HONEYPOT, BUY_TAX_RATIO, SELL_TAX_RATIO, TOP10_RATIO,
        DEV_RATIO, INSIDER_RATIO,
    }
)  # fmt: skip

_LIVE, _MIGRATED = 1, 2  # states of a launchpad's curve
# What its own score card objects to: the flag, its bad value, our words for it, and how bad it is.
_FLAGS = (
    ("is_honeypot", True, "Honeypot", RiskLevel.DANGER),
    ("renounced_mint", False, "Mint not renounced", RiskLevel.DANGER),
    ("renounced_freeze_account", False, "Freeze not renounced", RiskLevel.DANGER),
    ("open_source", False, "Contract not verified", RiskLevel.DANGER),
    ("owner_renounced", False, "Ownership not renounced", RiskLevel.DANGER),
    ("is_wash_trading", True, "Wash trading", RiskLevel.WARN),
)
_OF_SOLANA = {"renounced_mint", "renounced_freeze_account"}  # false elsewhere, whatever holds
_OF_CONTRACTS = {"open_source", "owner_renounced"}
_LOW_RISK, _HIGH_RISK = Decimal("0.1"), Decimal("0.3")  # of the rug ratio, by the score card


def parse_info(body: Json, ask: Ask, at: datetime) -> tuple[TokenReport, ...]:
    """Read a token's page; its liquidity is that of its largest pool.

    Raises:
        BadPayload: the answer is of another token.
        NotListed: it holds nothing of the token.
    """
    row = _asked_for(body, ask, "price", "symbol", "stat", "holder_count")
    stat, dev = values.mapping(row.get("stat")), values.mapping(row.get("dev"))
    traded = values.mapping(row.get("price"))
    price = values.positive(traded.get("price") if traded else row.get("price"))
    circulating = values.positive(row.get("circulating_supply"))
    said = facts(
        *named(row, values.mapping(row.get("link"))),
        (DECIMALS, values.decimals(row.get("decimals"))),
        (SUPPLY, values.positive(row.get("total_supply"))),
        (CIRCULATING, circulating),
        (PRICE_USD, price),
        (MARKET_CAP_USD, times(price, circulating) if price and circulating else None),
        (LIQUIDITY_USD, values.number(row.get("liquidity"))),
        (HOLDERS, values.count(row.get("holder_count"))),
        (CREATED_AT, values.moment(row.get("open_timestamp"))),
        (CREATOR, values.address_on(ask.token.chain, dev.get("creator_address"))),
        (CREATOR_TOKENS, values.count(dev.get("creator_open_count"))),
        (TOP10_RATIO, rate(stat.get("top_10_holder_rate"))),
        (DEV_RATIO, rate(stat.get("creator_hold_rate"))),
        *_curve(row),
        *(pair for span in Span for pair in _traded(traded, span)),
    )
    if not said:
        raise NotListed("no such token")
    return (TokenReport(token=ask.token, facts=said),)


def parse_security(body: Json, ask: Ask, at: datetime) -> tuple[SecurityReport, ...]:
    """Read a token's security page; a flag that is empty, or of another kind of chain, says nothing.

    Raises:
        BadPayload: the answer is of another token.
        NotListed: it holds nothing of the token.
    """
    row = _asked_for(body, ask, "renounced_mint", "top_10_holder_rate", "is_honeypot", "rug_ratio")
    on_solana = ask.token.chain is Chain.SOLANA
    rug = rate(row.get("rug_ratio"))
    score = None if rug is None else round(rug * 100)
    said = facts(
        (RISK_SCORE, score),
        (MINT_AUTHORITY, _renounced(row, "renounced_mint") if on_solana else None),
        (FREEZE_AUTHORITY, _renounced(row, "renounced_freeze_account") if on_solana else None),
        (HONEYPOT, flag(row.get("is_honeypot"))),
        (BUY_TAX_RATIO, rate(row.get("buy_tax"))),
        (SELL_TAX_RATIO, rate(row.get("sell_tax"))),
        (TOP10_RATIO, rate(row.get("top_10_holder_rate"))),
        (DEV_RATIO, rate(row.get("creator_balance_rate"))),
        (INSIDER_RATIO, rate(row.get("suspected_insider_hold_rate"))),
    )
    risks = _risks(row, rug, skipped=_OF_CONTRACTS if on_solana else _OF_SOLANA)
    return (SecurityReport(token=ask.token, risks=risks, score=score, rugged=None, facts=said),)


def _asked_for(body: Json, ask: Ask, *known: str) -> Mapping[str, Json]:
    row = unwrapped(body, *known)
    if not row:
        raise NotListed("no such token")
    told = row.get("address")
    if told and values.token_on(ask.token.chain, told) != ask.token:
        raise BadPayload("the answer is of another token")
    return row


def _renounced(row: Mapping[str, Json], key: str) -> Authority | None:
    """Say that nobody may act; who may is not told."""
    return Authority(None) if flag(row.get(key)) else None


def _curve(row: Mapping[str, Json]) -> tuple[Pair, ...]:
    """Read how far a launchpad's curve is; a token that is on none has no state of it."""
    state = values.count(row.get("launchpad_status"))
    if state not in (_LIVE, _MIGRATED):
        return ()
    return ((CURVE_RATIO, rate(row.get("launchpad_progress"))), (GRADUATED, state == _MIGRATED))


def _traded(row: Mapping[str, Json], span: Span) -> tuple[Pair, ...]:
    return (
        (VOLUME_USD[span], values.number(row.get(f"volume_{span}"))),
        (BUYS[span], values.count(row.get(f"buys_{span}"))),
        (SELLS[span], values.count(row.get(f"sells_{span}"))),
    )


def _risks(row: Mapping[str, Json], rug: Decimal | None, *, skipped: set[str]) -> tuple[Risk, ...]:
    found = [
        Risk(name=name, level=level)
        for key, bad, name, level in _FLAGS
        if key not in skipped and flag(row.get(key)) is bad
    ]
    if rug is not None and rug >= _LOW_RISK:
        level = RiskLevel.DANGER if rug > _HIGH_RISK else RiskLevel.WARN
        found.append(Risk(name="Rug ratio", level=level, value=f"{rug:.2f}"))
    return tuple(found)
