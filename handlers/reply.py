"""What a command answers: a small tree of text, fields, an image and buttons, free of any markup.

Text cleans itself as it is made (nothing invisible survives); escaping is the renderers' work alone.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias

from data.models.text import one_line, visible

_COMMAND = re.compile(r"/[a-z][a-z0-9_]{0,31}")


class Style(StrEnum):
    """How a stretch of text looks."""

    PLAIN = "plain"
    STRONG = "strong"
    FAINT = "faint"
    CODE = "code"
    BLOCK = "block"  # lines of equal-width letters, for tables
    LINK = "link"
    COMMAND = "command"  # /name, to be tapped; every other style renders such words inert


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of text in one style; `url` (https or http) belongs to LINK."""

    text: str
    style: Style = Style.PLAIN
    url: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "text", visible(self.text))
        if (self.style is Style.LINK) != bool(self.url):
            raise ValueError("a link has a url, and nothing else has")
        if self.style is Style.COMMAND and not _COMMAND.fullmatch(self.text):
            raise ValueError(f"not a command: {self.text[:40]!r}")
        if self.url and not self.url.startswith(("https://", "http://")):
            raise ValueError(f"not a web address: {self.url[:40]!r}")


@dataclass(frozen=True, slots=True)
class Text:
    """Spans in a row."""

    spans: tuple[Span, ...] = ()

    def __add__(self, other: Part) -> Text:
        return Text(self.spans + text(other).spans)

    def __bool__(self) -> bool:
        return any(span.text for span in self.spans)

    @property
    def plain(self) -> str:
        """The letters alone."""
        return "".join(span.text for span in self.spans)


Part: TypeAlias = str | Span | Text


def text(*parts: Part) -> Text:
    """Put parts in a row; a bare string is plain."""
    spans: list[Span] = []
    for part in parts:
        if isinstance(part, Text):
            spans.extend(part.spans)
        else:
            spans.append(Span(part) if isinstance(part, str) else part)
    return Text(tuple(span for span in spans if span.text))


def lines(*rows: Part) -> Text:
    """Put parts one below the other; an empty part makes no line."""
    return joined([row for row in map(text, rows) if row], "\n")


def joined(parts: Iterable[Part], between: Part) -> Text:
    """Put `between` between parts."""
    result: list[Part] = []
    for part in parts:
        if result:
            result.append(between)
        result.append(part)
    return text(*result)


def strong(words: str) -> Span:
    return Span(words, Style.STRONG)


def faint(words: str) -> Span:
    return Span(words, Style.FAINT)


def code(words: str) -> Span:
    return Span(words, Style.CODE)


def block(words: str) -> Span:
    return Span(words, Style.BLOCK)


def tap(name: str) -> Span:
    """Name a command so that it can be tapped."""
    return Span(f"/{name}", Style.COMMAND)


def link(words: str, url: str) -> Span:
    return Span(words, Style.LINK, url)


class Tone(StrEnum):
    """The mood of a reply: a colour where the platform has one, a sign where it has not."""

    NEUTRAL = "neutral"
    GOOD = "good"
    WARN = "warn"
    DANGER = "danger"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Field:
    """A labelled value; where room is short, fields of low `priority` go first."""

    name: str
    value: Text
    priority: int = 50
    inline: bool = True


@dataclass(frozen=True, slots=True)
class Invoke:
    """A command with its arguments, ready to run."""

    command: str
    args: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Button:
    """Something to press: runs `invoke` through the same checks as if typed, or opens `url`."""

    label: str
    invoke: Invoke | None = None
    url: str = ""
    active: bool = False  # the choice that is shown now
    danger: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "label", one_line(self.label, 40))
        if (self.invoke is None) == (not self.url):
            raise ValueError("a button invokes or opens")


@dataclass(frozen=True, slots=True)
class Image:
    """A PNG with the sentence that stands for it; `key` is a hash of its content."""

    png: bytes
    name: str
    alt: str
    key: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "alt", visible(self.alt))


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file for the asker."""

    content: bytes
    name: str


@dataclass(frozen=True, slots=True)
class Page:
    """Where in a list we are, from 1; `invoke` runs the same command with another `page`."""

    number: int
    pages: int
    invoke: Invoke


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """One frame of an answer; a later frame replaces it.

    `private` asks for the asker's eyes only. `practice` is set by the dispatcher, never by a card: every
    renderer shows it. `error` names the kind of failure for scripts, empty where all went well.
    """

    title: Text = Text()
    body: Text = Text()
    fields: tuple[Field, ...] = ()
    image: Image | None = None
    attachment: Attachment | None = None
    buttons: tuple[tuple[Button, ...], ...] = ()
    page: Page | None = None
    tone: Tone = Tone.NEUTRAL
    footer: Text = Text()
    private: bool = False
    practice: bool = False
    error: str = ""

    def with_(self, **changes: object) -> Reply:
        """Copy with other parts."""
        return dataclasses.replace(self, **changes)  # type: ignore[arg-type]

    @property
    def rows(self) -> tuple[tuple[Button, ...], ...]:
        """The buttons with the page's own below them."""
        if self.page is None or self.page.pages < 2:
            return self.buttons
        return (*self.buttons, page_buttons(self.page))


def page_buttons(page: Page) -> tuple[Button, ...]:
    """Make the row that turns pages."""

    def to(number: int, label: str) -> Button:
        return Button(label, Invoke(page.invoke.command, {**page.invoke.args, "page": str(number)}))

    before = [to(page.number - 1, "‹ Back")] if page.number > 1 else []
    after = [to(page.number + 1, "Next ›")] if page.number < page.pages else []
    return (*before, *after)
