"""The authorisation matrix, run: every command by everyone, everywhere, through the real dispatcher."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

import handlers.commands
from bot.app import App
from core.people import People
from data.models.chat import Level
from data.models.ids import Platform
from handlers import registry
from handlers.spec import Origin
from tests.e2e import cast, matrix
from tests.e2e.cast import Player
from tests.e2e.matrix import Place, Role
from tests.fakes import program
from tests.fakes.clock import PacedClock

CHATS = (Platform.TELEGRAM, Platform.DISCORD)
both_chats = pytest.mark.parametrize("platform", CHATS)


@pytest.fixture
async def app(tmp_path: Path) -> AsyncIterator[App]:
    async with program.inside(tmp_path, owner_ids=cast.OWNERS) as app:
        yield app


def test_every_command_has_its_row_and_every_row_its_command() -> None:
    declared = {spec.name for spec in registry.discover(handlers.commands)}
    assert declared == set(matrix.COMMANDS)


@pytest.mark.parametrize("platform", list(Platform))
async def test_every_cell_is_as_it_is_written(app: App, platform: Platform) -> None:
    players = {role: await cast.player(app, platform, role) for role in Role}
    cells = [cell for cell in matrix.cells() if cell.platform is platform]
    wrong = []
    for cell in cells:
        who = players[cell.role]
        found = await cast.verdict(app, who.asks(cast.chat(platform, cell.place, who), cell.command))
        if found != cell.refusal:
            wrong.append(f"{cell}: {found or 'allowed'}, not {cell.refusal or 'allowed'}")
    print(f"{len(cells)} cells on {platform}, {sum(cell.refusal is not None for cell in cells)} refused")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("platform", list(Platform))
async def test_a_menu_shows_what_the_matrix_allows_and_nothing_else(app: App, platform: Platform) -> None:
    for role in Role:
        who = await cast.player(app, platform, role)
        for place in matrix.PLACES[platform]:
            shown = await app.dispatcher.permitted(who.asks(cast.chat(platform, place, who), "help"))
            allowed = {name for name in matrix.COMMANDS if matrix.refusal(name, role, place) is None}
            assert {spec.name for spec in shown} == allowed, (role, place)


@pytest.mark.parametrize("origin", list(Origin))
async def test_every_way_to_say_a_command_is_checked_alike(app: App, origin: Origin) -> None:
    for role in Role:
        who = await cast.player(app, Platform.DISCORD, role)
        for place in (Place.PRIVATE, Place.TOPIC):
            for command in ("t", "settings", "me", "rules", "flag"):
                where = cast.chat(Platform.DISCORD, place, who)
                found = await cast.verdict(app, who.asks(where, command, origin=origin))
                assert found == matrix.refusal(command, role, place), (origin, role, place, command)


async def test_an_alias_is_no_way_round(app: App) -> None:
    blocked = await cast.player(app, Platform.TELEGRAM, Role.BLOCKED)
    where = cast.chat(Platform.TELEGRAM, Place.GROUP)
    for spec in registry.discover(handlers.commands):
        for name in (*spec.aliases, spec.name.upper()):
            assert await cast.verdict(app, blocked.asks(where, name)) == "blocked"


# What a chat's own rules do. `said` is what its admin says; the rest is who may run what afterwards.


class Chatroom:
    """A group with an admin, a member and a guest."""

    def __init__(self, app: App, platform: Platform, admin: Player, member: Player, guest: Player) -> None:
        self.app = app
        self.admin, self.member, self.guest = admin, member, guest
        self.group = cast.chat(platform, Place.GROUP)
        self.topic = cast.chat(platform, Place.TOPIC)

    async def rule(self, *said: str) -> None:
        """Let the admin set a rule in the group's topic."""
        command, *words = said
        reply = await cast.last(self.app.dispatcher, self.admin.asks(self.topic, command, *words))
        assert not reply.error, reply.body.plain

    async def verdict(self, who: Player, command: str, *, topic: bool = False) -> str | None:
        """Tell who refuses them."""
        return await cast.verdict(self.app, who.asks(self.topic if topic else self.group, command))


async def chatroom(app: App, platform: Platform) -> Chatroom:
    """Open one."""
    admin, member, guest = [
        await cast.player(app, platform, role) for role in (Role.CHAT_ADMIN, Role.MEMBER, Role.STRANGER)
    ]
    return Chatroom(app, platform, admin, member, guest)


@both_chats
async def test_what_is_denied_to_everyone_stays_open_to_admins_and_operators(
    app: App, platform: Platform
) -> None:
    room = await chatroom(app, platform)
    operator = await cast.player(app, platform, Role.OPERATOR)
    await room.rule("deny", "c", "everyone")
    assert await room.verdict(room.member, "c") == "#1 deny c for everyone"
    assert await room.verdict(room.guest, "c", topic=True) == "#1 deny c for everyone"
    assert await room.verdict(room.member, "p") is None
    assert await room.verdict(room.admin, "c") is None
    assert await room.verdict(operator, "c") is None


@both_chats
async def test_a_rule_about_a_person_outweighs_one_about_all(app: App, platform: Platform) -> None:
    room = await chatroom(app, platform)
    await room.rule("deny", "*", "everyone")
    await room.rule("allow", "p", f"user:{room.member.identity.id}")
    assert await room.verdict(room.member, "p") is None
    assert await room.verdict(room.member, "c") == "#1 deny * for everyone"
    assert await room.verdict(room.guest, "p") == "#1 deny * for everyone"
    assert await room.verdict(room.admin, "rules") is None


@both_chats
async def test_a_rule_about_a_topic_holds_there_alone(app: App, platform: Platform) -> None:
    room = await chatroom(app, platform)
    await room.rule("deny", "t", "here")
    assert await room.verdict(room.member, "t", topic=True) == "#1 deny t for channel 77"
    assert await room.verdict(room.member, "t") is None


async def test_a_rule_about_a_role_reaches_those_who_bear_it_now(app: App) -> None:
    room = await chatroom(app, Platform.DISCORD)
    await room.rule("deny", "s", "role:555")
    muted = replace(room.member, roles=frozenset({"555", "556"}))
    assert await room.verdict(muted, "s") == "#1 deny s for role 555"
    assert await room.verdict(room.member, "s") is None


@both_chats
async def test_an_opened_command_lets_a_guest_in_and_privilege_stays_shut(
    app: App, platform: Platform
) -> None:
    room = await chatroom(app, platform)
    await room.rule("allow", "*", "everyone")
    assert await room.verdict(room.guest, "settings") is None
    for command, (level, where) in matrix.COMMANDS.items():
        if where == "D":
            assert await room.verdict(room.guest, command) == "place private"
        elif level >= 3:
            assert await room.verdict(room.guest, command) == f"level {level}"


async def test_no_rule_can_be_made_about_a_privilege(tmp_path: Path) -> None:
    clock = PacedClock()
    async with program.inside(tmp_path, clock=clock, owner_ids=cast.OWNERS) as app:
        room = await chatroom(app, Platform.TELEGRAM)
        privileges = [command for command, (level, _) in matrix.COMMANDS.items() if level >= 3]
        for command in privileges:
            clock.skipped += 5  # for the cooldown
            said = await cast.last(app.dispatcher, room.admin.asks(room.group, "allow", command, "everyone"))
            assert said.error == "bad argument", command


@both_chats
async def test_rules_of_one_chat_are_nothing_to_another(app: App, platform: Platform) -> None:
    room = await chatroom(app, platform)
    await room.rule("deny", "p", "everyone")
    other = next(each for each in CHATS if each is not platform)
    stranger = await cast.player(app, other, Role.STRANGER)
    assert await cast.verdict(app, stranger.asks(cast.chat(other, Place.GROUP), "p")) is None
    for place in (Place.PRIVATE, Place.CHANNEL):
        where = cast.chat(platform, place, room.member)
        assert await cast.verdict(app, room.member.asks(where, "p")) is None


@both_chats
async def test_a_chat_admin_who_lost_their_standing_is_refused_at_once(app: App, platform: Platform) -> None:
    room = await chatroom(app, platform)
    await room.rule("deny", "c", "everyone")
    room.admin = room.admin.demoted()
    assert await room.verdict(room.admin, "allow") == "level 5"
    assert await room.verdict(room.admin, "c") == "#1 deny c for everyone"


@both_chats
async def test_a_lowered_or_blocked_person_is_refused_at_once_and_reopened_at_once(
    app: App, platform: Platform
) -> None:
    operator = await cast.player(app, platform, Role.OPERATOR)
    second = await cast.player(app, platform, Role.MEMBER)
    office, where = cast.chat(platform, Place.PRIVATE, operator), cast.chat(platform, Place.PRIVATE, second)

    async def says(*words: str) -> None:
        command, *rest = words
        reply = await cast.last(app.dispatcher, operator.asks(office, command, *rest))
        assert not reply.error, reply.body.plain

    name = str(second.identity)
    for words, command, refused in (
        (("role", name, "operator"), "flag", None),
        (("role", name, "member"), "flag", "level 6"),
        (("role", name, "anyone"), "settings", "level 1"),
        (("role", name, "paper"), "settings", None),
        (("block", name), "version", "blocked"),
        (("unblock", name), "version", None),
    ):
        await says(*words)
        assert await cast.verdict(app, second.asks(where, command)) == refused, words


async def test_a_number_on_one_platform_is_nobody_on_another(app: App) -> None:
    operator = await cast.player(app, Platform.TELEGRAM, Role.OPERATOR)
    people = app.services[People]
    assert (await people.meet(operator.identity, operator.name)).level is Level.OPERATOR
    member = await cast.player(app, Platform.TELEGRAM, Role.LIVE)
    twin = replace(member, identity=replace(member.identity, platform=Platform.DISCORD))
    where = cast.chat(Platform.DISCORD, Place.PRIVATE, twin)
    assert await cast.verdict(app, twin.asks(where, "settings")) == "level 1"


async def test_why_tells_a_refused_person_the_rule(app: App) -> None:
    stranger = await cast.player(app, Platform.TELEGRAM, Role.STRANGER)
    where = cast.chat(Platform.TELEGRAM, Place.PRIVATE, stranger)
    assert await cast.verdict(app, stranger.asks(where, "users")) == "level 6"
    said = await cast.last(app.dispatcher, stranger.asks(where, "why", "rule"))
    assert "/users" in said.body.plain
    assert "level 6" in said.body.plain
