"""CryptoCompare's legacy JSON: prices by ticker, a currency it lacks left out, refusals with status 200.

Source: https://developers.coindesk.com/documentation/legacy/Price/SingleSymbolPriceEndpoint
"""

from __future__ import annotations

from data.sandbox.wire.call import Answer, Call, Vendor
from data.sandbox.wire.coingecko.figures import rates_per_usd
from data.sandbox.world import World

ID = "cryptocompare"
_DIGITS = 6  # significant ones


def _error(message: str, kind: int) -> dict[str, object]:
    return {
        "Response": "Error",
        "Message": message,
        "HasWarning": False,
        "Type": kind,
        "RateLimit": {},
        "Data": {},
        "Cooldown": 0,
    }


def price(world: World, call: Call) -> Answer:
    """Answer `/price`: one ticker in many currencies; of namesakes the listed coin is meant."""
    wanted, symbol = call.listed("tsyms"), call.query.get("fsym", "").upper()
    if not wanted:
        return Answer(body=_error("tsyms is a required param.", 2))
    usd, rates = _usd(world, symbol), rates_per_usd(world, [name.lower() for name in wanted])
    if usd is None or not rates:
        pair = f"{symbol}-{wanted[0]}"
        return Answer(body=_error(f"CCCAGG market does not exist for this coin pair ({pair})", 1))
    return Answer(body={name.upper(): float(f"{usd * rate:.{_DIGITS}g}") for name, rate in rates.items()})


def _usd(world: World, symbol: str) -> float | None:
    if symbol == "USD":
        return 1.0
    listed = (token for token in world.tokens.values() if token.coingecko_id and token.symbol == symbol)
    token = next(listed, None)
    return None if token is None else world.price_usd(token.mint) * (1.0 + world.skew(ID, token.mint))


VENDOR = Vendor(
    id=ID,
    root="/data",
    routes={"/price": price},
    throttled=_error("You are over your rate limit please upgrade your account!", 99),
    refusal=_error("You are over your rate limit please upgrade your account!", 99),
)
