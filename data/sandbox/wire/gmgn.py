"""GMGN's OpenAPI JSON: envelopes in envelopes, ratios now as numbers and now as strings, no market cap.

A token that it does not know is an empty object. Its ranks hold only tokens without live authorities.
Source: https://github.com/GMGNAI/gmgn-skills
"""

from __future__ import annotations

from collections.abc import Callable

from data.sandbox import seeds, tape
from data.sandbox.holders import Holder, Role
from data.sandbox.tokens import Dex, Token
from data.sandbox.wire.call import Answer, Call, Vendor, plain
from data.sandbox.wire.rugcheck.risks import transfer_fee
from data.sandbox.world import World

ID = "gmgn"
_SPANS = {"1m": 60, "5m": 300, "1h": 3_600, "6h": 21_600, "24h": 86_400}
_EXCHANGES = {
    Dex.RAYDIUM: "raydium",
    Dex.RAYDIUM_CLMM: "ray_clmm",
    Dex.ORCA: "orca",
    Dex.METEORA: "meteora_dlmm",
    Dex.PUMPSWAP: "pump_amm",
    Dex.PUMPFUN: "pump",
}
_MOST_LISTED = 100


def _enveloped(data: object) -> dict[str, object]:
    return {"code": 0, "reason": "", "message": "success", "data": data}


def _about(
    write: Callable[[World, Token], dict[str, object]], unknown: object
) -> Callable[[World, Call], Answer]:
    """Make a route that writes something of one token."""

    def handler(world: World, call: Call) -> Answer:
        if call.query.get("chain", "sol") != "sol":
            return Answer(body={"code": 400, "error": "BAD_REQUEST", "message": "invalid chain"}, status=400)
        token = world.tokens.get(call.query.get("address", ""))
        return Answer(body=_enveloped(unknown if token is None else write(world, token)))

    return handler


def describe(world: World, token: Token) -> dict[str, object]:
    """Write a token's page, in an envelope of its own."""
    factor, pages = 1.0 + world.skew(ID, token.mint), token.socials
    handle = (pages.twitter or "").rpartition("/")[2]
    body: dict[str, object] = {
        "address": token.mint,
        "symbol": token.symbol,
        "name": token.name,
        "decimals": token.decimals,
        "logo": f"https://images.example/{token.mint}.png",
        "total_supply": plain(token.supply_units),
        "circulating_supply": plain(token.supply_units),
        "max_supply": plain(token.supply_units),
        "price": _price(world, token, factor),
        "liquidity": plain(_largest_pool_usd(world, token) * factor),
        "holder_count": world.holder_count(token.mint),
        "creation_timestamp": int(token.created_at.timestamp()),
        "open_timestamp": int(token.pools[0].created_at.timestamp()) if token.pools else 0,
        "biggest_pool_address": token.pools[0].address if token.pools else "",
        "og": False,
        **_curve(world, token),
        "dev": {
            "address": token.mint,
            "creator_address": token.creator or "",
            "creator_token_status": "hold" if _share(world, token, Role.CREATOR) else "sell",
            "creator_open_count": _siblings(world, token),
        },
        "link": {
            "address": token.mint,
            "twitter_username": handle,
            "website": pages.website or "",
            "telegram": pages.telegram or "",
            "discord": "",
        },
        "stat": {
            "holder_count": world.holder_count(token.mint),
            "top_10_holder_rate": plain(top10(world, token)),
            "creator_hold_rate": _share(world, token, Role.CREATOR),
            "fresh_wallet_rate": "0",
        },
    }
    return _enveloped(body)


def _price(world: World, token: Token, factor: float) -> dict[str, object]:
    body: dict[str, object] = {
        "address": token.mint, "price": plain(world.price_usd(token.mint) * factor),
    }  # fmt: skip
    for name, span_s in _SPANS.items():
        seen = world.token_activity(token.mint, span_s)
        body |= {
            f"buys_{name}": seen.buys,
            f"sells_{name}": seen.sells,
            f"volume_{name}": plain(seen.volume_usd * factor),
        }
    return body


def _largest_pool_usd(world: World, token: Token) -> float:
    return max((world.state(pool).liquidity_usd for pool in world.pools_of(token.mint)), default=0.0)


def _curve(world: World, token: Token) -> dict[str, object]:
    """Write how far a launchpad's curve is; other tokens are on none."""
    main = world.main_pool(token.mint)
    if token.launchpad is None or main is None:
        return {"launchpad": "", "launchpad_status": 0, "launchpad_progress": "0"}
    sold = token.supply_units - world.state(main).base_reserve
    progress = min(1.0, max(0.0, sold / tape.CURVE_SOLD)) if main.dex.is_curve else 1.0
    status = 1 if main.dex.is_curve else 2
    return {"launchpad": "pump", "launchpad_status": status, "launchpad_progress": plain(progress)}


def _share(world: World, token: Token, role: Role) -> float:
    held = (holder.amount for holder in world.named_holders(token.mint) if holder.role is role)
    return sum(held) / token.supply


def top10(world: World, token: Token) -> float:
    """Add up what the ten largest wallets hold, pools left out."""
    held = [each.amount for each in world.named_holders(token.mint) if each.role is not Role.POOL]
    return sum(held[:10]) / token.supply


def _siblings(world: World, token: Token) -> int:
    if token.creator is None:
        return 0
    return sum(other.creator == token.creator for other in world.tokens.values())


def security(world: World, token: Token) -> dict[str, object]:
    """Write the security page; the words for contracts are empty or unknown here."""
    fee = float(str(transfer_fee(world, token)["pct"])) / 100
    rug = seeds.fraction(world.seed, "rug ratio", token.mint)
    return {
        "address": token.mint,
        "is_honeypot": "",
        "open_source": "unknown",
        "owner_renounced": "unknown",
        "renounced_mint": token.mint_authority is None,
        "renounced_freeze_account": token.freeze_authority is None,
        "buy_tax": plain(fee) if fee else "",
        "sell_tax": plain(fee) if fee else "",
        "top_10_holder_rate": plain(top10(world, token)),
        "dev_team_hold_rate": _share(world, token, Role.CREATOR),
        "creator_balance_rate": _share(world, token, Role.CREATOR),
        "creator_token_status": "creator_hold" if _share(world, token, Role.CREATOR) else "creator_close",
        "suspected_insider_hold_rate": plain(_share(world, token, Role.INSIDER)),
        "rug_ratio": None if token.coingecko_id else plain(round(rug, 4)),
        "is_wash_trading": False,
        "sniper_count": 0,
        "burn_status": "burn" if any(pool.lp_burned_ratio for pool in token.pools) else "",
    }


def top_holders(world: World, call: Call) -> Answer:
    """Answer `/v1/market/token_top_holders`; nobody holds what it does not know."""
    limit = min(_MOST_LISTED, call.number("limit", 20))

    def write(world: World, token: Token) -> dict[str, object]:
        return {"list": [_holder(token, each) for each in world.named_holders(token.mint)[:limit]]}

    return _about(write, {"list": []})(world, call)


def _holder(token: Token, holder: Holder) -> dict[str, object]:
    tags = {Role.CREATOR: ["creator"], Role.INSIDER: ["rat_trader"]}
    return {
        "address": holder.owner,
        "account_address": holder.account,
        "addr_type": 0 if holder.pool is None else 2,
        "exchange": "" if holder.pool is None else _EXCHANGES[holder.pool.dex],
        "balance": holder.amount / 10**token.decimals,
        "amount_percentage": holder.amount / token.supply,
        "name": None,
        "tags": [],
        "maker_token_tags": tags.get(holder.role, []),
    }


def rank(world: World, call: Call) -> Answer:
    """Answer `/v1/market/rank`: the most traded, without money and without live authorities."""
    span_s = _SPANS.get(call.query.get("interval", "1h"), 3_600)
    quotes = {pool.quote for pool in world.pools.values()}
    traded = [
        (world.token_activity(token.mint, span_s).volume_usd, token)
        for token in world.tokens.values()
        if token.mint not in quotes and token.mint_authority is None and token.freeze_authority is None
    ]
    busy = sorted((each for each in traded if each[0] > 0), key=lambda each: -each[0])
    limit = min(_MOST_LISTED, call.number("limit", _MOST_LISTED))
    rows = [_ranked(world, token, span_s, at) for at, (_, token) in enumerate(busy[:limit], 1)]
    return Answer(body=_enveloped({"rank": rows}))


def _ranked(world: World, token: Token, span_s: int, at: int) -> dict[str, object]:
    factor, seen = 1.0 + world.skew(ID, token.mint), world.token_activity(token.mint, span_s)
    price = world.price_usd(token.mint) * factor
    minutes = world.token_activity(token.mint, 300).change_ratio or 0.0
    hour = world.token_activity(token.mint, 3_600).change_ratio or 0.0
    first = token.pools[0]
    return {
        "id": at,
        "rank": at,
        "chain": "sol",
        "address": token.mint,
        "symbol": token.symbol,
        "name": token.name,
        "logo": f"https://images.example/{token.mint}.png",
        "price": price,
        "price_change_percent": (seen.change_ratio or 0.0) * 100,
        "price_change_percent5m": minutes * 100,
        "price_change_percent1h": hour * 100,
        "swaps": seen.buys + seen.sells,
        "buys": seen.buys,
        "sells": seen.sells,
        "volume": seen.volume_usd * factor,
        "liquidity": _largest_pool_usd(world, token) * factor,
        "market_cap": price * token.supply_units,
        "open_timestamp": int(first.created_at.timestamp()),
        "holder_count": world.holder_count(token.mint),
        "total_supply": token.supply_units,
        "is_honeypot": 0,
        "buy_tax": "",
        "sell_tax": "",
        "twitter_username": (token.socials.twitter or "").rpartition("/")[2],
        "website": token.socials.website or "",
        "telegram": token.socials.telegram or "",
        "creator": token.creator or "",
        "launchpad_platform": "Pump.fun" if token.launchpad else f"pool_{_EXCHANGES[first.dex]}",
        "rug_ratio": None,
        "top_10_holder_rate": plain(top10(world, token)),
        "top70_sniper_hold_rate": 0,
    }


_BANNED = {"code": 429, "error": "RATE_LIMIT_EXCEEDED", "message": "Too many requests"}

VENDOR = Vendor(
    id=ID,
    root="",
    routes={
        "/v1/token/info": _about(describe, {}),
        "/v1/token/security": _about(security, {}),
        "/v1/market/token_top_holders": top_holders,
        "/v1/market/rank": rank,
    },
    throttled=_BANNED,
    refusal={"code": 1, "msg": "Error description", "data": None},
)
