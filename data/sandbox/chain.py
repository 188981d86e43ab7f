"""Solana's JSON-RPC over the VM: the world's mints and holders as real accounts, read back from their bytes.

Knows how a node answers and refuses. A token's accounts enter the VM when somebody first looks at them.
Source: https://solana.com/docs/rpc
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

import orjson

from data.chain.base58 import base58
from data.sandbox import books, filters, layout, minting
from data.sandbox.filters import RpcError
from data.sandbox.program_history import ProgramHistory
from data.sandbox.settling import Settling
from data.sandbox.simulation import simulate
from data.sandbox.tokens import SYSTEM_PROGRAM, TokenProgram
from data.sandbox.vm import Account, Vm
from data.sandbox.world import SLOTS_PER_EPOCH, World

_VERSION = "3.1.9"
_NOT_SHOWN_S = 6.0  # a node's token index learns of a mint this long after its creation
_LARGEST = 20
_MOST_KEYS = 100
_HASH_LIFE = 150  # blocks
_SKIPPED = 21_000_000  # slots that never had a block
_BASE58_LIMIT = 128
_TOO_LONG_FOR_BASE58 = (
    "Encoded binary (base 58) data should be less than 128 bytes, please use Base64 encoding."
)
_PROGRAMS = {TokenProgram.SPL.value: "spl-token", TokenProgram.TOKEN_2022.value: "spl-token-2022"}


Method: TypeAlias = Callable[[World, Any], object]  # takes the parameters as they came


class Chain:
    """A node that knows one world."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._vm = Vm()
        self._books = books.Shelf(world)
        self._past = ProgramHistory(world)
        self._settling = Settling(world, self._vm)
        self._methods: Mapping[str, Callable[[Sequence[Any]], object]] = {
            "getAccountInfo": self._account_info,
            "getMultipleAccounts": self._multiple_accounts,
            "getProgramAccounts": self._program_accounts,
            "getTokenAccountsByOwner": self._owned,
            "getSignaturesForAddress": self._signatures,
            "getTransaction": self._past.transaction,
            "getTokenSupply": self._token_supply,
            "getTokenLargestAccounts": self._largest_accounts,
            "getBalance": lambda params: self._in_context(self._vm.balance(self._address(params))),
            "getMinimumBalanceForRentExemption": lambda params: self._vm.rent_exempt(_whole(params)),
            "getSlot": lambda _: self._world.slot,
            "getBlockHeight": lambda _: self._world.slot - _SKIPPED,
            "getLatestBlockhash": lambda _: self._latest_blockhash(),
            "getEpochInfo": lambda _: self._epoch_info(),
            "getHealth": lambda _: "ok",
            "simulateTransaction": lambda params: self._in_context(simulate(self._vm, self._settle, params)),
            "getVersion": lambda _: {"feature-set": 3_294_202_862, "solana-core": _VERSION},
        }

    def answer(self, payload: bytes, own: Mapping[str, Method] | None = None) -> object:
        """Answer one request or a batch, refusals included; `own` are methods that a vendor's node adds."""
        try:
            asked = orjson.loads(payload)
        except ValueError:
            return _refusal(None, RpcError(-32700, "Parse error"))
        self._vm.set_time(slot=self._world.slot, epoch=self._world.chain_epoch, at=self._world.now)
        if isinstance(asked, list) and asked:
            return [self._one(request, own or {}) for request in asked]
        return self._one(asked, own or {})

    def _one(self, request: object, own: Mapping[str, Method]) -> object:
        if not isinstance(request, dict) or not isinstance(request.get("method"), str):
            return _refusal(None, RpcError(-32600, "Invalid request"))
        name, params = request["method"], request.get("params", [])
        method = self._methods.get(name, _no_method)
        try:
            if name in own:
                result = own[name](self._world, params)
            else:
                result = method(params if isinstance(params, list) else [])
        except RpcError as error:
            return _refusal(request.get("id"), error)
        return {"jsonrpc": "2.0", "result": result, "id": request.get("id")}

    def _account_info(self, params: Sequence[Any]) -> object:
        return self._in_context(self._shown(self._address(params), _encoding(params)))

    def _multiple_accounts(self, params: Sequence[Any]) -> object:
        keys = params[0] if params else None
        if not isinstance(keys, list):
            raise RpcError(-32602, "Invalid params: expected a list of addresses")
        if len(keys) > _MOST_KEYS:
            raise RpcError(-32602, f"Too many inputs provided; max {_MOST_KEYS}")
        addresses = [self._address([key]) for key in keys]
        return self._in_context([self._shown(address, _encoding(params)) for address in addresses])

    def _program_accounts(self, params: Sequence[Any]) -> object:
        """List the accounts of a program that pass every filter; of an order book's, the markets only."""
        program, passes, encoding = self._address(params), filters.read(params), _encoding(params)
        if program == books.PROGRAM:
            for address, data in self._books.markets():
                self._vm.put(address, program, data)
        found = sorted(address for address, data in self._vm.owned(program) if passes(data))
        return [{"pubkey": address, "account": self._shown(address, encoding)} for address in found]

    def _owned(self, params: Sequence[Any]) -> object:
        """List a wallet's accounts of one token, or of one token program."""
        owner, chosen = self._address(params), params[1] if len(params) > 1 else None
        if not isinstance(chosen, dict) or not {"mint", "programId"} & set(chosen):
            raise RpcError(-32602, "Invalid params: expected a mint or a program")
        mint = chosen.get("mint")
        program = chosen.get("programId")
        if mint is not None:
            self._mint(self._address([mint]), "could not find mint")
        self._settling.held(owner)
        if (token := self._world.tokens.get(mint or "")) is not None:
            self._settling.holders(token)
            program = token.program.value
        found = [
            key
            for key, data in (self._vm.owned(program) if isinstance(program, str) else ())
            if len(data) >= layout.ACCOUNT_SPACE
            and not layout.is_mint(data)
            and (held := layout.unpack_account(data)).owner == owner
            and mint in (None, held.mint)
        ]
        rows = [
            {"pubkey": key, "account": self._shown(key, _encoding([owner, *params[2:]]))} for key in found
        ]
        return self._in_context(rows)

    def _signatures(self, params: Sequence[Any]) -> object:
        """List the history of an address; the accounts that its transactions name enter the VM with it."""
        told = self._past.signatures(params)
        if (token := self._past.about(params[0])) is not None:
            self._settling.holders(token)
        return told

    def _token_supply(self, params: Sequence[Any]) -> object:
        mint = self._mint(self._address(params), "could not find account")
        return self._in_context(layout.amount_json(mint.supply, mint.decimals))

    def _largest_accounts(self, params: Sequence[Any]) -> object:
        """List the holders that the VM knows of; a mint of the last seconds is refused, as nodes do."""
        address = self._address(params)
        mint, token = self._mint(address, "could not find mint"), self._world.tokens.get(address)
        if token is not None:
            if (self._world.now - token.created_at).total_seconds() < _NOT_SHOWN_S:
                raise RpcError(-32602, "Invalid param: not a Token mint")
            self._settling.holders(token)
        held = self._vm.account(address)
        assert held is not None, "a mint that was read is there"
        accounts = (
            (key, layout.unpack_account(data))
            for key, data in self._vm.owned(held.owner)
            if len(data) >= layout.ACCOUNT_SPACE and not layout.is_mint(data)
        )
        found = sorted(
            ((key, each.amount) for key, each in accounts if each.mint == address),
            key=lambda each: -each[1],
        )
        rows = [{"address": key, **layout.amount_json(raw, mint.decimals)} for key, raw in found[:_LARGEST]]
        return self._in_context(rows)

    def _latest_blockhash(self) -> object:
        height = self._world.slot - _SKIPPED
        return self._in_context(
            {"blockhash": self._vm.blockhash(), "lastValidBlockHeight": height + _HASH_LIFE}
        )

    def _epoch_info(self) -> object:
        slot = self._world.slot
        return {
            "absoluteSlot": slot,
            "blockHeight": slot - _SKIPPED,
            "epoch": self._world.chain_epoch,
            "slotIndex": slot % SLOTS_PER_EPOCH,
            "slotsInEpoch": SLOTS_PER_EPOCH,
            "transactionCount": slot * 1_000,
        }

    def _in_context(self, value: object) -> object:
        return {"context": {"apiVersion": _VERSION, "slot": self._world.slot}, "value": value}

    def _address(self, params: Sequence[Any]) -> str:
        """Take the first parameter as an address; a mint or a book of the world enters the VM with it."""
        address = params[0] if params else None
        if not isinstance(address, str):
            raise RpcError(-32602, "`params` should have at least 1 argument(s)")
        try:
            there = self._vm.account(address)
        except ValueError:
            raise RpcError(-32602, "Invalid param: Invalid") from None
        token = self._world.tokens.get(address)
        if there is None and token is not None:
            self._vm.put(address, token.program.value, layout.pack_mint(minting.mint_of(token)))
            return address
        if (pool := self._world.pools.get(address)) is not None:
            self._settling.pool(pool)
            return address
        in_a_book = there is None or there.owner == books.PROGRAM
        if in_a_book and (data := self._books.account(address)) is not None:  # it moves with its price
            self._vm.put(address, books.PROGRAM, data)
        elif there is None or there.owner == SYSTEM_PROGRAM:
            self._settling.wallet(address)
        return address

    def _settle(self, address: str) -> None:
        """Put what a transaction names into the VM: with a mint, those who hold it."""
        self._address([address])
        if (token := self._world.tokens.get(address)) is not None:
            self._settling.holders(token)

    def _mint(self, address: str, missing: str) -> layout.Mint:
        held = self._vm.account(address)
        if held is None:
            raise RpcError(-32602, f"Invalid param: {missing}")
        if held.owner not in _PROGRAMS or not layout.is_mint(held.data):
            raise RpcError(-32602, "Invalid param: not a Token mint")
        return layout.unpack_mint(held.data)

    def _shown(self, address: str, encoding: str) -> object:
        held = self._vm.account(address)
        if held is None:
            return None
        return {
            "lamports": held.lamports,
            "data": self._data(held, encoding),
            "owner": held.owner,
            "executable": held.executable,
            "rentEpoch": 2**64 - 1,
            "space": len(held.data),
        }

    def _data(self, held: Account, encoding: str) -> object:
        if encoding == "jsonParsed" and held.owner in _PROGRAMS:
            return {
                "program": _PROGRAMS[held.owner],
                "parsed": self._parsed(held.data),
                "space": len(held.data),
            }
        if encoding == "base58":
            if len(held.data) > _BASE58_LIMIT:
                raise RpcError(-32600, _TOO_LONG_FOR_BASE58)
            return [base58(held.data), "base58"]
        return [base64.b64encode(held.data).decode(), "base64"]

    def _parsed(self, data: bytes) -> object:
        if layout.is_mint(data):
            return layout.mint_json(data)
        mint = self._vm.account(self._address([layout.unpack_account(data).mint]))
        assert mint is not None, "a token account's mint is there"
        return layout.account_json(data, layout.unpack_mint(mint.data).decimals)


def _no_method(params: Sequence[Any]) -> object:
    raise RpcError(-32601, "Method not found")


def _refusal(request_id: object, error: RpcError) -> object:
    return {"jsonrpc": "2.0", "error": {"code": error.code, "message": error.message}, "id": request_id}


def _encoding(params: Sequence[Any]) -> str:
    options = params[1] if len(params) > 1 else {}
    encoding = options.get("encoding", "base58") if isinstance(options, dict) else None
    if encoding not in {"base58", "base64", "jsonParsed"}:
        raise RpcError(-32602, "Invalid params: unknown variant of encoding")
    return str(encoding)


def _whole(params: Sequence[Any]) -> int:
    if not params or not isinstance(params[0], int) or params[0] < 0:
        raise RpcError(-32602, "Invalid params: invalid type, expected usize")
    return params[0]
