"""How the sources and the platform are, and charts over what the sources have."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import pytest

from core.charting import Charts
from core.charts.spec import Chart, ChartSpec, Look, Scale, Study
from core.enrichment.trust import Kind, Tally
from core.sources import Sources
from core.vitals import Vitals
from data.clock import Deadline
from data.errors import StoreUnavailable
from data.gateway.health import KeyState, ProviderHealth, ProviderState
from data.models.fields import FIELDS, PRICE_USD, SYMBOL
from data.models.ids import ProviderId
from data.models.market import Candle, CandleSeries, Capability, Gap, GapReason, Timeframe
from data.nursery import Nursery
from data.store.store import Tx
from handlers.complete import tokens
from tests.fakes.clock import START, VirtualClock
from tests.fakes.replies import PNG
from tests.fakes.snapshots import BONK, known
from tests.unit.core.enrichment.vendors import endpoint, match, pool, provider
from tests.unit.core.stores import Slow

PROVIDERS = {
    each.id: each
    for each in (
        provider("b", endpoint(Capability.PRICE, "/{address}", PRICE_USD)),
        provider("a", endpoint(Capability.PRICE, "/{address}", PRICE_USD, SYMBOL)),
    )
}


class Gateway:
    """Knows how two vendors are."""

    def __init__(self, state: ProviderState = ProviderState.WELL) -> None:
        self._state = state

    def health(self) -> tuple[ProviderHealth, ...]:
        return tuple(
            ProviderHealth(provider=name, state=self._state, key=KeyState.NONE, calls=3) for name in PROVIDERS
        )


class Learned:
    """Knows how one vendor stood up."""

    def table(self) -> Mapping[tuple[ProviderId, Kind], Tally]:
        return {(ProviderId("b"), Kind.PRICE): Tally(9, 1)}


def sources(state: ProviderState = ProviderState.WELL) -> Sources:
    return Sources(Gateway(state), PROVIDERS, Learned())  # type: ignore[arg-type]


def test_who_was_judged_is_listed_with_what_was_declared() -> None:
    (standing,) = sources().standings()
    assert (standing.id, standing.declared) == ("b", PROVIDERS[ProviderId("b")].trust)
    assert standing.tallies == {Kind.PRICE: Tally(9, 1)}


def test_every_source_is_listed_with_its_state() -> None:
    assert [(each.id, each.state, each.calls) for each in sources().all()] == [
        ("a", "well", 3),
        ("b", "well", 3),
    ]


def test_the_coverage_names_who_tells_each_field() -> None:
    assert sources().coverage() == {"price": ("a", "b"), "symbol": ("a",)}
    assert set(sources().coverage()) <= set(FIELDS)


async def test_the_pulse_is_taken_of_a_platform_that_is_well(store: Slow, clock: VirtualClock) -> None:
    vitals = Vitals(
        store=store, sources=sources(ProviderState.DOWN), nursery=Nursery(), clock=clock, practice=True
    )
    clock.advance(60)
    vital = await vitals.look()
    assert vital.started_at == START
    assert (vital.people, vital.store_problem, vital.practice) == (0, "", True)
    assert vital.store_ms == 0
    assert [each.id for each in vital.down] == ["a", "b"]


class Dead:
    """A store that does not answer."""

    @asynccontextmanager
    async def read(self) -> AsyncIterator[Tx]:
        raise StoreUnavailable("locked")
        yield


async def test_a_dead_store_is_a_finding(clock: VirtualClock) -> None:
    vitals = Vitals(store=Dead(), sources=sources(), nursery=Nursery(), clock=clock, practice=False)  # type: ignore[arg-type]
    vital = await vitals.look()
    assert (vital.people, vital.store_ms, vital.store_problem) == (None, None, "StoreUnavailable")


class Bars:
    """An enricher that has bars, or says why not."""

    def __init__(self, *candles: Candle, gap: Gap | None = None) -> None:
        self._candles = candles
        self._gap = gap

    async def candles(self, token: Any, pools: Any, timeframe: Timeframe, *args: Any, **more: Any) -> Any:
        if self._gap is not None:
            return None, None, (self._gap,)
        series = CandleSeries(token=BONK, pool="p", timeframe=timeframe, candles=self._candles)
        return series, pool(), ()


class Renderer:
    """Draws nothing, and keeps what it was asked for."""

    def __init__(self, chart: Chart | None) -> None:
        self.asked: list[ChartSpec] = []
        self._chart = chart

    async def render(self, spec: ChartSpec, deadline: Deadline) -> Chart | None:
        self.asked.append(spec)
        return self._chart


BAR = Candle(0, 1.0, 2.0, 0.5, 1.5, 10.0)
PICTURE = Chart(png=PNG, width=1, height=1, alt="a chart")


def charts(enricher: Bars, renderer: Renderer) -> Charts:
    return Charts(enricher, renderer, practice=True)  # type: ignore[arg-type]


async def test_a_chart_carries_the_tokens_name_its_pool_and_the_mark(clock: VirtualClock) -> None:
    renderer = Renderer(PICTURE)
    snapshot = known(symbol="\u202eBONK", name="Bonk")
    drawing = await charts(Bars(BAR), renderer).draw(snapshot, Timeframe.H1, Deadline.after(clock, 8))
    (spec,) = renderer.asked
    assert spec.title == "BONK · 1h" and spec.subtitle == "Bonk"
    assert spec.practice and "raydium pool" in spec.footer
    assert drawing.chart is PICTURE and len(drawing.key) == 32 and not drawing.empty


async def test_equal_pictures_have_equal_keys(clock: VirtualClock) -> None:
    drawn = [
        await charts(Bars(BAR), Renderer(PICTURE)).draw(known(), Timeframe.H1, Deadline.after(clock, 8))
        for _ in range(2)
    ]
    assert drawn[0].key == drawn[1].key


async def test_no_bars_and_no_time_are_told_apart(clock: VirtualClock) -> None:
    gap = Gap(source=ProviderId("a"), capability=Capability.CANDLES, reason=GapReason.QUOTA, at=START)
    soon = Deadline.after(clock, 8)
    without = await charts(Bars(gap=gap), Renderer(PICTURE)).draw(known(), Timeframe.H1, soon)
    assert (without.chart, without.pool, without.gaps) == (None, None, (gap,))
    late = await charts(Bars(BAR), Renderer(None)).draw(known(), Timeframe.H1, soon)
    assert late.chart is None and late.pool is not None and late.key == ""
    empty = await charts(Bars(), Renderer(PICTURE)).draw(known(), Timeframe.H1, soon)
    assert empty.empty


@pytest.mark.parametrize("scale", [None, Scale.LINEAR, Scale.LOG])
async def test_the_scale_is_the_askers_or_the_ranges(clock: VirtualClock, scale: Scale | None) -> None:
    renderer, wide = Renderer(PICTURE), Candle(0, 1.0, 900.0, 1.0, 900.0, 1.0)
    soon = Deadline.after(clock, 8)
    await charts(Bars(wide), renderer).draw(known(), Timeframe.H1, soon, scale=scale)
    assert renderer.asked[0].scale is (scale or Scale.LOG)


class Counted(Bars):
    """An enricher that has as many bars as it is asked for."""

    async def candles(self, token: Any, pools: Any, timeframe: Timeframe, *args: Any, **more: Any) -> Any:
        self._candles = tuple(BAR._replace(time=60 * index) for index in range(more["limit"]))
        return await super().candles(token, pools, timeframe, *args, **more)


async def test_studies_settle_on_bars_before_those_that_are_drawn(clock: VirtualClock) -> None:
    renderer, soon = Renderer(PICTURE), Deadline.after(clock, 8)
    await charts(Counted(), renderer).draw(known(), Timeframe.M1, soon, studies=(Study.RSI, Study.EMA))
    await charts(Counted(), renderer).draw(known(), Timeframe.M1, soon, look=Look.LINE)
    studied, plain = renderer.asked
    assert studied.studies == (Study.EMA, Study.RSI) and plain.look is Look.LINE
    bars = studied.series.candles
    drawn = [bar for bar in bars if bar.time >= studied.since]
    assert len(drawn) == 160 and len(bars) - len(drawn) >= 100
    assert plain.series.candles == tuple(drawn)


class Seen:
    """A finder that has seen one token."""

    async def suggest(self, typed: str) -> Any:
        return (match("BONK", 1),) if "BONK".startswith(typed.upper()) else ()


async def test_a_suggestion_carries_the_address_and_names_it_shortly() -> None:
    ctx: Any = None
    assert await tokens(ctx, "bo", finder=Seen()) == (("BONK · Bonk · 1111…1111", "1" * 44),)  # type: ignore[arg-type]
    assert await tokens(ctx, "zz", finder=Seen()) == ()  # type: ignore[arg-type]
