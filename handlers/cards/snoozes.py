"""What is snoozed, read back in plain words. Pure."""

from __future__ import annotations

from datetime import datetime

from core.delivery.snoozes import word
from core.delivery.wishes import Wishes
from data.models.alerts import Alert
from handlers import figures
from handlers.cards.hearing import called, danger_off
from handlers.cards.layout import in_rows
from handlers.reply import Button, Invoke, Reply, Tone, faint, lines, strong, text

_SPANS = ("1h", "8h", "1d", "7d")
_SHOWN = 8


def snoozes_card(wishes: Wishes, *, chat: bool) -> Reply:
    """List what is snoozed."""
    held = sorted(wishes.snoozed.items(), key=lambda each: each[1])
    if not held:
        return Reply(
            body=lines("Nothing is snoozed.", faint("To snooze: /snooze radar 2h, or /snooze $BONK 1d"))
        )
    wakes = [Button(f"Wake {subject_name(subject)}", _snooze(subject, "off")) for subject, _ in held[:_SHOWN]]
    rows = [f"{subject_name(subject)}: until {_when(until, wishes)}" for subject, until in held]
    return Reply(
        title=text("Snoozed in this chat" if chat else "Snoozed for you"),
        body=lines(*rows[:_SHOWN], _more(len(rows)), faint(_still(wishes))),
        buttons=in_rows(wakes, 2),
    )


def _more(count: int) -> str:
    return f"and {count - _SHOWN} more" if count > _SHOWN else ""


def _snooze(subject: str, length: str) -> Invoke:
    return Invoke("snooze", {"what": word(subject), "length": length})


def subject_name(subject: str) -> str:
    """Name what is snoozed."""
    return figures.address(subject.partition(":")[2]) if ":" in subject else called(subject)


def snoozed_card(
    subject: str, named: str, until: datetime, *, chat: bool, hinted: bool, wishes: Wishes
) -> Reply:
    """Read a snooze back; `hinted` to who is no admin of the group they said it in."""
    whom = "This chat hears" if chat else "You hear"
    longer = [Button(each, _snooze(subject, each)) for each in _SPANS]
    return Reply(
        body=lines(
            text(strong(f"{whom} nothing of {named}"), f" until {_when(until, wishes)}."),
            _still(wishes) + ("" if chat else " The inbox keeps the rest."),
            faint("For you alone: what this chat hears, its admins choose.") if hinted else "",
        ),
        buttons=(tuple(longer), (Button("Wake", _snooze(subject, "off")),)),
        tone=Tone.GOOD,
    )


def _still(wishes: Wishes) -> str:
    return "Danger is off, too." if danger_off(wishes) else "Danger comes all the same."


def _when(at: datetime, wishes: Wishes) -> str:
    return f"{at.astimezone(wishes.zone):%d %b %H:%M} {wishes.zone_name}"


def woken_card(subject: str, named: str, *, there: bool) -> Reply:
    """Say that a snooze is over."""
    words = f"{named} is heard again." if there else f"{named} was not snoozed."
    again = Button("Snooze 1h", _snooze(subject, "1h"))
    return Reply(body=text(words), buttons=((again,),), tone=Tone.GOOD if there else Tone.NEUTRAL)


def snoozed_alert_card(alert: Alert, wishes: Wishes) -> Reply:
    """Read back that an alert sleeps, or is awake."""
    number, until = str(alert.id), alert.snoozed_until
    words = "is awake" if until is None else f"is silent until {_when(until, wishes)}"
    choices = [Button(each, Invoke("snooze", {"what": number, "length": each})) for each in (*_SPANS, "off")]
    return Reply(body=text(strong(f"Alert #{number} {words}.")), buttons=(tuple(choices),), tone=Tone.GOOD)
