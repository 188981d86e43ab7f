"""Streams over real sockets: what is lost with a connection comes back once, in order, and nothing hangs.

The sockets are real and the clock is moved by hand, so that a stall of half a minute costs nothing.
"""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web
from pydantic import SecretStr

from data.chain.base58 import base58
from data.chain.pump_logs import decode_logs
from data.chain.rpc import SOLANA_RPC
from data.errors import NotListed, Unavailable
from data.feeds import history
from data.feeds.backfill import Backfill
from data.feeds.outbox import MOST_WAITING
from data.feeds.pulse import Pulse
from data.feeds.pumpportal import PumpPortal
from data.feeds.socket import Means, Patience, Socket
from data.feeds.solana import SolanaFeed
from data.gateway.access import Access
from data.gateway.gateway import Gateway
from data.gateway.transport import HttpTransport
from data.metrics import Metrics
from data.models.events import FeedPhase, Logged, ProgramLogged, StreamEvent, TokenLaunched, TokenTraded
from data.models.launch import Signed
from data.nursery import Nursery
from data.ports import Feed
from data.providers.base import Quota
from data.sandbox.faults import Fault
from data.sandbox.server import SandboxServer
from data.sandbox.streams import logs
from data.sandbox.world import World
from tests.fakes.clock import START, VirtualClock
from tests.fakes.node import Node
from tests.unit.data.providers.recorded import SAMPLES

PROGRAM = "BoomYLwca6TXDmMZ9cbtt6i1DDg9A8trzSW741PH25e"
QUIET = Patience(stall_s=None)
RECORDED = [
    json.loads(line)["params"]["result"]["value"]
    for line in (SAMPLES / "pumpfun" / "helius-logs-pumpfun-program.jsonl").read_text().splitlines()
]


class Watched(VirtualClock):
    """A clock moved by hand that notes how long anybody wants to sleep."""

    def __init__(self) -> None:
        super().__init__()
        self.sleeps: list[float] = []

    async def sleep(self, seconds: float) -> None:
        self.sleeps.append(seconds)
        await super().sleep(seconds)


@dataclass
class Stage:
    """A feed that runs, and everything it has told."""

    clock: Watched
    nursery: Nursery
    metrics: Metrics
    told: list[StreamEvent] = field(default_factory=list)

    @property
    def means(self) -> Means:
        return Means(clock=self.clock, rng=random.Random(3), nursery=self.nursery, metrics=self.metrics)

    def run(self, feed: Feed) -> None:
        async def listen() -> None:
            async for event in feed.events():
                self.told.append(event)

        self.nursery.start(feed.run(), name="feed")
        self.nursery.start(listen(), name="listener")

    @property
    def signatures(self) -> list[str | None]:
        return [event.signature for event in self.told]

    async def until(self, holds: Callable[[], bool], *, passing_s: float = 0.0) -> None:
        """Wait until something holds, letting time pass meanwhile."""
        async with asyncio.timeout(10):
            while not holds():
                self.clock.advance(passing_s)
                await asyncio.sleep(0.002)


@asynccontextmanager
async def stage() -> AsyncIterator[Stage]:
    async with Nursery() as nursery:
        yield Stage(Watched(), nursery, Metrics())


def signature(number: int) -> str:
    return base58(bytes([7]) * 60 + number.to_bytes(4, "big"))


def lines(number: int) -> list[str]:
    return [f"Program {PROGRAM} invoke [1]", f"Program log: {number}", f"Program {PROGRAM} success"]


def asking(node: Node, clock: VirtualClock, **limits: float) -> Backfill:
    """Ask the node over HTTP, as a gateway would."""

    async def call(method: str, params: list[object]) -> object:
        body = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
        try:
            async with (
                aiohttp.ClientSession() as http,
                http.post(node.url.replace("ws", "http", 1), json=body) as answer,
            ):
                return (await answer.json())["result"]
        except aiohttp.ClientError:
            raise Unavailable("down") from None

    async def signatures(program: str, until: str, limit: int) -> Sequence[Signed]:
        rows = await call("getSignaturesForAddress", [program, {"limit": limit, "until": until}])
        assert isinstance(rows, list)
        return [
            Signed(signature=row["signature"], slot=row["slot"], failed=row["err"] is not None)
            for row in rows
        ]

    async def logs_of(wanted: str) -> Logged:
        told = await call("getTransaction", [wanted, {}])
        if not isinstance(told, dict):
            raise NotListed("no such transaction")
        return Logged(signature=wanted, slot=told["slot"], lines=tuple(told["meta"]["logMessages"]))

    return Backfill(signatures, logs_of, clock, **limits)  # type: ignore[arg-type]


async def live(on: Stage, feed: Feed, node: Node, kinds: int = 2) -> None:
    """Wait until a feed is connected and the node knows its subscriptions."""
    await on.until(
        lambda: (
            feed.state.phase is FeedPhase.LIVE
            and bool(node.clients)
            and len(node.clients[-1].numbers) == kinds
        ),
        passing_s=1.0,
    )


async def test_recorded_logs_become_launches_and_trades() -> None:
    async with stage() as on, Node() as node:
        feed = SolanaFeed(on.means, url=node.url, patience=QUIET)
        on.run(feed)
        await live(on, feed, node)
        for value in RECORDED:
            await node.happen(value["signature"], value["logs"], value["err"])
        good = {value["signature"]: value["logs"] for value in RECORDED if value["err"] is None}
        expected = sum(len(decode_logs(logs)) for logs in good.values())
        await on.until(lambda: len(on.told) >= expected)
        assert len(on.told) == expected
        assert {type(event) for event in on.told} >= {TokenLaunched, TokenTraded}
        assert set(on.signatures) <= set(good)
        assert all(event.slot and event.chain_at and not event.late for event in on.told)


async def test_events_that_come_before_the_number_of_their_subscription_are_told() -> None:
    async with stage() as on, Node() as node:
        node.early = [await node.happen(signature(number), lines(number)) for number in range(3)]
        feed = SolanaFeed(on.means, url=node.url, programs=[PROGRAM], patience=QUIET)
        on.run(feed)
        await on.until(lambda: len(on.told) == 3)
        assert on.signatures == [signature(0), signature(1), signature(2)]
        first = on.told[0]
        assert isinstance(first, ProgramLogged) and first.lines == tuple(lines(0))


async def test_after_a_kill_what_was_missed_is_told_late_in_order_and_nothing_twice() -> None:
    async with stage() as on, Node() as node:
        missed = asking(node, on.clock)
        feed = SolanaFeed(on.means, url=node.url, programs=[PROGRAM], ask_missed=missed, patience=QUIET)
        on.run(feed)
        await live(on, feed, node)
        for number in range(5):
            await node.happen(signature(number), lines(number))
        await on.until(lambda: len(on.told) == 5)
        await node.kill()
        await on.until(lambda: feed.state.phase is FeedPhase.DOWN)
        for number in range(5, 25):
            await node.happen(signature(number), lines(number), err="Custom" if number % 5 == 0 else None)
        await node.start()
        await live(on, feed, node)
        for number in range(25, 30):  # while the missed ones are still being asked for
            await node.happen(signature(number), lines(number))
        expected = [signature(number) for number in range(30) if number < 5 or number >= 25 or number % 5]
        await on.until(lambda: len(on.told) >= len(expected))
        await asyncio.sleep(0.05)
        assert on.signatures == expected
        late = [event.signature for event in on.told if event.late]
        assert set(late) >= {signature(number) for number in range(5, 25) if number % 5}
        assert not {signature(number) for number in range(5)} & set(late)
        assert (feed.state.reconnects, feed.state.gaps) == (1, 0)
        assert node.most_at_once == 1


async def test_kills_at_random_moments_lose_nothing_and_repeat_nothing() -> None:
    chance = random.Random(11)
    async with stage() as on, Node() as node:
        missed = asking(node, on.clock, within_s=1e6)  # the time that is let pass here is not the node's
        feed = SolanaFeed(on.means, url=node.url, programs=[PROGRAM], ask_missed=missed, patience=QUIET)
        on.run(feed)
        await live(on, feed, node)
        await node.happen(signature(0), lines(0))
        await on.until(lambda: len(on.told) == 1)
        for number in range(1, 120):
            if chance.random() < 0.08:
                node.cut()
            if chance.random() < 0.3:
                on.clock.advance(chance.uniform(0, 30))
                await asyncio.sleep(chance.uniform(0, 0.02))
            await node.happen(signature(number), lines(number))
        await live(on, feed, node)
        await on.until(lambda: len(on.told) >= 120, passing_s=1.0)
        await asyncio.sleep(0.05)
        assert on.signatures == [signature(number) for number in range(120)]
        assert feed.state.reconnects >= 3


async def test_a_loss_that_cannot_be_made_good_is_counted() -> None:
    async with stage() as on, Node() as node:
        missed = asking(node, on.clock, most=4)
        feed = SolanaFeed(on.means, url=node.url, programs=[PROGRAM], ask_missed=missed, patience=QUIET)
        on.run(feed)
        await live(on, feed, node)
        await node.happen(signature(0), lines(0))
        await on.until(lambda: len(on.told) == 1)
        await node.kill()
        for number in range(1, 10):
            await node.happen(signature(number), lines(number))
        node.lost = {signature(8)}
        await node.start()
        await live(on, feed, node)
        await on.until(lambda: len(on.told) >= 4)
        assert on.signatures[1:] == [signature(number) for number in (6, 7, 9)]
        assert feed.state.gaps == 1


async def test_a_silent_connection_is_a_stall_and_is_made_anew() -> None:
    async with stage() as on, Node() as node:
        feed = SolanaFeed(on.means, url=node.url, programs=[PROGRAM], patience=Patience(stall_s=30))
        on.run(feed)
        await live(on, feed, node)
        on.clock.advance(20)
        await node.tell("slot", {"slot": 5, "parent": 4, "root": 1})  # a sign of life
        await on.until(lambda: feed._socket._heard_s == on.clock.monotonic())
        on.clock.advance(20)
        await asyncio.sleep(0.05)
        assert (feed.state.phase, node.connections) == (FeedPhase.LIVE, 1)
        on.clock.advance(11)
        await on.until(lambda: feed.state.phase is not FeedPhase.LIVE)
        assert feed.state.problem in {"nothing heard for 30 s", "silent for too long"}
        await on.until(lambda: node.connections == 2 and feed.state.phase is FeedPhase.LIVE, passing_s=0.5)
        await on.until(lambda: node.asked["logs"] == 2)
        assert node.most_at_once == 1


class Deaf:
    """A wire that says nothing and counts what it hears."""

    def __init__(self) -> None:
        self.frames = 0

    def greeting(self) -> Sequence[str]:
        return ()

    def heard(self, frame: bytes) -> None:
        self.frames += 1

    def lost(self) -> None:
        """Nothing is kept."""


@asynccontextmanager
async def server(handler: Callable[[web.Request], object]) -> AsyncIterator[str]:
    application = web.Application()
    application.router.add_get("/", handler)  # type: ignore[arg-type]
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.01, handler_cancellation=True)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"ws://127.0.0.1:{runner.addresses[0][1]}/"
    finally:
        await runner.cleanup()


@asynccontextmanager
async def connecting(on: Stage, url: str, **patience: float | None) -> AsyncIterator[tuple[Pulse, Deaf]]:
    pulse, wire = Pulse("test", on.clock, on.metrics), Deaf()
    chosen = Patience(**{"stall_s": None, **patience})  # type: ignore[arg-type]
    socket = Socket(url, wire, pulse, on.means, chosen)
    running = on.nursery.start(socket.run(), name="socket")
    yield pulse, wire
    running.cancel()
    await asyncio.wait([running], timeout=5)


async def test_pauses_grow_are_drawn_at_random_and_are_bounded() -> None:
    async with stage() as on, connecting(on, "ws://127.0.0.1:1/", longest_pause_s=30.0) as (pulse, _):
        await on.until(lambda: len(on.clock.sleeps) >= 60, passing_s=30.0)
        bounds = [min(30.0, 2.0**failures) for failures in range(60)]
        assert all(0 <= slept <= bound for slept, bound in zip(on.clock.sleeps, bounds, strict=False))
        assert 10 < sum(on.clock.sleeps[6:60]) / 54 < 20  # half of the bound, as full jitter has it
        assert (pulse.state.phase, pulse.state.problem) == (FeedPhase.DOWN, "cannot be reached")


@pytest.mark.parametrize(("status", "least_s", "most_s"), [(403, 300, 600), (429, 300, 600), (503, 0, 1)])
async def test_a_refusal_is_not_pressed(status: int, least_s: float, most_s: float) -> None:
    async def refuse(request: web.Request) -> web.Response:
        return web.Response(status=status)

    async with stage() as on, server(refuse) as url, connecting(on, url) as (pulse, _):
        await on.until(lambda: bool(on.clock.sleeps))
        assert least_s <= on.clock.sleeps[0] <= most_s
        assert pulse.state.problem == f"refused with HTTP {status}"


async def test_pauses_begin_anew_after_a_healthy_minute() -> None:
    closing = asyncio.Event()

    async def serve(request: web.Request) -> web.StreamResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await closing.wait()
        await socket.close()
        return socket

    async with stage() as on, server(serve) as url, connecting(on, url) as (pulse, _):
        closing.set()  # eight short connections
        await on.until(lambda: pulse.state.reconnects >= 8, passing_s=60.0)
        closing.clear()
        await on.until(lambda: pulse.state.phase is FeedPhase.LIVE, passing_s=60.0)
        before = len(on.clock.sleeps)
        on.clock.advance(61)
        closing.set()
        await on.until(lambda: len(on.clock.sleeps) > before)
        assert on.clock.sleeps[before] <= 1.0


async def test_a_server_that_never_answers_is_given_up_on() -> None:
    async def hang(request: web.Request) -> web.Response:
        await asyncio.sleep(60)
        return web.Response()

    async with stage() as on, server(hang) as url, connecting(on, url, connect_s=0.05) as (pulse, _):
        await on.until(lambda: pulse.state.phase is FeedPhase.DOWN)
        assert pulse.state.problem == "no answer in time"


async def test_a_redirect_is_not_followed() -> None:
    visits: list[str] = []

    async def elsewhere(request: web.Request) -> web.Response:
        visits.append("elsewhere")
        return web.Response()

    async with server(elsewhere) as target:

        async def redirect(request: web.Request) -> web.Response:
            visits.append("first")
            raise web.HTTPFound(target.replace("ws", "http", 1))

        async with stage() as on, server(redirect) as url, connecting(on, url) as (pulse, _):
            await on.until(lambda: pulse.state.phase is FeedPhase.DOWN)
            assert visits == ["first"]
            assert pulse.state.problem == "redirected"


async def test_a_frame_beyond_the_limit_ends_the_connection_and_not_the_feed() -> None:
    async def shout(request: web.Request) -> web.StreamResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await socket.send_str("x" * 1_000)
        await socket.send_str("x" * (1024 * 1024 + 1))
        await asyncio.sleep(5)
        return socket

    async with stage() as on, server(shout) as url, connecting(on, url) as (pulse, wire):
        await on.until(lambda: pulse.state.reconnects >= 2, passing_s=60.0)
        assert wire.frames >= 2
        assert "too large" in pulse.state.problem or pulse.state.phase is FeedPhase.LIVE


async def test_sixty_thousand_frames_through_a_slow_consumer_are_bounded_and_counted() -> None:
    count = 60_000
    frame = {"txType": "migrate", "mint": PROGRAM, "pool": "pump-amm"}

    async def flood(request: web.Request) -> web.StreamResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        for number in range(count):
            await socket.send_str(json.dumps({**frame, "signature": signature(number)}))
        async for _ in socket:
            pass
        return socket

    async with stage() as on, server(flood) as url:
        feed = PumpPortal(on.means, url=url, patience=QUIET)
        on.nursery.start(feed.run(), name="feed")
        taken = 0
        events = feed.events()
        async with asyncio.timeout(50):
            while feed.state.events < count:
                await asyncio.sleep(0.005)
                if len(feed._outbox):
                    await anext(events)
                    taken += 1
                assert len(feed._outbox) <= MOST_WAITING
        assert feed.state.dropped == count - taken - len(feed._outbox)
        assert feed.state.dropped > count / 2
        assert len(feed._seen) <= 20_000


async def test_the_end_is_clean() -> None:
    async with Node() as node:
        async with stage() as on:
            feed = SolanaFeed(on.means, url=node.url, patience=Patience(stall_s=30))
            on.run(feed)
            await live(on, feed, node)
            nursery = on.nursery
        assert len(nursery) == 0
        await on.until(lambda: not node.clients)


async def test_no_log_and_no_state_holds_the_address(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    async with stage() as on, connecting(on, "ws://127.0.0.1:1/?api-key=canary") as (pulse, _):
        await on.until(lambda: len(on.clock.sleeps) >= 2, passing_s=1.0)
        assert "canary" not in str(pulse.state)
    told = capsys.readouterr()
    assert "feed_changed" in told.out + told.err
    assert "canary" not in told.out + told.err


async def test_a_node_of_the_practice_market_gives_back_what_was_missed_through_the_gateway() -> None:
    provider = replace(SOLANA_RPC, quotas={"default": Quota(calls=100_000, per_s=1, burst=100_000)})
    async with (
        stage() as on,
        SandboxServer(World(7, START), clock=on.clock) as sandbox,
        HttpTransport() as http,
    ):
        gateway = Gateway(
            transport=http, tiers=(), clock=on.clock, nursery=on.nursery, metrics=on.metrics,
            rng=random.Random(1),
            access={provider.id: Access(base_url=sandbox.base_urls["solana"])},
        )  # fmt: skip
        missed = history.through(gateway, provider, on.clock, most=1_000)
        feed = SolanaFeed(on.means, url=sandbox.streams["solana"], ask_missed=missed, patience=QUIET)
        on.run(feed)
        await on.until(lambda: feed.state.phase is FeedPhase.LIVE)
        await asyncio.sleep(0.05)
        began = sandbox.world.now
        await on.until(lambda: len(on.told) > 20, passing_s=2.0)
        sandbox.faults.set("solana", Fault.REFUSED)
        await on.until(lambda: feed.state.phase is FeedPhase.DOWN, passing_s=0.1)
        on.clock.advance(900)
        sandbox.faults.clear()
        await on.until(lambda: any(event.late for event in on.told), passing_s=0.1)
        await on.until(lambda: not on.told[-1].late, passing_s=0.5)
        until = next(each.at for each in logs(sandbox.world, began) if each.signature == on.signatures[-1])
        truth = [each.signature for each in logs(sandbox.world, began) if each.at <= until]
        assert list(dict.fromkeys(on.signatures)) == truth
        assert sum(event.late for event in on.told) > 20
        assert feed.state.gaps == 0


async def test_a_key_and_the_watched_mints_reach_the_vendor_on_every_connection() -> None:
    heard: list[tuple[str, list[str]]] = []

    async def serve(request: web.Request) -> web.StreamResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        lines = [(await socket.receive_json())["method"] for _ in range(3)]
        heard.append((request.query["api-key"], lines))
        await socket.close()
        return socket

    async with stage() as on, server(serve) as url:
        feed = PumpPortal(on.means, url=url, key=SecretStr("a+b&c"), patience=QUIET)
        await feed.watch([PROGRAM])
        on.run(feed)
        await on.until(lambda: len(heard) >= 2, passing_s=60.0)
        wanted = ["subscribeNewToken", "subscribeMigration", "subscribeTokenTrade"]
        assert heard[:2] == [("a+b&c", wanted)] * 2
