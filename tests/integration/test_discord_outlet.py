"""Discord as a way out: pushed messages through the real discord.py to a loopback that judges every call."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
from discord.http import Route

from bot.discord.outlet import ALLOWANCE, DiscordOutlet
from bot.discord.refusals import MOST, REFUSED, WINDOW_S, Refusals
from bot.outlet import Unreached
from data.errors import ChatGone, DeliveryError, Rejected, Throttled
from data.metrics import Metrics
from data.models.delivery import Channel, Target
from handlers.reply import Button, Field, Invoke, Reply, Tone, code, link, strong, text
from tests.fakes.clock import VirtualClock
from tests.fakes.discord import (
    CANNOT_DM,
    MISSING_ACCESS,
    Call,
    Refusal,
    SeenMessage,
    banned,
    cut,
    rate_limited,
    refused,
    slow,
)
from tests.fakes.discord.objects import PUBLIC_THREAD
from tests.fakes.discord.objects import Channel as Room
from tests.fakes.hostile import corpus
from tests.integration.discord_stage import BONK, Stage, image, stage
from tests.integration.test_discord_front import shown

MESSAGES = "/channels/{channel_id}/messages"
INVALID_FORM = Refusal(400, 50035, "Invalid Form Body")
ALERT = Reply(
    title=text("BONK crossed $0.00002"),
    body=text("Now ", strong("$0.000021"), ", alert of ", code("7")),
    buttons=((Button("Price", Invoke("p", {"token": BONK})),),),
    tone=Tone.GOOD,
)


@dataclass(frozen=True)
class Out:
    """A started front end's way out, and the stage it stands on."""

    scene: Stage
    outlet: DiscordOutlet

    @property
    def general(self) -> Target:
        return to(self.scene.general.id)

    async def push(self, target: Target, reply: Reply = ALERT, nonce: int = 1) -> str:
        return await self.outlet.send(target, await self.outlet.prepare(reply), nonce=nonce)

    def sent(self) -> list[Call]:
        return [
            call for call in self.scene.server.calls if (call.method, call.template) == ("POST", MESSAGES)
        ]

    def seen(self, word: str, room: Room | None = None) -> SeenMessage:
        return (room or self.scene.general).message(int(word)).seen()


@pytest.fixture
async def on() -> AsyncIterator[Out]:
    async with stage() as made:
        front = await made.started()
        yield Out(made, front.outlet)
        assert made.server.violations == []


def to(number: int, **more: object) -> Target:
    return Target(channel=Channel.DISCORD, address=str(number), **more)  # type: ignore[arg-type]


async def test_a_pushed_message_is_a_card_whose_buttons_work(on: Out) -> None:
    word = await on.push(on.general)
    card = on.seen(word)
    assert card.embeds[0]["title"] == "BONK crossed $0.00002"
    answered = await shown(on.scene.server, on.scene.alice.press(card, "Price"))
    assert answered.embeds[0]["title"] == BONK
    assert len(on.scene.script.runs) == 1


async def test_nobody_is_pinged_and_silent_is_silent(on: Out) -> None:
    await on.push(on.general, Reply(body=text("@everyone <@1> @here")))
    await on.push(to(on.scene.general.id, silent=True), nonce=2)
    loud, quiet = on.sent()
    assert loud.body["allowed_mentions"]["parse"] == []
    assert not loud.body.get("flags")
    assert quiet.body["flags"] == 1 << 12


async def test_a_thread_hears_what_is_for_its_topic(on: Out) -> None:
    general = on.scene.general
    thread = on.scene.server.world.add_channel(
        Room(id=8 << 22, kind=PUBLIC_THREAD, name="signals", guild=general.guild, parent=general)
    )
    word = await on.push(to(general.id, topic=str(thread.id)))
    assert on.seen(word, thread).channel_id == thread.id
    assert general.messages == ()


async def test_a_person_hears_it_in_private_by_their_own_number(on: Out) -> None:
    target = to(on.scene.alice.id, private=True)
    word = await on.push(target)
    again = await on.push(target, nonce=2)
    room = on.scene.server.world.dm(on.scene.server.world.users[on.scene.alice.id])
    assert [each.id for each in room.messages] == [int(word), int(again)]
    assert on.scene.paths("POST").count("/users/@me/channels") == 1
    await on.outlet.edit(target, await on.outlet.prepare(Reply(body=text("new"))), word)
    assert on.seen(word, room).embeds[0]["description"] == "new"


async def test_who_takes_no_messages_is_gone_and_so_is_who_is_nobody(on: Out) -> None:
    alice = on.scene.server.world.users[on.scene.alice.id]
    on.scene.server.world.dm(alice).refusal = CANNOT_DM
    for person in (on.scene.alice.id, 999 << 22):
        with pytest.raises(ChatGone):
            await on.push(to(person, private=True))


async def test_the_same_nonce_again_is_the_same_message(on: Out) -> None:
    first = await on.push(on.general, nonce=41)
    assert await on.push(on.general, nonce=41) == first
    assert await on.push(on.general, nonce=42) != first
    assert len(on.scene.general.messages) == 2
    assert all(call.body["enforce_nonce"] for call in on.sent())


async def test_a_message_whose_answer_was_lost_is_there_once(on: Out) -> None:
    on.scene.server.fault(cut("after"), method="POST", path=MESSAGES)
    await on.push(on.general, nonce=41)
    assert len(on.sent()) == 2
    assert len(on.scene.general.messages) == 1


async def test_a_text_becomes_a_picture_becomes_another_picture_becomes_a_text(on: Out) -> None:
    word = await on.push(on.general)
    frames = (("one", "red"), ("two", "blue"), ("three", ""))
    for words, colour in frames:
        reply = Reply(body=text(words), image=image(colour) if colour else None)
        assert await on.outlet.edit(on.general, await on.outlet.prepare(reply), word) == word
        card = on.seen(word)
        assert (card.embeds[0]["description"], len(card.attachments)) == (words, bool(colour))
        assert card.components == ()


async def test_a_message_that_is_no_more_is_refused(on: Out) -> None:
    word = await on.push(on.general)
    on.scene.server.world.delete(on.scene.general.message(int(word)))
    with pytest.raises(Rejected):
        await on.outlet.edit(on.general, await on.outlet.prepare(ALERT), word)
    assert len(on.sent()) == 1


async def test_a_refused_embed_becomes_plain_words(on: Out) -> None:
    on.scene.server.fault(refused(INVALID_FORM), method="POST", path=MESSAGES)
    card = on.seen(await on.push(on.general))
    assert card.embeds == ()
    assert card.content.startswith("BONK crossed $0.00002")


async def test_a_closed_channel_is_gone_and_other_refusals_are_not(on: Out) -> None:
    for refusal in (MISSING_ACCESS, Refusal(404, 10003, "Unknown Channel")):
        on.scene.server.fault(refused(refusal), method="POST", path=MESSAGES)
        with pytest.raises(ChatGone):
            await on.push(to(on.scene.guild.channel("quiet").id))
        await on.push(to(on.scene.guild.channel("quiet").id), nonce=refusal.code)
    on.scene.server.fault(refused(Refusal(400, 50083, "Thread is archived")), method="POST", path=MESSAGES)
    with pytest.raises(Rejected):
        await on.push(on.general)
    on.scene.server.fault(refused(Refusal(401, 0, "401: Unauthorized")), method="POST", path=MESSAGES)
    with pytest.raises(DeliveryError) as told:
        await on.push(on.general)
    assert type(told.value) is DeliveryError  # the token, not this message: it is tried again


async def test_a_short_wait_is_waited_and_a_long_one_told(on: Out) -> None:
    on.scene.server.fault(rate_limited(0.05), method="POST", path=MESSAGES)
    assert await on.push(on.general)
    on.scene.server.fault(rate_limited(300.0), method="POST", path=MESSAGES)
    with pytest.raises(Throttled) as told:
        await on.push(to(on.scene.guild.channel("quiet").id))
    assert told.value.retry_after_s == pytest.approx(300.0)


async def test_a_shut_out_address_waits_as_long_as_it_is_told_everywhere(on: Out) -> None:
    on.scene.server.fault(banned(), method="POST", path=MESSAGES)
    with pytest.raises(Throttled) as told:
        await on.push(on.general)
    assert (told.value.retry_after_s, told.value.everywhere) == (3600.0, True)


async def test_too_many_refusals_stop_all_that_can_wait_and_are_counted(on: Out) -> None:
    server, quiet = on.scene.server, to(on.scene.guild.channel("quiet").id)
    server.fault(refused(MISSING_ACCESS), method="POST", path=MESSAGES)
    with pytest.raises(ChatGone):
        await on.push(quiet)
    assert b'discord_refusals_total{status="403"} 1.0' in on.scene.metrics.text()
    for _ in range(MOST):
        on.outlet._refusals.note(404)
    before = len(server.calls)
    with pytest.raises(Throttled) as told:
        await on.push(on.general)
    assert told.value.everywhere
    assert WINDOW_S - 60 < told.value.retry_after_s <= WINDOW_S
    assert len(server.calls) == before
    assert await shown(server, on.scene.alice.slash(on.scene.general, "p", token=BONK))  # people are answered


async def test_an_answer_that_never_comes_is_given_up(on: Out, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.discord.outlet.DEADLINE_S", 0.05)
    on.scene.server.fault(slow(0.3), method="POST", path=MESSAGES)
    with pytest.raises(DeliveryError, match="took longer"):
        await on.push(on.general)


async def test_without_a_connection_nothing_has_arrived() -> None:
    async with stage() as made:
        front = await made.started()
        base, Route.BASE = Route.BASE, "http://127.0.0.1:9/api/v10"
        try:
            with pytest.raises(Unreached):
                await Out(made, front.outlet).push(to(made.general.id))
        finally:
            Route.BASE = base


async def test_what_is_no_number_of_discord_is_gone_without_a_call(on: Out) -> None:
    before = len(on.scene.server.calls)
    for address in ("", "-5", "general", "1" * 30, "1/../2"):
        with pytest.raises(ChatGone):
            await on.push(Target(channel=Channel.DISCORD, address=address))
    assert len(on.scene.server.calls) == before


async def test_hostile_words_in_every_slot_are_taken_and_ping_nobody(on: Out) -> None:
    for nonce, case in enumerate(corpus()[::6]):
        words = case.text
        reply = Reply(
            title=text(words), body=text("Alert ", strong(words), "\n", link(words or "x", "https://issuer.example/")),
            fields=(Field(words[:60] or "x", text(code(words))),), footer=text(words),
            buttons=((Button(words, Invoke("p", {"token": words[:200] or "x"})),),), image=image("red"),
        )  # fmt: skip
        await on.push(on.general, reply, nonce)
    assert not on.scene.general.messages[-1].content


def test_refusals_count_for_ten_minutes_and_shared_limits_do_not() -> None:
    clock, metrics = VirtualClock(), Metrics()
    refusals = Refusals(clock, metrics, most=3)
    for status, scope in ((429, "shared"), (400, ""), (200, ""), (403, ""), (429, "user")):
        refusals.note(status, scope)
    refusals.heed()
    clock.advance(100)
    refusals.note(404)
    with pytest.raises(Throttled) as told:
        refusals.heed()
    assert told.value.retry_after_s == WINDOW_S - 100
    clock.advance(WINDOW_S - 100)
    refusals.heed()
    assert metrics.of(REFUSED, "403")._value.get() == 1


def test_the_pace_is_what_discord_allows() -> None:
    assert (ALLOWANCE.overall_per_s, ALLOWANCE.chat_per_s) == (45.0, 1.0)
