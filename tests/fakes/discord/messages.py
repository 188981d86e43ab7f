"""Knows a message over all its edits, as people see it and as the API words it.

Refuses to know who may post.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from .ledger import EMPTY_MESSAGE, ApiError, Json, Rule, Upload
from .rules import BUTTON, COMPONENTS_V2, EPHEMERAL, walk

if TYPE_CHECKING:
    from .objects import Channel, User

DEFAULT, REPLY, CHAT_INPUT_COMMAND, CONTEXT_MENU_COMMAND = 0, 19, 20, 23
LOADING = 1 << 7


@dataclass(frozen=True, kw_only=True, slots=True)
class Attachment:
    """A file in a message; `url` is served by the fake itself."""

    id: int
    name: str
    data: bytes
    url: str

    def wire(self) -> Json:
        """Return the attachment object of the API."""
        return {
            "id": str(self.id),
            "filename": self.name,
            "size": len(self.data),
            "url": self.url,
            "proxy_url": self.url,
        }


@dataclass(frozen=True, kw_only=True, slots=True)
class Button:
    """A button as a person sees it."""

    label: str
    custom_id: str | None
    url: str | None
    disabled: bool
    style: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Version:
    """What a message said between two edits; `at` is ISO 8601."""

    at: str
    content: str = ""
    embeds: tuple[Json, ...] = ()
    components: tuple[Json, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    flags: int = 0

    def dangling(self) -> list[str]:
        """Name the `attachment://` files that embeds and components ask for and the message lacks."""
        names = {each.name for each in self.attachments}
        wanted = [embed.get(part, {}).get("url") for embed in self.embeds for part in ("image", "thumbnail")]
        wanted += [
            embed.get(part, {}).get("icon_url") for embed in self.embeds for part in ("author", "footer")
        ]
        parts = [urlsplit(url) for url in wanted if url]
        return [each.netloc for each in parts if each.scheme == "attachment" and each.netloc not in names]

    def wire_embeds(self) -> list[Json]:
        """Return the embeds with each `attachment://` replaced by the file's address."""
        files = {f"attachment://{each.name}": each.url for each in self.attachments}
        return [_resolved({"type": "rich", **embed}, files) for embed in self.embeds]


@dataclass(frozen=True, kw_only=True, slots=True)
class SeenMessage:
    """A message as a person sees it now; `edits` are its earlier states, oldest first."""

    id: int
    channel_id: int
    author_id: int
    content: str
    embeds: tuple[Json, ...]
    components: tuple[Button, ...]
    attachments: tuple[tuple[str, bytes], ...]
    ephemeral_to: int | None
    reply_to: int | None
    edits: tuple["SeenMessage", ...] = ()

    def button(self, label: str) -> Button:
        """Return the button with this label or custom id."""
        for each in self.components:
            if label in (each.label, each.custom_id):
                return each
        raise LookupError(f"no button {label!r} among {[each.label for each in self.components]}")


@dataclass(eq=False, kw_only=True, slots=True)
class Message:
    """A stored message with its versions, oldest first."""

    id: int
    channel: "Channel"
    author: "User"
    versions: list[Version]
    kind: int = DEFAULT
    reply_to: int | None = None
    ephemeral_to: int | None = None
    nonce: str | int | None = None
    webhook_id: int | None = None
    mentions: tuple["User", ...] = ()
    interaction: Json | None = None
    reactions: list[tuple[int, str]] = field(default_factory=list)

    @property
    def now(self) -> Version:
        return self.versions[-1]

    @property
    def loading(self) -> bool:
        """Whether people see "is thinking…"."""
        return bool(self.now.flags & LOADING)

    def seen(self) -> SeenMessage:
        """Return what a person sees, earlier states included."""
        states = tuple(self._seen(version, ()) for version in self.versions[:-1])
        return self._seen(self.now, states)

    def _seen(self, version: Version, edits: tuple[SeenMessage, ...]) -> SeenMessage:
        buttons = (each for each in walk({"components": list(version.components)}) if each["type"] == BUTTON)
        return SeenMessage(
            id=self.id,
            channel_id=self.channel.id,
            author_id=self.author.id,
            content=version.content,
            embeds=version.embeds,
            components=tuple(map(_button, buttons)),
            attachments=tuple((each.name, each.data) for each in version.attachments),
            ephemeral_to=self.ephemeral_to,
            reply_to=self.reply_to,
            edits=edits,
        )

    def wire(self) -> Json:
        """Return the message object of the API."""
        version = self.now
        wire: Json = {
            "id": str(self.id),
            "channel_id": str(self.channel.id),
            "author": self.author.wire(),
            "type": self.kind,
            "content": version.content,
            "embeds": version.wire_embeds(),
            "components": list(version.components),
            "attachments": [each.wire() for each in version.attachments],
            "flags": version.flags | (EPHEMERAL if self.ephemeral_to else 0),
            "timestamp": self.versions[0].at,
            "edited_timestamp": version.at if len(self.versions) > 1 else None,
            "mentions": [user.wire() for user in self.mentions],
            "mention_roles": [],
            "mention_everyone": False,
            "pinned": False,
            "tts": False,
        }
        if self.nonce is not None:
            wire["nonce"] = self.nonce
        if self.reply_to is not None:
            wire["message_reference"] = {
                "type": 0,
                "message_id": str(self.reply_to),
                "channel_id": str(self.channel.id),
            }
        if self.webhook_id is not None:
            wire["webhook_id"] = str(self.webhook_id)
        if self.interaction is not None:
            wire |= {"interaction_metadata": self.interaction, "application_id": str(self.author.id)}
        return wire


def compose(
    body: Json,
    files: dict[int, Upload],
    *,
    at: str,
    store: Callable[[Upload], Attachment],
    before: Version | None = None,
) -> Version:
    """Apply the body of a create or an edit; what it leaves out stays as `before`.

    Raises:
        ApiError: nothing would be left to see.
    """
    before = before or Version(at=at)
    kept = before.attachments
    if body.get("attachments") is not None:
        ids = {int(each["id"]) for each in body["attachments"]}
        kept = tuple(each for each in kept if each.id in ids)
    names = {int(each["id"]): each.get("filename") for each in body.get("attachments") or ()}
    added = [upload._replace(name=names.get(index) or upload.name) for index, upload in files.items()]
    version = Version(
        at=at,
        content=(body["content"] or "").strip() if "content" in body else before.content,
        embeds=tuple(body["embeds"] or ()) if "embeds" in body else before.embeds,
        components=_numbered(body["components"] or []) if "components" in body else before.components,
        attachments=kept + tuple(map(store, added)),
        flags=body["flags"] & ~EPHEMERAL if body.get("flags") is not None else before.flags & ~LOADING,
    )
    shown = version.components if version.flags & COMPONENTS_V2 else ()
    if not (version.content or version.embeds or version.attachments or shown or _has_other_matter(body)):
        raise ApiError(EMPTY_MESSAGE, Rule.EMPTY_MESSAGE)
    return version


def without_content(message: Json, bot_id: int) -> Json:
    """Blank what a guild message hides from a bot that lacks the message-content intent.

    Its own messages and those that mention it stay readable.
    """
    if str(bot_id) in (message["author"]["id"], *(user["id"] for user in message["mentions"])):
        return message
    blank = {**message, "content": "", "embeds": [], "components": [], "attachments": []}
    if message.get("referenced_message"):
        blank["referenced_message"] = without_content(message["referenced_message"], bot_id)
    return blank


def _has_other_matter(body: Json) -> bool:
    return bool(body.get("poll") or body.get("sticker_ids"))


def _button(component: Json) -> Button:
    emoji = (component.get("emoji") or {}).get("name") or ""
    return Button(
        label=component.get("label") or emoji,
        custom_id=component.get("custom_id"),
        url=component.get("url"),
        disabled=bool(component.get("disabled")),
        style=component["style"],
    )


def _numbered(components: list[Json]) -> tuple[Json, ...]:
    """Give every component its id, as the API does when a request leaves it out."""
    for number, component in enumerate(walk({"components": components}), start=1):
        component.setdefault("id", number)
    return tuple(components)


def _resolved(value: Json, files: dict[str, str]) -> Json:
    return {
        key: _resolved(inner, files)
        if isinstance(inner, dict)
        else files.get(inner, inner)
        if key in _URLS
        else inner
        for key, inner in value.items()
    }


_URLS = frozenset({"url", "icon_url"})
