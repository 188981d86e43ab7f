"""How a token's first minutes went: who made it, who bought in its first block, and whence their SOL came.

Follows from the seed alone, so that no order of asking changes an answer. Amounts bought are those that the
holders would have if nothing lay in pools: whoever holds less by now has sold.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from data.models.ids import SOL_MINT
from data.sandbox import holders, seeds, wallets
from data.sandbox.holders import Holder, Role
from data.sandbox.market import Trade
from data.sandbox.tokens import Kind, Pool, Token
from data.sandbox.world import SLOT_S, World

_EARLY = 12  # holders who bought within minutes
_AT_ONCE = 3  # of a bundle's wallets that buy in one transaction
_FEE = 5_000
_SOL = 10**9
_EXCHANGES = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """What a token account held before and after, in base units."""

    account: str
    owner: str
    mint: str
    before: int
    after: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One transaction; `coins` are changes in lamports, `new` those who had none before."""

    signature: str
    slot: int
    at: datetime
    signers: tuple[str, ...]
    moves: tuple[Move, ...] = ()
    coins: Mapping[str, int]
    new: frozenset[str] = frozenset()
    created: str = ""
    failed: bool = False


def opening(world: World, token: Token) -> tuple[Event, ...]:
    """List a token's first transactions up to now, oldest first; nobody knows those of a well-known one."""
    if token.creator is None:
        return ()
    bought = holders.listed(world.seed, token, {})
    insiders = [holder for holder in bought if holder.role is Role.INSIDER]
    others = [holder for holder in bought if holder.role is Role.OTHER]
    others.sort(key=lambda holder: seeds.fraction(world.seed, "early", holder.owner))
    events = [_creation(world, token, token.creator, bought)]
    alone, together = insiders[:-_AT_ONCE], insiders[-_AT_ONCE:]
    events += [_buy(world, token, [holder], 0) for holder in alone]
    events += [_buy(world, token, together, 0)] if together else []
    events.append(_missed(world, token))
    slot = 0
    for holder in others[:_EARLY]:
        slot += 6 + int(60 * seeds.fraction(world.seed, "waited", holder.owner))
        events.append(_buy(world, token, [holder], slot))
    return tuple(event for event in events if event.at <= world.now)


def origin(world: World, wallet: str, token: Token, *, insider: bool) -> Event:
    """Tell how a wallet came by its first SOL: an insider's just before, another's long ago."""
    if insider:
        funder = seeds.address(world.seed, "funder", token.creator or token.mint)
        before_s = 240.0 + 600.0 * seeds.fraction(world.seed, "funded", wallet)
    else:
        exchange = int(_EXCHANGES * seeds.fraction(world.seed, "exchange of", wallet))
        funder = seeds.address(world.seed, "exchange", exchange)
        before_s = 86_400.0 * (400.0 + 900.0 * seeds.fraction(world.seed, "funded", wallet))
    at = (token.created_at if insider else world.epoch) - timedelta(seconds=before_s)
    sent = 2 * _SOL + int(8 * _SOL * seeds.fraction(world.seed, "sent", wallet))
    return Event(
        signature=seeds.signature(world.seed, "funding", wallet),
        slot=world.slot_at(at),
        at=at,
        signers=(funder,),
        coins={funder: -sent - _FEE, wallet: sent},
        new=frozenset({wallet}),
    )


def traded(world: World, pool: Pool, trade: Trade, at_s: float) -> Event:
    """State a trade of the tape as its transaction."""
    swap = wallets.swap_at(world, pool, trade.number, at_s)
    assert swap is not None, "what is on the tape was swapped"
    moves: list[Move] = []
    coins = {trade.trader: -_FEE}
    for mint in (pool.base, pool.quote):
        change = swap.change(mint)
        if mint == SOL_MINT:
            coins[trade.trader] += change
            coins[holders.pool_authority(world.seed, pool)] = -change
            continue
        before = wallets.balance(world, trade.number, mint, swap)
        account = wallets.account(world, trade.trader, mint)
        moves.append(_own(account, trade.trader, mint, before, before + change))
        moves.append(_vault(world, pool, -change, mint=mint))
    return Event(
        signature=trade.signature, slot=world.slot_at(trade.at), at=trade.at, signers=(trade.trader,),
        moves=tuple(moves), coins=coins,
    )  # fmt: skip


def _creation(world: World, token: Token, creator: str, bought: Sequence[Holder]) -> Event:
    """State the transaction that made a token and filled its pool; its creator buys in it."""
    own = next((holder for holder in bought if holder.role is Role.CREATOR), None)
    moves = [_vault(world, pool, token.supply // 2, opened=True) for pool in token.pools]
    if own is not None:
        moves.append(_own(own.account, creator, token.mint, 0, own.amount))
    return Event(
        signature=seeds.signature(world.seed, "mint", token.mint),
        slot=world.slot_at(token.created_at),
        at=token.created_at,
        signers=(creator, token.mint),
        moves=tuple(moves),
        coins={creator: -_cost(world, token, own.amount if own else 0) - 22_000_000},
        created=token.mint,
    )


def _buy(world: World, token: Token, buyers: Sequence[Holder], slots: int) -> Event:
    """State one purchase of one buyer or of several."""
    at = token.created_at + timedelta(seconds=slots * SLOT_S)
    total = sum(holder.amount for holder in buyers)
    coins = {holder.owner: -_cost(world, token, holder.amount) - _FEE for holder in buyers}
    own = [_own(holder.account, holder.owner, token.mint, 0, holder.amount) for holder in buyers]
    return Event(
        signature=seeds.signature(world.seed, "early", token.mint, buyers[0].owner),
        slot=world.slot_at(token.created_at) + slots,
        at=at,
        signers=tuple(holder.owner for holder in buyers),
        moves=(*own, _vault(world, token.pools[0], -total)),
        coins=coins,
    )


def _missed(world: World, token: Token) -> Event:
    """State a purchase that came too late for its price, and failed."""
    wallet = seeds.address(world.seed, "late", token.mint)
    return Event(
        signature=seeds.signature(world.seed, "late", token.mint),
        slot=world.slot_at(token.created_at) + 1,
        at=token.created_at + timedelta(seconds=SLOT_S),
        signers=(wallet,),
        coins={wallet: -_FEE},
        failed=True,
    )


def _own(account: str, owner: str, mint: str, before: int, after: int) -> Move:
    return Move(account=account, owner=owner, mint=mint, before=before, after=after)


def _vault(world: World, pool: Pool, change: int, *, opened: bool = False, mint: str = "") -> Move:
    token = world.tokens[mint or pool.base]
    before = 0 if opened else token.supply
    return Move(
        account=seeds.address(world.seed, "vault", pool.address, token.mint),
        owner=holders.pool_authority(world.seed, pool),
        mint=token.mint,
        before=before,
        after=max(0, before + change),
    )


def _cost(world: World, token: Token, amount: int) -> int:
    """Tell what an amount cost at the opening, in lamports, at a round price of SOL."""
    usd = token.path.start_usd * amount / 10**token.decimals
    return int(usd / 150.0 * _SOL)


def is_insider(token: Token, wallet: str, world: World) -> bool:
    """Tell whether a wallet is one of a bundle, or its creator."""
    if token.kind is not Kind.BUNDLED:
        return False
    bought = holders.listed(world.seed, token, {})
    return any(each.owner == wallet and each.role in {Role.INSIDER, Role.CREATOR} for each in bought)
