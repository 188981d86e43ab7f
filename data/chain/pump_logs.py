"""Pump.fun's events out of a transaction's log: coins created, traded, completed and moved to their pools.

Pure: lines in, values out. Any program may log bytes that look like these, so a line counts only while the
launchpad's own program is running. Fields are appended over time: bytes beyond are not looked at.
Source: https://github.com/pump-fun/pump-public-docs
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TypeAlias, TypedDict

from data.chain.borsh import Reader
from data.chain.pump import PUMP_PROGRAM, price
from data.errors import BadPayload
from data.models.ids import SOL_MINT
from data.providers import values

_DATA = "Program data: "
_DISCRIMINATOR_BYTES = 8
_SHAREHOLDER_BYTES = 34  # an address and a share in basis points


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateEvent:
    """A coin launched; `name`, `symbol` and `uri` are its issuer's, None where nothing can be shown of them.

    Reserves are in base units; `quote_mint` None is SOL.
    """

    mint: str
    bonding_curve: str
    user: str
    creator: str
    at: datetime
    name: str | None
    symbol: str | None
    uri: str | None
    virtual_token_reserves: int
    virtual_sol_reserves: int
    real_token_reserves: int
    token_total_supply: int
    token_program: str | None
    is_mayhem_mode: bool
    is_cashback_enabled: bool
    quote_mint: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TradeEvent:
    """One trade on a curve, with the reserves after it; amounts in base units, fees in basis points.

    `quote_mint` None is SOL; where it is another token, what is called SOL here is that token.
    """

    mint: str
    sol_amount: int
    token_amount: int
    is_buy: bool
    user: str
    at: datetime
    virtual_sol_reserves: int
    virtual_token_reserves: int
    real_sol_reserves: int
    real_token_reserves: int
    fee_recipient: str
    fee_bps: int
    fee: int
    creator: str | None
    creator_fee_bps: int
    creator_fee: int
    is_mayhem_mode: bool
    quote_mint: str | None

    @property
    def price_sol(self) -> Decimal | None:
        """The price in SOL after the trade; None on an emptied curve, or one quoted in another token."""
        in_sol = self.quote_mint in {None, SOL_MINT}
        return price(self.virtual_sol_reserves, self.virtual_token_reserves) if in_sol else None


@dataclass(frozen=True, slots=True, kw_only=True)
class CompleteEvent:
    """A curve sold all it had to sell."""

    user: str
    mint: str
    bonding_curve: str
    at: datetime
    quote_mint: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MigrationEvent:
    """A completed curve's reserves moved into its PumpSwap pool; amounts in base units."""

    user: str
    mint: str
    token_amount: int
    sol_amount: int
    fee: int
    bonding_curve: str
    at: datetime
    pool: str
    quote_mint: str | None


class _Newer(TypedDict):
    is_mayhem_mode: bool
    quote_mint: str | None


Event: TypeAlias = CreateEvent | TradeEvent | CompleteEvent | MigrationEvent


def decode_logs(lines: Iterable[str]) -> tuple[Event, ...]:
    """Read the events of one transaction in their order; none where it failed, for then nothing happened.

    Raises:
        BadPayload: the program wrote an event that cannot be read.
    """
    running: list[str] = []
    found: list[Event] = []
    for line in lines:
        if line.startswith("Program log: "):  # what a program says, it may be anything
            continue
        match line.split(" "):
            case ["Program", program, "invoke", _]:
                running.append(program)
            case ["Program", _, "success"] if running:
                running.pop()
            case ["Program", _, "failed:", *_]:
                return ()
            case ["Program", "data:", encoded] if running[-1:] == [PUMP_PROGRAM]:
                event = decode_event(_bytes(encoded))
                found += [] if event is None else [event]
    return tuple(found)


def decode_event(data: bytes) -> Event | None:
    """Read one event; None for one of another kind.

    Raises:
        BadPayload: it ends before what every event of its kind has, or holds what cannot be.
    """
    read = _EVENTS.get(data[:_DISCRIMINATOR_BYTES])
    return None if read is None else read(Reader(data[_DISCRIMINATOR_BYTES:]))


def _bytes(encoded: str) -> bytes:
    try:
        return base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        raise BadPayload("an event that is not base64") from None


def _moment(reader: Reader) -> datetime:
    at = values.moment(reader.i64())
    if at is None:
        raise BadPayload("an event at no time")
    return at


def _created(reader: Reader) -> CreateEvent:
    name, symbol, uri = reader.text(), reader.text(), reader.text()
    return CreateEvent(
        name=values.text(name),
        symbol=values.symbol(symbol),
        uri=values.url(uri),
        mint=reader.key(),
        bonding_curve=reader.key(),
        user=reader.key(),
        creator=reader.key(),
        at=_moment(reader),
        virtual_token_reserves=reader.u64(),
        virtual_sol_reserves=reader.u64(),
        real_token_reserves=reader.u64(),
        token_total_supply=reader.u64(),
        token_program=reader.tail(reader.optional_key),
        is_mayhem_mode=reader.tail(reader.flag) or False,
        is_cashback_enabled=reader.tail(reader.flag) or False,
        quote_mint=reader.tail(reader.optional_key),
    )


def _traded(reader: Reader) -> TradeEvent:
    return TradeEvent(
        mint=reader.key(),
        sol_amount=reader.u64(),
        token_amount=reader.u64(),
        is_buy=reader.flag(),
        user=reader.key(),
        at=_moment(reader),
        virtual_sol_reserves=reader.u64(),
        virtual_token_reserves=reader.u64(),
        real_sol_reserves=reader.u64(),
        real_token_reserves=reader.u64(),
        fee_recipient=reader.key(),
        fee_bps=reader.u64(),
        fee=reader.u64(),
        creator=reader.optional_key(),
        creator_fee_bps=reader.u64(),
        creator_fee=reader.u64(),
        **_newer(reader),
    )


def _newer(reader: Reader) -> _Newer:
    """Read what we use of the fields that older programs did not write."""
    # A flag, three totals and a time of the volume that is tracked; the instruction's name.
    reader.tail(lambda: (reader.take(1 + 4 * 8), reader.text()))
    is_mayhem_mode = reader.tail(reader.flag) or False
    # A rate and a fee each of cashback and buyback; who shares the creator's fee.
    reader.tail(lambda: (reader.take(4 * 8), reader.take(_SHAREHOLDER_BYTES * reader.u32())))
    return {"is_mayhem_mode": is_mayhem_mode, "quote_mint": reader.tail(reader.optional_key)}


def _completed(reader: Reader) -> CompleteEvent:
    return CompleteEvent(
        user=reader.key(),
        mint=reader.key(),
        bonding_curve=reader.key(),
        at=_moment(reader),
        quote_mint=reader.tail(reader.optional_key),
    )


def _migrated(reader: Reader) -> MigrationEvent:
    return MigrationEvent(
        user=reader.key(),
        mint=reader.key(),
        token_amount=reader.u64(),
        sol_amount=reader.u64(),
        fee=reader.u64(),
        bonding_curve=reader.key(),
        at=_moment(reader),
        pool=reader.key(),
        quote_mint=reader.tail(reader.optional_key),
    )


_EVENTS: Mapping[bytes, Callable[[Reader], Event]] = {
    bytes.fromhex("1b72a94ddeeb6376"): _created,
    bytes.fromhex("bddb7fd34ee661ee"): _traded,
    bytes.fromhex("5f72619cd42e9808"): _completed,
    bytes.fromhex("bde95db95c94ea94"): _migrated,
}
