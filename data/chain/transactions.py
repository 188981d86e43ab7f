"""What one transaction did, out of the node's answer in either of its encodings.

Knows that a token account which did not exist before has no row before, that looked-up accounts follow the
named ones unless the node has merged them, and that a transaction whose effects are gone tells nothing.
Source: https://solana.com/docs/rpc/http/gettransaction
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from data.chain import jsonrpc, pump_logs
from data.chain.pump_logs import TradeEvent
from data.errors import BadPayload, NotListed
from data.models.ids import SOL_MINT
from data.models.launch import CoinChange, CurveTrade, TokenChange, Transaction
from data.providers import values
from data.providers.base import Ask, Json

MOST_RAW = 2**64
_MADE = frozenset({"initializeMint", "initializeMint2"})


def parse_transaction(body: Json, ask: Ask, at: datetime) -> tuple[Transaction, ...]:
    """Read what a transaction did, in either of the node's encodings.

    Raises:
        BadPayload: its accounts or its effects are missing or cannot be read.
        NotListed: there is no such transaction.
    """
    told = jsonrpc.result(body)
    if told is None:
        raise NotListed("no such transaction")
    return (read(told),)


def read(told: Json) -> Transaction:
    """Read one transaction as a node writes it.

    Raises:
        BadPayload: its accounts or its effects are missing or cannot be read.
    """
    row = values.required_mapping(told, "transaction")
    signed = values.required_mapping(row.get("transaction"), "transaction")
    message = values.required_mapping(signed.get("message"), "message")
    meta = values.required_mapping(row.get("meta"), "effects")
    slot = values.count(row.get("slot"))
    signatures = values.items(signed.get("signatures"))
    signature = values.address(signatures[0]) if signatures else None
    if slot is None or signature is None:
        raise BadPayload("a transaction without its slot or its signature")
    keys = _keys(message, meta)
    failed = meta.get("err") is not None
    return Transaction(
        signature=signature,
        slot=slot,
        at=values.moment(row.get("blockTime")),
        failed=failed,
        signers=_signers(message, keys),
        tokens=_token_changes(meta, keys),
        coins=_coin_changes(meta, keys),
        created=() if failed else tuple(dict.fromkeys(_created(message, meta))),
        trades=() if failed else _trades(meta),
        fee=values.count(meta.get("fee")),
    )


def _keys(message: Mapping[str, Json], meta: Mapping[str, Json]) -> list[str]:
    """List the accounts of a transaction by their places; looked-up ones follow unless they are merged."""
    listed = values.required_items(message.get("accountKeys"), "accounts")
    merged = any(isinstance(key, Mapping) for key in listed)
    loaded = values.mapping(meta.get("loadedAddresses"))
    looked_up = [] if merged else [*_items(loaded, "writable"), *_items(loaded, "readonly")]
    keys = [
        values.address(key.get("pubkey") if isinstance(key, Mapping) else key)
        for key in (*listed, *looked_up)
    ]
    if not keys or None in keys:
        raise BadPayload("an account that cannot be read")
    return [key for key in keys if key is not None]


def _items(holder: Mapping[str, Json], name: str) -> Sequence[Json]:
    return values.items(holder.get(name))


def _signers(message: Mapping[str, Json], keys: Sequence[str]) -> tuple[str, ...]:
    listed = values.items(message.get("accountKeys"))
    if any(isinstance(key, Mapping) for key in listed):
        marked = [values.mapping(key).get("signer") is True for key in listed]
        return tuple(key for key, signs in zip(keys, marked, strict=False) if signs)
    needed = values.count(values.mapping(message.get("header")).get("numRequiredSignatures"))
    return tuple(keys[: needed or 0])


def _token_changes(meta: Mapping[str, Json], keys: Sequence[str]) -> tuple[TokenChange, ...]:
    """Join the rows of before and after; what has no row on one side held nothing then."""
    if (meta.get("preTokenBalances") is None) != (meta.get("postTokenBalances") is None):
        raise BadPayload("token balances of one side alone")
    before, after = _held(meta, "preTokenBalances", keys), _held(meta, "postTokenBalances", keys)
    changes = []
    for place in sorted({*before, *after}):
        mint, owner, _ = after.get(place) or before[place]
        held = [side[place][2] if place in side else 0 for side in (before, after)]
        if held[0] != held[1]:
            changes.append(
                TokenChange(account=keys[place], owner=owner, mint=mint, before=held[0], after=held[1])
            )
    return tuple(changes)


def _held(meta: Mapping[str, Json], side: str, keys: Sequence[str]) -> dict[int, tuple[str, str, int]]:
    """Read mint, owner and base units by the account's place; one whose owner is not told stands for it."""
    found = {}
    told = meta.get(side)
    for row in map(values.mapping, [] if told is None else values.required_items(told, "token balances")):
        place = values.count(row.get("accountIndex"))
        mint = values.address(row.get("mint"))
        amount = values.raw_amount(values.mapping(row.get("uiTokenAmount")).get("amount"))
        if place is None or place >= len(keys) or mint is None or amount is None or amount >= MOST_RAW:
            raise BadPayload("a token balance that cannot be read")
        found[place] = (mint, values.address(row.get("owner")) or keys[place], amount)
    return found


def _coin_changes(meta: Mapping[str, Json], keys: Sequence[str]) -> tuple[CoinChange, ...]:
    before = [values.count(held) for held in _items(meta, "preBalances")]
    after = [values.count(held) for held in _items(meta, "postBalances")]
    if len(before) != len(keys) or len(after) != len(keys):
        raise BadPayload("balances that do not fit the accounts")
    return tuple(
        CoinChange(account=key, lamports=later - earlier)
        for key, earlier, later in zip(keys, before, after, strict=True)
        if earlier is not None and later is not None and earlier != later
    )


def _created(message: Mapping[str, Json], meta: Mapping[str, Json]) -> Iterator[str]:
    """List the mints that a transaction initialised, as far as the node has parsed its instructions."""
    inner = [values.mapping(each) for each in _items(meta, "innerInstructions")]
    rows = [
        *_items(message, "instructions"),
        *(row for each in inner for row in _items(each, "instructions")),
    ]
    for row in map(values.mapping, rows):
        parsed = values.mapping(row.get("parsed"))
        mint = values.address(values.mapping(parsed.get("info")).get("mint"))
        token_program = row.get("programId") in jsonrpc.TOKEN_PROGRAMS
        if token_program and parsed.get("type") in _MADE and mint is not None:
            yield mint


def _trades(meta: Mapping[str, Json]) -> tuple[CurveTrade, ...]:
    """Read the launchpad's own log; what is cut short or strange tells nothing."""
    lines = [line for line in _items(meta, "logMessages") if isinstance(line, str)]
    try:
        events = pump_logs.decode_logs(lines)
    except BadPayload:
        return ()
    return tuple(
        CurveTrade(
            user=event.user,
            mint=event.mint,
            is_buy=event.is_buy,
            tokens=event.token_amount,
            quote=event.sol_amount if event.quote_mint in {None, SOL_MINT} else None,
        )
        for event in events
        if isinstance(event, TradeEvent)
    )
