"""From what a person called a token to the token itself: never a guess.

A ticker that names several tokens is theirs to choose from, but for one case: a single verified token that
holds nearly all the liquidity of its name. The card then says that others carry the name.
"""

from __future__ import annotations

import difflib
import unicodedata
from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache

import structlog
from cachetools import LRUCache, TTLCache

from core.addresses import RefKind, TokenRef
from core.enrichment.collect import Collected, collect
from core.enrichment.plan import calls_for
from data.clock import Clock, Deadline
from data.errors import AmbiguousToken, StoreUnavailable, UnknownToken
from data.gateway.flight import Flights
from data.gateway.gateway import Gateway
from data.models.ids import SOL_MINT, USDC_MINT, Chain, ProviderId, TokenKey
from data.models.market import Capability, Pool, TokenMatch
from data.nursery import Nursery
from data.providers.base import Ask, Provider
from data.store.store import Store

log = structlog.get_logger("finder")

_PATIENCE_S = 1.2
_NEARLY_ALL = Decimal("0.9")
_POOLS_REMEMBERED = 10_000
# A name that many ask for is looked up once in so long.
_REPEATED_S = 10.0  # a new namesake shows this much later
_NAMES_REMEMBERED = 1_000
# The side of a pool that prices the other.
_ANCHORS = frozenset({SOL_MINT, USDC_MINT, "Es9vMFrzaCERmJfrF4H2FYD4KCoNkY11McCe8BenwNYB"})


@dataclass(frozen=True, slots=True)
class Found:
    """A token, and the others that carry its name."""

    token: TokenKey
    namesakes: int = 0
    pool: str = ""


@lru_cache(maxsize=4096)
def folded(name: str) -> str:
    """Fold a ticker for comparison: compatibility form, case, no dollar sign."""
    return unicodedata.normalize("NFKC", name).strip().lstrip("$").casefold()


def merged(matches: Iterable[TokenMatch]) -> tuple[TokenMatch, ...]:
    """List each token once: verified by anyone, with the best liquidity known; deepest first."""
    best: dict[TokenKey, TokenMatch] = {}
    for match in matches:
        known = best.get(match.token)
        if known is None:
            best[match.token] = match
            continue
        deeper = max(known, match, key=_depth)
        best[match.token] = replace(
            deeper, verified=known.verified or match.verified,
            market_cap_usd=deeper.market_cap_usd or known.market_cap_usd or match.market_cap_usd,
        )  # fmt: skip
    return tuple(sorted(best.values(), key=_rank))


def _depth(match: TokenMatch) -> Decimal:
    """Rank what is known of a token's liquidity: none is a fact, unknown is less."""
    return Decimal(-1) if match.liquidity_usd is None else match.liquidity_usd


def _rank(match: TokenMatch) -> tuple[bool, Decimal, str]:
    return (not match.verified, -(match.liquidity_usd or Decimal(0)), match.token.address)


def chosen(matches: Sequence[TokenMatch]) -> TokenMatch | None:
    """Choose among namesakes where one is beyond doubt; None where a person must."""
    if len(matches) == 1:
        return matches[0]
    verified = [match for match in matches if match.verified]
    if len(verified) != 1:
        return None
    total = sum((match.liquidity_usd or Decimal(0) for match in matches), Decimal(0))
    own = verified[0].liquidity_usd or Decimal(0)
    return verified[0] if total and own / total >= _NEARLY_ALL else None


class Finder:
    """Looks names, pools and links up."""

    def __init__(
        self,
        *,
        gateway: Gateway,
        providers: Mapping[ProviderId, Provider],
        store: Store,
        nursery: Nursery,
        clock: Clock,
    ) -> None:
        self._gateway = gateway
        self._providers = tuple(providers.values())
        self._store = store
        self._nursery = nursery
        self._clock = clock
        self._pools: OrderedDict[tuple[Chain, str], TokenKey] = OrderedDict()
        self._repeated: TTLCache[str, tuple[TokenMatch, ...]] = TTLCache(
            _NAMES_REMEMBERED, _REPEATED_S, timer=clock.monotonic
        )
        self._remembered: LRUCache[str, list[TokenMatch]] = LRUCache(_NAMES_REMEMBERED)
        self._searches: Flights[tuple[TokenMatch, ...]] = Flights(nursery)

    async def identify(self, ref: TokenRef, deadline: Deadline) -> Found:
        """Find the token that a reference names; an address is taken at its word.

        Raises:
            UnknownToken: no source knows it.
            AmbiguousToken: several tokens carry the name.
        """
        match ref.kind:
            case RefKind.TICKER:
                return await self._named(ref.text, deadline)
            case RefKind.POOL:
                token = await self.of_pool(ref, deadline)
                if token is None and ref.folded:
                    raise UnknownToken(ref.text, detail="No source knows this pool.")
                if token is None:
                    # Chart sites take a token's address where a pool's is meant.
                    return Found(TokenKey(ref.chain or Chain.SOLANA, ref.text))
                return Found(token, pool="" if ref.folded else ref.text)
            case RefKind.ADDRESS:
                if ref.chain is not None:
                    return Found(TokenKey(ref.chain, ref.text))
                return await self._on_some_chain(ref.text, deadline)

    async def search(self, words: str, deadline: Deadline) -> tuple[TokenMatch, ...]:
        """Search all sources for a name; what was seen before is found without them."""
        name = words.lstrip("$")
        repeated = self._repeated.get(name)
        if repeated is not None:
            return repeated
        return await self._searches.join(name, lambda: self._search(name, deadline))

    async def _search(self, name: str, deadline: Deadline) -> tuple[TokenMatch, ...]:
        async with self._store.read() as tx:
            known = await tx.tokens.named(name)
        collected = await self._ask(Capability.SEARCH, Ask(query=name), deadline, by="query")
        records = (record for answer in collected.answers for record in answer.records)
        found = [record for record in records if isinstance(record, TokenMatch)]
        if found and self._remembered.get(name) != found:
            self._remembered[name] = found
            self._nursery.start(self._remember(found), name="remember tokens")
        matches = merged((*known, *found))
        if collected.unhurried:
            self._repeated[name] = matches
        return matches

    async def _remember(self, found: Sequence[TokenMatch]) -> None:
        try:
            async with self._store.begin() as tx:
                await tx.tokens.remember(found, self._clock.now())
        except StoreUnavailable as error:
            log.warning("tokens_not_remembered", count=len(found), error=str(error))

    async def suggest(self, typed: str, limit: int = 25) -> tuple[TokenMatch, ...]:
        """Complete a name from what was seen before; asks nobody."""
        async with self._store.read() as tx:
            return await tx.tokens.like(typed.strip().lstrip("$"), limit)

    async def of_pool(self, ref: TokenRef, deadline: Deadline) -> TokenKey | None:
        """Find the token that a pool trades: the side that is not SOL or a dollar."""
        chain = ref.chain or Chain.SOLANA
        key = (chain, ref.text)
        known = self._pools.get(key)
        if known is not None:
            return known
        ask = Ask(pool=ref.text, chain=chain)
        for answer in (await self._ask(Capability.POOLS, ask, deadline, by="pool")).answers:
            for pool in answer.records:
                if isinstance(pool, Pool) and pool.address.lower() == ref.text.lower():
                    token = priced_side(pool)
                    self._pools[key] = token
                    while len(self._pools) > _POOLS_REMEMBERED:
                        self._pools.popitem(last=False)
                    return token
        return None

    async def _named(self, name: str, deadline: Deadline) -> Found:
        matches = await self.search(name, deadline)
        wanted = folded(name)
        same = [match for match in matches if folded(match.symbol) == wanted]
        if not same:
            raise UnknownToken(f"${name.lstrip('$')}", near=await self._near(name, matches))
        one = chosen(same)
        if one is None:
            raise AmbiguousToken(name.lstrip("$"), same)
        return Found(one.token, namesakes=len(same) - 1)

    async def _near(self, name: str, matches: Sequence[TokenMatch]) -> tuple[TokenMatch, ...]:
        candidates = {match.token: match for match in (*matches, *await self.suggest(name[:2]))}
        words = {folded(match.symbol): match for match in reversed(candidates.values())}
        close = difflib.get_close_matches(folded(name), list(words), n=5, cutoff=0.5)
        return tuple(words[word] for word in close)

    async def _on_some_chain(self, address: str, deadline: Deadline) -> Found:
        """Find which chain an EVM address lives on; on several, the person chooses."""
        matches = [match for match in await self.search(address, deadline) if match.token.address == address]
        if not matches:
            raise UnknownToken(address, detail="No source lists it on Ethereum, Base or BSC.")
        if len({match.token.chain for match in matches}) > 1:
            raise AmbiguousToken(address, matches)
        return Found(matches[0].token)

    async def _ask(self, capability: Capability, ask: Ask, deadline: Deadline, *, by: str) -> Collected:
        collecting = collect(
            calls_for(capability, ask, self._providers, by=by), deadline.at_most(_PATIENCE_S * 2),
            gateway=self._gateway, nursery=self._nursery, clock=self._clock, patience_s=_PATIENCE_S, enough=1,
        )  # fmt: skip
        async with aclosing(collecting) as rounds:
            return await anext(rounds)


def priced_side(pool: Pool) -> TokenKey:
    """Tell which side of a pool people mean: not the one that the other is priced in."""
    return pool.quote.token if pool.base.token.address in _ANCHORS else pool.base.token
