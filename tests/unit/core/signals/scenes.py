"""For every type: recordings on which it fires, near misses of each condition, parts that are missing."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import pairwise

from core.security.facts import Severity
from core.security.score import Verdict
from core.signals.mentions import Mention
from core.signals.series import Minute, Swap
from core.signals.spec import Part, SignalType
from core.signals.window import (
    Call,
    LaunchFacts,
    Measure,
    Migration,
    MoveKind,
    ScanState,
    WalletMove,
    WalletRecord,
)
from tests.fakes.recording import (
    LIQUIDITY,
    PRICE,
    RULES,
    Recording,
    ago,
    bars,
    calm,
    crowd,
    hourly,
    level,
    priced,
    quiet,
    silent,
    steps,
    told,
    traded,
)


@dataclass(frozen=True, kw_only=True)
class Scene:
    """Recordings about one type; `misses` fail one condition each, by its key, `lacking` one part each."""

    fires: Mapping[str, Recording]
    misses: Mapping[str, tuple[str, Recording]]
    lacking: Mapping[str, tuple[Part, Recording]] = field(default_factory=dict)


CALM = calm()
YOUNG = replace(calm(minutes=700), peers=None)
NO_BARS, NO_SWAPS = {"minutes": None}, {"swaps": None}


def line(*points: tuple[int, float]) -> list[float]:
    """Go straight from point to point: (minutes ago, multiple of the calm price), the first the oldest."""
    closes = []
    for (start, first), (end, last) in pairwise(points):
        closes += [first + (last - first) * place / (start - end) for place in range(start - end)]
    return [*closes, points[-1][1]]


def swap(minutes: float, usd: float, owner: str, *, buy: bool = True, wallet: str = "") -> Swap:
    return Swap(ago(minutes), buy, usd, usd / PRICE, wallet or owner, owner)


def flows(recording: Recording, net_usd: float) -> Recording:
    """Let every bar of the last six hours buy so much more than it sells."""

    def leaning(back: int, row: Minute) -> Minute:
        half = row.volume / 2
        return row._replace(bought=half + net_usd, sold=half) if back < 360 else row

    return bars(recording, leaning)


def volume_spike() -> Scene:
    def at(buys: int, sells: int, usd: float, base: Recording = CALM) -> Recording:
        return traded(base, [*crowd(buys, 5, usd), *crowd(sells, 5, usd, buys=False, name="seller")])

    fires = at(60, 20, 60)
    jumps = (0.05, 0.2, 1.0, 2.2, 4.0)
    uneven = bars(CALM, lambda back, row: row._replace(volume=row.volume * jumps[back // 5 % 5]))
    return Scene(
        fires={
            "many buy much": fires,
            "exactly fifteen buyers": at(11, 4, 250),
            "a young coin beside its peers": at(60, 20, 60, calm(minutes=700)),
            "a pool without a trade in a day wakes up": at(60, 20, 60, quiet(CALM, 1_441)),
        },
        misses={
            "under four times": ("volume_5m_usd", at(20, 6, 50)),
            "usual on a day of jumps": ("volume_z", at(40, 10, 60, uneven)),
            "sold": ("buy_share", at(20, 60, 60)),
            "bought from one side": ("buy_share_most", at(100, 0, 60)),
            "fourteen buyers": ("buyers_5m", at(10, 4, 250)),
        },
        lacking={
            "no bars": (Part.BARS, replace(fires, **NO_BARS)),
            "no trades": (Part.TRADES, replace(fires, **NO_SWAPS)),
            "young without peers": (Part.DAY, at(60, 20, 60, YOUNG)),
            "trades of two minutes": (Part.TRADES, replace(fires, swaps_since=ago(2))),
        },
    )


def whale_buy() -> Scene:
    def at(*swaps: Swap, base: Recording = CALM) -> Recording:
        return traded(base, swaps)

    deep = told(CALM, liquidity=level(5_000_000))
    fires = at(swap(3, LIQUIDITY * 0.01, "whale"))
    return Scene(
        fires={
            "one per cent of the liquidity": fires,
            "ten wallets of one owner": at(*(swap(n / 2, 70, "whale", wallet=f"w{n}") for n in range(10))),
            "half a per cent of the supply": at(swap(3, 2_001, "whale"), base=deep),
        },
        misses={
            "a little less": ("of_liquidity", at(swap(3, 599, "whale"))),
            "two owners": ("of_liquidity", at(swap(3, 400, "one"), swap(2, 400, "two"))),
            "net of its sales": (
                "of_liquidity",
                at(swap(5, 900, "whale"), swap(2, 350, "whale", buy=False, wallet="other")),
            ),
            "too long ago": ("of_liquidity", at(swap(10.1, 5_000, "whale"))),
            "less of the supply": ("of_supply", at(swap(3, 1_990, "whale"), base=deep)),
        },
        lacking={
            "no trades": (Part.TRADES, replace(fires, **NO_SWAPS)),
            "trades of five minutes": (Part.TRADES, replace(fires, swaps_since=ago(5))),
            "no supply": (Part.SUPPLY, replace(at(swap(3, 2_001, "whale"), base=deep), supply=None)),
        },
    )


def breakout() -> Scene:
    def at(*last: float, base: Recording = CALM, volume: bool = True) -> Recording:
        flat = priced(base, [*([1.0, 1.003] * 29)[: 60 - len(last)], *last])
        return traded(flat, crowd(10, 5, 60)) if volume else quiet(flat, 5)

    fires = at(1.004, 1.006, 1.009)
    return Scene(
        fires={"a close above the hour": fires, "under way, past its top": at(1.008, 1.012, 1.009)},
        misses={
            "at the high": ("close_to_high", at(1.002, 1.003, 1.003 * 1.001)),
            "without volume": ("volume_z", at(1.004, 1.006, 1.009, volume=False)),
            "in one jump": ("range_usd", at(1.003, 1.003, 1.04)),
            "in a bar that is wide beside those before it": ("range_usd", at(1.003, 1.003, 1.0168)),
        },
        lacking={
            "no bars": (Part.BARS, replace(fires, **NO_BARS)),
            "fifty bars": (Part.BARS, replace(fires, minutes=(fires.minutes or ())[-50:])),
            "young without peers": (Part.DAY, at(1.004, 1.006, 1.009, base=YOUNG)),
        },
    )


def social_buzz() -> Scene:
    def at(rows: Sequence[Mention]) -> Recording:
        return replace(CALM, mentions=(*(CALM.mentions or ()), *rows))

    eight = [Mention(ago(5 * n + 1), f"new{n}", "a search", f"new{n}") for n in range(8)]
    return Scene(
        fires={"eight new voices": at(eight)},
        misses={
            "copied words": ("mentions_z", at([row._replace(digest="same") for row in eight])),
            "our own calls": ("mentions_z", at([row._replace(own=True) for row in eight])),
            "one who repeats himself": ("mentions_z", at([row._replace(author="one") for row in eight])),
            "three voices": ("mentions_z", at(eight[:3])),
            "an hour ago": (
                "mentions_z",
                at([row._replace(at=row.at - timedelta(minutes=60)) for row in eight]),
            ),
        },
        lacking={
            "nobody listened": (Part.MENTIONS, replace(CALM, mentions=None)),
            "listened for half an hour": (Part.MENTIONS, replace(at(eight), mentions_since=ago(30))),
            "listened for three hours": (
                Part.PEERS,
                replace(at(eight), mentions_since=ago(180), peers=None),
            ),
        },
    )


def smart_money() -> Scene:
    def at(*owners: str, minutes: float = 50) -> Recording:
        return traded(CALM, [swap(minutes - n, 80, owner) for n, owner in enumerate(owners)])

    three = at("smart0", "smart1", "smart2")
    records = dict(CALM.records or {})
    green = {**records, "smart2": WalletRecord(closed=29, expectancy_ratio=0.4)}
    poor = {**records, "smart2": WalletRecord(closed=300, expectancy_ratio=0.0)}
    one_owner = traded(CALM, [swap(10 + n, 80, "smart0", wallet=f"w{n}") for n in range(3)])
    return Scene(
        fires={"three of record": three, "five of record": at(*(f"smart{n}" for n in range(5)))},
        misses={
            "two of record": ("clusters", at("smart0", "smart1", "nobody")),
            "three wallets of one": ("clusters", one_owner),
            "a short record": ("clusters", replace(three, records=green)),
            "a record without profit": ("clusters", replace(three, records=poor)),
            "one sold again": ("clusters", traded(three, [swap(5, 90, "smart1", buy=False)])),
            "over an hour ago": ("clusters", at("smart0", "smart1", "smart2", minutes=63)),
        },
        lacking={
            "no records": (Part.RECORDS, replace(three, records=None)),
            "no trades": (Part.TRADES, replace(three, **NO_SWAPS)),
            "trades of half an hour": (Part.TRADES, replace(three, swaps_since=ago(30))),
        },
    )


def momentum() -> Scene:
    def at(*points: tuple[int, float]) -> Recording:
        return priced(CALM, line((60, 1.0), *points))

    fires = at((0, 1.3))
    few = {**(CALM.peers or {}), Measure.RETURN_1H: replace((CALM.peers or {})[Measure.RETURN_1H], n=29)}
    return Scene(
        fires={"a straight rise": fires},
        misses={
            "fell for five minutes": ("change_5m", at((4, 1.32), (0, 1.3))),
            "fell for a quarter of an hour": ("change_15m", at((14, 1.36), (6, 1.3), (0, 1.31))),
            "fell for an hour": ("change_1h", at((20, 0.7), (0, 0.9))),
            "as many peers did": ("change_1h_to_peers", at((0, 1.19))),
            "gave much back": ("drawdown_of_move", at((40, 1.25), (30, 1.05), (0, 1.3))),
        },
        lacking={
            "no bars": (Part.BARS, replace(fires, **NO_BARS)),
            "no peers": (Part.PEERS, replace(fires, peers=None)),
            "too few peers": (Part.PEERS, replace(fires, peers=few)),
            "an hour less a bar": (Part.BARS, replace(fires, minutes=(fires.minutes or ())[-60:])),
        },
    )


def reversal() -> Scene:
    def at(high: float, second: float, *end: tuple[int, float], base: Recording = CALM) -> Recording:
        path = line((200, high), (60, 1.0), (40, 1.15), (25, second), *(end or ((0, 1.2),)))
        return priced(base, path)

    bought = traded(CALM, crowd(15, 14, 20))
    fires = at(2.0, 1.05, base=bought)
    nameless = tuple(row._replace(trader=None, owner=None) for row in fires.swaps or ())
    return Scene(
        fires={"a higher low, and bought": fires},
        misses={
            "fell by a third": ("fall_from_high", at(1.55, 1.05, base=bought)),
            "low only before the high": (
                "fall_from_high",
                priced(bought, line((300, 0.9), (200, 2.0), (60, 1.3), (40, 1.45), (25, 1.35), (0, 1.5))),
            ),
            "a lower low": ("higher_low", at(2.0, 0.95, base=bought)),
            "below what buyers paid": ("close_to_vwap", at(2.0, 1.05, (3, 1.19), (0, 1.06), base=bought)),
            "by no more people": ("more_buyers", at(2.0, 1.05)),
        },
        lacking={
            "no bars": (Part.BARS, replace(fires, **NO_BARS)),
            "five hours": (Part.BARS, replace(fires, minutes=(fires.minutes or ())[-300:])),
            "no trades": (Part.TRADES, replace(fires, **NO_SWAPS)),
            "nameless trades": (Part.TRADES, replace(fires, swaps=nameless)),
        },
    )


def accumulation() -> Scene:
    holders, rising = steps((360, 900), (0, 930)), steps((360, 0.2), (0, 0.21))

    def at(net_usd: float, base: Recording = CALM, **series: tuple) -> Recording:  # type: ignore[type-arg]
        return flows(told(base, **{"holders": holders, **series}), net_usd)

    fires = at(5.1)
    wick = bars(CALM, lambda back, row: row._replace(high=row.high * 1.2) if back == 100 else row)
    morning = bars(CALM, lambda back, row: row._replace(low=row.low / 2) if back == 700 else row)
    untold = bars(fires, lambda back, row: row._replace(bought=None) if back == 200 else row)
    return Scene(
        fires={
            "bought patiently": fires,
            "after a wild morning": at(5.1, morning),
            "by the trades of six hours": replace(
                traded(told(CALM, holders=holders), crowd(100, 350, 20)), swaps_since=ago(400)
            ),
        },
        misses={
            "a wide range": ("range_6h", at(5.1, wick)),
            "too little": ("net_flow_of_liquidity", at(4.9)),
            "no more holders": ("more_holders", at(5.1, holders=steps((360, 900), (0, 900)))),
            "the top ten take it": ("top10_change", at(5.1, top10=rising)),
        },
        lacking={
            "no bars": (Part.BARS, replace(fires, **NO_BARS)),
            "five hours": (Part.BARS, replace(fires, minutes=(fires.minutes or ())[-300:])),
            "no liquidity": (Part.LIQUIDITY, silent(fires, "liquidity")),
            "no holders": (Part.HOLDERS, silent(fires, "holders")),
            "holders of today only": (Part.HOLDERS, told(fires, holders=level(900, 60))),
            "no top ten": (Part.TOP10, silent(fires, "top10")),
            "flows untold": (Part.FLOW, untold),
        },
    )


def launch() -> Scene:
    def at(seconds: float, **facts: object) -> Recording:
        seen = LaunchFacts(at=ago(seconds=seconds), mint_revoked=True, **facts)  # type: ignore[arg-type]
        return Recording(launch=seen, age_s=5)

    return Scene(
        fires={
            "in its first seconds": at(5),
            "with a past": at(5, dev_ratio=0.05, bundle_ratio=0.04, creator_tokens=3),
            "after a minute and a half": at(90),
        },
        misses={"no news": ("since_launch_s", at(91))},
        lacking={"no launch": (Part.LAUNCH, CALM)},
    )


def graduation() -> Scene:
    def at(minutes: float) -> Recording:
        return replace(CALM, migration=Migration(at=ago(minutes), pool="the new pool"))

    return Scene(
        fires={"after three bars": at(3), "after a while": at(15)},
        misses={
            "after two bars": ("bars_since_migration", at(2)),
            "no news": ("since_migration_s", at(15.1)),
        },
        lacking={
            "no move": (Part.MIGRATION, CALM),
            "no bars": (Part.BARS, replace(at(3), **NO_BARS)),
        },
    )


def curve_run() -> Scene:
    bare = silent(quiet(CALM, 10), "liquidity")

    def at(before: float, now: float, people: int, *, minutes: float = 5) -> Recording:
        return traded(told(bare, curve=steps((minutes, before), (0, now))), crowd(people, 5, 10))

    fires = at(0.64, 0.75, 40)
    return Scene(
        fires={"filled fast by many": fires},
        misses={
            "seventy per cent": ("curve", at(0.55, 0.70, 40)),
            "ten points are too few": ("curve_gained_5m", at(0.6501, 0.75, 40)),
            "thirty-nine buyers": ("buyers_5m", at(0.64, 0.75, 39)),
        },
        lacking={
            "no curve": (Part.CURVE, silent(fires, "curve")),
            "the curve of now only": (Part.CURVE, told(fires, curve=steps((0, 0.75)))),
            "the curve of long ago": (Part.CURVE, at(0.64, 0.75, 40, minutes=9)),
            "no trades": (Part.TRADES, replace(fires, **NO_SWAPS)),
        },
    )


def liq_drain() -> Scene:
    def drained(*points: tuple[float, float]) -> Recording:
        return told(CALM, liquidity=steps(*points))

    return Scene(
        fires={
            "a quarter and more": drained((10, 60_000), (4, 60_000), (0, 44_900)),
            "in two steps": drained((10, 60_000), (3, 51_000), (0, 44_000)),
            "everything, while held": replace(drained((10, 60_000), (4, 60_000), (0, 0)), held=True),
            "unlocked": told(CALM, lp_locked=steps((10, 1.0), (1, 0.94))),
            "withdrawn": told(CALM, lp_withdrawn=steps((600, 0), (4, 0.03), (1, 0.03))),
        },
        misses={
            "a quarter": ("liquidity_fall_5m", drained((10, 60_000), (4, 60_000), (0, 45_000))),
            "a quarter of a deeper pool": (
                "liquidity_fall_5m",
                drained((10, 80_000), (4, 80_000), (0, 60_001)),
            ),
            "long ago": ("liquidity_fall_5m", drained((20, 60_000), (6, 44_000), (0, 44_000))),
            "hardly unlocked": ("lp_unlocked_5m", told(CALM, lp_locked=steps((10, 1.0), (1, 0.951)))),
            "hardly withdrawn": ("lp_withdrawn_5m", told(CALM, lp_withdrawn=steps((600, 0), (1, 0.05)))),
        },
        lacking={
            "no locks": (Part.LP, silent(CALM, "lp_locked", "lp_withdrawn")),
            "liquidity of now only": (Part.LIQUIDITY, told(CALM, liquidity=steps((0, 60_000)))),
        },
    )


def dev_sell() -> Scene:
    def at(*sold: Swap) -> Recording:
        return traded(CALM, sold)

    def tokens(amount: float, owner: str = "deployer", *, minutes: float = 20, buy: bool = False) -> Swap:
        return Swap(ago(minutes), buy, amount * PRICE, amount, owner, owner)

    fires = at(tokens(8e6))  # of 30 million that are left
    return Scene(
        fires={
            "more than a fifth": fires,
            "together with a friend": at(tokens(4e6), tokens(4e6, "deployer's friend")),
            "while trades of ten minutes are known": replace(at(tokens(8e6, minutes=5)), swaps_since=ago(10)),
        },
        misses={
            "a fifth": ("sold_of_bag", at(tokens(7.4e6))),
            "somebody else": ("sold_of_bag", at(tokens(8e6, "stranger"))),
            "over an hour ago": ("sold_of_bag", at(tokens(8e6, minutes=61))),
            "bought back": ("sold_of_bag", at(tokens(8e6), tokens(4e6, minutes=10, buy=True))),
        },
        lacking={
            "no deployer": (Part.DEPLOYER, replace(fires, deployer=None)),
            "no trades": (Part.TRADES, replace(fires, **NO_SWAPS)),
        },
    )


def risk_change() -> Scene:
    clear = ScanState(at=ago(60), verdict=Verdict.CLEAR, severities=RULES)

    def at(
        verdict: Verdict, *, before: ScanState = clear, held: bool = False, **rules: Severity
    ) -> Recording:
        now = ScanState(at=ago(2), verdict=verdict, severities={**RULES, **rules})
        return replace(CALM, scans=(before, now), held=held)

    bad = ScanState(at=ago(60), verdict=Verdict.CAUTION, severities={**RULES, "tax": Severity.CAUTION})
    fires = at(Verdict.CAUTION, mint_authority=Severity.CAUTION)
    return Scene(
        fires={
            "an authority is back": fires,
            "a fee is new": at(Verdict.CAUTION, transfer_fee=Severity.CAUTION),
            "no sale goes through, while held": at(Verdict.BLOCK, held=True, sell_route=Severity.BLOCK),
            "from bad to worse, while held": at(Verdict.BLOCK, before=bad, held=True, tax=Severity.BLOCK),
        },
        misses={
            "the same": ("verdict_steps", at(Verdict.CLEAR)),
            "better": ("verdict_steps", at(Verdict.CLEAR, before=bad)),
            "worse within caution": (
                "verdict_steps",
                at(Verdict.CAUTION, before=bad, transfer_fee=Severity.CAUTION),
            ),
            "nobody could tell": ("rules_worse", at(Verdict.CAUTION, sell_route=Severity.UNKNOWN)),
            "holders sway": ("rules_worse", at(Verdict.CAUTION, top_holders=Severity.CAUTION)),
        },
        lacking={
            "one scan": (Part.SCAN_BEFORE, replace(CALM, scans=fires.scans[1:])),
            "no scan": (Part.SCAN, replace(CALM, scans=())),
        },
    )


def distribution() -> Scene:
    flat = priced(CALM, [1.0] * 31)

    def at(*sold: tuple[float, float], base: Recording = flat) -> Recording:
        return told(base, top20=steps((1_440, 0.0), *sold))

    fires = at((20, -0.015), (5, -0.006))
    return Scene(
        fires={
            "sold at a standing price": fires,
            "sold at a rising price": at((5, -0.021), base=priced(CALM, line((30, 1.0), (0, 1.2)))),
        },
        misses={
            "two per cent": ("top20_sold_30m", at((20, -0.0125), (5, -0.0075))),
            "half an hour ago": ("top20_sold_30m", at((31, -0.05))),
            "bought back": ("top20_sold_30m", at((20, -0.03), (5, 0.02))),
            "into a fall": ("change_30m", at((5, -0.03), base=priced(CALM, line((30, 1.0), (0, 0.97))))),
        },
        lacking={
            "no top twenty": (Part.TOP20, silent(fires, "top20")),
            "looked for ten minutes": (Part.TOP20, told(fires, top20=steps((10, 0.0), (5, -0.03)))),
            "no bars": (Part.BARS, replace(fires, **NO_BARS)),
        },
    )


def bundle_unload() -> Scene:
    def at(*points: tuple[float, float]) -> Recording:
        return told(CALM, bundle=steps(*points))

    return Scene(
        fires={"at once": at((20, 0.12), (1, 0.06)), "in steps": at((20, 0.12), (9, 0.09), (1, 0.06))},
        misses={
            "not quite five points": ("bundle_drop_15m", at((20, 0.12), (1, 0.0701))),
            "before": ("bundle_drop_15m", at((30, 0.12), (16, 0.06), (1, 0.06))),
        },
        lacking={
            "no bundle": (Part.BUNDLE, silent(CALM, "bundle")),
            "one look": (Part.BUNDLE, at((0, 0.06))),
        },
    )


def wallet_move() -> Scene:
    def at(kind: MoveKind, usd: float | None, minutes: float = 1) -> Recording:
        return replace(CALM, moves=(WalletMove(at=ago(minutes), owner="idol", kind=kind, usd=usd),))

    return Scene(
        fires={
            "buys": at(MoveKind.BUY, 100),
            "sells": at(MoveKind.SELL, 5_000),
            "funds": at(MoveKind.FUND, None),
            "launches": replace(at(MoveKind.LAUNCH, None), scans=(), prices=None, series={}),
        },
        misses={
            "nothing new": ("moves", CALM),
            "dust": ("move_usd", at(MoveKind.BUY, 99)),
            "too late to follow": ("since_move_s", at(MoveKind.LAUNCH, None, 5.1)),
        },
        lacking={
            "nobody followed": (Part.MOVES, replace(CALM, moves=None)),
            "a sum untold": (Part.MOVES, at(MoveKind.BUY, None)),
        },
    )


def call_cluster() -> Scene:
    def call(number: int, **marks: object) -> Call:
        row = Call(
            at=ago(number + 1), chat=f"chat{number}", related=f"chat{number}", author=f"author{number}",
            digest=f"words{number}",
        )  # fmt: skip
        return replace(row, **marks)  # type: ignore[arg-type]

    def at(*calls: Call) -> Recording:
        return replace(CALM, calls=calls)

    one, two, three = call(1), call(2), call(3)
    return Scene(
        fires={
            "three chats": at(one, two, three),
            "three chats that tell no author": at(
                *(replace(c, author=None, digest=None) for c in (one, two, three))
            ),
        },
        misses={
            "one owner": ("unrelated_chats_30m", at(one, two, call(3, related="chat1"))),
            "one author": ("unrelated_chats_30m", at(one, two, call(3, author="author2"))),
            "copied words": ("unrelated_chats_30m", at(one, two, call(3, digest="words1"))),
            "over others": (
                "unrelated_chats_30m",
                at(one, two, three, call(4, author="author1", digest="words2")),
            ),
            "over one that was heard before": (
                "unrelated_chats_30m",
                at(call(4, author="author1", digest="words2"), one, two, three),
            ),
            "half an hour ago": ("unrelated_chats_30m", at(one, two, call(30))),
        },
        lacking={"nobody listened": (Part.CALLS, replace(CALM, calls=None))},
    )


def divergence() -> Scene:
    def sources(other: float, minutes: float = 12) -> Recording:
        late = tuple(row for row in level(PRICE * other, 12, 0.5) if row[0] >= ago(minutes))
        same = tuple(row for row in level(PRICE, 12, 0.5) if row[0] < ago(minutes))
        return replace(CALM, prices={"one": level(PRICE, 12, 0.5), "two": (*same, *late)})

    def earlier(rows: Sequence[Swap]) -> list[Swap]:
        return [row._replace(at=row.at - timedelta(minutes=16)) for row in rows]

    def circles(people_before: int, usd: float, people: int = 0) -> Recording:
        around = [swap(n / 3 + 1, usd, "circle", buy=n % 2 == 0) for n in range(40)]
        before = earlier(crowd(people_before, 13, 10))
        return traded(CALM, [*around, *before, *crowd(people, 13, 1, name="more")])

    return Scene(
        fires={"sources apart": sources(1.1), "traded in circles": circles(20, 200)},
        misses={
            "eight per cent": ("sources_apart_3m", sources(1.086)),
            "for two minutes": ("sources_apart_3m", sources(1.2, 2)),
            "no more volume": ("volume_to_before", circles(20, 1)),
            "no fewer buyers": ("buyers_to_before", circles(20, 200, 20)),
            "a few people": ("buyers_before", circles(3, 200)),
        },
        lacking={
            "one source": (Part.PRICES, replace(CALM, prices={"one": level(PRICE)})),
            "no trades": (Part.TRADES, replace(CALM, **NO_SWAPS)),
        },
    )


def regime() -> Scene:
    usual = [1_000 + 50 * (n % 5 - 2) for n in range(71)]

    def at(*last: float, name: str = "launches_1h", base: Sequence[float] = usual) -> Recording:
        return replace(CALM, market={name: hourly([*base, *last])})

    return Scene(
        fires={
            "more launches": at(1_400),
            "fewer graduate": at(0.001, name="graduation_ratio", base=[n / 1e5 for n in usual]),
            "everything falls": at(-0.9, name="median_return_24h", base=[-n / 4e3 for n in usual]),
        },
        misses={
            "within the band": ("launches_1h_out", at(1_090)),
            "within the band of wilder days": (
                "launches_1h_out",
                at(1_200, base=[*(700 + 600 * (n % 2) for n in range(41)), *usual[:30]]),
            ),
            "out already": ("launches_1h_before", at(1_400, 1_450)),
        },
        lacking={
            "no market": (Part.MARKET, replace(CALM, market=None)),
            "a day of points": (Part.MARKET, at(1_400, base=usual[:24])),
        },
    )


SCENES: Mapping[SignalType, Callable[[], Scene]] = {
    SignalType.VOLUME_SPIKE: volume_spike,
    SignalType.WHALE_BUY: whale_buy,
    SignalType.BREAKOUT: breakout,
    SignalType.SOCIAL_BUZZ: social_buzz,
    SignalType.SMART_MONEY: smart_money,
    SignalType.MOMENTUM: momentum,
    SignalType.REVERSAL: reversal,
    SignalType.ACCUMULATION: accumulation,
    SignalType.LAUNCH: launch,
    SignalType.GRADUATION: graduation,
    SignalType.CURVE_RUN: curve_run,
    SignalType.LIQ_DRAIN: liq_drain,
    SignalType.DEV_SELL: dev_sell,
    SignalType.RISK_CHANGE: risk_change,
    SignalType.DISTRIBUTION: distribution,
    SignalType.BUNDLE_UNLOAD: bundle_unload,
    SignalType.WALLET_MOVE: wallet_move,
    SignalType.CALL_CLUSTER: call_cluster,
    SignalType.DIVERGENCE: divergence,
    SignalType.REGIME: regime,
}
