"""Who spoke of a token, in columns; what was copied and what we said is taken out as they are made."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

import numpy as np

from core.signals.series import Codes, Column, freeze


class Mention(NamedTuple):
    """Somebody spoke of a token: `digest` is of the words, the same where they were copied; `own` is ours."""

    at: datetime
    author: str
    source: str
    digest: str
    own: bool = False


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Mentions:
    """Who spoke of a token: without what we said and what was copied, listened to since `since_s`.

    `author` is a code a person or group, `source` a row of `sources`.
    """

    time: Column
    author: Codes
    source: Codes
    sources: tuple[str, ...]
    since_s: float

    @classmethod
    def of(cls, rows: Iterable[Mention], *, since: datetime, until: datetime) -> Mentions:
        """Keep the first of each text that somebody else wrote, from `since` until an instant."""
        heard = sorted(
            (row for row in rows if since <= row.at <= until and not row.own), key=lambda row: row.at
        )
        first: dict[str, Mention] = {}
        for row in heard:
            first.setdefault(row.digest, row)
        kept = tuple(first.values())
        authors = {name: code for code, name in enumerate(dict.fromkeys(row.author for row in kept))}
        sources = {name: code for code, name in enumerate(dict.fromkeys(row.source for row in kept))}
        columns = (
            np.array([row.at.timestamp() for row in kept], dtype=np.float64),
            np.array([authors[row.author] for row in kept], dtype=np.intp),
            np.array([sources[row.source] for row in kept], dtype=np.intp),
        )
        freeze(*columns)
        time, author, source = columns
        return cls(time=time, author=author, source=source, sources=tuple(sources), since_s=since.timestamp())
