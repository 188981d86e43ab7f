"""Finding one's way in a world."""

from __future__ import annotations

from datetime import UTC, datetime

from data.sandbox.tokens import Kind, Token
from data.sandbox.world import World

START = datetime(2026, 3, 14, 15, 9, 26, tzinfo=UTC)


def named(world: World, symbol: str) -> Token:
    """Find the only token of a symbol."""
    (found,) = (token for token in world.tokens.values() if token.symbol == symbol)
    return found


def of_kind(world: World, kind: Kind) -> list[Token]:
    """List the tokens of a kind, in order of appearance."""
    return [token for token in world.tokens.values() if token.kind is kind]
