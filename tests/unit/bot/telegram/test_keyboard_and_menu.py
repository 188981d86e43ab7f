"""Buttons and menus: what Telegram would refuse never gets there."""

from __future__ import annotations

import pytest

from bot.telegram.keyboard import Keyboards
from bot.telegram.menu import MENU_LIMIT, menu
from data.errors import TrenchcoatError
from data.models.chat import Level, Place
from handlers.registry import Registry
from handlers.reply import Button, Invoke, Reply
from handlers.spec import CommandSpec, Ctx, Group, command


def spec(
    name: str, group: Group = Group.TOKEN, level: Level = Level.ANYONE, place: Place = Place.BOTH
) -> CommandSpec:
    @command(name, f"Summary of {name}", group=group, level=level, place=place)
    async def run(ctx: Ctx, args: object) -> Reply:
        return Reply()

    return run


REGISTRY = Registry(
    [
        spec("p"),
        spec("alert", Group.YOU),
        spec("lock", Group.CHAT, Level.CHAT_ADMIN, Place.GROUP),
        spec("reload", Group.OPERATOR, Level.OPERATOR),
        spec("mine", Group.YOU, place=Place.PRIVATE),
    ]
)


class Shelf:
    """Payloads put away under numbers; a full shelf takes none."""

    def __init__(self, *, full: bool = False) -> None:
        self.full = full
        self.kept: list[str] = []

    async def put(self, payload: str) -> str:
        if self.full:
            raise TrenchcoatError("full")
        self.kept.append(payload)
        return str(len(self.kept))

    async def get(self, word: str) -> str | None:
        return self.kept[int(word) - 1]


async def test_equal_rows_share_one_keyboard() -> None:
    keyboards = Keyboards(REGISTRY, Shelf())  # type: ignore[arg-type]
    rows = ((Button("1h", Invoke("p"), active=True), Button("Sell all", Invoke("p"), danger=True)),)
    made = await keyboards.of(rows)
    assert made is not None
    assert [(b.text, b.callback_data, b.style) for b in made.inline_keyboard[0]] == [
        ("· 1h ·", "tpp:", None),
        ("Sell all", "tpp:", "danger"),
    ]
    assert await keyboards.of(rows) is made
    assert await keyboards.of(()) is None


@pytest.mark.parametrize(
    "url", ["https://", "http://localhost/x", "https://a.b/c d", "https://x..y", "https://a.b/" + "x" * 2048]
)
async def test_an_address_that_telegram_would_refuse_makes_no_button(url: str) -> None:
    keyboards = Keyboards(REGISTRY, Shelf())  # type: ignore[arg-type]
    assert await keyboards.of(((Button("Go", url=url),),)) is None


async def test_a_button_that_cannot_be_kept_or_runs_nothing_is_left_out() -> None:
    buttons = ((Button("Gone", Invoke("nothing")), Button("P", Invoke("p"))),)
    made = await Keyboards(REGISTRY, Shelf(full=True)).of(buttons)  # type: ignore[arg-type]
    assert made is not None
    assert [button.text for button in made.inline_keyboard[0]] == ["P"]


async def test_a_button_without_letters_still_shows_something() -> None:
    made = await Keyboards(REGISTRY, Shelf()).of(((Button("\u200b", Invoke("p")),),))  # type: ignore[arg-type]
    assert made is not None
    assert made.inline_keyboard[0][0].text == "…"


def test_a_menu_follows_the_headings_and_offers_what_the_place_allows() -> None:
    assert list(menu(REGISTRY, Level.LIVE, private=True)) == ["p", "alert", "mine"]
    assert list(menu(REGISTRY, Level.CHAT_ADMIN, private=False)) == ["p", "alert", "lock"]
    assert menu(REGISTRY, Level.ANYONE, private=False)["p"] == "Summary of p"


def test_a_menu_holds_no_more_than_telegram_takes() -> None:
    many = Registry([spec(f"c{number}") for number in range(MENU_LIMIT + 20)])
    assert len(menu(many, Level.MEMBER, private=True)) == MENU_LIMIT
