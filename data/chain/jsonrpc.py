"""JSON-RPC as Solana's nodes speak it: how a request is written, an answer opened, a refusal read.

Source: https://solana.com/docs/rpc
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from data.errors import BadPayload, NotListed, RateLimited, Unavailable, UpstreamError
from data.providers import values
from data.providers.base import Json

PUBLIC_URL = "https://api.mainnet-beta.solana.com"
TOKEN_PROGRAMS = frozenset(
    {"TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA", "TokenzQdBNbLqP5VEhdkAS6EPFLC1PHnBqCXEpPxuEb"}
)

_INVALID_PARAMS = -32602
_NEWER_VERSION = -32015
_TRY_LATER = {-32603, -32004, -32005, -32014, -32016}


def request(method: str, params: Sequence[Json] | Mapping[str, Json]) -> Json:
    """Write a call of one method."""
    return {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}


def result(body: Json) -> Json:
    """Open an answer.

    Raises:
        BadPayload: it has no result.
    """
    answer = values.required_mapping(body, "answer")
    if "result" not in answer:
        raise BadPayload("answer without a result")
    return answer["result"]


def in_context(body: Json) -> tuple[Json, int | None]:
    """Open an answer that tells of a slot: the value, and the slot it is of, None where it cannot be read.

    Raises:
        BadPayload: it has no value.
    """
    told = values.required_mapping(result(body), "result")
    if "value" not in told:
        raise BadPayload("result without a value")
    return told["value"], values.count(values.mapping(told.get("context")).get("slot"))


def fault(status: int, body: Json) -> UpstreamError | None:
    """Read `{error: {code, message}}`, which comes with status 200 as well.

    A code that is not known here leaves a refusing status its general meaning.
    """
    error = values.mapping(body).get("error")
    code = values.number(values.mapping(error).get("code"), signed=True)
    message = values.text(values.mapping(error).get("message"), 120) or f"HTTP {status}"
    if status == 429 or code == 429:
        return RateLimited(message)
    if error is None:
        return None
    if code == _INVALID_PARAMS:
        return NotListed(message)
    if code in _TRY_LATER:
        return Unavailable(message)
    if code == _NEWER_VERSION:
        return BadPayload(f"a transaction of a newer version than is asked for: {message}")
    return None if status >= 400 else BadPayload(message)
