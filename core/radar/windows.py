"""Windows made of facts: what was taken in about each token, as the detectors look at it.

The one road for what happens now and for what is replayed: it knows no clock and asks nobody. The same facts
in the same order make the same windows.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from core.radar import facts
from core.radar.crowd import Crowd
from core.radar.facts import Entry
from core.radar.track import Known, Track
from core.signals.series import Bars
from core.signals.spec import MARKET
from core.signals.window import Window
from data.errors import InvariantBroken
from data.models.ids import TokenKey


class Windows:
    """The tokens that are watched, and what was taken in about each."""

    def __init__(self) -> None:
        self._tracks: dict[TokenKey, Track] = {}
        self._crowd = Crowd()

    def __len__(self) -> int:
        return len(self._tracks)

    def __contains__(self, token: object) -> bool:
        return token in self._tracks

    def __iter__(self) -> Iterator[TokenKey]:
        return iter(tuple(self._tracks))

    def take(self, entry: Entry) -> None:
        """Take a fact in."""
        if isinstance(entry.fact, facts.Dropped):
            self._tracks.pop(entry.token, None)
            self._crowd.left(entry.token)
            return
        if isinstance(entry.fact, facts.Followed):
            return
        self._tracks.setdefault(entry.token, Track()).take(entry.fact)
        self._crowd.heard(entry)

    def window(self, token: TokenKey, judged: facts.Judged) -> Window:
        """Give the window of a token at the instant when it is judged, and count that as having judged it.

        Raises:
            InvariantBroken: the token is not watched.
        """
        track = self._tracks.get(token)
        if track is None:
            raise InvariantBroken(f"{token} is not watched")
        window = track.window(
            token,
            judged,
            market=self._crowd.market(judged.at) if token == MARKET else None,
            peers=self._crowd.peers(token, judged.at),
        )
        self._crowd.seen(window, track.born_at)
        return window

    def least_promising(self, n: int, *, spared: frozenset[TokenKey] = frozenset()) -> tuple[TokenKey, ...]:
        """List the tokens of which least was traded lately, those that were last taken in first."""
        found = [token for token in self._tracks if token not in spared]
        return tuple(sorted(found, key=lambda token: (self._tracks[token].lately_usd, str(token)))[:n])

    def born_at(self, token: TokenKey) -> datetime | None:
        """Tell when a token began, where that is known."""
        track = self._tracks.get(token)
        return None if track is None else track.born_at

    def lately_usd(self, token: TokenKey) -> float:
        """Tell what was traded of a token in the newest minutes that were heard."""
        track = self._tracks.get(token)
        return 0.0 if track is None else track.lately_usd

    def bars(self, token: TokenKey, now: datetime) -> Bars | None:
        """Give the closed bars of a token as its window has them; None where there are none."""
        track = self._tracks.get(token)
        return None if track is None else track.minutes.bars(now)

    def creator(self, token: TokenKey) -> str | None:
        """Tell who made a token, where its launch was heard."""
        track = self._tracks.get(token)
        return None if track is None or track.launched is None else track.launched.creator

    def listening(self, token: TokenKey) -> bool:
        """Tell whether every trade of a token is heard."""
        track = self._tracks.get(token)
        return track is not None and track.since is not None

    def scanned_at(self, token: TokenKey) -> datetime | None:
        """Tell when a token was last scanned."""
        track = self._tracks.get(token)
        return track.scans[-1].at if track is not None and track.scans else None

    def migrated(self, token: TokenKey) -> bool:
        """Tell whether a token is known to have left its curve."""
        track = self._tracks.get(token)
        return track is not None and track.migrated is not None

    def known(self, token: TokenKey) -> Known:
        """Tell what a message about a token says of it."""
        track = self._tracks.get(token)
        return Known() if track is None else track.known
