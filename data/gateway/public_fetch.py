"""Fetch what a stranger's URL names, such as a token's picture, without being turned against our own network.

A host is looked up once, every address of it must be on the public internet, and the connection goes to the
very address that was checked, so that a second look-up cannot give another. Redirects are checked like first
URLs. Nothing here switches a check off: tests hand in a look-up and a transport of their own.

Source: OWASP Server-Side Request Forgery Prevention Cheat Sheet; special addresses by the IANA registries of
special-purpose addresses (RFC 6890); special names by RFC 6761, 6762, 8375 and 9476.
"""

from __future__ import annotations

import asyncio
import ipaddress
import re
import socket
from collections.abc import Awaitable, Callable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import TypeAlias
from urllib.parse import SplitResult, urljoin, urlsplit

from data.errors import BadPayload, Unavailable, UpstreamError
from data.gateway.transport import Request, Response, Transport

MOST_BYTES = 2 * 1024 * 1024
DEADLINE_S = 5.0
MOST_REDIRECTS = 3
_LONGEST_URL = 2_048

Resolve: TypeAlias = Callable[[str], Awaitable[tuple[str, ...]]]
_Address: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address

_PORTS = {"http": 80, "https": 443}
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
# At least two labels, the last beginning with a letter: no address in any spelling (0x7f.1, 017700000001).
_HOST = re.compile(rf"(?:{_LABEL}\.){{1,8}}[a-z](?:[a-z0-9-]{{0,61}}[a-z0-9])")
_TAIL = re.compile(r"[A-Za-z0-9._~:/?\[\]@!$&'()*+,;=%-]*")
_PRIVATE_NAMES = frozenset({
    "local", "localhost", "localdomain", "internal", "intranet", "private", "corp", "home", "lan", "onion",
    "alt", "arpa", "test", "example", "invalid",
})  # fmt: skip
_IPFS = re.compile(r"ipfs://(?:ipfs/)?([A-Za-z0-9]{46,80})((?:/[A-Za-z0-9._~-]{1,100}){0,4})")

_SPECIAL_V4 = tuple(map(ipaddress.IPv4Network, (
    "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
    "192.0.0.0/24", "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24", "192.168.0.0/16",
    "192.175.48.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
)))  # fmt: skip
_UNICAST_V6 = ipaddress.IPv6Network("2000::/3")
_SPECIAL_V6 = tuple(map(ipaddress.IPv6Network, (
    "2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20",
)))  # fmt: skip
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")  # how a network without IPv4 reaches an IPv4 address


class UrlRefused(UpstreamError):
    """The URL is not one that we fetch; the words say why and never repeat it."""

    retry = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """A whole answer: its media type in lower case, without parameters."""

    media_type: str
    body: bytes = field(repr=False)


class PublicFetch:
    """Fetch from the public internet.

    `ipfs_gateway` is the https origin that serves ipfs:// addresses; None refuses them. Plain http is refused
    unless `allow_http`. The transport should be one of its own, bounded to `MOST_BYTES`.
    """

    def __init__(
        self,
        transport: Transport,
        resolve: Resolve,
        *,
        ipfs_gateway: str | None = None,
        allow_http: bool = False,
    ) -> None:
        self._transport = transport
        self._resolve = resolve
        self._ipfs_gateway = ipfs_gateway
        self._schemes = frozenset(_PORTS) if allow_http else frozenset({"https"})

    async def get(self, url: str, *, accept: AbstractSet[str]) -> Fetched:
        """Fetch a URL whose answer has one of these media types, in `DEADLINE_S` at most, redirects included.

        Raises:
            UrlRefused: the URL, or one it redirects to, is not one that we fetch.
            Unavailable: no answer came in time, or its status is not 200.
            BadPayload: the answer is too large, of another type, or cannot be decompressed.
        """
        try:
            async with asyncio.timeout(DEADLINE_S):
                return await self._follow(self._mapped(url), accept)
        except TimeoutError:
            raise Unavailable("took too long") from None

    def _mapped(self, url: str) -> str:
        if not url.lower().startswith("ipfs://"):
            return url
        found = _IPFS.fullmatch(url)
        if (
            found is None
            or self._ipfs_gateway is None
            or any(part in {".", ".."} for part in found[2].split("/"))
        ):
            raise UrlRefused("no gateway for IPFS" if found else "no IPFS address")
        return f"{self._ipfs_gateway.rstrip('/')}/ipfs/{found[1]}{found[2]}"

    async def _follow(self, url: str, accept: AbstractSet[str]) -> Fetched:
        schemes = self._schemes
        for _ in range(MOST_REDIRECTS + 1):
            parts = checked(url, schemes)
            answer = await self._send(parts, accept)
            if answer.status not in _REDIRECTS:
                return _accepted(answer, accept)
            if parts.scheme == "https":
                schemes = frozenset({"https"})  # what began encrypted stays so
            try:
                url = urljoin(parts.geturl(), answer.headers.get("location", ""))
            except ValueError:
                raise UrlRefused("a redirect to no URL") from None
        raise UrlRefused("too many redirects")

    async def _send(self, parts: SplitResult, accept: AbstractSet[str]) -> Response:
        addresses = await self._resolve(parts.netloc)
        if not addresses:
            raise Unavailable("host not found")
        if not all(map(is_public, addresses)):
            raise UrlRefused("an address of a private network")
        headers = {"accept": ", ".join(sorted(accept)), "user-agent": "trenchcoat"}
        answer = await self._transport.send(
            Request(method="GET", url=parts.geturl(), headers=headers, pinned_to=addresses[0])
        )
        if len(answer.body) > MOST_BYTES:
            raise BadPayload(f"more than {MOST_BYTES} bytes")
        return answer


def checked(url: str, schemes: AbstractSet[str] = frozenset({"https"})) -> SplitResult:
    """Read a URL strictly; what is sent is put together from the parts that were checked.

    Raises:
        UrlRefused: it is not a plain URL of a public host name at its scheme's own port.
    """
    if len(url) > _LONGEST_URL or not url.isascii() or not url.isprintable() or " " in url or "\\" in url:
        raise UrlRefused("not a plain URL")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise UrlRefused("not a plain URL") from None
    if parts.scheme not in schemes:
        raise UrlRefused("not fetched by this scheme")
    if "@" in parts.netloc:
        raise UrlRefused("a user name in the URL")
    if port is not None and port != _PORTS[parts.scheme]:
        raise UrlRefused("another port")
    host = parts.netloc.partition(":")[0].lower()
    if len(host) > 253 or not _HOST.fullmatch(host):
        raise UrlRefused("not a public host name")
    if host.rpartition(".")[2] in _PRIVATE_NAMES:
        raise UrlRefused("a name of a private network")
    if not _TAIL.fullmatch(parts.path) or not _TAIL.fullmatch(parts.query):
        raise UrlRefused("not a plain URL")
    return SplitResult(parts.scheme, host, parts.path or "/", parts.query, "")


def is_public(address: str) -> bool:
    """Tell whether an address is one of the public internet, in whatever form it comes wrapped."""
    try:
        parsed: _Address = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed not in _NAT64:
            # Mapped, compatible and translated forms of IPv4 lie outside the range of unicast.
            return parsed in _UNICAST_V6 and parsed.is_global and not _within(parsed, _SPECIAL_V6)
        parsed = ipaddress.IPv4Address(int(parsed) & 0xFFFFFFFF)
    return parsed.is_global and not _within(parsed, _SPECIAL_V4)


def _within(
    address: _Address, networks: tuple[ipaddress.IPv4Network, ...] | tuple[ipaddress.IPv6Network, ...]
) -> bool:
    return any(address in network for network in networks)


def _accepted(answer: Response, accept: AbstractSet[str]) -> Fetched:
    if answer.status != 200:
        raise Unavailable(f"status {answer.status}")
    media_type = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type not in accept:
        raise BadPayload("of another media type")
    return Fetched(media_type=media_type, body=answer.body)


async def system_resolve(host: str) -> tuple[str, ...]:
    """Ask the system for every address of a host; empty where there is none."""
    loop = asyncio.get_running_loop()
    try:
        found = await loop.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except (socket.gaierror, UnicodeError):
        return ()
    return tuple(dict.fromkeys(str(entry[4][0]) for entry in found))
