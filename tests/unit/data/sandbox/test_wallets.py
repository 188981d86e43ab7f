"""Wallets of the practice market: what the node lists, opens and holds of one are the same thing."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta

import pytest

from data.models.ids import SOL_MINT
from data.models.launch import Transaction
from data.sandbox import seeds, wallets
from data.sandbox.chain import Chain
from data.sandbox.holders import Role
from data.sandbox.tokens import SYSTEM_PROGRAM, TokenProgram
from data.sandbox.world import World
from tests.unit.data.sandbox.test_history import NOBODY, ask, page, transaction
from tests.unit.data.sandbox.worlds import START, named

SEED = 7
TRADERS = (0, 1_800, 2_500)


@pytest.fixture(scope="module")
def chain(world: World) -> Chain:
    return Chain(world)


def trader(number: int, seed: int = SEED) -> str:
    return seeds.address(seed, "trader", number)


def held(chain: Chain, wallet: str) -> dict[str, int]:
    """Ask the node what a wallet holds, token by token."""
    found: dict[str, int] = {}
    for program in TokenProgram:
        chosen = {"programId": program.value}
        told = ask(chain, "getTokenAccountsByOwner", wallet, chosen, {"encoding": "jsonParsed"})
        for row in told["result"]["value"]:
            info = row["account"]["data"]["parsed"]["info"]
            assert info["owner"] == wallet
            found[info["mint"]] = int(info["tokenAmount"]["amount"])
    return found


def opened(chain: Chain, wallet: str) -> list[Transaction]:
    return [transaction(chain, row.signature) for row in reversed(page(chain, wallet).rows)]


@pytest.mark.parametrize("number", TRADERS[1:])
def test_a_traders_transactions_lead_to_what_it_holds(chain: Chain, number: int) -> None:
    wallet = trader(number)
    left: defaultdict[str, int] = defaultdict(int)
    for each in opened(chain, wallet):
        for change in each.tokens:
            if change.owner == wallet:
                assert change.mint != SOL_MINT, "the chain's own coin is no token"
                assert 0 <= left[change.mint] <= change.before, "what comes from elsewhere only adds"
                left[change.mint] = change.after
    assert dict(left) == held(chain, wallet)


@pytest.mark.parametrize("number", TRADERS)
def test_a_wallet_is_an_account_of_the_system_with_what_its_last_signature_left_it(
    chain: Chain, number: int
) -> None:
    wallet = trader(number)
    balance = ask(chain, "getBalance", wallet)["result"]["value"]
    shown = ask(chain, "getMultipleAccounts", [wallet], {"encoding": "jsonParsed"})["result"]["value"][0]
    assert (shown["owner"], shown["lamports"]) == (SYSTEM_PROGRAM, balance)
    newest = page(chain, wallet, 1).rows[0].signature
    options = {"encoding": "jsonParsed", "maxSupportedTransactionVersion": 0}
    told = ask(chain, "getTransaction", newest, options)["result"]
    keys = [key["pubkey"] for key in told["transaction"]["message"]["accountKeys"]]
    assert told["meta"]["postBalances"][keys.index(wallet)] == balance


def test_a_trader_swaps_what_the_pools_tell(world: World) -> None:
    pool = named(world, "SWARM").pools[0]
    for trade in world.trades(pool, 20):
        (swap,) = (
            each for each in wallets.swaps(world, trade.number, pool.base)
            if each.pool == pool and abs((world.moment(each.at_s) - trade.at).total_seconds()) < 1e-5
        )  # fmt: skip
        assert trader(trade.number) == trade.trader
        assert (swap.base > 0) == trade.is_buy == (swap.quote < 0)
        unit = 10 ** world.tokens[pool.base].decimals
        assert abs(swap.base) / unit == pytest.approx(trade.base_amount, rel=1e-6, abs=2 / unit)


def test_who_asks_first_changes_nothing_and_time_only_adds() -> None:
    moving, wallet = World(SEED, START), trader(3_000)
    chain = Chain(moving)
    before = page(chain, wallet).rows
    told = [transaction(chain, row.signature) for row in before[:8]]
    moving.advance(START + timedelta(hours=6))
    late = Chain(moving)
    held(late, wallet)
    after = page(late, wallet).rows
    assert after[-len(before) :] == before
    assert len(after) > len(before)
    assert [transaction(late, row.signature) for row in before[:8]] == told


def test_an_insider_and_a_creator_hold_what_the_world_says(world: World, chain: Chain) -> None:
    token = named(world, "SWARM")
    for holder in world.named_holders(token.mint):
        if holder.role in {Role.INSIDER, Role.CREATOR}:
            assert held(chain, holder.owner)[token.mint] == holder.amount
            assert any(
                change.mint == token.mint and change.owner == holder.owner
                for each in opened(chain, holder.owner)
                for change in each.tokens
            )


def test_a_pool_is_a_programs_account_and_nobody_is_none(world: World, chain: Chain) -> None:
    pool = named(world, "SWARM").pools[0]
    told = ask(chain, "getMultipleAccounts", [pool.address, NOBODY], {"encoding": "jsonParsed"})
    there, nobody = told["result"]["value"]
    assert there["owner"] not in {SYSTEM_PROGRAM, TokenProgram.SPL.value}
    assert nobody is None
    assert ask(chain, "getBalance", NOBODY)["result"]["value"] == 0
    assert page(chain, NOBODY).rows == ()
    assert not wallets.known(world, NOBODY)
    assert not wallets.known(world, "no address at all")
