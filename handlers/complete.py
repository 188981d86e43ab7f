"""What may be typed next: suggestions from memory, never from a vendor."""

from __future__ import annotations

from core.enrichment.finder import Finder
from handlers import figures
from handlers.spec import Ctx


async def tokens(ctx: Ctx, typed: str, *, finder: Finder) -> tuple[tuple[str, str], ...]:
    """Suggest tokens seen before by the start of their ticker."""
    matches = await finder.suggest(typed)
    return tuple(
        (f"{match.symbol} · {match.name[:40]} · {figures.address(match.token.address)}", match.token.address)
        for match in matches
    )
