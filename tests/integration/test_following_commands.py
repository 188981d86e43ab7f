"""Following wallets on the practice market, asked for in a chat."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from config.settings import SandboxSettings
from data.sandbox import seeds
from data.sandbox.catalogue import BONK_MINT
from tests.integration.scene import HOSTILE, Scene, button, buttons, group, label, stage, words

SEED = 11
QUICK = SandboxSettings(seed=SEED, latency_ms=(0, 1))
PROGRAM = "TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA"


def trader(number: int) -> str:
    return seeds.address(SEED, "trader", number)


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    async with stage(tmp_path, sandbox=QUICK) as scene:
        yield scene


async def test_a_wallet_is_followed_listed_muted_and_let_go(scene: Scene) -> None:
    someone = await scene.member()
    wallet = trader(3_500)
    told = await scene.say(someone, f"/tw {wallet} my whale buys $500")
    assert told.error == ""
    assert "Following my whale" in words(told)
    assert "purchases from $500" in words(told)
    assert wallet in words(told)
    muted = await scene.press(someone, button(told, "Mute"))
    assert "nothing of it" in words(muted)
    listed = words(await scene.say(someone, "/wallets"))
    assert "my whale" in listed
    assert "muted" in listed
    report = await scene.say(someone, f"/wallet {wallet}")
    assert "Tracked by you as my whale" in words(report)
    gone = await scene.say(someone, "/untrackw MY WHALE")
    assert "no more" in words(gone)
    assert "You follow none" in words(await scene.say(someone, "/wallets"))
    assert "no wallet 'whale'" in words(await scene.say(someone, "/untrackw whale"))
    assert "called 'whale'" in words(await scene.say(someone, "/wallets whale"))
    again = await scene.press(someone, button(gone, "Follow again"))
    assert "Following my whale" in words(again)
    assert "Tracked" not in words(await scene.say(await scene.member(), f"/wallet {wallet}"))


@pytest.mark.parametrize("address", [BONK_MINT, PROGRAM])
async def test_what_is_no_wallet_is_refused(scene: Scene, address: str) -> None:
    someone = await scene.member()
    told = await scene.say(someone, f"/trackw {address}")
    assert told.error == "not a wallet"
    if address == BONK_MINT:
        card = await scene.press(someone, button(told, "Token card"))
        assert "BONK" in words(card)
    assert "You follow none" in words(await scene.say(someone, "/wallets"))


async def test_hostile_labels_are_words_and_long_ones_are_refused(scene: Scene) -> None:
    for number, name in enumerate(HOSTILE):
        someone = await scene.member()
        told = await scene.say(someone, f"/trackw {trader(number)} {name}")
        assert told.error == "" or "letters" in words(told)
        listed = await scene.say(someone, "/wallets")
        assert listed.error == ""
        assert "\u202e" not in words(listed)


async def test_what_is_followed_shows_to_its_follower_alone_in_a_group(scene: Scene) -> None:
    someone = await scene.member()
    here = group()
    for line in (f"/trackw {trader(1)} mine", "/wallets", "/multi 2 30m", "/untrackw mine"):
        told = await scene.say(someone, line, here)
        assert told.private, line


async def test_the_rule_of_several_is_read_back(scene: Scene) -> None:
    someone = await scene.member()
    assert "No rule" in words(await scene.say(someone, "/multi"))
    told = words(await scene.say(someone, "/multi 3 60m $500"))
    assert "3 independent owners buy the same token within 1h, each for $500" in told
    assert "You follow 0" in told
    assert "2 independent owners" in words(await scene.say(someone, "/multi 2 $1k"))
    shown = await scene.say(someone, "/multi")
    assert "each for $1.00K or more" in words(shown)
    for wrong in (
        "/multi 1 60m",
        "/multi 99 60m",
        "/multi 3 9w",
        "/multi 3 nonsense",
        "/multi 60m",
        "/multi 3 1m $500 x",
    ):
        assert (await scene.say(await scene.member(), wrong)).error != "", wrong
    assert "No rule" in words(await scene.press(someone, button(shown, "Drop the rule")))
    assert [label(each) for each in buttons(await scene.say(someone, "/multi"))] == ["Your wallets"]
