"""E-mail as a way out: real letters over real SMTP to a server on loopback, with and without TLS."""

from __future__ import annotations

import re
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from bot.channels import mail
from bot.channels.letter import letter
from bot.channels.mail import MailOutlet
from bot.outlet import Unreached
from config.settings import MailSettings, SettingsError, load
from data.errors import ChatGone, DeliveryError, Rejected, Throttled
from data.models.delivery import Channel, Target
from handlers.reply import Button, Field, Invoke, Reply, block, lines, link, strong, text
from tests.fakes.hostile import cards, corpus
from tests.fakes.smtp import MailServer, Security, certified
from tests.integration.telegram_stage import image

ALICE = Target(channel=Channel.MAIL, address="alice@example.org", private=True)
DANGER = Reply(
    title=text("RUG: SWARM"),
    body=lines("Liquidity fell by ", strong("92 %"), text("See ", link("the pool", "https://pool.example/a?b=1&c=2"))),
    fields=(Field("Price", text("$0.00002")),),
    buttons=((Button("Card", Invoke("t", {"token": "SWARM"})), Button("Site", url="https://site.example/")),),
    footer=text("Sources: 3"),
)  # fmt: skip


@pytest.fixture(scope="session")
def contexts(tmp_path_factory: pytest.TempPathFactory) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    return certified(tmp_path_factory.mktemp("certificate"))


@asynccontextmanager
async def post(
    contexts: tuple[ssl.SSLContext, ssl.SSLContext] | None = None,
    security: Security = "none",
    *,
    trusted: bool = True,
    server: dict[str, Any] | None = None,
    **chosen: Any,
) -> AsyncIterator[tuple[MailServer, MailOutlet]]:
    theirs, ours = contexts if contexts is not None else (None, None)
    async with MailServer(security=security, context=theirs, **(server or {})) as running:
        settings = MailSettings(
            host="127.0.0.1", port=running.port, security=security, sender="bot@trench.example", **chosen
        )
        yield running, MailOutlet(settings, ours if trusted else None)


async def push(outlet: MailOutlet, reply: Reply = DANGER, target: Target = ALICE, nonce: int = 7) -> str:
    return await outlet.send(target, await outlet.prepare(reply), nonce=nonce)


@pytest.mark.parametrize("security", ["none", "starttls", "tls"])
async def test_a_letter_arrives_encrypted_where_that_is_set(
    contexts: tuple[ssl.SSLContext, ssl.SSLContext], security: Security
) -> None:
    login = {} if security == "none" else {"username": "bot", "password": "s3cret"}
    known = {} if security == "none" else {"login": ("bot", "s3cret")}
    async with post(contexts, security, server=known, **login) as (server, outlet):
        word = await push(outlet)
        (taken,) = server.taken
        assert (taken.sender, taken.recipient) == ("bot@trench.example", "alice@example.org")
        assert taken.encrypted is (security != "none")
        assert taken.login == login.get("username", "")
        assert taken.message["Message-ID"] == word
        assert server.verbs[-1] == "QUIT"


async def test_a_letter_has_words_and_a_page_and_says_how_to_hear_no_more() -> None:
    async with post(unsubscribe="stop@trench.example") as (server, outlet):
        await push(outlet, DANGER.with_(practice=True))
        (taken,) = server.taken
        message = taken.message
        assert message.get_content_type() == "multipart/alternative"
        assert message["Subject"] == "[practice market, not real prices] RUG: SWARM"
        assert message["From"] == "TrenchCoat Pro <bot@trench.example>"
        assert message["To"] == "alice@example.org"
        assert message["List-Unsubscribe"] == "<mailto:stop@trench.example?subject=unsubscribe>"
        assert "See the pool (https://pool.example/a?b=1&c=2)" in taken.words
        assert "Price: $0.00002" in taken.words
        assert "Site: https://site.example/" in taken.words
        assert "/email off" in taken.words
        assert "Card" not in taken.words  # what only the chat can run
        assert '<a href="https://pool.example/a?b=1&amp;c=2">the pool</a>' in taken.page
        assert "<b>92 %</b>" in taken.page


async def test_a_chart_lies_in_the_letter_itself() -> None:
    async with post() as (server, outlet):
        await push(outlet, DANGER.with_(image=image("red")))
        (taken,) = server.taken
        (part,) = [each for each in taken.message.walk() if each.get_content_type() == "image/png"]
        assert part.get_payload(decode=True) == image("red").png
        name = str(part["Content-ID"]).strip("<>")
        assert f'src="cid:{name}"' in taken.page
        assert 'alt="A red chart"' in taken.page
        assert "http" not in taken.page.replace("https://pool.example", "").replace(
            "https://site.example", ""
        )


ATTACKS = (
    "x\r\nBcc: evil@example.org",
    "x\nSubject: y\n\nbody",
    "<script>alert(1)</script>",
    "=?utf-8?b?eA==?=",
    "\u202egnp.exe",
    "a" * 5_000,
    "…\U0001f680" * 80,
    "\ud800",
    ".\r\n.\r\nMAIL FROM:<evil@example.org>",
)
HEADERS = {
    "Subject", "From", "To", "Message-ID", "List-Unsubscribe", "Auto-Submitted", "MIME-Version",
    "Content-Type",
}  # fmt: skip


async def test_hostile_words_reach_no_header_and_are_escaped_on_the_page() -> None:
    async with post() as (server, outlet):
        for number, attack in enumerate(ATTACKS):
            reply = Reply(
                title=text(attack),
                body=text(strong(attack), block(attack)),
                fields=(Field(attack[:90], text(attack)),),
            )
            await push(outlet, reply, nonce=number)
            taken = server.taken[-1]
            assert len(server.taken) == number + 1
            assert (taken.sender, taken.recipient) == ("bot@trench.example", "alice@example.org")
            assert set(taken.message.keys()) == HEADERS
            assert "<script" not in taken.page
            assert "evil" not in str(taken.message["To"])


def tags(page: str) -> list[str]:
    return [part.split(">")[0].split(" ")[0] for part in page.split("<")[1:]]


def test_the_whole_corpus_on_every_card_leaves_only_our_own_marks() -> None:
    ours = {
        "!doctype",
        "html",
        "body",
        "h2",
        "p",
        "b",
        "code",
        "pre",
        "small",
        "a",
        "table",
        "tr",
        "th",
        "td",
        "br",
        "img",
    }
    for case in corpus()[::6]:
        for reply in cards(case.text):
            written = letter(reply)
            assert "\n" not in written.subject and "\r" not in written.subject
            assert {tag.strip("/") for tag in tags(written.page)} <= ours, case
            opened = re.findall(r'href="([^"]*)"', written.page)
            assert all(url.startswith(("https://", "http://")) for url in opened), case


async def test_the_same_letter_again_has_the_same_name_and_another_has_another() -> None:
    async with post() as (_, outlet):
        first = await push(outlet, nonce=1)
        assert await push(outlet, nonce=1) == first
        assert await push(outlet, nonce=2) != first


@pytest.mark.parametrize(
    ("answers", "kind"),
    [
        ({"RCPT": "550 5.1.1 no such user"}, ChatGone),
        ({"RCPT": "450 4.2.0 greylisted"}, Throttled),
        ({"MAIL": "451 4.3.0 later"}, Throttled),
        ({"MAIL": "553 5.7.1 not your sender"}, Throttled),
        ({"DATA": "451 later"}, Throttled),
        ({"DATA": "554 no"}, Rejected),
        ({"sent": "452 4.3.1 full"}, Throttled),
        ({"sent": "554 5.7.1 spam"}, Rejected),
        ({"EHLO": "421 busy", "HELO": "421 busy"}, Unreached),
    ],
)
async def test_what_the_server_says_decides(answers: dict[str, str], kind: type[Exception]) -> None:
    async with post(server={"answers": answers}) as (server, outlet):
        with pytest.raises(DeliveryError) as told:
            await push(outlet)
        assert type(told.value) is kind
        assert server.taken == []


async def test_a_line_that_breaks_before_the_letter_sent_nothing_and_after_it_perhaps() -> None:
    for verb in ("EHLO", "MAIL", "RCPT"):
        async with post(server={"cuts": {verb}}) as (server, outlet):
            with pytest.raises(Unreached):
                await push(outlet)
            assert server.taken == []
    async with post(server={"cuts": {"sent"}}) as (server, outlet):
        with pytest.raises(DeliveryError) as told:
            await push(outlet)
        assert type(told.value) is DeliveryError
        assert len(server.taken) == 1


async def test_what_was_taken_is_taken_however_the_talk_ends() -> None:
    async with post(server={"cuts": {"QUIT"}}) as (server, outlet):
        assert await push(outlet)
        assert len(server.taken) == 1


async def test_a_server_that_hangs_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mail, "STEP_S", 0.1)
    async with post(server={"hangs": {"MAIL"}}) as (_, outlet):
        with pytest.raises(Unreached):
            await push(outlet)


async def test_without_a_server_nothing_was_sent() -> None:
    settings = MailSettings(host="127.0.0.1", port=9, security="none", sender="bot@trench.example")
    with pytest.raises(Unreached):
        await push(MailOutlet(settings))


async def test_a_server_that_offers_no_encryption_is_told_nothing(
    contexts: tuple[ssl.SSLContext, ssl.SSLContext],
) -> None:
    async with MailServer(login=("bot", "s3cret")) as server:
        settings = MailSettings(
            host="127.0.0.1", port=server.port, security="starttls", sender="bot@trench.example",
            username="bot", password="s3cret",
        )  # fmt: skip
        with pytest.raises(Unreached):
            await push(MailOutlet(settings, contexts[1]))
        assert "AUTH" not in server.verbs
        assert "MAIL" not in server.verbs


@pytest.mark.parametrize("security", ["starttls", "tls"])
async def test_a_certificate_that_nobody_vouches_for_ends_it(
    contexts: tuple[ssl.SSLContext, ssl.SSLContext], security: Security
) -> None:
    async with post(contexts, security, trusted=False) as (server, outlet):
        with pytest.raises(Unreached):
            await push(outlet)
        assert server.taken == []


async def test_a_refused_login_is_told_without_the_password(
    contexts: tuple[ssl.SSLContext, ssl.SSLContext],
) -> None:
    login = {"username": "bot", "password": "s3cret"}
    async with post(contexts, "starttls", server={"login": ("bot", "other")}, **login) as (_, outlet):
        with pytest.raises(Unreached) as told:
            await push(outlet)
        assert "s3cret" not in f"{told.value!r} {told.value.__cause__!r}"


async def test_what_is_no_address_is_gone_without_a_talk() -> None:
    async with post() as (server, outlet):
        for address in (
            "",
            "alice",
            "a@b",
            "a@b.c>\r\nRCPT TO:<x@y.zz",
            "a b@c.de",
            '"a"@c.de',
            "a@c.de, x@y.zz",
            f"{'a' * 250}@c.de",
        ):
            with pytest.raises(ChatGone):
                await push(outlet, target=Target(channel=Channel.MAIL, address=address))
        assert server.verbs == []


async def test_a_letter_that_was_sent_is_not_changed() -> None:
    async with post() as (_, outlet):
        word = await push(outlet)
        with pytest.raises(Rejected):
            await outlet.edit(ALICE, await outlet.prepare(DANGER), word)


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ({"HOST": "mail.example"}, "TRENCHCOAT_MAIL__SENDER"),
        ({"HOST": "mail.example", "SENDER": "x\r\nBcc: y@z.de"}, "MAIL__SENDER: must be an e-mail address"),
        ({"HOST": "mail.example", "SENDER": "a@b.de", "USERNAME": "x"}, "set both, or neither"),
        (
            {"HOST": "mail.example", "SENDER": "a@b.de", "SECURITY": "none"},
            "for a server on this machine alone",
        ),
        ({"HOST": "mail.example", "SENDER": "a@b.de", "SECURITY": "ssl"}, "MAIL__SECURITY"),
    ],
)
def test_settings_that_could_send_no_letter_stop_the_start(
    given: dict[str, str], problem: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in given.items():
        monkeypatch.setenv(f"TRENCHCOAT_MAIL__{name}", value)
    with pytest.raises(SettingsError, match=problem):
        load()
