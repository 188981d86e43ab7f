"""The HTML parse mode: which tags Telegram knows and what it makes of them.

Source: https://core.telegram.org/bots/api#html-style; error texts as the public server words them.
"""

import re

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

_SIMPLE = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "tg-spoiler": "spoiler",
    "span": "spoiler",
    "pre": "pre",
}
_TAGS = frozenset(_SIMPLE) | {"a", "code", "blockquote", "tg-emoji", "tg-time"}
_NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}

_CHARACTER = re.compile(r"&(?:#(?P<dec>\d{1,7})|#[xX](?P<hex>[0-9a-fA-F]{1,6})|(?P<name>lt|gt|amp|quot));")
_ATTRIBUTE = re.compile(
    r"""\s+(?P<name>[^\s=>/"']+)(?:\s*=\s*(?P<value>"[^"]*"|'[^']*'|[\w.-]+))?""", re.ASCII
)
_START = re.compile(
    rf"<(?P<tag>[^\s>/]+)(?P<attributes>(?:{re.sub('[?]P<[^>]+>', '?:', _ATTRIBUTE.pattern)})*)\s*>"
)
_END = re.compile(r"</(?P<tag>[^\s>]*)\s*>")
_PLAIN = re.compile(r"[^<>&]+")


def parse(source: str) -> Formatted:
    """Return what a person sees of an HTML text.

    Raises: MarkupError on an unknown, unclosed or misnested tag, or a `<`, `>` or `&` that is part of neither
    a tag nor a documented character entity.
    """
    builder = Builder()
    i = 0
    while i < len(source):
        if plain := _PLAIN.match(source, i):
            builder.write(plain[0])
            i = plain.end()
        elif source[i] == "&":
            i = _character(builder, source, i)
        elif source[i] == ">":
            raise MarkupError(
                f'Character ">" must be written as "&gt;" at byte offset {byte_offset(source, i)}'
            )
        elif source.startswith("</", i):
            i = _end(builder, source, i)
        else:
            i = _start(builder, source, i)
    if top := builder.top:
        raise MarkupError(f'Can\'t find end tag corresponding to start tag "{top.mark}"')
    return builder.finish()


def _character(builder: Builder, source: str, i: int) -> int:
    match = _CHARACTER.match(source, i)
    if match is None:
        raise MarkupError(f"Unsupported HTML entity at byte offset {byte_offset(source, i)}")
    builder.write(_decoded(match))
    return match.end()


def _decoded(match: re.Match[str]) -> str:
    if name := match["name"]:
        return _NAMED[name]
    code = int(match["dec"]) if match["dec"] else int(match["hex"], 16)
    if not 0 < code <= 0x10FFFF or 0xD800 <= code <= 0xDFFF:
        raise MarkupError(f"Character {code} does not exist")
    return chr(code)


def _end(builder: Builder, source: str, i: int) -> int:
    at = byte_offset(source, i)
    top = builder.top
    if top is None:
        raise MarkupError(f"Unexpected end tag at byte offset {at}")
    match = _END.match(source, i)
    if match is None:
        raise MarkupError(f"Unclosed end tag at byte offset {at}")
    found = match["tag"].lower()
    if found and found != top.mark:
        raise MarkupError(
            f'Unmatched end tag at byte offset {at}, expected "</{top.mark}>", found "</{found}>"'
        )
    if top.entity["type"] is None and top.mark == "a":
        top.entity |= link(builder.covered())
    builder.close()
    return match.end()


def _start(builder: Builder, source: str, i: int) -> int:
    at = byte_offset(source, i)
    match = _START.match(source, i)
    name = re.compile(r"<([^\s>/]*)").match(source, i)
    tag = name[1].lower() if name else ""
    if tag not in _TAGS:
        raise MarkupError(f'Unsupported start tag "{tag}" at byte offset {at}')
    if match is None:
        raise MarkupError(f'Unclosed start tag "{tag}" at byte offset {at}')
    attributes = {a["name"].lower(): _value(a["value"]) for a in _ATTRIBUTE.finditer(match["attributes"])}
    builder.open(tag, _entity(tag, attributes, at), at)
    return match.end()


def _value(raw: str | None) -> str:
    if raw is None:
        return ""
    if raw[0] in "\"'":
        return _CHARACTER.sub(_decoded, raw[1:-1])
    return raw.lower()


def _entity(tag: str, attributes: dict[str, str], at: int) -> Json:
    if tag == "span" and attributes.get("class") != "tg-spoiler":
        raise MarkupError(f'Tag "span" must have class "tg-spoiler" at byte offset {at}')
    if kind := _SIMPLE.get(tag):
        return {"type": kind}
    if tag == "blockquote":
        return {"type": "expandable_blockquote" if "expandable" in attributes else "blockquote"}
    if tag == "code":
        language = attributes.get("class", "")
        return {"type": "code"} | ({"language": language[9:]} if language.startswith("language-") else {})
    if tag == "tg-emoji":
        return custom_emoji(attributes.get("emoji-id", ""))
    if tag == "tg-time":
        return date_time(attributes.get("unix", ""), attributes.get("format", ""))
    return link(attributes.get("href", ""))
