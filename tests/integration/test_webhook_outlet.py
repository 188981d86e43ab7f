"""Discord's webhooks as a way out, against a loopback that judges every call; how an operator gives them."""

from __future__ import annotations

import argparse
import io
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from pydantic import SecretStr
from structlog.testing import capture_logs

from bot import hooks, keys
from bot.__main__ import parser
from bot.channels.webhook import MOST_REFUSED, Hook, WebhookOutlet
from bot.discord.refusals import Refusals
from bot.outlet import Unreached
from config.settings import Settings
from data.clock import SystemClock
from data.errors import ChatGone, ConfigError, DeliveryError, Rejected, Throttled
from data.gateway.transport import HttpTransport
from data.metrics import Metrics
from data.models.delivery import Channel, Target
from handlers.reply import Button, Invoke, Reply, strong, text
from tests.fakes.discord import (
    DiscordServer,
    Refusal,
    SeenMessage,
    banned,
    broken,
    cut,
    rate_limited,
    refused,
    slow,
)
from tests.fakes.discord.objects import Channel as Room
from tests.fakes.hostile import corpus
from tests.integration.discord_stage import image

PATH = "/webhooks/{webhook_id}/{webhook_token}"
INVALID_FORM = Refusal(400, 50035, "Invalid Form Body")
ALERT = Reply(
    title=text("RUG: SWARM"), body=text("Liquidity fell by ", strong("92 %"), " @everyone"),
    buttons=((Button("Card", Invoke("t", {"token": "SWARM"})),),),
)  # fmt: skip


@dataclass(frozen=True)
class Out:
    """A webhook of the channel #general, and the way through it."""

    server: DiscordServer
    room: Room
    hook: Hook
    outlet: WebhookOutlet
    target: Target

    async def push(self, reply: Reply = ALERT, target: Target | None = None) -> str:
        return await self.outlet.send(target or self.target, await self.outlet.prepare(reply), nonce=1)

    def seen(self, word: str) -> SeenMessage:
        return self.room.message(int(word)).seen()


def hook_of(server: DiscordServer, room: Room) -> Hook:
    sender = server.webhook(room)
    _, number, token = sender.url.rsplit("/", 2)
    return Hook(number, SecretStr(token))


@pytest.fixture
async def on() -> AsyncIterator[Out]:
    async with DiscordServer() as server, HttpTransport() as transport:
        guild = server.guild(7 << 22, "Degens", owner=server.person("olga"), channels=("general",))
        room = guild.channel("general")
        hook = hook_of(server, room)
        refusals = Refusals(SystemClock(), Metrics(), MOST_REFUSED)
        outlet = WebhookOutlet(transport, [hook], refusals, server.url)
        yield Out(server, room, hook, outlet, Target(channel=Channel.WEBHOOK, address=hook.number))
        assert server.violations == []


async def test_a_message_is_posted_without_buttons_or_pings_and_named(on: Out) -> None:
    word = await on.push()
    card = on.seen(word)
    assert card.embeds[0]["title"] == "RUG: SWARM"
    assert card.components == ()
    (call,) = on.server.calls
    assert call.query == {"wait": "true"}
    assert call.body["allowed_mentions"] == {"parse": []}


async def test_silent_is_silent_and_a_thread_is_named(on: Out) -> None:
    await on.push(target=Target(channel=Channel.WEBHOOK, address=on.hook.number, topic="77", silent=True))
    (call,) = on.server.calls
    assert call.query["thread_id"] == "77"
    assert call.body["flags"] == 1 << 12


async def test_a_text_becomes_a_picture_becomes_another_becomes_a_text(on: Out) -> None:
    word = await on.push()
    for words, colour in (("one", "red"), ("two", "blue"), ("three", "")):
        reply = Reply(body=text(words), image=image(colour) if colour else None)
        assert await on.outlet.edit(on.target, await on.outlet.prepare(reply), word) == word
        card = on.seen(word)
        assert card.embeds[0]["description"] == words
        assert [content for _, content in card.attachments] == ([image(colour).png] if colour else [])


async def test_a_picture_comes_with_its_message(on: Out) -> None:
    card = on.seen(await on.push(ALERT.with_(image=image("red"))))
    ((name, content),) = card.attachments
    assert content == image("red").png
    assert card.embeds[0]["image"]["url"].endswith(name)


async def test_a_refused_embed_becomes_plain_words(on: Out) -> None:
    on.server.fault(refused(INVALID_FORM), method="POST", path=PATH)
    card = on.seen(await on.push())
    assert (card.embeds, card.content.splitlines()[0]) == ((), "RUG: SWARM")
    on.server.fault(refused(INVALID_FORM), method="POST", path=PATH, times=2)
    with pytest.raises(Rejected):
        await on.push()


@pytest.mark.parametrize(
    "refusal",
    [
        Refusal(404, 10015, "Unknown Webhook"), Refusal(401, 50027, "Invalid Webhook Token"),
        Refusal(403, 50013, "Missing Permissions"),
    ],
)  # fmt: skip
async def test_a_dead_webhook_is_gone_at_the_first_answer(on: Out, refusal: Refusal) -> None:
    on.server.fault(refused(refusal), method="POST", path=PATH)
    with pytest.raises(ChatGone, match=refusal.message):
        await on.push()
    assert len(on.server.calls) == 1


async def test_a_message_that_is_no_more_is_refused_and_the_webhook_is_not_gone(on: Out) -> None:
    with pytest.raises(Rejected):
        await on.outlet.edit(on.target, await on.outlet.prepare(ALERT), "123")


@pytest.mark.parametrize(
    ("fault", "wait_s", "everywhere"),
    [(rate_limited(1.5), 1.5, False), (rate_limited(2.0, "global"), 2.0, True), (banned(), 3600.0, True)],
)
async def test_a_request_to_wait_is_told_with_its_reach(
    on: Out, fault: object, wait_s: float, everywhere: bool
) -> None:
    on.server.fault(fault, method="POST", path=PATH)  # type: ignore[arg-type]
    with pytest.raises(Throttled) as told:
        await on.push()
    assert (told.value.retry_after_s, told.value.everywhere) == (pytest.approx(wait_s, abs=0.1), everywhere)


async def test_what_may_have_arrived_is_told_apart_from_what_cannot_have(
    on: Out, monkeypatch: pytest.MonkeyPatch
) -> None:
    on.server.fault(broken(502), method="POST", path=PATH)
    on.server.fault(cut("after"), method="POST", path=PATH)
    for _ in range(2):
        with pytest.raises(DeliveryError) as told:
            await on.push()
        assert type(told.value) is DeliveryError
    monkeypatch.setattr("bot.channels.webhook.DEADLINE_S", 0.05)
    on.server.fault(slow(0.3), method="POST", path=PATH)
    with pytest.raises(DeliveryError, match="took longer"):
        await on.push()
    on.outlet._api = "http://127.0.0.1:9/api/v10"
    monkeypatch.setattr("bot.channels.webhook.DEADLINE_S", 5.0)
    with pytest.raises(Unreached):
        await on.push()


async def test_an_unknown_webhook_and_an_odd_thread_are_gone_without_a_call(on: Out) -> None:
    odd = (
        ("1", ""),
        ("", ""),
        ("../../users/@me", ""),
        (on.hook.number, "1&wait=false"),
        (on.hook.number, "x"),
    )
    for address, topic in odd:
        with pytest.raises(ChatGone):
            await on.push(target=Target(channel=Channel.WEBHOOK, address=address, topic=topic))
    assert on.server.calls == []


async def test_too_many_refusals_stop_it(on: Out) -> None:
    for _ in range(MOST_REFUSED):
        on.outlet._refusals.note(404)
    with pytest.raises(Throttled):
        await on.push()
    assert on.server.calls == []


async def test_no_failure_shows_the_token(on: Out) -> None:
    token = on.hook.token.get_secret_value()
    faults = (refused(INVALID_FORM), broken(502), cut(), refused(Refusal(404, 10015, "Unknown Webhook")))
    with capture_logs() as said:
        for fault in faults:
            on.server.fault(fault, method="POST", path=PATH, times=2)
            with pytest.raises(DeliveryError) as told:
                await on.push()
            assert token not in f"{told.value!r}{told.value.__cause__!r}"
            on.server._rest.orders.clear()
    assert token not in str(said)
    assert token not in repr(on.hook)


async def test_hostile_words_are_taken_and_ping_nobody(on: Out) -> None:
    for case in corpus()[::8]:
        reply = Reply(title=text(case.text), body=text("Alert ", case.text), image=image("red"))
        await on.push(reply)


GOOD = f"https://discord.com/api/webhooks/123456789012345678/{'t0-_K' * 12}"


@pytest.mark.parametrize(
    "url",
    [
        "",
        "https://evil.example/api/webhooks/123456789012345678/" + "t" * 60,
        GOOD.replace("https", "http"),
        GOOD.replace("discord.com", "discord.com.evil.example"),
        GOOD.replace("discord.com", "discord.com@evil.example"),
        GOOD.replace("discord.com", "discord.com:8443"),
        GOOD.replace("discord.com", "127.0.0.1"),
        GOOD.replace("webhooks", "channels"),
        GOOD.replace("/api", "/%61pi"),
        GOOD + "/../../users",
        GOOD + "?wait=false",
        GOOD + "\n" + GOOD,
    ],
)
def test_only_discords_own_addresses_are_taken_and_a_wrong_one_is_not_repeated(url: str) -> None:
    with pytest.raises(ConfigError) as told:
        Hook.parsed(SecretStr(url))
    assert "t" * 10 not in str(told.value)
    assert "t0-_K" not in str(told.value)


def test_the_address_is_taken_as_discord_shows_it_with_or_without_a_version() -> None:
    for url in (GOOD, GOOD.replace("/api/", "/api/v10/"), f"  {GOOD}\n"):
        hook = Hook.parsed(SecretStr(url))
        assert (hook.number, hook.token.get_secret_value()) == ("123456789012345678", "t0-_K" * 12)


# The operator's side

Run = Callable[..., Awaitable[tuple[int, str]]]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    settings = Settings(market="live", state_dir=tmp_path, feeds={"enabled": False})

    async def once(*line: str, given: str = "", of: str = "webhooks") -> tuple[int, str]:
        monkeypatch.setattr("sys.stdin", io.StringIO(given))
        words: argparse.Namespace = parser().parse_args([of, *line])
        said = ""
        try:
            status = await {"webhooks": hooks.run, "keys": keys.run}[of](settings, words)
        except ConfigError as error:
            status, said = 2, "\n".join(error.problems)
        shown = capsys.readouterr()
        return status, f"{said}{shown.out}{shown.err}"

    return once


def holding(folder: Path, words: bytes) -> list[str]:
    return [each.name for each in folder.rglob("*") if each.is_file() and words in each.read_bytes()]


async def test_an_operator_gives_lists_changes_and_removes_a_webhook(run: Run, tmp_path: Path) -> None:
    assert await run("add", "danger", "updates,radar", given=GOOD) == (
        0, "Webhook 1 is sealed; it hears danger, updates, radar. "
        "The running program uses this from its next start on.\n",
    )  # fmt: skip
    status, said = await run("add", given=GOOD)
    assert (status, "kept already" in said) == (2, True)
    assert await run("list") == (0, "  1  123456789012345678    danger, radar, updates\n")
    assert (await run("hear", "1", "danger"))[1] == "Webhook 1 hears danger.\n"
    assert "danger\n" in (await run("list"))[1]
    assert (await run("hear", "9", "danger"))[0] == 2
    _, listed = await run("list", of="keys")
    assert "discord_webhook" not in listed
    assert (await run("remove", "1"))[0] == 0
    assert await run("list") == (0, "")
    assert (await run("remove", "1"))[0] == 1
    assert holding(tmp_path, b"t0-_K") == []


async def test_a_rotated_master_key_still_opens_webhooks(run: Run) -> None:
    await run("add", "danger", given=GOOD)
    assert "Sealed anew: 1" in (await run("rotate", of="keys"))[1]
    assert "danger" in (await run("list"))[1]


async def test_a_wrong_stream_or_a_misplaced_address_is_refused_without_repeating_it(run: Run) -> None:
    for words in (("dangre",), (GOOD,)):
        status, said = await run("add", *words, given=GOOD)
        assert status == 2
        assert "there are radar, hunt, danger" in said
        assert "t0-_k" not in said.lower()
    status, said = await run("add", "danger", given="https://evil.example/x")
    assert status == 2
    assert "evil" not in said
