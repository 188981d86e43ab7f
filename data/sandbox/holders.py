"""Who holds a token: its pools, its creator, insiders, and a tail; never more than the supply in all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from data.chain.base58 import base58
from data.sandbox import seeds
from data.sandbox.tokens import Pool, Token

SHOWN = 20  # how many the chain and the vendors list
_TAIL = 0.75  # each holder of the top ten has about this share of the one before
_AFTER = 0.35  # the next ten together, as a share of the top ten


class Role(StrEnum):
    """What is known of a holder."""

    POOL = "pool"
    CREATOR = "creator"
    INSIDER = "insider"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """One token account; `owner` is the wallet or program address behind it."""

    owner: str
    account: str
    amount: int  # base units
    role: Role
    pool: Pool | None = None


def listed(seed: int, token: Token, vaults: Mapping[str, int]) -> tuple[Holder, ...]:
    """List the holders worth naming, largest first; `vaults` is what each pool of the token holds."""
    spread = token.spread
    free = max(0, token.supply - sum(vaults.values()))
    found = [
        Holder(
            owner=pool_authority(seed, pool),
            account=seeds.address(seed, "vault", pool.address, token.mint),
            amount=vaults[pool.address],
            role=Role.POOL,
            pool=pool,
        )
        for pool in token.pools
        if vaults.get(pool.address)
    ]
    if token.creator is not None and spread.creator_ratio:
        account = seeds.address(seed, "holding", token.creator, token.mint)
        amount = int(free * spread.creator_ratio)
        found.append(Holder(owner=token.creator, account=account, amount=amount, role=Role.CREATOR))
    insiders = [spread.insiders_ratio / max(1, spread.insiders)] * spread.insiders
    found += _wallets(seed, token, Role.INSIDER, insiders, free)
    found += _wallets(seed, token, Role.OTHER, _tail_shares(spread.top10_ratio - spread.creator_ratio), free)
    return tuple(sorted(found, key=lambda holder: -holder.amount))


def pool_authority(seed: int, pool: Pool) -> str:
    """Name the address that owns a pool's vaults."""
    return seeds.address(seed, "pool authority", pool.address)


def wallet(seed: int, role: Role, mint: str, rank: int) -> str:
    """Name one of those who hold a token from its beginning."""
    return base58(wallet_key(seed, role, mint, rank))


def wallet_key(seed: int, role: Role, mint: str, rank: int) -> bytes:
    """Give the bytes of that address."""
    return seeds.key(seed, "wallet", role, mint, rank)


def holder_count(token: Token, age_s: float) -> int:
    """Count the holders: a token gathers most of them on its first day."""
    return 2 + int(token.spread.holders * (1.0 - 1.0 / (1.0 + max(0.0, age_s) / 21_600.0)))


def _tail_shares(top10_ratio: float) -> list[float]:
    steps = [_TAIL**rank for rank in range(SHOWN)]
    head, after = sum(steps[:10]), sum(steps[10:])
    return [
        step / head * top10_ratio if rank < 10 else step / after * top10_ratio * _AFTER
        for rank, step in enumerate(steps)
    ]


def _wallets(seed: int, token: Token, role: Role, shares: list[float], free: int) -> list[Holder]:
    named = _named(seed, role, token.mint, len(shares))
    return [
        Holder(owner=owner, account=account, amount=int(free * share * jitter), role=role)
        for (owner, account, jitter), share in zip(named, shares, strict=True)
    ]


@lru_cache(maxsize=512)  # names never change, and every vendor lists them
def _named(seed: int, role: Role, mint: str, count: int) -> tuple[tuple[str, str, float], ...]:
    """Name wallets and their accounts of a token, each with its part of an equal share."""
    owners = [wallet(seed, role, mint, rank) for rank in range(count)]
    return tuple(
        (
            owner,
            seeds.address(seed, "holding", owner, mint),
            0.9 + 0.1 * seeds.fraction(seed, "amount", owner),
        )
        for owner in owners
    )
