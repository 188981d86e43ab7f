"""GeckoTerminal's JSON:API: nearly every number a string, bars as numbers with the newest first.

Source: https://apiguide.geckoterminal.com
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from data.sandbox import seeds
from data.sandbox.tokens import Pool, Token
from data.sandbox.wire.call import Answer, Call, Vendor, plain
from data.sandbox.wire.geckoterminal import series
from data.sandbox.wire.geckoterminal.documents import (
    ID,
    NOT_FOUND,
    THROTTLED,
    factor,
    included,
    pool_attributes,
    pool_resource,
    refused,
    token_info,
    token_resource,
)
from data.sandbox.world import World

_PAGE = 20
_LAST_PAGE = 10
_MOST = 30


def _listing(world: World, pools: Sequence[Pool], call: Call) -> Answer:
    page = call.number("page", 1)
    if page > _LAST_PAGE:
        title = (
            f"Your request exceeds the allowed max number for page ({_LAST_PAGE}). Upgrade to Analyst plan..."
        )
        return refused(401, title)
    shown = pools[(page - 1) * _PAGE : page * _PAGE]
    return Answer(
        body={"data": [pool_resource(world, pool) for pool in shown], **included(world, shown, call)}
    )


def token(world: World, call: Call) -> Answer:
    """Answer `/networks/solana/tokens/{address}`."""
    found = world.tokens.get(call.path["address"])
    if found is None:
        return NOT_FOUND
    asked = "top_pools" in call.listed("include")
    body = {"data": token_resource(world, found, with_pools=asked)}
    return Answer(body=body | included(world, world.pools_of(found.mint)[:3], call))


def tokens(world: World, call: Call) -> Answer:
    """Answer `/networks/solana/tokens/multi/{addresses}`; unknown ones are left out."""
    known = [world.tokens[mint] for mint in call.listed("addresses")[:_MOST] if mint in world.tokens]
    asked = "top_pools" in call.listed("include")
    pools = {pool.address: pool for each in known for pool in world.pools_of(each.mint)[:3]}
    body = {"data": [token_resource(world, each, with_pools=asked) for each in known]}
    return Answer(body=body | included(world, list(pools.values()), call))


def token_pools(world: World, call: Call) -> Answer:
    """Answer `/networks/solana/tokens/{address}/pools`."""
    mint = call.path["address"]
    return _listing(world, world.pools_of(mint), call) if mint in world.tokens else NOT_FOUND


def pool(world: World, call: Call) -> Answer:
    """Answer `/networks/solana/pools/{pool}`."""
    found = world.pools.get(call.path["pool"])
    if found is None:
        return NOT_FOUND
    resource = pool_resource(world, found)
    fee = plain(found.dex.fee_ratio * 100)
    name = f"{world.tokens[found.base].symbol} / {world.tokens[found.quote].symbol}"
    attributes = {
        **pool_attributes(world, found),
        "pool_name": name,
        "pool_fee_percentage": fee,
        "locked_liquidity_percentage": plain(found.lp_burned_ratio * 100),
    }
    return Answer(body={"data": resource | {"attributes": attributes}, **included(world, [found], call)})


def new_pools(world: World, call: Call) -> Answer:
    """Answer `/networks/solana/new_pools`: the youngest of the last two days."""
    young = [p for p in world.pools.values() if (world.now - p.created_at).total_seconds() < 172_800]
    return _listing(world, sorted(young, key=lambda p: p.created_at, reverse=True), call)


def trending_pools(world: World, call: Call) -> Answer:
    """Answer `/networks/solana/trending_pools`: most traded first, for what was traded at all."""
    span = {"5m": 300, "1h": 3_600, "6h": 21_600}.get(call.query.get("duration", ""), 86_400)
    traded = [(world.activity(p, span).volume_usd, p) for p in world.pools.values()]
    busy = sorted((each for each in traded if each[0] > 0), key=lambda each: -each[0])
    return _listing(world, [p for _, p in busy], call)


def search(world: World, call: Call) -> Answer:
    """Answer `/search/pools`."""
    word = call.query.get("query", "").casefold()
    found = [p for p in world.pools.values() if word and word in _searched(world, p)]
    return _listing(world, sorted(found, key=lambda p: -world.state(p).liquidity_usd), call)


def _searched(world: World, pool: Pool) -> str:
    base, quote = world.tokens[pool.base], world.tokens[pool.quote]
    text = f"{base.symbol} / {quote.symbol} {base.name} {base.mint} {pool.address}"
    return text.casefold()


def token_prices(world: World, call: Call) -> Answer:
    """Answer `/simple/networks/solana/token_price/{addresses}`; unknown ones are left out."""
    known = [world.tokens[mint] for mint in call.listed("addresses")[:_MOST] if mint in world.tokens]
    day = {each.mint: world.token_activity(each.mint, 86_400) for each in known}
    fields: dict[str, Mapping[str, object]] = {
        "token_prices": _each(known, lambda t: world.price_usd(t.mint) * factor(world, t.mint)),
    }
    if call.query.get("include_market_cap") == "true":
        fields["market_cap_usd"] = {
            t.mint: plain(world.price_usd(t.mint) * factor(world, t.mint) * t.supply_units)
            if t.coingecko_id or call.query.get("mcap_fdv_fallback") == "true"
            else None
            for t in known
        }
    if call.query.get("include_24hr_vol") == "true":
        fields["h24_volume_usd"] = _each(known, lambda t: day[t.mint].volume_usd * factor(world, t.mint))
    if call.query.get("include_24hr_price_change") == "true":
        fields["h24_price_change_percentage"] = _each(
            known, lambda t: (day[t.mint].change_ratio or 0.0) * 100
        )
    if call.query.get("include_total_reserve_in_usd") == "true":
        fields["total_reserve_in_usd"] = _each(
            known, lambda t: world.liquidity_usd(t.mint) * factor(world, t.mint)
        )
    fields["last_trade_timestamp"] = {
        t.mint: str(int((world.last_trade_at(t.mint) or world.now).timestamp())) for t in known
    }
    data = {"id": seeds.uuid(world.seed, str(world.now)), "type": "simple_token_price", "attributes": fields}
    return Answer(body={"data": data})


def info(world: World, call: Call) -> Answer:
    """Answer `/networks/solana/tokens/{address}/info`."""
    found = world.tokens.get(call.path["address"])
    return NOT_FOUND if found is None else Answer(body={"data": token_info(world, found)})


def _each(known: Sequence[Token], read: Callable[[Token], float]) -> Mapping[str, object]:
    return {token.mint: plain(read(token)) for token in known}


VENDOR = Vendor(
    id=ID,
    root="/api/v2",
    routes={
        "/networks/solana/tokens/multi/{addresses}": tokens,
        "/networks/solana/tokens/{address}": token,
        "/networks/solana/tokens/{address}/info": info,
        "/networks/solana/tokens/{address}/pools": token_pools,
        "/networks/solana/pools/{pool}": pool,
        "/networks/solana/pools/{pool}/ohlcv/{timeframe}": series.ohlcv,
        "/networks/solana/pools/{pool}/trades": series.trades,
        "/networks/solana/new_pools": new_pools,
        "/networks/solana/trending_pools": trending_pools,
        "/search/pools": search,
        "/simple/networks/solana/token_price/{addresses}": token_prices,
    },
    throttled=THROTTLED,
    refusal=THROTTLED,
)
