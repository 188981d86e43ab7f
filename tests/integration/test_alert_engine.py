"""Alerts against a real database: what fires is there once, whatever dies and whoever else looks on."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from core import events
from core.alerts.engine import AlertEngine
from core.alerts.events import AlertFired
from core.alerts.grammar import parse
from core.alerts.service import Alerts
from core.delivery.audience import Audience
from core.delivery.outbox import Outbox
from data.errors import BadArgument, NotAllowed, StoreUnavailable
from data.models.alerts import Alert, Phase
from data.models.chat import Actor, Chat, ChatKind, Identity, Level, User
from data.models.delivery import Channel, InboxEntry, Lateness, Target, Urgency
from data.models.events import TokenTraded
from data.models.ids import SOL, Platform
from data.store.store import Store, Tx
from tests.fakes.alerting import priced
from tests.fakes.clock import START, VirtualClock
from tests.fakes.snapshots import BONK

ZAPHOD, TRILLIAN = (Identity(Platform.TELEGRAM, number) for number in ("42", "43"))
PRIVATE = Chat(platform=Platform.TELEGRAM, id="42", channel="42", kind=ChatKind.PRIVATE)
GROUP = Chat(platform=Platform.TELEGRAM, id="-100", channel="-100", kind=ChatKind.GROUP, topic="7")


class Dying(Store):
    """A store that dies at a point of its next unit of work: before it is kept, or after."""

    before = after = False

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[Tx]:
        async with super().begin() as tx:
            yield tx
            if self.before:
                self.before = False
                raise StoreUnavailable("died before the commit")
        if self.after:
            self.after = False
            raise StoreUnavailable("died after the commit")


class Desk:
    """A process with its engine; `again` is the same after kill -9, on the same database."""

    def __init__(self, store: Dying, clock: VirtualClock) -> None:
        self.store = store
        self.clock = clock
        self.start()

    def start(self) -> None:
        self.engine = AlertEngine(
            store=self.store, outbox=Outbox(self.store, self.clock),
            audience=Audience(self.store, self.clock), clock=self.clock, wall=self.clock,
        )  # fmt: skip
        self.alerts = Alerts(store=self.store, engine=self.engine, wall=self.clock)

    async def again(self) -> None:
        self.start()
        await self.engine.load()

    def also(self) -> Desk:
        """Another process on the same database."""
        return Desk(self.store, self.clock)

    async def user(self, identity: Identity = ZAPHOD) -> User:
        async with self.store.begin() as tx:
            user = await tx.users.ensure(identity, "Zaphod")
            await tx.users.set_level(user.id, Level.MEMBER)
            return user

    async def set(
        self, sentence: str, *, at: str = "1", chat: Chat = PRIVATE, who: Identity = ZAPHOD
    ) -> Alert:
        """Set an alert while the price is so much."""
        snapshot, rule = priced(at), parse(sentence).rule
        seen = self.alerts.now(BONK, rule, snapshot)
        alert, _ = await self.alerts.save(await self.user(who), chat, snapshot, rule, seen)
        return alert

    async def price(self, value: str, **how: object) -> None:
        """Let a price be observed, and what comes of it be stored."""
        self.look(value, **how)
        await self.engine.settle()

    def look(self, value: str, **how: object) -> None:
        self.engine.see(priced(value, at=self.clock.now(), **how))  # type: ignore[arg-type]

    async def told(self, who: Identity = ZAPHOD) -> tuple[InboxEntry, ...]:
        user = await self.user(who)
        async with self.store.read() as tx:
            return await tx.outbox.inbox(user.id, limit=1000)

    async def phase(self, alert: Alert) -> Phase:
        async with self.store.read() as tx:
            found = await tx.alerts.get(alert.id)
        assert found is not None
        return found.phase


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    clock = VirtualClock()
    store = await Dying.open("sqlite+aiosqlite://", clock)
    await store.migrate()
    assert isinstance(store, Dying)
    yield Desk(store, clock)
    await store.close()


async def test_what_fires_is_told_once_with_all_that_a_card_needs(desk: Desk) -> None:
    alert = await desk.set("BONK > 2")
    for value in ("1.5", "2.5", "3", "1", "2.5"):
        await desk.price(value)
    (entry,) = await desk.told()
    notice = entry.notice
    assert (notice.urgency, notice.lateness, notice.about) == (Urgency.ALERT, Lateness.SAY_AGE, BONK)
    assert notice.expires_at > notice.at == START
    event = events.decode(AlertFired, notice.body)
    assert (event.alert_id, event.fires, event.seen.value) == (alert.id, 1, Decimal("2.5"))
    assert event.rule == alert.rule
    assert await desk.phase(alert) is Phase.DONE


async def test_a_gap_fires_every_threshold_that_it_leads_through(desk: Desk) -> None:
    for threshold in ("2", "3", "4", "9"):
        await desk.set(f"BONK > {threshold}")
    await desk.price("5")
    assert len(await desk.told()) == 3


async def test_a_private_alert_goes_to_its_person_and_a_group_s_to_the_place_it_was_set_in(
    desk: Desk,
) -> None:
    await desk.set("BONK > 2", chat=GROUP)
    await desk.price("3")
    async with desk.store.begin() as tx:
        (delivery,) = await tx.deliveries.lease(Channel.TELEGRAM, "w", 9, timedelta(minutes=1))
    target = delivery.target
    assert (target.address, target.topic, target.private, target.user_id) == ("-100", "7", False, None)


@pytest.mark.parametrize("point", ["before", "after"])
async def test_a_crash_at_the_commit_neither_loses_nor_doubles(desk: Desk, point: str) -> None:
    await desk.set("BONK > 2")
    desk.look("3")
    setattr(desk.store, point, True)
    with pytest.raises(StoreUnavailable):
        await desk.engine.settle()
    assert len(await desk.told()) == (point == "after")
    await desk.again()  # kill -9: all memory is gone
    await desk.price("3.1")
    await desk.price("3.2")
    assert len(await desk.told()) == 1


@pytest.mark.parametrize("point", ["before", "after"])
async def test_a_database_that_was_away_for_a_moment_loses_nothing(desk: Desk, point: str) -> None:
    """Without a crash even a price that was there for a moment only is told."""
    await desk.set("BONK > 2")
    desk.look("3")
    setattr(desk.store, point, True)
    with pytest.raises(StoreUnavailable):
        await desk.engine.settle()
    await desk.price("1")
    assert len(await desk.told()) == 1


async def test_restarts_at_random_moments_change_nothing(desk: Desk) -> None:
    """The same walk of a price, with and without kills between one price and the next."""
    rng = random.Random(5)
    walk = [f"{rng.uniform(0.8, 1.2):.3f}" for _ in range(120)]
    fired = []
    for share in (0.0, 0.4):
        before = len(await desk.told())
        made = [
            await desk.set(f"BONK {way} repeat cooldown 1m band 5%", at="0.9") for way in ("cross 1", "> 1.1")
        ]
        for value in walk:
            desk.clock.advance(20)
            if rng.random() < share:
                await desk.again()
            await desk.price(value)
        fired.append(len(await desk.told()) - before)
        for alert in made:
            await desk.alerts.delete(alert)
        desk.clock.advance(3600)
    assert fired[0] == fired[1] > 10


async def test_of_two_processes_that_see_the_same_one_tells_it(desk: Desk) -> None:
    await desk.set("BONK > 2")
    other = desk.also()
    await other.engine.load()
    for process in (desk, other):
        process.look("3")
    await desk.engine.settle()
    await other.engine.settle()
    assert len(await desk.told()) == 1


async def test_one_who_was_overtaken_between_reading_and_storing_tells_nothing(desk: Desk) -> None:
    alert = await desk.set("BONK > 2 repeat")
    other = desk.also()
    await other.engine.load()
    for process in (desk, other):
        process.look("3")

    class Overtaken(Audience):
        async def of_people(self, *args: Any, **how: Any) -> tuple[Target, ...]:
            await other.engine.settle()
            return await super().of_people(*args, **how)

    desk.engine._audience = Overtaken(desk.store, desk.clock)
    await desk.engine.settle()
    assert len(await desk.told()) == 1
    async with desk.store.read() as tx:
        found = await tx.alerts.get(alert.id)
    assert found is not None
    assert (found.fires, found.version) == (1, 1)


async def test_what_another_process_sets_or_snoozes_is_taken_up(desk: Desk) -> None:
    other = desk.also()
    alert = await desk.set("BONK > 2")
    await other.engine.sync()
    await desk.alerts.snooze(alert, 3600)
    await other.price("3")
    assert await desk.told() == ()
    desk.clock.advance(3601)
    await other.price("3")
    assert len(await desk.told()) == 1


async def test_one_that_was_deleted_elsewhere_is_silent(desk: Desk) -> None:
    alert = await desk.set("BONK > 2")
    other = desk.also()
    await other.engine.load()
    await desk.alerts.delete(alert)
    await other.price("3")
    await desk.price("3")
    assert await desk.told() == ()
    assert len(other.engine.memory) == 0


async def test_an_alert_comes_back_after_its_rest(desk: Desk) -> None:
    await desk.set("BONK > 2 repeat cooldown 10m")
    await desk.price("3")
    await desk.price("1")
    await desk.price("3")
    assert len(await desk.told()) == 1
    assert len(desk.engine.memory) == 0  # what rests costs no tick anything
    desk.clock.advance(601)
    for value in ("3", "1", "3"):
        await desk.price(value)
    assert len(await desk.told()) == 2


async def test_an_alert_ends_with_its_time(desk: Desk) -> None:
    alert = await desk.set("BONK > 2 for 1h")
    desk.clock.advance(3601)
    await desk.price("3")
    assert await desk.told() == ()
    assert await desk.phase(alert) is Phase.EXPIRED
    assert desk.engine.memory.tokens == ()


async def test_a_fall_within_the_hour_is_told_and_a_slow_one_is_not(desk: Desk) -> None:
    await desk.set("BONK -20% 1h")
    for step in range(40):  # half of it within twenty hours
        desk.clock.advance(1800)
        await desk.price(f"{1 - step * 0.0125:.4f}")
    assert await desk.told() == ()
    desk.clock.advance(60)
    await desk.price("0.41")
    assert len(await desk.told()) == 1


async def test_a_window_knows_what_was_stored_before_it(desk: Desk) -> None:
    async with desk.store.begin() as tx:
        await tx.snapshots.add(priced("1", at=START - timedelta(minutes=20)))
    await desk.set("BONK -20% 1h", at="0.7")
    await desk.engine._read_past()
    await desk.price("0.7")
    assert len(await desk.told()) == 0  # it has fallen already when the alert is set
    await desk.set("BONK -40% 1h", at="0.7")
    await desk.price("0.7")
    await desk.price("0.59")
    assert len(await desk.told()) == 1


async def test_a_window_that_was_kept_survives_a_kill(desk: Desk) -> None:
    await desk.set("BONK -20% 1h")
    await desk.engine._read_past()
    await desk.price("1")
    await desk.engine.keep()
    await desk.again()
    await desk.engine._read_past()
    desk.clock.advance(600)
    await desk.price("0.79")
    assert len(await desk.told()) == 1


# --- what must not fire -----------------------------------------------------------------------------------


@pytest.mark.parametrize("value", ["1000", "0.001"])
@pytest.mark.parametrize(
    "lie", [{"sources": 1}, {"disputed": True}, {"note": "10 times off the price at 12:00 UTC"}]
)
async def test_a_value_on_one_source_alone_or_in_dispute_fires_nothing(
    desk: Desk, value: str, lie: dict[str, object]
) -> None:
    for sentence in ("BONK > 2", "BONK < 0.5", "BONK +50% 1h", "BONK -50% 1h", "BONK cross 3"):
        await desk.set(sentence)
    for _ in range(6):  # before: what a token that one source tells has said so far
        desk.clock.advance(10)
        await desk.price("1", sources=1)
    for _ in range(12):
        desk.clock.advance(5)
        await desk.price(value, **lie)
    desk.clock.advance(5)
    await desk.price("1")
    assert await desk.told() == ()


async def test_what_one_source_has_said_for_over_a_minute_is_told(desk: Desk) -> None:
    """A token that a single market knows has alerts, too."""
    await desk.set("BONK > 2")
    for _ in range(8):
        desk.clock.advance(10)
        await desk.price("3", sources=1)
    assert len(await desk.told()) == 1


async def test_a_trade_on_a_stream_fires_nothing_and_has_the_token_asked_for_first(desk: Desk) -> None:
    await desk.set("BONK > 2")
    trade = TokenTraded(
        source="pumpportal", at=START, mint=BONK.address, pool=None, trader=None, is_buy=True,
        tokens=Decimal(1), sol=Decimal(99),
    )  # fmt: skip
    desk.engine.heard(trade)
    await desk.engine.settle()
    assert await desk.told() == ()
    assert [token for token, _ in desk.engine.due(5)] == [BONK]


async def test_every_token_is_kept_fresh_in_turn(desk: Desk) -> None:
    await desk.set("BONK > 2")
    user = await desk.user()
    rule = parse("SOL < 1").rule
    await desk.alerts.save(user, PRIVATE, priced("5", token=SOL), rule, None)
    first, second = desk.engine.due(1), desk.engine.due(1)
    assert {token for token, _ in (*first, *second)} == {BONK, SOL}
    assert len(desk.engine.due(9)) == 2


# --- whose they are ---------------------------------------------------------------------------------------


async def test_the_same_alert_twice_stands_once(desk: Desk) -> None:
    first, second = await desk.set("BONK > 2"), await desk.set("BONK > 2")
    assert first.id == second.id
    assert (await desk.set("BONK > 2", chat=GROUP)).id != first.id


async def test_nobody_has_more_than_so_many(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.alerts.service.MOST", 3)
    for number in range(2, 5):
        await desk.set(f"BONK > {number}")
    with pytest.raises(BadArgument, match="3 alerts"):
        await desk.set("BONK > 9")
    await desk.set("BONK > 9", who=TRILLIAN)


async def test_of_three_hundred_people_each_reaches_their_own_alone(desk: Desk) -> None:
    """Every number, known or not, is refused alike to who does not own it."""
    made: dict[int, User] = {}
    async with desk.store.begin() as tx:
        people = [await tx.users.ensure(Identity(Platform.TELEGRAM, str(1000 + n)), "x") for n in range(300)]
    for number, owner in enumerate(people):
        rule = parse(f"BONK > {number + 2}").rule
        made[(await desk.alerts.save(owner, PRIVATE, priced("1"), rule, None))[0].id] = owner
    rng = random.Random(3)
    for alert_id, owner in made.items():
        actor = Actor(identity=owner.identities[0], name="x", user=owner, chat_level=Level.CHAT_ADMIN)
        assert (await desk.alerts.get(actor, PRIVATE, alert_id)).user_id == owner.id
        others = {rng.choice([each for each in made if each != alert_id]), 10**30 * (alert_id % 2)}
        refusals = set()
        for other in others:
            for chat in (PRIVATE, GROUP) if alert_id % 10 == 0 else (PRIVATE,):
                with pytest.raises(NotAllowed) as refused:
                    await desk.alerts.get(actor, chat, other)
                refusals.add(refused.value.message.replace(str(other), "N"))
        assert refusals == {"You have no alert #N."}
        (mine,) = await desk.alerts.of_user(owner)
        assert mine.id == alert_id


async def test_an_admin_may_handle_what_tells_their_group_and_a_member_may_not(desk: Desk) -> None:
    alert = await desk.set("BONK > 2", chat=GROUP)
    trillian = await desk.user(TRILLIAN)
    for level, chat, may in (
        (Level.MODERATOR, GROUP, True),
        (Level.ANYONE, GROUP, False),
        (Level.CHAT_ADMIN, PRIVATE, False),
    ):
        actor = Actor(identity=TRILLIAN, name="Trillian", user=trillian, chat_level=level)
        if may:
            assert (await desk.alerts.get(actor, chat, alert.id)).id == alert.id
        else:
            with pytest.raises(NotAllowed):
                await desk.alerts.get(actor, chat, alert.id)


async def test_a_changed_alert_waits_for_the_new_value_only(desk: Desk) -> None:
    alert = await desk.set("BONK > 2")
    rule = parse("BONK > 5").rule
    seen = desk.alerts.now(BONK, rule, priced("1"))
    changed = await desk.alerts.change(alert, rule, seen)
    await desk.price("3")
    assert await desk.told() == ()
    assert changed.id == alert.id
    await desk.price("5")
    assert len(await desk.told()) == 1


async def test_one_who_is_forgotten_leaves_no_alert(desk: Desk) -> None:
    await desk.set("BONK > 2")
    user = await desk.user()
    async with desk.store.begin() as tx:
        await tx.users.forget(user.id)
    await desk.price("3")
    async with desk.store.read() as tx:
        assert await tx.alerts.live_page(0) == ()
