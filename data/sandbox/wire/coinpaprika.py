"""CoinPaprika's JSON: tickers of listed coins by the vendor's ids, as the free plan gives them.

Source: https://docs.coinpaprika.com/api-reference
"""

from __future__ import annotations

import struct
from collections.abc import Mapping

from data.models.ids import SOL_MINT
from data.sandbox.tokens import Token
from data.sandbox.wire.call import Answer, Call, Vendor, iso
from data.sandbox.wire.coingecko.figures import rates_per_usd
from data.sandbox.world import World

ID = "coinpaprika"
_MOST_QUOTES = 3
_SPANS = {"15m": 900, "30m": 1_800, "1h": 3_600, "6h": 21_600, "12h": 43_200, "24h": 86_400, "7d": 604_800}
_NOT_IN_PLAN = {"percent_change_30d": 0, "percent_change_1y": 0}


def ticker(world: World, call: Call) -> Answer:
    """Answer `/tickers/{id}` in up to three currencies."""
    wanted = [quote.lower() for quote in call.listed("quotes")] or ["usd"]
    rates = rates_per_usd(world, wanted)
    if len(wanted) > _MOST_QUOTES or len(rates) < len(set(wanted)):
        return Answer(body={"error": "invalid parameters"}, status=400)
    token = _coins(world).get(call.path["id"])
    if token is None:
        return Answer(body={"error": "id not found"}, status=404)
    return Answer(body=_ticker(world, call.path["id"], token, rates))


def _coins(world: World) -> Mapping[str, Token]:
    """List the coins by the vendor's ids: the symbol, and the name in words."""
    listed = [token for token in world.tokens.values() if token.coingecko_id and token.mint != SOL_MINT]
    named = {f"{token.symbol}-{'-'.join(token.name.split())}".lower(): token for token in listed}
    return {"sol-solana": world.tokens[SOL_MINT], **named}


def _ticker(world: World, coin: str, token: Token, rates: Mapping[str, float]) -> dict[str, object]:
    native = token.mint == SOL_MINT
    caps = sorted(
        (world.price_usd(each.mint) * each.supply_units for each in _coins(world).values()), reverse=True
    )
    cap = world.price_usd(token.mint) * token.supply_units
    return {
        "id": coin,
        "name": "Solana" if native else token.name,
        "symbol": token.symbol,
        "rank": 1 + caps.index(cap),
        "total_supply": int(token.supply_units),
        "max_supply": int(token.supply_units),
        "beta_value": 1.0,
        "first_data_at": iso(token.created_at),
        "last_updated": iso(world.now),
        "quotes": {name.upper(): _quote(world, token, rate) for name, rate in rates.items()},
    }


def _quote(world: World, token: Token, rate: float) -> dict[str, object]:
    """Write the figures in one currency; the free plan has zeros for the longest spans."""
    factor = rate * (1.0 + world.skew(ID, token.mint))
    price, peak = world.price_usd(token.mint), world.peak(token.mint)
    changes = {span: world.token_activity(token.mint, span_s).change_ratio for span, span_s in _SPANS.items()}
    return {
        "price": price * factor,
        "volume_24h": world.token_activity(token.mint, _SPANS["24h"]).volume_usd * factor,
        "volume_24h_change_24h": 0,
        "market_cap": int(price * token.supply_units * factor),
        "market_cap_change_24h": _percent(changes["24h"]),
        **{f"percent_change_{span}": _percent(ratio) for span, ratio in changes.items()},
        **_NOT_IN_PLAN,
        "ath_price": peak.price_usd * factor,
        "ath_date": iso(peak.at),
        "percent_from_price_ath": round((price / peak.price_usd - 1.0) * 100, 2),
    }


def _percent(ratio: float | None) -> float:
    """Round to two digits, and leave the noise of a single-precision number behind them."""
    rounded: float = struct.unpack("f", struct.pack("f", round((ratio or 0.0) * 100, 2)))[0]
    return rounded


VENDOR = Vendor(
    id=ID,
    root="/v1",
    routes={"/tickers/{id}": ticker},
    throttled={"error": "you have reached maximum request limit"},
    refusal={"error": "internal server error"},
)
