"""Choices, snoozes, budgets and what is held for digests, on both engines."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from data.models.chat import Chat, ChatKind, Identity, Level
from data.models.delivery import Channel, Notice, Stream, Subscription, Target, Urgency
from data.models.hearing import SNOOZES_LIMIT, Owner
from data.models.ids import Platform, UserId
from data.store import Store, Tx
from data.store.repos import control

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
HELD = ("digest chosen", "digest budget")
GROUP = Chat(platform=Platform.TELEGRAM, id="-100", channel="-100", kind=ChatKind.GROUP, title="Apes")


def notice(key: str, stream: Stream = Stream.RADAR, urgency: Urgency = Urgency.SIGNAL) -> Notice:
    return Notice(
        key=key, kind="signal", stream=stream, body="{}", at=NOON, expires_at=NOON + 9 * HOUR, urgency=urgency
    )


async def member(tx: Tx, number: str, level: Level = Level.MEMBER) -> UserId:
    user = await tx.users.ensure(Identity(Platform.TELEGRAM, number), f"u{number}")
    await tx.users.set_level(user.id, level)
    return user.id


def inbox(user_id: UserId, topic: str = "", due_at: datetime | None = None) -> Target:
    return Target(
        channel=Channel.INBOX, address=str(user_id), topic=topic, private=True, user_id=user_id, due_at=due_at
    )


async def test_readers_are_members_who_are_not_blocked(store: Store) -> None:
    async with store.begin() as tx:
        one, guest, blocked = (
            await member(tx, "1"),
            await member(tx, "2", Level.ANYONE),
            await member(tx, "3"),
        )
        await tx.users.set_blocked(blocked, True)
        await tx.users.set_preference(one, "quiet", "23:00-07:00")
        found = await tx.choices.readers([one, guest, blocked, UserId(10**9)])
        assert [(each.id, each.preferences, each.identities) for each in found] == [
            (one, {"quiet": "23:00-07:00"}, (Identity(Platform.TELEGRAM, "1"),))
        ]
        assert await tx.choices.readers([]) == ()


async def test_more_are_found_at_once_than_a_statement_may_name(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(control, "_PAGE", 3)
    async with store.begin() as tx:
        people = [await member(tx, str(number)) for number in range(7)]
        assert [each.id for each in await tx.choices.readers(people)] == sorted(people)
        await tx.chats.ensure(GROUP)
        await tx.chats.set_preference(GROUP.key, "budget", "5")
        keys = [GROUP.key, *(f"telegram:{number}" for number in range(9))]
        assert await tx.choices.of_chats(keys) == {GROUP.key: {"budget": "5"}}


async def test_a_snooze_is_its_owners_and_the_last_one_counts(store: Store) -> None:
    async with store.begin() as tx:
        me, you = await member(tx, "1"), await member(tx, "2")
        chat = Owner(chat_key=GROUP.key)
        for owner, subject, hours in ((Owner(me), "radar", 9), (Owner(me), "radar", 1), (chat, "news", 2)):
            assert await tx.choices.snooze(owner, subject, NOON + hours * HOUR)
        found = await tx.choices.snoozed([me, you], [GROUP.key, "telegram:-5"], NOON)
        assert found == {Owner(me): {"radar": NOON + HOUR}, chat: {"news": NOON + 2 * HOUR}}
        assert await tx.choices.snoozed([me], [], NOON + HOUR) == {}
        assert not await tx.choices.wake(Owner(you), "radar")
        assert not await tx.choices.wake(chat, "radar")
        assert await tx.choices.wake(Owner(me), "radar")
        assert await tx.choices.purge(NOON + 5 * HOUR) == 1


async def test_snoozes_are_bounded_for_each_owner(store: Store) -> None:
    async with store.begin() as tx:
        me, you = await member(tx, "1"), await member(tx, "2")
        for number in range(SNOOZES_LIMIT):
            assert await tx.choices.snooze(Owner(me), f"solana:{number}", NOON)
        assert not await tx.choices.snooze(Owner(me), "radar", NOON)
        assert await tx.choices.snooze(Owner(me), "solana:7", NOON)
        assert await tx.choices.snooze(Owner(you), "radar", NOON)


async def test_what_a_place_had_counts_by_place_and_time(store: Store) -> None:
    places = [
        Target(channel=Channel.TELEGRAM, address="-100", topic="5", due_at=NOON + HOUR),
        Target(channel=Channel.TELEGRAM, address="-100", due_at=NOON),
        Target(channel=Channel.TELEGRAM, address="-100", topic="7", due_at=NOON - HOUR),
        Target(channel=Channel.DISCORD, address="-100", due_at=NOON),
    ]
    async with store.begin() as tx:
        await tx.outbox.post(notice("a"), places)
        found = await tx.held.due(Channel.TELEGRAM, ["-100", "-200"], NOON - HOUR)
    assert found == {
        (Channel.TELEGRAM, "-100", "5"): [NOON + HOUR],
        (Channel.TELEGRAM, "-100", ""): [NOON],
    }


async def test_what_was_held_is_gathered_by_place_and_digest(store: Store) -> None:
    async with store.begin() as tx:
        me, you = await member(tx, "1"), await member(tx, "2")
        await tx.outbox.post(
            notice("a"), [inbox(me, HELD[0], NOON), inbox(you, HELD[0], NOON), inbox(you, "", NOON)]
        )
        await tx.outbox.post(notice("b", Stream.NEWS, Urgency.NEWS), [inbox(me, HELD[1], NOON)])
        await tx.outbox.post(notice("c", Stream.ALERTS, Urgency.ALERT), [inbox(me, HELD[1], NOON)])
        await tx.outbox.post(notice("d"), [inbox(me, HELD[0], NOON + HOUR)])
        mine, yours = await tx.held.gathered(HELD, NOON - HOUR, NOON)
        assert (mine.address, mine.user_id, mine.due_at, mine.total) == (str(me), me, NOON, 3)
        assert mine.counts == {
            (Stream.RADAR, HELD[0]): 1, (Stream.NEWS, HELD[1]): 1, (Stream.ALERTS, HELD[1]): 1,
        }  # fmt: skip
        assert yours.total == 1
        assert [each.key for each in await tx.held.newest(mine, 2)] == ["c", "a"]
        assert await tx.held.gathered(HELD, NOON, NOON) == ()
        assert await tx.held.known(["a", "x", "b"]) == {"a", "b"}


async def test_what_was_read_meanwhile_is_gathered_no_more(store: Store) -> None:
    async with store.begin() as tx:
        me = await member(tx, "1")
        await tx.outbox.post(notice("a"), [inbox(me, HELD[0], NOON)])
        assert await tx.outbox.mark_read(me) == 1
        assert await tx.held.gathered(HELD, NOON - HOUR, NOON) == ()


async def test_a_chat_with_a_new_number_keeps_what_it_chose_to_hear(store: Store) -> None:
    async with store.begin() as tx:
        place = Target(channel=Channel.TELEGRAM, address="-100")
        await tx.subscriptions.put(Subscription(stream=Stream.RADAR, target=place, chat_key="telegram:-100"))
        for key, subject in (("telegram:-100", "radar"), ("telegram:-100", "news"), ("telegram:-7", "news")):
            await tx.choices.snooze(Owner(chat_key=key), subject, NOON + HOUR)
        await tx.choices.snooze(Owner(chat_key="telegram:-200"), "news", NOON + 2 * HOUR)
        await tx.chats.migrate(Platform.TELEGRAM, "-100", "-200")
        await tx.chats.migrate(Platform.TELEGRAM, "-100", "-200")
        keys = ["telegram:-100", "telegram:-200", "telegram:-7"]
        assert await tx.choices.snoozed([], keys, NOON) == {
            Owner(chat_key="telegram:-200"): {"radar": NOON + HOUR, "news": NOON + 2 * HOUR},
            Owner(chat_key="telegram:-7"): {"news": NOON + HOUR},
        }
        assert [each.stream for each in await tx.subscriptions.of_chat("telegram:-200")] == [Stream.RADAR]
        assert await tx.subscriptions.of_chat("telegram:-100") == ()


async def test_forgetting_a_person_forgets_their_snoozes(store: Store) -> None:
    async with store.begin() as tx:
        me, you = await member(tx, "1"), await member(tx, "2")
        for owner in (Owner(me), Owner(you), Owner(chat_key="telegram:1"), Owner(chat_key="telegram:-100")):
            await tx.choices.snooze(owner, "radar", NOON + HOUR)
        await tx.users.forget(me)
        left = await tx.choices.snoozed([me, you], ["telegram:1", "telegram:-100"], NOON)
    assert set(left) == {Owner(you), Owner(chat_key="telegram:-100")}
