"""What a detector says of an instant is the same whether or not anything later was ever recorded."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.signals.conditions import Explanation
from core.signals.mentions import Mention
from core.signals.registry import detectors, evaluate
from core.signals.series import LEAST_PRICE, MOST, Bars, Minute, Swap
from core.signals.spec import Cfg, Signal, SignalType
from core.signals.window import Call, MoveKind, ScanState, Verdict, WalletMove, Window
from data.errors import InvariantBroken
from tests.fakes.clock import START
from tests.fakes.recording import NOW, PRICE, RULES, TOKEN, Recording, ago, calm
from tests.unit.core.signals.scenes import SCENES

CFG = Cfg(floor_usd=0)


def seen(window: Window) -> tuple[tuple[Signal, ...], tuple[Explanation, ...]]:
    return evaluate(window, CFG), tuple(item.explain(window, CFG) for item in detectors().values())


def with_a_wild_future(recording: Recording) -> Recording:
    """Add an hour in which everything happens at once."""
    after = [NOW + timedelta(minutes=minutes) for minutes in range(1, 61)]
    start = int(START.timestamp())
    return replace(
        recording,
        minutes=(
            *(recording.minutes or ()),
            *(
                Minute(start + 60 * n, PRICE, PRICE * 900, PRICE / 900, PRICE * 800, 1e9, 1e9, 1.0)
                for n in range(60)
            ),
        ),
        swaps=(
            *(recording.swaps or ()),
            *(Swap(at, n % 3 > 0, 1e6, 1e9, f"w{n}", f"smart{n % 5}") for n, at in enumerate(after)),
        ),
        series={
            name: (*recording.series.get(name, ()), *((at, 0.9 * (n % 2)) for n, at in enumerate(after)))
            for name in (
                "liquidity",
                "holders",
                "top10",
                "top20",
                "bundle",
                "lp_locked",
                "lp_withdrawn",
                "curve",
            )
        },
        prices={
            name: (*told, *((at, 1e3) for at in after)) for name, told in (recording.prices or {}).items()
        },
        market={name: (*told, (after[0], 1e6)) for name, told in (recording.market or {}).items()},
        mentions=(
            *(recording.mentions or ()),
            *(Mention(at, f"x{n}", "y", f"z{n}") for n, at in enumerate(after)),
        ),
        calls=(
            *(recording.calls or ()),
            *(
                Call(at=at, chat=f"x{n}", related=f"x{n}", author=None, digest=None)
                for n, at in enumerate(after)
            ),
        ),
        moves=(*(recording.moves or ()), WalletMove(at=after[0], owner="x", kind=MoveKind.LAUNCH)),
        scans=(*recording.scans, ScanState(at=after[0], verdict=Verdict.BLOCK, severities=RULES)),
    )


@pytest.mark.parametrize("kind", list(SignalType))
def test_a_type_sees_nothing_of_a_wild_future(kind: SignalType) -> None:
    scene = SCENES[kind]()
    for recording in (*scene.fires.values(), *(recording for _, recording in scene.misses.values())):
        # Parts that were never looked at stay so: only what was looked at has a future.
        empty = with_a_wild_future(Recording())
        wild = replace(
            with_a_wild_future(recording),
            series={
                name: points
                for name, points in with_a_wild_future(recording).series.items()
                if name in recording.series
            },
        )
        assert empty.series
        for part in ("minutes", "swaps", "prices", "market", "mentions", "calls", "moves"):
            if getattr(recording, part) is None:
                wild = replace(wild, **{part: None})
        assert seen(wild.window()) == seen(recording.window())


@settings(max_examples=60)
@given(
    seed=st.integers(0, 999),
    minutes=st.integers(1, 1_440),
    back=st.floats(0, 400),
    jumps=st.lists(st.tuples(st.integers(0, 60), st.floats(0.05, 20), st.floats(0, 200)), max_size=8),
)
def test_a_prefix_says_what_the_whole_says(
    seed: int, minutes: int, back: float, jumps: list[tuple[int, float, float]]
) -> None:
    recording = calm(seed=seed, minutes=minutes)
    rows = list(recording.minutes or ())
    for place, price, volume in jumps:
        if place < len(rows):
            row = rows[-1 - place]
            close = row.close * price
            rows[-1 - place] = row._replace(
                close=close, high=max(row.high, close), low=min(row.low, close), volume=row.volume * volume
            )
    recording = replace(recording, minutes=tuple(rows))
    at = ago(back)
    assert seen(recording.window(at)) == seen(recording.until(at).window(at))


def test_a_window_with_a_later_bar_cannot_be_made() -> None:
    made = calm(minutes=10).window()
    with pytest.raises(InvariantBroken, match="later than its instant"):
        replace(made, now=ago(5))
    bars = made.bars
    assert bars is not None and bars.end_s == START.timestamp()
    assert Window(token=TOKEN, now=START, bars=bars).bars is bars
    with pytest.raises(InvariantBroken, match="later than its instant"):
        Window(token=TOKEN, now=START - timedelta(seconds=1), bars=bars)


def test_the_bar_that_is_not_closed_yet_is_left_out() -> None:
    rows = [Minute(int(START.timestamp()) + 60 * n, 1, 1, 1, 1, 1) for n in (-2, -1, 0)]
    for now, closed in ((START, 2), (START + timedelta(seconds=59.9), 2), (START + timedelta(seconds=60), 3)):
        bars = Bars.of(rows, now)
        assert bars is not None and len(bars) == closed


PRICES = st.floats(LEAST_PRICE, MOST)
SUMS = st.floats(0, MOST)


@st.composite
def odd_minutes(draw: st.DrawFn) -> tuple[Minute, ...]:
    """Draw bars that nobody would trade at: huge, tiny, flat, silent."""
    count = draw(st.sampled_from([1, 2, 5, 16, 61, 361, 1_440]))
    prices = draw(st.lists(PRICES, min_size=1, max_size=4))
    sums = draw(st.lists(SUMS, min_size=1, max_size=3))
    start = int(START.timestamp()) - 60 * count
    return tuple(
        Minute(
            start + 60 * n,
            price := prices[n % len(prices)],
            max(price, other := prices[(n + 1) % len(prices)]),
            min(price, other),
            other,
            volume := sums[n % len(sums)],
            volume,
            volume / 2,
        )
        for n in range(count)
    )


@settings(max_examples=60)
@given(
    minutes=odd_minutes(),
    liquidity=SUMS,
    supply=st.floats(5e-324, 1e300),
    swaps=st.lists(
        st.tuples(st.floats(0, 119), st.booleans(), SUMS, SUMS, st.sampled_from(["a", "smart1", None]))
    ),
)
def test_whatever_is_finite_gives_finite_figures(
    minutes: tuple[Minute, ...],
    liquidity: float,
    supply: float,
    swaps: list[tuple[float, bool, float, float, str | None]],
) -> None:
    base = calm(minutes=1)
    recording = replace(
        base,
        minutes=minutes,
        supply=supply,
        series={name: ((ago(500), liquidity), (ago(3), liquidity / 3)) for name in base.series},
        swaps=tuple(Swap(ago(minute), buy, usd, tokens, who) for minute, buy, usd, tokens, who in swaps),
    )
    window = recording.window()
    told, why = seen(window)  # a warning of a division or an overflow is an error here
    assert all(0 <= signal.strength <= 1 for signal in told)
    figures = [asked.value for one in why for asked in one.conditions if asked.value is not None]
    assert all(map(math.isfinite, figures))


def test_a_lone_flat_bar_without_volume_fires_nothing() -> None:
    lone = replace(
        calm(minutes=1), minutes=(Minute(int(START.timestamp()) - 60, 1, 1, 1, 1, 0, 0, 0),), swaps=()
    )
    window = lone.window()
    assert window.bars is not None and len(window.bars) == 1
    assert evaluate(window, CFG) == ()


def test_a_day_that_is_flat_and_silent_fires_nothing() -> None:
    start = int(START.timestamp())
    rows = tuple(Minute(start - 60 * n, 1, 1, 1, 1, 0, 0, 0) for n in range(1, 1_441))
    assert evaluate(replace(calm(), minutes=rows, swaps=(), peers=None).window(), CFG) == ()


def test_nothing_known_at_all_is_no_signal_and_no_error() -> None:
    bare = Window(token=TOKEN, now=datetime.fromtimestamp(NOW.timestamp(), NOW.tzinfo))
    told, why = seen(bare)
    assert told == ()
    assert all(one.missing and not one.fired for one in why)
