"""Tokens like another: of its look, its picture, its creator. Never says which of them is the original."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum
from typing import Any
from urllib.parse import urlsplit

from core.addresses import TokenRef
from core.enrichment.finder import Finder, Found
from core.enrichment.service import Enricher
from core.security.listed import Listed
from core.security.listing import Listing
from core.security.maker import Makers
from core.security.rules.identity import skeleton
from data.models.fields import (
    CREATED_AT,
    CREATOR,
    IMAGE_URL,
    LIQUIDITY_USD,
    MARKET_CAP_USD,
    NAME,
    SYMBOL,
    Field,
)
from data.models.ids import TokenKey
from data.models.market import TokenMatch, TokenSnapshot
from data.ports import Deadline

WANTED: frozenset[Field[Any]] = frozenset(
    {SYMBOL, NAME, IMAGE_URL, CREATOR, CREATED_AT, LIQUIDITY_USD, MARKET_CAP_USD}
)
_MOST = 25  # tokens that are looked at


class Likeness(StrEnum):
    """What two tokens have in common."""

    SYMBOL = "symbol"
    NAME = "name"
    IMAGE = "picture"
    CREATOR = "creator"


@dataclass(frozen=True, slots=True, kw_only=True)
class Like:
    """A token that is like the one asked about."""

    listed: Listed
    likeness: tuple[Likeness, ...]
    verified: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Likes:
    """A token with those like it, the most alike first; `own` is the token itself, as it is compared."""

    found: Found
    snapshot: TokenSnapshot
    own: Listed
    others: tuple[Like, ...]

    @property
    def oldest(self) -> Listed | None:
        """Name the one whose first pool is the oldest; None where the age of one of them is unknown."""
        everyone = (self.own, *(other.listed for other in self.others))
        dated = [each for each in everyone if each.created_at is not None]
        return min(dated, key=_age) if dated and len(dated) == len(everyone) else None

    @property
    def deepest(self) -> Listed | None:
        """Name the one with most liquidity known; None where nobody's is."""
        everyone = (self.own, *(other.listed for other in self.others))
        known = [each for each in everyone if each.liquidity_usd is not None]
        return max(known, key=_depth, default=None)


def _age(listed: Listed) -> tuple[float, str]:
    return (listed.created_at.timestamp() if listed.created_at else 0.0, listed.token.address)


def _depth(listed: Listed) -> Decimal:
    return listed.liquidity_usd or Decimal(0)


class Similar:
    """Looks for tokens like another."""

    def __init__(self, *, enricher: Enricher, finder: Finder, makers: Makers, listing: Listing) -> None:
        self._enricher = enricher
        self._finder = finder
        self._makers = makers
        self._listing = listing

    async def of(self, ref: TokenRef, deadline: Deadline) -> Likes:
        """Find tokens like one.

        Raises:
            UnknownToken: no source knows it.
            AmbiguousToken: several tokens carry the name.
        """
        found, snapshot = await self._enricher.snapshot(ref, WANTED, deadline, complete=True)
        token = snapshot.token
        words = [word for word in (snapshot.value(SYMBOL), snapshot.value(NAME)) if word]
        record, searched = await asyncio.gather(
            self._makers.record(token, deadline),
            asyncio.gather(*(self._finder.search(word, deadline) for word in dict.fromkeys(words))),
        )
        remembered = await self._finder.suggest(words[0]) if words else ()
        matches = {match.token: match for group in (*searched, remembered) for match in group}
        made = [sibling.listed.token for sibling in record.siblings]
        own = own_of(snapshot)
        chosen = [each for each in matches if _may_be_like(own, matches[each])]
        tokens = [each for each in dict.fromkeys((*chosen, *made)) if each != token][:_MOST]
        listed = await self._listing.of([each for each in tokens if each.chain is token.chain], deadline)
        return Likes(found=found, snapshot=snapshot, own=own, others=alike(own, listed, matches, made))


def own_of(snapshot: TokenSnapshot) -> Listed:
    """Put the token itself in the form in which others are compared with it."""
    return Listed(
        token=snapshot.token,
        symbol=snapshot.value(SYMBOL),
        name=snapshot.value(NAME),
        image=snapshot.value(IMAGE_URL),
        creator=snapshot.value(CREATOR),
        created_at=snapshot.value(CREATED_AT),
        liquidity_usd=snapshot.value(LIQUIDITY_USD),
        market_cap_usd=snapshot.value(MARKET_CAP_USD),
        sources=snapshot.answered,
        asked=len(snapshot.asked),
    )


def alike(
    own: Listed,
    listed: Mapping[TokenKey, Listed],
    matches: Mapping[TokenKey, TokenMatch],
    made: Iterable[TokenKey],
) -> tuple[Like, ...]:
    """Say what each has in common with the token, and leave out who has nothing."""
    siblings = frozenset(made)
    found: list[Like] = []
    for token, known in listed.items():
        match = matches.get(token)
        each = known if match is None else _completed(known, match)
        common = likeness(own, each, sibling=token in siblings)
        if common:
            verified = match is not None and match.verified
            found.append(Like(listed=each, likeness=common, verified=verified))
    return tuple(
        sorted(found, key=lambda like: (-len(like.likeness), -_depth(like.listed), like.listed.token))
    )


def likeness(own: Listed, other: Listed, *, sibling: bool) -> tuple[Likeness, ...]:
    """List what two tokens have in common; letters that look alike are the same letter."""
    said: Sequence[tuple[Likeness, bool]] = (
        (Likeness.SYMBOL, _same(_looks(own.symbol), _looks(other.symbol))),
        (Likeness.NAME, _same(_looks(own.name), _looks(other.name))),
        (Likeness.IMAGE, _same(picture(own.image), picture(other.image))),
        (Likeness.CREATOR, sibling or _same(own.creator, other.creator)),
    )
    return tuple(kind for kind, holds in said if holds)


def picture(url: str | None) -> str | None:
    """Reduce a picture's address to what names it: without its size and the host that hands it out."""
    path = urlsplit(url).path if url else ""
    return path.rstrip("/").rpartition("/")[2] or None


def _looks(name: str | None) -> str | None:
    return skeleton(name) or None if name else None


def _same(left: str | None, right: str | None) -> bool:
    return left is not None and left == right


def _may_be_like(own: Listed, match: TokenMatch) -> bool:
    looks = {_looks(match.symbol), _looks(match.name)} - {None}
    return bool(looks & {_looks(own.symbol), _looks(own.name)})


def _completed(known: Listed, match: TokenMatch) -> Listed:
    """Fill in what only the search told."""
    return replace(
        known,
        symbol=known.symbol or match.symbol or None,
        name=known.name or match.name or None,
        liquidity_usd=match.liquidity_usd if known.liquidity_usd is None else known.liquidity_usd,
        market_cap_usd=match.market_cap_usd if known.market_cap_usd is None else known.market_cap_usd,
    )
