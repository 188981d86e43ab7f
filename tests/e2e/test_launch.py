"""How a token began, asked on Telegram and on Discord at once, and led on by buttons."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from bot.app import App
from tests.e2e import stage
from tests.e2e.stage import Platforms
from tests.fakes.discord import SeenMessage
from tests.fakes.telegram import SentMessage

COMMANDS = ("bundle", "snipers", "dev", "similar", "dp")
TITLES = {"bundle": "Bundle", "snipers": "Snipers", "dev": "Dev", "similar": "Similar", "dp": "Paid"}
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


async def on_telegram(there: Platforms, line: str, title: str) -> SentMessage:
    """Say a line in private and wait for the card of that title."""
    chat = there.telegram.private(there.tess)
    there.tess.send(chat, line)

    def card() -> SentMessage | None:
        said = [each for each in chat.messages if each.sender == there.telegram.bot and not each.service]
        return next((each for each in reversed(said) if title in each.visible.partition("\n")[0]), None)

    await there.telegram.until(lambda: card() is not None, PATIENCE_S, f"no card to {line}")
    found = card()
    assert found is not None
    return found


async def on_discord(there: Platforms, command: str, token: str) -> SeenMessage:
    """Give a slash command and wait for its card."""
    asked = there.dora.slash(there.guild.channel("general"), command, token=token)
    (message,) = await there.discord.shown(asked)
    return message


def labels(message: SentMessage) -> set[str]:
    return {button.text for row in message.buttons for button in row}


@pytest.mark.timeout(180)
async def test_every_look_into_a_beginning_is_answered_on_both_platforms(app: App, there: Platforms) -> None:
    for command in COMMANDS:
        title = f"{TITLES[command]} · SWARM"
        told = await on_telegram(there, f"/{command} SWARM", title)
        assert PRACTICE in told.visible
        assert {"Card", "Scan", "Holders", "Refresh"} <= labels(told)
        card = await on_discord(there, command, "SWARM")
        assert title in str(card.embeds[0]["title"])
        assert {"Card", "Scan", "Holders"} <= {each.label for each in card.components}


@pytest.mark.timeout(180)
async def test_hostile_names_arrive_as_they_are_shown_and_ping_nobody(app: App, there: Platforms) -> None:
    assert app.sandbox is not None
    loud = next(t for t in app.sandbox.world.tokens.values() if "everyone" in t.symbol)
    for command in ("bundle", "dev", "similar"):
        told = await on_telegram(there, f"/{command} {loud.mint}", TITLES[command])
        assert "everyone" in told.visible
        card = await on_discord(there, command, loud.mint)
        assert "everyone" in str(card.embeds[0]["title"])
