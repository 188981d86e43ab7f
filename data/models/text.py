"""Text from strangers, made visible: what a reader cannot see is not kept.

Escaping for a platform's markup is not done here: renderers do that.
"""

from __future__ import annotations

import unicodedata

# Letters and marks that render as nothing: fillers, variation selectors, the combining joiner.
_BLANK = frozenset("\u115f\u1160\u3164\uffa0\u2800\u034f\u17b4\u17b5") | {
    chr(code) for code in (*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0), *range(0x180B, 0x1810))
}
_MARKS_IN_A_ROW = 2


def visible(text: str, limit: int | None = None) -> str:
    """Keep what a reader sees: no control, bidirectional, zero-width, unpaired or private characters.

    Line breaks stay, other white space becomes a blank, and at most two combining marks follow a letter. A
    text longer than `limit` characters is cut and ends in an ellipsis.
    """
    if text.isascii() and text.isprintable():
        return text if limit is None or len(text) <= limit else shortened(text, limit)
    kept: list[str] = []
    marks = 0
    for char in unicodedata.normalize("NFC", text[: None if limit is None else limit * 8]):
        category = unicodedata.category(char)
        if char == "\n":
            kept.append(char)
        elif char in _BLANK or category in {"Zs", "Zl", "Zp"} or char in "\t\r\v\f":
            kept.append(" ")
        elif category[0] == "C":
            continue
        elif category[0] == "M":
            marks += 1
            if marks <= _MARKS_IN_A_ROW:
                kept.append(char)
            continue
        else:
            kept.append(char)
        marks = 0
    result = "".join(kept)
    return result if limit is None else shortened(result, limit)


def one_line(text: str, limit: int) -> str:
    """Make text from outside fit on one line: visible, white space folded, at most `limit` characters."""
    return shortened(" ".join(visible(text, limit * 2).split()), limit)


def shortened(text: str, limit: int) -> str:
    """Cut to `limit` characters, the last one an ellipsis where something was cut."""
    return text if len(text) <= limit else text[: max(0, limit - 1)].rstrip() + "…"
