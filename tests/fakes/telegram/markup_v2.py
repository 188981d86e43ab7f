"""The MarkdownV2 parse mode: its marks, its reserved characters and its quotations.

Source: https://core.telegram.org/bots/api#markdownv2-style; error texts as the public server words them.
"""

from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit

from tests.fakes.telegram.formatted import (
    Builder,
    Formatted,
    MarkupError,
    byte_offset,
    custom_emoji,
    date_time,
    link,
)
from tests.fakes.telegram.verdict import Json

_RESERVED = frozenset("_*[]()~`>#+-=|{}.!")
_MARKS = {  # longest first
    "```": "pre",
    "__": "underline",
    "||": "spoiler",
    "![": None,  # the type stands in the link
    "_": "italic",
    "*": "bold",
    "~": "strikethrough",
    "`": "code",
    "[": None,
}
_QUOTE = ">"
_NAMES = {"[": "TextUrl", "![": "CustomEmoji", _QUOTE: "BlockQuote", "```": "Pre"}


def parse(source: str) -> Formatted:
    """Return what a person sees of a MarkdownV2 text.

    Raises: MarkupError on a reserved character without a backslash, or a mark that is never closed.
    """
    return _Reader(source).read()


@dataclass(slots=True)
class _Reader:
    source: str
    i: int = 0
    builder: Builder = field(default_factory=Builder)

    def read(self) -> Formatted:
        while self.i < len(self.source):
            self._step()
        if self._top_is(_QUOTE):
            self.builder.close()
        if top := self.builder.top:
            raise self._unclosed(top.mark, top.at)
        return self.builder.finish()

    def _step(self) -> None:
        character = self.source[self.i]
        if character == "\\" and self._is_escape():
            self.builder.write(self.source[self.i + 1])
            self.i += 2
        elif self._top_is("`", "```") and character != "`":
            self._take(character)
        elif character == "\n" and any(item.mark == _QUOTE for item in self.builder.stack):
            self._line_of_quote()
        elif character not in _RESERVED:
            self._take(character)
        elif not self._closes():
            self._opens()

    def _is_escape(self) -> bool:
        following = self.source[self.i + 1 : self.i + 2]
        return bool(following) and 0 < ord(following) <= 126

    def _take(self, character: str) -> None:
        self.builder.write(character)
        self.i += 1

    def _top_is(self, *marks: str) -> bool:
        top = self.builder.top
        return top is not None and top.mark in marks

    def _mark(self) -> str | None:
        return next((mark for mark in _MARKS if self.source.startswith(mark, self.i)), None)

    def _closes(self) -> bool:
        top = self.builder.top
        if top is None:
            return False
        if top.mark in {"[", "!["}:
            if self.source[self.i] != "]":
                return False
            self.i += 1
            top.entity |= self._target(top.mark)
        elif top.mark == "`" and self.source[self.i] == "`":
            self.i += 1
        elif top.mark == self._mark():
            self.i += len(top.mark)
        elif top.mark == "```":
            self._take("`")
            return True
        else:
            return False
        self.builder.close()
        return True

    def _target(self, mark: str) -> Json:
        """Read the `(...)` after a link text; without one the text is the link."""
        if not self.source.startswith("(", self.i):
            return link(self.builder.covered())
        begin = self.i = self.i + 1
        url = ""
        while self.i < len(self.source) and self.source[self.i] != ")":
            if self.source[self.i] == "\\" and self._is_escape():
                self.i += 1
            url += self.source[self.i]
            self.i += 1
        if self.i == len(self.source):
            raise MarkupError(f"Can't find end of a URL at byte offset {byte_offset(self.source, begin)}")
        self.i += 1
        if mark == "[":
            return link(url)
        parts = urlsplit(url)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        if parts.netloc == "time":
            return date_time(query.get("unix", ""), query.get("format", ""))
        return custom_emoji(query.get("id", ""))

    def _opens(self) -> None:
        at = byte_offset(self.source, self.i)
        mark = self._mark()
        if self._is_end_of_expandable_quote():
            self.builder.stack[-1].entity["type"] = "expandable_blockquote"
            self.i += 2
        elif mark:
            self.builder.open(mark, {"type": _MARKS[mark]}, at)
            self.i += len(mark)
            if mark == "```":
                self._language()
        elif self.source[self.i] == _QUOTE and self.builder.at_line_start and not self._top_is(_QUOTE):
            self.builder.open(_QUOTE, {"type": "blockquote"}, at)
            self.i += 1
        else:
            raise MarkupError(
                f"Character '{self.source[self.i]}' is reserved and must be escaped with the preceding '\\'"
            )

    def _is_end_of_expandable_quote(self) -> bool:
        ends_line = self.source[self.i + 2 : self.i + 3] in {"", "\n"}
        return self._top_is(_QUOTE) and self.source.startswith("||", self.i) and ends_line

    def _language(self) -> None:
        """Read the language after an opening ```; it must fill the rest of the line."""
        line, newline, _ = self.source[self.i :].partition("\n")
        if newline and line and "`" not in line and " " not in line:
            self.builder.stack[-1].entity["language"] = line
            self.i += len(line)
        if self.source.startswith("\n", self.i):
            self.i += 1

    def _line_of_quote(self) -> None:
        continues = self.source.startswith(_QUOTE, self.i + 1)
        if not continues:
            top = self.builder.stack[-1]
            if top.mark != _QUOTE:
                raise self._unclosed(top.mark, top.at)
            self.builder.close()
        self.builder.write("\n")
        self.i += 2 if continues else 1

    def _unclosed(self, mark: str, at: int) -> MarkupError:
        name = _NAMES.get(mark) or (_MARKS[mark] or mark).capitalize()
        return MarkupError(f"Can't find end of {name} entity at byte offset {at}")
