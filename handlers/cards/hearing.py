"""What reaches a person or a chat, read back in plain words, with the choices to press. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from core.delivery.budget import USUAL
from core.delivery.loudness import DANGEROUS, Loudness
from core.delivery.schedule import Rhythm, Schedule
from core.delivery.wishes import Wishes
from core.delivery.zones import zone
from core.signals.spec import SignalType
from data.models.delivery import Channel, Stream, Target
from handlers.cards.layout import in_rows
from handlers.reply import Button, Invoke, Part, Reply, Text, Tone, faint, lines, strong, text

STREAMS: Mapping[str, str] = {
    Stream.RADAR: "Radar",
    Stream.HUNT: "Launches",
    Stream.DANGER: "Danger",
    Stream.ALERTS: "Alerts",
    Stream.CALLS: "Calls",
    Stream.WALLETS: "Wallets",
    Stream.NEWS: "News",
    Stream.UPDATES: "Updates",
    Stream.INCIDENTS: "Incidents",
}
PLACES: Mapping[Channel, str] = {
    Channel.TELEGRAM: "Telegram",
    Channel.DISCORD: "Discord",
    Channel.CONSOLE: "terminal",
    Channel.WEBHOOK: "webhook",
    Channel.MAIL: "e-mail",
    Channel.INBOX: "inbox",
}
_LOUD = {
    Loudness.ON: "on",
    Loudness.SILENT: "silent",
    Loudness.DIGEST: "with the digest",
    Loudness.OFF: "off",
}
_NIGHTS = ("23:00-07:00", "22:00-08:00", "00:00-09:00")


def called(kind: str) -> str:
    """Name a type of notice: a stream, or what the radar saw."""
    return STREAMS.get(kind) or kind.replace("_", " ").capitalize()


def notify_card(wishes: Wishes, *, chat: bool, home: Target | None, now: datetime) -> Reply:
    """Show all that holds."""
    whom = "this chat" if chat else "you"
    types = [each.value for each in SignalType if each.value in wishes.loudness]
    rows: list[Part] = [
        *(loud_line(wishes, each.value) for each in Stream),
        *(loud_line(wishes, each) for each in types),
        quiet_line(wishes, now),
        digest_line(wishes.schedule, wishes.zone_name),
        budget_line(wishes.budget),
        snoozed_line(wishes),
    ]
    if not chat:
        rows.append(home_line(home))
    streams = [Button(called(each), Invoke("notify", {"type": each.value})) for each in Stream]
    more = [Button("Quiet hours", Invoke("quiet")), Button("Digest", Invoke("digest"))]
    if not chat:
        more.append(Button("Tell me here", Invoke("notify", {"type": "here"})))
    return Reply(
        title=text(f"What reaches {whom}"),
        body=lines(*rows),
        buttons=(*in_rows(streams, 3), tuple(more)),
        footer=text(
            "Which streams come here: /route" if chat else "Types of signals too: /notify liq_drain silent"
        ),
    )


def loud_card(wishes: Wishes, kind: str, *, chat: bool, changed: bool) -> Reply:
    """Read one type back, with what it may be."""
    offered = [each for each in Loudness if each is not Loudness.DIGEST or kind not in DANGEROUS]
    chosen = wishes.loudness.get(kind)
    choices = [
        Button(each.value, Invoke("notify", {"type": kind, "loudness": each.value}), active=each is chosen)
        for each in offered
    ]
    rest = [Button("All", Invoke("notify"))]
    return Reply(
        body=lines(
            text(strong(loud_line(wishes, kind).plain), " in this chat" if chat else ""),
            faint(_meaning(wishes, kind)),
        ),
        buttons=(tuple(choices), tuple(rest)),
        tone=Tone.GOOD if changed else Tone.NEUTRAL,
    )


def loud_line(wishes: Wishes, kind: str) -> Text:
    """Say how a type comes."""
    chosen = wishes.loudness.get(kind)
    if chosen is None and kind not in DANGEROUS and wishes.schedule.gathers:
        return text(f"{called(kind)}: with the digest")
    if chosen is None and kind not in STREAMS:
        return text(f"{called(kind)}: as its stream")
    return text(f"{called(kind)}: {_LOUD[chosen or Loudness.ON]}")


def _meaning(wishes: Wishes, kind: str) -> str:
    chosen = wishes.loudness.get(kind)
    if kind in DANGEROUS:
        if chosen is Loudness.OFF:
            return "Nothing warns you, not even about tokens you hold or watch."
        return "Danger passes quiet hours, snoozes, digest and budget; only off stops it."
    match chosen:
        case Loudness.SILENT:
            return "It comes without a sound."
        case Loudness.DIGEST:
            return f"It is gathered, and comes {_rhythm(wishes.schedule, wishes.zone_name)}."
        case Loudness.OFF:
            return "It does not come, and is not kept in the inbox either."
        case _:
            return "It comes at once, but for quiet hours and the budget."


def quiet_line(wishes: Wishes, now: datetime) -> Text:
    """Say when it is quiet."""
    if wishes.quiet is None:
        return text("Quiet hours: none")
    hours = str(wishes.quiet).replace("-", "–")
    until = wishes.quiet.until(now, wishes.zone)
    still = "" if until is None else f" It is quiet until {until.astimezone(wishes.zone):%H:%M}."
    passes = "danger is off" if danger_off(wishes) else "danger passes"
    return text(f"Quiet {hours} {wishes.zone_name}: {passes}.{still}")


def danger_off(wishes: Wishes) -> bool:
    """Tell whether warnings are turned off."""
    return wishes.loudness.get(Stream.DANGER) is Loudness.OFF


def digest_line(schedule: Schedule, zone_name: str) -> Text:
    """Say how notices come together."""
    if not schedule.gathers:
        return text("Digest: none; each comes at once, what is held back comes hourly")
    return text(
        f"Digest {_rhythm(schedule, zone_name)}: all but danger, and types that are set to on or silent"
    )


def _rhythm(schedule: Schedule, zone_name: str) -> str:
    if schedule.rhythm is Rhythm.DAILY:
        return f"daily at {schedule.at:%H:%M} {zone_name}"
    return "hourly"


def budget_line(budget: int) -> Text:
    """Say how much may come."""
    usual = " (default)" if budget == USUAL else ""
    return text(f"At most {budget} messages an hour{usual}: the rest comes with the digest")


def snoozed_line(wishes: Wishes) -> Text:
    """Say what is snoozed."""
    return text(f"Snoozed: {len(wishes.snoozed)}") if wishes.snoozed else text()


def home_line(home: Target | None) -> Text:
    """Say where a person is told."""
    if home is None:
        return text("You are told in the inbox alone: no platform reaches you.")
    return text(f"You are told on {PLACES[home.channel]}, once; all of it is in the inbox.")


def quiet_card(wishes: Wishes, *, now: datetime, changed: bool = False) -> Reply:
    """Read the quiet hours back."""
    there = now.astimezone(wishes.zone)
    hours = "" if wishes.quiet is None else str(wishes.quiet)
    nights = [Button(each, Invoke("quiet", {"hours": each}), active=each == hours) for each in _NIGHTS]
    return Reply(
        body=lines(
            strong(quiet_line(wishes, now).plain),
            f"What comes meanwhile waits for the end, or for the digest where it would be too late by then. "
            f"It is {there:%H:%M} {wishes.zone_name} now.",
            faint("Another time zone: /quiet Europe/Berlin, or /quiet 23:00-07:00 +02:00"),
        ),
        buttons=(
            tuple(nights),
            (Button("Off", Invoke("quiet", {"hours": "off"}), active=wishes.quiet is None),),
        ),
        tone=Tone.GOOD if changed else Tone.NEUTRAL,
    )


def digest_card(wishes: Wishes, *, now: datetime, changed: bool = False) -> Reply:
    """Read the rhythm back."""
    due = wishes.schedule.after(now, wishes.zone).astimezone(zone(wishes.zone_name))
    choices = [
        Button(each.value, Invoke("digest", {"rhythm": each.value}), active=each is wishes.schedule.rhythm)
        for each in Rhythm
    ]
    return Reply(
        body=lines(
            strong(digest_line(wishes.schedule, wishes.zone_name).plain),
            f"The next one is due at {due:%H:%M} {wishes.zone_name}, if anything is held.",
            faint("Another time: /digest daily 18:30. Another zone: /quiet Europe/Berlin"),
        ),
        buttons=(tuple(choices),),
        tone=Tone.GOOD if changed else Tone.NEUTRAL,
    )


def budget_card(budget: int, used: Sequence[datetime], *, changed: bool) -> Reply:
    """Read the budget of a chat back."""
    choices = [
        Button(str(each), Invoke("budget", {"n": str(each)}), active=each == budget)
        for each in (10, 20, 30, 60)
    ]
    return Reply(
        body=lines(
            strong(budget_line(budget).plain),
            f"{len(used)} in the last hour in this place."
            if used
            else "None in the last hour in this place.",
            "Who goes first: danger, which always passes, alerts, radar by its chance, news.",
        ),
        buttons=(tuple(choices),),
        tone=Tone.GOOD if changed else Tone.NEUTRAL,
    )
