"""A token snapshot as bytes and back, without losing a digit, a source or a gap.

JSON for what is typed, packed by zlib: a snapshot repeats its sources many times over. The value of a field
is read by the field's unit. Fields that are no longer declared are left out when read; a newer part of a
record that old bytes lack takes its default.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

import msgspec

from data.models.fields import FIELDS, Authority, Field, Link, LpLock, Unit
from data.models.ids import ProviderId, TokenKey
from data.models.market import Fact, Gap, Observation, Pool, Resolved, Risk, SecurityReport, TokenSnapshot
from data.store.types import Unstorable

_VERSION = 1
_LEVEL = 6

_KINDS: Mapping[Unit, tuple[type, ...]] = {
    Unit.USD: (Decimal,),
    Unit.RATIO: (Decimal,),
    Unit.TOKENS: (Decimal,),
    Unit.COUNT: (int,),
    Unit.FLAG: (bool,),
    Unit.TIME: (datetime,),
    Unit.TEXT: (str, tuple),
    Unit.AUTHORITY: (Authority,),
    Unit.LINKS: (tuple,),
    Unit.LOCKS: (tuple,),
}
_TYPES: Mapping[Unit, Any] = {
    Unit.USD: Decimal,
    Unit.RATIO: Decimal,
    Unit.TOKENS: Decimal,
    Unit.COUNT: int,
    Unit.FLAG: bool,
    Unit.TIME: datetime,
    Unit.TEXT: str | tuple[str, ...],
    Unit.AUTHORITY: Authority,
    Unit.LINKS: tuple[Link, ...],
    Unit.LOCKS: tuple[LpLock, ...],
}


class _Seen(msgspec.Struct, array_like=True, frozen=True):
    """An observation."""

    value: msgspec.Raw
    source: str
    at: datetime
    trust: float
    stale: bool


class _Field(msgspec.Struct, array_like=True, frozen=True):
    """A resolved field."""

    name: str
    value: msgspec.Raw
    sources: tuple[_Seen, ...]
    rejected: tuple[_Seen, ...]
    spread: Decimal | None
    disputed: bool
    note: str


class _Scan(msgspec.Struct, array_like=True, frozen=True):
    """A security report with who gave it."""

    source: str
    token: TokenKey
    risks: tuple[Risk, ...]
    score: int | None
    rugged: bool | None
    facts: tuple[tuple[str, msgspec.Raw], ...]
    as_of: datetime | None


class _Body(msgspec.Struct, array_like=True, frozen=True):
    """A snapshot; the fields come first, so that a history reads no further."""

    version: int
    fields: tuple[_Field, ...]
    gaps: tuple[Gap, ...]
    pools: tuple[Pool, ...]
    scans: tuple[_Scan, ...]
    answered: tuple[ProviderId, ...]
    asked: tuple[ProviderId, ...]


class _Beginning(msgspec.Struct, array_like=True, frozen=True):
    """As much of a body as a history needs."""

    version: int
    fields: tuple[_Field, ...]


_encoder = msgspec.json.Encoder()
_body = msgspec.json.Decoder(_Body)
_beginning = msgspec.json.Decoder(_Beginning)
_readers = {unit: msgspec.json.Decoder(kind) for unit, kind in _TYPES.items()}


def encode(snapshot: TokenSnapshot) -> bytes:
    """Pack a snapshot; its token and its instant are kept beside it.

    Raises:
        Unstorable: a value is not of its field's unit, is no finite number, an instant has no zone, or text
            cannot be encoded.
    """
    body = _Body(
        version=_VERSION,
        fields=tuple(_written(resolved) for resolved in snapshot.resolved.values()),
        gaps=snapshot.gaps,
        pools=snapshot.pools,
        scans=tuple(_written_scan(source, report) for source, report in snapshot.scans),
        answered=snapshot.answered,
        asked=snapshot.asked,
    )
    try:
        return zlib.compress(_encoder.encode(body), _LEVEL)
    except (UnicodeEncodeError, ValueError) as error:
        raise Unstorable(f"a snapshot of {snapshot.token} cannot be written: {error}") from error


def decode(token: TokenKey, at: datetime, packed: bytes) -> TokenSnapshot:
    """Unpack a snapshot."""
    body = _body.decode(zlib.decompress(packed))
    resolved = (_read(each) for each in body.fields if each.name in FIELDS)
    return TokenSnapshot(
        token=token,
        at=at,
        resolved={each.field: each for each in resolved},
        gaps=body.gaps,
        pools=body.pools,
        scans=tuple((ProviderId(scan.source), _read_scan(scan)) for scan in body.scans),
        answered=body.answered,
        asked=body.asked,
    )


def decode_field(key: Field[Any], packed: bytes) -> Resolved[Any] | None:
    """Unpack one field of a snapshot; None where it was not known."""
    for each in _beginning.decode(zlib.decompress(packed)).fields:
        if each.name == key.name:
            return _read(each)
    return None


def _write_value(key: Field[Any], value: Any) -> msgspec.Raw:
    right = isinstance(value, _KINDS[key.unit]) and not (key.unit is Unit.COUNT and isinstance(value, bool))
    if not right or (isinstance(value, Decimal) and not value.is_finite()):
        raise Unstorable(f"{key.name} is {key.unit}, and not {value!r}")
    if isinstance(value, datetime) and value.tzinfo is None:
        raise Unstorable(f"{key.name} is an instant without a zone: {value.isoformat()}")
    try:
        return msgspec.Raw(_encoder.encode(value))
    except UnicodeEncodeError as error:
        raise Unstorable(f"{key.name} cannot be written: {error}") from error


def _seen(key: Field[Any], observation: Observation[Any]) -> _Seen:
    return _Seen(
        value=_write_value(key, observation.value),
        source=observation.source,
        at=observation.at,
        trust=observation.trust,
        stale=observation.stale,
    )


def _observation(key: Field[Any], seen: _Seen) -> Observation[Any]:
    return Observation(
        value=_readers[key.unit].decode(seen.value),
        source=ProviderId(seen.source),
        at=seen.at,
        trust=seen.trust,
        stale=seen.stale,
    )


def _written(resolved: Resolved[Any]) -> _Field:
    key = resolved.field
    return _Field(
        name=key.name,
        value=_write_value(key, resolved.value),
        sources=tuple(_seen(key, each) for each in resolved.sources),
        rejected=tuple(_seen(key, each) for each in resolved.rejected),
        spread=resolved.spread,
        disputed=resolved.disputed,
        note=resolved.note,
    )


def _read(written: _Field) -> Resolved[Any]:
    key = FIELDS[written.name]
    return Resolved(
        field=key,
        value=_readers[key.unit].decode(written.value),
        sources=tuple(_observation(key, each) for each in written.sources),
        rejected=tuple(_observation(key, each) for each in written.rejected),
        spread=written.spread,
        disputed=written.disputed,
        note=written.note,
    )


def _written_scan(source: ProviderId, report: SecurityReport) -> _Scan:
    return _Scan(
        source=source,
        token=report.token,
        risks=report.risks,
        score=report.score,
        rugged=report.rugged,
        facts=tuple((fact.field.name, _write_value(fact.field, fact.value)) for fact in report.facts),
        as_of=report.as_of,
    )


def _read_scan(scan: _Scan) -> SecurityReport:
    known = ((FIELDS[name], value) for name, value in scan.facts if name in FIELDS)
    return SecurityReport(
        token=scan.token,
        risks=scan.risks,
        score=scan.score,
        rugged=scan.rugged,
        facts=tuple(Fact(key, _readers[key.unit].decode(value)) for key, value in known),
        as_of=scan.as_of,
    )
