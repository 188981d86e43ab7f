"""The runners of a day: from which low to which high, and what was known at the low."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from core.addresses import word_of
from core.boards.runners import Day, Runner
from core.charts.pictures import Cell, Column, Frame, Mood, TableSpec
from data.models.fields import LIQUIDITY_USD
from handlers import figures
from handlers.cards.board_table import ODD, money, padded, price, symbol
from handlers.cards.layout import in_rows, turned
from handlers.reply import Button, Image, Invoke, Reply, Text, block, faint, lines, text

PAGE = 10
_PER_ROW = 5
_LABEL = 14
_SYMBOL = 8


def runners_card(found: Day, number: int, today: date, *, image: Image | None = None) -> Reply:
    """Lay a page of a day's runners out."""
    again = Invoke("runners", {"day": found.day.isoformat()})
    rows, page = turned(found.runners, number, PAGE, again)
    first = (page.number - 1) * PAGE + 1
    return Reply(
        title=text(_title(found)),
        body=lines(
            text(faint("lowest price of the day to the highest after it, of what I had seen; UTC")),
            _grid(rows, first) if rows else "Nothing that I saw that day rose.",
            text(faint(_read(found))),
        ),
        image=image,
        buttons=(
            *in_rows(tuple(_opening(at, each) for at, each in enumerate(rows, first)), _PER_ROW),
            _days(found.day, today),
        ),
        page=page,
        footer=text(f"from stored snapshots · {figures.clock_time(found.made_at)}"),
    )


def runners_picture(found: Day, number: int, *, practice: bool) -> TableSpec:
    """Ask for a page of runners as a picture."""
    rows, page = turned(found.runners, number, PAGE, Invoke("runners"))
    first = (page.number - 1) * PAGE + 1
    heads = ("Run", "Low", "at", "High", "at", "Cap then", "Liq then", "Seen")
    return TableSpec(
        frame=Frame(title=_title(found), footer=_read(found), practice=practice),
        columns=(
            Column(name="#"), Column(name="Token", right=False), *(Column(name=head) for head in heads)
        ),
        rows=tuple(_cells(at, each) for at, each in enumerate(rows, first)),
    )  # fmt: skip


def _title(found: Day) -> str:
    return f"Runners · {found.day:%d %b %Y}"


def _read(found: Day) -> str:
    """Say how much of the day was looked at."""
    if found.looked_at < found.tokens:
        return f"{found.looked_at} of {found.tokens} tokens read in time: ask again for the rest"
    return f"{figures.count(found.tokens)} tokens looked at"


def _run(each: Runner) -> str:
    ratio = each.run.ratio
    return (
        f"x{figures.short(ratio + 1)}"
        if ratio >= 10
        else figures.percent(ratio, signed=True).replace(" ", "")
    )


def _cap(each: Runner) -> str:
    return ODD if each.then.odd else money(each.then.cap_usd)


def _grid(rows: Sequence[Runner], first: int) -> Text:
    head = f"   {padded('', _SYMBOL)} {'run':>8} {'low to high':>11} {'cap':>7}"
    written = [
        f"{number:>2} {padded(symbol(each.then), _SYMBOL)} {_run(each):>8} "
        f"{each.run.low[0]:%H:%M}–{each.run.high[0]:%H:%M} {_cap(each):>7}"
        for number, each in enumerate(rows, first)
    ]
    return text(block("\n".join([head, *written])))


def _cells(number: int, each: Runner) -> tuple[Cell, ...]:
    run = each.run
    return (
        Cell(text=str(number)),
        Cell(text=symbol(each.then)),
        Cell(text=_run(each), mood=Mood.GOOD),
        Cell(text=price(run.low[1])),
        Cell(text=f"{run.low[0]:%H:%M}"),
        Cell(text=price(run.high[1])),
        Cell(text=f"{run.high[0]:%H:%M}"),
        Cell(text=_cap(each), mood=Mood.WARN if each.then.odd else Mood.NEUTRAL),
        Cell(text=money(each.then.get(LIQUIDITY_USD))),
        Cell(text=str(run.prices)),
    )


def _opening(number: int, each: Runner) -> Button:
    label = f"{number} {symbol(each.then)}"[:_LABEL]
    return Button(label, Invoke("t", {"token": word_of(each.token)}))


def _days(day: date, today: date) -> tuple[Button, ...]:
    def to(label: str, other: date) -> Button:
        return Button(label, Invoke("runners", {"day": other.isoformat()}))

    after = (to("Day after", day + timedelta(days=1)),) if day < today else ()
    before = to("Day before", day - timedelta(days=1))
    return (before, *after, to("Refresh", day), Button("Market", Invoke("market")))
