"""Pump.fun: the coins of its launch curve as its own website is told of them.

Its vendor documents none of this: the routes were found by others, change without notice and refuse at will.
Hence modest trust, and off unless switched on; of a curve the chain is the better witness. Knows that times
are in milliseconds but for one in seconds, and that the reserves of a complete coin are frozen at its end.
Refuses the token program it names, which may be wrong, and the fill of a curve that is not a standard one
quoted in SOL.
Source: https://github.com/BankkRoll/pumpfun-apis and https://github.com/pump-fun/pump-public-docs
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from data.chain.pump import TOKEN_DECIMALS, filled
from data.errors import BadPayload, NotListed, RateLimited, Unavailable, UpstreamError
from data.models.fields import (
    ATH_AT,
    ATH_USD,
    CREATED_AT,
    CREATOR,
    CURVE_RATIO,
    GRADUATED,
    IMAGE_URL,
    LAUNCHPAD,
    LINKS,
    MARKET_CAP_USD,
    NAME,
    SYMBOL,
    Field,
    Link,
)
from data.models.ids import SOL_MINT, Chain, ProviderId
from data.models.market import Capability, Fact, TokenReport, facts
from data.models.money import divided
from data.providers import values
from data.providers.base import Ask, Endpoint, ErrorMap, Json, Provider, Quota

_LAUNCHPAD = "pump.fun"  # as other vendors call it
_PAGES = {"website": "website", "twitter": "x", "telegram": "telegram"}
_MS = 0.001


def parse_coin(body: Json, ask: Ask, at: datetime) -> tuple[TokenReport, ...]:
    """Read one coin.

    Raises:
        BadPayload: the answer is no coin, or another one.
    """
    report = _report(values.required_mapping(body, "coin"))
    if report is None or report.token != ask.token:
        raise BadPayload("not the coin asked for")
    return (report,)


def parse_coins(body: Json, ask: Ask, at: datetime) -> tuple[TokenReport, ...]:
    """Read a list of coins in the vendor's order.

    Raises:
        BadPayload: the answer is not a list.
    """
    rows = map(values.mapping, values.required_items(body, "coins"))
    return tuple(report for row in rows if (report := _report(row)) is not None)


def _report(row: Mapping[str, Json]) -> TokenReport | None:
    token = values.token_on(Chain.SOLANA, row.get("mint"))
    if token is None:
        return None
    cap = values.positive(row.get("usd_market_cap"))
    said = facts(
        (SYMBOL, values.symbol(row.get("symbol"))),
        (NAME, values.text(row.get("name"))),
        (IMAGE_URL, values.url(row.get("image_uri"))),
        (LINKS, _links(row)),
        (MARKET_CAP_USD, cap),
    )
    launched = _launch(row) if _on_curve(row) else ()
    return TokenReport(
        token=token, facts=(*said, *launched, *_peak(row, cap)), as_of=values.moment(row.get("updated_at"))
    )


def _links(row: Mapping[str, Json]) -> tuple[Link, ...] | None:
    return values.links(*((label, row.get(key)) for key, label in _PAGES.items()))


def _on_curve(row: Mapping[str, Json]) -> bool:
    """Tell a coin that began on the curve from one that the site merely shows."""
    return values.address(row.get("bonding_curve")) is not None and row.get("program") in (None, "pump")


def _launch(row: Mapping[str, Json]) -> tuple[Fact[Any], ...]:
    complete = row["complete"] if isinstance(row.get("complete"), bool) else None
    return facts(
        (LAUNCHPAD, _LAUNCHPAD),
        (CREATOR, values.address(row.get("creator"))),
        (CREATED_AT, values.moment(row.get("created_timestamp"), unit_s=_MS)),
        (CURVE_RATIO, _curve_ratio(row, complete)),
        (GRADUATED, complete),
    )


def _curve_ratio(row: Mapping[str, Json], complete: bool | None) -> Decimal | None:
    """Tell how far the curve is filled; a mayhem coin's, or one quoted in dollars, has other measures."""
    if complete is not False:
        return Decimal(1) if complete else None
    if row.get("mayhem_state") is not None or row.get("quote_mint") not in (None, SOL_MINT):
        return None
    left, supply = (
        values.raw_amount(row.get("real_token_reserves")),
        values.raw_amount(row.get("total_supply")),
    )
    return None if left is None or supply is None else filled(left, supply)


def _peak(row: Mapping[str, Json], cap: Decimal | None) -> tuple[Fact[Any], ...]:
    """Read the highest cap as a price, by the supply; one below the present cap is out of date."""
    highest = values.positive(row.get("ath_market_cap"))
    supply = values.units(values.raw_amount(row.get("total_supply")), TOKEN_DECIMALS)
    if highest is None or not supply or (cap is not None and highest < cap):
        return ()
    at = values.moment(row.get("ath_market_cap_timestamp"), unit_s=_MS)
    return facts((ATH_USD, divided(highest, supply)), (ATH_AT, at))


def _fault(status: int, body: Json) -> UpstreamError | None:
    """Read `{statusCode, message}`, which counts whatever the status."""
    answer = values.mapping(body)
    code = values.count(answer.get("statusCode")) or status
    message = values.text(answer.get("message"), 120) or f"HTTP {code}"
    if code == 429:
        return RateLimited(message)
    if code == 404:
        # A route that is gone is worded so; a coin that is unknown is not.
        return Unavailable(message) if message.startswith("Cannot GET") else NotListed(message)
    return Unavailable(message) if code >= 500 else None


_FIELDS: frozenset[Field[Any]] = frozenset(
    {
        SYMBOL,
        NAME,
        IMAGE_URL,
        LINKS,
        MARKET_CAP_USD,
        LAUNCHPAD,
        CREATOR,
        CREATED_AT,
        CURVE_RATIO,
        GRADUATED,
        ATH_USD,
        ATH_AT,
    }
)
_SAMPLES = ("frontend-v3-coin-active.json", "frontend-v3-coin-complete.json")

PROVIDER = Provider(
    id=ProviderId("pumpfun"),
    title="Pump.fun",
    docs="https://github.com/BankkRoll/pumpfun-apis",
    base_url="https://frontend-api-v3.pump.fun",
    trust=0.4,
    on=False,  # nobody has offered it to us
    chains={Chain.SOLANA: "solana"},
    quotas={"default": Quota(calls=30, per_s=60, burst=2)},  # half of what its headers allow
    endpoints=(
        Endpoint(
            capability=Capability.META,
            path="/coins-v2/{address}",
            parse=parse_coin,
            ttl_s=15,
            stale_s=120,
            fields=_FIELDS,
            samples=_SAMPLES,
        ),
        Endpoint(
            capability=Capability.NEW_POOLS,
            path="/coins",
            query={
                "offset": "0",
                "limit": "50",
                "sort": "created_timestamp",
                "order": "DESC",
                "includeNsfw": "false",
            },
            parse=parse_coins,
            ttl_s=15,
            stale_s=120,
            fields=_FIELDS,
            samples=_SAMPLES,
        ),
    ),
    errors=ErrorMap(in_body=_fault),
)
