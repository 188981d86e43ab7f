"""Declarations: what a platform, the binder or a reader could not take is refused as it is declared."""

from __future__ import annotations

from dataclasses import field, make_dataclass
from typing import Annotated, Any

import pytest

import handlers.commands
from core.enrichment.service import Enricher
from data.errors import InvariantBroken, UnknownCommand
from data.models.chat import Level, Place
from handlers import registry
from handlers.args import Arg
from handlers.registry import Registry
from handlers.reply import Reply
from handlers.spec import CommandSpec, Ctx, Group, IllegalDeclaration, NoArgs, command
from tests.unit.handlers.commanding import grant, many, say, watch

COMMANDS = registry.discover(handlers.commands)


def declared(name: str = "fine", summary: str = "Fine", **more: Any) -> CommandSpec:
    async def run(ctx: Ctx, args: Any, *, enricher: Enricher) -> Reply:
        return Reply()

    return command(name, summary, group=Group.DATA, **more)(run)


def args_of(*fields: Any) -> type[Any]:
    return make_dataclass("Args", fields, kw_only=True, frozen=True)


WORD = Annotated[str, Arg("A word")]
ILLEGAL: dict[str, dict[str, Any]] = {
    "a capital in the name": {"name": "Price"},
    "a name too long to type": {"name": "abcdefghijklm"},
    "a name that begins with a digit": {"name": "1h"},
    "an alias with a dash": {"aliases": ("my-alias",)},
    "an empty name": {"name": ""},
    "an empty summary": {"summary": ""},
    "a summary longer than Discord's": {"summary": "x" * 101},
    "an argument without a summary": {"args": args_of(("word", str))},
    "an argument with a long summary": {"args": args_of(("word", Annotated[str, Arg("x" * 101)]))},
    "a capital in an argument": {"args": args_of(("Word", WORD))},
    "a type that no word becomes": {"args": args_of(("word", Annotated[bytes, Arg("Bytes")]))},
    "required after optional": {"args": args_of(("first", WORD, field(default="")), ("second", WORD))},
    "many before the last": {
        "args": args_of(("words", Annotated[tuple[str, ...], Arg("Words")]), ("last", WORD))
    },
    "the rest before the last": {
        "args": args_of(("words", Annotated[str, Arg("Words", rest=True)]), ("last", WORD))
    },
    "26 arguments": {"args": args_of(*((f"a{n}", WORD, field(default="")) for n in range(26)))},
    "an example of another command": {"examples": ("other BONK",)},
    "an example that does not parse": {"examples": ("fine BONK",)},
    "an empty example": {"examples": ("",)},
    "no example where one is needed": {"args": args_of(("word", WORD))},
}


@pytest.mark.parametrize("case", ILLEGAL)
def test_an_illegal_declaration_stops_the_import(case: str) -> None:
    with pytest.raises(IllegalDeclaration, match=r"^(fine|Args\.word|Price|abcdefghijklm|1h|): "):
        declared(**ILLEGAL[case])


def test_a_declaration_is_read_from_its_function_and_its_arguments() -> None:
    spec = declared(args=args_of(("word", WORD, field(default="x"))), aliases=("f",), examples=("f y",))
    assert spec.names == ("fine", "f")
    assert spec.usage == "/fine [word]"
    assert spec.services == {"enricher": Enricher}
    assert declared().args is NoArgs


def test_the_usage_shows_what_is_required_and_what_may_be_chosen() -> None:
    assert watch.usage == "/watch <token> [1m|5m|15m|1h|4h|1d] [above|below] [amount] [page]"
    assert many.usage == "/many <tokens…>"


def test_only_levels_up_to_paper_trading_can_be_opened_by_a_chat() -> None:
    loosenable = {level for level in Level if declared(level=level).loosenable}
    assert loosenable == {Level.ANYONE, Level.MEMBER, Level.PAPER}


def test_two_commands_cannot_share_a_name() -> None:
    with pytest.raises(InvariantBroken, match="/w is declared by"):
        Registry([watch, declared("w")])
    with pytest.raises(InvariantBroken):
        Registry([declared(aliases=("fine",))])


def test_a_command_is_found_by_its_names_in_any_case() -> None:
    commands = Registry([watch, say, many, grant])
    assert commands.get("W") is commands.get("watch") is watch
    assert "w" in commands and "nope" not in commands
    assert [spec.name for spec in commands] == ["grant", "many", "say", "watch"]


@pytest.mark.parametrize("name", ["wath", "", "x" * 100_000, "\ud800", "\u202eyas", "/watch", "⁠"])
def test_an_unknown_name_is_refused_with_names_like_it(name: str) -> None:
    with pytest.raises(UnknownCommand) as unknown:
        Registry([watch, say]).get(name)
    assert set(unknown.value.near) <= {"watch", "w", "say"}
    assert ("watch" in unknown.value.near) == (name in {"wath", "/watch"})


def test_a_menu_lists_what_fits_the_person_and_the_place() -> None:
    commands = Registry([watch, grant, declared("only", place=Place.GROUP), declared("hid", menu=False)])
    names = {
        (level, private): [spec.name for spec in commands.menu(level=level, private=private)]
        for level in (Level.ANYONE, Level.OPERATOR)
        for private in (True, False)
    }
    assert names == {
        (Level.ANYONE, True): ["watch"],
        (Level.ANYONE, False): ["only", "watch"],
        (Level.OPERATOR, True): ["grant", "watch"],
        (Level.OPERATOR, False): ["only", "watch"],
    }


@pytest.mark.parametrize("spec", COMMANDS.specs, ids=lambda spec: spec.name)
def test_every_command_binds_its_examples_and_wires_by_type(spec: CommandSpec) -> None:
    for example in spec.examples:
        head, *words = example.split()
        assert COMMANDS.get(head) is spec
        assert isinstance(spec.bind(spec.named(words)), spec.args)
    assert all(isinstance(kind, type) for kind in spec.services.values())
    assert spec.run.__doc__
