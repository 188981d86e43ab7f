"""The gateway on real sockets: every fault a server can show, and never an exception out of `fetch`."""

from __future__ import annotations

import asyncio
import gzip
import logging
import random
import socket
import time
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace

import pytest
from aiohttp import web
from pydantic import SecretStr

from data.clock import Deadline, SystemClock
from data.errors import BadPayload, Unavailable
from data.gateway.access import Access
from data.gateway.gateway import Gateway
from data.gateway.transport import HttpTransport, ReplayTransport, Request, Response
from data.models.market import Answer, Gap, GapReason
from data.nursery import Nursery
from data.providers.base import Auth
from tests.fakes.vendor import PRICE, bench, named, price_call

BODY = b'{"price": "0.00002"}'
LONG = b"[" + b"0," * 50_000 + b"0]"
SECRET = "sk-live-0123456789"
MB = 1024 * 1024


class Server:
    """A vendor on loopback whose faults are its paths; counts what it saw and sent."""

    def __init__(self) -> None:
        self.seen: list[str] = []
        self.sent_bytes = 0
        self.url = ""
        self._closing = asyncio.Event()

    async def serve(self, request: web.Request) -> web.StreamResponse:
        fault = request.match_info["fault"]
        self.seen.append(fault)
        act: Callable[[web.Request], Awaitable[web.StreamResponse]] = getattr(self, f"on_{fault}")
        return await act(request)

    def close(self) -> None:
        self._closing.set()

    async def on_good(self, request: web.Request) -> web.StreamResponse:
        return web.Response(body=BODY, content_type="application/json")

    async def on_gzip(self, request: web.Request) -> web.StreamResponse:
        return web.Response(body=gzip.compress(BODY), headers={"content-encoding": "gzip"})

    async def on_deflate(self, request: web.Request) -> web.StreamResponse:
        return web.Response(body=zlib.compress(BODY), headers={"content-encoding": "deflate"})

    async def on_long(self, request: web.Request) -> web.StreamResponse:
        return web.Response(body=LONG)

    async def on_long_gzip(self, request: web.Request) -> web.StreamResponse:
        return web.Response(body=gzip.compress(LONG), headers={"content-encoding": "gzip"})

    async def on_hang(self, request: web.Request) -> web.StreamResponse:
        await self._closing.wait()
        return web.Response()

    async def on_drip(self, request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        while not self._closing.is_set():
            await response.write(b" ")
            await asyncio.sleep(0.02)
        return response

    async def on_limited(self, request: web.Request) -> web.StreamResponse:
        return web.Response(status=429)

    async def on_limited_until(self, request: web.Request) -> web.StreamResponse:
        return web.Response(status=429, headers={"retry-after": "60"})

    async def on_broken(self, request: web.Request) -> web.StreamResponse:
        return web.Response(status=500, text="<html>Internal error</html>", content_type="text/html")

    async def on_html(self, request: web.Request) -> web.StreamResponse:
        return web.Response(text="<!DOCTYPE html><title>Just a moment...</title>", content_type="text/html")

    async def on_cut(self, request: web.Request) -> web.StreamResponse:
        return web.Response(body=BODY[:10], content_type="application/json")

    async def on_severed(self, request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"content-length": "1000"})
        await response.prepare(request)
        await response.write(BODY)
        assert request.transport is not None
        request.transport.abort()
        return response

    async def on_schema(self, request: web.Request) -> web.StreamResponse:
        return web.json_response({"prices": [{"usd": 1}]})

    async def on_nan(self, request: web.Request) -> web.StreamResponse:
        return web.Response(text='{"price": NaN}', content_type="application/json")

    async def on_absurd(self, request: web.Request) -> web.StreamResponse:
        return web.Response(text='{"price": 1e999}', content_type="application/json")

    async def on_deep(self, request: web.Request) -> web.StreamResponse:
        return web.Response(body=b"[" * MB, content_type="application/json")

    async def on_huge(self, request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        for _ in range(50):
            await response.write(b" " * MB)
            self.sent_bytes += MB
        return response

    async def on_announced(self, request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"content-length": str(50 * MB)})
        await response.prepare(request)
        await self._closing.wait()
        return response

    async def on_bomb(self, request: web.Request) -> web.StreamResponse:
        body = gzip.compress(bytes(64 * MB), 1)
        return web.Response(body=body, headers={"content-encoding": "gzip"})

    async def on_false_gzip(self, request: web.Request) -> web.StreamResponse:
        return web.Response(body=BODY, headers={"content-encoding": "gzip"})

    async def on_cut_gzip(self, request: web.Request) -> web.StreamResponse:
        return web.Response(body=gzip.compress(BODY)[:-4], headers={"content-encoding": "gzip"})

    async def on_brotli(self, request: web.Request) -> web.StreamResponse:
        return web.Response(body=BODY, headers={"content-encoding": "br"})

    async def on_redirect(self, request: web.Request) -> web.StreamResponse:
        elsewhere = str(request.url.with_host("localhost").with_path("/good/x"))
        return web.Response(status=302, headers={"location": elsewhere})

    async def on_empty(self, request: web.Request) -> web.StreamResponse:
        return web.Response()


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    vendor = Server()
    app = web.Application()
    app.router.add_route("*", "/{fault}/{address}", vendor.serve)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    vendor.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield vendor
    vendor.close()
    await runner.cleanup()


@pytest.fixture
async def gateway(server: Server) -> AsyncIterator[Gateway]:
    async with Nursery() as nursery, HttpTransport() as transport:
        access = Access(base_url=server.url, api_keys=(SecretStr(SECRET),))
        yield bench(transport, SystemClock(), nursery, vendor=access).gateway


async def fetch(
    gateway: Gateway, fault: str, *, within_s: float = 5.0, timeout_s: float = 4.0, number: int = 0
) -> tuple[Answer | Gap, float]:
    """Fetch from a fault's path; gives the result and how long it took."""
    endpoint = replace(PRICE, path=f"/{fault}/{{address}}", timeout_s=timeout_s)
    call = price_call(number, named("vendor", endpoints=(endpoint,), auth=Auth(parameter="key")))
    began = time.monotonic()
    result = await gateway.fetch(call, Deadline.after(SystemClock(), within_s), attempts=1)
    return result, time.monotonic() - began


@pytest.mark.parametrize("way", ["good", "gzip", "deflate"])
async def test_a_good_answer_arrives_plain_or_compressed(gateway: Gateway, way: str) -> None:
    result, _ = await fetch(gateway, way)
    assert isinstance(result, Answer), result


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ("limited", GapReason.RATE_LIMITED),
        ("limited_until", GapReason.RATE_LIMITED),
        ("broken", GapReason.UNAVAILABLE),
        ("severed", GapReason.UNAVAILABLE),
        ("redirect", GapReason.UNAVAILABLE),
        ("html", GapReason.BAD_PAYLOAD),
        ("cut", GapReason.BAD_PAYLOAD),
        ("schema", GapReason.BAD_PAYLOAD),
        ("nan", GapReason.BAD_PAYLOAD),
        ("absurd", GapReason.BAD_PAYLOAD),
        ("deep", GapReason.BAD_PAYLOAD),
        ("huge", GapReason.BAD_PAYLOAD),
        ("announced", GapReason.BAD_PAYLOAD),
        ("bomb", GapReason.BAD_PAYLOAD),
        ("false_gzip", GapReason.BAD_PAYLOAD),
        ("cut_gzip", GapReason.BAD_PAYLOAD),
        ("brotli", GapReason.BAD_PAYLOAD),
        ("empty", GapReason.BAD_PAYLOAD),
    ],
)
async def test_a_faulty_answer_is_a_gap_and_the_vendor_works_again_after_it(
    gateway: Gateway, server: Server, fault: str, reason: GapReason
) -> None:
    result, took_s = await fetch(gateway, fault)
    assert isinstance(result, Gap) and result.reason is reason, result
    assert took_s < 5
    assert SECRET not in repr(result)
    if not fault.startswith("limited"):
        assert isinstance((await fetch(gateway, "good"))[0], Answer)


@pytest.mark.parametrize("fault", ["hang", "drip"])
@pytest.mark.parametrize(("within_s", "timeout_s"), [(0.3, 4.0), (5.0, 0.3)])
async def test_a_hanging_or_dripping_vendor_is_left_in_time(
    gateway: Gateway, fault: str, within_s: float, timeout_s: float
) -> None:
    result, took_s = await fetch(gateway, fault, within_s=within_s, timeout_s=timeout_s)
    hurried = within_s < timeout_s
    assert isinstance(result, Gap)
    assert result.reason is (GapReason.DEADLINE if hurried else GapReason.TIMEOUT)
    assert took_s < 2


async def test_a_body_of_fifty_megabytes_is_cut_off_early(gateway: Gateway, server: Server) -> None:
    await fetch(gateway, "huge")
    assert server.sent_bytes < 20 * MB


async def test_a_redirect_to_another_host_is_not_followed(gateway: Gateway, server: Server) -> None:
    await fetch(gateway, "redirect")
    assert server.seen == ["redirect"]


async def test_a_hundred_parallel_equal_calls_are_one_request(gateway: Gateway, server: Server) -> None:
    results = await asyncio.gather(*(fetch(gateway, "good") for _ in range(100)))
    assert all(isinstance(result, Answer) for result, _ in results)
    assert server.seen == ["good"]


async def test_requests_given_up_do_not_use_up_the_connections(server: Server) -> None:
    async with HttpTransport(connections=4) as transport:
        for _ in range(3):
            hanging = [transport.send(Request(method="GET", url=f"{server.url}/hang/x")) for _ in range(8)]
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.1):
                    await asyncio.gather(*hanging)
        async with asyncio.timeout(5):
            answer = await transport.send(Request(method="GET", url=f"{server.url}/good/x"))
    assert answer.body == BODY


async def test_failures_to_connect_are_named_without_the_address(
    server: Server,
) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        refused = f"http://127.0.0.1:{unused.getsockname()[1]}/?key={SECRET}"
        async with HttpTransport() as transport:
            for url, words in (
                (refused, "connection refused"),
                (server.url.replace("http", "https") + f"/good/x?key={SECRET}", "TLS failed"),
                (f"ftp://127.0.0.1/{SECRET}", "the request cannot be written"),
                (f"http://127.0.0.1:port/{SECRET}", "the request cannot be written"),
            ):
                with pytest.raises(Unavailable) as caught:
                    await transport.send(Request(method="GET", url=url))
                assert caught.value.detail == words
                assert caught.value.__cause__ is None and caught.value.__suppress_context__


async def test_an_unknown_host_is_named_as_such(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    async with HttpTransport() as transport:
        with pytest.raises(Unavailable, match="host not found"):
            await transport.send(Request(method="GET", url="http://vendor.example/"))


@pytest.mark.parametrize("value", ["ключ", "two\nlines", "nul\0"])
async def test_a_key_that_no_header_can_hold_is_not_printed(server: Server, value: str) -> None:
    async with HttpTransport() as transport:
        with pytest.raises(Unavailable) as caught:
            await transport.send(
                Request(method="GET", url=f"{server.url}/good/x", headers={"x-api-key": value})
            )
    assert value not in str(caught.value)


async def test_no_log_at_any_level_holds_a_key(gateway: Gateway, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    for fault in ("good", "broken", "html", "severed"):
        await fetch(gateway, fault)
    assert SECRET not in caplog.text


async def test_a_request_body_and_method_reach_the_vendor_unchanged(server: Server) -> None:
    received: list[tuple[str, bytes]] = []

    async def echo(request: web.Request) -> web.StreamResponse:
        received.append((request.method, await request.read()))
        return web.Response(body=BODY)

    server.on_good = echo  # type: ignore[method-assign]
    async with HttpTransport() as transport:
        await transport.send(Request(method="POST", url=f"{server.url}/good/x", body=b'{"a":1}'))
    assert received == [("POST", b'{"a":1}')]


async def test_random_bytes_for_an_answer_never_raise(server: Server) -> None:
    rng = random.Random(11)

    async def noise(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(
            rng.choice([b"", b"HTTP/1.1 200 OK\r\n\r\n", b"HTTP/1.1 999 \xff\r\n"]) + rng.randbytes(200)
        )
        writer.close()

    listener = await asyncio.start_server(noise, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{listener.sockets[0].getsockname()[1]}"
    async with listener, Nursery() as nursery, HttpTransport() as transport:
        gateway = bench(transport, SystemClock(), nursery, vendor=Access(base_url=url)).gateway
        for number in range(30):
            result, _ = await fetch(gateway, "noise", number=number)
            assert isinstance(result, Gap)


async def test_replayed_answers_need_no_network() -> None:
    url = "https://vendor.example/price/x"
    transport = ReplayTransport({f"GET {url}": Response(status=200, body=BODY)})
    assert (await transport.send(Request(method="GET", url=url))).body == BODY
    with pytest.raises(Unavailable, match="not recorded"):
        await transport.send(Request(method="GET", url=url + "y"))


@pytest.mark.parametrize("way", ["long", "long_gzip"])
async def test_the_size_limit_counts_the_bytes_as_unfolded(server: Server, way: str) -> None:
    request = Request(method="GET", url=f"{server.url}/{way}/x")
    async with HttpTransport(most_bytes=len(LONG)) as transport:
        assert (await transport.send(request)).body == LONG
    async with HttpTransport(most_bytes=len(LONG) - 1) as transport:
        with pytest.raises(BadPayload, match="more than"):
            await transport.send(request)
