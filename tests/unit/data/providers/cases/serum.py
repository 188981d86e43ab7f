"""Order books' answers: recorded accounts in the envelopes of the calls they come by, and what pairs them.

The recorded asks are of a market that was not recorded with them: `book` gives them one of the documented
layout, with the lots (100 and 10) and decimals (6 and 6) that their vendor's own test has.
"""

from __future__ import annotations

import base64
import struct
from collections.abc import Iterator, Mapping
from typing import Any

from data.chain import serum
from data.chain.base58 import unbase58
from data.models.ids import SOL, TokenKey
from data.providers.base import Ask
from data.sandbox import books
from tests.unit.data.providers.recorded import Case, ask, sample, solana

SOL_USDC = "8BnEgHoWFysVcuFFX7QztDmzuH8r5ZFvyP3sYwn1XTh6"
SERUM_A = "7LVJtqSrF6RudMaz5rKGTmR3F3V5TKoDcN6bnk68biYZ"
TOKEN_PROGRAM = "TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA"
MARKET, BIDS, ASKS, BASE, QUOTE = (letter * 43 for letter in "MBAXQ")
ACCOUNTS = (MARKET, BIDS, ASKS, BASE, QUOTE)
EMPTY = struct.pack("<I4xI4xIII4x", 0, 0, 0, 7, 0)


def account(data: bytes, owner: str = serum.OPENBOOK) -> dict[str, Any]:
    """Give an account as a node prints it in base64."""
    return {
        "data": [base64.b64encode(data).decode(), "base64"],
        "executable": False,
        "lamports": 3_591_360,
        "owner": owner,
        "rentEpoch": 0,
        "space": len(data),
    }


def recorded(name: str) -> dict[str, Any]:
    """Give a recorded account."""
    found: dict[str, Any] = sample("serum", f"getAccountInfo-{name}.json")["result"]["value"]
    return found


def raw(name: str) -> bytes:
    """Give the bytes of a recorded account."""
    return base64.b64decode(recorded(name)["data"][0])


def framed(flags: int, body: bytes) -> bytes:
    """Put a body between the program's marks."""
    return b"serum" + struct.pack("<Q", flags) + body + b"padding"


def side(flags: int, orders: Mapping[int, int]) -> bytes:
    """Lay a side out: sizes by keys, which hold the price above 64 bits of sequence."""
    return framed(flags, books.pack_slab(orders))


def market(*, flags: int = 3, base_lot: int = 100, quote_lot: int = 10) -> bytes:
    """Lay a market out as documented."""
    keys = {name: unbase58(address) for name, address in zip("maxbq", ACCOUNTS, strict=True)}
    own, bids, asks, base, quote = keys.values()
    body = own + bytes(8) + base + quote + bytes(168) + bids + asks
    return framed(flags, body + struct.pack("<QQQQ", base_lot, quote_lot, 0, 0))


def mint(decimals: int = 6) -> bytes:
    """Lay a mint out."""
    return struct.pack("<I32sQB?I32s", 0, bytes(32), 10**15, decimals, True, 0, bytes(32))


def book(*, bids: bytes = b"", asks: bytes = b"", shell: bytes = b"", slot: Any = 7) -> dict[str, Any]:
    """Give the answer for a market with its two sides and mints."""
    value = [
        account(shell or market()),
        account(bids or framed(0x21, EMPTY)),
        account(asks or raw("asks-15-orders")),
        account(mint(), TOKEN_PROGRAM),
        account(mint(), TOKEN_PROGRAM),
    ]
    return {"jsonrpc": "2.0", "result": {"context": {"slot": slot}, "value": value}, "id": 1}


def listed(*rows: tuple[str, Any]) -> dict[str, Any]:
    """Give the answer that lists a program's accounts."""
    found = [{"pubkey": address, "account": held} for address, held in rows]
    return {"jsonrpc": "2.0", "result": found, "id": 1}


def base_of_a() -> TokenKey:
    """Name the base token of the recorded market of Serum itself."""
    return solana(sample("serum", "expected-market-serum-v3-a.json")["baseMint"])


def cases() -> Iterator[tuple[str, Case]]:
    sol = listed((SOL_USDC, recorded("market-sol-usdc-openbook")))
    yield "serum  pools", Case(sol, ask(SOL))
    yield "serum  pools", Case(listed((SERUM_A, recorded("market-serum-v3-a"))), ask(base_of_a()))
    yield "serum  book", Case(book(), Ask(accounts=ACCOUNTS))
    bids = side(0x21, {117_445 << 64 | 5: 10, 117_444 << 64 | 9: 20})
    yield "serum  book", Case(book(bids=bids), Ask(accounts=ACCOUNTS))
