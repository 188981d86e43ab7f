"""Buttons as Discord's components, and back."""

from __future__ import annotations

from typing import Annotated, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.discord.buttons import Buttons
from data.errors import BadArgument
from handlers.args import Arg
from handlers.registry import Registry
from handlers.reply import Button, Invoke
from tests.unit.bot.discord.test_slash import args, declared

REGISTRY = Registry([declared("p", args(a=Annotated[str, Arg("A")], b=Annotated[str, Arg("B")]))])


class Drawer:
    """Keeps payloads in memory."""

    def __init__(self) -> None:
        self.kept: dict[str, str] = {}

    async def put(self, payload: str) -> str:
        word = f"word{len(self.kept)}"
        self.kept[word] = payload
        return word

    async def get(self, word: str) -> str | None:
        return self.kept.get(word)


def made() -> Buttons:
    return Buttons(REGISTRY, Drawer())  # type: ignore[arg-type]


async def components(buttons: Buttons, *rows: tuple[Button, ...]) -> list[list[dict[str, Any]]]:
    view = await buttons.view(rows)
    return [] if view is None else [row["components"] for row in view.to_components()]


async def test_a_button_says_what_it_runs() -> None:
    invoke = Invoke("p", {"a": "BONK", "b": "1h"})
    buttons = made()
    ((shown,),) = await components(buttons, (Button("Refresh", invoke),))
    assert (shown["label"], shown["custom_id"], shown["style"]) == ("Refresh", "tpp:BONK~1h", 2)
    assert await buttons.pressed(shown["custom_id"]) == invoke


@given(st.lists(st.dictionaries(st.sampled_from("ab"), st.text(max_size=60)), min_size=1, max_size=5))
async def test_every_button_leads_back_to_what_it_was_made_of(given_args: list[dict[str, str]]) -> None:
    buttons = made()
    wanted = [Invoke("p", {name: word for name, word in each.items() if word}) for each in given_args]
    (row,) = await components(buttons, tuple(Button("x", invoke) for invoke in wanted))
    ids = [shown["custom_id"] for shown in row]
    assert len(set(ids)) == len(ids)
    assert all(0 < len(each) <= 100 for each in ids)
    assert [await buttons.pressed(each) for each in ids] == wanted


@given(st.text(max_size=110))
async def test_any_id_is_one_of_ours_or_refused(custom_id: str) -> None:
    try:
        invoke = await made().pressed(custom_id)
    except BadArgument:
        return
    assert invoke.command == "p"


async def test_a_button_that_discord_would_refuse_is_left_out() -> None:
    odd = ("https://localhost", "http://x", "https://x.y/a b", f"https://x.y/{'a' * 600}")
    rows = [tuple(Button("Open", url=url) for url in odd), (Button("Gone", Invoke("nothing")),)]
    assert await made().view(tuple(rows)) is None
    assert await made().view(()) is None


async def test_a_button_without_words_still_has_a_face() -> None:
    ((shown,),) = await components(made(), (Button(" ", Invoke("p")),))
    assert shown["label"] == "…"


async def test_equal_rows_share_a_view_that_the_library_does_not_keep() -> None:
    buttons = made()
    rows = ((Button("Go", Invoke("p", {"a": "1"})), Button("Site", url="https://x.y/z")),)
    first = await buttons.view(rows)
    assert first is not None
    assert first is await buttons.view(rows)
    assert first.is_finished()


@pytest.mark.parametrize(("button", "style"), [
    (Button("x", Invoke("p"), active=True), 1),
    (Button("x", Invoke("p")), 2),
    (Button("x", Invoke("p"), danger=True), 4),
    (Button("x", url="https://x.y/z"), 5),
])  # fmt: skip
async def test_a_buttons_colour_says_what_it_is(button: Button, style: int) -> None:
    ((shown,),) = await components(made(), (button,))
    assert shown["style"] == style
