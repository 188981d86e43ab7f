"""Who asks, and where: read from what Discord says of this very event, never from memory."""

from __future__ import annotations

from collections.abc import Mapping

import discord

from data.models.chat import Chat, ChatKind, Identity, Level
from data.models.ids import Platform
from handlers.dispatch import Request, Standing
from handlers.reply import Invoke
from handlers.spec import Origin

_PROFILE = "https://discord.com/users/"


def from_interaction(
    interaction: discord.Interaction, command: str, named: Mapping[str, str], origin: Origin
) -> Request:
    """Read who uses a command or a button."""
    return Request(
        command=command, named=named, origin=origin, identity=_identity(interaction.user),
        name=interaction.user.display_name, chat=_chat(interaction.guild, interaction.channel),
        roles=_roles(interaction.user), standing=_standing(interaction.permissions),
        private_url=f"{_PROFILE}{interaction.application_id}", locale=interaction.locale.value,
    )  # fmt: skip


def from_message(message: discord.Message, invoke: Invoke, bot_id: int | None) -> Request:
    """Read who wrote a message."""
    author = message.author
    held = author.guild_permissions if isinstance(author, discord.Member) else discord.Permissions.none()
    return Request(
        command=invoke.command, named=invoke.args, origin=Origin.PASTE, identity=_identity(author),
        name=author.display_name, chat=_chat(message.guild, message.channel), roles=_roles(author),
        standing=_standing(held), private_url=f"{_PROFILE}{bot_id}",
    )  # fmt: skip


def level(held: discord.Permissions) -> Level:
    """Say what a member is in a server, by the permissions they hold."""
    if held.administrator or held.manage_guild:
        return Level.CHAT_ADMIN
    return Level.MODERATOR if held.manage_messages else Level.ANYONE


def _standing(held: discord.Permissions) -> Standing:
    async def standing() -> Level:
        return level(held)

    return standing


def _identity(user: discord.User | discord.Member) -> Identity:
    return Identity(Platform.DISCORD, str(user.id))


def _roles(user: discord.User | discord.Member) -> frozenset[str]:
    return frozenset(str(role.id) for role in user.roles) if isinstance(user, discord.Member) else frozenset()


def _chat(guild: discord.Guild | None, channel: object) -> Chat:
    """Name the place: a thread is a topic of the channel it hangs on."""
    place = str(getattr(channel, "id", ""))
    if guild is None:
        kind = ChatKind.GROUP if isinstance(channel, discord.GroupChannel) else ChatKind.PRIVATE
        return Chat(platform=Platform.DISCORD, id=place, channel=place, kind=kind)
    parent, topic = (str(channel.parent_id), place) if isinstance(channel, discord.Thread) else (place, None)
    return Chat(
        platform=Platform.DISCORD, id=str(guild.id), channel=parent, topic=topic, kind=ChatKind.GROUP,
        title=guild.name or "",
    )  # fmt: skip
