"""A token's chart: bars from a source, drawn off the loop."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from core.charts.render import Renderer
from core.charts.spec import Chart, ChartSpec, Scale, drawable, suggested_scale
from core.enrichment.service import Enricher
from data.clock import Deadline
from data.models.fields import NAME, SYMBOL
from data.models.market import Gap, Pool, Timeframe, TokenSnapshot

BARS = 160


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
        self, snapshot: TokenSnapshot, timeframe: Timeframe, deadline: Deadline, *, scale: Scale | None = None
    ) -> Drawing:
        """Draw a token's bars; `scale` None lets the range decide."""
        series, pool, gaps = await self._enricher.candles(
            snapshot.token, snapshot.pools, timeframe, deadline, limit=BARS
        )
        if series is None or pool is None:
            return Drawing(None, pool=pool, gaps=gaps)
        symbol = snapshot.value(SYMBOL)
        spec = ChartSpec(
            series=series,
            title=f"{symbol or snapshot.token.address} · {timeframe.value}",
            subtitle=snapshot.value(NAME) or "",
            scale=scale or suggested_scale(drawable(series.candles)),
            footer=f"{pool.dex} pool {pool.address[:4]}…{pool.address[-4:]} · {snapshot.at:%d %b %H:%M} UTC",
            practice=self._practice,
        )
        chart = await self._renderer.render(spec, deadline)
        key = hashlib.sha256(chart.png).hexdigest()[:32] if chart is not None else ""
        return Drawing(chart, key, pool, gaps, empty=not series.candles)
