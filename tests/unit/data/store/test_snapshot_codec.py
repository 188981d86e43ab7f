"""Snapshots as bytes: nothing is lost on the way."""

from __future__ import annotations

import zlib
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data.models.fields import (
    CREATED_AT,
    EXTENSIONS,
    FIELDS,
    HOLDERS,
    LINKS,
    MINT_AUTHORITY,
    PRICE_USD,
    RUGGED,
    SYMBOL,
    Authority,
    Field,
    Link,
    LpLock,
    Span,
    Unit,
)
from data.models.ids import SOL, USDC, Chain, ProviderId
from data.models.market import (
    Activity,
    Capability,
    Fact,
    Gap,
    GapReason,
    Observation,
    Pool,
    Resolved,
    Risk,
    RiskLevel,
    SecurityReport,
    TokenSide,
    TokenSnapshot,
)
from data.store import snapshot_codec
from data.store.types import Unstorable

NOON = datetime(2026, 3, 1, 12, 0, 0, 123456, tzinfo=UTC)

plain = st.text(max_size=30)
sources = st.sampled_from([ProviderId("dexscreener"), ProviderId("birdeye"), ProviderId("rpc")])
instants = st.datetimes(timezones=st.just(UTC))
numbers = st.decimals(allow_nan=False, allow_infinity=False)
by_unit: dict[Unit, st.SearchStrategy[Any]] = {
    Unit.USD: numbers,
    Unit.RATIO: numbers,
    Unit.TOKENS: numbers,
    Unit.COUNT: st.integers(-(10**41), 10**41),
    Unit.FLAG: st.booleans(),
    Unit.TIME: instants,
    Unit.TEXT: plain,
    Unit.AUTHORITY: st.builds(Authority, st.none() | plain),
    Unit.LOCKS: st.lists(
        st.builds(
            LpLock,
            kind=plain,
            program=st.none() | plain,
            share=st.none() | numbers,
            unlocks_at=st.none() | instants,
        ),
        max_size=3,
    ).map(tuple),
    Unit.LINKS: st.lists(st.builds(Link, plain, plain), max_size=3).map(tuple),
}


def values(key: Field[Any]) -> st.SearchStrategy[Any]:
    return st.lists(plain, max_size=3).map(tuple) if key is EXTENSIONS else by_unit[key.unit]


@st.composite
def resolved(draw: st.DrawFn, key: Field[Any]) -> Resolved[Any]:
    seen = st.lists(
        st.builds(
            Observation,
            value=values(key),
            source=sources,
            at=instants,
            trust=st.floats(0, 1),
            stale=st.booleans(),
        ),
        max_size=3,
    ).map(tuple)
    return Resolved(
        field=key,
        value=draw(values(key)),
        sources=draw(seen),
        rejected=draw(seen),
        spread=draw(st.none() | numbers),
        disputed=draw(st.booleans()),
        note=draw(plain),
    )


gaps = st.builds(
    Gap,
    source=sources,
    capability=st.sampled_from(Capability),
    reason=st.sampled_from(GapReason),
    at=instants,
    detail=plain,
    since=st.none() | instants,
)
activities = st.builds(Activity, volume_usd=st.none() | numbers, buys=st.none() | st.integers(0, 10**20))
sides = st.builds(TokenSide, token=st.sampled_from([SOL, USDC]), symbol=st.none() | plain)
pools = st.builds(
    Pool,
    chain=st.sampled_from(Chain),
    address=plain,
    dex=plain,
    base=sides,
    quote=sides,
    price_usd=st.none() | numbers,
    liquidity_usd=st.none() | numbers,
    activity=st.dictionaries(st.sampled_from(Span), activities, max_size=2),
    created_at=st.none() | instants,
)
risks = st.builds(Risk, name=plain, level=st.sampled_from(RiskLevel), description=plain)


@st.composite
def snapshots(draw: st.DrawFn) -> TokenSnapshot:
    keys = draw(st.lists(st.sampled_from(list(FIELDS.values())), unique=True, max_size=5))
    scanned: list[Field[Any]] = [HOLDERS, PRICE_USD, MINT_AUTHORITY]
    facts = draw(st.lists(st.sampled_from(scanned), max_size=2))
    report = SecurityReport(
        token=SOL,
        risks=tuple(draw(st.lists(risks, max_size=2))),
        score=draw(st.none() | st.integers(0, 100)),
        rugged=draw(st.none() | st.booleans()),
        facts=tuple(Fact(key, draw(values(key))) for key in facts),
        as_of=draw(st.none() | instants),
    )
    return TokenSnapshot(
        token=SOL,
        at=draw(instants),
        resolved={key: draw(resolved(key)) for key in keys},
        gaps=tuple(draw(st.lists(gaps, max_size=2))),
        pools=tuple(draw(st.lists(pools, max_size=2))),
        scans=((draw(sources), report),) if draw(st.booleans()) else (),
        answered=tuple(draw(st.lists(sources, max_size=2))),
        asked=tuple(draw(st.lists(sources, max_size=2))),
    )


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(snapshots())
def test_a_snapshot_comes_back_equal(snapshot: TokenSnapshot) -> None:
    packed = snapshot_codec.encode(snapshot)
    back = snapshot_codec.decode(snapshot.token, snapshot.at, packed)
    assert back == snapshot
    for key, known in snapshot.resolved.items():
        assert snapshot_codec.decode_field(key, packed) == known


def one(key: Field[Any], value: Any) -> TokenSnapshot:
    seen = Observation(value=value, source=ProviderId("x"), at=NOON)
    return TokenSnapshot(
        token=SOL, at=NOON, resolved={key: Resolved(field=key, value=value, sources=(seen,))}
    )


@pytest.mark.parametrize(
    ("key", "value"),
    [
        (PRICE_USD, Decimal("1E+40")),
        (PRICE_USD, Decimal("0.10")),
        (HOLDERS, 10**40),
        (RUGGED, False),
        (CREATED_AT, NOON),
        (SYMBOL, 'B"O\\NK\0🐕'),
        (EXTENSIONS, ("transferFee", "nonTransferable")),
        (LINKS, (Link("site", "https://example.org"),)),
        (MINT_AUTHORITY, Authority(None)),
    ],
)
def test_a_value_keeps_its_type_and_its_digits(key: Field[Any], value: Any) -> None:
    back = snapshot_codec.decode(SOL, NOON, snapshot_codec.encode(one(key, value))).value(key)
    assert type(back) is type(value)
    assert str(back) == str(value)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        (PRICE_USD, 1.5),
        (PRICE_USD, Decimal("NaN")),
        (PRICE_USD, Decimal("Infinity")),
        (HOLDERS, True),
        (HOLDERS, Decimal(3)),
        (RUGGED, 1),
        (CREATED_AT, NOON.replace(tzinfo=None)),
        (SYMBOL, "\ud800"),
        (SYMBOL, None),
    ],
)
def test_a_value_that_would_not_come_back_is_refused(key: Field[Any], value: Any) -> None:
    with pytest.raises(Unstorable):
        snapshot_codec.encode(one(key, value))


def test_every_unit_can_be_kept() -> None:
    assert set(by_unit) == set(Unit)
    assert {key.unit for key in FIELDS.values()} <= set(snapshot_codec._KINDS)
    assert set(snapshot_codec._KINDS) == set(snapshot_codec._TYPES) == set(Unit)


def test_a_field_that_is_no_longer_declared_is_left_out() -> None:
    packed = snapshot_codec.encode(one(PRICE_USD, Decimal(1)))
    body = msgspec.json.decode(zlib.decompress(packed))
    body[1].append(["gone", "1", [], [], None, False, ""])
    older = zlib.compress(msgspec.json.encode(body))
    assert set(snapshot_codec.decode(SOL, NOON, older).resolved) == {PRICE_USD}


def test_a_field_that_was_not_known_is_none() -> None:
    assert snapshot_codec.decode_field(HOLDERS, snapshot_codec.encode(one(PRICE_USD, Decimal(1)))) is None
