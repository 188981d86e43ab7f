"""Providers' keys on both engines: sealed, opened in order, refused when changed, rotated without loss."""

from __future__ import annotations

import asyncio
import random
import subprocess
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from pydantic import SecretStr

from config.settings import Settings
from core.keys import MOST_A_PROVIDER, Keys, master
from data.clock import SystemClock
from data.errors import BadArgument, ConfigError
from data.models.ids import ProviderId
from data.store import Store
from data.store.master import KEY_SETTING, MasterFile, MasterSetting
from data.store.sealing import MasterKey

Sql = Callable[..., Awaitable[list[tuple[object, ...]]]]

ROOT = Path(__file__).parents[3]
ROTATOR = Path(__file__).with_name("rotator.py")
JUPITER, RUGCHECK = ProviderId("jupiter"), ProviderId("rugcheck")
ONE, TWO, THREE = (SecretStr(f"canary-key-number-{word}") for word in ("one", "two", "three"))
KEPT = {JUPITER: (ONE, TWO), RUGCHECK: (THREE,)}


class Killed(Exception):
    """The process ends here."""


class Mortal(MasterFile):
    """A file of the master key whose process ends at one of its steps."""

    ends_at = ""

    def stage(self, key: MasterKey) -> None:
        self._perhaps("before the new key is written")
        super().stage(key)
        self._perhaps("before everything is sealed anew")

    def install(self) -> None:
        self._perhaps("before the new key is in place")
        super().install()
        self._perhaps("after the new key is in place")

    def _perhaps(self, step: str) -> None:
        if self.ends_at == step:
            raise Killed


def holding(folder: Path, words: bytes) -> list[Path]:
    return [each for each in folder.rglob("*") if each.is_file() and words in each.read_bytes()]


def mode(path: Path) -> int | None:
    return path.stat().st_mode & 0o777 if path.exists() else None


def replace(path: Path, key: MasterKey | None) -> None:
    path.unlink()
    if key is not None:
        path.touch(0o600)
        path.write_text(key.written.get_secret_value())


def content(path: Path) -> SecretStr:
    return SecretStr(path.read_text().strip())


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "master.key"


@pytest.fixture
def file(path: Path) -> Mortal:
    return Mortal(path, SystemClock())


@pytest.fixture
async def keys(store: Store, file: Mortal) -> Keys:
    made = Keys(store, file)
    for provider, secrets in KEPT.items():
        for secret in secrets:
            await made.add(provider, secret)
    return made


async def test_without_keys_no_master_key_is_asked_for_or_made(store: Store, path: Path) -> None:
    assert await Keys(store, MasterFile(path, SystemClock())).opened() == {}
    assert mode(path) is None


async def test_keys_are_opened_in_the_order_in_which_they_were_given(keys: Keys, path: Path) -> None:
    assert await keys.opened() == KEPT
    assert mode(path) == 0o600
    listed = await keys.listed()
    assert [(key.provider, key.number, key.secret) for key in listed] == [
        (JUPITER, 1, ONE), (JUPITER, 2, TWO), (RUGCHECK, 1, THREE),
    ]  # fmt: skip
    assert "canary" not in f"{listed!r} {keys!r} {keys.__dict__!r}"


async def test_the_database_holds_no_key_in_any_readable_form(keys: Keys, sql: Sql, tmp_path: Path) -> None:
    rows = f"{await sql('SELECT * FROM provider_keys')} {await sql('SELECT * FROM audit')}"
    assert "canary" not in rows and bytes("canary", "ascii").hex() not in rows
    assert holding(tmp_path, b"canary") == []


async def test_the_audit_names_providers_and_never_a_key(keys: Keys, store: Store) -> None:
    await keys.remove(JUPITER, 1)
    await keys.rotate(MasterKey.fresh())
    async with store.read() as tx:
        page = await tx.audit.page()
        assert await tx.audit.verify() is None
    assert [(entry.action, entry.subject, entry.detail) for entry in page] == [
        ("master key rotated", "provider keys", "2 sealed anew"),
        ("key removed", "jupiter", "#1"),
        ("key set", "rugcheck", "#1"),
        ("key set", "jupiter", "#2"),
        ("key set", "jupiter", "#1"),
    ]


async def test_a_key_that_is_there_and_one_too_many_are_refused(keys: Keys) -> None:
    with pytest.raises(BadArgument, match="has this key already") as refused:
        await keys.add(JUPITER, TWO)
    assert "canary" not in str(refused.value)
    for number in range(3, MOST_A_PROVIDER + 1):
        assert await keys.add(JUPITER, SecretStr(f"key {number}")) == number
    with pytest.raises(BadArgument, match="remove one first"):
        await keys.add(JUPITER, SecretStr("one more"))


async def test_removing_asks_which_and_says_what_there_is(keys: Keys) -> None:
    for number, words in ((None, "has the keys 1, 2: name one"), (7, "no key of this number")):
        with pytest.raises(BadArgument, match=words):
            await keys.remove(JUPITER, number)
    with pytest.raises(BadArgument, match="has no sealed key"):
        await keys.remove(ProviderId("none"))
    assert await keys.remove(RUGCHECK) == 1
    assert await keys.opened() == {JUPITER: (ONE, TWO)}


SWAPS = {
    "with another number": "UPDATE provider_keys SET sealed = (SELECT sealed FROM provider_keys"
    " WHERE provider = 'jupiter' AND number = 2), nonce = (SELECT nonce FROM provider_keys"
    " WHERE provider = 'jupiter' AND number = 2) WHERE provider = 'jupiter' AND number = 1",
    "with another provider": "UPDATE provider_keys SET sealed = (SELECT sealed FROM provider_keys"
    " WHERE provider = 'rugcheck'), nonce = (SELECT nonce FROM provider_keys"
    " WHERE provider = 'rugcheck') WHERE provider = 'jupiter' AND number = 1",
    "with its own nonce": "UPDATE provider_keys SET sealed = (SELECT sealed FROM provider_keys"
    " WHERE provider = 'rugcheck') WHERE provider = 'jupiter' AND number = 1",
}


@pytest.mark.parametrize("swap", SWAPS.values(), ids=SWAPS)
async def test_a_swapped_ciphertext_is_refused_and_can_be_removed(keys: Keys, sql: Sql, swap: str) -> None:
    await sql(swap)
    with pytest.raises(ConfigError, match="key 1 of jupiter was changed"):
        await keys.opened()
    with pytest.raises(ConfigError):
        await keys.rotate(MasterKey.fresh())
    assert [key.secret for key in await keys.listed()] == [None, TWO, THREE]
    await keys.remove(JUPITER, 1)
    assert await keys.opened() == {JUPITER: (TWO,), RUGCHECK: (THREE,)}


@pytest.mark.parametrize("lost", [True, False])
async def test_a_master_key_that_is_lost_or_another_is_named_and_nothing_is_mixed(
    keys: Keys, path: Path, lost: bool
) -> None:
    replace(path, None if lost else MasterKey.fresh())
    for attempt in (keys.opened(), keys.add(JUPITER, SecretStr("new")), keys.rotate(MasterKey.fresh())):
        with pytest.raises(ConfigError, match="TRENCHCOAT_MASTER_KEY_FILE"):
            await attempt
    assert (mode(path) is None) is lost, "no new one is made while others are sealed with the old one"
    assert [key.secret for key in await keys.listed()] == [None] * 3
    for provider, number in ((JUPITER, 1), (JUPITER, 2), (RUGCHECK, 1)):
        await keys.remove(provider, number)
    assert await keys.add(JUPITER, ONE) == 1
    assert await keys.opened() == {JUPITER: (ONE,)}


async def test_a_wrong_key_of_the_settings_is_named(keys: Keys, store: Store) -> None:
    wrong = Keys(store, MasterSetting(MasterKey.fresh().written))
    with pytest.raises(ConfigError, match=rf"{KEY_SETTING}: it is not the master key"):
        await wrong.opened()


async def test_a_key_of_the_settings_seals_and_is_replaced(store: Store) -> None:
    old, new = MasterKey.fresh(), MasterKey.fresh()
    keys = Keys(store, MasterSetting(old.written))
    await keys.add(JUPITER, ONE)
    assert await keys.rotate(new) == 1
    assert await Keys(store, MasterSetting(new.written)).opened() == {JUPITER: (ONE,)}
    with pytest.raises(ConfigError, match=KEY_SETTING):
        await keys.opened()


async def test_after_a_rotation_the_old_master_key_opens_nothing(
    keys: Keys, store: Store, path: Path
) -> None:
    old = content(path)
    assert await keys.rotate(MasterKey.fresh()) == 3
    assert content(path) != old
    assert await keys.opened() == KEPT
    with pytest.raises(ConfigError):
        await Keys(store, MasterSetting(old)).opened()
    async with store.read() as tx:
        assert all(row.rotated_at is not None for row in await tx.keys.all())


STEPS = (
    "before the new key is written",
    "before everything is sealed anew",
    "before the new key is in place",
    "after the new key is in place",
)


@pytest.mark.parametrize("step", STEPS)
async def test_a_rotation_cut_short_at_any_step_is_settled_by_the_next_start(
    keys: Keys, store: Store, file: Mortal, path: Path, step: str
) -> None:
    file.ends_at = step
    with pytest.raises(Killed):
        await keys.rotate(MasterKey.fresh())
    again = Keys(store, MasterFile(path, SystemClock()))
    assert await again.opened() == KEPT
    assert await again.rotate(MasterKey.fresh()) == 3
    assert await again.opened() == KEPT
    assert [each.name for each in path.parent.glob("master*")] == [path.name]


@pytest.mark.parametrize("seed", range(4))
async def test_a_killed_rotation_loses_no_key(
    keys: Keys, store: Store, url: str, path: Path, seed: int
) -> None:
    rng = random.Random(seed)

    def drill() -> int:
        with subprocess.Popen(
            [sys.executable, str(ROTATOR), url, str(path)], cwd=ROOT, stdout=subprocess.PIPE
        ) as process:
            assert process.stdout is not None
            rotated = [process.stdout.readline() for _ in range(rng.randint(1, 5))]
            try:
                process.wait(rng.random() / 30)
            except subprocess.TimeoutExpired:
                process.kill()
            return len([line for line in rotated if line])

    assert await asyncio.to_thread(drill)
    assert await keys.opened() == KEPT
    assert await keys.add(RUGCHECK, ONE) == 2


async def test_what_is_done_at_once_by_several_is_done_one_after_the_other(
    keys: Keys, store: Store, path: Path
) -> None:
    others = [Keys(store, MasterFile(path, SystemClock())) for _ in range(3)]
    await asyncio.gather(
        *(each.rotate(MasterKey.fresh()) for each in others),
        *(each.add(ProviderId(f"vendor{number}"), ONE) for number, each in enumerate(others)),
        *(each.opened() for each in others),
    )
    opened = await keys.opened()
    assert opened == KEPT | {ProviderId(f"vendor{number}"): (ONE,) for number in range(3)}


def test_the_master_key_comes_from_one_place(tmp_path: Path) -> None:
    clock, key = SystemClock(), MasterKey.fresh().written
    assert str(tmp_path / "master.key") in master(Settings(), tmp_path, clock).where
    assert str(tmp_path / "k") in master(Settings(master_key_file=tmp_path / "k"), tmp_path, clock).where
    assert master(Settings(master_key=key), tmp_path, clock).where == KEY_SETTING
    with pytest.raises(ConfigError, match="set one of them"):
        master(Settings(master_key=key, master_key_file=tmp_path / "k"), tmp_path, clock)
