"""The practice market in a process of its own: its work must not count as the platform's."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from data.sandbox.wire.vendors import NODES, VENDORS
from tests.fakes import program

SERVED = {vendor.id for vendor in VENDORS} | {node.id for node, _ in NODES}


@asynccontextmanager
async def served(latency_ms: str = "0") -> AsyncIterator[dict[str, str]]:
    """Serve it until the block ends; gives each vendor's address by its id."""
    with TemporaryDirectory() as folder:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot", "sandbox", "--port", "0", cwd=program.ROOT,
            env=program.environment(Path(folder), {"SANDBOX__LATENCY_MS": latency_ms}),
            stdout=asyncio.subprocess.PIPE,
        )  # fmt: skip
        assert process.stdout is not None
        try:
            urls: dict[str, str] = {}
            async with asyncio.timeout(30):
                while not urls.keys() >= SERVED:
                    vendor, _, url = (await process.stdout.readline()).decode().partition(" ")
                    if url.strip().startswith("http://"):
                        urls[vendor] = url.strip()
            yield urls
        finally:
            process.terminate()
            await process.wait()


def settings(urls: Mapping[str, str]) -> dict[str, str]:
    """Name the settings that send a platform to this market, with the quotas of practice."""
    named = {f"PROVIDERS__{vendor.upper()}__BASE_URL": url for vendor, url in urls.items()}
    return {"MARKET": "sandbox"} | named
