"""Scans, holders and flows on Telegram and Discord: the card stands at once, then gains its picture."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from bot.app import App
from data.sandbox.tokens import Kind
from tests.e2e import stage
from tests.e2e.stage import Platforms
from tests.e2e.test_both_platforms import PATIENCE_S, PNG, newest

COMMANDS = ("s", "holders", "flow")


@pytest.fixture
async def there() -> AsyncIterator[Platforms]:
    async with stage.platforms() as platforms:
        yield platforms
    platforms.verify()


@pytest.fixture
async def app(there: Platforms, tmp_path: Path) -> AsyncIterator[App]:
    with capture_logs() as events:
        async with stage.on_both(there, tmp_path) as app:
            yield app
    assert not [event for event in events if event["log_level"] in {"error", "critical"}]


def alternatives(body: Any) -> list[str]:
    """Read the words that stand for the pictures of a call, its first answer or a later edit."""
    if not isinstance(body, dict):
        return []
    own = [each["description"] for each in body.get("attachments") or () if each.get("description")]
    return own + alternatives(body.get("data"))


async def test_every_picture_reaches_both_platforms(app: App, there: Platforms) -> None:
    assert app.sandbox is not None
    coin = next(each for each in app.sandbox.world.tokens.values() if each.kind is Kind.HEALTHY)
    private, general = there.telegram.private(there.tess), there.guild.channel("general")
    last = 0
    for name in COMMANDS:
        there.tess.send(private, f"/{name} {coin.mint}")
        card = await newest(there, private, after=last, photo=True)
        assert card.photo is not None
        assert card.photo.startswith(PNG)
        assert card.edits >= 1, "the words stood before the picture"
        last = card.message_id
        calls = len(there.discord.calls)
        asked = there.dora.slash(general, name, token=coin.mint)
        (message,) = await there.discord.shown(asked)
        card_id = message.id
        attached = await there.discord.wait_for(
            lambda card_id=card_id: general.message(card_id).seen().attachments,  # type: ignore[misc]
            PATIENCE_S,
        )
        assert attached[0][1].startswith(PNG)
        told = [words for call in there.discord.calls[calls:] for words in alternatives(call.body)]
        assert told
        assert all(words.startswith("Practice market: ") for words in told)
