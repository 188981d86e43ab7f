"""What a provider is: a value. Endpoints, parsers, quotas and error maps, declared; no input or output."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any, Literal, TypeAlias
from urllib.parse import quote, quote_plus

from data.errors import BadPayload, InvariantBroken, KeyRejected, RateLimited, Unavailable, UpstreamError
from data.models.fields import Field
from data.models.ids import Chain, ProviderId, TokenKey
from data.models.market import Capability, Record, Timeframe
from data.models.wallets import WalletSpan

Json: TypeAlias = Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """What is asked of an endpoint; each endpoint takes the parts that its path and parser name."""

    tokens: tuple[TokenKey, ...] = ()
    chain: Chain = Chain.SOLANA
    pool: str = ""
    query: str = ""
    timeframe: Timeframe = Timeframe.H1
    limit: int = 200
    before: int | None = None  # unix seconds, exclusive
    span: WalletSpan = WalletSpan.D7  # what of a wallet's past
    since: int | None = None  # unix seconds, inclusive
    accounts: tuple[str, ...] = ()  # of the chain
    amount: int | None = None  # base units of the token

    @property
    def token(self) -> TokenKey:
        """The one token asked for."""
        if len(self.tokens) != 1:
            raise InvariantBroken(f"one token expected, {len(self.tokens)} given")
        return self.tokens[0]


Parser: TypeAlias = Callable[[Json, Ask, datetime], tuple[Record, ...]]
By: TypeAlias = Literal["token", "pool", "query", "accounts", "nothing"]
Slots: TypeAlias = Callable[[Ask], Mapping[str, str]]
Stamp: TypeAlias = Callable[[int, str], Mapping[str, str]]
Fault: TypeAlias = Callable[[int, Json], UpstreamError | None]


def no_slots(ask: Ask) -> Mapping[str, str]:
    """Add nothing to the standard slots."""
    return {}


def no_fault(status: int, body: Json) -> UpstreamError | None:
    """See no error in a body."""
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """One call of a vendor's API.

    `path` and the values of `query` hold slots: `{chain}` (the vendor's word for it), `{address}`,
    `{addresses}` (comma-joined), `{account}`, `{pool}`, `{query}`, `{limit}`, `{amount}`, and those that
    `slots` adds.
    A query parameter whose value is empty after filling is left out; one whose name ends in `[]` is repeated
    for each of its comma-joined values. `payload` makes the JSON body of a POST.
    `parse` is pure; it may raise BadPayload or NotListed, and gives records whose fields are within `fields`.
    """

    capability: Capability
    path: str
    parse: Parser
    ttl_s: float
    stale_s: float
    fields: frozenset[Field[Any]] = frozenset()
    query: Mapping[str, str] = field(default_factory=dict)
    method: Literal["GET", "POST"] = "GET"
    payload: Callable[[Ask], Json] | None = None
    needs: By | None = None  # what it is asked by, where a payload hides it
    slots: Slots = no_slots
    timeout_s: float = 4.0
    batch: int = 1
    quota: str = "default"
    cost: int = 1
    chains: frozenset[Chain] | None = None  # narrower than the provider's
    samples: tuple[str, ...] = ()

    @property
    def by(self) -> By:
        """What it is asked by: the slot that its address names, unless it says itself."""
        if self.needs is not None:
            return self.needs
        template = self.path + "".join(self.query.values())
        if "{pool}" in template:
            return "pool"
        if "{query}" in template:
            return "query"
        if "{account}" in template:
            return "accounts"
        return "token" if "{address" in template or self.payload is not None else "nothing"

    @property
    def name(self) -> str:
        """How logs and metrics call it."""
        return f"{self.capability}:{self.path}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Quota:
    """At most `calls` in any `per_s` seconds, and no more than `burst` at once."""

    calls: int
    per_s: float
    burst: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorMap:
    """Which error an answer is: by status first, then by what `in_body` sees (also in a 200)."""

    by_status: Mapping[int, type[UpstreamError]] = field(default_factory=dict)
    in_body: Fault = no_fault


@dataclass(frozen=True, slots=True, kw_only=True)
class Auth:
    """How a key travels: a header's or a query parameter's name; `required`: nothing works without.

    `stamp` makes the query parameters that each attempt carries anew, out of the unix second and a fresh id.
    """

    header: str = ""
    parameter: str = ""
    required: bool = False
    stamp: Stamp | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """One market API: everything the gateway and the planner must know of it.

    `trust` weighs its figures, 0 to 1. `chains` holds the chains it knows under the vendor's own words.
    """

    id: ProviderId
    title: str
    docs: str
    base_url: str
    trust: float
    chains: Mapping[Chain, str]
    quotas: Mapping[str, Quota]
    endpoints: tuple[Endpoint, ...]
    errors: ErrorMap = ErrorMap()
    auth: Auth = Auth()
    attribution: str = ""
    market: bool = True  # a market API; chain access is not one
    on: bool = True  # asked unless switched off; else only where switched on

    def endpoints_for(self, capability: Capability, chain: Chain) -> tuple[Endpoint, ...]:
        """List the endpoints that give `capability` on `chain`."""
        if chain not in self.chains:
            return ()
        return tuple(
            endpoint
            for endpoint in self.endpoints
            if endpoint.capability is capability and (endpoint.chains is None or chain in endpoint.chains)
        )


@dataclass(frozen=True, kw_only=True)
class Call:
    """One endpoint asked for one thing; what is derived is worked out once."""

    provider: Provider
    endpoint: Endpoint
    ask: Ask

    @cached_property
    def target(self) -> str:
        """The path with its query, every value percent-encoded."""
        ask, endpoint = self.ask, self.endpoint
        addresses = [token.address for token in ask.tokens]
        slots = {
            "chain": self.provider.chains.get(ask.chain, ask.chain.value),
            "address": addresses[0] if len(addresses) == 1 else "",
            "addresses": ",".join(addresses),
            "account": ask.accounts[0] if ask.accounts else "",
            "pool": ask.pool,
            "query": ask.query,
            "limit": str(ask.limit),
            "amount": "" if ask.amount is None else str(ask.amount),
            **endpoint.slots(ask),
        }
        safe = {name: quote(value, safe=",") for name, value in slots.items()}
        filled = {name: template.format_map(slots) for name, template in endpoint.query.items()}
        query = "&".join(
            f"{name}={quote_plus(each, safe=',')}"
            for name, value in filled.items()
            for each in (value.split(",") if name.endswith("[]") else [value])
            if each
        )
        return endpoint.path.format_map(safe) + (f"?{query}" if query else "")

    @property
    def body(self) -> Json | None:
        """The JSON body, for a POST."""
        return None if self.endpoint.payload is None else self.endpoint.payload(self.ask)

    @cached_property
    def key(self) -> str:
        """What makes two calls the same; some answers mix chains and are read for one of them."""
        ask = self.ask
        if self.endpoint.payload is None:
            return f"{self.provider.id} {ask.chain} {self.target}"
        words = (
            *(str(token) for token in ask.tokens),
            ask.pool,
            ask.query,
            ask.timeframe,
            str(ask.limit),
            str(ask.before),
            ask.span,
            str(ask.since),
            *ask.accounts,
        )
        return f"{self.provider.id} {self.endpoint.name} {' '.join(words)}"


def classify(provider: Provider, status: int, body: Json) -> UpstreamError | None:
    """Say which error an answer is; None for an answer to parse. `body` is None where it is not JSON.

    A status that the provider does not map keeps its general meaning: 401 is the key, 429 the rate, another
    4xx a request the vendor does not understand, the rest an outage.
    """
    mapped = provider.errors.by_status.get(status)
    if mapped is not None:
        return mapped(f"HTTP {status}")
    fault = provider.errors.in_body(status, body)
    if fault is not None or 200 <= status < 300:
        return fault
    general = {401: KeyRejected, 403: Unavailable, 408: Unavailable, 429: RateLimited}
    kind = general.get(status, BadPayload if 400 <= status < 500 else Unavailable)
    return kind(f"HTTP {status}")


def discover() -> dict[ProviderId, Provider]:
    """Import every module of this package and collect their `PROVIDER`s by id.

    Raises:
        InvariantBroken: a module has no PROVIDER, or two carry one id.
    """
    import data.providers as package

    found: dict[ProviderId, Provider] = {}
    for module in pkgutil.iter_modules(package.__path__):
        if module.name in {"base", "pools", "values"}:
            continue
        provider = getattr(importlib.import_module(f"{package.__name__}.{module.name}"), "PROVIDER", None)
        if not isinstance(provider, Provider):
            raise InvariantBroken(f"data/providers/{module.name}.py declares no PROVIDER")
        if provider.id in found or provider.id != module.name:
            raise InvariantBroken(f"provider id {provider.id} is taken, or is not its module's name")
        found[provider.id] = provider
    return found
