"""HTTP as the gateway needs it: one request, one whole answer; the only place that knows httpx.

An answer is bounded in size while it arrives, redirects are not followed, and no error text holds a URL, for
a URL may hold a key. Time is bounded by the caller, with `asyncio.timeout` around `send`.
"""

from __future__ import annotations

import asyncio
import logging
import socket
import ssl
import zlib
from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from http.cookiejar import CookieJar, DefaultCookiePolicy
from types import TracebackType
from typing import Protocol

import httpx

from data.errors import BadPayload, Unavailable

MOST_BYTES = 4 * 1024 * 1024
_BACKSTOP_S = 60.0  # for one read, should a caller forget to bound the whole
_GZIP_OR_ZLIB = 32 + zlib.MAX_WBITS


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What is sent; the parts that may hold a key are not printed."""

    method: str
    url: str = field(repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes | None = field(default=None, repr=False)
    # The address to connect to in place of asking for the host's; TLS and the server still see the host.
    pinned_to: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """What came back, decompressed; header names in lower case."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = field(default=b"", repr=False)


class Transport(Protocol):
    """A way to the vendors."""

    async def send(self, request: Request) -> Response:
        """Send a request and receive the whole answer, whatever its status.

        Raises:
            Unavailable: no answer came, or it broke off.
            BadPayload: the answer is too large or cannot be decompressed.
        """
        ...


class HttpTransport(AbstractAsyncContextManager["HttpTransport"]):
    """The network."""

    def __init__(self, *, most_bytes: int = MOST_BYTES, connections: int = 200) -> None:
        self._most_bytes = most_bytes
        self._limits = httpx.Limits(max_connections=connections, max_keepalive_connections=connections // 2)
        self._client: httpx.AsyncClient | None = None
        self._creation = asyncio.Lock()
        for name in (
            "httpx",
            "httpcore",
        ):  # they log whole URLs at INFO and headers at DEBUG: keys among them
            logging.getLogger(name).setLevel(logging.WARNING)

    async def send(self, request: Request) -> Response:
        client = self._client or await self._create()
        try:
            sent = _written(client, request)
            answer = await client.send(sent, stream=True)
            try:
                body = await self._receive(answer)
            finally:
                await answer.aclose()
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, OSError) as error:
            raise Unavailable(_words(error)) from None
        except (ValueError, TypeError):  # a key or address that no header or URL can hold
            raise Unavailable("the request cannot be written") from None
        return Response(status=answer.status_code, headers=dict(answer.headers.items()), body=body)

    async def _create(self) -> httpx.AsyncClient:
        async with self._creation:
            if self._client is None:
                # On a thread: reading the certificates takes tens of milliseconds.
                self._client = await asyncio.to_thread(self._make_client)
            return self._client

    def _make_client(self) -> httpx.AsyncClient:
        # Nothing from the environment: a .netrc would send passwords that nobody asked for. No cookies.
        return httpx.AsyncClient(
            limits=self._limits, timeout=_BACKSTOP_S, follow_redirects=False, trust_env=False,
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=())),
        )  # fmt: skip

    async def _receive(self, answer: httpx.Response) -> bytes:
        announced = answer.headers.get("content-length", "")
        if announced.isdecimal() and int(announced) > self._most_bytes:
            raise BadPayload(f"more than {self._most_bytes} bytes")
        match answer.headers.get("content-encoding", "identity").strip().lower():
            case "identity" | "":
                return await self._plain(answer.aiter_raw())
            case "gzip" | "x-gzip" | "deflate":
                return await self._inflated(answer.aiter_raw())
            case _:
                raise BadPayload("an encoding we did not offer")

    async def _plain(self, chunks: AsyncIterator[bytes]) -> bytes:
        body = bytearray()
        async for chunk in chunks:
            body += chunk
            if len(body) > self._most_bytes:
                raise BadPayload(f"more than {self._most_bytes} bytes")
        return bytes(body)

    async def _inflated(self, chunks: AsyncIterator[bytes]) -> bytes:
        """Decompress as it arrives, never more than the limit: a few bytes can unfold to gigabytes."""
        body = bytearray()
        stream = zlib.decompressobj(_GZIP_OR_ZLIB)
        async for chunk in chunks:
            try:
                body += stream.decompress(chunk, self._most_bytes + 1 - len(body))
            except zlib.error:
                raise BadPayload("cannot be decompressed") from None
            if len(body) > self._most_bytes:
                raise BadPayload(f"more than {self._most_bytes} bytes")
        if not stream.eof:
            raise BadPayload("cut short")
        return bytes(body)

    async def aclose(self) -> None:
        """Close all connections."""
        if self._client is not None:
            await self._client.aclose()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()


class ReplayTransport:
    """Recorded answers, by `"<method> <url>"`: for running without a network."""

    def __init__(self, recorded: Mapping[str, Response]) -> None:
        self._recorded = dict(recorded)

    async def send(self, request: Request) -> Response:
        answer = self._recorded.get(f"{request.method} {request.url}")
        if answer is None:
            raise Unavailable("not recorded")
        return answer


def _written(client: httpx.AsyncClient, request: Request) -> httpx.Request:
    headers = {"accept-encoding": "gzip", **request.headers}
    url, extensions = httpx.URL(request.url), {}
    if request.pinned_to is not None:
        # No other host may get this connection: it was checked for this one, and its certificate too.
        headers |= {"host": url.netloc.decode("ascii"), "connection": "close"}
        extensions["sni_hostname"] = url.host
        url = url.copy_with(host=request.pinned_to)
    return client.build_request(
        request.method, url, headers=headers, content=request.body, extensions=extensions
    )


def _words(error: BaseException) -> str:
    """Name a failure in words of our own: the library's may hold the URL."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLError):
            return "TLS failed"
        if isinstance(cause, socket.gaierror):
            return "host not found"
        cause = cause.__cause__ or cause.__context__
    if isinstance(error, (httpx.ConnectError, httpx.ConnectTimeout)):
        return "connection refused"
    if isinstance(error, (httpx.InvalidURL, httpx.UnsupportedProtocol, httpx.LocalProtocolError)):
        return "the request cannot be written"
    return "connection broken"
