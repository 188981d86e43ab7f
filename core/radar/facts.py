"""What the radar takes in: facts as they were known at a moment, in the order in which it took them.

Kept as they are, so that its work can be done again and must come to the same. `at` is when the radar knew;
exact figures stay exact. Nothing here judges.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import Discriminator

from core import events
from core.security.facts import Severity
from core.security.score import Verdict
from core.signals.window import MoveKind
from data.models.ids import TokenKey


@dataclass(frozen=True, slots=True, kw_only=True)
class Launched:
    """A token began, with what that second told; each None where it did not."""

    at: datetime
    born_at: datetime
    creator: str | None = None
    creator_tokens: int | None = None
    dev_ratio: float | None = None
    bundle_ratio: float | None = None
    mint_revoked: bool | None = None
    freeze_revoked: bool | None = None
    has_links: bool | None = None
    kind: Literal["launched"] = "launched"


@dataclass(frozen=True, slots=True, kw_only=True)
class Migrated:
    """A curve was complete and the market moved to `pool`."""

    at: datetime
    moved_at: datetime
    pool: str | None = None
    kind: Literal["migrated"] = "migrated"


@dataclass(frozen=True, slots=True, kw_only=True)
class Traded:
    """One trade; `owner` is the cluster that its trader belongs to."""

    at: datetime
    traded_at: datetime
    is_buy: bool
    usd: Decimal
    tokens: Decimal
    trader: str | None = None
    owner: str | None = None
    kind: Literal["traded"] = "traded"


@dataclass(frozen=True, slots=True, kw_only=True)
class Progressed:
    """How much of a curve is sold, 0 to 1; `depth_usd` is what both its sides are worth to an order."""

    at: datetime
    ratio: float
    depth_usd: Decimal | None = None
    kind: Literal["progressed"] = "progressed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """What the sources said of a token; None is unknown. `prices` are in USD, by source."""

    at: datetime
    pool: str | None = None
    prices: Mapping[str, Decimal] = field(default_factory=dict)
    liquidity_usd: Decimal | None = None
    supply_tokens: Decimal | None = None
    holders: int | None = None
    top10_ratio: Decimal | None = None
    lp_locked_ratio: Decimal | None = None
    born_at: datetime | None = None
    kind: Literal["looked"] = "looked"


@dataclass(frozen=True, slots=True, kw_only=True)
class Candled:
    """Minute bars that a source tells of the past: start in unix seconds, open, high, low, close, volume."""

    at: datetime
    source: str
    rows: tuple[tuple[int, Decimal, Decimal, Decimal, Decimal, Decimal], ...]
    kind: Literal["candled"] = "candled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scanned:
    """What a scan came to, and how each rule judged."""

    at: datetime
    verdict: Verdict
    severities: Mapping[str, Severity]
    kind: Literal["scanned"] = "scanned"


@dataclass(frozen=True, slots=True, kw_only=True)
class Called:
    """A chat was told to buy."""

    at: datetime
    chat: str
    related: str
    author: str | None = None
    digest: str | None = None
    kind: Literal["called"] = "called"


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """A followed wallet did something."""

    at: datetime
    owner: str
    move: MoveKind
    usd: float | None = None
    kind: Literal["moved"] = "moved"


@dataclass(frozen=True, slots=True, kw_only=True)
class Listening:
    """From now on every trade of the token is heard: before it, or since a gap, some may be missing."""

    at: datetime
    kind: Literal["listening"] = "listening"


@dataclass(frozen=True, slots=True, kw_only=True)
class Deaf:
    """From now on trades of the token may be missed."""

    at: datetime
    kind: Literal["deaf"] = "deaf"


@dataclass(frozen=True, slots=True, kw_only=True)
class Followed:
    """Bars that were asked for to grade a signal, as `Candled` has them; no window is made of them."""

    at: datetime
    source: str
    rows: tuple[tuple[int, Decimal, Decimal, Decimal, Decimal, Decimal], ...]
    kind: Literal["followed"] = "followed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """The detectors were asked, at this place among the facts; `held`: people here hold or watch it."""

    at: datetime
    held: bool = False
    kind: Literal["judged"] = "judged"


@dataclass(frozen=True, slots=True, kw_only=True)
class Began:
    """The radar began to work: it knows nothing yet of any token. Its entry names the market.

    `heard_until` is when it last wrote anything down before: from then on nobody listened.
    """

    at: datetime
    heard_until: datetime | None = None
    kind: Literal["began"] = "began"


@dataclass(frozen=True, slots=True, kw_only=True)
class Dropped:
    """The token is watched no more, and what was known of it is let go."""

    at: datetime
    kind: Literal["dropped"] = "dropped"


Fact: TypeAlias = (
    Launched
    | Migrated
    | Traded
    | Progressed
    | Looked
    | Candled
    | Scanned
    | Called
    | Moved
    | Listening
    | Deaf
    | Followed
    | Judged
    | Began
    | Dropped
)
_ANY: Any = Annotated[Fact, Discriminator("kind")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A fact about a token, as the journal keeps it; entries are in the order in which they were taken in."""

    token: TokenKey
    fact: Fact


def written(fact: Fact) -> str:
    """Write a fact as JSON."""
    return events.encode(fact)


def read(body: str) -> Fact:
    """Read a fact.

    Raises:
        InvariantBroken: it is none.
    """
    found: Fact = events.decode(_ANY, body)
    return found
