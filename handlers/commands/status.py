"""Status: whether things work, for everyone."""

from __future__ import annotations

from core.vitals import Vitals
from handlers import figures
from handlers.reply import Button, Invoke, Reply, Tone, lines, strong, text
from handlers.spec import Cooldown, Ctx, Group, NoArgs, command


@command(
    "status",
    "Whether everything works",
    group=Group.DATA,
    cooldown=Cooldown(5, per_s=10),
    examples=("status",),
)
async def status(ctx: Ctx, args: NoArgs, *, vitals: Vitals) -> Reply:
    """Answer with what works and what does not."""
    vital = await vitals.look()
    down = [
        f"{source.title} is down"
        + (f" since {figures.clock_time(source.last_ok_at)}" if source.last_ok_at is not None else "")
        for source in vital.down
    ]
    if vital.store_problem:
        down.append("the database does not answer")
    asked = [source for source in vital.sources if source.calls]
    well = sum(source.state == "well" for source in asked)
    return Reply(
        title=text("Status"),
        body=lines(
            strong("All good" if not down else "; ".join(down)),
            text(f"{well} of {len(asked)} sources asked lately are well"),
            text(f"Up for {figures.age(ctx.now - vital.started_at)}, version {vital.version}"),
            "This is the practice market: nothing here is real." if vital.practice else "",
        ),
        tone=Tone.WARN if down else Tone.GOOD,
        buttons=((Button("Sources", Invoke("sources")), Button("Refresh", Invoke("status"))),),
    )
