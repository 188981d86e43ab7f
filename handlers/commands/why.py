"""Why: the sources, ages and conflicts behind a figure, or the rule that refused a command."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from core.addresses import RefKind, TokenRef
from core.enrichment.service import Enricher
from core.radar.board import Records
from core.recents import Recents
from data.errors import BadArgument, UserError
from data.models.fields import FIELDS
from handlers.args import Arg
from handlers.cards.radar import why_signal_card
from handlers.cards.token import WANTED
from handlers.cards.why import field_card, overview_card, unknown_field_card
from handlers.reply import Reply, text
from handlers.spec import Cooldown, Ctx, Group, command

_SIGNAL = "signal:"
_WANTED = WANTED | frozenset(FIELDS.values())


async def _abouts(ctx: Ctx, typed: str) -> tuple[tuple[str, str], ...]:
    words = ["last", "rule", *FIELDS]
    return tuple((word, word) for word in words if word.startswith(typed.lower()))


@dataclass(frozen=True, slots=True, kw_only=True)
class WhyArgs:
    """What to explain."""

    about: Annotated[
        str, Arg("last, rule, a figure such as price, or a signal's number", complete=_abouts)
    ] = "last"


@command(
    "why",
    "Where a figure or a signal comes from, or which rule refused you",
    group=Group.TOKEN,
    args=WhyArgs,
    cooldown=Cooldown(8, per_s=10),
    examples=("why price", "why last", "why rule", "why signal:12"),
)
async def why(ctx: Ctx, args: WhyArgs, *, enricher: Enricher, recents: Recents, records: Records) -> Reply:
    """Explain a figure of the last token here, a signal, or the last refusal."""
    if args.about.lower().startswith(_SIGNAL):
        return await _signal(args.about, records)
    about = args.about.lower()
    if about == "rule":
        refusal = await recents.refusal(ctx.actor, ctx.chat)
        return Reply(
            title=text("Why?"), body=text(refusal or "Nothing was refused to you here."), private=True
        )
    key = FIELDS.get(about)
    if key is None and about != "last":
        raise BadArgument(
            f"{args.about!r} is no figure I know.", argument="about", hint=f"One of: {', '.join(FIELDS)}"
        )
    token = await recents.token(ctx.actor, ctx.chat)
    if token is None:
        raise UserError("There is no card to explain yet.", hint="Ask for one first: /t BONK")
    ref = TokenRef(RefKind.ADDRESS, token.address, token.chain)
    _, snapshot = await enricher.snapshot(ref, _WANTED if key not in WANTED else WANTED, ctx.deadline)
    if key is None:
        return overview_card(snapshot)
    resolved = snapshot.get(key)
    return field_card(snapshot, resolved) if resolved is not None else unknown_field_card(snapshot, key)


async def _signal(word: str, records: Records) -> Reply:
    """Explain a signal by its key, or by its number, as signal:12."""
    number = word[len(_SIGNAL) :]
    found = await records.one(number if number.isdecimal() and len(number) < 19 else word)
    if found is None:
        raise BadArgument("I know no such signal.", argument="about", hint="/signals lists them")
    return why_signal_card(*found)
