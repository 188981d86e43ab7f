"""All that is known about one token at one instant, as detectors see it. Every part may be unknown.

Unknown is None and never zero or empty: an empty part says that one looked and nothing was there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import pairwise
from typing import TypeAlias

from core.security.facts import Severity
from core.security.score import Verdict
from core.signals.mentions import Mentions
from core.signals.series import Bars, Series, Trades
from core.signals.spec import Part
from data.errors import InvariantBroken
from data.models.ids import TokenKey

FRESH_S = 90.0  # a source's price older than this speaks for nothing


class Measure(StrEnum):
    """A figure that is held against a token's own past or its peers."""

    VOLUME_5M = "volume_5m"
    MENTIONS_1H = "mentions_1h"
    RETURN_1H = "return_1h"


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """How a figure is spread: median, median absolute deviation, mean absolute deviation, of `n` values.

    `p90` is what a tenth of them reach, None where nobody reckoned it.
    """

    n: int
    median: float
    mad: float
    mean_ad: float
    p90: float | None = None


Peers: TypeAlias = Mapping[Measure, Spread]


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployer:
    """The deployer's wallets and those linked to it, as clusters in `Trades.owners`; what they hold now."""

    owners: frozenset[str]
    held_tokens: float


@dataclass(frozen=True, slots=True, kw_only=True)
class LaunchFacts:
    """What was known of a launch in the second it was seen; each None where that second did not tell it.

    `creator_tokens` counts what its creator made before; `dev_ratio` and `bundle_ratio` are shares of the
    supply bought in the launch itself.
    """

    at: datetime
    creator_tokens: int | None = None
    dev_ratio: float | None = None
    bundle_ratio: float | None = None
    mint_revoked: bool | None = None
    freeze_revoked: bool | None = None
    has_links: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Migration:
    """The curve was complete and the market moved to `pool`."""

    at: datetime
    pool: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanState:
    """What a scan came to, and how each rule judged, by the rule's name."""

    at: datetime
    verdict: Verdict
    severities: Mapping[str, Severity]


@dataclass(frozen=True, slots=True, kw_only=True)
class SourcePrices:
    """What one source said the price was, in USD, over the last minutes."""

    source: str
    prices: Series


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A chat was told to buy: `related` is the same for chats of one owner, `digest` for copied words."""

    at: datetime
    chat: str
    related: str
    author: str | None
    digest: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class WalletRecord:
    """What a cluster's closed trades came to: how many, and the mean net result of one as a ratio."""

    closed: int
    expectancy_ratio: float


class MoveKind(StrEnum):
    """What a followed wallet did."""

    BUY = "buy"
    SELL = "sell"
    FUND = "fund"
    LAUNCH = "launch"


@dataclass(frozen=True, slots=True, kw_only=True)
class WalletMove:
    """Something that a followed wallet did, not told before; `usd` None where there is no sum."""

    at: datetime
    owner: str
    kind: MoveKind
    usd: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MarketFigures:
    """The whole market over time: launches an hour, the share that graduates, the median return of 24 h."""

    launches_1h: Series | None = None
    graduation_ratio: Series | None = None
    median_return_24h: Series | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Window:
    """One token at one instant.

    `data_age_s` is how old the older of the newest price and the newest liquidity is; of a launch, a wallet's
    move or the market, how old that news is. `liquidity` is in USD; `holders` a count; `top10`, `bundle`,
    `lp_locked` and `curve` are shares from 0 to 1. Each point of `top20` is what the then top twenty bought
    net since the point before, as a share of the supply (negative: sold); each of `lp_withdrawn` the share of
    the pool that was withdrawn then; both begin with a point when one began to look and lack nothing since.
    `records` are by cluster. `held` says that somebody holds the token, watches it, or was told by us to look
    at it.
    """

    token: TokenKey
    now: datetime
    pool: str | None = None
    bars: Bars | None = None
    trades: Trades | None = None
    liquidity: Series | None = None
    supply_tokens: float | None = None
    holders: Series | None = None
    top10: Series | None = None
    top20: Series | None = None
    deployer: Deployer | None = None
    bundle: Series | None = None
    lp_locked: Series | None = None
    lp_withdrawn: Series | None = None
    curve: Series | None = None
    launch: LaunchFacts | None = None
    migration: Migration | None = None
    scan: ScanState | None = None
    scan_before: ScanState | None = None
    prices: tuple[SourcePrices, ...] | None = None
    mentions: Mentions | None = None
    calls: tuple[Call, ...] | None = None
    records: Mapping[str, WalletRecord] | None = None
    moves: tuple[WalletMove, ...] | None = None
    market: MarketFigures | None = None
    peers: Peers | None = None
    data_age_s: float | None = None
    held: bool = False

    def __post_init__(self) -> None:
        if self.now.utcoffset() != timedelta(0):
            raise InvariantBroken("a window's instant is in UTC")
        if self.data_age_s is not None and not self.data_age_s >= 0:
            raise InvariantBroken(f"data that is {self.data_age_s} s old")
        if self.supply_tokens is not None and not 0 < self.supply_tokens < float("inf"):
            raise InvariantBroken(f"a supply of {self.supply_tokens}")
        if self._latest_s > self.now_s:
            raise InvariantBroken("a window holds what is later than its instant")

    @property
    def _latest_s(self) -> float:
        series = (
            self.liquidity, self.holders, self.top10, self.top20, self.bundle, self.lp_locked,
            self.lp_withdrawn, self.curve, *(said.prices for said in self.prices or ()),
        )  # fmt: skip
        ends = [float(known.time[-1]) for known in (*series, *_figures(self.market)) if known is not None]
        events = tuple(told for told in (self.trades, self.mentions) if told is not None)
        ends += [float(told.time[-1]) for told in events if len(told.time)]
        facts = (self.launch, self.migration, self.scan, self.scan_before)
        ends += [fact.at.timestamp() for fact in facts if fact is not None]
        ends += [call.at.timestamp() for call in self.calls or ()]
        ends += [move.at.timestamp() for move in self.moves or ()]
        if self.bars is not None:
            ends.append(self.bars.end_s)
        return max(ends, default=0.0)

    @property
    def now_s(self) -> float:
        """Its instant, unix seconds."""
        return self.now.timestamp()

    @property
    def liquidity_usd(self) -> float | None:
        """The newest liquidity."""
        return None if self.liquidity is None else self.liquidity.last

    @property
    def quoted(self) -> dict[str, float]:
        """The price of each source that spoke lately."""
        said = ((told.source, told.prices.at(self.now_s, FRESH_S)) for told in self.prices or ())
        return {source: price for source, price in said if price is not None and price > 0}

    @property
    def sources(self) -> int:
        """How many sources told a price lately."""
        return len(self.quoted)

    @property
    def gap_ratio(self) -> float | None:
        """How far the two nearest sources lie apart, (higher - lower) / higher; None below two."""
        prices = sorted(self.quoted.values())
        gaps = [(high - low) / high for low, high in pairwise(prices)]
        return min(gaps, default=None)

    def prices_agree(self, within_ratio: float = 0.03) -> bool | None:
        """Tell whether some two sources agree on the price; None below two."""
        gap = self.gap_ratio
        return None if gap is None else gap <= within_ratio

    def has(self, part: Part) -> bool:
        """Tell whether a part is known."""
        names = _FIELDS.get(part, (part.name.lower(),))
        return any(getattr(self, name) is not None for name in names)


def _figures(market: MarketFigures | None) -> tuple[Series | None, ...]:
    if market is None:
        return ()
    return (market.launches_1h, market.graduation_ratio, market.median_return_24h)


# The fields of which one must be known, where they are not called as the part is.
_FIELDS: Mapping[Part, tuple[str, ...]] = {
    Part.SUPPLY: ("supply_tokens",),
    Part.LP: ("lp_locked", "lp_withdrawn"),
    Part.AGE: ("data_age_s",),
}
