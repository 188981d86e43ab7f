"""Declarations as Discord's commands: what is made of them, and what is refused as the program starts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field, make_dataclass
from typing import Annotated, Any, Literal

import discord
import pytest

from bot.discord import slash
from bot.discord.slash import Tree
from data.errors import InvariantBroken
from data.models.chat import Level, Place
from handlers.args import Arg, Param
from handlers.registry import Registry
from handlers.reply import Reply
from handlers.spec import CommandSpec, Ctx, Group, NoArgs, command


async def answer(ctx: Ctx, args: object) -> Reply:
    return Reply()


def declared(name: str, args: type[Any] = NoArgs, **more: Any) -> CommandSpec:
    return command(name, "Summary", args=args, **{"group": Group.TOKEN, **more})(answer)


def args(**hints: Any) -> type[Any]:
    """Make arguments that may all be left out."""
    return make_dataclass("Args", [(name, hint, field(default=None)) for name, hint in hints.items()])


def tree_of(*specs: CommandSpec) -> dict[str, dict[str, Any]]:
    """Give what Discord would be told, by name."""

    async def run(interaction: slash.Interaction, spec: CommandSpec, named: Mapping[str, str]) -> None:
        """Run nothing."""

    async def complete(
        interaction: slash.Interaction, spec: CommandSpec, param: Param, typed: str
    ) -> tuple[tuple[str, str], ...]:
        return ()

    client = discord.AutoShardedClient(intents=discord.Intents.none())
    tree = Tree(client, lambda interaction: True)
    slash.fill(tree, Registry(specs), run, complete)
    return {one.name: one.to_dict(tree) for one in tree.get_commands()}


def test_each_command_keeps_its_own_options() -> None:
    told = tree_of(
        declared("one", args(a=Annotated[str, Arg("A")])),
        declared("two", args(b=Annotated[int, Arg("B", low=2)])),
        declared("three"),
    )
    assert [option["name"] for option in told["one"]["options"]] == ["a"]
    (bound,) = told["two"]["options"]
    assert (bound["type"], bound["min_value"], "max_value" in bound) == (4, 2, False)
    assert told["three"]["options"] == []


def test_several_choices_in_one_word_are_typed() -> None:
    hint = Annotated[tuple[Literal["1h", "24h"], ...], Arg("Which")]
    (option,) = tree_of(declared("one", args(spans=hint)))["one"]["options"]
    assert (option["type"], "choices" in option) == (3, False)


def test_hidden_commands_and_aliases_are_not_told() -> None:
    told = tree_of(declared("one", aliases=("uno",)), declared("two", menu=False))
    assert list(told) == ["one"]


def test_rare_commands_stand_under_a_parent_with_what_all_of_them_share() -> None:
    told = tree_of(
        declared("allow", group=Group.CHAT, level=Level.CHAT_ADMIN, place=Place.GROUP),
        declared("mute", group=Group.CHAT, level=Level.MODERATOR, place=Place.GROUP),
        declared("health", group=Group.OPERATOR, level=Level.OPERATOR),
    )
    assert [option["name"] for option in told["group"]["options"]] == ["allow", "mute"]
    assert told["group"]["default_member_permissions"] == discord.Permissions(manage_messages=True).value
    assert (told["group"]["contexts"], told["admin"]["contexts"]) == ([0], [0, 1])
    assert told["admin"]["default_member_permissions"] is None


def test_one_open_command_opens_its_parent_to_all() -> None:
    told = tree_of(
        declared("allow", group=Group.CHAT, level=Level.CHAT_ADMIN, place=Place.GROUP),
        declared("rules", group=Group.CHAT),
    )
    assert told["group"]["default_member_permissions"] is None
    assert told["group"]["contexts"] == [0, 1]


def test_no_command_is_offered_where_we_are_not() -> None:
    assert all(2 not in each["contexts"] for each in tree_of(declared("one"), declared("two")).values())


LONG = Literal["x" * 101]  # type: ignore[valid-type]
WIDE = {
    f"a{number}": Annotated[Literal[tuple(f"{choice:090}" for choice in range(10))], Arg("A" * 100)]
    for number in range(9)
}
REFUSED = {
    "over 100 commands": [declared(f"c{number}") for number in range(101)],
    "over 25 under one name": [declared(f"c{number}", group=Group.OPERATOR) for number in range(26)],
    "a choice over 100 letters": [declared("long", args(a=Annotated[LONG, Arg("A")]))],
    "over 8000 letters in all": [declared("wide", args(**WIDE))],
    "two of one name": [declared("admin"), declared("health", group=Group.OPERATOR)],
}


@pytest.mark.parametrize("specs", REFUSED.values(), ids=REFUSED)
def test_what_discord_would_refuse_stops_the_start(specs: list[CommandSpec]) -> None:
    with pytest.raises(InvariantBroken):
        tree_of(*specs)
