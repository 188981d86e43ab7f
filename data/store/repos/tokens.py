"""Tokens met before: for names that are nearly right, names that several tokens bear, and completion."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import (
    ColumnElement,
    Numeric,
    and_,
    case,
    cast,
    delete,
    func,
    literal_column,
    or_,
    select,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from data.models.ids import Chain, ProviderId, TokenKey
from data.models.market import TokenMatch
from data.models.text import one_line
from data.store.tables import tokens
from data.store.types import prose, starts
from data.store.upsert import Insert, insert

LIMIT = 50
MOST = 200_000
_SYMBOL_LIMIT, _NAME_LIMIT = 24, 64

# How long the best figure stands against a lower one: vendors see different pools of a token, but liquidity
# that was pulled yesterday must not rank a token today.
_STANDS = timedelta(days=1)


def symbol_key(symbol: str) -> str:
    """Fold a symbol for look-ups: without case, without a leading $."""
    return one_line(symbol, _SYMBOL_LIMIT).strip().lstrip("$").casefold()


@dataclass(frozen=True, slots=True)
class Tokens:
    """The tokens that searches have found."""

    connection: AsyncConnection

    async def remember(self, matches: Sequence[TokenMatch], at: datetime) -> None:
        """Keep matches; of two about one token within a day, the one with more liquidity describes it.

        It is verified if either says so.
        """
        if not matches:
            return
        # In one order everywhere, so that two writers never wait for each other.
        rows = [_row(match, at) for match in sorted(matches, key=lambda match: match.token)]
        await self.connection.execute(_merging(insert(self.connection, tokens), at), rows)

    async def named(self, symbol: str) -> tuple[TokenMatch, ...]:
        """Find the tokens with this symbol in any case: verified first, then by liquidity."""
        key = symbol_key(symbol)
        return await self._best(tokens.c.symbol_key == key, LIMIT) if key else ()

    async def like(self, prefix: str, limit: int = 25) -> tuple[TokenMatch, ...]:
        """Find tokens whose symbol begins so, in any case: verified first, then by liquidity."""
        key = symbol_key(prefix)
        if not key:
            return ()
        return await self._best(starts(tokens.c.symbol_key, key), min(limit, LIMIT))

    async def purge(self) -> int:
        """Drop the tokens not seen for longest until `MOST` are left; count them."""
        surplus = (await self.connection.scalar(select(func.count()).select_from(tokens)) or 0) - MOST
        if surplus <= 0:
            return 0
        oldest = select(tokens.c.seen_at).order_by(tokens.c.seen_at).offset(surplus - 1).limit(1)
        until = await self.connection.scalar(oldest)
        return (await self.connection.execute(delete(tokens).where(tokens.c.seen_at <= until))).rowcount

    async def _best(self, where: ColumnElement[bool], limit: int) -> tuple[TokenMatch, ...]:
        order = (
            tokens.c.verified.desc(),
            _size(tokens.c.liquidity_usd).desc(),
            tokens.c.chain,
            tokens.c.address,
        )
        rows = await self.connection.execute(select(tokens).where(where).order_by(*order).limit(limit))
        return tuple(
            TokenMatch(
                token=TokenKey(Chain(row.chain), row.address),
                symbol=row.symbol,
                name=row.name,
                liquidity_usd=row.liquidity_usd,
                market_cap_usd=row.market_cap_usd,
                verified=row.verified,
                source=ProviderId(row.source),
            )
            for row in rows
        )


def _size(column: ColumnElement[object]) -> ColumnElement[float]:
    """Order exact text by size, nothing known last; what SQLite loses in the cast changes no order here."""
    return func.coalesce(cast(column, Numeric(asdecimal=False)), literal_column("-1"))


def _row(match: TokenMatch, at: datetime) -> dict[str, object]:
    return {
        "chain": match.token.chain.value,
        "address": match.token.address,
        "symbol": prose(match.symbol, _SYMBOL_LIMIT),
        "symbol_key": symbol_key(match.symbol),
        "name": prose(match.name, _NAME_LIMIT),
        "liquidity_usd": match.liquidity_usd,
        "market_cap_usd": match.market_cap_usd,
        "verified": match.verified,
        "source": match.source,
        "liquidity_at": at,
        "seen_at": at,
    }


def _merging(add: Insert, at: datetime) -> Insert:
    new = add.excluded
    stands = tokens.c.liquidity_at > at - _STANDS
    better = or_(~stands, _size(new.liquidity_usd) > _size(tokens.c.liquidity_usd))
    described = ("symbol", "symbol_key", "name", "liquidity_usd", "market_cap_usd", "source", "liquidity_at")
    values = {name: case((better, new[name]), else_=tokens.c[name]) for name in described} | {
        "verified": or_(new.verified, and_(stands, tokens.c.verified)),
        "seen_at": new.seen_at,
    }
    return add.on_conflict_do_update(index_elements=list(tokens.primary_key), set_=values)
