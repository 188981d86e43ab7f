"""What a picture is asked to show and what comes back; knows nothing of how it is drawn."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from data.models.market import Candle, CandleSeries
from data.models.text import one_line

_TITLE_LIMIT = 80
_LINE_LIMIT = 140
_TINY, _HUGE = 1e-30, 1e15  # USD: beyond them is a vendor's slip, as are NaN and infinity
_LOG_FROM_RATIO = 50.0  # on a linear axis the lower 2 % of the panel would hold most of the story


class Scale(StrEnum):
    """How prices are spread over the height."""

    LINEAR = "linear"
    LOG = "log"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChartSpec:
    """One candle chart; `footer` tells the provenance, `practice` that the market is simulated.

    The texts may come from strangers: they are made visible, one line and short on the way in, so that equal
    pictures have equal specs.
    """

    series: CandleSeries
    title: str
    subtitle: str = ""
    scale: Scale = Scale.LINEAR
    footer: str = ""
    practice: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "title", one_line(self.title, _TITLE_LIMIT))
        object.__setattr__(self, "subtitle", one_line(self.subtitle, _LINE_LIMIT))
        object.__setattr__(self, "footer", one_line(self.footer, _LINE_LIMIT))


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """A drawn picture; `alt` says in words what it shows."""

    png: bytes
    width: int
    height: int
    alt: str


def drawable(candles: tuple[Candle, ...]) -> tuple[Candle, ...]:
    """Keep the bars that can be prices, each with a range that holds its open and close."""
    return tuple(
        bar._replace(
            high=max(bar.open, bar.high, bar.low, bar.close),
            low=min(bar.open, bar.high, bar.low, bar.close),
            volume=bar.volume if 0 < bar.volume <= _HUGE else 0.0,
        )
        for bar in candles
        if all(price == 0 or _TINY <= price <= _HUGE for price in bar[1:5])
    )


def suggested_scale(candles: tuple[Candle, ...]) -> Scale:
    """Choose log where prices span so much that a linear axis hides most of the bars."""
    lows = [bar.low for bar in candles if bar.low > 0]
    if not lows:
        return Scale.LINEAR
    return Scale.LOG if max(bar.high for bar in candles) / min(lows) >= _LOG_FROM_RATIO else Scale.LINEAR
