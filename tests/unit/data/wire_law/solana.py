"""The chain's truths: a mint as it is, to the last base unit."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from data.chain.rehearsal import write
from data.models.fields import (
    CLOSE_AUTHORITY,
    DECIMALS,
    DEFAULT_FROZEN,
    EXTENSIONS,
    FEE_AUTHORITY,
    FREEZE_AUTHORITY,
    MINT_AUTHORITY,
    MUTABLE,
    NEXT_FEE_AT,
    NEXT_FEE_EPOCH,
    NEXT_FEE_RATIO,
    NON_TRANSFERABLE,
    PAUSE_AUTHORITY,
    PERMANENT_DELEGATE,
    SUPPLY,
    TOKEN_PROGRAM,
    TRANSFER_FEE_RATIO,
    TRANSFER_HOOK,
    Authority,
)
from data.models.holders import Holder
from data.models.ids import SOL_MINT, TokenKey
from data.models.launch import CoinChange, SignaturePage, Signed, TokenChange
from data.models.market import Capability, Record
from data.models.rehearsal import Transfer, Verdict
from data.providers.base import Ask, Endpoint
from data.sandbox import minting, openings, seeds, wallets
from data.sandbox.holders import Holder as Held
from data.sandbox.holders import Role
from data.sandbox.openings import Event
from data.sandbox.tokens import Token
from data.sandbox.world import FIRST_SLOT, SLOT_S, SLOTS_PER_EPOCH, World
from tests.unit.data.wire_law import truth
from tests.unit.data.wire_law.agreement import ANYTHING, UNSAID, Expected, Near
from tests.unit.data.wire_law.truth import Eye, Truths

_INDEXED_AFTER_S = 6.0
_A_MINUTE = 60.0
_FEE = 5_000
LOST = "4Nd1mYvZ7T1zZC4dr8ZZm4y9vZp2LmFf8yWb6c1qLbGg"


def mints(eye: Eye, ask: Ask, records: Sequence[Record]) -> Sequence[Expected] | None:
    return truth.or_unlisted(_mint(eye, token) for token in eye.known(ask))


def _mint(eye: Eye, token: Token) -> Expected:
    in_force, _ = truth.transfer_fee_bps(eye.world, token)
    return {
        "token": truth.key(token.mint),
        TOKEN_PROGRAM: token.program.value,
        DECIMALS: token.decimals,
        # The mint of native SOL keeps no count.
        SUPPLY: UNSAID if token.mint == SOL_MINT else truth.supply(token),
        MINT_AUTHORITY: Authority(token.mint_authority),
        FREEZE_AUTHORITY: Authority(token.freeze_authority),
        EXTENSIONS: tuple(each.name for each in token.extensions),
        TRANSFER_FEE_RATIO: Near(value=in_force / 10_000),
        **_next_fee(eye, token),
        **_powers(token),
    }


def _next_fee(eye: Eye, token: Token) -> Expected:
    """Expect a fee that is announced with its epoch, and about when that begins."""
    announced, world = truth.next_fee(eye.world, token), eye.world
    if announced is None:
        return {}
    bps, epoch = announced
    begins = world.moment((epoch * SLOTS_PER_EPOCH - FIRST_SLOT) * SLOT_S)
    return {
        NEXT_FEE_RATIO: Near(value=bps / 10_000),
        NEXT_FEE_EPOCH: epoch,
        NEXT_FEE_AT: Near(value=begins.timestamp(), within=_A_MINUTE),
    }


def _powers(token: Token) -> Expected:
    """Expect who may act by an extension: nobody without it; of a hook, only where none can be set."""
    hook, named = token.extension("transferHook") or {}, token.extension("tokenMetadata")
    asleep = hook.get("programId") is None and hook.get("authority") is not None
    return {
        FEE_AUTHORITY: _holder(token, "transferFeeConfig", "transferFeeConfigAuthority"),
        PERMANENT_DELEGATE: _holder(token, "permanentDelegate", "delegate"),
        TRANSFER_HOOK: UNSAID if asleep else _holder(token, "transferHook", "programId"),
        PAUSE_AUTHORITY: _holder(token, "pausableConfig", "authority"),
        CLOSE_AUTHORITY: _holder(token, "mintCloseAuthority", "closeAuthority"),
        NON_TRANSFERABLE: token.extension("nonTransferable") is not None,
        DEFAULT_FROZEN: (token.extension("defaultAccountState") or {}).get("accountState") == "frozen",
        MUTABLE: UNSAID if named is None else named["updateAuthority"] is not None,
    }


def _holder(token: Token, extension: str, key: str) -> Authority:
    address = (token.extension(extension) or {}).get(key)
    return Authority(None if address is None else str(address))


def holders(eye: Eye, ask: Ask, records: Sequence[Record]) -> Sequence[Expected] | None:
    """Expect the twenty largest accounts, each for its owner, once a node has had the time to index them."""
    return truth.or_unlisted(
        {"token": truth.key(token.mint), "holders": _largest(eye, token)}
        for token in eye.known(ask)
        if (eye.world.now - token.created_at).total_seconds() >= _INDEXED_AFTER_S
    )


def _largest(eye: Eye, token: Token) -> tuple[Holder, ...]:
    held = [
        Holder(owner=each.account, account=each.account, amount=Decimal(each.amount).scaleb(-token.decimals))
        for each in eye.world.top_holders(token.mint)
        if each.amount
    ]
    return tuple(sorted(held, key=lambda each: (-(each.amount or 0), each.owner)))


def asked(rng: random.Random, world: World, endpoint: Endpoint, token: Token, *, lost: bool) -> Ask:
    """Ask a node about a token's past, or about accounts of it."""
    key = truth.key(LOST if lost else token.mint)
    if endpoint.capability is Capability.TRANSACTION:
        return Ask(query=seeds.signature(world.seed, "mint", key.address), tokens=(key,))
    if endpoint.capability is Capability.SIGNATURES:
        pools = world.tokens[token.mint].pools
        about = rng.choice((key.address, *(pool.address for pool in pools)))
        return Ask(accounts=(key.address if lost else about,), limit=rng.randint(1, 60))
    if endpoint.capability is Capability.ACCOUNTS:
        return Ask(accounts=(key.address, LOST))
    if endpoint.capability is Capability.SIMULATION:
        return _transfer(rng, world, token, key)
    if endpoint.capability is Capability.BALANCE:
        held = _wallets(world, token)
        return Ask(accounts=(LOST if lost or not held else rng.choice(held).owner,))
    holder = rng.choice(world.named_holders(token.mint)).owner
    return Ask(tokens=(key,), accounts=(holder,))


def _transfer(rng: random.Random, world: World, token: Token, key: TokenKey) -> Ask:
    """Rehearse what somebody who holds a token might send."""
    held = _wallets(world, token)
    holder = rng.choice(held) if held else None
    amount = 1 if holder is None else rng.randint(1, holder.amount)
    script = write(
        Transfer(
            mint=key.address, program=token.program.value, owner=holder.owner if holder else LOST,
            account=holder.account if holder else LOST,
            amount=amount, decimals=token.decimals,
        ),
        rng.randbytes(32),
    )  # fmt: skip
    return Ask(tokens=(key,), query=script.transaction, accounts=(script.receiving,), amount=amount)


def _wallets(world: World, token: Token) -> list[Held]:
    return [each for each in world.named_holders(token.mint) if each.role is not Role.POOL and each.amount]


def rehearsals(eye: Eye, ask: Ask, records: Sequence[Record]) -> Sequence[Expected] | None:
    """Expect what arrives of a transfer, or why it does not go; of an unknown token nothing can be told."""
    known = eye.known(ask)
    sent = ask.amount or 0
    if known and not _wallets(eye.world, known[0]):
        return [{"verdict": Verdict.OPEN, "sent": sent, "reason": ""}]
    if known and minting.freezes(known[0]):
        return [{"verdict": Verdict.REFUSED, "sent": sent, "reason": "the account is frozen"}]
    if not known or _hooked(known[0]):
        return [{"verdict": Verdict.OPEN, "sent": sent, "reason": ""}]
    received = sent - _fee(eye.world, known[0], sent)
    return [{"verdict": Verdict.PASSED, "sent": sent, "received": received, "reason": ""}]


def _hooked(token: Token) -> bool:
    return (token.extension("transferHook") or {}).get("programId") is not None


def _fee(world: World, token: Token, amount: int) -> int:
    """Tell what the token's program keeps of a transfer: rounded up, at most so much."""
    state = token.extension("transferFeeConfig")
    if state is None:
        return 0
    newer: Any = state["newerTransferFee"]
    fee: Any = newer if world.chain_epoch >= newer["epoch"] else state["olderTransferFee"]
    return min(-(-amount * fee["transferFeeBasisPoints"] // 10_000), fee["maximumFee"])


def signatures(eye: Eye, ask: Ask, records: Sequence[Record]) -> Sequence[Expected] | None:
    """Expect the newest of a token's trades and of the transactions that it opened with."""
    address, world = ask.accounts[0], eye.world
    pool = world.pools.get(address)
    token = world.tokens.get(address if pool is None else pool.base)
    rows: list[Signed] = []
    if token is not None:
        rows = [
            _signed(world, event.signature, event.at, failed=event.failed) for event in _opened(world, token)
        ]
        for each in token.pools or world.pools_of(token.mint)[:3]:
            trades = world.trades(each, ask.limit)
            rows += [_signed(world, trade.signature, trade.at, failed=False) for trade in trades]
        rows = sorted(rows, key=lambda row: -row.slot)[: ask.limit]
    told = [row for record in records if isinstance(record, SignaturePage) for row in record.rows]
    # Within a block the order is the node's to tell.
    in_order = [row.slot for row in told] == sorted((row.slot for row in told), reverse=True)
    edge = min((row.slot for row in rows), default=0)
    same = {row for row in told if row.slot > edge} == {row for row in rows if row.slot > edge}
    agreed = ANYTHING if in_order and same and len(told) == len(rows) else tuple(rows)
    return [{"address": address, "rows": agreed, "asked": ask.limit}]


def _signed(world: World, signature: str, at: datetime, *, failed: bool) -> Signed:
    when = at.replace(microsecond=0)
    return Signed(signature=signature, slot=world.slot_at(at), at=when, failed=failed)


def _opened(world: World, token: Token) -> Sequence[Event]:
    return openings.opening(world, token)


def transactions(eye: Eye, ask: Ask, records: Sequence[Record]) -> Sequence[Expected] | None:
    """Expect what made a token, to the last base unit."""
    return truth.or_unlisted(
        transaction(event) for token in eye.known(ask) for event in _opened(eye.world, token)[:1]
    )


def transaction(event: Event) -> Expected:
    """Expect all that an event changed."""
    return {
        "signature": event.signature,
        "slot": event.slot,
        "at": truth.whole_second(event.at),
        "failed": event.failed,
        "signers": event.signers,
        "tokens": tuple(
            TokenChange(
                account=move.account, owner=move.owner, mint=move.mint, before=move.before, after=move.after
            )
            for move in event.moves
        ),
        "coins": tuple(CoinChange(account=key, lamports=each) for key, each in event.coins.items() if each),
        "created": (event.created,) if event.created else (),
        "trades": (),
        "fee": _FEE,
    }


def accounts(eye: Eye, ask: Ask, records: Sequence[Record]) -> Sequence[Expected] | None:
    tokens = [eye.world.tokens.get(address) for address in ask.accounts]
    return [
        {"address": address, "program": UNSAID if token is None else token.program.value}
        for address, token in zip(ask.accounts, tokens, strict=True)
    ]


def owned(eye: Eye, ask: Ask, records: Sequence[Record]) -> Sequence[Expected] | None:
    """Expect what a wallet holds of a token; of an unknown token a node refuses to speak."""
    known = eye.known(ask)
    if not known:
        return None
    held = [each for each in eye.world.named_holders(known[0].mint) if each.owner == ask.accounts[0]]
    return [
        {
            "address": each.account,
            "program": known[0].program.value,
            "mint": known[0].mint,
            "owner": each.owner,
            "amount": each.amount,
            "decimals": known[0].decimals,
        }
        for each in held
    ]


def balances(eye: Eye, ask: Ask, records: Sequence[Record]) -> Sequence[Expected]:
    """Expect what a wallet of the world holds; who is nobody holds nothing."""
    (address,) = ask.accounts
    known = wallets.known(eye.world, address)
    return [{"address": address, "lamports": wallets.stock(eye.world, address) if known else 0}]


PAST: Truths = {
    "signatures:": signatures,
    "transaction:": transactions,
    "accounts:": accounts,
    "owned:": owned,
    "balance:": balances,
}
TRUTHS: Truths = {"authorities:": mints, "holders:": holders, "simulation:": rehearsals, **PAST}
