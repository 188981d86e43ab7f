"""People and chats decide what reaches them, through the real application, on both platforms."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio
from sqlalchemy import text

from bot import reaching
from core.delivery.audience import Audience
from core.delivery.outbox import Outbox
from core.delivery.routes import Places
from data.models.chat import Chat, Level
from data.models.delivery import Channel, Notice, Stream, Target, Urgency
from data.models.ids import SOL, Platform, UserId
from data.models.text import visible
from data.store.store import Store
from handlers.reply import Reply
from tests.fakes.alerting import alert_of
from tests.integration.scene import (
    HOSTILE,
    Person,
    Scene,
    account,
    button,
    buttons,
    group,
    private,
    stage,
    words,
)  # fmt: skip

pytestmark = pytest.mark.asyncio(loop_scope="module")
both = pytest.mark.parametrize("platform", [Platform.TELEGRAM, Platform.DISCORD])
_keys = itertools.count()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def scene(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Scene]:
    async with stage(tmp_path_factory.mktemp("state")) as running:
        yield running


async def person(scene: Scene, platform: Platform = Platform.TELEGRAM, **described: object) -> Person:
    return await scene.member(identity=account(platform), **described)


async def admin(scene: Scene, platform: Platform = Platform.TELEGRAM) -> Person:
    return await person(scene, platform, standing=Level.CHAT_ADMIN)


async def number(scene: Scene, who: Person) -> UserId:
    return (await scene.known(who)).id


def notice(scene: Scene, stream: Stream = Stream.ALERTS, urgency: Urgency = Urgency.ALERT) -> Notice:
    now = scene.clock.now()
    return Notice(
        key=f"test:{next(_keys)}", kind="none", stream=stream, body="{}", at=now,
        expires_at=now + timedelta(hours=30), urgency=urgency, about=SOL,
    )  # fmt: skip


async def tell(scene: Scene, who: Person, **described: object) -> tuple[Target, ...]:
    """Tell a person something, as every sender does."""
    told = notice(scene, **described)  # type: ignore[arg-type]
    targets = await scene.app.services[Audience].of_people([await number(scene, who)], told)
    await scene.app.services[Outbox].publish(told, targets)
    return targets


async def heard(scene: Scene, chat: Chat, stream: Stream, **described: object) -> tuple[Target, ...]:
    told = notice(scene, stream, Urgency.SIGNAL)
    return await scene.app.services[Audience].of_stream(stream, told, chat_key=chat.key, **described)  # type: ignore[arg-type]


async def told_on(scene: Scene, user_id: UserId, channel: Channel) -> None:
    """Wait until a person is told there: where they spoke last is written down beside the answer."""
    async with asyncio.timeout(5):
        while True:
            found = await scene.app.services[Audience].home(user_id)
            if found is not None and found.channel is channel:
                return


def ways(targets: tuple[Target, ...]) -> set[Channel]:
    return {each.channel for each in targets}


def is_refused(reply: Reply) -> bool:
    return reply.error in {"bad argument", "not allowed", "unknown token"} and bool(words(reply).strip())


# --- one's own --------------------------------------------------------------------------------------------


@both
async def test_a_type_is_turned_down_and_off_and_on_by_buttons(scene: Scene, platform: Platform) -> None:
    who = await person(scene, platform)
    assert "Alerts: on" in words(await scene.say(who, "/notify"))
    silent = await scene.press(who, button(await scene.say(who, "/notify alerts"), "silent"))
    assert "Alerts: silent" in words(silent)
    (sent, _) = await tell(scene, who)
    assert (sent.channel, sent.silent, sent.private) == (Channel(platform.value), True, True)
    await scene.press(who, button(silent, "off"))
    assert await tell(scene, who) == ()
    await scene.press(who, button(await scene.say(who, "/notify alerts"), "on"))
    assert ways(await tell(scene, who)) == {Channel(platform.value), Channel.INBOX}


async def test_a_type_of_signal_is_chosen_by_its_name(scene: Scene) -> None:
    who = await person(scene)
    assert "Liq drain: silent" in words(await scene.say(who, "/notify LIQ_DRAIN silent"))
    assert "Liq drain: silent" in words(await scene.say(who, "/notify"))


async def test_danger_is_never_held_and_off_is_read_back_for_what_it_is(scene: Scene) -> None:
    who = await person(scene)
    assert "never held back" in words(await scene.say(who, "/notify danger digest"))
    assert [each.label for each in buttons(await scene.say(who, "/notify danger"))] == [
        "on", "silent", "off", "All",
    ]  # fmt: skip
    await scene.say(who, "/quiet 00:00-23:59")
    danger = {"stream": Stream.DANGER, "urgency": Urgency.DANGER}
    (sent, _) = await tell(scene, who, **danger)
    assert sent.due_at is None
    off = await scene.say(who, "/notify danger off")
    assert "not even about tokens you hold or watch" in words(off)
    assert await tell(scene, who, **danger) == ()
    assert "danger is off" in words(await scene.say(who, "/quiet"))


@both
async def test_quiet_hours_are_read_back_in_plain_words_and_hold(scene: Scene, platform: Platform) -> None:
    who = await person(scene, platform)  # it is 12:00 UTC
    said = words(await scene.say(who, "/quiet 12-15 europe/berlin"))
    assert "Quiet 12:00–15:00 Europe/Berlin: danger passes. It is quiet until 15:00." in said
    (sent, kept) = await tell(scene, who)
    assert sent.due_at is not None
    assert (sent.due_at.hour, sent.due_at.minute, kept.due_at) == (14, 0, None)
    off = await scene.press(who, button(await scene.say(who, "/quiet"), "Off"))
    assert "Quiet hours: none" in words(off)
    assert "Europe/Berlin" in words(off)
    assert "23:00–07:00 Asia/Tokyo" in words(
        await scene.press(who, button(await scene.say(who, "/quiet Asia/Tokyo"), "23:00-07:00"))
    )


async def test_a_digest_gathers_and_is_read_back(scene: Scene) -> None:
    who = await person(scene)
    await scene.say(who, "/quiet +02:00")
    said = words(await scene.say(who, "/digest daily 18:30"))
    assert "Digest daily at 18:30 UTC+02:00: all but danger" in said
    (held,) = await tell(scene, who)
    assert (held.channel, held.topic) == (Channel.INBOX, "digest chosen")
    assert held.due_at is not None
    assert (held.due_at.hour, held.due_at.minute) == (16, 30)
    assert "Alerts: with the digest" in words(await scene.say(who, "/notify"))
    await scene.press(who, button(await scene.say(who, "/digest"), "now"))
    assert ways(await tell(scene, who)) == {Channel.TELEGRAM, Channel.INBOX}


@both
async def test_a_token_is_snoozed_and_woken(scene: Scene, platform: Platform) -> None:
    who = await person(scene, platform)
    assert "Nothing is snoozed" in words(await scene.say(who, "/snooze"))
    snoozed = await scene.say(who, f"/snooze {SOL.address} 2h")
    assert "You hear nothing of So11…1112 until 22 Nov 14:0" in words(snoozed)
    assert "The inbox keeps the rest." in words(snoozed)
    assert ways(await tell(scene, who)) == {Channel.INBOX}
    listed = await scene.say(who, "/snooze")
    woken = await scene.press(who, button(listed, "Wake So11…1112"))
    assert "is heard again" in words(woken)
    assert len(await tell(scene, who)) == 2
    assert "was not snoozed" in words(await scene.say(who, f"/snooze {SOL.address} off"))


async def test_a_type_is_snoozed_and_danger_is_not(scene: Scene) -> None:
    who = await person(scene)
    assert "nothing of Alerts" in words(await scene.say(who, "/snooze alerts 1d"))
    assert ways(await tell(scene, who)) == {Channel.INBOX}
    refused = await scene.say(who, "/snooze danger 1d")
    assert "never snoozed" in words(refused)
    assert "/notify danger off" in words(refused)


async def test_an_alert_is_snoozed_by_its_owner_alone(scene: Scene) -> None:
    who, other = await person(scene), await person(scene)
    alerts = scene.app.services[Store]
    async with alerts.begin() as tx:
        made = await tx.alerts.add(replace(alert_of("BONK > 1"), user_id=await number(scene, who)))
    refused = await scene.say(other, f"/snooze {made.id} 1h")
    assert refused.error == "not allowed"
    said = words(await scene.say(who, f"/snooze #{made.id} 1h"))
    assert f"Alert #{made.id} is silent until 22 Nov 13:0" in said
    async with alerts.read() as tx:
        asleep = await tx.alerts.get(made.id)
    assert asleep is not None
    assert asleep.snoozed_until is not None
    assert "is awake" in words(await scene.say(who, f"/snooze {made.id} off"))
    assert is_refused(await scene.say(who, "/snooze 999999 1h"))


async def test_in_a_group_a_members_choices_are_their_own_and_shown_to_them_alone(scene: Scene) -> None:
    who, chat = await person(scene), group()
    for line in ("/notify", "/quiet 22-8", "/digest", "/snooze alerts 1h"):
        reply = await scene.say(who, line, chat)
        assert (reply.error, reply.private) == ("", True), line
    assert "For you alone" in words(await scene.say(who, "/snooze radar 1h", chat))
    refused = await scene.say(who, "/notify radar off", chat)
    assert refused.error == "not allowed"
    assert "its admins choose" in words(refused)
    await scene.say(await admin(scene), "/route radar here", chat)
    assert len(await heard(scene, chat, Stream.RADAR)) == 1


@both
async def test_who_asks_to_be_told_here_is_told_here(scene: Scene, platform: Platform) -> None:
    who = await person(scene, platform)
    assert f"You are told on {platform.value.title()}, once" in words(await scene.say(who, "/notify here"))
    assert is_refused(await scene.say(who, "/notify here", group(platform)))
    local = Person(identity=replace(account(Platform.CONSOLE)))
    await scene.people.join(local.identity, "Me")
    assert "You are told on " in words(await scene.say(local, "/notify here"))
    assert "no platform reaches you" not in words(await scene.say(local, "/notify"))


@pytest.mark.parametrize(
    "line",
    [
        "/notify nonsense silent", "/notify radar loud", "/notify silent", "/quiet 25-7", "/quiet 7-7",
        "/quiet 23:00-07:00 Berlin", "/quiet nonsense", "/digest weekly", "/digest hourly 8", "/digest 8:00",
        "/digest daily 25", "/snooze radar forever", "/snooze radar 0h", "/snooze radar 99d",
        "/snooze radar 1000000h", "/snooze radar -1h", "/inbox 0", "/inbox 21", "/inbox x",
    ],
)  # fmt: skip
async def test_what_cannot_be_is_refused_with_what_can(scene: Scene, line: str) -> None:
    who = await person(scene)
    reply = await scene.say(who, line)
    assert reply.error == "bad argument"
    assert "Example" in words(reply) or "Try" in words(reply) or "One of" in words(reply)
    assert "It is quiet" not in words(await scene.say(who, "/notify"))


@pytest.mark.parametrize("typed", HOSTILE)
@pytest.mark.parametrize("name", ["notify", "quiet", "digest", "snooze", "inbox"])
async def test_hostile_words_change_nothing_and_come_back_inert(scene: Scene, name: str, typed: str) -> None:
    who = await person(scene)
    before = words(await scene.say(who, "/notify"))
    for line in (f"/{name} {typed}", f"/{name} radar {visible(typed).strip() or 'x'}"):
        reply = await scene.say(who, line)
        assert not set(words(reply)) & set("\u200b\u200d\u2060\ufeff\u202e\u202c")
        assert len(words(reply)) < 2_000
    assert words(await scene.say(who, "/notify")) == before


# --- the inbox --------------------------------------------------------------------------------------------


async def test_the_inbox_tells_what_came_how_it_went_and_that_it_was_read(scene: Scene) -> None:
    who = await person(scene)
    assert "Nothing was told to you yet" in words(await scene.say(who, "/inbox"))
    for _ in range(3):
        await tell(scene, who)
    first = await scene.say(who, "/inbox 2")
    assert first.private
    assert "Inbox: 3 unread" in words(first)
    assert "1. Alerts: So11…1112" in words(first)
    assert "waiting for Telegram" in words(first)
    older = await scene.press(who, button(first, "Older ›"))
    assert "Inbox: 1 unread" in words(older)
    assert "Older ›" not in [each.label for each in buttons(older)]
    assert "unread" not in words(await scene.say(who, "/inbox"))
    card = await scene.press(who, button(first, "1 Token"))
    assert "SOL" in words(card)


async def test_all_is_read_by_one_press(scene: Scene) -> None:
    who = await person(scene)
    for _ in range(4):
        await tell(scene, who)
    assert "3 marked as read" in words(
        await scene.press(who, button(await scene.say(who, "/inbox 1"), "All read"))
    )
    assert "All is read already" in words(await scene.say(who, "/inbox all"))


async def test_what_is_read_on_one_platform_is_read_on_the_other(scene: Scene) -> None:
    who = await person(scene)
    there = Person(name=who.name, identity=account(Platform.DISCORD))
    other = await scene.people.meet(there.identity, there.name)
    mine = await number(scene, who)
    scene.change(f"UPDATE identities SET user_id = {mine} WHERE user_id = {other.id}")
    scene.people._known.drop_all()
    targets = await tell(scene, who)
    assert len(targets) == 2
    assert "Inbox: 1 unread" in words(await scene.say(there, "/inbox"))
    assert "unread" not in words(await scene.say(who, "/inbox"))
    await scene.say(there, "/inbox", group(Platform.DISCORD))  # refused, and not in private
    await told_on(scene, mine, Channel.TELEGRAM)
    await scene.say(there, "/inbox")
    await told_on(scene, mine, Channel.DISCORD)
    await scene.say(there, "/notify here")
    await scene.say(who, "/inbox")
    assert ways(await tell(scene, who)) == {Channel.DISCORD, Channel.INBOX}
    await scene.say(who, "/notify here")
    assert ways(await tell(scene, there)) == {Channel.TELEGRAM, Channel.INBOX}


async def test_nobody_sees_anothers_inbox_or_changes_anothers_choices(scene: Scene) -> None:
    people = [await person(scene, platform) for platform in (Platform.TELEGRAM, Platform.DISCORD) * 5]
    for each in people:
        for _ in range(2):
            await tell(scene, each)
    pages = [await scene.say(each, "/inbox 1") for each in people]
    for asker in people:
        seen = 0
        for page in pages:  # each other's buttons, as they would come back
            turned = await scene.press(asker, button(page, "Older ›"))
            seen = max(seen, words(turned).count("Alerts: "))
            assert words(turned).count("Alerts: ") <= 2
        assert seen <= 2
    await scene.say(people[0], "/notify alerts off")
    await scene.say(people[0], "/snooze radar 1d")
    for each in people[1:]:
        assert "Alerts: on" in words(await scene.say(each, "/notify"))
        assert "Nothing is snoozed" in words(await scene.say(each, "/snooze"))


async def test_who_is_forgotten_leaves_no_choice_and_no_message_behind(tmp_path: Path) -> None:
    async with stage(tmp_path) as scene:
        who = await person(scene)
        for line in ("/notify radar silent", "/quiet 23-7", "/snooze radar 1d", "/notify here"):
            await scene.say(who, line)
        await tell(scene, who)
        await scene.press(who, button(await scene.say(who, "/forget"), "Yes, forget me"))
        assert scene.rows_naming(who.identity.id) == {}
        for table in ("snoozes", "deliveries", "notices", "subscriptions"):
            assert await count(scene, table) == 0, table


async def count(scene: Scene, table: str) -> int:
    async with scene.app.services[Store].read() as tx:
        return await tx.choices.connection.scalar(text(f"SELECT count(*) FROM {table}")) or 0


# --- groups -----------------------------------------------------------------------------------------------


@both
async def test_a_stream_is_routed_here_and_away_and_off(scene: Scene, platform: Platform) -> None:
    chief, there = await admin(scene, platform), group(platform, topic="77")
    main = replace(there, topic=None)
    assert "Radar: off" in words(await scene.say(chief, "/route", there))
    routed = await scene.say(chief, "/route radar here", there)
    assert "Radar: in this topic." in words(routed)
    ((target),) = await heard(scene, there, Stream.RADAR)
    assert (target.channel, target.address, target.topic) == (Channel(platform.value), there.channel, "77")
    assert "Radar: in topic 77" in words(await scene.say(chief, "/route", main))
    label = "Main chat" if platform is Platform.TELEGRAM else "Its channel"
    await scene.press(chief, button(routed, label), there)
    ((target),) = await heard(scene, there, Stream.RADAR)
    assert target.topic == ""
    await scene.press(chief, button(routed, "Off"), there)
    assert await heard(scene, there, Stream.RADAR) == ()


async def test_a_topic_is_named_on_telegram_and_a_channel_on_discord(scene: Scene) -> None:
    chief, chat = await admin(scene), group()
    await scene.say(chief, "/route news topic:12", chat)
    assert (await heard(scene, chat, Stream.NEWS))[0].topic == "12"
    boss, server = await admin(scene, Platform.DISCORD), group(Platform.DISCORD)
    foreign = await scene.say(boss, "/route news <#4242>", server)
    assert (foreign.error, await heard(scene, server, Stream.NEWS)) == ("not allowed", ())

    async def holds(chat: Chat, channel: str) -> bool:
        return (chat.id, channel) == (server.id, "4242")

    scene.app.services[Places].told_by(Platform.DISCORD, holds)
    assert "News: in channel 4242" in words(await scene.say(boss, "/route news <#4242>", server))
    assert (await heard(scene, server, Stream.NEWS))[0].address == "4242"
    assert (await scene.say(boss, "/route news channel:999", server)).error == "not allowed"
    assert (await scene.say(boss, "/route news <#4242>", group(Platform.DISCORD))).error == "not allowed"


@pytest.mark.parametrize(
    "place", ["-100123", "channel:5", "telegram:-5", "@channel", "everywhere", "topic:x", *HOSTILE[:3]]
)
async def test_no_admin_sends_to_a_chat_that_is_not_theirs(scene: Scene, place: str) -> None:
    chief, chat = await admin(scene), group()
    assert is_refused(await scene.say(chief, f"/route radar {place}", chat))
    assert await heard(scene, chat, Stream.RADAR) == ()


async def test_only_admins_route_set_up_and_budget(scene: Scene) -> None:
    chat = group()
    for who in (await person(scene), await person(scene, standing=Level.MODERATOR)):
        for line in ("/route radar here", "/setup", "/budget 5", "/notify radar off"):
            assert (await scene.say(who, line, chat)).error == "not allowed", line
    operator = await scene.operator()
    assert (await scene.say(operator, "/route radar here", chat)).error == ""
    assert (await scene.say(operator, "/route radar here")).error == "not allowed"


@both
async def test_an_admin_chooses_for_the_chat(scene: Scene, platform: Platform) -> None:
    chief, chat = await admin(scene, platform), group(platform)
    await scene.say(chief, "/route radar here", chat)
    assert "Radar: silent in this chat" in words(await scene.say(chief, "/notify radar silent", chat))
    assert [each.silent for each in await heard(scene, chat, Stream.RADAR)] == [True]
    await scene.say(chief, "/snooze radar 1h", chat)
    assert await heard(scene, chat, Stream.RADAR) == ()
    await scene.say(chief, "/snooze radar off", chat)
    await scene.say(chief, "/quiet 11-13", chat)
    ((held),) = await heard(scene, chat, Stream.RADAR)
    assert held.due_at is not None
    assert held.due_at.hour == 13
    assert "What reaches you" in words(await scene.say(chief, "/notify"))
    assert "Radar: on" in words(await scene.say(chief, "/notify"))
    deeds = await scene.people.deeds(20, by=await number(scene, chief))
    assert {each.subject for each in deeds if each.action in {"setting", "route"}} == {chat.key}


async def test_a_chats_budget_sends_the_rest_to_its_digest(scene: Scene) -> None:
    chief, chat = await admin(scene), group()
    await scene.say(chief, "/route radar here", chat)
    assert "At most 5 messages an hour" in words(await scene.say(chief, "/budget 5", chat))
    for _ in range(6):
        told = notice(scene, Stream.RADAR, Urgency.SIGNAL)
        targets = await scene.app.services[Audience].of_stream(Stream.RADAR, told, chat_key=chat.key)
        await scene.app.services[Outbox].publish(told, targets)
    assert "3 in the last hour" in words(await scene.say(chief, "/budget", chat))
    for line in ("/budget 0", "/budget 501", "/budget many", "/budget -3"):
        assert (await scene.say(chief, line, chat)).error == "bad argument"


@both
async def test_a_group_is_set_up_in_five_steps_by_buttons(scene: Scene, platform: Platform) -> None:
    chief, chat = await admin(scene, platform), group(platform, topic="9")
    one = await scene.say(chief, "/setup", chat)
    assert "step 1 of 5" in words(one)
    two = await scene.press(chief, button(one, "This topic"), chat)
    label = "Main chat" if platform is Platform.TELEGRAM else "Its channel"
    three = await scene.press(chief, button(two, label), chat)
    assert "step 3 of 5" in words(three)
    three = await scene.press(chief, button(three, "News"), chat)
    three = await scene.press(chief, button(three, "Calls"), chat)
    three = await scene.press(chief, button(three, "Calls"), chat)
    assert [each.label for each in buttons(three) if each.active] == ["News"]
    four = await scene.press(chief, button(three, "Next ›"), chat)
    five = await scene.press(chief, button(four, "22:00-08:00"), chat)
    done = await scene.press(chief, button(five, "20"), chat)
    said = words(done)
    for line in (
        "This chat is set up", "Radar: in this topic", "News: in this topic", "Calls: off",
        "Quiet 22:00–08:00 UTC: danger passes.", "At most 20 messages an hour",
    ):  # fmt: skip
        assert line in said
    assert (await heard(scene, chat, Stream.DANGER))[0].topic == ""
    assert (await scene.press(chief, button(five, "‹ Back"), chat)).title.plain == four.title.plain


async def test_a_wizard_goes_on_after_a_restart_from_an_old_button(tmp_path: Path) -> None:
    chat = group()
    async with stage(tmp_path) as scene:
        chief = await admin(scene)
        two = await scene.press(chief, button(await scene.say(chief, "/setup", chat), "Here"), chat)
    async with stage(tmp_path) as scene:
        three = await scene.press(chief, button(two, "Here"), chat)
        assert "step 3 of 5" in words(three)
        found = words(await scene.say(chief, "/route", chat))
        assert "Radar: here" in found
        assert "Danger: here" in found


async def test_a_members_press_on_the_wizard_is_refused(scene: Scene) -> None:
    chief, who, chat = await admin(scene), await person(scene), group()
    one = await scene.say(chief, "/setup", chat)
    for each in buttons(one):
        assert (await scene.press(who, each, chat)).error == "not allowed"
    assert await heard(scene, chat, Stream.RADAR) == ()


@pytest.mark.parametrize(
    "line",
    [
        "/setup 0",
        "/setup 7",
        "/setup 1 nonsense",
        "/setup 3 nonsense",
        "/setup 4 25-7",
        "/setup 5 0",
        "/setup 5 ²",
    ],
)
async def test_no_step_takes_what_it_does_not_offer(scene: Scene, line: str) -> None:
    assert (await scene.say(await admin(scene), line, group())).error == "bad argument"


# --- operators --------------------------------------------------------------------------------------------


async def test_operators_see_how_the_outbox_stands(tmp_path: Path) -> None:
    async with stage(tmp_path) as scene:
        operator, who = await scene.operator(), await person(scene)
        assert "Nothing waits." in words(await scene.say(operator, "/queue"))
        await tell(scene, who)
        scene.wait(120)
        said = words(await scene.say(operator, "/queue"))
        assert "1 open. The oldest is due since 2m." in said
        assert "Telegram: waiting 1; oldest 2m" in said
        assert (await scene.say(who, "/queue")).error == "not allowed"


async def test_digests_are_sent_by_a_job_of_the_running_program(tmp_path: Path) -> None:
    async with stage(tmp_path) as scene:
        who = await person(scene)
        await scene.say(who, "/digest hourly")
        await tell(scene, who)
        scene.wait(3_700)
        (send, _) = reaching.jobs(scene.app.services)
        await send.run()
        async with scene.app.services[Store].read() as tx:
            (line,) = [each for each in await tx.outbox.queue() if each.channel is Channel.TELEGRAM]
        assert line.waiting == 1


async def test_private_places_are_reached_by_the_accounts_number(scene: Scene) -> None:
    who = await person(scene, Platform.DISCORD)
    odd = replace(private(who), id="dm-1", channel="dm-1")  # Discord names a private chat by itself
    await scene.say(who, "/notify here", odd)
    (sent, _) = await tell(scene, who)
    assert (sent.address, sent.private) == (who.identity.id, True)
