"""Both chat platforms on loopback, and the whole program between them in this process."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from pydantic import SecretStr

from bot import cli
from bot.app import App
from config.settings import DiscordSettings, TelegramSettings
from data.clock import Clock
from tests.fakes import program
from tests.fakes.discord import DiscordServer, Guild, Person
from tests.fakes.telegram import Chat, TelegramServer, User

OPERATOR = 7000
JOIN_S = 30.0
SETTLE_S = 60.0
OWNERS = (f"telegram:{OPERATOR}", f"discord:{OPERATOR}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Platforms:
    """Telegram with an operator, an admin, a person, a forum and its topic; Discord with the like."""

    telegram: TelegramServer
    olga: User
    amir: User
    tess: User
    forum: Chat
    topic: int
    discord: DiscordServer
    otto: Person
    anna: Person
    dora: Person
    guild: Guild

    def settings(self) -> dict[str, str]:
        """Name the settings that lead a process here, on the practice market."""
        return {
            "MARKET": "sandbox",
            "OWNER_IDS": ",".join(OWNERS),
            "TELEGRAM__TOKEN": self.telegram.token,
            "TELEGRAM__API_URL": self.telegram.url,
            "DISCORD__TOKEN": self.discord.token,
            "DISCORD__API_URL": self.discord.url,
        }

    async def joined(self, polls: int = 0) -> None:
        """Wait until a bot listens on both; `polls` is how often Telegram had been asked before."""
        updates = self.telegram.updates
        await self.telegram.until(lambda: updates.polls > polls, JOIN_S, "nobody polls")
        await self.discord.wait_for(lambda: self.discord.gateway.live, JOIN_S)

    def verify(self) -> None:
        """Fail with every rule of either platform that the bot broke."""
        self.telegram.verify()
        self.discord.verify()


@asynccontextmanager
async def platforms(clock: Callable[[], float] | None = None) -> AsyncIterator[Platforms]:
    """Open both, with people in them; Discord counts its three seconds by `clock`."""
    async with TelegramServer() as tg, DiscordServer(clock=clock) as dc:
        olga, amir, tess = tg.user(OPERATOR, "Olga"), tg.user(7001, "Amir", "amir"), tg.user(7002, "Tess")
        forum = tg.supergroup(-1007, "Degens", members=[olga, tess], admins=[amir], forum=True)
        otto, anna, dora = (
            dc.person(name, user_id=OPERATOR + number) for number, name in enumerate(("otto", "anna", "dora"))
        )
        guild = dc.guild(7 << 22, "Degens", owner=anna, members=[otto, dora])
        yield Platforms(
            telegram=tg, olga=olga, amir=amir, tess=tess, forum=forum, topic=tg.topic(forum, "Calls"),
            discord=dc, otto=otto, anna=anna, dora=dora, guild=guild,
        )  # fmt: skip


@asynccontextmanager
async def on_both(there: Platforms, state_dir: Path, *, clock: Clock | None = None) -> AsyncIterator[App]:
    """Run the program in this process, its front ends listening to both platforms."""
    async with AsyncExitStack() as stack:
        stack.enter_context(there.discord.redirect())
        app = await stack.enter_async_context(
            program.inside(
                state_dir,
                clock=clock,
                owner_ids=OWNERS,
                telegram=TelegramSettings(token=SecretStr(there.telegram.token), api_url=there.telegram.url),
                discord=DiscordSettings(token=SecretStr(there.discord.token), api_url=there.discord.url),
            )
        )
        for front in cli.front_ends(app):
            await front.start()
            stack.push_async_callback(front.stop)
        yield app


async def settled(there: Platforms, app: App, resting: int) -> None:
    """Wait until all that was heard is done with; `resting` is how many background tasks always run."""
    deadline = time.monotonic() + SETTLE_S
    while left := unsettled(there, app, resting):
        assert time.monotonic() < deadline, left
        await asyncio.sleep(0.05)


def unsettled(there: Platforms, app: App, resting: int) -> str:
    """Name what is not done with yet."""
    if there.telegram.updates.pending:
        return f"{len(there.telegram.updates.pending)} updates not taken"
    if len(app.nursery) > resting:
        return f"{len(app.nursery)} tasks, not {resting}"
    return "interactions not answered" if there.discord.interactions.pending else ""
