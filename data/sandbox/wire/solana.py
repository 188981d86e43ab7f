"""A Solana node's own words for refusing; what it answers is `chain`'s to say.

Source: https://solana.com/docs/rpc
"""

from __future__ import annotations

from data.sandbox.wire.call import Vendor

VENDOR = Vendor(
    id="solana",
    root="",
    routes={},
    throttled={
        "jsonrpc": "2.0",
        "error": {"code": 429, "message": "Too many requests for a specific RPC call"},
        "id": 1,
    },
    refusal={
        "jsonrpc": "2.0",
        "error": {"code": -32603, "message": "account index service overloaded, please try again."},
        "id": 1,
    },
)
