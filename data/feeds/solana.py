"""A Solana node's WebSocket: logs of programs, accounts as they change, and the slots as its heartbeat.

Subscriptions get new numbers on each connection, and an event may come before the answer that tells its
number. A node repeats nothing: after a loss the missed logs are asked for, told in order and marked late.
Source: https://solana.com/docs/rpc/websocket
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import json
from collections import deque
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Literal, NamedTuple

import structlog

from data.chain import pump_logs
from data.chain.base58 import unbase58
from data.chain.pump import PUMP_PROGRAM
from data.errors import BadPayload
from data.feeds import launchpad
from data.feeds.backfill import AskMissed
from data.feeds.outbox import Outbox, Seen
from data.feeds.pulse import Pulse
from data.feeds.socket import Means, Patience, Socket
from data.gateway.decode import decode
from data.models.events import AccountChanged, FeedState, Logged, ProgramLogged, StreamEvent
from data.models.text import one_line
from data.providers import values
from data.providers.base import Json

log = structlog.get_logger("feeds")

NAME = "solana"
STALL_S = 30.0  # without a slot, of which there are two a second
_MOST_EARLY = 256  # events that wait for the number of their subscription
_MOST_HELD = 4_096  # transactions that wait for those missed before them
_MOST_BASE58 = 1_400  # characters: a node writes at most 128 bytes so, and reading takes quadratic time


class Wanted(NamedTuple):
    """Something subscribed to."""

    kind: Literal["slot", "logs", "account"]
    key: str = ""

    @property
    def request(self) -> tuple[str, list[Json]]:
        """The method and its parameters."""
        match self.kind:
            case "logs":
                return "logsSubscribe", [{"mentions": [self.key]}, {"commitment": "confirmed"}]
            case "account":
                return "accountSubscribe", [self.key, {"encoding": "base64", "commitment": "confirmed"}]
            case "slot":
                return "slotSubscribe", []


class SolanaFeed:
    """One connection to a node; `ask_missed` answers for what was not heard."""

    def __init__(
        self,
        means: Means,
        *,
        url: str,
        programs: Sequence[str] = (PUMP_PROGRAM,),
        accounts: Sequence[str] = (),
        ask_missed: AskMissed | None = None,
        patience: Patience | None = None,
    ) -> None:
        """Prepare the stream; nothing is connected before `run`."""
        self._clock, self._nursery = means.clock, means.nursery
        self._wanted = (
            Wanted("slot"),
            *(Wanted("logs", program) for program in programs),
            *(Wanted("account", address) for address in accounts),
        )
        self._ask_missed = ask_missed
        self._pulse = Pulse(NAME, means.clock, means.metrics)
        self._outbox = Outbox(self._pulse)
        self._seen = Seen()
        self._numbers: dict[int, Wanted] = {}
        self._early: deque[tuple[int, Mapping[str, Json]]] = deque(maxlen=_MOST_EARLY)
        self._last: dict[str, str] = {}  # by program
        self._slots: dict[str, int] = {}  # by account
        self._held: dict[str, deque[Logged]] = {}  # by program, while the missed ones are asked for
        self._fills: list[asyncio.Task[None]] = []
        self._socket = Socket(url, self, self._pulse, means, patience or Patience(stall_s=STALL_S))

    @property
    def state(self) -> FeedState:
        """How it is doing."""
        return self._pulse.state

    async def run(self) -> None:
        """Stay connected until cancelled."""
        await self._socket.run()

    def events(self) -> AsyncIterator[StreamEvent]:
        """Take the events."""
        return aiter(self._outbox)

    def greeting(self) -> Sequence[str]:
        """Subscribe to everything; a request's id is the place of what it wants."""
        requests = (wanted.request for wanted in self._wanted)
        return tuple(
            json.dumps({"jsonrpc": "2.0", "id": place, "method": method, "params": params})
            for place, (method, params) in enumerate(requests, 1)
        )

    def heard(self, frame: bytes) -> None:
        """Take a frame.

        Raises:
            BadPayload: it cannot be used.
        """
        told = values.required_mapping(decode(frame), "frame")
        if "id" in told:
            self._answered(told)
            return
        params = values.mapping(told.get("params"))
        number = _whole(params.get("subscription"))
        if number is None:
            raise BadPayload("an event of no subscription")
        wanted = self._numbers.get(number)
        if wanted is not None:
            self._notified(wanted, params)
        elif len(self._numbers) < len(self._wanted):
            self._early.append((number, params))

    def lost(self) -> None:
        """Forget the numbers; what waits for the missed ones goes on waiting for the next connection."""
        self._numbers.clear()
        self._early.clear()
        for fill in self._fills:
            fill.cancel()
        self._fills.clear()

    def _answered(self, told: Mapping[str, Json]) -> None:
        place, number = _whole(told["id"]), _whole(told.get("result"))
        if place is None or not 1 <= place <= len(self._wanted):
            raise BadPayload("an answer to nothing that was asked")
        wanted = self._wanted[place - 1]
        if number is None:
            refusal = values.mapping(told.get("error")).get("message")
            log.warning("subscription_refused", feed=NAME, kind=wanted.kind, why=one_line(str(refusal), 120))
            raise BadPayload(f"no subscription to {wanted.kind}")
        self._numbers[number] = wanted
        if wanted.kind == "logs" and self._ask_missed is not None and wanted.key in self._last:
            self._held.setdefault(wanted.key, deque())
            fill = self._fill(wanted.key, self._ask_missed)
            self._fills.append(self._nursery.start(fill, name="feed back-fill"))
        early = [params for other, params in self._early if other == number]
        self._early = deque((each for each in self._early if each[0] != number), maxlen=_MOST_EARLY)
        for params in early:
            self._notified(wanted, params)

    def _notified(self, wanted: Wanted, params: Mapping[str, Json]) -> None:
        if wanted.kind == "slot":  # only a sign of life
            return
        result = values.required_mapping(params.get("result"), "event")
        slot = values.count(values.mapping(result.get("context")).get("slot"))
        value = values.required_mapping(result.get("value"), "event")
        if wanted.kind == "account":
            self._changed(wanted.key, value, slot)
            return
        if value.get("err") is not None:  # nine in ten: nothing happened
            return
        logged = _logged(value, slot)
        held = self._held.get(wanted.key)
        if held is None:
            self._tell(wanted.key, logged, late=False)
            return
        if len(held) >= _MOST_HELD:
            held.popleft()
            self._pulse.dropped()
        held.append(logged)

    async def _fill(self, program: str, ask_missed: AskMissed) -> None:
        """Tell what was missed, then what came meanwhile."""
        missed = await ask_missed(program, self._last[program])
        if not missed.complete:
            self._pulse.gap("not all that was missed could be asked for")
        for logged in missed.transactions:
            self._tell(program, logged, late=True)
        for logged in self._held.pop(program):
            self._tell(program, logged, late=False)

    def _tell(self, program: str, logged: Logged, *, late: bool) -> None:
        if not self._seen.is_new((program, logged.signature)):
            return
        self._last[program] = logged.signature
        at = self._clock.now()
        if program != PUMP_PROGRAM:
            self._outbox.put(
                ProgramLogged(
                    source=NAME,
                    at=at,
                    signature=logged.signature,
                    slot=logged.slot,
                    late=late,
                    program=program,
                    lines=logged.lines,
                )
            )
            return
        try:
            found = pump_logs.decode_logs(logged.lines)
        except BadPayload as error:
            self._pulse.refused(error.detail)
            return
        place = launchpad.Place(source=NAME, at=at, signature=logged.signature, slot=logged.slot, late=late)
        for event in found:
            self._outbox.put(launchpad.told(event, place))

    def _changed(self, address: str, value: Mapping[str, Json], slot: int | None) -> None:
        if slot is not None:
            if slot < self._slots.get(address, 0):  # overtaken by a newer one
                return
            self._slots[address] = slot
        owner, lamports = values.address(value.get("owner")), values.count(value.get("lamports"))
        if owner is None or lamports is None:
            raise BadPayload("an account without owner or balance")
        self._outbox.put(
            AccountChanged(
                source=NAME,
                at=self._clock.now(),
                slot=slot,
                address=address,
                owner=owner,
                lamports=lamports,
                data=_bytes(value.get("data")),
            )
        )


def _whole(value: Json) -> int | None:
    """Read a number as it is: some have 16 digits, and none may pass through a float."""
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _logged(value: Mapping[str, Json], slot: int | None) -> Logged:
    signature, lines = values.address(value.get("signature")), value.get("logs")
    if signature is None or not isinstance(lines, list) or not all(isinstance(line, str) for line in lines):
        raise BadPayload("a log that cannot be read")
    return Logged(signature=signature, slot=slot, lines=tuple(lines))


def _bytes(data: Json) -> bytes:
    """Read an account's data, `[text, encoding]`."""
    match data:
        case [str(text), "base64"]:
            try:
                return base64.b64decode(text, validate=True)
            except (binascii.Error, ValueError):
                raise BadPayload("data that is not base64") from None
        case [str(text), "base58"] if len(text) <= _MOST_BASE58:
            try:
                return unbase58(text)
            except ValueError:
                raise BadPayload("data that is not base58") from None
    raise BadPayload("data in an unknown encoding")
