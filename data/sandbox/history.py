"""What a node tells of the past: which transactions name an address, and what each of them did.

A node keeps the transactions that it has listed, and those that made a token: another is not found.
Source: https://solana.com/docs/rpc/http/getsignaturesforaddress and gettransaction
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import numpy as np

from data.chain.base58 import unbase58
from data.sandbox import openings, seeds, wallets
from data.sandbox.filters import RpcError
from data.sandbox.openings import Event, Move
from data.sandbox.prices import Array
from data.sandbox.tokens import SYSTEM_PROGRAM, Pool, Token
from data.sandbox.world import World

_MOST = 1_000
_POOLS = 3  # of a token that others are priced in
_RENT = 2_039_280
_STOCK = 100 * 10**9  # lamports of who is not new
_MICRO = 1_000_000


class History:
    """The past of one world, as a node tells it."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._events: dict[str, Event] = {}
        self._trades: dict[str, tuple[Pool, float]] = {}
        self._made: dict[str, Token] = {}
        self._of_wallet: defaultdict[str, dict[str, Event]] = defaultdict(dict)

    def signatures(self, params: Sequence[Any]) -> object:
        """Answer `getSignaturesForAddress`: the newest first."""
        address, options = _address(params), params[1] if len(params) > 1 else {}
        if not isinstance(options, dict):
            raise RpcError(-32602, "Invalid params: expected an object")
        limit, before = options.get("limit", _MOST), options.get("before")
        if not isinstance(limit, int) or not 1 <= limit <= _MOST:
            raise RpcError(-32602, "Invalid limit; max 1000")
        token = self.about(address)
        if token is None:
            return self._of(address, limit, before)
        return self._of_token(token, limit, before)

    def transaction(self, params: Sequence[Any]) -> object:
        """Answer `getTransaction` in the parsed encoding; null for what was never listed."""
        signature, options = _address(params, 64), params[1] if len(params) > 1 else {}
        if not isinstance(options, dict) or options.get("encoding") != "jsonParsed":
            raise RpcError(-32602, "Invalid params: only jsonParsed is kept here")
        if options.get("maxSupportedTransactionVersion") is None:
            reason = "Transaction version (0) is not supported by the requesting client."
            raise RpcError(-32015, f"{reason} Please try the request again with the following configuration")
        event = self._events.get(signature) or self._creation(signature)
        if event is None and (told := self._trades.get(signature)) is not None:
            pool, at_s = told
            trade = self._world.trade_at(pool, at_s)
            event = None if trade is None else openings.traded(self._world, pool, trade, at_s)
        return None if event is None else written(self._world, event)

    def _creation(self, signature: str) -> Event | None:
        """Find the transaction that made a token."""
        for token in list(self._world.tokens.values())[len(self._made) :]:
            self._made[seeds.signature(self._world.seed, "mint", token.mint)] = token
        token_made = self._made.get(signature)
        if token_made is not None:
            self._open(token_made)
        return self._events.get(signature)

    def about(self, address: str) -> Token | None:
        """Tell whose history an address has: a token's for its mint and its pools."""
        pool = self._world.pools.get(address)
        return self._world.tokens.get(address if pool is None else pool.base)

    def _of(self, address: str, limit: int, before: str | None) -> object:
        """List what a wallet did: of a trader, how it came by its first SOL and the newest of its swaps."""
        for token in wallets.named(self._world, address):
            self._open(token)
        number = wallets.number_of(self._world, address)
        rows: list[object] = []
        if number is not None and (swaps := wallets.swaps(self._world, number)):
            self._introduce(address, self._world.tokens[swaps[0].pool.base])
            kept = reversed(swaps[-wallets.KEPT :])
            rows = [self._trade_row(swap.pool, swap.at_s) for swap in kept]
        events = sorted(self._of_wallet[address].values(), key=lambda event: -event.slot)
        rows += [_row(event) for event in events]
        place = next((at for at, row in enumerate(rows, 1) if _signature(row) == before), 0)
        return rows[place : place + limit]

    def _of_token(self, token: Token, limit: int, before: str | None) -> object:
        """List a token's trades and how it opened; what the tape has let go lies between, untold."""
        pools = list(token.pools or self._world.pools_of(token.mint)[:_POOLS])
        opened = self._open(token)
        times, whose = _merged(
            [
                np.array([self._world.since_epoch(event.at) for event in opened]),
                *(self._world.traded_at(pool) for pool in pools),
            ]
        )
        places = np.flatnonzero(whose == 0)
        end = len(times)
        if before in self._trades:
            end = int(np.searchsorted(times, self._trades[before][1]))
        elif before is not None:
            known = [
                int(place) for place, event in zip(places, opened, strict=True) if event.signature == before
            ]
            if not known:
                raise RpcError(-32602, "Invalid param: the signature is not known")
            end = known[0]
        rows = {int(place): event for place, event in zip(places, opened, strict=True)}
        return [
            _row(rows[at]) if at in rows else self._trade_row(pools[int(whose[at]) - 1], float(times[at]))
            for at in range(end - 1, max(-1, end - 1 - limit), -1)
        ]

    def _trade_row(self, pool: Pool, at_s: float) -> object:
        signature = seeds.signature(self._world.seed, pool.address, int(at_s * _MICRO))
        self._trades[signature] = (pool, at_s)
        at = self._world.moment(at_s)
        return _listed(signature, self._world.slot_at(at), int(at.timestamp()), None)

    def _open(self, token: Token) -> tuple[Event, ...]:
        events = openings.opening(self._world, token)
        for event in events:
            self._put_on_record(event, token)
        return events

    def _put_on_record(self, event: Event, token: Token) -> None:
        """Put a transaction on record with those who signed it, and with whence they come."""
        if event.signature in self._events:
            return
        self._events[event.signature] = event
        for wallet in event.signers:
            if wallet != token.mint:
                self._introduce(wallet, token)
                self._of_wallet[wallet][event.signature] = event

    def _introduce(self, wallet: str, token: Token) -> None:
        """Put on record how a wallet came by its first SOL."""
        if self._of_wallet[wallet]:
            return
        insider = openings.is_insider(token, wallet, self._world)
        first = openings.origin(self._world, wallet, token, insider=insider)
        self._events[first.signature] = first
        self._of_wallet[wallet][first.signature] = first


def _merged(tapes: Sequence[Array]) -> tuple[Array, Array]:
    """Merge the times of several pools, oldest first, with which pool each is of."""
    times = np.concatenate(tapes)
    whose = np.repeat(np.arange(len(tapes), dtype=np.float64), [len(tape) for tape in tapes])
    order = np.argsort(times, kind="stable")
    return times[order], whose[order]


def _address(params: Sequence[Any], size: int = 32) -> str:
    """Take the first parameter as an address, or as a signature of 64 bytes."""
    told = params[0] if params else None
    try:
        if isinstance(told, str) and len(unbase58(told)) == size:
            return told
    except ValueError:
        pass
    raise RpcError(-32602, "Invalid param: Invalid" if size == 32 else "Invalid param: WrongSize")


def _signature(row: object) -> object:
    return row["signature"] if isinstance(row, dict) else None


def _row(event: Event) -> object:
    return _listed(event.signature, event.slot, int(event.at.timestamp()), _error(event))


def _error(event: Event) -> object:
    return {"InstructionError": [2, {"Custom": 6001}]} if event.failed else None


def _listed(signature: str, slot: int, at: int, error: object) -> object:
    return {
        "signature": signature,
        "slot": slot,
        "err": error,
        "memo": None,
        "blockTime": at,
        "confirmationStatus": "finalized",
    }


def written(world: World, event: Event) -> dict[str, object]:
    """Write a transaction as `jsonParsed` does."""
    accounts = [move.account for move in event.moves]
    keys = list(dict.fromkeys((*event.signers, *event.coins, *accounts, SYSTEM_PROGRAM)))
    before = [_lamports(world, event, key, accounts) for key in keys]
    error = _error(event)
    return {
        "blockTime": int(event.at.timestamp()),
        "meta": {
            "computeUnitsConsumed": 61_234,
            "err": error,
            "fee": 5_000,
            "innerInstructions": [],
            "logMessages": [f"Program {SYSTEM_PROGRAM} invoke [1]", f"Program {SYSTEM_PROGRAM} success"],
            "postBalances": [held + event.coins.get(key, 0) for key, held in zip(keys, before, strict=True)],
            "postTokenBalances": _balances(world, event, keys, after=True),
            "preBalances": before,
            "preTokenBalances": _balances(world, event, keys, after=False),
            "rewards": [],
            "status": {"Ok": None} if error is None else {"Err": error},
        },
        "slot": event.slot,
        "transaction": {
            "message": {
                "accountKeys": [
                    {"pubkey": key, "signer": key in event.signers, "source": "transaction", "writable": True}
                    for key in keys
                ],
                "addressTableLookups": [],
                "instructions": _instructions(world, event),
                "recentBlockhash": seeds.address(world.seed, "blockhash", event.slot),
            },
            "signatures": [event.signature],
        },
        "version": 0,
    }


def _lamports(world: World, event: Event, key: str, accounts: Sequence[str]) -> int:
    """Tell what an account held before: a signer ends with what it holds ever after."""
    change = event.coins.get(key, 0)
    if key in event.new:
        return 0
    if key in accounts:
        return _RENT
    if key in event.signers:
        return max(0, wallets.stock(world, key) - change)
    return _STOCK + max(0, -change)


def _balances(world: World, event: Event, keys: Sequence[str], *, after: bool) -> list[object]:
    """Write the token balances of one side; an account that did not exist before has no row there."""
    return [
        _balance(world, move, keys.index(move.account), move.after if after else move.before)
        for move in event.moves
        if after or move.before
    ]


def _balance(world: World, move: Move, place: int, raw: int) -> object:
    token = world.tokens[move.mint]
    units = raw / 10**token.decimals
    return {
        "accountIndex": place,
        "mint": move.mint,
        "owner": move.owner,
        "programId": token.program.value,
        "uiTokenAmount": {
            "amount": str(raw),
            "decimals": token.decimals,
            "uiAmount": units or None,
            "uiAmountString": f"{units:f}".rstrip("0").rstrip(".") or "0",
        },
    }


def _instructions(world: World, event: Event) -> list[object]:
    if event.created:
        token = world.tokens[event.created]
        info = {"mint": token.mint, "decimals": token.decimals, "mintAuthority": event.signers[0]}
        parsed = {"type": "initializeMint2", "info": info}
        return [
            {"program": "spl-token", "programId": token.program.value, "parsed": parsed, "stackHeight": 1}
        ]
    if event.moves:
        return [{"programId": SYSTEM_PROGRAM, "accounts": [], "data": "3Bxs", "stackHeight": 1}]
    sent = [(wallet, lamports) for wallet, lamports in event.coins.items() if lamports > 0]
    return [
        {
            "program": "system",
            "programId": SYSTEM_PROGRAM,
            "parsed": {
                "type": "transfer",
                "info": {"source": event.signers[0], "destination": wallet, "lamports": lamports},
            },
            "stackHeight": 1,
        }
        for wallet, lamports in sent
    ]
