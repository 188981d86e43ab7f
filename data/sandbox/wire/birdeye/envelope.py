"""What Birdeye's answers have in common: the envelope, the skew, and the names of venues."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from data.sandbox.tokens import Dex, Token
from data.sandbox.wire.call import Answer
from data.sandbox.world import World

ID = "birdeye"
SOURCES: Mapping[Dex, str] = {
    Dex.RAYDIUM: "raydium",
    Dex.RAYDIUM_CLMM: "raydium_clamm",
    Dex.ORCA: "orca",
    Dex.METEORA: "meteora_dlmm",
    Dex.PUMPSWAP: "pump_amm",
    Dex.PUMPFUN: "pump_dot_fun",
}
BAD_REQUEST = Answer(body={"success": False, "message": "Invalid request parameters or payload."}, status=400)


def told(data: object) -> Answer:
    """Wrap what is known; nothing for what is not."""
    return Answer(body={"success": True, "data": data})


def factor(world: World, mint: str) -> float:
    """Tell what a true figure in USD is multiplied by."""
    return 1.0 + world.skew(ID, mint)


def human(at: datetime) -> str:
    """Write an instant without its zone, which is UTC."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S")


def picture(token: Token) -> str | None:
    """Give a picture to those who have a page."""
    return f"https://images.example/{token.mint}.png" if token.socials.website else None
