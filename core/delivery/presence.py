"""Where people last spoke to us in private: there they are told, unless they chose another place."""

from __future__ import annotations

import asyncio

import structlog

from core.delivery.wishes import SEEN
from core.memory import Memory
from data.errors import StoreUnavailable
from data.models.chat import Chat, User
from data.models.ids import Platform, UserId
from data.nursery import Nursery
from data.store.store import Store

log = structlog.get_logger("presence")

_REMEMBERED = 20_000


class Presence:
    """Written down when it changes, and only for who has more than one account; no answer waits for it."""

    def __init__(self, store: Store, nursery: Nursery) -> None:
        self._store = store
        self._nursery = nursery
        self._known: Memory[UserId, Platform] = Memory(_REMEMBERED)
        self._turn = asyncio.Lock()

    def seen(self, user: User, chat: Chat) -> None:
        """Note that a person spoke to us."""
        if not chat.private or len(user.identities) < 2:
            return
        last = self._known.get(user.id) or user.preferences.get(SEEN)
        self._known.wrote(user.id, chat.platform)
        if last != chat.platform:
            self._nursery.start(self._keep(user.id), name="keep presence")

    async def _keep(self, user_id: UserId) -> None:
        """Write down what is known by now: who changes to and fro is left where they spoke last."""
        async with self._turn:
            platform = self._known.get(user_id)
            if platform is None:
                return
            try:
                async with self._store.begin() as tx:
                    await tx.users.set_preference(user_id, SEEN, platform.value)
            except StoreUnavailable as error:
                self._known.drop(user_id)
                log.warning("presence_not_kept", reason=str(error))
