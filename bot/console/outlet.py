"""The terminal as a way out: what is pushed appears above the prompt, while somebody sits there."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final

from bot.fit import fit
from bot.frontend import CONSOLE
from bot.outlet import Allowance
from data.models.delivery import Channel, Target
from handlers.reply import Reply

ALLOWANCE: Final = Allowance(overall_per_s=5.0, chat_per_s=5.0, at_once=1)


class ConsoleOutlet:
    """Shows replies on the one terminal there is; what is on it already cannot be edited, only followed."""

    channel = Channel.CONSOLE
    allowance = ALLOWANCE

    def __init__(self, show: Callable[[Reply], Awaitable[None]]) -> None:
        self._show = show

    async def prepare(self, reply: Reply) -> Reply:
        """Fit a reply to the terminal."""
        return fit(reply, CONSOLE)

    async def send(self, target: Target, prepared: Reply, *, nonce: int) -> str:
        """Show it; its number is the nonce."""
        await self._show(prepared)
        return str(nonce)

    async def edit(self, target: Target, prepared: Reply, message: str) -> str:
        """Show it below what it replaces."""
        await self._show(prepared)
        return message
