"""What CoinGecko makes of a coin: its figures, its rank, its pictures, and the currencies it knows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from data.models.ids import SOL_MINT
from data.sandbox.tokens import Token
from data.sandbox.world import World

ID = "coingecko"
NATIVE_SOL = "solana"  # the coin; its wrapped mint is listed apart
HOUR_S = 3_600
DAY_S = 86_400


def coins(world: World) -> Mapping[str, Token]:
    """List the coins by the vendor's id."""
    listed = {token.coingecko_id: token for token in world.tokens.values() if token.coingecko_id}
    return {NATIVE_SOL: world.tokens[SOL_MINT], **listed}


class Figures:
    """What one coin is worth to this vendor."""

    def __init__(self, world: World, token: Token) -> None:
        factor = 1.0 + world.skew(ID, token.mint)
        self.usd = world.price_usd(token.mint) * factor
        self.cap_usd = self.usd * token.supply_units
        day = world.token_activity(token.mint, DAY_S)
        self.volume_usd = day.volume_usd * factor
        self.change_ratio = day.change_ratio or 0.0
        self.peak = world.peak(token.mint)
        self.peak_usd = self.peak.price_usd * factor
        main = world.main_pool(token.mint)
        bars = None if main is None else world.candles(main, HOUR_S, limit=24) * factor
        seen = bars is not None and len(bars) > 0
        self.high_usd = float(bars[:, 2].max()) if bars is not None and seen else self.usd
        self.low_usd = float(bars[:, 3].min()) if bars is not None and seen else self.usd


# Plausible and fixed: the practice market has no market of currencies.
_CURRENCIES_PER_USD = {
    "usd": 1.0, "eur": 0.86, "gbp": 0.74, "jpy": 152.0, "cny": 7.1, "inr": 88.0, "krw": 1410.0, "cad": 1.38,
    "aud": 1.52, "chf": 0.8, "brl": 5.4, "try": 41.5, "sgd": 1.29, "hkd": 7.78, "mxn": 18.4, "pln": 3.66,
    "sek": 9.5, "nok": 10.0, "dkk": 6.4, "zar": 17.4, "nzd": 1.73, "thb": 32.5, "idr": 16600.0, "php": 58.0,
    "vnd": 26300.0, "uah": 41.6, "czk": 20.9, "huf": 336.0, "ils": 3.3, "aed": 3.6725,
}  # fmt: skip


def rates_per_usd(world: World, currencies: Sequence[str]) -> dict[str, float]:
    """Tell how much of each currency a dollar buys."""
    sol_usd = world.price_usd(SOL_MINT) * (1.0 + world.skew(ID, SOL_MINT))
    known = {"sol": 1.0 / sol_usd, **_CURRENCIES_PER_USD}
    return {name: known[name] for name in currencies if name in known}


def ranked(world: World) -> list[tuple[str, Token, Figures]]:
    """List the coins with their figures, the largest first."""
    rows = [(name, token, Figures(world, token)) for name, token in coins(world).items()]
    return sorted(rows, key=lambda row: -row[2].cap_usd)


def picture(token: Token, size: str) -> str:
    """Name the address of a coin's picture."""
    return f"https://images.example/{size}/{token.mint}.png"


def change_pct(world: World, token: Token, span: str) -> float | None:
    """Tell the change over a span in percent; null beyond what the world remembers."""
    seconds = {"1h": HOUR_S, "24h": DAY_S, "7d": 7 * DAY_S}.get(span)
    ratio = None if seconds is None else world.token_activity(token.mint, seconds).change_ratio
    return None if ratio is None else ratio * 100
