"""What one person last saw in a chat: the token, and why a command was refused. Kept over restarts.

Nobody's answer waits for it: notes are gathered for a moment and written together.
"""

from __future__ import annotations

import asyncio

import structlog

from core.memory import Memory
from data.errors import StoreUnavailable
from data.models.chat import Actor, Chat
from data.models.ids import Chain, TokenKey
from data.nursery import Nursery
from data.ports import Clock
from data.store.store import Store

log = structlog.get_logger("recents")

_REMEMBERED = 20_000
_GATHERED_S = 0.5  # what a crash may lose
_TOKEN, _REFUSAL = "token", "refusal"


class Recents:
    """Small memories by person and chat; a repeated one costs no write."""

    def __init__(self, store: Store, clock: Clock, nursery: Nursery) -> None:
        self._store = store
        self._clock = clock
        self._nursery = nursery
        self._known: Memory[tuple[str, str, str], str | None] = Memory(_REMEMBERED)
        self._unwritten: dict[tuple[str, str, str], str] = {}
        self._writer: asyncio.Task[None] | None = None
        self._turn = asyncio.Lock()

    async def saw(self, actor: Actor, chat: Chat, token: TokenKey) -> None:
        """Keep which token a person looked at."""
        self._put(actor, chat, _TOKEN, str(token))

    async def token(self, actor: Actor, chat: Chat) -> TokenKey | None:
        """Tell which token a person looked at last."""
        kept = await self._get(actor, chat, _TOKEN)
        if kept is None:
            return None
        chain, _, address = kept.partition(":")
        return TokenKey(Chain(chain), address)

    async def refused(self, actor: Actor, chat: Chat, explanation: str) -> None:
        """Keep why the last command was refused."""
        self._put(actor, chat, _REFUSAL, explanation)

    async def refusal(self, actor: Actor, chat: Chat) -> str | None:
        """Tell why the last refused command was refused."""
        return await self._get(actor, chat, _REFUSAL)

    def reread(self) -> None:
        """Drop what is remembered: rows were erased behind our back."""
        self._known.drop_all()

    async def write(self) -> None:
        """Write what was gathered, at once: before the end, and before rows are erased."""
        async with self._turn:
            notes, self._unwritten = self._unwritten, {}
            if not notes:
                return
            try:
                async with self._store.begin() as tx:
                    await tx.recents.set_all(notes, self._clock.now())
            except StoreUnavailable as error:
                log.warning("recents_not_written", count=len(notes), error=str(error))

    async def _get(self, actor: Actor, chat: Chat, kind: str) -> str | None:
        key = (str(actor.identity), chat.key, kind)
        if key in self._known:
            return self._known[key]
        writes = self._known.writes
        async with self._store.read() as tx:
            kept = await tx.recents.get(*key)
        return self._known.read(key, None if kept is None else kept.value, writes)

    def _put(self, actor: Actor, chat: Chat, kind: str, value: str) -> None:
        key = (str(actor.identity), chat.key, kind)
        if key in self._known and self._known[key] == value:
            return
        self._known.wrote(key, value)
        self._unwritten[key] = value
        if self._writer is None or self._writer.done():
            self._writer = self._nursery.start(self._write_soon(), name="write recents")

    async def _write_soon(self) -> None:
        while self._unwritten:
            await self._clock.sleep(_GATHERED_S)
            await self.write()
