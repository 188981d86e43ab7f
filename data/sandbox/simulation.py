"""`simulateTransaction` of the practice market: the transaction is really run, in a VM of its own.

Every wallet of the practice market has a little SOL to pay with. Signatures are not looked at, as the asker
has none; who asks for them to be verified is refused.
Source: https://solana.com/docs/rpc/http/simulatetransaction
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from data.sandbox.filters import RpcError
from data.sandbox.vm import Account, Vm

_PURSE = 1_000_000_000  # lamports
_MOST_BYTES = 1_232


@dataclass(frozen=True, slots=True, kw_only=True)
class Simulated:
    """What a transaction would do: `error` None for a success, and the accounts it would leave."""

    error: object
    logs: Sequence[str]
    units: int
    accounts: Mapping[str, Account]


def simulate(vm: Vm, settle: Callable[[str], None], params: Sequence[Any]) -> object:
    """Answer the method; `settle` puts an account of the world into the VM before it is read.

    Raises:
        RpcError: the parameters are wrong, or signatures are to be verified.
    """
    options = params[1] if len(params) > 1 and isinstance(params[1], Mapping) else {}
    if options.get("sigVerify"):
        raise RpcError(-32602, "sigVerify may not be used with replaceRecentBlockhash")
    if options.get("encoding") != "base64" or not params or not isinstance(params[0], str):
        raise RpcError(-32602, "Invalid param: a transaction in base64 is needed")
    try:
        raw = base64.b64decode(params[0], validate=True)
    except ValueError:
        raise RpcError(-32602, "invalid base64 encoding") from None
    if len(raw) > _MOST_BYTES:
        raise RpcError(-32602, f"decoded solana_transaction too large: {len(raw)} bytes (max: {_MOST_BYTES})")
    # On a thread that ends with it: the VM leaves the thread's floating-point unit in a state in which
    # numpy's floor division gives NaN.
    with ThreadPoolExecutor(max_workers=1) as apart:
        done = apart.submit(run, vm, settle, raw).result()
    chosen = options.get("accounts")
    shown = chosen.get("addresses") if isinstance(chosen, Mapping) else None
    return {
        "accounts": None if not isinstance(shown, list) else [_shown(done, key) for key in shown],
        "err": done.error,
        "innerInstructions": None,
        "logs": list(done.logs),
        "replacementBlockhash": {"blockhash": vm.blockhash(), "lastValidBlockHeight": 0},
        "returnData": None,
        "unitsConsumed": done.units,
    }


def run(vm: Vm, settle: Callable[[str], None], raw: bytes) -> Simulated:
    """Run a transaction on copies of the accounts that it names.

    Raises:
        RpcError: it is no transaction.
    """
    from solders.account import Account as Held
    from solders.litesvm import LiteSVM
    from solders.pubkey import Pubkey
    from solders.transaction import VersionedTransaction
    from solders.transaction_metadata import FailedTransactionMetadata

    try:
        transaction = VersionedTransaction.from_bytes(raw)
        transaction.sanitize()
    except ValueError:
        raise RpcError(-32602, "failed to deserialize solana_transaction::versioned") from None
    keys = transaction.message.account_keys
    apart = LiteSVM().with_sigverify(False).with_blockhash_check(False)
    apart.set_clock(vm.clock())
    for key in keys:
        settle(str(key))
    for key in keys:
        held = vm.account(str(key))
        if held is not None and not held.executable:
            apart.set_account(
                key, Held(held.lamports, held.data, Pubkey.from_string(held.owner), False, 2**64 - 1)
            )
    if vm.balance(str(keys[0])) == 0:
        apart.airdrop(keys[0], _PURSE)
    done = apart.simulate_transaction(transaction)
    if isinstance(done, FailedTransactionMetadata):
        error: object = _error(done.err())
        after: Mapping[str, Account] = {}
    else:
        error = None
        after = {
            str(key): Account(owner=str(held.owner), lamports=held.lamports, data=bytes(held.data))
            for key, held in done.post_accounts()
        }
    told = done.meta()
    return Simulated(error=error, logs=told.logs(), units=told.compute_units_consumed(), accounts=after)


def _error(error: Any) -> object:
    """Write an error as a node does."""
    from solders.transaction_status import InstructionErrorCustom, TransactionErrorInstructionError

    if not isinstance(error, TransactionErrorInstructionError):
        return _word(error)
    why = error.err
    return {
        "InstructionError": [
            error.index,
            {"Custom": why.code} if isinstance(why, InstructionErrorCustom) else _word(why),
        ]
    }


def _word(error: object) -> str:
    """Take the bare name of an error without parts."""
    return str(error).rpartition(".")[2]


def _shown(done: Simulated, key: object) -> object:
    held = done.accounts.get(key) if isinstance(key, str) else None
    if held is None:
        return None
    return {
        "lamports": held.lamports,
        "data": [base64.b64encode(held.data).decode(), "base64"],
        "owner": held.owner,
        "executable": False,
        "rentEpoch": 2**64 - 1,
        "space": len(held.data),
    }
