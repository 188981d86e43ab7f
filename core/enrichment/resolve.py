"""From observations to a snapshot: each field by its policy, then oddities that a reader must see. Pure."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from core.enrichment.observe import Observations, merged_pools, observations
from core.enrichment.policies import POLICIES
from data.models.fields import FDV_USD, LIQUIDITY_USD, MARKET_CAP_USD, PRICE_USD, SUPPLY, Field
from data.models.ids import ProviderId, TokenKey
from data.models.market import Answer, Gap, Resolved, SecurityReport, TokenSnapshot
from data.models.money import divided, times

# A cap this many times the liquidity behind it cannot be sold into: it is a figure, not a value.
_CAP_TO_LIQUIDITY = Decimal(5000)
# Price x supply and the stated cap further apart than this contradict each other.
_CAP_CONTRADICTION = Decimal(10)


def snapshot(
    token: TokenKey,
    answers: Iterable[Answer],
    gaps: Iterable[Gap],
    *,
    trust: Mapping[ProviderId, float],
    asked: tuple[ProviderId, ...],
    now: datetime,
) -> TokenSnapshot:
    """Resolve everything that was answered; the order of the answers does not matter."""
    given = sorted(answers, key=lambda answer: (answer.source, answer.capability))
    resolved = resolve(observations(token, given, trust), now)
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
    """Mark figures that contradict each other."""
    result = dict(resolved)
    price, supply = resolved.get(PRICE_USD), resolved.get(SUPPLY)
    liquidity = resolved.get(LIQUIDITY_USD)
    for field in (MARKET_CAP_USD, FDV_USD):
        cap = resolved.get(field)
        if cap is None:
            continue
        notes = []
        if liquidity is not None and cap.value > max(liquidity.value, Decimal(1)) * _CAP_TO_LIQUIDITY:
            notes.append("no liquidity behind it")
        if price is not None and supply is not None:
            implied = times(price.value, supply.value)
            # Of a market cap, little may be in circulation; more than everything cannot be.
            too_small = field is FDV_USD and cap.value * _CAP_CONTRADICTION <= implied
            if implied and cap.value and (too_small or cap.value >= implied * _CAP_CONTRADICTION):
                notes.append("contradicts price x supply")
        if notes:
            result[field] = dataclasses.replace(cap, note=", ".join(notes))
    return result
