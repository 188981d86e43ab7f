"""A Solana node on loopback: a ledger of logs, subscriptions over a WebSocket, the two questions over HTTP.

Knows nothing of our client. It can be killed and come back at its address, go silent, and tell events before
it tells the number of their subscription.
"""

from __future__ import annotations

import asyncio
import itertools
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Self

from aiohttp import web

FIRST_NUMBER = 9_007_199_254_740_993  # a float cannot hold it


@dataclass(slots=True)
class Entry:
    """A transaction of the ledger."""

    signature: str
    slot: int
    lines: list[str]
    err: object = None

    @property
    def notice(self) -> dict[str, Any]:
        return {
            "context": {"slot": self.slot},
            "value": {"signature": self.signature, "err": self.err, "logs": self.lines},
        }


@dataclass(eq=False, slots=True)
class Client:
    """One connection and the numbers of what it subscribed to."""

    request: web.Request
    socket: web.WebSocketResponse
    numbers: dict[str, int] = field(default_factory=dict)


class Node:
    """The node; `early` makes it tell a subscription's events before its number."""

    def __init__(self) -> None:
        self.ledger: list[Entry] = []
        self.clients: list[Client] = []
        self.asked: Counter[str] = Counter()
        self.connections = self.most_at_once = 0
        self.early: list[Entry] = []
        self.lost: set[str] = set()  # signatures that getTransaction fails for
        self._numbers = itertools.count(FIRST_NUMBER)
        self._slots = itertools.count(100)
        self._runner: web.AppRunner | None = None
        self._port = 0

    @property
    def url(self) -> str:
        return f"ws://127.0.0.1:{self._port}/"

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.kill()

    async def start(self) -> None:
        """Listen, at the same address as before."""
        application = web.Application()
        application.router.add_get("/", self._stream)
        application.router.add_post("/", self._call)
        self._runner = web.AppRunner(
            application, access_log=None, shutdown_timeout=0.01, handler_cancellation=True
        )
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self._port).start()
        self._port = int(self._runner.addresses[0][1])

    async def kill(self) -> None:
        """Break every connection and listen no more."""
        self.cut()
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    def cut(self) -> None:
        """Break every connection."""
        for client in self.clients:
            if client.request.transport is not None:
                client.request.transport.abort()

    async def happen(self, signature: str, lines: Sequence[str], err: object = None) -> Entry:
        """Put a transaction on the ledger and tell whoever listens."""
        entry = Entry(signature, next(self._slots), list(lines), err)
        self.ledger.append(entry)
        await self.tell("logs", entry.notice)
        return entry

    async def tell(self, kind: str, result: object) -> None:
        """Send an event to whoever subscribed to its kind."""
        for client in tuple(self.clients):
            if kind in client.numbers:
                with suppress(ConnectionError):  # it was cut a moment ago
                    await client.socket.send_json(self._event(kind, client.numbers[kind], result))

    async def _stream(self, request: web.Request) -> web.StreamResponse:
        socket = web.WebSocketResponse(timeout=0.1)
        await socket.prepare(request)
        client = Client(request, socket)
        self.clients.append(client)
        self.connections += 1
        self.most_at_once = max(self.most_at_once, len(self.clients))
        try:
            async for message in socket:
                asked = message.json()
                kind = asked["method"].removesuffix("Subscribe")
                self.asked[kind] += 1
                number = next(self._numbers)
                if kind == "logs":
                    for entry in self.early:
                        await socket.send_json(self._event(kind, number, entry.notice))
                client.numbers[kind] = number
                await socket.send_json({"jsonrpc": "2.0", "result": number, "id": asked["id"]})
        finally:
            self.clients.remove(client)
        return socket

    @staticmethod
    def _event(kind: str, number: int, result: object) -> dict[str, Any]:
        return {
            "jsonrpc": "2.0",
            "method": f"{kind}Notification",
            "params": {"result": result, "subscription": number},
        }

    async def _call(self, request: web.Request) -> web.Response:
        asked = await request.json()
        self.asked[asked["method"]] += 1
        await asyncio.sleep(0.01)
        if asked["method"] == "getSignaturesForAddress":
            options = asked["params"][1]
            newest_first = list(reversed(self.ledger))
            known = [entry.signature for entry in newest_first]
            until = known.index(options["until"]) if options.get("until") in known else len(known)
            rows = [
                {"signature": entry.signature, "slot": entry.slot, "err": entry.err, "blockTime": None}
                for entry in newest_first[:until][: options["limit"]]
            ]
            return web.json_response({"jsonrpc": "2.0", "id": 1, "result": rows})
        found = next((entry for entry in self.ledger if entry.signature == asked["params"][0]), None)
        if found is None or found.signature in self.lost:
            return web.json_response({"jsonrpc": "2.0", "id": 1, "result": None})
        result = {"slot": found.slot, "meta": {"err": found.err, "logMessages": found.lines}}
        return web.json_response({"jsonrpc": "2.0", "id": 1, "result": result})
