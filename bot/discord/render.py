"""A reply as Discord shows it: an embed, or a plain text where the embed is refused. Pure; sends nothing.

Styles become Discord's markdown. Every sign in foreign words that could start any is escaped, so a reader
sees the words as they are: no mention, link, timestamp or emoji comes out of a name.
Source: https://discord.com/developers/docs/resources/message#embed-object, and Discord's help on markdown.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import groupby
from urllib.parse import quote

import discord

from bot.fit import cut, fit, footer_text
from bot.frontend import DISCORD, Limits, utf16_units
from handlers.reply import Button, Image, Reply, Style, Text, Tone, text

CONTENT_LIMIT = 2000
ALT_LIMIT = 1024
_LONGEST_URL = 512  # a longer address leaves no room for words
_SHORTEST = min(DISCORD.title, DISCORD.field_name)
_BLANK = "\u200b"  # what Discord takes for a field that says nothing

_COLOUR = {
    Tone.NEUTRAL: discord.Colour(0x5C6B7A),
    Tone.GOOD: discord.Colour(0x2E9E5B),
    Tone.WARN: discord.Colour(0xD9A514),
    Tone.DANGER: discord.Colour(0xC9362C),
    Tone.ERROR: discord.Colour(0x8B1E1E),
}

# Signs that start something wherever they stand. A colon does before a letter or a slash (an emoji's name, a
# web address), and at the end of a span, where the next one may bring it.
_INLINE = re.compile(r"[\\*_~|`<\[\]@]|:(?=\S|\Z)")
# Signs that start a heading, quote or list at the start of a line, with the blank that they need; any span
# may stand there, and the next one may bring the blank.
_BLOCK = re.compile(r"^ *(?=(?:#{1,3}|>|>>>|-#?|\+)(?: |$))|^ *\d+(?=[.)](?: |$))", re.MULTILINE)
_SPECIAL = re.compile(f"{_INLINE.pattern}|{_BLOCK.pattern}", re.MULTILINE)
_FENCE = re.compile(r"`(?=`)")
_NOT_IN_A_TARGET = re.compile(r"[^!#$%&+,./0-9:;=?@A-Za-z~_-]")
_NOT_IN_A_NAME = re.compile(r"[^A-Za-z0-9._-]")


@dataclass(frozen=True, slots=True)
class Card:
    """A reply, ready to be sent: an embed or a content, never both."""

    embed: discord.Embed | None
    content: str | None
    image: Image | None
    rows: tuple[tuple[Button, ...], ...]


def card(reply: Reply, commands: Mapping[str, str]) -> Card:
    """Lay a reply out as an embed within Discord's limits.

    `commands` says how `/name` is written so that it can be tapped; one that is not in it stays plain.
    """
    limits = DISCORD
    while True:
        fitted = fit(reply, limits)
        embed = _embed(fitted, commands)
        tighter = _tighter(limits, fitted, embed)
        if tighter is None:
            return Card(embed, None, fitted.image, fitted.buttons)
        limits = tighter


def plain(reply: Reply) -> Card:
    """Write a reply as words alone: no embed, picture or button that could be refused."""
    fields = (f"{field.name}: {field.value.plain}" for field in reply.fields)
    parts = (reply.title.plain, reply.body.plain, *fields, footer_text(reply))
    words = cut(
        text("\n".join(part for part in parts if part.strip())[: CONTENT_LIMIT + 1]),
        CONTENT_LIMIT,
        lambda part: utf16_units(escaped(part)),
    )
    return Card(None, escaped(words.plain) or _BLANK, None, ())


def file_name(image: Image) -> str:
    """Name a picture's file so that an embed can refer to it."""
    return _NOT_IN_A_NAME.sub("_", image.name) or "picture.png"


def escaped(words: str) -> str:
    """Make words show as they are, wherever they stand."""
    if _SPECIAL.search(words) is None:
        return words
    return _BLOCK.sub(r"\g<0>\\", _INLINE.sub(r"\\\g<0>", words))


def written(words: Text, commands: Mapping[str, str]) -> str:
    """Write a text in Discord's markdown; a block begins on a line of its own."""
    drawn = ""
    for style, url, run in _runs(words):
        if style is Style.BLOCK and drawn and not drawn.endswith("\n"):
            drawn += "\n"
        drawn += _marked(style, run, url, commands)
    return drawn


def _runs(words: Text) -> Iterator[tuple[Style, str, str]]:
    """Join neighbours of one style, whose marks would run into each other; commands stand alone."""
    spans = (span for span in words.spans if span.text)
    for (style, url), run in groupby(spans, lambda span: (_shown(span.style), span.url)):
        parts = [span.text for span in run]
        for part in parts if style is Style.COMMAND else ["".join(parts)]:
            yield style, url, part


def _shown(style: Style) -> Style:
    return Style.PLAIN if style is Style.FAINT else style


def _marked(style: Style, words: str, url: str, commands: Mapping[str, str]) -> str:
    blank = not words.strip()
    match style:
        case Style.STRONG if not blank:
            return f"**{escaped(words)}**"
        case Style.CODE if not blank and "`" not in words and words == words.strip():
            return f"`{words}`"
        case Style.BLOCK if not blank:
            return f"```\n{_FENCE.sub(f'`{_BLANK}', words)}\n```"
        case Style.LINK if not blank and len(url) <= _LONGEST_URL:
            return f"[{escaped(words)}]({_target(url)})"
        case Style.COMMAND:
            return commands.get(words.removeprefix("/"), escaped(words))
        case _:
            return escaped(words)


def _target(url: str) -> str:
    """Write a web address so that it ends where it should."""
    return _NOT_IN_A_TARGET.sub(lambda match: quote(match[0], safe=""), url)


def _embed(reply: Reply, commands: Mapping[str, str]) -> discord.Embed:
    embed = discord.Embed(
        colour=_COLOUR[reply.tone],
        title=escaped(reply.title.plain).strip() or None,
        url=next((_target(span.url) for span in reply.title.spans if span.url), None),
        description=written(reply.body, commands).strip() or None,
    )
    for field in reply.fields:
        value = written(field.value, commands).strip() or _BLANK
        embed.add_field(name=escaped(field.name).strip() or _BLANK, value=value, inline=field.inline)
    footer = footer_text(reply).strip()  # the one place where Discord reads no markdown
    if footer:
        embed.set_footer(text=footer)
    if reply.image is not None:
        embed.set_image(url=f"attachment://{file_name(reply.image)}")
    if not (embed.title or embed.description or embed.fields or reply.image):
        embed.description = _BLANK
    return embed


def _tighter(limits: Limits, fitted: Reply, embed: discord.Embed) -> Limits | None:
    """Take off what marks and escapes put on, in proportion; None where all fits."""
    longest = max(len(embed.title or ""), *(len(field.name or "") for field in embed.fields), 0)
    if 2 * longest <= _SHORTEST and 2 * len(embed) <= DISCORD.field_value:
        return None  # in UTF-16 a letter takes two units at most
    drawn = _sizes(
        embed.title or "",
        embed.description or "",
        [field.name or "" for field in embed.fields],
        [field.value or "" for field in embed.fields],
        embed.footer.text or "",
    )
    over = {name: size for name, size in drawn.items() if size > getattr(DISCORD, name)}
    if not over:
        return None
    words = _sizes(
        fitted.title.plain,
        fitted.body.plain,
        [field.name for field in fitted.fields],
        [field.value.plain for field in fitted.fields],
        footer_text(fitted),
    )
    left = {
        name: min(words[name] * getattr(DISCORD, name) // size, words[name] - 1)
        for name, size in over.items()
    }
    return replace(limits, **left, caption=left.get("total", limits.caption))


def _sizes(title: str, body: str, names: list[str], values: list[str], footer: str) -> dict[str, int]:
    """Measure the longest of each part, and all together, by the names that limits have."""
    units = {
        "title": [utf16_units(title)],
        "body": [utf16_units(body)],
        "field_name": [utf16_units(name) for name in names],
        "field_value": [utf16_units(value) for value in values],
        "footer": [utf16_units(footer)],
    }
    longest = {part: max(sizes, default=0) for part, sizes in units.items()}
    return longest | {"total": sum(map(sum, units.values()))}
