"""A wallet's book at average cost, in whole lamports: what its moves cost, brought and left. Pure and exact.

What came in without a price has no cost: it is kept apart, and what it is sold for is no profit that can be
told. Whatever is held before a move and was not seen coming is such an amount too. What a division leaves
over stays with what is left, so that the parts always make the whole.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from core.wallets.moves import Move, Side

_DUST = 1_000  # of what was held at most, a part this small counts as nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class Closed:
    """One position from nothing to nothing; `cost` and `proceeds` of what had a cost, in lamports.

    `whole`: all of it had one, and all of it was sold.
    """

    mint: str
    opened_at: datetime | None
    closed_at: datetime | None
    cost: int
    proceeds: int
    fees: int
    whole: bool

    @property
    def profit(self) -> int:
        """What it earned, network fees paid."""
        return self.proceeds - self.cost - self.fees

    @property
    def held_for(self) -> timedelta | None:
        """How long it was held."""
        if self.opened_at is None or self.closed_at is None:
            return None
        return self.closed_at - self.opened_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """What the moves of one token come to; amounts in base units, money in lamports.

    `known` units were bought for `cost`, the `unknown` ones came without a price. Of what was `spent`, a part
    was the cost of what was sold, a part of what was moved away or swapped at no known price, the rest is
    `cost`. Of what was `received`, `proceeds` were for units that had a cost.
    """

    mint: str
    known: int
    unknown: int
    cost: int
    spent: int
    cost_sold: int
    cost_moved: int
    received: int
    proceeds: int
    fees: int
    buys: int
    sells: int
    unpriced: int

    @property
    def units(self) -> int:
        """What is left, in base units."""
        return self.known + self.unknown

    @property
    def realised(self) -> int:
        """What sales earned over their cost, network fees not yet paid."""
        return self.proceeds - self.cost_sold


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """A wallet's book: a position a token, and those that were closed, the oldest first."""

    positions: tuple[Position, ...] = ()
    closed: tuple[Closed, ...] = ()

    def of(self, mint: str) -> Position | None:
        """Find a token's position."""
        return next((each for each in self.positions if each.mint == mint), None)

    @property
    def spent(self) -> int:
        return sum(each.spent for each in self.positions)

    @property
    def received(self) -> int:
        return sum(each.received for each in self.positions)

    @property
    def fees(self) -> int:
        return sum(each.fees for each in self.positions)

    @property
    def realised(self) -> int:
        """What sales earned over their cost, network fees paid."""
        return sum(each.realised for each in self.positions) - self.fees

    @property
    def unexplained(self) -> int:
        """What was received for tokens whose cost is not known."""
        return sum(each.received - each.proceeds for each in self.positions)

    @property
    def buys(self) -> int:
        return sum(each.buys for each in self.positions)

    @property
    def sells(self) -> int:
        return sum(each.sells for each in self.positions)

    @property
    def unpriced(self) -> int:
        """How many trades had no price that can be told."""
        return sum(each.unpriced for each in self.positions)


@dataclass(slots=True)
class _Trip:
    """A position from nothing on."""

    opened_at: datetime | None
    most: int = 0
    cost: int = 0
    proceeds: int = 0
    fees: int = 0
    whole: bool = True


@dataclass(slots=True)
class _Book:
    """One token's moves, as they are entered."""

    mint: str
    known: int = 0
    unknown: int = 0
    cost: int = 0
    spent: int = 0
    cost_sold: int = 0
    cost_moved: int = 0
    received: int = 0
    proceeds: int = 0
    fees: int = 0
    buys: int = 0
    sells: int = 0
    unpriced: int = 0
    trip: _Trip | None = None
    closed: list[Closed] = field(default_factory=list)

    def enter(self, move: Move) -> None:
        self.unknown += max(0, move.before - self.known - self.unknown)
        if not move.side.adds:
            self.unknown += max(0, move.units - self.known - self.unknown)
        trip = self.trip = self.trip or _Trip(move.at)
        trip.whole = trip.whole and not self.unknown
        self.fees += move.fee
        trip.fees += move.fee
        if move.side.adds:
            self._add(move)
        else:
            self._take(move, trip)
        trip.whole = trip.whole and not self.unknown
        self._look(move, trip)

    def _add(self, move: Move) -> None:
        bought = move.side is Side.BUY
        self.buys += bought
        if bought and move.lamports is not None:
            self.known += move.units
            self.cost += move.lamports
            self.spent += move.lamports
            return
        self.unpriced += bought
        self.unknown += move.units

    def _take(self, move: Move, trip: _Trip) -> None:
        known = move.units * self.known // (self.known + self.unknown) if move.units else 0
        cost = self.cost * known // self.known if known else 0
        self.known -= known
        self.unknown -= move.units - known
        self.cost -= cost
        sold = move.side is Side.SELL
        self.sells += sold
        if not sold or move.lamports is None:
            self.unpriced += sold
            self.cost_moved += cost
            trip.whole = trip.whole and not known
            return
        proceeds = move.lamports * known // move.units if move.units else 0
        self.received += move.lamports
        self.proceeds += proceeds
        self.cost_sold += cost
        trip.cost += cost
        trip.proceeds += proceeds

    def _look(self, move: Move, trip: _Trip) -> None:
        """Close the trip once nothing worth a name is left."""
        left = self.known + self.unknown
        trip.most = max(trip.most, left + (0 if move.side.adds else move.units))
        if move.side.adds or left * _DUST > trip.most:
            return
        self.closed.append(
            Closed(
                mint=self.mint, opened_at=trip.opened_at, closed_at=move.at, cost=trip.cost,
                proceeds=trip.proceeds, fees=trip.fees, whole=trip.whole,
            )
        )  # fmt: skip
        self.trip = None

    def position(self) -> Position:
        return Position(
            mint=self.mint, known=self.known, unknown=self.unknown, cost=self.cost, spent=self.spent,
            cost_sold=self.cost_sold, cost_moved=self.cost_moved, received=self.received,
            proceeds=self.proceeds, fees=self.fees, buys=self.buys, sells=self.sells,
            unpriced=self.unpriced,
        )  # fmt: skip


def ledger(moves: Iterable[Move]) -> Ledger:
    """Keep the book of moves in any order, each entered once."""
    unique = {(move.signature, move.mint, move.side): move for move in sorted(moves, key=_order)}
    books: dict[str, _Book] = {}
    for move in unique.values():
        books.setdefault(move.mint, _Book(move.mint)).enter(move)
    closed = [each for book in books.values() for each in book.closed]
    closed.sort(key=lambda each: (each.closed_at is None, each.closed_at, each.mint))
    return Ledger(positions=tuple(books[mint].position() for mint in sorted(books)), closed=tuple(closed))


def _order(move: Move) -> tuple[object, ...]:
    """Order moves; of those in one block what came in goes first: nobody sells what is not there."""
    return (
        move.slot,
        not move.side.adds,
        move.signature,
        move.mint,
        move.side,
        move.units,
        -1 if move.lamports is None else move.lamports,
        move.before,
        move.fee,
        str(move.at),  # told twice and differently, it is still entered the same
    )
