"""What an update says, in the platform's own words: who spoke, where, and what they asked for. Pure.

A message speaks for nobody where no person stands behind it: bots, results of inline bots, and posts that
Telegram copies into a discussion group. Who speaks as a chat (an anonymous admin, a channel) is that chat,
without any rights of a person.
"""

from __future__ import annotations

from dataclasses import dataclass

from aiogram import types

from data.models.chat import Chat, ChatKind, Identity
from data.models.ids import Platform
from data.models.text import one_line
from handlers import sniff
from handlers.reply import Invoke

_NAME_LIMIT = 64
_UNSEEN = "inline:"
_KINDS = {"private": ChatKind.PRIVATE, "channel": ChatKind.CHANNEL}


@dataclass(frozen=True, slots=True)
class Speaker:
    """Who said it; `user_id` is None for a chat that speaks."""

    identity: Identity
    name: str
    user_id: int | None = None
    locale: str = "en"


@dataclass(frozen=True, slots=True)
class Command:
    """`/name words…`, perhaps `/name@bot`."""

    name: str
    words: tuple[str, ...]
    addressee: str


def speaker(message: types.Message) -> Speaker | None:
    """Tell who said a message; None where nobody did."""
    if message.is_automatic_forward or message.via_bot is not None:
        return None
    if message.sender_chat is not None:
        chat = message.sender_chat
        return Speaker(Identity(Platform.TELEGRAM, str(chat.id)), _named(chat.title))
    if message.from_user is None or message.from_user.is_bot:
        return None
    return person(message.from_user)


def person(user: types.User) -> Speaker:
    """Tell who someone is."""
    identity = Identity(Platform.TELEGRAM, str(user.id))
    return Speaker(identity, _named(user.full_name), user.id, _locale(user.language_code))


def place(message: types.Message | types.InaccessibleMessage) -> Chat:
    """Tell where a message stands."""
    chat_id = str(message.chat.id)
    thread = topic(message)
    return Chat(
        platform=Platform.TELEGRAM, id=chat_id, channel=chat_id,
        kind=_KINDS.get(message.chat.type, ChatKind.GROUP),
        topic=None if thread is None else str(thread), title=_named(message.chat.title),
    )  # fmt: skip


def topic(message: types.Message | types.InaccessibleMessage) -> int | None:
    """Tell the forum topic; replies make threads as well, which are none."""
    if isinstance(message, types.InaccessibleMessage) or not message.is_topic_message:
        return None
    return message.message_thread_id


def unseen(instance: str) -> Chat:
    """Stand for a chat that we are not told of, as with inline mode: others read along."""
    name = f"{_UNSEEN}{_named(instance)}"
    return Chat(platform=Platform.TELEGRAM, id=name, channel=name, kind=ChatKind.GROUP)


def number(chat: Chat) -> int | None:
    """Tell the id under which Telegram knows a chat; None for one unseen."""
    return None if chat.id.startswith(_UNSEEN) else int(chat.id)


def command(message: types.Message) -> Command | None:
    """Read a command; a forwarded one was said by somebody else to somebody else."""
    if message.forward_origin is not None or not message.text:
        return None
    said = sniff.command(message.text)
    if said is None:
        return None
    name, words = said
    return Command(name, tuple(words), message.text.split()[0].partition("@")[2].lower())


def pasted(message: types.Message) -> Invoke | None:
    """Read a token that was pasted, also below a picture."""
    return sniff.paste(message.text or message.caption or "")


def _named(name: str | None) -> str:
    return one_line(name or "", _NAME_LIMIT)


def _locale(code: str | None) -> str:
    return code if code is not None and code.isascii() and 2 <= len(code) <= 16 else "en"
