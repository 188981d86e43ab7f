"""Discord as a way out: channels, threads, and people in private, each message laid out once for all of them.

The library keeps to Discord's own limits, channel by channel and in all; a wait longer than it takes upon
itself comes out as `Throttled`. By its nonce Discord knows a message that it has, for some minutes.
"""

from __future__ import annotations

import asyncio
import re
from typing import Final

import discord
from cachetools import LRUCache

from bot.discord.refusals import Refusals
from bot.discord.screen import UNKNOWN_PICTURE, Easel, Form, Put, place
from bot.outlet import Allowance
from data.errors import ChatGone, DeliveryError
from data.models.delivery import Channel, Target
from handlers.reply import Reply

# Source: https://discord.com/developers/docs/topics/rate-limits#global-rate-limit; a channel takes five
# messages in five seconds.
ALLOWANCE: Final = Allowance(overall_per_s=45.0, chat_per_s=1.0, at_once=32)
DEADLINE_S: Final = 90.0  # the library may wait a minute of it

_NUMBER: Final = re.compile(r"[0-9]{1,20}")
_REMEMBERED: Final = 10_000


class DiscordOutlet:
    """Sends to channels and people, and edits there."""

    channel = Channel.DISCORD
    allowance = ALLOWANCE

    def __init__(self, client: discord.Client, easel: Easel, refusals: Refusals) -> None:
        self._client = client
        self._easel = easel
        self._refusals = refusals
        self._private: LRUCache[int, int] = LRUCache(_REMEMBERED)

    async def prepare(self, reply: Reply) -> Form:
        """Lay a reply out."""
        return await self._easel.form(reply)

    async def send(self, target: Target, prepared: Form, *, nonce: int) -> str:
        """Send a new message, as `Outlet.send` says."""
        sent: list[discord.Message] = []

        async def put(form: Form) -> None:
            channel = await self._channel(target)
            sent.append(await channel.send(**form.created(), nonce=nonce, silent=target.silent))

        await self._place(target, prepared, put)
        return str(sent[-1].id)

    async def edit(self, target: Target, prepared: Form, message: str) -> str:
        """Put a reply in place of a message, as `Outlet.edit` says."""

        async def put(form: Form) -> None:
            channel = await self._channel(target)
            await channel.get_partial_message(int(message)).edit(**form.edited(UNKNOWN_PICTURE))

        await self._place(target, prepared, put)
        return message

    async def _place(self, target: Target, form: Form, put: Put) -> None:
        self._refusals.heed()
        try:
            async with asyncio.timeout(DEADLINE_S):
                await place(form, put)
        except TimeoutError:
            raise DeliveryError(f"Discord took longer than {DEADLINE_S:g} s") from None
        except ChatGone:
            self._private.pop(_number(target.address), None)
            raise

    async def _channel(self, target: Target) -> discord.PartialMessageable:
        """Name the place to Discord; what a person and we write each other stands in a channel of its own."""
        where = _number(target.topic or target.address)
        if not target.private:
            return self._client.get_partial_messageable(where)
        known = self._private.get(where)
        if known is None:
            opened = await self._client.http.start_private_message(where)
            known = self._private[where] = int(opened["id"])
        return self._client.get_partial_messageable(known)


def _number(word: str) -> int:
    if not _NUMBER.fullmatch(word):
        raise ChatGone("not a number of Discord")
    return int(word)
