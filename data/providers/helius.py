"""Helius: what its index knows of a token, what a wallet did, what others pay to land sooner; needs a key.

Knows that a name comes from a page of the issuer's, that a price is given for the most traded tokens only and
may be ten minutes old, and that an authority it leaves out may be revoked or unknown: then nothing is said.
Refuses to tell holders by it: its list of token accounts is in no order, so that a page need not hold the
largest.
Source: https://www.helius.dev/docs/api-reference/das, https://www.helius.dev/docs/priority-fee-api and
https://www.helius.dev/docs/rpc/gettransactionsforaddress
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from data.chain import history, jsonrpc, transactions
from data.chain.extensions import authority
from data.errors import BadPayload, KeyRejected, NotListed, RateLimited, Unavailable, UpstreamError
from data.models.fields import (
    DECIMALS,
    FREEZE_AUTHORITY,
    IMAGE_URL,
    MINT_AUTHORITY,
    MUTABLE,
    NAME,
    PRICE_USD,
    SUPPLY,
    SYMBOL,
    TOKEN_PROGRAM,
    Field,
)
from data.models.ids import SOL, Chain, ProviderId
from data.models.launch import Transaction
from data.models.market import Capability, TokenReport, facts
from data.models.trading import PriorityFees
from data.providers import values
from data.providers.base import Ask, Auth, Endpoint, ErrorMap, Json, Provider, Quota

_LEVELS = ("min", "low", "medium", "high", "veryHigh")  # the vendor itself calls the one above unsafe
_ANY_TRADE = "TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA"
_MOST_TRADES = 100  # with all that each did
_NOT_FOUND = {-32000, -32004}
_KINDS: Mapping[Decimal, type[UpstreamError]] = {
    Decimal(-32000): Unavailable,
    Decimal(-32001): KeyRejected,
    Decimal(-32003): KeyRejected,
    Decimal(-32029): RateLimited,
    Decimal(-32429): RateLimited,
}


def asset_payload(ask: Ask) -> Json:
    """Ask for one asset, or for several at once."""
    ids, options = [token.address for token in ask.tokens], {"showFungible": True}
    if len(ids) == 1:
        return jsonrpc.request("getAsset", {"id": ids[0], "options": options})
    return jsonrpc.request("getAssetBatch", {"ids": ids, "options": options})


def trades_payload(ask: Ask) -> Json:
    """Ask what a wallet did since a moment, the newest first, those who paid into its accounts included."""
    since = {} if ask.since is None else {"blockTime": {"gte": ask.since}}
    options = {
        "transactionDetails": "full",
        "sortOrder": "desc",
        "limit": min(ask.limit, _MOST_TRADES),
        "commitment": "confirmed",
        "encoding": "jsonParsed",
        "maxSupportedTransactionVersion": history.MAX_VERSION,
        "filters": {"status": "succeeded", "tokenAccounts": "balanceChanged", **since},
    }
    return jsonrpc.request("getTransactionsForAddress", [ask.accounts[0] if ask.accounts else "", options])


def parse_trades(body: Json, ask: Ask, at: datetime) -> tuple[Transaction, ...]:
    """Read what a wallet did, the newest first; as many as asked for means that there is more.

    Raises:
        BadPayload: it is no list, or a row of it cannot be read: a gap would hide a trade.
    """
    told = values.required_mapping(jsonrpc.result(body), "history")
    return tuple(map(transactions.read, values.required_items(told.get("data"), "transactions")))


def fees_payload(ask: Ask) -> Json:
    """Ask what is paid by those who touch the accounts given, or else any token."""
    keys = list(ask.accounts) or [_ANY_TRADE]
    options = {"includeAllPriorityFeeLevels": True}
    return jsonrpc.request("getPriorityFeeEstimate", [{"accountKeys": keys, "options": options}])


def parse_assets(body: Json, ask: Ask, at: datetime) -> tuple[TokenReport, ...]:
    """Read the assets asked for; in a batch an unknown one is null or missing.

    Raises:
        BadPayload: the answer is neither an asset nor a list.
        NotListed: it holds none of the tokens.
    """
    told = jsonrpc.result(body)
    rows = [told] if isinstance(told, Mapping) else values.required_items(told, "assets")
    found = {row.get("id"): row for row in map(values.mapping, rows) if isinstance(row.get("id"), str)}
    reports = tuple(
        TokenReport(token=token, facts=_facts(found[token.address], native=token == SOL))
        for token in ask.tokens
        if token.address in found
    )
    if not reports:
        raise NotListed("none of these assets")
    return reports


def _facts(asset: Mapping[str, Json], *, native: bool) -> tuple[Any, ...]:
    content = values.mapping(asset.get("content"))
    named, info = values.mapping(content.get("metadata")), values.mapping(asset.get("token_info"))
    places, mutable = values.decimals(info.get("decimals")), asset.get("mutable")
    supply = values.units(values.raw_amount(info.get("supply")), places)
    return facts(
        (SYMBOL, values.symbol(info.get("symbol")) or values.symbol(named.get("symbol"))),
        (NAME, values.text(named.get("name"))),
        (IMAGE_URL, values.url(values.mapping(content.get("links")).get("image"))),
        (TOKEN_PROGRAM, values.address(info.get("token_program"))),
        (DECIMALS, places),
        (SUPPLY, None if native else supply),  # native SOL's mint keeps no count
        (MINT_AUTHORITY, authority(info, "mint_authority")),
        (FREEZE_AUTHORITY, authority(info, "freeze_authority")),
        (MUTABLE, mutable if isinstance(mutable, bool) else None),
        (PRICE_USD, _price(values.mapping(info.get("price_info")))),
    )


def _price(told: Mapping[str, Json]) -> Decimal | None:
    """Read a price in dollars; one in another currency is none."""
    in_dollars = values.text(told.get("currency")) in {"USDC", "USD"}
    return values.positive(told.get("price_per_token")) if in_dollars else None


def parse_fees(body: Json, ask: Ask, at: datetime) -> tuple[PriorityFees, ...]:
    """Read the fees by level, without the one that the vendor calls unsafe.

    Raises:
        BadPayload: no level can be read.
    """
    told = values.required_mapping(jsonrpc.result(body), "estimate")
    levels = values.required_mapping(told.get("priorityFeeLevels"), "levels")
    known = {level: fee for level in _LEVELS if (fee := values.number(levels.get(level))) is not None}
    if not known:
        raise BadPayload("no level that can be read")
    return (PriorityFees(levels=known),)


def _fault(status: int, body: Json) -> UpstreamError | None:
    """Read the vendor's own codes, which come with any status; the others are those of every node."""
    error = values.mapping(values.mapping(body).get("error"))
    code = values.number(error.get("code"), signed=True)
    message = values.text(error.get("message"), 120) or f"HTTP {status}"
    if code in _NOT_FOUND and "not found" in message.lower():
        return NotListed(message)
    kind = None if code is None else _KINDS.get(code)
    return jsonrpc.fault(status, body) if kind is None else kind(message)


_ASSET_FIELDS: frozenset[Field[Any]] = frozenset(
    {
        SYMBOL,
        NAME,
        IMAGE_URL,
        TOKEN_PROGRAM,
        DECIMALS,
        SUPPLY,
        MINT_AUTHORITY,
        FREEZE_AUTHORITY,
        MUTABLE,
        PRICE_USD,
    }
)

PROVIDER = Provider(
    id=ProviderId("helius"),
    title="Helius",
    docs="https://www.helius.dev/docs/api-reference",
    base_url="https://mainnet.helius-rpc.com",
    trust=0.7,
    chains={Chain.SOLANA: "solana"},
    quotas={"assets": Quota(calls=2, per_s=1), "node": Quota(calls=10, per_s=1, burst=2)},  # without a plan
    auth=Auth(parameter="api-key", required=True),
    endpoints=(
        Endpoint(
            capability=Capability.META,
            path="",
            method="POST",
            payload=asset_payload,
            parse=parse_assets,
            ttl_s=60,
            stale_s=3600,
            fields=_ASSET_FIELDS,
            batch=100,
            quota="assets",
            samples=("das-getAsset-pnft.json", "das-token_info-fungible-fragment.json"),
        ),
        Endpoint(
            capability=Capability.FEES,
            path="",
            method="POST",
            payload=fees_payload,
            parse=parse_fees,
            ttl_s=5,
            stale_s=60,
            needs="nothing",
            quota="node",
            samples=("getPriorityFeeEstimate-all-levels.json",),
        ),
        Endpoint(
            capability=Capability.WALLET_TRADES,
            path="",
            method="POST",
            payload=trades_payload,
            parse=parse_trades,
            ttl_s=60,
            stale_s=600,
            needs="accounts",
            quota="assets",
        ),
        *history.endpoints("node"),
    ),
    errors=ErrorMap(in_body=_fault),
)
