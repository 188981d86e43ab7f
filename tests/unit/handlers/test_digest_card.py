"""What a digest looks like, and what a notice says in a few words, whatever strangers called their tokens."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest

import handlers.alerts
from bot.fit import fit
from bot.frontend import DISCORD, TELEGRAM
from core.delivery.digest import KIND, LINES, Digest, Line, digest
from core.delivery.inbox import InboxPage
from core.events import encode
from data.models.delivery import Channel, DeliveryState, InboxEntry, Notice, QueueLine, Stream, Urgency
from data.models.hearing import Gathered
from data.models.ids import SOL
from handlers.alerts import registry
from handlers.alerts.headline import LIMIT, Headlines
from handlers.alerts.registry import Cards
from handlers.cards.inbox import inbox_card, queue_card
from handlers.reply import Reply
from tests.fakes.clock import START, VirtualClock

HOSTILE = "\u202e<b>@everyone</b>\n[x](http://evil)" + "A" * 5_000


@dataclass(frozen=True, slots=True)
class Said:
    headline: str


@dataclass(frozen=True, slots=True)
class Named:
    symbol: str


def notice(body: str = "{}", kind: str = "said", stream: Stream = Stream.RADAR, **other: object) -> Notice:
    given: dict[str, object] = {"about": SOL, "at": START - timedelta(minutes=5), **other}
    return Notice(
        key="k", kind=kind, stream=stream, body=body, expires_at=START, urgency=Urgency.SIGNAL, **given
    )  # type: ignore[arg-type]


WORDS = Headlines({"said": Said, "named": Named})


@pytest.mark.parametrize(
    ("told", "words"),
    [
        (notice(encode(Said("BONK broke out"))), "BONK broke out"),
        (notice(encode(Said(" \u200b\n"))), "Radar: So11…1112"),
        (notice(encode(Named("BONK")), "named", Stream.ALERTS), "Alerts: BONK"),
        (notice("{}", "unheard of"), "Radar: So11…1112"),
        (notice("not even JSON"), "Radar: So11…1112"),
        (notice("{}", "none", Stream.NEWS, about=None), "News"),
    ],
)
def test_a_notice_says_what_it_can(told: Notice, words: str) -> None:
    assert WORDS(told) == words


def test_hostile_words_are_one_short_visible_line() -> None:
    for body, kind in ((encode(Said(HOSTILE)), "said"), (encode(Named(HOSTILE)), "named")):
        words = WORDS(notice(body, kind))
        assert len(words) <= LIMIT
        assert "\n" not in words
        assert "\u202e" not in words


def event(count: int, *, words: str = "BONK broke out", inbox: bool = True, **other: int) -> Digest:
    line = Line(at=START - timedelta(minutes=12), stream=Stream.RADAR, words=words, about=SOL)
    given = {"over_budget": 0, "in_quiet": 0, **other}
    return Digest(
        due_at=START,
        streams=((Stream.RADAR, count),),
        lines=(line,) * min(count, LINES),
        inbox=inbox,
        **given,
    )


async def drawn(told: Digest) -> Reply:
    cards = registry.discover(handlers.alerts)
    drawers = {KIND: functools.partial(cards[KIND].run)}
    made = Cards(cards, drawers, VirtualClock(), practice=True)
    return await made.reply(notice(encode(told), KIND), [encode(told)])


async def test_a_digest_says_how_much_came_and_why_it_was_held() -> None:
    reply = await drawn(event(LINES + 3, over_budget=9, in_quiet=2))
    assert reply.title.plain == f"Digest: {LINES + 3} held back"
    said = reply.body.plain
    assert said.startswith(f"Radar {LINES + 3}\nBONK broke out · 12m ago")
    assert "and 3 more: /inbox lists all" in said
    assert said.endswith("9 over the budget of an hour; 2 came in quiet hours")
    assert [button.label for row in reply.rows for button in row] == ["Inbox"]
    assert reply.practice


async def test_a_chats_digest_leads_to_no_inbox() -> None:
    reply = await drawn(event(1, inbox=False))
    assert (reply.title.plain, reply.rows) == ("Digest: 1 held back", ())
    assert "inbox" not in reply.body.plain


async def test_a_digest_of_hostile_names_fits_every_platform() -> None:
    words = WORDS(notice(encode(Said(HOSTILE))))
    reply = await drawn(event(LINES, words=words))
    for limits in (TELEGRAM, DISCORD):
        fitted = fit(reply, limits)
        assert "held back" in fitted.title.plain
        assert "\u202e" not in fitted.body.plain


def test_a_digest_counts_by_stream_and_reason() -> None:
    counts = {
        (Stream.RADAR, "digest chosen"): 2,
        (Stream.NEWS, "digest budget"): 4,
        (Stream.RADAR, "digest quiet"): 3,
    }
    made = digest(Gathered(address="1", user_id=None, due_at=START, counts=counts), (notice(),), WORDS)
    assert made.streams == ((Stream.RADAR, 5), (Stream.NEWS, 4))
    assert (made.total, made.over_budget, made.in_quiet, made.headline) == (9, 4, 3, "Digest of 9")


def entry(number: int, *ways: tuple[Channel, DeliveryState], read: bool = False) -> InboxEntry:
    return InboxEntry(notice_id=number, notice=notice(), ways=ways, read=read)


@pytest.mark.parametrize(
    ("way", "words"),
    [
        ((Channel.TELEGRAM, DeliveryState.SENT), "sent on Telegram"),
        ((Channel.DISCORD, DeliveryState.GONE), "no way to Discord"),
        ((Channel.MAIL, DeliveryState.EXPIRED), "came too late for e-mail"),
        ((Channel.INBOX, DeliveryState.SENT), "kept here"),
    ],
)
def test_the_inbox_says_how_each_went(way: tuple[Channel, DeliveryState], words: str) -> None:
    page = InboxPage(entries=((entry(7, way), "BONK broke out"),), unread=1, more=True, now=START)
    card = inbox_card(page, 1)
    assert card.body.plain == f"1. Radar: BONK broke out · 5m ago · {words}"
    older = card.rows[-1][-1].invoke
    assert older is not None
    assert older.args == {"n": "1", "before": "7"}


def test_twenty_hostile_entries_fit_every_platform() -> None:
    words = WORDS(notice(encode(Said(HOSTILE))))
    page = InboxPage(entries=((entry(7), words),) * 20, unread=20, more=True, now=START)
    for limits in (TELEGRAM, DISCORD):
        assert fit(inbox_card(page, 20), limits).rows


def test_the_queue_names_the_oldest_that_is_due() -> None:
    def line(channel: Channel, due: datetime | None, **counts: int) -> QueueLine:
        return QueueLine(channel=channel, oldest_due_at=due, **counts)

    queue = [
        line(Channel.TELEGRAM, START - timedelta(seconds=40), waiting=1_200, sent=9),
        line(Channel.DISCORD, None, refused=2),
        line(Channel.INBOX, None, sent=5),
    ]
    card = queue_card(queue, START)
    assert card.body.plain == "1,200 open. The oldest is due since 40s."
    assert [(field.name, field.value.plain) for field in card.fields] == [
        ("Telegram", "waiting 1,200, sent 9; oldest 40s"),
        ("Discord", "refused 2"),
    ]
