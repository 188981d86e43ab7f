"""Boards as cards: every row stands and fits, whatever its token is called and whatever is unknown of it."""

from __future__ import annotations

import unicodedata
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.telegram.render import card
from core.boards.filters import FLAGS, MEASURES, Filters, Order, parse
from core.boards.listing import Board, LeftOut, Listing, applied
from core.boards.rows import Row
from core.boards.service import Overview
from data.models.fields import Span
from data.models.ids import ProviderId
from data.models.market import Capability, Gap, GapReason
from handlers.cards.board import PAGE, board_card, board_picture, said
from handlers.cards.board_market import market_card, market_picture
from handlers.cards.board_table import move, padded
from handlers.reply import Image
from tests.fakes.clock import START
from tests.fakes.replies import HOSTILE, PNG
from tests.unit.core.boards.rows import row, token

PICTURE = Image(PNG, "board.png", "a table of tokens " * 8, "0" * 32)
GAPS = tuple(
    Gap(source=ProviderId(name), capability=Capability.TRENDING, reason=reason, at=START)
    for name, reason in (("jupiter", GapReason.OPEN), ("gmgn", GapReason.TIMEOUT))
)


def listing(board: Board, *rows: Row, words: str = "", **more: object) -> Listing:
    filters, span, _ = applied(board, parse(words))
    made = Listing(
        number=7, board=board, span=span, filters=filters, rows=rows, left_out=LeftOut(), made_at=START,
        asked=(ProviderId("jupiter"),), answered=(ProviderId("jupiter"),),
    )  # fmt: skip
    return replace(made, **more)  # type: ignore[arg-type]


def test_a_board_reads_like_this() -> None:
    rows = (
        row(1, symbol="GEM", price="0.00001234", change_24h="6.65", liquidity=112_000),
        row(2, symbol="柴犬柴犬柴犬", price=2, change_24h="-0.5", liquidity=9_000),
        row(3, change_24h="0.01"),
    )
    shown = board_card(
        listing(Board.TOP, *rows, gaps=GAPS[:1], left_out=LeftOut(odd=1, filtered=12, quotes=2)), 1
    )
    assert shown.title.plain == "Top · 24h"
    assert shown.body.plain == (
        "liquidity at least $5.00K, by change, largest first\n"
        "                  price     24h     liq\n"
        " 1 GEM        $0.0₄1234   +665%   $112K\n"
        " 2 柴犬柴…      $2.0000  -50.0%  $9.00K\n"
        " 3 aaaa…aaa3          ?   +1.0%       ?\n"
        "Left out: 1 with a cap that contradicts itself, 12 that do not pass, 2 that others are priced in\n"
        "Missing: jupiter: down"
    )
    assert shown.footer.plain == f"1 of 1 sources · {START:%H:%M} UTC"


@pytest.mark.parametrize("board", list(Board))
def test_all_ten_rows_stand_under_a_picture_on_telegram(board: Board) -> None:
    rows = [
        row(
            n, symbol="W" * 60, price="0.0000000123456", change_24h="123456.789", change_1h="-0.999",
            mcap=10**14, liquidity=10**14, created=START - timedelta(days=900), volume_24h=10**14,
        )
        for n in range(1, 12)
    ]  # fmt: skip
    many = listing(
        board, *rows, words="liq>=10k mc<5b change1h<-5% pump by:vol5m", gaps=GAPS,
        left_out=LeftOut(odd=999, unknown=999, filtered=999, quotes=99),
    )  # fmt: skip
    written = card(board_card(many, 1, image=PICTURE)).text
    assert "10 WWW" in written
    assert len(written) <= 1024


@pytest.mark.parametrize("board", list(Board))
@pytest.mark.parametrize("name", HOSTILE)
def test_a_strangers_name_is_one_short_cell(board: Board, name: str) -> None:
    made = listing(board, row(1, symbol=name * 3, mcap=3, odd="no liquidity behind it"))
    shown = board_card(made, 1)
    line = next(each for each in shown.body.plain.splitlines() if each.startswith(" 1 "))
    assert len(line) <= 60
    table = board_picture(made, 1, practice=True)
    assert len(table.rows) == 1
    assert len(table.rows[0]) == len(table.columns)
    assert all("\n" not in cell.text for cell in table.rows[0])


@given(st.text(max_size=30), st.integers(1, 20))
def test_a_cell_is_as_wide_as_its_column(words: str, width: int) -> None:
    shown = padded(words, width)
    columns = sum(
        0 if unicodedata.combining(char) else 2 if unicodedata.east_asian_width(char) in "WF" else 1
        for char in shown
    )
    assert columns == width


@pytest.mark.parametrize("board", list(Board))
@pytest.mark.parametrize("measure", sorted(MEASURES))
def test_what_a_list_is_sorted_by_is_shown_and_its_buttons_run(board: Board, measure: str) -> None:
    known = row(
        1, symbol="A", price=3, mcap=5, liquidity=7, volume_5m=11, change_5m="0.13", buys_5m=17, sells_5m=19,
        holders=23, created=START - timedelta(minutes=29),
    )  # fmt: skip
    expected = {
        "price": "$3.0000", "mc": "$5", "liq": "$7", "vol": "$11", "change": "+13.0%", "buys": "17",
        "sells": "19", "txns": "36", "holders": "23", "age": "29m", "sources": "1",
    }[measure]  # fmt: skip
    order = Order(measure=measure, span=Span.M5 if MEASURES[measure].spanned else None)
    shown = board_card(listing(board, known, words=f"by:{measure}{order.span or ''}"), 1)
    assert expected in shown.body.plain.split("\n 1 ")[1]
    for button in (button for each in shown.rows for button in each):
        assert button.invoke is not None
        parse(button.invoke.args.get("filters", ""))


def test_pages_are_of_the_frozen_list_and_refresh_makes_a_new_one() -> None:
    made = listing(Board.NEW, *(row(n) for n in range(1, PAGE * 2 + 2)))
    shown = board_card(made, 2)
    assert shown.page is not None
    assert (shown.page.number, shown.page.pages) == (2, 3)
    assert shown.page.invoke.args["at"] == "7"
    (refresh,) = (b for r in shown.rows for b in r if b.label == "Refresh")
    assert refresh.invoke is not None
    assert "at" not in refresh.invoke.args
    opened = [b.invoke.args["token"] for r in shown.rows for b in r if b.invoke and b.invoke.command == "t"]
    assert opened == [token(n).address for n in range(PAGE + 1, PAGE * 2 + 1)]


def test_every_flag_and_measure_has_words() -> None:
    assert all(said(Filters(flags=(flag,)), Board.NEW) for flag in FLAGS)
    assert all(said(Filters(order=Order(measure=name)), Board.NEW) for name in MEASURES)


def test_a_market_that_nobody_tells_of_is_said_to_be_unknown() -> None:
    nobody = listing(Board.TOP, asked=(), answered=())
    market = Overview(
        majors=(row(1, symbol="SOL"),), top=nobody, losers=nobody, new=nobody, trending=nobody, known=(),
        gaps=GAPS, asked=(ProviderId("jupiter"),), answered=(), made_at=START,
    )  # fmt: skip
    shown = market_card(market)
    assert "SOL: no source has a price" in shown.body.plain
    assert "No source answers now." in shown.body.plain
    assert shown.error == "no data"
    assert market_picture(market, practice=False).rows
    up = replace(market, known=tuple(row(n, change_24h=change) for n, change in enumerate((1, 2, -1, 0))))
    assert "2 up, 1 down, 1 flat, of 4 tokens" in market_card(up).fields[0].value.plain


@pytest.mark.parametrize(
    ("change", "expected"),
    [(None, "?"), ("0.5", "+50.0%"), ("-1", "-100%"), ("0", "0%"), ("1233", "x1.23K"), ("99999999", "x100M")],
)
def test_a_change_stays_in_its_column(change: str | None, expected: str) -> None:
    assert move(None if change is None else Decimal(change)) == expected
