"""The operator: levels, blocks, the list of people, the audit, the flags."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from core.chats import Chats
from data.models.chat import Level
from data.models.ids import Platform
from handlers.reply import Tone
from tests.integration.scene import HOSTILE, Person, Scene, account, button, buttons, group, stage, words

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def scene(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Scene]:
    async with stage(tmp_path_factory.mktemp("state")) as running:
        yield running


async def test_a_level_counts_from_the_next_command_up_and_down(scene: Scene) -> None:
    operator, person = await scene.operator(), await scene.member()
    assert (await scene.say(person, "/users")).error == "not allowed"
    await scene.say(operator, f"/role {person.identity} operator")
    menu = await scene.say(person, "/users")
    assert menu.error == ""
    changed = await scene.say(operator, f"/role {person.identity} member")
    assert "is now member, was operator" in words(changed)
    assert (await scene.say(person, "/users")).error == "not allowed"
    for open_button in buttons(menu):  # what a demoted operator still sees does nothing
        assert (await scene.press(person, open_button)).error == "not allowed"
    await scene.press(operator, button(changed, "Undo"))
    assert (await scene.say(person, "/users")).error == ""


async def test_a_level_given_twice_is_recorded_once(scene: Scene) -> None:
    operator, person = await scene.operator(), await scene.member()
    total = (await scene.people.verify()).entries
    assert "already" in words(await scene.say(operator, f"/role {person.identity} member"))
    assert (await scene.people.verify()).entries == total


async def test_people_are_found_by_number_account_mention_and_name(scene: Scene) -> None:
    operator, person = (
        await scene.operator(),
        await scene.member("Quentin", identity=account(Platform.DISCORD)),
    )
    number = (await scene.known(person)).id
    for named in (str(number), str(person.identity), f"<@{person.identity.id}>", "@Quentin", "quentin"):
        assert f"no. {number}" in words(await scene.say(operator, f"/role {named} paper"))


@pytest.mark.parametrize(
    "named",
    ["999999999", "9" * 40, "telegram:999999999", "@nobody", *(f"nobody{name}" for name in HOSTILE)],
)
async def test_somebody_unknown_is_refused_in_few_words(scene: Scene, named: str) -> None:
    operator = await scene.operator()
    total = (await scene.people.verify()).entries
    reply = await scene.say(operator, f"/block {named}")
    assert reply.error == "bad argument"
    assert len(words(reply)) < 600
    assert (await scene.people.verify()).entries == total


async def test_the_beginning_of_a_name_is_not_enough_to_change_somebodys_rights(scene: Scene) -> None:
    operator, person = await scene.operator(), await scene.member("Ursula the Great")
    assert "Nobody here is called" in words(await scene.say(operator, "/block Ursula"))
    assert not (await scene.known(person)).blocked


async def test_of_two_with_one_name_neither_is_chosen_nor_named(scene: Scene) -> None:
    operator, here = await scene.operator(), group()
    first, second = await scene.member("Samename"), await scene.member("Samename")
    reply = await scene.say(operator, "/block @Samename", here)
    assert "Several people" in words(reply)
    for person in (first, second):
        assert person.identity.id not in words(reply)
        assert not (await scene.known(person)).blocked
    assert words(await scene.say(operator, "/users Samename")).count("Samename · member") == 2


async def test_a_blocked_person_is_shut_out_at_once_and_let_in_again(scene: Scene) -> None:
    operator, person, here = await scene.operator(), await scene.member(standing=Level.CHAT_ADMIN), group()
    menu = await scene.say(person, "/start")
    blocked = await scene.say(operator, f"/block {person.identity}", here)
    assert "every command is refused" in words(blocked)
    for line in ("/start", "/help", "/privacy", "/p SOL", "/forget"):
        reply = await scene.say(person, line)
        assert "blocked" in words(reply)
        assert reply.error == "not allowed"
    assert (await scene.press(person, button(menu, "Price of SOL"))).error == "not allowed"
    assert (await scene.say(person, "/deny c everyone", here)).error == "not allowed"
    await scene.press(operator, button(blocked, "Unblock"))
    assert (await scene.say(person, "/help")).error == ""


async def test_a_block_is_not_evaded_by_being_forgotten(scene: Scene) -> None:
    operator, person = await scene.operator(), await scene.member()
    yes = button(await scene.say(person, "/forget"), "Yes, forget me")
    await scene.say(operator, f"/block {person.identity}")
    assert (await scene.press(person, yes)).error == "not allowed"
    assert (await scene.known(person)).blocked


async def test_owners_and_oneself_cannot_be_blocked_or_lowered(tmp_path: Path) -> None:
    owner = Person(name="Owner")
    async with stage(tmp_path, owner_ids=(str(owner.identity),)) as scene:
        operator = await scene.operator()
        await scene.say(owner, "/start")
        for line in (f"/block {owner.identity}", f"/role {owner.identity} member"):
            assert "is an owner" in words(await scene.say(operator, line))
        assert "That is you" in words(await scene.say(operator, f"/block {operator.identity}"))
        assert (await scene.say(owner, "/users")).error == ""


@pytest.mark.parametrize(
    "line", ["/users", "/role 1 member", "/block 1", "/unblock 1", "/audit", "/flag paste off"]
)
async def test_the_operators_commands_are_closed_to_everyone_else(scene: Scene, line: str) -> None:
    total = (await scene.people.verify()).entries
    for person in (Person(), Person(standing=Level.CHAT_ADMIN)):
        assert (await scene.say(person, line)).error == "not allowed"
        assert (await scene.say(person, line, group())).error == "not allowed"
    assert (await scene.people.verify()).entries == total


async def test_users_are_paged_through_without_loss(tmp_path: Path) -> None:
    async with stage(tmp_path) as scene:
        operator = await scene.operator()
        names = {f"Guest {number:02}" for number in range(20)}
        for name in sorted(names):
            await scene.people.meet(account(Platform.DISCORD), name)
        reply, seen = await scene.say(operator, "/users waiting"), set[str]()
        for _ in range(3):
            seen |= {name for name in names if name in words(reply)}
            following = [each for each in buttons(reply) if each.label == "Next ›"]
            if following:
                reply = await scene.press(operator, following[0])
        assert seen == names
        assert following == []
        assert "21 people known" in words(reply)


async def test_the_audit_lists_pages_and_verifies(tmp_path: Path) -> None:
    async with stage(tmp_path) as scene:
        operator, person = await scene.operator(), await scene.member()
        for level in ("paper", "member", "paper"):
            await scene.say(operator, f"/role {person.identity} {level}")
        newest = await scene.say(operator, "/audit 2")
        assert "Chain verified: 6 entries." in words(newest)
        assert "6. " in words(newest)
        assert "4. " not in words(newest)
        older = await scene.press(operator, button(newest, "Older ›"))
        assert "4. " in words(older)
        assert "6. " not in words(older).replace("6 entries", "")
        number = (await scene.known(person)).id
        assert "join" in words(await scene.say(operator, f"/audit 10 {number}"))
        assert "(level" not in words(await scene.say(operator, f"/audit 10 {number}"))


@pytest.mark.parametrize(
    ("statement", "at"),
    [
        ("UPDATE audit SET detail = 'nothing happened' WHERE seq = 2", 2),
        ("DELETE FROM audit WHERE seq = 3", 3),
        ("DELETE FROM audit WHERE seq = (SELECT max(seq) FROM audit)", 4),
    ],
)
async def test_a_changed_audit_is_found_and_said(tmp_path: Path, statement: str, at: int) -> None:
    async with stage(tmp_path) as scene:
        operator, person = await scene.operator(), await scene.member()
        await scene.say(operator, f"/role {person.identity} paper")
        scene.change(statement)
        reply = await scene.say(operator, "/audit")
        assert f"BROKEN at {at}" in words(reply)
        assert reply.tone is Tone.DANGER


async def test_flags_are_listed_turned_and_undone(scene: Scene) -> None:
    operator, chats = await scene.operator(), scene.app.services[Chats]
    listed = await scene.say(operator, "/flag")
    assert "charts on (default)" in words(listed)
    assert "by core" in words(listed)
    off = await scene.press(operator, button(listed, "charts off"))
    assert (await scene.say(operator, "/t BONK")).image is None
    assert "charts off" in words(await scene.say(operator, "/flag charts"))
    await scene.press(operator, button(off, "Undo"))
    assert await chats.overrides() == ()
    assert (await scene.say(operator, "/t BONK")).image is not None
    deeds = await scene.people.deeds(2, by=(await scene.known(operator)).id)
    assert [deed.action for deed in deeds] == ["flag", "flag"]


async def test_a_flag_may_be_set_for_oneself_or_one_chat(scene: Scene) -> None:
    operator, other, here = await scene.operator(), await scene.member(), group()
    await scene.say(operator, "/flag charts off me")
    await scene.say(operator, f"/flag paste off {here.key}")
    assert (await scene.say(operator, "/t BONK")).image is None
    assert (await scene.say(other, "/t BONK")).image is not None
    assert (await scene.say(other, "/paste BONK", here)).error == "not allowed"
    assert (await scene.say(other, "/paste BONK", group())).error == ""
    await scene.say(operator, "/flag charts default me")
    await scene.say(operator, f"/flag paste default {here.key}")
    assert await scene.app.services[Chats].overrides() == ()


@pytest.mark.parametrize(
    "line",
    [
        "/flag chrts off",
        "/flag off",
        "/flag paste off everywhere",
        "/flag paste off telegram:';--",
        "/flag " + "x" * 10_000,
    ],
)
async def test_a_wrong_flag_or_scope_is_refused_with_what_there_is(scene: Scene, line: str) -> None:
    operator = await scene.operator()
    reply = await scene.say(operator, line)
    assert reply.error == "bad argument"
    assert len(words(reply)) < 500
    assert await scene.app.services[Chats].overrides() == ()


async def test_changes_at_once_are_all_recorded(scene: Scene) -> None:
    operators = [await scene.operator() for _ in range(5)]
    people = [await scene.member() for _ in range(5)]
    total = (await scene.people.verify()).entries
    pairs = zip(operators, people, strict=True)
    await asyncio.gather(*(scene.say(who, f"/role {whom.identity} paper") for who, whom in pairs))
    verdict = await scene.people.verify()
    assert verdict.broken_at is None
    assert verdict.entries == total + 5
    assert {(await scene.known(person)).level for person in people} == {Level.PAPER}
