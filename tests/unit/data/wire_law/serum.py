"""The truths of the order books: which markets a token has, and the orders that stand in one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from data.models.ids import Chain
from data.models.market import Record
from data.models.trading import BookLevel
from data.providers.base import Ask
from data.sandbox import books
from data.sandbox.books import Market, Order
from data.sandbox.world import World
from tests.unit.data.wire_law import truth
from tests.unit.data.wire_law.agreement import Expected
from tests.unit.data.wire_law.truth import Eye, Truths


def accounts(world: World, mint: str) -> tuple[str, ...]:
    """List the accounts of a market of a token, or else of any."""
    known = list(books.markets(world))
    found = next((each for each in known if mint in (each.pool.base, each.pool.quote)), known[0])
    return _accounts(found)


def _accounts(market: Market) -> tuple[str, ...]:
    return (*market.addresses, market.pool.base, market.pool.quote)


def markets(eye: Eye, ask: Ask, records: Sequence[Record]) -> Sequence[Expected] | None:
    known = (each for each in books.markets(eye.world) if each.pool.base == ask.token.address)
    return truth.or_unlisted(
        {
            "chain": Chain.SOLANA,
            "address": each.address,
            "dex": "openbook",
            "base": truth.key(each.pool.base),
            "quote": truth.key(each.pool.quote),
            "accounts": _accounts(each),
        }
        for each in sorted(known, key=lambda market: market.address)
    )


def book(eye: Eye, ask: Ask, records: Sequence[Record]) -> Sequence[Expected] | None:
    """Expect the orders to the last digit: all lots are powers of ten."""
    world = eye.world
    found = next((each for each in books.markets(world) if _accounts(each) == ask.accounts), None)
    if found is None:
        return None
    bids, asks = books.orders(world, found)
    return [
        {
            "market": found.address,
            "base": truth.key(found.pool.base),
            "quote": truth.key(found.pool.quote),
            "bids": tuple(sorted(_levels(world, found, bids), reverse=True)),
            "asks": tuple(sorted(_levels(world, found, asks))),
            "slot": world.slot,
        }
    ]


def _levels(world: World, market: Market, orders: Iterable[Order]) -> list[BookLevel]:
    held: dict[int, int] = {}
    for order in orders:
        held[order.price] = held.get(order.price, 0) + order.size
    base, quote = (
        Decimal(10) ** world.tokens[mint].decimals for mint in (market.pool.base, market.pool.quote)
    )
    lot = market.base_lot / base
    return [BookLevel(price * market.quote_lot / quote / lot, size * lot) for price, size in held.items()]


TRUTHS: Truths = {"pools:": markets, "book:": book}
