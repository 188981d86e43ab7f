"""Fetching from strangers on real sockets: faults of a server, connections that go where they were checked.

The public address of the tests is led to a server on loopback by a transport of the tests' own: `PublicFetch`
itself has nothing that would let it connect there.
"""

from __future__ import annotations

import asyncio
import datetime
import gzip
import ssl
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from data.errors import BadPayload, Unavailable
from data.gateway import public_fetch
from data.gateway.public_fetch import PublicFetch, UrlRefused
from data.gateway.transport import HttpTransport, Request, Response

PUBLIC = "93.184.216.34"
PNG = frozenset({"image/png"})
BODY = b"\x89PNG\r\n"
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: image/png\r\n"
MB = 1024 * 1024


class Server:
    """A web server on loopback that acts by its path; keeps what it was sent."""

    def __init__(self) -> None:
        self.port = 0
        self.heads: list[str] = []
        self.sent = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := (await reader.readuntil(b"\r\n\r\n")).decode("ascii"):
                self.heads.append(head)
                await getattr(self, f"on_{head.split()[1].strip('/').partition('?')[0]}")(writer)
                await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    async def on_good(self, writer: asyncio.StreamWriter) -> None:
        writer.write(HEAD + f"Set-Cookie: id=1\r\nContent-Length: {len(BODY)}\r\n\r\n".encode() + BODY)

    async def on_drip(self, writer: asyncio.StreamWriter) -> None:
        writer.write(HEAD + b"Content-Length: 1000\r\n\r\n")
        while True:
            writer.write(b"x")
            await writer.drain()
            await asyncio.sleep(0.02)

    async def on_slowhead(self, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n")
        while True:
            writer.write(b"X-A: b\r\n")
            await writer.drain()
            await asyncio.sleep(0.02)

    async def on_endless(self, writer: asyncio.StreamWriter) -> None:
        writer.write(HEAD + b"Transfer-Encoding: chunked\r\n\r\n")
        while True:
            writer.write(b"10000\r\n" + b"x" * 65_536 + b"\r\n")
            self.sent += 65_536
            await writer.drain()

    async def on_announced(self, writer: asyncio.StreamWriter) -> None:
        writer.write(HEAD + b"Content-Length: 99999999\r\n\r\n")

    async def on_bomb(self, writer: asyncio.StreamWriter) -> None:
        body = gzip.compress(bytes(200 * MB), compresslevel=9)
        self.sent = len(body)
        writer.write(HEAD + f"Content-Encoding: gzip\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body)

    async def on_brotli(self, writer: asyncio.StreamWriter) -> None:
        writer.write(HEAD + b"Content-Encoding: br\r\nContent-Length: 1\r\n\r\nx")

    async def on_short(self, writer: asyncio.StreamWriter) -> None:
        writer.write(HEAD + b"Content-Length: 100\r\n\r\nx")
        writer.close()

    async def on_noise(self, writer: asyncio.StreamWriter) -> None:
        writer.write(b"SSH-2.0-OpenSSH_9.6\r\n")
        writer.close()

    async def on_metadata(self, writer: asyncio.StreamWriter) -> None:
        place = b"http://169.254.169.254/latest/meta-data/"
        writer.write(b"HTTP/1.1 302 F\r\nLocation: " + place + b"\r\nContent-Length: 0\r\n\r\n")

    async def on_loop(self, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 302 F\r\nLocation: /loop\r\nContent-Length: 0\r\n\r\n")

    async def on_again(self, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 301 M\r\nLocation: /good\r\nContent-Length: 0\r\n\r\n")


class Rerouted:
    """The way to the public address, laid to loopback; any other address has no way."""

    def __init__(self, inner: HttpTransport, port: int) -> None:
        self.inner = inner
        self.port = port
        self.asked: list[str | None] = []

    async def send(self, request: Request) -> Response:
        self.asked.append(request.pinned_to)
        assert request.pinned_to == PUBLIC
        scheme, _, rest = request.url.partition("://")
        host, _, path = rest.partition("/")
        url = f"{scheme}://{host}:{self.port}/{path}"
        return await self.inner.send(replace(request, url=url, pinned_to="127.0.0.1"))


@asynccontextmanager
async def serving(context: ssl.SSLContext | None = None) -> AsyncIterator[Server]:
    server = Server()
    running = await asyncio.start_server(server.serve, "127.0.0.1", 0, ssl=context)
    server.port = running.sockets[0].getsockname()[1]
    async with running:
        yield server


async def lookup(_host: str) -> tuple[str, ...]:
    return (PUBLIC,)


@asynccontextmanager
async def fetching() -> AsyncIterator[tuple[PublicFetch, Server, Rerouted]]:
    async with serving() as server, HttpTransport(most_bytes=public_fetch.MOST_BYTES) as inner:
        way = Rerouted(inner, server.port)
        yield PublicFetch(way, lookup, allow_http=True), server, way


async def test_a_picture_is_fetched_and_the_server_sees_the_name_it_was_asked_by() -> None:
    async with fetching() as (fetch, server, way):
        for _ in range(2):
            assert (await fetch.get("http://logos.site/good", accept=PNG)).body == BODY
    assert way.asked == [PUBLIC, PUBLIC]
    for head in server.heads:
        lines = head.lower().splitlines()
        assert f"host: logos.site:{server.port}" in lines
        assert "accept: image/png" in lines
        assert "connection: close" in lines
        assert not [line for line in lines if line.startswith(("cookie:", "authorization:", "x-api-key:"))]


async def test_a_redirect_to_the_same_host_is_followed() -> None:
    async with fetching() as (fetch, server, _):
        assert (await fetch.get("http://logos.site/again", accept=PNG)).body == BODY
    assert len(server.heads) == 2


@pytest.mark.parametrize("path", ["drip", "slowhead"])
async def test_an_answer_that_drips_ends_at_the_deadline(path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(public_fetch, "DEADLINE_S", 0.3)
    async with fetching() as (fetch, _, _way):
        with pytest.raises(Unavailable, match="too long"):
            await fetch.get(f"http://logos.site/{path}", accept=PNG)


@pytest.mark.parametrize("path", ["endless", "announced", "bomb", "brotli"])
async def test_an_answer_that_is_too_much_is_not_received(path: str) -> None:
    async with fetching() as (fetch, server, _):
        started = time.process_time()
        with pytest.raises(BadPayload):
            await fetch.get(f"http://logos.site/{path}", accept=PNG)
    assert server.sent < 16 * MB
    assert path == "bomb" or time.process_time() - started < 4


@pytest.mark.parametrize("path", ["short", "noise"])
async def test_an_answer_that_is_none_is_unavailable(path: str) -> None:
    async with fetching() as (fetch, _, _way):
        with pytest.raises(Unavailable):
            await fetch.get(f"http://logos.site/{path}", accept=PNG)


@pytest.mark.parametrize("path", ["metadata", "loop"])
async def test_a_redirect_into_the_network_and_one_without_end_are_refused(path: str) -> None:
    async with fetching() as (fetch, server, way):
        with pytest.raises(UrlRefused):
            await fetch.get(f"http://logos.site/{path}", accept=PNG)
    assert len(server.heads) == len(way.asked) == (1 if path == "metadata" else 4)


async def test_without_a_way_of_the_tests_loopback_is_not_reached() -> None:
    async with serving() as server, HttpTransport() as transport:

        async def loopback(_host: str) -> tuple[str, ...]:
            return ("127.0.0.1",)

        for url in (
            f"http://127.0.0.1:{server.port}/good",
            f"http://localhost:{server.port}/good",
            "http://logos.site/good",
        ):
            with pytest.raises(UrlRefused):
                await PublicFetch(transport, loopback, allow_http=True).get(url, accept=PNG)
        assert server.heads == []


async def test_a_name_that_changes_its_address_is_connected_to_the_one_that_was_checked() -> None:
    given = iter([(PUBLIC,), ("127.0.0.1",)])

    async def rebinding(_host: str) -> tuple[str, ...]:
        return next(given)

    async with serving() as server, HttpTransport() as inner:
        way = Rerouted(inner, server.port)
        fetch = PublicFetch(way, rebinding, allow_http=True)
        assert (await fetch.get("http://logos.site/good", accept=PNG)).body == BODY
        with pytest.raises(UrlRefused):
            await fetch.get("http://logos.site/good", accept=PNG)
    assert way.asked == [PUBLIC]


def certificate(name: str, folder: Path) -> ssl.SSLContext:
    """Make a server's context with a certificate of its own for a name, written to `folder`."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    signed = (
        x509.CertificateBuilder().subject_name(subject).issuer_name(subject).public_key(key.public_key())
        .serial_number(1).not_valid_before(datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC))
        .not_valid_after(datetime.datetime(2100, 1, 1, tzinfo=datetime.UTC))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    (folder / "cert.pem").write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    return context


class Trusting(HttpTransport):
    """The network, trusting one certificate of the tests."""

    def __init__(self, trusted: Path) -> None:
        super().__init__()
        self._trusted = trusted

    def _make_client(self) -> httpx.AsyncClient:
        context = ssl.create_default_context(cafile=str(self._trusted))
        return httpx.AsyncClient(verify=context, follow_redirects=False, trust_env=False)


async def test_tls_is_checked_for_the_name_though_the_connection_goes_to_the_address(tmp_path: Path) -> None:
    context = certificate("logos.site", tmp_path)
    names: list[str | None] = []
    context.sni_callback = lambda _socket, name, _context: names.append(name)
    async with serving(context) as server, Trusting(tmp_path / "cert.pem") as inner:
        fetch = PublicFetch(Rerouted(inner, server.port), lookup)
        assert (await fetch.get("https://logos.site/good", accept=PNG)).body == BODY
        with pytest.raises(Unavailable, match="TLS"):
            await fetch.get("https://other.site/good", accept=PNG)
        assert (len(server.heads), names) == (1, ["logos.site", "other.site"])


async def test_a_certificate_of_nobody_is_refused(tmp_path: Path) -> None:
    async with serving(certificate("logos.site", tmp_path)) as server, HttpTransport() as inner:
        with pytest.raises(Unavailable, match="TLS"):
            await PublicFetch(Rerouted(inner, server.port), lookup).get("https://logos.site/good", accept=PNG)
        assert server.heads == []
