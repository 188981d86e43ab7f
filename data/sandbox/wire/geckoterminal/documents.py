"""GeckoTerminal's documents: a pool, a token, and its ways to refuse."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from data.models.ids import SOL_MINT
from data.sandbox.tape import CURVE_SOLD
from data.sandbox.tokens import Dex, Kind, Pool, Token
from data.sandbox.wire.call import Answer, Call, iso, plain
from data.sandbox.world import World

ID = "geckoterminal"
_SPANS = {"m5": 300, "m15": 900, "m30": 1_800, "h1": 3_600, "h6": 21_600, "h24": 86_400}
_DEXES: Mapping[Dex, tuple[str, str]] = {
    Dex.RAYDIUM: ("raydium", "Raydium"),
    Dex.RAYDIUM_CLMM: ("raydium-clmm", "Raydium (CLMM)"),
    Dex.ORCA: ("orca", "Orca"),
    Dex.METEORA: ("meteora", "Meteora"),
    Dex.PUMPSWAP: ("pumpswap", "PumpSwap"),
    Dex.PUMPFUN: ("pump-fun", "Pump.fun"),
}
NOT_FOUND = Answer(body={"errors": [{"status": "404", "title": "Not Found"}]}, status=404)
THROTTLED = {
    "status": {
        "error_code": 429,
        "error_message": "You've exceeded the Rate Limit. Please visit "
        "https://www.coingecko.com/en/api/pricing to subscribe to our API plans for higher rate limits.",
    }
}


def refused(status: int, title: str) -> Answer:
    """Refuse a request, in a list of one error."""
    return Answer(body={"errors": [{"status": str(status), "title": title}]}, status=status)


def factor(world: World, mint: str) -> float:
    """Tell what this vendor's figures of a token are multiples of the truth by."""
    return 1.0 + world.skew(ID, mint)


def _percent(ratio: float | None) -> str:
    rounded = round((ratio or 0.0) * 100, 3)
    return plain(rounded) if rounded else "0"


def pool_attributes(world: World, pool: Pool) -> dict[str, object]:
    """Write what a pool is worth and what went on in it."""
    base, quote = world.tokens[pool.base], world.tokens[pool.quote]
    state, ratio = world.state(pool), factor(world, pool.base)
    quote_usd, sol_usd = state.quote_usd * factor(world, pool.quote), world.price_usd(SOL_MINT)
    seen = {span: world.activity(pool, seconds) for span, seconds in _SPANS.items()}
    quiet = pool.dex.is_curve and state.last_trade_s is None
    fdv = state.price_usd * ratio * base.supply_units
    return {
        "base_token_price_usd": plain(state.price_usd * ratio),
        "base_token_price_native_currency": None if quiet else _in_sol(pool.base, state.price_usd, sol_usd),
        "quote_token_price_usd": plain(quote_usd),
        "quote_token_price_native_currency": None if quiet else _in_sol(pool.quote, state.quote_usd, sol_usd),
        "base_token_price_quote_token": None if quiet else plain(state.price_native),
        "quote_token_price_base_token": None if quiet else plain(1.0 / state.price_native),
        "address": pool.address,
        "name": f"{base.symbol} / {quote.symbol}",
        "pool_created_at": iso(pool.created_at),
        "fdv_usd": plain(fdv),
        "market_cap_usd": None if base.coingecko_id is None else plain(fdv),
        "price_change_percentage": {span: _percent(each.change_ratio) for span, each in seen.items()},
        "transactions": {
            span: {"buys": each.buys, "sells": each.sells, "buyers": each.buyers, "sellers": each.sellers}
            for span, each in seen.items()
        },
        "volume_usd": {span: plain(each.volume_usd * ratio) for span, each in seen.items()},
        "reserve_in_usd": None if pool.dex.is_curve else plain(round(state.liquidity_usd * ratio, 4)),
    }


def _in_sol(mint: str, usd: float, sol_usd: float) -> str:
    return "1.0" if mint == SOL_MINT else plain(usd / sol_usd)


def pool_resource(world: World, pool: Pool) -> dict[str, object]:
    """Write a pool with its relations."""
    sides = {"base_token": pool.base, "quote_token": pool.quote}
    return {
        "id": f"solana_{pool.address}",
        "type": "pool",
        "attributes": pool_attributes(world, pool),
        "relationships": {
            **{name: {"data": {"id": f"solana_{mint}", "type": "token"}} for name, mint in sides.items()},
            "dex": {"data": {"id": _DEXES[pool.dex][0], "type": "dex"}},
        },
    }


def _named(token: Token) -> dict[str, object]:
    picture = f"https://images.example/{token.mint}.png" if token.socials.website else None
    return {
        "address": token.mint,
        "name": token.name,
        "symbol": token.symbol,
        "decimals": token.decimals,
        "image_url": picture,
        "coingecko_coin_id": token.coingecko_id,
    }


def token_resource(world: World, token: Token, *, with_pools: bool) -> dict[str, object]:
    """Write a token; its price is null until somebody has traded it."""
    ratio, pools = factor(world, token.mint), world.pools_of(token.mint)
    unpriced = bool(token.pools) and token.pools[0].dex.is_curve and world.last_trade_at(token.mint) is None
    price = None if unpriced else plain(world.price_usd(token.mint) * ratio)
    fdv = None if unpriced else plain(world.price_usd(token.mint) * ratio * token.supply_units)
    attributes = {
        **_named(token),
        "total_supply": f"{token.supply}.0",
        "normalized_total_supply": plain(token.supply_units),
        "price_usd": price,
        "fdv_usd": fdv,
        "total_reserve_in_usd": plain(world.liquidity_usd(token.mint) * ratio),
        "volume_usd": {"h24": plain(world.token_activity(token.mint, 86_400).volume_usd * ratio)},
        "market_cap_usd": None if token.coingecko_id is None else fdv,
    }
    if token.launchpad is not None:
        attributes["launchpad_details"] = _launch(world, token)
    top = [{"id": f"solana_{pool.address}", "type": "pool"} for pool in pools[:3]] if with_pools else []
    return {
        "id": f"solana_{token.mint}",
        "type": "token",
        "attributes": attributes,
        "relationships": {"top_pools": {"data": top}},
    }


def _launch(world: World, token: Token) -> dict[str, object]:
    curve = token.pools[0].dex.is_curve
    left = world.state(token.pools[0]).base_reserve if curve else 0.0
    sold = token.supply_units - left if curve else CURVE_SOLD
    return {
        "graduation_percentage": round(min(100.0, sold / CURVE_SOLD * 100), 2),
        "completed": not curve,
        "completed_at": None if curve else iso(token.created_at),
        "migrated_destination_pool_address": None if curve else token.pools[0].address,
    }


def included(world: World, pools: Sequence[Pool], call: Call) -> dict[str, object]:
    """Write the related resources that the query asks to have along."""
    asked = call.listed("include")
    mints = [pool.base for pool in pools if "base_token" in asked]
    mints += [pool.quote for pool in pools if "quote_token" in asked]
    found: list[dict[str, object]] = [
        {"id": f"solana_{mint}", "type": "token", "attributes": _named(world.tokens[mint])}
        for mint in dict.fromkeys(mints)
    ]
    if "dex" in asked:
        names = dict.fromkeys(_DEXES[pool.dex] for pool in pools)
        found += [{"id": dex, "type": "dex", "attributes": {"name": name}} for dex, name in names]
    if "top_pools" in asked:
        found += [pool_resource(world, pool) for pool in pools]
    return {"included": found} if asked else {}


def token_info(world: World, token: Token) -> dict[str, object]:
    """Write what is known of a token besides its market: pages, holders, authorities."""
    picture = f"https://images.example/{token.mint}.png"
    handles = (token.socials.telegram, token.socials.twitter)
    telegram, twitter = (None if url is None else url.rsplit("/", 1)[-1] for url in handles)
    found = world.top_holders(token.mint)
    shares = [holder.amount / token.supply * 100 for holder in found]
    top, next_ten = sum(shares[:10]), sum(shares[10:20])
    creator = sum(holder.amount for holder in found if holder.owner == token.creator)
    attributes = {
        **_named(token),
        "image": {"thumb": picture, "small": picture, "large": picture},
        "banner_image_url": None,
        "websites": [] if token.socials.website is None else [token.socials.website],
        "discord_url": None,
        "farcaster_url": None,
        "zora_url": None,
        "telegram_handle": telegram,
        "twitter_handle": twitter,
        "description": f"{token.name} on Solana",
        "gt_score": _score(world, token),
        "gt_score_details": {
            "pool": 75.0,
            "transaction": 66.667,
            "creation": 100.0,
            "info": 50.0,
            "holders": 50.0,
        },
        "gt_verified": token.coingecko_id is not None,
        "categories": ["Pump Fun"] if token.launchpad else [],
        "gt_category_ids": ["pump-fun"] if token.launchpad else [],
        "holders": {
            "count": world.holder_count(token.mint),
            "distribution_percentage": {
                "top_10": plain(round(top, 4)),
                "11_20": plain(round(next_ten, 4)),
                "21_40": plain(round(next_ten / 2, 4)),
                "rest": plain(round(max(0.0, 100 - top - next_ten * 1.5), 4)),
            },
            "last_updated": iso(world.now),
        },
        "mint_authority": "yes" if token.mint_authority else "no",
        "freeze_authority": "yes" if token.freeze_authority else "no",
        "is_honeypot": "yes" if token.kind is Kind.HONEYPOT else "unknown",
        "developer_address": token.creator,
        "developer_holding_percentage": plain(round(creator / token.supply * 100, 4)),
    }
    return {"id": f"solana_{token.mint}", "type": "token", "attributes": attributes}


def _score(world: World, token: Token) -> float:
    return round(min(95.0, 20.0 + 12.0 * math.log10(1.0 + world.liquidity_usd(token.mint))), 6)
