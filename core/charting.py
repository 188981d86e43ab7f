"""A token's chart: bars from a source, drawn off the loop."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime

from core.charts.pictures import Picture
from core.charts.render import Renderer
from core.charts.spec import Chart, ChartSpec, Look, Scale, Study, drawable, suggested_scale
from core.enrichment.service import Enricher
from data.clock import Deadline
from data.models.fields import NAME, SYMBOL
from data.models.market import CandleSeries, Gap, Pool, Timeframe, TokenSnapshot

BARS = 160
_WARM_UP = 140  # bars before them: by then an average of 50 has forgotten how it was started to 3 %


@dataclass(frozen=True, slots=True)
class Drawing:
    """A chart, or the reason why there is none; `key` is a hash of the picture."""

    chart: Chart | None
    key: str = ""
    pool: Pool | None = None
    gaps: tuple[Gap, ...] = ()
    empty: bool = False


class Charts:
    """Draws what the enricher finds."""

    def __init__(self, enricher: Enricher, renderer: Renderer, *, practice: bool) -> None:
        self._enricher = enricher
        self._renderer = renderer
        self._practice = practice

    async def draw(
        self,
        snapshot: TokenSnapshot,
        timeframe: Timeframe,
        deadline: Deadline,
        *,
        scale: Scale | None = None,
        look: Look = Look.CANDLES,
        studies: tuple[Study, ...] = (),
    ) -> Drawing:
        """Draw a token's newest bars; `scale` None lets the range decide."""
        series, pool, gaps = await self._enricher.candles(
            snapshot.token, snapshot.pools, timeframe, deadline, limit=BARS + _WARM_UP
        )
        if series is None or pool is None:
            return Drawing(None, pool=pool, gaps=gaps)
        symbol = snapshot.value(SYMBOL)
        drawn = series.candles[-BARS:]
        spec = ChartSpec(
            series=series,
            title=f"{symbol or snapshot.token.address} · {timeframe.value}",
            subtitle=snapshot.value(NAME) or "",
            scale=scale or suggested_scale(drawable(drawn)),
            footer=f"{pool.dex} pool {pool.address[:4]}…{pool.address[-4:]} · {snapshot.at:%d %b %H:%M} UTC",
            practice=self._practice,
            look=look,
            studies=studies,
            since=drawn[0].time if drawn else 0,
        )
        chart = await self._renderer.render(spec, deadline)
        key = hashlib.sha256(chart.png).hexdigest()[:32] if chart is not None else ""
        return Drawing(chart, key, pool, gaps, empty=not series.candles)

    async def drawn(self, series: CandleSeries, name: str, deadline: Deadline) -> Drawing:
        """Draw bars that are at hand already; nobody is asked."""
        last = series.candles[-1].time
        spec = ChartSpec(
            series=series,
            title=f"{name} · {series.timeframe.value}",
            subtitle="",
            scale=suggested_scale(drawable(series.candles)),
            footer=f"bars until {datetime.fromtimestamp(last, UTC):%d %b %H:%M} UTC",
            practice=self._practice,
        )
        return await self.picture(spec, deadline)

    async def picture(self, picture: Picture, deadline: Deadline) -> Drawing:
        """Draw any other picture; one that is not there by the deadline is None in what comes back."""
        chart = await self._renderer.render(picture, deadline)
        key = hashlib.sha256(chart.png).hexdigest()[:32] if chart is not None else ""
        return Drawing(chart, key)
