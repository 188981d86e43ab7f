"""Where the frames of an answer are shown: one message of ours, made by the first and edited by the others.

A reply for the asker's eyes, or an error, never replaces a card that others read: it comes beside it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from dataclasses import dataclass
from io import BytesIO
from typing import Any, Final, Protocol, TypeAlias

import aiohttp
import discord
import structlog

from bot.discord import render
from bot.discord.buttons import Buttons
from bot.discord.failures import translated
from bot.discord.render import Card
from data.errors import ChatGone, DeliveryError, Rejected
from handlers.reply import Attachment, Reply

log = structlog.get_logger("discord")

_ANSWERED_ALREADY: Final = 40060
NO_PICTURE = ""
UNKNOWN_PICTURE = None


class Screen(Protocol):
    """Shows the frames of one answer."""

    async def show(self, reply: Reply) -> None:
        """Put a frame in place of the one before.

        Raises:
            DeliveryError: it is not shown.
        """
        ...

    async def hold(self) -> None:
        """Tell the asker that the first frame takes a while."""
        ...

    async def attach(self, attachment: Attachment) -> None:
        """Send a file.

        Raises:
            DeliveryError: it is not sent.
        """
        ...


@dataclass(frozen=True, slots=True)
class Form:
    """A frame as the library takes it."""

    reply: Reply
    card: Card
    view: discord.ui.View | None

    @property
    def personal(self) -> bool:
        """Whether it is for the asker alone."""
        return self.reply.private or bool(self.reply.error)

    @property
    def picture(self) -> str:
        """The key of its picture."""
        return self.card.image.key if self.card.image is not None else NO_PICTURE

    def created(self) -> dict[str, Any]:
        """Give the arguments that make a message."""
        parts = {
            "content": self.card.content,
            "embed": self.card.embed,
            "view": self.view,
            "file": self._file(),
        }
        return {name: part for name, part in parts.items() if part is not None}

    def edited(self, shown: str | None) -> dict[str, Any]:
        """Give the arguments that turn a message, with the picture it shows now, into this one."""
        embeds = [] if self.card.embed is None else [self.card.embed]
        parts: dict[str, Any] = {"content": self.card.content, "embeds": embeds, "view": self.view}
        if self.picture != shown:
            file = self._file()
            parts["attachments"] = [] if file is None else [file]
        return parts

    def _file(self) -> discord.File | None:
        image = self.card.image
        if image is None:
            return None
        return discord.File(
            BytesIO(image.png), render.file_name(image), description=image.alt[: render.ALT_LIMIT]
        )


Put: TypeAlias = Callable[[Form], Awaitable[None]]


class Easel:
    """Draws replies; `commands` says how a command is written so that it can be tapped."""

    def __init__(self, buttons: Buttons, commands: Mapping[str, str]) -> None:
        self._buttons = buttons
        self._commands = commands

    async def draw(self, reply: Reply, put: Put) -> None:
        """Put a reply somewhere, as words alone where Discord refuses its embed.

        Raises:
            DeliveryError: neither is taken.
        """
        await place(await self.form(reply), put)

    async def form(self, reply: Reply) -> Form:
        """Lay a reply out."""
        card = render.card(reply, self._commands)
        return Form(reply, card, await self._buttons.view(card.rows))


async def place(form: Form, put: Put) -> None:
    """Put a form somewhere, as words alone where Discord refuses its embed.

    Raises:
        DeliveryError: neither is taken.
    """
    try:
        await _placed(form, put)
    except Rejected as error:
        if not error.markup:
            raise
        log.warning("frame_refused", reason=str(error))
        await _placed(Form(form.reply, render.plain(form.reply), None), put)


async def _placed(form: Form, put: Put) -> None:
    with translated():
        try:
            await put(form)
        except aiohttp.ClientConnectorError:
            await put(form)
        except (aiohttp.ClientConnectionError, OSError) as first:  # an idle line may have died
            try:
                await put(form)
            except aiohttp.ClientConnectorError:
                raise first from None  # which may have arrived


class InteractionScreen:
    """The answer to a command, or the message whose button was pressed.

    `hidden` says whether only the asker sees it.
    """

    def __init__(self, easel: Easel, asked: discord.Interaction, *, hidden: bool) -> None:
        self._easel = easel
        self._asked = asked
        self._hidden = hidden
        self._pressed = asked.type is discord.InteractionType.component
        self._filled = self._pressed  # whether it shows a card, which an error must not replace
        self._picture = UNKNOWN_PICTURE if self._pressed else NO_PICTURE
        self._answered = False
        self._deleted = False
        self._beside: discord.WebhookMessage | None = None
        self._lock = asyncio.Lock()

    async def show(self, reply: Reply) -> None:
        async with self._lock:
            await self._easel.draw(reply, self._place(reply))

    async def hold(self) -> None:
        async with self._lock:
            if self._answered:
                return
            try:
                with translated():
                    await self._answer(self._asked.response.defer(ephemeral=self._hidden))
            except DeliveryError as error:  # the first frame tries the same way and reports
                log.debug("not_deferred", reason=str(error))

    async def attach(self, attachment: Attachment) -> None:
        with translated():
            await self._asked.followup.send(file=_file(attachment), ephemeral=self._hidden)

    def _place(self, reply: Reply) -> Put:
        fits = self._fits(reply)
        if self._answered:
            return self._edit if fits else self._put_beside
        return self._update if self._pressed and fits else self._respond

    def _fits(self, reply: Reply) -> bool:
        """Tell whether a reply may stand in the message that is there."""
        if self._deleted:
            return False
        if reply.error:
            return self._hidden and not self._filled
        return self._hidden or not reply.private

    async def _respond(self, form: Form) -> None:
        await self._answer(self._asked.response.send_message(**form.created(), ephemeral=form.personal))
        self._hidden, self._pressed = form.personal, False
        self._note(form)

    async def _update(self, form: Form) -> None:
        await self._answer(self._asked.response.edit_message(**form.edited(self._picture)))
        self._note(form)

    async def _answer(self, call: Awaitable[object]) -> None:
        """Give the first sign of an answer; one that had arrived before its line broke counts."""
        try:
            await call
        except discord.HTTPException as error:
            if error.code != _ANSWERED_ALREADY:
                raise
        self._answered = True

    async def _edit(self, form: Form) -> None:
        await self._asked.edit_original_response(**form.edited(self._picture))
        self._note(form)

    async def _put_beside(self, form: Form) -> None:
        if not self._filled and not self._deleted:
            await self._asked.delete_original_response()
            self._deleted = True
        if self._beside is None:
            self._beside = await self._asked.followup.send(**form.created(), ephemeral=True, wait=True)
        else:
            await self._beside.edit(**form.edited(UNKNOWN_PICTURE))

    def _note(self, form: Form) -> None:
        self._picture, self._filled = form.picture, not form.reply.error


class MessageScreen:
    """A reply to a message; a channel that is closed to us is noted in `closed`.

    In a server all read along: what is for one person alone is not said there, nor an error that offers
    nothing to press.
    """

    def __init__(self, easel: Easel, asked: discord.Message, closed: MutableMapping[int, None]) -> None:
        self._easel = easel
        self._asked = asked
        self._closed = closed
        self._message: discord.Message | None = None
        self._picture = NO_PICTURE

    async def show(self, reply: Reply) -> None:
        if self._asked.guild is not None and (reply.private or (reply.error and not reply.rows)):
            return
        try:
            await self._easel.draw(reply, self._put)
        except ChatGone:
            self._closed[self._asked.channel.id] = None
            raise

    async def hold(self) -> None:
        """A message waits for nothing."""

    async def attach(self, attachment: Attachment) -> None:
        if self._asked.guild is None:
            with translated():
                await self._asked.channel.send(file=_file(attachment))

    async def _put(self, form: Form) -> None:
        if self._message is None:
            reference = self._asked.to_reference(fail_if_not_exists=False)
            # By its nonce Discord knows a message that it has: sent twice, it is there once.
            self._message = await self._asked.channel.send(
                **form.created(), reference=reference, nonce=self._asked.id
            )
        else:
            await self._message.edit(**form.edited(self._picture))
        self._picture = form.picture


def _file(attachment: Attachment) -> discord.File:
    return discord.File(BytesIO(attachment.content), attachment.name)
