"""An alert that fired: what, at which value, with the hour's chart and what can be done next."""

from __future__ import annotations

from core.addresses import RefKind, TokenRef, word_of
from core.alerts.events import KIND, AlertFired
from core.charting import Charts
from core.enrichment.service import Enricher
from data.errors import UnknownToken
from data.models.alerts import Figure
from data.models.ids import ProviderId
from data.models.market import Timeframe
from data.ports import Clock, Deadline
from handlers import figures
from handlers.alerts.spec import Story, notice
from handlers.cards import chart
from handlers.cards.alert_words import amount, condition, rounded
from handlers.cards.alerts import SNOOZE
from handlers.cards.provenance import source
from handlers.cards.token import WANTED
from handlers.reply import Button, Image, Invoke, Reply, Text, Tone, code, faint, lines, strong, text

_PATIENCE_S = 6.0


@notice(KIND, AlertFired)
async def alert(story: Story[AlertFired], *, enricher: Enricher, charts: Charts, clock: Clock) -> Reply:
    """Tell what fired; where no chart can be drawn in time, without one."""
    event = story.newest
    image = await _chart(event, enricher, charts, Deadline.after(clock, _PATIENCE_S))
    return card(event).with_(image=image)


def card(event: AlertFired) -> Reply:
    """Lay an alert that fired out in words."""
    name = event.symbol or figures.address(event.token.address)
    word, number = word_of(event.token), str(event.alert_id)
    return Reply(
        title=text("Alert: ", condition(event.rule, name)),
        body=lines(text(_happened(event)), text(code(event.token.address)), text(faint(_times(event)))),
        buttons=(
            (
                Button("Chart", Invoke("c", {"token": word, "tf": Timeframe.H1.value})),
                Button("Scan", Invoke("s", {"token": word})),
                Button("Watch", Invoke("watch", {"token": word})),
            ),
            (
                Button(f"Snooze {SNOOZE}", Invoke("alert", {"act": "snooze", "id": number})),
                Button("Delete", Invoke("alert", {"act": "delete", "id": number})),
            ),
        ),
        tone=Tone.WARN,
        footer=text(f"{_sources(event)} · {figures.clock_time(event.seen.at)}"),
    )


def _happened(event: AlertFired) -> Text:
    gauge, value, threshold = event.rule.gauge, event.seen.value, event.rule.threshold
    now = strong(rounded(gauge, value))
    if gauge.figure is Figure.SECURITY:
        before = "" if threshold is None else f", was {amount(gauge, threshold)}"
        return text("The verdict is ", now, before)
    return text("It is ", now)


def _times(event: AlertFired) -> str:
    if not event.rule.repeat:
        return "It was set for once."
    return f"Time {event.fires}; it rests now until it has gone back."


def _sources(event: AlertFired) -> str:
    names = [source(ProviderId(each)) for each in event.seen.sources]
    return f"by {', '.join(names)}" if names else "by no source"


async def _chart(event: AlertFired, enricher: Enricher, charts: Charts, deadline: Deadline) -> Image | None:
    ref = TokenRef(RefKind.ADDRESS, event.token.address, event.token.chain)
    try:
        _, snapshot = await enricher.snapshot(ref, WANTED, deadline)
    except UnknownToken:
        return None
    if not snapshot.pools:
        return None
    drawing = await charts.draw(snapshot, Timeframe.H1, deadline)
    return chart.image(drawing, snapshot, Timeframe.H1)
