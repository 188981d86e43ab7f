"""The judge of the Discord fake on interactions and commands."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.fakes.discord import DiscordServer, Rule
from tests.fakes.discord.commands import command_errors
from tests.unit.fakes.discord_desk import Clock, Desk, send


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    clock = Clock()
    async with DiscordServer(clock=clock) as server:
        yield Desk(server, clock)


async def test_an_answer_within_three_seconds_is_taken(desk: Desk) -> None:
    asked = await desk.ask()
    desk.clock.now = 3.0
    status, _ = await desk.respond(asked, 4, content="x")
    assert status == 204
    desk.server.verify()


async def test_a_late_answer_is_unknown(desk: Desk) -> None:
    asked = await desk.ask()
    desk.clock.now = 3.01
    status, answer = await desk.respond(asked, 4, content="x")
    assert (status, answer["code"]) == (404, 10062)
    assert desk.rules() == [Rule.LATE_ANSWER]


async def test_a_second_answer_is_refused(desk: Desk) -> None:
    asked = await desk.ask()
    await desk.respond(asked, 4, content="x")
    status, answer = await desk.respond(asked, 4, content="y")
    assert (status, answer["code"]) == (400, 40060)
    assert desk.rules() == [Rule.DOUBLE_ANSWER]


async def test_an_interaction_without_an_answer_is_found_by_verify(desk: Desk) -> None:
    await desk.ask()
    with pytest.raises(AssertionError, match="never answered"):
        desk.server.verify()


async def test_a_deferral_that_is_never_finished_is_found_by_verify(desk: Desk) -> None:
    asked = await desk.ask()
    await desk.respond(asked, 5)
    assert desk.general.messages == ()
    with pytest.raises(AssertionError, match="deferred and never finished"):
        desk.server.verify()
    await desk.follow(asked, "PATCH", "/messages/@original", content="done")
    desk.server.verify()


async def test_the_first_follow_up_fills_a_deferred_answer(desk: Desk) -> None:
    asked = await desk.ask()
    await desk.respond(asked, 5, flags=64)
    await desk.follow(asked, "POST", "", content="filled")
    await desk.follow(asked, "POST", "", content="second")
    assert [(each.content, each.ephemeral_to) for each in asked.messages] == [
        ("filled", desk.alice.id),
        ("second", None),
    ]
    desk.server.verify()


@pytest.mark.parametrize("kind", [6, 7, 8])
async def test_an_answer_of_the_wrong_kind_is_refused(desk: Desk, kind: int) -> None:
    asked = await desk.ask()
    status, _ = await desk.respond(asked, kind, choices=[])
    assert status == 400
    assert desk.rules() == [Rule.WRONG_ANSWER]


async def test_every_way_to_answer_is_judged_for_pings(desk: Desk) -> None:
    asked = await desk.ask()
    await desk.respond(asked, 4, content="x", allowed_mentions=None)
    await desk.follow(asked, "POST", "", content="y", allowed_mentions=None)
    await desk.follow(asked, "PATCH", "/messages/@original", content="@here", allowed_mentions=None)
    assert desk.rules() == [Rule.PING_POSSIBLE] * 3


async def test_only_interactions_may_whisper(desk: Desk) -> None:
    asked = await desk.ask()
    assert (await desk.respond(asked, 4, content="x", flags=64))[0] == 204
    path = desk.server.webhook(desk.general).url.removeprefix(desk.server.url)
    body = {"content": "x", "flags": 64, "allowed_mentions": {"parse": []}}
    assert (await send(desk.server, "POST", path, body))[0] == 400
    assert desk.rules() == [Rule.INVALID_BODY]


async def test_a_follow_up_before_the_answer_is_refused(desk: Desk) -> None:
    asked = await desk.ask()
    status, answer = await desk.follow(asked, "POST", "", content="x")
    assert (status, answer["code"]) == (404, 10015)
    assert desk.rules() == [Rule.UNANSWERED_YET]


async def test_a_token_is_good_for_fifteen_minutes(desk: Desk) -> None:
    asked = await desk.ask()
    await desk.respond(asked, 4, content="x")
    desk.clock.now = 900.0
    assert (await desk.follow(asked, "PATCH", "/messages/@original", content="y"))[0] == 200
    desk.clock.now = 900.1
    status, answer = await desk.follow(asked, "PATCH", "/messages/@original", content="z")
    assert (status, answer["code"]) == (401, 50027)
    assert desk.rules() == [Rule.TOKEN_EXPIRED]


async def test_the_original_answer_can_be_read_and_deleted_once(desk: Desk) -> None:
    asked = await desk.ask()
    await desk.respond(asked, 4, content="x")
    assert (await desk.follow(asked, "GET", "/messages/@original"))[1]["content"] == "x"
    assert (await desk.follow(asked, "DELETE", "/messages/@original"))[0] == 204
    assert (await desk.follow(asked, "GET", "/messages/@original"))[1]["code"] == 10008
    assert desk.general.messages == ()


async def test_a_follow_up_to_a_deleted_deferral_is_a_message_of_its_own(desk: Desk) -> None:
    asked = await desk.ask()
    await desk.respond(asked, 5)
    await desk.follow(asked, "DELETE", "/messages/@original")
    assert (await desk.follow(asked, "POST", "", content="for you", flags=64))[0] == 200
    (shown,) = desk.general.messages
    assert (shown.content, shown.ephemeral_to) == ("for you", desk.alice.id)
    desk.server.verify()


async def test_an_ephemeral_message_is_unknown_to_channel_routes(desk: Desk) -> None:
    asked = await desk.ask()
    await desk.respond(asked, 4, content="x", flags=64)
    (shown,) = asked.messages
    assert (await send(desk.server, "GET", f"{desk.messages}/{shown.id}"))[1]["code"] == 10008


async def test_too_many_choices_or_an_empty_one_are_refused(desk: Desk) -> None:
    option = {"type": 3, "name": "token", "description": "Token", "autocomplete": True}
    command = {"name": "price", "description": "Price", "options": [option]}
    await send(desk.server, "PUT", f"{desk.application}/commands", [command])
    for choices in (
        [{"name": "n", "value": "v"}] * 26,
        [{"name": "n", "value": ""}],
        [{"name": "", "value": "v"}],
    ):
        with pytest.raises(TimeoutError):
            await desk.alice.autocomplete(desk.general, "price", token="x", timeout=0.001)
        asked = desk.server.interactions.pending[-1]
        assert (await desk.respond(asked, 8, choices=choices))[0] == 400
    assert desk.rules() == [Rule.INVALID_BODY] * 3


# Commands


def command(**changes: Any) -> dict[str, Any]:
    return {"name": "price", "description": "Price", **changes}


def option(name: str = "token", **changes: Any) -> dict[str, Any]:
    return {"type": 3, "name": name, "description": "Token", **changes}


LONG = [{"name": "n" * 40, "value": "v" * 41}] * 25


@pytest.mark.parametrize(
    ("commands", "message"),
    [
        ([command(name="Price")], "name is invalid"),
        ([command(name="two words")], "name is invalid"),
        ([command(description="")], "required"),
        ([command(description="x" * 101)], "100 or fewer"),
        ([command(), command()], "unique"),
        ([command(name=f"c{number}") for number in range(101)], r"\(100\)"),
        ([command(options=[option(f"o{number}") for number in range(26)])], "25 or fewer"),
        ([command(options=[option("a"), option("b", required=True)])], "before non-required"),
        ([command(options=[option("a"), option("a")])], "unique"),
        ([command(options=[option("A")])], "name is invalid"),
        ([command(options=[option(choices=[{"name": "n", "value": "v"}] * 26)])], "25 or fewer"),
        ([command(options=[option(choices=[{"name": "n", "value": "v" * 101}])])], "1 and 100"),
        ([command(options=[option(choices=[{"name": "n", "value": "v"}], autocomplete=True)])], "both"),
        ([command(options=[option(f"o{n}", description="d" * 100, choices=LONG) for n in range(4)])], "8000"),
        ([{"type": 3, "name": "Scan this", "description": "no"}], "cannot have description"),
        ([{"type": 1, "name": "x" * 33, "description": "d"}], "32 or fewer"),
    ],
)
async def test_commands_beyond_the_rules_are_refused(desk: Desk, commands: list[Any], message: str) -> None:
    status, answer = await send(desk.server, "PUT", f"{desk.application}/commands", commands)
    assert (status, answer["code"]) == (400, 50035)
    with pytest.raises(AssertionError, match=message):
        desk.server.verify()


def test_commands_at_the_limit_are_taken() -> None:
    commands = [command(name=f"цена-{number}", options=[option(required=True)]) for number in range(100)]
    commands += [{"type": 3, "name": "Scan this"}]
    assert command_errors(commands) == []


async def test_commands_of_one_guild_stay_there(desk: Desk) -> None:
    await send(desk.server, "PUT", f"{desk.application}/guilds/{desk.guild.id}/commands", [command()])
    desk.alice.slash(desk.general, "price")
    status, listed = await send(desk.server, "GET", f"{desk.application}/commands")
    assert (status, listed) == (200, [])
