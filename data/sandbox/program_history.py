"""The launchpad's own past as a node tells it: what names its program, and the logs of each transaction.

A node keeps the logs of what it has listed, the newest of them.
Source: https://solana.com/docs/rpc/http/getsignaturesforaddress
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from data.sandbox import pump_events, streams
from data.sandbox.filters import RpcError
from data.sandbox.history import History
from data.sandbox.streams import Logs
from data.sandbox.world import World

_MOST = 1_000
_KEPT = 5_000
_SPANS_S = (
    600.0,
    3_600.0,
    6 * 3_600.0,
    86_400.0,
)  # how far back one looks, if what came before was not enough


class ProgramHistory(History):
    """The past of one world, that of the launchpad's program included."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self._here = world
        self._logs: dict[str, Logs] = {}

    def signatures(self, params: Sequence[Any]) -> object:
        """Answer `getSignaturesForAddress`: the newest first, down to `until`."""
        if not params or params[0] != pump_events.PROGRAM:
            return super().signatures(params)
        options = params[1] if len(params) > 1 else {}
        limit = options.get("limit", _MOST) if isinstance(options, dict) else None
        if not isinstance(limit, int) or not 1 <= limit <= _MOST:
            raise RpcError(-32602, "Invalid limit; max 1000")
        rows = self._newest(limit, options.get("until"))
        self._remember(rows)
        return [
            {
                "signature": each.signature,
                "slot": each.slot,
                "err": None,
                "memo": None,
                "blockTime": int(each.at.timestamp()),
                "confirmationStatus": "confirmed",
            }
            for each in rows
        ]

    def transaction(self, params: Sequence[Any]) -> object:
        """Answer `getTransaction`, with the logs alone for what the program did."""
        options = params[1] if len(params) > 1 else {}
        told = self._logs.get(params[0]) if params and isinstance(params[0], str) else None
        if told is None or not isinstance(options, dict) or options.get("encoding") != "json":
            return super().transaction(params)
        return {
            "blockTime": int(told.at.timestamp()),
            "meta": {"err": None, "fee": 5_000, "logMessages": told.lines},
            "slot": told.slot,
            "transaction": {"message": {"accountKeys": []}, "signatures": [told.signature]},
            "version": 0,
        }

    def _newest(self, limit: int, until: object) -> list[Logs]:
        found: list[Logs] = []
        for span_s in _SPANS_S:
            found = list(reversed(streams.logs(self._here, self._here.now - timedelta(seconds=span_s))))
            place = next((at for at, each in enumerate(found) if each.signature == until), None)
            if place is not None:
                return found[: min(place, limit)]
            if len(found) >= limit:
                break
        return found[:limit]

    def _remember(self, rows: Sequence[Logs]) -> None:
        self._logs |= {each.signature: each for each in rows}
        for signature in list(self._logs)[: max(0, len(self._logs) - _KEPT)]:
            del self._logs[signature]
