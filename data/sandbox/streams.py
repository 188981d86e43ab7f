"""What streams tell of the world between two moments: launches, trades, moves to a pool. Pure.

A launchpad's token that is in a pool already was bought whole at its launch and moved at once, as some are.
Sources: https://pumpportal.fun/data-api/real-time and https://solana.com/docs/rpc/websocket
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from data.sandbox import pump_events, seeds
from data.sandbox.market import Trade
from data.sandbox.tape import CURVE_BASE, CURVE_QUOTE, CURVE_SOLD
from data.sandbox.tokens import Token
from data.sandbox.world import World

_LAUNCHPAD = "pump.fun"
_LAMPORTS = 10**9
_MOVED = timedelta(milliseconds=96)  # from a launch to the move of a token that was bought whole
_END_QUOTE = CURVE_QUOTE * CURVE_BASE / (CURVE_BASE - CURVE_SOLD)  # virtual SOL of a curve that is sold out


@dataclass(frozen=True, slots=True, kw_only=True)
class Wants:
    """What a client of PumpPortal subscribed to; trades by mint."""

    launches: bool = False
    migrations: bool = False
    trades: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Logs:
    """A transaction's log as a node tells it."""

    at: datetime
    slot: int
    signature: str
    lines: list[str]

    @property
    def value(self) -> dict[str, object]:
        return {"signature": self.signature, "err": None, "logs": self.lines}


def pumpportal(world: World, since: datetime, wants: Wants) -> list[dict[str, object]]:
    """Write PumpPortal's frames of what happened after `since` and by now, oldest first."""
    told: list[tuple[datetime, dict[str, object]]] = []
    for token in _launched(world, since):
        if wants.launches and token.created_at > since:
            told.append((token.created_at, create_frame(world, token)))
        if wants.migrations and since < (at := moved_at(token)) <= world.now and not _on_curve(token):
            told.append((at, migrate_frame(world, token)))
    for mint in wants.trades & world.tokens.keys():
        token = world.tokens[mint]
        told += [(trade.at, trade_frame(token, trade)) for trade in _trades(world, token, since)]
    return [frame for _, frame in sorted(told, key=lambda pair: pair[0])]


def logs(world: World, since: datetime) -> list[Logs]:
    """Write the launchpad's logs of what happened after `since` and by now, oldest first."""
    told = [each for token in _launched(world, since) for each in _opening(world, token)]
    told = [each for each in told if since < each.at <= world.now]
    for token in world.tokens.values():
        if token.launchpad == _LAUNCHPAD and _on_curve(token):
            told += [_trade_log(world, token, trade) for trade in _trades(world, token, since)]
    return sorted(told, key=lambda each: each.at)


def creation(world: World, token: Token) -> str:
    """Tell the signature of the transaction that made a token."""
    return seeds.signature(world.seed, "mint", token.mint)


def migration(world: World, token: Token) -> str:
    """Tell the signature of the transaction that moved a token to its pool."""
    return seeds.signature(world.seed, "migrate", token.mint)


def moved_at(token: Token) -> datetime:
    """Tell when a token that is in a pool was moved there."""
    return token.created_at + _MOVED


def curve_of(world: World, token: Token) -> str:
    """Tell the address of a token's curve, which it may have left."""
    pool = token.pools[0]
    return pool.address if pool.dex.is_curve else seeds.address(world.seed, "curve", token.mint)


def create_frame(world: World, token: Token) -> dict[str, object]:
    """Write a launch."""
    whole = not _on_curve(token)
    tokens, sol = (CURVE_BASE - CURVE_SOLD, _END_QUOTE) if whole else (CURVE_BASE, CURVE_QUOTE)
    return {
        "signature": creation(world, token),
        "mint": token.mint,
        "traderPublicKey": token.creator,
        "txType": "create",
        "initialBuy": CURVE_SOLD if whole else 0,
        "solAmount": sol - CURVE_QUOTE,
        "bondingCurveKey": curve_of(world, token),
        "vTokensInBondingCurve": tokens,
        "vSolInBondingCurve": sol,
        "marketCapSol": sol / tokens * token.supply_units,
        "name": token.name,
        "symbol": token.symbol,
        "uri": _uri(token),
        "is_mayhem_mode": False,
        "pool": "pump",
    }


def migrate_frame(world: World, token: Token) -> dict[str, object]:
    """Write a move to a pool."""
    return {
        "signature": migration(world, token),
        "mint": token.mint,
        "txType": "migrate",
        "pool": "pump-amm",
    }


def trade_frame(token: Token, trade: Trade) -> dict[str, object]:
    """Write a trade."""
    curve = _on_curve(token)
    reserves: dict[str, object] = {"tokensInPool": trade.base_reserve, "solInPool": trade.quote_reserve}
    if curve:
        reserves = {
            "bondingCurveKey": token.pools[0].address,
            "vTokensInBondingCurve": trade.base_reserve,
            "vSolInBondingCurve": trade.quote_reserve,
        }
    return {
        "signature": trade.signature,
        "mint": token.mint,
        "traderPublicKey": trade.trader,
        "txType": "buy" if trade.is_buy else "sell",
        "tokenAmount": trade.base_amount,
        "solAmount": trade.quote_amount,
        "newTokenBalance": trade.base_amount if trade.is_buy else 0,
        **reserves,
        "marketCapSol": trade.price_native * token.supply_units,
        "pool": "pump" if curve else "pump-amm",
    }


def _launched(world: World, since: datetime) -> Iterator[Token]:
    """List the launchpad's tokens of which something may have happened after a moment."""
    return (
        token
        for token in world.tokens.values()
        if token.launchpad == _LAUNCHPAD and token.created_at > since - _MOVED
    )


def _on_curve(token: Token) -> bool:
    return token.pools[0].dex.is_curve


def _uri(token: Token) -> str:
    return f"https://metadata.example/{token.mint}.json"


def _trades(world: World, token: Token, since: datetime) -> list[Trade]:
    """List a token's trades in its main pool after a moment, newest first."""
    if not token.pools:
        return []
    pool = token.pools[0]
    last_s = world.state(pool).last_trade_s
    if last_s is None or world.moment(last_s) <= since:
        return []
    limit, found = 8, world.trades(pool, 8)
    while len(found) == limit and found[-1].at > since:
        limit *= 8
        found = world.trades(pool, limit)
    return [trade for trade in found if trade.at > since]


def _opening(world: World, token: Token) -> list[Logs]:
    """Write how a token began: its launch, and where it is in a pool its sale and its move."""
    curve, creator, at = curve_of(world, token), token.creator or token.mint, token.created_at
    words = (token.name, token.symbol, _uri(token))
    made = pump_events.created(
        mint=token.mint, curve=curve, creator=creator, at=at, words=words, program=token.program.value,
        supply=token.supply,
    )  # fmt: skip
    if _on_curve(token):
        return [_logs(world, at, creation(world, token), pump_events.log("Create", made))]
    left, sol = CURVE_BASE - CURVE_SOLD, _END_QUOTE - CURVE_QUOTE
    bought = pump_events.traded(
        mint=token.mint, user=creator, creator=creator, at=at, is_buy=True,
        amounts=(_raw(sol, _LAMPORTS), _raw(CURVE_SOLD, 10**6)),
        reserves=(_raw(_END_QUOTE, _LAMPORTS), _raw(left, 10**6), _raw(sol, _LAMPORTS), 0),
    )  # fmt: skip
    sold = pump_events.completed(mint=token.mint, curve=curve, user=creator, at=at)
    moved = pump_events.migrated(
        mint=token.mint, curve=curve, user=creator, pool=token.pools[0].address, at=moved_at(token),
        amounts=(_raw(left, 10**6), _raw(sol, _LAMPORTS)),
    )  # fmt: skip
    return [
        _logs(world, at, creation(world, token), pump_events.log("Create", made, bought, sold)),
        _logs(world, moved_at(token), migration(world, token), pump_events.log("Migrate", moved)),
    ]


def _trade_log(world: World, token: Token, trade: Trade) -> Logs:
    base, quote = trade.base_reserve, trade.quote_reserve
    event = pump_events.traded(
        mint=token.mint,
        user=trade.trader,
        creator=token.creator or token.mint,
        at=trade.at,
        is_buy=trade.is_buy,
        amounts=(_raw(trade.quote_amount, _LAMPORTS), _raw(trade.base_amount, 10**6)),
        reserves=(
            _raw(quote, _LAMPORTS),
            _raw(base, 10**6),
            _raw(quote - CURVE_QUOTE, _LAMPORTS),
            _raw(base - (CURVE_BASE - CURVE_SOLD), 10**6),
        ),
    )
    return _logs(world, trade.at, trade.signature, pump_events.log("Buy" if trade.is_buy else "Sell", event))


def _logs(world: World, at: datetime, signature: str, lines: list[str]) -> Logs:
    return Logs(at=at, slot=world.slot_at(at), signature=signature, lines=lines)


def _raw(units: float, scale: int) -> int:
    return max(0, round(units * scale))
