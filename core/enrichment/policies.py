"""How several vendors' words on one field become one: named policies, all pure.

A policy takes the observations of a field (at least one) and gives what stands, what is rejected, and whether
the sources contradict each other.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, TypeAlias

from data.models import fields as f
from data.models.fields import Field
from data.models.ids import ProviderId
from data.models.market import Observation

CHAIN = ProviderId("solana")

# Past this age an observation weighs half; prices move, names do not.
_HALF_LIFE_S = 60.0
_STALE_WEIGHT = 0.3
_MAD_TO_SIGMA = Decimal("1.4826")
_SIGMAS = Decimal(6)
_ROUNDED = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Choice:
    """What a policy decides."""

    value: Any
    sources: tuple[Observation[Any], ...]
    rejected: tuple[Observation[Any], ...] = ()
    disputed: bool = False


Policy: TypeAlias = Callable[[Sequence[Observation[Any]], datetime], Choice | None]


def weight(seen: Observation[Any], now: datetime) -> float:
    """Weigh an observation: trust times freshness."""
    age = max(0.0, (now - seen.at).total_seconds())
    return seen.trust * math.exp2(-age / _HALF_LIFE_S) * (_STALE_WEIGHT if seen.stale else 1.0)


def median_within(tolerance: str) -> Policy:
    """Take the weighted median; a source further off than noise and `tolerance` allow is an outlier.

    Two sources further apart than `tolerance`, or several without a majority, are a dispute: then weight
    decides.
    """
    allowed = Decimal(tolerance)

    def policy(seen: Sequence[Observation[Decimal]], now: datetime) -> Choice:
        if len(seen) == 1:
            return Choice(seen[0].value, tuple(seen))
        if len(seen) == 2:
            return _of_two(seen, now, allowed)
        centre = _median([item.value for item in seen])
        deviations = [abs(item.value - centre) for item in seen]
        noise = _SIGMAS * _MAD_TO_SIGMA * _median(deviations)
        limit = max(allowed * abs(centre), min(noise, allowed * 4 * abs(centre)))
        kept = [item for item, off in zip(seen, deviations, strict=True) if off <= limit]
        out = [item for item, off in zip(seen, deviations, strict=True) if off > limit]
        if len(kept) * 2 <= len(seen):
            best = max(seen, key=lambda item: weight(item, now))
            return Choice(
                best.value, (best,), tuple(item for item in seen if item is not best), disputed=True
            )
        return Choice(_weighted_median(kept, now), tuple(kept), tuple(out))

    return policy


def _of_two(seen: Sequence[Observation[Decimal]], now: datetime, allowed: Decimal) -> Choice:
    high, low = max(item.value for item in seen), min(item.value for item in seen)
    best = max(seen, key=lambda item: weight(item, now))
    if high - low > allowed * abs(high):
        return Choice(best.value, (best,), tuple(item for item in seen if item is not best), disputed=True)
    return Choice(best.value, tuple(seen))


def _median(values: Sequence[Decimal]) -> Decimal:
    ordered = sorted(values)
    middle = len(ordered) // 2
    return ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2


def _weighted_median(seen: Sequence[Observation[Decimal]], now: datetime) -> Decimal:
    ordered = sorted(seen, key=lambda item: item.value)
    weights = [weight(item, now) for item in ordered]
    half = sum(weights) / 2
    passed = 0.0
    for item, share in zip(ordered, weights, strict=True):
        passed += share
        if passed >= half:
            return item.value
    return ordered[-1].value


def from_chain(seen: Sequence[Observation[Any]], now: datetime) -> Choice | None:
    """Take the chain's word, and nobody else's."""
    chain = tuple(item for item in seen if item.source == CHAIN)
    others = tuple(item for item in seen if item.source != CHAIN)
    if not chain:
        return None
    value = chain[0].value
    return Choice(value, chain, others, disputed=any(_differs(item.value, value) for item in others))


def _differs(said: Any, value: Any) -> bool:
    """Tell a contradiction from a rounding."""
    if isinstance(said, Decimal) and isinstance(value, Decimal):
        return abs(said - value) > _ROUNDED * max(abs(said), abs(value))
    return bool(said != value)


def by_trust(seen: Sequence[Observation[Any]], now: datetime) -> Choice:
    """Take the most trusted source's word; those that agree stand behind it."""
    best = max(seen, key=lambda item: (item.trust, item.at, item.source))
    return _agreeing(best, seen)


def freshest(seen: Sequence[Observation[Any]], now: datetime) -> Choice:
    """Take the newest word, of equally new ones the most trusted."""
    best = max(seen, key=lambda item: (not item.stale, item.at.replace(microsecond=0), item.trust))
    return Choice(best.value, (best,), tuple(item for item in seen if item is not best))


def earliest(seen: Sequence[Observation[Any]], now: datetime) -> Choice:
    """Take the smallest value: the first that anybody saw."""
    return _agreeing(min(seen, key=lambda item: item.value), seen)


def largest(seen: Sequence[Observation[Any]], now: datetime) -> Choice:
    """Take the largest value: of risks, the worst."""
    return _agreeing(max(seen, key=lambda item: item.value), seen)


def smallest(seen: Sequence[Observation[Any]], now: datetime) -> Choice:
    """Take the smallest value: of safeguards, the weakest."""
    return _agreeing(min(seen, key=lambda item: item.value), seen)


def _agreeing(best: Observation[Any], seen: Sequence[Observation[Any]]) -> Choice:
    same = tuple(item for item in seen if item.value == best.value)
    return Choice(best.value, same, tuple(item for item in seen if item.value != best.value))


_PRICE = median_within("0.05")
# Vendors know different pools and cut their windows differently: only a multiple is a contradiction.
_SUM = median_within("0.6")
_CHANGE = median_within("0.5")

POLICIES: dict[Field[Any], Policy] = {
    f.PRICE_USD: _PRICE,
    f.MARKET_CAP_USD: median_within("0.25"),
    f.FDV_USD: median_within("0.25"),
    f.LIQUIDITY_USD: _SUM,
    **dict.fromkeys(f.CHANGE.values(), _CHANGE),
    **dict.fromkeys(f.VOLUME_USD.values(), _SUM),
    **dict.fromkeys(f.BUYS.values(), largest),
    **dict.fromkeys(f.SELLS.values(), largest),
    f.SYMBOL: by_trust,
    f.NAME: by_trust,
    f.IMAGE_URL: by_trust,
    f.LINKS: by_trust,
    f.LISTED_ID: by_trust,
    f.LAUNCHPAD: by_trust,
    f.CREATOR: by_trust,
    f.CREATED_AT: earliest,
    f.DECIMALS: from_chain,
    f.SUPPLY: from_chain,
    f.CIRCULATING: by_trust,
    f.MINT_AUTHORITY: from_chain,
    f.FREEZE_AUTHORITY: from_chain,
    f.TOKEN_PROGRAM: from_chain,
    f.TRANSFER_FEE_RATIO: from_chain,
    f.NEXT_FEE_RATIO: from_chain,
    f.NEXT_FEE_EPOCH: from_chain,
    f.NEXT_FEE_AT: from_chain,
    f.EXTENSIONS: from_chain,
    f.FEE_AUTHORITY: from_chain,
    f.PERMANENT_DELEGATE: from_chain,
    f.TRANSFER_HOOK: from_chain,
    f.PAUSE_AUTHORITY: from_chain,
    f.CLOSE_AUTHORITY: from_chain,
    f.NON_TRANSFERABLE: from_chain,
    f.DEFAULT_FROZEN: from_chain,
    f.MUTABLE: largest,
    f.HONEYPOT: largest,
    f.BUY_TAX_RATIO: largest,
    f.SELL_TAX_RATIO: largest,
    f.HOLDERS: freshest,
    f.LARGEST_RATIO: largest,
    f.CREATOR_TOKENS: largest,
    f.SNIPER_RATIO: largest,
    f.INSIDER_RATIO: largest,
    f.CURVE_RATIO: freshest,
    f.GRADUATED: largest,
    f.TOP10_RATIO: largest,
    f.DEV_RATIO: largest,
    f.LP_LOCKED_RATIO: smallest,
    f.LP_BURNED_RATIO: smallest,
    f.LP_LOCKS: by_trust,
    f.RISK_SCORE: largest,
    f.RUGGED: largest,
    f.ATH_USD: by_trust,
    f.ATH_AT: by_trust,
}
