"""Pump.fun's website JSON: coins in whole numbers, times in milliseconds, reserves frozen once complete.

Knows the launchpad's own tokens only. The shape is that of recorded answers: the vendor documents none.
Source: https://github.com/BankkRoll/pumpfun-apis
"""

from __future__ import annotations

from data.sandbox import seeds
from data.sandbox.tape import CURVE_BASE, CURVE_QUOTE, CURVE_SOLD
from data.sandbox.tokens import Pool, Token
from data.sandbox.wire.call import Answer, Call, Vendor, unix_ms
from data.sandbox.world import World

ID = "pumpfun"
_LAUNCHPAD = "pump.fun"
_PAGE = 70  # it serves no more, whatever is asked for
_LAMPORTS = 10**9
_RESERVED = 1e9 - CURVE_SOLD  # tokens of the supply that the curve never sells


def coin(world: World, call: Call) -> Answer:
    """Answer `/coins-v2/{mint}`."""
    token = world.tokens.get(call.path["mint"])
    if token is None or token.launchpad != _LAUNCHPAD:
        return Answer(body={"statusCode": 404, "message": "Coin not found", "error": "Not Found"}, status=404)
    return Answer(body=describe(world, token))


def coins(world: World, call: Call) -> Answer:
    """Answer `/coins`: the launchpad's tokens by their birth."""
    if call.query.get("sort", "created_timestamp") != "created_timestamp":
        return Answer(body={"statusCode": 400, "message": "Invalid sort", "error": "Bad Request"}, status=400)
    launched = [token for token in world.tokens.values() if token.launchpad == _LAUNCHPAD]
    newest_first = call.query.get("order", "DESC").upper() == "DESC"
    launched.sort(key=lambda token: token.created_at, reverse=newest_first)
    first = call.number("offset", 0)
    shown = launched[first : first + min(_PAGE, call.number("limit", _PAGE))]
    return Answer(body=[describe(world, token) for token in shown])


def describe(world: World, token: Token) -> dict[str, object]:
    """Write one coin; caps carry the vendor's skew, SOL figures are the chain's."""
    pool = token.pools[0]
    state, peak = world.state(pool), world.peak(token.mint)
    factor, complete = 1.0 + world.skew(ID, token.mint), not pool.dex.is_curve
    traded = world.last_trade_at(token.mint)
    image = f"https://images.example/{token.mint}.png"
    return {
        "mint": token.mint,
        "name": token.name,
        "symbol": token.symbol,
        "description": "",
        "image_uri": image,
        "metadata_uri": f"https://metadata.example/{token.mint}.json",
        "twitter": token.socials.twitter or "",
        "telegram": token.socials.telegram,
        "bonding_curve": seeds.address(world.seed, "curve", token.mint) if complete else pool.address,
        "associated_bonding_curve": seeds.address(world.seed, "vault", pool.address, token.mint),
        "creator": token.creator,
        "created_timestamp": unix_ms(token.created_at),
        "raydium_pool": None,
        "complete": complete,
        **_reserves(world, pool),
        "total_supply": token.supply,
        "website": token.socials.website or "",
        "show_name": True,
        "last_trade_timestamp": unix_ms(traded or token.created_at),
        "king_of_the_hill_timestamp": None,
        "market_cap": state.price_native * token.supply_units,
        "usd_market_cap": state.price_usd * token.supply_units * factor,
        "ath_market_cap": peak.price_usd * token.supply_units * factor,
        "ath_market_cap_timestamp": unix_ms(peak.at),
        "nsfw": False,
        "market_id": None,
        "inverted": True if complete else None,
        "hidden": None,
        "last_reply": unix_ms(token.created_at),
        "reply_count": int(60 * seeds.fraction(world.seed, "replies", token.mint)),
        "is_banned": False,
        "is_currently_live": False,
        "initialized": True,
        "video_uri": None,
        "updated_at": int(world.now.timestamp()),
        "pump_swap_pool": pool.address if complete else None,
        "banner_uri": None,
        "hide_banner": False,
        "livestream_ban_expiry": 0,
        "livestream_downrank_score": 0,
        "program": "pump",
        "platform": None,
        "token_program": None,  # it was seen to be wrong where it was filled
        "mayhem_state": None,
        "num_participants": 0,
    }


def _reserves(world: World, pool: Pool) -> dict[str, object]:
    """Write the curve's reserves: those it has, or those it ended with."""
    state, curve = world.state(pool), pool.dex.is_curve
    tokens = max(0.0, state.base_reserve - _RESERVED) if curve else 0.0
    # What is sold of the virtual tokens leaves the product of both virtual reserves as it was.
    end = CURVE_QUOTE * CURVE_BASE / (CURVE_BASE - CURVE_SOLD) - CURVE_QUOTE
    lamports = round((state.quote_reserve if curve else end) * _LAMPORTS)
    raw = round(tokens * 10 ** world.tokens[pool.base].decimals)
    unsold = round((CURVE_BASE - CURVE_SOLD) * 10 ** world.tokens[pool.base].decimals)
    return {
        "virtual_sol_reserves": lamports + round(CURVE_QUOTE * _LAMPORTS),
        "virtual_token_reserves": raw + unsold,
        "real_sol_reserves": lamports,
        "real_token_reserves": raw,
    }


VENDOR = Vendor(
    id=ID,
    root="",
    routes={"/coins-v2/{mint}": coin, "/coins": coins},
    throttled={"statusCode": 429, "message": "ThrottlerException: Too Many Requests"},
    refusal={"statusCode": 500, "message": "Internal server error"},
)
