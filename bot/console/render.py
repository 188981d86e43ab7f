"""Replies on a terminal and as JSON. Pure but for the PNG files that the caller writes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text as RichText

from bot.fit import fit, footer_text
from bot.frontend import CONSOLE
from handlers.reply import Button, Reply, Style, Text, Tone

_STYLES = {
    Style.PLAIN: "", Style.STRONG: "bold", Style.FAINT: "dim", Style.CODE: "cyan", Style.BLOCK: "cyan",
    Style.LINK: "underline", Style.COMMAND: "bold cyan",
}  # fmt: skip
_BORDERS = {
    Tone.NEUTRAL: "bright_black", Tone.GOOD: "green", Tone.WARN: "yellow", Tone.DANGER: "red",
    Tone.ERROR: "red",
}  # fmt: skip


def rich_text(text: Text) -> RichText:
    """Style a text; rich takes no markup from it, and links show where they lead."""
    result = RichText()
    for span in text.spans:
        result.append(span.text, _STYLES[span.style])
        if span.url:
            result.append(f" <{span.url}>", "dim")
    return result


def card(reply: Reply, image_path: str) -> RenderableType:
    """Lay a reply out as a panel, its buttons numbered below."""
    fitted = fit(reply, CONSOLE)
    parts: list[RenderableType] = []
    if fitted.body:
        parts.append(rich_text(fitted.body))
    if fitted.fields:
        grid = Table.grid(padding=(0, 2))
        for field in fitted.fields:
            grid.add_row(RichText(field.name, "dim"), rich_text(field.value))
        parts.append(grid)
    if image_path and fitted.image is not None:
        parts.append(RichText(f"chart: {image_path}\n{fitted.image.alt}", "dim"))
    numbered = buttons(reply)
    if numbered:
        parts.append(
            RichText("   ".join(_label(at, button) for at, button in enumerate(numbered, 1)), "blue")
        )
    footer = footer_text(fitted)
    return Panel(
        Group(*parts), title=rich_text(fitted.title) if fitted.title else None, title_align="left",
        subtitle=RichText(footer, "dim") if footer else None, subtitle_align="left",
        border_style=_BORDERS[fitted.tone], padding=(0, 1),
    )  # fmt: skip


def _label(number: int, button: Button) -> str:
    return f"[{number}] {'•' if button.active else ''}{button.label}"


def buttons(reply: Reply) -> tuple[Button, ...]:
    """List a reply's buttons in the order of their numbers."""
    return tuple(button for row in reply.rows for button in row)


def frame_json(command: str, number: int, reply: Reply, image_path: str) -> Mapping[str, Any]:
    """Write a frame as one JSON object for scripts."""
    footer = footer_text(reply)
    return {
        "command": command,
        "frame": number,
        "title": reply.title.plain,
        "text": "\n".join(part for part in (reply.body.plain, footer) if part),
        "fields": [{"name": field.name, "value": field.value.plain} for field in reply.fields],
        "buttons": [_button_json(button) for button in buttons(reply)],
        "image": image_path or None,
        "error": reply.error or None,
    }


def _button_json(button: Button) -> Mapping[str, Any]:
    if button.invoke is None:
        return {"label": button.label, "url": button.url}
    return {"label": button.label, "command": button.invoke.command, "args": dict(button.invoke.args)}
