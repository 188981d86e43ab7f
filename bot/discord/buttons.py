"""Buttons as Discord's components: an id that says what it runs, so that it outlives the process.

Equal rows share one view, and no view is ever kept by the library: a press is read from its id alone.
"""

from __future__ import annotations

import re
from typing import TypeAlias

import discord
import structlog
from cachetools import LRUCache

from core.payloads import Payloads
from data.errors import BadArgument, TrenchcoatError
from handlers import actions
from handlers.registry import Registry
from handlers.reply import Button, Invoke

log = structlog.get_logger("discord")

# What Discord opens; anything else in one button refuses the whole message.
_URL = re.compile(r"https?://[^\s/.]+(?:\.[^\s/.]+)+(?:[/?#]\S*)?")
_LONGEST_URL = 512
_REMEMBERED = 1_000

# Ids must differ within a message, so a button that runs what an earlier one runs carries its place in front.
_CUSTOM_ID = re.compile(r"\d{0,2}(t.{1,90})", re.DOTALL)

_Key: TypeAlias = tuple[str, discord.ButtonStyle, str, str]  # label, style, payload, url
_Rows: TypeAlias = tuple[tuple[_Key, ...], ...]


class Buttons:
    """Makes views of buttons, and reads what was pressed; long payloads are put into `payloads`."""

    def __init__(self, registry: Registry, payloads: Payloads) -> None:
        self._registry = registry
        self._payloads = payloads
        self._made: LRUCache[_Rows, discord.ui.View] = LRUCache(_REMEMBERED)

    async def view(self, rows: tuple[tuple[Button, ...], ...]) -> discord.ui.View | None:
        """Make a view; None without buttons. A button that cannot be made is left out."""
        if not rows:
            return None
        keys = [[await self._key(button) for button in row] for row in rows]
        shown = tuple(kept for row in keys if (kept := tuple(key for key in row if key is not None)))
        if not shown:
            return None
        known = self._made.get(shown)
        if known is None:
            known = self._made[shown] = _view(shown)
        return known

    async def pressed(self, custom_id: str) -> Invoke:
        """Read what a button runs; any bytes may come.

        Raises:
            BadArgument: it is not one of ours, or no longer kept.
        """
        match = _CUSTOM_ID.fullmatch(custom_id)
        if match is None:
            raise BadArgument("This button is not one of mine.", hint="Run the command again.")
        return await actions.decode(match[1], self._registry, self._payloads.get)

    async def _key(self, button: Button) -> _Key | None:
        label = button.label.strip() or "…"
        if button.invoke is None:
            fits = len(button.url) <= _LONGEST_URL and _URL.fullmatch(button.url) is not None
            return (label, discord.ButtonStyle.link, "", button.url) if fits else None
        try:
            payload = await actions.encode(button.invoke, self._registry, self._payloads.put)
        except TrenchcoatError as error:  # better the words without a button than neither
            log.warning("button_left_out", command=button.invoke.command, reason=type(error).__name__)
            return None
        return (label, _style(button), payload, "")


def _style(button: Button) -> discord.ButtonStyle:
    if button.danger:
        return discord.ButtonStyle.danger
    return discord.ButtonStyle.primary if button.active else discord.ButtonStyle.secondary


def _view(rows: _Rows) -> discord.ui.View:
    view = discord.ui.View(timeout=None)
    taken: set[str] = set()
    for number, row in enumerate(rows):
        for label, style, payload, url in row:
            if url:
                item: discord.ui.Button[discord.ui.View] = discord.ui.Button(label=label, url=url, row=number)
            else:
                custom_id = f"{len(taken)}{payload}" if payload in taken else payload
                taken.add(custom_id)
                item = discord.ui.Button(label=label, style=style, custom_id=custom_id, row=number)
            view.add_item(item)
    view.stop()
    return view
