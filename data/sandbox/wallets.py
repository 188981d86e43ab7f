"""The wallets of the world: who one is, what it swapped in the pools, and what it holds at a moment.

A trader sells at times what it never bought here: that much came from elsewhere just before, untold. So no
balance is ever below nothing, and what a wallet holds is what its swaps leave it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from data.chain.base58 import unbase58
from data.models.ids import SOL_MINT
from data.sandbox import holders, market, seeds
from data.sandbox.holders import Role
from data.sandbox.tokens import Pool, Token
from data.sandbox.world import World

KEPT = 900  # swaps of one wallet that a node still lists
_SOL = 10**9
_LEAST_STOCK, _MORE_STOCK = 20 * _SOL, 180 * _SOL


@dataclass(frozen=True, slots=True, kw_only=True)
class Swap:
    """One swap as its trader has it: what came in above zero and what went out below, in base units."""

    pool: Pool
    at_s: float
    base: int
    quote: int

    def change(self, mint: str) -> int:
        """Tell what it changed of one of the two."""
        return self.base if mint == self.pool.base else self.quote


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """What a wallet holds of a token, in base units, in its account."""

    token: Token
    account: str
    amount: int


def number_of(world: World, address: str) -> int | None:
    """Tell which trader an address is; None for all others."""
    return _numbers(world.seed).get(_key(address))


@lru_cache(maxsize=8)
def _numbers(seed: int) -> Mapping[bytes, int]:
    return {seeds.key(seed, "trader", number): number for number in range(market.WALLETS)}


def named(world: World, address: str) -> tuple[Token, ...]:
    """List the tokens that a wallet made, or holds under a name from their beginning."""
    key = _key(address)
    return tuple(
        token
        for token in world.tokens.values()
        if address == token.creator or key in _names(world.seed, token.mint, token.spread.insiders)
    )


@lru_cache(maxsize=512)
def _names(seed: int, mint: str, insiders: int) -> frozenset[bytes]:
    counts = ((Role.INSIDER, insiders), (Role.OTHER, holders.SHOWN))
    return frozenset(
        holders.wallet_key(seed, role, mint, rank) for role, count in counts for rank in range(count)
    )


def _key(address: str) -> bytes:
    """Decode an address; what is none is nobody's."""
    try:
        return unbase58(address)
    except ValueError:
        return b""


def known(world: World, address: str) -> bool:
    """Tell whether an address is a wallet of this world."""
    return bool(named(world, address)) or number_of(world, address) is not None


def stock(world: World, address: str) -> int:
    """Tell what a wallet holds of the chain's own coin, in lamports."""
    return _LEAST_STOCK + int(_MORE_STOCK * seeds.fraction(world.seed, "stock", address))


def swaps(world: World, number: int, mint: str | None = None) -> list[Swap]:
    """List a trader's swaps so far, of one token or of all, oldest first."""
    pools = world.pools.values() if mint is None else world.pools_of(mint)
    found = [_swap(world, pool, *each) for pool in pools for each in world.swapped_by(pool, number)]
    return sorted(found, key=lambda swap: (swap.at_s, swap.pool.address))


def swap_at(world: World, pool: Pool, number: int, at_s: float) -> Swap | None:
    """Find the swap of a moment that the pool's tape told."""
    told = (each for each in world.swapped_by(pool, number) if each[0] == at_s)
    return next((_swap(world, pool, *each) for each in told), None)


def _swap(world: World, pool: Pool, at_s: float, base: float, quote: float) -> Swap:
    return Swap(
        pool=pool,
        at_s=at_s,
        base=int(base * 10 ** world.tokens[pool.base].decimals),
        quote=int(quote * 10 ** world.tokens[pool.quote].decimals),
    )


def balance(world: World, number: int, mint: str, before: Swap | None = None) -> int:
    """Tell what a trader holds of a token: now, or as a swap of it begins."""
    held = 0
    for swap in swaps(world, number, mint):
        change = swap.change(mint)
        held = max(held, -change)  # what it has too little of comes in just before
        if before is not None and (swap.at_s, swap.pool) == (before.at_s, before.pool):
            return held
        held += change
    return held


def holdings(world: World, address: str) -> tuple[Held, ...]:
    """List what a wallet holds, the chain's own coin left out."""
    return tuple(each for each in accounts(world, address) if each.amount)


def accounts(world: World, address: str) -> tuple[Held, ...]:
    """List the accounts of a wallet, those that it has emptied among them."""
    number = number_of(world, address)
    if number is not None:
        traded = {
            mint: world.tokens[mint]
            for swap in swaps(world, number)
            for mint in (swap.pool.base, swap.pool.quote)
            if mint != SOL_MINT
        }
        return tuple(
            Held(token=token, account=account(world, address, mint), amount=balance(world, number, mint))
            for mint, token in traded.items()
        )
    return tuple(
        Held(token=token, account=holder.account, amount=holder.amount)
        for token in named(world, address)
        for holder in world.named_holders(token.mint)
        if holder.owner == address
    )


def account(world: World, address: str, mint: str) -> str:
    """Name the account in which a wallet holds a token."""
    return seeds.address(world.seed, "holding", address, mint)
