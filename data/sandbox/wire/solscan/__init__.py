"""Solscan Pro's JSON: an envelope, raw amounts as text, pages of a fixed few sizes, bars stamped in minutes.

Drops unknown mints out of a batch without a word, and refuses a batch for one address that is none.
Source: https://pro-api.solscan.io/pro-api-docs/v2.0
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from data.sandbox import seeds
from data.sandbox.tokens import Dex, Pool, Token, TokenProgram
from data.sandbox.wire.call import Answer, Call, Vendor
from data.sandbox.wire.solscan import wallets
from data.sandbox.wire.solscan.envelope import ID, factor, misspelled, refused, told
from data.sandbox.world import World

_DAY_S = 86_400
_MOST_PRICES = 50
_MOST_TRENDING = 100
_MOST_CANDLES = 1_000
_PAGES = frozenset({10, 20, 30, 40})
_STEPS = {
    "1m": 60,
    "5m": 300,
    "15m": 900,
    "30m": 1_800,
    "1h": 3_600,
    "4h": 14_400,
    "8h": 28_800,
    "1d": 86_400,
}
_PROGRAMS: Mapping[Dex, str] = {
    Dex.RAYDIUM: "675kPX9MHTjS2zt1qfr1NYHuzeLXfQM9H24wFSUt1Mp8",
    Dex.RAYDIUM_CLMM: "CAMMCzo5YL8w4VFF8KVHrK22GGUsp5VTaW7grrKgrWqK",
    Dex.ORCA: "whirLbMiicVdio4qvUfM5KAg6Ct8VwpYzGff3uctyCc",
    Dex.METEORA: "LBUZKhRxPF3XUpBCjp4YzTKgLccjZhTSDM9YuVaPwxo",
    Dex.PUMPSWAP: "pAMMBay6oceH9fJKBRHGP5D4bD4sWpmSwMn52FMfXEA",
    Dex.PUMPFUN: "6EF8rrecthR5Dkzon8Nwu78hRvfCKubJ14M5uBEwF6P",
}


def _page(call: Call, sizes: frozenset[int] = _PAGES) -> slice | None:
    """Read which rows are asked for; None where the size is not one of the few."""
    size, page = call.number("page_size", 10), call.number("page", 1)
    return slice((page - 1) * size, page * size) if size in sizes and page >= 1 else None


def _percent(ratio: float | None) -> float | None:
    return None if ratio is None else ratio * 100


def meta(world: World, call: Call) -> Answer:
    """Answer `/token/meta`."""
    mint = call.query.get("address", "")
    wrong, token = misspelled([mint]), world.tokens.get(mint)
    if wrong is not None:
        return wrong
    return told({} if token is None else _described(world, token) | _authorities(token))


def _described(world: World, token: Token) -> dict[str, object]:
    """Write what a token's page and a search row share; who made it is told whole or not at all."""
    ratio = factor(world, token.mint)
    day, twice = (world.token_activity(token.mint, span_s) for span_s in (_DAY_S, 2 * _DAY_S))
    price, volume = world.price_usd(token.mint) * ratio, day.volume_usd * ratio
    before = twice.volume_usd * ratio - volume
    at, signature = int(token.created_at.timestamp()), seeds.signature(world.seed, "mint", token.mint)
    pages = {"website": token.socials.website, "twitter": token.socials.twitter}
    pages |= {"telegram": token.socials.telegram}
    named = {"name": token.name, "symbol": token.symbol, "description": ""}
    made = {"creator": token.creator, "create_tx": signature, "created_time": at}
    made |= {"first_mint_tx": signature, "first_mint_time": at}
    return {
        "address": token.mint,
        "name": token.name,
        "symbol": token.symbol,
        "icon": f"https://images.example/{token.mint}.png",
        "decimals": token.decimals,
        "supply": str(token.supply),
        "holder": world.holder_count(token.mint),
        **(made if token.creator else {}),
        "metadata": named | {key: page for key, page in pages.items() if page}
        if any(pages.values())
        else None,
        "metadata_uri": f"https://metadata.example/{token.mint}.json" if any(pages.values()) else "",
        "price": price,
        "volume_24h": volume,
        "market_cap": price * token.supply_units,
        "price_change_24h": _percent(day.change_ratio),
        "total_dex_vol_24h": volume,
        "dex_vol_change_24h": _percent(volume / before - 1.0) if before > 0 else None,
    }


def _authorities(token: Token) -> dict[str, object]:
    """Write who may act; a mint of the older program has no extensions to list."""
    said: dict[str, object] = {
        "mint_authority": token.mint_authority,
        "freeze_authority": token.freeze_authority,
    }
    if token.program is TokenProgram.TOKEN_2022:
        extensions = [{"extension": each.name, "state": each.state} for each in token.extensions]
        said["onchain_extensions"] = extensions
    return said


def prices(world: World, call: Call) -> Answer:
    """Answer `/token/price/latest`."""
    mints = call.listed("address[]")
    if not 1 <= len(mints) <= _MOST_PRICES:
        return refused("address must contain 1 to 50 elements")
    wrong = misspelled(mints)
    if wrong is not None:
        return wrong
    return told([_price(world, world.tokens[mint]) for mint in mints if mint in world.tokens])


def _price(world: World, token: Token) -> dict[str, object]:
    price = world.price_usd(token.mint) * factor(world, token.mint)
    return {
        "address": token.mint,
        "price": price,
        "price_change_24h": _percent(world.token_activity(token.mint, _DAY_S).change_ratio),
        "market_cap": price * token.supply_units,
        "updated_time": int(world.now.timestamp()),
    }


def holders(world: World, call: Call) -> Answer:
    """Answer `/token/holders`: the largest first, with how many there are in all."""
    token, rows = world.tokens.get(call.query.get("address", "")), _page(call)
    if rows is None:
        return refused("page_size must be one of 10, 20, 30, 40")
    if token is None:
        return told({"total": 0, "items": []})
    price = world.price_usd(token.mint) * factor(world, token.mint)
    items = [
        {
            "address": holder.account,
            "amount": holder.amount,
            "amount_str": str(holder.amount),
            "decimals": token.decimals,
            "owner": holder.owner,
            "rank": rank,
            "value": holder.amount / 10**token.decimals * price,
            "percentage": holder.amount / token.supply * 100,
        }
        for rank, holder in enumerate(world.named_holders(token.mint), 1)
    ]
    return told({"total": world.holder_count(token.mint), "items": items[rows]})


def markets(world: World, call: Call) -> Answer:
    """Answer `/token/markets`: the pools of one mint, or of a pair, the sides in mint order."""
    wanted, rows = set(call.listed("token[]")), _page(call, _PAGES | {60, 100})
    if rows is None or not 1 <= len(wanted) <= 2:
        return refused("token must contain 1 to 2 elements")
    found = [pool for pool in world.pools_of(min(wanted)) if wanted <= {pool.base, pool.quote}]
    shown = [_market(world, pool) for pool in found]
    key = {"volume": "total_volume_24h", "trade": "total_trades_24h", "trader": "num_trader_24h"}
    by = key.get(call.query.get("sort_by", ""), "total_tvl")
    shown.sort(key=lambda row: float(str(row[by])), reverse=True)
    return told(shown[rows])


def _market(world: World, pool: Pool) -> dict[str, object]:
    """Write one pool; what came the day before is absent for one that was not there."""
    ratio = factor(world, pool.base)
    day, twice = (world.activity(pool, span_s) for span_s in (_DAY_S, 2 * _DAY_S))
    sides = sorted((pool.base, pool.quote))
    vaults = [seeds.address(world.seed, "vault", pool.address, mint) for mint in sides]
    trades = day.buys + day.sells
    old = (world.now - pool.created_at).total_seconds() > 2 * _DAY_S
    before = {
        "total_trades_prev_24h": twice.buys + twice.sells - trades,
        "total_volume_prev_24h": (twice.volume_usd - day.volume_usd) * ratio,
        "num_trader_prev_24h": max(twice.buyers, twice.sellers),
    }
    return {
        "pool_id": pool.address,
        "program_id": _PROGRAMS[pool.dex],
        "token_1": sides[0],
        "token_2": sides[1],
        "token_account_1": vaults[0],
        "token_account_2": vaults[1],
        "total_trades_24h": trades,
        "total_volume_24h": day.volume_usd * ratio,
        "total_tvl": world.state(pool).liquidity_usd * ratio,
        "num_trader_24h": max(day.buyers, day.sellers),
        **(before if old else {}),
    }


def candles(world: World, call: Call) -> Answer:
    """Answer `/token/price-ohlcv` for one pool: oldest first; a bar in the making comes in two states."""
    mint, resolution = call.query.get("address", ""), call.query.get("res", "1m")
    pool, step_s = world.pools.get(call.query.get("pool_id", "")), _STEPS.get(resolution)
    limit = call.number("candles", 600)
    if step_s is None or not 1 <= limit <= _MOST_CANDLES:
        return refused("res or candles is invalid")
    rows: list[dict[str, object]] = []
    if pool is not None and mint in (pool.base, pool.quote):
        until = call.number("to_time", 0)
        bars = world.candles(
            pool, step_s, of_quote=mint == pool.quote, before_s=until + 1 if until else None, limit=limit
        )
        rows = [_bar(bar, factor(world, mint)) for bar in bars.tolist()]
    if rows and resolution != "1m":
        rows.insert(-1, {**rows[-1], "close_price": rows[-1]["open_price"]})
    echoed = {"currency": call.query["currency"]} if "currency" in call.query else {}
    cursor = {"cursor": rows[0]["time"]} if rows else {}
    return told({"data": rows, "candles": len(rows), **echoed, "res": resolution, **cursor})


def _bar(bar: list[float], ratio: float) -> dict[str, object]:
    start, opened, high, low, close, volume = bar
    return {
        "time": int(f"{datetime.fromtimestamp(start, UTC):%Y%m%d%H%M}"),
        "volume": volume * ratio,
        "high_price": high * ratio,
        "low_price": low * ratio,
        "close_price": close * ratio,
        "open_price": opened * ratio,
    }


def trending(world: World, call: Call) -> Answer:
    """Answer `/token/trending`: most traded in an hour first; names alone."""
    limit = call.number("limit", 10)
    if not 1 <= limit <= _MOST_TRENDING:
        return refused("limit must not be greater than 100")
    quotes = {pool.quote for pool in world.pools.values()}
    others = [token for token in world.tokens.values() if token.mint not in quotes]
    traded = [(world.token_activity(token.mint, 3_600).volume_usd, token) for token in others]
    busy = sorted((each for each in traded if each[0] > 0), key=lambda each: -each[0])
    keys = ("address", "decimals", "name", "symbol")
    rows = [(token.mint, token.decimals, token.name, token.symbol) for _, token in busy[:limit]]
    return told([dict(zip(keys, row, strict=True)) for row in rows])


def search(world: World, call: Call) -> Answer:
    """Answer `/token/search`: tokens by address, symbol or name, the known ones first."""
    keyword, rows = call.query.get("keyword", ""), _page(call)
    if rows is None or not keyword:
        return refused("keyword or page_size is invalid")
    word = keyword.casefold()
    found = [
        token
        for token in world.tokens.values()
        if token.mint == keyword or word in token.symbol.casefold() or word in token.name.casefold()
    ]
    found.sort(key=lambda token: (token.coingecko_id is None, -world.liquidity_usd(token.mint)))
    items = [
        _described(world, token) | {"market_cap_rank": None, "is_verified": token.coingecko_id is not None}
        for token in found[rows]
    ]
    return told({"total": len(found), "items": items})


VENDOR = Vendor(
    id=ID,
    root="/v2.0",
    routes={
        "/token/meta": meta,
        "/token/price/latest": prices,
        "/token/holders": holders,
        "/token/markets": markets,
        "/token/price-ohlcv": candles,
        "/token/trending": trending,
        "/token/search": search,
        "/account/portfolio": wallets.portfolio,
    },
    throttled={"success": False, "errors": {"code": 1429, "message": "Too many requests"}},
    refusal={"success": False, "errors": {"code": 1500, "message": "Internal server error"}},
)
