"""A node's frames taken one by one: numbers, order, refusals, and whatever else a node may send."""

from __future__ import annotations

import asyncio
import json
import random
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.chain.pump import PUMP_PROGRAM
from data.errors import BadPayload, RateLimited, Unavailable
from data.feeds.backfill import Backfill
from data.feeds.socket import Means
from data.feeds.solana import SolanaFeed
from data.metrics import Metrics
from data.models.events import AccountChanged, Logged, StreamEvent, TokenLaunched, TokenTraded
from data.models.launch import Signed
from data.nursery import Nursery
from tests.fakes.clock import VirtualClock
from tests.unit.data.providers.recorded import SAMPLES

PROGRAM = "BoomYLwca6TXDmMZ9cbtt6i1DDg9A8trzSW741PH25e"
ACCOUNT = "83astBRguLMdt2h5U1Tpdq5tjFoJ6noeGwaY3mDLVcri"
HUGE = 9_007_199_254_740_993  # the next float is another number


def sample(name: str) -> dict[str, Any]:
    told: dict[str, Any] = json.loads((SAMPLES / "solana" / f"{name}.json").read_text())
    return told


def make(programs: tuple[str, ...] = (PUMP_PROGRAM,), accounts: tuple[str, ...] = ()) -> SolanaFeed:
    """Make a feed whose clock stands still: request 1 is for slots, then come programs and accounts."""
    means = Means(clock=VirtualClock(), rng=random.Random(1), nursery=Nursery(), metrics=Metrics())
    return SolanaFeed(means, url="ws://127.0.0.1:1/", programs=programs, accounts=accounts)


def hear(feed: SolanaFeed, *frames: object) -> None:
    for frame in frames:
        feed.heard(frame if isinstance(frame, bytes) else json.dumps(frame).encode())


def ack(place: int, number: int) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": place, "result": number}


def event(number: object, value: object, slot: object = 7) -> dict[str, Any]:
    result = {"context": {"slot": slot}, "value": value}
    return {"method": "xNotification", "params": {"subscription": number, "result": result}}


def logs(signature: str = "5h6x", err: object = None) -> dict[str, Any]:
    return {"signature": signature, "err": err, "logs": [f"Program {PROGRAM} success"]}


def account(lamports: int, data: object = ("AAEC", "base64")) -> dict[str, Any]:
    return {"owner": PROGRAM, "lamports": lamports, "data": data, "rentEpoch": 2**64 - 1}


async def told(feed: SolanaFeed) -> list[StreamEvent]:
    events = feed.events()
    return [await asyncio.wait_for(anext(events), 1) for _ in range(feed.state.events)]


async def test_a_recorded_launch_with_its_first_purchase() -> None:
    feed, frame = make(), sample("ws-logsNotification-pump-createv2")
    hear(feed, ack(2, frame["params"]["subscription"]), frame)
    launch, bought = await told(feed)
    assert isinstance(launch, TokenLaunched) and isinstance(bought, TokenTraded)
    assert launch.mint == bought.mint and bought.is_buy
    assert launch.slot == frame["params"]["result"]["context"]["slot"]
    assert launch.signature == frame["params"]["result"]["value"]["signature"]
    assert launch.curve.cap_sol is not None and round(launch.curve.cap_sol, 6) == Decimal("27.958993")
    assert launch.chain_at is not None and launch.chain_at > datetime(2026, 7, 4, tzinfo=UTC)


async def test_a_failed_transaction_did_nothing() -> None:
    feed, frame = make(), sample("ws-logsNotification-failed-mention-only")
    hear(feed, ack(2, frame["params"]["subscription"]), frame)
    assert (feed.state.events, feed.state.refused) == (0, 0)


async def test_the_documented_account_and_slot_are_read() -> None:
    feed, frame = make((), (ACCOUNT,)), sample("ws-accountNotification-base58")
    hear(feed, ack(1, 0), ack(2, 23784), sample("ws-slotNotification"), frame)
    (changed,) = await told(feed)
    assert isinstance(changed, AccountChanged)
    assert (changed.address, changed.lamports, len(changed.data), changed.slot) == (
        ACCOUNT,
        33594,
        80,
        5199307,
    )


async def test_numbers_that_no_float_can_hold_are_told_apart() -> None:
    feed = make((PROGRAM,), (ACCOUNT,))
    hear(feed, ack(2, HUGE), ack(3, HUGE - 1), event(HUGE, logs()), event(HUGE - 1, account(5)))
    first, second = await told(feed)
    assert first.signature == "5h6x" and isinstance(second, AccountChanged)


async def test_events_before_their_number_wait_for_it_and_for_no_other() -> None:
    feed = make((PROGRAM,), (ACCOUNT,))
    hear(feed, event(12, logs("a")), event(13, account(5)), event(12, logs("b")), ack(1, 11))
    assert feed.state.events == 0
    hear(feed, ack(2, 12))
    assert feed.state.events == 2
    hear(feed, ack(3, 13), event(12, logs("c")))
    assert [each.signature for each in await told(feed)] == ["a", "b", None, "c"]


async def test_what_waits_is_bounded_and_gone_with_the_connection() -> None:
    feed = make((PROGRAM,))
    hear(feed, *(event(99, logs(f"s{number}")) for number in range(1_000)))
    feed.lost()
    hear(feed, ack(1, 98), ack(2, 99))
    assert feed.state.events == 0
    feed.lost()
    hear(feed, *(event(99, logs(f"s{number}")) for number in range(1_000)), ack(2, 99))
    assert feed.state.events == 256


async def test_a_transaction_is_told_once_and_an_account_never_goes_back() -> None:
    feed = make((PROGRAM,), (ACCOUNT,))
    hear(feed, ack(2, 1), ack(3, 2), event(1, logs("a")), event(1, logs("a")))
    hear(feed, event(2, account(5), 10), event(2, account(4), 9), event(2, account(6), 10))
    held = [each.lamports for each in await told(feed) if isinstance(each, AccountChanged)]
    assert held == [5, 6]


@pytest.mark.parametrize(
    "frame",
    [
        b"", b"{", b"[]", b"null", b"[" * 50_000,
        {"params": {"subscription": 1.5}}, {"params": {"subscription": True}}, {"params": []}, {},
        ack(0, 5), ack(9, 5), {"id": "x", "result": 1}, {"id": 2, "result": "7"}, {"id": 2, "result": None},
        {"id": 2, "error": {"code": -32601, "message": "Method \u202e not found"}},
        event(1, None), event(1, []), event(1, {"err": None}), event(1, {**logs(), "logs": None}),
        event(1, {**logs(), "logs": [1]}), event(1, {**logs(), "signature": 7}),
        event(2, {}), event(2, account(5, "AAEC")), event(2, account(5, ["?", "base64"])),
        event(2, account(5, ["0", "base58"])), event(2, account(5, ["1" * 100_000, "base58"])),
        event(2, account(-5)), event(2, {**account(5), "owner": None}), event(2, account(5, {"parsed": {}})),
        {"method": "x", "params": {"subscription": 1, "result": 5}},
    ],
)  # fmt: skip
async def test_a_broken_frame_is_refused_and_harms_nothing(frame: object) -> None:
    feed = make((PROGRAM,), (ACCOUNT,))
    hear(feed, ack(2, 1), ack(3, 2))
    with pytest.raises(BadPayload):
        hear(feed, frame)
    hear(feed, event(1, logs("after")))
    assert [each.signature for each in await told(feed)] == ["after"]


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=9),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["err", "logs", "signature", "context", "slot", "value", "data", "owner", "result"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=8,
)


@given(frames=st.lists(st.tuples(st.sampled_from([1, 2, 3, 4]), values), max_size=5), place=values)
def test_any_frames_are_taken_or_refused(frames: list[tuple[int, Any]], place: Any) -> None:
    feed = make((PUMP_PROGRAM, PROGRAM), (ACCOUNT,))
    hear(feed, ack(1, 1), ack(2, 2), ack(3, 3), ack(4, 4))
    for frame in (*(event(number, value) for number, value in frames), {"id": place, "result": place}):
        try:
            hear(feed, frame)
        except BadPayload:
            continue


def signed(name: str, *, failed: bool = False) -> Signed:
    return Signed(signature=name, slot=1, failed=failed)


class Answers:
    """A node's answers to both questions, newest first, and which it fails to give."""

    def __init__(self, *rows: Signed, failing: frozenset[str] = frozenset()) -> None:
        self.rows = rows
        self.failing = failing
        self.asked: list[str] = []

    async def signatures(self, program: str, until: str, limit: int) -> tuple[Signed, ...]:
        if "signatures" in self.failing:
            raise RateLimited("slow down")
        return self.rows[:limit]

    async def logs_of(self, signature: str) -> Logged:
        self.asked.append(signature)
        if signature in self.failing:
            raise Unavailable("down")
        if signature == "hangs":
            await asyncio.sleep(60)
        return Logged(signature=signature, slot=1, lines=())

    def ask(self, **limits: Any) -> Backfill:
        return Backfill(self.signatures, self.logs_of, VirtualClock(), **limits)


async def test_missed_transactions_come_oldest_first_without_those_that_failed() -> None:
    answers = Answers(signed("c"), signed("b", failed=True), signed("a"))
    missed = await answers.ask()(PROGRAM, "until")
    assert ([each.signature for each in missed.transactions], missed.complete) == (["a", "c"], True)
    assert answers.asked == ["a", "c"]


async def test_what_cannot_be_asked_for_is_told() -> None:
    rows = tuple(signed(f"s{number}") for number in reversed(range(20)))
    full = await Answers(*rows).ask(most=5)(PROGRAM, "until")
    assert ([each.signature for each in full.transactions], full.complete) == (
        [f"s{number}" for number in range(15, 20)],
        False,
    )
    holed = await Answers(*rows, failing=frozenset({"s3"})).ask()(PROGRAM, "until")
    assert (len(holed.transactions), holed.complete) == (19, False)
    none = await Answers(*rows, failing=frozenset({"signatures"})).ask()(PROGRAM, "until")
    assert (none.transactions, none.complete) == ((), False)


async def test_a_node_that_hangs_costs_no_more_than_the_deadline() -> None:
    answers = Answers(signed("hangs"), *(signed(name) for name in "dcba"))
    async with asyncio.timeout(5):
        missed = await answers.ask(within_s=0.05)(PROGRAM, "until")
    assert ([each.signature for each in missed.transactions], missed.complete) == (list("abcd"), False)
