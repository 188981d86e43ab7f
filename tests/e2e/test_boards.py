"""The boards as people see them: on Telegram and Discord at once, and in a pipe."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from bot.app import App
from tests.e2e import stage
from tests.e2e.stage import Platforms
from tests.e2e.test_both_platforms import PATIENCE_S, PNG, PRACTICE, drawn, newest, words
from tests.fakes import program

LINES = (
    ("market", "Breadth"), ("top", "by change, largest first"), ("new", "the youngest first"),
    ("trending", "by sources that name it"), ("coins", "Coins"),
)  # fmt: skip


@pytest.fixture
async def there() -> AsyncIterator[Platforms]:
    """Both platforms; at the end, neither may have a complaint."""
    async with stage.platforms() as platforms:
        yield platforms
    platforms.verify()


@pytest.fixture
async def app(there: Platforms, tmp_path: Path) -> AsyncIterator[App]:
    with capture_logs() as events:
        async with stage.on_both(there, tmp_path) as app:
            yield app
    assert not [event for event in events if event["log_level"] in {"error", "critical"}]


async def test_every_board_gains_its_picture_on_both(app: App, there: Platforms) -> None:
    private, general = there.telegram.private(there.tess), there.guild.channel("general")
    there.tess.send(private, "/t BONK")
    seen = (await newest(there, private, photo=True)).message_id
    for name, expected in LINES:
        there.tess.send(private, f"/{name}")
        card = await newest(there, private, after=seen, photo=True)
        seen = card.message_id
        assert expected in card.visible, name
        assert PRACTICE in card.visible
        assert card.photo is not None
        assert card.photo.startswith(PNG)
        asked = there.dora.slash(general, name)
        (shown,) = await there.discord.shown(asked, timeout=PATIENCE_S)
        assert expected in words(shown), name
        assert PRACTICE in words(shown)
        assert (await drawn(there, general.id, edits=0)).attachments[0][1].startswith(PNG)


async def test_pages_turn_and_rows_open_and_lead_back_on_both(app: App, there: Platforms) -> None:
    private, general = there.telegram.private(there.tess), there.guild.channel("general")
    there.tess.send(private, "/trending")
    first = await newest(there, private, photo=True)
    there.tess.press(first, "Next ›")
    await there.telegram.until(
        lambda: "2 of" in private.messages[-1].visible, PATIENCE_S, "the page did not turn"
    )
    asked = there.dora.slash(general, "top", filters="liq>10k by:vol", tf="1h")
    (shown,) = await there.discord.shown(asked, timeout=PATIENCE_S)
    assert "Top · 1h" in words(shown)
    assert "liquidity above $10.0K" in words(shown)
    refused = there.dora.slash(general, "top", filters="banana")
    (answer,) = await there.discord.shown(refused, timeout=PATIENCE_S)
    assert "'banana' is no filter I know" in words(answer)


async def test_a_pipe_gets_each_board_as_json(tmp_path: Path) -> None:
    lines = ["p BONK", *(name for name, _ in LINES), "top liq>10k by:vol", "runners", "market correlation"]
    ended = await program.run(
        "console", "--json", state_dir=tmp_path, lines=lines, settings={"MARKET": "sandbox"}
    )
    assert ended.status == 0, ended.err[-2000:]
    last = {frame["command"]: frame for frame in ended.frames}
    for name, expected in LINES:
        said = [frame for frame in ended.frames if frame["command"] == name]
        assert said
        assert all(frame["error"] is None for frame in said), name
        assert any(expected in json.dumps(frame) for frame in said), name
    assert last["market"]["image"]
    assert any(each["label"] == "Next ›" for each in last["trending"]["buttons"])
