"""Jupiter's Price and Tokens JSON: numbers as numbers, and what is not known is left out without a word.

Source: https://dev.jup.ag/docs/price and https://dev.jup.ag/docs/tokens
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import timedelta

from data.sandbox import seeds
from data.sandbox.holders import Role
from data.sandbox.tokens import Dex, Kind, Pool, Token
from data.sandbox.wire.call import Answer, Call, Vendor, iso, iso_ms, plain
from data.sandbox.world import World

ID = "jupiter"
_SPANS = {"stats5m": 300, "stats1h": 3_600, "stats6h": 21_600, "stats24h": 86_400}
_INTERVALS = {"5m": 300, "1h": 3_600, "6h": 21_600, "24h": 86_400}
_LABELS: Mapping[Dex, str] = {
    Dex.RAYDIUM: "Raydium",
    Dex.RAYDIUM_CLMM: "Raydium CLMM",
    Dex.ORCA: "Whirlpool",
    Dex.METEORA: "Meteora DLMM",
    Dex.PUMPSWAP: "Pump.fun Amm",
    Dex.PUMPFUN: "Pump.fun",
}
_MOST_PRICES = 50
_MOST_MINTS = 100
_FOUND = 20
_RECENT = 30
_TRUSTED_FOR = timedelta(days=7)
_TRUSTED_FROM_USD = 100.0


def _priced(world: World, token: Token) -> bool:
    """Tell whether a price is trusted: traded within a week, and something left to trade against."""
    if not token.pools:
        return True
    at = world.last_trade_at(token.mint)
    liquid = world.liquidity_usd(token.mint) >= _TRUSTED_FROM_USD
    return at is not None and world.now - at <= _TRUSTED_FOR and liquid


def _block(world: World, token: Token) -> int:
    return world.slot_at(world.last_trade_at(token.mint) or world.now)


def _change(world: World, token: Token, span_s: int) -> float | None:
    ratio = world.token_activity(token.mint, span_s).change_ratio
    return None if ratio is None else ratio * 100


def prices(world: World, call: Call) -> Answer:
    """Answer `/price/v3`; a mint without a trusted price is left out."""
    mints = call.listed("ids")
    if len(mints) > _MOST_PRICES:
        return Answer(body={"error": f"Too many ids, at most {_MOST_PRICES}"}, status=400)
    known = (world.tokens[mint] for mint in mints if mint in world.tokens)
    return Answer(body={token.mint: _price(world, token) for token in known if _priced(world, token)})


def _price(world: World, token: Token) -> dict[str, object]:
    factor = 1.0 + world.skew(ID, token.mint)
    return {
        "createdAt": iso(token.created_at),
        "liquidity": round(world.liquidity_usd(token.mint) * factor, 2),
        "usdPrice": world.price_usd(token.mint) * factor,
        "blockId": _block(world, token),
        "decimals": token.decimals,
        "priceChange24h": _change(world, token, 86_400),
        **({"launchpad": token.launchpad} if token.launchpad else {}),
    }


def describe(world: World, token: Token) -> dict[str, object]:
    """Write one token; keys without a value are left out."""
    factor = 1.0 + world.skew(ID, token.mint)
    verified = token.coingecko_id is not None
    body: dict[str, object | None] = {
        "id": token.mint,
        "name": token.name,
        "symbol": token.symbol,
        "icon": f"https://images.example/{token.mint}.png" if token.socials.website else None,
        "decimals": token.decimals,
        "tokenProgram": token.program.value,
        "createdAt": iso_ms(token.created_at),
        "twitter": token.socials.twitter,
        "telegram": token.socials.telegram,
        "website": token.socials.website,
        "dev": token.creator,
        "mintAuthority": token.mint_authority,
        "freezeAuthority": token.freeze_authority,
        "circSupply": token.supply_units,
        "totalSupply": token.supply_units,
        "launchpad": token.launchpad,
        "holderCount": world.holder_count(token.mint),
        "audit": _audit(world, token),
        "organicScore": _organic(world, token),
        "organicScoreLabel": _organic_label(_organic(world, token)),
        "isVerified": True if verified else None,
        "tags": _tags(token),
    }
    if token.pools:
        first = token.pools[0]
        body["firstPool"] = {"id": first.address, "createdAt": iso(first.created_at)}
        if token.launchpad and not first.dex.is_curve:
            body |= {"graduatedPool": first.address, "graduatedAt": iso(first.created_at)}
    if _priced(world, token):
        price = world.price_usd(token.mint) * factor
        body |= {
            "fdv": price * token.supply_units,
            "mcap": price * token.supply_units,
            "usdPrice": price,
            "priceBlockId": _block(world, token),
        }
    body["liquidity"] = world.liquidity_usd(token.mint) * factor
    body |= {name: _stats(world, token, span_s, factor) for name, span_s in _SPANS.items()}
    body["updatedAt"] = iso_ms(world.now)
    return {name: value for name, value in body.items() if value is not None}


def _audit(world: World, token: Token) -> dict[str, object]:
    """Write the flags; one that does not hold is left out, not false."""
    found = world.top_holders(token.mint)
    wallets = sum(holder.amount for holder in found if holder.role is not Role.POOL)
    creator = sum(holder.amount for holder in found if holder.role is Role.CREATOR)
    siblings = sum(other.creator == token.creator for other in world.tokens.values())
    flags: dict[str, object | None] = {
        "isSus": True if token.kind is Kind.HONEYPOT else None,
        "mintAuthorityDisabled": True if token.mint_authority is None else None,
        "freezeAuthorityDisabled": True if token.freeze_authority is None else None,
        "topHoldersPercentage": wallets / token.supply * 100,
        "devBalancePercentage": creator / token.supply * 100 if token.creator else None,
        "devMints": siblings if token.creator else None,
    }
    return {name: value for name, value in flags.items() if value is not None}


def _stats(world: World, token: Token, span_s: int, factor: float) -> dict[str, object] | None:
    seen = world.token_activity(token.mint, span_s)
    if seen.buys + seen.sells == 0:
        return None
    return {
        "priceChange": (seen.change_ratio or 0.0) * 100,
        "buyVolume": seen.buy_volume_usd * factor,
        "sellVolume": seen.sell_volume_usd * factor,
        "numBuys": seen.buys,
        "numSells": seen.sells,
        "numTraders": max(seen.buyers, seen.sellers),
        "numNetBuyers": max(0, seen.buyers - seen.sellers),
    }


def _organic(world: World, token: Token) -> float:
    bend = 0.05 if token.coingecko_id else 3.0
    return round(100.0 * math.pow(seeds.fraction(world.seed, "organic", token.mint), bend), 2)


def _organic_label(score: float) -> str:
    return "high" if score > 80 else "medium" if score > 40 else "low"


def _tags(token: Token) -> list[str]:
    if token.coingecko_id is not None:
        return ["community", "strict", "verified"]
    return ["unknown", *(["token-2022"] if token.extensions else [])]


def search(world: World, call: Call) -> Answer:
    """Answer `/tokens/v2/search`: mints in a list, or one symbol or name."""
    query = call.query.get("query", "").strip()
    if not query:
        return Answer(body={"error": "query is required"}, status=400)
    mints = [mint for mint in query.split(",") if mint]
    if len(mints) > _MOST_MINTS:
        return Answer(body={"error": f"Too many mints, at most {_MOST_MINTS}"}, status=400)
    if any(mint in world.tokens for mint in mints):
        return _described(world, [world.tokens[mint] for mint in mints if mint in world.tokens])
    word = query.casefold()
    found = [t for t in world.tokens.values() if word in t.symbol.casefold() or word in t.name.casefold()]
    found.sort(key=lambda t: (t.symbol.casefold() != word, -world.liquidity_usd(t.mint)))
    return _described(world, found[:_FOUND])


def recent(world: World, call: Call) -> Answer:
    """Answer `/tokens/v2/recent`: the tokens with the newest first pools."""
    newest = sorted((t for t in world.tokens.values() if t.pools), key=lambda t: t.created_at, reverse=True)
    return _described(world, newest[:_RECENT])


def trending(world: World, call: Call) -> Answer:
    """Answer `/tokens/v2/toptrending/{interval}`: most traded first, without the quote tokens."""
    span_s = _INTERVALS.get(call.path["interval"])
    if span_s is None:
        return Answer(body={"error": "Invalid interval"}, status=400)
    limit = min(_MOST_MINTS, call.number("limit", 50))
    quotes = {pool.quote for pool in world.pools.values()}
    traded = [(world.token_activity(t.mint, span_s).volume_usd, t) for t in world.tokens.values()]
    busy = sorted(
        (each for each in traded if each[0] > 0 and each[1].mint not in quotes), key=lambda e: -e[0]
    )
    return _described(world, [token for _, token in busy[:limit]])


def quote(world: World, call: Call) -> Answer:
    """Answer `/swap/v1/quote` for a sale into a pool of the two mints, the one that gives most."""
    sold, bought = call.query.get("inputMint", ""), call.query.get("outputMint", "")
    amount = call.number("amount", 0)
    if not amount:
        reason = "Query parameter amount cannot be parsed: ParseIntError { kind: InvalidDigit }"
        return Answer(body={"error": reason}, status=400)
    token = world.tokens.get(sold)
    if token is None or bought not in world.tokens or token.kind is Kind.HONEYPOT:
        reason = f"The token {sold} is not tradable"
        return Answer(body={"error": reason, "errorCode": "TOKEN_NOT_TRADABLE"}, status=400)
    offers = [(*_offer(world, pool, token, amount, bought), pool) for pool in _venues(world, sold, bought)]
    out_amount, impact, pool = max(offers, default=(0, 0.0, None), key=lambda offer: offer[0])
    if pool is None or not out_amount:
        body = {"error": "Could not find any route", "errorCode": "COULD_NOT_FIND_ANY_ROUTE"}
        return Answer(body=body, status=400)
    leg = {
        "ammKey": pool.address, "label": _LABELS[pool.dex], "inputMint": sold, "outputMint": bought,
        "inAmount": str(amount), "outAmount": str(out_amount),
    }  # fmt: skip
    return Answer(
        body={
            "inputMint": sold, "inAmount": str(amount), "outputMint": bought, "outAmount": str(out_amount),
            "otherAmountThreshold": str(out_amount * 199 // 200), "swapMode": "ExactIn", "slippageBps": 50,
            "platformFee": None, "priceImpactPct": plain(impact),
            "routePlan": [{"swapInfo": leg, "percent": 100}],
            "contextSlot": world.slot, "timeTaken": 0.015,
        }
    )  # fmt: skip


def _venues(world: World, sold: str, bought: str) -> list[Pool]:
    """List where it can be sold: against what is bought, or against what buys that."""
    return [pool for pool in world.pools_of(sold) if pool.base == sold or pool.base == bought]


def _offer(world: World, pool: Pool, token: Token, amount: int, bought: str) -> tuple[int, float]:
    """Sell into a constant product: base units of what comes out, and how far the price moves."""
    state, given = world.state(pool), amount / 10**token.decimals
    if pool.base == token.mint:
        worth, depth, other = given * state.price_native, state.quote_reserve, pool.quote
    else:
        worth, depth, other = given / state.price_native, state.base_reserve, pool.base
    got = depth * worth / (depth + worth) * (1.0 - pool.dex.fee_ratio)
    exchanged = got * world.price_usd(other) / world.price_usd(bought)
    return int(exchanged * 10 ** world.tokens[bought].decimals), worth / (depth + worth)


def _described(world: World, tokens: Sequence[Token]) -> Answer:
    return Answer(body=[describe(world, token) for token in tokens])


VENDOR = Vendor(
    id=ID,
    root="",
    routes={
        "/price/v3": prices,
        "/swap/v1/quote": quote,
        "/tokens/v2/search": search,
        "/tokens/v2/recent": recent,
        "/tokens/v2/toptrending/{interval}": trending,
    },
    throttled={"code": 429, "message": "[API Gateway] Too many requests"},
    refusal={"code": 429, "message": "Too many requests"},
)
