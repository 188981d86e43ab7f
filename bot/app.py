"""The composition root: every service made once, in order, and closed in the opposite one."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from aiohttp import web
from pydantic import SecretStr

import handlers.commands
from bot import alerting, boarding, enriching, following, inject, listening, market, reaching, scanning, ways
from bot.health import HealthServer, Readiness
from bot.inject import Services
from bot.newsroom import services as newsroom_services
from bot.observe import Asked, CommandMetrics
from bot.radar import services as radar_services
from config.settings import Settings
from core.charting import Charts
from core.charts.render import Renderer
from core.chats import Chats
from core.delivery.audience import Audience
from core.delivery.outbox import Outbox
from core.delivery.presence import Presence
from core.enrichment.reliability import Reliability
from core.flows import Flows
from core.keys import Keys, master
from core.past import Past
from core.payloads import Payloads
from core.people import People
from core.rates import Rates
from core.recents import Recents
from core.sources import Sources
from core.streams import Feeds
from core.throttle import Throttle
from core.vitals import Vitals
from data.chain.rpc import SOLANA_RPC
from data.clock import Clock, SystemClock
from data.errors import ConfigError
from data.feeds.socket import Means
from data.gateway.gateway import Gateway
from data.gateway.shared import RedisLedger, RedisLink, RedisTier
from data.gateway.transport import HttpTransport, Transport
from data.gateway.upstream import Ledgers
from data.metrics import Metrics
from data.models.chat import Identity
from data.models.ids import Platform, ProviderId
from data.nursery import Nursery
from data.ports import CacheTier
from data.providers import base
from data.providers.base import Provider
from data.store.store import Store
from handlers import registry as commands
from handlers.dispatch import Dispatcher
from handlers.inline import InlineSearch
from handlers.registry import Registry

if TYPE_CHECKING:
    from data.sandbox.server import SandboxServer

BANNER_PRACTICE = "PRACTICE MARKET: simulated tokens and prices, nothing here is real"


@dataclass(frozen=True, slots=True, kw_only=True)
class App:
    """The running platform; `services` are found by their types, `routes` are served beside the probes."""

    settings: Settings
    clock: Clock
    metrics: Metrics
    nursery: Nursery
    state_dir: Path
    dispatcher: Dispatcher
    asked: Asked
    services: Services
    sandbox: SandboxServer | None
    routes: list[web.RouteDef]


def all_providers() -> dict[ProviderId, Provider]:
    """List the market APIs, and the chain beside them."""
    return base.discover() | {SOLANA_RPC.id: SOLANA_RPC}


@asynccontextmanager
async def build(
    settings: Settings,
    *,
    clock: Clock | None = None,
    rng: random.Random | None = None,
    transport: Transport | None = None,
) -> AsyncIterator[App]:
    """Make the platform, without its front ends.

    Raises:
        ConfigError: a setting cannot be used.
        StoreUnavailable: the database does not answer.
    """
    async with AsyncExitStack() as stack:
        state_dir = open_state_dir(settings)
        real_clock = clock or SystemClock()
        world_clock = (
            market.WorldClock(real_clock, settings.sandbox.speed) if settings.practice else real_clock
        )
        chance = rng or market.seeded(settings)
        metrics = Metrics()
        providers = market.providers(all_providers(), practice=settings.practice)
        store = await Store.open(database_url(settings, state_dir), real_clock)
        stack.push_async_callback(store.close)
        await store.migrate()
        sealed: Mapping[ProviderId, tuple[SecretStr, ...]] = {}
        if not settings.practice:  # which takes no key
            sealed = await Keys(store, master(settings, state_dir, real_clock)).opened()
        sandbox = None
        if settings.practice:
            sandbox = await stack.enter_async_context(market.apart(settings.sandbox, world_clock))
        if transport is None:
            transport = await stack.enter_async_context(HttpTransport())
        nursery = await stack.enter_async_context(Nursery())
        shared = await redis(settings, world_clock, stack)
        gateway = Gateway(
            transport=transport, tiers=tiers(settings, store, shared, world_clock), clock=world_clock,
            nursery=nursery, metrics=metrics, rng=chance,
            access=market.access(providers, settings, sandbox.base_urls if sandbox else {}, sealed),
            ledgers=ledgers(shared, world_clock),
        )  # fmt: skip
        renderer = Renderer()
        stack.push_async_callback(renderer.aclose)
        means = Means(clock=world_clock, rng=chance, nursery=nursery, metrics=metrics)
        feeds = listening.start(settings, sandbox, means, gateway, transport, providers)
        services = wire(
            settings, clock=world_clock, wall=real_clock, store=store, gateway=gateway, providers=providers,
            nursery=nursery, renderer=renderer, feeds=feeds,
        )  # fmt: skip
        stack.push_async_callback(services[Recents].write)
        await services[Reliability].load()
        stack.push_async_callback(services[Reliability].keep)
        await alerting.start(services, nursery)
        registry, asked = services[Registry], Asked()
        dispatcher = Dispatcher(
            registry=registry, runners=inject.runners(registry, services),
            completers=inject.completers(registry, services), people=services[People], chats=services[Chats],
            throttle=services[Throttle], recents=services[Recents], observer=CommandMetrics(metrics),
            clock=world_clock, request_ids=lambda: f"{chance.getrandbits(40):010x}",
            practice=settings.practice, seen=services[Presence].seen, asked=asked.heard,
        )  # fmt: skip
        yield App(
            settings=settings, clock=world_clock, metrics=metrics, nursery=nursery, state_dir=state_dir,
            dispatcher=dispatcher, asked=asked, services=services, sandbox=sandbox, routes=[],
        )  # fmt: skip


def wire(
    settings: Settings,
    *,
    clock: Clock,
    wall: Clock,
    store: Store,
    gateway: Gateway,
    providers: Mapping[ProviderId, Provider],
    nursery: Nursery,
    renderer: Renderer,
    feeds: Feeds,
) -> Services:
    """Make the services that commands may ask for, by their types.

    `clock` is the market's time; `wall` that of what people wrote, which must outlive a practice market.
    """
    # What is off is shown among the sources, and is nothing that a card could miss.
    asked = {name: provider for name, provider in providers.items() if gateway.asks(provider)}
    learning = enriching.services(gateway=gateway, providers=asked, store=store, nursery=nursery, clock=clock)
    finder, enricher = learning.finder, learning.enricher
    sources = Sources(gateway, providers, learning.reliability)
    people = People(store, owners=owners(settings), open_registration=settings.access.registration == "open")
    throttle, practice = Throttle(clock), settings.practice
    outbox, audience = Outbox(store, wall), Audience(store, wall)
    return Services(
        settings,
        clock,
        store,
        gateway,
        *learning.services,
        *scanning.services(
            enricher=enricher, finder=finder, gateway=gateway, providers=asked, nursery=nursery, clock=clock
        ),
        sources,
        feeds,
        *alerting.services(
            learning, store=store, outbox=outbox, audience=audience, feeds=feeds, clock=clock, wall=wall
        ),
        *radar_services(settings.radar, enricher, store, outbox, audience, clock),
        *following.services(
            settings, enricher, gateway, asked, store, outbox, audience, nursery, feeds, clock, wall
        ),
        *boarding.services(
            gateway=gateway,
            providers=asked,
            enricher=enricher,
            store=store,
            renderer=renderer,
            nursery=nursery,
            clock=clock,
            launches=feeds.launches,
        ),
        commands.discover(handlers.commands),
        Charts(enricher, renderer, practice=practice),
        Flows(gateway, asked),
        Past(store, clock),
        people,
        outbox,
        audience,
        throttle,
        InlineSearch(
            finder=finder, enricher=enricher, people=people, throttle=throttle, clock=clock, practice=practice
        ),
        *memories(store, wall, nursery),
        Rates(enricher, gateway, asked, nursery),
        ways.mailboxes(settings.mail, store, people, wall),
        *reaching.services(store, outbox, audience, people, nursery, wall),
        *newsroom_services(enricher, gateway, providers, store, people, outbox, audience, clock, wall),
        Vitals(store=store, sources=sources, nursery=nursery, clock=clock, practice=practice),
    )


def memories(store: Store, wall: Clock, nursery: Nursery) -> tuple[object, ...]:
    """Make what remembers chats, and what was said in them."""
    return (Chats(store), Recents(store, wall, nursery), Payloads(store, wall))


def open_state_dir(settings: Settings) -> Path:
    """Make the folder of all state, for us alone.

    Raises:
        ConfigError: it cannot be made.
    """
    folder = settings.state_dir.expanduser()
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise ConfigError([f"TRENCHCOAT_STATE_DIR: {folder} cannot be made: {error.strerror}"]) from None
    return folder


def database_url(settings: Settings, state_dir: Path) -> str:
    """Choose the database; the practice market has a file of its own."""
    if settings.database_url is not None:
        return settings.database_url.get_secret_value()
    return f"sqlite+aiosqlite:///{state_dir / ('practice.db' if settings.practice else 'trench.db')}"


async def redis(settings: Settings, clock: Clock, stack: AsyncExitStack) -> RedisLink | None:
    """Open Redis where it is chosen."""
    if settings.redis_url is None:
        return None
    return await stack.enter_async_context(RedisLink(settings.redis_url, clock))


def tiers(settings: Settings, store: Store, shared: RedisLink | None, clock: Clock) -> list[CacheTier]:
    """List the cache tiers below memory; the practice market starts anew each time."""
    if settings.practice:
        return []
    return [store.cache] if shared is None else [RedisTier(shared, clock), store.cache]


def ledgers(shared: RedisLink | None, clock: Clock) -> Ledgers | None:
    """Keep the vendors' quotas where every process sees them, if there is such a place."""
    if shared is None:
        return None
    return lambda name, pace: RedisLedger(shared, name, pace, clock)


def owners(settings: Settings) -> tuple[Identity, ...]:
    """Read the owners; whoever sits at the console is one."""
    named = [owner.partition(":") for owner in settings.owner_ids]
    return (
        Identity(Platform.CONSOLE, "local"),
        *(Identity(Platform(platform), number) for platform, _, number in named),
    )


def probes(app: App, readiness: Readiness) -> HealthServer | None:
    """Make the server of probes, figures and webhooks, where a port is set."""
    http = app.settings.http
    if http.port is None:
        return None
    return HealthServer(
        host=http.host,
        port=http.port,
        ping=app.services[Store].ping,
        metrics=app.metrics,
        readiness=readiness,
        routes=app.routes,
    )
