"""The past of the practice market as its node tells it: whole, in order, the same whoever asks."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

import pytest

from data.chain import history
from data.models.launch import SignaturePage, Transaction
from data.providers.base import Ask
from data.sandbox import openings
from data.sandbox.catalogue import BONK_MINT
from data.sandbox.chain import Chain
from data.sandbox.holders import Role
from data.sandbox.tokens import Kind, Token
from data.sandbox.world import World
from tests.unit.data.sandbox.shapes import Shape, differences, sample
from tests.unit.data.sandbox.worlds import START, named, of_kind

NOBODY = "4Nd1mYvZ7T1zZC4dr8ZZm4y9vZp2LmFf8yWb6c1qLbGg"
PARSED = {"encoding": "jsonParsed", "maxSupportedTransactionVersion": 0}


@pytest.fixture(scope="module")
def chain(world: World) -> Chain:
    return Chain(world)


def ask(chain: Chain, method: str, *params: object) -> Any:
    request = {"jsonrpc": "2.0", "id": 1, "method": method, "params": list(params)}
    return json.loads(json.dumps(chain.answer(json.dumps(request).encode())))


def page(chain: Chain, address: str, limit: int = 1_000, before: str = "") -> SignaturePage:
    asked = Ask(accounts=(address,), limit=limit, query=before)
    answer = json.loads(json.dumps(chain.answer(json.dumps(history.signatures_payload(asked)).encode())))
    (found,) = history.parse_signatures(answer, asked, START)
    return found


def transaction(chain: Chain, signature: str) -> Transaction:
    asked = Ask(query=signature)
    answer = json.loads(json.dumps(chain.answer(json.dumps(history.transaction_payload(asked)).encode())))
    (found,) = history.parse_transaction(answer, asked, START)
    return found


def first_of(chain: Chain, token: Token, count: int = 15) -> list[Transaction]:
    """Open a token's first transactions, oldest first."""
    last = page(chain, token.mint)
    rows = last.rows
    while not last.begins:
        last = page(chain, token.mint, before=rows[-1].signature)
        rows += last.rows
    oldest = [row for row in reversed(rows) if not row.failed][:count]
    return [transaction(chain, row.signature) for row in oldest]


def test_pages_of_any_size_make_the_whole_history(world: World, chain: Chain) -> None:
    token = named(world, "EGG")
    whole = page(chain, token.mint).rows
    assert whole[-1].signature == openings.opening(world, token)[0].signature
    for size in (1, 7, 100):
        pieces, before = [], ""
        while True:
            piece = page(chain, token.mint, size, before)
            pieces += piece.rows
            if piece.begins:
                break
            before = piece.rows[-1].signature
        assert tuple(pieces) == whole
    assert len({row.signature for row in whole}) == len(whole)
    assert [row.slot for row in whole] == sorted((row.slot for row in whole), reverse=True)
    assert all(row.at is not None and token.created_at <= row.at + timedelta(seconds=1) for row in whole)
    assert page(chain, token.pools[0].address).rows == whole


def test_the_order_of_asking_changes_no_transaction(world: World) -> None:
    token = named(world, "SWARM")
    one, other = Chain(world), Chain(world)
    for each in reversed(list(world.tokens.values())[-20:]):
        page(other, each.mint, 50)
    told = first_of(one, token)
    assert told == first_of(other, token)
    for each in told[1:]:
        (wallet, *_) = each.signers
        assert page(one, wallet).rows[-1] == page(other, wallet).rows[-1]


def test_rows_and_transactions_have_the_recorded_shape(world: World, chain: Chain) -> None:
    row = ask(chain, "getSignaturesForAddress", named(world, "SWARM").mint, {"limit": 1})["result"][0]
    recorded = sample("solana/getSignaturesForAddress")["result"][0]
    assert sorted(differences(row, Shape().learn(recorded), nullable={"blockTime", "err"})) == [
        "blockTime: int instead of null"
    ] or set(row) == set(recorded)
    told = ask(chain, "getTransaction", row["signature"], PARSED)["result"]
    other = sample("solana/getTransaction-json-v0-lookup-table")["result"]
    assert set(other) - set(told) <= {"version"}
    assert set(other["meta"]) - set(told["meta"]) <= {"costUnits", "loadedAddresses"}
    assert set(told["meta"]) <= set(other["meta"])
    assert len(told["meta"]["preBalances"]) == len(told["transaction"]["message"]["accountKeys"])
    assert min(told["meta"]["preBalances"] + told["meta"]["postBalances"]) >= 0


@pytest.mark.parametrize("kind", [Kind.BUNDLED, Kind.HEALTHY, Kind.BONDING_CURVE, Kind.LIQUIDITY_PULL])
def test_a_token_opens_as_its_kind_does(world: World, chain: Chain, kind: Kind) -> None:
    for token in [each for each in of_kind(world, kind) if each.created_at > world.epoch][:3]:
        creation, *bought = first_of(chain, token)
        assert creation.created == (token.mint,)
        assert creation.signers == (token.creator, token.mint)
        at_once = {signer for each in bought if each.slot == creation.slot for signer in each.signers}
        held = {each.owner: each.amount for each in world.named_holders(token.mint)}
        insiders = {each.owner for each in world.named_holders(token.mint) if each.role is Role.INSIDER}
        assert at_once == insiders
        assert bool(insiders) is (kind is Kind.BUNDLED)
        for each in bought:
            for change in each.tokens:
                if change.owner in insiders:
                    assert 0 < held[change.owner] <= change.gained  # what is missing was sold


def test_insiders_have_their_sol_from_one_hand_and_the_others_from_many(world: World, chain: Chain) -> None:
    token = named(world, "SWARM")
    creation, *bought = first_of(chain, token)
    funders: dict[bool, set[str]] = {True: set(), False: set()}
    for each in bought:
        for signer in each.signers:
            first = page(chain, signer).rows[-1]
            funding = transaction(chain, first.signature)
            assert {coin.account for coin in funding.coins} == {*funding.signers, signer}
            assert first.at is not None
            young = token.created_at - first.at < timedelta(days=1)
            assert young is (each.slot == creation.slot)
            funders[young] |= set(funding.signers)
    assert len(funders[True]) == 1
    assert not funders[True] & funders[False]


def test_what_nobody_did_is_not_there(world: World, chain: Chain) -> None:
    assert page(chain, NOBODY).rows == ()
    unknown = page(chain, named(world, "SWARM").mint).rows[0].signature
    assert ask(Chain(world), "getTransaction", unknown, PARSED)["result"] is None
    creation = openings.opening(world, named(world, "SWARM"))[0].signature
    assert ask(Chain(world), "getTransaction", creation, PARSED)["result"]["slot"] == world.slot_at(
        named(world, "SWARM").created_at
    )
    assert openings.opening(world, world.tokens[BONK_MINT]) == ()


def test_a_failed_transaction_is_listed_and_did_nothing(world: World, chain: Chain) -> None:
    failed = [row for row in page(chain, named(world, "EGG").mint).rows if row.failed]
    (only,) = failed
    told = transaction(chain, only.signature)
    assert told.failed
    assert told.tokens == ()


def test_a_launch_of_this_moment_shows_what_has_happened_so_far() -> None:
    world = World(7, START)
    known = set(world.tokens)
    while set(world.tokens) == known:
        world.advance(world.now + timedelta(minutes=5))
    young = world.tokens[next(mint for mint in world.tokens if mint not in known)]

    def events(at: datetime) -> int:
        world.advance(at)
        return len(openings.opening(world, young))

    first = len(openings.opening(world, young))
    assert events(world.now + timedelta(hours=1)) >= first > 0


@pytest.mark.parametrize(
    ("method", "params", "code"),
    [
        ("getSignaturesForAddress", [], -32602),
        ("getSignaturesForAddress", ["x"], -32602),
        ("getSignaturesForAddress", [NOBODY, 3], -32602),
        ("getSignaturesForAddress", [NOBODY, {"limit": 1_001}], -32602),
        ("getSignaturesForAddress", [BONK_MINT, {"before": "x"}], -32602),
        ("getTransaction", [], -32602),
        ("getTransaction", [NOBODY, PARSED], -32602),
        ("getTransaction", ["5" * 88, {"encoding": "json"}], -32602),
        ("getTransaction", ["5" * 87, {"encoding": "jsonParsed"}], -32015),
        ("getTokenAccountsByOwner", [NOBODY], -32602),
        ("getTokenAccountsByOwner", [NOBODY, {"mint": NOBODY}], -32602),
    ],
)
def test_mistakes_are_refused_with_the_nodes_codes(
    chain: Chain, method: str, params: list[object], code: int
) -> None:
    assert ask(chain, method, *params)["error"]["code"] == code


def test_a_wallets_accounts_are_those_that_the_world_knows(world: World, chain: Chain) -> None:
    token = named(world, "SWARM")
    creator = next(each for each in world.named_holders(token.mint) if each.role is Role.CREATOR)
    for chosen in ({"mint": token.mint}, {"programId": token.program.value}):
        rows = ask(chain, "getTokenAccountsByOwner", creator.owner, chosen, {"encoding": "jsonParsed"})[
            "result"
        ]
        (row,) = rows["value"]
        assert row["pubkey"] == creator.account
        assert row["account"]["data"]["parsed"]["info"]["tokenAmount"]["amount"] == str(creator.amount)
