"""A reply as Telegram shows it: a text, and entities that lie over it. Pure; knows no chat and sends nothing.

Styles are entities (offsets in UTF-16 units), never markup, so there is nothing to inject. Telegram makes
links, mentions, commands and tags of plain words by itself, too: a word joiner after the sign that starts one
keeps foreign words inert wherever they stand, but for code, link texts, and commands meant to be tapped.
Source: https://core.telegram.org/bots/api#messageentity
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

from aiogram.types import MessageEntity

from bot.fit import PRACTICE, fit
from bot.frontend import TELEGRAM, Limits, utf16_units
from handlers.reply import Button, Field, Reply, Span, Style, Text, Tone, joined, strong, text

JOINER = "\u2060"
IN_CAPTION = replace(TELEGRAM, total=TELEGRAM.caption)  # for words that stand under a picture

_ALERT_LIMIT = 200  # Source: https://core.telegram.org/bots/api#answercallbackquery
_ALT_LIMIT = 120
_ENTITIES = 100  # more than these Telegram drops
_LINE = 34  # letters that a phone shows side by side
_PER_LINE = 3

_NOTHING = Span("")
_SIGN = {
    Tone.NEUTRAL: _NOTHING,
    Tone.GOOD: Span("🟢 "),
    Tone.WARN: Span("🟡 "),
    Tone.DANGER: Span("🔴 "),
    Tone.ERROR: Span("⚠ "),
}
_ENTITY = {Style.STRONG: "bold", Style.CODE: "code", Style.BLOCK: "pre", Style.LINK: "text_link"}
_OPAQUE = {Style.CODE, Style.BLOCK, Style.LINK}  # Telegram looks for nothing in these
_DOT = Span(" · ")

# Signs that begin something where something follows. A dot counts before a letter (a domain) and before one
# more dotted number (an address), not in 1.23.
_TRIGGER = re.compile(r"[@#/](?=\S)|\.(?=[^\W\d_]|\d+\.\d)|\$(?=[^\W\d_])")


@dataclass(frozen=True, slots=True)
class Card:
    """A reply, ready to be sent: `text` fits, `entities` lie within it."""

    text: str
    entities: tuple[MessageEntity, ...]
    rows: tuple[tuple[Button, ...], ...]


def card(reply: Reply, limits: Limits = TELEGRAM, *, styled: bool = True) -> Card:
    """Write a reply within the limits; without styles, every word in it but a command is inert."""
    room = left = limits.caption if reply.image is not None else limits.total
    fitted = fit(reply, limits)
    words, entities = write(composed(fitted), styled=styled)
    while (over := utf16_units(words) - room) > 0 and left > 0:
        # Joiners and separators are not in the measure of a reply. A letter weighs two with its joiner, so
        # half of what is over may already do.
        left -= (over + 1) // 2
        fitted = fit(reply, replace(limits, total=left, caption=left))
        words, entities = write(composed(fitted), styled=styled)
    return Card(words, entities, fitted.buttons)


def composed(reply: Reply) -> Text:
    """Put the parts of a reply one below the other, as one text."""
    head = text(_SIGN[reply.tone], _bold(reply.title))
    if reply.title and reply.body:
        head = text(head, "\n", reply.body)
    elif reply.body:
        head = text(head, reply.body)
    elif not reply.title:
        head = Text()
    parts = [head, joined(_field_lines(reply.fields), "\n"), text(_alt(reply)), _footer(reply)]
    return joined([part for part in parts if part], "\n\n")


def write(words: Text, *, styled: bool = True) -> tuple[str, tuple[MessageEntity, ...]]:
    """Lay entities over the text of spans, and make inert what Telegram would find by itself."""
    pieces: list[str] = []
    entities: list[MessageEntity] = []
    at = 0
    for span, next_span in pairwise((*(span for span in words.spans if span.text), _NOTHING)):
        following = next_span.text[:1]
        kind = _ENTITY.get(span.style) if styled and len(entities) < _ENTITIES else None
        if span.style is Style.COMMAND:
            shown = span.text + _end_of_command(following)
        elif kind is not None and span.style in _OPAQUE:
            shown = span.text
        else:
            shown = inert(span.text, following)
        units = utf16_units(shown)
        if kind is not None and shown.strip():
            entities.append(MessageEntity(type=kind, offset=at, length=units, url=span.url or None))
        pieces.append(shown)
        at += units
    return _trimmed("".join(pieces), entities)


def inert(words: str, following: str = "") -> str:
    """Break what Telegram would make tappable; `following` is the letter that comes next, if any."""
    broken = _TRIGGER.sub(rf"\g<0>{JOINER}", words + following)
    return broken[: len(broken) - len(following)]


def alert(reply: Reply) -> str | None:
    """Word a reply for the box that a pressed button can open; None where it says more than fits there."""
    if reply.image or reply.attachment or reply.fields:
        return None
    if any(button.invoke is not None for row in reply.rows for button in row):
        return None
    words = "\n".join(part.plain for part in (reply.title, reply.body) if part)
    return words if 0 < utf16_units(words) <= _ALERT_LIMIT else None


def _end_of_command(following: str) -> str:
    """Part a command from the letter behind it, which would become part of it."""
    return JOINER if following in {"@", "_"} or following.isalnum() else ""


def _trimmed(words: str, entities: list[MessageEntity]) -> tuple[str, tuple[MessageEntity, ...]]:
    """Cut white space off the end, as Telegram does, and the entities to what is left."""
    kept = words.rstrip()
    if len(kept) == len(words):
        return words, tuple(entities)
    end = utf16_units(kept)
    inside = (entity for entity in entities if entity.offset < end)
    return kept, tuple(
        entity.model_copy(update={"length": min(entity.length, end - entity.offset)}) for entity in inside
    )


def _bold(title: Text) -> Text:
    """Make a title bold, where it is not code or a link."""
    return Text(
        tuple(
            Span(span.text, Style.STRONG) if span.style in {Style.PLAIN, Style.FAINT} else span
            for span in title.spans
        )
    )


def _field_lines(fields: tuple[Field, ...]) -> Iterator[Text]:
    """Write fields as `name: value`, short inline ones side by side."""
    line: list[Text] = []
    width = 0
    for field in fields:
        named = text(strong(f"{field.name}:"), "\n" if "\n" in field.value.plain else " ", field.value)
        size = len(field.name) + len(field.value.plain) + 2
        beside = field.inline and "\n" not in field.value.plain
        if line and (not beside or width + size > _LINE or len(line) == _PER_LINE):
            yield joined(line, _DOT)
            line, width = [], 0
        if beside:
            line.append(named)
            width += size + len(_DOT.text)
        else:
            yield named
    if line:
        yield joined(line, _DOT)


def _alt(reply: Reply) -> str:
    """Give the picture's sentence: Telegram keeps no place for it, so it is said where it is short."""
    alt = reply.image.alt if reply.image is not None else ""
    return alt if len(alt) <= _ALT_LIMIT else ""


def _footer(reply: Reply) -> Text:
    parts = [part for part in (reply.footer, text(PRACTICE if reply.practice else "")) if part]
    return joined(parts, _DOT)
