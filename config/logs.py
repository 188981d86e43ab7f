"""Logs: structured events on standard error, as JSON or for a terminal, with secrets masked.

Masking is the last line of defence: no caller logs a secret, a key, or a person's message on purpose.
"""

from __future__ import annotations

import json
import logging
import re
import sys
from collections.abc import Mapping, MutableMapping
from contextvars import ContextVar
from functools import lru_cache
from typing import Any, Literal

import structlog

_SECRET_NAMES = re.compile(
    r"(^|_)(token|secret|password|passwd|api_?key|private_?key|authorization|seed|mnemonic|pin)$", re.I
)
_SECRET_SHAPES = re.compile(
    r"""
      (?<!\d)\d{6,12}:[A-Za-z0-9_-]{30,}                  # a Telegram bot token, also after "/bot"
    | \b[MNO][\w-]{22,28}\.[\w-]{5,8}\.[\w-]{25,}        # a Discord bot token
    | (?<=/webhooks/)\d+/[\w-]+                          # a Discord webhook: who has it posts as the bot
    | \bsk-[A-Za-z0-9_-]{16,}                            # a model key
    | (?<=://)[^\s/@:]*:[^\s/@]+(?=@)                    # a name and password in an address
    | \b[1-9A-HJ-NP-Za-km-z]{80,90}\b                   # a wallet's key in base58
    | \b(?:0x)?[0-9a-fA-F]{64}\b                        # in hex
    | \[\d{1,3}(?:,\s*\d{1,3}){31,}\s*\]                # and as a list of bytes
    | \b(?:[a-z]{3,8}\s+){11,}[a-z]{3,8}\b              # seed words
    """,
    re.VERBOSE,
)
# A name and its value in running text: a query, a header, JSON, a dictionary.
_NAMED = re.compile(
    r"((?:token|secret|passw(?:or)?d|api[_-]?key|private[_-]?key|authorization|mnemonic)"
    r"[\\\"']{0,3}\s?[:=]\s?[\\\"']{0,2}(?:bearer\s)?)[^\s\"'&,;}\\]+",
    re.IGNORECASE,
)
# Shorter than all of these, and without a sign that could stand behind a name: most of what is logged.
_WORD = re.compile(r"[\w .+-]{0,18}")
MASK = "***"
_NOTHING: Mapping[str, str] = {}
_ABOUT: ContextVar[Mapping[str, str]] = ContextVar("about")
_ENCODER = json.JSONEncoder(default=str)  # made once: a new one for each line costs more than the line
_LEVELS = {"debug": logging.DEBUG, "info": logging.INFO, "warning": logging.WARNING, "error": logging.ERROR}


def masked(text: str) -> str:
    """Hide what has the shape of a secret."""
    if _WORD.fullmatch(text):
        return text
    return _NAMED.sub(rf"\1{MASK}", _SECRET_SHAPES.sub(MASK, text))


@lru_cache(maxsize=1024)
def _names_a_secret(name: str) -> bool:
    return _SECRET_NAMES.search(name) is not None


def redact(logger: Any, method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Mask values by their name, and secrets by their shape wherever they stand."""
    for name, value in event.items():
        if _names_a_secret(name):
            event[name] = MASK
        elif isinstance(value, str):
            event[name] = masked(value)
        elif not isinstance(value, (int, float, bool, type(None))):
            event[name] = masked(str(value))
    return event


def _written(event: MutableMapping[str, Any], **_: object) -> str:
    return _ENCODER.encode(event)


class about:  # noqa: N801 - reads as what it is, where it is used
    """Say in every line that is logged within the block, or in a task started there, what it is about."""

    __slots__ = ("_before", "_what")

    def __init__(self, **what: str) -> None:
        self._what = what

    def __enter__(self) -> None:
        self._before = _ABOUT.set({**_ABOUT.get(_NOTHING), **self._what})

    def __exit__(self, *_: object) -> None:
        _ABOUT.reset(self._before)


def _told(logger: Any, method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    return {**_ABOUT.get(_NOTHING), **event}


def configure(form: Literal["json", "console"], level: str) -> None:
    """Set structlog up; the libraries' own loggers go the same way at WARNING."""
    shared: list[Any] = [
        _told,
        structlog.processors.add_log_level,
        structlog.processors.format_exc_info,
        redact,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    renderer = (
        structlog.processors.JSONRenderer(_written)
        if form == "json"
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    structlog.configure(
        processors=[*shared, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(_LEVELS[level]),
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(processor=renderer, foreign_pre_chain=shared))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(max(_LEVELS[level], logging.WARNING))
