"""Raydium's API v3 JSON: an envelope, prices as strings, pools sorted by mint and null for the unknown.

Knows only tokens that have a pool on Raydium. Source: https://docs.raydium.io/raydium/api-reference
"""

from __future__ import annotations

from collections.abc import Mapping

from data.models.ids import SOL_MINT
from data.sandbox import seeds
from data.sandbox.tokens import Dex, Pool, Token, TokenProgram
from data.sandbox.wire.call import Answer, Call, Vendor
from data.sandbox.world import World

ID = "raydium"
_SPANS = {"day": 86_400, "week": 604_800, "month": 2_592_000}
_PROGRAMS: Mapping[Dex, str] = {
    Dex.RAYDIUM: "675kPX9MHTjS2zt1qfr1NYHuzeLXfQM9H24wFSUt1Mp8",
    Dex.RAYDIUM_CLMM: "CAMMCzo5YL8w4VFF8KVHrK22GGUsp5VTaW7grrKgrWqK",
}


def _enveloped(world: World, data: object) -> Answer:
    request = seeds.uuid(world.seed, ID, str(world.now))
    return Answer(body={"id": request, "success": True, "data": data})


def _refused(world: World, reason: str) -> Answer:
    request = seeds.uuid(world.seed, ID, str(world.now))
    return Answer(body={"id": request, "success": False, "msg": reason})


def _pools(world: World, mint: str) -> list[Pool]:
    return [pool for pool in world.pools_of(mint) if pool.dex in _PROGRAMS]


def prices(world: World, call: Call) -> Answer:
    """Answer `/mint/price`; null for a mint without a pool here."""
    return _enveloped(world, {mint: _price(world, mint) for mint in call.listed("mints")})


def _price(world: World, mint: str) -> str | None:
    if not _pools(world, mint):
        return None
    return str(world.price_usd(mint) * (1.0 + world.skew(ID, mint)))


def mints(world: World, call: Call) -> Answer:
    """Answer `/mint/ids`: in the order asked, null for the unknown."""
    asked = [world.tokens.get(mint) if _pools(world, mint) else None for mint in call.listed("mints")]
    return _enveloped(world, [None if token is None else _mint(token) for token in asked])


def _mint(token: Token) -> dict[str, object]:
    tags = (
        ("hasFreeze", token.freeze_authority is not None),
        ("hasTransferFee", token.extension("transferFeeConfig") is not None),
        ("token-2022", token.program is TokenProgram.TOKEN_2022),
    )
    return {
        "chainId": 101,
        "address": token.mint,
        "programId": token.program.value,
        "logoURI": f"https://images.example/{token.mint}.png",
        "symbol": "WSOL" if token.mint == SOL_MINT else token.symbol,
        "name": token.name,
        "decimals": token.decimals,
        "tags": [name for name, holds in tags if holds],
        "extensions": {},
    }


def pools_by_id(world: World, call: Call) -> Answer:
    """Answer `/pools/info/ids`: in the order asked, null for the unknown."""
    ids = call.listed("ids")
    if not ids:
        return _refused(world, "query ids type error")
    found = (world.pools.get(address) for address in ids)
    return _enveloped(
        world, [_pool(world, pool) if pool and pool.dex in _PROGRAMS else None for pool in found]
    )


def pools_by_mint(world: World, call: Call) -> Answer:
    """Answer `/pools/info/mint`: pools of one mint, or of two, deepest first."""
    size, page = call.number("pageSize", 100), call.number("page", 1)
    wanted = {call.query[name] for name in ("mint1", "mint2") if call.query.get(name)}
    if not wanted or not 1 <= size <= 1_000 or page < 1:
        return _refused(world, "query params error")
    found = [pool for pool in _pools(world, min(wanted)) if wanted <= {pool.base, pool.quote}]
    kind = call.query.get("poolType", "all")
    found = [pool for pool in found if kind in {"all", _type(pool).lower()}]
    found.sort(key=lambda pool: -_liquidity_usd(world, pool))
    shown = found[(page - 1) * size : page * size]
    return _enveloped(
        world,
        {
            "count": len(found),
            "data": [_pool(world, pool) for pool in shown],
            "hasNextPage": len(found) > page * size,
        },
    )


def _liquidity_usd(world: World, pool: Pool) -> float:
    return world.state(pool).liquidity_usd * (1.0 + world.skew(ID, pool.base))


def _type(pool: Pool) -> str:
    return "Concentrated" if pool.dex is Dex.RAYDIUM_CLMM else "Standard"


def _pool(world: World, pool: Pool) -> dict[str, object]:
    """Write a pool; side A is the mint that sorts first, whichever is the token."""
    state, liquidity = world.state(pool), _liquidity_usd(world, pool)
    flipped = pool.quote < pool.base
    sides = [(world.tokens[pool.base], state.base_reserve), (world.tokens[pool.quote], state.quote_reserve)]
    (token_a, amount_a), (token_b, amount_b) = reversed(sides) if flipped else sides
    body: dict[str, object] = {
        "type": _type(pool),
        "programId": _PROGRAMS[pool.dex],
        "id": pool.address,
        "mintA": _mint(token_a),
        "mintB": _mint(token_b),
        "price": 1.0 / state.price_native if flipped else state.price_native,
        "mintAmountA": amount_a,
        "mintAmountB": amount_b,
        "feeRate": pool.dex.fee_ratio,
        "openTime": "0" if pool.dex is Dex.RAYDIUM_CLMM else str(int(pool.created_at.timestamp())),
        "tvl": round(liquidity, 2),
        **{name: _period(world, pool, span_s, flipped) for name, span_s in _SPANS.items()},
        "pooltype": [],
        "rewardDefaultInfos": [],
        "farmUpcomingCount": 0,
        "farmOngoingCount": 0,
        "farmFinishedCount": 0,
        "burnPercent": round(pool.lp_burned_ratio * 100, 2),
    }
    if pool.dex is Dex.RAYDIUM_CLMM:
        return body | {"rewardDefaultPoolInfos": "Clmm", "config": _config(world)}
    return body | _shares(world, pool, liquidity)


def _shares(world: World, pool: Pool, liquidity_usd: float) -> dict[str, object]:
    """Write the LP token of a standard pool."""
    address = seeds.address(world.seed, "lp", pool.address)
    issued = pool.liquidity_usd**0.5 * 1_000
    return {
        "marketId": seeds.address(world.seed, "market", pool.address),
        "lpMint": {
            "chainId": 101,
            "address": address,
            "programId": TokenProgram.SPL.value,
            "logoURI": "",
            "symbol": "",
            "name": "",
            "decimals": 6,
            "tags": [],
            "extensions": {},
        },
        "lpPrice": liquidity_usd / issued,
        "lpAmount": issued,
        "pooltype": ["OpenBookMarket"],
    }


def _config(world: World) -> dict[str, object]:
    return {
        "id": seeds.address(world.seed, "config", ID),
        "index": 2,
        "protocolFeeRate": 120_000,
        "tradeFeeRate": 500,
        "tickSpacing": 10,
        "fundFeeRate": 40_000,
        "defaultRange": 0.1,
        "defaultRangePoint": [0.01, 0.05, 0.1, 0.2, 0.5],
    }


def _period(world: World, pool: Pool, span_s: int, flipped: bool) -> dict[str, object]:
    """Write a period's volume, fees and extremes, the prices in the pool's own orientation."""
    seen, state = world.activity(pool, span_s), world.state(pool)
    volume = seen.volume_usd * (1.0 + world.skew(ID, pool.base))
    fees = volume * pool.dex.fee_ratio
    low, high = world.native_range(pool, span_s)
    apr = round(fees / max(state.liquidity_usd, 1.0) * 31_536_000 / span_s * 100, 2)
    return {
        "volume": volume,
        "volumeQuote": volume / state.quote_usd,
        "volumeFee": fees,
        "apr": apr,
        "feeApr": apr,
        "priceMin": 1.0 / high if flipped else low,
        "priceMax": 1.0 / low if flipped else high,
        "rewardApr": [],
    }


VENDOR = Vendor(
    id=ID,
    root="",
    routes={
        "/mint/price": prices,
        "/mint/ids": mints,
        "/pools/info/ids": pools_by_id,
        "/pools/info/mint": pools_by_mint,
    },
    throttled={"id": "throttled", "success": False, "msg": "Too many requests"},
    refusal={"id": "refused", "success": False, "msg": "UNKNOWN_ERROR"},
)
