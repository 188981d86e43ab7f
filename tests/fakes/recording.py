"""A market that was recorded: rows of every kind, of which a window of any instant can be made.

`calm` is a day on which nothing happens; the functions below change a few rows of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TypeAlias

import numpy as np

from core.security.facts import Severity
from core.security.score import Verdict
from core.signals.mentions import Mention, Mentions
from core.signals.series import Bars, Minute, Series, Swap, Trades
from core.signals.window import (
    Call,
    Deployer,
    LaunchFacts,
    MarketFigures,
    Measure,
    Migration,
    ScanState,
    SourcePrices,
    Spread,
    WalletMove,
    WalletRecord,
    Window,
)
from data.models.ids import Chain, TokenKey
from tests.fakes.clock import START

NOW = START + timedelta(seconds=20)
TOKEN = TokenKey(Chain.SOLANA, "So1arPunkMint11111111111111111111111111111")
POOL = "Poo1Address1111111111111111111111111111111"
PRICE, LIQUIDITY, SUPPLY = 4e-4, 60_000.0, 1e9
CALM = "calm"

Points: TypeAlias = tuple[tuple[datetime, float], ...]


def ago(minutes: float = 0.0, *, seconds: float = 0.0) -> datetime:
    """Name an instant before `NOW`."""
    return NOW - timedelta(minutes=minutes, seconds=seconds)


@dataclass(frozen=True, kw_only=True)
class Recording:
    """Rows as they come in; a part that is None was never looked at."""

    minutes: tuple[Minute, ...] | None = None
    swaps: tuple[Swap, ...] | None = None
    swaps_since: datetime = START - timedelta(minutes=120)
    series: Mapping[str, Points] = field(default_factory=dict)
    prices: Mapping[str, Points] | None = None
    market: Mapping[str, Points] | None = None
    mentions: tuple[Mention, ...] | None = None
    mentions_since: datetime = START - timedelta(days=2)
    calls: tuple[Call, ...] | None = None
    moves: tuple[WalletMove, ...] | None = None
    scans: tuple[ScanState, ...] = ()
    launch: LaunchFacts | None = None
    migration: Migration | None = None
    deployer: Deployer | None = None
    records: Mapping[str, WalletRecord] | None = None
    peers: Mapping[Measure, Spread] | None = None
    supply: float | None = None
    age_s: float | None = None
    held: bool = False

    def window(self, now: datetime = NOW) -> Window:
        """Make the window of an instant."""
        known = {name: Series.of(points, now) for name, points in self.series.items()}
        scans = sorted((scan for scan in self.scans if scan.at <= now), key=lambda scan: scan.at)
        return Window(
            token=TOKEN,
            pool=POOL,
            now=now,
            bars=None if self.minutes is None else Bars.of(self.minutes, now),
            trades=None if self.swaps is None else Trades.of(self.swaps, since=self.swaps_since, until=now),
            mentions=None
            if self.mentions is None
            else Mentions.of(self.mentions, since=self.mentions_since, until=now),
            prices=None if self.prices is None else _sources(self.prices, now),
            market=None
            if self.market is None
            else MarketFigures(**{name: Series.of(points, now) for name, points in self.market.items()}),
            calls=None if self.calls is None else _until(self.calls, now),
            moves=None if self.moves is None else _until(self.moves, now),
            scan=scans[-1] if scans else None,
            scan_before=scans[-2] if len(scans) > 1 else None,
            launch=self.launch if self.launch and self.launch.at <= now else None,
            migration=self.migration if self.migration and self.migration.at <= now else None,
            deployer=self.deployer,
            records=self.records,
            peers=self.peers,
            supply_tokens=self.supply,
            data_age_s=self.age_s,
            held=self.held,
            **known,
        )

    def until(self, now: datetime) -> Recording:
        """Cut off what is later than an instant, as if it had never been recorded."""

        def points(rows: Mapping[str, Points]) -> dict[str, Points]:
            return {name: tuple(row for row in told if row[0] <= now) for name, told in rows.items()}

        closed = now - timedelta(minutes=1)
        return replace(
            self,
            minutes=self.minutes and tuple(row for row in self.minutes if row.time <= closed.timestamp()),
            swaps=self.swaps and _until(self.swaps, now),
            series=points(self.series),
            prices=None if self.prices is None else points(self.prices),
            market=None if self.market is None else points(self.market),
            mentions=self.mentions and _until(self.mentions, now),
            calls=self.calls and _until(self.calls, now),
            moves=self.moves and _until(self.moves, now),
            scans=_until(self.scans, now),
            launch=self.launch if self.launch and self.launch.at <= now else None,
            migration=self.migration if self.migration and self.migration.at <= now else None,
        )


def calm(seed: int = 7, minutes: int = 1_440) -> Recording:
    """Record a day on which a coin is traded a little, by few, at a price that stands still."""
    rng = np.random.default_rng(seed)
    first = int(START.timestamp()) - minutes * 60
    # Each close pulls back to the price: so it stays within a few percent.
    wander = np.zeros(minutes + 1)
    for place in range(1, minutes + 1):
        wander[place] = 0.9 * wander[place - 1] + rng.normal(0, 0.002)
    closes = PRICE * np.exp(wander)
    volumes = 100 * rng.lognormal(0, 0.5, minutes)
    rows, swaps = [], []
    for place, volume in enumerate(volumes):
        before, close = float(closes[place]), float(closes[place + 1])
        time, half = first + 60 * place, float(volume) / 2
        high, low = max(before, close) * 1.001, min(before, close) * 0.999
        rows.append(Minute(time, before, high, low, close, 2 * half, half, half))
        if minutes - place <= 120:
            for second, is_buy in ((20, True), (40, False)):
                at = datetime.fromtimestamp(time + second, UTC)
                who = f"wallet{(2 * place + is_buy) % 12}"
                swaps.append(Swap(at, is_buy, half, half / close, who, f"{CALM}{who}"))
    steady = {
        "liquidity": LIQUIDITY,
        "holders": 900.0,
        "top10": 0.2,
        "bundle": 0.12,
        "lp_locked": 1.0,
    }
    return Recording(
        minutes=tuple(rows),
        swaps=tuple(swaps),
        series={
            **{name: level(value) for name, value in steady.items()},
            "top20": ((ago(24 * 60), 0.0),),
            "lp_withdrawn": ((ago(24 * 60), 0.0),),
        },
        prices={name: level(float(closes[-1]) * skew, 12, 0.5) for name, skew in SOURCES.items()},
        market={
            "launches_1h": hourly(1_000 + 50 * np.sin(np.arange(72))),
            "graduation_ratio": hourly(0.01 + 0.001 * np.sin(np.arange(72))),
            "median_return_24h": hourly(-0.3 + 0.02 * np.sin(np.arange(72))),
        },
        mentions=tuple(
            Mention(ago(60 * hour + 20 * part), f"author{(hour + part) % 5}", "chat A", f"text{hour}.{part}")
            for hour in range(30)
            for part in range(1 + hour % 2)
        ),
        calls=(Call(at=ago(10), chat="c1", related="c1", author="a1", digest="d1"),),
        moves=(),
        scans=tuple(ScanState(at=ago(before), verdict=Verdict.CLEAR, severities=RULES) for before in (60, 5)),
        deployer=Deployer(owners=frozenset({"deployer", "deployer's friend"}), held_tokens=SUPPLY * 0.03),
        records={
            f"smart{number}": WalletRecord(closed=30 + number, expectancy_ratio=0.1) for number in range(5)
        },
        peers={
            Measure.VOLUME_5M: Spread(n=200, median=600.0, mad=150.0, mean_ad=200.0),
            Measure.MENTIONS_1H: Spread(n=200, median=1.0, mad=1.0, mean_ad=1.0),
            Measure.RETURN_1H: Spread(n=200, median=-0.02, mad=0.05, mean_ad=0.08, p90=0.2),
        },
        supply=SUPPLY,
        age_s=20.0,
    )


SOURCES = {"one": 1.0, "two": 1.004, "three": 0.997}
RULES = {"mint_authority": Severity.CLEAR, "sell_route": Severity.CLEAR, "top_holders": Severity.CLEAR}


def level(value: float, minutes: float = 24 * 60, every: float = 5) -> Points:
    """Say the same value every few minutes until now."""
    count = int(minutes / every)
    return tuple((ago(every * left), value) for left in range(count, -1, -1))


def steps(*told: tuple[float, float]) -> Points:
    """Say values so many minutes ago: (minutes, value), in any order."""
    return tuple(sorted((ago(minutes), value) for minutes, value in told))


def hourly(values: Iterable[float]) -> Points:
    """Say values by the hour, the last of them now."""
    told = [float(value) for value in values]
    return tuple((ago(60 * (len(told) - 1 - place)), value) for place, value in enumerate(told))


def told(recording: Recording, **series: Points) -> Recording:
    """Replace series."""
    return replace(recording, series={**recording.series, **series})


def silent(recording: Recording, *series: str) -> Recording:
    """Forget series."""
    return replace(recording, series={key: row for key, row in recording.series.items() if key not in series})


def traded(recording: Recording, swaps: Iterable[Swap]) -> Recording:
    """Add trades, and what they amount to, to the bars of their minutes."""
    added = tuple(swaps)
    bought: dict[int, float] = {}
    sold: dict[int, float] = {}
    for swap in added:
        side = bought if swap.is_buy else sold
        minute = int(swap.at.timestamp()) // 60 * 60
        side[minute] = side.get(minute, 0.0) + float(swap.usd)

    def grown(row: Minute) -> Minute:
        more, less = bought.get(row.time, 0.0), sold.get(row.time, 0.0)
        return row._replace(
            volume=row.volume + more + less, bought=(row.bought or 0.0) + more, sold=(row.sold or 0.0) + less
        )

    return replace(
        recording,
        minutes=tuple(grown(row) for row in recording.minutes or ()),
        swaps=(*(recording.swaps or ()), *added),
    )


def quiet(recording: Recording, minutes: int) -> Recording:
    """Take the trades of the last minutes out, and their volume."""
    start = ago(minutes)
    return replace(
        recording,
        minutes=tuple(
            row._replace(volume=0.0, bought=0.0, sold=0.0) if row.time >= start.timestamp() - 60 else row
            for row in recording.minutes or ()
        ),
        swaps=tuple(swap for swap in recording.swaps or () if swap.at < start),
    )


def priced(recording: Recording, closes: Sequence[float], *, wick: float = 0.001) -> Recording:
    """Let the last bars close at these multiples of the calm price."""
    rows = list(recording.minutes or ())
    for place, multiple in enumerate(closes):
        at = len(rows) - len(closes) + place
        before, close = rows[at - 1].close, PRICE * multiple
        high, low = max(before, close) * (1 + wick), min(before, close) * (1 - wick)
        rows[at] = rows[at]._replace(open=before, high=high, low=low, close=close)
    return replace(recording, minutes=tuple(rows))


def bars(recording: Recording, change: Callable[[int, Minute], Minute]) -> Recording:
    """Change bars; the first argument is how many bars back, the newest is 0."""
    rows = recording.minutes or ()
    return replace(recording, minutes=tuple(change(len(rows) - 1 - i, row) for i, row in enumerate(rows)))


def crowd(count: int, minutes: float, usd: float, *, buys: bool = True, name: str = "crowd") -> list[Swap]:
    """Trade so many times by as many people, spread over the last minutes."""
    every = minutes * 60 / max(1, count)
    return [
        Swap(ago(seconds=every * (place + 0.5)), buys, usd, usd / PRICE, f"{name}{place}", None)
        for place in range(count)
    ]


def _until(rows: Iterable[object], now: datetime) -> tuple:  # type: ignore[type-arg]
    return tuple(row for row in rows if row.at <= now)  # type: ignore[attr-defined]


def _sources(prices: Mapping[str, Points], now: datetime) -> tuple[SourcePrices, ...]:
    made = ((name, Series.of(points, now)) for name, points in prices.items())
    return tuple(SourcePrices(source=name, prices=series) for name, series in made if series is not None)
