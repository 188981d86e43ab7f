"""What a unit of money is worth in USD: a currency by a source's rates, a token by its price."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from core.addresses import TokenRef
from core.enrichment.plan import calls_for
from core.enrichment.service import Enricher
from core.enrichment.turns import in_turn
from data.clock import Deadline
from data.errors import Unavailable, UnknownToken
from data.gateway.gateway import Gateway
from data.models.fields import PRICE_USD, SYMBOL
from data.models.ids import ProviderId
from data.models.market import Answer, Capability, FiatRate, Gap
from data.models.money import divided
from data.nursery import Nursery
from data.providers.base import Ask, Provider

_WAIT_S = 4.5

CURRENCIES = (
    "USD", "EUR", "GBP", "JPY", "CNY", "INR", "KRW", "CAD", "AUD", "CHF", "BRL", "TRY", "SGD", "HKD", "MXN",
    "PLN", "SEK", "NOK", "DKK", "ZAR", "NZD", "THB", "IDR", "PHP", "VND", "UAH", "CZK", "HUF", "ILS", "AED",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Worth:
    """One unit in USD, with who says so."""

    name: str
    usd: Decimal
    sources: tuple[ProviderId, ...]
    at: datetime


class Rates:
    """Prices any unit that people write."""

    def __init__(
        self,
        enricher: Enricher,
        gateway: Gateway,
        providers: Mapping[ProviderId, Provider],
        nursery: Nursery,
    ) -> None:
        self._enricher = enricher
        self._gateway = gateway
        self._nursery = nursery
        self._providers = tuple(providers.values())

    async def worth(self, unit: str, ref: TokenRef | None, now: datetime, deadline: Deadline) -> Worth:
        """Price one unit: a currency by its three letters, anything else as a token.

        Raises:
            UnknownToken: no source knows it, or none has a price.
            AmbiguousToken: several tokens carry the name.
            Unavailable: no source gives rates of currencies now.
        """
        code = unit.upper()
        if code == "USD":
            return Worth(name=code, usd=Decimal(1), sources=(), at=now)
        if code in CURRENCIES:
            return await self._currency(code, deadline)
        if ref is None:
            raise UnknownToken(unit)
        _, snapshot = await self._enricher.snapshot(ref, frozenset({PRICE_USD, SYMBOL}), deadline)
        price = snapshot.get(PRICE_USD)
        if price is None:
            raise UnknownToken(unit, detail="No source has a price of it.")
        return Worth(
            name=snapshot.value(SYMBOL) or unit, usd=price.value, at=price.at,
            sources=tuple(seen.source for seen in price.sources),
        )  # fmt: skip

    async def _currency(self, code: str, deadline: Deadline) -> Worth:
        results = await in_turn(
            calls_for(Capability.RATES, Ask(), self._providers, by="nothing"),
            deadline.at_most(_WAIT_S),
            gateway=self._gateway, nursery=self._nursery,
            enough=lambda result: _usd_of(code, result) is not None,
        )  # fmt: skip
        for result in results:
            usd = _usd_of(code, result)
            if usd is not None and isinstance(result, Answer):
                return Worth(name=code, usd=usd, sources=(result.source,), at=result.at)
        silent = [f"{result.source}: {result.reason.value}" for result in results if isinstance(result, Gap)]
        raise Unavailable(", ".join(silent) or "no source gives rates of currencies")


def _usd_of(code: str, result: Answer | Gap) -> Decimal | None:
    """Read what one unit of a currency is worth; None where the result does not tell."""
    rates = result.records if isinstance(result, Answer) else ()
    told = (rate for rate in rates if isinstance(rate, FiatRate) and rate.currency == code)
    return next((usd for rate in told if (usd := divided(Decimal(1), rate.per_usd)) is not None), None)
