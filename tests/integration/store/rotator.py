"""A process of its own that makes one new master key after another until it is killed."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[3]))

from core.keys import Keys
from data.clock import SystemClock
from data.store import Store
from data.store.master import MasterFile
from data.store.sealing import MasterKey


async def main(url: str, file: Path) -> None:
    clock = SystemClock()
    keys = Keys(await Store.open(url, clock), MasterFile(file, clock))
    while True:
        await keys.rotate(MasterKey.fresh())
        sys.stdout.write("rotated\n")
        sys.stdout.flush()


asyncio.run(main(sys.argv[1], Path(sys.argv[2])))
