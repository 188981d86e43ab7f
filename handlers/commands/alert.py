"""Alert: a sentence is read back as a rule, and saved by a press; its buttons change what was saved."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from core.addresses import RefKind, TokenRef
from core.alerts.gauges import field_of
from core.alerts.grammar import EXAMPLE, parse
from core.alerts.service import Alerts, fitted
from core.alerts.studies import Studies
from core.alerts.turn import Sighting
from core.enrichment.service import Enricher
from core.recents import Recents
from data.errors import BadArgument, UnknownToken
from data.models.alerts import AlertRule, Figure
from data.models.chat import Level
from data.models.fields import FDV_USD, SYMBOL, Field
from data.models.market import TokenSnapshot
from handlers.args import Arg
from handlers.cards.alert_words import Shown
from handlers.cards.alerts import done_card, draft_card, one_card, saved_card, shown_of
from handlers.reply import Button, Invoke, Reply
from handlers.spec import Cooldown, Ctx, Group, command

_SNOOZE_S = 3600
_STUDIED = frozenset({Figure.RSI, Figure.SECURITY})


async def _sentences(ctx: Ctx, typed: str) -> tuple[tuple[str, str], ...]:
    """Suggest how the sentence may go on."""
    token = typed.split()[0] if typed.split() else "BONK"
    ends = ("price > 0.00003", "mc cross 1m", "-20% 1h", "+50% 24h repeat", "rsi 15m > 70", "security")
    return tuple((f"{token} {end}", f"{token} {end}") for end in ends if f"{token} {end}".startswith(typed))


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertArgs:
    """What to wait for, or what to do with an alert that is set."""

    act: Annotated[
        Literal["save", "show", "edit", "snooze", "wake", "delete"] | None, Arg("What to do; buttons know")
    ] = None
    id: Annotated[int, Arg("Which alert; buttons know", low=0)] = 0
    rule: Annotated[
        str, Arg("Such as BONK price > 0.00003 repeat for 7d", rest=True, complete=_sentences)
    ] = ""


@command(
    "alert",
    "Tell you when a token's price, cap, volume, holders or RSI gets somewhere",
    group=Group.WATCH,
    args=AlertArgs,
    level=Level.MEMBER,
    cooldown=Cooldown(8, per_s=10),
    examples=(f"alert {EXAMPLE}", "alert mc cross 1m", "alert WIF -20% 1h repeat", "alert BONK rsi 15m > 70"),
    slow=True,
    standing=True,
)
async def alert(
    ctx: Ctx, args: AlertArgs, *, alerts: Alerts, studies: Studies, enricher: Enricher, recents: Recents
) -> Reply:
    """Read a rule back, or do what a button asks."""
    if args.act in {"show", "snooze", "wake", "delete"}:
        return await _handled(ctx, args, alerts, enricher)
    kept = await alerts.get(ctx.actor, ctx.chat, args.id) if args.id else None
    snapshot, rule = await _understood(ctx, args.rule, enricher, recents)
    if kept is not None and kept.token != snapshot.token:
        raise BadArgument(
            f"Alert #{kept.id} is on another token.", argument="rule", hint="Set a new one without a number."
        )
    seen = await _seen(alerts, studies, snapshot, rule)
    if args.act is None:
        shown = Shown(token=snapshot.token, symbol=snapshot.value(SYMBOL) or "", rule=rule, seen=seen)
        return draft_card(shown, alert_id=args.id)
    if kept is not None:
        return saved_card(await alerts.change(kept, rule, seen), seen, private=ctx.chat.private)
    user = ctx.actor.user
    assert user is not None  # the level asks for one
    saved, fresh = await alerts.save(user, ctx.chat, snapshot, rule, seen)
    return saved_card(saved, seen, fresh=fresh, private=ctx.chat.private)


async def _handled(ctx: Ctx, args: AlertArgs, alerts: Alerts, enricher: Enricher) -> Reply:
    """Do something with an alert that is set."""
    found = await alerts.get(ctx.actor, ctx.chat, args.id)
    private = ctx.chat.private
    match args.act:
        case "delete":
            await alerts.delete(found)
            undo = Button("Set it again", Invoke("alert", {"rule": shown_of(found).words()}))
            return done_card("is deleted", found, private=private, undo=undo)
        case "snooze":
            snoozed = await alerts.snooze(found, _SNOOZE_S)
            wake = Button("Wake", Invoke("alert", {"act": "wake", "id": str(found.id)}))
            return done_card("sleeps for an hour", snoozed, private=private, undo=wake)
        case "wake":
            return done_card("is awake", await alerts.snooze(found, 0), private=private)
    ref = TokenRef(RefKind.ADDRESS, found.token.address, found.token.chain)
    snapshot: TokenSnapshot | None = None
    with suppress(UnknownToken):  # it may be changed still
        _, snapshot = await enricher.snapshot(ref, {SYMBOL, field_of(found.rule.gauge)}, ctx.deadline)
    return one_card(found, alerts.now(found.token, found.rule, snapshot), alerts.clock_now())


async def _understood(
    ctx: Ctx, sentence: str, enricher: Enricher, recents: Recents
) -> tuple[TokenSnapshot, AlertRule]:
    """Read a sentence and find its token, or the one that was looked at last."""
    wanted = parse(sentence)
    ref = wanted.token
    if ref is None:
        last = await recents.token(ctx.actor, ctx.chat)
        if last is None:
            raise BadArgument(
                "Which token? Name it first, or look one up.", argument="rule", hint=f"Example: {EXAMPLE}"
            )
        ref = TokenRef(RefKind.ADDRESS, last.address, last.chain)
    fields: set[Field[Any]] = {SYMBOL, FDV_USD, field_of(wanted.rule.gauge)}
    found, snapshot = await enricher.snapshot(ref, fields, ctx.deadline, complete=True)
    await recents.saw(ctx.actor, ctx.chat, found.token)
    return snapshot, fitted(wanted.rule, snapshot)


async def _seen(
    alerts: Alerts, studies: Studies, snapshot: TokenSnapshot, rule: AlertRule
) -> Sighting | None:
    known = alerts.now(snapshot.token, rule, snapshot)
    if known is None and rule.gauge.figure in _STUDIED:
        return await studies.study(snapshot.token, rule.gauge)
    return known
