"""The bytes of token accounts, both ways: what a program stores, and what a node prints of it as JSON.

Knows the SPL Token base layouts and the Token-2022 extensions that the world uses; refuses any other.
Source: https://github.com/solana-program/token-2022 (interface/src/extension)
"""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from data.chain.base58 import base58, unbase58
from data.errors import InvariantBroken
from data.sandbox.tokens import Extension

MINT_SPACE = 82
ACCOUNT_SPACE = 165
_MINT = struct.Struct("<I32sQB?I32s")
_ACCOUNT = struct.Struct("<32s32sQI32sBIQQI32s")
_HEAD = struct.Struct("<HH")
_MINT_TYPE, _ACCOUNT_TYPE = b"\x01", b"\x02"  # the byte after the base layout
_NO_KEY = bytes(32)
_STATES = ("uninitialized", "initialized", "frozen")
_METADATA = "tokenMetadata"

_FEE = (("epoch", "Q"), ("maximumFee", "Q"), ("transferFeeBasisPoints", "H"))
_Fields = tuple[tuple[str, Any], ...]  # a name, and: "key", "state", a struct letter, or fields again
_LAYOUTS: Mapping[int, tuple[str, _Fields]] = {
    1: (
        "transferFeeConfig",
        (
            ("transferFeeConfigAuthority", "key"),
            ("withdrawWithheldAuthority", "key"),
            ("withheldAmount", "Q"),
            ("olderTransferFee", _FEE),
            ("newerTransferFee", _FEE),
        ),
    ),
    2: ("transferFeeAmount", (("withheldAmount", "Q"),)),
    3: ("mintCloseAuthority", (("closeAuthority", "key"),)),
    6: ("defaultAccountState", (("accountState", "state"),)),
    7: ("immutableOwner", ()),
    9: ("nonTransferable", ()),
    12: ("permanentDelegate", (("delegate", "key"),)),
    14: ("transferHook", (("authority", "key"), ("programId", "key"))),
    15: ("transferHookAccount", (("transferring", "?"),)),
    18: ("metadataPointer", (("authority", "key"), ("metadataAddress", "key"))),
    19: (_METADATA, ()),
    26: ("pausableConfig", (("authority", "key"), ("paused", "?"))),
}
_TYPES = {name: number for number, (name, _) in _LAYOUTS.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Mint:
    """A mint as its program stores it."""

    decimals: int
    supply: int
    mint_authority: str | None
    freeze_authority: str | None
    extensions: tuple[Extension, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenAccount:
    """A token account as its program stores it."""

    mint: str
    owner: str
    amount: int
    frozen: bool = False
    native_reserve: int | None = None  # the lamports of rent under wrapped SOL; nothing else has it
    extensions: tuple[Extension, ...] = ()


def pack_mint(mint: Mint) -> bytes:
    """Lay a mint out: 82 bytes, more with extensions."""
    base = _MINT.pack(
        *_option(mint.mint_authority), mint.supply, mint.decimals, True, *_option(mint.freeze_authority)
    )
    return _extended(base, _MINT_TYPE, mint.extensions)


def unpack_mint(data: bytes) -> Mint:
    """Read a mint back.

    Raises:
        InvariantBroken: it holds an extension that is not known here.
    """
    has_minter, minter, supply, decimals, _, has_freezer, freezer = _MINT.unpack_from(data)
    return Mint(
        decimals=decimals,
        supply=supply,
        mint_authority=base58(minter) if has_minter else None,
        freeze_authority=base58(freezer) if has_freezer else None,
        extensions=_extensions(data),
    )


def pack_account(account: TokenAccount) -> bytes:
    """Lay a token account out: 165 bytes, more with extensions."""
    base = _ACCOUNT.pack(
        unbase58(account.mint),
        unbase58(account.owner),
        account.amount,
        0,
        _NO_KEY,
        2 if account.frozen else 1,
        account.native_reserve is not None,
        account.native_reserve or 0,
        0,
        0,
        _NO_KEY,
    )
    return _extended(base, _ACCOUNT_TYPE, account.extensions)


def unpack_account(data: bytes) -> TokenAccount:
    """Read a token account back.

    Raises:
        InvariantBroken: it holds an extension that is not known here.
    """
    mint, owner, amount, _, _, state, is_native, reserve, *_ = _ACCOUNT.unpack_from(data)
    return TokenAccount(
        mint=base58(mint),
        owner=base58(owner),
        amount=amount,
        frozen=state == 2,
        native_reserve=reserve if is_native else None,
        extensions=_extensions(data),
    )


def is_mint(data: bytes) -> bool:
    """Tell a mint from a token account by its length and type."""
    return len(data) == MINT_SPACE or data[ACCOUNT_SPACE : ACCOUNT_SPACE + 1] == _MINT_TYPE


def amount_json(raw: int, decimals: int) -> dict[str, object]:
    """Print an amount as a node does: raw text, a float, and exact text."""
    whole, part = divmod(raw, 10**decimals)
    text = f"{whole}.{part:0{decimals}d}".rstrip("0").rstrip(".") if decimals else str(whole)
    return {"amount": str(raw), "decimals": decimals, "uiAmount": raw / 10**decimals, "uiAmountString": text}


def mint_json(data: bytes) -> dict[str, object]:
    """Print a mint's bytes as `jsonParsed` does."""
    mint = unpack_mint(data)
    info: dict[str, object] = {
        "decimals": mint.decimals,
        "freezeAuthority": mint.freeze_authority,
        "isInitialized": True,
        "mintAuthority": mint.mint_authority,
        "supply": str(mint.supply),
    }
    return {"info": info | _printed(mint.extensions), "type": "mint"}


def account_json(data: bytes, decimals: int) -> dict[str, object]:
    """Print a token account's bytes as `jsonParsed` does."""
    account = unpack_account(data)
    info: dict[str, object] = {
        "isNative": account.native_reserve is not None,
        "mint": account.mint,
        "owner": account.owner,
        "state": "frozen" if account.frozen else "initialized",
        "tokenAmount": amount_json(account.amount, decimals),
    }
    return {"info": info | _printed(account.extensions), "type": "account"}


def _printed(extensions: Sequence[Extension]) -> dict[str, object]:
    listed = [
        {"extension": each.name} | ({} if each.state is None else {"state": dict(each.state)})
        for each in extensions
    ]
    return {"extensions": listed} if listed else {}


def _option(key: str | None) -> tuple[int, bytes]:
    return (0, _NO_KEY) if key is None else (1, unbase58(key))


def _extended(base: bytes, kind: bytes, extensions: Sequence[Extension]) -> bytes:
    """Append extensions as type, length, value, behind the base padded to a token account's length."""
    if not extensions:
        return base
    packed = (_pack(extension) for extension in extensions)
    values = b"".join(_HEAD.pack(number, len(value)) + value for number, value in packed)
    return base.ljust(ACCOUNT_SPACE, b"\0") + kind + values


def _extensions(data: bytes) -> tuple[Extension, ...]:
    found, at = [], ACCOUNT_SPACE + 1
    while at + _HEAD.size <= len(data):
        number, length = _HEAD.unpack_from(data, at)
        at += _HEAD.size
        found.append(_unpack(number, data[at : at + length]))
        at += length
    return tuple(found)


def _pack(extension: Extension) -> tuple[int, bytes]:
    number = _TYPES.get(extension.name)
    if number is None:
        raise InvariantBroken(f"no layout for the extension {extension.name}")
    state = extension.state or {}
    if extension.name == _METADATA:
        return number, _pack_metadata(state)
    return number, _pack_fields(_LAYOUTS[number][1], state)


def _unpack(number: int, value: bytes) -> Extension:
    if number not in _LAYOUTS:
        raise InvariantBroken(f"no layout for the extension type {number}")
    name, fields = _LAYOUTS[number]
    if name == _METADATA:
        return Extension(name=name, state=_unpack_metadata(value))
    return Extension(name=name, state=_unpack_fields(fields, value)[0] if fields else None)


def _pack_fields(fields: _Fields, state: Mapping[str, Any]) -> bytes:
    parts = []
    for name, form in fields:
        value = state[name]
        if form == "key":
            parts.append(_NO_KEY if value is None else unbase58(value))
        elif form == "state":
            parts.append(bytes([_STATES.index(value)]))
        elif isinstance(form, str):
            parts.append(struct.pack(f"<{form}", value))
        else:
            parts.append(_pack_fields(form, value))
    return b"".join(parts)


def _unpack_fields(fields: _Fields, value: bytes) -> tuple[dict[str, object], bytes]:
    state: dict[str, object] = {}
    for name, form in fields:
        if form == "key":
            key, value = value[:32], value[32:]
            state[name] = None if key == _NO_KEY else base58(key)
        elif form == "state":
            state[name], value = _STATES[value[0]], value[1:]
        elif isinstance(form, str):
            size = struct.calcsize(f"<{form}")
            state[name], value = struct.unpack(f"<{form}", value[:size])[0], value[size:]
        else:
            state[name], value = _unpack_fields(form, value)
    return state, value


def _pack_metadata(state: Mapping[str, Any]) -> bytes:
    owner = state["updateAuthority"]
    texts = (state["name"], state["symbol"], state["uri"])
    keys = (_NO_KEY if owner is None else unbase58(owner)) + unbase58(state["mint"])
    extra = struct.pack("<I", len(state["additionalMetadata"]))
    pairs = (text for pair in state["additionalMetadata"] for text in pair)
    return keys + b"".join(map(_pack_text, texts)) + extra + b"".join(map(_pack_text, pairs))


def _unpack_metadata(value: bytes) -> dict[str, object]:
    owner, mint, rest = value[:32], value[32:64], value[64:]
    texts = []
    for _ in range(3):
        text, rest = _unpack_text(rest)
        texts.append(text)
    count, rest = struct.unpack_from("<I", rest)[0], rest[4:]
    pairs = []
    for _ in range(count):
        key, rest = _unpack_text(rest)
        text, rest = _unpack_text(rest)
        pairs.append([key, text])
    return {
        "additionalMetadata": pairs,
        "mint": base58(mint),
        "name": texts[0],
        "symbol": texts[1],
        "updateAuthority": None if owner == _NO_KEY else base58(owner),
        "uri": texts[2],
    }


def _pack_text(text: str) -> bytes:
    raw = text.encode()
    return struct.pack("<I", len(raw)) + raw


def _unpack_text(value: bytes) -> tuple[str, bytes]:
    length = struct.unpack_from("<I", value)[0]
    return value[4 : 4 + length].decode(), value[4 + length :]
