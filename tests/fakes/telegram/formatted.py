"""Formatted text: visible characters and the message entities over them, counted in UTF-16 units.

Knows entities and how nested ones combine. Knows no grammar (`markup_html`, `markup_v2`), no length limits.

Source: https://core.telegram.org/bots/api#messageentity
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field

from tests.fakes.telegram.verdict import Json

ENTITY_TYPES = frozenset(
    {"mention", "hashtag", "cashtag", "bot_command", "url", "email", "phone_number", "bold", "italic"}
    | {"underline", "strikethrough", "spoiler", "blockquote", "expandable_blockquote", "code", "pre"}
    | {"text_link", "text_mention", "custom_emoji", "date_time"}
)
OPAQUE_TYPES = frozenset({"code", "pre"})  # hold no other entity

_LINK = re.compile(r"(?:https?|tg|ton)://[^\s]+|[\w-]+(?:\.[\w-]+)+(?:[:/?#][^\s]*)?", re.IGNORECASE)

_CLEANED = dict.fromkeys(set(range(0x20)) - {0x0A}, " ") | dict.fromkeys(
    (0x0D, *range(0x2028, 0x202F), 0x0333, 0x033F, 0x030A), ""
)
_BLANK = frozenset("\u115f\u1160\u3164")  # letters without ink


class MarkupError(ValueError):
    """Telegram cannot parse the entities of a text."""


def utf16_length(text: str) -> int:
    """Return the length in UTF-16 code units, the unit of every limit and offset of the Bot API."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def clean(text: str) -> str:
    """Return a text without what the server takes out: control, line and direction characters.

    Source: https://github.com/tdlib/td, `clean_input_string` in td/telegram/misc.cpp.
    """
    return text.translate(_CLEANED)


def is_blank(text: str) -> bool:
    """Tell whether a person would see nothing."""
    return all(c.isspace() or c in _BLANK or unicodedata.category(c) == "Cf" for c in text)


def byte_offset(text: str, index: int) -> int:
    """Return the UTF-8 byte offset of a character index, as Telegram's error texts count."""
    return len(text[:index].encode("utf-8", "surrogatepass"))


def cut(text: str, start: int, end: int) -> str:
    """Return the piece of a text between two UTF-16 offsets."""
    units = text.encode("utf-16-le", "surrogatepass")
    return units[2 * start : 2 * end].decode("utf-16-le", "surrogatepass")


@dataclass(frozen=True, slots=True)
class Formatted:
    """A text as a person sees it, with entities in the Bot API's form, outermost first."""

    text: str
    entities: tuple[Json, ...] = ()


def link(url: str) -> Json:
    """Return a text_link entity, or one without a type (it vanishes) when Telegram would not open the URL."""
    return {"type": "text_link", "url": url} if _LINK.fullmatch(url) else {"type": None}


def custom_emoji(identifier: str) -> Json:
    """Return a custom_emoji entity.

    Raises: MarkupError unless the identifier is a positive 64-bit number.
    """
    if not identifier.isdecimal() or not 0 < int(identifier) < 2**63:
        raise MarkupError("Invalid custom emoji identifier specified")
    return {"type": "custom_emoji", "custom_emoji_id": identifier}


def date_time(unix_time: str, form: str) -> Json:
    """Return a date_time entity; without a valid time it vanishes."""
    if not unix_time.isdecimal():
        return {"type": None}
    return {"type": "date_time", "unix_time": int(unix_time), "date_time_format": form}


@dataclass(slots=True)
class Open:
    """An entity that has begun: the mark that opened it, and the byte offset of the mark in the source."""

    mark: str
    entity: Json
    at: int
    order: int


@dataclass(slots=True)
class Builder:
    """Collects visible text and a stack of open entities while a grammar reads its source."""

    stack: list[Open] = field(default_factory=list)
    _text: str = ""
    _length: int = 0
    _closed: list[tuple[int, Json]] = field(default_factory=list)
    _opened: int = 0

    @property
    def top(self) -> Open | None:
        """The entity opened last and still open."""
        return self.stack[-1] if self.stack else None

    @property
    def at_line_start(self) -> bool:
        """Tell whether the next visible character begins a line."""
        return not self._text or self._text.endswith("\n")

    def write(self, text: str) -> None:
        """Append visible text."""
        cleaned = clean(text)
        self._text += cleaned
        self._length += utf16_length(cleaned)

    def open(self, mark: str, entity: Json, at: int) -> None:
        """Begin an entity here."""
        self._opened += 1
        self.stack.append(Open(mark, entity | {"offset": self._length}, at, self._opened))

    def covered(self) -> str:
        """Return the visible text of the innermost open entity so far."""
        return cut(self._text, self.stack[-1].entity["offset"], self._length)

    def close(self) -> None:
        """End the innermost entity here; an empty one or one without a type vanishes, as on Telegram."""
        closed = self.stack.pop()
        entity = closed.entity | {"length": self._length - closed.entity["offset"]}
        if not entity["length"] or entity["type"] is None:
            return
        if entity["type"] in OPAQUE_TYPES:
            self._closed = [(order, inner) for order, inner in self._closed if order < closed.order]
        if entity["type"] == "code" and self._is_body_of_pre(entity):
            return
        self._closed.append((closed.order, entity))

    def _is_body_of_pre(self, code: Json) -> bool:
        """Hand the language of `<pre><code class=...>` up to the pre, the only entity a person sees."""
        language = code.pop("language", None)
        outer = self.top
        if outer is None or outer.entity["type"] != "pre" or outer.entity["offset"] != code["offset"]:
            return False
        if language:
            outer.entity["language"] = language
        return True

    def finish(self) -> Formatted:
        """Return the text with entities ordered by place, outermost first."""
        ordered = sorted(self._closed, key=lambda item: (item[1]["offset"], -item[1]["length"], item[0]))
        return _trimmed(self._text, [entity for _, entity in ordered])


def _trimmed(text: str, entities: Sequence[Json]) -> Formatted:
    """Take away trailing space, and what entities cover of it."""
    kept = text.rstrip(" \n")
    end = utf16_length(kept)
    fitted = (entity | {"length": min(entity["length"], end - entity["offset"])} for entity in entities)
    return Formatted(kept, tuple(entity for entity in fitted if entity["length"] > 0))


def check_entities(text: str, entities: Sequence[Json]) -> Formatted:
    """Return the text with the entities given beside it.

    Raises: MarkupError when an entity is of no known type, empty, outside the text, cuts a surrogate pair, or
    overlaps another without containing it.
    """
    units = text.encode("utf-16-le", "surrogatepass")
    end = len(units) // 2
    for entity in entities:
        kind, start, length = entity.get("type"), entity.get("offset"), entity.get("length")
        if kind not in ENTITY_TYPES:
            raise MarkupError(f'unsupported entity type "{kind}"')
        if not isinstance(start, int) or not isinstance(length, int):
            raise MarkupError("entity offset and length must be integers")
        if start < 0 or length <= 0 or start + length > end:
            raise MarkupError(f"entity [{start}; {start + length}] is outside the text of {end} UTF-16 units")
        for edge in (start, start + length):
            if 0xDC00 <= int.from_bytes(units[2 * edge : 2 * edge + 2], "little") <= 0xDFFF:
                raise MarkupError(f"entity edge {edge} is in the middle of a UTF-16 symbol")
    ordered = sorted(entities, key=lambda e: (e["offset"], -e["length"]))
    enclosing: list[Json] = []
    for entity in ordered:
        while enclosing and enclosing[-1]["offset"] + enclosing[-1]["length"] <= entity["offset"]:
            enclosing.pop()
        if enclosing:
            outer = enclosing[-1]
            if entity["offset"] + entity["length"] > outer["offset"] + outer["length"]:
                raise MarkupError(f"entities {outer['type']} and {entity['type']} overlap")
        enclosing.append(entity)
    return _trimmed(clean(text), [_moved(text, entity) for entity in ordered])


def _moved(text: str, entity: Json) -> Json:
    """Return an entity where it is once the text is cleaned."""
    start, end = (
        utf16_length(clean(cut(text, 0, edge)))
        for edge in (entity["offset"], entity["offset"] + entity["length"])
    )
    return entity | {"offset": start, "length": end - start}
