"""A process of its own that migrates, appends to the audit, and says which rows are durable, one a line."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[3]))

from data.clock import SystemClock
from data.models.chat import Identity
from data.models.ids import Platform
from data.store import Store


async def main(url: str, rows: int) -> None:
    store = await Store.open(url, SystemClock())
    await store.migrate()
    for _ in range(rows):
        async with store.begin() as tx:
            user = await tx.users.ensure(Identity(Platform.TELEGRAM, "42"), "Zaphod")
            entry = await tx.audit.append(user.id, "write", "row")
            await tx.users.set_preference(user.id, "last", str(entry.seq))
        sys.stdout.write(f"{entry.seq}\n")
        sys.stdout.flush()
    await store.close()


asyncio.run(main(sys.argv[1], int(sys.argv[2])))
