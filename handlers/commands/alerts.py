"""Alerts: all that somebody waits for, with how far each is, to change, snooze or delete."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from core.addresses import RefKind, TokenRef
from core.alerts.gauges import field_of
from core.alerts.service import Alerts
from core.enrichment.service import Enricher
from data.errors import UnknownToken
from data.models.alerts import Alert
from data.models.chat import Level, Place
from data.models.fields import SYMBOL, Field
from data.models.ids import TokenKey
from data.models.market import TokenSnapshot
from data.ports import Deadline
from handlers.args import Arg
from handlers.cards.alerts import list_card
from handlers.cards.layout import turned
from handlers.complete import tokens
from handlers.reply import Invoke, Reply
from handlers.spec import Cooldown, Ctx, Group, command

_SHOWN = 4  # each has a row of buttons, and Discord takes five
_PATIENCE_S = 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertsArgs:
    """On which token, which page."""

    token: Annotated[TokenRef | None, Arg("Only alerts on this token", complete=tokens)] = None
    page: Annotated[int, Arg("Page of the list", low=1, high=999)] = 1


@command(
    "alerts",
    "Your alerts: how far each is; edit, snooze, delete",
    group=Group.WATCH,
    args=AlertsArgs,
    level=Level.MEMBER,
    place=Place.PRIVATE,
    cooldown=Cooldown(8, per_s=10),
    examples=("alerts", "alerts BONK"),
    slow=True,
)
async def alerts(ctx: Ctx, args: AlertsArgs, *, alerts: Alerts, enricher: Enricher) -> Reply:
    """List the person's own alerts, wherever they tell."""
    user = ctx.actor.user
    assert user is not None  # the level asks for one
    token: TokenKey | None = None
    if args.token is not None:
        found, _ = await enricher.snapshot(args.token, {SYMBOL}, ctx.deadline)
        token = found.token
    every = await alerts.of_user(user, token)
    here = {name: word for name, word in ctx.given.items() if name != "page"}
    shown, page = turned(every, args.page, _SHOWN, Invoke("alerts", here))
    now = await _snapshots(shown, enricher, ctx.deadline.at_most(_PATIENCE_S))
    rows = [(each, alerts.now(each.token, each.rule, now.get(each.token))) for each in shown]
    return list_card(rows, len(every), page, alerts.clock_now())


async def _snapshots(
    shown: Iterable[Alert], enricher: Enricher, deadline: Deadline
) -> Mapping[TokenKey, TokenSnapshot]:
    """Ask for the tokens of a page, each once; one that nobody knows is left out."""
    wanted: dict[TokenKey, set[Field[Any]]] = {}
    for each in shown:
        if each.phase.live:
            wanted.setdefault(each.token, {SYMBOL}).add(field_of(each.rule.gauge))

    async def one(token: TokenKey) -> TokenSnapshot | None:
        ref = TokenRef(RefKind.ADDRESS, token.address, token.chain)
        try:
            return (await enricher.snapshot(ref, wanted[token], deadline))[1]
        except UnknownToken:
            return None

    found = await asyncio.gather(*map(one, wanted))
    return {snapshot.token: snapshot for snapshot in found if snapshot is not None}
