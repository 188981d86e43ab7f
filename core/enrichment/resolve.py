"""From observations to a snapshot: each field by its policy, then oddities that a reader must see. Pure."""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, TypeVar

from core.enrichment.continuity import LastPrice, held_against
from core.enrichment.contradictions import (
    Contradiction,
    Kind,
    cap_against_supply,
    cap_without_liquidity,
    trades_against_figures,
    volume_beyond_liquidity,
)
from core.enrichment.observe import Observations, Reliability, fully, merged_pools, observations
from core.enrichment.policies import POLICIES
from data.models.fields import (
    BUYS,
    FDV_USD,
    LIQUIDITY_USD,
    MARKET_CAP_USD,
    PRICE_USD,
    SELLS,
    SUPPLY,
    VOLUME_USD,
    Field,
    Span,
)
from data.models.ids import ProviderId, TokenKey
from data.models.market import Answer, Gap, Resolved, SecurityReport, TokenSnapshot
from data.models.money import divided

# Vendors' caps that differ by this much agree with each other, so may one with price x supply.
_CAP_TOLERANCE = Decimal("0.25")

T = TypeVar("T")


def snapshot(
    token: TokenKey,
    answers: Iterable[Answer],
    gaps: Iterable[Gap],
    *,
    trust: Mapping[ProviderId, float],
    reliability: Reliability = fully,
    last: LastPrice | None = None,
    asked: tuple[ProviderId, ...],
    now: datetime,
) -> TokenSnapshot:
    """Resolve everything that was answered; the order of the answers does not matter.

    `last` is the token's last price that nobody disputed.
    """
    given = sorted(answers, key=lambda answer: (answer.source, answer.capability))
    resolved = resolve(observations(token, given, trust, reliability), now)
    if PRICE_USD in resolved:
        resolved[PRICE_USD] = held_against(resolved[PRICE_USD], last)
    scans = tuple(
        (answer.source, record)
        for answer in given
        for record in answer.records
        if isinstance(record, SecurityReport) and record.token == token
    )
    return TokenSnapshot(
        token=token, at=now, resolved=with_notes(resolved), gaps=tuple(gaps),
        pools=merged_pools(token, given), scans=scans, asked=asked, answered=_answered(token, given),
    )  # fmt: skip


def _answered(token: TokenKey, answers: Iterable[Answer]) -> tuple[ProviderId, ...]:
    """List the vendors that said something of the token."""
    return tuple(dict.fromkeys(answer.source for answer in answers if answer.records))


def resolve(seen: Observations, now: datetime) -> dict[Field[Any], Resolved[Any]]:
    """Apply each field's policy."""
    result: dict[Field[Any], Resolved[Any]] = {}
    for field, observed in seen.items():
        choice = POLICIES[field](observed, now)
        if choice is not None:
            result[field] = Resolved(
                field=field, value=choice.value, sources=choice.sources, rejected=choice.rejected,
                spread=spread([item.value for item in choice.sources]), disputed=choice.disputed,
            )  # fmt: skip
    return result


def spread(values: list[Any]) -> Decimal | None:
    """Measure how far sources are apart: (highest - lowest) / highest; None for one source or no numbers."""
    if len(values) < 2 or not all(isinstance(value, Decimal) for value in values):
        return None
    high = max(values, key=abs)
    return divided(max(values) - min(values), abs(high)) if high else Decimal(0)


def with_notes(resolved: dict[Field[Any], Resolved[Any]]) -> dict[Field[Any], Resolved[Any]]:
    """Mark figures that contradict each other: they are shown with what speaks against them."""

    def value(key: Field[T]) -> T | None:
        return None if (found := resolved.get(key)) is None else found.value

    price, liquidity, volume = value(PRICE_USD), value(LIQUIDITY_USD), value(VOLUME_USD[Span.H24])
    noted: defaultdict[Field[Any], list[Contradiction]] = defaultdict(list)
    # Of a market cap, little may be in circulation; more than everything cannot be.
    for key, part_circulates in ((MARKET_CAP_USD, True), (FDV_USD, False)):
        cap = value(key)
        against = cap_against_supply(
            cap, price, value(SUPPLY), part_circulates=part_circulates, tolerance=_CAP_TOLERANCE
        )
        noted[key] += filter(None, (cap_without_liquidity(cap, liquidity), against))
    noted[VOLUME_USD[Span.H24]] += filter(None, (volume_beyond_liquidity(volume, liquidity),))
    idle = trades_against_figures(price, volume, value(BUYS[Span.H24]), value(SELLS[Span.H24]))
    if idle is not None:
        noted[PRICE_USD if idle.kind is Kind.PRICE_WITHOUT_TRADES else VOLUME_USD[Span.H24]].append(idle)
    return resolved | {
        key: dataclasses.replace(
            resolved[key], note=", ".join(filter(None, (resolved[key].note, *(each.words for each in found))))
        )
        for key, found in noted.items()
        if found
    }
