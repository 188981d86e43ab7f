"""The bytes of an order book of Serum v3 or OpenBook v1: a market's account, and the slabs of its two sides.

Knows that the layout goes by the length of the data, that an empty book is the usual one, and that bytes can
be torn or hostile: a walk never visits a node twice. Refuses OpenBook v2, which is laid out otherwise.
Source: https://github.com/project-serum/serum-ts (packages/serum/src/market.ts, slab.ts)
"""

from __future__ import annotations

import base64
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from typing import NamedTuple

from data.chain.base58 import base58
from data.errors import BadPayload, NotListed
from data.models.money import TokenAmount, divided, times
from data.models.trading import BookLevel
from data.providers import values
from data.providers.base import Json

SERUM = "9xQeWvG816bUx9EPjHmaT23yvVM2ZWbrrpZb9PusVFin"
OPENBOOK = "srmqPvymJeFKQ4zGQed1GFppgkRHL9kaELCbyksJtPX"
PROGRAMS = frozenset({SERUM, OPENBOOK})

MARKET_SPACE = 388
BASE_MINT_AT = 53
_OLDEST_SPACE, _PERMISSIONED_SPACE = 380, 1476
_PERMISSIONED = 512 | 1024  # flags that only the longest layout carries
_HEAD, _TAIL = b"serum", b"padding"
_BODY_AT = 13
_FLAGS = struct.Struct("<Q")
# Own address and mints, then the two sides and the lots; what lies between are vaults, fees and queues.
_MARKET = struct.Struct("<32s8x32s32s168x32s32sQQ")
_MARKET_FLAGS = 0x03
_SLAB = struct.Struct("<I4xI4xIII4x")  # nodes used, free ones, first free one, root, leaves
_NODE_SPACE = 72
_INNER, _LEAF = 1, 2
_CHILDREN = struct.Struct("<24xII")
_ORDER = struct.Struct("<8xQQ32xQQ")  # sequence, price lots, size lots, client's id
_DECIMALS_AT, _INITIALIZED_AT, _MINT_SPACE = 44, 45, 82


class Side(Enum):
    """A side of a book, by the flags of its account."""

    BIDS = 0x21
    ASKS = 0x41


@dataclass(frozen=True, slots=True, kw_only=True)
class Market:
    """A market: its accounts, its two tokens, and what one lot of each is in base units."""

    address: str
    base_mint: str
    quote_mint: str
    bids: str
    asks: str
    base_lot: int
    quote_lot: int

    @property
    def accounts(self) -> tuple[str, ...]:
        """What its book is read from: the market, the bids, the asks, and the mints of both tokens."""
        return (self.address, self.bids, self.asks, self.base_mint, self.quote_mint)


class Order(NamedTuple):
    """An order in lots."""

    price_lots: int
    size_lots: int


def account_data(account: Json, owners: frozenset[str]) -> bytes:
    """Read the bytes of an account that one of `owners`, programs, holds.

    Raises:
        BadPayload: the bytes are not there as base64.
        NotListed: there is no such account, or another program holds it.
    """
    held = values.mapping(account)
    if values.address(held.get("owner")) not in owners:
        raise NotListed("not an account of that program")
    data = held.get("data")
    if not isinstance(data, list) or len(data) != 2 or data[1] != "base64":
        raise BadPayload("account without its bytes")
    try:
        return base64.b64decode(data[0], validate=True)
    except (TypeError, ValueError):
        raise BadPayload("not base64") from None


def market(address: str, data: bytes) -> Market:
    """Read a market's account.

    Raises:
        BadPayload: of no known length, not framed as one, closed, with empty lots, or of another address.
    """
    if len(data) not in {_OLDEST_SPACE, MARKET_SPACE, _PERMISSIONED_SPACE}:
        raise BadPayload(f"a market of {len(data)} bytes")
    flags = _framed(data)
    if (flags & ~_PERMISSIONED if len(data) == _PERMISSIONED_SPACE else flags) != _MARKET_FLAGS:
        raise BadPayload(f"not an open market (flags {flags:#x})")
    own, base, quote, bids, asks, base_lot, quote_lot = _MARKET.unpack_from(data, _BODY_AT)
    if base58(own) != address:
        raise BadPayload("a market of another address")
    if not base_lot or not quote_lot:
        raise BadPayload("a market with empty lots")
    return Market(
        address=address,
        base_mint=base58(base),
        quote_mint=base58(quote),
        bids=base58(bids),
        asks=base58(asks),
        base_lot=base_lot,
        quote_lot=quote_lot,
    )


def orders(data: bytes, side: Side) -> tuple[Order, ...]:
    """Read the orders of a side, best first.

    Raises:
        BadPayload: not framed as that side, or its tree does not hold together.
    """
    if _framed(data) != side.value:
        raise BadPayload(f"not the {side.name.lower()} of a market")
    return tuple(sorted(leaves(data[_BODY_AT : -len(_TAIL)]), reverse=side is Side.BIDS))


def leaves(slab: bytes) -> Iterator[Order]:
    """Give the orders of a slab in no order of meaning; the walk ends after as many nodes as there are.

    Raises:
        BadPayload: a node is met twice, lies outside, is neither inner nor a leaf, or leaves are lacking.
    """
    if len(slab) < _SLAB.size:
        raise BadPayload("a slab without a head")
    used, _, _, root, expected = _SLAB.unpack_from(slab)
    found, met, left = 0, set[int](), [root] if expected else []  # the root of an empty tree is garbage
    while left:
        index = left.pop()
        at = _SLAB.size + index * _NODE_SPACE
        if index in met or index >= used or at + _NODE_SPACE > len(slab):
            raise BadPayload("a tree that does not hold together")
        met.add(index)
        tag = int.from_bytes(slab[at : at + 4], "little")
        if tag == _LEAF:
            _, price, size, _ = _ORDER.unpack_from(slab, at)
            found += 1
            yield Order(price, size)
        elif tag == _INNER:
            left += _CHILDREN.unpack_from(slab, at)
        else:
            raise BadPayload(f"a node of kind {tag} in a tree")
    if found != expected:
        raise BadPayload(f"{found} orders instead of {expected}")


def mint_decimals(data: bytes) -> int:
    """Read how many decimals a token has from its mint's account.

    Raises:
        BadPayload: it is no mint, or has more decimals than any token.
    """
    if len(data) < _MINT_SPACE or data[_INITIALIZED_AT] != 1:
        raise BadPayload("not a mint")
    places = values.decimals(data[_DECIMALS_AT])
    if places is None:
        raise BadPayload("more decimals than any token has")
    return places


def levels(
    found: tuple[Order, ...], market: Market, base_decimals: int, quote_decimals: int
) -> tuple[BookLevel, ...]:
    """Turn orders into levels: prices in quote tokens, sizes in base tokens, equal prices as one.

    An order at a price beyond reason stands in the book and is left out here; nobody will ever meet it.
    """
    sizes: dict[int, int] = {}
    for order in found:
        sizes[order.price_lots] = sizes.get(order.price_lots, 0) + order.size_lots
    tick = divided(
        TokenAmount(market.quote_lot, quote_decimals).units, TokenAmount(market.base_lot, base_decimals).units
    )
    assert tick is not None, "lots are not empty"
    told = (
        (times(Decimal(price), tick), TokenAmount(size * market.base_lot, base_decimals).units)
        for price, size in sizes.items()
    )
    return tuple(
        BookLevel(price, size) for price, size in told if values.positive(price) and values.positive(size)
    )


def _framed(data: bytes) -> int:
    """Read the flags of an account between its two marks."""
    if len(data) < _BODY_AT + len(_TAIL) or not (data.startswith(_HEAD) and data.endswith(_TAIL)):
        raise BadPayload("not an account of Serum's")
    (flags,) = _FLAGS.unpack_from(data, len(_HEAD))
    return int(flags)
