"""An announcement: as it will look, as it looks, and what can still be done about it. Pure."""

from __future__ import annotations

from datetime import datetime

from core.news.announced import Announced
from core.news.announcements import CONFIRM_WITHIN, HELD_FOR, Shown
from data.models.announcing import Announcement, AnnouncementState
from handlers.reply import Button, Invoke, Reply, Tone, faint, lines, strong, text

_MINUTES = int(CONFIRM_WITHIN.total_seconds() // 60)


def announced_card(told: Announced) -> Reply:
    """Show an announcement as everybody sees it: its words, and nothing in them that acts."""
    source = "From the operator of this bot" if told.everywhere else "From the admins of this chat"
    return Reply(
        title=text("Announcement"),
        body=text(told.text),
        buttons=((Button("Mute", Invoke("notify", {"type": "updates"})),),) if told.everywhere else (),
        footer=text(source),
    )


def preview_card(shown: Shown) -> Reply:
    """Show how it will look and how far it goes, and ask."""
    announcement = shown.announcement
    told = Announced(id=announcement.id, text=announcement.text, everywhere=announcement.everywhere)
    held = f" It is held for {int(HELD_FOR.total_seconds() // 60)} minutes, or until another operator agrees."
    buttons = (
        _button(f"Send to {places(shown.places)}", "send", announcement, danger=True),
        _button("Stop", "cancel", announcement),
    )
    return Reply(
        title=text("Announce this?"),
        body=lines(text(strong(f"To {places(shown.places)}.")), told.text),
        buttons=(buttons if shown.places else buttons[1:],),
        tone=Tone.WARN,
        footer=text(
            ("Nobody listens to updates yet." if not shown.places else "")
            + (held if announcement.everywhere and shown.places else "")
            + f" The button is yours alone and works for {_MINUTES} minutes."
        ),
    )


def sent_card(shown: Shown) -> Reply:
    """Say that it is on its way, or when it will be."""
    announcement = shown.announcement
    if announcement.state is AnnouncementState.HELD and announcement.sends_at is not None:
        words = lines(
            text(strong(f"#{announcement.id} waits until {announcement.sends_at:%H:%M} UTC"),
                 f", then it goes to {places(shown.places)}."),
            "Another operator can let it go now; you and every operator can stop it.",
        )  # fmt: skip
    else:
        words = lines(
            text(strong(f"#{announcement.id} is on its way"), f" to {places(shown.places)}."),
            faint("What was not sent yet can be stopped."),
        )
    return Reply(body=words, buttons=((_button("Stop it", "cancel", announcement),),), tone=Tone.GOOD)


def stopped_card(announcement: Announcement, spared: int) -> Reply:
    """Say that it was stopped, and what had not heard it yet."""
    return Reply(
        body=text(strong(f"#{announcement.id} is stopped"), f": {places(spared)} will not hear it.")
        if spared
        else text(strong(f"#{announcement.id} is stopped"), ". Nothing of it was waiting in a queue."),
        tone=Tone.GOOD,
    )


def held_card(number: int, words: str, author: str, sends_at: datetime) -> Reply:
    """Ask another operator."""
    choices = (
        Button("Let it go now", Invoke("announce", {"text": f"approve {number}"})),
        Button("Stop it", Invoke("announce", {"text": f"cancel {number}"}), danger=True),
    )
    return Reply(
        title=text(f"{author} announces to everyone"),
        body=lines(words, text(faint(f"It goes out at {sends_at:%H:%M} UTC unless somebody stops it."))),
        buttons=(choices,),
        tone=Tone.WARN,
    )


def places(count: int) -> str:
    """Count places."""
    return "1 place" if count == 1 else f"{count} places"


def _button(label: str, act: str, announcement: Announcement, *, danger: bool = False) -> Button:
    return Button(label, Invoke("announce", {"text": f"{act} {announcement.id}"}), danger=danger)
