"""The ways out of a running platform that are no front ends."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import SecretStr

from bot.app import App
from bot.channels.webhook import MOST_REFUSED, Hook, WebhookOutlet
from bot.discord.refusals import Refusals
from data.clock import Clock
from data.gateway.transport import Transport


def webhooks(app: App, given: Sequence[SecretStr], transport: Transport, wall: Clock) -> WebhookOutlet:
    """Make the way out through webhooks, by their opened addresses.

    Raises:
        ConfigError: one is not the address of a webhook.
    """
    refusals = Refusals(wall, app.metrics, MOST_REFUSED)
    return WebhookOutlet(transport, map(Hook.parsed, given), refusals, app.settings.discord.api_url)
