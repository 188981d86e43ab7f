"""Cut a reply to a platform's limits: what matters least goes first. Pure."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence

from bot.frontend import Limits
from handlers.reply import Button, Field, Reply, Span, Style, Text

PRACTICE = "practice market, not real prices"
_BETWEEN = " · "
_LEAST_BODY = 200
_ESSENTIAL = 100  # fields of this priority stay while there is a body to cut


def fit(reply: Reply, limits: Limits) -> Reply:
    """Make a reply fit: parts to their own limits, then fields by priority, then the body's end."""
    measure = limits.measure
    room = limits.caption if reply.image is not None else limits.total
    parts = {
        "title": cut(reply.title, min(limits.title, room // 2), measure),
        "body": cut(reply.body, min(limits.body, room), measure),
        "footer": cut(reply.footer, min(limits.footer, room // 4) - _mark(reply, limits), measure),
        "fields": _fields(reply, limits),
        "buttons": _buttons(reply.rows, limits),
        "page": None,
    }
    changed = {name: part for name, part in parts.items() if getattr(reply, name) is not part}
    fitted = reply.with_(**changed) if changed else reply
    if size(fitted, limits) <= room:
        return fitted
    fitted = _without_fields(fitted, limits, room, below=_ESSENTIAL)
    fitted = _shortened(fitted, limits, room, least=_LEAST_BODY)
    fitted = _without_fields(fitted, limits, room)
    return _shortened(fitted, limits, room, least=0)


def _mark(reply: Reply, limits: Limits) -> int:
    """Measure what the mark of the practice market takes of the footer."""
    return limits.measure(_BETWEEN + PRACTICE) if reply.practice else 0


def _without_fields(reply: Reply, limits: Limits, room: int, below: int | None = None) -> Reply:
    """Drop fields, those of lowest priority first, until the reply fits; `below` spares the others."""
    fields = list(reply.fields)
    while fields and size(reply, limits) > room:
        least = min(reversed(fields), key=lambda field: field.priority)
        if below is not None and least.priority >= below:
            break
        fields.remove(least)
        reply = reply.with_(fields=tuple(fields))
    return reply


def _shortened(reply: Reply, limits: Limits, room: int, *, least: int) -> Reply:
    """Cut the body's end until the reply fits, but leave `least` units of it."""
    over = size(reply, limits) - room
    if over <= 0:
        return reply
    measure = limits.measure
    return reply.with_(body=cut(reply.body, max(least, measure(reply.body.plain) - over), measure))


def size(reply: Reply, limits: Limits) -> int:
    """Measure a reply as its renderer will write it, or a little more."""
    measure = limits.measure
    parts = [reply.title.plain, reply.body.plain, footer_text(reply)]
    parts += [field.name + field.value.plain for field in reply.fields]
    return sum(measure(part) + limits.joint for part in parts if part)


def footer_text(reply: Reply) -> str:
    """Write the footer with the mark of the practice market, which nothing may crowd out."""
    parts = [reply.footer.plain, PRACTICE if reply.practice else ""]
    return _BETWEEN.join(part for part in parts if part)


def cut(text: Text, limit: int, measure: Callable[[str], int]) -> Text:
    """Cut a text to `limit` units, the last an ellipsis where something was cut."""
    if measure(text.plain) <= limit:
        return text
    kept: list[Span] = []
    left = max(0, limit - 1)
    for span in text.spans:
        units = measure(span.text)
        if units > left:
            words = _prefix(span.text, left, measure)
            if words and span.style is not Style.COMMAND:
                kept.append(Span(words, span.style, span.url))
            break
        kept.append(span)
        left -= units
    return Text((*kept, Span("…"))) if limit > 0 else Text()


def _prefix(words: str, units: int, measure: Callable[[str], int]) -> str:
    low, high = 0, len(words)
    while low < high:
        middle = (low + high + 1) // 2
        if measure(words[:middle]) <= units:
            low = middle
        else:
            high = middle - 1
    return words[:low]


def _fields(reply: Reply, limits: Limits) -> tuple[Field, ...]:
    shown = [field for field in reply.fields if field.value]
    while len(shown) > limits.fields:
        shown.remove(min(reversed(shown), key=lambda field: field.priority))
    return tuple(
        Field(
            cut(Text((Span(field.name),)), limits.field_name, limits.measure).plain,
            cut(field.value, limits.field_value, limits.measure),
            field.priority,
            field.inline,
        )
        for field in shown
    )


def _buttons(rows: tuple[tuple[Button, ...], ...], limits: Limits) -> tuple[tuple[Button, ...], ...]:
    """Break rows that are too wide; if they are too many, close them up, and keep what there is room for."""
    broken = [part for row in rows for part in _broken(row, limits.per_row)]
    if len(broken) > limits.rows:
        broken = _broken([button for row in rows for button in row], limits.per_row)
    return tuple(tuple(_labelled(button, limits) for button in row) for row in broken[: limits.rows])


def _broken(row: Sequence[Button], width: int) -> list[Sequence[Button]]:
    return [row[at : at + width] for at in range(0, len(row), width)]


def _labelled(button: Button, limits: Limits) -> Button:
    label = cut(Text((Span(button.label),)), limits.label, limits.measure).plain
    return dataclasses.replace(button, label=label)
