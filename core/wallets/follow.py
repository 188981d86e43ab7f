"""Whom people follow: wallets with a label and filters, and the rule of several that buy the same."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal

from core.addresses import is_solana_address
from data.clock import Clock
from data.errors import BadArgument
from data.models.chat import User
from data.models.following import Filters, Followed, MoveSeen, SeveralRule, Tells
from data.models.text import one_line
from data.store.store import Store

LABEL = 32
FEWEST, MOST_OWNERS = 2, 20
SHORTEST, LONGEST = timedelta(minutes=1), timedelta(days=1)


class Following:
    """Everybody's followed wallets; `most` is how many a person may follow."""

    def __init__(self, store: Store, clock: Clock, *, most: int) -> None:
        self._store = store
        self._clock = clock
        self._most = most

    async def follow(self, user: User, wallet: str, label: str, filters: Filters | None) -> Followed:
        """Follow a wallet; where it is followed already, what is not named stays as it is.

        Raises:
            BadArgument: the person follows too many.
        """
        now = self._clock.now().replace(microsecond=0)  # a block's time has no fractions
        async with self._store.begin() as tx:
            known = await tx.wallets.one(user.id, wallet)
            entry = Followed(
                user_id=user.id, wallet=wallet,
                label=one_line(label, LABEL) or ("" if known is None else known.label),
                filters=filters or (Filters() if known is None else known.filters),
                added_at=now if known is None else known.added_at,
            )  # fmt: skip
            await tx.wallets.put(entry, now, self._most)
        return entry

    async def let_go(self, user: User, called: str) -> Followed | None:
        """Follow a wallet no more: by its address or its label; None where none is called so.

        Raises:
            BadArgument: several are.
        """
        found = matching(await self.of(user), called)
        if not found:
            return None
        if len(found) > 1:
            raise BadArgument(
                f"You follow {len(found)} wallets {one_line(called, LABEL)!r}.", argument="wallet",
                hint=f"Name one by its address, such as {found[0].wallet}",
            )  # fmt: skip
        async with self._store.begin() as tx:
            await tx.wallets.drop(user.id, found[0].wallet)
        return found[0]

    async def of(self, user: User) -> tuple[Followed, ...]:
        """List what a person follows, in the order it came there."""
        async with self._store.read() as tx:
            return await tx.wallets.of_user(user.id)

    async def one(self, user: User, wallet: str) -> Followed | None:
        """Find a wallet as a person follows it."""
        async with self._store.read() as tx:
            return await tx.wallets.one(user.id, wallet)

    async def latest(self, wallets: Sequence[str]) -> dict[str, MoveSeen]:
        """Tell the newest move that was seen of each wallet."""
        async with self._store.read() as tx:
            found = [await tx.wallets.latest(wallet) for wallet in wallets]
        return {move.wallet: move for move in found if move is not None}

    async def gaps(self, wallets: Sequence[str]) -> dict[str, int]:
        """Count what could not be read of each wallet, where anything was."""
        async with self._store.read() as tx:
            return {each.wallet: each.gaps for each in await tx.wallets.readings(wallets) if each.gaps}

    async def rule(self, user: User) -> SeveralRule | None:
        """Find a person's rule of several wallets."""
        async with self._store.read() as tx:
            return await tx.wallets.rule(user.id)

    async def set_rule(
        self, user: User, owners: int, window: timedelta, least_usd: Decimal | None
    ) -> SeveralRule:
        """Set a person's rule of several wallets, in place of the one before."""
        rule = SeveralRule(
            user_id=user.id, owners=owners, window_s=int(window.total_seconds()), least_usd=least_usd or None,
            set_at=self._clock.now(),
        )  # fmt: skip
        async with self._store.begin() as tx:
            await tx.wallets.set_rule(rule)
        return rule

    async def drop_rule(self, user: User) -> bool:
        """Drop a person's rule; False where there is none."""
        async with self._store.begin() as tx:
            return await tx.wallets.drop_rule(user.id)


def matching(entries: Sequence[Followed], called: str) -> tuple[Followed, ...]:
    """Find those of an address, or else those whose label is so, or else begins so."""
    word = one_line(called, 100)
    if is_solana_address(word):
        return tuple(each for each in entries if each.wallet == word)
    name = word.casefold()
    exact = tuple(each for each in entries if each.label.casefold() == name)
    return exact or tuple(each for each in entries if name and each.label.casefold().startswith(name))


def wants(entry: Followed, move: MoveSeen) -> bool:
    """Tell whether a follower is told of a move; one whose worth nobody tells passes no least sum."""
    filters = entry.filters
    sides = {
        Tells.TRADES: ("buy", "sell"),
        Tells.BUYS: ("buy",),
        Tells.SELLS: ("sell",),
        Tells.ALL: ("buy", "sell", "in", "out"),
        Tells.MUTE: (),
    }[filters.tells]
    if move.side not in sides or move.at < entry.added_at:
        return False
    if filters.mints and move.mint not in filters.mints:
        return False
    return filters.least_usd is None or (move.value_usd is not None and move.value_usd >= filters.least_usd)
