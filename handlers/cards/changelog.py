"""What changed, page by page. Pure."""

from __future__ import annotations

import re

from core.news.releases import Releases
from handlers.cards.layout import turned
from handlers.reply import Button, Invoke, Part, Reply, Text, Tone, code, lines, strong, text

_CODE = re.compile(r"`([^`]{1,200})`")
_LINK = re.compile(r"\[([^\]]{1,200})\]\([^)\s]{1,300}\)")


def changelog_card(releases: Releases, page: int, switch: Button | None) -> Reply:
    """Show a page of what changed; `switch` subscribes, or ends it."""
    shown, turned_to = turned(releases.pages(), page, 1, Invoke("changelog"))
    rows: list[Part] = []
    for release in shown[0] if shown else ():
        rows.append(strong(release.name))
        rows += [text("• ", entry_text(entry)) for entry in release.entries]
    return Reply(
        title=text("What is new"),
        body=lines(*(rows or ["Nothing is on record."])),
        buttons=((switch,),) if switch is not None else (),
        page=turned_to,
    )


def entry_text(entry: str) -> Text:
    """Style an entry: what stands in backticks is code, of links the words are left."""
    parts: list[Part] = []
    for number, piece in enumerate(_CODE.split(_LINK.sub(r"\1", entry))):
        parts.append(code(piece) if number % 2 else piece)
    return text(*parts)


def switch(*, command: str, stream: str, hears: bool | None) -> Button:
    """Offer to hear a stream, or not; in a group (`hears` None) its admins choose with its routes."""
    if hears is None:
        return Button("Subscribe this chat", Invoke("route", {"stream": stream, "place": "here"}))
    act = "unsubscribe" if hears else "subscribe"
    return Button(act.capitalize(), Invoke(command, {"act": act}))


def subscribed_card(what: str, *, on: bool, undo: Button) -> Reply:
    """Say that a stream is heard, or no more."""
    words = f"You hear {what} from now on." if on else f"You hear {what} no more."
    return Reply(body=text(words), buttons=((undo,),), tone=Tone.GOOD)
