"""The command menus that clients show: one for each kind of place, written only where it differs."""

from __future__ import annotations

from collections.abc import Mapping

import structlog
from aiogram.methods import GetMyCommands, SetMyCommands
from aiogram.types import (
    BotCommand,
    BotCommandScopeAllChatAdministrators,
    BotCommandScopeAllGroupChats,
    BotCommandScopeAllPrivateChats,
    BotCommandScopeDefault,
    BotCommandScopeUnion,
)

from bot.telegram.sender import Sender
from data.errors import DeliveryError
from data.models.chat import Level
from handlers.registry import Registry
from handlers.spec import Group

log = structlog.get_logger("telegram")

MENU_LIMIT = 100  # Source: https://core.telegram.org/bots/api#setmycommands
_ORDER = {group: index for index, group in enumerate(Group)}

# A menu is the same for everyone in such places: it offers what most may use, and the rest stays typeable.
_PLACES: tuple[tuple[BotCommandScopeUnion, Level, bool], ...] = (
    (BotCommandScopeDefault(), Level.MEMBER, False),
    (BotCommandScopeAllPrivateChats(), Level.LIVE, True),
    (BotCommandScopeAllGroupChats(), Level.MEMBER, False),
    (BotCommandScopeAllChatAdministrators(), Level.CHAT_ADMIN, False),
)


def menu(registry: Registry, level: Level, *, private: bool) -> Mapping[str, str]:
    """List the names and summaries of one menu, by heading."""
    specs = sorted(registry.menu(level=level, private=private), key=lambda spec: _ORDER[spec.group])
    return {spec.name: spec.summary for spec in specs[:MENU_LIMIT]}


async def set_menus(sender: Sender, registry: Registry) -> None:
    """Bring every menu up to date; one that Telegram does not take is logged and left."""
    for scope, level, private in _PLACES:
        wanted = menu(registry, level, private=private)
        try:
            present = await sender.call(GetMyCommands(scope=scope))
            if [(item.command, item.description) for item in present] == list(wanted.items()):
                continue
            commands = [BotCommand(command=name, description=summary) for name, summary in wanted.items()]
            await sender.call(SetMyCommands(commands=commands, scope=scope))
        except DeliveryError as error:
            log.warning("menu_not_set", scope=scope.type, reason=str(error))
