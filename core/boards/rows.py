"""One row a token: few figures of it, out of lists that name it and prices beside them. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any, TypeVar

from core.enrichment import resolve
from core.security.known import MONEY, WELL_KNOWN
from data.models import fields as f
from data.models.fields import Field
from data.models.ids import ProviderId, TokenKey
from data.models.market import Answer, Pool, Record, SecurityReport, TokenReport, TokenSnapshot

T = TypeVar("T")

FIGURES: frozenset[Field[Any]] = frozenset(
    {
        f.PRICE_USD, f.MARKET_CAP_USD, f.FDV_USD, f.LIQUIDITY_USD, f.SYMBOL, f.NAME, f.CREATED_AT,
        f.LAUNCHPAD, f.GRADUATED, f.HOLDERS, f.RISK_SCORE, f.RUGGED,
        *f.CHANGE.values(), *f.VOLUME_USD.values(), *f.BUYS.values(), *f.SELLS.values(),
    }
)  # fmt: skip

# What prices other tokens is no discovery: it stands on no board.
QUOTE_ASSETS = frozenset(WELL_KNOWN[name] for name in MONEY)

_ENOUGH = 2  # sources of a price
_NEEDED: tuple[Field[Any], ...] = (f.LIQUIDITY_USD, f.VOLUME_USD[f.Span.H24], f.SYMBOL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What a board knows of a token.

    `odd` names what contradicts itself, such as a cap without liquidity: those are not among the `values`.
    `named_by` are the sources that list it, `priced_by` how many stand behind its price, which is of `at`;
    `seen_at` is when all of it was put together.
    """

    token: TokenKey
    values: Mapping[Field[Any], Any]
    seen_at: datetime
    at: datetime
    odd: str = ""
    disputed: frozenset[Field[Any]] = frozenset()
    named_by: tuple[ProviderId, ...] = ()
    priced_by: int = 0

    def get(self, key: Field[T]) -> T | None:
        """Look a figure up."""
        return self.values.get(key)

    @property
    def cap_usd(self) -> Decimal | None:
        """The market cap, or where nobody tells it the fully diluted value; None where it is odd."""
        return None if self.odd else self.get(f.MARKET_CAP_USD) or self.get(f.FDV_USD)


def row_of(snapshot: TokenSnapshot, named_by: tuple[ProviderId, ...] = ()) -> Row:
    """Keep of a snapshot what boards show."""
    known = {key: seen for key, seen in snapshot.resolved.items() if key in FIGURES}
    price = known.get(f.PRICE_USD)
    caps = (known.get(f.MARKET_CAP_USD), known.get(f.FDV_USD))
    return Row(
        token=snapshot.token,
        values={key: seen.value for key, seen in known.items() if not seen.note},
        seen_at=snapshot.at,
        at=snapshot.at if price is None else price.at,
        odd=next((cap.note for cap in caps if cap is not None and cap.note), ""),
        disputed=frozenset(key for key, seen in known.items() if seen.disputed),
        named_by=named_by,
        priced_by=0 if price is None else len(price.sources),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """What lists name: each source's place of a token, the best of its list 0; `quotes` were skipped."""

    places: Mapping[TokenKey, Mapping[ProviderId, int]]
    quotes: int

    def first(self, most: int) -> tuple[TokenKey, ...]:
        """Choose the tokens that most sources name, of equals the better placed."""
        ranked = sorted(
            self.places, key=lambda token: (-len(self.places[token]), min(self.places[token].values()), token)
        )
        return tuple(ranked[:most])


def named(lists: Iterable[Answer]) -> Named:
    """Read which tokens lists name; the answers' order does not matter."""
    places: dict[TokenKey, dict[ProviderId, int]] = defaultdict(dict)
    quotes: set[TokenKey] = set()
    for answer in lists:
        for place, record in enumerate(answer.records):
            token = subject(record)
            if token is None:
                continue
            if token.address in QUOTE_ASSETS:
                quotes.add(token)
                continue
            sources = places[token]
            sources[answer.source] = min(place, sources.get(answer.source, place))
    return Named(places=dict(places), quotes=len(quotes))


def subject(record: Record) -> TokenKey | None:
    """Tell which token a record is about; of a pool, the one that it prices."""
    if isinstance(record, Pool):
        return record.base.token
    return record.token if isinstance(record, TokenReport | SecurityReport) else None


def snapshots(
    tokens: Iterable[TokenKey], answers: Sequence[Answer], trust: Mapping[ProviderId, float], now: datetime
) -> dict[TokenKey, TokenSnapshot]:
    """Resolve each token by the policies of the cards; the answers' order does not matter."""
    wanted = dict.fromkeys(tokens)
    about: dict[TokenKey, list[Answer]] = {token: [] for token in wanted}
    for answer in answers:
        by_token: dict[TokenKey, list[Record]] = defaultdict(list)
        for record in answer.records:
            token = subject(record)
            if token in wanted:
                by_token[token].append(record)
        for token, records in by_token.items():
            about[token].append(replace(answer, records=tuple(records)))
    return {
        token: resolve.snapshot(token, about[token], (), trust=trust, asked=(), now=now) for token in wanted
    }


def thin(snapshot: TokenSnapshot) -> bool:
    """Tell whether lists alone say too little of a token: one source of a price, or a figure lacking."""
    price = snapshot.get(f.PRICE_USD)
    if price is None or len(price.sources) + len(price.rejected) < _ENOUGH:
        return True
    return any(key not in snapshot.resolved for key in _NEEDED)
