"""Pump.fun's logged events in the words of streams: base units become whole tokens and SOL. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TypedDict

from data.chain.pump import SOL_DECIMALS, STANDARD_SUPPLY, TOKEN_DECIMALS, price
from data.chain.pump_logs import CompleteEvent, CreateEvent, Event, TradeEvent
from data.models.events import (
    CurveCompleted,
    CurveFigures,
    StreamEvent,
    TokenLaunched,
    TokenMigrated,
    TokenTraded,
)
from data.models.ids import SOL_MINT
from data.models.money import TokenAmount, times

CURVE, POOL = "pump", "pump-amm"  # PumpPortal's words for them


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where and when an event was heard."""

    source: str
    at: datetime
    signature: str
    slot: int | None
    late: bool


class _Heard(TypedDict):
    source: str
    at: datetime
    signature: str
    slot: int | None
    late: bool
    chain_at: datetime


def told(event: Event, place: Place) -> StreamEvent:
    """Turn an event of the program's log into a stream's."""
    heard: _Heard = {
        "source": place.source,
        "at": place.at,
        "signature": place.signature,
        "slot": place.slot,
        "late": place.late,
        "chain_at": event.at,
    }
    if isinstance(event, CreateEvent):
        return _launched(event, heard)
    if isinstance(event, TradeEvent):
        return TokenTraded(
            **heard,
            mint=event.mint,
            pool=CURVE,
            trader=event.user,
            is_buy=event.is_buy,
            tokens=_tokens(event.token_amount),
            sol=_sol(event.sol_amount, event.quote_mint),
            curve=_figures(event.virtual_token_reserves, event.virtual_sol_reserves, event.quote_mint),
        )
    if isinstance(event, CompleteEvent):
        return CurveCompleted(**heard, mint=event.mint, curve_address=event.bonding_curve)
    return TokenMigrated(**heard, mint=event.mint, pool=POOL, pool_address=event.pool)


def _launched(event: CreateEvent, heard: _Heard) -> TokenLaunched:
    return TokenLaunched(
        **heard,
        mint=event.mint,
        pool=CURVE,
        creator=event.creator,
        name=event.name,
        symbol=event.symbol,
        uri=event.uri,
        curve_address=event.bonding_curve,
        curve=_figures(event.virtual_token_reserves, event.virtual_sol_reserves, event.quote_mint),
        is_mayhem=event.is_mayhem_mode,
        quote_mint=event.quote_mint,
    )


def _figures(tokens_raw: int, quote_raw: int, quote_mint: str | None) -> CurveFigures:
    paid = price(quote_raw, tokens_raw) if _in_sol(quote_mint) else None
    return CurveFigures(
        tokens=_tokens(tokens_raw),
        sol=_sol(quote_raw, quote_mint),
        cap_sol=None if paid is None else times(paid, _tokens(STANDARD_SUPPLY)),
    )


def _tokens(raw: int) -> Decimal:
    return TokenAmount(raw, TOKEN_DECIMALS).units


def _sol(raw: int, quote_mint: str | None) -> Decimal | None:
    return TokenAmount(raw, SOL_DECIMALS).units if _in_sol(quote_mint) else None


def _in_sol(quote_mint: str | None) -> bool:
    return quote_mint in {None, SOL_MINT}
