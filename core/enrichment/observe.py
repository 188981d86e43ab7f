"""From records to observations: what each vendor's answer says of one token, field by field. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any, TypeAlias

from data.models.fields import (
    BUYS,
    CHANGE,
    CREATED_AT,
    FDV_USD,
    IMAGE_URL,
    LIQUIDITY_USD,
    LP_BURNED_RATIO,
    MARKET_CAP_USD,
    NAME,
    PRICE_USD,
    RISK_SCORE,
    RUGGED,
    SELLS,
    SYMBOL,
    VOLUME_USD,
    Field,
    Span,
)
from data.models.ids import ProviderId, TokenKey
from data.models.market import Activity, Answer, Fact, Observation, Pool, SecurityReport, TokenReport, facts

Observations: TypeAlias = Mapping[Field[Any], tuple[Observation[Any], ...]]
Reliability: TypeAlias = Callable[[ProviderId, Field[Any]], float]


def fully(provider: ProviderId, field: Field[Any]) -> float:
    """Believe every vendor as far as it is declared to be trusted."""
    return 1.0


def observations(
    token: TokenKey,
    answers: Sequence[Answer],
    trust: Mapping[ProviderId, float],
    reliability: Reliability = fully,
) -> Observations:
    """Collect one observation a field and vendor; a vendor's own total goes before a sum over its pools.

    A vendor's trust is what it is declared to be, times what was learned of it.
    """
    found: dict[Field[Any], dict[ProviderId, Observation[Any]]] = defaultdict(dict)
    stated = [(answer, fact) for answer in answers for fact in told(token, answer)]
    derived = [(answer, fact) for answer in answers for fact in added_up(token, answer)]
    for answer, fact in (*stated, *derived):
        found[fact.field].setdefault(
            answer.source,
            Observation(
                value=fact.value, source=answer.source, at=answer.at, stale=answer.stale,
                trust=trust.get(answer.source, 0.5) * reliability(answer.source, fact.field),
            ),
        )  # fmt: skip
    return {field: tuple(by_source.values()) for field, by_source in found.items()}


def told(token: TokenKey, answer: Answer) -> tuple[Fact[Any], ...]:
    """List the facts that a vendor states of the token itself."""
    result: list[Fact[Any]] = []
    for record in answer.records:
        if isinstance(record, TokenReport) and record.token == token:
            result.extend(record.facts)
        elif isinstance(record, SecurityReport) and record.token == token:
            result.extend((*facts((RISK_SCORE, record.score), (RUGGED, record.rugged)), *record.facts))
    return tuple(result)


def pools_of(token: TokenKey, answer: Answer) -> tuple[Pool, ...]:
    """List a vendor's pools in which the token is the one that is priced."""
    return tuple(r for r in answer.records if isinstance(r, Pool) and r.base.token == token)


def added_up(token: TokenKey, answer: Answer) -> tuple[Fact[Any], ...]:
    """Derive facts of a token from its pools: prices from the deepest, flows as sums."""
    pools = pools_of(token, answer)
    if not pools:
        return ()
    deepest = max(pools, key=depth)
    priced = max((pool for pool in pools if pool.price_usd is not None), key=depth, default=deepest)
    per_span = [
        pair
        for span in Span
        for pair in (
            (CHANGE[span], _activity(priced, span).change_ratio),
            (VOLUME_USD[span], _sum(pools, span, lambda activity: activity.volume_usd)),
            (BUYS[span], _sum(pools, span, lambda activity: activity.buys)),
            (SELLS[span], _sum(pools, span, lambda activity: activity.sells)),
        )
    ]
    liquidity = [pool.liquidity_usd for pool in pools if pool.liquidity_usd is not None]
    created = [pool.created_at for pool in pools if pool.created_at is not None]
    return facts(
        (PRICE_USD, priced.price_usd),
        (MARKET_CAP_USD, priced.market_cap_usd),
        (FDV_USD, priced.fdv_usd),
        (LIQUIDITY_USD, sum(liquidity, Decimal(0)) if liquidity else None),
        (CREATED_AT, min(created, default=None)),
        (SYMBOL, deepest.base.symbol),
        (NAME, deepest.base.name),
        (IMAGE_URL, next((pool.image_url for pool in pools if pool.image_url), None)),
        (LP_BURNED_RATIO, deepest.lp_burned_ratio),
        *per_span,
    )


def depth(pool: Pool) -> tuple[Decimal, Decimal]:
    """Rank a pool: by its liquidity, then by what is traded in it."""
    return (pool.liquidity_usd or Decimal(0), _activity(pool, Span.H24).volume_usd or Decimal(0))


def merged_pools(token: TokenKey, answers: Iterable[Answer]) -> tuple[Pool, ...]:
    """List the token's pools, each once, deepest first; of two reports of a pool the deeper one stays."""
    best: dict[str, Pool] = {}
    for answer in answers:
        for pool in pools_of(token, answer):
            known = best.get(pool.address)
            if known is None or depth(pool) > depth(known):
                best[pool.address] = pool
    return tuple(sorted(best.values(), key=depth, reverse=True))


def _activity(pool: Pool, span: Span) -> Activity:
    return pool.activity.get(span, Activity())


def _sum(pools: Sequence[Pool], span: Span, part: Callable[[Activity], Any]) -> Any:
    values = [value for pool in pools if (value := part(_activity(pool, span))) is not None]
    return sum(values[1:], values[0]) if values else None
