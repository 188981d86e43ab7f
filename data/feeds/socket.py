"""One WebSocket that stays connected: deadlines, back-off, stalls, bounded frames; knows no vendor.

No error text holds the address, for an address may hold a key. Redirects are refused, compression is not
offered, nothing is read from the environment.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Sequence
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Protocol, TypeAlias

import aiohttp

from data.clock import Clock
from data.errors import BadPayload, Unavailable
from data.feeds.pulse import Pulse
from data.metrics import Metrics
from data.models.events import FeedPhase
from data.nursery import Nursery

MOST_BYTES = 1024 * 1024
_REFUSALS = frozenset({401, 403, 429})
_TOLERANCE_S = 1e-3

Connection: TypeAlias = aiohttp.ClientWebSocketResponse[bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """What a stream is given to live on."""

    clock: Clock
    rng: random.Random
    nursery: Nursery
    metrics: Metrics


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long a stream waits, in seconds.

    `stall_s` without a frame is a stall; None where silence is ordinary. After `healthy_s` of being connected
    the pauses begin anew. `refused_pause_s` follows a refusal: a vendor that bans must not be pressed.
    """

    stall_s: float | None = 75.0
    connect_s: float = 10.0
    first_pause_s: float = 1.0
    longest_pause_s: float = 60.0
    refused_pause_s: float = 600.0
    healthy_s: float = 60.0
    beat_s: float = 20.0  # between pings, of which a dead connection answers none
    close_s: float = 1.0


class Wire(Protocol):
    """What a vendor's stream says and hears on a connection."""

    def greeting(self) -> Sequence[str]:
        """Write the frames to send first on a new connection: every subscription there is."""
        ...

    def heard(self, frame: bytes) -> None:
        """Take a frame.

        Raises:
            BadPayload: it cannot be used.
        """
        ...

    def lost(self) -> None:
        """Learn that the connection is gone, and everything that belonged to it."""
        ...


class Socket:
    """A connection made anew for as long as `run` runs; never two at once."""

    def __init__(
        self,
        url: str,
        wire: Wire,
        pulse: Pulse,
        means: Means,
        patience: Patience,
        most_bytes: int = MOST_BYTES,
    ) -> None:
        self._url = url
        self._wire = wire
        self._pulse = pulse
        self._clock, self._rng, self._nursery = means.clock, means.rng, means.nursery
        self._patience = patience
        self._most_bytes = most_bytes
        self._connection: Connection | None = None
        self._failures = 0
        self._heard_s = 0.0

    async def run(self) -> None:
        """Connect, listen and connect anew until cancelled."""
        redirects = aiohttp.TraceConfig()
        redirects.on_request_redirect.append(_refuse_redirect)
        async with aiohttp.ClientSession(trust_env=False, trace_configs=[redirects]) as session:
            while True:
                pause_s = await self._attempt(session)
                await self._clock.sleep(pause_s)

    async def send(self, text: str) -> bool:
        """Send a frame where there is a connection; tells whether it was sent."""
        connection = self._connection
        if connection is None:
            return False
        try:
            async with asyncio.timeout(self._patience.connect_s):
                await connection.send_str(text)
        except (OSError, aiohttp.ClientError, TimeoutError):
            return False
        return True

    async def _attempt(self, session: aiohttp.ClientSession) -> float:
        """Hold one connection for as long as it lasts; gives the pause before the next, in seconds."""
        try:
            connection = await self._connect(session)
        except _Refused as refused:
            self._pulse.enter(FeedPhase.DOWN, refused.detail)
            longest = self._patience.refused_pause_s
            return self._rng.uniform(longest / 2, longest)
        except Unavailable as error:
            self._pulse.enter(FeedPhase.DOWN, error.detail)
            return self._pause_s()
        began_s = self._clock.monotonic()
        problem = await self._hold(connection)
        if self._clock.monotonic() - began_s >= self._patience.healthy_s:
            self._failures = 0
        self._pulse.reconnected()
        self._pulse.enter(FeedPhase.DOWN, problem)
        return self._pause_s()

    def _pause_s(self) -> float:
        """Draw the pause after one more failure: anywhere below a bound that doubles each time."""
        bound = min(
            self._patience.longest_pause_s, self._patience.first_pause_s * 2.0 ** min(self._failures, 30)
        )
        self._failures += 1
        return self._rng.uniform(0.0, bound)

    async def _connect(self, session: aiohttp.ClientSession) -> Connection:
        try:
            async with asyncio.timeout(self._patience.connect_s):
                return await session.ws_connect(
                    self._url,
                    timeout=aiohttp.ClientWSTimeout(ws_close=self._patience.close_s),
                    heartbeat=self._patience.beat_s,
                    max_msg_size=self._most_bytes,
                    decode_text=False,
                )
        except aiohttp.WSServerHandshakeError as error:
            words = f"refused with HTTP {error.status}"
            raise (_Refused if error.status in _REFUSALS else Unavailable)(words) from None
        except TimeoutError:
            raise Unavailable("no answer in time") from None
        except Unavailable:
            raise
        except (aiohttp.ClientError, OSError, ValueError):
            raise Unavailable("cannot be reached") from None

    async def _hold(self, connection: Connection) -> str:
        """Greet and listen until the connection ends; gives the reason."""
        self._heard_s = self._clock.monotonic()
        watch = self._nursery.start(self._watch(connection), name="feed watch")
        try:
            async with asyncio.timeout(self._patience.connect_s):
                for line in self._wire.greeting():
                    await connection.send_str(line)
            self._connection = connection
            self._pulse.enter(FeedPhase.LIVE)
            problem = await self._listen(connection)
        except (OSError, aiohttp.ClientError, TimeoutError):
            problem = "the connection broke"
        finally:
            self._connection = None
            self._wire.lost()
            watch.cancel()
            await connection.close()
        return "silent for too long" if self._pulse.state.phase is FeedPhase.STALLED else problem

    async def _listen(self, connection: Connection) -> str:
        while True:
            message = await connection.receive()
            match message.type:
                case aiohttp.WSMsgType.TEXT | aiohttp.WSMsgType.BINARY:
                    self._heard_s = self._clock.monotonic()
                    try:
                        self._wire.heard(message.data)
                    except BadPayload as error:
                        self._pulse.refused(error.detail)
                case aiohttp.WSMsgType.ERROR:
                    broken = isinstance(message.data, aiohttp.WebSocketError)
                    return "a frame that cannot be read, or is too large" if broken else "no sign of life"
                case _:
                    return "closed by the other side"

    async def _watch(self, connection: Connection) -> None:
        """Close a connection on which nothing was heard for too long."""
        stall_s = self._patience.stall_s
        if stall_s is None:
            return
        while (left := self._heard_s + stall_s - self._clock.monotonic()) > _TOLERANCE_S:
            await self._clock.sleep(left)
        self._pulse.enter(FeedPhase.STALLED, f"nothing heard for {stall_s:g} s")
        await connection.close()


class _Refused(Unavailable):
    """The vendor wants none of us for now."""


async def _refuse_redirect(session: aiohttp.ClientSession, context: SimpleNamespace, params: object) -> None:
    """Go nowhere else than where the operator said."""
    raise Unavailable("redirected")
