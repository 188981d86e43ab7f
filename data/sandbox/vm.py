"""The in-process Solana VM: accounts in, accounts out, one caller at a time.

Knows bytes and base58 text only; whose accounts they are is `chain`'s to say. The VM library is loaded with
the first VM, not with this module.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import datetime
from typing import Any

_HISTORY = 1_000_000  # signatures remembered: beyond them the VM would run signed bytes a second time


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """An account as the VM holds it; `owner` is a program."""

    owner: str
    lamports: int
    data: bytes
    executable: bool = False


class Vm:
    """A Solana VM with the token programs loaded."""

    def __init__(self) -> None:
        from solders.litesvm import LiteSVM

        self._svm = LiteSVM().with_blockhash_check(False).with_transaction_history(_HISTORY)
        self._lock = threading.RLock()

    def account(self, address: str) -> Account | None:
        """Read an account.

        Raises:
            ValueError: the address is not 32 bytes of base58.
        """
        from solders.pubkey import Pubkey

        with self._lock:
            held = self._svm.get_account(Pubkey.from_string(address))
        if held is None:
            return None
        return Account(
            owner=str(held.owner), lamports=held.lamports, data=bytes(held.data), executable=held.executable
        )

    def put(self, address: str, owner: str, data: bytes, *, lamports: int = 0) -> None:
        """Write an account with `lamports` beyond its rent; one that is there is replaced."""
        from solders.account import Account as Held
        from solders.pubkey import Pubkey

        with self._lock:
            rent = self._svm.minimum_balance_for_rent_exemption(len(data))
            held = Held(rent + lamports, data, Pubkey.from_string(owner), False, 2**64 - 1)
            self._svm.set_account(Pubkey.from_string(address), held)

    def owned(self, program: str) -> list[tuple[str, bytes]]:
        """List the accounts of a program with their data."""
        from solders.pubkey import Pubkey

        with self._lock:
            held = self._svm.get_program_accounts(Pubkey.from_string(program))
        return [(str(address), bytes(account.data)) for address, account in held]

    def balance(self, address: str) -> int:
        """Read the lamports of an account, zero for one that is not there."""
        held = self.account(address)
        return 0 if held is None else held.lamports

    def rent_exempt(self, space: int) -> int:
        """Tell the lamports that an account of `space` bytes must hold."""
        with self._lock:
            return self._svm.minimum_balance_for_rent_exemption(space)

    def blockhash(self) -> str:
        """Tell the latest blockhash."""
        with self._lock:
            return str(self._svm.latest_blockhash())

    def clock(self) -> Any:
        """Give the VM's clock, for another VM to run by."""
        with self._lock:
            return self._svm.get_clock()

    def set_time(self, *, slot: int, epoch: int, at: datetime) -> None:
        """Move the VM's clock, which decides the transfer fee in force."""
        with self._lock:
            clock = self._svm.get_clock()
            clock.slot, clock.epoch, clock.unix_timestamp = slot, epoch, int(at.timestamp())
            self._svm.set_clock(clock)
