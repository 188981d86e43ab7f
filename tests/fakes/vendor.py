"""A small vendor for tests of the gateway: one price endpoint, a strict parser, a scripted way to it."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from data.clock import Clock, Deadline
from data.errors import BadPayload, NotListed
from data.gateway.access import Access
from data.gateway.gateway import Gateway
from data.gateway.transport import Request, Response
from data.metrics import Metrics
from data.models.fields import PRICE_USD
from data.models.ids import Chain, ProviderId, TokenKey
from data.models.market import Answer, Capability, Gap, Record, TokenReport, facts
from data.nursery import Nursery
from data.ports import CacheEntry, CacheTier
from data.providers import values
from data.providers.base import Ask, Auth, Call, Endpoint, Json, Provider, Quota

BONK = TokenKey(Chain.SOLANA, "DezXAZ8z7PnrnRJjz3wXBoRgixCa6xjnB7YaB1pPB263")


def parse_price(body: Json, ask: Ask, at: datetime) -> tuple[Record, ...]:
    """Read `{"price": "0.00002"}`; an empty object is a token that is not listed."""
    content = values.required_mapping(body, "the answer")
    if not content:
        raise NotListed("unknown token")
    price = values.positive(content.get("price"))
    if price is None:
        raise BadPayload("price is missing")
    return (TokenReport(token=ask.token, facts=facts((PRICE_USD, price))),)


PRICE = Endpoint(
    capability=Capability.PRICE,
    path="/price/{address}",
    parse=parse_price,
    ttl_s=15,
    stale_s=300,
    timeout_s=4.0,
)
VENDOR = Provider(
    id=ProviderId("vendor"),
    title="Vendor",
    docs="https://vendor.example/docs",
    base_url="https://vendor.example",
    trust=0.8,
    chains={Chain.SOLANA: "solana"},
    quotas={"default": Quota(calls=1000, per_s=1.0, burst=100)},
    endpoints=(PRICE,),
    auth=Auth(header="x-api-key"),
)


def named(name: str, **changes: object) -> Provider:
    """Make another vendor like this one."""
    return replace(VENDOR, id=ProviderId(name), **changes)  # type: ignore[arg-type]


def price_call(number: int = 0, provider: Provider = VENDOR) -> Call:
    """Ask for the price of a token; another number is another token."""
    token = BONK if not number else TokenKey(Chain.SOLANA, f"{number:044d}")
    return Call(provider=provider, endpoint=provider.endpoints[0], ask=Ask(tokens=(token,)))


def answer(content: object, status: int = 200, **headers: str) -> Response:
    """Write an answer as JSON; underscores in header names stand for hyphens."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Response(status=status, headers=named, body=json.dumps(content).encode())


GOOD = answer({"price": "0.00002"})
BROKEN = answer({"error": "internal"}, 500)
UNLISTED = answer({})

Act = Response | Exception | Callable[[Request], Awaitable[Response]]


class ScriptedTransport:
    """Answer with the acts in turn, the last one for ever; keeps what was sent, and when."""

    def __init__(self, *script: Act) -> None:
        self._script: Sequence[Act] = script or (GOOD,)
        self.sent: list[Request] = []
        self.times: list[float] = []

    async def send(self, request: Request) -> Response:
        act = self._script[min(len(self.sent), len(self._script) - 1)]
        self.sent.append(request)
        self.times.append(asyncio.get_running_loop().time())
        if isinstance(act, Exception):
            raise act
        return act if isinstance(act, Response) else await act(request)


def after(seconds: float, response: Response = GOOD) -> Callable[[Request], Awaitable[Response]]:
    """Answer late."""

    async def act(request: Request) -> Response:
        await asyncio.sleep(seconds)
        return response

    return act


class DictTier:
    """A tier that keeps everything, after so long a time."""

    def __init__(self, delay_s: float = 0.0) -> None:
        self.entries: dict[str, CacheEntry] = {}
        self.reads = 0
        self._delay_s = delay_s

    async def get(self, key: str) -> CacheEntry | None:
        self.reads += 1
        await asyncio.sleep(self._delay_s)
        return self.entries.get(key)

    async def put(self, key: str, entry: CacheEntry) -> None:
        await asyncio.sleep(self._delay_s)
        self.entries[key] = entry


@dataclass(frozen=True, slots=True)
class Bench:
    """A gateway on a test's clock, with its edges at hand."""

    gateway: Gateway
    clock: Clock
    nursery: Nursery
    metrics: Metrics


def bench(
    transport: object,
    clock: Clock,
    nursery: Nursery,
    *,
    tiers: Sequence[CacheTier] = (),
    **access: Access,
) -> Bench:
    """Wire a gateway."""
    metrics = Metrics()
    gateway = Gateway(
        transport=transport,  # type: ignore[arg-type]
        tiers=tiers,
        clock=clock,
        nursery=nursery,
        metrics=metrics,
        rng=random.Random(7),
        access={ProviderId(name): chosen for name, chosen in access.items()},
    )
    return Bench(gateway, clock, nursery, metrics)


def within(clock: Clock, seconds: float) -> Deadline:
    """Set a deadline."""
    return Deadline.after(clock, seconds)


def price(result: Answer | Gap) -> Decimal:
    """Give the price of an answer that must be one."""
    assert isinstance(result, Answer), result
    (report,) = result.records
    assert isinstance(report, TokenReport)
    value = report.get(PRICE_USD)
    assert value is not None
    return value


def gap(result: Answer | Gap) -> Gap:
    """Give the gap that must be one."""
    assert isinstance(result, Gap), result
    return result
