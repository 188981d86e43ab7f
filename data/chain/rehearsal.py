"""Rehearsing a transfer: a holder's tokens sent to a wallet that never was, by a node's simulation.

Nothing is signed and nothing is sent: the node runs the transaction on the present state and tells what it
would do. Whether a holder can move its tokens, and how much of them arrives, is what freezing, pausing and
taxing come to, whoever set them up.
Source: https://solana.com/docs/rpc/http/simulatetransaction
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime

from data.chain import jsonrpc
from data.errors import BadPayload
from data.models.market import Capability
from data.models.rehearsal import Rehearsal, Script, Transfer, Verdict
from data.providers import values
from data.providers.base import Ask, Endpoint, Json

TRANSFER_CHECKED = 12  # the token programs' instruction
_AMOUNT_AT = 64  # in a token account, a little-endian u64
_TRANSFER_INDEX = 1  # of our instructions: the first makes the receiving account

# What the token programs answer, by their number. Source: spl-token-2022, error.rs
_REFUSALS = {17: "the account is frozen", 37: "it cannot be transferred"}
# What they log where the number is that of a newer version.
_LOGGED = {
    "Account is frozen": "the account is frozen",
    "Transfer is disabled for this mint": "it cannot be transferred",
    "paused on this mint": "transfers are paused",
}


async def written(transfer: Transfer, *, salt: bytes) -> Script:
    """Write a transfer to a wallet that nobody has, on a thread: the library takes a while to load.

    `salt` makes that wallet ours alone to know: somebody who guessed it could send it tokens beforehand.

    Raises:
        BadPayload: an address is none.
    """
    receiver = hashlib.sha256(salt + transfer.mint.encode()).digest()
    return await asyncio.to_thread(write, transfer, receiver)


def write(transfer: Transfer, receiver: bytes) -> Script:
    """Write a transfer to a new account of the 32 bytes `receiver`, unsigned, paid by the holder.

    Raises:
        BadPayload: an address is none.
    """
    from solders.hash import Hash
    from solders.instruction import AccountMeta, Instruction
    from solders.message import Message
    from solders.pubkey import Pubkey
    from solders.signature import Signature
    from solders.token.associated import get_associated_token_address
    from solders.transaction import Transaction

    try:
        mint, program, owner, account = map(
            Pubkey.from_string, (transfer.mint, transfer.program, transfer.owner, transfer.account)
        )
    except ValueError:
        raise BadPayload("an address that is none") from None
    nobody = Pubkey(receiver)
    receiving = get_associated_token_address(nobody, mint, program)
    system, associated = Pubkey.from_string(_SYSTEM), Pubkey.from_string(_ASSOCIATED)

    def reads(key: Pubkey) -> AccountMeta:
        return AccountMeta(key, is_signer=False, is_writable=False)

    def writes(key: Pubkey) -> AccountMeta:
        return AccountMeta(key, is_signer=False, is_writable=True)

    payer = AccountMeta(owner, is_signer=True, is_writable=True)
    makes = Instruction(
        associated,
        bytes([1]),  # idempotent
        [payer, writes(receiving), reads(nobody), reads(mint), reads(system), reads(program)],
    )
    data = bytes([TRANSFER_CHECKED]) + transfer.amount.to_bytes(8, "little") + bytes([transfer.decimals])
    moves = Instruction(program, data, [writes(account), reads(mint), writes(receiving), payer])
    message = Message.new_with_blockhash([makes, moves], owner, Hash.default())
    unsigned = Transaction.populate(message, [Signature.default()])
    return Script(base64.b64encode(bytes(unsigned)).decode(), str(receiving))


_SYSTEM = "11111111111111111111111111111111"
_ASSOCIATED = "ATokenGPvbdGVxr1b2hvZbsiqW5xWH25efTNsLJA8knL"


def simulate_payload(ask: Ask) -> Json:
    """Ask for the rehearsal of the transaction in `query`, and what `accounts` would hold then."""
    options = {
        "encoding": "base64",
        "commitment": "confirmed",
        "sigVerify": False,
        "replaceRecentBlockhash": True,
        "accounts": {"encoding": "base64", "addresses": list(ask.accounts[:1])},
    }
    return jsonrpc.request("simulateTransaction", [ask.query, options])


def parse_rehearsal(body: Json, ask: Ask, at: datetime) -> tuple[Rehearsal, ...]:
    """Read what would become of a transfer of `amount`.

    Raises:
        BadPayload: the answer has no value, or tells of a success without the account that received.
    """
    told, _ = jsonrpc.in_context(body)
    value = values.required_mapping(told, "simulation")
    if "err" not in value:
        raise BadPayload("simulation without its end")
    sent = ask.amount or 0
    if value["err"] is None:
        received = _received(value) if ask.accounts else None
        return (Rehearsal(verdict=Verdict.PASSED, sent=sent, received=received),)
    reason = _refusal(value["err"], values.items(value.get("logs")))
    verdict = Verdict.REFUSED if reason else Verdict.OPEN
    return (Rehearsal(verdict=verdict, sent=sent, reason=reason),)


def _received(value: Mapping[str, Json]) -> int:
    shown = values.items(value.get("accounts"))
    data = values.items(values.mapping(shown[0] if shown else None).get("data"))
    if not data or not isinstance(data[0], str):
        raise BadPayload("the account that received is not shown")
    try:
        raw = base64.b64decode(data[0], validate=True)
    except ValueError:
        raise BadPayload("an account that is not base64") from None
    if len(raw) < _AMOUNT_AT + 8:
        raise BadPayload("an account that is no token account")
    return int.from_bytes(raw[_AMOUNT_AT : _AMOUNT_AT + 8], "little")


def _refusal(error: Json, logs: Sequence[Json]) -> str:
    """Word why the token's program would not move it; empty where the reason lies elsewhere."""
    steps = values.items(values.mapping(error).get("InstructionError"))
    if len(steps) != 2 or steps[0] != _TRANSFER_INDEX:
        return ""
    number = values.mapping(steps[1]).get("Custom")
    if isinstance(number, int) and number in _REFUSALS:
        return _REFUSALS[number]
    said = [line for line in logs if isinstance(line, str)]
    return next((words for mark, words in _LOGGED.items() if any(mark in line for line in said)), "")


SIMULATION = Endpoint(
    capability=Capability.SIMULATION,
    path="",
    method="POST",
    payload=simulate_payload,
    needs="accounts",
    parse=parse_rehearsal,
    ttl_s=20,
    stale_s=60,
    quota="history",
    samples=("simulateTransaction-ok.json",),
)
