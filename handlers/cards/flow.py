"""Buys and sells of a token: what all sources count, and the trades that one of them lists."""

from __future__ import annotations

from decimal import Decimal

from core.addresses import word_of
from core.charts import builders
from core.charts.pictures import FlowBar, FlowSpec, Frame, LinesSpec
from core.flows import Traded, Window
from core.past import History
from data.models.fields import BUYS, SELLS, VOLUME_USD, Span
from data.models.market import Timeframe, TokenSnapshot
from handlers import figures
from handlers.cards import provenance
from handlers.cards.history import history_rows
from handlers.cards.token import price_line, title
from handlers.reply import (
    Button,
    Field,
    Image,
    Invoke,
    Reply,
    Text,
    Tone,
    block,
    code,
    faint,
    lines,
    strong,
    text,
)

_UNKNOWN = "unknown"
_DAY = 86_400
_BARS_SHOWN = 6


def flow_card(
    snapshot: TokenSnapshot,
    traded: Traded | None,
    *,
    asked: Timeframe | None = None,
    image: Image | None = None,
) -> Reply:
    """Lay the flows out; `traded` None says that the trades are still asked for."""
    window = None if traded is None else traded.window
    silent = provenance.missing((*snapshot.gaps, *(traded.gaps if traded else ())))
    shown = asked if window is None else window.timeframe
    return Reply(
        title=text("Flow · ", title(snapshot)),
        body=lines(
            text(code(snapshot.token.address)),
            price_line(snapshot, snapshot.at),
            *_trades(window, traded),
            text(faint(f"Missing: {silent}" if silent else "")),
        ),
        fields=tuple(
            Field(f"Last {span}", _counted(snapshot, span), 90 - at) for at, span in enumerate(Span)
        ),
        image=image,
        buttons=_buttons(word_of(snapshot.token), shown),
        tone=Tone.NEUTRAL if traded is None or window is not None else Tone.WARN,
        footer=provenance.footer(snapshot),
    )


def flow_picture(snapshot: TokenSnapshot, window: Window, *, practice: bool) -> FlowSpec:
    """Ask for the trades as a picture."""
    return FlowSpec(
        frame=Frame(
            title=f"Flow · {title(snapshot).plain} · {window.timeframe.value}",
            subtitle=f"{_span(window)}, nothing before is known",
            footer=f"{_place(window)} · {provenance.source(window.source)} · {figures.clock_time(window.at)}",
            practice=practice,
        ),
        bars=tuple(
            FlowBar(time=bar.time, bought_usd=float(bar.bought_usd), sold_usd=float(bar.sold_usd))
            for bar in window.bars
        ),
        seconds=window.timeframe.seconds,
    )


def liquidity_card(snapshot: TokenSnapshot, known: History[Decimal], *, image: Image | None = None) -> Reply:
    """Lay out what liquidity was known over time."""
    token = word_of(snapshot.token)
    return Reply(
        title=text("Liquidity over time · ", title(snapshot)),
        body=lines(text(code(snapshot.token.address)), *history_rows(known, figures.usd, snapshot.at)),
        image=image,
        buttons=(
            (
                Button("Flow", Invoke("flow", {"token": token})),
                Button("Holders over time", Invoke("holders", {"token": token, "what": "history"})),
                Button("Card", Invoke("t", {"token": token})),
            ),
        ),
        footer=provenance.footer(snapshot),
        tone=Tone.NEUTRAL if known else Tone.WARN,
    )


def liquidity_picture(snapshot: TokenSnapshot, known: History[Decimal], *, practice: bool) -> LinesSpec:
    """Ask for the liquidity over time as a picture."""
    frame = Frame(
        title=f"Liquidity over time · {title(snapshot).plain}",
        subtitle="each time somebody asked for it",
        footer=provenance.footer(snapshot).plain,
        practice=practice,
    )
    return builders.liquidity(frame, known)


def _counted(snapshot: TokenSnapshot, span: Span) -> Text:
    """Write what all sources count of one span; each figure by itself may be unknown."""
    buys, sells = (snapshot.value(key[span]) for key in (BUYS, SELLS))
    volume = snapshot.value(VOLUME_USD[span])
    if buys is None and sells is None and volume is None:
        return text(_UNKNOWN)
    bought, sold = (_UNKNOWN if number is None else figures.count(number) for number in (buys, sells))
    traded = _UNKNOWN if volume is None else figures.usd(volume)
    return text(f"{bought} buys · {sold} sells · volume {traded}")


def _trades(window: Window | None, traded: Traded | None) -> list[Text]:
    if traded is None:
        return [text(faint("Asking for its last trades…"))]
    if window is None:
        return [text("No source lists its trades now.")]
    net = window.bought_usd - window.sold_usd
    old = " · not fresh" if window.stale else ""
    return [
        text(strong(f"{_sign(net)} net {figures.usd(net)}"), f" in the {_span(window)}"),
        text(f"▲ bought {figures.usd(window.bought_usd)}: {_side(window.buys, 'buy', window.buyers)}"),
        text(f"▼ sold {figures.usd(window.sold_usd)}: {_side(window.sells, 'sell', window.sellers)}"),
        text(faint(f"in {_place(window)} alone, as {provenance.source(window.source)} lists them{old}")),
        _newest(window),
    ]


def _newest(window: Window) -> Text:
    """List the newest bars; who bought is unknown where a trade does not tell its wallet."""
    rows = [
        f"{bar.time % _DAY // 3600:02}:{bar.time % 3600 // 60:02} "
        f"{figures.count(bar.buys):>5} {figures.count(bar.sells):>5} "
        f"{'?' if bar.buyers is None else figures.count(bar.buyers):>6} "
        f"{figures.usd(bar.bought_usd - bar.sold_usd):>9}"
        for bar in window.bars[-_BARS_SHOWN:]
    ]
    return text(block("\n".join(["UTC    buys sells buyers       net", *rows])))


def _side(trades: int, word: str, wallets: int | None) -> str:
    counted = f"{figures.count(trades)} {word}{'' if trades == 1 else 's'}"
    return f"{counted} by {_wallets(wallets)}"


def _wallets(count: int | None) -> str:
    if count is None:
        return "an unknown number of wallets"
    return f"{figures.count(count)} wallet{'' if count == 1 else 's'}"


def _span(window: Window) -> str:
    trades = window.buys + window.sells
    counted = "last trade" if trades == 1 else f"last {figures.count(trades)} trades"
    if window.start == window.end:
        return f"{counted}, {figures.clock_time(window.start)}"
    days = "" if window.start.date() == window.end.date() else f"{figures.date(window.start)} "
    return (
        f"{counted}, {days}{figures.clock_time(window.start)} to {figures.clock_time(window.end)} "
        f"({figures.age(window.end - window.start)})"
    )


def _place(window: Window) -> str:
    return f"{window.pool.dex} pool {figures.address(window.pool.address)}"


def _sign(net: Decimal) -> str:
    return "▲" if net > 0 else "▼" if net < 0 else "="


def _buttons(token: str, shown: Timeframe | None) -> tuple[tuple[Button, ...], ...]:
    frames = tuple(
        Button(frame.value, Invoke("flow", {"token": token, "tf": frame.value}), active=frame is shown)
        for frame in Timeframe
    )
    return (
        frames,
        (
            Button("Liquidity over time", Invoke("flow", {"token": token, "what": "liquidity"})),
            Button("Holders", Invoke("holders", {"token": token})),
            Button("Card", Invoke("t", {"token": token})),
        ),
    )
