"""What RugCheck says of a token's liquidity: which part is burned or locked, and the lockers.

Knows that its `lockerScanStatus` says "none" over a list of lockers: the list counts. Refuses to take an
unlock date of zero for "never": it says that no date is told.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal

from data.models.fields import LpLock
from data.models.money import times
from data.providers import values
from data.providers.base import Json

_CURVES = {"pump_fun"}
_MOST_LOCKS = 50
_WORD = 40


def locked_share(report: Mapping[str, Json]) -> Decimal | None:
    """Weigh the burned or locked part of each pool by its liquidity; None without a pool that has any."""
    markets = list(_markets(report))
    held = sum((times(share, size) for share, size in markets), Decimal(0))
    return values.part(held, sum((size for _, size in markets), Decimal(0)))


def locks(report: Mapping[str, Json]) -> tuple[LpLock, ...] | None:
    """Read the lockers, the largest first; None where the report does not speak of them."""
    listed = report.get("lockers")
    if not isinstance(listed, Mapping):
        return None
    whole = sum((size for _, size in _markets(report)), Decimal(0))
    rows = [(values.number(row.get("usdcLocked")), row) for row in map(values.mapping, listed.values())]
    rows.sort(key=lambda each: -(each[0] or Decimal(0)))
    return tuple(
        LpLock(
            kind=values.text(row.get("type"), _WORD) or "",
            program=values.address(row.get("programID")),
            share=None if worth is None else values.part(worth, whole),
            unlocks_at=values.moment(row.get("unlockDate")),
        )
        for worth, row in rows[:_MOST_LOCKS]
    )


def _markets(report: Mapping[str, Json]) -> Iterator[tuple[Decimal, Decimal]]:
    """List the burned or locked part of each pool with its dollars; curves are full by construction."""
    for market in map(values.mapping, values.items(report.get("markets"))):
        pool = values.mapping(market.get("lp"))
        share = values.share(pool.get("lpLockedPct"))
        base, quote = values.number(pool.get("baseUSD")), values.number(pool.get("quoteUSD"))
        kind = values.text(market.get("marketType"))
        if kind is None or kind in _CURVES or share is None or base is None or quote is None:
            continue
        yield share, base + quote
