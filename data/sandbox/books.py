"""Order books on the practice chain: most markets are empty shells, a few well-known tokens have some orders.

Every pool of Raydium's oldest program carries a market, as its pools did, and so does every pool of a
well-known token. Packs a market and its two sides as
OpenBook v1 stores them; knows nothing of our reader of those bytes.
Source: https://github.com/openbook-dex/program (dex/src/state.rs, critbit.rs)
"""

from __future__ import annotations

import hashlib
import math
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from data.chain.base58 import unbase58
from data.sandbox import seeds
from data.sandbox.tokens import Dex, Pool
from data.sandbox.world import World

PROGRAM = "srmqPvymJeFKQ4zGQed1GFppgkRHL9kaELCbyksJtPX"
MARKET_SPACE = 388
_LEVELS = 6
_STEP = 0.002  # between levels, as a ratio of the price
_TWIN = 3  # this level and the next stand at one price
_NODES = 40
_DUST = 100
_TICKS = 4  # digits of a price in lots, about
_HEAD, _TAIL = b"serum", b"padding"
_MARKET, _BIDS, _ASKS = 0x03, 0x21, 0x41
_KEY_BITS = 128
_LAST = 2**64 - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Market:
    """A market of a pool's two tokens; lots are in base units."""

    pool: Pool
    address: str
    bids: str
    asks: str
    base_lot: int
    quote_lot: int

    @property
    def addresses(self) -> tuple[str, str, str]:
        return self.address, self.bids, self.asks


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """An order, in lots."""

    price: int
    size: int
    sequence: int


def markets(world: World) -> Iterator[Market]:
    """List every market there is by now."""
    return (
        market(world, pool)
        for pool in world.pools.values()
        if pool.dex is Dex.RAYDIUM or world.tokens[pool.base].coingecko_id is not None
    )


def market(world: World, pool: Pool) -> Market:
    """Tell the market of a pool; its lots were set at the price of its first day and never change."""
    base, quote = world.tokens[pool.base], world.tokens[pool.quote]
    own, other = base.path.start_usd, quote.path.start_usd
    base_lot = 10 ** max(0, base.decimals - math.floor(math.log10(own)))  # about a dollar's worth
    worth = own / other * base_lot / 10**base.decimals * 10**quote.decimals
    return Market(
        pool=pool,
        address=seeds.address(world.seed, "market", pool.address),
        bids=seeds.address(world.seed, "bids", pool.address),
        asks=seeds.address(world.seed, "asks", pool.address),
        base_lot=base_lot,
        quote_lot=10 ** max(0, math.floor(math.log10(worth)) - _TICKS),
    )


def orders(world: World, market: Market) -> tuple[tuple[Order, ...], tuple[Order, ...]]:
    """List the bids and the asks around a pool's price as it stands; none but for well-known tokens."""
    pool = market.pool
    base, quote = world.tokens[pool.base], world.tokens[pool.quote]
    if base.coingecko_id is None:
        return (), ()
    lot = market.base_lot / 10**base.decimals * 10**quote.decimals / market.quote_lot
    middle = world.state(pool).price_native * lot
    bids, asks = [], []
    for level in range(_LEVELS):
        step = _STEP * (1 + level - (level > _TWIN))
        size = 1 + int(500 * seeds.fraction(world.seed, "order", market.address, level))
        bids.append(Order(price=math.floor(middle * (1 - step)), size=size, sequence=2 * level))
        asks.append(Order(price=math.ceil(middle * (1 + step)), size=size + 1, sequence=2 * level + 1))
    return tuple(each for each in bids if each.price > 0), tuple(asks)


class Shelf:
    """The markets of a world by the accounts they are kept in."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._by_account: dict[str, Market] = {}
        self._pools = 0

    def account(self, address: str) -> bytes | None:
        """Pack the market, or the side of one, that is kept at an address."""
        found = self._listed().get(address)
        if found is None:
            return None
        if address == found.address:
            return pack_market(found)
        bids, asks = orders(self._world, found)
        if address == found.bids:
            return _framed(_BIDS, pack_slab(_keyed(bids, is_bid=True)))
        return _framed(_ASKS, pack_slab(_keyed(asks, is_bid=False)))

    def markets(self) -> Iterator[tuple[str, bytes]]:
        """Pack every market, with its address."""
        listed = self._listed().items()
        return ((address, pack_market(each)) for address, each in listed if address == each.address)

    def _listed(self) -> Mapping[str, Market]:
        """List the markets anew once there are more pools."""
        if len(self._world.pools) != self._pools:
            self._pools = len(self._world.pools)
            for each in markets(self._world):
                self._by_account |= dict.fromkeys(each.addresses, each)
        return self._by_account


def pack_market(market: Market) -> bytes:
    """Lay a market out in 388 bytes; its vaults and queues are nobody's accounts here."""

    def key(label: str) -> bytes:
        return hashlib.blake2b(f"{label} {market.address}".encode(), digest_size=32).digest()

    pool = market.pool
    body = b"".join(
        (
            unbase58(market.address) + struct.pack("<Q", 0),
            unbase58(pool.base) + unbase58(pool.quote),
            key("base vault") + struct.pack("<QQ", 0, 0),
            key("quote vault") + struct.pack("<QQQ", 0, 0, _DUST),
            key("requests") + key("events"),
            unbase58(market.bids) + unbase58(market.asks),
            struct.pack("<QQQQ", market.base_lot, market.quote_lot, 0, 0),
        )
    )
    return _framed(_MARKET, body)


def pack_slab(orders: Mapping[int, int]) -> bytes:
    """Lay orders, sizes by their keys, out as a critical-bit tree with its head."""
    nodes: list[bytes] = []
    if orders:
        _grow(nodes, sorted(orders), orders)
    head = struct.pack("<I4xI4xIII4x", len(nodes), 0, 0, 0, len(orders))
    return head + b"".join(nodes) + bytes(72 * (_NODES - len(nodes)))


def _grow(nodes: list[bytes], keys: list[int], sizes: Mapping[int, int]) -> int:
    """Add the tree of some keys, in order, and tell where its root is."""
    at = len(nodes)
    if len(keys) == 1:
        owner, size = bytes(32), sizes[keys[0]]
        nodes.append(struct.pack("<IBB2x16s32sQQ", 2, 0, 0, _wide(keys[0]), owner, size, 0))
        return at
    shared = _KEY_BITS - (keys[0] ^ keys[-1]).bit_length()
    bit = 1 << (_KEY_BITS - 1 - shared)
    nodes.append(b"")
    children = [
        _grow(nodes, [key for key in keys if bool(key & bit) is right], sizes) for right in (False, True)
    ]
    nodes[at] = struct.pack("<II16sII40x", 1, shared, _wide(keys[0]), *children)
    return at


def _keyed(orders: tuple[Order, ...], *, is_bid: bool) -> dict[int, int]:
    """Give each order its key: the price over the sequence, which bids carry inverted."""
    return {
        (order.price << 64) | (_LAST - order.sequence if is_bid else order.sequence): order.size
        for order in orders
    }


def _wide(key: int) -> bytes:
    return key.to_bytes(16, "little")


def _framed(flags: int, body: bytes) -> bytes:
    return _HEAD + struct.pack("<Q", flags) + body + _TAIL
