"""The past as nodes tell it: recorded answers, both encodings, and shapes that a stranger may send."""

from __future__ import annotations

import base64
import copy
import json
from datetime import UTC, datetime
from typing import Any

import pytest

from data.chain import history, jsonrpc
from data.chain.pump import PUMP_PROGRAM
from data.chain.rpc import SOLANA_RPC
from data.errors import BadPayload, NotListed
from data.models.ids import SOL, SOL_MINT
from data.models.launch import SignaturePage, Transaction
from data.providers.base import Ask, classify
from tests.unit.data.providers.cases.solana import HELD, NOWHERE, OWNER, SIGNATURE, several
from tests.unit.data.providers.recorded import sample

NOW = datetime(2026, 5, 18, 8, 56, tzinfo=UTC)
MINT = "93NckFnFGA49ugiohaPh1jrhEHRQrmK5vAEh2LfSEEv4"
BUYER = "7zujqoQsFic14ncDYhBSVGvDnqc94rE49c1ZJCHvAtiW"
POOL = "HLnpSz9h2S4hiLQ43rnSD9XkcUThA7B8hQMKmDaiTLcC"
ACCOUNT = "HPo7vkZbwdKS5BWQLqMoLJ4E4NeEcMKEB3g5QSFfAMXF"
PARSED = "getTransaction-json-v0-lookup-table.json"
ONE = Ask(query=SIGNATURE)


def recorded() -> Any:
    return copy.deepcopy(sample("solana", PARSED))


def read(body: Any) -> Transaction:
    (found,) = history.parse_transaction(body, ONE, NOW)
    return found


def balance(place: int, raw: str, *, owner: str | None = BUYER) -> dict[str, Any]:
    row = {"accountIndex": place, "mint": MINT, "uiTokenAmount": {"amount": raw, "decimals": 6}}
    return row if owner is None else {**row, "owner": owner}


def parsed(*, pre: list[Any], post: list[Any], logs: Any = None, made: bool = False) -> Any:
    """Write a purchase in the parsed encoding: the buyer's account at 1, the pool's at 2."""
    keys = [
        {"pubkey": BUYER, "signer": True, "writable": True, "source": "transaction"},
        {"pubkey": ACCOUNT, "signer": False, "writable": True, "source": "transaction"},
        {"pubkey": POOL, "signer": False, "writable": True, "source": "lookupTable"},
    ]
    program = next(iter(jsonrpc.TOKEN_PROGRAMS))
    inner = {
        "programId": program,
        "parsed": {"type": "initializeMint2", "info": {"mint": MINT, "decimals": 6}},
    }
    result = {
        "blockTime": None,
        "slot": 375_777_791,
        "meta": {
            "err": None, "fee": 5_000,
            "preBalances": [9_000_000, 0, 5], "postBalances": [1_000_000, 2_039_280, 7],
            "preTokenBalances": pre, "postTokenBalances": post, "logMessages": logs,
            "innerInstructions": [{"index": 0, "instructions": [inner, "memo"]}] if made else None,
            "loadedAddresses": {"readonly": [], "writable": [POOL]},
        },
        "transaction": {
            "signatures": [SIGNATURE],
            "message": {"accountKeys": keys, "instructions": [{"programId": program, "parsed": "a memo"}]},
        },
        "version": 1,
    }  # fmt: skip
    return {"jsonrpc": "2.0", "id": 1, "result": result}


def test_a_recorded_transaction_is_read_with_its_looked_up_accounts() -> None:
    told = read(recorded())
    assert told.slot == 375_777_791
    assert told.at == datetime(2025, 10, 25, 20, 40, 54, tzinfo=UTC)
    assert told.signers == (BUYER,)
    assert not told.failed
    assert told.tokens == ()  # an arbitrage that did nothing
    assert [(coin.account, coin.lamports) for coin in told.coins] == [(BUYER, -5_031)]


def test_a_change_of_a_looked_up_account_is_put_down_to_its_owner() -> None:
    body = recorded()
    body["result"]["meta"]["postTokenBalances"][3]["uiTokenAmount"]["amount"] = "30292445"
    (change,) = read(body).tokens
    assert (change.account, change.owner, change.mint) == (ACCOUNT, BUYER, MINT)
    assert (change.before, change.after, change.gained) == (29_292_445, 30_292_445, 1_000_000)


def test_an_account_without_a_row_held_nothing() -> None:
    told = read(
        parsed(pre=[balance(2, "900", owner=POOL)], post=[balance(1, "100"), balance(2, "800", owner=POOL)])
    )
    assert [(change.owner, change.gained) for change in told.tokens] == [(BUYER, 100), (POOL, -100)]
    closed = read(parsed(pre=[balance(1, "100")], post=[]))
    assert [(change.owner, change.gained) for change in closed.tokens] == [(BUYER, -100)]
    nameless = read(parsed(pre=[], post=[balance(1, "100", owner=None)]))
    assert [change.owner for change in nameless.tokens] == [ACCOUNT]
    assert told.at is None
    assert told.created == ()


def test_a_mint_made_within_another_program_is_seen() -> None:
    assert read(parsed(pre=[], post=[], made=True)).created == (MINT,)
    failed = parsed(pre=[], post=[], made=True)
    failed["result"]["meta"]["err"] = {"InstructionError": [0, {"Custom": 1}]}
    assert read(failed).failed
    assert read(failed).created == ()


def test_the_launchpads_own_log_tells_the_price_and_a_cut_one_tells_nothing() -> None:
    log = sample("solana", "ws-logsNotification-pump-buy.json")["params"]["result"]["value"]["logs"]
    (trade,) = read(parsed(pre=[], post=[], logs=log)).trades
    assert trade.is_buy
    assert trade.quote > 0
    assert trade.tokens > 0
    for hostile in (None, [], ["Log truncated"], [None, 3, {}], [*log[:-5], "Log truncated"]):
        read(parsed(pre=[], post=[], logs=hostile))
    forged = [f"Program {PUMP_PROGRAM} invoke [1]", f"Program data: {base64.b64encode(b'x' * 9).decode()}"]
    assert read(parsed(pre=[], post=[], logs=forged)).trades == ()


@pytest.mark.parametrize(
    "spoil",
    [
        lambda r: r.update(meta=None),
        lambda r: r["meta"].update(postBalances=[1]),
        lambda r: r["meta"].update(postTokenBalances="none"),
        lambda r: r["meta"].pop("postTokenBalances"),
        lambda r: r["meta"].update(preTokenBalances=None),
        lambda r: r["meta"].update(postTokenBalances=[{"accountIndex": 99, "mint": MINT}]),
        lambda r: r["meta"]["postTokenBalances"][0]["uiTokenAmount"].update(amount="-1"),
        lambda r: r["meta"]["postTokenBalances"][0]["uiTokenAmount"].update(amount=str(2**64)),
        lambda r: r["meta"]["postTokenBalances"][0]["uiTokenAmount"].update(amount=None),
        lambda r: r["transaction"]["message"].update(accountKeys=[]),
        lambda r: r["transaction"]["message"].update(accountKeys=[None]),
        lambda r: r["transaction"].update(signatures=[]),
        lambda r: r.update(slot="soon"),
        lambda r: r.update(transaction=["AQ==", "base64"]),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_no_answer(spoil: Any) -> None:
    body = recorded()
    spoil(body["result"])
    with pytest.raises(BadPayload):
        read(body)


def test_an_unknown_transaction_is_not_listed_and_a_newer_version_is_said_to_be() -> None:
    with pytest.raises(NotListed):
        read({"jsonrpc": "2.0", "id": 1, "result": None})
    refused = {
        "jsonrpc": "2.0",
        "id": 1,
        "error": {"code": -32015, "message": "Transaction version (1) is not supported"},
    }
    error = classify(SOLANA_RPC, 200, refused)
    assert isinstance(error, BadPayload)
    assert "newer version" in str(error)


def test_a_history_is_read_newest_first_and_says_whether_it_begins() -> None:
    body = sample("solana", "getSignaturesForAddress.json")
    (page,) = history.parse_signatures(body, Ask(accounts=(OWNER,), limit=1_000), NOW)
    assert page.begins
    assert [(row.slot, row.at, row.failed) for row in page.rows] == [(114, None, False)]
    (full,) = history.parse_signatures(body, Ask(accounts=(OWNER,), limit=1), NOW)
    assert not full.begins
    failed = copy.deepcopy(body)
    failed["result"][0]["err"] = "AccountNotFound"
    (page,) = history.parse_signatures(failed, Ask(accounts=(OWNER,)), NOW)
    assert page.rows[0].failed
    (empty,) = history.parse_signatures({"result": []}, Ask(accounts=(OWNER,)), NOW)
    assert empty == SignaturePage(address=OWNER, rows=(), asked=200)
    for row in (
        {},
        {"signature": SIGNATURE},
        {"signature": "a b", "slot": 3},
        {"signature": SIGNATURE, "slot": -3},
        None,
    ):
        with pytest.raises(BadPayload):
            history.parse_signatures({"result": [row]}, Ask(accounts=(OWNER,)), NOW)


def test_accounts_are_told_in_the_order_asked_and_none_is_none() -> None:
    held, nothing = history.parse_accounts(several(), Ask(accounts=(HELD, NOWHERE)), NOW)
    assert (held.owner, held.amount) == (OWNER, 420_000_000_000_000)
    assert held.mint == "2cHr7QS3xfuSV8wdxo3ztuF4xbiarF6Nrgx3qpx3HzXR"
    assert nothing.address == NOWHERE
    assert nothing.program is nothing.amount is None
    with pytest.raises(BadPayload):
        history.parse_accounts(several(), Ask(accounts=(HELD,)), NOW)
    mint = sample("solana", "getAccountInfo-mint-spl-bonk.json")
    mint["result"]["value"] = [mint["result"]["value"]]
    (account,) = history.parse_accounts(mint, Ask(accounts=(SOL_MINT,)), NOW)
    assert account.program in jsonrpc.TOKEN_PROGRAMS
    assert account.owner is account.amount is None


def test_a_wallets_accounts_are_read_whole_or_not_at_all() -> None:
    body = sample("solana", "getTokenAccountsByOwner.json")
    asked = Ask(accounts=(OWNER,), tokens=(SOL,))
    (account,) = history.parse_owned(body, asked, NOW)
    assert (account.address, account.amount) == (HELD, 420_000_000_000_000)
    broken = copy.deepcopy(body)
    broken["result"]["value"].append(
        {"pubkey": NOWHERE, "account": {"owner": account.program, "data": ["", "base64"]}}
    )
    with pytest.raises(BadPayload):
        history.parse_owned(broken, asked, NOW)


def test_requests_are_written_as_nodes_take_them() -> None:
    older = history.signatures_payload(Ask(accounts=(OWNER,), query=SIGNATURE, limit=5_000))
    assert older["params"] == [OWNER, {"limit": 1_000, "commitment": "confirmed", "before": SIGNATURE}]
    assert "before" not in history.signatures_payload(Ask(accounts=(OWNER,)))["params"][1]
    one = history.transaction_payload(ONE)
    assert one["params"][1]["maxSupportedTransactionVersion"] == history.MAX_VERSION
    many = history.accounts_payload(Ask(accounts=(HELD,) * 150))
    assert len(many["params"][0]) == 100
    program = min(jsonrpc.TOKEN_PROGRAMS)
    assert history.owned_payload(Ask(accounts=(OWNER,), query=program))["params"][1] == {"programId": program}
    assert history.owned_payload(Ask(accounts=(OWNER,), tokens=(SOL,)))["params"][1] == {"mint": SOL_MINT}
    json.dumps([older, one, many])
