"""The rule of several wallets, judged within the transaction that stores a purchase."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from core import events
from core.delivery.outbox import Outbox
from core.wallets.cluster import Bought, Several, owners, reached
from core.wallets.events import SEVERAL, Buyer, SeveralBought
from core.wallets.worth import Worth
from data.models.delivery import Notice, Target
from data.models.following import Followed, MoveSeen, SeveralRule
from data.models.ids import Chain, TokenKey
from data.store.store import Tx


class SeveralJudge:
    """Tells a person when enough of the wallets that they follow bought a token."""

    def __init__(self, outbox: Outbox) -> None:
        self._outbox = outbox

    async def judge(
        self,
        tx: Tx,
        rule: SeveralRule,
        entry: Followed,
        move: MoveSeen,
        notice: Notice,
        reach: Sequence[Target],
        worth: Worth,
    ) -> bool:
        """Judge a purchase that was just stored; true where its follower is told, as by `notice`."""
        if move.at < entry.added_at:
            return False
        followed = {each.wallet: each for each in await tx.wallets.of_user(entry.user_id)}
        window = timedelta(seconds=rule.window_s)
        found = await tx.wallets.bought(move.mint, followed, move.at - window, move.at + window)
        bought = [each for each in found if each.at >= followed[each.wallet].added_at]
        several = reached(
            bought, owners(followed, await tx.wallets.funders(followed)), rule, since=move.at,
            told_at=await tx.wallets.told_at(entry.user_id, move.mint),
        )  # fmt: skip
        if several is None:
            return False
        await tx.wallets.tell(entry.user_id, move.mint, several.at)
        labels = {wallet: each.label for wallet, each in followed.items()}
        event = told(move.mint, worth.symbol(move.mint), several, rule, labels)
        key = f"{SEVERAL}:{entry.user_id}:{move.mint}:{several.signature}"
        return await self._outbox.post(
            tx, replace(notice, key=key, kind=SEVERAL, body=events.encode(event)), reach
        )


def told(
    mint: str, symbol: str, several: Several, rule: SeveralRule, labels: dict[str, str]
) -> SeveralBought:
    """Tell who bought, the first first."""
    buyers = sorted((_buyer(each, labels) for each in several.owners), key=lambda each: each.first_at)
    return SeveralBought(
        token=TokenKey(Chain.SOLANA, mint), symbol=symbol, buyers=tuple(buyers), rule=rule, at=several.at
    )


def _buyer(bought: Bought, labels: dict[str, str]) -> Buyer:
    wallets = tuple(dict.fromkeys(move.wallet for move in bought.moves))
    return Buyer(
        wallets=wallets, labels=tuple(labels.get(wallet, "") for wallet in wallets),
        value_usd=bought.value_usd, first_at=bought.moves[0].at, last_at=bought.moves[-1].at,
    )  # fmt: skip
