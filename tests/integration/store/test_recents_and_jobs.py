"""The last notes of people, and the last runs of jobs."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from data.store import Store
from data.store.repos.jobs import JobRun
from data.store.repos.recents import Recent

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
ME, YOU, HERE, THERE = "telegram:42", "telegram:43", "telegram:-100", "telegram:-101"


async def test_a_note_is_of_one_person_in_one_chat_and_of_one_kind(store: Store) -> None:
    async with store.begin() as tx:
        await tx.recents.set(ME, HERE, "tokens", "BONK", NOON)
        await tx.recents.set(ME, HERE, "tokens", "WIF,BONK", NOON + timedelta(seconds=1))
        assert await tx.recents.get(ME, HERE, "tokens") == Recent("WIF,BONK", NOON + timedelta(seconds=1))
        assert await tx.recents.get(YOU, HERE, "tokens") is None
        assert await tx.recents.get(ME, THERE, "tokens") is None
        assert await tx.recents.get(ME, HERE, "refusal") is None


async def test_a_long_or_hostile_note_is_cut_and_cleaned(store: Store) -> None:
    async with store.begin() as tx:
        await tx.recents.set(ME, HERE, "refusal", "a\0\ud800" + "x" * 10_000, NOON)
        found = await tx.recents.get(ME, HERE, "refusal")
    assert found is not None
    assert found.value == ("a" + "x" * 10_000)[:4_000]


async def test_old_notes_are_dropped(store: Store) -> None:
    async with store.begin() as tx:
        await tx.recents.set(ME, HERE, "a", "x", NOON)
        await tx.recents.set(ME, HERE, "b", "x", NOON + timedelta(days=2))
        assert await tx.recents.purge(NOON + timedelta(days=1)) == 1
        assert await tx.recents.get(ME, HERE, "a") is None
        assert await tx.recents.get(ME, HERE, "b") is not None


async def test_the_last_run_of_each_job_is_told(store: Store) -> None:
    purge = JobRun(name="purge", started_at=NOON, ended_at=NOON + timedelta(seconds=2))
    later = JobRun(name="purge", started_at=NOON + timedelta(hours=1), ended_at=NOON, error="ValueError")
    radar = JobRun(name="radar", started_at=NOON, ended_at=NOON)
    async with store.begin() as tx:
        for run in (purge, radar, later):
            await tx.jobs.ran(run)
        assert await tx.jobs.all() == (later, radar)
