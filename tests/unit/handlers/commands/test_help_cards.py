"""Help, the tour and the first words, from declared commands alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import pytest

from data.models.chat import Actor, Chat, ChatKind, Identity, Level, Place
from data.models.ids import Platform
from handlers.args import Arg
from handlers.cards.help import command_card, features_card, help_card, unknown_topic_card, welcome_card
from handlers.cards.layout import in_rows, turned
from handlers.menu import invocation, permitted
from handlers.registry import Registry
from handlers.reply import Button, Invoke, Reply
from handlers.spec import CommandSpec, Ctx, Group, NoArgs, command

PRIVATE = Chat(platform=Platform.TELEGRAM, id="1", channel="1", kind=ChatKind.PRIVATE)
STRANGER = Actor(identity=Identity(Platform.TELEGRAM, "1"), name="Alice")


@dataclass(frozen=True, slots=True, kw_only=True)
class OneWord:
    """An argument."""

    word: Annotated[str, Arg("A word")] = ""


def declared(name: str, group: Group = Group.TOKEN, **more: object) -> CommandSpec:
    summary = "What it does" if group is not Group.TOKEN else f"What {name} does"

    async def run(ctx: Ctx, args: NoArgs) -> Reply:
        return Reply()

    return command(name, summary, group=group, **more)(run)  # type: ignore[arg-type]


def many(count: int) -> Registry:
    return Registry(declared(f"cmd_{number:03}") for number in range(count))


def test_help_stands_under_headings_in_their_order() -> None:
    mine = Registry(
        [declared("zed", Group.OPERATOR), declared("mid", Group.DATA), declared("abc", Group.TOKEN)]
    )
    body = help_card(mine, 1).body.plain
    places = [body.index(words) for words in ("Token", "/abc", "Data", "/mid", "Operator", "/zed")]
    assert places == sorted(places)


def test_help_lists_each_command_once_over_all_pages() -> None:
    mine = many(100)
    first = help_card(mine, 1)
    assert first.page is not None
    names = [
        span.text
        for page in range(1, first.page.pages + 1)
        for span in help_card(mine, page).body.spans
        if span.style == "command"
    ]
    assert sorted(names) == [f"/{spec.name}" for spec in mine]


def test_help_hides_what_is_not_for_menus() -> None:
    assert "/secret" not in help_card(Registry([declared("secret", menu=False)]), 1).body.plain


def test_a_command_behind_a_flag_is_in_help_only_while_the_flag_is_on() -> None:
    registry = Registry([declared("beta_thing", flag="beta"), declared("open_thing")])
    off = permitted(registry, STRANGER, PRIVATE, (), {"beta": False})
    on = permitted(registry, STRANGER, PRIVATE, (), {"beta": True})
    assert [spec.name for spec in off] == ["open_thing"]
    assert [spec.name for spec in on] == ["beta_thing", "open_thing"]


def test_what_is_permitted_goes_by_level_and_place() -> None:
    registry = Registry(
        [declared("a"), declared("b", level=Level.MEMBER), declared("c", place=Place.GROUP),
         declared("d", level=Level.OPERATOR)]
    )  # fmt: skip
    assert [spec.name for spec in permitted(registry, STRANGER, PRIVATE, (), {})] == ["a"]


def test_an_example_is_an_invocation_with_its_words_in_place() -> None:
    spec = declared("say", args=OneWord, examples=("say $BONK",), aliases=("speak",))
    assert invocation(spec, "speak $BONK") == Invoke("say", {"word": "$BONK"})


def test_examples_are_pressed_only_where_they_rule_over_nobody() -> None:
    for group in Group:
        card = command_card(declared("do_it", group, examples=("do_it", "do_it")))
        pressed = {button.label for row in card.buttons for button in row}
        harmless = group not in {Group.CHAT, Group.OPERATOR}
        assert bool(pressed) is harmless
        assert ("Example: /do_it" in card.body.plain) is not harmless


def test_the_tour_leaves_administration_out() -> None:
    mine = Registry(
        [declared("token_thing"), declared("rule_thing", Group.CHAT), declared("op", Group.OPERATOR)]
    )
    card = features_card(mine, 1)
    assert [button.label for row in card.buttons for button in row] == ["/token_thing"]


def test_the_welcome_offers_only_areas_that_are_there() -> None:
    assert welcome_card(Registry([]), name="Alice", waiting=False).buttons == ()
    card = welcome_card(Registry([declared("status", Group.DATA)]), name="Alice", waiting=False)
    assert [button.label for row in card.buttons for button in row] == ["Status"]


@pytest.mark.parametrize("name", ["", " ", "\u200b", "x" * 10_000, "@everyone\n/role @me operator"])
def test_the_welcome_takes_any_name(name: str) -> None:
    first = welcome_card(Registry([]), name=name, waiting=False).body.plain.splitlines()[0]
    assert first.startswith("Hello")
    assert len(first) < 50


def test_an_unknown_topic_is_repeated_in_short_and_inert() -> None:
    card = unknown_topic_card("<script>\n" + "x" * 10_000, ())
    assert len(card.body.plain) < 120
    assert {span.style for span in card.body.spans} == {"plain"}


@pytest.mark.parametrize(
    ("page", "shown"), [(1, [0, 1, 2]), (2, [3, 4, 5]), (3, [6]), (99, [6]), (-1, [0, 1, 2])]
)
def test_a_page_is_cut_out_and_the_last_one_stands_for_those_behind_it(page: int, shown: list[int]) -> None:
    items, turned_to = turned(range(7), page, 3, Invoke("x"))
    assert list(items) == shown
    assert turned_to.pages == 3


def test_an_empty_list_has_one_page() -> None:
    items, turned_to = turned((), 5, 3, Invoke("x"))
    assert list(items) == []
    assert (turned_to.number, turned_to.pages) == (1, 1)


def test_buttons_keep_their_order_in_rows() -> None:
    row = [Button(str(number), Invoke("x")) for number in range(5)]
    assert [[button.label for button in part] for part in in_rows(row, 2)] == [["0", "1"], ["2", "3"], ["4"]]
