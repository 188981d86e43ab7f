"""Knows the gateway's protocol: sessions, heartbeats, resuming, dispatch. Refuses to know what events mean.

Source: https://discord.com/developers/docs/events/gateway
"""

import asyncio
import json
import secrets
import zlib
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import cast

from aiohttp import WSMsgType, web

from .ledger import Json, Rule
from .messages import without_content
from .objects import guild_wire
from .world import World

DISPATCH, HEARTBEAT, IDENTIFY, PRESENCE, VOICE, RESUME = 0, 1, 2, 3, 4, 6
RECONNECT, REQUEST_MEMBERS, INVALID_SESSION, HELLO, ACK = 7, 8, 9, 10, 11
SENDS_MAX, SENDS_WINDOW_S = 120, 60.0

GUILDS, GUILD_MEMBERS, PRESENCES = 1 << 0, 1 << 1, 1 << 8
MESSAGE_CONTENT = 1 << 15
PRIVILEGED = GUILD_MEMBERS | PRESENCES | MESSAGE_CONTENT
_DM_SHIFT = 3
"""GUILD_MESSAGES, _REACTIONS and _TYPING are bits 9 to 11; their direct-message twins 12 to 14."""
_INTENT = {
    "GUILD_CREATE": GUILDS,
    "GUILD_DELETE": GUILDS,
    "CHANNEL_CREATE": GUILDS,
    "CHANNEL_DELETE": GUILDS,
    "THREAD_CREATE": GUILDS,
    "GUILD_MEMBER_ADD": GUILD_MEMBERS,
    "GUILD_MEMBER_UPDATE": GUILD_MEMBERS,
    "MESSAGE_CREATE": 1 << 9,
    "MESSAGE_UPDATE": 1 << 9,
    "MESSAGE_DELETE": 1 << 9,
    "MESSAGE_REACTION_ADD": 1 << 10,
}


@dataclass(frozen=True, slots=True)
class Close:
    """A closing frame in the queue of a connection; without a code the line is cut."""

    code: int | None
    reason: str = ""


@dataclass(eq=False, slots=True)
class Connection:
    """One websocket, written through a queue so that dispatching never waits."""

    socket: web.WebSocketResponse
    request: web.Request
    compress: bool
    outgoing: asyncio.Queue[str | Close] = field(default_factory=asyncio.Queue)
    session: "Session | None" = None

    def send(self, op: int, data: object = None) -> None:
        """Queue a frame other than a dispatch."""
        self.outgoing.put_nowait(json.dumps({"op": op, "d": data, "s": None, "t": None}))

    async def write(self) -> None:
        """Send what is queued until the connection closes."""
        stream = zlib.compressobj()
        while True:
            frame = await self.outgoing.get()
            with suppress(ConnectionError):
                if isinstance(frame, str) and self.compress:
                    packed = stream.compress(frame.encode()) + stream.flush(zlib.Z_SYNC_FLUSH)
                    await self.socket.send_bytes(packed)
                elif isinstance(frame, str):
                    await self.socket.send_str(frame)
                elif frame.code is not None:
                    await self.socket.close(code=frame.code, message=frame.reason.encode())
                elif self.request.transport is not None:
                    self.request.transport.abort()


@dataclass(eq=False, slots=True)
class Session:
    """What survives a lost connection: intents, shard and every dispatch with its sequence number."""

    id: str
    intents: int
    shard: tuple[int, int]
    log: list[tuple[int, str]] = field(default_factory=list)
    connection: Connection | None = None

    def dispatch(self, event: str, data: Json, *, twice: bool = False) -> None:
        """Number a dispatch, remember it and queue it if somebody listens."""
        sequence = len(self.log) + 1
        frame = json.dumps({"op": DISPATCH, "t": event, "s": sequence, "d": data})
        self.log.append((sequence, frame))
        if self.connection is not None:
            for _ in range(2 if twice else 1):
                self.connection.outgoing.put_nowait(frame)

    def wants(self, event: str, data: Json) -> bool:
        """Whether intents and shard let this event through."""
        guild_id = int(data.get("guild_id") or (data["id"] if event.startswith("GUILD_") else 0))
        if (guild_id >> 22) % self.shard[1] != self.shard[0]:
            return False
        needed = _INTENT.get(event, 0)
        if not guild_id and event.startswith("MESSAGE"):
            needed <<= _DM_SHIFT
        return self.intents & needed == needed


class ProtocolError(Exception):
    """A frame that makes Discord close the socket."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code


class Gateway:
    """The websocket server and its switches for trouble."""

    def __init__(
        self,
        world: World,
        token: str,
        *,
        url: Callable[[], str],
        broken: Callable[[Rule, str], None],
        changed: Callable[[], None],
    ) -> None:
        self.heartbeat_ms = 41_250
        self.muted_heartbeats = False
        self.duplicating = False
        self.granted_intents = PRIVILEGED
        self.received: list[Json] = []
        self.sessions: dict[str, Session] = {}
        self._world = world
        self._token = token
        self._url = url
        self._broken = broken
        self._changed = changed
        self._connections: set[Connection] = set()
        self._held: list[tuple[str, Json]] | None = None

    @property
    def live(self) -> list[Session]:
        """The identified sessions that are connected now."""
        return [session for session in self.sessions.values() if session.connection is not None]

    @property
    def identifies(self) -> int:
        """How often a client identified, resumes not counted."""
        return sum(frame["op"] == IDENTIFY for frame in self.received)

    @property
    def resumes(self) -> int:
        """How often a client tried to resume a session."""
        return sum(frame["op"] == RESUME for frame in self.received)

    def dispatch(self, event: str, data: Json) -> None:
        """Send an event to every session that may see it; lost connections find it when they resume."""
        if self._held is not None:
            self._held.append((event, data))
            return
        for session in self.sessions.values():
            if session.wants(event, data):
                session.dispatch(event, self._readable(session, event, data), twice=self.duplicating)
        self._changed()

    @contextmanager
    def reordered(self) -> Iterator[None]:
        """Hold what is dispatched inside the block, then send it last first."""
        self._held = []
        try:
            yield
        finally:
            held, self._held = self._held, None
            for event, data in reversed(held):
                self.dispatch(event, data)

    def close(self, code: int, reason: str = "") -> None:
        """Close every connection with a code, the sessions stay."""
        for connection in self._connections:
            connection.outgoing.put_nowait(Close(code, reason))

    def cut(self) -> None:
        """Cut every connection without a closing frame, the sessions stay."""
        for connection in self._connections:
            connection.outgoing.put_nowait(Close(None))

    def ask_to_reconnect(self) -> None:
        """Send RECONNECT."""
        for connection in self._connections:
            connection.send(RECONNECT)

    def invalidate(self, *, resumable: bool = False) -> None:
        """Send INVALID_SESSION; unless resumable, the sessions are forgotten."""
        for connection in self._connections:
            connection.send(INVALID_SESSION, resumable)
        if not resumable:
            self.sessions.clear()

    async def serve(self, request: web.Request) -> web.WebSocketResponse:
        """Speak to one client until either side closes."""
        socket = web.WebSocketResponse(compress=False)
        await socket.prepare(request)
        connection = Connection(socket, request, request.query.get("compress") == "zlib-stream")
        self._connections.add(connection)
        connection.send(HELLO, {"heartbeat_interval": self.heartbeat_ms})
        try:
            async with asyncio.TaskGroup() as group:
                writer = group.create_task(connection.write())
                await self._listen(connection)
                writer.cancel()
        finally:
            self._connections.discard(connection)
            if connection.session is not None and connection.session.connection is connection:
                connection.session.connection = None
            self._changed()
        return socket

    async def _listen(self, connection: Connection) -> None:
        clock = asyncio.get_running_loop().time
        sent: deque[float] = deque(maxlen=SENDS_MAX)
        async for message in connection.socket:
            if message.type not in (WSMsgType.TEXT, WSMsgType.BINARY):
                continue
            try:
                if len(sent) == SENDS_MAX and clock() - sent[0] < SENDS_WINDOW_S:
                    raise ProtocolError(4008, "Rate limited")
                sent.append(clock())
                self._receive(connection, _decoded(message.data))
            except ProtocolError as error:
                self._broken(Rule.GATEWAY, f"closed with {error.code}: {error}")
                connection.outgoing.put_nowait(Close(error.code, str(error)))
            self._changed()

    def _receive(self, connection: Connection, frame: Json) -> None:
        self.received.append(frame)
        op, data = frame.get("op"), frame.get("d")
        if op == HEARTBEAT:
            if not self.muted_heartbeats:
                connection.send(ACK)
        elif op == IDENTIFY:
            self._identify(connection, cast(Json, data))
        elif op == RESUME:
            self._resume(connection, cast(Json, data))
        elif connection.session is None:
            raise ProtocolError(4003, "Not authenticated.")
        elif op == REQUEST_MEMBERS:
            self._send_members(connection.session, cast(Json, data))
        elif op not in (PRESENCE, VOICE):
            raise ProtocolError(4001, "Unknown opcode.")

    def _identify(self, connection: Connection, data: Json) -> None:
        intents, shard = data.get("intents"), tuple(data.get("shard") or (0, 1))
        if connection.session is not None:
            raise ProtocolError(4005, "Already authenticated.")
        if data.get("token") != self._token:
            raise ProtocolError(4004, "Authentication failed.")
        if len(shard) != 2 or not 0 <= shard[0] < shard[1]:
            raise ProtocolError(4010, "Invalid shard.")
        if not isinstance(intents, int) or not 0 <= intents < 1 << 26:
            raise ProtocolError(4013, "Invalid intent(s).")
        if intents & PRIVILEGED & ~self.granted_intents:
            raise ProtocolError(4014, "Disallowed intent(s).")
        session = Session(secrets.token_hex(16), intents, (shard[0], shard[1]), connection=connection)
        self.sessions[session.id] = connection.session = session
        guilds = [guild for guild in self._world.guilds.values() if (guild.id >> 22) % shard[1] == shard[0]]
        ready: Json = {
            "v": 10,
            "user": self._world.bot.wire() | {"verified": True, "mfa_enabled": False, "email": None},
            "guilds": [{"id": str(guild.id), "unavailable": True} for guild in guilds],
            "session_id": session.id,
            "resume_gateway_url": self._url(),
            "application": {"id": str(self._world.bot.id), "flags": 0},
            "private_channels": [],
        }
        session.dispatch("READY", ready | ({"shard": list(shard)} if data.get("shard") else {}))
        for guild in guilds:
            if session.wants("GUILD_CREATE", {"id": guild.id}):
                session.dispatch("GUILD_CREATE", guild_wire(guild))

    def _resume(self, connection: Connection, data: Json) -> None:
        if data.get("token") != self._token:
            raise ProtocolError(4004, "Authentication failed.")
        session = self.sessions.get(str(data.get("session_id")))
        if session is None:
            connection.send(INVALID_SESSION, False)
            return
        seen = data.get("seq") or 0
        if seen > len(session.log):
            raise ProtocolError(4007, "Invalid seq.")
        for sequence, frame in session.log:
            if sequence > seen:
                connection.outgoing.put_nowait(frame)
        connection.session, session.connection = session, connection
        session.dispatch("RESUMED", {})

    def _send_members(self, session: Session, data: Json) -> None:
        guild = self._world.guilds[int(data["guild_id"])]
        wanted = {int(each) for each in data.get("user_ids") or guild.members}
        query = (data.get("query") or "").lower()
        members = [member for member in guild.members.values() if member.user.id in wanted]
        chunk = {
            "guild_id": str(guild.id),
            "members": [member.wire() for member in members if member.user.name.lower().startswith(query)],
            "chunk_index": 0,
            "chunk_count": 1,
            "not_found": [str(each) for each in wanted - guild.members.keys()],
        }
        session.dispatch("GUILD_MEMBERS_CHUNK", chunk | ({"nonce": data["nonce"]} if "nonce" in data else {}))

    def _readable(self, session: Session, event: str, data: Json) -> Json:
        hidden = event in ("MESSAGE_CREATE", "MESSAGE_UPDATE") and "guild_id" in data
        if hidden and not session.intents & MESSAGE_CONTENT:
            return without_content(data, self._world.bot.id)
        return data


def _decoded(data: str | bytes) -> Json:
    try:
        frame = json.loads(data)
    except ValueError:
        raise ProtocolError(4002, "Error while decoding payload.") from None
    if not isinstance(frame, dict):
        raise ProtocolError(4002, "Error while decoding payload.")
    return frame
