"""Which of a program's accounts are asked for: the filters of `getProgramAccounts`, and how a node refuses.

Source: https://solana.com/docs/rpc/http/getprogramaccounts
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

from data.chain.base58 import unbase58

_MOST = 4
Passes: TypeAlias = Callable[[bytes], bool]


class RpcError(Exception):
    """A refusal in the node's words."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


def read(params: Sequence[Any]) -> Passes:
    """Read the filters of a call as one test of an account's bytes.

    Raises:
        RpcError: there are too many, or one is of no known kind.
    """
    options = params[1] if len(params) > 1 else None
    given = options.get("filters") if isinstance(options, Mapping) else None
    listed = given if isinstance(given, list) else []
    if len(listed) > _MOST:
        raise RpcError(-32602, f"Too many filters provided; max {_MOST}")
    tests = [_test(each) for each in listed]
    return lambda data: all(passes(data) for passes in tests)


def _test(given: Any) -> Passes:
    match given:
        case {"dataSize": int(size)}:
            return lambda data: len(data) == size
        case {"memcmp": {"offset": int(at), "bytes": str(text)}}:
            wanted = _decoded(text)
            return lambda data: data[at : at + len(wanted)] == wanted
    raise RpcError(-32602, "Invalid params: unknown variant of filter")


def _decoded(text: str) -> bytes:
    try:
        return unbase58(text)
    except ValueError:
        raise RpcError(-32602, "Invalid param: invalid base58 encoding") from None
