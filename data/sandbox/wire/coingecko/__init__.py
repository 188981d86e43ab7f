"""CoinGecko's JSON: only well-known coins, by the vendor's own ids, in whole numbers where they are large.

Knows US dollars and SOL as currencies; another one is left out of an answer, as an unknown id is.
Source: https://docs.coingecko.com/reference
"""

from __future__ import annotations

from collections.abc import Mapping

from data.sandbox.tokens import Token
from data.sandbox.wire.call import Answer, Call, Vendor, iso_ms, whole
from data.sandbox.wire.coingecko.coin import describe
from data.sandbox.wire.coingecko.figures import (
    DAY_S,
    ID,
    NATIVE_SOL,
    Figures,
    change_pct,
    coins,
    picture,
    ranked,
    rates_per_usd,
)
from data.sandbox.world import World

_NOT_FOUND = Answer(body={"error": "coin not found"}, status=404)
_THROTTLED = {
    "status": {
        "error_code": 429,
        "error_message": "You've exceeded the Rate Limit. Please visit "
        "https://www.coingecko.com/en/api/pricing to subscribe to our API plans for higher rate limits.",
    }
}
_OHLC_STEPS = {1: 1_800, 7: 14_400, 14: 14_400, 30: 14_400, 90: 345_600, 180: 345_600, 365: 345_600}


def simple_price(world: World, call: Call) -> Answer:
    """Answer `/simple/price` by ids or symbols; unknown ones are left out."""
    listed, symbols = coins(world), set(call.listed("symbols"))
    wanted = [name for name in call.listed("ids") if name in listed]
    wanted += [name for name, token in listed.items() if token.symbol.lower() in symbols]
    return _simple(world, {name: listed[name] for name in wanted}, call)


def simple_token_price(world: World, call: Call) -> Answer:
    """Answer `/simple/token_price/solana` by contract addresses, case kept."""
    known = (world.tokens.get(mint) for mint in call.listed("contract_addresses"))
    return _simple(world, {token.mint: token for token in known if token and token.coingecko_id}, call)


def _simple(world: World, wanted: Mapping[str, Token], call: Call) -> Answer:
    currencies = call.listed("vs_currencies")
    if not currencies:
        return Answer(body={"error": "Missing parameter vs_currencies"}, status=422)
    rates = rates_per_usd(world, currencies)
    asked = {name for name, value in call.query.items() if value == "true"}
    return Answer(
        body={name: _quoted(Figures(world, token), rates, asked, world) for name, token in wanted.items()}
    )


def _quoted(figures: Figures, rates: Mapping[str, float], asked: set[str], world: World) -> dict[str, object]:
    body: dict[str, object] = {}
    for name, rate in rates.items():
        body[name] = figures.usd * rate
        if "include_market_cap" in asked:
            body[f"{name}_market_cap"] = figures.cap_usd * rate
        if "include_24hr_vol" in asked:
            body[f"{name}_24h_vol"] = figures.volume_usd * rate
        if "include_24hr_change" in asked:
            body[f"{name}_24h_change"] = figures.change_ratio * 100
    if "include_last_updated_at" in asked:
        body["last_updated_at"] = int(world.now.timestamp())
    return body


def search(world: World, call: Call) -> Answer:
    """Answer `/search`: coins only; this vendor's exchanges and collections are not simulated."""
    word = call.query.get("query", "").casefold()
    found = [
        {
            "id": name,
            "name": token.name,
            "api_symbol": name,
            "symbol": token.symbol.upper(),
            "market_cap_rank": rank,
            "thumb": picture(token, "thumb"),
            "large": picture(token, "large"),
        }
        for rank, (name, token, _) in enumerate(ranked(world), 1)
        if word and (word in token.symbol.casefold() or word in token.name.casefold() or word in name)
    ]
    return Answer(body={"coins": found, "exchanges": [], "icos": [], "categories": [], "nfts": []})


def markets(world: World, call: Call) -> Answer:
    """Answer `/coins/markets`, largest first; ids not listed are left out."""
    size, page = min(250, call.number("per_page", 100)), call.number("page", 1)
    wanted, spans = set(call.listed("ids")), call.listed("price_change_percentage")
    rows = [
        _market(world, row, rank, spans)
        for rank, row in enumerate(ranked(world), 1)
        if not wanted or row[0] in wanted
    ]
    return Answer(body=rows[(page - 1) * size : page * size])


def _market(world: World, row: tuple[str, Token, Figures], rank: int, spans: list[str]) -> dict[str, object]:
    name, token, figures = row
    before = 1.0 / (1.0 + figures.change_ratio)
    return {
        "id": name,
        "symbol": token.symbol.lower(),
        "name": token.name,
        "image": picture(token, "large"),
        "current_price": figures.usd,
        "market_cap": round(figures.cap_usd),
        "market_cap_rank": rank,
        "fully_diluted_valuation": round(figures.cap_usd),
        "total_volume": whole(figures.volume_usd),
        "high_24h": figures.high_usd,
        "low_24h": figures.low_usd,
        "price_change_24h": figures.usd * (1.0 - before),
        "price_change_percentage_24h": round(figures.change_ratio * 100, 5),
        "market_cap_change_24h": figures.cap_usd * (1.0 - before),
        "market_cap_change_percentage_24h": round(figures.change_ratio * 100, 5),
        "circulating_supply": token.supply_units,
        "total_supply": token.supply_units,
        "max_supply": None,
        "ath": figures.peak_usd,
        "ath_change_percentage": round((figures.usd / figures.peak_usd - 1.0) * 100, 5),
        "ath_date": iso_ms(figures.peak.at),
        "atl": None,
        "atl_change_percentage": None,
        "atl_date": None,
        "roi": None,
        "last_updated": iso_ms(world.now),
        **{f"price_change_percentage_{span}_in_currency": change_pct(world, token, span) for span in spans},
    }


def contract(world: World, call: Call) -> Answer:
    """Answer `/coins/solana/contract/{address}`."""
    token = world.tokens.get(call.path["address"])
    if token is None or token.coingecko_id is None:
        return _NOT_FOUND
    return Answer(body=describe(world, token.coingecko_id, token))


def coin(world: World, call: Call) -> Answer:
    """Answer `/coins/{id}`."""
    token = coins(world).get(call.path["id"])
    return _NOT_FOUND if token is None else Answer(body=describe(world, call.path["id"], token))


def ohlc(world: World, call: Call) -> Answer:
    """Answer `/coins/{id}/ohlc`: bars without volume, each under the time of its close."""
    token = coins(world).get(call.path["id"])
    if token is None:
        return _NOT_FOUND
    days = call.number("days", 0)
    if days not in _OHLC_STEPS:
        return Answer(body={"error": "Invalid days"}, status=422)
    main, step_s = world.main_pool(token.mint), _OHLC_STEPS[days]
    if main is None:
        return Answer(body=[])
    rate = rates_per_usd(world, [call.query.get("vs_currency", "usd")])
    factor = (1.0 + world.skew(ID, token.mint)) * next(iter(rate.values()), 1.0)
    bars = world.candles(main, step_s, limit=days * DAY_S // step_s)
    rows = ((int((row[0] + step_s) * 1_000), [price * factor for price in row[1:5]]) for row in bars.tolist())
    return Answer(body=[[at, *prices] for at, prices in rows])


def overview(world: World, call: Call) -> Answer:
    """Answer `/global`: the world as a whole."""
    rows = ranked(world)
    total = sum(figures.cap_usd for name, _, figures in rows if name != NATIVE_SOL)
    volume = sum(figures.volume_usd for name, _, figures in rows if name != NATIVE_SOL)
    rates = rates_per_usd(world, ["usd", "sol"])
    tops = [(token.symbol.lower(), figures.cap_usd) for name, token, figures in rows if name != NATIVE_SOL]
    return Answer(
        body={
            "data": {
                "active_cryptocurrencies": len(rows),
                "upcoming_icos": 0,
                "ongoing_icos": 0,
                "ended_icos": 0,
                "markets": len(world.pools),
                "total_market_cap": {name: total * rate for name, rate in rates.items()},
                "total_volume": {name: volume * rate for name, rate in rates.items()},
                "market_cap_percentage": {symbol: cap / total * 100 for symbol, cap in tops[:3]},
                "market_cap_change_percentage_24h_usd": sum(
                    figures.change_ratio * figures.cap_usd for name, _, figures in rows if name != NATIVE_SOL
                )
                / total
                * 100,
                "volume_change_percentage_24h_usd": 0.0,
                "updated_at": int(world.now.timestamp()),
            }
        }
    )


VENDOR = Vendor(
    id=ID,
    root="/api/v3",
    routes={
        "/simple/price": simple_price,
        "/simple/token_price/solana": simple_token_price,
        "/search": search,
        "/coins/markets": markets,
        "/coins/solana/contract/{address}": contract,
        "/coins/{id}/ohlc": ohlc,
        "/coins/{id}": coin,
        "/global": overview,
    },
    throttled=_THROTTLED,
    refusal=_THROTTLED,
)
