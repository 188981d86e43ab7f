"""Buttons as Telegram's inline keyboards; equal rows share one keyboard."""

from __future__ import annotations

import re
from typing import TypeAlias

import structlog
from aiogram.types import InlineKeyboardButton, InlineKeyboardMarkup
from cachetools import LRUCache

from core.payloads import Payloads
from data.errors import TrenchcoatError
from handlers import actions
from handlers.registry import Registry
from handlers.reply import Button

log = structlog.get_logger("telegram")

# What Telegram opens; anything else in one button refuses the whole message.
_URL = re.compile(r"https?://[^\s/.]+(?:\.[^\s/.]+)+(?:[/?#]\S*)?")
_LONGEST_URL = 2048
_REMEMBERED = 1_000

_Key: TypeAlias = tuple[str, str, str, bool]  # label, payload, url, danger
_Rows: TypeAlias = tuple[tuple[_Key, ...], ...]


class Keyboards:
    """Makes keyboards; what does not fit into a button is put into `payloads`."""

    def __init__(self, registry: Registry, payloads: Payloads) -> None:
        self._registry = registry
        self._payloads = payloads
        self._made: LRUCache[_Rows, InlineKeyboardMarkup] = LRUCache(_REMEMBERED)

    async def of(self, rows: tuple[tuple[Button, ...], ...]) -> InlineKeyboardMarkup | None:
        """Make a keyboard; None without buttons. A button that cannot be made is left out."""
        if not rows:
            return None
        keys = [[await self._key(button) for button in row] for row in rows]
        shown = tuple(kept for row in keys if (kept := tuple(key for key in row if key is not None)))
        if not shown:
            return None
        known = self._made.get(shown)
        if known is None:
            known = self._made[shown] = _markup(shown)
        return known

    async def _key(self, button: Button) -> _Key | None:
        label = label_of(button)
        if button.invoke is None:
            fits = len(button.url) <= _LONGEST_URL and _URL.fullmatch(button.url) is not None
            return (label, "", button.url, button.danger) if fits else None
        try:
            payload = await actions.encode(button.invoke, self._registry, self._payloads.put)
        except TrenchcoatError as error:  # better the words without a button than neither
            log.warning("button_left_out", command=button.invoke.command, reason=type(error).__name__)
            return None
        return (label, payload, "", button.danger)


def label_of(button: Button) -> str:
    """Word a button, with a mark on the choice that is shown."""
    label = button.label.strip() or "…"
    return f"· {label} ·" if button.active else label


def _markup(rows: _Rows) -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup(
        inline_keyboard=[
            [
                InlineKeyboardButton(
                    text=label,
                    callback_data=payload or None,
                    url=url or None,
                    style="danger" if danger else None,
                )
                for label, payload, url, danger in row
            ]
            for row in rows
        ]
    )
