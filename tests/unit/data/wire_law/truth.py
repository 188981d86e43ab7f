"""What the world knows of its tokens, as a vendor would say it; each vendor's own ways are in its module."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, TypeAlias

from data.models.fields import LINKS, NAME, SYMBOL, Field, Link, Span
from data.models.ids import Chain, TokenKey
from data.models.market import Record
from data.models.text import one_line
from data.providers.base import Ask
from data.sandbox.catalogue import DISPUTED_SYMBOL
from data.sandbox.tokens import Pool, Token
from data.sandbox.world import World
from tests.unit.data.wire_law.agreement import UNSAID, Expected, Key, Near

MOST_SKEW = 0.002
_DISPUTE = ("jupiter", DISPUTED_SYMBOL, 0.6)


@dataclass(frozen=True, slots=True)
class Eye:
    """The world as one vendor sees it."""

    world: World
    vendor: str

    def usd(self, mint: str, value: float, *, within: float = 0.0, ratio: float = 0.0) -> Near:
        """Expect a USD figure of a token with the vendor's skew, which is small but for one dispute."""
        skew = self.world.skew(self.vendor, mint)
        vendor, symbol, disputed = _DISPUTE
        if vendor == self.vendor and self.world.tokens[mint].symbol == symbol:
            assert skew == disputed
        else:
            assert abs(skew) <= MOST_SKEW
        return Near(value=value * (1 + skew), within=within, ratio=ratio)

    def known(self, ask: Ask) -> list[Token]:
        """List the tokens asked for that the world has, in the order asked."""
        return [self.world.tokens[key.address] for key in ask.tokens if key.address in self.world.tokens]

    def pools(self, mint: str, most: int | None = None) -> list[Pool]:
        """List the pools with a token as their base among the first `most` it is a side of."""
        return [pool for pool in self.world.pools_of(mint)[:most] if pool.base == mint]

    def volume(self, mint: str, span: Span) -> float:
        """Tell what a token was traded for in a span."""
        return self.world.token_activity(mint, span.seconds).volume_usd


# What a vendor must answer to an ask: records spelled out, or None where it does not list what is asked for.
# A truth about lists of the vendor's own choice looks at which records there are, never at what they say.
Truth: TypeAlias = Callable[[Eye, Ask, Sequence[Record]], Sequence[Expected] | None]
Truths: TypeAlias = Mapping[str, Truth]  # by the endpoint's name


def key(mint: str) -> TokenKey:
    return TokenKey(Chain.SOLANA, mint)


def or_unlisted(expected: Iterable[Expected]) -> Sequence[Expected] | None:
    """Expect records, or a refusal where there are none."""
    return list(expected) or None


def by_base(pools: Iterable[Pool]) -> dict[str, list[Pool]]:
    """Sort pools by the token they price, in the order met."""
    found: dict[str, list[Pool]] = {}
    for pool in pools:
        found.setdefault(pool.base, []).append(pool)
    return found


def cleaned(text: str, limit: int) -> object:
    """Expect a stranger's text as a reader sees it."""
    return one_line(text, limit).strip() or UNSAID


def symbol(token: Token) -> object:
    return cleaned(token.symbol.lstrip("$"), 24)


def name(token: Token) -> object:
    return cleaned(token.name, 64)


def named(token: Token) -> dict[Key, object]:
    return {SYMBOL: symbol(token), NAME: name(token)}


def sides(world: World, pool: Pool) -> dict[Key, object]:
    """Expect both sides of a pool with their names."""
    found: dict[Key, object] = {}
    for side, mint in (("base", pool.base), ("quote", pool.quote)):
        token = world.tokens[mint]
        found |= {side: key(mint), (side, "symbol"): symbol(token), (side, "name"): name(token)}
    return found


def links(pages: Mapping[str, str | None]) -> dict[Key, object]:
    """Expect the pages that an issuer names, by their labels."""
    return {LINKS: tuple(Link(label, page) for label, page in pages.items() if page) or UNSAID}


def pages(token: Token) -> dict[str, str | None]:
    """Name a token's pages as we label them."""
    return {"website": token.socials.website, "x": token.socials.twitter, "telegram": token.socials.telegram}


def supply(token: Token) -> Decimal:
    """Tell the supply in whole tokens to the last base unit."""
    return Decimal(token.supply).scaleb(-token.decimals)


def change(ratio: float | None, *, within: float = 0.0) -> object:
    """Expect a price change, or nothing where nobody traded."""
    return UNSAID if ratio is None else Near(value=ratio, within=within)


def whole_second(at: datetime) -> Near:
    """Expect an instant of which the vendor gives the second."""
    return Near(value=at.replace(microsecond=0).timestamp())


def transfer_fee_bps(world: World, token: Token) -> tuple[int, int]:
    """Tell the transfer fee in force, and the one announced."""
    state = token.extension("transferFeeConfig")
    if state is None:
        return 0, 0
    older, newer = state["olderTransferFee"], state["newerTransferFee"]
    assert isinstance(older, Mapping)
    assert isinstance(newer, Mapping)
    earlier, later = (
        int(fee["transferFeeBasisPoints"]) if fee["maximumFee"] else 0 for fee in (older, newer)
    )
    return (later if world.chain_epoch >= newer["epoch"] else earlier), later


def next_fee(world: World, token: Token) -> tuple[int, int] | None:
    """Tell the transfer fee that is announced in basis points, and from which epoch; None where none is."""
    state = token.extension("transferFeeConfig")
    newer = None if state is None else state["newerTransferFee"]
    if not isinstance(newer, Mapping) or world.chain_epoch >= newer["epoch"]:
        return None
    return int(newer["transferFeeBasisPoints"]) if newer["maximumFee"] else 0, int(newer["epoch"])


def held_by_creator(world: World, token: Token) -> float:
    """Tell which share of the supply the creator holds."""
    held = (holder.amount for holder in world.named_holders(token.mint) if holder.owner == token.creator)
    return sum(held) / token.supply


def by_span(fields: Mapping[Span, Field[Any]], value: Callable[[Span], object]) -> dict[Key, object]:
    return {fields[span]: value(span) for span in Span}
