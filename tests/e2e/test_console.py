"""The console as scripts use it: lines in by a pipe, one JSON object a frame out, an exit status."""

from __future__ import annotations

import re
import sqlite3
from pathlib import Path

import pytest

from tests.fakes import program

BONK = "DezXAZ8z7PnrnRJjz3wXBoRgixCa6xjnB7YaB1pPB263"
KEYS = {"command", "frame", "title", "text", "fields", "buttons", "image", "error"}
PNG = b"\x89PNG\r\n\x1a\n"

# Most ask for prices alone: candles are what a vendor counts most narrowly, and a card would wait for it.
HOSTILE = (
    "/", "//", "/ /", "t", "p ''", 'p "BONK', "p $(reboot)", "p '; DROP TABLE users; --", "p @everyone",
    "p \u202eLOS", "p \u200b", "p <b>x</b> [y](https://evil.example)", "why \x00price", "c BONK 1h log extra",
    "convert 1e999 SOL USD", "convert -1 SOL USD", "convert 99999999999999999999999999 SOL BONK",
    "convert 1 SOL \u0661", "p " + "l" * 44, "p " + "BONK " * 30, "x" * 100_000, "\U0001f4a5" * 5_000,
    "/p@other_bot BONK", "P bonk", "\t p \t BONK", "9999999999", "1", "exit now",
    b"p \xff\xfe\x80", b"\xff", b"p \xed\xa0\x80",
)  # fmt: skip


async def test_a_pipe_gets_one_json_object_a_frame_and_a_chart_file(tmp_path: Path) -> None:
    asked = ("t BONK", "c BONK 1h", "why price", "s BONK")
    ended = await program.run("console", "--json", state_dir=tmp_path, lines=asked)
    assert ended.status == 0, ended.err
    frames = ended.frames
    assert all(set(frame) == KEYS for frame in frames)
    assert all(frame["error"] is None and "practice market" in frame["text"] for frame in frames)
    assert list(dict.fromkeys(frame["command"] for frame in frames)) == ["t", "c", "why", "s"]
    cards = [frame for frame in frames if frame["command"] == "t"]
    assert [card["frame"] for card in cards] == list(range(1, len(cards) + 1))
    answered, asked_of = _sources(cards[-1]["text"])
    assert answered >= 9
    assert asked_of == 12  # the others tell of currencies, news and order books
    assert {"Market cap", "Liquidity", "Holders"} <= {field["name"] for field in cards[-1]["fields"]}
    for frame in (cards[-1], next(frame for frame in frames if frame["command"] == "c")):
        assert _is_picture(Path(frame["image"]), tmp_path)
    why = next(frame for frame in frames if frame["command"] == "why")
    assert sum(line.startswith("✓") for line in why["text"].splitlines()) >= 3


def _is_picture(file: Path, folder: Path) -> bool:
    return file.is_relative_to(folder) and file.read_bytes().startswith(PNG)


def _sources(text: str) -> tuple[int, int]:
    found = re.search(r"(\d+) of (\d+) sources", text)
    assert found is not None, text
    return int(found[1]), int(found[2])


async def test_hostile_lines_are_answered_and_end_nothing(tmp_path: Path) -> None:
    ended = await program.run("console", "--json", state_dir=tmp_path, lines=(*HOSTILE, "version"))
    assert ended.status == 0, ended.err
    frames = ended.frames
    assert all(set(frame) == KEYS for frame in frames)
    assert "internal" not in {frame["error"] for frame in frames}
    firsts = [frame for frame in frames if frame["frame"] == 1]
    assert len(firsts) == len(HOSTILE) + 1
    assert firsts[-1]["command"] == "version"
    assert firsts[-1]["error"] is None


async def test_a_terminal_of_few_letters_gets_cards_all_the_same(tmp_path: Path) -> None:
    ended = await program.run(
        "console", state_dir=tmp_path, lines=("p BONK", "t \u202eLOS"), extra={"PYTHONIOENCODING": "latin-1"}
    )
    assert ended.status == 0, ended.err
    assert "PRACTICE MARKET" in ended.out
    assert "BONK" in ended.out


async def test_an_empty_pipe_ends_well(tmp_path: Path) -> None:
    ended = await program.run(state_dir=tmp_path)
    assert ended.status == 0
    assert "PRACTICE MARKET" in ended.out


@pytest.mark.parametrize(
    ("words", "settings", "named"),
    [
        ("console", {"HTTP__PORT": "99999", "OWNER_IDS": "bob"}, ["HTTP__PORT", "OWNER_IDS"]),
        ("console", {"SANDBOX__FAULTS": "rugcheck=explode"}, ["explode"]),
        ("console", {"PROVIDERS__NASDAQ__ENABLED": "true"}, ["TRENCHCOAT_PROVIDERS__NASDAQ"]),
        ("console", {"TELEGRAMM__TOKEN": "hunter2-hunter2"}, ["TRENCHCOAT_TELEGRAMM__TOKEN"]),
        ("run", {"FRONTENDS": "telegram"}, ["TRENCHCOAT_TELEGRAM__TOKEN"]),
        ("console", {"DATABASE_URL": "mysql://root:hunter2-hunter2@localhost/x"}, ["mysql"]),
    ],
)
async def test_wrong_settings_are_one_line_each_and_status_2(
    tmp_path: Path, words: str, settings: dict[str, str], named: list[str]
) -> None:
    ended = await program.run(words, state_dir=tmp_path, settings=settings)
    assert ended.status == 2, ended.err
    problems = ended.err.splitlines()
    assert len(problems) == len(named)
    for name in named:
        assert sum(name in problem for problem in problems) == 1, problems
    assert "hunter2" not in ended.err
    assert ended.out == ""


async def test_a_crash_is_owned_up_to_and_ends_with_status_1(tmp_path: Path) -> None:
    async with program.started("console", "--json", state_dir=tmp_path, settings={}) as console:
        assert (await console.ask("flag charts off"))["error"] is None
        with sqlite3.connect(tmp_path / "practice.db") as database:
            database.execute("DELETE FROM audit_head")
        broken = await console.ask("flag charts on")
        assert broken["error"] == "internal"
        assert "number" in broken["text"]
        assert "chain" not in str(broken)
        assert (await console.ask("version"))["error"] is None
        assert await console.hang_up() == 1


async def test_a_database_that_fails_is_busy_and_no_crash(tmp_path: Path) -> None:
    async with program.started("console", "--json", state_dir=tmp_path, settings={}) as console:
        assert (await console.ask("version"))["error"] is None
        with sqlite3.connect(tmp_path / "practice.db") as database:
            database.execute("ALTER TABLE recents RENAME TO gone")
        assert (await console.ask("why rule"))["error"] == "busy"
        assert (await console.ask("version"))["error"] is None
        assert await console.hang_up() == 0
