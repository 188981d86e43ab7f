"""What the chain itself says of a mint, over Solana's JSON-RPC: authorities, decimals, supply, extensions.

Knows that only an account of a token program that is a mint is a token; anything else is not listed.
Source: https://solana.com/docs/rpc/http/getaccountinfo
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

from data.errors import BadPayload, NotListed, RateLimited, Unavailable, UpstreamError
from data.models.fields import (
    DECIMALS,
    EXTENSIONS,
    FREEZE_AUTHORITY,
    MINT_AUTHORITY,
    SUPPLY,
    TOKEN_PROGRAM,
    TRANSFER_FEE_RATIO,
    Authority,
)
from data.models.ids import SOL, Chain, ProviderId
from data.models.market import Capability, TokenReport, facts
from data.providers import values
from data.providers.base import Ask, Endpoint, ErrorMap, Json, Provider, Quota

TOKEN_PROGRAMS = frozenset(
    {"TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA", "TokenzQdBNbLqP5VEhdkAS6EPFLC1PHnBqCXEpPxuEb"}
)
SLOTS_PER_EPOCH = 432_000  # of the main network, which never had shorter ones

_UNREADABLE = "unparseableExtension"  # the node's own word for one it does not know
_UNCLEAR = {_UNREADABLE, "uninitialized"}
_BASIS_POINTS = Decimal(10_000)
_INVALID_PARAMS = -32602
_TRY_LATER = {-32603, -32004, -32005, -32014, -32016}


def mint_payload(ask: Ask) -> Json:
    """Ask for the mint's account, at the commitment at which new mints are seen."""
    options = {"encoding": "jsonParsed", "commitment": "confirmed"}
    params = [ask.token.address, options]
    return {"jsonrpc": "2.0", "id": 1, "method": "getAccountInfo", "params": params}


def parse_mint(body: Json, ask: Ask, at: datetime) -> tuple[TokenReport, ...]:
    """Read a mint.

    Raises:
        BadPayload: the answer has no result, or a mint that the node did not parse.
        NotListed: there is no such account, or it is not a mint.
    """
    result = values.required_mapping(values.required_mapping(body, "answer").get("result"), "result")
    if "value" not in result:
        raise BadPayload("result without a value")
    account = values.mapping(result["value"])
    program = values.address(account.get("owner"))
    if program not in TOKEN_PROGRAMS:
        raise NotListed("not an account of a token program")
    parsed = values.required_mapping(values.mapping(account.get("data")).get("parsed"), "mint")
    info = values.required_mapping(parsed.get("info"), "mint")
    if parsed.get("type") != "mint" or info.get("isInitialized") is not True:
        raise NotListed("not a mint")
    extensions = [values.mapping(row) for row in values.items(info.get("extensions"))]
    names = tuple(values.text(row.get("extension")) or _UNREADABLE for row in extensions)
    places = values.decimals(info.get("decimals"))
    said = facts(
        (TOKEN_PROGRAM, program),
        (DECIMALS, places),
        # The mint of native SOL keeps no count: its zero is no supply.
        (SUPPLY, None if ask.token == SOL else values.units(values.raw_amount(info.get("supply")), places)),
        (MINT_AUTHORITY, _authority(info, "mintAuthority")),
        (FREEZE_AUTHORITY, _authority(info, "freezeAuthority")),
        (EXTENSIONS, names),
        (TRANSFER_FEE_RATIO, _transfer_fee(extensions, names, _epoch(result))),
    )
    return (TokenReport(token=ask.token, facts=said),)


def _authority(info: Mapping[str, Json], key: str) -> Authority | None:
    """Say who may act: null is nobody, a missing or unreadable one is unknown."""
    if key in info and info[key] is None:
        return Authority(None)
    holder = values.address(info.get(key))
    return None if holder is None else Authority(holder)


def _epoch(result: Mapping[str, Json]) -> int | None:
    slot = values.count(values.mapping(result.get("context")).get("slot"))
    return None if slot is None else slot // SLOTS_PER_EPOCH


def _transfer_fee(
    extensions: list[Mapping[str, Json]], names: tuple[str, ...], epoch: int | None
) -> Decimal | None:
    """Find the fee on transfers: the newer from its epoch on; before, the higher, as a rise is on its way."""
    if "transferFeeConfig" not in names:
        return None if _UNCLEAR.intersection(names) else Decimal(0)
    state = values.mapping(extensions[names.index("transferFeeConfig")].get("state"))
    older, newer = _fee(state.get("olderTransferFee")), _fee(state.get("newerTransferFee"))
    if older is None or newer is None:
        return None
    starts = values.count(values.mapping(state.get("newerTransferFee")).get("epoch"))
    effective = epoch is not None and starts is not None and starts <= epoch
    return newer if effective else max(older, newer)


def _fee(value: Json) -> Decimal | None:
    """Read one fee as a ratio; a ceiling of zero makes it zero."""
    fee = values.mapping(value)
    points, ceiling = values.number(fee.get("transferFeeBasisPoints")), values.count(fee.get("maximumFee"))
    if points is None or points > _BASIS_POINTS or ceiling is None:
        return None
    return points / _BASIS_POINTS if ceiling else Decimal(0)


def _fault(status: int, body: Json) -> UpstreamError | None:
    """Read `{error: {code, message}}`, which comes with status 200 as well."""
    error = values.mapping(body).get("error")
    code = values.number(values.mapping(error).get("code"), signed=True)
    message = values.text(values.mapping(error).get("message"), 120) or f"HTTP {status}"
    if status == 429 or code == 429:
        return RateLimited(message)
    if error is None:
        return None
    if code == _INVALID_PARAMS:
        return NotListed(message)
    return Unavailable(message) if code in _TRY_LATER else BadPayload(message)


SOLANA_RPC = Provider(
    id=ProviderId("solana"),
    title="Solana",
    docs="https://solana.com/docs/rpc",
    base_url="https://api.mainnet-beta.solana.com",
    trust=1.0,
    chains={Chain.SOLANA: "solana"},
    quotas={"default": Quota(calls=40, per_s=10, burst=10)},
    endpoints=(
        Endpoint(
            capability=Capability.AUTHORITIES,
            path="",  # the address of a node may hold a path and a key of its own
            method="POST",
            payload=mint_payload,
            parse=parse_mint,
            ttl_s=60,
            stale_s=600,
            fields=frozenset(
                {
                    TOKEN_PROGRAM,
                    DECIMALS,
                    SUPPLY,
                    MINT_AUTHORITY,
                    FREEZE_AUTHORITY,
                    EXTENSIONS,
                    TRANSFER_FEE_RATIO,
                }
            ),
            samples=(
                "getAccountInfo-mint-spl-bonk.json",
                "getAccountInfo-mint-token2022-transferFee-flux.json",
                "getAccountInfo-system-base58.json",
            ),
        ),
    ),
    errors=ErrorMap(in_body=_fault),
    market=False,
)
