"""Orca's API v2 JSON: an envelope, nearly every number as text, pools sorted by mint.

Knows only tokens that have a pool on Orca. Source: https://api.orca.so/docs
"""

from __future__ import annotations

import math
from collections.abc import Mapping

from data.chain.base58 import unbase58
from data.models.ids import SOL_MINT
from data.sandbox import seeds
from data.sandbox.tokens import Dex, Pool, Token
from data.sandbox.wire.call import Answer, Call, Vendor, iso, plain
from data.sandbox.world import World

ID = "orca"
_WINDOWS: Mapping[str, int] = {
    "5m": 300,
    "15m": 900,
    "30m": 1_800,
    "1h": 3_600,
    "2h": 7_200,
    "4h": 14_400,
    "8h": 28_800,
    "24h": 86_400,
    "7d": 604_800,
    "30d": 2_592_000,
}
_DEFAULT_WINDOWS = ("24h", "7d", "30d")
_CONFIG = "2LecshUwdy9xi7meFgHtFJQNSKk4KdTrcpvaB56dP2NQ"
_MILLIONTHS = 1_000_000
_TICK = math.log(1.0001)


def pools(world: World, call: Call) -> Answer:
    """Answer `/pools`: those of one token, deepest first."""
    windows = _windows(call)
    if windows is None or call.query.get("sortBy", "tvl") != "tvl":
        return Answer(body={"inner": "Invalid query parameters", "status": 400}, status=400)
    found = [pool for pool in world.pools_of(call.query.get("token", "")) if pool.dex is Dex.ORCA]
    found.sort(key=lambda pool: -_tvl(world, pool))
    shown = found[: call.number("size", 50)]
    meta = {"next": None, "previous": None}
    return Answer(body={"data": [_pool(world, pool, windows) for pool in shown], "meta": meta})


def one_pool(world: World, call: Call) -> Answer:
    """Answer `/pools/{address}`."""
    pool, windows = world.pools.get(call.path["address"]), _windows(call)
    if pool is None or pool.dex is not Dex.ORCA or windows is None:
        return Answer(body={"inner": "Whirlpool not found", "status": 404}, status=404)
    return Answer(body={"data": _pool(world, pool, windows), "meta": {"cursor": None}})


def _windows(call: Call) -> list[str] | None:
    """Read which windows are asked for; None where one is unknown: they are all lower case."""
    asked = call.listed("stats") or list(_DEFAULT_WINDOWS)
    return asked if set(asked) <= set(_WINDOWS) else None


def _tvl(world: World, pool: Pool) -> float:
    return world.state(pool).liquidity_usd * (1.0 + world.skew(ID, pool.base))


def _pool(world: World, pool: Pool, windows: list[str]) -> dict[str, object]:
    """Write a pool; side A is the mint whose bytes sort first, whichever is the token."""
    state = world.state(pool)
    flipped = unbase58(pool.quote) < unbase58(pool.base)
    sides = [(world.tokens[pool.base], state.base_reserve), (world.tokens[pool.quote], state.quote_reserve)]
    (token_a, amount_a), (token_b, amount_b) = reversed(sides) if flipped else sides
    price = 1.0 / state.price_native if flipped else state.price_native
    return {
        "address": pool.address,
        "whirlpoolsConfig": _CONFIG,
        "whirlpoolBump": [255],
        **_fees(pool),
        **_curve(price * 10.0 ** (token_b.decimals - token_a.decimals), amount_a, amount_b),
        **_vault(world, pool, token_a, "A"),
        **_vault(world, pool, token_b, "B"),
        "rewardLastUpdatedTimestamp": iso(world.now),
        "updatedAt": iso(world.now),
        "updatedSlot": world.slot,
        "writeVersion": world.slot * 4_000,
        "hasWarning": False,
        "poolType": "whirlpool",
        "tokenA": _token(token_a),
        "tokenB": _token(token_b),
        "price": plain(price),
        "tvlUsdc": plain(_tvl(world, pool)),
        "yieldOverTvl": _stats(world, pool, "24h")["yieldOverTvl"],
        "tokenBalanceA": str(int(amount_a * 10**token_a.decimals)),
        "tokenBalanceB": str(int(amount_b * 10**token_b.decimals)),
        "stats": {window: _stats(world, pool, window) for window in windows},
        "rewards": [],
        "lockedLiquidityPercent": [],
        "adaptiveFeeEnabled": False,
        "adaptiveFee": None,
        "tradeEnableTimestamp": "1970-01-01T00:00:00Z",
    }


def _fees(pool: Pool) -> dict[str, object]:
    return {
        "tickSpacing": 4,
        "tickSpacingSeed": [4, 0],
        "feeTierIndex": 4,
        "feeRate": round(pool.dex.fee_ratio * _MILLIONTHS),
        "protocolFeeRate": 1_300,
    }


def _curve(raw_price: float, amount_a: float, amount_b: float) -> dict[str, object]:
    """Write where a pool stands on its curve; `raw_price` is in base units."""
    return {
        "liquidity": str(int(math.sqrt(amount_a * amount_b) * 1e9)),
        "sqrtPrice": str(int(math.sqrt(raw_price) * 2**64)),
        "tickCurrentIndex": math.floor(math.log(raw_price) / _TICK),
    }


def _vault(world: World, pool: Pool, token: Token, side: str) -> dict[str, object]:
    return {
        f"protocolFeeOwed{side}": "0",
        f"tokenMint{side}": token.mint,
        f"tokenVault{side}": seeds.address(world.seed, "vault", pool.address, token.mint),
        f"feeGrowthGlobal{side}": "0",
    }


def _token(token: Token) -> dict[str, object]:
    return {
        "address": token.mint,
        "programId": token.program.value,
        "imageUrl": f"https://images.example/{token.mint}.png",
        "name": "Solana" if token.mint == SOL_MINT else token.name,
        "symbol": token.symbol,
        "decimals": token.decimals,
        "tags": [each.name for each in token.extensions],
    }


def _stats(world: World, pool: Pool, window: str) -> dict[str, object]:
    """Write a window's volume and what it earned."""
    seen = world.activity(pool, _WINDOWS[window])
    volume = seen.volume_usd * (1.0 + world.skew(ID, pool.base))
    fees = volume * pool.dex.fee_ratio
    return {
        "volume": plain(volume),
        "fees": plain(fees),
        "rewards": "0",
        "yieldOverTvl": plain(fees / max(_tvl(world, pool), 1.0)),
        "priceDelta": None,
    }


VENDOR = Vendor(
    id=ID,
    root="/v2/solana",
    routes={"/pools": pools, "/pools/{address}": one_pool},
    throttled={"inner": "Too many requests", "status": 429},
    refusal={"inner": "Internal server error", "status": 500},
)
