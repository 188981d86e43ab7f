"""A drawn picture as the image of a card."""

from __future__ import annotations

from core.charting import Drawing
from handlers.reply import Image


def image(drawing: Drawing, name: str) -> Image | None:
    """Make a drawing an image; None where there is no picture."""
    chart = drawing.chart
    return None if chart is None else Image(chart.png, f"{name}.png", chart.alt, drawing.key)
