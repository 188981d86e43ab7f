"""Knows Discord's objects (users, roles, members, guilds, channels) and words them as the API does."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from .ledger import UNKNOWN_MESSAGE, ApiError, Json, Refusal
from .messages import Message, SeenMessage

DISCORD_EPOCH_MS = 1_420_070_400_000
TEXT, DM, PUBLIC_THREAD = 0, 1, 11
THREADS = frozenset({10, 11, 12})

ADMINISTRATOR = 1 << 3
MANAGE_GUILD = 1 << 5
MANAGE_MESSAGES = 1 << 13
EVERYONE: Final = sum(1 << bit for bit in (6, 10, 11, 14, 15, 16, 31, 35, 38))
"""What @everyone may do: react, view, send, embed, attach, read history, run commands, use threads."""
ALL_PERMISSIONS: Final = (1 << 53) - 1


@dataclass(eq=False, kw_only=True, slots=True)
class User:
    """An account; `bot` also for webhooks."""

    id: int
    name: str
    bot: bool = False

    def wire(self) -> Json:
        """Return the user object of the API."""
        return {
            "id": str(self.id),
            "username": self.name,
            "discriminator": "0",
            "global_name": self.name,
            "avatar": None,
            "bot": self.bot,
            "public_flags": 0,
            "flags": 0,
            "primary_guild": None,
        }


@dataclass(eq=False, kw_only=True, slots=True)
class Role:
    id: int
    name: str
    permissions: int
    position: int

    def wire(self) -> Json:
        """Return the role object of the API."""
        return {
            "id": str(self.id),
            "name": self.name,
            "permissions": str(self.permissions),
            "position": self.position,
            "color": 0,
            "colors": {"primary_color": 0, "secondary_color": None, "tertiary_color": None},
            "hoist": False,
            "managed": False,
            "mentionable": False,
            "icon": None,
            "unicode_emoji": None,
            "flags": 0,
        }


@dataclass(eq=False, kw_only=True, slots=True)
class Member:
    user: User
    joined_at: str
    roles: tuple[Role, ...] = ()

    def wire(self) -> Json:
        """Return the member object of the API."""
        return {**self.partial(), "user": self.user.wire()}

    def partial(self) -> Json:
        """Return the member without its user, as messages carry it."""
        return {
            "roles": [str(role.id) for role in self.roles],
            "joined_at": self.joined_at,
            "nick": None,
            "avatar": None,
            "banner": None,
            "premium_since": None,
            "pending": False,
            "mute": False,
            "deaf": False,
            "flags": 0,
            "communication_disabled_until": None,
        }


@dataclass(eq=False, kw_only=True, slots=True)
class Guild:
    id: int
    name: str
    owner_id: int
    roles: dict[int, Role] = field(default_factory=dict)
    channels: dict[int, "Channel"] = field(default_factory=dict)
    members: dict[int, Member] = field(default_factory=dict)

    def channel(self, name: str) -> "Channel":
        """Return the channel of this name."""
        return next(each for each in self.channels.values() if each.name == name)

    def role(self, name: str) -> Role:
        """Return the role of this name."""
        return next(each for each in self.roles.values() if each.name == name)

    def permissions(self, user_id: int) -> int:
        """Return a member's permission bits, all of them for the owner and administrators."""
        bits = self.roles[self.id].permissions
        for role in self.members[user_id].roles:
            bits |= role.permissions
        return ALL_PERMISSIONS if user_id == self.owner_id or bits & ADMINISTRATOR else bits


@dataclass(eq=False, kw_only=True, slots=True)
class Channel:
    """A text channel, a thread or a direct message; `refusal` answers every send while it is set."""

    id: int
    kind: int
    name: str
    guild: Guild | None = None
    recipient: User | None = None
    parent: "Channel | None" = None
    refusal: Refusal | None = None
    stored: dict[int, Message] = field(default_factory=dict)

    @property
    def messages(self) -> tuple[SeenMessage, ...]:
        """Everything that can be seen here, oldest first, ephemeral messages included."""
        return tuple(message.seen() for message in self.stored.values() if not message.loading)

    def message(self, message_id: int) -> Message:
        """Return a stored message.

        Raises:
            ApiError: it is unknown or deleted.
        """
        if message_id not in self.stored:
            raise ApiError(UNKNOWN_MESSAGE)
        return self.stored[message_id]


@dataclass(frozen=True, kw_only=True, slots=True)
class Webhook:
    """An incoming webhook of a channel; whoever knows the token may post."""

    token: str
    channel: Channel
    user: User


def dated(snowflake: int) -> datetime:
    """Return the moment inside a snowflake."""
    return datetime.fromtimestamp(((snowflake >> 22) + DISCORD_EPOCH_MS) / 1000, UTC)


def channel_wire(channel: Channel) -> Json:
    """Return a channel, thread or direct message as the API words it."""
    wire: Json = {"id": str(channel.id), "type": channel.kind, "flags": 0, "last_message_id": None}
    if channel.guild is None:
        assert channel.recipient is not None
        return wire | {"recipients": [channel.recipient.wire()]}
    wire |= {"guild_id": str(channel.guild.id), "name": channel.name, "rate_limit_per_user": 0}
    if channel.kind in THREADS:
        assert channel.parent is not None
        return wire | {
            "parent_id": str(channel.parent.id),
            "owner_id": str(channel.guild.owner_id),
            "message_count": len(channel.stored),
            "total_message_sent": len(channel.stored),
            "member_count": 1,
            "thread_metadata": {
                "archived": False,
                "auto_archive_duration": 1440,
                "archive_timestamp": dated(channel.id).isoformat(),
                "locked": False,
                "create_timestamp": dated(channel.id).isoformat(),
            },
        }
    return wire | {
        "position": 0,
        "permission_overwrites": [],
        "nsfw": False,
        "topic": None,
        "parent_id": None,
    }


def guild_wire(guild: Guild) -> Json:
    """Return a guild as GUILD_CREATE carries it."""
    threads = [channel for channel in guild.channels.values() if channel.kind in THREADS]
    rooms = [channel for channel in guild.channels.values() if channel.kind not in THREADS]
    joined = min((member.joined_at for member in guild.members.values()), default=None)
    return {
        **dict.fromkeys(_EMPTY_GUILD_FIELDS),
        **dict.fromkeys(_ZERO_GUILD_FIELDS, 0),
        **{key: [] for key in _LIST_GUILD_FIELDS},
        "id": str(guild.id),
        "name": guild.name,
        "owner_id": str(guild.owner_id),
        "preferred_locale": "en-US",
        "afk_timeout": 300,
        "region": "deprecated",
        "premium_progress_bar_enabled": False,
        "widget_enabled": False,
        "nsfw": False,
        "roles": [role.wire() for role in guild.roles.values()],
        "channels": [channel_wire(channel) for channel in rooms],
        "threads": [channel_wire(channel) for channel in threads],
        "members": [member.wire() for member in guild.members.values()],
        "member_count": len(guild.members),
        "joined_at": joined,
        "large": False,
        "unavailable": False,
    }


_EMPTY_GUILD_FIELDS = [
    "icon",
    "banner",
    "splash",
    "discovery_splash",
    "description",
    "application_id",
    "afk_channel_id",
    "home_header",
    "system_channel_id",
    "rules_channel_id",
    "public_updates_channel_id",
    "safety_alerts_channel_id",
    "vanity_url_code",
    "widget_channel_id",
    "max_presences",
    "incidents_data",
    "latest_onboarding_question_id",
]
_ZERO_GUILD_FIELDS = [
    "verification_level",
    "default_message_notifications",
    "explicit_content_filter",
    "mfa_level",
    "nsfw_level",
    "premium_tier",
    "premium_subscription_count",
    "system_channel_flags",
    "max_members",
    "max_video_channel_users",
    "max_stage_video_channel_users",
]
_LIST_GUILD_FIELDS = [
    "emojis",
    "stickers",
    "features",
    "voice_states",
    "presences",
    "stage_instances",
    "guild_scheduled_events",
    "soundboard_sounds",
]
