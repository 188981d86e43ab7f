"""DexScreener's JSON: pairs with string prices, windows that are left out where nothing changed.

Source: https://docs.dexscreener.com/api/reference
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from data.sandbox import seeds
from data.sandbox.tokens import Dex, Pool, Token
from data.sandbox.wire.call import Answer, Call, Vendor, unix_ms, whole
from data.sandbox.world import World

ID = "dexscreener"
_SPANS = {"m5": 300, "h1": 3_600, "h6": 21_600, "h24": 86_400}
_MOST = 30
_VERSION = "1.0.0"
_DEXES: Mapping[Dex, tuple[str, tuple[str, ...]]] = {
    Dex.RAYDIUM: ("raydium", ()),
    Dex.RAYDIUM_CLMM: ("raydium", ("CLMM",)),
    Dex.ORCA: ("orca", ("wp",)),
    Dex.METEORA: ("meteora", ("DLMM",)),
    Dex.PUMPSWAP: ("pumpswap", ()),
    Dex.PUMPFUN: ("pumpfun", ()),
}


def price_text(value: float, decimals: int) -> str:
    """Write a price the vendor's way: fixed decimals from 1 up, four significant digits below."""
    if value >= 1:
        return f"{value:.{decimals}f}"
    exponent = int(f"{value:.3e}".partition("e")[2])
    return f"{value:.{3 - exponent}f}"


def pair(world: World, pool: Pool) -> dict[str, object]:
    """Write one pool."""
    base, quote = world.tokens[pool.base], world.tokens[pool.quote]
    state, factor = world.state(pool), 1.0 + world.skew(ID, pool.base)
    seen = {span: world.activity(pool, seconds) for span, seconds in _SPANS.items()}
    name, labels = _DEXES[pool.dex]
    valuation = whole(state.price_usd * factor * base.supply_units)
    body: dict[str, object] = {
        "chainId": "solana",
        "dexId": name,
        "url": f"https://dexscreener.com/solana/{pool.address.lower()}",
        "pairAddress": pool.address,
        **({"labels": list(labels)} if labels else {}),
        "baseToken": _side(base),
        "quoteToken": _side(quote),
        "priceNative": price_text(state.price_native, 4),
        "priceUsd": price_text(state.price_usd * factor, 2),
        "txns": {span: {"buys": each.buys, "sells": each.sells} for span, each in seen.items()},
        "volume": {span: round(seen[span].volume_usd * factor, 2) for span in reversed(_SPANS)},
        "priceChange": {
            span: round(each.change_ratio * 100, 2)
            for span, each in seen.items()
            if each.change_ratio is not None and round(each.change_ratio * 100, 2)
        },
    }
    if not pool.dex.is_curve:
        body["liquidity"] = {
            "usd": round(state.liquidity_usd * factor, 2),
            "base": _amount(state.base_reserve),
            "quote": _amount(state.quote_reserve),
        }
    body |= {"fdv": valuation, "marketCap": valuation, "pairCreatedAt": unix_ms(pool.created_at)}
    return body | _extras(world, base)


def _side(token: Token) -> dict[str, object]:
    return {"address": token.mint, "name": token.name, "symbol": token.symbol}


def _amount(value: float) -> float:
    return round(value) if value >= 100_000 else round(value, 4) if value >= 0.1 else float(f"{value:.4g}")


def _extras(world: World, token: Token) -> dict[str, object]:
    extras: dict[str, object] = {}
    socials = {"twitter": token.socials.twitter, "telegram": token.socials.telegram}
    if token.socials.website is not None:
        extras["info"] = {
            "imageUrl": f"https://images.example/{token.mint}.png?width=800&height=800",
            "openGraph": f"https://images.example/og/{token.mint}.png",
            "websites": [{"url": token.socials.website, "label": "Website"}],
            "socials": [{"url": url, "type": kind} for kind, url in socials.items() if url],
        }
    if boost := _boost(world, token):
        extras["boosts"] = {"active": boost}
    return extras


def _boost(world: World, token: Token) -> int:
    """Tell how many boosts an issuer has bought; a fifth of those with a page has."""
    if token.socials.website is None or token.coingecko_id is not None:
        return 0
    luck = seeds.fraction(world.seed, "boost", token.mint)
    return (10, 30, 50, 100, 500)[int(luck * 25)] if luck < 0.2 else 0


def _pairs(world: World, pools: Iterable[Pool]) -> list[dict[str, object]]:
    """Write pools, each once, the first thirty of them."""
    unique = {pool.address: pool for pool in pools}
    return [pair(world, pool) for pool in list(unique.values())[:_MOST]]


def _wrapped(pairs: list[dict[str, object]]) -> dict[str, object]:
    return {"schemaVersion": _VERSION, "pairs": pairs or None}


def tokens(world: World, call: Call) -> Answer:
    """Answer `/tokens/v1` and `/token-pairs/v1`: a bare list, empty for what is not known."""
    if call.path["chain"] != "solana":
        return Answer(body=[])
    return Answer(body=_pairs(world, (p for mint in call.listed("addresses") for p in world.pools_of(mint))))


def old_tokens(world: World, call: Call) -> Answer:
    """Answer `/latest/dex/tokens`: the same pairs in a wrapper, null for none."""
    found = (pool for mint in call.listed("addresses") for pool in world.pools_of(mint))
    return Answer(body=_wrapped(_pairs(world, found)))


def pairs(world: World, call: Call) -> Answer:
    """Answer `/latest/dex/pairs`; `pair` is filled for a single id only."""
    wanted = call.listed("pairs") if call.path["chain"] == "solana" else []
    found = _pairs(world, (world.pools[address] for address in wanted if address in world.pools))
    return Answer(body={**_wrapped(found), "pair": found[0] if len(wanted) == 1 and found else None})


def search(world: World, call: Call) -> Answer:
    """Answer `/latest/dex/search`: every word must occur in the pair's names or be one of its addresses."""
    words = call.query.get("q", "").replace("/", " ").casefold().split()
    found = [pool for pool in world.pools.values() if words and _matches(world, pool, words)]
    found.sort(key=lambda pool: -world.state(pool).liquidity_usd)
    return Answer(body={"schemaVersion": _VERSION, "pairs": _pairs(world, found)})


def _matches(world: World, pool: Pool, words: list[str]) -> bool:
    base, quote = world.tokens[pool.base], world.tokens[pool.quote]
    text = " ".join((base.symbol, base.name, base.mint, pool.address)).casefold()
    return all(word in text or word == quote.symbol.casefold() for word in words)


def profiles(world: World, call: Call) -> Answer:
    """Answer `/token-profiles/latest/v1`: the newest tokens whose issuers paid for a page."""
    paid = [token for token in world.tokens.values() if token.socials.telegram]
    paid.sort(key=lambda token: token.created_at, reverse=True)
    return Answer(body=[_profile(token) for token in paid[:_MOST]])


def boosts(world: World, call: Call) -> Answer:
    """Answer `/token-boosts/top/v1`: the tokens with most boosts bought."""
    bought = [(token, _boost(world, token)) for token in world.tokens.values()]
    bought.sort(key=lambda each: -each[1])
    listed = [{**_profile(token), "totalAmount": amount} for token, amount in bought if amount]
    return Answer(body=listed[:_MOST])


def _profile(token: Token) -> dict[str, object]:
    links: list[dict[str, object]] = [{"label": "Website", "url": token.socials.website}]
    links += [
        {"type": kind, "url": url}
        for kind, url in (("twitter", token.socials.twitter), ("telegram", token.socials.telegram))
        if url
    ]
    return {
        "url": f"https://dexscreener.com/solana/{token.mint.lower()}",
        "chainId": "solana",
        "tokenAddress": token.mint,
        "icon": f"https://images.example/{token.mint}.png",
        "description": f"{token.name} on Solana",
        "links": links,
    }


def orders(world: World, call: Call) -> Answer:
    """Answer `/orders/v1`: what an issuer has paid for."""
    token = world.tokens.get(call.path["address"])
    if token is None or token.socials.telegram is None or call.path["chain"] != "solana":
        return Answer(body={"orders": [], "boosts": []})
    paid = unix_ms(token.created_at) + 600_000
    order = {"type": "tokenProfile", "status": "approved", "paymentTimestamp": paid}
    return Answer(body={"orders": [order], "boosts": []})


VENDOR = Vendor(
    id=ID,
    root="",
    routes={
        "/tokens/v1/{chain}/{addresses}": tokens,
        "/token-pairs/v1/{chain}/{addresses}": tokens,
        "/latest/dex/tokens/{addresses}": old_tokens,
        "/latest/dex/pairs/{chain}/{pairs}": pairs,
        "/latest/dex/search": search,
        "/token-profiles/latest/v1": profiles,
        "/token-boosts/top/v1": boosts,
        "/orders/v1/{chain}/{address}": orders,
    },
    throttled={"error": "Too Many Requests"},
    refusal={"schemaVersion": _VERSION, "pairs": None, "pair": None},
)
