"""Vendors, their answers and a gateway by script, for tests of what becomes of them."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from data.clock import Deadline
from data.models.fields import PRICE_USD, SYMBOL, Field, Span
from data.models.ids import SOL, Chain, ProviderId, TokenKey
from data.models.market import (
    Activity,
    Answer,
    Capability,
    Gap,
    GapReason,
    Observation,
    Pool,
    Record,
    TokenMatch,
    TokenReport,
    TokenSide,
    facts,
)
from data.providers.base import Call, Endpoint, Provider, Quota
from tests.fakes.clock import START

BONK = TokenKey(Chain.SOLANA, "DezXAZ8z7PnrnRJjz3wXBoRgixCa6xjnB7YaB1pPB263")
POOL = "8QaXeHBrShJTdtN1rWCccBxpSVvKksQ2PCu5nufb2zbk"


def seen(source: str, value: Any, *, age_s: float = 0, trust: float = 0.8, stale: bool = False) -> Any:
    """Make an observation."""
    at = START - timedelta(seconds=age_s)
    return Observation(value=value, source=ProviderId(source), at=at, trust=trust, stale=stale)


def report(*pairs: tuple[Field[Any], Any], token: TokenKey = BONK) -> TokenReport:
    """Make what a vendor says of a token."""
    return TokenReport(token=token, facts=facts(*pairs))


def answer(
    source: str, *records: Record, capability: Capability = Capability.PRICE, at: datetime = START
) -> Answer:
    """Make an answer."""
    return Answer(source=ProviderId(source), capability=capability, records=records, at=at)


def priced(source: str, usd: str) -> Answer:
    """Answer with a price and a symbol."""
    return answer(source, report((PRICE_USD, Decimal(usd)), (SYMBOL, "BONK")))


def pool(
    address: str = POOL,
    *,
    usd: str = "1",
    liquidity: str | None = "1000",
    base: TokenKey = BONK,
    quote: TokenKey = SOL,
    volume: str = "10",
) -> Pool:
    """Make a pool."""
    return Pool(
        chain=base.chain, address=address, dex="raydium", base=TokenSide(token=base, symbol="BONK"),
        quote=TokenSide(token=quote, symbol="SOL"), price_usd=Decimal(usd),
        liquidity_usd=None if liquidity is None else Decimal(liquidity),
        activity={Span.H24: Activity(volume_usd=Decimal(volume), buys=3, sells=2)},
    )  # fmt: skip


def match(
    symbol: str, number: int = 1, *, liquidity: str | None = None, chain: Chain = Chain.SOLANA, **more: Any
) -> TokenMatch:
    """Make a token that a search found."""
    address = f"{number}" * 44 if chain is Chain.SOLANA else f"0x{number:040x}"
    worth = None if liquidity is None else Decimal(liquidity)
    return TokenMatch(
        token=TokenKey(chain, address), symbol=symbol, name=symbol.title(), liquidity_usd=worth, **more
    )


def endpoint(capability: Capability, path: str, *fields: Field[Any], cost: int = 1) -> Endpoint:
    """Make an endpoint; its parser is never used here."""
    return Endpoint(
        capability=capability, path=path, parse=lambda body, ask, at: (), ttl_s=1, stale_s=1,
        fields=frozenset(fields), cost=cost,
    )  # fmt: skip


def provider(name: str, *endpoints: Endpoint, trust: float = 0.8, chains: Any = (Chain.SOLANA,)) -> Provider:
    """Make a vendor."""
    return Provider(
        id=ProviderId(name), title=name, docs="https://docs.example", base_url="https://v.example",
        trust=trust, chains={chain: chain.value for chain in chains},
        quotas={"default": Quota(calls=1, per_s=1)}, endpoints=endpoints,
    )  # fmt: skip


def market(name: str, trust: float = 0.8) -> Provider:
    """Make a vendor that tells prices, searches and knows pools, on every chain."""
    return provider(
        name,
        endpoint(Capability.PRICE, "/price/{address}", PRICE_USD, SYMBOL),
        endpoint(Capability.SEARCH, "/search?q={query}"),
        endpoint(Capability.POOLS, "/pools/{pool}"),
        trust=trust,
        chains=tuple(Chain),
    )


@dataclass
class ScriptedGateway:
    """Answers each vendor's capability as the script says, after so many seconds; silence is no listing."""

    script: dict[tuple[str, Capability], tuple[float, tuple[Record, ...] | GapReason | Exception]] = field(
        default_factory=dict
    )
    calls: list[Call] = field(default_factory=list)
    running: int = 0
    ready: Mapping[str, Answer] = field(default_factory=dict)

    def says(
        self, name: str, capability: Capability, *records: Record, after_s: float = 0.0
    ) -> ScriptedGateway:
        self.script[name, capability] = (after_s, records)
        return self

    def fails(
        self,
        name: str,
        reason: GapReason | Exception = GapReason.UNAVAILABLE,
        *,
        after_s: float = 0.0,
        capabilities: tuple[Capability, ...] = (Capability.PRICE, Capability.SEARCH, Capability.POOLS),
    ) -> ScriptedGateway:
        for capability in capabilities:
            self.script[name, capability] = (after_s, reason)
        return self

    def at_hand(self, call: Call) -> Answer | Gap | None:
        return self.ready.get(call.provider.id)

    def down(self) -> frozenset[ProviderId]:
        return frozenset()

    async def fetch(
        self, call: Call, deadline: Deadline, *, fresh: bool = False, attempts: int = 2
    ) -> Answer | Gap:
        self.calls.append(call)
        key = (call.provider.id, call.endpoint.capability)
        after_s, told = self.script.get(key, (0.0, GapReason.NOT_LISTED))
        self.running += 1
        try:
            async with asyncio.timeout(deadline.remaining_s):
                await asyncio.sleep(after_s)
        except TimeoutError:
            told = GapReason.TIMEOUT
        finally:
            self.running -= 1
        if isinstance(told, Exception):
            raise told
        now = deadline.clock.now()
        if isinstance(told, GapReason):
            return Gap(source=key[0], capability=key[1], reason=told, at=now)
        return replace(answer(key[0], *told, capability=key[1]), at=now)


async def settled() -> None:
    """Wait for what runs in the background."""
    current = asyncio.current_task()
    others = {task for task in asyncio.all_tasks() if task is not current}
    if others:
        await asyncio.wait(others)
