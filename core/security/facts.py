"""What a rule looks at, and what it finds. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any, NamedTuple, TypeVar

from core.security.known import MINTS
from core.security.launch import Launch
from core.security.record import Record
from data.models.fields import CREATED_AT, GRADUATED, HOLDERS, LAUNCHPAD, LIQUIDITY_USD, Field, Unit
from data.models.ids import Chain, ProviderId, TokenKey
from data.models.market import Resolved, TokenSnapshot
from data.models.rehearsal import Rehearsal

T = TypeVar("T")

# Money and old coins keep powers that a young coin's owner abuses: what many trade and hold for long is
# judged by what was done with a power, not by having it.
_ESTABLISHED_USD = Decimal(1_000_000)
_ESTABLISHED_HOLDERS = 10_000
_ESTABLISHED_AGE = timedelta(days=90)


class Severity(StrEnum):
    """How bad a finding is, worst first; UNKNOWN says that nobody could tell."""

    BLOCK = "block"
    CAUTION = "caution"
    UNKNOWN = "unknown"
    NOTE = "note"
    CLEAR = "clear"


class Evidence(NamedTuple):
    """A value with the unit by which it is written."""

    value: Any
    unit: Unit


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What one rule says: `words` hold a slot for each piece of evidence, to be written by its unit.

    `sources` told it; `at` is when the oldest of them did.
    """

    severity: Severity
    words: str
    evidence: Mapping[str, Evidence] = field(default_factory=dict)
    sources: tuple[ProviderId, ...] = ()
    at: datetime | None = None
    rule: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenFacts:
    """All that is known of a token at one instant.

    `sellable` says whether a route for a small sale exists now, None where nobody could be asked, and
    `sell_impact` how far that sale would move the price, 0 to 1. `launch` and `record` are how it began and
    what else its creator made, `rehearsals` what became of holders' transfers; None where that was not asked.
    """

    snapshot: TokenSnapshot
    launch: Launch | None = None
    record: Record | None = None
    sellable: bool | None = None
    sell_impact: Decimal | None = None
    sell_asked: tuple[ProviderId, ...] = ()
    rehearsals: tuple[Rehearsal, ...] | None = None
    rehearsed_by: tuple[ProviderId, ...] = ()

    @property
    def token(self) -> TokenKey:
        return self.snapshot.token

    @property
    def at(self) -> datetime:
        return self.snapshot.at

    @property
    def on_solana(self) -> bool:
        return self.token.chain is Chain.SOLANA

    def get(self, key: Field[T]) -> Resolved[T] | None:
        """Look a field up with its provenance."""
        return self.snapshot.get(key)

    def value(self, key: Field[T]) -> T | None:
        """Look a field's value up."""
        return self.snapshot.value(key)

    @property
    def on_curve(self) -> bool:
        """Whether it still trades on its launchpad's curve alone, which holds no pool to pull."""
        if self.value(GRADUATED) is not None:
            return not self.value(GRADUATED)
        curve_only = bool(self.snapshot.pools) and all(
            pool.liquidity_usd is None for pool in self.snapshot.pools
        )
        return self.value(LAUNCHPAD) is not None and curve_only

    @property
    def established(self) -> bool:
        """Whether it is well known, or many have held and traded it for long."""
        if self.on_solana and self.token.address in MINTS:
            return True
        liquidity, holders, born = self.value(LIQUIDITY_USD), self.value(HOLDERS), self.value(CREATED_AT)
        return (
            liquidity is not None
            and liquidity >= _ESTABLISHED_USD
            and holders is not None
            and holders >= _ESTABLISHED_HOLDERS
            and born is not None
            and self.at - born >= _ESTABLISHED_AGE
        )

    def finding(self, severity: Severity, words: str, *told_by: Field[Any], **evidence: Evidence) -> Finding:
        """Make a finding that rests on fields."""
        told = [resolved for key in told_by if (resolved := self.get(key)) is not None]
        sources = dict.fromkeys(seen.source for resolved in told for seen in resolved.sources)
        return Finding(
            severity=severity, words=words, evidence=evidence, sources=tuple(sources),
            at=min((resolved.at for resolved in told), default=None),
        )  # fmt: skip


def ratio(value: Decimal) -> Evidence:
    """Name a share, 0 to 1."""
    return Evidence(value, Unit.RATIO)


def usd(value: Decimal) -> Evidence:
    """Name a sum in dollars."""
    return Evidence(value, Unit.USD)


def count(value: int) -> Evidence:
    """Name how many."""
    return Evidence(value, Unit.COUNT)


def words(value: str) -> Evidence:
    """Name somebody's words."""
    return Evidence(value, Unit.TEXT)


def day(value: datetime) -> Evidence:
    """Name a day, past or to come."""
    return words(f"{value:%d %b %Y}")


def since(value: datetime) -> Evidence:
    """Name an instant."""
    return Evidence(value, Unit.TIME)
