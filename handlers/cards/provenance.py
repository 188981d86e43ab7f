"""Who says so: sources, ages, disputes and gaps in words."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any

from data.models.ids import ProviderId
from data.models.market import Gap, GapReason, Resolved, TokenSnapshot
from handlers import figures
from handlers.reply import Text, text

_OLD_S = 120
_WIDE = Decimal("0.02")
_TITLES = {"solana": "the chain"}


def source(provider: ProviderId) -> str:
    """Name a source."""
    return _TITLES.get(provider, provider)


def remark(resolved: Resolved[Any], now: datetime) -> str:
    """Say what a reader must know of one figure beyond its value: disputed, odd, old."""
    words = []
    if resolved.note:
        words.append(resolved.note)
    if resolved.disputed:
        words.append("disputed")
    elif resolved.spread is not None and resolved.spread > _WIDE:
        words.append(f"±{figures.percent(resolved.spread / 2)}")
    seconds = (now - resolved.at).total_seconds()
    if seconds >= _OLD_S or any(seen.stale for seen in resolved.sources):
        words.append(figures.ago(resolved.at, now))
    return f" ({', '.join(words)})" if words else ""


def footer(snapshot: TokenSnapshot) -> Text:
    """Count the sources that answered, and say when."""
    markets = [provider for provider in snapshot.asked if provider not in _TITLES]
    answered = [provider for provider in snapshot.answered if provider not in _TITLES]
    chain = " + chain" if set(snapshot.answered) & set(_TITLES) else ""
    return text(f"{len(answered)} of {len(markets)} sources{chain} · {figures.clock_time(snapshot.at)}")


def missing(gaps: Iterable[Gap], *, pending: bool = True) -> str:
    """Say which sources are silent and why, each once; "not listed" is an answer and is left out here."""
    by_reason: dict[str, list[str]] = defaultdict(list)
    for gap in gaps:
        if gap.reason is GapReason.NOT_LISTED or (gap.reason is GapReason.PENDING and not pending):
            continue
        since = f" since {figures.clock_time(gap.since)}" if gap.since is not None else ""
        by_reason[f"{gap.reason.value}{since}"].append(source(gap.source))
    return "; ".join(
        f"{', '.join(sorted(set(names)))}: {reason}" for reason, names in sorted(by_reason.items())
    )


def not_listed(gaps: Iterable[Gap]) -> str:
    """Name the sources that work and do not know the token."""
    names = sorted({source(gap.source) for gap in gaps if gap.reason is GapReason.NOT_LISTED})
    return ", ".join(names)
