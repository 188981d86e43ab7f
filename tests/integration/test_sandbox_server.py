from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
import pytest

from data.models.fields import PRICE_USD
from data.models.ids import SOL_MINT, Chain, TokenKey
from data.models.market import Capability, TokenReport
from data.providers.base import Ask, Call, discover
from data.sandbox.catalogue import BONK_MINT
from data.sandbox.faults import Fault, Faults
from data.sandbox.server import RETRY_AFTER_S, SandboxServer
from data.sandbox.wire.vendors import CHAIN, NODES, VENDORS
from data.sandbox.world import World
from tests.fakes.clock import VirtualClock

START = datetime(2026, 3, 14, 15, 9, 26, tzinfo=UTC)
PRICE = f"/mint/price?mints={BONK_MINT}"
SPROUT_MINT = next(token.mint for token in World(7, START).tokens.values() if token.symbol == "SPROUT")
GEM_MINT = next(token.mint for token in World(7, START).tokens.values() if token.symbol == "GEM")
SERVED = [
    (provider, endpoint)
    for provider in discover().values()
    if provider.id in {vendor.id for vendor in VENDORS}
    for endpoint in provider.endpoints
    if endpoint.chains is None or Chain.SOLANA in endpoint.chains
]


class Client:
    """A client of one sandbox, with a clock moved by hand."""

    def __init__(self, server: SandboxServer, clock: VirtualClock, http: aiohttp.ClientSession) -> None:
        self.server = server
        self.clock = clock
        self.http = http

    def get(self, vendor: str, path: str) -> Any:
        return self.http.get(self.server.base_urls[vendor] + path)

    async def told(self, vendor: str, path: str) -> Any:
        async with self.get(vendor, path) as response:
            assert response.status == 200
            assert response.content_type == "application/json"
            return await response.json()

    async def rpc(self, method: str, *params: object) -> Any:
        request = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
        async with self.http.post(self.server.base_urls[CHAIN.id], json=request) as response:
            return await response.json()


@pytest.fixture
async def client() -> AsyncIterator[Client]:
    clock = VirtualClock()
    async with (
        SandboxServer(World(7, START), clock=clock) as server,
        aiohttp.ClientSession() as http,
    ):
        yield Client(server, clock, http)


async def test_every_vendor_answers_under_its_base_url(client: Client) -> None:
    base_urls = client.server.base_urls
    assert base_urls["rugcheck"].endswith("/rugcheck/v1")
    assert base_urls["geckoterminal"].endswith("/geckoterminal/api/v2")
    assert base_urls["coingecko"].endswith("/coingecko/api/v3")
    pool = client.server.world.pools_of(BONK_MINT)[0].address
    paths = {
        "dexscreener": f"/token-pairs/v1/solana/{BONK_MINT}",
        "geckoterminal": f"/networks/solana/pools/{pool}/ohlcv/minute?aggregate=5",
        "jupiter": f"/price/v3?ids={BONK_MINT},{SOL_MINT}",
        "rugcheck": f"/tokens/{BONK_MINT}/report",
        "raydium": PRICE,
        "coingecko": f"/coins/solana/contract/{BONK_MINT}",
        "birdeye": f"/defi/token_overview?address={BONK_MINT}",
        "coinpaprika": "/tickers/usdc-usd-coin?quotes=EUR",
        "cryptocompare": "/price?fsym=USD&tsyms=EUR",
        "cryptopanic": "/posts/",
        "gmgn": f"/v1/token/info?chain=sol&address={BONK_MINT}",
        "goplus": f"/solana/token_security?contract_addresses={BONK_MINT}",
        "orca": f"/pools?tokens={BONK_MINT}",
        "pumpfun": f"/coins-v2/{SPROUT_MINT}",
        "solscan": f"/token/meta?address={BONK_MINT}",
    }
    nodes = {node.id for node, _ in NODES}
    assert set(paths) | nodes == set(base_urls)
    for vendor, path in paths.items():
        assert await client.told(vendor, path)
    assert (await client.rpc("getHealth"))["result"] == "ok"
    for node in nodes - {CHAIN.id}:
        client.server.requests[node] = 1  # their methods are asked below
    assert client.server.requests == dict.fromkeys(base_urls, 1)


@pytest.mark.parametrize(
    ("provider", "endpoint"), SERVED, ids=[f"{provider.id}:{endpoint.name}" for provider, endpoint in SERVED]
)
async def test_the_products_own_parsers_take_every_answer(
    client: Client, provider: Any, endpoint: Any
) -> None:
    world = client.server.world
    about_one = endpoint.capability not in {Capability.NEW_POOLS, Capability.TRENDING}
    mint = SPROUT_MINT if provider.id == "pumpfun" else BONK_MINT
    if endpoint.capability is Capability.CREATED:
        mint = GEM_MINT  # whose creator made others
    pools = world.pools_of(mint)
    ask = Ask(
        tokens=(TokenKey(Chain.SOLANA, mint),) if about_one else (),
        pool=next((pool for pool in pools if provider.id in pool.dex), pools[0]).address,
        query="BONK",
        amount=10**10,
        accounts=(world.top_holders(mint)[-1].owner,),
    )
    call = Call(provider=provider, endpoint=endpoint, ask=ask)
    async with client.get(provider.id, call.target) as response:
        body = json.loads(await response.read())
        assert response.status == 200
    records = endpoint.parse(body, ask, world.now)
    assert records
    truth = world.price_usd(mint) * (1 + world.skew(provider.id, mint))
    for record in records:
        price = record.get(PRICE_USD) if isinstance(record, TokenReport) and about_one else None
        assert price is None or float(price) == pytest.approx(truth, rel=6e-4)


async def test_world_time_follows_the_clock_at_its_speed() -> None:
    clock = VirtualClock()
    async with (
        SandboxServer(World(7, START), clock=clock, speed=60.0) as server,
        aiohttp.ClientSession() as http,
    ):
        client = Client(server, clock, http)
        before = (await client.rpc("getSlot"))["result"]
        clock.advance(10)
        after = (await client.rpc("getSlot"))["result"]
        assert after - before == 600 / 0.4
        assert server.now == START + timedelta(minutes=10)
        assert server.world.now == server.now


async def test_refused_drops_the_connection(client: Client) -> None:
    client.server.faults.set("raydium", Fault.REFUSED)
    with pytest.raises(aiohttp.ClientConnectionError):
        await client.told("raydium", PRICE)
    assert await client.told("jupiter", f"/price/v3?ids={BONK_MINT}")


async def test_a_hanging_vendor_says_nothing_until_the_client_leaves(client: Client) -> None:
    client.server.faults.set("raydium", Fault.HANG)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.2):
            await client.told("raydium", PRICE)
    client.server.faults.clear()
    assert await client.told("raydium", PRICE)


async def test_a_hanging_vendor_drops_the_connection_in_the_end(client: Client) -> None:
    client.server.faults.set("raydium", Fault.HANG)
    async with asyncio.TaskGroup() as tasks:
        asking = tasks.create_task(dropped(client))
        while not asking.done():  # the client asks a second time by itself
            client.clock.advance(1_000)
            await asyncio.sleep(0.01)
    assert asking.result()


async def dropped(client: Client) -> bool:
    with pytest.raises(aiohttp.ClientConnectionError):
        await client.told("raydium", PRICE)
    return True


async def test_a_dripping_body_arrives_whole_in_the_end(client: Client) -> None:
    whole = await client.told("raydium", PRICE)
    client.server.faults.set("raydium", Fault.DRIP)
    async with client.get("raydium", PRICE) as response:
        reading = asyncio.ensure_future(response.read())  # noqa: TID251 - read while the clock is moved
        steps = 0
        while not reading.done():
            client.clock.advance(1)
            steps += 1
            await asyncio.sleep(0)
        told = json.loads(await reading)
    assert told["data"] == whole["data"]
    assert steps > 5


@pytest.mark.parametrize(
    ("fault", "retry_after"), [(Fault.RATE_LIMITED, None), (Fault.RATE_LIMITED_FOR, "7")]
)
async def test_a_throttled_vendor_says_so_in_its_own_words(
    client: Client, fault: Fault, retry_after: str | None
) -> None:
    assert str(RETRY_AFTER_S) == "7"
    for vendor in VENDORS:
        client.server.faults.set(vendor.id, fault)
        path = next(iter(vendor.routes)).replace("{", "").replace("}", "")
        async with client.get(vendor.id, path) as response:
            assert response.status == 429
            assert response.headers.get("Retry-After") == retry_after
            assert await response.json() == vendor.throttled


async def test_a_server_error_and_a_proxy_page(client: Client) -> None:
    client.server.faults.set_all("raydium=500,jupiter=html")
    async with client.get("raydium", PRICE) as response:
        assert response.status == 500
    async with client.get("jupiter", f"/price/v3?ids={BONK_MINT}") as response:
        assert response.status == 200
        assert response.content_type == "text/html"
        assert "<html>" in await response.text()


async def test_cut_json_ends_in_the_middle(client: Client) -> None:
    client.server.faults.set("raydium", Fault.CUT)
    async with client.get("raydium", PRICE) as response:
        text = await response.text()
    assert response.status == 200
    with pytest.raises(ValueError, match=r"Unterminated|Expecting"):
        json.loads(text)


async def test_a_wrong_schema_keeps_the_keys(client: Client) -> None:
    client.server.faults.set("raydium", Fault.WRONG_SCHEMA)
    told = await client.told("raydium", PRICE)
    assert told["success"] == "maybe"
    assert told["data"] == {BONK_MINT: []}


async def test_absurd_figures_are_sent_as_broken_vendors_send_them(client: Client) -> None:
    client.server.faults.set("jupiter", Fault.ABSURD)
    async with client.get("jupiter", f"/price/v3?ids={BONK_MINT}") as response:
        text = await response.text()
    assert "NaN" in text
    assert "Infinity" in text
    assert "1e+308" in text
    assert '"1,234.5"' in text


async def test_a_huge_body_is_fifty_megabytes(client: Client) -> None:
    client.server.faults.set("raydium", Fault.HUGE, times=1)
    size = 0
    async with client.get("raydium", PRICE) as response:
        async for piece in response.content.iter_any():
            size += len(piece)
    assert size > 50_000_000
    assert (await client.told("raydium", PRICE))["success"] is True


async def test_a_client_may_leave_a_huge_body(client: Client) -> None:
    client.server.faults.set("raydium", Fault.HUGE, times=1)
    async with client.get("raydium", PRICE) as response:
        await response.content.readany()
        response.close()
    assert (await client.told("raydium", PRICE))["success"] is True


async def test_an_error_comes_with_a_status_of_success(client: Client) -> None:
    client.server.faults.set_all(f"raydium=error-in-200,{CHAIN.id}=error-in-200,coingecko=error-in-200")
    assert (await client.told("raydium", PRICE))["success"] is False
    assert (await client.rpc("getSlot"))["error"]["code"] == -32603
    told = await client.told("coingecko", "/global")
    assert told["status"]["error_code"] == 429


async def test_every_fault_has_been_met_here() -> None:
    """A new kind of fault wants a test of its own in this file."""
    met = {"refused", "hang", "drip", "429", "429-retry-after", "500", "html", "cut"}
    met |= {"wrong-schema", "absurd", "huge", "error-in-200"}
    assert {fault.value for fault in Fault} == met


async def test_latency_is_waited_for_on_the_clock_that_was_handed_in() -> None:
    clock = VirtualClock()
    faults = Faults()
    async with (
        SandboxServer(World(7, START), clock=clock, latency_ms=(400, 900), faults=faults) as server,
        aiohttp.ClientSession() as http,
        asyncio.TaskGroup() as tasks,
    ):
        asking = tasks.create_task(Client(server, clock, http).rpc("getSlot"))
        while not server.requests[CHAIN.id]:  # noqa: ASYNC110 - the server has no event to offer
            await asyncio.sleep(0.01)
        clock.advance(0.39)
        await asyncio.sleep(0.05)
        assert not asking.done()
        clock.advance(0.6)
        assert (await asking)["result"] > 0


async def test_hostile_paths_and_bodies_get_an_answer(client: Client) -> None:
    hostile = (
        "/tokens/v1/solana/%00",
        "/tokens/v1/solana/..%2f..%2f",
        "/latest/dex/search?q=%E2%80%AE%22%3Cb%3E",
    )
    for path in hostile:
        async with client.get("dexscreener", path) as response:
            assert response.status in {200, 404}
    bars = f"/networks/solana/pools/{client.server.world.pools_of(BONK_MINT)[0].address}/ohlcv/hour"
    for number in ("-1", "0", "9" * 15, "9" * 2_000, "NaN", "\u0663"):
        async with client.get(
            "geckoterminal", f"{bars}?limit={number}&before_timestamp={number}"
        ) as response:
            assert response.status == 200
    for body in (
        b"",
        b"{",
        b"[" * 10_000,
        b'{"method": 3}',
        b"null",
        b'{"method":"getSlot","params":{"a":1}}',
    ):
        async with client.http.post(client.server.base_urls[CHAIN.id], data=body) as response:
            assert response.status == 200
            assert "jsonrpc" in await response.text()
    async with client.http.get(f"{client.server.url}/nobody/here") as response:
        assert response.status == 404


async def test_a_taken_port_is_an_error_and_leaves_nothing_behind(client: Client) -> None:
    port = int(client.server.url.rsplit(":", 1)[1])
    with pytest.raises(OSError, match="address already in use"):
        async with SandboxServer(World(7, START), port=port):
            pytest.fail("two servers on one port")
