"""The chart card, and a chart as an image of any card."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from core.addresses import word_of
from core.charting import Drawing
from core.charts.spec import Look, Scale, Study
from data.models.market import Timeframe, TokenSnapshot
from handlers.cards import provenance
from handlers.cards.token import price_line, title
from handlers.preferences import NONE
from handlers.reply import Button, Image, Invoke, Reply, Tone, faint, lines, text

_LABELS = {
    Study.EMA: "EMA",
    Study.VWAP: "VWAP",
    Study.BB: "Bollinger",
    Study.RSI: "RSI",
    Study.PROFILE: "Profile",
    Study.LEVELS: "Levels",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """How a chart is drawn; `scale` None lets the range of prices decide.

    `usual` are the studies that are drawn where none are named.
    """

    timeframe: Timeframe
    scale: Scale | None = None
    look: Look = Look.CANDLES
    studies: tuple[Study, ...] = ()
    usual: tuple[Study, ...] = ()


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


def chart_card(snapshot: TokenSnapshot, drawing: Drawing, chosen: Chosen) -> Reply:
    """Lay out a chart with the newest values of its indicators, and buttons for other ways to draw it."""
    notes = drawing.chart.notes if drawing.chart is not None else ()
    said = " · ".join(notes)
    return Reply(
        title=text(title(snapshot), f" · {chosen.timeframe.value}"),
        body=lines(
            price_line(snapshot, snapshot.at),
            text(said[:1].upper(), said[1:]),
            text(faint(note(drawing))),
        ),
        image=image(drawing, snapshot, chosen.timeframe),
        buttons=_buttons(word_of(snapshot.token), chosen),
        footer=provenance.footer(snapshot),
        tone=Tone.NEUTRAL if drawing.chart is not None else Tone.WARN,
        error="" if drawing.chart is not None else "no chart",
    )


def _buttons(token: str, chosen: Chosen) -> tuple[tuple[Button, ...], ...]:
    """Offer each way that differs in one thing; a study that is shown is taken away by its button."""

    def to(label: str, *, active: bool, **change: Any) -> Button:
        return Button(label, Invoke("c", _args(token, replace(chosen, **change))), active=active)

    line = chosen.look is Look.LINE
    frames = (to(frame.value, active=frame is chosen.timeframe, timeframe=frame) for frame in Timeframe)
    scales = (to(kind.value, active=kind is chosen.scale, scale=kind) for kind in Scale)
    look = to("line", active=line, look=Look.CANDLES if line else Look.LINE)
    card = Button("Card", Invoke("t", {"token": token, "tf": chosen.timeframe.value}))
    studies = (
        to(_LABELS[study], active=study in chosen.studies, studies=_toggled(chosen.studies, study))
        for study in Study
    )
    return tuple(frames), (*scales, look, card), tuple(studies)


def _args(token: str, chosen: Chosen) -> dict[str, str]:
    """Write the choices as words of the command, without those that hold anyway."""
    args = {"token": token, "tf": chosen.timeframe.value}
    if chosen.scale is not None:
        args["scale"] = chosen.scale.value
    if chosen.look is not Look.CANDLES:
        args["look"] = chosen.look.value
    if chosen.studies:
        args["studies"] = ",".join(chosen.studies)
    elif chosen.usual:
        args["studies"] = NONE
    return args


def _toggled(studies: tuple[Study, ...], study: Study) -> tuple[Study, ...]:
    """Add one, or take it away; in their own order, so that equal charts have equal buttons."""
    wanted = set(studies) ^ {study}
    return tuple(each for each in Study if each in wanted)
