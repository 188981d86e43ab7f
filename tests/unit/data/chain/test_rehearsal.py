"""A rehearsed transfer: what a node's answer means; nothing but the token's own refusal condemns it."""

from __future__ import annotations

import base64
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.chain import rehearsal
from data.chain.rehearsal import parse_rehearsal, simulate_payload, write, written
from data.errors import BadPayload
from data.models.rehearsal import Rehearsal, Transfer, Verdict
from data.providers.base import Ask
from tests.fakes.clock import START

RECEIVING = "5vNJDLWSbJZGqn25e3S8JxSHx3B1GqLWbv3yaVHKqTRZ"
ASK = Ask(query="AQAA", accounts=(RECEIVING,), amount=1_000)
TRANSFER = Transfer(
    mint="DezXAZ8z7PnrnRJjz3wXBoRgixCa6xjnB7YaB1pPB263",
    program="TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA",
    owner="A1TMhSGzQxMr1TboBKtgixKz1sS6REASMxPo1qsyTSJd",
    account="BGocb4GEpbTFm8UFV2VsDSaBXHELPfAXrvd4vtt8QWrA",
    amount=1_000,
    decimals=5,
)


def told(error: Any = None, *, amount: int | None = 990, logs: Any = ()) -> Any:
    data = base64.b64encode(bytes(64) + (amount or 0).to_bytes(8, "little") + bytes(93)).decode()
    account = None if amount is None else {"data": [data, "base64"], "lamports": 1}
    value = {"accounts": [account], "err": error, "logs": list(logs), "unitsConsumed": 1}
    return {"jsonrpc": "2.0", "id": 1, "result": {"context": {"slot": 1}, "value": value}}


def read(body: Any, ask: Ask = ASK) -> Rehearsal:
    (found,) = parse_rehearsal(body, ask, START)
    return found


def test_what_arrives_is_read_from_the_account_that_received() -> None:
    assert read(told()) == Rehearsal(verdict=Verdict.PASSED, sent=1_000, received=990)
    assert read(told(amount=2**64 - 1)).received == 2**64 - 1


@pytest.mark.parametrize(
    ("error", "logs", "reason"),
    [
        ({"InstructionError": [1, {"Custom": 17}]}, [], "the account is frozen"),
        ({"InstructionError": [1, {"Custom": 37}]}, [], "it cannot be transferred"),
        ({"InstructionError": [1, {"Custom": 67}]}, ["x paused on this mint"], "transfers are paused"),
        (
            {"InstructionError": [1, {"Custom": 99}]},
            ["Program log: Error: Account is frozen"],
            "the account is frozen",
        ),
    ],
)
def test_the_tokens_own_refusal_is_named(error: Any, logs: list[str], reason: str) -> None:
    assert read(told(error, logs=logs)) == Rehearsal(verdict=Verdict.REFUSED, sent=1_000, reason=reason)


@pytest.mark.parametrize(
    "error",
    [
        "AccountNotFound",
        "InsufficientFundsForFee",
        "BlockhashNotFound",
        {"InsufficientFundsForRent": {"account_index": 0}},
        {"InstructionError": [0, {"Custom": 17}]},
        {"InstructionError": [1, {"Custom": 1}]},
        {"InstructionError": [1, "InvalidAccountData"]},
        {"InstructionError": [1]},
        {"InstructionError": "Custom"},
        {"InstructionError": [True, {"Custom": True}]},
        [],
        0,
    ],
)
def test_a_failure_that_says_nothing_of_the_token_condemns_nobody(error: Any) -> None:
    assert read(told(error)).verdict is Verdict.OPEN


@pytest.mark.parametrize(
    "body",
    [
        told(amount=None),
        {"result": {"context": {}, "value": {"err": None, "accounts": [{"data": ["!", "base64"]}]}}},
        {"result": {"context": {}, "value": {"err": None, "accounts": [{"data": ["AAAA", "base64"]}]}}},
        {"result": {"context": {}, "value": {"err": None, "accounts": [{"data": {"parsed": {}}}]}}},
        {"result": {"context": {}, "value": {"logs": []}}},
        {"result": {"context": {}, "value": None}},
        {"result": None},
        {},
        [],
    ],
)
def test_an_answer_that_does_not_tell_is_unreadable(body: Any) -> None:
    with pytest.raises(BadPayload):
        read(body)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda part: st.lists(part, max_size=3) | st.dictionaries(
        st.sampled_from(["InstructionError", "Custom", "data", "err", "x"]), part, max_size=3
    ),
    max_leaves=8,
)  # fmt: skip


@given(_JSON, _JSON, _JSON)
def test_no_answer_breaks_the_reader(error: Any, logs: Any, accounts: Any) -> None:
    body = {"result": {"context": {}, "value": {"err": error, "logs": logs, "accounts": accounts}}}
    try:
        found = read(body)
    except BadPayload:
        return
    assert (found.verdict is Verdict.PASSED) == (error is None)


async def test_the_transaction_is_the_holders_own_unsigned_and_told_to_the_node() -> None:
    script = await written(TRANSFER, salt=b"ours")
    assert script == await written(TRANSFER, salt=b"ours")
    assert script.receiving != (await written(TRANSFER, salt=b"theirs")).receiving
    raw = base64.b64decode(script.transaction)
    assert raw[0] == 1 and raw[1:65] == bytes(64)  # one signature, left blank
    payload = simulate_payload(Ask(query=script.transaction, accounts=(script.receiving,), amount=1))
    assert payload["method"] == "simulateTransaction"
    assert payload["params"][0] == script.transaction
    options = payload["params"][1]
    assert (options["sigVerify"], options["replaceRecentBlockhash"]) == (False, True)
    assert options["accounts"]["addresses"] == [script.receiving]
    assert rehearsal.SIMULATION.by == "accounts"


def test_an_address_that_is_none_is_refused() -> None:
    for name in ("mint", "program", "owner", "account"):
        with pytest.raises(BadPayload):
            write(replace(TRANSFER, **{name: "0OIl"}), bytes(32))
