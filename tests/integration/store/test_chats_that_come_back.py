"""A chat that moves takes its messages along; one that lets us in again hears what it had chosen."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from core.chats import Chats
from data.models.chat import Chat, ChatKind
from data.models.delivery import Channel, Notice, Stream, Subscription, Target, Urgency
from data.models.ids import Platform
from data.store import Store

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
GROUP = Chat(platform=Platform.TELEGRAM, id="-5", channel="-5", kind=ChatKind.GROUP)
THERE = Target(channel=Channel.TELEGRAM, address="-5")


async def listening(store: Store) -> None:
    async with store.begin() as tx:
        await tx.subscriptions.put(Subscription(stream=Stream.RADAR, target=THERE, chat_key=GROUP.key))


async def test_what_waits_for_a_chat_follows_it_to_its_new_number(store: Store) -> None:
    await listening(store)
    notice = Notice(
        key="one", kind="note", stream=Stream.RADAR, body="{}", at=NOON, urgency=Urgency.NEWS,
        expires_at=NOON + timedelta(days=999),
    )  # fmt: skip
    async with store.begin() as tx:
        assert await tx.outbox.post(notice, [THERE])
    await Chats(store).moved(GROUP, "-100500")
    async with store.begin() as tx:
        (heard,) = await tx.subscriptions.of_stream(Stream.RADAR)
        (leased,) = await tx.deliveries.lease(Channel.TELEGRAM, "worker", 5, timedelta(minutes=1))
    assert heard.target.address == leased.target.address == "-100500"


async def test_a_chat_that_lets_us_in_again_hears_its_streams(store: Store) -> None:
    await listening(store)
    async with store.begin() as tx:
        await tx.subscriptions.pause(THERE, "kicked")
    async with store.read() as tx:
        assert not [each for each in await tx.subscriptions.of_stream(Stream.RADAR) if each.active]
    await Chats(store).let_in(GROUP)
    async with store.read() as tx:
        (heard,) = await tx.subscriptions.of_stream(Stream.RADAR)
    assert heard.active
    assert heard.problem == ""
