"""Pump.fun's bonding curve as its account on the chain holds it: reserves, price, how far it is filled.

Pure: bytes in, a value out. Fields are appended to the account over time, so it is read by its beginning: a
missing tail takes the old meaning, and bytes beyond are not looked at.
Source: https://github.com/pump-fun/pump-public-docs
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from data.chain.borsh import Reader
from data.errors import BadPayload
from data.models.ids import SOL_MINT
from data.models.money import TokenAmount, divided

PUMP_PROGRAM = "6EF8rrecthR5Dkzon8Nwu78hRvfCKubJ14M5uBEwF6P"
TOKEN_DECIMALS = 6
SOL_DECIMALS = 9
STANDARD_SUPPLY = 1_000_000_000 * 10**TOKEN_DECIMALS
SELLABLE = 793_100_000 * 10**TOKEN_DECIMALS  # what a standard curve has to sell, in base units

_DISCRIMINATOR = bytes.fromhex("17b7f83760d8ac60")


def price(quote_raw: int, token_raw: int) -> Decimal | None:
    """Tell what a whole token costs in SOL at reserves in base units; None where either side is empty."""
    quote, token = TokenAmount(quote_raw, SOL_DECIMALS), TokenAmount(token_raw, TOKEN_DECIMALS)
    return divided(quote.units, token.units) or None


def filled(real_token_reserves: int, token_total_supply: int) -> Decimal | None:
    """Tell which part of a standard curve's tokens is sold, 0 to 1; None for a curve of another make.

    Both are in base units.
    """
    if token_total_supply != STANDARD_SUPPLY or not 0 <= real_token_reserves <= SELLABLE:
        return None
    return divided(Decimal(SELLABLE - real_token_reserves), Decimal(SELLABLE))


@dataclass(frozen=True, slots=True, kw_only=True)
class BondingCurve:
    """A curve's account. Reserves are in base units: of the token 6 decimals, of SOL lamports.

    `quote_mint` None is SOL. Once the coin has moved to its pool all reserves are zero.
    """

    virtual_token_reserves: int
    virtual_quote_reserves: int
    real_token_reserves: int
    real_quote_reserves: int
    token_total_supply: int
    complete: bool
    creator: str | None
    is_mayhem_mode: bool
    is_cashback_coin: bool
    quote_mint: str | None

    @property
    def in_sol(self) -> bool:
        """Whether the quote reserves are lamports."""
        return self.quote_mint in {None, SOL_MINT}

    @property
    def price_sol(self) -> Decimal | None:
        """The price in SOL; None on an emptied curve, and on one that is quoted in another token."""
        return price(self.virtual_quote_reserves, self.virtual_token_reserves) if self.in_sol else None

    @property
    def curve_ratio(self) -> Decimal | None:
        """The part sold, 0 to 1: 1 once complete; None for a curve that is not a standard one."""
        if self.complete:
            return Decimal(1)
        if self.is_mayhem_mode or not self.in_sol or not self.virtual_token_reserves:
            return None
        return filled(self.real_token_reserves, self.token_total_supply)


def decode_bonding_curve(data: bytes) -> BondingCurve:
    """Read the data of a curve's account, whose owner the caller has checked to be the program.

    Raises:
        BadPayload: it is no curve, or ends before what every curve has.
    """
    reader = Reader(data)
    if reader.take(len(_DISCRIMINATOR)) != _DISCRIMINATOR:
        raise BadPayload("not a bonding curve")
    return BondingCurve(
        virtual_token_reserves=reader.u64(),
        virtual_quote_reserves=reader.u64(),
        real_token_reserves=reader.u64(),
        real_quote_reserves=reader.u64(),
        token_total_supply=reader.u64(),
        complete=reader.flag(),
        creator=reader.tail(reader.optional_key),
        is_mayhem_mode=reader.tail(reader.flag) or False,
        is_cashback_coin=reader.tail(reader.flag) or False,
        quote_mint=reader.tail(reader.optional_key),
    )
