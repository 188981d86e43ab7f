"""Lists of coins as CSV: read with every row accounted for, written so that no cell is a formula. Pure.

A spreadsheet runs a cell that begins like a formula. Such a cell is written with an apostrophe before it,
which reading takes away again; plain numbers are no formulas and stay as they are.
Source: OWASP, CSV injection.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from core.addresses import RefKind, find
from data.errors import ConfigError
from data.models.fields import (
    HOLDERS,
    LIQUIDITY_USD,
    MARKET_CAP_USD,
    NAME,
    PRICE_USD,
    SYMBOL,
    VOLUME_USD,
    Field,
    Span,
)
from data.models.ids import Chain, TokenKey
from data.models.lists import Item
from data.models.market import GapReason, TokenSnapshot
from data.models.text import one_line

OURS = "tc_"  # begins the names of the columns that are ours
_ADDRESS = ("mint", "address")
_LONGEST_CELL = 32_768
_MOST_ROWS = 200_000
_FORMULA = re.compile(r"'*[=+\-@\t\r\n＝＋－＠]")
_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?")
_FIGURES: Mapping[str, Field[Any]] = {
    "price_usd": PRICE_USD, "market_cap_usd": MARKET_CAP_USD, "liquidity_usd": LIQUIDITY_USD,
    "volume_24h_usd": VOLUME_USD[Span.H24], "holders": HOLDERS, "symbol": SYMBOL, "name": NAME,
}  # fmt: skip
_ABOUT = ("sources", "missing", "at", "problem")


@dataclass(frozen=True, slots=True)
class Sheet:
    """A file read: the heads of its columns, and every row, those without a coin among them."""

    columns: tuple[str, ...]
    items: tuple[Item, ...]

    @property
    def digest(self) -> str:
        """Tell these rows from others."""
        rows = [self.columns, *((item.line, item.cells) for item in self.items)]
        return hashlib.sha256(json.dumps(rows).encode()).hexdigest()


def read(text: str) -> Sheet:
    """Read a list; a row that names no coin is kept with its problem. Columns of ours are left out.

    Raises:
        ConfigError: it is no CSV, or has no column `mint` or `address`.
    """
    rows = _rows(text)
    _, heads = next(rows, (0, []))
    columns = [head.strip() for head in heads]
    folded = [head.lower() for head in columns]
    at = next((folded.index(name) for name in _ADDRESS if name in folded), None)
    if at is None:
        raise ConfigError(["the file has no column called mint or address"])
    on = folded.index("chain") if "chain" in folded else None
    theirs = [number for number, head in enumerate(folded) if not head.startswith(OURS)]
    items: list[Item] = []
    for line, row in rows:
        if len(items) >= _MOST_ROWS:
            raise ConfigError([f"the file has more than {_MOST_ROWS} rows"])
        cells = [_restored(cell) for cell in row]
        surplus = tuple(cells[len(columns) :])
        kept = tuple(cells[number] if number < len(cells) else "" for number in theirs) + surplus
        token, problem = _token(cells, len(columns), at, on)
        items.append(Item(line=line, cells=kept, token=token, problem=problem))
    return Sheet(tuple(columns[number] for number in theirs), tuple(items))


def write(columns: Sequence[str], rows: Iterable[tuple[Item, TokenSnapshot | None]]) -> Iterator[str]:
    """Write a list line by line: its own columns, then ours with what is known; unknown is empty."""
    yield _line([*columns, *(f"{OURS}{name}" for name in (*_FIGURES, *_ABOUT))])
    for item, snapshot in rows:
        cells = (*item.cells, *[""] * (len(columns) - len(item.cells)))
        own, surplus = cells[: len(columns)], cells[len(columns) :]
        yield _line([*own, *_known(snapshot), item.problem, *surplus])


def _known(snapshot: TokenSnapshot | None) -> list[str]:
    if snapshot is None:
        return [""] * (len(_FIGURES) + len(_ABOUT) - 1)
    figures = [snapshot.value(field) for field in _FIGURES.values()]
    silent = sorted({gap.source for gap in snapshot.gaps if gap.reason is not GapReason.NOT_LISTED})
    return [
        *map(_figure, figures),
        " ".join(snapshot.answered), " ".join(silent), snapshot.at.isoformat(timespec="seconds"),
    ]  # fmt: skip


def _figure(value: object) -> str:
    if value is None:
        return ""
    return f"{value:f}" if isinstance(value, Decimal) else str(value)


def _rows(text: str) -> Iterator[tuple[int, list[str]]]:
    """Give each row with the line it ends on; empty lines are none."""
    csv.field_size_limit(_LONGEST_CELL)
    reader = csv.reader(io.StringIO(text, newline=""))
    try:
        for row in reader:
            if any(row):
                yield reader.line_num, row
    except csv.Error as error:
        raise ConfigError([f"line {reader.line_num} is no CSV: {error}"]) from None


def _token(cells: Sequence[str], width: int, at: int, on: int | None) -> tuple[TokenKey | None, str]:
    """Read which coin a row names, or why it names none."""
    if len(cells) > width:
        return None, f"{len(cells) - width} cells more than the heads"
    address = cells[at].strip() if at < len(cells) else ""
    if not address:
        return None, "no address"
    refs = find(address)
    if len(refs) != 1 or refs[0].kind is not RefKind.ADDRESS:
        return None, f"not an address: {one_line(address, 60)}"
    named = cells[on].strip().lower() if on is not None and on < len(cells) else ""
    if named and named not in set(Chain):
        return None, f"an unknown chain: {one_line(named, 30)}"
    chain = Chain(named) if named else refs[0].chain
    if chain is None:
        return None, "its chain is not told: a column chain says ethereum, bsc or base"
    if refs[0].chain not in {None, chain} or (chain is Chain.SOLANA) != (refs[0].chain is Chain.SOLANA):
        return None, f"not an address on {chain}: {one_line(address, 60)}"
    return TokenKey(chain, refs[0].text), ""


def _line(cells: Iterable[str]) -> str:
    out = io.StringIO(newline="")
    csv.writer(out).writerow([_neutral(cell) for cell in cells])
    return out.getvalue()


def _neutral(cell: str) -> str:
    """Write a cell so that no spreadsheet takes it for a formula."""
    return f"'{cell}" if _FORMULA.match(cell) and not _NUMBER.fullmatch(cell) else cell


def _restored(cell: str) -> str:
    """Take away the apostrophe that `_neutral` wrote."""
    if not cell.startswith("'") or not _FORMULA.match(cell):
        return cell
    return cell[1:]
