"""What a picture is asked to show and what comes back; knows nothing of how it is drawn."""

from __future__ import annotations

from dataclasses import dataclass, replace
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


class Look(StrEnum):
    """How a bar is drawn."""

    CANDLES = "candles"
    LINE = "line"


class Study(StrEnum):
    """What is worked out from the bars and drawn with them."""

    EMA = "ema"
    VWAP = "vwap"
    BB = "bb"
    RSI = "rsi"
    PROFILE = "profile"
    LEVELS = "levels"


_MOVING = frozenset({Study.EMA, Study.VWAP, Study.BB, Study.RSI})  # what reaches back before the picture


@dataclass(frozen=True, slots=True, kw_only=True)
class ChartSpec:
    """One candle chart; `footer` tells the provenance, `practice` that the market is simulated.

    Bars before `since`, unix seconds, are not drawn: studies start on them, and have settled where the
    picture begins. The texts may come from strangers: they are made visible, one line and short on the way
    in. With that, and studies in their own order, each once, equal pictures have equal specs.
    """

    series: CandleSeries
    title: str
    subtitle: str = ""
    scale: Scale = Scale.LINEAR
    footer: str = ""
    practice: bool = False
    look: Look = Look.CANDLES
    studies: tuple[Study, ...] = ()
    since: int = 0

    def __post_init__(self) -> None:
        chosen = set(self.studies)
        object.__setattr__(self, "studies", tuple(study for study in Study if study in chosen))
        if self.since and not chosen & _MOVING:
            drawn = tuple(bar for bar in self.series.candles if bar.time >= self.since)
            object.__setattr__(self, "series", replace(self.series, candles=drawn))
            object.__setattr__(self, "since", 0)
        object.__setattr__(self, "title", one_line(self.title, _TITLE_LIMIT))
        object.__setattr__(self, "subtitle", one_line(self.subtitle, _LINE_LIMIT))
        object.__setattr__(self, "footer", one_line(self.footer, _LINE_LIMIT))


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """A drawn picture; `alt` says in words what it shows, `notes` the newest values of its studies."""

    png: bytes
    width: int
    height: int
    alt: str
    notes: tuple[str, ...] = ()


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
