"""What a wallet is like, each with the figures that say so; none of it is an accusation. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from core.wallets.moves import Move
from core.wallets.stats import Record

_FAST = timedelta(minutes=2)
_FEW = 5
_BUSY_A_DAY = 100
_FRESH = timedelta(days=7)
_DAY_S = 86_400.0


@dataclass(frozen=True, slots=True)
class Label:
    """A word and its evidence."""

    word: str
    evidence: str


def labels(
    moves: Sequence[Move], made: Sequence[str], record: Record | None, began: datetime | None, now: datetime
) -> tuple[Label, ...]:
    """Name what stands out: `made` are mints that it created, `began` its first transaction, where known."""
    found: list[Label] = []
    if made:
        found.append(
            Label("creator", f"made {len(made)} token{'' if len(made) == 1 else 's'} in what was read")
        )
    if began is not None and now - began <= _FRESH:
        found.append(Label("new wallet", f"first transaction {began:%d %b %H:%M} UTC"))
    held = None if record is None or record.count < _FEW else record.held_for
    if record is not None and held is not None and held <= _FAST:
        found.append(
            Label("in and out", f"held {int(held.total_seconds())} s, the middle of {record.count} positions")
        )
    at = [move.at for move in moves if move.at is not None]
    if len(at) >= _FEW:
        days = max((max(at) - min(at)).total_seconds() / _DAY_S, 1 / 24)
        if len(at) / days >= _BUSY_A_DAY:
            found.append(Label("busy", f"about {round(len(at) / days):,} trades and transfers a day"))
    received = sum(move.side == "in" for move in moves)
    if moves and received * 2 >= len(moves) and received >= _FEW:
        found.append(Label("receiver", f"{received} of {len(moves)} moves came from elsewhere, unpaid"))
    return tuple(found)
