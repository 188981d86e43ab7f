"""What streams and sources tell, as facts of the radar. Pure.

What no market could have (a price of a googol, trades of nothing) is left out: unknown, never an error later.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

from core.radar import facts
from core.security.service import first_look
from core.signals.series import LEAST_PRICE, MOST
from core.streams import happened_at
from data.models import fields as f
from data.models.events import StreamEvent, TokenLaunched, TokenMigrated, TokenTraded
from data.models.market import CandleSeries, Resolved, TokenSnapshot
from data.models.money import divided, times

PUMP = "pump"  # the streams' word for a curve
# A standard curve, in whole tokens: all there are, its virtual reserve as it begins, and what it has to sell.
# Source: https://github.com/pump-fun/pump-public-docs
_SUPPLY, _BEGINS, _TO_SELL = Decimal(1_000_000_000), Decimal(1_073_000_000), Decimal(793_100_000)
_FRESH = timedelta(seconds=60)
_LEAST, _MOST = Decimal(repr(LEAST_PRICE)), Decimal(repr(MOST))


def launched(event: TokenLaunched) -> facts.Launched:
    """Take what the second of a launch told."""
    share = None
    if event.pool == PUMP and not event.is_mayhem and event.bought is not None:
        share = divided(event.bought, _SUPPLY)
    return facts.Launched(
        at=event.at,
        born_at=_by(event),
        creator=event.creator,
        dev_ratio=None if share is None or not 0 <= share <= 1 else float(share),
    )


def migrated(event: TokenMigrated) -> facts.Migrated:
    """Take a move to a pool."""
    return facts.Migrated(at=event.at, moved_at=_by(event), pool=event.pool_address)


def traded(event: TokenTraded, sol_usd: Decimal) -> facts.Traded | None:
    """Take a trade; None where nobody tells what it was worth."""
    usd = None if event.sol is None else times(event.sol, sol_usd)
    if usd is None or event.tokens is None or not (0 < usd <= _MOST and 0 < event.tokens <= _MOST):
        return None
    return facts.Traded(
        at=event.at, traded_at=_by(event), is_buy=event.is_buy, usd=usd, tokens=event.tokens,
        trader=event.trader,
    )  # fmt: skip


def progressed(event: TokenTraded | TokenLaunched, sol_usd: Decimal) -> facts.Progressed | None:
    """Tell how full a standard curve is after a trade or its launch; None of any other.

    Its depth counts its virtual reserves: an order meets them like real ones.
    """
    left, sol = event.curve.tokens, event.curve.sol
    if event.pool != PUMP or left is None:
        return None
    ratio = divided(_BEGINS - left, _TO_SELL)
    if ratio is None or not 0 <= ratio <= 1:
        return None
    depth = None if sol is None else times(2 * sol, sol_usd)
    return facts.Progressed(
        at=event.at, ratio=float(ratio), depth_usd=depth if depth is not None and 0 < depth <= _MOST else None
    )


def looked(snapshot: TokenSnapshot, at: datetime) -> facts.Looked | None:
    """Take what the sources say now; None where they say nothing that the radar looks at.

    What a source said longer ago than a minute says nothing of now.
    """
    found = facts.Looked(
        at=at,
        pool=snapshot.pools[0].address if snapshot.pools else None,
        prices=_prices(snapshot.get(f.PRICE_USD), at),
        liquidity_usd=_fresh(snapshot.get(f.LIQUIDITY_USD), at),
        supply_tokens=_above_zero(snapshot.value(f.SUPPLY)),
        holders=snapshot.value(f.HOLDERS),
        top10_ratio=_share(snapshot.value(f.TOP10_RATIO)),
        lp_locked_ratio=_share(snapshot.value(f.LP_LOCKED_RATIO)),
        born_at=snapshot.value(f.CREATED_AT),
    )
    known = (found.liquidity_usd, found.holders, found.top10_ratio)
    return found if found.prices or any(value is not None for value in known) else None


def scanned(snapshot: TokenSnapshot, at: datetime) -> facts.Scanned | None:
    """Judge what the sources say of a token's risks; None where no scanner answered."""
    if not snapshot.scans:
        return None
    told = first_look(snapshot)
    return facts.Scanned(
        at=at, verdict=told.verdict, severities={each.rule: each.severity for each in told.findings}
    )


def rows(series: CandleSeries) -> tuple[tuple[int, Decimal, Decimal, Decimal, Decimal, Decimal], ...]:
    """Take a source's bars, each as it wrote it; those that are no prices are left out."""
    return tuple(
        (
            bar.time, _exact(bar.open), _exact(bar.high), _exact(bar.low), _exact(bar.close),
            _exact(bar.volume) if 0 <= bar.volume <= MOST else Decimal(0),
        )
        for bar in series.candles
        if all(LEAST_PRICE <= price <= MOST for price in bar[1:5])
    )  # fmt: skip


def _exact(value: float) -> Decimal:
    return Decimal(repr(value))


def _by(event: StreamEvent) -> datetime:
    """Tell when it happened; a chain whose clock runs ahead of ours tells nothing of the future."""
    return min(happened_at(event), event.at)


def _prices(told: Resolved[Decimal] | None, at: datetime) -> dict[str, Decimal]:
    seen = () if told is None else (*told.sources, *told.rejected)
    return {
        each.source: each.value
        for each in seen
        if not each.stale and at - each.at <= _FRESH and _LEAST <= each.value <= _MOST
    }


def _fresh(told: Resolved[Decimal] | None, at: datetime) -> Decimal | None:
    if told is None or any(each.stale for each in told.sources) or at - told.at > _FRESH:
        return None
    return told.value if 0 <= told.value <= _MOST else None


def _above_zero(value: Decimal | None) -> Decimal | None:
    return value if value is not None and 0 < value <= _MOST else None


def _share(value: Decimal | None) -> Decimal | None:
    return value if value is not None and 0 <= value <= 1 else None
