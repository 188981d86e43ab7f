"""Ways out that keep what they were given, and when by the time of the running loop."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

from bot.outlet import Allowance
from data.errors import Rejected
from data.models.delivery import Channel, Notice, Target
from handlers.reply import Reply, text

TELEGRAM = Allowance(overall_per_s=28.0, chat_per_s=1.0, group_per_min=20.0, at_once=16)
DISCORD = Allowance(overall_per_s=45.0, chat_per_s=1.0, at_once=16)


class PlainCards:
    """Draws a notice as its bodies, the newest first; counts how often."""

    def __init__(self) -> None:
        self.drawn: list[str] = []

    async def reply(self, notice: Notice, story: Sequence[str]) -> Reply:
        self.drawn.append(notice.key)
        return Reply(body=text(" < ".join(story)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """What a way out was asked to do, and when by the loop's time; `message` is what came of it."""

    at: float
    address: str
    words: str
    nonce: int = 0
    edits: str = ""
    message: str = ""


Mood = Callable[[Target], Awaitable[None]]


@dataclass(slots=True)
class FakeOutlet:
    """Takes every message; `mood` may wait or raise before it does."""

    channel: Channel = Channel.TELEGRAM
    allowance: Allowance = TELEGRAM
    mood: Mood | None = None
    calls: list[Call] = field(default_factory=list)
    shown: dict[str, str] = field(default_factory=dict)
    prepared: int = 0
    sent: int = 0

    async def prepare(self, reply: Reply) -> str:
        self.prepared += 1
        return "\n".join(part.plain for part in (reply.body, reply.footer) if part)

    async def send(self, target: Target, prepared: str, *, nonce: int) -> str:
        at = asyncio.get_running_loop().time()
        if self.mood is not None:
            try:
                await self.mood(target)
            except BaseException:
                self.calls.append(Call(at=at, address=target.address, words=prepared, nonce=nonce))
                raise
        message = f"m{len(self.calls) + 1}"
        self.calls.append(Call(at=at, address=target.address, words=prepared, nonce=nonce, message=message))
        self.shown[message] = prepared
        self.sent += 1
        return message

    async def edit(self, target: Target, prepared: str, message: str) -> str:
        at = asyncio.get_running_loop().time()
        if self.mood is not None:
            await self.mood(target)
        self.calls.append(Call(at=at, address=target.address, words=prepared, edits=message, message=message))
        if message not in self.shown:
            raise Rejected("message to edit not found")
        self.shown[message] = prepared
        return message

    @property
    def arrived(self) -> dict[str, list[str]]:
        """What each place was sent, in order."""
        found: defaultdict[str, list[str]] = defaultdict(list)
        for call in self.calls:
            if call.message and not call.edits:
                found[call.address].append(call.words)
        return found
