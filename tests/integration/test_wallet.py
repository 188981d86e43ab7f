"""Wallets on the practice market, asked about in a chat: what is told of them is what they hold and did."""

from __future__ import annotations

from collections.abc import AsyncIterator
from fractions import Fraction
from pathlib import Path

import pytest

from config.settings import SandboxSettings
from core.wallets.moves import DOLLARS
from core.wallets.report import WalletReport
from core.wallets.service import WalletReports
from data.models.chat import Level
from data.models.ids import SOL_MINT, Platform
from data.models.wallets import WalletSpan
from data.ports import Deadline
from data.sandbox import seeds, wallets
from data.sandbox.catalogue import BONK_MINT
from data.sandbox.holders import Role
from data.sandbox.world import World
from tests.integration.scene import HOSTILE, Person, Scene, button, buttons, group, label, stage, words

SEED = 11
QUICK = SandboxSettings(seed=SEED, latency_ms=(0, 1))
KEYLESS = SandboxSettings(
    seed=SEED, latency_ms=(0, 1), faults="birdeye=500,solscan=500,helius=500,gmgn=500,goplus=500"
)
NOBODY = "4Nd1mYvZ7T1zZC4dr8ZZm4y9vZp2LmFf8yWb6c1qLbGg"
PROGRAM = "TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA"
QUIET = 3_500  # a trader of few trades, all of which can be read


def trader(number: int) -> str:
    return seeds.address(SEED, "trader", number)


def world_of(scene: Scene) -> World:
    assert scene.app.sandbox is not None
    return scene.app.sandbox.world


async def report(scene: Scene, wallet: str, span: WalletSpan = WalletSpan.D7) -> WalletReport:
    reports = scene.app.services[WalletReports]
    async for told in reports.look(wallet, span, Deadline.after(scene.clock, 20)):
        last = told
    return last


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    async with stage(tmp_path, sandbox=QUICK) as scene:
        yield scene


@pytest.fixture
async def keyless(tmp_path: Path) -> AsyncIterator[Scene]:
    async with stage(tmp_path, sandbox=KEYLESS) as scene:
        yield scene


def realised(world: World, number: int, since_s: float, only: set[str]) -> dict[str, Fraction]:
    """Work out by hand what a trader's sales for SOL earned, pro rata of what it had bought."""
    found: dict[str, Fraction] = {}
    for mint in only:
        known, unknown, cost, gained = Fraction(0), Fraction(0), Fraction(0), Fraction(0)
        held = 0
        for swap in wallets.swaps(world, number, mint):
            before, held = max(held, -swap.base), max(held, -swap.base) + swap.base
            if swap.at_s < since_s:
                continue
            unknown += max(0, before - known - unknown)
            if swap.base > 0:
                known, cost = known + swap.base, cost - swap.quote
                continue
            part = Fraction(-swap.base) / (known + unknown)
            gained += Fraction(swap.quote) * known / (known + unknown) - cost * part
            known, unknown, cost = known * (1 - part), unknown * (1 - part), cost * (1 - part)
        found[mint] = gained
    return found


async def test_a_trader_holds_and_did_what_the_market_says_without_any_key(keyless: Scene) -> None:
    world, wallet = world_of(keyless), trader(QUIET)
    told = await report(keyless, wallet)
    assert told.held is not None
    assert told.history is not None
    assert told.ledger is not None
    assert told.sources == ("solana",)
    held = {each.token.mint: each.amount for each in wallets.holdings(world, wallet)}
    assert {row.mint: row.amount for row in told.held.holdings if row.mint != SOL_MINT} == held
    assert [row.amount for row in told.held.holdings if row.mint == SOL_MINT] == [
        wallets.stock(world, wallet)
    ]
    since_s = world.since_epoch(told.history.start)
    swaps = [swap for swap in wallets.swaps(world, QUIET) if swap.at_s >= since_s - 1]
    traded = [swap for swap in swaps if swap.pool.base not in {SOL_MINT, *DOLLARS}]
    assert len(traded) > 10
    assert told.ledger.buys == sum(swap.base > 0 for swap in traded)
    assert told.ledger.sells == sum(swap.base < 0 for swap in traded)


async def test_what_it_earned_is_what_its_trades_come_to(scene: Scene) -> None:
    """Of tokens that are traded for SOL alone, to a lamport a trade; dollars are turned by bars."""
    world = world_of(scene)
    sold = 0
    for number in (QUIET, 3_200, 2_900, 2_000):
        told = await report(scene, trader(number))
        assert told.history is not None
        assert told.ledger is not None
        if not told.history.whole:
            continue
        since_s = world.since_epoch(told.history.since)
        only = {
            each.mint for each in told.ledger.positions
            if all(pool.quote == SOL_MINT for pool in world.pools_of(each.mint))
        }  # fmt: skip
        by_hand = realised(world, number, since_s, only)
        for mint in only:
            position = told.ledger.of(mint)
            assert position is not None
            assert abs(position.realised - by_hand[mint]) <= 2 * (position.buys + position.sells)
            sold += position.sells
    assert sold >= 20


async def test_the_command_shows_first_what_is_held_then_what_was_done(scene: Scene) -> None:
    someone = await scene.member()
    reply = await scene.say(someone, f"/wallet {trader(QUIET)} 30d")
    told = words(reply)
    assert reply.error == ""
    assert told.startswith("Wallet · 30 days")
    assert "Holds\n" in told
    assert "unproven" in told or "unknown: no position" in told
    assert "birdeye reckons" in told
    for name in ("the chain", "birdeye", "solscan"):
        assert name in reply.footer.plain
    other = await scene.press(someone, button(reply, "1d"))
    assert words(other).startswith("Wallet · 24 hours")
    card = await scene.press(someone, buttons(reply)[-1])
    assert card.error == ""


async def test_a_creator_is_called_one_and_what_left_unseen_is_named(scene: Scene) -> None:
    world = world_of(scene)
    token = next(each for each in world.tokens.values() if each.symbol == "GEM")
    assert token.creator is not None
    someone = await scene.member()
    told = words(await scene.say(someone, f"/wallet {token.creator} 30d"))
    assert "creator · made 3 tokens" in told
    assert "its book says it holds more than it does" in told
    insider = next(
        each.owner for kind in world.tokens.values() for each in world.named_holders(kind.mint)
        if each.role is Role.INSIDER and each.amount
    )  # fmt: skip
    held = (await report(scene, insider)).held
    assert held is not None
    assert len(held.holdings) == 2  # its SOL, and the token


async def test_what_is_no_wallet_is_said_to_be_what_it_is(scene: Scene) -> None:
    world, someone = world_of(scene), await scene.member()
    token = world.tokens[BONK_MINT]
    account = next(each.account for each in world.named_holders(token.mint) if each.role is Role.OTHER)
    await scene.say(someone, f"/holders {token.mint}")  # whose account it is enters the node with its token
    for address, what in (
        (token.mint, "is a token"),
        (token.pools[0].address, "is an account of a program, such as a pool"),
        (account, "is a token account"),
        (PROGRAM, "is a program"),
    ):
        scene.wait(60)
        reply = await scene.say(someone, f"/wallet {address}")
        assert reply.error == "not a wallet", address
        assert what in words(reply)
    scene.wait(60)
    reply = await scene.say(someone, f"/wallet {token.pools[0].address}")
    card = await scene.press(someone, button(reply, "Token card"))
    assert card.error == ""
    assert "BONK" in card.title.plain.upper()


async def test_nobodys_address_is_no_error_and_nothing_is_made_up(scene: Scene) -> None:
    someone = await scene.member()
    told = words(await scene.say(someone, f"/wallet {NOBODY}"))
    assert "Nothing is known of it" in told
    assert "Realised: no sales" in told
    assert "Unrealised: unknown" in told


async def test_sources_that_fail_are_named_and_the_rest_stands(tmp_path: Path) -> None:
    async with stage(
        tmp_path, sandbox=SandboxSettings(seed=SEED, latency_ms=(0, 1), faults="solana=500,serum=500")
    ) as scene:
        someone = await scene.member()
        told = words(await scene.say(someone, f"/wallet {trader(QUIET)}"))
        assert "helius" in told
        assert "Holds\n" in told
    async with stage(
        tmp_path / "dark",
        sandbox=SandboxSettings(
            seed=SEED, latency_ms=(0, 1), faults="solana=500,serum=500,helius=500,birdeye=500,solscan=500"
        ),
    ) as scene:
        someone = await scene.member()
        reply = await scene.say(someone, f"/wallet {trader(QUIET)}")
        told = words(reply)
        assert "Missing: " in told
        assert "What it did is unknown: no node tells its history." in told
        assert "Worth: unknown" in told


@pytest.mark.parametrize(
    "said", [*HOSTILE, "$BONK", "0x6982508145454ce325ddbe47a25d4ec3d2311933", f"{NOBODY} 2y", ""]
)
async def test_what_is_no_address_is_refused_with_a_way_on(scene: Scene, said: str) -> None:
    someone = await scene.member()
    reply = await scene.say(someone, f"/wallet {said[:600]}")
    assert reply.error == "bad argument", said
    assert "/wallet" in words(reply)


async def test_members_ask_in_groups_too_and_guests_do_not(scene: Scene) -> None:
    someone, guest = await scene.member(), Person()
    chat = group(Platform.TELEGRAM)
    shown = await scene.say(someone, f"/wallet {trader(QUIET)}", chat)
    assert shown.error == ""
    assert label(buttons(shown)[0]) == "1d"
    refused = await scene.say(guest, f"/wallet {trader(QUIET)}")
    assert refused.error == "not allowed"
    assert (await scene.known(someone)).level is Level.MEMBER
