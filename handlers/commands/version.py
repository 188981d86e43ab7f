"""Version: which release answers."""

from __future__ import annotations

from core.vitals import Vitals
from handlers.reply import Reply, text
from handlers.spec import Ctx, Group, NoArgs, command


@command("version", "Which release this is", group=Group.YOU, examples=("version",), menu=False)
async def version(ctx: Ctx, args: NoArgs, *, vitals: Vitals) -> Reply:
    """Answer with the release."""
    vital = await vitals.look()
    return Reply(body=text(f"TrenchCoat Pro {vital.version}"))
