"""What a command costs where nothing must be fetched: microseconds, from the whole command inward."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Awaitable

from cachetools import TTLCache

from bot import app as composition
from bot import market
from bot.app import App
from core.addresses import parse_ref
from core.enrichment import resolve
from core.enrichment.collect import Collected, collect
from core.enrichment.plan import plan_calls
from core.enrichment.service import Enricher
from core.recents import Recents
from data.clock import Deadline
from data.gateway.gateway import Gateway
from data.models.chat import Actor
from data.models.ids import SOL
from data.models.market import Answer
from data.providers.base import Call
from handlers.cards.price import WANTED
from handlers.commands.p import PriceArgs, p
from handlers.spec import Ctx, Origin
from tests.bench import platform
from tests.bench.measure import Row, by_turns, per_call

ROUNDS = 7
PEOPLE = 3_000  # more than are asked for within a cooldown


async def _measured() -> list[Row]:
    async with platform.served() as app:
        for person in range(PEOPLE):
            await platform.answered(app, platform.request(person, "p", tokens="SOL"))
        rows = [await _command(app), await _enrichment(app)]
        return [*rows, *await _parts(app)]


async def _command(app: App) -> Row:
    """The whole command, against its own function called bare."""
    people = itertools.cycle(range(PEOPLE))
    enricher, recents = app.services[Enricher], app.services[Recents]
    asked = platform.request(0, "p", tokens="SOL")
    actor = Actor(identity=asked.identity, name=asked.name)

    async def dispatched() -> None:
        await platform.answered(app, platform.request(next(people), "p", tokens="SOL"))

    async def bare() -> None:
        ctx = Ctx(
            command="p", actor=actor, chat=asked.chat, origin=Origin.TEXT, request_id="",
            deadline=Deadline.after(app.clock, 8), now=app.clock.now(),
        )  # fmt: skip
        reference = parse_ref("SOL")
        assert reference is not None
        reply = p.run(ctx, PriceArgs(tokens=(reference,)), enricher=enricher, recents=recents)
        assert isinstance(reply, Awaitable)
        await reply

    ours, peer = await by_turns(ROUNDS, per_call(400)(dispatched), per_call(400)(bare))
    return Row(
        subject="cached /p: recognised, bound, guarded, logged", unit="µs", against="its function bare",
        ours=ours, peer=peer,
    )  # fmt: skip


async def _enrichment(app: App) -> Row:
    """A token that was asked for a moment ago, against asking all sources' kept answers and resolving."""
    enricher, reference = app.services[Enricher], parse_ref("SOL")
    assert reference is not None

    async def repeated() -> None:
        await enricher.snapshot(reference, WANTED, Deadline.after(app.clock, 8))

    async def anew() -> None:
        collected = await _collected(app)
        resolve.snapshot(SOL, collected.answers, collected.gaps, trust={}, asked=(), now=app.clock.now())

    ours, peer = await by_turns(ROUNDS, per_call(400)(repeated), per_call(40)(anew))
    return Row(
        subject="cached enrichment, asked again in a second", unit="µs", against="resolved anew", ours=ours,
        peer=peer,
    )  # fmt: skip


async def _parts(app: App) -> list[Row]:
    """A single answer from the gateway's memory, and what all sources said made one."""
    gateway, collected = app.services[Gateway], await _collected(app)
    call = _calls()[0]
    plain: TTLCache[str, Answer] = TTLCache(1000, 60)
    key = call.key
    plain[key] = collected.answers[0]

    async def kept() -> None:
        assert isinstance(await gateway.fetch(call, Deadline.after(app.clock, 8)), Answer)

    async def looked_up() -> None:
        plain.get(key)

    async def resolved() -> None:
        resolve.snapshot(SOL, collected.answers, collected.gaps, trust={}, asked=(), now=app.clock.now())

    ours, peer = await by_turns(ROUNDS, per_call(1000)(kept), per_call(1000)(looked_up))
    costs, _ = await by_turns(ROUNDS, per_call(40)(resolved), per_call(1)(looked_up))
    sources = len(collected.answers)
    return [
        Row(subject="gateway hit", unit="µs", against="TTLCache.get", ours=ours, peer=peer),
        Row(subject=f"resolve what {sources} sources said", unit="µs", ours=costs),
    ]


def _calls() -> tuple[Call, ...]:
    providers = market.providers(composition.all_providers(), practice=True)
    return plan_calls(SOL, WANTED, providers.values())


async def _collected(app: App) -> Collected:
    asking = collect(
        _calls(), Deadline.after(app.clock, 8), gateway=app.services[Gateway], nursery=app.nursery,
        clock=app.clock, patience_s=1, enough=1,
    )  # fmt: skip
    return [each async for each in asking][-1]


def measure() -> list[Row]:
    """Measure this subject."""
    return asyncio.run(_measured())
