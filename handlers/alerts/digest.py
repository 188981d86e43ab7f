"""What was held back, told together."""

from __future__ import annotations

from core.delivery.digest import KIND, Digest
from handlers import figures
from handlers.alerts.spec import Story, notice
from handlers.cards.hearing import STREAMS
from handlers.reply import Button, Invoke, Part, Reply, faint, lines, text


@notice(KIND, Digest)
async def digest(story: Story[Digest]) -> Reply:
    """Draw a digest."""
    told = story.newest
    more = told.total - len(told.lines)
    rows: list[Part] = [
        text(line.words, faint(f" · {figures.ago(line.at, story.now)}")) for line in told.lines
    ]
    where = ": /inbox lists all" if told.inbox else ""
    return Reply(
        title=text(f"Digest: {told.total} held back" if told.total != 1 else "Digest: 1 held back"),
        body=lines(
            text(", ".join(f"{STREAMS[stream]} {count}" for stream, count in told.streams)),
            *rows,
            faint(f"and {more} more{where}") if more > 0 else "",
            faint(_why(told)),
        ),
        buttons=((Button("Inbox", Invoke("inbox")),),) if told.inbox else (),
    )


def _why(told: Digest) -> str:
    parts = [
        f"{told.over_budget} over the budget of an hour" if told.over_budget else "",
        f"{told.in_quiet} came in quiet hours" if told.in_quiet else "",
    ]
    return "; ".join(filter(None, parts))
