"""Helius' truths: the tokens by their mints, priced where much is traded, and the fees of the minute."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from data.models.fields import (
    DECIMALS,
    FREEZE_AUTHORITY,
    IMAGE_URL,
    MINT_AUTHORITY,
    MUTABLE,
    PRICE_USD,
    SUPPLY,
    TOKEN_PROGRAM,
    Authority,
    Span,
)
from data.models.ids import SOL_MINT
from data.models.market import Record
from data.providers.base import Ask
from data.sandbox.tokens import Token
from data.sandbox.wire.helius import middle_fee
from tests.unit.data.wire_law import solana, truth, wallets
from tests.unit.data.wire_law.agreement import ANYTHING, UNSAID, Expected
from tests.unit.data.wire_law.truth import Eye, Truths

_PRICED_FROM_USD = 10_000
_STEPS = {"min": 0.0, "low": 0.02, "medium": 1.0, "high": 10.0, "veryHigh": 100.0}


def assets(eye: Eye, ask: Ask, records: Sequence[Record]) -> Sequence[Expected] | None:
    return truth.or_unlisted(_asset(eye, token) for token in eye.known(ask))


def _asset(eye: Eye, token: Token) -> Expected:
    traded = eye.volume(token.mint, Span.H24) >= _PRICED_FROM_USD
    return {
        "token": truth.key(token.mint),
        **truth.named(token),
        IMAGE_URL: ANYTHING,
        TOKEN_PROGRAM: token.program.value,
        DECIMALS: token.decimals,
        SUPPLY: UNSAID if token.mint == SOL_MINT else truth.supply(token),
        MINT_AUTHORITY: _holder(token.mint_authority),
        FREEZE_AUTHORITY: _holder(token.freeze_authority),
        MUTABLE: (token.extension("tokenMetadata") or {}).get("updateAuthority") is not None,
        PRICE_USD: eye.usd(token.mint, eye.world.price_usd(token.mint)) if traded else UNSAID,
    }


def _holder(address: str | None) -> object:
    """Expect who may act; that nobody may is left out by the vendor, and so unknown."""
    return UNSAID if address is None else Authority(address)


def fees(eye: Eye, ask: Ask, records: Sequence[Record]) -> Sequence[Expected]:
    middle = middle_fee(eye.world)
    return [{"levels": {level: Decimal(round(middle * step)) for level, step in _STEPS.items()}}]


TRUTHS: Truths = {"meta:": assets, "fees:": fees, "wallet_trades:": wallets.history, **solana.PAST}
