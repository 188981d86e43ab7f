"""The world behind the server: people, chats, messages, files, queries.

Plain state with numbers that only grow. Knows what exists; not who may see it as JSON (`objects`), what a
method does to it (`posting`, `lookup`), nor what people do (`people`).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import count
from typing import Any, Literal, NamedTuple

from tests.fakes.telegram.verdict import Json

ChatKind = Literal["private", "group", "supergroup", "channel"]
SUPERGROUP_OFFSET = 1_000_000_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """Who a user or bot is to others."""

    id: int
    first_name: str
    username: str | None = None
    is_bot: bool = False
    language_code: str | None = None


ANONYMOUS_ADMIN = Profile(id=1087968824, first_name="Group", username="GroupAnonymousBot", is_bot=True)
CHANNEL_VOICE = Profile(id=136817688, first_name="Channel", username="Channel_Bot", is_bot=True)


class Role(StrEnum):
    """A member's status in a chat; a blocked bot is a kicked one."""

    CREATOR = "creator"
    ADMINISTRATOR = "administrator"
    MEMBER = "member"
    RESTRICTED = "restricted"
    LEFT = "left"
    KICKED = "kicked"

    @property
    def is_admin(self) -> bool:
        """Tell whether the member may act for the chat."""
        return self in {Role.CREATOR, Role.ADMINISTRATOR}

    @property
    def is_inside(self) -> bool:
        """Tell whether the member is in the chat."""
        return self not in {Role.LEFT, Role.KICKED}


class Button(NamedTuple):
    """An inline button: its label, and its callback data, URL or name of another action."""

    text: str
    target: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Media:
    """A file in a message. `kind` is the Bot API's field name, such as photo or document."""

    kind: str
    file_id: str
    content: bytes
    name: str
    width: int = 0
    height: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class SentMessage:
    """A message as people see it at one moment; an edit makes a new one under the same id.

    `sender` is who wrote it, also where a chat (`sender_chat`) stands in for the author.
    """

    message_id: int
    chat_id: int
    date: int
    sender: Profile | None = None
    sender_chat: int | None = None
    thread_id: int | None = None
    text: str = ""
    caption: str = ""
    entities: tuple[Json, ...] = ()
    raw: str = ""
    parse_mode: str | None = None
    media: Media | None = None
    markup: Json | None = None
    reply_to: int | None = None
    forward_origin: Json | None = None
    album: str | None = None
    reactions: tuple[str, ...] = ()
    service: Mapping[str, Any] = field(default_factory=dict)
    edits: int = 0
    edit_date: int | None = None

    @property
    def visible(self) -> str:
        """The words a person reads, wherever they stand."""
        return self.text or self.caption

    @property
    def photo(self) -> bytes | None:
        """The bytes of the photo, if the message shows one."""
        return self.media.content if self.media and self.media.kind == "photo" else None

    @property
    def document(self) -> bytes | None:
        """The bytes of the document, if the message carries one."""
        return self.media.content if self.media and self.media.kind == "document" else None

    @property
    def buttons(self) -> list[list[Button]]:
        """The rows of inline buttons."""
        rows: list[list[Json]] = (self.markup or {}).get("inline_keyboard", [])
        return [[Button(b["text"], _target(b)) for b in row] for row in rows]


def _target(button: Json) -> str:
    return str(button.get("callback_data") or button.get("url") or next(iter(button.keys() - {"text"}), ""))


@dataclass(slots=True, kw_only=True)
class Chat:
    """A chat with its members and messages."""

    id: int
    kind: ChatKind
    title: str
    username: str | None = None
    forum: bool = False
    members: dict[int, Role] = field(default_factory=dict)
    topics: dict[int, str] = field(default_factory=dict)
    by_id: dict[int, SentMessage] = field(default_factory=dict)
    deleted: set[int] = field(default_factory=set)
    actions: list[str] = field(default_factory=list)
    migrated_to: int | None = None
    last_message_id: int = 0

    @property
    def messages(self) -> list[SentMessage]:
        """The messages to be seen now, oldest first."""
        return list(self.by_id.values())

    def message(self, message_id: int) -> SentMessage:
        """Return a message as it stands now."""
        return self.by_id[message_id]

    def role(self, user_id: int) -> Role:
        """Return a user's status; strangers have left."""
        return self.members.get(user_id, Role.LEFT)


@dataclass(slots=True)
class Query:
    """A callback query: a press on a button, waiting for its answer; `inline_id` if the message is inline."""

    id: str
    sender: Profile
    data: str
    message: SentMessage
    update_id: int | None = None
    answer: Json | None = None
    inline_id: str | None = None


@dataclass(slots=True)
class InlineQuery:
    """An inline query and the results answered to it."""

    id: str
    text: str
    results: list[Json] | None = None


class World:
    """Everything there is. `now` is seconds on its clock, `epoch` the Unix time of its beginning."""

    def __init__(self, bot: Profile, now: Callable[[], float], epoch: int, *, privacy: bool) -> None:
        self.bot = bot
        self.privacy = privacy  # the bot hears only what is meant for it in groups
        self.now = now
        self._epoch = epoch
        self._began = now()
        self.people: dict[int, Profile] = {bot.id: bot}
        self.chats: dict[int, Chat] = {}
        self.files: dict[str, Media] = {}
        self.queries: dict[str, Query] = {}
        self.inline: dict[str, InlineQuery] = {}
        self.inline_messages: dict[str, SentMessage] = {}  # posted out of the bot's sight
        self.commands: dict[str, list[Json]] = {}
        self._numbers = count(1)

    @property
    def date(self) -> int:
        """Unix time now."""
        return self._epoch + int(self.now() - self._began)

    def number(self) -> int:
        """Return the next number for a file or query."""
        return next(self._numbers)

    def next_message_id(self, chat: Chat) -> int:
        """Return the next message id of a chat."""
        chat.last_message_id += 1
        return chat.last_message_id

    def show(self, message: SentMessage) -> SentMessage:
        """Put a message, new or changed, into its chat."""
        self.chats[message.chat_id].by_id[message.message_id] = message
        return message

    def remove(self, chat: Chat, message_id: int) -> None:
        """Delete a message."""
        del chat.by_id[message_id]
        chat.deleted.add(message_id)

    def announce(self, chat: Chat, sender: Profile | None, **service: Any) -> SentMessage:
        """Put a service message into a chat."""
        message_id = self.next_message_id(chat)
        return self.show(
            SentMessage(
                message_id=message_id, chat_id=chat.id, date=self.date, sender=sender, service=service
            )
        )

    def open_topic(self, chat: Chat, name: str) -> int:
        """Open a topic in a forum; its id is that of the message announcing it."""
        topic = {"name": name, "icon_color": 7322096}
        opened = self.announce(chat, self.bot, forum_topic_created=topic)
        chat.topics[opened.message_id] = name
        return opened.message_id

    def keep(self, media: Media) -> Media:
        """Store a file under its id."""
        self.files[media.file_id] = media
        return media

    def find_chat(self, reference: int | str) -> Chat | None:
        """Return a chat by id or public @username."""
        if isinstance(reference, int):
            return self.chats.get(reference)
        name = reference.removeprefix("@").lower()
        public = (chat for chat in self.chats.values() if chat.kind in {"supergroup", "channel"})
        return next((chat for chat in public if (chat.username or "").lower() == name), None)
