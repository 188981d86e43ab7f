"""What streams tell, taken in as it comes: the latest launches and moves to a pool, in bounded memory."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeAlias

from data.models.events import FeedState, StreamEvent, TokenLaunched, TokenMigrated
from data.models.ids import Chain, TokenKey
from data.nursery import Nursery
from data.ports import Feed

MOST_KEPT = 1_000

Listener: TypeAlias = Callable[[StreamEvent], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Launch:
    """A token of a launchpad: how it began and how it left its curve, each None where it was not heard.

    `sources` names who told, the first one first.
    """

    token: TokenKey
    launched: TokenLaunched | None = None
    migrated: TokenMigrated | None = None
    sources: tuple[str, ...] = ()

    @property
    def launched_at(self) -> datetime | None:
        """When it began: by the chain's time where that is told, else by the news' arrival."""
        return None if self.launched is None else happened_at(self.launched)

    @property
    def migrated_at(self) -> datetime | None:
        """When it left its curve, told likewise."""
        return None if self.migrated is None else happened_at(self.migrated)


def happened_at(event: StreamEvent) -> datetime:
    """Tell when an event happened: by the chain's time where that is told, else by its arrival."""
    return event.chain_at or event.at


class Launches:
    """The latest launches and migrations, heard from every stream; a token told twice stands once."""

    def __init__(self, most: int = MOST_KEPT) -> None:
        self._most = most
        self._kept: dict[TokenKey, Launch] = {}

    def __len__(self) -> int:
        return len(self._kept)

    def get(self, token: TokenKey) -> Launch | None:
        """Find what was heard of a token."""
        return self._kept.get(token)

    def latest(self, limit: int) -> tuple[Launch, ...]:
        """List the launches, newest first."""
        told = [(launch.launched_at, launch) for launch in self._kept.values()]
        return _newest([(at, launch) for at, launch in told if at is not None], limit)

    def migrated(self, limit: int) -> tuple[Launch, ...]:
        """List the tokens that left their curves, the newest move first."""
        told = [(launch.migrated_at, launch) for launch in self._kept.values()]
        return _newest([(at, launch) for at, launch in told if at is not None], limit)

    def hear(self, event: StreamEvent) -> None:
        """Take an event in; one that is neither a launch nor a migration is passed over."""
        if not isinstance(event, TokenLaunched | TokenMigrated):
            return
        token = TokenKey(Chain.SOLANA, event.mint)
        known = self._kept.get(token) or Launch(token=token)
        sources = tuple(dict.fromkeys((*known.sources, event.source)))
        if isinstance(event, TokenLaunched):
            launched = event if known.launched is None else _joined(known.launched, event)
            self._kept[token] = replace(known, launched=launched, sources=sources)
        else:
            moved = event if known.migrated is None or event.slot is not None else known.migrated
            self._kept[token] = replace(known, migrated=moved, sources=sources)
        if len(self._kept) > self._most:
            del self._kept[next(iter(self._kept))]


def _newest(told: Sequence[tuple[datetime, Launch]], limit: int) -> tuple[Launch, ...]:
    newest = sorted(told, key=lambda pair: (pair[0], pair[1].token), reverse=True)
    return tuple(launch for _, launch in newest[:limit])


def _joined(first: TokenLaunched, second: TokenLaunched) -> TokenLaunched:
    """Make one of two accounts of a launch: the chain's own counts, the other fills what it leaves open."""
    chain, other = (second, first) if first.slot is None and second.slot is not None else (first, second)
    return replace(
        chain,
        name=chain.name or other.name,
        symbol=chain.symbol or other.symbol,
        uri=chain.uri or other.uri,
        bought=other.bought if chain.bought is None else chain.bought,
        spent_sol=other.spent_sol if chain.spent_sol is None else chain.spent_sol,
    )


class Feeds:
    """The streams that are listened to."""

    def __init__(self, feeds: Sequence[Feed], launches: Launches) -> None:
        """Listen to no stream before `start`; what they tell of launches goes to `launches`."""
        self._feeds = tuple(feeds)
        self._listeners: list[Listener] = [launches.hear]
        self.launches = launches

    def listen(self, listener: Listener) -> None:
        """Let a function hear of every event from now on; it must not wait."""
        self._listeners.append(listener)

    @property
    def states(self) -> tuple[FeedState, ...]:
        """How each is doing."""
        return tuple(feed.state for feed in self._feeds)

    def start(self, nursery: Nursery) -> None:
        """Keep every stream connected, and take in what each tells, until the nursery ends."""
        for feed in self._feeds:
            name = feed.state.name
            nursery.start(feed.run(), name=f"feed {name}")
            nursery.start(self._follow(feed), name=f"listener of {name}")

    async def _follow(self, feed: Feed) -> None:
        async for event in feed.events():
            for listener in self._listeners:
                listener(event)
