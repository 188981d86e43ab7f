"""`trenchcoat keys` as an operator runs it, and canary keys that may show up nowhere."""

from __future__ import annotations

import argparse
import getpass
import io
import random
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from pydantic import SecretStr
from structlog.testing import capture_logs

from bot import doctor, keys
from bot.__main__ import parser
from bot.app import build
from config.settings import Settings, load
from data.errors import ConfigError
from data.gateway.gateway import Gateway
from data.gateway.health import KeyState
from data.models.ids import ProviderId
from tests.fakes import program

CANARY = "canary-0123456789-wxyz"
MASTER = "master.key"

Run = Callable[..., Awaitable[tuple[int, str]]]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(market="live", state_dir=tmp_path, feeds={"enabled": False})


@pytest.fixture
def piped(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    def pipe(text: str) -> None:
        monkeypatch.setattr("sys.stdin", io.StringIO(text))

    return pipe


def holding(folder: Path, words: bytes) -> list[str]:
    return [each.name for each in folder.rglob("*") if each.is_file() and words in each.read_bytes()]


def words(*line: str) -> argparse.Namespace:
    return parser().parse_args(["keys", *line])


@pytest.fixture
async def run(settings: Settings, piped: Callable[[str], None], capsys: pytest.CaptureFixture[str]) -> Run:
    async def once(*line: str, given: str = "", chosen: Settings = settings) -> tuple[int, str]:
        piped(given)
        try:
            status = await keys.run(chosen, words(*line))
        except ConfigError as error:
            status = 2
            said = "\n".join(error.problems)
        else:
            said = ""
        shown = capsys.readouterr()
        return status, f"{said}{shown.out}{shown.err}"

    return once


async def test_set_list_rotate_remove(run: Run, settings: Settings, tmp_path: Path) -> None:
    async def said(*line: str, **more: object) -> str:
        status, text = await run(*line, **more)
        assert status == 0, text
        return text

    assert "jupiter: key 1 is sealed" in await said("set", "jupiter", given=f"{CANARY}\n")
    assert "jupiter: key 2" in await said("set", "Jupiter", given="short-key-2")
    (tmp_path / "key.txt").write_text(f"  {CANARY}\n")
    assert "rugcheck: key 1" in await said("set", "rugcheck", "--from-file", str(tmp_path / "key.txt"))
    listed = (await said("list")).splitlines()
    assert [line.split()[:3] for line in listed] == [
        ["jupiter", "1", "••••wxyz"], ["jupiter", "2", "••••"], ["rugcheck", "1", "••••wxyz"],
    ]  # fmt: skip
    assert all(line.endswith("sealed") for line in listed)
    assert "Sealed anew: 3. The file" in await said("rotate")
    assert "jupiter: key 1 is removed" in await said("remove", "jupiter", "1")
    async with build(settings) as app:
        access = app.services[Gateway]._access
        assert access[ProviderId("jupiter")].keys == (SecretStr("short-key-2"),)
        assert access[ProviderId("rugcheck")].keys == (SecretStr(CANARY),)
        health = {each.provider: each.key for each in app.services[Gateway].health()}
        assert health[ProviderId("jupiter")] is KeyState.GIVEN
        assert health[ProviderId("raydium")] is KeyState.NONE


async def test_the_key_of_the_settings_is_taken_first(run: Run, tmp_path: Path) -> None:
    chosen = Settings(
        market="live", state_dir=tmp_path, feeds={"enabled": False},
        providers={"jupiter": {"api_key": "from-settings"}},
    )  # fmt: skip
    await run("set", "jupiter", given=CANARY, chosen=chosen)
    async with build(chosen) as app:
        assert app.services[Gateway]._access[ProviderId("jupiter")].keys == (
            SecretStr("from-settings"), SecretStr(CANARY),
        )  # fmt: skip
    _, listed = await run("list", chosen=chosen)
    assert [line.split()[:3] for line in listed.splitlines()] == [
        ["jupiter", "-", "••••ings"], ["jupiter", "1", "••••wxyz"],
    ]  # fmt: skip


REFUSED = {
    "an unknown provider, with near names": (("set", "jupitr"), CANARY, "did you mean jupiter"),
    "a key in the place of the provider": (("set", CANARY), "", "there is no such provider"),
    "a provider without keys": (("set", "raydium"), CANARY, "Raydium takes no key"),
    "a key on the command line": (("set", "jupiter", CANARY), "", "not given on the command line"),
    "no key": (("set", "jupiter"), " \n", "empty"),
    "a key too long": (("set", "jupiter"), CANARY * 200, "longer than"),
    "two lines": (("set", "jupiter"), f"{CANARY}\n{CANARY}", "line breaks"),
    "letters that no header holds": (("set", "jupiter"), f"{CANARY}ключ", "non-ASCII"),
    "a file that is not there": (("set", "jupiter", "--from-file", "/none"), "", "cannot be read"),
    "nothing to remove": (("remove", "jupiter"), "", "has no sealed key"),
    "an unknown provider to remove": (("remove", CANARY), "", "there is no such provider"),
}


@pytest.mark.parametrize(("line", "given", "expected"), REFUSED.values(), ids=REFUSED)
async def test_what_is_wrong_is_said_without_repeating_a_key(
    run: Run, tmp_path: Path, line: tuple[str, ...], given: str, expected: str
) -> None:
    status, said = await run(*line, given=given)
    assert status in {1, 2}
    assert expected in said
    assert CANARY not in said
    assert not (tmp_path / MASTER).exists()


async def test_at_a_terminal_the_key_is_asked_for_unseen(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    prompts: list[str] = []
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr(getpass, "getpass", lambda prompt: prompts.append(prompt) or CANARY)
    assert await keys.run(settings, words("set", "jupiter")) == 0
    assert prompts == ["Key for Jupiter: "]
    assert CANARY not in capsys.readouterr().out


async def test_a_wrong_master_key_stops_the_start_and_lists_what_does_not_open(
    run: Run, settings: Settings, tmp_path: Path
) -> None:
    await run("set", "jupiter", given=CANARY)
    (tmp_path / MASTER).write_text("A" * 43 + "=\n")
    status, said = await run("list")
    assert status == 2
    assert "does not open" in said and "TRENCHCOAT_MASTER_KEY_FILE" in said
    with pytest.raises(ConfigError, match="TRENCHCOAT_MASTER_KEY_FILE"):
        async with build(settings):
            pass
    (tmp_path / MASTER).chmod(0o644)
    findings = [str(finding) for finding in await doctor.examine(settings, offline=True)]
    assert any("others can read it" in finding for finding in findings)
    async with build(Settings(market="sandbox", state_dir=tmp_path)):
        pass  # the practice market takes no key, and needs none


async def test_no_canary_shows_in_any_failing_path(run: Run, settings: Settings, tmp_path: Path) -> None:
    """Break the file of the master key in many ways, and read everything that is then said."""
    await run("set", "jupiter", given=CANARY)
    rng, file = random.Random(7), tmp_path / MASTER
    sound = file.read_text().strip()
    broken = [rng.randbytes(length) for length in range(60)]
    broken += [sound.encode()[:length] for length in range(44)] + [sound[::-1].encode(), b"A" * 43 + b"="]
    said: list[str] = []
    with capture_logs() as logs:
        for content in broken:
            file.write_bytes(content)
            line = rng.choice([("list",), ("rotate",), ("set", "jupiter"), ("set", "rugcheck")])
            status, told = await run(*line, given=CANARY)
            assert status == 2, told
            said.append(told)
        said += [str(finding) for finding in await doctor.examine(settings, offline=True)]
    everything = "\n".join((*said, repr(logs), repr(settings)))
    assert CANARY not in everything and sound not in everything
    file.write_text(sound)
    assert "sealed" in (await run("list"))[1]


async def test_the_program_itself_keeps_a_key_out_of_its_words_and_files(tmp_path: Path) -> None:
    settings = {"LOG__LEVEL": "debug", "LOG__FORMAT": "json"}

    async def trenchcoat(*line: str, lines: tuple[str, ...] = ()) -> program.Ended:
        return await program.run(*line, state_dir=tmp_path, lines=lines, settings=settings)

    given = await trenchcoat("keys", "set", "jupiter", lines=(CANARY,))
    assert given.status == 0, given.err
    listed = await trenchcoat("keys", "list")
    assert "••••wxyz" in listed.out
    wrong = await trenchcoat("keys", "set", "jupitr", lines=(CANARY,))
    assert wrong.status == 2 and wrong.err.startswith("trenchcoat: there is no such provider")
    assert not [each for each in (given, listed, wrong) if CANARY in each.out + each.err]
    assert "trench.db" in holding(tmp_path, b""), "for the live market, whichever is chosen now"
    assert holding(tmp_path, CANARY.encode()) == []


def test_settings_name_the_master_key_and_never_show_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRENCHCOAT_MASTER_KEY", CANARY)
    assert CANARY not in repr(load())
