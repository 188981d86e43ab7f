"""PumpPortal's frames: recorded ones, hostile ones, broken ones; and what the feed tells of them."""

from __future__ import annotations

import asyncio
import json
import random
from collections import Counter
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from data.errors import BadPayload
from data.feeds import pumpportal
from data.feeds.pumpportal import MOST_WATCHED, NAME_LIMIT, QUOTES, Notice, PumpPortal, parse
from data.feeds.socket import Means
from data.metrics import Metrics
from data.models.events import StreamEvent, TokenLaunched, TokenMigrated, TokenTraded
from data.models.ids import SOL_MINT, USDC_MINT
from data.nursery import Nursery
from tests.fakes.clock import START, VirtualClock
from tests.unit.data.providers.recorded import SAMPLES

FRAMES = (SAMPLES / "pumpfun" / "pumpportal-session.jsonl").read_bytes().splitlines()
SOURCE_BUY = (SAMPLES / "pumpfun" / "pumpportal-trade-buy.json").read_bytes()
REFUSAL = (SAMPLES / "pumpfun" / "pumpportal-ack-trade-needs-funded-key.json").read_bytes()
CREATE: dict[str, Any] = json.loads(next(frame for frame in FRAMES if b'"tremp mubile"' in frame))
HOSTILE = (
    "<b>x</b>\u202e",
    "\u0000\u0007",
    "x" * 100_000,
    "@everyone",
    "\ud800".encode(errors="ignore").decode(),
)


def written(**changes: Any) -> bytes:
    """Write a launch with other values; None takes a key away."""
    told = {**CREATE, **changes}
    return json.dumps({name: value for name, value in told.items() if value is not None}).encode()


def launched(frame: bytes) -> TokenLaunched:
    told = parse(frame, START)
    assert isinstance(told, TokenLaunched)
    return told


async def feed() -> PumpPortal:
    means = Means(clock=VirtualClock(), rng=random.Random(1), nursery=Nursery(), metrics=Metrics())
    return PumpPortal(means)


async def taken(feed: PumpPortal, count: int) -> list[StreamEvent]:
    events = feed.events()
    return [await asyncio.wait_for(anext(events), 1) for _ in range(count)]


def test_every_recorded_frame_is_read_or_refused_for_its_reason() -> None:
    kinds: Counter[str] = Counter()
    for frame in FRAMES:
        try:
            kinds[type(parse(frame, START)).__name__] += 1
        except BadPayload as error:
            kinds[error.detail] += 1
    assert kinds == {"TokenLaunched": 109, "a launch of a quote asset": 6, "TokenMigrated": 5, "Notice": 3}


def test_no_recorded_launch_is_of_what_tokens_are_priced_in() -> None:
    named = {json.loads(frame).get("mint") for frame in FRAMES}
    assert USDC_MINT in named  # the vendor's misreading is in the recording
    told = [launched(frame) for frame in FRAMES if b'"create"' in frame and USDC_MINT.encode() not in frame]
    assert not {event.mint for event in told} & QUOTES
    assert all(event.at == START and event.slot is None and event.source == "pumpportal" for event in told)


@pytest.mark.parametrize("mint", [SOL_MINT, "USD1ttGY1N17NEEHLmELoaybftRBUSErhqYiQzvEmuB"])
def test_a_launch_of_a_quote_asset_is_refused(mint: str) -> None:
    with pytest.raises(BadPayload, match="quote asset"):
        parse(written(mint=mint), START)


def test_figures_are_exact() -> None:
    told = launched(written())
    assert told.bought == Decimal("151660777.334045")
    assert told.spent_sol == Decimal("4.938271603")
    assert told.curve.sol == Decimal("34.93827160299997")
    assert told.curve.tokens == Decimal("921339222.6659551")
    assert told.curve.cap_sol == Decimal("37.921181193072194")
    assert (told.name, told.symbol, told.is_mayhem, told.pool) == ("tremp mubile", "t1", False, "pump")


def test_what_older_feeds_leave_out_is_unknown_and_never_zero() -> None:
    told = launched(
        written(solAmount=None, pool=None, is_mayhem_mode=None, name=None, vSolInBondingCurve=None)
    )
    assert (told.spent_sol, told.pool, told.is_mayhem, told.name, told.curve.sol) == (None,) * 5


def test_a_pool_of_another_launchpad_is_told_by_its_name() -> None:
    told = launched(written(pool="bonk", bondingCurveKey=None, vTokensInBondingCurve=None, solInPool=None))
    assert (told.pool, told.curve_address, told.curve.tokens) == ("bonk", None, None)
    assert launched(written(pool="launched-tomorrow")).pool == "launched-tomorrow"


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_stay_as_they_are_and_bounded(name: str) -> None:
    assert launched(written(name=name)).name == (name[:NAME_LIMIT] or None)


def test_a_recorded_purchase_is_read() -> None:
    told = parse(SOURCE_BUY, START)
    assert isinstance(told, TokenTraded)
    assert (told.is_buy, told.tokens, told.sol) == (True, Decimal("1549980.738003"), Decimal("0.049382716"))
    sold = parse(SOURCE_BUY.replace(b'"buy"', b'"sell"'), START)
    assert isinstance(sold, TokenTraded) and not sold.is_buy


def test_acks_and_refusals_are_told_apart() -> None:
    acks = [told for told in (parse(frame, START) for frame in FRAMES[:2]) if isinstance(told, Notice)]
    assert [ack.refuses for ack in acks] == [False, False]
    refused = parse(REFUSAL, START)
    assert isinstance(refused, Notice) and refused.refuses


BROKEN = (
    b"", b"null", b"[]", b"{}", b'"create"', b"{", b"<html>", b"\xff\xfe", b"[" * 100_000, b"NaN",
    b'{"message": 5}', b'{"txType": "airdrop"}', b'{"txType": ["create"]}', b'{"txType": "create"}',
    written(mint=None), written(mint=7), written(mint="x" * 44), written(mint="1" * 31),
    written(mint="O" * 40), written(signature=None), written(signature={"a": 1}),
    written(signature="../" * 30),
    b'{"txType":"migrate","signature":"' + b"1" * 88 + b'"}',
)  # fmt: skip


@pytest.mark.parametrize("frame", BROKEN)
def test_a_broken_frame_is_refused(frame: bytes) -> None:
    with pytest.raises(BadPayload):
        parse(frame, START)


@pytest.mark.parametrize("figure", ["1e999", -5, "abc", [1], {"a": 1}, True, 10**60, "1" * 5000])
def test_an_absurd_figure_is_unknown(figure: Any) -> None:
    raw = b"1e999" if figure == "1e999" else json.dumps(figure).encode()
    told = launched(written(solAmount=4242.25).replace(b"4242.25", raw))
    assert told.spent_sol is None


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@given(changes=st.dictionaries(st.sampled_from([*CREATE, "message"]), values, max_size=4))
def test_any_values_are_read_or_refused(changes: dict[str, Any]) -> None:
    try:
        told = parse(json.dumps({**CREATE, **changes}).encode(), START)
    except BadPayload:
        return
    assert isinstance(told, Notice | TokenLaunched | TokenMigrated | TokenTraded)
    if isinstance(told, TokenLaunched):
        assert len(told.name or "") <= NAME_LIMIT and told.mint not in QUOTES
        assert all(figure is None or figure.is_finite() for figure in (told.bought, told.spent_sol))


@given(frame=st.binary(max_size=200) | st.sampled_from(FRAMES).flatmap(lambda f: st.just(f[: len(f) // 2])))
def test_any_bytes_are_read_or_refused(frame: bytes) -> None:
    try:
        parse(frame, START)
    except BadPayload:
        return


async def test_a_frame_that_comes_again_is_told_once() -> None:
    stream = await feed()
    for frame in (*FRAMES, *FRAMES):
        try:
            stream.heard(frame)
        except BadPayload:
            continue
    assert stream.state.events == 109 + 5
    moves = [event for event in await taken(stream, 114) if isinstance(event, TokenMigrated)]
    assert len(moves) == 5


async def test_the_greeting_asks_for_everything_that_is_watched_and_no_more_than_is_allowed() -> None:
    stream = await feed()
    assert [json.loads(line)["method"] for line in stream.greeting()] == [
        "subscribeNewToken", "subscribeMigration",
    ]  # fmt: skip
    await stream.watch([f"mint{number}" for number in range(MOST_WATCHED + 5)])
    await stream.watch(["late"])
    keys = json.loads(stream.greeting()[2])["keys"]
    assert len(keys) == MOST_WATCHED and keys[-1] == "late" and "mint5" not in keys


async def test_a_key_is_in_no_text_of_the_feed() -> None:
    means = Means(clock=VirtualClock(), rng=random.Random(1), nursery=Nursery(), metrics=Metrics())
    stream = PumpPortal(means, key=SecretStr("canary-1234"))
    assert "canary" not in f"{stream.state} {stream!r} {stream.greeting()}"
    assert pumpportal.URL.startswith("wss://")
