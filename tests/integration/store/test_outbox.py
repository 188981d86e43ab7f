"""The outbox on both databases: each notice once, each place in order, and nothing begun twice at once."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from data.models.chat import Identity
from data.models.delivery import (
    Channel,
    Delivery,
    DeliveryState,
    Lateness,
    Living,
    Notice,
    Outcome,
    QueueLine,
    Settlement,
    Stream,
    Subscription,
    Target,
    Urgency,
)
from data.models.ids import SOL, Platform, UserId
from data.store import Store
from tests.fakes.clock import START, VirtualClock

HOLD = timedelta(seconds=15)
ALERT = Notice(
    key="a", kind="note", stream=Stream.ALERTS, body='{"x":1}', at=START, urgency=Urgency.ALERT,
    expires_at=START + timedelta(minutes=10), about=SOL, joins=True,
)  # fmt: skip


def chat(address: str, **changes: object) -> Target:
    return Target(channel=Channel.TELEGRAM, address=address, **changes)  # type: ignore[arg-type]


async def post(store: Store, notice: Notice, *targets: Target) -> bool:
    async with store.begin() as tx:
        return await tx.outbox.post(notice, targets)


async def lease(store: Store, worker: str = "w", limit: int = 64) -> tuple[Delivery, ...]:
    async with store.begin() as tx:
        return await tx.deliveries.lease(Channel.TELEGRAM, worker, limit, HOLD)


async def turn(
    store: Store, *settlements: Settlement, begin: Sequence[Delivery] = (), worker: str = "w"
) -> frozenset[int]:
    async with store.begin() as tx:
        return (await tx.deliveries.turn(worker, settlements, begin)).begun


def sent(delivery: Delivery, **changes: object) -> Settlement:
    return Settlement(delivery=delivery, outcome=Outcome.SENT, message="m", **changes)  # type: ignore[arg-type]


async def someone(store: Store, account: str) -> UserId:
    async with store.begin() as tx:
        return (await tx.users.ensure(Identity(Platform.TELEGRAM, account), "Ford")).id


async def test_a_notice_comes_back_as_it_was_posted_and_only_once(store: Store) -> None:
    person = await someone(store, "42")
    places = (
        chat("-1", topic="5", silent=True), chat("42", private=True, user_id=person), chat("-1", topic="5"),
        chat("9", user_id=UserId(999_999)),
    )  # fmt: skip
    assert await post(store, ALERT, *places)
    assert not await post(store, replace(ALERT, body="other"), chat("-2"))
    found = await lease(store)
    assert [each.target for each in found] == list(places[:2]), "no place twice, and none of nobody"
    assert {each.notice for each in found} == {ALERT}
    assert [(each.due_at, each.begun, each.doubtful, each.living) for each in found] == [
        (START, 0, False, None)
    ] * 2


async def test_two_workers_never_have_the_same_place(store: Store) -> None:
    for number in range(6):
        await post(store, replace(ALERT, key=str(number)), *(chat(str(n)) for n in range(40)))
    taken = await asyncio.gather(*(lease(store, worker, 30) for worker in "abcd"))
    owners: defaultdict[str, set[int]] = defaultdict(set)
    for worker, some in enumerate(taken):
        for each in some:
            owners[each.target.address].add(worker)
    assert all(len(each) == 1 for each in owners.values())
    assert sum(map(len, taken)) >= 30


async def test_one_place_with_much_to_hear_fills_no_lease(store: Store, clock: VirtualClock) -> None:
    for number in range(50):
        await post(store, replace(ALERT, key=str(number)), chat("-1"))
        clock.advance(1)
    await post(store, replace(ALERT, key="last"), *(chat(str(n)) for n in range(1, 31)))
    found = await lease(store, limit=38)
    assert sum(each.target.address == "-1" for each in found) == 8
    assert len({each.target.address for each in found}) == 31
    ours = [each for each in found if each.target.address == "-1"]
    assert [each.notice.key for each in ours] == [str(n) for n in range(8)]
    assert await lease(store) == (), "its place is taken"


async def test_a_place_that_must_wait_holds_back_all_that_goes_there(
    store: Store, clock: VirtualClock
) -> None:
    await post(store, ALERT, chat("-1"))
    (first,) = await lease(store)
    await turn(store, begin=[first])
    again = Settlement(delivery=first, outcome=Outcome.LATER, at=clock.now() + timedelta(seconds=30))
    await turn(store, again)
    await post(store, replace(ALERT, key="danger", urgency=Urgency.DANGER), chat("-1"))
    assert await lease(store) == ()
    clock.advance(29.9)
    assert await lease(store, "after a restart") == ()
    clock.advance(0.2)
    (danger,) = await lease(store)
    assert (danger.notice.key, danger.begun) == ("danger", 0)
    await turn(store, sent(danger))
    (again_first,) = await lease(store)
    assert (again_first.notice.key, again_first.begun, again_first.doubtful) == ("a", 1, False)


@pytest.mark.parametrize("jump", [timedelta(), timedelta(hours=-1)], ids=["in time", "clock set back"])
async def test_what_a_dead_worker_had_begun_is_in_doubt(
    store: Store, clock: VirtualClock, jump: timedelta
) -> None:
    await post(store, ALERT, *(chat(each, due_at=START - timedelta(hours=2)) for each in "12"))
    first, second = await lease(store, "dead")
    await turn(store, begin=[first], worker="dead")
    assert await lease(store, "next") == ()
    async with store.read() as tx:
        assert await tx.deliveries.soonest(Channel.TELEGRAM, "next") == clock.now() + HOLD
        assert await tx.deliveries.soonest(Channel.TELEGRAM, "dead") is None
    clock.advance(15)
    clock.jump(jump)
    found = await lease(store, "next")
    assert [(each.target.address, each.doubtful) for each in found] == [("1", True), ("2", False)]
    assert await turn(store, begin=[second], worker="dead") == frozenset(), "it is not its own any more"
    assert await turn(store, begin=found, worker="next") == {each.id for each in found}


async def test_a_doubt_stays_until_the_message_is_there(store: Store, clock: VirtualClock) -> None:
    await post(store, ALERT, chat("1"))
    for certain, doubtful in ((True, False), (False, False), (True, True), (True, True)):
        (found,) = await lease(store)
        assert found.doubtful is doubtful
        await turn(store, begin=[found])
        await turn(store, Settlement(delivery=found, outcome=Outcome.LATER, certain=certain))


async def test_a_lease_that_is_renewed_or_given_back_is_no_doubt(store: Store, clock: VirtualClock) -> None:
    await post(store, ALERT, chat("1"), chat("2"))
    found = await lease(store)
    clock.advance(14)
    async with store.begin() as tx:
        await tx.deliveries.renew(Channel.TELEGRAM, "w", HOLD)
    clock.advance(14)
    assert await lease(store, "other") == ()
    async with store.begin() as tx:
        await tx.deliveries.release("w", found)
    assert [each.doubtful for each in await lease(store, "other")] == [False, False]


async def test_the_message_of_a_strand_is_known_to_what_comes_after(
    store: Store, clock: VirtualClock
) -> None:
    await post(store, ALERT, chat("-1"))
    (first,) = await lease(store)
    await turn(store, sent(first, told=(first.notice_id,)), begin=[first])
    await post(store, replace(ALERT, key="b"), chat("-1"))
    (second,) = await lease(store)
    assert second.living == Living(message="m", begun_at=START, told=(first.notice_id,))
    told = (first.notice_id, second.notice_id)
    clock.advance(60)
    await turn(store, sent(second, told=told, edited=True))
    await post(store, replace(ALERT, key="c"), chat("-1"))
    await post(store, replace(ALERT, key="d", kind="other"), chat("-1"))
    third, alone = await lease(store)
    assert third.living == Living(message="m", begun_at=START, told=told)
    assert alone.living is None, "another kind of notice has another message"
    async with store.read() as tx:
        assert list((await tx.deliveries.notices(told)).values()) == [ALERT, replace(ALERT, key="b")]


async def test_what_is_too_late_ends_and_what_may_be_late_waits(store: Store, clock: VirtualClock) -> None:
    await post(store, ALERT, chat("1"), chat("2"))
    await post(store, replace(ALERT, key="b", lateness=Lateness.SAY_AGE), chat("1"))
    clock.advance(600)
    async with store.begin() as tx:
        assert await tx.deliveries.expire() == {(Channel.TELEGRAM, "note"): 2}
        assert await tx.deliveries.expire() == {}
    assert [each.notice.key for each in await lease(store)] == ["b"]


async def test_an_inbox_is_one_persons_and_read_on_every_platform(store: Store, clock: VirtualClock) -> None:
    ford, other = await someone(store, "42"), await someone(store, "43")
    ways = (chat("42", user_id=ford), Target(channel=Channel.INBOX, address=str(ford), user_id=ford))
    for key in "abc":
        await post(store, replace(ALERT, key=key), *ways)
    await post(store, replace(ALERT, key="d"), chat("43", user_id=other), chat("-5"))
    async with store.begin() as tx:
        entries = await tx.outbox.inbox(ford, limit=2)
        assert [entry.notice.key for entry in entries] == ["c", "b"]
        assert entries[0].ways == (
            (Channel.TELEGRAM, DeliveryState.WAITING), (Channel.INBOX, DeliveryState.SENT)
        )  # fmt: skip
        rest = await tx.outbox.inbox(ford, before=entries[-1].notice_id)
        assert [entry.notice.key for entry in rest] == ["a"]
        assert await tx.outbox.unread(ford) == 3
        everything = {entry.notice_id for entry in (*entries, *rest)}
        assert await tx.outbox.mark_read(other, everything) == 0, "it is not theirs"
        assert await tx.outbox.mark_read(ford, {entries[0].notice_id}) == 1
        assert await tx.outbox.unread(ford) == 2
        assert [entry.read for entry in await tx.outbox.inbox(ford)] == [True, False, False]
        assert await tx.outbox.mark_read(ford) == 2
        assert (await tx.outbox.unread(ford), await tx.outbox.unread(other)) == (0, 1)


async def test_who_is_forgotten_leaves_nothing_in_the_outbox(store: Store, clock: VirtualClock) -> None:
    ford, other = await someone(store, "42"), await someone(store, "43")
    await post(store, ALERT, chat("42", user_id=ford, private=True))
    await post(store, replace(ALERT, key="both"), chat("42", user_id=ford), chat("43", user_id=other))
    for each in await lease(store):
        await turn(store, sent(each, told=(each.notice_id,)), begin=[each])
    async with store.begin() as tx:
        mine = Subscription(stream=Stream.NEWS, target=chat("42", user_id=ford), chat_key="telegram:42")
        await tx.subscriptions.put(mine)
        await tx.users.forget(ford)
    async with store.read() as tx:
        assert [entry.notice.key for entry in await tx.outbox.inbox(other)] == ["both"]
        assert await tx.subscriptions.of_stream(Stream.NEWS) == ()
        for table, left in (("notices", 1), ("deliveries", 1), ("living", 1)):
            count = await tx.outbox.connection.exec_driver_sql(f"SELECT COUNT(*) FROM {table}")
            assert count.scalar_one() == left, table


async def test_a_place_follows_its_chat_and_what_the_new_one_has_stays(
    store: Store, clock: VirtualClock
) -> None:
    await post(store, ALERT, chat("-1"), chat("-100"))
    await post(store, replace(ALERT, key="b"), chat("-1"))
    async with store.begin() as tx:
        for stream, address in ((Stream.RADAR, "-1"), (Stream.NEWS, "-1"), (Stream.NEWS, "-100")):
            heard = Subscription(stream=stream, target=chat(address), chat_key=f"telegram:{address}")
            await tx.subscriptions.put(heard)
        await tx.outbox.moved(Channel.TELEGRAM, "-1", "-100")
        await tx.outbox.moved(Channel.TELEGRAM, "-1", "-100")
    found = await lease(store)
    assert [(each.target.address, each.notice.key) for each in found] == [("-100", "a"), ("-100", "b")]
    async with store.read() as tx:
        for stream in (Stream.RADAR, Stream.NEWS):
            assert [each.target.address for each in await tx.subscriptions.of_stream(stream)] == ["-100"]


async def test_subscriptions_come_back_as_chosen_pause_and_resume(store: Store) -> None:
    here = Subscription(
        stream=Stream.RADAR, target=chat("-1", topic="7"), chat_key="telegram:-1", wishes=(("min", "40"),)
    )
    other = replace(here, target=chat("-1", topic="8"))
    async with store.begin() as tx:
        await tx.subscriptions.put(replace(here, wishes=()))
        await tx.subscriptions.put(here)
        await tx.subscriptions.put(other)
        assert await tx.subscriptions.of_stream(Stream.RADAR) == (here, other)
        assert await tx.subscriptions.pause(chat("-1", topic="7"), "closed") == (here,)
        assert await tx.subscriptions.pause(chat("-1"), "kicked") == (other,)
        assert await tx.subscriptions.of_stream(Stream.RADAR) == ()
        assert [each.problem for each in await tx.subscriptions.of_chat("telegram:-1")] == [
            "closed",
            "kicked",
        ]
        assert await tx.subscriptions.resume(Channel.TELEGRAM, "-1") == 2
        assert await tx.subscriptions.of_chat("telegram:-1") == (here, other)
        assert await tx.subscriptions.remove(Stream.RADAR, here.target)
        assert not await tx.subscriptions.remove(Stream.RADAR, here.target)


async def test_the_queue_is_told_in_figures(store: Store, clock: VirtualClock) -> None:
    await post(store, ALERT, *(chat(str(n)) for n in range(5)))
    one, two, three = await lease(store, limit=3)
    refused = Settlement(delivery=two, outcome=Outcome.REFUSED)
    await turn(store, sent(one), refused, begin=[three])
    clock.advance(60)
    async with store.read() as tx:
        assert await tx.outbox.queue() == (
            QueueLine(channel=Channel.TELEGRAM, waiting=2, leased=1, oldest_due_at=START, sent=1, refused=1),
        )
    clock.advance(3600)
    async with store.read() as tx:
        (line,) = await tx.outbox.queue()
    assert (line.sent, line.refused, line.waiting) == (0, 0, 2)


async def test_what_is_long_over_is_dropped_and_what_waits_stays(store: Store, clock: VirtualClock) -> None:
    await post(store, ALERT, chat("1"))
    (found,) = await lease(store)
    await turn(store, sent(found, told=(found.notice_id,)))
    await post(store, replace(ALERT, key="b", lateness=Lateness.SAY_AGE), chat("2"))
    async with store.begin() as tx:
        assert await tx.outbox.purge(START + timedelta(minutes=11)) == 1
    (waits,) = await lease(store)
    assert (waits.notice.key, waits.living) == ("b", None)
