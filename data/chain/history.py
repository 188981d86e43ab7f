"""What happened to an address, and what stands there now, over Solana's JSON-RPC.

Knows that a history lists failed transactions too and begins with the newest.
Source: https://solana.com/docs/rpc/http/getsignaturesforaddress, gettransaction and getmultipleaccounts
"""

from __future__ import annotations

from datetime import datetime

from data.chain import jsonrpc
from data.chain.transactions import MOST_RAW, parse_transaction
from data.errors import BadPayload
from data.models.launch import ChainAccount, SignaturePage, Signed
from data.models.market import Capability
from data.models.wallets import CoinBalance
from data.providers import values
from data.providers.base import Ask, Endpoint, Json

MAX_VERSION = 0  # of transactions; a node refuses to show a newer one to who does not ask for it
PAGE = 1_000
MOST_ACCOUNTS = 100


def signatures_payload(ask: Ask) -> Json:
    """Ask for the history of an address; `query` is the signature to go back from, empty for the newest."""
    options: dict[str, Json] = {"limit": min(ask.limit, PAGE), "commitment": "confirmed"}
    if ask.query:
        options["before"] = ask.query
    return jsonrpc.request("getSignaturesForAddress", [_first(ask), options])


def transaction_payload(ask: Ask) -> Json:
    """Ask for the transaction whose signature is `query`."""
    options = {
        "encoding": "jsonParsed",
        "commitment": "confirmed",
        "maxSupportedTransactionVersion": MAX_VERSION,
    }
    return jsonrpc.request("getTransaction", [ask.query, options])


def accounts_payload(ask: Ask) -> Json:
    """Ask what stands at up to a hundred addresses."""
    options = {"encoding": "jsonParsed", "commitment": "confirmed"}
    return jsonrpc.request("getMultipleAccounts", [list(ask.accounts[:MOST_ACCOUNTS]), options])


def owned_payload(ask: Ask) -> Json:
    """Ask for a wallet's accounts of the token, or else of the token program that `query` names."""
    chosen = {"mint": ask.token.address} if ask.tokens else {"programId": ask.query}
    options = {"encoding": "jsonParsed", "commitment": "confirmed"}
    return jsonrpc.request("getTokenAccountsByOwner", [_first(ask), chosen, options])


def balance_payload(ask: Ask) -> Json:
    """Ask what an account holds of the chain's own coin."""
    return jsonrpc.request("getBalance", [_first(ask), {"commitment": "confirmed"}])


def _first(ask: Ask) -> str:
    return ask.accounts[0] if ask.accounts else ""


def parse_signatures(body: Json, ask: Ask, at: datetime) -> tuple[SignaturePage, ...]:
    """Read a page of a history; an empty one is an answer.

    Raises:
        BadPayload: it is no list, or a row of it cannot be read: a gap would hide what came first.
    """
    rows = values.required_items(jsonrpc.result(body), "signatures")
    return (SignaturePage(address=_first(ask), rows=tuple(map(_signed, rows)), asked=min(ask.limit, PAGE)),)


def _signed(value: Json) -> Signed:
    row = values.mapping(value)
    signature, slot = values.address(row.get("signature")), values.count(row.get("slot"))
    if signature is None or slot is None:
        raise BadPayload("a signature that cannot be read")
    when = values.moment(row.get("blockTime"))
    return Signed(signature=signature, slot=slot, at=when, failed=row.get("err") is not None)


def parse_accounts(body: Json, ask: Ask, at: datetime) -> tuple[ChainAccount, ...]:
    """Read what stands at each address asked for, in that order.

    Raises:
        BadPayload: the answer is no list of as many.
    """
    told, _ = jsonrpc.in_context(body)
    rows = values.required_items(told, "accounts")
    asked = ask.accounts[:MOST_ACCOUNTS]
    if len(rows) != len(asked):
        raise BadPayload(f"{len(rows)} accounts where {len(asked)} were asked for")
    return tuple(_account(address, row) for address, row in zip(asked, rows, strict=True))


def parse_owned(body: Json, ask: Ask, at: datetime) -> tuple[ChainAccount, ...]:
    """Read a wallet's token accounts.

    Raises:
        BadPayload: the answer is no list, or a row of it cannot be read: a gap would hide what is held.
    """
    told, _ = jsonrpc.in_context(body)
    found = []
    for row in map(values.mapping, values.required_items(told, "accounts")):
        address = values.address(row.get("pubkey"))
        account = None if address is None else _account(address, row.get("account"))
        if account is None or account.amount is None:
            raise BadPayload("a token account that cannot be read")
        found.append(account)
    return tuple(found)


def parse_balance(body: Json, ask: Ask, at: datetime) -> tuple[CoinBalance, ...]:
    """Read what an account holds of the chain's own coin.

    Raises:
        BadPayload: it is no whole number of lamports.
    """
    told, _ = jsonrpc.in_context(body)
    lamports = values.count(told)
    if lamports is None or lamports >= MOST_RAW:
        raise BadPayload("a balance that cannot be read")
    return (CoinBalance(address=_first(ask), lamports=lamports),)


def _account(address: str, value: Json) -> ChainAccount:
    """Read one account; null is none.

    Raises:
        BadPayload: it has no owner, or is a token account that the node did not parse.
    """
    if value is None:
        return ChainAccount(address=address, program=None)
    row = values.required_mapping(value, "account")
    program = values.address(row.get("owner"))
    if program is None:
        raise BadPayload("an account without its program")
    parsed = values.mapping(values.mapping(row.get("data")).get("parsed"))
    info = values.mapping(parsed.get("info"))
    # Older answers leave the type out; a mint's names no holder.
    if program not in jsonrpc.TOKEN_PROGRAMS or parsed.get("type", "account") != "account" or not info:
        return ChainAccount(address=address, program=program)
    told = values.mapping(info.get("tokenAmount"))
    amount, places = values.raw_amount(told.get("amount")), values.decimals(told.get("decimals"))
    mint, owner = values.address(info.get("mint")), values.address(info.get("owner"))
    if mint is None or owner is None or amount is None or amount >= MOST_RAW:
        raise BadPayload("a token account that cannot be read")
    return ChainAccount(
        address=address, program=program, mint=mint, owner=owner, amount=amount, decimals=places
    )


def endpoints(quota: str, *, recorded: bool = False) -> tuple[Endpoint, ...]:
    """Declare what every node tells of the past and of accounts; `recorded`: there are samples."""
    return (
        Endpoint(
            capability=Capability.SIGNATURES,
            path="",
            method="POST",
            payload=signatures_payload,
            parse=parse_signatures,
            ttl_s=60,
            stale_s=600,
            quota=quota,
            needs="accounts",
            samples=("getSignaturesForAddress.json",) if recorded else (),
        ),
        Endpoint(
            capability=Capability.TRANSACTION,
            path="",
            method="POST",
            payload=transaction_payload,
            parse=parse_transaction,
            ttl_s=3_600,  # what has happened does not change, but it is much to keep
            stale_s=86_400,
            quota=quota,
            needs="query",
            samples=("getTransaction-json-v0-lookup-table.json",) if recorded else (),
        ),
        Endpoint(
            capability=Capability.ACCOUNTS,
            path="",
            method="POST",
            payload=accounts_payload,
            parse=parse_accounts,
            ttl_s=30,
            stale_s=300,
            quota=quota,
            needs="accounts",
            samples=("getTokenAccountsByOwner.json",) if recorded else (),
        ),
        Endpoint(
            capability=Capability.OWNED,
            path="",
            method="POST",
            payload=owned_payload,
            parse=parse_owned,
            ttl_s=30,
            stale_s=300,
            quota=quota,
            needs="accounts",
            samples=("getTokenAccountsByOwner.json",) if recorded else (),
        ),
        Endpoint(
            capability=Capability.BALANCE,
            path="",
            method="POST",
            payload=balance_payload,
            parse=parse_balance,
            ttl_s=15,
            stale_s=300,
            quota=quota,
            needs="accounts",
        ),
    )
