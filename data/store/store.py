"""The store: a unit of work with one repository per aggregate; everything durable goes through it.

No network call belongs inside a unit of work: on SQLite it holds the only write lock.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, ProgrammingError
from sqlalchemy.exc import TimeoutError as NoFreeConnection
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from data.clock import Clock
from data.errors import StoreUnavailable
from data.store import migrate
from data.store.cache import StoreTier
from data.store.engine import Engines, healthy, open_engines
from data.store.repos.alerts import Alerts
from data.store.repos.announcements import Announcements
from data.store.repos.audit import Audit
from data.store.repos.chats import Chats
from data.store.repos.control import Choices, Held
from data.store.repos.deliveries import Deliveries
from data.store.repos.flags import Flags
from data.store.repos.jobs import Jobs
from data.store.repos.keys import Keys
from data.store.repos.links import Links
from data.store.repos.lists import Lists
from data.store.repos.outbox import Outbox
from data.store.repos.payloads import Payloads
from data.store.repos.radar import Journal, Signals
from data.store.repos.recents import Recents
from data.store.repos.reliability import Reliability
from data.store.repos.rules import Rules
from data.store.repos.snapshots import Snapshots
from data.store.repos.subscriptions import Subscriptions
from data.store.repos.tokens import Tokens
from data.store.repos.users import Users
from data.store.repos.wallets import Wallets
from data.store.repos.watching import Watching


class Tx:
    """One unit of work: all of it is kept, or none."""

    def __init__(self, connection: AsyncConnection, clock: Clock) -> None:
        self.users = Users(connection, clock)
        self.chats = Chats(connection, clock)
        self.rules = Rules(connection)
        self.flags = Flags(connection)
        self.audit = Audit(connection, clock)
        self.payloads = Payloads(connection, clock)
        self.tokens = Tokens(connection)
        self.snapshots = Snapshots(connection)
        self.recents = Recents(connection)
        self.jobs = Jobs(connection)
        self.keys = Keys(connection, clock)
        self.announcements = Announcements(connection)
        self.links = Links(connection, clock)
        self.lists = Lists(connection, clock)
        self.reliability = Reliability(connection)
        self.alerts = Alerts(connection, clock)
        self.watching = Watching(connection)
        self.wallets = Wallets(connection)
        self.outbox = Outbox(connection, clock)
        self.deliveries = Deliveries(connection, clock)
        self.subscriptions = Subscriptions(connection, clock)
        self.choices = Choices(connection)
        self.held = Held(connection)
        self.journal = Journal(connection)
        self.signals = Signals(connection)


class Store:
    """The database of the platform."""

    def __init__(self, engines: Engines, clock: Clock) -> None:
        self._engines = engines
        self._clock = clock
        self.cache = StoreTier(engines.cache, clock)

    @classmethod
    async def open(cls, url: str, clock: Clock) -> Store:
        """Open the database at `url`, as it is: `migrate` brings it to the newest schema.

        `sqlite+aiosqlite://` alone is a database of its own that ends with `close`.

        Raises:
            ConfigError: the address cannot be used.
            StoreUnavailable: the database does not answer.
        """
        engines = open_engines(url)
        store = cls(engines, clock)
        try:
            await store.ping()
        except BaseException:
            await engines.dispose()
            raise
        return store

    async def migrate(self) -> None:
        """Bring the schema to the newest version, on a thread; processes that start together take turns."""
        async with _connected(self._engines.read) as connection:
            current = await migrate.is_current(connection)
        if not current:
            await asyncio.to_thread(migrate.upgrade, self._engines.url)
        await self.cache.create()

    async def ping(self) -> None:
        """Ask for the smallest answer.

        Raises:
            StoreUnavailable: none came.
        """
        async with _connected(self._engines.read) as connection:
            await healthy(connection)

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[Tx]:
        """Open a unit of work: committed at the end of the block, undone by an error that leaves it.

        What was acknowledged by the end of the block survives a crash. A second one inside the first waits
        for it in vain.

        Raises:
            StoreUnavailable: the database is locked, full, or away.
        """
        async with _connected(self._engines.write) as connection:
            yield Tx(connection, self._clock)

    @asynccontextmanager
    async def read(self) -> AsyncIterator[Tx]:
        """Open an unchanging view that waits for no writer; a write in it is refused.

        Raises:
            StoreUnavailable: the database is away, or a write was tried.
        """
        async with _connected(self._engines.read) as connection:
            yield Tx(connection, self._clock)

    async def close(self) -> None:
        """Close every connection."""
        await self._engines.dispose()


@asynccontextmanager
async def _connected(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    opened = False
    try:
        async with engine.begin() as connection:
            opened = True
            yield connection
    except (IntegrityError, ProgrammingError, DataError):
        raise  # the database is well: a statement of ours is not
    except DBAPIError as error:
        raise StoreUnavailable(f"{type(error).__name__}: {error.orig}") from error
    except (NoFreeConnection, OSError) as error:
        if opened:
            raise  # the caller's own
        raise StoreUnavailable(f"{type(error).__name__}: {error}") from error
