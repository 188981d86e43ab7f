"""Lists as CSV: every row accounted for, no cell a formula, and nothing lost on the way out and back."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import sheets
from data.errors import ConfigError
from data.models.ids import Chain, TokenKey
from data.models.lists import Item

DATA = Path(__file__).parents[2] / "data" / "trench_coins.csv"
BONK = "DezXAZ8z7PnrnRJjz3wXBoRgixCa6xjnB7YaB1pPB263"
EVM = "0x" + "ab" * 20


def written(columns: tuple[str, ...], *items: Item) -> str:
    return "".join(sheets.write(columns, [(item, None) for item in items]))


def table(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text, newline="")))


def test_real_rows_are_all_there_those_without_a_coin_with_their_line_and_problem() -> None:
    text = DATA.read_text(encoding="utf-8")
    sheet = sheets.read(text)
    rows = table(text)[1:]
    assert [list(item.cells) for item in sheet.items] == rows
    at = table(text)[0].index("mint")
    bad = [item for item in sheet.items if item.token is None]
    assert [item.cells for item in bad] == [tuple(row) for row in rows if not row[at]]
    assert bad
    assert {item.problem for item in bad} == {"no address"}
    assert [item.token.address for item in sheet.items if item.token] == [row[at] for row in rows if row[at]]


def test_what_is_written_is_read_back_as_it_was() -> None:
    sheet = sheets.read(DATA.read_text(encoding="utf-8"))
    again = sheets.read(written(sheet.columns, *sheet.items))
    assert again.columns == sheet.columns
    assert [item.cells for item in again.items] == [item.cells for item in sheet.items]
    assert [item.token for item in again.items] == [item.token for item in sheet.items]


# A cell of nothing but blanks and the like is what a spreadsheet program would write, too.
cells = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"), max_size=12)
sharp = st.builds(
    lambda lead, rest: lead + rest,
    st.sampled_from(["=", "+", "-", "@", "\t", "\r", "\n", "'", "'=", "＝"]),
    cells,
)


@given(st.lists(st.one_of(cells, sharp), min_size=1, max_size=3))
def test_no_cell_is_a_formula_and_every_cell_comes_back(found: list[str]) -> None:
    columns = ("mint", *(f"c{number}" for number in range(len(found))))
    item = Item(line=2, cells=(BONK, *found), token=TokenKey(Chain.SOLANA, BONK))
    text = written(columns, item)
    for cell in table(text)[1]:
        assert not cell.startswith(("=", "@", "\t", "\r", "\n", "＝"))
        if cell.startswith(("+", "-")):
            float(cell)
    (again,) = sheets.read(text).items
    assert again.cells == item.cells


@pytest.mark.parametrize("cell", ["-12.97", "+1", "1e5", "-1.5E-7"])
def test_numbers_stay_numbers(cell: str) -> None:
    assert sheets._neutral(cell) == cell


@pytest.mark.parametrize("cell", ["-1+cmd|' /C calc'!A0", "+SUM(A1)", "-", "=1", "@x", "\t=1", "-1\n", "+١"])
def test_what_only_looks_like_a_number_does_not(cell: str) -> None:
    assert sheets._neutral(cell) == f"'{cell}"


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ("", None),
        ("x,", "not an address: x"),
        (f"{BONK[:-9]},", f"not an address: {BONK[:-9]}"),
        (f"{BONK} {EVM},", f"not an address: {BONK} {EVM[:14]}…"),
        (f"{EVM},", "its chain is not told: a column chain says ethereum, bsc or base"),
        (f"{EVM},tron", "an unknown chain: tron"),
        (f"{EVM},solana", f"not an address on solana: {EVM}"),
        (f"{BONK},base", f"not an address on base: {BONK}"),
        (f"{BONK},solana,more", "1 cells more than the heads"),
        (",solana", "no address"),
    ],
)
def test_a_row_that_names_no_coin_says_why(row: str, problem: str | None) -> None:
    items = sheets.read(f"address,chain\n{row}\n{BONK},\n").items
    if problem is None:
        assert [item.line for item in items] == [3]
    else:
        assert [(item.line, item.problem) for item in items] == [(2, problem), (3, "")]
        assert items[0].token is None


@pytest.mark.parametrize(
    "wrapped", [f"`{BONK}`", f" {BONK} ", f'"{BONK}"', f"https://solscan.io/token/{BONK}"]
)
def test_harmless_wrappings_of_an_address_are_taken_off(wrapped: str) -> None:
    line = io.StringIO(newline="")
    csv.writer(line).writerows([["Mint"], [wrapped]])
    (item,) = sheets.read(line.getvalue()).items
    assert item.token == TokenKey(Chain.SOLANA, BONK)


def test_evm_coins_are_taken_on_the_chain_that_their_column_names() -> None:
    (item,) = sheets.read(f"chain,address\nBASE,{EVM.upper().replace('X', 'x')}\n").items
    assert item.token == TokenKey(Chain.BASE, EVM)


def test_columns_of_ours_are_not_taken_in_again() -> None:
    first = sheets.read(f"mint,ticker\n{BONK},=BONK\n")
    again = sheets.read(written(first.columns, *first.items))
    assert again.columns == ("mint", "ticker")
    assert again.items[0].cells == (BONK, "=BONK")


def test_the_digest_tells_lists_apart() -> None:
    one, same, other = (sheets.read(f"mint,t\n{BONK},{t}\n") for t in ("a", "a", "b"))
    assert one.digest == same.digest != other.digest


@pytest.mark.parametrize("text", ["", "ticker\nBONK\n", "mint\n" + "x" * 40_000 + "\n"])
def test_what_is_no_list_is_refused(text: str) -> None:
    with pytest.raises(ConfigError):
        sheets.read(text)
