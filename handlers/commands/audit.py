"""Audit: what was done with privilege, and whether its record is as it was written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from core.people import People
from data.models.chat import Level, Place
from handlers.args import Arg, PersonRef
from handlers.cards.audit import audit_card
from handlers.cards.people import called
from handlers.reply import Invoke, Reply
from handlers.spec import Cooldown, Ctx, Group, command


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditArgs:
    """How much, and of whom."""

    n: Annotated[int, Arg("How many entries", low=1, high=25)] = 10
    person: Annotated[PersonRef | None, Arg("Only what this person did")] = None
    before: Annotated[int | None, Arg("Only entries before this one", low=1)] = None


@command(
    "audit",
    "Who changed what, and whether the record holds",
    group=Group.OPERATOR,
    args=AuditArgs,
    level=Level.OPERATOR,
    place=Place.PRIVATE,
    private=True,
    cooldown=Cooldown(10, per_s=20),
    examples=("audit", "audit 20", "audit 10 @alice"),
)
async def audit(ctx: Ctx, args: AuditArgs, *, people: People) -> Reply:
    """Answer with the newest entries and the verdict on all."""
    person = await people.find(args.person.text, args.person.platform) if args.person is not None else None
    by = None if person is None else person.id
    entries = await people.deeds(args.n + 1, by=by, before=args.before)
    more = None
    if len(entries) > args.n:
        given = {"n": str(args.n), "before": str(entries[args.n - 1].seq)}
        more = Invoke("audit", given if by is None else given | {"person": str(by)})
    about = "" if person is None else f": what {called(person)} did"
    return audit_card(entries[: args.n], await people.verify(), about=about, more=more)
