"""What Orca's endpoints are tested on: the recorded pools, one with the shorter windows added."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

from data.models.ids import SOL
from tests.unit.data.providers.recorded import Case, ask, sample, solana

JITOSOL = solana("J1toso1uCk3RLmjorhTtrVwY9HJ7X8V9yYac6Y7kGCPn")
JITOSOL_POOL = "Hp53XEtt4S8SvPCXarsLSdGfZBuUr5mMmZmX2DRNXQKp"


def with_short_windows() -> dict[str, Any]:
    """Build the recorded pool with the windows we ask for, of the documented shape; none was recorded."""
    body: dict[str, Any] = copy.deepcopy(sample("orca", "pools-address-sol-jitosol.json"))
    stats = body["data"]["stats"]
    stats["5m"], stats["1h"] = {**stats["24h"], "volume": "44872.936"}, {**stats["24h"], "volume": None}
    return body


def hourly() -> dict[str, Any]:
    """Build the same pool after a traded hour."""
    body = with_short_windows()
    body["data"]["stats"]["1h"]["volume"] = "538475.2381386"
    return body


def cases() -> Iterator[tuple[str, Case]]:
    recorded = sample("orca", "pools-address-sol-jitosol.json")
    for body in (recorded, with_short_windows(), hourly()):
        yield "orca /pools/{pool}", Case(body, ask(pool=JITOSOL_POOL))
        listed = {"data": [body["data"]], "meta": {"next": None, "previous": None}}
        yield "orca /pools", Case(listed, ask(JITOSOL))
    yield "orca /pools", Case(sample("orca", "pools-list-item-2026-partial.json"), ask(SOL))
