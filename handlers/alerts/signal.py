"""A signal of the radar: the reasons with their numbers, and the bars that it was made of."""

from __future__ import annotations

from core.addresses import RefKind, TokenRef
from core.charting import Charts, Drawing
from core.enrichment.service import Enricher
from core.radar.engine import Radar
from core.radar.events import KIND, SignalFired
from core.signals.spec import MARKET, SignalType
from data.errors import UnknownToken
from data.models.fields import PRICE_USD, SYMBOL
from data.models.market import Candle, CandleSeries, Timeframe
from data.ports import Clock, Deadline
from handlers.alerts.spec import Story, notice
from handlers.cards.radar import signal_card
from handlers.reply import Image, Reply

_SOON_S = 1.5  # a signal is worth more than its picture
_LEAST_BARS = 5
_SHOWN = 120


@notice(KIND, SignalFired)
async def signal(
    story: Story[SignalFired], *, radar: Radar, charts: Charts, enricher: Enricher, clock: Clock
) -> Reply:
    """Tell what was seen; where no chart can be drawn in time, without one."""
    event = story.newest
    image = await _chart(event, radar, charts, enricher, Deadline.after(clock, _SOON_S))
    return signal_card(story.events, story.now, image=image)


async def _chart(
    event: SignalFired, radar: Radar, charts: Charts, enricher: Enricher, deadline: Deadline
) -> Image | None:
    if event.token == MARKET:
        return None
    series = own_bars(event, radar)
    if series is not None:
        drawing = await charts.drawn(series, event.symbol or event.token.address, deadline)
        return _image(drawing, event, Timeframe.M1)
    if event.type is SignalType.LAUNCH:  # in its first seconds no source has bars of it
        return None
    ref = TokenRef(RefKind.ADDRESS, event.token.address, event.token.chain)
    try:
        _, snapshot = await enricher.snapshot(ref, frozenset({PRICE_USD, SYMBOL}), deadline)
    except UnknownToken:
        return None
    if not snapshot.pools:
        return None
    drawing = await charts.draw(snapshot, Timeframe.M5, deadline)
    return _image(drawing, event, Timeframe.M5)


def own_bars(event: SignalFired, radar: Radar) -> CandleSeries | None:
    """Take the bars that the detectors saw; None where they are too few to be a picture."""
    bars = radar.bars(event.token)
    if bars is None or len(bars) < _LEAST_BARS:
        return None
    columns = (bars.open, bars.high, bars.low, bars.close, bars.volume_usd)
    candles = tuple(
        Candle(int(bars.time[at]), *(float(column[at]) for column in columns)) for at in range(len(bars))
    )
    return CandleSeries(
        token=event.token, pool=event.pool or "", timeframe=Timeframe.M1, candles=candles[-_SHOWN:]
    )


def _image(drawing: Drawing, event: SignalFired, timeframe: Timeframe) -> Image | None:
    chart = drawing.chart
    if chart is None:
        return None
    return Image(chart.png, f"{event.token.address[:8]}-{timeframe.value}.png", chart.alt, drawing.key)
