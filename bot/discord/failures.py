"""What went wrong on the way to Discord, as one of our errors.

The library has waited and repeated already, where that could help.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import aiohttp
import discord

from bot.outlet import Unreached
from data.errors import ChatGone, DeliveryError, Rejected, Throttled

# Source: https://discord.com/developers/docs/topics/opcodes-and-status-codes#json
_UNKNOWN_CHANNEL: Final = 10003
_NOBODY: Final = {10013, 50033}  # an unknown user, an invalid recipient
_NOT_OURS: Final = 50005  # somebody else's message
_OPENED_TOO_FAST: Final = 40003  # direct messages
_REFUSED_FORMS: Final = {50006, 50035}  # an empty message, an invalid body
_OPENING_WAIT_S: Final = 60.0
_UNTOLD_WAIT_S: Final = 3600.0  # where the address is shut out and Discord does not say for how long


@contextmanager
def translated() -> Iterator[None]:
    """Raise Discord's failures as ours.

    Raises:
        ChatGone: the channel is closed to us, or is no more.
        Throttled: Discord asks to wait longer than we do.
        Rejected: the message is refused; with `markup`, its words alone may pass.
        Unreached: no connection came about; nothing was sent.
        DeliveryError: the way there failed; it may have arrived.
    """
    try:
        yield
    except (discord.DiscordException, aiohttp.ClientError, OSError) as error:
        raise failure(error) from error


def failure(error: discord.DiscordException | aiohttp.ClientError | OSError) -> DeliveryError:
    """Tell which failure of ours it is."""
    match error:
        case discord.RateLimited():
            return Throttled(error.retry_after)
        case discord.InteractionResponded():
            return Rejected("it is answered already")
        case discord.HTTPException():
            return _refusal(error)
        case aiohttp.ClientConnectorError():
            return Unreached(f"{type(error).__name__}: {error.strerror or 'no connection'}")
        case _:
            return DeliveryError(f"{type(error).__name__}: {error}")


def _refusal(error: discord.HTTPException) -> DeliveryError:
    if error.status == 429:
        headers = error.response.headers
        ours_alone = "Via" in headers and "X-RateLimit-Global" not in headers
        return Throttled(_wait_s(headers.get("Retry-After", "")), everywhere=not ours_alone)
    if error.code == _OPENED_TOO_FAST:
        return Throttled(_OPENING_WAIT_S)
    if error.status == 401:  # of the token, not of the message
        return DeliveryError("Discord does not take the token")
    if error.code == _NOT_OURS:
        return Rejected(error.text)
    if error.status == 403 or error.code == _UNKNOWN_CHANNEL or error.code in _NOBODY:
        return ChatGone(error.text)
    if error.status == 413 or error.code in _REFUSED_FORMS:
        return Rejected(error.text, markup=True)
    if error.status < 500:
        return Rejected(error.text)
    return DeliveryError(f"{error.status} {error.response.reason}")


def _wait_s(told: str) -> float:
    """Read how long to wait; what is no number of seconds is as good as untold."""
    return float(told) if told.replace(".", "", 1).isdecimal() else _UNTOLD_WAIT_S
