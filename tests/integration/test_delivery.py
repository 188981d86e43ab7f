"""What becomes of a notice on its way: order, edits, closed places, failures, crashes, and an orderly end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.outlet import Unreached
from bot.telling import DOUBT
from data.errors import ChatGone, ChatMoved, DeliveryError, Rejected, Throttled
from data.models.delivery import Channel, DeliveryState, Lateness, Stream, Subscription, Target, Urgency
from data.models.ids import SOL, USDC
from data.store.store import Store
from tests.fakes.clock import LoopClock
from tests.fakes.outlets import DISCORD, FakeOutlet
from tests.fakes.virtual_loop import virtual_time
from tests.integration.post import chats, joining, migrated, opened, served

pytestmark = virtual_time

HERE = Target(channel=Channel.TELEGRAM, address="-7")


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return asyncio.run(migrated(tmp_path_factory.mktemp("empty")))


@pytest.fixture
async def clock() -> LoopClock:
    return LoopClock()


@pytest.fixture
async def store(tmp_path: Path, empty: Path, clock: LoopClock) -> AsyncIterator[Store]:
    async with opened(tmp_path, empty, clock) as found:
        yield found


def once(*errors: BaseException) -> FakeOutlet:
    """Make a way out whose first calls fail with these, one each."""
    left = list(errors)

    async def mood(target: Target) -> None:
        if left:
            raise left.pop(0)

    return FakeOutlet(mood=mood)


async def test_one_card_is_drawn_once_for_every_place_and_platform(store: Store, clock: LoopClock) -> None:
    ways = FakeOutlet(), FakeOutlet(channel=Channel.DISCORD, allowance=DISCORD)
    async with served(store, clock, *ways) as post:
        everywhere = [*chats(1, 2, 3, 3), *chats(8, 9, channel=Channel.DISCORD)]
        assert await post.publish("once", everywhere)
        assert not await post.publish("once", chats(4)), "the same fact"
        await post.drained()
    assert [sorted(way.arrived) for way in ways] == [["1", "2", "3"], ["8", "9"]]
    assert post.cards.drawn == ["once"]
    assert [way.prepared for way in ways] == [1, 1]


async def test_what_is_urgent_goes_first_and_each_place_hears_in_order(
    store: Store, clock: LoopClock
) -> None:
    way = FakeOutlet()
    for number in range(5):
        async with served(store, clock) as post:  # nobody carries yet
            await post.publish(f"news {number}", chats(*range(1, 30)), urgency=Urgency.NEWS)
    async with served(store, clock, way) as post:
        await post.publish("danger", chats(*range(1, 30)), urgency=Urgency.DANGER)
        await post.drained()
    assert [call.words for call in way.calls[:29]] == ["danger"] * 29
    assert all(words == ["danger", *(f"news {n}" for n in range(5))] for words in way.arrived.values())


async def test_news_of_the_same_token_are_told_in_one_message(store: Store, clock: LoopClock) -> None:
    way = FakeOutlet()
    async with served(store, clock) as post:
        await post.publish("a", [HERE], **joining(SOL))
        await post.publish("b", [HERE], **joining(SOL))
        await post.publish("other", [HERE], **joining(USDC))
    async with served(store, clock, way) as post:
        await post.drained()
        assert list(way.shown.values()) == ["b < a", "other"], "what waited became one message"
        assert len(way.calls) == 2
        await post.publish("c", [HERE], **joining(SOL))
        await post.drained()
        assert list(way.shown.values()) == ["c < b < a", "other"], "and was edited"
        clock.jump(timedelta(minutes=31))
        await post.publish("d", [HERE], **joining(SOL))
        await post.drained()
    assert list(way.shown.values()) == ["c < b < a", "other", "d"]


async def test_where_the_message_to_edit_is_gone_a_new_one_tells_it_all(
    store: Store, clock: LoopClock
) -> None:
    way = FakeOutlet()
    async with served(store, clock, way) as post:
        await post.publish("a", [HERE], **joining(SOL))
        await post.drained()
        way.shown.clear()
        await post.publish("b", [HERE], **joining(SOL))
        await post.drained()
        await post.publish("c", [HERE], **joining(SOL))
        await post.drained()
    assert list(way.shown.values()) == ["c < b < a"]


async def test_a_closed_place_hears_nothing_more_and_its_subscriptions_rest(
    store: Store, clock: LoopClock
) -> None:
    way = once(ChatGone("bot was kicked"))
    heard = Subscription(stream=Stream.RADAR, target=HERE, chat_key="telegram:-7")
    async with store.begin() as tx:
        await tx.subscriptions.put(heard)
    async with served(store, clock) as post:
        for number in range(12):
            await post.publish(f"n{number}", [HERE, *chats(number + 1)])
    async with served(store, clock, way) as post:
        await post.drained()
        states = await post.states()
    assert [call.address for call in way.calls].count("-7") == 1
    assert states == {DeliveryState.GONE: 12, DeliveryState.SENT: 12}
    assert [(place, reason, paused) for place, reason, paused in post.closed] == [
        (HERE, "bot was kicked", [heard])
    ]
    async with store.read() as tx:
        assert await tx.subscriptions.of_stream(Stream.RADAR) == ()
        (rests,) = await tx.subscriptions.of_chat("telegram:-7")
    assert (rests.active, rests.problem) == (False, "bot was kicked")


async def test_a_closed_topic_leaves_the_others_of_its_chat_open(store: Store, clock: LoopClock) -> None:
    topics = [Target(channel=Channel.TELEGRAM, address="-7", topic=topic) for topic in ("3", "4", "")]
    closed: list[str] = []

    async def mood(target: Target) -> None:
        if target.topic == "3":
            closed.append(target.topic)
            raise ChatGone("topic closed")

    way = FakeOutlet(mood=mood)
    async with served(store, clock, way) as post:
        for number in range(3):
            await post.publish(f"n{number}", topics)
        await post.drained()
    assert closed == ["3"]
    assert sorted(way.arrived["-7"]) == sorted(["n0", "n1", "n2"] * 2)


async def test_what_goes_to_a_chat_that_moved_follows_it(store: Store, clock: LoopClock) -> None:
    async def mood(target: Target) -> None:
        if target.address == "-7":
            raise ChatMoved("-1007")

    way = FakeOutlet(mood=mood)
    heard = Subscription(stream=Stream.RADAR, target=HERE, chat_key="telegram:-7")
    async with store.begin() as tx:
        await tx.subscriptions.put(heard)
    async with served(store, clock, way) as post:
        await post.publish("a", [HERE, *chats(-1007)])
        await post.publish("b", [HERE])
        await post.drained()
        assert way.arrived == {"-1007": ["a", "b"]}, "once, though both numbers were named"
    async with store.read() as tx:
        (follows,) = await tx.subscriptions.of_stream(Stream.RADAR)
    assert follows.target.address == "-1007"


async def test_a_message_that_is_refused_is_not_tried_again(store: Store, clock: LoopClock) -> None:
    way = once(Rejected("no"))
    async with served(store, clock, way) as post:
        await post.publish("a", [HERE])
        await post.publish("b", [HERE])
        await post.drained()
        assert await post.states() == {DeliveryState.REFUSED: 1, DeliveryState.SENT: 1}
    assert way.arrived == {"-7": ["b"]}


async def test_a_call_that_may_have_arrived_is_repeated_with_a_mark(store: Store, clock: LoopClock) -> None:
    way = once(DeliveryError("the line broke"))
    async with served(store, clock, way) as post:
        await post.publish("a", [HERE])
        await post.publish("b", [HERE])
        await post.drained()
    assert way.arrived == {"-7": [f"a\n{DOUBT}", "b"]}
    first, again, _ = way.calls
    assert first.nonce == again.nonce
    assert again.at - first.at >= 1.0


async def test_what_certainly_did_not_arrive_is_repeated_unmarked(store: Store, clock: LoopClock) -> None:
    way = once(Unreached("refused"), Unreached("refused"), Throttled(7.0))
    async with served(store, clock, way) as post:
        await post.publish("a", [HERE, *chats(1)])
        await post.drained()
    assert way.arrived == {"-7": ["a"], "1": ["a"]}
    assert len(way.calls) == 5, "while it cannot be reached, hardly anything is tried"


async def test_who_waits_is_not_asked_again_after_a_restart_either(store: Store, clock: LoopClock) -> None:
    way = once(Throttled(40.0))
    async with served(store, clock, way) as post:
        await post.publish("a", [HERE])
        await post.until(lambda: len(way.calls) == 1)
    async with served(store, clock, way) as post:
        await post.publish("b", [HERE])
        await post.drained()
    assert way.arrived == {"-7": ["a", "b"]}
    assert way.calls[1].at - way.calls[0].at >= 40.0


async def test_what_was_under_way_in_a_crash_comes_again_and_says_so(store: Store, clock: LoopClock) -> None:
    async def stuck(target: Target) -> None:
        if target.address == "2":
            await asyncio.sleep(20.0)

    cut, way = FakeOutlet(mood=stuck), FakeOutlet()
    async with served(store, clock, cut, orderly=False) as post:
        await post.publish("a", chats(1, 2, 3))
        await post.until(lambda: cut.sent == 2)
    async with served(store, clock, way) as post:
        await post.drained()
    assert cut.arrived == {"1": ["a"], "3": ["a"]}
    assert way.arrived == {"2": [f"a\n{DOUBT}"]}


async def test_what_joins_a_message_in_doubt_is_told_in_it_once_it_is_there(
    store: Store, clock: LoopClock
) -> None:
    async def stuck(target: Target) -> None:
        await asyncio.sleep(20.0)

    cut, way = FakeOutlet(mood=stuck), FakeOutlet()
    async with served(store, clock, cut, orderly=False) as post:
        await post.publish("a", [HERE], **joining(SOL))
        await asyncio.sleep(3.0)
        await post.publish("b", [HERE], **joining(SOL))
    async with served(store, clock, way) as post:
        await post.drained()
    assert [(call.words, bool(call.edits)) for call in way.calls] == [(f"a\n{DOUBT}", False), ("b < a", True)]


async def test_an_orderly_stop_waits_for_what_is_under_way_and_gives_back_the_rest(
    store: Store, clock: LoopClock
) -> None:
    async def slow(target: Target) -> None:
        await asyncio.sleep(3.0)

    first, second = FakeOutlet(mood=slow), FakeOutlet()
    async with served(store, clock, first) as post:
        await post.publish("a", chats(*range(1, 200)))
        await asyncio.sleep(2.0)
    begun = {call.address for call in first.calls}
    assert len(begun) == first.allowance.at_once, "no more than the platform takes at once"
    stopped = asyncio.get_running_loop().time()
    async with served(store, clock, second) as post:
        await post.drained()
    assert second.calls[-1].at - stopped < 10.0, "no lease had to lapse"
    assert {call.address for call in second.calls} == {str(n) for n in range(1, 200)} - begun
    assert all(DOUBT not in call.words for call in second.calls)


async def test_what_is_late_says_so_or_is_not_told(store: Store, clock: LoopClock) -> None:
    way = FakeOutlet()
    async with served(store, clock) as post:
        await post.publish("drop", chats(1), lasts=timedelta(minutes=5))
        await post.publish("say", chats(2), lasts=timedelta(minutes=5), lateness=Lateness.SAY_AGE)
    clock.jump(timedelta(minutes=12))
    async with served(store, clock, way) as post:
        await post.drained()
        assert await post.states() == {DeliveryState.SENT: 1, DeliveryState.EXPIRED: 1}
    assert way.arrived == {"2": ["Late: this is 12m old.\nsay"]}


async def test_what_is_held_back_goes_when_it_is_due(store: Store, clock: LoopClock) -> None:
    way, began = FakeOutlet(), asyncio.get_running_loop().time()
    later = clock.now() + timedelta(seconds=90)
    async with served(store, clock, way) as post:
        await post.publish("night", [Target(channel=Channel.TELEGRAM, address="5", due_at=later)])
        await post.drained()
    assert 90.0 <= way.calls[0].at - began < 93.0


async def test_a_worker_that_dies_is_started_again_and_given_up_in_the_end(
    store: Store, clock: LoopClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    way = FakeOutlet()
    async with served(store, clock, way) as post:
        courier = post.office._couriers[Channel.TELEGRAM]
        broken, whole = [1, 1], courier._next

        def next_() -> object:
            if broken and broken.pop():
                raise RuntimeError("a fault of ours")
            return whole()

        monkeypatch.setattr(courier, "_next", next_)
        await post.publish("a", chats(1))
        await post.drained()
        assert way.arrived == {"1": ["a"]}
        assert post.failed == []
        broken += [1] * 99
        await post.until(lambda: bool(post.failed))
    assert post.failed == [Channel.TELEGRAM]
