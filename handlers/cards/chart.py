"""The chart card, and a chart as an image of any card."""

from __future__ import annotations

from core.addresses import word_of
from core.charting import Drawing
from core.charts.spec import Scale
from data.models.market import Timeframe, TokenSnapshot
from handlers.cards import provenance
from handlers.cards.token import price_line, title
from handlers.reply import Button, Image, Invoke, Reply, Tone, faint, lines, text


def image(drawing: Drawing, snapshot: TokenSnapshot, timeframe: Timeframe) -> Image | None:
    """Make a drawing an image; None where there is no picture."""
    chart = drawing.chart
    if chart is None:
        return None
    return Image(chart.png, f"{snapshot.token.address[:8]}-{timeframe.value}.png", chart.alt, drawing.key)


def note(drawing: Drawing) -> str:
    """Say why there is no picture."""
    if drawing.chart is not None:
        return ""
    reasons = provenance.missing(drawing.gaps)
    if reasons:
        return f"No chart: {reasons}"
    return (
        "No chart: it could not be drawn in time."
        if drawing.pool
        else "No chart: no source has candles of it."
    )


def chart_card(snapshot: TokenSnapshot, drawing: Drawing, timeframe: Timeframe, scale: Scale | None) -> Reply:
    """Lay out a chart with the buttons of its timeframes and scale."""
    return Reply(
        title=text(title(snapshot), f" · {timeframe.value}"),
        body=lines(price_line(snapshot, snapshot.at), text(faint(note(drawing)))),
        image=image(drawing, snapshot, timeframe),
        buttons=_buttons(word_of(snapshot.token), timeframe, scale),
        footer=provenance.footer(snapshot),
        tone=Tone.NEUTRAL if drawing.chart is not None else Tone.WARN,
        error="" if drawing.chart is not None else "no chart",
    )


def _buttons(token: str, timeframe: Timeframe, scale: Scale | None) -> tuple[tuple[Button, ...], ...]:
    def to(label: str, frame: Timeframe, kind: Scale | None, *, active: bool) -> Button:
        args = {"token": token, "tf": frame.value} | ({"scale": kind.value} if kind else {})
        return Button(label, Invoke("c", args), active=active)

    frames = tuple(to(frame.value, frame, scale, active=frame is timeframe) for frame in Timeframe)
    scales = tuple(to(kind.value, timeframe, kind, active=kind is scale) for kind in Scale)
    return frames, (*scales, Button("Card", Invoke("t", {"token": token, "tf": timeframe.value})))
