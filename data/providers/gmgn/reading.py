"""GMGN's ways of writing: envelopes in envelopes, ratios of 0 to 1 in numbers or strings, flags in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, TypeAlias

from data.models.fields import IMAGE_URL, LINKS, NAME, SYMBOL, Field, Link
from data.models.ids import Chain
from data.providers import values
from data.providers.base import Json

Pair: TypeAlias = tuple[Field[Any], Any]

CHAINS = {Chain.SOLANA: "sol", Chain.ETHEREUM: "eth", Chain.BSC: "bsc", Chain.BASE: "base"}
NAMED: frozenset[Field[Any]] = frozenset({SYMBOL, NAME, IMAGE_URL, LINKS})
_DEEPEST = 4  # envelopes in one another: two were seen
_WORDS = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}


def envelopes(body: Json) -> Iterator[Mapping[str, Json]]:
    """Open envelopes from the outside in, as far as each holds another."""
    found = body
    for _ in range(_DEEPEST):
        if not isinstance(found, Mapping):
            return
        yield found
        found = found.get("data")


def unwrapped(body: Json, *known: str) -> Mapping[str, Json]:
    """Open envelopes until one of the keys appears; empty where none does.

    Raises:
        BadPayload: the answer is not an object.
    """
    values.required_mapping(body, "answer")
    return next((row for row in envelopes(body) if any(key in row for key in known)), {})


def rate(value: Json) -> Decimal | None:
    """Read a part of a whole, 0 to 1."""
    result = values.number(value)
    return result if result is not None and result <= 1 else None


def flag(value: Json) -> bool | None:
    """Read yes or no in any of its spellings; anything else is unknown."""
    if isinstance(value, str):
        return _WORDS.get(value.strip().lower())
    return bool(value) if value in (0, 1) else None


def named(row: Mapping[str, Json], pages: Mapping[str, Json]) -> tuple[Pair, ...]:
    """Read what a token calls itself, and the pages it names."""
    return (
        (SYMBOL, values.symbol(row.get("symbol"))),
        (NAME, values.text(row.get("name"))),
        (IMAGE_URL, values.url(row.get("logo"))),
        (LINKS, _links(pages)),
    )


def _links(pages: Mapping[str, Json]) -> tuple[Link, ...] | None:
    return values.links(
        ("website", pages.get("website")),
        ("x", values.profile("https://x.com/", pages.get("twitter_username"))),
        *((label, pages.get(label)) for label in ("telegram", "discord", "instagram", "tiktok", "youtube")),
    )
