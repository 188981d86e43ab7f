"""Text from strangers, made visible: what a reader cannot see is not kept.

Escaping for a platform's markup is not done here: renderers do that.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache

# Letters that take room and show nothing.
_FILLERS = frozenset("\u115f\u1160\u3164\uffa0\u2800")
# Marks that take none: the combining joiner, inherent vowels, variation selectors.
_SELECTORS = frozenset("\u034f\u17b4\u17b5") | {
    chr(code) for code in (*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0), *range(0x180B, 0x1810))
}
# Pictures newer than the Unicode tables at hand: `unicodedata` knows no category of them yet.
_PICTURES = range(0x1F000, 0x1FB00)
_FIRST_MARK = "\u0300"  # below it nothing combines, and every printable character stands for itself
_MARKS_IN_A_ROW = 2
_MARKS_READ = 8  # to put a pile of thousands in its canonical order would take quadratic time


def visible(text: str, limit: int | None = None) -> str:
    """Keep what a reader sees: no control, bidirectional, zero-width, unpaired or private characters.

    Line breaks stay, other white space becomes a blank, and at most two combining marks follow a letter. A
    text longer than `limit` characters is cut and ends in an ellipsis.
    """
    if text.isprintable() and (text.isascii() or max(text) < _FIRST_MARK):
        return text if limit is None or len(text) <= limit else shortened(text, limit)
    shown = "".join(map(_shown, text[: None if limit is None else limit * 8]))
    composed = unicodedata.normalize("NFC", _flattened(shown, _MARKS_READ))
    result = _flattened(composed, _MARKS_IN_A_ROW)
    return result if limit is None else shortened(result, limit)


@lru_cache(maxsize=4096)
def _shown(char: str) -> str:
    """Tell what is left of one character: itself, a blank, or nothing."""
    category = unicodedata.category(char)
    if char == "\n":
        return char
    if char in _FILLERS or category[0] == "Z" or char in "\t\r\v\f":
        return " "
    if char in _SELECTORS or (category[0] == "C" and not (category == "Cn" and ord(char) in _PICTURES)):
        return ""
    return char


def _flattened(text: str, most: int) -> str:
    """Keep at most so many combining marks in a row."""
    if text.isascii():
        return text
    kept: list[str] = []
    marks = 0
    for char in text:
        marks = marks + 1 if char > "\u02ff" and unicodedata.category(char)[0] == "M" else 0
        if marks <= most:
            kept.append(char)
    return "".join(kept)


def one_line(text: str, limit: int) -> str:
    """Make text from outside fit on one line: visible, white space folded, at most `limit` characters."""
    return shortened(" ".join(visible(text, limit * 2).split()), limit)


def shortened(text: str, limit: int) -> str:
    """Cut to `limit` characters, the last one an ellipsis where something was cut."""
    return text if len(text) <= limit else text[: max(0, limit - 1)].rstrip() + "…"
