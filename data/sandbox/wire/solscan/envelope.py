"""What Solscan's answers have in common: the envelope, its refusals, and the skew."""

from __future__ import annotations

from data.sandbox.wire.call import Answer
from data.sandbox.world import World

ID = "solscan"
_BASE58 = frozenset("123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz")


def told(data: object) -> Answer:
    """Wrap what is known."""
    return Answer(body={"success": True, "data": data, "metadata": {}})


def refused(message: str) -> Answer:
    """Word a question that cannot be."""
    said = {"code": 1100, "message": f"Validation Error: {message}"}
    return Answer(body={"success": False, "errors": said}, status=400)


def misspelled(mints: list[str]) -> Answer | None:
    """Refuse the first address that is none."""
    wrong = (mint for mint in mints if not (32 <= len(mint) <= 44 and _BASE58.issuperset(mint)))
    mint = next(wrong, None)
    return None if mint is None else refused(f"Address [{mint}] is invalid")


def factor(world: World, mint: str) -> float:
    """Tell what a true figure in USD is multiplied by."""
    return 1.0 + world.skew(ID, mint)
