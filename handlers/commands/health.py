"""Health: the same pulse as /status, with everything an operator needs."""

from __future__ import annotations

from core.enrichment.alarms import Alarms
from core.streams import Feeds
from core.vitals import Vitals
from data.models.chat import Level, Place
from handlers import figures
from handlers.cards.health import alarm_field, feed_fields
from handlers.cards.sources import sources_card
from handlers.reply import Field, Reply, text
from handlers.spec import Ctx, Group, NoArgs, command


@command(
    "health",
    "Details of the platform's health",
    group=Group.OPERATOR,
    level=Level.OPERATOR,
    place=Place.PRIVATE,
    private=True,
    examples=("health",),
)
async def health(ctx: Ctx, args: NoArgs, *, vitals: Vitals, feeds: Feeds, alarms: Alarms) -> Reply:
    """Answer with the pulse, the streams and the grid of sources."""
    vital = await vitals.look()
    store = vital.store_problem or f"answers in {vital.store_ms:.1f} ms"
    grid = sources_card(vital.sources, ctx.now)
    return grid.with_(
        title=text("Health"),
        fields=(
            Field("Version", text(vital.version)),
            Field("Up", text(figures.age(ctx.now - vital.started_at))),
            Field("Store", text(store), 90),
            Field("People", text("unknown" if vital.people is None else figures.count(vital.people))),
            Field("Background tasks", text(str(vital.background_tasks))),
            alarm_field(alarms.standing(), ctx.now),
            *feed_fields(feeds.states, ctx.now),
        ),
    )
