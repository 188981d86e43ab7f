"""A note: what it says, one line below the other, and its links as buttons."""

from __future__ import annotations

from core.delivery.note import Note
from data.models.text import one_line
from handlers.alerts.spec import Story, notice
from handlers.reply import Button, Reply, Tone, lines, text

_WEB = ("https://", "http://")
_LINKS = 5


@notice("note", Note)
async def note(story: Story[Note]) -> Reply:
    """Show a note."""
    told = story.newest
    opened = [link for link in told.links if link.url.startswith(_WEB)][:_LINKS]
    return Reply(
        title=text(one_line(told.title, 200)),
        body=lines(*told.lines),
        buttons=tuple((Button(link.label, url=link.url),) for link in opened),
        tone=Tone(told.tone),
    )
