"""The people of the fake Telegram: what they do, and what of it reaches the bot."""

import pytest
from aiogram import Bot, Dispatcher
from aiogram.exceptions import TelegramForbiddenError, TelegramMigrateToChat
from aiogram.types import BufferedInputFile, ChatMemberUpdated, InlineKeyboardMarkup

from tests.fakes.clock import VirtualClock
from tests.fakes.telegram import Role, TelegramServer
from tests.fakes.telegram.client import connect, polling
from tests.fakes.telegram.samples import keyboard, png
from tests.fakes.telegram.spec import Spec

GROUP, SUPERGROUP, CHANNEL = -4200, -1001234567890, -1009876543210
BUY = InlineKeyboardMarkup.model_validate(keyboard("Buy", callback_data="t:buy"))


async def test_roles_follow_promotion_and_demotion(server: TelegramServer, bot: Bot) -> None:
    alice, bob, eve = server.user(1, "Alice"), server.user(2, "Bob"), server.user(3, "Eve")
    group = server.supergroup(SUPERGROUP, "Traders", members=[bob], admins=[alice])
    assert {member.user.id for member in await bot.get_chat_administrators(group.id)} == {1}
    alice.set_role(group, bob, Role.ADMINISTRATOR)
    assert (await bot.get_chat_member(group.id, 2)).status == "administrator"
    assert {member.user.id for member in await bot.get_chat_administrators(group.id)} == {1, 2}
    alice.set_role(group, bob, Role.MEMBER)
    assert (await bot.get_chat_member(group.id, 2)).status == "member"
    assert (await bot.get_chat_member(group.id, 1)).status == "creator"
    alice.set_role(group, bob, Role.RESTRICTED)
    assert (await bot.get_chat_member(group.id, 2)).status == "restricted"
    alice.set_role(group, bob, Role.KICKED)
    assert (await bot.get_chat_member(group.id, 2)).status == "kicked"
    assert (await bot.get_chat_member(group.id, eve.id)).status == "left"
    assert (await bot.get_chat(group.id)).title == "Traders"
    assert await bot.get_chat_member_count(group.id) == 2
    server.verify()


async def test_people_speak_as_themselves_as_the_group_as_a_channel_and_as_bots(
    server: TelegramServer, bot: Bot
) -> None:
    alice, robot = server.user(1, "Alice"), server.user(9, "Robot", "robot_bot", is_bot=True)
    group = server.supergroup(SUPERGROUP, "Traders", members=[robot], admins=[alice])
    channel = server.channel(CHANNEL, "News", admins=[alice])
    alice.send(group, "me")
    alice.send(group, "the group", anonymous=True)
    alice.send(group, "the channel", as_chat=channel)
    robot.send(group, "a bot")
    post = alice.send(channel, "a post")
    alice.forward(post, group)
    alice.edit(post, "a better post")
    updates = await bot.get_updates()
    seen = [update.message or update.channel_post or update.edited_channel_post for update in updates]
    voices = [
        (m.from_user and m.from_user.username, m.sender_chat and m.sender_chat.id, m.text) for m in seen if m
    ]
    assert voices == [
        (None, None, "me"),
        ("GroupAnonymousBot", SUPERGROUP, "the group"),
        ("Channel_Bot", CHANNEL, "the channel"),
        ("robot_bot", None, "a bot"),
        (None, CHANNEL, "a post"),
        (None, None, "a post"),
        (None, CHANNEL, "a better post"),
    ]
    forwarded = seen[5]
    assert forwarded is not None
    assert forwarded.forward_origin is not None
    assert forwarded.forward_origin.type == "channel"


async def test_privacy_mode_lets_only_commands_mentions_and_replies_through(clock: VirtualClock) -> None:
    async with TelegramServer(clock=clock.monotonic, privacy=True) as server, connect(server) as bot:
        alice = server.user(1, "Alice")
        group = server.group(GROUP, "Traders", members=[alice])
        own = await bot.send_message(group.id, "I am here")
        alice.send(group, "gossip")
        alice.send(group, "/price BONK")
        alice.send(group, "hey @trenchcoat_bot")
        alice.send(group, "and you?", reply_to=group.message(own.message_id))
        heard = [update.message.text for update in await bot.get_updates() if update.message]
        me = await bot.get_me()
    assert heard == ["/price BONK", "hey @trenchcoat_bot", "and you?"]
    assert me.can_read_all_group_messages is False


async def test_messages_in_a_topic_stay_in_it(server: TelegramServer, bot: Bot) -> None:
    alice = server.user(1, "Alice")
    forum = server.supergroup(SUPERGROUP, "Traders", admins=[alice], forum=True)
    thread = server.topic(forum, "Radar")
    alice.send(forum, "in the topic", thread_id=thread)
    heard = (await bot.get_updates())[-1].message
    assert heard is not None
    assert (heard.message_thread_id, heard.is_topic_message) == (thread, True)
    await bot.send_message(forum.id, "answer", message_thread_id=thread)
    assert forum.messages[-1].thread_id == thread
    server.verify()


async def test_the_bot_is_told_when_it_is_added_kicked_blocked_and_let_in_again(
    server: TelegramServer, bot: Bot
) -> None:
    alice = server.user(1, "Alice")
    chat, group = server.private(alice), server.group(GROUP, "Traders", members=[alice], bot=Role.LEFT)
    dispatcher, seen = Dispatcher(), []

    @dispatcher.my_chat_member()
    async def changed(event: ChatMemberUpdated) -> None:
        seen.append((event.chat.id, event.new_chat_member.status))

    async with polling(dispatcher, bot):
        await server.until(lambda: server.updates.polls > 0)
        alice.add_bot(group)
        alice.kick_bot(group)
        alice.block()
        await server.until(lambda: len(server.updates.delivered) == 3)
        with pytest.raises(TelegramForbiddenError, match="bot was kicked from the group chat"):
            await bot.send_message(group.id, "hello?")
        with pytest.raises(TelegramForbiddenError, match="bot was blocked by the user"):
            await bot.send_message(chat.id, "hello?")
        alice.unblock()
        await bot.send_message(chat.id, "welcome back")
        await server.until(lambda: len(server.updates.delivered) == 4)
    assert seen == [(GROUP, "member"), (GROUP, "kicked"), (1, "kicked"), (1, "member")]
    server.verify()


async def test_a_migrated_group_names_its_new_id(server: TelegramServer, bot: Bot) -> None:
    alice = server.user(1, "Alice")
    group = server.group(GROUP, "Traders", admins=[alice])
    grown = server.migrate(group)
    with pytest.raises(TelegramMigrateToChat) as moved:
        await bot.send_message(GROUP, "hello")
    assert moved.value.migrate_to_chat_id == grown.id == -1000000004200
    await bot.send_message(grown.id, "hello")
    told = [update.message for update in await bot.get_updates()]
    assert [(m.migrate_to_chat_id, m.migrate_from_chat_id) for m in told if m] == [
        (grown.id, None),
        (None, GROUP),
    ]
    server.verify()


async def test_what_the_server_sends_obeys_the_spec_it_judges_by(server: TelegramServer, bot: Bot) -> None:
    alice, bob = server.user(1, "Alice", "alice"), server.user(2, "Bob")
    group = server.supergroup(SUPERGROUP, "Traders", members=[bob], admins=[alice], bot=Role.ADMINISTRATOR)
    channel = server.channel(CHANNEL, "News", admins=[alice])
    kinds = ["message", "edited_message", "channel_post", "callback_query", "my_chat_member", "chat_member"]
    await bot.get_updates(allowed_updates=[*kinds, "message_reaction", "inline_query"])
    sent = await bot.send_photo(
        group.id,
        BufferedInputFile(png(), "chart.png"),
        caption="chart",
        reply_markup=BUY,
    )
    alice.press(group.message(sent.message_id), "t:buy")
    alice.edit(alice.send(group, "/price @trenchcoat_bot", reply_to=group.message(sent.message_id)), "x")
    alice.forward(alice.send(channel, "post"), group)
    alice.send(group, "look", photo=png())
    alice.react(group.message(sent.message_id), "👍")
    for role in Role:
        alice.set_role(group, bob, role)
    alice.kick_bot(channel)
    server.migrate(server.group(GROUP, "Small", admins=[alice]))
    sent_updates = list(server.updates.pending)
    assert len(sent_updates) == 16
    spec = Spec.bundled()
    problems = [problem for update in sent_updates for problem in spec.check_value("Update", update)]
    problems += spec.check_value("Message", server.calls[0].result)
    assert problems == []


async def test_a_script_that_asks_for_the_impossible_fails_at_once(server: TelegramServer, bot: Bot) -> None:
    alice, bob = server.user(1, "Alice"), server.user(2, "Bob")
    chat, group = server.private(alice), server.group(GROUP, "Traders", members=[bob])
    await bot.send_message(
        chat.id,
        "choose",
        reply_markup=BUY,
    )
    with pytest.raises(LookupError, match="no button 'Sell'"):
        alice.press(chat.messages[-1], "Sell")
    with pytest.raises(LookupError, match="cannot write in Traders"):
        alice.send(group, "let me in")
    alice.block()
    with pytest.raises(LookupError, match="has blocked the bot"):
        alice.send(chat, "hello")
