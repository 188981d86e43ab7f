"""Followed wallets against a real database: each move is told once, whatever streams and nodes do."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from core import events
from core.delivery.audience import Audience
from core.delivery.outbox import Outbox
from core.wallets.events import KIND, SEVERAL, SeveralBought, WalletMoved
from core.wallets.follow import Following
from core.wallets.moves import Move
from core.wallets.pursuit import POLL, Pursuit
from core.wallets.trail import Trails
from core.wallets.worth import Worth
from data.chain.rpc import SOLANA_RPC
from data.errors import BadArgument, StoreUnavailable
from data.models.chat import Identity, Level, User
from data.models.delivery import Channel, InboxEntry, Lateness, Stream, Urgency
from data.models.events import TokenTraded
from data.models.following import Filters, Tells
from data.models.ids import Platform
from data.models.launch import Origin, Transaction
from tests.fakes.chain_of_wallets import WalletChain, address
from tests.fakes.clock import VirtualClock
from tests.integration.test_alert_engine import Dying

WALLETS = tuple(address(f"wallet {number}") for number in range(6))
MINTS = tuple(address(f"mint {number}") for number in range(4))
HOUR = timedelta(hours=1)
SOL_USD = Decimal(200)


class FixedWorths:
    """SOL has one price; a token's symbol is hostile."""

    async def of(self, moves: Sequence[Move]) -> Worth:
        return Worth(symbols={MINTS[0]: "@everyone"}, sol_usd=lambda at: SOL_USD)


class Funded:
    """Who sent whom the first SOL."""

    def __init__(self) -> None:
        self.funders: dict[str, str] = {}

    async def origin(self, wallet: str, deadline: object) -> Origin:
        return Origin(wallet=wallet, first_at=None, first_slot=None, funder=self.funders.get(wallet))


class Hunt:
    """A process that follows wallets; `again` is the same after kill -9."""

    def __init__(self, store: Dying, clock: VirtualClock, seed: int = 3) -> None:
        self.store, self.clock = store, clock
        self.chain = WalletChain(random.Random(seed))
        self.funded = Funded()
        self.following = Following(store, clock, most=5)
        self.again()

    def again(self) -> None:
        gateway: Any = self.chain
        fakes: Any = (FixedWorths(), self.funded)
        self.pursuit = Pursuit(
            store=self.store, outbox=Outbox(self.store, self.clock),
            audience=Audience(self.store, self.clock),
            trails=Trails(gateway=gateway, providers={SOLANA_RPC.id: SOLANA_RPC}, clock=self.clock),
            worths=fakes[0], forensics=fakes[1], clock=self.clock, wall=self.clock,
        )  # fmt: skip

    async def user(self, number: str = "42") -> User:
        async with self.store.begin() as tx:
            user = await tx.users.ensure(Identity(Platform.TELEGRAM, number), "Zaphod")
            await tx.users.set_level(user.id, Level.MEMBER)
            return user

    async def follow(
        self, *wallets: str, who: str = "42", filters: Filters | None = None, label: str = ""
    ) -> None:
        for wallet in wallets:
            await self.following.follow(await self.user(who), wallet, label, filters)

    def trade(self, wallet: str, mint: str = MINTS[0], **how: Any) -> Transaction:
        return self.chain.trade(wallet, mint, self.clock.now(), **how)

    def say(self, made: Transaction) -> None:
        """Let a stream tell a trade."""
        self.pursuit.heard(
            TokenTraded(
                source="pumpportal", at=self.clock.now(), signature=made.signature, mint=made.tokens[0].mint,
                pool=None, trader=made.signers[0], is_buy=True, tokens=None, sol=None,
            )
        )  # fmt: skip

    async def later(self, span: timedelta = POLL + timedelta(seconds=1)) -> None:
        self.clock.advance(span.total_seconds())
        await self.pursuit.run()

    async def told(self, kind: str = KIND, who: str = "42") -> list[InboxEntry]:
        user = await self.user(who)
        async with self.store.read() as tx:
            found = await tx.outbox.inbox(user.id, limit=5_000)
        return [each for each in found if each.notice.kind == kind]

    async def moves(self, who: str = "42") -> list[WalletMoved]:
        return [events.decode(WalletMoved, each.notice.body) for each in await self.told(who=who)]


@pytest.fixture
async def hunt() -> AsyncIterator[Hunt]:
    clock = VirtualClock()
    store = await Dying.open("sqlite+aiosqlite://", clock)
    await store.migrate()
    assert isinstance(store, Dying)
    yield Hunt(store, clock)
    await store.close()


async def test_a_move_is_told_with_all_that_a_card_needs(hunt: Hunt) -> None:
    hunt.trade(WALLETS[0])  # before anybody followed
    hunt.clock.advance(60)
    await hunt.follow(WALLETS[0], label="whale <b>")
    hunt.clock.advance(5)
    made = hunt.trade(WALLETS[0], sol=2.5)
    await hunt.later()
    (entry,) = await hunt.told()
    notice = entry.notice
    assert (notice.stream, notice.urgency, notice.lateness) == (
        Stream.WALLETS,
        Urgency.ALERT,
        Lateness.SAY_AGE,
    )
    event = events.decode(WalletMoved, notice.body)
    assert (event.label, event.symbol, event.token.address) == ("whale <b>", "@everyone", MINTS[0])
    assert (event.move.signature, event.move.side, event.move.units) == (made.signature, "buy", 10**9)
    assert (event.move.lamports, event.move.value_usd) == (2_500_000_000, Decimal(500))
    assert event.move.at == made.at
    assert event.seen_at == hunt.clock.now()


async def test_filters_hold_back_and_each_follower_has_their_own(hunt: Hunt) -> None:
    await hunt.follow(WALLETS[0], who="1", filters=Filters(tells=Tells.SELLS))
    await hunt.follow(WALLETS[0], who="2", filters=Filters(least_usd=Decimal(300)))
    await hunt.follow(WALLETS[0], who="3", filters=Filters(mints=(MINTS[1],)))
    await hunt.follow(WALLETS[0], who="4", filters=Filters(tells=Tells.MUTE))
    for mint, sol, buy in ((MINTS[0], 1.0, True), (MINTS[1], 2.0, True), (MINTS[0], 1.5, False)):
        hunt.clock.advance(2)
        hunt.trade(WALLETS[0], mint, sol=sol, buy=buy)
    await hunt.later()
    seen = {
        who: [(each.move.side, each.move.value_usd) for each in reversed(await hunt.moves(who))]
        for who in ("1", "2", "3", "4")
    }
    assert seen == {
        "1": [("sell", Decimal(300))],
        "2": [("buy", Decimal(400)), ("sell", Decimal(300))],
        "3": [("buy", Decimal(400))],
        "4": [],
    }


async def test_who_follows_later_is_not_told_what_was_before(hunt: Hunt) -> None:
    await hunt.follow(WALLETS[0], who="1")
    hunt.clock.advance(5)
    hunt.trade(WALLETS[0])
    hunt.clock.advance(5)
    await hunt.follow(WALLETS[0], who="2")
    await hunt.later()
    assert (len(await hunt.told(who="1")), len(await hunt.told(who="2"))) == (1, 0)


async def test_a_stream_s_word_has_a_wallet_read_at_once_and_tells_nothing_by_itself(hunt: Hunt) -> None:
    await hunt.follow(*WALLETS[:2])
    await hunt.later()
    hunt.clock.advance(2)
    made = hunt.trade(WALLETS[0])
    hunt.trade(WALLETS[1])
    hunt.say(made)
    hunt.say(replace(made, signature="no such", signers=(WALLETS[1],)))
    hunt.say(replace(made, signers=(WALLETS[5],)))  # whom nobody follows
    hunt.chain.hidden = {made.signature}
    await hunt.later(timedelta(seconds=1))
    assert [each.move.wallet for each in await hunt.moves()] == [WALLETS[1]]
    hunt.chain.hidden = set()
    await hunt.later(timedelta(seconds=1))  # it is looked for again, long before its turn
    assert sorted(each.move.wallet for each in await hunt.moves()) == sorted(WALLETS[:2])


@pytest.mark.parametrize("seed", [1])
async def test_over_two_hundred_losses_of_the_stream_no_move_is_missed_and_none_told_twice(
    hunt: Hunt, seed: int
) -> None:
    """Streams lose, repeat and shuffle; nodes fail, lag and list late; the process is killed now and then."""
    rng = random.Random(seed)
    followed = WALLETS[:4]
    await hunt.follow(*followed)
    hunt.clock.advance(1)
    said: list[Transaction] = []
    for _ in range(200):
        said = [made for made in said if rng.random() < 0.3]  # repeated by the next connection
        for _ in range(rng.randrange(4)):
            hunt.clock.advance(rng.uniform(0.1, 4))
            made = hunt.trade(rng.choice(followed), rng.choice(MINTS), buy=rng.random() < 0.6)
            if rng.random() < 0.6:  # the others are missed
                said.append(made)
        rng.shuffle(said)
        for made in said:
            hunt.say(made)
        hunt.chain.lag(0.3, hunt.clock.now())
        hunt.chain.failing = rng.choice((0.0, 0.0, 0.2, 0.9))
        if rng.random() < 0.1:
            hunt.again()
        if rng.random() < 0.1:
            setattr(hunt.store, rng.choice(("before", "after")), True)
        try:
            await hunt.later(timedelta(seconds=rng.uniform(1, 12)))
        except StoreUnavailable:
            continue
    hunt.chain.hidden, hunt.chain.failing = set(), 0.0
    hunt.store.before = hunt.store.after = False
    for _ in range(3):
        await hunt.later()
    ledger = {(each.signature, each.signers[0]) for wallet in followed for each in hunt.chain.done[wallet]}
    told = Counter((each.move.signature, each.move.wallet) for each in await hunt.moves())
    assert len(ledger) > 200
    assert set(told) == ledger
    assert set(told.values()) == {1}


async def test_a_busy_wallet_is_read_to_the_last_in_parts(hunt: Hunt) -> None:
    await hunt.follow(WALLETS[0])
    for _ in range(230):
        hunt.clock.advance(1)
        hunt.trade(WALLETS[0])
    for _ in range(8):
        await hunt.later(timedelta(seconds=5))
    assert len(await hunt.told()) == 230
    assert await hunt.following.gaps(WALLETS[:1]) == {}


async def test_what_no_node_shows_is_given_up_and_counted(hunt: Hunt) -> None:
    await hunt.follow(WALLETS[0])
    hunt.clock.advance(2)
    lost = hunt.trade(WALLETS[0])
    hunt.clock.advance(2)
    hunt.trade(WALLETS[0])
    page = hunt.chain._page(WALLETS[0], "", 9)
    hunt.chain.done[WALLETS[0]] = [each for each in hunt.chain.done[WALLETS[0]] if each is not lost]
    hunt.chain._page = lambda *_: page  # type: ignore[method-assign]
    await hunt.later()
    assert len(await hunt.told()) == 1
    assert await hunt.following.gaps(WALLETS[:1]) == {}
    await hunt.later(HOUR)
    await hunt.later(HOUR)
    assert await hunt.following.gaps(WALLETS[:1]) == {WALLETS[0]: 1}
    assert len(await hunt.told()) == 1


async def test_two_processes_tell_a_move_once(hunt: Hunt) -> None:
    await hunt.follow(*WALLETS[:3])
    other = Hunt(hunt.store, hunt.clock)
    other.chain = hunt.chain
    other.again()
    for _ in range(5):
        for wallet in WALLETS[:3]:
            hunt.clock.advance(2)
            hunt.trade(wallet)
        await hunt.later()
        await other.pursuit.run()
        hunt.clock.advance(POLL.total_seconds() + 1)
        await other.pursuit.run()
    assert len(await hunt.told()) == 15


async def test_a_person_follows_no_more_than_they_may(hunt: Hunt) -> None:
    await hunt.follow(*WALLETS[:5])
    await hunt.follow(WALLETS[0], label="again")  # is no other one
    with pytest.raises(BadArgument, match="5 wallets already"):
        await hunt.follow(WALLETS[5])


async def rule(hunt: Hunt, owners: int = 3, least: Decimal | None = None, who: str = "42") -> None:
    await hunt.following.set_rule(await hunt.user(who), owners, HOUR, least)


async def several(hunt: Hunt, who: str = "42") -> list[SeveralBought]:
    return [events.decode(SeveralBought, each.notice.body) for each in await hunt.told(SEVERAL, who)]


async def test_several_owners_who_buy_the_same_are_told_once_within_the_window(hunt: Hunt) -> None:
    await hunt.follow(*WALLETS[:5], filters=Filters(tells=Tells.MUTE))
    await rule(hunt)
    for wallet in WALLETS[:5]:
        hunt.clock.advance(60)
        hunt.trade(wallet)
        await hunt.later(timedelta(seconds=50))
    (event,) = await several(hunt)
    assert [each.wallets for each in event.buyers] == [(wallet,) for wallet in WALLETS[:3]]
    assert {each.value_usd for each in event.buyers} == {Decimal(200)}
    assert await hunt.told() == []  # muted, each by itself
    hunt.clock.advance(2 * 3_600)
    for wallet in WALLETS[:3]:
        hunt.trade(wallet)
    await hunt.later()
    assert len(await several(hunt)) == 2


async def test_wallets_with_one_funder_are_one_owner(hunt: Hunt) -> None:
    funder = address("funder")
    hunt.funded.funders = {WALLETS[0]: funder, WALLETS[1]: funder}
    await hunt.follow(*WALLETS[:4])
    await rule(hunt)
    await hunt.later()  # the funders are asked
    for wallet in WALLETS[:3]:
        hunt.clock.advance(5)
        hunt.trade(wallet)
    await hunt.later()
    assert await several(hunt) == []
    hunt.trade(WALLETS[3])
    await hunt.later()
    (event,) = await several(hunt)
    assert [each.wallets for each in event.buyers] == [WALLETS[:2], (WALLETS[2],), (WALLETS[3],)]
    assert event.buyers[0].value_usd == Decimal(400)


async def test_a_funder_of_thousands_joins_nobody(hunt: Hunt) -> None:
    exchange = address("exchange")
    for _ in range(1_000):
        hunt.chain.trade(exchange, MINTS[3], hunt.clock.now())
    hunt.funded.funders = dict.fromkeys(WALLETS[:3], exchange)
    await hunt.follow(*WALLETS[:3])
    await rule(hunt)
    await hunt.later()
    for wallet in WALLETS[:3]:
        hunt.trade(wallet)
    await hunt.later()
    assert len(await several(hunt)) == 1


async def test_too_little_too_few_or_too_far_apart_tells_nothing(hunt: Hunt) -> None:
    await hunt.follow(*WALLETS[:3])
    await rule(hunt, least=Decimal(500))
    for wallet, sol in zip(WALLETS[:3], (5, 5, 1), strict=True):
        hunt.trade(wallet, sol=float(sol))
    await hunt.later()
    assert await several(hunt) == []
    hunt.trade(WALLETS[2], sol=1.5)  # 200 and 300 are 500
    await hunt.later()
    assert len(await several(hunt)) == 1
    for wallet in WALLETS[:3]:
        hunt.clock.advance(2_000)
        hunt.trade(wallet, MINTS[1], sol=9)
        await hunt.later()
    assert len(await several(hunt)) == 1
    for wallet in WALLETS[:2]:
        hunt.trade(wallet, MINTS[2], sol=9)
    hunt.trade(WALLETS[2], MINTS[2], sol=9, buy=False)
    await hunt.later()
    assert len(await several(hunt)) == 1


async def test_a_notice_comes_where_its_follower_is(hunt: Hunt) -> None:
    await hunt.follow(WALLETS[0])
    hunt.clock.advance(1)
    hunt.trade(WALLETS[0])
    await hunt.later()
    async with hunt.store.begin() as tx:
        (delivery,) = await tx.deliveries.lease(Channel.TELEGRAM, "w", 9, timedelta(minutes=1))
    assert (delivery.target.address, delivery.target.private) == ("42", True)
