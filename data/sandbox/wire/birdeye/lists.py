"""Birdeye's lists: holders, trades, new listings, what trends and what a search finds."""

from __future__ import annotations

from data.sandbox.market import Activity, Trade
from data.sandbox.tokens import Pool, Token
from data.sandbox.wire.birdeye.envelope import BAD_REQUEST, SOURCES, factor, human, picture, told
from data.sandbox.wire.call import Answer, Call, iso_ms
from data.sandbox.world import World

_DAY_S = 86_400
_WEEK_S = 604_800
_MOST_ROWS = 100
_MOST_LISTED = 20
_UNSCALED = {"is_scaled_ui_token": False, "multiplier": None}


def holders(world: World, call: Call) -> Answer:
    """Answer `/defi/v3/token/holder`: the largest first, raw amounts as text."""
    token = world.tokens.get(call.query.get("address", ""))
    first, limit = call.number("offset", 0), call.number("limit", _MOST_ROWS)
    if not 1 <= limit <= _MOST_ROWS:
        return BAD_REQUEST
    if token is None:
        return told(None)
    held = world.named_holders(token.mint)[first : first + limit]
    items = [
        {
            "amount": str(holder.amount),
            "decimals": token.decimals,
            "mint": token.mint,
            "owner": holder.owner,
            "token_account": holder.account,
            "ui_amount": holder.amount / 10**token.decimals,
            **_UNSCALED,
        }
        for holder in held
    ]
    return told({"items": items})


def trades(world: World, call: Call) -> Answer:
    """Answer `/defi/v3/token/txs`: swaps of a week, newest first; of one pool where one is named."""
    mint, limit = call.query.get("address", ""), call.number("limit", _MOST_ROWS)
    if not 1 <= limit <= _MOST_ROWS:
        return BAD_REQUEST
    named = call.query.get("pool_id")
    pools = [pool for pool in world.pools_of(mint) if named in (None, pool.address)]
    found = sorted(
        ((trade, pool) for pool in pools for trade in world.trades(pool, limit + 1)),
        key=lambda each: each[0].at,
        reverse=True,
    )
    recent = [each for each in found if (world.now - each[0].at).total_seconds() <= _WEEK_S]
    items = [_trade(world, trade, pool, mint) for trade, pool in recent[:limit]]
    return told({"items": items, "has_next": len(recent) > limit})


def _trade(world: World, trade: Trade, pool: Pool, mint: str) -> dict[str, object]:
    ratio = factor(world, pool.base)
    base, quote = world.tokens[pool.base], world.tokens[pool.quote]
    usd = {base.mint: trade.price_usd * ratio, quote.mint: trade.price_usd / trade.price_native * ratio}
    amounts = {base.mint: trade.base_amount, quote.mint: trade.quote_amount}
    paid, got = (quote, base) if trade.is_buy else (base, quote)
    side = "buy" if got.mint == mint else "sell"
    return {
        "tx_type": side,
        "tx_hash": trade.signature,
        "ins_index": 2,
        "inner_ins_index": 0,
        "block_unix_time": int(trade.at.timestamp()),
        "block_number": world.slot_at(trade.at),
        "volume_usd": trade.volume_usd * ratio,
        "volume": amounts[mint],
        "owner": trade.trader,
        "signers": [trade.trader],
        "source": SOURCES[pool.dex],
        "side": side,
        "alias": None,
        "price_pair": trade.price_native,
        "from": _leg(paid, usd[paid.mint], -amounts[paid.mint]),
        "to": _leg(got, usd[got.mint], amounts[got.mint]),
        "pool_id": pool.address,
    }


def _leg(token: Token, usd: float, change: float) -> dict[str, object]:
    return {
        "symbol": token.symbol,
        "address": token.mint,
        "decimals": token.decimals,
        "price": usd,
        "amount": str(int(abs(change) * 10**token.decimals)),
        "ui_amount": abs(change),
        "ui_change_amount": change,
    }


def listings(world: World, call: Call) -> Answer:
    """Answer `/defi/v2/tokens/new_listing`; those of launchpads are hidden unless asked for."""
    limit = call.number("limit", 10)
    if not 1 <= limit <= _MOST_LISTED:
        return BAD_REQUEST
    memes = call.query.get("meme_platform_enabled") == "true"
    listed = [t for t in world.tokens.values() if t.pools and (memes or t.launchpad is None)]
    listed.sort(key=lambda token: token.pools[0].created_at, reverse=True)
    items = [
        {
            "address": token.mint,
            "symbol": token.symbol,
            "name": token.name,
            "decimals": token.decimals,
            "source": SOURCES[token.pools[0].dex],
            "liquidityAddedAt": human(token.pools[0].created_at),
            "logoURI": picture(token),
            "liquidity": world.liquidity_usd(token.mint) * factor(world, token.mint),
        }
        for token in listed[:limit]
    ]
    return told({"items": items})


def trending(world: World, call: Call) -> Answer:
    """Answer `/defi/token_trending`: most traded in a day first, without what others are priced in."""
    first, limit = call.number("offset", 0), call.number("limit", _MOST_LISTED)
    if not 1 <= limit <= _MOST_LISTED:
        return BAD_REQUEST
    quotes = {pool.quote for pool in world.pools.values()}
    days = {t.mint: world.token_activity(t.mint, _DAY_S) for t in world.tokens.values()}
    busy = [t for t in world.tokens.values() if t.mint not in quotes and days[t.mint].volume_usd > 0]
    busy.sort(key=lambda token: -days[token.mint].volume_usd)
    rows = [
        _trend(world, token, days[token.mint], rank)
        for rank, token in enumerate(busy[first : first + limit], first + 1)
    ]
    now = world.now
    return told(
        {
            "updateUnixTime": int(now.timestamp()),
            "updateTime": human(now),
            "tokens": rows,
            "total": len(busy),
        }
    )


def _trend(world: World, token: Token, day: Activity, rank: int) -> dict[str, object]:
    ratio = factor(world, token.mint)
    price = world.price_usd(token.mint) * ratio
    return {
        "address": token.mint,
        "decimals": token.decimals,
        "liquidity": world.liquidity_usd(token.mint) * ratio,
        "logoURI": picture(token),
        "name": token.name,
        "symbol": token.symbol,
        "volume24hUSD": day.volume_usd * ratio,
        "volume24hChangePercent": None,
        "rank": rank,
        "price": price,
        "price24hChangePercent": None if day.change_ratio is None else day.change_ratio * 100,
        "fdv": price * token.supply_units,
        "marketcap": price * token.supply_units,
    }


def search(world: World, call: Call) -> Answer:
    """Answer `/defi/v3/search`: tokens by address, symbol or name, most traded first; no markets."""
    keyword, word = call.query.get("keyword", ""), call.query.get("keyword", "").casefold()
    if not word:
        return BAD_REQUEST
    chain = call.query.get("chain", "all")
    found = [
        (world.token_activity(token.mint, _DAY_S), token)
        for token in world.tokens.values()
        if chain in {"all", "solana"}
        and (token.mint == keyword or word in token.symbol.casefold() or word in token.name.casefold())
    ]
    found.sort(key=lambda each: -each[0].volume_usd * factor(world, each[1].mint))
    limit = min(_MOST_LISTED, call.number("limit", _MOST_LISTED))
    groups = [{"type": "token", "result": [_found(world, token, day) for day, token in found[:limit]]}]
    if call.query.get("target", "all") == "all":
        groups.append({"type": "market", "result": []})
    return told({"items": groups})


def _found(world: World, token: Token, day: Activity) -> dict[str, object]:
    ratio, last = factor(world, token.mint), world.last_trade_at(token.mint)
    price, change = world.price_usd(token.mint) * ratio, day.change_ratio
    unheard = {
        f"{what}_24h_change_percent": None for what in ("sell", "buy", "unique_wallet", "trade", "volume")
    }
    return {
        "name": token.name,
        "symbol": token.symbol,
        "address": token.mint,
        "network": "solana",
        "decimals": token.decimals,
        "verified": token.coingecko_id is not None,
        "fdv": price * token.supply_units,
        "market_cap": price * token.supply_units,
        "liquidity": world.liquidity_usd(token.mint) * ratio,
        "price": price,
        "price_change_24h_percent": None if change is None else change * 100,
        "sell_24h": day.sells,
        "buy_24h": day.buys,
        "unique_wallet_24h": max(day.buyers, day.sellers),
        "trade_24h": day.buys + day.sells,
        "volume_24h_usd": day.volume_usd * ratio,
        **unheard,
        "last_trade_unix_time": int(last.timestamp()) if last else None,
        "last_trade_human_time": human(last) if last else None,
        "updated_time": int(world.now.timestamp()),
        "creation_time": iso_ms(token.created_at),
        **_UNSCALED,
    }
