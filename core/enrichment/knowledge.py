"""What a snapshot amounts to: a token that is known, one that is denied, or nobody heard. Pure."""

from __future__ import annotations

from core.enrichment.policies import CHAIN
from data.models.fields import PRICE_USD, SYMBOL
from data.models.market import GapReason, TokenSnapshot


def known(snapshot: TokenSnapshot) -> bool:
    """Tell whether any source knows the token at all."""
    return PRICE_USD in snapshot.resolved or SYMBOL in snapshot.resolved or bool(snapshot.pools)


def denied(snapshot: TokenSnapshot) -> bool:
    """Tell whether a source that works does not know the token, or a market has no more than its address."""
    unlisted = any(gap.reason is GapReason.NOT_LISTED for gap in snapshot.gaps)
    return unlisted or any(source != CHAIN for source in snapshot.answered)


def unheard(snapshot: TokenSnapshot) -> str:
    """Word which sources could not be asked, so that "unknown" is read with care."""
    silent = sorted(
        {
            "the chain" if gap.source == CHAIN else gap.source
            for gap in snapshot.gaps
            if gap.reason.blames_vendor
        }
    )
    return f"Not answering now: {', '.join(silent)}." if silent else ""
