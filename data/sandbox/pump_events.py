"""Pump.fun's events as its program logs them, packed by hand: the reverse of what our reader reads.

Knows nothing of that reader. Fields are those of the program's interface of May 2026, the newest at the end.
Source: https://github.com/pump-fun/pump-public-docs
"""

from __future__ import annotations

import base64
import struct
from collections.abc import Sequence
from datetime import datetime

from data.chain.base58 import unbase58

PROGRAM = "6EF8rrecthR5Dkzon8Nwu78hRvfCKubJ14M5uBEwF6P"
_CREATE = bytes.fromhex("1b72a94ddeeb6376")
_TRADE = bytes.fromhex("bddb7fd34ee661ee")
_COMPLETE = bytes.fromhex("5f72619cd42e9808")
_MIGRATE = bytes.fromhex("bde95db95c94ea94")
_FEE_BPS, _CREATOR_FEE_BPS = 95, 30
_IN_SOL = bytes(32)


def created(
    *, mint: str, curve: str, creator: str, at: datetime, words: Sequence[str], program: str, supply: int
) -> bytes:
    """Pack a launch; `words` are name, symbol and address of the metadata."""
    texts = b"".join(struct.pack("<I", len(raw)) + raw for raw in (word.encode() for word in words))
    reserves = (1_073_000_000 * 10**6, 30 * 10**9, 793_100_000 * 10**6, supply)
    who = b"".join(map(unbase58, (mint, curve, creator, creator)))
    return (
        _CREATE + texts + who + _time(at) + struct.pack("<QQQQ", *reserves)
        + unbase58(program) + bytes(2) + _IN_SOL + struct.pack("<Q", 30 * 10**9)
    )  # fmt: skip


def traded(
    *, mint: str, user: str, creator: str, at: datetime, is_buy: bool, amounts: tuple[int, int],
    reserves: tuple[int, int, int, int],
) -> bytes:  # fmt: skip
    """Pack a trade: `amounts` in lamports and base units; `reserves` virtual SOL and tokens, then real."""
    lamports, tokens = amounts
    name = b"buy" if is_buy else b"sell"
    return b"".join(
        (
            _TRADE + unbase58(mint) + struct.pack("<QQ?", lamports, tokens, is_buy),
            unbase58(user) + _time(at) + struct.pack("<QQQQ", *reserves),
            unbase58(user) + struct.pack("<QQ", _FEE_BPS, lamports * _FEE_BPS // 10_000),
            unbase58(creator) + struct.pack("<QQ", _CREATOR_FEE_BPS, lamports * _CREATOR_FEE_BPS // 10_000),
            struct.pack("<?QQQq", False, 0, 0, 0, 0) + struct.pack("<I", len(name)) + name + bytes(1),
            bytes(4 * 8) + struct.pack("<I", 0) + _IN_SOL,
        )
    )


def completed(*, mint: str, curve: str, user: str, at: datetime) -> bytes:
    """Pack that a curve sold all it had."""
    return _COMPLETE + unbase58(user) + unbase58(mint) + unbase58(curve) + _time(at) + _IN_SOL


def migrated(*, mint: str, curve: str, user: str, pool: str, at: datetime, amounts: tuple[int, int]) -> bytes:
    """Pack a move to a pool: `amounts` in base units and lamports."""
    fee = 15_000_000
    return b"".join(
        (
            _MIGRATE + unbase58(user) + unbase58(mint) + struct.pack("<QQQ", *amounts, fee),
            unbase58(curve) + _time(at) + unbase58(pool) + _IN_SOL,
        )
    )


def log(instruction: str, *events: bytes) -> list[str]:
    """Write the log of a transaction in which the program emits events."""
    return [
        f"Program {PROGRAM} invoke [1]",
        f"Program log: Instruction: {instruction}",
        *(f"Program data: {base64.b64encode(event).decode()}" for event in events),
        f"Program {PROGRAM} consumed 61234 of 200000 compute units",
        f"Program {PROGRAM} success",
    ]


def _time(at: datetime) -> bytes:
    return struct.pack("<q", int(at.timestamp()))
