"""Discord's markdown as its apps read it: what a person sees, and what came out of the signs.

The rules and their order are those of the open parser that the apps are built on, with Discord's own added.
Source: https://github.com/ariabuckles/simple-markdown,
https://support.discord.com/hc/articles/210298617
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field


@dataclass(slots=True)
class Seen:
    """What a person sees; `found` names every construct, with what is inside it."""

    text: str = ""
    found: list[tuple[str, str]] = field(default_factory=list)

    @property
    def kinds(self) -> set[str]:
        return {kind for kind, _ in self.found}


# Tried in this order where each may stand; `^` means the start of a line.
_LINE_RULES = (
    ("quote", re.compile(r" *>(?:>>)? (?=\S|[^\n])")),
    ("heading", re.compile(r" *#{1,3} +(?=[^\n])")),
    ("subtext", re.compile(r" *-# +(?=[^\n])")),
    ("list", re.compile(r" *(?:[-*+]|\d+[.)]) +(?=[^\n])")),
)
_OPAQUE_RULES = (
    ("block", re.compile(r"```(?:[a-z0-9_+\-.#]+?\n)?\n*([^\n][\s\S]*?)\n*```", re.IGNORECASE)),
    ("code", re.compile(r"(?P<fence>`+)([\s\S]*?[^`])(?P=fence)(?!`)")),
    ("autolink", re.compile(r"<((?:\w+://|mailto:|tel:)[^\s>]+)>")),
    ("url", re.compile(r"(\w+://[^\s<]+[^<.,:;\"')\]\s])")),
    ("mention", re.compile(r"(<(?:@[!&]?|#)\d+>|<id:\w+>|@everyone|@here)")),
    ("command", re.compile(r"<(/[-_ \w]+):\d+>")),
    ("timestamp", re.compile(r"(<t:-?\d+(?::\w)?>)")),
    ("emoji", re.compile(r"(<a?:\w+:\d+>|:[\w+-]+:)")),
)
_NESTING_RULES = (
    ("link", re.compile(r"\[((?:\\[\s\S]|[^\[\]\\])+)\]\(\s*<?(?P<target>(?:\\.|[^\s\\()])*?)>?\s*\)")),
    ("strong", re.compile(r"\*\*((?:\\[\s\S]|[^\\])+?)\*\*(?!\*)")),
    ("underline", re.compile(r"__((?:\\[\s\S]|[^\\])+?)__(?!_)")),
    ("italic", re.compile(r"_((?:__|\\[\s\S]|[^\\_])+?)_\b")),
    ("italic", re.compile(r"\*(?=\S)((?:\*\*|\\[\s\S]|\s+(?:\\[\s\S]|[^\s*\\]|\*\*)|[^\s*\\])+?)\*(?!\*)")),
    ("strike", re.compile(r"~~([\s\S]+?)~~(?!_)")),
    ("spoiler", re.compile(r"\|\|([\s\S]+?)\|\|")),
)
_ESCAPE = re.compile(r"\\([^0-9A-Za-z\s])")


def read(source: str) -> Seen:
    """Read a description or a field's value."""
    seen = Seen()
    _read(source, seen)
    return seen


def _read(source: str, seen: Seen) -> None:
    at = 0
    while at < len(source):
        at = _step(source, at, seen)


def _step(source: str, at: int, seen: Seen) -> int:
    """Read one construct or one letter; gives where the next begins."""
    if escape := _ESCAPE.match(source, at):
        seen.text += escape[1]
        return escape.end()
    if not seen.text or seen.text.endswith("\n"):
        for kind, rule in _LINE_RULES:
            if match := rule.match(source, at):
                seen.found.append((kind, match[0]))
                return match.end()
    for kind, rule in _OPAQUE_RULES:
        if match := rule.match(source, at):
            words = match[match.lastindex or 0] if kind != "code" else _unpadded(match[2])
            seen.found.append((kind, words))
            seen.text += words
            return match.end()
    for kind, rule in _NESTING_RULES:
        if match := rule.match(source, at):
            seen.found.append((kind, match.groupdict().get("target", match[1])))
            _read(match[1], seen)
            return match.end()
    seen.text += source[at]
    return at + 1


def _unpadded(words: str) -> str:
    """Take off the blank that stands between a fence and a backtick."""
    return re.sub(r"^ (?= *`)|(?<=`) $", "", words)
