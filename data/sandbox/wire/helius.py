"""Helius' own methods beside those of every node: assets, what a wallet did, and fees by level.

Source: https://www.helius.dev/docs/api-reference/das and https://www.helius.dev/docs/priority-fee-api
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from data.models.ids import SOL_MINT
from data.sandbox import seeds
from data.sandbox.filters import RpcError
from data.sandbox.history import History
from data.sandbox.tokens import Token
from data.sandbox.wire.call import Vendor
from data.sandbox.world import World

ID = "helius"
_MOST_ASSETS = 1_000
_MOST_FULL = 100  # transactions with all that each did
_PRICED_FROM_USD = 10_000.0  # a day; the vendor prices its most traded tokens only
_LEVELS = {"min": 0.0, "low": 0.02, "medium": 1.0, "high": 10.0, "veryHigh": 100.0, "unsafeMax": 5_000.0}
_DAY_S = 86_400


def asset(world: World, params: Any) -> object:
    """Answer `getAsset`."""
    wanted = _part(params, "id", str)
    if wanted not in world.tokens:
        raise RpcError(-32004, "The requested asset was not found.")
    return describe(world, world.tokens[wanted])


def assets(world: World, params: Any) -> object:
    """Answer `getAssetBatch`: null for what is not known."""
    wanted = _part(params, "ids", list)
    if len(wanted) > _MOST_ASSETS:
        raise RpcError(-32602, f"Too many ids, at most {_MOST_ASSETS}")
    known = (world.tokens.get(each) if isinstance(each, str) else None for each in wanted)
    return [None if token is None else describe(world, token) for token in known]


def fees(world: World, params: Any) -> object:
    """Answer `getPriorityFeeEstimate`: the middle level moves by the minute, the others with it."""
    options = params[0] if isinstance(params, list) and params else None
    if not isinstance(options, Mapping) or not (options.get("accountKeys") or options.get("transaction")):
        raise RpcError(-32602, "Invalid params: either a transaction or accountKeys is needed")
    middle = middle_fee(world)
    chosen = options.get("options")
    if isinstance(chosen, Mapping) and chosen.get("includeAllPriorityFeeLevels"):
        return {"priorityFeeLevels": {level: float(round(middle * of)) for level, of in _LEVELS.items()}}
    return {"priorityFeeEstimate": middle}


def middle_fee(world: World) -> float:
    """Tell what is paid in the middle, in micro-lamports a compute unit."""
    return float(5_000 + round(20_000 * seeds.fraction(world.seed, "fee", int(world.now.timestamp()) // 60)))


def describe(world: World, token: Token) -> dict[str, object]:
    """Write one asset; of its info, what has no value is left out."""
    edited_by = (token.extension("tokenMetadata") or {}).get("updateAuthority")
    picture = f"https://images.example/{token.mint}.png" if token.socials.website else None
    return {
        "interface": "FungibleToken",
        "id": token.mint,
        "content": {
            "$schema": "https://schema.metaplex.com/nft1.0.json",
            "json_uri": f"https://metadata.example/{token.mint}.json",
            "files": [],
            "metadata": {"name": token.name, "symbol": token.symbol, "token_standard": "Fungible"},
            "links": {"image": picture} if picture else {},
        },
        "authorities": [],
        "creators": [],
        "ownership": {
            "frozen": False,
            "delegated": False,
            "delegate": None,
            "ownership_model": "token",
            "owner": "",
        },
        "mutable": edited_by is not None,
        "burnt": False,
        "token_info": _info(world, token),
        "last_indexed_slot": world.slot,
    }


def _info(world: World, token: Token) -> dict[str, object]:
    told: dict[str, object | None] = {
        "symbol": token.symbol,
        "supply": 0 if token.mint == SOL_MINT else token.supply,
        "decimals": token.decimals,
        "token_program": token.program.value,
        "mint_authority": token.mint_authority,
        "freeze_authority": token.freeze_authority,
    }
    if priced(world, token):
        price = world.price_usd(token.mint) * (1.0 + world.skew(ID, token.mint))
        told["price_info"] = {"price_per_token": price, "currency": "USDC"}
    return {name: value for name, value in told.items() if value is not None}


def priced(world: World, token: Token) -> bool:
    """Tell whether a token is traded enough to have a price."""
    return world.token_activity(token.mint, _DAY_S).volume_usd >= _PRICED_FROM_USD


def _part(params: Any, name: str, kind: type) -> Any:
    """Take a part of the parameters, which are an object here and not a list."""
    value = params.get(name) if isinstance(params, Mapping) else None
    if not isinstance(value, kind):
        raise RpcError(-32602, f"Invalid params: missing field `{name}`")
    return value


def transactions(world: World, params: Any) -> object:
    """Answer `getTransactionsForAddress` in full detail: what succeeded since a moment, the newest first."""
    address, options = (*params, {})[:2] if isinstance(params, list) and params else (None, {})
    filters = _part(options, "filters", dict)
    since, most = (filters.get("blockTime") or {}).get("gte", 0), min(options.get("limit", 0), _MOST_FULL)
    if options.get("transactionDetails") != "full" or most < 1 or filters.get("status") != "succeeded":
        raise RpcError(-32602, "Invalid params")
    past = History(world)
    listed: Any = past.signatures([address])
    rows = [row for row in listed if row["err"] is None and row["blockTime"] >= since]
    told: list[Any] = [past.transaction([row["signature"], options]) for row in rows[:most]]
    token = f"{rows[most - 1]['slot']}:0" if len(rows) > most else None
    return {"data": [{**each, "transactionIndex": 0} for each in told], "paginationToken": token}


METHODS = {
    "getTransactionsForAddress": transactions,
    "getAsset": asset,
    "getAssetBatch": assets,
    "getPriorityFeeEstimate": fees,
}

VENDOR = Vendor(
    id=ID,
    root="",
    routes={},
    throttled={
        "jsonrpc": "2.0",
        "error": {"code": -32029, "message": "Rate limit exceeded. Please try again later."},
        "id": "1",
    },
    refusal={
        "jsonrpc": "2.0",
        "error": {"code": -32603, "message": "account index service overloaded, please try again."},
        "id": "1",
    },
)
