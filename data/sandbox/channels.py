"""The practice market's WebSockets: PumpPortal's stream and a node's subscriptions, with faults on request.

Knows sockets, subscriptions and time; what is told is `streams`'. A client hears what happens after it
subscribed, nothing twice and nothing from before.
"""

from __future__ import annotations

import asyncio
import json
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import orjson
from aiohttp import WSCloseCode, WSMsgType, web

from data.clock import Clock
from data.nursery import Nursery
from data.sandbox import faults as spoiling
from data.sandbox import pump_events, streams
from data.sandbox.chain import Chain
from data.sandbox.faults import Fault, Faults
from data.sandbox.streams import Wants
from data.sandbox.world import World

PUMPPORTAL, SOLANA = "pumpportal", "solana"
TICK_S = 0.5
_HUGE = "x" * (2 * 1024 * 1024)
_FIRST_NUMBER = 9_007_199_254_740_993  # the first whole number that a float cannot hold
_NEEDS_KEY = (
    "'subscribeTokenTrade' and 'subscribeAccountTrade' methods are only available when connecting with an "
    "API key funded with at least 0.02 SOL."
)
_STATUS = {Fault.RATE_LIMITED: 429, Fault.RATE_LIMITED_FOR: 429, Fault.SERVER_ERROR: 500, Fault.HTML: 200}


class Channels:
    """The streams of one world; `open` counts the connections there are, `most` those at once so far."""

    def __init__(
        self, world: World, chain: Chain, now: Callable[[], datetime], clock: Clock, faults: Faults
    ) -> None:
        self.world = world
        self.chain = chain
        self.clock = clock
        self.open: Counter[str] = Counter()
        self.most: Counter[str] = Counter()
        self._now = now
        self._faults = faults

    def routes(self) -> list[web.RouteDef]:
        """List where they are found."""
        return [web.get(f"/{PUMPPORTAL}", self._pumpportal), web.get(f"/{SOLANA}", self._solana)]

    def advance(self) -> datetime:
        """Bring the world to this moment."""
        self.world.advance(self._now())
        return self.world.now

    async def _pumpportal(self, request: web.Request) -> web.StreamResponse:
        return await self._serve(request, PUMPPORTAL, _PumpPortal(self, keyed="api-key" in request.query))

    async def _solana(self, request: web.Request) -> web.StreamResponse:
        return await self._serve(request, SOLANA, _Node(self))

    async def _serve(self, request: web.Request, vendor: str, client: _Client) -> web.StreamResponse:
        fault = self._faults.strike(vendor)
        if fault in _STATUS:
            return web.Response(status=_STATUS[fault], text="no stream for you")
        if fault is Fault.REFUSED:
            _abort(request)
            return web.Response()
        socket = web.WebSocketResponse(timeout=0.1, max_msg_size=65_536)
        await socket.prepare(request)
        self.open[vendor] += 1
        self.most[vendor] = max(self.most[vendor], self.open[vendor])
        try:
            async with Nursery() as nursery:
                line = _Line(self, request, socket, vendor, self._faults)
                nursery.start(_tell(client, line, self.clock), name=f"{vendor} stream")
                async for message in socket:
                    if message.type is WSMsgType.TEXT and (answer := client.asked(message.data)) is not None:
                        await line.send(answer)
        finally:
            self.open[vendor] -= 1
        return socket


class _Line:
    """The way to one client, with what goes wrong on it."""

    def __init__(
        self,
        channels: Channels,
        request: web.Request,
        socket: web.WebSocketResponse,
        vendor: str,
        faults: Faults,
    ) -> None:
        self._clock = channels.clock
        self._request = request
        self._socket = socket
        self._vendor = vendor
        self._faults = faults

    async def send(self, frame: Mapping[str, object]) -> None:
        match self._faults.strike(self._vendor):
            case None:
                await self._socket.send_str(_written(frame))
            case Fault.HANG:
                return
            case Fault.REFUSED:
                _abort(self._request)
            case Fault.DRIP:
                await self._clock.sleep(1.0)
                await self._socket.send_str(_written(frame))
            case Fault.CUT:
                await self._socket.send_str(_written(frame)[: len(_written(frame)) // 2])
            case Fault.WRONG_SCHEMA:
                await self._socket.send_str(_written(spoiling.wrong_schema(frame)))
            case Fault.ABSURD:
                await self._socket.send_str(_written(spoiling.absurd(frame)))
            case Fault.HUGE:
                await self._socket.send_str(_HUGE)
            case Fault.ERROR_IN_200:
                await self._socket.send_str(_written({"message": "Internal error."}))
            case _:
                await self._socket.close(code=WSCloseCode.TRY_AGAIN_LATER)


class _Client(ABC):
    """What one client subscribed to, and up to when it was told."""

    def __init__(self, channels: Channels) -> None:
        self._channels = channels
        self._told_until = channels.advance()

    @abstractmethod
    def asked(self, text: str) -> Mapping[str, object] | None:
        """Answer a client's frame."""

    @abstractmethod
    def news(self) -> list[dict[str, object]]:
        """Write what happened since it was last asked for."""


class _PumpPortal(_Client):
    def __init__(self, channels: Channels, *, keyed: bool) -> None:
        super().__init__(channels)
        self._keyed = keyed
        self._launches = self._migrations = False
        self._mints: set[str] = set()

    def asked(self, text: str) -> Mapping[str, object] | None:
        match _read(text):
            case {"method": "subscribeNewToken"}:
                self._launches = True
                return {"message": "Successfully subscribed to token creation events."}
            case {"method": "subscribeMigration"}:
                self._migrations = True
                return {"message": "Subscribed to 'migration' events."}
            case {"method": "subscribeTokenTrade" | "subscribeAccountTrade"} if not self._keyed:
                return {"message": _NEEDS_KEY}
            case {"method": "subscribeTokenTrade", "keys": [*keys]}:
                self._mints |= {key for key in keys if isinstance(key, str)}
                return {"message": "Successfully subscribed to keys."}
            case {"method": "unsubscribeTokenTrade", "keys": [*keys]}:
                self._mints -= {key for key in keys if isinstance(key, str)}
        return None

    def news(self) -> list[dict[str, object]]:
        now = self._channels.advance()
        wants = Wants(launches=self._launches, migrations=self._migrations, trades=frozenset(self._mints))
        told = streams.pumpportal(self._channels.world, self._told_until, wants)
        self._told_until = now
        return told


class _Node(_Client):
    def __init__(self, channels: Channels) -> None:
        super().__init__(channels)
        self._next = _FIRST_NUMBER
        self._slots: list[int] = []
        self._logs: dict[int, str] = {}
        self._accounts: dict[int, tuple[str, object]] = {}

    def asked(self, text: str) -> Mapping[str, object] | None:
        asked = _read(text)
        number, self._next = self._next, self._next + 1
        match asked:
            case {"method": "slotSubscribe"}:
                self._slots.append(number)
            case {"method": "logsSubscribe", "params": [{"mentions": [str(program)]}, *_]}:
                self._logs[number] = program
            case {"method": "accountSubscribe", "params": [str(address), *_]}:
                self._accounts[number] = (address, self._account(address))
            case _:
                return {
                    "jsonrpc": "2.0",
                    "error": {"code": -32601, "message": "Method not found"},
                    "id": asked.get("id"),
                }
        return {"jsonrpc": "2.0", "result": number, "id": asked.get("id")}

    def news(self) -> list[dict[str, object]]:
        now, world = self._channels.advance(), self._channels.world
        slot = world.slot
        beat = {"slot": slot, "parent": slot - 1, "root": slot - 32}
        told = [_notice("slotNotification", number, beat) for number in self._slots]
        listening = [number for number, program in self._logs.items() if program == pump_events.PROGRAM]
        for each in streams.logs(world, self._told_until) if listening else ():
            body = {"context": {"slot": each.slot}, "value": each.value}
            told += [_notice("logsNotification", number, body) for number in listening]
        for number, (address, before) in tuple(self._accounts.items()):
            account = self._account(address)
            if account != before and account is not None:
                self._accounts[number] = (address, account)
                body = {"context": {"slot": slot}, "value": account}
                told.append(_notice("accountNotification", number, body))
        self._told_until = now
        return told

    def _account(self, address: str) -> object:
        params = [address, {"encoding": "base64"}]
        asked = {"jsonrpc": "2.0", "id": 1, "method": "getAccountInfo", "params": params}
        answer: Any = self._channels.chain.answer(orjson.dumps(asked))
        return answer["result"]["value"] if "result" in answer else None


async def _tell(client: _Client, line: _Line, clock: Clock) -> None:
    """Send what happens, as it happens."""
    while True:
        await clock.sleep(TICK_S)
        try:
            for frame in client.news():
                await line.send(frame)
                await asyncio.sleep(0)
        except ConnectionError:  # the client is gone
            return


def _read(text: str) -> Mapping[str, Any]:
    try:
        asked = orjson.loads(text)
    except ValueError:
        return {}
    return asked if isinstance(asked, dict) else {}


def _notice(method: str, number: int, result: object) -> dict[str, object]:
    return {"jsonrpc": "2.0", "method": method, "params": {"result": result, "subscription": number}}


def _written(frame: object) -> str:
    return json.dumps(frame, separators=(",", ":"))


def _abort(request: web.Request) -> None:
    if request.transport is not None:
        request.transport.abort()
