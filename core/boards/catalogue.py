"""Every token of the store with what was known of it last, kept in memory and carried on by what is written.

Read once in the order of the keys, then only what was kept since: a write shows at the next look.
"""

from __future__ import annotations

import asyncio

from core.boards.rows import Row, row_of
from data.clock import Deadline
from data.models.ids import TokenKey
from data.store.store import Store

MOST = 20_000  # some 2 KB each
_PAGE = 25  # decoded in one go, nobody else being served meanwhile
# Numbers are given before they are committed: a smaller one may appear after a larger one.
_OVERLAP = 64


class Catalogue:
    """The latest row of each token."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._rows: dict[TokenKey, Row] = {}
        self._after: TokenKey | None = None
        self._last_id: int | None = None
        self._read_through = False
        self._turn = asyncio.Lock()

    async def rows(self, deadline: Deadline) -> tuple[tuple[Row, ...], bool]:
        """Give every token's row, and whether that is all of them; what is not read yet is read next time.

        Raises:
            StoreUnavailable: the database does not answer.
        """
        async with self._turn:
            if self._last_id is None:
                async with self._store.read() as tx:
                    self._last_id = await tx.snapshots.last_id()
            while not self._read_through and not deadline.passed and len(self._rows) < MOST:
                await self._read_on()
            await self._carry_on(self._last_id, deadline)
            return tuple(self._rows.values()), self._read_through

    async def _read_on(self) -> None:
        async with self._store.read() as tx:
            page = await tx.snapshots.latest_page(self._after, _PAGE)
        for snapshot in page:
            self._rows[snapshot.token] = row_of(snapshot)
            self._after = snapshot.token
        self._read_through = len(page) < _PAGE

    async def _carry_on(self, last_id: int, deadline: Deadline) -> None:
        while not deadline.passed:
            async with self._store.read() as tx:
                kept = await tx.snapshots.kept_since(max(0, last_id - _OVERLAP), _PAGE + _OVERLAP)
                newest = {token: at for _, token, at in kept}
                for token, at in newest.items():
                    known = self._rows.get(token)
                    if known is not None and known.seen_at >= at:
                        continue
                    if known is None and len(self._rows) >= MOST:
                        continue
                    snapshot = await tx.snapshots.latest(token)
                    if snapshot is not None:
                        self._rows[token] = row_of(snapshot)
            self._last_id = max((number for number, _, _ in kept), default=last_id)
            if self._last_id <= last_id:
                return
            last_id = self._last_id
