"""A guild, two people and a small bot on the real discord.py, for the tests of the Discord fake."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Literal

import discord
from discord import app_commands

from tests.fakes.discord import DiscordServer, Guild, Person, Rule

MINT = "DezXAZ8z7PnrnRJjz3wXBoRgixCa6xjnB7YaB1pPB263"


class Refresh(discord.ui.DynamicItem[discord.ui.Button[Any]], template=r"t(?P<data>.{1,90})"):
    """One button for every payload, as it survives a restart."""

    def __init__(self, data: str) -> None:
        super().__init__(discord.ui.Button(label="Refresh", custom_id=f"t{data}"))
        self.data = data

    @classmethod
    async def from_custom_id(cls, interaction: discord.Interaction, item: Any, match: Any) -> "Refresh":
        return cls(match["data"])

    async def callback(self, interaction: discord.Interaction) -> None:
        await interaction.response.edit_message(content=f"refreshed {self.data}")


class Note(discord.ui.Modal, title="Note"):
    text: discord.ui.TextInput["Note"] = discord.ui.TextInput(label="Your note", max_length=20)

    async def on_submit(self, interaction: discord.Interaction) -> None:
        await interaction.response.send_message(f"noted {self.text.value}", ephemeral=True)


class Bot(discord.Client):
    """A small bot with every kind of command."""

    def __init__(self, **options: Any) -> None:
        intents = options.pop("intents", discord.Intents.all())
        super().__init__(
            intents=intents,
            allowed_mentions=discord.AllowedMentions.none(),
            guild_ready_timeout=0.02,
            **options,
        )
        self.tree = app_commands.CommandTree(self)
        self.heard: asyncio.Queue[discord.Message] = asyncio.Queue()
        self.add_dynamic_items(Refresh)
        _declare(self.tree)

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        """Skip the five seconds that the real gateway wants before another identify."""

    async def on_message(self, message: discord.Message) -> None:
        if message.author != self.user:
            self.heard.put_nowait(message)


def _declare(tree: app_commands.CommandTree[Bot]) -> None:
    @tree.command(description="Price of a token")
    async def price(interaction: discord.Interaction, token: str, span: Literal["1h", "24h"] = "24h") -> None:
        view = discord.ui.View(timeout=None)
        view.add_item(Refresh(token))
        view.add_item(discord.ui.Button(label="Chart", url="https://example.org/chart"))
        embed = discord.Embed(title=token).add_field(name="span", value=span)
        await interaction.response.send_message(embed=embed, view=view)

    @price.autocomplete("token")
    async def complete(interaction: discord.Interaction, typed: str) -> list[app_commands.Choice[str]]:
        return [app_commands.Choice(name=f"{typed}NK", value=f"{typed}NK")]

    @tree.command(description="A slow scan")
    async def scan(interaction: discord.Interaction, deep: bool, depth: int) -> None:
        await interaction.response.defer(ephemeral=True, thinking=True)
        await interaction.edit_original_response(content=f"scanned {deep} {depth}")
        await interaction.followup.send("more", ephemeral=True)

    @tree.command(description="Ask for a note")
    async def note(interaction: discord.Interaction) -> None:
        await interaction.response.send_modal(Note())

    @tree.command(description="Who is an admin")
    async def rights(interaction: discord.Interaction, member: discord.Member) -> None:
        mine = interaction.permissions.administrator
        await interaction.response.send_message(f"{mine} {member.name}", ephemeral=True)

    @tree.command(description="Never answers")
    async def silent(interaction: discord.Interaction) -> None:
        return

    @tree.context_menu(name="Scan this")
    async def menu(interaction: discord.Interaction, message: discord.Message) -> None:
        await interaction.response.send_message(f"found {message.content}", ephemeral=True)

    alert = app_commands.Group(name="alert", description="Alerts")

    @alert.command(name="add", description="Add an alert")
    async def add(interaction: discord.Interaction, above: app_commands.Range[float, 0, 10]) -> None:
        await interaction.response.send_message(f"above {above}")

    tree.add_command(alert)


class Scene:
    """A guild with an owner and a member, and a bot that is logged in."""

    def __init__(self, server: DiscordServer, bot: Bot, guild: Guild, olga: Person, alice: Person) -> None:
        self.server = server
        self.bot = bot
        self.guild = guild
        self.olga = olga
        self.alice = alice
        self.general = guild.channel("general")

    @property
    def channel(self) -> discord.TextChannel:
        """The channel as discord.py knows it."""
        found = self.bot.get_channel(self.general.id)
        assert isinstance(found, discord.TextChannel)
        return found

    def rules(self) -> list[Rule]:
        return [each.rule for each in self.server.violations]


@asynccontextmanager
async def running(server: DiscordServer, bot: discord.Client) -> AsyncIterator[None]:
    with server.redirect():
        async with asyncio.TaskGroup() as group:
            group.create_task(bot.start(server.token))
            await server.wait_for(lambda: server.gateway.live)
            await bot.wait_until_ready()
            try:
                yield
            finally:
                await bot.close()


@asynccontextmanager
async def stage(bot: Bot | None = None, **options: Any) -> AsyncIterator[Scene]:
    async with DiscordServer(**options) as server:
        olga, alice = server.person("olga"), server.person("alice")
        guild = server.guild(7 << 22, "Degens", owner=olga, members=[alice])
        bot = bot or Bot()
        async with running(server, bot):
            yield Scene(server, bot, guild, olga, alice)
