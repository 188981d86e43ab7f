"""The least bot that discord.py makes: one command that says back its argument.

Run with the addresses of REST and gateway, and a token.
"""

from __future__ import annotations

import asyncio
import sys

import discord
import yarl
from discord import app_commands
from discord.gateway import DiscordWebSocket
from discord.http import Route


class Echo(discord.Client):
    """A client with a command tree."""

    def __init__(self) -> None:
        super().__init__(intents=discord.Intents.default())
        self.tree = app_commands.CommandTree(self)

        @self.tree.command(name="p", description="Say it back")
        async def echo(interaction: discord.Interaction, tokens: str) -> None:
            await interaction.response.send_message(f"/p {tokens}")

    async def setup_hook(self) -> None:
        """Tell Discord the command."""
        await self.tree.sync()


def main(rest: str, gateway: str, token: str) -> None:
    """Listen until ended."""
    Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY = rest, yarl.URL(gateway)
    asyncio.run(Echo().start(token))


if __name__ == "__main__":
    main(*sys.argv[1:])
