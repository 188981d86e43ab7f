"""The launchpad's events read from recorded logs, by hand, and from lines that others wrote."""

from __future__ import annotations

import base64
import dataclasses
import json
import struct
from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.chain.base58 import unbase58
from data.chain.pump import PUMP_PROGRAM
from data.chain.pump_logs import (
    CompleteEvent,
    CreateEvent,
    Event,
    MigrationEvent,
    TradeEvent,
    decode_event,
    decode_logs,
)
from data.errors import BadPayload
from data.models.ids import USDC_MINT
from data.models.text import visible
from tests.unit.data.providers.recorded import SAMPLES

OTHER = "BoomYLwca6TXDmMZ9cbtt6i1DDg9A8trzSW741PH25e"
CREATION = "63RUu4sK"
SECOND = 1_783_165_099  # 2026-07-04 11:38:19 UTC
AT = datetime(2026, 7, 4, 11, 38, 19, tzinfo=UTC)


def frames() -> list[tuple[str, list[str]]]:
    """List the recorded transactions by signature."""
    text = (SAMPLES / "pumpfun" / "helius-logs-pumpfun-program.jsonl").read_text()
    values = [json.loads(line)["params"]["result"]["value"] for line in text.splitlines()]
    return [(value["signature"], value["logs"]) for value in values]


FRAMES = frames()


def lines(start: str) -> list[str]:
    """Find the log of the transaction whose signature begins so."""
    (found,) = (logs for signature, logs in FRAMES if signature.startswith(start))
    return found


def payloads() -> list[bytes]:
    """List the bytes of every recorded event."""
    encoded = [line.split()[2] for _, logs in FRAMES for line in logs if line.startswith("Program data: ")]
    return [data for data in map(base64.b64decode, encoded) if decode_event(data) is not None]


PAYLOADS = payloads()


def logged(data: bytes, program: str = PUMP_PROGRAM, before: Sequence[str] = ()) -> list[str]:
    """Write a log in which a program emits one event."""
    return [
        f"Program {program} invoke [1]",
        *before,
        f"Program data: {base64.b64encode(data).decode()}",
        f"Program {program} success",
    ]


def key(number: int) -> bytes:
    return bytes([number]) * 32


def test_a_launch_with_its_first_purchase_is_read_in_full() -> None:
    created, bought = decode_logs(lines(CREATION))
    creator = "CZ5H8Fiuf6HCLQXeNuZio9yU63d2un6Nu5PnrD1YwnR8"
    assert created == CreateEvent(
        mint="6gbFk1RxAsN3VMw4WUTKvhi2QXsGDBqYCKGrY4umpump",
        bonding_curve="8i4SjUsjpj16zD8MLWFi4PMZq9XQpPJG3tTYXr7xoL4o",
        user=creator,
        creator=creator,
        at=AT,
        name="inudependence",
        symbol="inudependence",
        uri="https://metadata.j7tracker.io/metadata/58393c0c63a94f99.json",
        virtual_token_reserves=1_073_000_000_000_000,
        virtual_sol_reserves=30_000_000_000,
        real_token_reserves=793_100_000_000_000,
        token_total_supply=1_000_000_000_000_000,
        token_program="TokenzQdBNbLqP5VEhdkAS6EPFLC1PHnBqCXEpPxuEb",
        is_mayhem_mode=False,
        is_cashback_enabled=True,
        quote_mint=None,
    )
    assert isinstance(bought, TradeEvent)
    assert (bought.mint, bought.user, bought.is_buy) == (created.mint, creator, True)
    assert (bought.sol_amount, bought.token_amount) == (1_500_000_000, 51_095_238_095_238)
    assert (bought.fee_bps, bought.fee) == (95, 14_250_000)
    assert (bought.creator, bought.creator_fee_bps, bought.creator_fee) == (creator, 0, 0)
    assert bought.virtual_sol_reserves == created.virtual_sol_reserves + bought.sol_amount
    assert bought.real_token_reserves == created.real_token_reserves - bought.token_amount


def test_a_sale_tells_the_price_it_left_and_the_creators_fee() -> None:
    (sold,) = decode_logs(lines("5ZSwbesm"))
    assert isinstance(sold, TradeEvent) and not sold.is_buy
    assert sold.creator_fee == -(-sold.sol_amount * sold.creator_fee_bps // 10_000) == 3_205_635
    assert sold.price_sol is not None
    # 36.188261779 SOL over 889,514,954.991884 tokens.
    assert round(sold.price_sol, 20) == Decimal("4.068314037433E-8")
    assert dataclasses.replace(sold, quote_mint=USDC_MINT).price_sol is None


def test_a_mayhem_coin_is_told_as_one() -> None:
    (bought,) = decode_logs(lines("4aLMRbiB"))
    assert isinstance(bought, TradeEvent)
    assert bought.is_mayhem_mode and bought.quote_mint is None


def test_every_recorded_transaction_is_read_whatever_the_length_of_its_events() -> None:
    counts = [len(decode_logs(logs)) for _, logs in FRAMES]
    assert counts == [0, 0, 1, 1, 2, 1, 1, 2, 2, 1, 2, 1]
    assert {len(data) for data in PAYLOADS} >= {358, 359, 371, 373, 393}


def test_a_completed_curve_and_a_migration_are_read() -> None:
    """Nothing of the kind was recorded: bytes of the documented layout."""
    done = bytes.fromhex("5f72619cd42e9808") + key(1) + key(2) + key(3) + struct.pack("<q", SECOND)
    (completed,) = decode_logs(logged(done))
    assert isinstance(completed, CompleteEvent)
    assert (completed.at, completed.quote_mint) == (AT, None)
    assert unbase58(completed.mint) == key(2)
    moved = bytes.fromhex("bde95db95c94ea94") + key(1) + key(2) + struct.pack("<QQQ", 206, 85, 15)
    moved += key(3) + struct.pack("<q", SECOND) + key(4) + unbase58(USDC_MINT)
    (migrated,) = decode_logs(logged(moved))
    assert isinstance(migrated, MigrationEvent)
    assert (migrated.token_amount, migrated.sol_amount, migrated.fee) == (206, 85, 15)
    assert unbase58(migrated.pool) == key(4) and migrated.quote_mint == USDC_MINT


def test_what_another_program_writes_is_no_event() -> None:
    trade = PAYLOADS[0]
    assert len(decode_logs(logged(trade))) == 1
    assert decode_logs(logged(trade, OTHER)) == ()
    called = [f"Program {PUMP_PROGRAM} invoke [2]", f"Program {PUMP_PROGRAM} success"]
    assert decode_logs(logged(trade, OTHER, called)) == ()
    assert decode_logs([f"Program data: {base64.b64encode(trade).decode()}"]) == ()


@pytest.mark.parametrize(
    "said", ["invoke [1]", f"Program {PUMP_PROGRAM} invoke [2]", "success", "failed: no"]
)
def test_what_a_program_says_in_words_moves_nothing(said: str) -> None:
    trade = PAYLOADS[0]
    assert decode_logs(logged(trade, OTHER, [f"Program log: {said}"])) == ()
    assert len(decode_logs(logged(trade, PUMP_PROGRAM, [f"Program log: {said}"]))) == 1


def test_a_failed_transaction_did_nothing() -> None:
    log = [*logged(PAYLOADS[0]), f"Program {OTHER} failed: custom program error: 0x3"]
    assert decode_logs(log) == ()


def test_an_event_that_cannot_be_read_is_told_and_one_of_another_kind_left_out() -> None:
    assert decode_logs(logged(b"\x61" * 96)) == ()
    for bad in (PAYLOADS[0][:200], PAYLOADS[0][:8]):
        with pytest.raises(BadPayload):
            decode_logs(logged(bad))
    with pytest.raises(BadPayload):
        decode_logs([f"Program {PUMP_PROGRAM} invoke [1]", "Program data: no*base64"])


def test_an_event_of_an_older_program_has_a_shorter_tail() -> None:
    whole = decode_event(PAYLOADS[0])
    for length in (225, 230, 258, 270, 300):
        assert decode_event(PAYLOADS[0][:length]) == whole
    created = next(data for data in PAYLOADS if isinstance(decode_event(data), CreateEvent))
    older = decode_event(created[:-74])
    assert isinstance(older, CreateEvent)
    assert (older.token_program, older.is_cashback_enabled, older.quote_mint) == (None, False, None)


def sane(event: Event) -> None:
    """Hold what any event that was read must keep."""
    for value in dataclasses.asdict(event).values():
        if isinstance(value, str):
            assert value == visible(value) and "\n" not in value and len(value) <= 300
        elif isinstance(value, int):
            assert 0 <= value < 2**64
    if isinstance(event, TradeEvent) and event.price_sol is not None:
        assert event.price_sol.is_finite() and event.price_sol > 0


@settings(max_examples=200, database=None, deadline=None)
@given(tail=st.binary(max_size=400), kind=st.sampled_from([data[:8] for data in PAYLOADS]))
def test_random_bytes_are_refused_or_read_without_a_false_figure(tail: bytes, kind: bytes) -> None:
    for data in (tail, kind + tail):
        try:
            event = decode_event(data)
        except BadPayload:
            continue
        if event is not None:
            sane(event)


@settings(max_examples=300, database=None, deadline=None)
@given(data=st.data())
def test_no_damage_to_an_event_makes_a_false_figure(data: st.DataObject) -> None:
    payload = bytearray(data.draw(st.sampled_from(PAYLOADS)))
    for _ in range(data.draw(st.integers(1, 6))):
        payload[data.draw(st.integers(0, len(payload) - 1))] = data.draw(st.integers(0, 255))
    try:
        event = decode_event(bytes(payload[: data.draw(st.integers(0, len(payload)))]))
    except BadPayload:
        return
    if event is not None:
        sane(event)


@settings(max_examples=200, database=None, deadline=None)
@given(log=st.lists(st.text(max_size=40) | st.sampled_from([line for _, logs in FRAMES for line in logs])))
def test_no_log_does_more_than_refuse(log: list[str]) -> None:
    try:
        events = decode_logs(log)
    except BadPayload:
        return
    for event in events:
        sane(event)
