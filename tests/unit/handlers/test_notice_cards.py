"""What is pushed, drawn: each kind by its card, and in plain words where that fails."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from datetime import timedelta
from types import ModuleType
from typing import Any

import pytest
from structlog.testing import capture_logs

import handlers.alerts
from bot import inject
from config.settings import Settings
from core.delivery.note import Note, NoteLink
from core.events import encode
from data.errors import InvariantBroken, StoreUnavailable
from data.models.delivery import Notice, Stream, Urgency
from data.models.ids import SOL
from handlers.alerts.registry import Cards, discover
from handlers.alerts.spec import NoticeCard, Story, notice
from handlers.reply import Reply, Tone, text
from tests.fakes.clock import START, VirtualClock
from tests.fakes.hostile import corpus


@dataclass(frozen=True, slots=True, kw_only=True)
class Rung:
    """A bell rang so often."""

    times: int


class Tower:
    """A service."""

    name = "St. Paul"


@notice("rung", Rung)
async def rung(story: Story[Rung], *, tower: Tower) -> Reply:
    """Tell how often."""
    told = ", then ".join(str(event.times) for event in story.events)
    return Reply(body=text(f"{tower.name} rang {told} at {story.now:%H:%M}"))


def about(kind: str, **changed: Any) -> Notice:
    return Notice(
        key="k", kind=kind, stream=Stream.UPDATES, body="{}", at=START, expires_at=START + timedelta(hours=1),
        urgency=Urgency.NEWS, **changed,
    )  # fmt: skip


def drawn_with(*cards: NoticeCard, practice: bool = False) -> Cards:
    clock = VirtualClock()
    kinds = {card.kind: card for card in cards}
    drawers = inject.drawers(kinds, inject.Services(Settings(), clock, Tower()))
    return Cards(kinds, drawers, clock, practice=practice)


def broken(error: Exception) -> NoticeCard:
    async def card(story: Story[Rung]) -> Reply:
        raise error

    return notice("rung", Rung)(card)


async def test_a_card_gets_its_story_newest_first_and_its_services() -> None:
    bodies = [encode(Rung(times=12)), encode(Rung(times=11))]
    reply = await drawn_with(rung).reply(about("rung"), bodies)
    assert reply == Reply(body=text("St. Paul rang 12, then 11 at 12:00"))


async def test_on_the_practice_market_every_card_says_so() -> None:
    cards = drawn_with(rung, practice=True)
    assert (await cards.reply(about("rung"), [encode(Rung(times=1))])).practice
    assert (await cards.reply(about("unheard of"), ["{}"])).practice


@pytest.mark.parametrize(
    "error", [KeyError("x"), ValueError(), ZeroDivisionError(), InvariantBroken("x"), RecursionError()]
)
async def test_a_card_that_fails_becomes_plain_words_that_name_the_token(error: Exception) -> None:
    with capture_logs() as said:
        reply = await drawn_with(broken(error)).reply(about("rung", about=SOL), [encode(Rung(times=1))])
    assert reply.title.plain == "Something happened (rung)"
    assert SOL.address in reply.body.plain
    assert "2026-11-22 12:00 UTC" in reply.body.plain
    assert [entry["event"] for entry in said] == ["card_failed"]


async def test_a_kind_without_a_card_and_a_body_of_another_kind_become_plain_words() -> None:
    for kind, story in (("unheard_of", ["{}"]), ("rung", ['{"times": "often"}']), ("rung", [])):
        with capture_logs():
            reply = await drawn_with(rung).reply(about(kind), story)
        assert reply.title.plain.startswith("Something happened (")


async def test_what_an_older_program_told_is_left_out_of_the_story() -> None:
    with capture_logs() as said:
        reply = await drawn_with(rung).reply(about("rung"), [encode(Rung(times=3)), '{"strokes": 2}'])
    assert "rang 3 at" in reply.body.plain
    assert [entry["event"] for entry in said] == ["story_left_out"]


async def test_a_store_that_is_away_is_told_so_that_it_is_tried_again() -> None:
    with pytest.raises(StoreUnavailable):
        await drawn_with(broken(StoreUnavailable("away"))).reply(about("rung"), [encode(Rung(times=1))])


def test_a_card_whose_service_is_not_wired_stops_the_start() -> None:
    with pytest.raises(InvariantBroken, match="the rung card needs tower: Tower"):
        inject.drawers({"rung": rung}, inject.Services(Settings(), VirtualClock()))


def test_each_kind_has_one_card(monkeypatch: pytest.MonkeyPatch) -> None:
    package = ModuleType("belfry")
    package.__path__ = []
    modules = {"belfry.one": ModuleType("belfry.one"), "belfry.two": ModuleType("belfry.two")}
    for name, module in modules.items():
        module.rung = rung  # type: ignore[attr-defined]
        monkeypatch.setitem(sys.modules, name, module)
    found = [type("Found", (), {"name": name})() for name in ("one", "two")]
    monkeypatch.setattr("pkgutil.iter_modules", lambda path: iter(found))
    assert discover(package) == {"rung": rung}  # one that is imported elsewhere is still one
    modules["belfry.two"].rung = broken(KeyError())  # type: ignore[attr-defined]
    with pytest.raises(InvariantBroken, match="second card of the kind 'rung'"):
        discover(package)


def test_the_cards_of_the_program_are_found() -> None:
    assert "note" in discover(handlers.alerts)


NOTE = discover(handlers.alerts)["note"]


async def test_a_note_says_its_lines_and_opens_web_addresses_alone() -> None:
    links = (
        NoteLink(label="Changes", url="https://example.org/changes"),
        NoteLink(label="Bad", url="javascript:alert(1)"),
        NoteLink(label="Empty", url=""),
    )
    told = Note(title="Version 2", lines=("Faster.", "", "Calmer."), links=links, tone="good")
    reply = await drawn_with(NOTE).reply(about("note"), [encode(told)])
    assert (reply.title.plain, reply.body.plain, reply.tone) == ("Version 2", "Faster.\nCalmer.", Tone.GOOD)
    assert [[button.label for button in row] for row in reply.rows] == [["Changes"]]


async def test_a_hostile_note_is_shown_as_words() -> None:
    for case in corpus():
        told = Note(
            title=case.text, lines=(case.text,), links=(NoteLink(label=case.text, url="https://a.example"),)
        )
        with capture_logs() as said:
            reply = await drawn_with(NOTE).reply(about("note"), [encode(told)])
        assert said == []
        assert "\n" not in reply.title.plain
