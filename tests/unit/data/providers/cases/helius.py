"""Helius' answers; the page's fragment of a fungible asset is put into the envelope that it was cut from."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

from data.providers.base import Ask
from tests.unit.data.providers.cases.solana import OWNER, past
from tests.unit.data.providers.recorded import BONK, Case, ask, sample, solana

JITOSOL = solana("J1toso1uCk3RLmjorhTtrVwY9HJ7X8V9yYac6Y7kGCPn")
MAD_LAD = solana("F9Lw3ki3hJ7PF9HQXsBzoY8GyE6sPoEZZdXJBsTTD2rk")


def fungible() -> dict[str, Any]:
    """Give the documented fragment of a fungible asset."""
    return copy.deepcopy(sample("helius", "das-token_info-fungible-fragment.json"))


def answered(result: Any) -> dict[str, Any]:
    """Put a result into its envelope."""
    return {"jsonrpc": "2.0", "result": result, "id": "1"}


def cases() -> Iterator[tuple[str, Case]]:
    lad = sample("helius", "das-getAsset-pnft.json")
    yield "helius  meta", Case(lad, ask(MAD_LAD))
    yield "helius  meta", Case(answered(fungible()), ask(JITOSOL))
    yield "helius  meta", Case(answered([fungible(), None, lad["result"]]), ask(MAD_LAD, BONK, JITOSOL))
    yield "helius  fees", Case(sample("helius", "getPriorityFeeEstimate-all-levels.json"), ask())
    one = sample("solana", "getTransaction-json-v0-lookup-table.json")["result"]
    history = {"data": [{**one, "transactionIndex": 42}], "paginationToken": "1055:5"}
    yield "helius  wallet_trades", Case(answered(history), Ask(accounts=(OWNER,), limit=100))
    yield from past("helius")
