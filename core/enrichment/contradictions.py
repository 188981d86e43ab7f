"""Figures that cannot both be true, each with what shows it. Pure: decimals in, named contradictions out.

Where two figures contradict each other, which of them is wrong is mostly not to be told; where the way they
differ tells how the mistake was made (a zero lost, millions read as thousands), the kind says so.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from data.models.money import divided, times

_TOLERANCE = Decimal("0.10")  # price and cap are read seconds apart, and rounded
_EXACT_FACTOR = Decimal("0.05")  # how near to 10 or 1,000 a factor is the trace of a mistake
_THOUSAND = Decimal(1000)
_TEN = Decimal(10)

# A cap this many times the liquidity behind it cannot be sold into: it is a figure, not a value.
_CAP_TO_LIQUIDITY = Decimal(5000)
# Of what is in a pool, no day of real trading turns over this many times: among the recorded answers of
# DexScreener (October 2026) the busiest pool that still had liquidity turned over 6.5 times.
_DAILY_TURNOVER = Decimal(100)
_NOTHING = Decimal(1)  # USD; a pool that holds less is empty


class Kind(StrEnum):
    """What contradicts what."""

    PRICE_FROM_NAME = "price_from_name"
    CAP_IN_MILLIONS = "cap_in_millions"
    TENFOLD = "tenfold"
    CAP_NOT_PRICE_TIMES_SUPPLY = "cap_not_price_times_supply"
    CAP_WITHOUT_LIQUIDITY = "cap_without_liquidity"
    VOLUME_BEYOND_LIQUIDITY = "volume_beyond_liquidity"
    VOLUME_WITHOUT_TRADES = "volume_without_trades"
    PRICE_WITHOUT_TRADES = "price_without_trades"


WORDS: Mapping[Kind, str] = {
    Kind.PRICE_FROM_NAME: "the price is a number of the name",
    Kind.CAP_IN_MILLIONS: "contradicts price x supply: millions were read as thousands",
    Kind.TENFOLD: "contradicts price x supply: a zero was lost or gained",
    Kind.CAP_NOT_PRICE_TIMES_SUPPLY: "contradicts price x supply",
    Kind.CAP_WITHOUT_LIQUIDITY: "no liquidity behind it",
    Kind.VOLUME_BEYOND_LIQUIDITY: "more volume than the liquidity can carry",
    Kind.VOLUME_WITHOUT_TRADES: "volume without a trade",
    Kind.PRICE_WITHOUT_TRADES: "nobody traded in 24 h",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Contradiction:
    """One contradiction; `evidence` holds the figures that show it, by name with its unit."""

    kind: Kind
    evidence: Mapping[str, Decimal] = field(default_factory=dict)

    @property
    def words(self) -> str:
        """Say it in words that follow the figure."""
        return WORDS[self.kind]


def cap_against_supply(
    cap_usd: Decimal | None,
    price_usd: Decimal | None,
    supply: Decimal | None,
    *,
    step_usd: Decimal = Decimal(0),
    part_circulates: bool = False,
    tolerance: Decimal = _TOLERANCE,
    name: str = "",
) -> Contradiction | None:
    """Hold a stated cap against price x supply (in whole tokens); None where they agree or one is unknown.

    A cap that was cut to whole thousands has `step_usd` 1000: anything in [cap, cap + step) agrees with it.
    `part_circulates` allows a smaller cap, as a market cap may count a part of the supply; a larger one never
    can be. `tolerance` is the share by which they may differ. `name` is where digits of a price may have come
    from.
    """
    if cap_usd is None or price_usd is None or supply is None or price_usd <= 0 or supply <= 0 or cap_usd < 0:
        return None
    implied = times(price_usd, supply)
    slack = times(implied, tolerance)
    too_large = cap_usd > implied + slack
    too_small = cap_usd + step_usd <= implied - slack or (cap_usd == 0 and not step_usd)
    if not too_large and not (too_small and not part_circulates):
        return None
    evidence = {"cap_usd": cap_usd, "price_usd": price_usd, "supply": supply, "implied_usd": implied}
    return Contradiction(kind=_how(cap_usd, price_usd, implied, step_usd, name), evidence=evidence)


def _how(cap: Decimal, price: Decimal, implied: Decimal, step: Decimal, name: str) -> Kind:
    """Tell by the size of the difference how it came about."""
    if _of_name(price, name) and implied >= times(cap, _THOUSAND):
        return Kind.PRICE_FROM_NAME
    if _cut(cap, step, implied, _THOUSAND):
        return Kind.CAP_IN_MILLIONS
    if _near(cap + step / 2, times(implied, _TEN)) or _near(cap + step / 2, times(implied, 1 / _TEN)):
        return Kind.TENFOLD
    return Kind.CAP_NOT_PRICE_TIMES_SUPPLY


def _of_name(price: Decimal, name: str) -> bool:
    """Tell whether a price is a whole number out of a name."""
    return price == price.to_integral_value() and f"{price:f}".partition(".")[0] in re.findall(r"\d+", name)


def _cut(cap: Decimal, step: Decimal, implied: Decimal, factor: Decimal) -> bool:
    """Tell whether the cap, times the factor and cut to whole steps, is what is implied."""
    low, high = times(cap, factor), times(cap + step, factor)
    margin = times(low, _EXACT_FACTOR)
    return cap > 0 and low - margin <= implied < high + margin


def _near(value: Decimal, target: Decimal) -> bool:
    ratio = divided(value, target)
    return ratio is not None and abs(ratio - 1) <= _EXACT_FACTOR


def cap_without_liquidity(cap_usd: Decimal | None, liquidity_usd: Decimal | None) -> Contradiction | None:
    """Hold a cap against what could be sold into; unknown liquidity is no evidence, none at all is."""
    if cap_usd is None or liquidity_usd is None or cap_usd <= 0:
        return None
    if cap_usd <= times(max(liquidity_usd, _NOTHING), _CAP_TO_LIQUIDITY):
        return None
    return Contradiction(
        kind=Kind.CAP_WITHOUT_LIQUIDITY, evidence={"cap_usd": cap_usd, "liquidity_usd": liquidity_usd}
    )


def volume_beyond_liquidity(
    volume_24h_usd: Decimal | None, liquidity_usd: Decimal | None
) -> Contradiction | None:
    """Hold a day's volume against the liquidity it went through.

    An empty pool is none: its liquidity was there when it was traded, and has been pulled since.
    """
    if volume_24h_usd is None or liquidity_usd is None or liquidity_usd < _NOTHING:
        return None
    if volume_24h_usd <= times(liquidity_usd, _DAILY_TURNOVER):
        return None
    return Contradiction(
        kind=Kind.VOLUME_BEYOND_LIQUIDITY,
        evidence={"volume_24h_usd": volume_24h_usd, "liquidity_usd": liquidity_usd},
    )


def trades_against_figures(
    price_usd: Decimal | None, volume_24h_usd: Decimal | None, buys_24h: int | None, sells_24h: int | None
) -> Contradiction | None:
    """Find a price or a volume that no trade of the last 24 h made; one unknown count is no evidence."""
    if buys_24h is None or sells_24h is None or buys_24h + sells_24h > 0:
        return None
    if volume_24h_usd is not None and volume_24h_usd > 0:
        return Contradiction(kind=Kind.VOLUME_WITHOUT_TRADES, evidence={"volume_24h_usd": volume_24h_usd})
    if price_usd is None or price_usd <= 0:
        return None
    return Contradiction(kind=Kind.PRICE_WITHOUT_TRADES, evidence={"price_usd": price_usd})
