"""A wallet that somebody follows does something."""

from __future__ import annotations

from core.signals.conditions import Way, at_least, at_most
from core.signals.registry import detector
from core.signals.spec import Limits, Part, SignalType
from core.signals.window import MoveKind, WalletMove, Window

_WITH_A_SUM = frozenset({MoveKind.BUY, MoveKind.SELL})


@detector(SignalType.WALLET_MOVE, needs=(Part.MOVES,), usd=100, seen_s=300)
def wallet_move(window: Window, limit: Limits) -> tuple[Way, ...]:
    """Tell of the largest purchase or sale, or else a funding or launch, of followed wallets.

    Trades of less than 100 USD are left out: dust is sent to be seen. A launch or a funding has no least sum.
    After 5 minutes it is too late to follow. The signal's subject is the wallet, so that one wallet's move
    does not silence another's; the strength is 1 for a launch or a funding, for trades how far their sum
    lies above the least.
    """
    moves = window.moves
    assert moves is not None
    if not moves:
        return (Way(conditions=(at_least("moves", 0.0, 1.0, Part.MOVES),)),)
    largest = sorted(moves, key=lambda move: (-(move.usd or 0.0), move.at, move.owner))
    return tuple(_way(move, window, limit) for move in largest)


def _way(move: WalletMove, window: Window, limit: Limits) -> Way:
    fresh = at_most("since_move_s", window.now_s - move.at.timestamp(), limit["seen_s"], Part.MOVES)
    if move.kind in _WITH_A_SUM:
        asked = at_least("move_usd", move.usd, limit["usd"], Part.MOVES, grows=True)
        return Way(conditions=(asked, fresh), subject=move.owner, words=(move.kind.value,))
    return Way(conditions=(fresh,), given=1.0, subject=move.owner, words=(move.kind.value,))
