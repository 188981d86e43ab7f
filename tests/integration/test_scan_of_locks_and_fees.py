"""The scan on the practice market: who keeps the liquidity until when, and what a transfer will cost."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from config.settings import SandboxSettings
from data.sandbox.tokens import Token
from handlers.reply import Reply
from tests.integration.scene import Person, Scene, stage, words

ALICE = Person()


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    async with stage(tmp_path, sandbox=SandboxSettings(seed=11, latency_ms=(0, 1))) as scene:
        yield scene


def coin(scene: Scene, symbol: str) -> Token:
    assert scene.app.sandbox is not None
    (found,) = (each for each in scene.app.sandbox.world.tokens.values() if each.symbol == symbol)
    return found


async def scanned(scene: Scene, symbol: str, command: str = "s") -> Reply:
    return await scene.say(ALICE, f"/{command} {coin(scene, symbol).mint}")


def row(reply: Reply, start: str) -> str:
    """Find a finding by how it begins, without the sign before it."""
    (found,) = (line for line in words(reply).splitlines() if line[2:].startswith(start))
    return found


async def test_the_card_names_the_locker_with_its_share_and_its_day(scene: Scene) -> None:
    until = coin(scene, "MOCHI").pools[0].lp_locks[0].until
    said = row(await scanned(scene, "MOCHI"), "LP locked or burned")
    assert said.startswith(
        f"✓ LP locked or burned: 100 % (40.0 % burned, 60.0 % with Streamflow until {until:%d %b %Y}) ("
    )
    assert "rugcheck" in said.rpartition("(")[2]
    card = words(await scanned(scene, "GRUMP", "t"))
    assert "LP locked: 100 %, 40.0 % burned, with UNCX" in card


async def test_a_lock_that_ends_within_days_or_has_ended_keeps_a_token_from_being_clear(scene: Scene) -> None:
    soon = await scanned(scene, "TACO")
    assert row(soon, "Jupiter Lock's lock ends soon: 60.0 % of the liquidity").startswith("!")
    ended = await scanned(scene, "NOODLE")
    assert row(ended, "Streamflow's lock has ended: 60.0 % of the liquidity").startswith("!")
    assert row(ended, "LP locked or burned").startswith("! LP locked or burned: 100 % (40.0 % burned")
    assert "60.0 % no longer locked: it can be pulled" in row(ended, "LP locked or burned")
    for reply in (soon, ended):
        assert "CLEAR" not in words(reply)


async def test_who_can_pull_all_of_it_is_said(scene: Scene) -> None:
    said = row(await scanned(scene, "GEM"), "LP locked or burned")
    assert said.startswith("! LP locked or burned: 0 %; 100 % in ordinary wallets: it can be pulled")


async def test_where_the_scanners_are_silent_what_is_locked_is_unknown(tmp_path: Path) -> None:
    faults = "rugcheck=500,goplus=500,raydium=500"
    sandbox = SandboxSettings(seed=11, latency_ms=(0, 1), faults=faults)
    async with stage(tmp_path, sandbox=sandbox) as scene:
        said = row(await scanned(scene, "MOCHI"), "LP locked or burned")
    assert said == "? LP locked or burned: unknown"


async def test_a_fee_that_is_not_in_force_yet_is_told_as_one_to_come_and_weighs(scene: Scene) -> None:
    assert scene.app.sandbox is not None
    world, state = scene.app.sandbox.world, coin(scene, "TOLL").extension("transferFeeConfig")
    assert state is not None
    newer = state["newerTransferFee"]
    assert isinstance(newer, dict)
    assert world.chain_epoch < newer["epoch"]
    reply = await scanned(scene, "TOLL")
    said, epoch = row(reply, "Every transfer costs"), f"{newer['epoch']:,}"
    assert said.startswith(f"✗ Every transfer costs 1.0 % now, 25.0 % from epoch {epoch} on (about ")
    begins = world.now + timedelta(seconds=(newer["epoch"] * 432_000 - world.slot) * 0.4)
    hours = {f"{begins + timedelta(hours=off):%d %b %Y, %H}:00 UTC" for off in (-1, 0, 1)}
    assert any(hour in said for hour in hours)
    card = words(await scanned(scene, "TOLL", "t"))
    assert f"transfer fee 1.0 % now, 25.0 % from epoch {epoch} on" in card
    taxed = row(await scanned(scene, "TITHE"), "Every transfer costs")
    assert taxed.startswith("! Every transfer costs 8.0 % (")
