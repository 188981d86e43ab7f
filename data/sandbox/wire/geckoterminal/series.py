"""GeckoTerminal's bars and trades."""

from __future__ import annotations

from data.sandbox import seeds
from data.sandbox.tokens import Pool
from data.sandbox.wire.call import Answer, Call, iso, plain
from data.sandbox.wire.geckoterminal.documents import NOT_FOUND, factor, refused
from data.sandbox.world import World

_STEPS = {"day": (86_400, (1,)), "hour": (3_600, (1, 4, 12)), "minute": (60, (1, 5, 15))}


def ohlcv(world: World, call: Call) -> Answer:
    """Answer `/networks/solana/pools/{pool}/ohlcv/{timeframe}`: newest first, empty intervals left out."""
    found, steps = world.pools.get(call.path["pool"]), _STEPS.get(call.path["timeframe"])
    if found is None:
        return NOT_FOUND
    if steps is None:
        return refused(400, "Invalid timeframe. Allowed values: day, hour, minute")
    unit, allowed = steps
    aggregate, before = call.number("aggregate", 1), call.number("before_timestamp", 0)
    if aggregate not in allowed:
        return refused(400, f"Invalid aggregate. Allowed values: {', '.join(map(str, allowed))}")
    mint = _priced(found, call)
    bars = world.candles(
        found,
        unit * aggregate,
        of_quote=mint == found.quote,
        before_s=before or None,
        limit=min(1_000, call.number("limit", 100)),
    )
    bars = bars * [1.0, *[factor(world, mint)] * 5]
    other = found.base if mint == found.quote else found.quote
    sides = {"base": world.tokens[mint], "quote": world.tokens[other]}
    named = {
        side: {
            "name": each.name,
            "symbol": each.symbol,
            "coingecko_coin_id": each.coingecko_id,
            "address": each.mint,
        }
        for side, each in sides.items()
    }
    rows = [[int(row[0]), *row[1:]] for row in bars[::-1].tolist()]
    data = {
        "id": seeds.uuid(world.seed, found.address, str(world.now)),
        "type": "ohlcv_request_response",
        "attributes": {"ohlcv_list": rows},
    }
    return Answer(body={"data": data, "meta": named})


def _priced(pool: Pool, call: Call) -> str:
    """Tell which side the query asks about; the base unless it names the quote."""
    return pool.quote if call.query.get("token") in {"quote", pool.quote} else pool.base


def trades(world: World, call: Call) -> Answer:
    """Answer `/networks/solana/pools/{pool}/trades`: the last 300 of a day, newest first."""
    found = world.pools.get(call.path["pool"])
    if found is None:
        return NOT_FOUND
    least, ratio = call.number("trade_volume_in_usd_greater_than", 0), factor(world, found.base)
    about_base = _priced(found, call) == found.base
    rows = []
    for each in world.trades(found):
        if (world.now - each.at).total_seconds() > 86_400 or each.volume_usd * ratio <= least:
            continue
        sides = ((found.quote, each.quote_amount), (found.base, each.base_amount))
        usd = (each.price_usd / each.price_native * ratio, each.price_usd * ratio)
        native = ("1.0", plain(each.price_native))
        paid, got = (0, 1) if each.is_buy else (1, 0)
        block, stamp = world.slot_at(each.at), int(each.at.timestamp())
        attributes = {
            "block_number": block,
            "tx_hash": each.signature,
            "tx_from_address": each.trader,
            "from_token_amount": plain(sides[paid][1]),
            "to_token_amount": plain(sides[got][1]),
            "price_from_in_currency_token": native[paid],
            "price_to_in_currency_token": native[got],
            "price_from_in_usd": plain(usd[paid]),
            "price_to_in_usd": plain(usd[got]),
            "block_timestamp": iso(each.at),
            "kind": "buy" if each.is_buy == about_base else "sell",
            "volume_in_usd": plain(each.volume_usd * ratio),
            "from_token_address": sides[paid][0],
            "to_token_address": sides[got][0],
        }
        name = f"solana_{block}_{each.signature}_0_{stamp}"
        rows.append({"id": name, "type": "trade", "attributes": attributes})
    return Answer(body={"data": rows})
