"""Which wallets are one owner's, and when several owners bought the same token. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from data.models.following import MoveSeen, SeveralRule


def owners(wallets: Iterable[str], funders: Mapping[str, str]) -> dict[str, str]:
    """Name each wallet's owner by one of its own: joined are a wallet and its funder, and who shares one.

    Links through wallets that are not asked about join as well.
    """
    above: dict[str, str] = {}

    def root(name: str) -> str:
        while (up := above.setdefault(name, name)) != name:
            above[name] = above[up]
            name = above[name]
        return name

    asked = sorted(set(wallets))
    for wallet, funder in sorted(funders.items()):
        above[root(wallet)] = root(funder)
    first: dict[str, str] = {}
    return {wallet: first.setdefault(root(wallet), wallet) for wallet in asked}


@dataclass(frozen=True, slots=True)
class Bought:
    """What one owner bought within the window, oldest first."""

    moves: tuple[MoveSeen, ...]

    @property
    def value_usd(self) -> Decimal | None:
        """What all of it was worth; None where nobody tells of some."""
        known = [move.value_usd for move in self.moves if move.value_usd is not None]
        return sum(known, Decimal(0)) if len(known) == len(self.moves) else None

    def reaches(self, least_usd: Decimal | None) -> bool:
        """Tell whether it comes to a sum, as far as it is known."""
        known = (move.value_usd for move in self.moves if move.value_usd is not None)
        return least_usd is None or sum(known, Decimal(0)) >= least_usd


@dataclass(frozen=True, slots=True)
class Several:
    """Several owners bought, the last of them at `at`."""

    at: datetime
    signature: str
    owners: tuple[Bought, ...]


def reached(
    purchases: Sequence[MoveSeen],
    owner_of: Mapping[str, str],
    rule: SeveralRule,
    *,
    since: datetime,
    told_at: datetime | None,
) -> Several | None:
    """Find the first window that ends at or after `since` in which enough owners bought enough.

    `purchases` are of one token, oldest first. Of a token that was told at `told_at` nothing is told again
    before a whole window has passed, nor of what came to light late within a window before it.
    """
    window = timedelta(seconds=rule.window_s)
    for end in purchases:
        if end.at < since or (told_at is not None and abs(end.at - told_at) < window):
            continue
        bought: defaultdict[str, list[MoveSeen]] = defaultdict(list)
        for move in purchases:
            if end.at - window < move.at <= end.at:
                bought[owner_of[move.wallet]].append(move)
        enough = [found for each in bought.values() if (found := Bought(tuple(each))).reaches(rule.least_usd)]
        if len(enough) >= rule.owners:
            return Several(end.at, end.signature, tuple(enough))
    return None
