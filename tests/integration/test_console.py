"""The console over a pipe, on the real platform: what a person or a script may type, and what comes back."""

from __future__ import annotations

import io
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bot.app import App
from bot.console.front import ConsoleFront
from core.chats import Chats
from data.models.chat import Actor, FlagOverride, FlagScope, Identity
from data.models.ids import Platform
from tests.fakes import program

BONK = "DezXAZ8z7PnrnRJjz3wXBoRgixCa6xjnB7YaB1pPB263"
KEYS = {"command", "frame", "title", "text", "fields", "buttons", "image", "error"}
BANNER = "PRACTICE MARKET: nothing here is real"


@pytest.fixture
async def app(tmp_path: Path) -> AsyncIterator[App]:
    async with program.inside(tmp_path) as app:
        # A chart takes a process of its own; the console's part of it is tested once, below.
        await charts(app, on=False)
        yield app


async def charts(app: App, *, on: bool) -> None:
    operator = Actor(identity=Identity(Platform.CONSOLE, "local"), name="operator")
    override = FlagOverride(name="charts", scope=FlagScope.GLOBAL, subject="", value=on)
    await app.services[Chats].set_flag(operator, override)


async def say(app: App, *lines: str, as_json: bool = True) -> tuple[str, ConsoleFront]:
    target = io.StringIO()
    front = ConsoleFront(
        app.dispatcher, state_dir=app.state_dir, banner=BANNER, as_json=as_json,
        source=io.StringIO("".join(f"{line}\n" for line in lines)), target=target,
    )  # fmt: skip
    await front.start()
    await front.run()
    await front.stop()
    return target.getvalue(), front


async def frames(app: App, *lines: str) -> list[dict[str, Any]]:
    told, _ = await say(app, *lines)
    return [json.loads(line) for line in told.splitlines()]


async def test_a_pipe_gets_the_banner_and_a_card_a_line(app: App) -> None:
    told, front = await say(app, f"t {BONK}", "", "p BONK", as_json=False)
    assert told.startswith(BANNER)
    assert told.count("╭") == 2
    assert "BONK · Bonk" in told and BONK in told
    assert "\x1b" not in told
    assert not front.failed


async def test_a_script_gets_the_same_keys_for_every_frame(app: App) -> None:
    told = await frames(app, f"t {BONK}", "p SOL BONK", "nonsense", "t")
    assert all(set(frame) == KEYS for frame in told)
    assert {frame["command"] for frame in told} == {"t", "p", "nonsense"}
    assert [frame["error"] for frame in told][-2:] == ["unknown command", "bad argument"]
    assert [frame["frame"] for frame in told if frame["command"] == "p"] == [1]


@pytest.mark.parametrize("line", ["t BONK", "/t BONK", "T bonk", "/token $BONK", f"  t   {BONK}  "])
async def test_a_command_is_understood_with_its_slash_and_without(app: App, line: str) -> None:
    told = await frames(app, line)
    assert told[-1]["title"] == "BONK · Bonk"


@pytest.mark.parametrize("line", [BONK, "$BONK", f"look: {BONK}!", f"https://solscan.io/token/{BONK}"])
async def test_a_pasted_token_is_answered_with_its_card(app: App, line: str) -> None:
    told = await frames(app, line)
    assert told[-1]["command"] == "paste"
    assert told[-1]["title"] == "BONK · Bonk"


async def test_a_number_presses_the_button_of_the_last_card(app: App) -> None:
    told = await frames(app, f"t {BONK}")
    labels = [button["label"] for button in told[-1]["buttons"]]
    scan = labels.index("Scan") + 1
    told = await frames(app, f"t {BONK}", str(scan))
    assert told[-1]["command"] == "s"
    assert told[-1]["title"].startswith("Security")


@pytest.mark.parametrize("number", ["0", "99", "00", "1e1", "-1", "١", "²", "9" * 300])
async def test_a_number_without_a_button_presses_nothing(app: App, number: str) -> None:
    told = await frames(app, "version", number)
    assert told[-1]["error"] == "unknown command"


async def test_a_choice_among_namesakes_is_made_by_its_number(app: App) -> None:
    told = await frames(app, "t PEPE", "1")
    assert told[0]["error"] == "ambiguous token"
    assert told[-1]["error"] is None
    assert told[-1]["title"].startswith("PEPE")


BAD_LINES = [
    "/", "//", "/ /", "?", "t", "t '", 't "BONK', "p \u202eLOS", "p \u200b", "\x00", "t \x1b[31mBONK", "p ,",
    "p " + "A " * 50, "x" * 100_000, "🚀" * 3_000, "convert 1,5 SOL USD", "convert 1e9 SOL USD", "t \ud800",
    "\udcff\udcfe", "why everything", "c BONK 2h", "p @everyone", "t " + "DezX" * 11,
]  # fmt: skip


@pytest.mark.parametrize("line", BAD_LINES, ids=[ascii(line)[:30] for line in BAD_LINES])
async def test_a_bad_line_is_answered_and_the_next_one_works(app: App, line: str) -> None:
    told, front = await say(app, line, "version")
    first, *_, last = (json.loads(each) for each in told.splitlines())
    assert first["error"] != "internal"
    assert last["command"] == "version" and last["error"] is None
    assert not front.failed


async def test_hostile_names_move_nothing_on_the_terminal(app: App) -> None:
    assert app.sandbox is not None
    names = [each.mint for each in app.sandbox.world.tokens.values() if each.kind.value == "hostile name"]
    told, _ = await say(app, *(f"t {mint}" for mint in names[:5]), as_json=False)
    assert not set(told) & set("\x1b\r\x07\x9b\u202e\u2066\u200b")
    assert told.count("╭") == 5


@pytest.mark.parametrize("word", ["exit", "quit", "/exit", " QUIT "])
async def test_a_word_ends_the_conversation(app: App, word: str) -> None:
    assert [frame["command"] for frame in await frames(app, "version", word, "version")] == ["version"]


async def test_a_chart_is_a_file_beside_the_state(app: App, tmp_path: Path) -> None:
    await charts(app, on=True)
    told = await frames(app, f"c {BONK} 1h")
    file = Path(told[-1]["image"])
    assert file.parent == tmp_path / "charts"
    assert is_picture(file)


def is_picture(file: Path) -> bool:
    return file.read_bytes().startswith(b"\x89PNG")


async def test_a_fault_of_ours_is_remembered_for_the_exit_status(app: App) -> None:
    async def broken(ctx: object, args: object) -> None:
        raise ZeroDivisionError

    app.dispatcher.runners["version"] = broken  # type: ignore[index]
    told, front = await say(app, "version")
    assert json.loads(told)["error"] == "internal"
    assert front.failed
