"""Plain messages that mean a command: a pasted address, a chart link, a lone $TICKER. Pure."""

from __future__ import annotations

from core import addresses
from handlers.reply import Invoke

PASTE = "paste"


def paste(text: str) -> Invoke | None:
    """Read a message as a request for a card: the first address or chart link anywhere in it, or a `$TICKER`
    that stands alone."""
    found = addresses.find(text)
    if found:
        return Invoke(PASTE, {"token": str(found[0])})
    tickers = addresses.find_tickers(text)
    if len(tickers) == 1 and text.strip().startswith("$") and len(text.split()) == 1:
        return Invoke(PASTE, {"token": str(tickers[0])})
    return None


def command(line: str, prefix: str = "/") -> tuple[str, list[str]] | None:
    """Split `/name words…` (also `/name@bot`); None where the line is no command."""
    stripped = line.strip()
    if not stripped.startswith(prefix):
        return None
    head, *words = stripped.removeprefix(prefix).split()[:64] or [""]
    name = head.partition("@")[0].lower()
    return (name, words) if name else None
