"""The watchlist as a table, and what is said when it changes. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import TypeAlias

from core.addresses import word_of
from core.charts.pictures import Cell, Column, Frame, Mood, TableSpec
from core.enrichment.finder import Found
from data.models.alerts import WatchItem
from data.models.fields import CHANGE, FDV_USD, LIQUIDITY_USD, MARKET_CAP_USD, PRICE_USD, SYMBOL, Field, Span
from data.models.ids import TokenKey
from data.models.market import TokenSnapshot
from data.models.text import one_line
from handlers import figures
from handlers.cards.board_table import UNKNOWN, money, mood_of, move, padded, price
from handlers.cards.layout import in_rows
from handlers.cards.price import price_line
from handlers.reply import Button, Invoke, Page, Reply, Tone, block, code, faint, lines, text

SHOWN = 10
_PER_ROW = 5
_NAME = 9

Row: TypeAlias = tuple[WatchItem, TokenSnapshot | None]


def watched_card(found: Found, snapshot: TokenSnapshot, tag: str, *, shared: bool) -> Reply:
    """Read back what is watched."""
    word = word_of(snapshot.token)
    where = "this chat's watchlist" if shared else "your watchlist"
    tagged = f" under {tag}" if tag else ""
    return Reply(
        title=text(f"On {where}{tagged}"),
        body=lines(price_line(found, snapshot), text(code(snapshot.token.address))),
        buttons=(
            (
                Button("Watchlist", Invoke("watchlist")),
                Button("Alert at +10 %", Invoke("alert", {"rule": f"{word} +10% 1h"})),
                Button("Unwatch", Invoke("unwatch", {"token": word})),
            ),
        ),
        tone=Tone.GOOD,
    )


def unwatched_card(token: TokenKey, item: WatchItem | None, *, gone: bool) -> Reply:
    """Read back what is watched no longer."""
    name = (item.symbol if item is not None else "") or figures.address(token.address)
    listed = Button("Watchlist", Invoke("watchlist"))
    if not gone:
        return Reply(body=text(f"{name} is not on the watchlist here."), buttons=((listed,),), tone=Tone.WARN)
    again = {"token": word_of(token)} | ({"tag": item.tag} if item is not None and item.tag else {})
    return Reply(
        body=text(f"{name} is off the watchlist."),
        buttons=((Button("Undo", Invoke("watch", again)), listed),),
        tone=Tone.GOOD,
    )


def _name(row: Row) -> str:
    item, snapshot = row
    told = snapshot.value(SYMBOL) if snapshot is not None else None
    return one_line(told or item.symbol, 24) or figures.address(item.token.address)


def _value(row: Row, key: Field[Decimal]) -> Decimal | None:
    return None if row[1] is None else row[1].value(key)


def _cap(row: Row) -> Decimal | None:
    cap = _value(row, MARKET_CAP_USD)
    return _value(row, FDV_USD) if cap is None else cap


def _heading(tag: str, *, shared: bool) -> str:
    return f"{'Watchlist of this chat' if shared else 'Your watchlist'}{f' · {tag}' if tag else ''}"


def watchlist_card(rows: Sequence[Row], count: int, page: Page, tag: str, *, shared: bool) -> Reply:
    """List a page in words; a button opens each token."""
    if not count:
        return Reply(
            title=text(_heading(tag, shared=shared)),
            body=lines("Nothing is on it.", text("Try: ", code("/watch BONK"))),
        )
    head = f"{padded('', _NAME)} {'price':>10} {'24h':>7} {'cap':>7}"
    table = [
        f"{padded(_name(row), _NAME)} {price(_value(row, PRICE_USD)):>10}"
        f" {move(_value(row, CHANGE[Span.H24])):>7} {money(_cap(row)):>7}"
        for row in rows
    ]
    silent = sum(snapshot is None for _, snapshot in rows)
    buttons = [Button(_name(row)[:12], Invoke("t", {"token": word_of(row[0].token)})) for row in rows]
    return Reply(
        title=text(_heading(tag, shared=shared), f" ({count})"),
        body=lines(
            block("\n".join([head, *table])),
            faint(f"{UNKNOWN}: no source answered for {silent}") if silent else "",
        ),
        buttons=in_rows(buttons, _PER_ROW),
        page=page,
    )


def watchlist_picture(
    rows: Sequence[Row], page: Page, count: int, tag: str, *, shared: bool, practice: bool, now: datetime
) -> TableSpec:
    """Ask for a page as a picture."""
    first = (page.number - 1) * SHOWN + 1
    heads = ("Price", "1h", "24h", "Cap", "Liquidity")
    return TableSpec(
        frame=Frame(
            title=_heading(tag, shared=shared),
            subtitle=f"{first} to {first + len(rows) - 1} of {count}",
            footer=f"{now:%d %b %H:%M} UTC",
            practice=practice,
        ),
        columns=(
            Column(name="Token", right=False),
            *(Column(name=head) for head in heads),
            Column(name="Tag", right=False),
        ),
        rows=tuple(
            (
                Cell(text=_name(row)),
                Cell(text=price(_value(row, PRICE_USD))),
                *(_moved(_value(row, CHANGE[span])) for span in (Span.H1, Span.H24)),
                Cell(text=money(_cap(row))),
                Cell(text=money(_value(row, LIQUIDITY_USD))),
                Cell(text=row[0].tag),
            )
            for row in rows
        ),
    )


def _moved(change: Decimal | None) -> Cell:
    return Cell(text=move(change), mood=mood_of(change) if change is not None else Mood.UNKNOWN)
