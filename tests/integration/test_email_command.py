"""/email: an address is proved by its code before anything else is sent there; nobody is flooded by us."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot import ways
from core.mailbox import EMAIL, TRIES, WITHIN, Mailboxes, letter_to
from core.people import People
from core.throttle import Throttle
from data.errors import BadArgument, NotConfigured, OnCooldown, UserError
from data.models.chat import Identity, User
from data.models.delivery import Channel, Notice, Stream, Urgency
from data.models.ids import Platform, UserId
from data.store.store import Store
from handlers.reply import Tone
from tests.fakes.clock import START, VirtualClock
from tests.fakes.smtp import MailServer
from tests.integration.scene import Scene, button, stage, words

ADDRESS = "alice@example.org"


@pytest.fixture
async def server() -> AsyncIterator[MailServer]:
    async with MailServer() as running:
        yield running


@pytest.fixture
async def scene(tmp_path: Path, server: MailServer) -> AsyncIterator[Scene]:
    mail = {"host": "127.0.0.1", "port": server.port, "security": "none", "sender": "bot@trench.example"}
    async with stage(tmp_path, mail=mail) as made:
        yield made


def code_in(server: MailServer) -> str:
    found = re.search(r"Your code: ([A-Z0-9]{8})", server.taken[-1].words)
    assert found is not None
    return found[1]


async def test_an_address_is_asked_for_proved_shown_and_forgotten(scene: Scene, server: MailServer) -> None:
    alice = await scene.member()
    assert "No address is known" in words(await scene.say(alice, "/email"))
    asked = await scene.say(alice, f"/email {ADDRESS}")
    assert "within 10 minutes" in words(asked)
    assert [taken.recipient for taken in server.taken] == [ADDRESS]
    assert "A code was sent to alice@example.org" in words(await scene.say(alice, "/email"))
    code = code_in(server)
    assert code not in words(asked)
    proved = await scene.say(alice, f"/email {code.lower()}")
    assert proved.tone is Tone.GOOD
    shown = await scene.say(alice, "/email")
    assert "Letters go to alice@example.org" in words(shown)
    assert shown.private
    assert "forgotten" in words(await scene.press(alice, button(shown, "Forget it")))
    assert "No address was known" in words(await scene.say(alice, "/email off"))
    assert len(server.taken) == 1


async def test_a_code_serves_who_asked_for_it_alone_and_once(scene: Scene, server: MailServer) -> None:
    alice, bob = await scene.member("Alice"), await scene.member("Bob")
    await scene.say(alice, f"/email {ADDRESS}")
    code = code_in(server)
    assert (await scene.say(bob, f"/email {code}")).error
    await scene.say(bob, "/email bob@example.org")
    assert (await scene.say(bob, f"/email {code}")).error
    assert not (await scene.say(alice, f"/email {code}")).error
    assert (await scene.say(alice, f"/email {code}")).error


async def test_a_forgotten_person_leaves_no_address_behind(scene: Scene, server: MailServer) -> None:
    alice = await scene.member()
    await scene.say(alice, f"/email {ADDRESS}")
    await scene.say(alice, f"/email {code_in(server)}")
    assert scene.rows_naming(ADDRESS) == {"users": 1}  # and the audit does not name it
    asked = await scene.say(alice, "/forget")
    await scene.press(alice, next(each for row in asked.rows for each in row if each.danger))
    assert scene.rows_naming(ADDRESS) == {}


async def test_what_is_neither_address_nor_code_is_refused_with_an_example(scene: Scene) -> None:
    alice = await scene.member()
    for word in ("alice", "alice@", "@example.org", "a@b", "ABCD123", "x" * 400, "<b>@x.de"):
        reply = await scene.say(alice, f"/email {word}")
        assert reply.error == "bad argument", word
        assert "/email you@example.org" in words(reply)


async def test_an_address_that_the_server_refuses_is_not_waited_for(scene: Scene, server: MailServer) -> None:
    server.answers["RCPT"] = "550 5.1.1 nobody"
    alice = await scene.member()
    assert "does not take this address" in words(await scene.say(alice, f"/email {ADDRESS}"))
    assert "No address is known" in words(await scene.say(alice, "/email"))


async def test_without_a_mail_server_it_says_so(tmp_path: Path) -> None:
    async with stage(tmp_path) as scene:
        reply = await scene.say(await scene.member(), f"/email {ADDRESS}")
        assert "E-mail is not set up here" in words(reply)


# The rules behind it, on a clock that is steered


def people(store: Store) -> People:
    return People(store, owners=(), open_registration=True)


class Desk:
    """Mailboxes whose codes are known, and what was sent."""

    def __init__(self, store: Store, clock: VirtualClock) -> None:
        self.sent: list[tuple[str, str]] = []
        codes = (f"CODE{number:04d}" for number in range(1000, 2000))
        self.boxes = Mailboxes(store, people(store), clock, Throttle(clock), self.send, lambda: next(codes))
        self.clock = clock

    async def send(self, address: str, code: str) -> None:
        self.sent.append((address, code))


@pytest.fixture
async def store() -> AsyncIterator[Store]:
    opened = await Store.open("sqlite+aiosqlite://", VirtualClock())
    await opened.migrate()
    yield opened
    await opened.close()


async def person(store: Store, number: int = 7) -> User:
    async with store.begin() as tx:
        return await tx.users.ensure(Identity(Platform.TELEGRAM, str(number)), "Alice")


async def test_a_code_is_good_for_ten_minutes(store: Store) -> None:
    desk, alice = Desk(store, VirtualClock()), await person(store)
    for waits, good in ((WITHIN - timedelta(seconds=1), True), (WITHIN, False)):
        await desk.boxes.ask(alice, ADDRESS)
        desk.clock.advance(waits.total_seconds())
        if good:
            assert await desk.boxes.confirm(alice, desk.sent[-1][1]) == ADDRESS
        else:
            with pytest.raises(BadArgument, match="too old"):
                await desk.boxes.confirm(alice, desk.sent[-1][1])


async def test_after_five_wrong_codes_the_right_one_counts_no_more(store: Store) -> None:
    desk, alice = Desk(store, VirtualClock()), await person(store)
    await desk.boxes.ask(alice, ADDRESS)
    for _ in range(TRIES):
        with pytest.raises(BadArgument, match="not the code"):
            await desk.boxes.confirm(alice, "WRONG000")
    with pytest.raises(BadArgument, match="No code is waited for"):
        await desk.boxes.confirm(alice, desk.sent[-1][1])
    assert (await desk.boxes.of(alice)).address == ""


async def test_a_newer_address_takes_the_place_of_the_older(store: Store) -> None:
    desk, alice = Desk(store, VirtualClock()), await person(store)
    await desk.boxes.ask(alice, ADDRESS)
    await desk.boxes.ask(alice, "new@example.org")
    with pytest.raises(BadArgument):
        await desk.boxes.confirm(alice, desk.sent[0][1])
    assert await desk.boxes.confirm(alice, desk.sent[1][1]) == "new@example.org"


async def test_neither_a_person_nor_many_people_can_flood_an_address(store: Store) -> None:
    desk = Desk(store, VirtualClock())
    alice = await person(store)
    for _ in range(3):
        await desk.boxes.ask(alice, ADDRESS)
    with pytest.raises(OnCooldown):
        await desk.boxes.ask(alice, "other@example.org")
    for number in range(8, 20):
        with pytest.raises(OnCooldown):
            await desk.boxes.ask(await person(store, number), ADDRESS.upper())
    assert len(desk.sent) == 3
    desk.clock.advance(86_400)
    await desk.boxes.ask(alice, ADDRESS)


async def test_before_it_is_proved_nothing_of_an_address_or_its_code_is_kept_or_shown(
    scene: Scene, server: MailServer
) -> None:
    alice = await scene.member()
    await scene.say(alice, f"/email {ADDRESS}")
    assert scene.rows_naming(ADDRESS) == {}
    assert code_in(server) not in words(await scene.say(alice, "/me"))
    await scene.say(alice, f"/email {code_in(server)}")
    assert f"email {ADDRESS}" in words(await scene.say(alice, "/me"))  # all that is held of them is shown


async def test_a_server_that_fails_is_named_and_without_one_nothing_is_kept(store: Store) -> None:
    alice, clock = await person(store), VirtualClock()
    failing = ways.mailboxes(
        ways.MailSettings(host="127.0.0.1", port=9, security="none", sender="bot@trench.example"),
        store, people(store), clock,
    )  # fmt: skip
    with pytest.raises(UserError, match="does not answer"):
        await failing.ask(alice, ADDRESS)
    with pytest.raises(NotConfigured):
        await ways.mailboxes(ways.MailSettings(), store, people(store), clock).ask(alice, ADDRESS)


def test_codes_are_eight_signs_that_are_not_mistaken() -> None:
    made = {ways.fresh_code() for _ in range(1_000)}
    assert len(made) == 1_000
    assert all(re.fullmatch(r"[A-HJ-NP-Z2-9]{8}", each) for each in made)


def told(stream: Stream, kind: str) -> Notice:
    return Notice(
        key="k", kind=kind, stream=stream, body="{}", at=START, expires_at=START, urgency=Urgency.ALERT
    )


def test_letters_bring_danger_and_digests_alone_and_only_to_a_proved_address() -> None:
    who, proved = UserId(7), {EMAIL: ADDRESS}
    for stream, kind, sent in (
        (Stream.DANGER, "rug", True),
        (Stream.NEWS, "digest", True),
        (Stream.ALERTS, "alert", False),
        (Stream.RADAR, "signal", False),
    ):
        target = letter_to(proved, who, told(stream, kind))
        assert (target is not None) is sent
        if target is not None:
            assert (target.channel, target.address, target.user_id) == (Channel.MAIL, ADDRESS, who)
    assert letter_to({"email_asked": ADDRESS}, who, told(Stream.DANGER, "rug")) is None
