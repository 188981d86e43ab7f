"""Decoding: figures exact, faults named, nothing that stops the loop."""

from __future__ import annotations

import contextlib
import json
import threading
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.errors import BadPayload, KeyRejected, NotListed, RateLimited, Unavailable
from data.gateway import decode
from data.models.fields import PRICE_USD
from data.models.market import TokenReport
from data.providers.base import Ask, Call, Json
from tests.fakes.clock import START
from tests.fakes.vendor import PRICE, price_call


def parsing(parse: object) -> Call:
    return replace(price_call(), endpoint=replace(PRICE, parse=parse))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("18446744073709551615", 2**64 - 1),
        ("18446744073709551616", 2**64),
        ("-9223372036854775809", -(2**63) - 1),
        ("1" + "0" * 60, 10**60),
        ("0.1234567890123456789012345678901234567890", Decimal("0.1234567890123456789012345678901234567890")),
        ("1e-18", Decimal("1e-18")),
        ("1.5E+400", Decimal("1.5E+400")),
    ],
)
def test_numbers_come_through_exactly(text: str, value: int | Decimal) -> None:
    result = decode.decode(f'{{"n":{text}}}'.encode())["n"]
    assert result == value and type(result) is type(value)


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        (b"", "cut short"),
        (b'{"price": "0.1"', "cut short"),
        (b"[1,", "cut short"),
        (b"NaN", "not JSON"),
        (b'{"price": NaN}', "not JSON"),
        (b'{"price": Infinity}', "not JSON"),
        (b'{"price": -Infinity}', "not JSON"),
        (b"<!DOCTYPE html><html>Just a moment...</html>", "web page"),
        (b"\n  <html>", "web page"),
        (b"error code: 1015", "not JSON"),
        (b"[1]trailing", "not JSON"),
        (b"\x1f\x8b\x08\x00", "not JSON"),
        (b'"\xff\xfe"', "not JSON"),
        (b'"\\ud800"', "cut short"),
        (b"9" * 5000, "not JSON"),
        (b"[" * 50_000, "nested"),
        (b'{"a":' * 50_000, "nested"),
        (b"[" + b"[]," * 200_000 + b"1]", "values"),
    ],
)
def test_what_is_not_sound_json_is_a_bad_payload_with_a_short_reason(body: bytes, detail: str) -> None:
    with pytest.raises(BadPayload, match=detail) as caught:
        decode.decode(body)
    assert len(caught.value.detail) < 60


@given(st.binary(max_size=200))
def test_no_bytes_raise_anything_else(body: bytes) -> None:
    with contextlib.suppress(BadPayload):
        decode.decode(body)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
        max_leaves=20,
    )
)
def test_sound_json_reads_as_it_was_written(value: Json) -> None:
    assert decode.decode(json.dumps(value).encode()) == value


def test_a_good_answer_becomes_records() -> None:
    (report,) = decode.read(price_call(), 200, b'{"price": 0.00002}', START)
    assert isinstance(report, TokenReport) and report.get(PRICE_USD) == Decimal("0.00002")


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (200, b"{}", NotListed),
        (200, b"[]", BadPayload),
        (200, b'{"price": "free"}', BadPayload),
        (200, b'{"price": "NaN"}', BadPayload),
        (200, b'{"price": "-1"}', BadPayload),
        (200, b"<html>", BadPayload),
        (204, b"", BadPayload),
        (401, b"no", KeyRejected),
        (429, b"<html>slow down</html>", RateLimited),
        (500, b"", Unavailable),
        (502, b"<html>Bad gateway</html>", Unavailable),
        (302, b"", Unavailable),
    ],
)
def test_an_answer_is_classified_by_status_then_body(status: int, body: bytes, kind: type[Exception]) -> None:
    with pytest.raises(kind):
        decode.read(price_call(), status, body, START)


def _key(body: Json, ask: Ask, at: object) -> tuple[()]:
    return body["no"]["such"]["key"]


def _attribute(body: Json, ask: Ask, at: object) -> tuple[()]:
    return body.nothing


def _arithmetic(body: Json, ask: Ask, at: object) -> tuple[()]:
    raise ZeroDivisionError


def _recursion(body: Json, ask: Ask, at: object) -> tuple[()]:
    return _recursion(body, ask, at)


@pytest.mark.parametrize("parse", [_key, _attribute, _arithmetic, _recursion])
def test_a_parser_that_trips_over_a_shape_is_a_bad_payload(parse: object) -> None:
    with pytest.raises(BadPayload, match="unexpected shape"):
        decode.read(parsing(parse), 200, b"{}", START)


async def test_large_answers_are_read_on_a_thread_and_small_ones_where_they_are() -> None:
    seen: list[threading.Thread] = []

    def parse(body: Json, ask: Ask, at: object) -> tuple[()]:
        seen.append(threading.current_thread())
        return ()

    call = parsing(parse)
    await decode.read_off_loop(call, 200, b"{}", START)
    await decode.read_off_loop(call, 200, json.dumps("x" * decode.ON_LOOP_BYTES).encode(), START)
    assert seen[0] is threading.main_thread()
    assert seen[1] is not threading.main_thread()
