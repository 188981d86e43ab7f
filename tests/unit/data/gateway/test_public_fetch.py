"""What is refused before a byte is sent: URLs, hosts and addresses that are not of the public internet."""

from __future__ import annotations

import asyncio
import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.errors import BadPayload, Unavailable
from data.gateway import public_fetch
from data.gateway.public_fetch import PublicFetch, UrlRefused, checked, is_public
from data.gateway.transport import Request, Response
from tests.fakes.virtual_loop import virtual_time

PUBLIC = "93.184.216.34"
PNG = frozenset({"image/png"})
CID = "QmYwAPJzv5CZsnA625s3Xf2nemtYgPpHdWEz79ojWnPbdG"

ATTACKS = [
    "",
    " ",
    "/",
    "//",
    "logo.png",
    "https:",
    "https://",
    "https:///etc/passwd",
    "http://",
    "://",
    "ftp://good.site/x",
    "file:///etc/passwd",
    "gopher://good.site:70/_x",
    "data:image/png;base64,AAAA",
    "javascript:alert(1)",
    "dict://good.site/",
    "ldap://good.site/",
    "jar:https://good.site/!/",
    "ws://good.site/",
    "https://127.0.0.1/",
    "https://127.1/",
    "https://127.0.1/",
    "https://2130706433/",
    "https://017700000001/",
    "https://0177.0.0.1/",
    "https://0x7f000001/",
    "https://0x7f.0.0.1/",
    "https://0x7f.1/",
    "https://127.0.0.0x1/",
    "https://0/",
    "https://0.0.0.0/",
    "https://[::1]/",
    "https://[::]/",
    "https://[::ffff:127.0.0.1]/",
    "https://[::ffff:7f00:1]/",
    "https://[64:ff9b::7f00:1]/",
    "https://[2002:7f00:1::]/",
    "https://[fe80::1%25eth0]/",
    "https://169.254.169.254/latest/meta-data/",
    "https://[fd00:ec2::254]/",
    "https://8.8.8.8/",
    "https://localhost/",
    "https://localhost./",
    "https://LOCALHOST/",
    "https://a.localhost/",
    "https://db/",
    "https://printer.local/",
    "https://metadata.google.internal/",
    "https://router.lan/",
    "https://x.home.arpa/",
    "https://good.site./",
    "https://good..site/",
    "https://-good.site/",
    "https://good.site-/",
    "https://good_.site/",
    "https://good.site:8080/",
    "https://good.site:22/",
    "https://good.site:80/",
    "https://good.site:0/",
    "https://good.site:99999/",
    "https://good.site:44a/",
    "https://user@good.site/",
    "https://user:pass@good.site/",
    "https://good.site:443@evil.site/",
    "https://good.site@127.0.0.1/",
    "https://good.site%40127.0.0.1/",
    "https://127.0.0.1%2f@good.site/",
    "https://good.site\\@127.0.0.1/",
    "https:\\\\good.site/",
    "https://good.site\t/",
    "https://good.site/\r\nHost: x",
    "https://good.site/a b",
    "https://good.site\x00.evil.site/",
    "https://gооd.site/",
    "https://good。site/",
    "https://①②⑦.⓪.⓪.①/",
    "https://good.site/\u202egnp",
    "https://%31%32%37.0.0.1/",
    "https://good.site/<x>",
    "https://[good.site]/",
    "https://[/",
    "https://good.site#@evil.site:1/".replace("#", "\u2024"),
    "https://" + "a" * 64 + ".site/",
    "https://" + "a." * 130 + "site/",
    "https://good.site/" + "a" * 2100,
    "http://good.site/",
    "HTTP://good.site/",
    " https://good.site/",
    "https://good.site/ ",
]

PLAIN = [
    ("https://good.site", "https://good.site/"),
    ("HTTPS://Good.Site/Logo.PNG?x=1#top", "https://good.site/Logo.PNG?x=1"),
    ("https://a.b-c.good.site:443/x%20y", "https://a.b-c.good.site/x%20y"),
    ("https://xn--e1afmkfd.xn--p1ai/logo.png", "https://xn--e1afmkfd.xn--p1ai/logo.png"),
    ("https://127.0.0.1.nip.site/", "https://127.0.0.1.nip.site/"),  # a name: its address is judged
]

PRIVATE = [
    "0.0.0.0",
    "0.1.2.3",
    "10.0.0.1",
    "100.64.0.1",
    "100.127.255.255",
    "127.0.0.1",
    "127.255.255.255",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.1",
    "192.0.0.9",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.1.1",
    "198.18.0.1",
    "198.19.255.255",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "239.255.255.255",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::127.0.0.1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "::ffff:8.8.8.8",
    "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b::a00:1",
    "64:ff9b:1::808:808",
    "100::1",
    "2001::1",
    "2001:db8::1",
    "2002:7f00:1::",
    "2002:808:808::",
    "3fff::1",
    "5f00::1",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fe80::1%eth0",
    "fec0::1",
    "ff02::1",
    "4000::1",
    "",
    "localhost",
    "127.1",
    "0x7f000001",
    "2130706433",
    "１２７.0.0.1",
]


async def lookup(_host: str) -> tuple[str, ...]:
    return (PUBLIC,)


class Scripted:
    """A transport that answers from a list, and keeps what it was asked."""

    def __init__(self, *answers: Response) -> None:
        self.answers = list(answers)
        self.seen: list[Request] = []

    async def send(self, request: Request) -> Response:
        self.seen.append(request)
        return self.answers.pop(0)


def answer(status: int = 200, body: bytes = b"png", **headers: str) -> Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Response(status=status, headers={"content-type": "image/png", **named}, body=body)


@pytest.mark.parametrize("url", ATTACKS)
async def test_an_attack_is_refused_before_anything_is_looked_up_or_sent(url: str) -> None:
    looked_up: list[str] = []

    async def remember(host: str) -> tuple[str, ...]:
        looked_up.append(host)
        return (PUBLIC,)

    transport = Scripted()
    with pytest.raises(UrlRefused) as refused:
        await PublicFetch(transport, remember).get(url, accept=PNG)
    assert (looked_up, transport.seen) == ([], [])
    assert len(url) < 12 or url not in str(refused.value)


@pytest.mark.parametrize(("url", "sent"), PLAIN)
async def test_a_plain_url_is_sent_as_it_was_checked(url: str, sent: str) -> None:
    transport = Scripted(answer())
    fetched = await PublicFetch(transport, lookup).get(url, accept=PNG)
    assert (fetched.media_type, fetched.body) == ("image/png", b"png")
    assert [(request.url, request.pinned_to) for request in transport.seen] == [(sent, PUBLIC)]


@pytest.mark.parametrize("address", PRIVATE)
async def test_a_host_with_a_private_address_is_refused_even_beside_a_public_one(address: str) -> None:
    assert not is_public(address)

    async def both(_host: str) -> tuple[str, ...]:
        return (PUBLIC, address)

    transport = Scripted(answer())
    with pytest.raises(UrlRefused):
        await PublicFetch(transport, both).get("https://good.site/", accept=PNG)
    assert transport.seen == []


@pytest.mark.parametrize(
    "address", [PUBLIC, "8.8.8.8", "1.1.1.1", "2606:4700:4700::1111", "2a00:1450::1", "64:ff9b::808:808"]
)
def test_a_public_address_is_one(address: str) -> None:
    assert is_public(address)


@given(st.ip_addresses())
def test_no_address_that_python_knows_as_special_is_public(
    address: ipaddress.IPv4Address | ipaddress.IPv6Address,
) -> None:
    if is_public(str(address)) and not str(address).startswith("64:ff9b::"):
        assert address.is_global
        assert not (address.is_private or address.is_loopback or address.is_link_local)
        assert not (address.is_multicast or address.is_reserved or address.is_unspecified)


@given(st.ip_addresses(v=4))
def test_an_ipv4_address_is_judged_the_same_in_its_translated_form(address: ipaddress.IPv4Address) -> None:
    translated = ipaddress.IPv6Address(int(ipaddress.IPv6Address("64:ff9b::")) + int(address))
    assert is_public(str(translated)) == is_public(str(address))
    assert not is_public(f"::ffff:{address}")


@given(
    st.text(max_size=80),
    st.sampled_from(["", "https://", "https://good.site", "https://good.site/", "ipfs://"]),
)
def test_any_text_is_refused_or_is_a_url_of_a_public_name(text: str, start: str) -> None:
    try:
        parts = checked(start + text)
    except UrlRefused:
        return
    assert parts.scheme == "https"
    assert parts.netloc == parts.hostname
    assert parts.netloc.rpartition(".")[2][:1].isalpha()
    assert parts.geturl().isascii()
    assert checked(parts.geturl()) == parts


@pytest.mark.parametrize(
    "location",
    [
        "https://169.254.169.254/",
        "http://169.254.169.254/latest/meta-data/",
        "//127.0.0.1/",
        "file:///etc/passwd",
        "http://good.site/",
        "https://good.site:8443/",
        "https://localhost/",
        "javascript:1",
        "https://[",
        "https://u@x.site/",
    ],
)
async def test_a_redirect_is_judged_like_a_first_url(location: str) -> None:
    transport = Scripted(answer(302, location=location), answer())
    with pytest.raises(UrlRefused):
        await PublicFetch(transport, lookup).get("https://good.site/", accept=PNG)
    assert len(transport.seen) == 1


async def test_three_redirects_are_followed_and_a_fourth_is_not() -> None:
    hops = [answer(status, location=f"/{status}") for status in (301, 302, 307, 308)]
    transport = Scripted(*hops[:3], answer())
    await PublicFetch(transport, lookup).get("https://good.site/a", accept=PNG)
    assert [request.url for request in transport.seen][-1] == "https://good.site/307"
    transport = Scripted(*hops, answer())
    with pytest.raises(UrlRefused, match="too many"):
        await PublicFetch(transport, lookup).get("https://good.site/a", accept=PNG)
    assert len(transport.seen) == 4


async def test_a_redirect_without_a_place_ends() -> None:
    transport = Scripted(*[answer(302)] * 9)
    with pytest.raises(UrlRefused):
        await PublicFetch(transport, lookup).get("https://good.site/", accept=PNG)
    assert len(transport.seen) == 4


async def test_each_hop_is_looked_up_anew_and_connected_to_what_was_checked() -> None:
    addresses = iter([("1.1.1.1",), ("127.0.0.1",)])

    async def rebinding(_host: str) -> tuple[str, ...]:
        return next(addresses)

    transport = Scripted(answer(302, location="https://good.site/again"), answer())
    with pytest.raises(UrlRefused):
        await PublicFetch(transport, rebinding).get("https://good.site/", accept=PNG)
    assert [request.pinned_to for request in transport.seen] == ["1.1.1.1"]


async def test_plain_http_is_for_those_who_allow_it_and_never_after_https() -> None:
    transport = Scripted(
        answer(301, location="https://good.site/"), answer(302, location="http://good.site/")
    )
    with pytest.raises(UrlRefused):
        await PublicFetch(transport, lookup, allow_http=True).get("http://good.site/", accept=PNG)
    assert [request.url for request in transport.seen] == ["http://good.site/", "https://good.site/"]


@pytest.mark.parametrize(
    ("given_answer", "error"),
    [
        (answer(404), Unavailable),
        (answer(204), Unavailable),
        (answer(content_type="text/html"), BadPayload),
        (answer(content_type=""), BadPayload),
        (answer(content_type="image/svg+xml"), BadPayload),
        (answer(body=b"x" * (public_fetch.MOST_BYTES + 1)), BadPayload),
    ],
)
async def test_an_answer_that_is_not_what_was_asked_for_is_refused(
    given_answer: Response, error: type[Exception]
) -> None:
    with pytest.raises(error):
        await PublicFetch(Scripted(given_answer), lookup).get("https://good.site/", accept=PNG)


async def test_the_media_type_is_read_without_its_parameters() -> None:
    transport = Scripted(answer(content_type="Image/PNG; charset=x"))
    assert (
        await PublicFetch(transport, lookup).get("https://good.site/", accept=PNG)
    ).media_type == "image/png"


async def test_a_host_without_addresses_is_not_found() -> None:
    async def nothing(_host: str) -> tuple[str, ...]:
        return ()

    with pytest.raises(Unavailable):
        await PublicFetch(Scripted(), nothing).get("https://good.site/", accept=PNG)


@pytest.mark.parametrize(
    ("url", "sent"),
    [
        (f"ipfs://{CID}", f"https://gate.site/ipfs/{CID}"),
        (f"ipfs://{CID}/logo.png", f"https://gate.site/ipfs/{CID}/logo.png"),
        (f"ipfs://ipfs/{CID}/a/b.png", f"https://gate.site/ipfs/{CID}/a/b.png"),
    ],
)
async def test_an_ipfs_address_goes_to_the_gateway_that_is_set(url: str, sent: str) -> None:
    transport = Scripted(answer())
    await PublicFetch(transport, lookup, ipfs_gateway="https://gate.site/").get(url, accept=PNG)
    assert [request.url for request in transport.seen] == [sent]
    with pytest.raises(UrlRefused, match="no gateway"):
        await PublicFetch(Scripted(), lookup).get(url, accept=PNG)


@pytest.mark.parametrize(
    "url",
    ["ipfs://", "ipfs://x", f"ipfs://{CID}/../../api/v0/shutdown", f"ipfs://{CID}/./x", f"ipfs://{CID}?x=1",
     f"ipfs://{CID}/%2e%2e/x", f"ipfs://{CID}@evil.site/", f"ipfs://evil.site/{CID}", f"IPFS://{CID}\n"],
)  # fmt: skip
async def test_an_ipfs_address_cannot_leave_its_place(url: str) -> None:
    with pytest.raises(UrlRefused):
        await PublicFetch(Scripted(), lookup, ipfs_gateway="https://gate.site").get(url, accept=PNG)


@virtual_time
@pytest.mark.parametrize("part", ["lookup", "answer"])
async def test_a_lookup_and_an_answer_that_never_come_end_in_time(part: str) -> None:
    async def never(_host: str) -> tuple[str, ...]:
        await asyncio.sleep(1e6)
        return ()

    class Silent:
        async def send(self, _request: Request) -> Response:
            await asyncio.sleep(1e6)
            return answer()

    loop = asyncio.get_running_loop()
    started = loop.time()
    with pytest.raises(Unavailable, match="too long"):
        await PublicFetch(Silent(), never if part == "lookup" else lookup).get(
            "https://good.site/", accept=PNG
        )
    assert loop.time() - started == pytest.approx(public_fetch.DEADLINE_S)


async def test_the_system_knows_no_such_host() -> None:
    assert await public_fetch.system_resolve("does-not-exist.invalid") == ()
    assert await public_fetch.system_resolve("a" * 70 + ".site") == ()
    assert not any(map(is_public, await public_fetch.system_resolve("localhost")))
