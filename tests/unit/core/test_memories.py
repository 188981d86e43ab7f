"""Small memories over the store: what one person last saw, buttons too long to carry, values read once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from core.memory import Memory
from core.payloads import KEPT_FOR, Payloads
from core.recents import Recents
from data.models.chat import Actor, Chat, ChatKind, Identity
from data.models.ids import Chain, Platform, TokenKey
from data.nursery import Nursery
from tests.fakes.clock import VirtualClock
from tests.unit.core.stores import Slow

ALICE = Actor(identity=Identity(Platform.TELEGRAM, "42"), name="alice")
BOB = Actor(identity=Identity(Platform.DISCORD, "42"), name="bob")
HERE = Chat(platform=Platform.TELEGRAM, id="1", channel="1", kind=ChatKind.GROUP)
THERE = Chat(platform=Platform.TELEGRAM, id="2", channel="2", kind=ChatKind.GROUP)
BONK = TokenKey(Chain.SOLANA, "DezXAZ8z7PnrnRJjz3wXBoRgixCa6xjnB7YaB1pPB263")
UNI = TokenKey(Chain.ETHEREUM, "0x1f9840a85d5af5bf1d1762f925bdaddc4201f984")


@pytest.fixture
async def nursery() -> AsyncIterator[Nursery]:
    async with Nursery() as nursery:
        yield nursery


async def test_what_a_person_saw_is_theirs_and_of_that_chat(
    store: Slow, clock: VirtualClock, nursery: Nursery
) -> None:
    recents = Recents(store, clock, nursery)
    await recents.saw(ALICE, HERE, BONK)
    await recents.refused(ALICE, HERE, "/x: no [level 1]")
    assert await recents.token(ALICE, HERE) == BONK
    assert await recents.refusal(ALICE, HERE) == "/x: no [level 1]"
    assert await recents.token(ALICE, THERE) is None
    assert await recents.token(BOB, HERE) is None
    assert await recents.refusal(BOB, HERE) is None


async def test_what_a_person_saw_last_survives_a_restart(
    store: Slow, clock: VirtualClock, nursery: Nursery
) -> None:
    recents = Recents(store, clock, nursery)
    for token in (BONK, UNI, BONK, UNI):
        await recents.saw(ALICE, HERE, token)
    await recents.write()
    assert await Recents(store, clock, nursery).token(ALICE, HERE) == UNI


async def test_a_note_is_written_a_moment_later_by_itself(
    store: Slow, clock: VirtualClock, nursery: Nursery
) -> None:
    await Recents(store, clock, nursery).saw(ALICE, HERE, BONK)
    for _ in range(200):
        clock.advance(1)
        await asyncio.sleep(0.005)
        if not len(nursery):
            break
    assert await Recents(store, clock, nursery).token(ALICE, HERE) == BONK


async def test_a_payload_comes_back_until_it_expires(store: Slow, clock: VirtualClock) -> None:
    payloads = Payloads(store, clock)
    word = await payloads.put('["t",{}]')
    assert await payloads.get(word) == '["t",{}]'
    assert await payloads.put('["t",{}]') == word
    assert await Payloads(store, clock).put('["t",{}]') == word
    clock.advance(KEPT_FOR.total_seconds() - 1)
    assert await payloads.get(word) == '["t",{}]'
    clock.advance(2)
    assert await payloads.get(word) is None


async def test_a_button_that_is_drawn_again_lives_as_long_as_a_new_one(
    store: Slow, clock: VirtualClock
) -> None:
    payloads = Payloads(store, clock)
    word = await payloads.put('["t",{}]')
    for _ in range(4):
        clock.advance(KEPT_FOR.total_seconds() * 0.75)
        assert await payloads.put('["t",{}]') == word
    clock.advance(timedelta(days=5).total_seconds())
    assert await payloads.get(word) == '["t",{}]'


@pytest.mark.parametrize("word", ["", "nope", "x" * 41, "\x00", "\udc80", "' OR 1=1 --", "🚀" * 20])
async def test_a_made_up_word_finds_nothing(store: Slow, clock: VirtualClock, word: str) -> None:
    assert await Payloads(store, clock).get(word) is None


def test_a_read_that_a_write_overtook_is_not_kept() -> None:
    memory: Memory[str, int] = Memory(2)
    writes = memory.writes
    memory.wrote("a", 2)
    assert memory.read("a", 1, writes) == 1
    assert memory["a"] == 2
    memory.drop("a")
    assert "a" not in memory
    assert memory.read("a", 3, memory.writes) == 3 == memory["a"]


def test_a_memory_keeps_what_was_used_last() -> None:
    memory: Memory[int, int] = Memory(2)
    for key in (1, 2):
        memory.wrote(key, key)
    assert memory[1] == 1
    memory.wrote(3, 3)
    assert (1 in memory, 2 in memory, 3 in memory) == (True, False, True)
    memory.drop_all()
    assert 1 not in memory
