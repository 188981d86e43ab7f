"""`trenchcoat replay`: the same is status 0, a difference is named and is status 1."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot import replay
from bot.__main__ import parser
from bot.app import build
from config.settings import FeedSettings, Settings
from core.radar import facts
from core.radar.engine import Radar
from data.errors import ConfigError
from data.models.ids import Chain, TokenKey
from data.models.signals import JournalRow
from data.store.store import Store

TOKEN = TokenKey(Chain.SOLANA, "GJtJuWD9qYcCkrwMBmtY1tpapV1sKfB2zUv9Q4aqpump")


def words(*given: str) -> argparse.Namespace:
    return parser().parse_args(["replay", *given])


async def test_a_replay_agrees_until_the_journal_tells_something_else(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = Settings(market="sandbox", state_dir=tmp_path, feeds=FeedSettings(enabled=False))
    async with build(settings) as app:
        assert await replay.run(settings, words()) == 0
        assert "empty" in capsys.readouterr().out
        radar = app.services[Radar]
        await radar.begin()
        now = app.clock.now()
        radar.take(TOKEN, facts.Launched(at=now, born_at=now))
        assert len(await radar.judge(TOKEN)) == 1
        await radar.flush()
        assert await replay.run(settings, words()) == 0
        assert "3 facts, 1 signals the same" in capsys.readouterr().out
        assert await replay.run(settings, words("--hours", "1")) == 0
        other = TokenKey(Chain.SOLANA, "9BB6NFEcjBCtnNLFko2FqVQBq8HHM13kCyYcdQbgpump")
        async with app.services[Store].begin() as tx:
            made_up = (facts.Launched(at=now, born_at=now), facts.Judged(at=app.clock.now()))
            await tx.journal.add(
                [
                    JournalRow(token=other, at=each.at, kind=each.kind, body=facts.written(each))
                    for each in made_up
                ]
            )
        capsys.readouterr()
        assert await replay.run(settings, words("--from", now.isoformat())) == 1
        shown = capsys.readouterr().out
        assert f"seen only now: signal:launch:{other}" in shown and "not seen again" not in shown


async def test_an_instant_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    settings = Settings(market="sandbox", state_dir=tmp_path)
    with pytest.raises(ConfigError):
        await replay.run(settings, words("--from", "yesterday"))
    assert replay._instant("--to", "2026-03-01T12:00") == datetime(2026, 3, 1, 12, tzinfo=UTC)
