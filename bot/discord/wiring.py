"""The Discord front end of a running platform."""

from __future__ import annotations

import asyncio
from pathlib import Path

from bot.app import App
from bot.discord.front import DiscordFront
from bot.discord.slash import Kept
from core.delivery.routes import Places
from core.payloads import Payloads
from data.models.ids import Platform


def front(app: App) -> DiscordFront:
    """Make the front end from the platform's services."""
    made = DiscordFront(
        app.settings.discord, dispatcher=app.dispatcher, payloads=app.services[Payloads], clock=app.clock,
        nursery=app.nursery, metrics=app.metrics, synced=in_file(app.state_dir / "discord_commands.sha256"),
    )  # fmt: skip
    app.services[Places].told_by(Platform.DISCORD, made.holds)
    return made


def in_file(path: Path) -> Kept:
    """Keep a short text in a file."""

    def read() -> str | None:
        return path.read_text() if path.exists() else None

    async def get() -> str | None:
        return await asyncio.to_thread(read)

    async def put(words: str) -> None:
        await asyncio.to_thread(path.write_text, words)

    return Kept(get, put)
