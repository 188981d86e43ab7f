"""How the Telegram front end is made of the platform's services."""

from __future__ import annotations

from urllib.parse import urlsplit

from aiohttp import web

from bot.app import App
from bot.telegram.front import TelegramFront
from config.settings import PREFIX
from core.chats import Chats
from core.payloads import Payloads
from data.errors import ConfigError
from handlers.inline import InlineSearch


def front(app: App) -> TelegramFront:
    """Make the front end; its webhook, where one is set, is mounted beside the probes.

    Raises:
        ConfigError: a webhook is set, and no port to take it on.
    """
    settings = app.settings.telegram
    made = TelegramFront(
        settings,
        dispatcher=app.dispatcher,
        payloads=app.services[Payloads],
        chats=app.services[Chats],
        clock=app.clock,
        nursery=app.nursery,
        inline=app.services[InlineSearch],
    )
    if settings.webhook_url is not None:
        if app.settings.http.port is None:
            raise ConfigError([f"{PREFIX}TELEGRAM__WEBHOOK_URL needs {PREFIX}HTTP__PORT to take updates on"])
        app.routes.append(web.post(urlsplit(settings.webhook_url).path or "/", made.webhook_handler))
    return made
