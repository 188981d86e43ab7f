"""Puts into the VM what a question names: who holds a token, what a wallet holds, and that a pool is one.

Accounts that are there stay, but what a pool holds follows its reserves, and a trader's what it swapped.
"""

from __future__ import annotations

from data.models.ids import SOL_MINT
from data.sandbox import layout, minting, seeds, wallets
from data.sandbox.holders import Role
from data.sandbox.layout import TokenAccount
from data.sandbox.tokens import SYSTEM_PROGRAM, Pool, Token
from data.sandbox.vm import Vm
from data.sandbox.world import World

_STATE = bytes(8)  # of a program's account: nobody reads it here


class Settling:
    """Settles a world's accounts in a VM."""

    def __init__(self, world: World, vm: Vm) -> None:
        self._world = world
        self._vm = vm

    def holders(self, token: Token) -> None:
        """Put a token's holders there."""
        for holder in self._world.named_holders(token.mint):
            if holder.pool is not None:
                self._vm.put(holder.owner, program_of(holder.pool), _STATE)
            if holder.role is not Role.POOL and self._vm.account(holder.account) is not None:
                continue
            frozen = minting.freezes(token) and holder.role is Role.OTHER
            self._account(token, holder.account, holder.owner, holder.amount, frozen=frozen)

    def pool(self, pool: Pool) -> None:
        """Put a pool there."""
        self._vm.put(pool.address, program_of(pool), _STATE)

    def wallet(self, address: str) -> None:
        """Put a wallet there, if it is one of this world."""
        if not wallets.known(self._world, address):
            return
        spare = wallets.stock(self._world, address) - self._vm.rent_exempt(0)
        self._vm.put(address, SYSTEM_PROGRAM, b"", lamports=spare)

    def held(self, address: str) -> None:
        """Put there what a wallet holds."""
        for token in wallets.named(self._world, address):
            self.holders(token)
        if wallets.number_of(self._world, address) is not None:
            for held in wallets.accounts(self._world, address):
                self._account(held.token, held.account, address, held.amount)

    def _account(self, token: Token, address: str, owner: str, amount: int, *, frozen: bool = False) -> None:
        native = token.mint == SOL_MINT
        account = TokenAccount(
            mint=token.mint,
            owner=owner,
            amount=amount,
            frozen=frozen,
            native_reserve=self._vm.rent_exempt(layout.ACCOUNT_SPACE) if native else None,
            extensions=minting.account_extensions(token),
        )
        data, lamports = layout.pack_account(account), amount if native else 0
        self._vm.put(address, token.program.value, data, lamports=lamports)


def program_of(pool: Pool) -> str:
    """Name the program that a pool is an account of."""
    return seeds.address(0, "program", pool.dex)
