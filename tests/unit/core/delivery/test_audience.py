"""Whom a notice reaches, where and how often, through a real store."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import event, text

from core.delivery.audience import Audience, held_for, place_held
from core.delivery.hearing import Hearing, Whose
from core.delivery.loudness import Loudness
from core.delivery.outbox import Outbox
from core.delivery.presence import Presence
from core.delivery.routes import UNASKED, Places, Routes, place_of
from core.people import People
from data.models.chat import Actor, Chat, ChatKind, Identity, Level, User
from data.models.delivery import Channel, DeliveryState, Notice, Stream, Subscription, Target, Urgency
from data.models.hearing import Owner
from data.models.ids import SOL, Platform, UserId
from data.nursery import Nursery
from data.store.store import Store
from tests.fakes.clock import START, VirtualClock

HOUR = timedelta(hours=1)
TELEGRAM, DISCORD = Identity(Platform.TELEGRAM, "11"), Identity(Platform.DISCORD, "22")
GROUP = Chat(
    platform=Platform.TELEGRAM, id="-100", channel="-100", kind=ChatKind.GROUP, topic="5", title="Apes"
)
SERVER = Chat(platform=Platform.DISCORD, id="900", channel="901", kind=ChatKind.GROUP, title="Degens")


@contextmanager
def statements(store: Store) -> Iterator[list[str]]:
    """Note what is asked of the database."""
    seen: list[str] = []

    def note(_conn: object, _cursor: object, statement: str, *_: object) -> None:
        if statement.startswith("SELECT"):
            seen.append(statement)

    engine = store._engines.read.sync_engine
    event.listen(engine, "before_cursor_execute", note)
    yield seen
    event.remove(engine, "before_cursor_execute", note)


class Town:
    """A store with people and chats in it."""

    def __init__(self, store: Store, clock: VirtualClock) -> None:
        self.store, self.clock = store, clock
        self.people = People(store, owners=(), open_registration=True)
        self.audience = Audience(store, clock)
        self.hearing = Hearing(store, self.people, clock)
        self.routes = Routes(store)
        self.outbox = Outbox(store, clock)

    async def person(self, *accounts: Identity, **chosen: str) -> User:
        """Bring a member on who has these accounts."""
        user = await self.people.join(accounts[0], "Zora")
        async with self.store.begin() as tx:
            for each in accounts[1:]:
                other = await tx.users.ensure(each, "Zora")
                await _link(tx, other.id, user.id)
            for name, value in chosen.items():
                await tx.users.set_preference(user.id, name, value)
            found = await tx.users.get(user.id)
        assert found is not None
        return found

    async def listens(self, stream: Stream, place: Target, chat_key: str, **wishes: str) -> None:
        async with self.store.begin() as tx:
            await tx.subscriptions.put(
                Subscription(stream=stream, target=place, chat_key=chat_key, wishes=tuple(wishes.items()))
            )

    async def chose(self, chat: Chat, **chosen: str) -> None:
        async with self.store.begin() as tx:
            await tx.chats.ensure(chat)
            for name, value in chosen.items():
                await tx.chats.set_preference(chat.key, name, value)


async def _link(tx: object, old: UserId, new: UserId) -> None:
    """Give an account to another person, as linking does."""
    connection = tx.users.connection  # type: ignore[attr-defined]
    await connection.execute(text(f"UPDATE identities SET user_id = {new} WHERE user_id = {old}"))


@pytest.fixture
def town(store: Store, clock: VirtualClock) -> Town:
    return Town(store, clock)


def notice(key: str = "k", stream: Stream = Stream.ALERTS, urgency: Urgency = Urgency.ALERT) -> Notice:
    return Notice(
        key=key, kind="signal", stream=stream, body="{}", at=START, expires_at=START + 20 * HOUR,
        urgency=urgency, about=SOL,
    )  # fmt: skip


DANGER = notice("d", Stream.DANGER, Urgency.DANGER)
DIGEST = replace(notice("digest", Stream.UPDATES, Urgency.NEWS), kind="digest", about=None)
SIGNAL = notice("s", Stream.RADAR, Urgency.SIGNAL)


def at(identity: Identity, user: User) -> Target:
    channel = Channel(identity.platform.value)
    return Target(channel=channel, address=identity.id, private=True, user_id=user.id)


def inbox(user: User, topic: str = "") -> Target:
    return Target(channel=Channel.INBOX, address=str(user.id), topic=topic, private=True, user_id=user.id)


# --- people -----------------------------------------------------------------------------------------------


async def test_a_person_is_told_once_and_finds_it_in_the_inbox(town: Town) -> None:
    user = await town.person(TELEGRAM, DISCORD)
    found = await town.audience.of_people([user.id, user.id], notice())
    assert set(found) == {at(DISCORD, user), inbox(user)} or set(found) == {at(TELEGRAM, user), inbox(user)}
    assert len(found) == 2


@pytest.mark.parametrize("account", [TELEGRAM, DISCORD])
async def test_who_chose_a_place_is_told_there(town: Town, account: Identity) -> None:
    other = DISCORD if account is TELEGRAM else TELEGRAM
    user = await town.person(TELEGRAM, DISCORD, home=account.platform.value, seen=other.platform.value)
    assert await town.audience.home(user.id) == at(account, user)


@pytest.mark.parametrize("account", [TELEGRAM, DISCORD])
async def test_who_chose_none_is_told_where_they_last_spoke_in_private(town: Town, account: Identity) -> None:
    user = await town.person(TELEGRAM, DISCORD)
    place = Chat(platform=account.platform, id="7", channel="7", kind=ChatKind.PRIVATE)
    elsewhere = replace(GROUP, platform=DISCORD.platform if account is TELEGRAM else TELEGRAM.platform)
    async with Nursery() as nursery:
        presence = Presence(town.store, nursery)
        presence.seen(user, place)
        presence.seen(user, elsewhere)
        while len(nursery):
            await town.store.ping()
    assert await town.audience.home(user.id) == at(account, user)


async def test_who_changes_to_and_fro_is_told_where_they_spoke_last(town: Town) -> None:
    user = await town.person(TELEGRAM, DISCORD, seen="telegram")
    places = [
        Chat(platform=each, id="7", channel="7", kind=ChatKind.PRIVATE)
        for each in (Platform.DISCORD, Platform.TELEGRAM, Platform.DISCORD, Platform.TELEGRAM)
    ]
    async with Nursery() as nursery:
        presence = Presence(town.store, nursery)
        for place in places[:3]:
            presence.seen(user, place)
        while len(nursery):
            await town.store.ping()
        assert await town.audience.home(user.id) == at(DISCORD, user)
        presence.seen(user, places[3])  # what is remembered of the person still says so, and is old
        while len(nursery):
            await town.store.ping()
    assert await town.audience.home(user.id) == at(TELEGRAM, user)


async def test_where_who_has_one_account_speaks_is_not_written_down(town: Town) -> None:
    user = await town.person(TELEGRAM)
    async with Nursery() as nursery:
        Presence(town.store, nursery).seen(user, GROUP)
        assert len(nursery) == 0


async def test_a_place_that_was_unlinked_is_no_place_any_more(town: Town) -> None:
    user = await town.person(TELEGRAM, home="discord", seen="discord")
    assert await town.audience.home(user.id) == at(TELEGRAM, user)


async def test_who_is_on_the_console_alone_is_told_there(town: Town) -> None:
    user = await town.person(Identity(Platform.CONSOLE, "local"))
    there = Target(channel=Channel.CONSOLE, address="local", private=True, user_id=user.id)
    assert await town.audience.of_people([user.id], notice()) == (there, inbox(user))


async def test_who_is_blocked_or_waits_or_is_gone_hears_nothing(town: Town) -> None:
    blocked = await town.person(TELEGRAM)
    await town.people.set_blocked(blocked, blocked, blocked=True)
    guest = await town.people.meet(Identity(Platform.TELEGRAM, "3"), "Guest")
    assert guest.level is Level.ANYONE
    assert await town.audience.of_people([blocked.id, guest.id, UserId(10**9)], DANGER) == ()


async def test_what_is_off_is_not_kept_either_but_what_is_snoozed_is(town: Town) -> None:
    user = await town.person(TELEGRAM, notify="alerts=off")
    assert await town.audience.of_people([user.id], notice()) == ()
    async with town.store.begin() as tx:
        await tx.users.set_preference(user.id, "notify", None)
        await tx.choices.snooze(Owner(user.id), str(SOL), START + HOUR)
    assert await town.audience.of_people([user.id], notice()) == (inbox(user),)
    assert set(await town.audience.of_people([user.id], DANGER)) == {at(TELEGRAM, user), inbox(user)}
    town.clock.advance(3_601)
    assert at(TELEGRAM, user) in await town.audience.of_people([user.id], notice())


async def test_a_silent_type_makes_no_sound(town: Town) -> None:
    user = await town.person(TELEGRAM, notify="alerts=silent")
    assert replace(at(TELEGRAM, user), silent=True) in await town.audience.of_people([user.id], notice())


async def test_quiet_hours_hold_the_message_and_not_the_inbox(town: Town) -> None:
    user = await town.person(TELEGRAM, quiet="13:00-15:00", zone="Europe/Berlin")  # START is 13:00 there
    found = await town.audience.of_people([user.id], notice())
    assert set(found) == {replace(at(TELEGRAM, user), due_at=START + 2 * HOUR), inbox(user)}
    assert set(await town.audience.of_people([user.id], DANGER)) == {at(TELEGRAM, user), inbox(user)}


async def test_over_the_budget_it_waits_for_the_digest_and_none_is_lost(town: Town) -> None:
    user = await town.person(TELEGRAM, budget="4")
    for number in range(7):
        each = notice(f"k{number}")
        assert await town.outbox.publish(each, await town.audience.of_people([user.id], each))
    each = notice("d", Stream.DANGER, Urgency.DANGER)
    await town.outbox.publish(each, await town.audience.of_people([user.id], each))
    async with town.store.read() as tx:
        entries = await tx.outbox.inbox(user.id)
        (held,) = await tx.held.gathered(["digest budget"], START, START + HOUR)
    assert len(entries) == 8
    assert sum((Channel.TELEGRAM, DeliveryState.WAITING) in each.ways for each in entries) == 5
    assert held.total == 3


# --- chats ------------------------------------------------------------------------------------------------


async def test_a_stream_reaches_the_places_that_hear_it_and_no_other(town: Town) -> None:
    here, there = place_of(GROUP), place_of(SERVER)
    await town.listens(Stream.RADAR, here, GROUP.key)
    await town.listens(Stream.RADAR, there, SERVER.key)
    await town.listens(Stream.NEWS, there, SERVER.key)
    assert set(await town.audience.of_stream(Stream.RADAR, SIGNAL)) == {here, there}
    assert await town.audience.of_stream(Stream.RADAR, SIGNAL, chat_key=SERVER.key) == (there,)
    assert await town.audience.of_stream(Stream.HUNT, SIGNAL) == ()
    assert here == Target(channel=Channel.TELEGRAM, address="-100", topic="5")


async def test_each_chat_hears_it_as_it_chose(town: Town) -> None:
    await town.listens(Stream.RADAR, place_of(GROUP), GROUP.key)
    await town.listens(Stream.RADAR, place_of(SERVER), SERVER.key)
    await town.chose(GROUP, notify="breakout=silent")
    await town.chose(SERVER, digest="hourly")
    found = await town.audience.of_stream(Stream.RADAR, SIGNAL, kind="breakout")
    held = Target(
        channel=Channel.INBOX, address=held_for(SERVER.key, place_of(SERVER)), topic="digest chosen",
        due_at=START + HOUR,
    )  # fmt: skip
    assert set(found) == {replace(place_of(GROUP), silent=True), held}
    assert place_held(held.address) == (SERVER.key, place_of(SERVER))
    assert place_held("12") is None


async def test_a_chats_snooze_and_a_paused_place_are_left_out(town: Town) -> None:
    await town.listens(Stream.RADAR, place_of(GROUP), GROUP.key)
    await town.listens(Stream.RADAR, place_of(SERVER), SERVER.key)
    async with town.store.begin() as tx:
        await tx.choices.snooze(Owner(chat_key=GROUP.key), "radar", START + HOUR)
        await tx.subscriptions.put(
            Subscription(stream=Stream.RADAR, target=place_of(SERVER), chat_key=SERVER.key, active=False)
        )
    assert await town.audience.of_stream(Stream.RADAR, SIGNAL) == ()
    assert await town.audience.of_stream(Stream.RADAR, SIGNAL, chat_key=SERVER.key) == ()


@pytest.mark.parametrize(
    ("wishes", "kind", "score", "heard"),
    [
        ({}, "breakout", None, True), ({"types": "breakout momentum"}, "breakout", 0.1, True),
        ({"types": "momentum"}, "breakout", None, False), ({"min": "0.4"}, "breakout", 0.39, False),
        ({"min": "0.4"}, "breakout", 0.4, True), ({"min": "0.4"}, "breakout", None, True),
        ({"min": "soon"}, "breakout", 0.0, True),
    ],
)  # fmt: skip
async def test_a_place_hears_what_it_wants_of_a_stream(
    town: Town, wishes: dict[str, str], kind: str, score: float | None, heard: bool
) -> None:
    await town.listens(Stream.RADAR, place_of(GROUP), GROUP.key, **wishes)
    found = await town.audience.of_stream(Stream.RADAR, SIGNAL, kind=kind, score=score)
    assert bool(found) == heard


async def test_who_listens_in_private_on_both_platforms_hears_it_once(town: Town) -> None:
    user = await town.person(TELEGRAM, DISCORD, home="discord", notify="radar=silent")
    for identity in (TELEGRAM, DISCORD):
        await town.listens(Stream.RADAR, at(identity, user), str(identity))
    found = await town.audience.of_stream(Stream.RADAR, SIGNAL)
    assert found == (replace(at(DISCORD, user), silent=True), inbox(user))


async def test_what_belongs_to_a_chat_comes_where_it_was_asked_for_unless_it_is_routed(town: Town) -> None:
    actor = Actor(identity=TELEGRAM, name="Ada")
    asked = replace(place_of(GROUP), topic="77")
    assert await town.audience.of_place(GROUP.key, asked, notice()) == (asked,)
    await town.routes.lead(actor, GROUP, Stream.ALERTS, place_of(GROUP))
    assert await town.audience.of_place(GROUP.key, asked, notice()) == (place_of(GROUP),)
    await town.routes.end(actor, GROUP, Stream.ALERTS)
    assert await town.audience.of_place(GROUP.key, asked, notice()) == ()
    await town.routes.lead(actor, GROUP, Stream.ALERTS, place_of(GROUP))
    assert await town.audience.of_place(GROUP.key, asked, notice()) == (place_of(GROUP),)
    assert Stream.ALERTS in UNASKED


async def test_a_stream_is_led_to_one_place_and_keeps_its_wishes(town: Town) -> None:
    actor = Actor(identity=TELEGRAM, name="Ada")
    await town.listens(Stream.RADAR, place_of(GROUP), GROUP.key, types="breakout")
    await town.routes.lead(actor, GROUP, Stream.RADAR, place_of(GROUP, topic=""))
    found = await town.routes.of(GROUP)
    assert found[Stream.RADAR].target == Target(channel=Channel.TELEGRAM, address="-100")
    assert found[Stream.RADAR].wishes == (("types", "breakout"),)
    async with town.store.read() as tx:
        assert len(await tx.subscriptions.of_chat(GROUP.key)) == 1


async def test_a_channel_belongs_to_a_chat_only_if_its_platform_says_so() -> None:
    places = Places()
    assert await places.holds(SERVER, SERVER.channel)
    assert not await places.holds(SERVER, "902")

    async def holds(chat: Chat, channel: str) -> bool:
        return (chat.id, channel) == ("900", "902")

    places.told_by(Platform.DISCORD, holds)
    assert await places.holds(SERVER, "902")
    assert not await places.holds(SERVER, "555")
    assert not await places.holds(GROUP, "902")


async def test_two_choices_at_once_both_hold(town: Town) -> None:
    user = await town.person(TELEGRAM)
    actor = Actor(identity=TELEGRAM, name="Zora", user=user)
    for whose in (Whose(user), Whose(user, GROUP)):
        await asyncio.gather(
            *(town.hearing.loud(actor, whose, kind, Loudness.SILENT) for kind in ("radar", "news", "hunt"))
        )
        assert set((await town.hearing.of(whose)).loudness) == {"radar", "news", "hunt"}


async def test_a_choice_is_recorded_with_who_made_it(town: Town) -> None:
    user = await town.person(TELEGRAM)
    actor = Actor(identity=TELEGRAM, name="Zora", user=user)
    await town.hearing.choose(actor, Whose(user, GROUP), "budget", "7")
    (deed, *_) = await town.people.deeds(1)
    assert (deed.actor, deed.action, deed.subject, deed.detail) == (
        f"user:{user.id}",
        "setting",
        GROUP.key,
        "budget 7",
    )
    assert (await town.hearing.of(Whose(user))).budget == 30


async def test_all_places_are_decided_about_in_a_few_statements(town: Town) -> None:
    async with town.store.begin() as tx:
        for number in range(60):
            place = Target(channel=Channel.TELEGRAM, address=f"-{number}")
            chat_key = f"telegram:-{number}"
            await tx.subscriptions.put(Subscription(stream=Stream.RADAR, target=place, chat_key=chat_key))
    with statements(town.store) as seen:
        assert len(await town.audience.of_stream(Stream.RADAR, SIGNAL)) == 60
    assert 1 <= len(seen) <= 4


async def test_a_channel_that_had_its_share_of_an_hour_gets_the_rest_with_a_digest(town: Town) -> None:
    await town.listens(Stream.RADAR, place_of(GROUP), GROUP.key)
    await town.listens(Stream.RADAR, place_of(SERVER), SERVER.key)
    await town.chose(GROUP, budget="5")
    for number in range(4):
        each = notice(f"n{number}", Stream.RADAR, Urgency.SIGNAL)
        await town.outbox.publish(each, await town.audience.of_stream(Stream.RADAR, each))
    last = notice("last", Stream.RADAR, Urgency.SIGNAL)
    ordinary, sure = [await town.audience.of_stream(Stream.RADAR, last, score=score) for score in (None, 1.0)]
    assert {each.channel: each.topic for each in ordinary} == {
        Channel.INBOX: "digest budget",
        Channel.DISCORD: "",
    }
    assert {each.channel for each in sure} == {Channel.TELEGRAM, Channel.DISCORD}


async def test_a_digest_waits_for_the_quiet_hours_that_were_chosen_since(town: Town) -> None:
    await town.chose(GROUP, quiet="11:00-13:00")
    chat = (GROUP.key, place_of(GROUP))
    assert await town.audience.of_digest(None, chat, DIGEST) == (
        replace(place_of(GROUP), due_at=datetime(2026, 11, 22, 13, tzinfo=UTC)),
    )
    assert await town.audience.of_digest(None, (SERVER.key, place_of(SERVER)), DIGEST) == (place_of(SERVER),)
    user = await town.person(TELEGRAM, quiet="11:00-13:00", notify="updates=off")
    (way,) = await town.audience.of_digest(user.id, None, DIGEST)
    assert way == replace(at(TELEGRAM, user), due_at=datetime(2026, 11, 22, 13, tzinfo=UTC))
    assert await town.audience.of_digest(UserId(10**9), None, DIGEST) == ()


async def test_danger_and_digests_go_as_letters_too_to_who_proved_an_address(town: Town) -> None:
    user = await town.person(TELEGRAM, email="zora@example.org")
    letter = Target(channel=Channel.MAIL, address="zora@example.org", private=True, user_id=user.id)
    assert letter in await town.audience.of_people([user.id], DANGER)
    assert letter not in await town.audience.of_people([user.id], notice())
    assert set(await town.audience.of_digest(user.id, None, DIGEST)) == {at(TELEGRAM, user), letter}
    async with town.store.begin() as tx:
        await tx.users.set_preference(user.id, "notify", "danger=off")
    assert await town.audience.of_people([user.id], DANGER) == ()
