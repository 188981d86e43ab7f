"""kill -9 under traffic: what was answered is kept, the audit holds, and the next start answers.

`TRENCHCOAT_DRILLS=long` kills at 200 points instead of 25, by a seed of its own; `TRENCHCOAT_KILL_SEED` gives
one. A failure names its plan.
"""

from __future__ import annotations

import asyncio
import os
import random
import shutil
import sqlite3
import time
from collections import Counter
from pathlib import Path

import pytest

from data.clock import SystemClock
from data.store.store import Store
from tests.e2e import stage
from tests.e2e.crowd import Crowd, Ledger
from tests.e2e.stage import Platforms
from tests.fakes import kill, program
from tests.fakes.kill import Plan, Point

LONG = os.environ.get("TRENCHCOAT_DRILLS") == "long"
SEED = int(os.environ.get("TRENCHCOAT_KILL_SEED") or (random.SystemRandom().getrandbits(32) if LONG else 7))
POINTS = 200 if LONG else 25
PATIENCE_S = 30.0
# Discord's three seconds are judged elsewhere: here the machine is busy with starting anew.
UNHURRIED = 0.05


class Deliveries:
    """How often each Telegram update can have reached the program, by what the server saw."""

    def __init__(self, there: Platforms) -> None:
        self._there = there
        self.again: Counter[tuple[int, int]] = Counter()

    def killed(self) -> None:
        """Note which updates were out and not confirmed: they will come again."""
        updates = self._there.telegram.updates
        for update in updates.pending:
            message = update.get("message")
            if message is not None and update["update_id"] in updates.delivered:
                self.again[message["chat"]["id"], message["message_id"]] += 1

    def answered_too_often(self) -> list[str]:
        """Name the messages of the group that have more answers than deliveries."""
        forum = self._there.forum
        answers = Counter(each.reply_to for each in forum.messages if each.sender == self._there.telegram.bot)
        return [
            f"message {number} was answered {count} times"
            for number, count in answers.items()
            if number is not None and count > 1 + self.again[forum.id, number]
        ]


def _copied(state_dir: Path, copy: Path) -> None:
    shutil.rmtree(copy, ignore_errors=True)
    copy.mkdir()
    for file in state_dir.glob("practice.db*"):
        shutil.copy(file, copy)


async def check(state_dir: Path, copy: Path, ledger: Ledger) -> None:
    """Look into a copy of what the kill left: the program shall be the first to open its own database."""
    await asyncio.to_thread(_copied, state_dir, copy)
    with sqlite3.connect(copy / "practice.db") as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    store = await Store.open(f"sqlite+aiosqlite:///{copy / 'practice.db'}", SystemClock())
    try:
        async with store.read() as tx:
            assert await tx.audit.verify() is None, "the audit is broken"
            assert await ledger.lost(tx) == []
    finally:
        await store.close()


async def moment(planned: Plan, there: Platforms, database: Path) -> None:
    """Wait for the moment to kill at."""
    delivered = there.telegram.updates.delivered
    match planned.point:
        case Point.STARTING | Point.RANDOM:
            await asyncio.sleep(planned.delay_s)
        case Point.DELIVERED:
            aim = len(delivered) + planned.count
            await there.telegram.until(lambda: len(delivered) >= aim, PATIENCE_S)
        case Point.ANSWERED:
            aim = len(there.discord.calls) + planned.count
            await there.discord.wait_for(lambda: len(there.discord.calls) >= aim, PATIENCE_S)
        case Point.WRITING:
            await kill.written(database.with_name(f"{database.name}-wal"), planned.count)


@pytest.mark.drill
@pytest.mark.timeout(3600 if LONG else 300)
async def test_nothing_that_was_answered_is_lost_by_kill_9(tmp_path: Path) -> None:
    state_dir, ledger = tmp_path / "state", Ledger()
    started, happened = time.perf_counter(), Counter[str]()
    loop = asyncio.get_running_loop()
    async with stage.platforms(clock=lambda: loop.time() * UNHURRIED) as there:
        crowd, deliveries = Crowd(there, ledger), Deliveries(there)
        async with program.started(state_dir=state_dir, settings=there.settings()):
            await there.joined()  # the first start tells Discord the commands; people see none before
        async with kill.nest(state_dir, there.settings()) as nest:
            for number in range(POINTS):
                planned = kill.plan(SEED, number)
                try:
                    await one(nest, planned, crowd, there, state_dir)
                    deliveries.killed()
                    await check(state_dir, tmp_path / "copy", ledger)
                except BaseException as error:
                    error.add_note(f"kill {planned}")
                    raise
                happened[planned.point.value] += 1
        assert deliveries.answered_too_often() == []
        assert there.telegram.violations == []
        assert there.discord.violations == []
        await answers_again(there, state_dir)
    print(
        f"seed {SEED}: {POINTS} kills in {time.perf_counter() - started:.0f} s, {dict(happened)}; asked "
        f"{dict(ledger.asked)}, {len(ledger.answered)} changes and {ledger.read} cards answered, 0 lost; "
        f"{deliveries.again.total()} updates came again, 0 answered too often"
    )
    assert len(ledger.answered) >= POINTS


async def one(nest: kill.Nest, planned: Plan, crowd: Crowd, there: Platforms, state_dir: Path) -> None:
    """Start the program, let the crowd talk, and kill at the planned moment."""
    polls = there.telegram.updates.polls
    async with asyncio.TaskGroup() as group, nest.hatched():
        if planned.point is not Point.STARTING:
            await there.joined(polls)
        talking = group.create_task(crowd.talk())
        try:
            async with asyncio.timeout(PATIENCE_S):
                await moment(planned, there, state_dir / "practice.db")
        finally:
            talking.cancel()
    await there.discord.wait_for(lambda: not there.discord.gateway.live)


async def answers_again(there: Platforms, state_dir: Path) -> None:
    """Start once more as an operator would, and ask the program itself for its verdict."""
    polls = there.telegram.updates.polls
    async with program.started(state_dir=state_dir, settings=there.settings()) as running:
        await there.joined(polls)
        office = there.telegram.private(there.olga)
        there.olga.send(office, "/audit 1")
        await there.telegram.until(lambda: "verified" in office.messages[-1].visible, PATIENCE_S)
        asked = there.dora.slash(there.guild.channel("general"), "status")
        await there.discord.shown(asked, timeout=PATIENCE_S)
        running.terminate()
        assert await running.ended() == 0
    events = {event["event"] for event in running.log}
    assert not events & {"command_crashed", "task_failed", "invariant_broken"}
