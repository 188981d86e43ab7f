"""Wallets' truths: what a wallet of the world holds, what it swapped, and what a vendor makes of that."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from data.models.ids import SOL_MINT
from data.models.market import Capability, Record
from data.models.wallets import WalletHolding, WalletSpan
from data.providers.base import Ask
from data.sandbox import openings, wallets
from data.sandbox.holders import Role
from data.sandbox.tokens import Token
from data.sandbox.wallets import Swap
from data.sandbox.world import World
from tests.unit.data.wire_law import solana, truth
from tests.unit.data.wire_law.agreement import UNSAID, Expected, Near
from tests.unit.data.wire_law.truth import Eye

OF_A_WALLET = frozenset({Capability.WALLET, Capability.WALLET_TRADES, Capability.WALLET_PROFIT})
_TRADERS = 0.7


def asked(rng: random.Random, world: World, token: Token, *, lost: bool, traders: bool) -> Ask:
    """Ask about who holds a token, or where `traders` may be asked about, trades it: that draws all pools."""
    held = [each.owner for each in world.named_holders(token.mint) if each.role is not Role.POOL]
    if traders and rng.random() < _TRADERS:
        held = [trade.trader for pool in token.pools[:1] for trade in world.trades(pool, 5)]
    wallet = solana.LOST if lost or not held else rng.choice(held)
    since = rng.choice((0, int(world.now.timestamp()) - rng.randint(0, 500_000)))
    return Ask(accounts=(wallet,), span=rng.choice(list(WalletSpan)), since=since, limit=rng.randint(1, 12))


@dataclass(frozen=True, eq=False)
class Owned:
    """What a wallet holds; equal to the rows that say so, in any order."""

    eye: Eye
    amounts: Mapping[str, int]

    def __eq__(self, told: object) -> bool:
        if not isinstance(told, tuple) or len(told) != len(self.amounts):
            return False
        return all(isinstance(row, WalletHolding) and self._is_so(row) for row in told)

    def worth(self, mint: str) -> float:
        units = self.amounts[mint] / 10 ** self.eye.world.tokens[mint].decimals
        return self.eye.usd(mint, self.eye.world.price_usd(mint) * units).value

    def _is_so(self, row: WalletHolding) -> bool:
        if row.mint not in self.amounts:
            return False
        token = self.eye.world.tokens[row.mint]
        price = self.eye.usd(row.mint, self.eye.world.price_usd(row.mint))
        return (
            row.amount == self.amounts[row.mint]
            and row.decimals == token.decimals
            and (row.symbol or UNSAID) == truth.symbol(token)
            and (row.name or UNSAID) == truth.name(token)
            and _near(price, row.price_usd)
            and _near(Near(value=self.worth(row.mint), ratio=1e-6), row.value_usd)
        )


def _near(expected: Near, figure: Decimal | None) -> bool:
    return figure is not None and expected.holds(figure)


def holdings(eye: Eye, ask: Ask, *, summed: bool) -> Sequence[Expected] | None:
    """Expect each thing that a wallet holds, to the last base unit, and their sum where there is one."""
    world, (wallet,) = eye.world, ask.accounts
    if not wallets.known(world, wallet):
        return None
    amounts = {SOL_MINT: wallets.stock(world, wallet)}
    for each in wallets.holdings(world, wallet):
        amounts[each.token.mint] = amounts.get(each.token.mint, 0) + each.amount
    owned = Owned(eye, amounts)
    return [
        {
            "wallet": wallet,
            "holdings": owned,
            "total_usd": Near(value=sum(map(owned.worth, amounts)), ratio=1e-6) if summed else UNSAID,
            "as_of": truth.whole_second(world.now) if summed else UNSAID,
        }
    ]


def profit(eye: Eye, ask: Ask, records: Sequence[Record]) -> Sequence[Expected] | None:
    """Expect what a wallet's swaps of the span come to, at an average cost."""
    world, (wallet,) = eye.world, ask.accounts
    if not wallets.known(world, wallet):
        return None
    number, since_s = wallets.number_of(world, wallet), world.since_epoch(world.now) - ask.span.seconds
    swaps = [] if number is None else [s for s in wallets.swaps(world, number) if s.at_s >= since_s]
    usd = {id(swap): _usd(world, swap) for swap in swaps}
    realised, wins, left, worth = 0.0, 0, 0.0, 0.0
    for mint in {swap.pool.base for swap in swaps}:
        units, cost = 0, 0.0
        for swap in (each for each in swaps if each.pool.base == mint):
            if swap.base > 0:
                units, cost = units + swap.base, cost + usd[id(swap)]
                continue
            sold = min(units, -swap.base)
            gained = (
                (usd[id(swap)] / -swap.base - (cost / units if units else 0.0)) * sold if swap.base else 0.0
            )
            realised, wins = realised + gained, wins + (gained > 0)
            units, cost = units - sold, cost * (1 - sold / units) if units else 0.0
        left += cost
        worth += world.price_usd(mint) * units / 10 ** world.tokens[mint].decimals
    bought = [usd[id(swap)] for swap in swaps if swap.base > 0]
    sold_for = [usd[id(swap)] for swap in swaps if swap.base < 0]
    about = 1e-5 * (sum(bought) + sum(sold_for))
    return [
        {
            "wallet": wallet, "span": ask.span, "buys": len(bought), "sells": len(sold_for),
            "wins": wins, "losses": len(sold_for) - wins,
            "invested_usd": Near(value=sum(bought), within=1e-9),
            "sold_usd": Near(value=sum(sold_for), within=1e-9),
            "realised_usd": Near(value=realised, within=about + 1e-9),
            "unrealised_usd": Near(value=worth - left, within=about + 1e-9),
        }
    ]  # fmt: skip


def _usd(world: World, swap: Swap) -> float:
    trade = world.trade_at(swap.pool, swap.at_s)
    assert trade is not None
    return trade.volume_usd


def history(eye: Eye, ask: Ask, records: Sequence[Record]) -> Sequence[Expected]:
    """Expect what a wallet did since a moment, the newest first."""
    world, (wallet,) = eye.world, ask.accounts
    number = wallets.number_of(world, wallet)
    if number is None:
        opened = [event for token in wallets.named(world, wallet) for event in openings.opening(world, token)]
        events = [event for event in opened if wallet in event.signers and not event.failed]
    else:
        events = [
            openings.traded(world, swap.pool, trade, swap.at_s)
            for swap in wallets.swaps(world, number)[-ask.limit :]
            if (trade := world.trade_at(swap.pool, swap.at_s)) is not None
        ]
    if events:
        token = world.tokens[next(move.mint for move in events[0].moves if move.mint in world.tokens)]
        insider = openings.is_insider(token, wallet, world)
        events.append(openings.origin(world, wallet, token, insider=insider))
    recent = [event for event in events if int(event.at.timestamp()) >= (ask.since or 0)]
    recent.sort(key=lambda event: -event.slot)
    return [solana.transaction(event) for event in recent[: ask.limit]]
