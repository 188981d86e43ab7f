"""One message of ours that shows the frames of an answer: sent once, then edited in place.

Knows how a text gains a picture and what to try when Telegram refuses a form. Knows no request and no pace.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import TypeAlias

import structlog
from aiogram.methods import (
    EditMessageCaption,
    EditMessageMedia,
    EditMessageText,
    SendDocument,
    SendMessage,
    SendPhoto,
)
from aiogram.types import (
    BufferedInputFile,
    InlineKeyboardMarkup,
    InputMediaPhoto,
    LinkPreviewOptions,
    Message,
    ReplyParameters,
)
from cachetools import LRUCache

from bot.frontend import TELEGRAM, Limits
from bot.telegram import render
from bot.telegram.keyboard import Keyboards
from bot.telegram.render import Card
from bot.telegram.sender import Closed, FileLost, MessageLost, Sender, TooLong, Unchanged
from data.errors import ChatMoved, Rejected
from handlers.reply import Attachment, Button, Image, Reply

log = structlog.get_logger("telegram")

NO_PREVIEW = LinkPreviewOptions(is_disabled=True)
_FORMS = 5  # how often one frame is tried in plainer forms
_PICTURES = 2_000
_File: TypeAlias = str | BufferedInputFile


class Pictures(LRUCache[str, str]):
    """File ids of pictures that Telegram has, by the key of their content."""

    def __init__(self) -> None:
        super().__init__(_PICTURES)


@dataclass(frozen=True, slots=True)
class Target:
    """Where a new message goes; a `silent` one makes no sound."""

    chat_id: int
    topic: int | None = None
    reply_to: int | None = None
    silent: bool = False


@dataclass(frozen=True, slots=True)
class Shown:
    """The message as it stands: in a chat, or sent through inline mode, where we know no chat."""

    chat_id: int | None = None
    message_id: int | None = None
    inline_id: str | None = None
    media: bool = False
    picture: str = ""  # key of the picture in it, where we put it there


@dataclass(frozen=True, slots=True)
class _Form:
    """A frame, and how plainly it is put."""

    reply: Reply
    limits: Limits = TELEGRAM
    styled: bool = True

    def plainer(self, error: Rejected) -> _Form | None:
        """Choose the form to try after a refusal; None where no other could help."""
        if isinstance(error, TooLong):
            total, caption = self.limits.total // 2, self.limits.caption // 2
            return replace(self, limits=replace(self.limits, total=total, caption=caption))
        if error.markup and self.styled:
            return replace(self, styled=False)
        if self.reply.image is not None:
            return replace(self, reply=self.reply.with_(image=None))
        return None


Drawn: TypeAlias = tuple[Card, InlineKeyboardMarkup | None]
Draw: TypeAlias = Callable[[Reply, Limits, bool], Awaitable[Drawn]]


def drawing(keyboards: Keyboards) -> Draw:
    """Make what lays a reply out within limits, with or without styles."""

    async def draw(reply: Reply, limits: Limits, styled: bool) -> Drawn:
        card = render.card(reply, limits, styled=styled)
        return card, await keyboards.of(card.rows if styled else _pressable(card.rows))

    return draw


class Screen:
    """Shows frames at a target, or in a message that is there already; `shown` is how that stands."""

    def __init__(
        self,
        sender: Sender,
        draw: Draw,
        pictures: Pictures,
        *,
        target: Target | None = None,
        shown: Shown | None = None,
    ) -> None:
        self._sender = sender
        self._draw = draw
        self._pictures = pictures
        self._target = target
        self._shown = shown

    @property
    def shown(self) -> Shown | None:
        return self._shown

    async def show(self, reply: Reply) -> None:
        """Put a frame in place of the one before.

        Raises:
            DeliveryError: it is not to be shown; `Throttled` where it is, or a newer one, after a while.
        """
        try:
            await self.put(reply)
        except ChatMoved as moved:
            self._move(int(moved.new_id))
            await self.put(reply)

    async def attach(self, attachment: Attachment) -> None:
        """Send a file below.

        Raises:
            DeliveryError: it cannot be sent.
        """
        if self._target is None:
            raise Rejected("a message of inline mode takes no file")
        try:
            await self._sender.patiently(_document(self._target, attachment))
        except ChatMoved as moved:
            self._move(int(moved.new_id))
            await self._sender.patiently(_document(self._target, attachment))

    def _move(self, chat_id: int) -> None:
        """Go on in the chat's new home, where no message of the old one is."""
        if self._target is not None:
            self._target = replace(self._target, chat_id=chat_id, reply_to=None)
        self._shown = None

    async def put(self, reply: Reply) -> None:
        """Show a frame without following a chat that moved.

        Raises:
            DeliveryError: as `show` does, and `ChatMoved`.
        """
        form = _Form(reply)
        for _ in range(_FORMS):
            try:
                return await self._put(form)
            except Unchanged:
                return None
            except MessageLost:
                if self._shown is None or self._target is None:
                    raise
                self._shown = None
            except FileLost:
                if form.reply.image is None:
                    raise
                self._pictures.pop(form.reply.image.key, None)  # it is uploaded anew
            except Rejected as error:
                plainer = form.plainer(error)
                if plainer is None or isinstance(error, Closed):
                    raise
                log.warning("frame_refused", reason=str(error))
                form = plainer
        raise Rejected("no form of this frame is taken")

    async def _put(self, form: _Form) -> None:
        reply, shown = form.reply, self._shown
        image = reply.image
        if image is not None and shown is not None and shown.inline_id and image.key not in self._pictures:
            image, reply = None, reply.with_(image=None)  # inline messages take no uploads
        limits = form.limits
        if image is None and shown is not None and shown.media:
            limits = replace(limits, total=limits.caption)
        card, keyboard = await self._draw(reply, limits, form.styled)
        picture = None if image is None or (shown and shown.picture == image.key) else self._file(image)
        if shown is not None:
            edit = _edit(shown, card, picture, keyboard)
            message = await self._sender.call(edit) if edit is not None else True
        elif self._target is not None:
            send = _send(self._target, card, picture, keyboard)
            if send is None:
                return
            message = await self._sender.call(send)
            shown = Shown(message.chat.id, message.message_id)
        else:
            raise MessageLost("there is nowhere to send a new message to")
        self._shown = shown if image is None else replace(shown, media=True, picture=image.key)
        if image is not None and isinstance(message, Message) and message.photo:
            self._pictures[image.key] = message.photo[-1].file_id

    def _file(self, image: Image) -> _File:
        known = self._pictures.get(image.key)
        return known if known is not None else BufferedInputFile(image.png, image.name)


def _send(
    target: Target, card: Card, picture: _File | None, keyboard: InlineKeyboardMarkup | None
) -> SendPhoto | SendMessage | None:
    """Make the call that sends a card; None where it shows nothing."""
    words, entities = card.text, list(card.entities)
    reply_to = None
    if target.reply_to is not None:
        reply_to = ReplyParameters(message_id=target.reply_to, allow_sending_without_reply=True)
    if picture is not None:
        return SendPhoto(
            chat_id=target.chat_id, message_thread_id=target.topic, reply_parameters=reply_to, photo=picture,
            caption=words, caption_entities=entities, reply_markup=keyboard,
            disable_notification=target.silent or None,
        )  # fmt: skip
    if not words:
        return None
    return SendMessage(
        chat_id=target.chat_id, message_thread_id=target.topic, reply_parameters=reply_to, text=words,
        entities=entities, link_preview_options=NO_PREVIEW, reply_markup=keyboard,
        disable_notification=target.silent or None,
    )  # fmt: skip


def _edit(
    shown: Shown, card: Card, picture: _File | None, keyboard: InlineKeyboardMarkup | None
) -> EditMessageMedia | EditMessageCaption | EditMessageText | None:
    """Make the call that puts a card into a message; None where it shows nothing."""
    chat, message, inline = shown.chat_id, shown.message_id, shown.inline_id
    words, entities = card.text, list(card.entities)
    if picture is not None:
        media = InputMediaPhoto(media=picture, caption=words, caption_entities=entities)
        return EditMessageMedia(
            chat_id=chat, message_id=message, inline_message_id=inline, media=media, reply_markup=keyboard
        )
    if shown.media:
        return EditMessageCaption(
            chat_id=chat, message_id=message, inline_message_id=inline, caption=words,
            caption_entities=entities, reply_markup=keyboard,
        )  # fmt: skip
    if not words:
        return None
    return EditMessageText(
        chat_id=chat, message_id=message, inline_message_id=inline, text=words, entities=entities,
        link_preview_options=NO_PREVIEW, reply_markup=keyboard,
    )  # fmt: skip


def _document(target: Target, attachment: Attachment) -> SendDocument:
    return SendDocument(
        chat_id=target.chat_id,
        message_thread_id=target.topic,
        document=BufferedInputFile(attachment.content, attachment.name),
    )


def _pressable(rows: tuple[tuple[Button, ...], ...]) -> tuple[tuple[Button, ...], ...]:
    """Keep the buttons that open nothing."""
    return tuple(kept for row in rows if (kept := tuple(button for button in row if not button.url)))
