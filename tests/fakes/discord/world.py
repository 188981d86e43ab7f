"""Knows everything Discord remembers and tells the gateway what changes.

Refuses to know REST, gateway or interactions.
"""

import itertools
from collections.abc import Callable
from datetime import datetime

from .ledger import UNKNOWN_CHANNEL, UNKNOWN_GUILD, ApiError, Json, Upload
from .messages import Attachment, Message, Version
from .objects import (
    DISCORD_EPOCH_MS,
    DM,
    THREADS,
    Channel,
    Guild,
    Member,
    User,
    Webhook,
    channel_wire,
    guild_wire,
)

Publish = Callable[[str, Json], None]


class World:
    """Everything Discord remembers; `publish` tells the gateway what happened."""

    def __init__(
        self, bot: User, now: Callable[[], datetime], cdn: Callable[[], str], publish: Publish
    ) -> None:
        self.bot = bot
        self.users: dict[int, User] = {bot.id: bot}
        self.guilds: dict[int, Guild] = {}
        self.channels: dict[int, Channel] = {}
        self.webhooks: dict[int, Webhook] = {}
        self.attachments: dict[int, Attachment] = {}
        self.now = now
        self._cdn = cdn
        self._publish = publish
        self._serial = itertools.count()

    def next_id(self) -> int:
        """Return a fresh snowflake, dated now."""
        milliseconds = int(self.now().timestamp() * 1000) - DISCORD_EPOCH_MS
        return (milliseconds << 22) + next(self._serial) % (1 << 22)

    def at(self) -> str:
        """Return the present as the API writes it."""
        return self.now().isoformat()

    def guild(self, guild_id: int) -> Guild:
        """Return a guild.

        Raises:
            ApiError: the bot is not in it.
        """
        if guild_id not in self.guilds:
            raise ApiError(UNKNOWN_GUILD)
        return self.guilds[guild_id]

    def channel(self, channel_id: int) -> Channel:
        """Return a channel.

        Raises:
            ApiError: it does not exist.
        """
        if channel_id not in self.channels:
            raise ApiError(UNKNOWN_CHANNEL)
        return self.channels[channel_id]

    def dm(self, user: User) -> Channel:
        """Return the direct-message channel with a user, opening it at need."""
        for channel in self.channels.values():
            if channel.recipient is user:
                return channel
        return self.add_channel(Channel(id=self.next_id(), kind=DM, name="", recipient=user))

    def add_channel(self, channel: Channel) -> Channel:
        """Open a channel or a thread and tell the bot."""
        self.channels[channel.id] = channel
        if channel.guild is not None and channel.guild.id in self.guilds:
            event = "THREAD_CREATE" if channel.kind in THREADS else "CHANNEL_CREATE"
            channel.guild.channels[channel.id] = channel
            self._publish(event, channel_wire(channel))
        return channel

    def add_guild(self, guild: Guild) -> None:
        """Let the bot join a guild."""
        self.guilds[guild.id] = guild
        self.channels |= guild.channels
        self._publish("GUILD_CREATE", guild_wire(guild))

    def set_member(self, guild: Guild, member: Member) -> None:
        """Add a member or replace their roles."""
        event = "GUILD_MEMBER_UPDATE" if member.user.id in guild.members else "GUILD_MEMBER_ADD"
        guild.members[member.user.id] = member
        self._publish(event, {**member.wire(), "guild_id": str(guild.id)})

    def remove_guild(self, guild_id: int) -> None:
        """Let the bot be thrown out of a guild; its channels are gone for it."""
        guild = self.guilds.pop(guild_id)
        for channel_id in guild.channels:
            del self.channels[channel_id]
        self._publish("GUILD_DELETE", {"id": str(guild_id)})

    def remove_channel(self, channel_id: int) -> None:
        """Delete a channel and tell the bot."""
        channel = self.channels.pop(channel_id)
        if channel.guild is not None:
            del channel.guild.channels[channel_id]
        self._publish("CHANNEL_DELETE", channel_wire(channel))

    def store(self, upload: Upload) -> Attachment:
        """Keep an uploaded file where the fake can serve it."""
        file_id = self.next_id()
        url = f"{self._cdn()}/{file_id}/{upload.name}"
        self.attachments[file_id] = Attachment(id=file_id, name=upload.name, data=upload.data, url=url)
        return self.attachments[file_id]

    def post(self, message: Message) -> Message:
        """Put a message into its channel and tell the bot, unless it is for one person's eyes."""
        message.channel.stored[message.id] = message
        if message.ephemeral_to is None and not message.loading:
            self._publish("MESSAGE_CREATE", self.event(message))
        return message

    def edit(self, message: Message, version: Version) -> Message:
        """Give a message its next version and tell the bot."""
        was_loading = message.loading
        if was_loading:
            message.versions[-1] = version
        else:
            message.versions.append(version)
        if message.ephemeral_to is None:
            self._publish("MESSAGE_CREATE" if was_loading else "MESSAGE_UPDATE", self.event(message))
        return message

    def delete(self, message: Message) -> None:
        """Take a message away and tell the bot."""
        message.channel.stored.pop(message.id, None)
        where = {"id": str(message.id), "channel_id": str(message.channel.id), **_place(message.channel)}
        self._publish("MESSAGE_DELETE", where)

    def react(self, message: Message, user: User, emoji: str) -> None:
        """Put a reaction under a message and tell the bot."""
        message.reactions.append((user.id, emoji))
        where = {
            "message_id": str(message.id),
            "channel_id": str(message.channel.id),
            **_place(message.channel),
        }
        what = {"user_id": str(user.id), "emoji": {"id": None, "name": emoji}, "burst": False, "type": 0}
        author = {"message_author_id": str(message.author.id)}
        self._publish("MESSAGE_REACTION_ADD", where | what | author)

    def event(self, message: Message) -> Json:
        """Return a message as the gateway carries it."""
        wire = {**self.read(message), **_place(message.channel), "channel_type": message.channel.kind}
        guild = message.channel.guild
        if guild and message.author.id in guild.members and message.webhook_id is None:
            wire["member"] = guild.members[message.author.id].partial()
        return wire

    def read(self, message: Message) -> Json:
        """Return a message with what it replies to."""
        wire = message.wire()
        if message.reply_to is not None:
            replied = message.channel.stored.get(message.reply_to)
            wire["referenced_message"] = replied.wire() if replied else None
        return wire


def _place(channel: Channel) -> Json:
    return {"guild_id": str(channel.guild.id)} if channel.guild else {}
