"""The file of the master key: ours alone, replaced whole, locked against other processes."""

from __future__ import annotations

import asyncio
import os
import stat
from pathlib import Path

import pytest
from pydantic import SecretStr

from data.clock import SystemClock
from data.errors import ConfigError
from data.store import master
from data.store.master import FILE_SETTING, KEY_SETTING, MasterFile, MasterSetting
from data.store.sealing import MasterKey


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "master.key"


@pytest.fixture
def file(path: Path) -> MasterFile:
    return MasterFile(path, SystemClock())


def written(key: MasterKey | None) -> str:
    assert key is not None
    return key.written.get_secret_value()


def test_a_key_waits_beside_until_it_is_put_in_place(file: MasterFile, path: Path) -> None:
    assert file.current() is None and file.waiting() is None
    first, second = MasterKey.fresh(), MasterKey.fresh()
    file.stage(first)
    assert file.current() is None
    file.install()
    file.stage(second)
    assert (written(file.current()), written(file.waiting())) == (written(first), written(second))
    assert {stat.S_IMODE(each.stat().st_mode) for each in path.parent.iterdir()} == {0o600}
    file.install()
    assert written(file.current()) == written(second) and file.waiting() is None


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644, 0o660, 0o601])
def test_a_file_that_others_can_read_is_refused_with_its_cure(
    file: MasterFile, path: Path, mode: int
) -> None:
    path.write_text(written(MasterKey.fresh()))
    path.chmod(mode)
    with pytest.raises(ConfigError) as refused:
        file.current()
    (problem,) = refused.value.problems
    assert FILE_SETTING in problem and f"chmod 600 {path}" in problem


@pytest.mark.parametrize("content", [b"", b"canary-not-a-key", b"\xff\xfe", b"A" * 100_000])
def test_a_file_without_a_key_is_named_and_not_repeated(file: MasterFile, path: Path, content: bytes) -> None:
    path.write_bytes(content)
    path.chmod(0o600)
    with pytest.raises(ConfigError, match=FILE_SETTING) as refused:
        file.current()
    assert "canary" not in str(refused.value)


def test_a_waiting_key_cut_short_by_a_crash_is_none(file: MasterFile, path: Path) -> None:
    beside = path.with_name("master.key.new")
    beside.write_text(written(MasterKey.fresh())[:20])
    beside.chmod(0o600)
    assert file.waiting() is None


def test_what_is_not_a_file_is_refused_without_waiting_for_it(file: MasterFile, path: Path) -> None:
    os.mkfifo(path, 0o600)
    with pytest.raises(ConfigError, match="it is not a file"):
        file.current()


def test_a_folder_where_nothing_can_be_made_is_named(tmp_path: Path) -> None:
    file = MasterFile(tmp_path / "none" / "master.key", SystemClock())
    with pytest.raises(ConfigError, match=FILE_SETTING):
        file.stage(MasterKey.fresh())


async def test_one_at_a_time_and_nobody_waits_for_ever(
    file: MasterFile, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(master, "LOCK_WAIT_S", 0.1)
    other = MasterFile(path, SystemClock())
    inside: list[str] = []

    async def work(mine: MasterFile, name: str) -> None:
        async with mine.locked():
            inside.append(f"{name} in")
            await asyncio.sleep(0.03)
            inside.append(f"{name} out")

    await asyncio.gather(work(file, "a"), work(other, "b"))
    assert [word.split()[0] for word in inside] in (["a", "a", "b", "b"], ["b", "b", "a", "a"])
    async with file.locked():
        with pytest.raises(ConfigError, match="another process"):
            async with other.locked():
                pass
    async with other.locked():
        pass


def test_a_key_of_the_settings_is_read_or_refused_without_repeating_it() -> None:
    key = MasterKey.fresh()
    assert written(MasterSetting(key.written).current()) == written(key)
    with pytest.raises(ConfigError, match=KEY_SETTING) as refused:
        MasterSetting(SecretStr("canary-not-a-key"))
    assert "canary" not in str(refused.value)
