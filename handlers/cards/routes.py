"""Where a chat hears what: the routes, and the five steps that set a group up. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from core.delivery.loudness import Loudness
from core.delivery.routes import UNASKED, place_of
from core.delivery.wishes import Wishes
from data.models.chat import Chat
from data.models.delivery import Stream, Subscription, Target
from data.models.ids import Platform
from data.models.text import one_line
from handlers.cards.hearing import STREAMS, budget_line, quiet_line
from handlers.cards.layout import in_rows
from handlers.reply import Button, Invoke, Part, Reply, Tone, faint, lines, strong, text

STEPS = 5
_FIRST, _SECOND = Stream.RADAR, Stream.DANGER
_REST = (Stream.HUNT, Stream.CALLS, Stream.WALLETS, Stream.NEWS, Stream.UPDATES, Stream.INCIDENTS)
_ASKED = {
    1: "Radar: a chart and the reasons when something begins. Where shall it come?",
    2: "Danger: drained liquidity, creators who sell, worse scans. It passes quiet hours and budget.",
    3: "What else shall come to this place? Press again to stop it.",
    4: "Hours in which only danger comes.",
    5: "How many messages an hour, at most? Danger passes; the rest comes with a digest.",
}
_NIGHTS = ("off", "23:00-07:00", "22:00-08:00")
_BUDGETS = ("10", "20", "30", "60")


def place_name(place: Target, chat: Chat) -> str:
    """Name a place of a chat, seen from where one is."""
    if place == place_of(chat):
        return "in this topic" if place.topic else "here"
    if place.topic:
        return f"in topic {place.topic}"
    if place.address == chat.channel:
        return "in the main chat" if chat.platform is Platform.TELEGRAM else "in this channel"
    return f"in channel {place.address}"


def route_line(stream: Stream, routes: Mapping[Stream, Subscription], wishes: Wishes, chat: Chat) -> str:
    """Say where a stream comes."""
    heard = routes.get(stream)
    off = wishes.loudness.get(stream) is Loudness.OFF
    if heard is not None and not heard.active:
        why = one_line(heard.problem, 80)
        return f"{STREAMS[stream]}: paused {place_name(heard.target, chat)}{f' ({why})' if why else ''}"
    if heard is not None:
        but = ", but turned off by /notify" if off else ""
        return f"{STREAMS[stream]}: {place_name(heard.target, chat)}{but}"
    if stream in UNASKED and not off:
        return f"{STREAMS[stream]}: where they were asked for"
    return f"{STREAMS[stream]}: off"


def routes_card(routes: Mapping[Stream, Subscription], wishes: Wishes, chat: Chat) -> Reply:
    """List where everything comes."""
    streams = [Button(STREAMS[each], Invoke("route", {"stream": each.value})) for each in Stream]
    return Reply(
        title=text("Where this chat hears what"),
        body=lines(*(route_line(each, routes, wishes, chat) for each in Stream)),
        buttons=(*in_rows(streams, 3), (Button("Step by step", Invoke("setup")),)),
        footer=text("How loud: /notify. How much: /budget. When: /quiet"),
    )


def route_card(
    stream: Stream, routes: Mapping[Stream, Subscription], wishes: Wishes, chat: Chat, *, changed: bool
) -> Reply:
    """Read one stream back, with the places to choose."""
    choices = [
        Button(label, Invoke("route", {"stream": stream.value, "place": word}), active=active)
        for label, word, active in _places(stream, routes, chat)
    ]
    return Reply(
        body=lines(
            text(strong(f"{route_line(stream, routes, wishes, chat)}.")),
            "" if changed else faint("Elsewhere: say /route there, or name it, such as topic:12."),
        ),
        buttons=(tuple(choices), (Button("All", Invoke("route")),)),
        tone=Tone.GOOD if changed else Tone.NEUTRAL,
    )


def _places(stream: Stream, routes: Mapping[Stream, Subscription], chat: Chat) -> list[tuple[str, str, bool]]:
    """List the places to press: label, word, and whether it is the one."""
    heard = routes.get(stream)
    here, main = place_of(chat), place_of(chat, topic="")
    at = None if heard is None or not heard.active else heard.target
    found = [("This topic" if here.topic else "Here", "here", at == here)]
    if here.topic:
        label = "Main chat" if chat.platform is Platform.TELEGRAM else "Its channel"
        found.append((label, "main", at == main))
    return [*found, ("Off", "off", at is None)]


def setup_card(
    step: int, routes: Mapping[Stream, Subscription], wishes: Wishes, chat: Chat, now: datetime
) -> Reply:
    """Ask one of the five questions, with what holds so far."""
    return Reply(
        title=text(f"Set up, step {step} of {STEPS}"),
        body=lines(_ASKED[step], strong(_holds(step, routes, wishes, chat, now))),
        buttons=(*_choices(step, routes, wishes, chat), _turns(step)),
    )


def _holds(
    step: int, routes: Mapping[Stream, Subscription], wishes: Wishes, chat: Chat, now: datetime
) -> str:
    match step:
        case 1 | 2:
            return f"{route_line(_FIRST if step == 1 else _SECOND, routes, wishes, chat)}."
        case 3:
            return "\n".join(route_line(each, routes, wishes, chat) for each in _REST)
        case 4:
            return quiet_line(wishes, now).plain
        case _:
            return budget_line(wishes.budget).plain


def _choices(
    step: int, routes: Mapping[Stream, Subscription], wishes: Wishes, chat: Chat
) -> tuple[tuple[Button, ...], ...]:
    def to(label: str, choice: str, *, active: bool) -> Button:
        return Button(label, Invoke("setup", {"step": str(step), "choice": choice}), active=active)

    match step:
        case 1 | 2:
            stream = _FIRST if step == 1 else _SECOND
            return (tuple(to(label, word, active=on) for label, word, on in _places(stream, routes, chat)),)
        case 3:
            heard = {each.stream for each in routes.values() if each.active and each.target == place_of(chat)}
            return in_rows([to(STREAMS[each], each.value, active=each in heard) for each in _REST], 3)
        case 4:
            held = "off" if wishes.quiet is None else str(wishes.quiet)
            return (tuple(to(each.capitalize(), each, active=each == held) for each in _NIGHTS),)
        case _:
            return (tuple(to(each, each, active=each == str(wishes.budget)) for each in _BUDGETS),)


def _turns(step: int) -> tuple[Button, ...]:
    def to(number: int, label: str) -> Button:
        return Button(label, Invoke("setup", {"step": str(number)}))

    before = [to(step - 1, "‹ Back")] if step > 1 else []
    return (*before, to(step + 1, "Next ›") if step < STEPS else to(STEPS + 1, "Done"))


def set_up_card(routes: Mapping[Stream, Subscription], wishes: Wishes, chat: Chat, now: datetime) -> Reply:
    """Read everything back."""
    rows: list[Part] = [route_line(each, routes, wishes, chat) for each in Stream]
    return Reply(
        title=text("This chat is set up"),
        body=lines(*rows, quiet_line(wishes, now), budget_line(wishes.budget)),
        buttons=(
            (Button("Again", Invoke("setup")), Button("Routes", Invoke("route"))),
            (Button("Loudness", Invoke("notify")), Button("Digest", Invoke("digest"))),
        ),
        tone=Tone.GOOD,
    )
