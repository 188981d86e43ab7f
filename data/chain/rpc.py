"""What the chain itself says of a mint, over Solana's JSON-RPC: authorities, supply, extensions, holders.

Knows that only an account of a token program that is a mint is a token; anything else is not listed.
Source: https://solana.com/docs/rpc/http/getaccountinfo
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from data.chain import history, jsonrpc
from data.chain.extensions import FIELDS as EXTENSION_FIELDS
from data.chain.extensions import authority, extension_facts
from data.chain.rehearsal import SIMULATION
from data.errors import BadPayload, NotListed
from data.models.fields import DECIMALS, FREEZE_AUTHORITY, MINT_AUTHORITY, SUPPLY, TOKEN_PROGRAM, Field
from data.models.holders import Holder, HolderList
from data.models.ids import SOL, Chain, ProviderId
from data.models.market import Capability, TokenReport, facts
from data.providers import values
from data.providers.base import Ask, Endpoint, ErrorMap, Json, Provider, Quota

BARE_MINT_BYTES = 82


def mint_payload(ask: Ask) -> Json:
    """Ask for the mint's account, at the commitment at which new mints are seen."""
    options = {"encoding": "jsonParsed", "commitment": "confirmed"}
    return jsonrpc.request("getAccountInfo", [ask.token.address, options])


def holders_payload(ask: Ask) -> Json:
    """Ask for the largest accounts of a mint."""
    return jsonrpc.request("getTokenLargestAccounts", [ask.token.address, {"commitment": "confirmed"}])


def parse_mint(body: Json, ask: Ask, at: datetime) -> tuple[TokenReport, ...]:
    """Read a mint.

    Raises:
        BadPayload: the answer has no result, or a mint that the node did not parse.
        NotListed: there is no such account, or it is not a mint.
    """
    value, slot = jsonrpc.in_context(body)
    account = values.mapping(value)
    program = values.address(account.get("owner"))
    if program not in jsonrpc.TOKEN_PROGRAMS:
        raise NotListed("not an account of a token program")
    parsed = values.required_mapping(values.mapping(account.get("data")).get("parsed"), "mint")
    info = values.required_mapping(parsed.get("info"), "mint")
    if parsed.get("type") != "mint" or info.get("isInitialized") is not True:
        raise NotListed("not a mint")
    places = values.decimals(info.get("decimals"))
    said = facts(
        (TOKEN_PROGRAM, program),
        (DECIMALS, places),
        # The mint of native SOL keeps no count: its zero is no supply.
        (SUPPLY, None if ask.token == SOL else values.units(values.raw_amount(info.get("supply")), places)),
        (MINT_AUTHORITY, authority(info, "mintAuthority")),
        (FREEZE_AUTHORITY, authority(info, "freezeAuthority")),
    )
    space = values.count(values.mapping(account.get("data")).get("space"))
    extended = extension_facts(info, slot, at, extended=(space or 0) > BARE_MINT_BYTES)
    return (TokenReport(token=ask.token, facts=said + extended),)


def parse_holders(body: Json, ask: Ask, at: datetime) -> tuple[HolderList, ...]:
    """Read the twenty largest accounts of a mint; whose they are is not told, so each stands for its owner.

    Raises:
        BadPayload: the answer is no list, or a row of it cannot be read: a gap would hide a large holder.
    """
    value, _ = jsonrpc.in_context(body)
    rows = [_holder(row) for row in values.required_items(value, "largest accounts")]
    held = sorted(rows, key=lambda holder: (-(holder.amount or 0), holder.owner))
    return (HolderList(token=ask.token, holders=tuple(holder for holder in held if holder.amount)),)


def _holder(value: Json) -> Holder:
    row = values.mapping(value)
    account = values.address(row.get("address"))
    amount = values.units(values.raw_amount(row.get("amount")), values.decimals(row.get("decimals")))
    if account is None or amount is None:
        raise BadPayload("an account that cannot be read")
    return Holder(owner=account, account=account, amount=amount)


_MINT_FIELDS: frozenset[Field[Any]] = EXTENSION_FIELDS | {
    TOKEN_PROGRAM,
    DECIMALS,
    SUPPLY,
    MINT_AUTHORITY,
    FREEZE_AUTHORITY,
}

SOLANA_RPC = Provider(
    id=ProviderId("solana"),
    title="Solana",
    docs="https://solana.com/docs/rpc",
    base_url=jsonrpc.PUBLIC_URL,
    trust=1.0,
    chains={Chain.SOLANA: "solana"},
    # Of a hundred questions in ten seconds that the public node takes, forty of one kind.
    quotas={
        "default": Quota(calls=40, per_s=10, burst=10),
        "history": Quota(calls=40, per_s=10, burst=20),
    },
    endpoints=(
        Endpoint(
            capability=Capability.AUTHORITIES,
            path="",  # the address of a node may hold a path and a key of its own
            method="POST",
            payload=mint_payload,
            parse=parse_mint,
            ttl_s=60,
            stale_s=600,
            fields=_MINT_FIELDS,
            samples=(
                "getAccountInfo-mint-spl-bonk.json",
                "getAccountInfo-mint-token2022-transferFee-flux.json",
                "getAccountInfo-system-base58.json",
            ),
        ),
        Endpoint(
            capability=Capability.HOLDERS,
            path="",
            method="POST",
            payload=holders_payload,
            parse=parse_holders,
            ttl_s=60,
            stale_s=600,
            samples=("getTokenLargestAccounts.json",),
        ),
        *history.endpoints("history", recorded=True),
        SIMULATION,
    ),
    errors=ErrorMap(in_body=jsonrpc.fault),
    market=False,
)
