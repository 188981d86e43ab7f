"""The market's board: the majors, how many rise and fall, what leads each list; and tokens side by side."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from core.boards.listing import Board, Listing
from core.boards.rows import Row
from core.boards.service import Bars, Overview
from core.charts.pictures import Frame, TableSpec
from data.models.fields import CHANGE, PRICE_USD, Span
from handlers import figures
from handlers.cards.board import counted, missing
from handlers.cards.board_table import grid, move, price, symbol, table
from handlers.cards.layout import in_rows
from handlers.reply import Button, Field, Image, Invoke, Reply, Text, Tone, block, faint, lines, strong, text

_LEADERS = 3
_PER_ROW = 4
_MAJORS_SHOWN = 6


def market_card(market: Overview, *, image: Image | None = None) -> Reply:
    """Lay the market out in short, with the way to each list."""
    heard = bool(market.answered)
    priced = [row for row in market.majors if row.get(PRICE_USD) is not None]
    return Reply(
        title=text("Market"),
        body=lines(
            _sol(market.majors),
            grid(priced[1:_MAJORS_SHOWN], Board.TOP, Span.H24, market.made_at) if len(priced) > 1 else "",
            "" if heard else "No source answers now.",
            text(faint(missing(market.gaps))),
        ),
        fields=(
            Field("Breadth 24h", _breadth(market.known), 90, inline=False),
            Field("Gainers", _moves(market.top), 80, inline=False),
            Field("Losers", _moves(market.losers), 70, inline=False),
            Field("New", _names(market.new), 60, inline=False),
            Field("Trending", _moves(market.trending), 60, inline=False),
        ),
        image=image,
        buttons=_buttons("overview"),
        tone=Tone.NEUTRAL if heard and not market.gaps else Tone.WARN,
        footer=text(f"{counted(market.answered, market.asked)} · {figures.clock_time(market.made_at)}"),
        error="" if heard else "no data",
    )


def market_picture(market: Overview, *, practice: bool) -> TableSpec:
    """Ask for the majors and the leaders as one picture."""
    rows = (*market.majors, *market.top.rows[:_LEADERS], *market.losers.rows[:_LEADERS])
    each = tuple({row.token: row for row in rows}.values())
    frame = Frame(
        title="Market · 24h", subtitle=_breadth(market.known).plain, practice=practice,
        footer=f"{counted(market.answered, market.asked)} · {figures.clock_time(market.made_at)}",
    )  # fmt: skip
    return table(each, Board.TOP, Span.H24, market.made_at, frame)


def _sol(majors: Sequence[Row]) -> Text:
    """Lead with SOL; the first of the majors is it."""
    if not majors or (usd := majors[0].get(PRICE_USD)) is None:
        return text(strong("SOL"), ": no source has a price")
    change = majors[0].get(CHANGE[Span.H24])
    moved = "" if change is None else f" {figures.percent(change, signed=True)} 24h"
    return text(strong("SOL"), " ", strong(price(usd)), moved, faint(f" · {majors[0].priced_by} sources"))


def _breadth(rows: Sequence[Row]) -> Text:
    """Count how many of what sources list rise and fall."""
    changes = [row.get(CHANGE[Span.H24]) for row in rows]
    up = sum(change is not None and change > 0 for change in changes)
    down = sum(change is not None and change < 0 for change in changes)
    unknown = sum(change is None for change in changes)
    words = [f"{up} up", f"{down} down"]
    if flat := len(changes) - up - down - unknown:
        words.append(f"{flat} flat")
    if unknown:
        words.append(f"{unknown} unknown")
    return text(f"{', '.join(words)}, of {len(changes)} tokens that sources list")


def _moves(listing: Listing) -> Text:
    leaders = [f"{symbol(row)} {move(row.get(CHANGE[listing.span]))}" for row in listing.rows[:_LEADERS]]
    return text(f"{', '.join(leaders)} in {listing.span}" if leaders else "nothing to show")


def _names(listing: Listing) -> Text:
    return text(", ".join(symbol(row) for row in listing.rows[:_LEADERS]) or "nothing to show")


def compared_card(
    bars: Bars, board: str, at: datetime, *, image: Image | None = None, note: str = ""
) -> Reply:
    """Show tokens side by side: how far each moved, in words; the picture holds the rest."""
    rows = []
    for name, series in bars.series:
        first, last = series.candles[0], series.candles[-1]
        moved = last.close / first.open - 1 if first.open > 0 else None
        words = "?" if moved is None else f"{moved * 100:+.1f} %"
        rows.append(f"{name[:10]:<10} {words:>9} {len(series.candles):>4} bars")
    silent = f"No bars of {', '.join(bars.silent)}" if bars.silent else ""
    return Reply(
        title=text("Market · how they moved" if board == "comparison" else "Market · how they move together"),
        body=lines(
            block("\n".join(rows)) if rows else "No source has bars now.",
            text(faint(silent)),
            text(faint(missing(bars.gaps))),
            text(faint(note)),
        ),
        image=image,
        buttons=_buttons(board),
        tone=Tone.NEUTRAL if rows and not bars.gaps else Tone.WARN,
        footer=text(f"hourly bars of each token's deepest pool · {figures.clock_time(at)}"),
        error="" if rows else "no data",
    )


def compared_frame(board: str, at: datetime, *, practice: bool) -> Frame:
    """Frame the picture of tokens side by side."""
    title = "Moves since the first hour" if board == "comparison" else "Correlation of hourly returns"
    return Frame(title=title, footer=f"hourly bars · {figures.clock_time(at)}", practice=practice)


def _buttons(board: str) -> tuple[tuple[Button, ...], ...]:
    boards = tuple(
        Button(name.capitalize(), Invoke("market", {"board": name}), active=name == board)
        for name in ("overview", "comparison", "correlation")
    )
    lists = (
        Button("Top", Invoke("top")),
        Button("Losers", Invoke("top", {"filters": "by:-change"})),
        Button("New", Invoke("new")),
        Button("Trending", Invoke("trending")),
        Button("Volume", Invoke("top", {"filters": "by:vol"})),
        Button("Runners", Invoke("runners")),
        Button("Coins", Invoke("coins")),
        Button("Refresh", Invoke("market", {"board": board})),
    )
    return (boards, *in_rows(lists, _PER_ROW))
