"""One process on Telegram and Discord at once: what people see, and what the platforms' rules say of it."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from bot.app import App
from data.sandbox.tokens import Kind
from tests.e2e import stage
from tests.e2e.stage import Platforms
from tests.fakes.discord import Button, SeenMessage
from tests.fakes.telegram import Chat, Role, SentMessage
from tests.fakes.telegram.people import automatic_entities

BONK = "DezXAZ8z7PnrnRJjz3wXBoRgixCa6xjnB7YaB1pPB263"
PNG = b"\x89PNG"
PRACTICE = "practice market"
PATIENCE_S = 20.0


@pytest.fixture
async def there() -> AsyncIterator[Platforms]:
    """Both platforms; at the end, neither may have a complaint."""
    async with stage.platforms() as platforms:
        yield platforms
    platforms.verify()


@pytest.fixture
async def app(there: Platforms, tmp_path: Path) -> AsyncIterator[App]:
    with capture_logs() as events:
        async with stage.on_both(there, tmp_path) as app:
            yield app
    assert not [event for event in events if event["log_level"] in {"error", "critical"}]


async def newest(there: Platforms, chat: Chat, *, after: int = 0, photo: bool = False) -> SentMessage:
    """Wait for the bot's newest message in a Telegram chat beyond `after`, perhaps until it has a photo."""

    def by_bot() -> SentMessage | None:
        said = [each for each in chat.messages if each.sender == there.telegram.bot and not each.service]
        found = said[-1] if said and said[-1].message_id > after else None
        return None if found is None or (photo and found.photo is None) else found

    await there.telegram.until(lambda: by_bot() is not None, PATIENCE_S, "the bot said nothing")
    found = by_bot()
    assert found is not None
    return found


async def drawn(there: Platforms, channel_id: int, *, edits: int = 1) -> SeenMessage:
    """Wait for a picture under the bot's newest message in a Discord channel."""

    def card() -> SeenMessage | None:
        said = [
            m for m in there.discord.channel(channel_id).messages if m.author_id == there.discord.world.bot.id
        ]
        return said[-1] if said and said[-1].attachments and len(said[-1].edits) >= edits else None

    found = await there.discord.wait_for(card, PATIENCE_S)
    assert found is not None
    return found


def words(message: SeenMessage) -> str:
    """Everything that is written in the embeds of a message."""
    parts = [message.content]
    for embed in message.embeds:
        parts += [
            embed.get("title", ""),
            embed.get("description", ""),
            embed.get("footer", {}).get("text", ""),
        ]
        parts += [f"{each['name']} {each['value']}" for each in embed.get("fields", ())]
    return "\n".join(parts)


async def test_a_pasted_address_becomes_a_card_that_gains_its_chart_everywhere(
    app: App, there: Platforms
) -> None:
    private = there.telegram.private(there.tess)
    general = there.guild.channel("general")
    there.tess.send(private, f"what about {BONK} ?")
    assert app.sandbox is not None
    pool = app.sandbox.world.main_pool(BONK)
    assert pool is not None
    link = f"look: https://dexscreener.com/solana/{pool.address}"
    asked = there.tess.send(there.forum, link, thread_id=there.topic)
    said = there.dora.say(general, BONK)
    for chat in (private, there.forum):
        card = await newest(there, chat, photo=True)
        assert card.visible.startswith("BONK · Bonk")
        assert PRACTICE in card.visible
        assert card.photo is not None
        assert card.photo.startswith(PNG)
        assert card.edits >= 1
    assert card.thread_id == there.topic
    assert card.reply_to == asked.message_id
    shown = await drawn(there, general.id)
    assert shown.reply_to == said.id
    assert "BONK" in words(shown)
    assert PRACTICE in words(shown)
    assert shown.attachments[0][1].startswith(PNG)
    assert len(there.telegram.chat(there.forum.id).messages) == 3  # the topic's own, the link, the card


async def test_the_same_commands_answer_on_both(app: App, there: Platforms) -> None:
    private, general = there.telegram.private(there.tess), there.guild.channel("general")
    seen = 0
    for line, expected in (
        ("/p BONK", "BONK $"), ("/c BONK 1h", "1h"), ("/s BONK", "Security"), ("/why price", "Why?"),
        ("/status", "All good"), ("/start", "Tess"), ("/settings", "imeframe"),
    ):  # fmt: skip
        there.tess.send(private, line)
        answer = await newest(there, private, after=seen)
        assert expected in answer.visible, line
        assert PRACTICE in answer.visible
        seen = answer.message_id
    for command, options, expected in (
        ("p", {"tokens": "BONK"}, "BONK"), ("c", {"token": "BONK", "tf": "1h"}, "1h"),
        ("s", {"token": "BONK"}, "Security"), ("why", {"about": "price"}, "Why?"), ("status", {}, "All good"),
        ("start", {}, ""), ("settings", {}, ""),
    ):  # fmt: skip
        asked = there.dora.slash(general, command, **options)
        (shown,) = await there.discord.shown(asked, timeout=PATIENCE_S)
        assert expected in words(shown), command
        assert PRACTICE in words(shown)


async def test_a_pressed_button_changes_the_card_it_stands_under(app: App, there: Platforms) -> None:
    private, general = there.telegram.private(there.tess), there.guild.channel("general")
    there.tess.send(private, "/c BONK 15m")
    card = await newest(there, private, photo=True)
    query = there.tess.press(card, "1h")
    await there.telegram.until(lambda: "· 1h ·" in _labels(private.message(card.message_id)), PATIENCE_S)
    after = private.message(card.message_id)
    assert after.photo not in {None, card.photo}
    await there.telegram.until(lambda: query.answer is not None, PATIENCE_S)
    assert (await newest(there, private)).message_id == card.message_id

    asked = there.dora.slash(general, "c", token="BONK", tf="15m")
    await there.discord.shown(asked, timeout=PATIENCE_S)
    shown = await drawn(there, general.id, edits=0)
    there.otto.press(shown, "1h")  # somebody else's press counts as theirs, under the same card
    await there.discord.wait_for(lambda: _active(asked.messages[0]) == ["1h"], PATIENCE_S)
    assert asked.messages[0].id == shown.id
    assert asked.messages[0].attachments[0][1] != shown.attachments[0][1]


def _labels(message: SentMessage) -> list[str]:
    return [button.text for row in message.buttons for button in row]


def _active(message: SeenMessage) -> list[str]:
    return [button.label for button in message.components if button.style == 1 and _is_timeframe(button)]


def _is_timeframe(button: Button) -> bool:
    return re.fullmatch(r"\d+[mhd]", button.label) is not None


async def test_a_name_that_several_tokens_bear_becomes_a_choice(app: App, there: Platforms) -> None:
    private, general = there.telegram.private(there.tess), there.guild.channel("general")
    there.tess.send(private, "/p PEPE")
    choice = await newest(there, private)
    assert len(choice.buttons) == 3
    assert choice.visible.count("PEPE") >= 3
    there.tess.press(choice, choice.buttons[1][0].text)
    await there.telegram.until(lambda: private.message(choice.message_id).edits > 0, PATIENCE_S)
    assert "sources" in private.message(choice.message_id).visible

    asked = there.dora.slash(general, "p", tokens="PEPE")
    (shown,) = await there.discord.shown(asked, timeout=PATIENCE_S)
    assert len(shown.components) == 3
    there.dora.press(shown, shown.components[0].label)
    await there.discord.wait_for(lambda: "sources" in words(_newest_of(there, general.id)), PATIENCE_S)


def _newest_of(there: Platforms, channel_id: int) -> SeenMessage:
    return there.discord.channel(channel_id).messages[-1]


async def test_names_are_completed_and_queries_answered_as_they_are_typed(app: App, there: Platforms) -> None:
    general = there.guild.channel("general")
    there.tess.send(there.telegram.private(there.tess), "/p BONK")
    await newest(there, there.telegram.private(there.tess))
    async with asyncio.timeout(PATIENCE_S):  # what a search found is remembered in the background
        while BONK not in [
            choice["value"] for choice in await there.dora.autocomplete(general, "t", token="bo")
        ]:
            pass
    results = await there.tess.inline("BONK")
    assert results[0]["title"].startswith("BONK")
    assert PRACTICE in results[0]["input_message_content"]["message_text"]
    posted = there.tess.choose(results[0])
    query = there.tess.press_inline(posted, "1h")
    await there.telegram.until(lambda: query.answer is not None, PATIENCE_S)
    await there.telegram.until(lambda: there.telegram.inline_message(posted).edits > 0, PATIENCE_S)


async def test_a_change_of_level_said_on_one_platform_counts_on_the_other_at_once(
    app: App, there: Platforms
) -> None:
    office, general = there.telegram.private(there.olga), there.guild.channel("general")
    dora = f"discord:{there.dora.id}"

    async def says(line: str, expected: str) -> None:
        before = office.last_message_id
        there.olga.send(office, line)
        assert expected in (await newest(there, office, after=before)).visible

    async def settings() -> SeenMessage:
        (shown,) = await there.discord.shown(there.dora.slash(general, "settings"), timeout=PATIENCE_S)
        return shown

    assert "for members" in words(await settings())
    (welcome,) = await there.discord.shown(there.dora.slash(general, "start"), timeout=PATIENCE_S)
    assert "for members" not in words(await settings())
    await says(f"/role {dora} anyone", "guest")
    refused = await settings()
    assert "for members" in words(refused)
    assert refused.ephemeral_to == there.dora.id
    await says(f"/role {dora} member", "member")
    assert "for members" not in words(await settings())
    await says(f"/block {dora}", "locked")
    pressed = there.dora.press(welcome, next(b.label for b in welcome.components if b.custom_id))
    (answer,) = await there.discord.shown(pressed, timeout=PATIENCE_S)
    assert "blocked" in words(answer)
    assert there.discord.channel(general.id).message(welcome.id).seen() == welcome
    await says(f"/role telegram:{there.amir.id} member", "")


async def test_a_group_is_ruled_by_its_admins_as_the_platform_names_them_now(
    app: App, there: Platforms
) -> None:
    forum = there.forum

    async def answer(who: str, line: str) -> str:
        before = forum.last_message_id
        getattr(there, who).send(forum, line, thread_id=there.topic)
        return (await newest(there, forum, after=before)).visible

    refused = await answer("tess", "/deny p everyone")
    assert "admins of this chat" in refused or "private" in refused
    assert "everyone" in await answer("amir", "/deny p everyone")
    assert "BONK" not in await answer("tess", "/p BONK")
    assert "BONK" in await answer("amir", "/p BONK")
    there.olga.set_role(forum, there.amir, Role.MEMBER)
    assert "admins of this chat" in await answer("amir", "/allow p everyone")

    general = there.guild.channel("general")
    (ruled,) = await there.discord.shown(
        there.anna.slash(general, "group deny", command="p", whom="everyone")
    )
    assert "everyone" in words(ruled)
    (closed,) = await there.discord.shown(there.dora.slash(general, "p", tokens="BONK"))
    assert "closed to you" in words(closed)
    assert closed.ephemeral_to == there.dora.id


async def test_hostile_names_are_shown_and_do_nothing(app: App, there: Platforms) -> None:
    assert app.sandbox is not None
    tokens = app.sandbox.world.tokens.values()
    mints = [token.mint for token in tokens if token.kind is Kind.HOSTILE_NAME]
    assert len(mints) == 7
    private, general = there.telegram.private(there.tess), there.guild.channel("general")
    there.tess.send(private, f"/p {' '.join(mints)}")
    told = await newest(there, private)
    there.tess.send(private, mints[0])
    card = await newest(there, private, after=told.message_id)
    there.tess.send(private, mints[2])
    claim = await newest(there, private, after=card.message_id)
    for message in (told, card, claim):
        assert automatic_entities(message.visible) == []
        assert "claim.example" not in message.visible
        assert not set(message.visible) & set("\u202e\u2066\u2069\u200b\ufeff")
    assert "@" in told.visible
    assert "everyone" in told.visible
    asked = there.dora.slash(general, "p", tokens=" ".join(mints))
    (shown,) = await there.discord.shown(asked, timeout=PATIENCE_S)
    there.dora.say(general, mints[2])
    await there.discord.wait_for(lambda: "CLAIM" in words(_newest_of(there, general.id)), PATIENCE_S)
    for seen in (shown, _newest_of(there, general.id)):
        assert seen.content == ""
        assert not re.search(r"(?<!\\)\]\(https?://claim", words(seen))
        assert not set(words(seen)) & set("\u202e\u2066\u2069\u200b\ufeff")
