"""The doctor names each problem with its fix, against platforms on loopback."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.doctor import Finding, examine
from config.settings import Settings, load
from tests.fakes.discord import DiscordServer
from tests.fakes.telegram import TelegramServer


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("TRENCHCOAT_STATE_DIR", str(tmp_path))
    monkeypatch.setenv("TRENCHCOAT_MARKET", "sandbox")
    yield tmp_path


def settings(**sections: object) -> Settings:
    return load(None, **sections)


async def findings(chosen: Settings, *, offline: bool = False) -> dict[str, Finding]:
    return {finding.what: finding for finding in await examine(chosen, offline=offline)}


async def test_a_bare_console_on_the_practice_market_is_healthy(state: Path) -> None:
    found = await findings(settings())
    assert not [str(finding) for finding in found.values() if finding.bad]
    assert {"dexscreener", "jupiter", "rugcheck", "solana"} <= set(found)


async def test_offline_asks_no_provider(state: Path) -> None:
    assert "dexscreener" not in await findings(settings(), offline=True)


async def test_a_dead_provider_is_named_with_its_fix(state: Path) -> None:
    found = await findings(settings(sandbox={"faults": "jupiter=500"}))
    assert found["jupiter"].bad
    assert "TRENCHCOAT_PROVIDERS__JUPITER" in found["jupiter"].fix
    assert not found["dexscreener"].bad


async def test_privacy_mode_is_found_and_explained(state: Path) -> None:
    async with TelegramServer(privacy=True) as server:
        chosen = settings(telegram={"token": server.token, "api_url": server.url}, owner_ids="telegram:1")
        found = await findings(chosen)
    assert found["telegram"].bad
    assert "/setprivacy" in found["telegram"].fix


async def test_a_refused_token_is_told_apart_from_a_dead_server(state: Path) -> None:
    async with TelegramServer() as server:
        wrong = settings(telegram={"token": "1:wrong", "api_url": server.url}, owner_ids="telegram:1")
        refused = (await findings(wrong))["telegram"]
        url = server.url
    dead = (await findings(settings(telegram={"token": "1:a", "api_url": url}, owner_ids="telegram:1")))[
        "telegram"
    ]
    assert refused.bad
    assert "token" in refused.words
    assert dead.bad
    assert "not reachable" in dead.words


async def test_discord_is_asked_for_the_content_intent(state: Path) -> None:
    async with DiscordServer() as server:
        chosen = settings(discord={"token": server.token, "api_url": server.url}, owner_ids="discord:1")
        found = (await findings(chosen))["discord"]
    assert "TRENCHCOAT_DISCORD__TOKEN" not in found.fix


async def test_a_bot_without_owners_is_a_problem(state: Path) -> None:
    async with TelegramServer() as server:
        found = await findings(
            settings(telegram={"token": server.token, "api_url": server.url}), offline=True
        )
    assert found["owners"].bad
    assert "TRENCHCOAT_OWNER_IDS" in found["owners"].fix
