"""Discord on loopback for the real discord.py: REST, gateway, people, trouble, and a judge of every call.

async with DiscordServer() as server:
    alice = server.person("alice")
    guild = server.guild(7 << 22, "Degens", owner=alice)
    with server.redirect():                       # or point the client at server.url and server.gateway_url
        ...                                       # start the bot, let it sync
        asked = alice.slash(guild.channel("general"), "price", token="BONK")
        (card,) = await server.shown(asked)
        alice.press(card, "Refresh")
    server.verify()                               # fails with every rule the bot broke
"""

from .commands import ClientRefusalError
from .faults import Fault, banned, broken, cut, rate_limited, refused, slow
from .interactions import Interaction
from .ledger import (
    CANNOT_DM,
    MISSING_ACCESS,
    MISSING_PERMISSIONS,
    UNKNOWN_CHANNEL,
    UNKNOWN_MESSAGE,
    Call,
    Refusal,
    Rule,
    Violation,
)
from .messages import Button, SeenMessage
from .objects import Channel, Guild
from .people import Person
from .server import DiscordServer

__all__ = [
    "CANNOT_DM",
    "MISSING_ACCESS",
    "MISSING_PERMISSIONS",
    "UNKNOWN_CHANNEL",
    "UNKNOWN_MESSAGE",
    "Button",
    "Call",
    "Channel",
    "ClientRefusalError",
    "DiscordServer",
    "Fault",
    "Guild",
    "Interaction",
    "Person",
    "Refusal",
    "Rule",
    "SeenMessage",
    "Violation",
    "banned",
    "broken",
    "cut",
    "rate_limited",
    "refused",
    "slow",
]
