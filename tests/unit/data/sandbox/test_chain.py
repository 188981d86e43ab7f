from __future__ import annotations

import base64
import json
from datetime import timedelta
from typing import Any

import pytest
from solders.token.state import Mint as SplMint

from data.models.ids import SOL_MINT, USDC_MINT
from data.sandbox import layout
from data.sandbox.catalogue import BONK_MINT, PYUSD_MINT
from data.sandbox.chain import Chain
from data.sandbox.tokens import TokenProgram
from data.sandbox.world import World
from tests.unit.data.sandbox.shapes import Shape, differences, sample
from tests.unit.data.sandbox.worlds import START, named

NOBODY = "4Nd1mYvZ7T1zZC4dr8ZZm4y9vZp2LmFf8yWb6c1qLbGg"
SYSTEM = "11111111111111111111111111111111"


@pytest.fixture(scope="module")
def chain(world: World) -> Chain:
    return Chain(world)


def ask(chain: Chain, method: str, *params: object) -> Any:
    request = {"jsonrpc": "2.0", "id": 1, "method": method, "params": list(params)}
    return json.loads(json.dumps(chain.answer(json.dumps(request).encode())))


def result(chain: Chain, method: str, *params: object) -> Any:
    answer = ask(chain, method, *params)
    assert "result" in answer, answer
    return answer["result"]


def same_shape(value: Any, recorded: Any, **allowed: Any) -> None:
    assert sorted(differences(value, Shape().learn(recorded), **allowed)) == []


def test_a_mint_is_parsed_in_the_recorded_shape(world: World, chain: Chain) -> None:
    nullable = {"mintAuthority", "freezeAuthority"}
    for token in world.tokens.values():
        answer = ask(chain, "getAccountInfo", token.mint, {"encoding": "jsonParsed"})
        if token.program is TokenProgram.SPL:
            same_shape(answer, sample("solana/getAccountInfo-mint-spl-bonk"), nullable=nullable)
        info = answer["result"]["value"]["data"]["parsed"]["info"]
        assert info["decimals"] == token.decimals
        assert info["mintAuthority"] == token.mint_authority
        assert info["freezeAuthority"] == token.freeze_authority
        assert info["supply"] == str(0 if token.mint == SOL_MINT else token.supply)
        assert answer["result"]["value"]["owner"] == token.program.value


def test_a_taxed_mint_is_parsed_in_the_recorded_shape(world: World, chain: Chain) -> None:
    answer = ask(chain, "getAccountInfo", named(world, "TITHE").mint, {"encoding": "jsonParsed"})
    value = answer["result"]["value"]
    same_shape(
        {**value["data"]["parsed"]["info"]["extensions"][0]},
        sample("solana/getAccountInfo-mint-token2022-transferFee-flux")["result"]["value"]["data"]["parsed"][
            "info"
        ]["extensions"][0],
        nullable={"transferFeeConfigAuthority", "withdrawWithheldAuthority"},
    )
    assert value["data"]["program"] == "spl-token-2022"
    assert value["space"] == value["data"]["space"] > 278


def test_extensions_carry_the_names_and_keys_that_a_node_prints(chain: Chain) -> None:
    recorded = {each["extension"]: each["state"] for each in sample("solana/mint-extensions-pyusd-fragment")}
    value = result(chain, "getAccountInfo", PYUSD_MINT, {"encoding": "jsonParsed"})["value"]
    ours = {each["extension"]: each["state"] for each in value["data"]["parsed"]["info"]["extensions"]}
    assert set(ours) == set(recorded) - {"confidentialTransferMint"}
    assert all(set(recorded[name]) <= set(state) for name, state in ours.items())
    assert ours["transferHook"]["programId"] is None


def test_the_bytes_and_the_parsed_form_say_the_same(world: World, chain: Chain) -> None:
    for token in world.tokens.values():
        told = result(chain, "getAccountInfo", token.mint, {"encoding": "base64"})["value"]
        data = base64.b64decode(told["data"][0])
        parsed = result(chain, "getAccountInfo", token.mint, {"encoding": "jsonParsed"})["value"]
        info = parsed["data"]["parsed"]["info"]
        by_library = SplMint.from_bytes(data[: layout.MINT_SPACE])
        assert told["space"] == len(data) == parsed["space"]
        assert str(by_library.supply) == info["supply"]
        assert by_library.decimals == info["decimals"]
        assert (by_library.mint_authority and str(by_library.mint_authority)) == info["mintAuthority"]
        assert (by_library.freeze_authority and str(by_library.freeze_authority)) == info["freezeAuthority"]
        assert layout.mint_json(data) == parsed["data"]["parsed"]


def test_supplies_and_largest_accounts_have_the_recorded_shape(world: World, chain: Chain) -> None:
    supply = ask(chain, "getTokenSupply", BONK_MINT)
    same_shape(supply["result"], sample("solana/getTokenSupply-bonk")["result"])
    assert supply["result"]["value"]["uiAmountString"] == "87994713435828.88521"
    largest = ask(chain, "getTokenLargestAccounts", BONK_MINT)
    same_shape(largest["result"], sample("solana/getTokenLargestAccounts")["result"], extra={"apiVersion"})
    rows = largest["result"]["value"]
    amounts = [int(row["amount"]) for row in rows]
    assert len(rows) == 20
    assert amounts == sorted(amounts, reverse=True)
    assert [row["address"] for row in rows] == [holder.account for holder in world.top_holders(BONK_MINT)]


def test_largest_accounts_lead_to_their_owners(world: World, chain: Chain) -> None:
    token = named(world, "SWARM")
    rows = result(chain, "getTokenLargestAccounts", token.mint)["value"]
    keys = [row["address"] for row in rows]
    accounts = result(chain, "getMultipleAccounts", [*keys, NOBODY], {"encoding": "jsonParsed"})["value"]
    assert accounts[-1] is None
    recorded = sample("solana/getTokenAccountsByOwner")["result"]["value"][0]["account"]
    for account, holder in zip(accounts[:-1], world.top_holders(token.mint), strict=True):
        same_shape(account, recorded, extra={"type"})
        assert account["data"]["parsed"]["info"]["owner"] == holder.owner
        assert account["data"]["parsed"]["info"]["mint"] == token.mint


def test_a_frozen_default_leaves_buyers_frozen(world: World, chain: Chain) -> None:
    rows = result(chain, "getTokenLargestAccounts", named(world, "TRAP").mint)["value"]
    keys = [row["address"] for row in rows]
    accounts = result(chain, "getMultipleAccounts", keys, {"encoding": "jsonParsed"})["value"]
    states = [account["data"]["parsed"]["info"]["state"] for account in accounts]
    assert "frozen" in states
    assert "initialized" in states


def test_pool_vaults_follow_the_reserves() -> None:
    world = World(7, START)
    chain = Chain(world)
    gem = named(world, "GEM")
    vault = next(holder.account for holder in world.top_holders(gem.mint) if holder.pool is not None)

    def held() -> int:
        rows = result(chain, "getTokenLargestAccounts", gem.mint)["value"]
        return next((int(row["amount"]) for row in rows if row["address"] == vault), 0)

    before = held()
    world.advance(START + timedelta(hours=1))
    result(chain, "getTokenLargestAccounts", gem.mint)
    assert before > 10**12
    assert held() < before / 1_000


def test_native_sol_is_wrapped_with_its_lamports(chain: Chain) -> None:
    row = result(chain, "getTokenLargestAccounts", SOL_MINT)["value"][0]
    account = result(chain, "getAccountInfo", row["address"], {"encoding": "jsonParsed"})["value"]
    assert account["data"]["parsed"]["info"]["isNative"] is True
    assert account["lamports"] == int(row["amount"]) + 2_039_280


def test_the_chain_moves_with_the_world() -> None:
    world = World(7, START)
    chain = Chain(world)
    before = {m: result(chain, m) for m in ("getSlot", "getBlockHeight")}
    world.advance(START + timedelta(minutes=10))
    assert result(chain, "getSlot") == before["getSlot"] + 1_500
    assert result(chain, "getBlockHeight") == before["getBlockHeight"] + 1_500
    epoch = result(chain, "getEpochInfo")
    assert epoch["epoch"] == epoch["absoluteSlot"] // epoch["slotsInEpoch"]
    assert epoch["slotIndex"] == epoch["absoluteSlot"] % epoch["slotsInEpoch"]
    latest = result(chain, "getLatestBlockhash")["value"]
    assert latest["lastValidBlockHeight"] == result(chain, "getBlockHeight") + 150


def test_a_mint_of_the_last_seconds_is_not_indexed_yet() -> None:
    world = World(7, START)
    chain = Chain(world)
    known = set(world.tokens)
    while set(world.tokens) == known:
        world.advance(world.now + timedelta(seconds=3))
    young = next(mint for mint in world.tokens if mint not in known)
    refused = ask(chain, "getTokenLargestAccounts", young)
    assert refused == sample("solana/error-not-a-token-mint")
    world.advance(world.now + timedelta(seconds=10))
    assert result(chain, "getTokenLargestAccounts", young)["value"]


def test_small_questions_are_answered(chain: Chain) -> None:
    assert result(chain, "getHealth") == "ok"
    assert set(result(chain, "getVersion")) == {"solana-core", "feature-set"}
    assert result(chain, "getBalance", NOBODY)["value"] == 0
    assert result(chain, "getBalance", USDC_MINT)["value"] == 1_461_600
    assert result(chain, "getMinimumBalanceForRentExemption", 165) == 2_039_280
    assert result(chain, "getAccountInfo", NOBODY)["value"] is None
    assert result(chain, "getAccountInfo", BONK_MINT)["value"]["data"][1] == "base58"


@pytest.mark.parametrize(
    ("method", "params", "code"),
    [
        ("getNothing", [], -32601),
        ("getAccountInfo", [], -32602),
        ("getAccountInfo", ["not an address"], -32602),
        ("getAccountInfo", [17], -32602),
        ("getAccountInfo", [BONK_MINT, {"encoding": "morse"}], -32602),
        ("getMultipleAccounts", [BONK_MINT], -32602),
        ("getMultipleAccounts", [[BONK_MINT] * 101], -32602),
        ("getTokenSupply", [NOBODY], -32602),
        ("getTokenSupply", [SYSTEM], -32602),
        ("getTokenLargestAccounts", [SYSTEM], -32602),
        ("getMinimumBalanceForRentExemption", ["many"], -32602),
        ("getAccountInfo", [PYUSD_MINT, {"encoding": "base58"}], -32600),
    ],
)
def test_mistakes_are_refused_with_the_nodes_codes(
    chain: Chain, method: str, params: list[object], code: int
) -> None:
    answer = ask(chain, method, *params)
    assert set(answer) == {"jsonrpc", "error", "id"}
    assert answer["error"]["code"] == code


def test_batches_are_answered_in_order_and_nonsense_is_refused(chain: Chain) -> None:
    batch = [
        {"jsonrpc": "2.0", "id": 7, "method": "getSlot"},
        {"jsonrpc": "2.0", "id": "x", "method": "getNothing"},
        3,
    ]
    answers: Any = chain.answer(json.dumps(batch).encode())
    assert [each["id"] for each in answers] == [7, "x", None]
    assert [each.get("error", {}).get("code") for each in answers] == [None, -32601, -32600]
    for nonsense, code in ((b"{", -32700), (b"\xff", -32700), (b"[]", -32600), (b"3", -32600)):
        answer: Any = chain.answer(nonsense)
        assert answer["error"]["code"] == code
        assert answer["id"] is None
