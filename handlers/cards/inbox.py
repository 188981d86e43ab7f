"""What was told to a person and how it went; and the outbox's figures, for operators. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from core.addresses import word_of
from core.delivery.inbox import InboxPage
from data.models.delivery import Channel, DeliveryState, InboxEntry, QueueLine
from handlers import figures
from handlers.cards.hearing import PLACES, STREAMS
from handlers.cards.layout import in_rows
from handlers.reply import Button, Field, Invoke, Reply, Text, Tone, faint, lines, strong, text

_PER_ROW = 4
_STATES = {
    DeliveryState.WAITING: "waiting for",
    DeliveryState.LEASED: "on its way to",
    DeliveryState.SENT: "sent on",
    DeliveryState.EXPIRED: "came too late for",
    DeliveryState.GONE: "no way to",
    DeliveryState.REFUSED: "refused by",
    DeliveryState.CANCELLED: "cancelled on",
}


def inbox_card(page: InboxPage, count: int) -> Reply:
    """List notices, the newest first, with what became of each."""
    if not page.entries:
        return Reply(
            title=text("Inbox"),
            body=lines("Nothing older." if page.unread else "Nothing was told to you yet.",
                       faint("What reaches you: /notify")),
        )  # fmt: skip
    buttons = [
        Button(f"{number} Token", Invoke("t", {"token": word_of(entry.notice.about)}))
        for number, (entry, _) in enumerate(page.entries, 1)
        if entry.notice.about is not None
    ]
    turns = [Button("Newest", Invoke("inbox", {"n": str(count)}))]
    if page.more:
        before = {"n": str(count), "before": str(page.entries[-1][0].notice_id)}
        turns.append(Button("Older ›", Invoke("inbox", before)))
    new = sum(not entry.read for entry, _ in page.entries)
    if page.unread > new:
        turns.append(Button("All read", Invoke("inbox", {"read": "all"})))
    return Reply(
        title=text(f"Inbox: {page.unread} unread" if page.unread else "Inbox"),
        body=lines(
            *(_row(number, entry, words, page.now) for number, (entry, words) in enumerate(page.entries, 1))
        ),
        buttons=(*in_rows(buttons, _PER_ROW), tuple(turns)),
        footer=text("What you read here is read on every platform."),
    )


def _row(number: int, entry: InboxEntry, words: str, now: datetime) -> Text:
    stream = STREAMS[entry.notice.stream]
    about = words if words.startswith(stream) else f"{stream}: {words}"
    head = text(f"{number}. ", faint(about) if entry.read else strong(about))
    return text(head, faint(f" · {figures.ago(entry.notice.at, now)} · {ways(entry)}"))


def ways(entry: InboxEntry) -> str:
    """Say which ways a notice went."""
    sent = [
        f"{_STATES[state]} {PLACES[channel]}" for channel, state in entry.ways if channel is not Channel.INBOX
    ]
    return ", ".join(sent) or "kept here"


def all_read_card(count: int) -> Reply:
    """Say that all is read."""
    words = (
        "All is read already." if not count else f"{figures.count(count)} marked as read, on every platform."
    )
    return Reply(body=text(words), buttons=((Button("Inbox", Invoke("inbox")),),), tone=Tone.GOOD)


def queue_card(queue: Sequence[QueueLine], now: datetime) -> Reply:
    """Show how the outbox stands, channel by channel."""
    late = [each for each in queue if each.oldest_due_at is not None]
    waiting = sum(each.waiting + each.leased for each in queue)
    return Reply(
        title=text("Outbox"),
        body=text(
            f"{figures.count(waiting)} open." if waiting else "Nothing waits.",
            "" if not late else f" The oldest is due since {_oldest(late, now)}.",
        ),
        fields=tuple(_channel(each, now) for each in queue if each.channel is not Channel.INBOX),
        buttons=((Button("Refresh", Invoke("queue")), Button("Health", Invoke("health"))),),
        footer=text("Sent, expired, gone and refused count the last hour."),
    )


def _oldest(late: Sequence[QueueLine], now: datetime) -> str:
    return figures.age(max(now - each.oldest_due_at for each in late if each.oldest_due_at is not None))


def _channel(line: QueueLine, now: datetime) -> Field:
    counts = (
        ("waiting", line.waiting), ("under way", line.leased), ("sent", line.sent),
        ("expired", line.expired), ("gone", line.gone), ("refused", line.refused),
    )  # fmt: skip
    words = ", ".join(f"{name} {figures.count(count)}" for name, count in counts if count) or "nothing"
    due = "" if line.oldest_due_at is None else f"; oldest {figures.age(now - line.oldest_due_at)}"
    return Field(PLACES[line.channel], text(words, due), inline=False)
