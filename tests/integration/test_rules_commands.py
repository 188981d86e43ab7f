"""A chat's admins decide who runs what: by person, place, role and for everyone."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
import pytest_asyncio

from core.chats import RULES_LIMIT, Chats
from data.models.chat import Chat, Level
from data.models.ids import Platform
from handlers.reply import Reply
from tests.integration.scene import Person, Scene, account, button, buttons, group, stage, words

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def scene(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Scene]:
    async with stage(tmp_path_factory.mktemp("rules")) as running:
        yield running


async def an_admin(scene: Scene, platform: Platform = Platform.TELEGRAM) -> Person:
    return await scene.member("Ada", identity=account(platform), standing=Level.CHAT_ADMIN)


async def open_to(scene: Scene, person: Person, chat: Chat, line: str = "/convert 1 SOL USD") -> bool:
    reply = await scene.say(person, line, chat)
    assert reply.error in {"", "not allowed"}
    return reply.error == ""


async def test_a_command_closed_to_everyone_is_closed_here_and_nowhere_else(scene: Scene) -> None:
    admin, person, here = await an_admin(scene), await scene.member(), group()
    assert await open_to(scene, person, here)
    reply = await scene.say(admin, "/deny convert everyone", here)
    assert "/convert is closed to everyone." in words(reply)
    assert not await open_to(scene, person, here)
    assert not await open_to(scene, Person(), here)
    assert await open_to(scene, admin, here)
    assert await open_to(scene, person, group())
    assert (await scene.say(person, "/convert 1 SOL USD")).error == ""


async def test_undo_takes_a_new_rule_back(scene: Scene) -> None:
    admin, person, here = await an_admin(scene), await scene.member(), group()
    undo = button(await scene.say(admin, "/deny convert everyone", here), "Undo")
    assert "is gone" in words(await scene.press(admin, undo, here))
    assert await open_to(scene, person, here)
    assert await scene.app.services[Chats].rules(here) == ()


async def test_undo_puts_back_the_rule_that_was_replaced(scene: Scene) -> None:
    admin, person, here = await an_admin(scene), await scene.member(), group()
    await scene.say(admin, "/deny convert everyone", here)
    allowed = await scene.say(admin, "/allow convert everyone", here)
    assert await open_to(scene, person, here)
    assert "is closed to everyone" in words(await scene.press(admin, button(allowed, "Undo"), here))
    assert not await open_to(scene, person, here)
    assert len(await scene.app.services[Chats].rules(here)) == 1


async def test_a_rule_said_twice_is_set_and_recorded_once(scene: Scene) -> None:
    admin, here = await an_admin(scene), group()
    await scene.say(admin, "/deny convert everyone", here)
    total = (await scene.people.verify()).entries
    assert "already" in words(await scene.say(admin, "/deny convert everyone", here))
    assert len(await scene.app.services[Chats].rules(here)) == 1
    assert (await scene.people.verify()).entries == total


async def test_an_alias_means_its_command(scene: Scene) -> None:
    admin, person, here = await an_admin(scene), await scene.member(), group()
    assert "/p is closed" in words(await scene.say(admin, "/deny /price everyone", here))
    assert not await open_to(scene, person, here, "/price SOL")


async def test_the_narrowest_subject_decides(scene: Scene) -> None:
    """Person over place over role over everyone, whichever was said last."""
    admin = await an_admin(scene, Platform.DISCORD)
    here = group(Platform.DISCORD, channel="424242")
    apes = await scene.member(identity=account(Platform.DISCORD), roles=frozenset({"77"}))
    other = await scene.member(identity=account(Platform.DISCORD))

    await scene.say(admin, "/deny convert everyone", here)
    await scene.say(admin, "/allow convert <@&77>", here)
    assert await open_to(scene, apes, here)
    assert not await open_to(scene, other, here)

    closed = await scene.say(admin, "/deny convert here", here)
    assert "in this channel" in words(closed)
    assert not await open_to(scene, apes, here)
    assert await open_to(scene, apes, replace(here, channel="434343"))

    await scene.say(admin, f"/allow convert <@{other.identity.id}>", here)
    assert await open_to(scene, other, here)
    assert not await open_to(scene, apes, here)

    await scene.say(admin, f"/deny convert user:{other.identity.id}", here)
    assert not await open_to(scene, other, here)


async def test_a_command_by_name_goes_before_all_commands(scene: Scene) -> None:
    admin, person, here = await an_admin(scene), await scene.member(), group()
    reply = await scene.say(admin, "/deny * everyone", here)
    assert "Every command that rules reach is closed to everyone" in words(reply)
    await scene.say(admin, "/allow convert everyone", here)
    assert await open_to(scene, person, here)
    assert not await open_to(scene, person, here, "/status")


async def test_a_members_command_may_be_opened_to_strangers(scene: Scene) -> None:
    admin, stranger, here = await an_admin(scene), Person(), group()
    assert not await open_to(scene, stranger, here, "/settings")
    await scene.say(admin, f"/allow settings user:{stranger.identity.id}", here)
    assert await open_to(scene, stranger, here, "/settings")
    assert not await open_to(scene, Person(), here, "/settings")


async def test_here_is_the_topic_on_telegram(scene: Scene) -> None:
    admin, person = await an_admin(scene), await scene.member()
    topic = group(topic="5")
    assert "in this topic" in words(await scene.say(admin, "/deny convert here", topic))
    assert not await open_to(scene, person, topic)
    assert await open_to(scene, person, replace(topic, topic="6"))
    assert await open_to(scene, person, replace(topic, topic=None))
    named = await scene.say(admin, "/deny status topic:6", topic)
    assert "in channel or topic 6" in words(named)
    assert not await open_to(scene, person, replace(topic, topic="6"), "/status")


async def test_here_outside_of_topics_is_said_to_be_the_whole_chat(scene: Scene) -> None:
    admin, person, here = await an_admin(scene), await scene.member(), group()
    assert "in this whole chat" in words(await scene.say(admin, "/deny convert here", here))
    assert not await open_to(scene, person, replace(here, topic="5"))


async def test_telegram_has_no_roles(scene: Scene) -> None:
    admin, here = await an_admin(scene), group()
    reply = await scene.say(admin, "/deny convert role:77", here)
    assert reply.error == "bad argument"
    assert "Telegram has no roles" in words(reply)


async def test_a_person_may_be_named_where_the_name_is_theirs_alone_on_this_platform(scene: Scene) -> None:
    admin, here = await an_admin(scene), group()
    named = await scene.member("Solo Trader")
    await scene.member("Elsewhere", identity=account(Platform.DISCORD))
    await scene.member("Twin")
    await scene.member("Twin")
    solo = await scene.member("Solo")
    assert f"to user {solo.identity.id}" in words(await scene.say(admin, "/deny convert user:@Solo", here))
    assert await open_to(scene, named, here)
    assert not await open_to(scene, solo, here)
    for name in ("Elsewhere", "Twin", "Nobody"):
        reply = await scene.say(admin, f"/deny convert user:{name}", here)
        assert reply.error == "bad argument"
        assert not re.search(r"\d{9}", words(reply))  # no account of anybody


@pytest.mark.parametrize("name", ["role", "rules", "allow", "audit", "health"])
async def test_rules_do_not_reach_what_is_for_admins_and_operators(scene: Scene, name: str) -> None:
    admin, here = await an_admin(scene), group()
    for effect in ("allow", "deny"):
        reply = await scene.say(admin, f"/{effect} {name} everyone", here)
        assert reply.error == "bad argument"
        assert "no rule of a chat changes that" in words(reply)
    assert await scene.app.services[Chats].rules(here) == ()


async def test_rules_do_not_reach_private_chats(scene: Scene) -> None:
    reply = await scene.say(await an_admin(scene), "/allow me everyone", group())
    assert "private chats only" in words(reply)


async def test_a_command_that_does_not_exist_gets_its_like(scene: Scene) -> None:
    reply = await scene.say(await an_admin(scene), "/deny convrt everyone", group())
    assert reply.error == "unknown command"
    assert "/convert" in words(reply)


HOSTILE = (
    "user:" + "x" * 60,
    "user:'; DROP TABLE rules;--",
    "role:<b>",
    "topic:\u202e5",
    "topic:٥",  # a digit, and none of ours
    "@everyone",
    "x" * 10_000,
)


@pytest.mark.parametrize("whom", HOSTILE)
async def test_a_hostile_subject_is_refused_and_sets_nothing(scene: Scene, whom: str) -> None:
    admin, here = await an_admin(scene, Platform.DISCORD), group(Platform.DISCORD, channel="1")
    reply = await scene.say(admin, f"/deny convert {whom}", here)
    assert reply.error == "bad argument"
    assert len(words(reply)) < 500
    assert await scene.app.services[Chats].rules(here) == ()


@pytest.mark.parametrize(
    "line", ["/allow c everyone", "/deny c everyone", "/rules", "/rules remove 1", "/rules export"]
)
async def test_only_admins_of_the_chat_and_operators_set_rules(scene: Scene, line: str) -> None:
    here, operator = group(), await scene.operator()
    for person in (Person(), await scene.member(), await scene.member(standing=Level.MODERATOR)):
        assert (await scene.say(person, line, here)).error == "not allowed"
    assert await scene.app.services[Chats].rules(here) == ()
    assert (await scene.say(operator, line, here)).error != "not allowed"
    assert (await scene.say(operator, line)).error == "not allowed"  # private chats have no rules


async def test_a_demoted_admins_open_buttons_do_nothing(scene: Scene) -> None:
    admin, here = await an_admin(scene), group()
    await scene.say(admin, "/deny convert everyone", here)
    listed = await scene.say(admin, "/rules", here)
    demoted = replace(admin, standing=Level.ANYONE)
    for each in buttons(listed):
        assert (await scene.press(demoted, each, here)).error == "not allowed"
    assert len(await scene.app.services[Chats].rules(here)) == 1


async def test_rules_are_listed_and_removed_by_number(scene: Scene) -> None:
    admin, person, here = await an_admin(scene), await scene.member(), group()
    assert "There are none" in words(await scene.say(admin, "/rules", here))
    await scene.say(admin, "/deny convert everyone", here)
    await scene.say(admin, "/deny status everyone", here)
    first, second = await scene.app.services[Chats].rules(here)
    listed = await scene.say(admin, "/rules", here)
    assert f"#{first.id} /convert is closed to everyone" in words(listed)
    gone = await scene.press(admin, button(listed, f"Remove {first.id}"), here)
    assert await open_to(scene, person, here)
    await scene.press(admin, button(gone, "Undo"), here)
    assert not await open_to(scene, person, here)
    assert f"Rule #{second.id} is gone" in words(await scene.say(admin, f"/rules remove {second.id}", here))
    assert await open_to(scene, person, here, "/status")


async def test_a_rule_of_another_chat_is_not_there_to_be_removed(scene: Scene) -> None:
    admin, here, there = await an_admin(scene), group(), group()
    await scene.say(admin, "/deny convert everyone", there)
    (rule,) = await scene.app.services[Chats].rules(there)
    for number in (str(rule.id), "999999999999999999"):
        reply = await scene.say(admin, f"/rules remove {number}", here)
        assert "This chat has no rule" in words(reply)
    assert await scene.app.services[Chats].rules(there) == (rule,)


async def test_a_number_alone_removes_nothing(scene: Scene) -> None:
    admin, here = await an_admin(scene), group()
    await scene.say(admin, "/deny convert everyone", here)
    (rule,) = await scene.app.services[Chats].rules(here)
    assert f"/rules remove {rule.id}" in words(await scene.say(admin, f"/rules {rule.id}", here))
    assert "Which rule" in words(await scene.say(admin, "/rules remove", here))
    assert await scene.app.services[Chats].rules(here) == (rule,)


async def test_the_export_is_a_private_file_with_every_rule(scene: Scene) -> None:
    admin, here = await an_admin(scene), group()
    await scene.say(admin, "/deny convert everyone", here)
    await scene.say(admin, "/allow * user:4711", here)
    reply = await scene.say(admin, "/rules export", here)
    assert reply.private
    assert reply.attachment is not None
    assert reply.attachment.name == "rules.yaml"
    content = reply.attachment.content.decode()
    assert f'chat: "{here.key}"' in content
    assert '    command: "*"\n    kind: "user"\n    subject: "4711"\n' in content


async def test_every_change_of_rules_is_recorded_with_its_author(scene: Scene) -> None:
    admin, here = await an_admin(scene), group()
    undo = button(await scene.say(admin, "/deny convert everyone", here), "Undo")
    await scene.press(admin, undo, here)
    deeds = await scene.people.deeds(2, by=(await scene.known(admin)).id)
    assert [deed.action for deed in deeds] == ["rule removed", "deny"]
    assert {deed.subject for deed in deeds} == {here.key}
    assert (await scene.people.verify()).broken_at is None


async def test_a_full_chat_takes_no_more_rules_but_may_still_turn_one_round(scene: Scene) -> None:
    admin, here = await an_admin(scene), group()
    scene.change(
        f"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {RULES_LIMIT})"
        " INSERT INTO rules (chat_key, command, effect, kind, subject)"
        f" SELECT '{here.key}', 'convert', 'deny', 'user', i FROM n"
    )
    refused = await scene.say(admin, "/deny convert everyone", here)
    assert f"{RULES_LIMIT} rules already" in words(refused)
    assert "is open to user 7" in words(await scene.say(admin, "/allow convert user:7", here))
    seen: set[str] = set()
    reply = await scene.say(admin, "/rules", here)
    assert reply.page is not None
    for _ in range(reply.page.pages):
        seen |= _numbers(reply)
        following = [each for each in buttons(reply) if each.label == "Next ›"]
        if following:
            scene.wait(5)
            reply = await scene.press(admin, following[0], here)
    assert len(seen) == RULES_LIMIT


def _numbers(reply: Reply) -> set[str]:
    return set(re.findall(r"#(\d+)", words(reply)))
