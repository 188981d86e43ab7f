"""Settings: a wrong one is one clear line, and no line holds what may be a secret."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from config.settings import Settings, SettingsError, load

SECRET = "7001234567:AAH-canary-canary-canary-canary-12"


@pytest.fixture(autouse=True)
def _bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in os.environ:
        if name.upper().startswith("TRENCHCOAT"):
            monkeypatch.delenv(name)


def problems(monkeypatch: pytest.MonkeyPatch, **environment: str) -> list[str]:
    for name, value in environment.items():
        monkeypatch.setenv(f"TRENCHCOAT_{name}", value)
    with pytest.raises(SettingsError) as wrong:
        load()
    return wrong.value.problems


BROKEN = [
    ("MARKET", "LIVE", "'auto', 'live' or 'sandbox'"),
    ("MARKET", SECRET, "'auto', 'live' or 'sandbox'"),
    ("MARKET__NAME", "x", "no such setting"),
    ("FRONTENDS", "slack", "'auto', 'telegram', 'discord'"),
    ("FRONTENDS", "telegram", "set TRENCHCOAT_TELEGRAM__TOKEN"),
    ("FRONTENDS", "discord", "set TRENCHCOAT_DISCORD__TOKEN"),
    ("OWNER_IDS", SECRET, "entry 1 is not of the form telegram:123"),
    ("OWNER_IDS", "telegram:1,bob", "entry 2 is not of the form"),
    ("OWNER_IDS", "telegram:abc", "entry 1 is not of the form"),
    ("OWNER_IDS", "telegram:١٢", "entry 1 is not of the form"),
    ("OWNER_IDS", "*", "entry 1 is not of the form"),
    ("OWNER_IDS", "everybody", "entry 1 is not of the form"),
    ("TELEGRAM", "token", "is not JSON"),
    ("TELEGRAM", f'{{"token": "{SECRET}"', "is not JSON"),
    ("TELEGRAM", f'["{SECRET}"]', "valid dictionary"),
    ("TELEGRAM__TOKEN", " ", "is blank"),
    ("TELEGRAM__TOKEN", f"{SECRET} {SECRET}", "is blank, or holds blanks"),
    ("TELEGRAM__TOKN", SECRET, "no such setting"),
    ("TELEGRAM__API_URL", "api.telegram.org", "must be a web address"),
    ("TELEGRAM__API_URL", f"https://bot:{SECRET}@host", "must be a web address"),
    ("TELEGRAM__WEBHOOK_URL", "ftp://host", "must be a web address"),
    ("DISCORD__TOKEN", f"{SECRET}\x07", "cannot be printed"),
    ("DISCORD__MESSAGE_CONTENT", "perhaps", "valid boolean"),
    ("PROVIDERS", SECRET, "is not JSON"),
    ("PROVIDERS__JUPITER", SECRET, "valid dictionary"),
    ("PROVIDERS__JUPITER__KEY", SECRET, "no such setting"),
    ("PROVIDERS__JUPITER__API_KEY", f"a {SECRET}", "holds blanks"),
    ("PROVIDERS__JUPITER__ENABLED", SECRET, "valid boolean"),
    ("PROVIDERS", '{"jupiter": {"base_url": 5}}', "must be a web address"),
    ("PROVIDERS__SOLANA__SPARE_URLS", f"https://a.example,{SECRET}", "must be a web address"),
    ("AI__API_KEY", " ", "is blank"),
    ("AI__BASE_URL", SECRET, "must be a web address"),
    ("HTTP__PORT", "99999", "less than or equal to 65535"),
    ("HTTP__PORT", SECRET, "valid integer"),
    ("LOG__LEVEL", "loud", "'debug', 'info'"),
    ("LOG__FORMAT", "xml", "'auto', 'json' or 'console'"),
    ("SANDBOX__SEED", "-1", "greater than or equal to 0"),
    ("SANDBOX__SPEED", "0", "greater than 0"),
    ("SANDBOX__SPEED", "nan", "less than or equal to 3600"),
    ("SANDBOX__LATENCY_MS", "400-50", "first number must not be above"),
    ("SANDBOX__LATENCY_MS", "fast", "must be milliseconds"),
    ("SANDBOX__LATENCY_MS", "-5", "must be milliseconds"),
    ("ACCESS__REGISTRATION", "everybody", "'open' or 'approval'"),
    ("DATABASE_URL", " ", "is blank"),
    ("REDIS_URL", "redis://x y", "holds blanks"),
    ("DATABASE", SECRET, "no such setting"),
    ("", "x", "no such setting"),
]


@pytest.mark.parametrize(("name", "value", "words"), BROKEN, ids=[f"{n}={v[:20]}" for n, v, _ in BROKEN])
def test_a_wrong_setting_is_one_clear_line(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, words: str
) -> None:
    (line,) = problems(monkeypatch, **{name: value})
    assert line.startswith(f"TRENCHCOAT_{name}")
    assert words in line
    assert "\n" not in line
    assert "canary" not in line


def test_spare_addresses_are_a_list_of_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRENCHCOAT_PROVIDERS__SOLANA__SPARE_URLS", "https://a.example/, https://b.example/x")
    assert load().providers["solana"].spare_urls == ("https://a.example", "https://b.example/x")


def test_several_wrong_settings_are_a_line_each(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = problems(monkeypatch, MARKET="x", HTTP__PORT="y", LOG__LEVEL="z")
    assert len(lines) == 3


def test_a_misspelt_name_is_refused_in_any_case(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("trenchcoat_marked", "live")
    assert problems(monkeypatch) == ["trenchcoat_marked: there is no such setting"]


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (b"TRENCHCOAT_MARKET=banana\n", "TRENCHCOAT_MARKET: Input should be 'auto', 'live' or 'sandbox'"),
        (b"TRENCHCOAT_MARKED=live\n", "TRENCHCOAT_MARKED: there is no such setting"),
        (b"SOMETHING_ELSE=1\n", "SOMETHING_ELSE: there is no such setting"),
        (b"\xff\xfecanary", "{file}: is not text in UTF-8"),
        (None, "{file}: cannot be read: No such file or directory"),
    ],
)
def test_a_wrong_env_file_is_one_clear_line(tmp_path: Path, content: bytes | None, line: str) -> None:
    file = tmp_path / "trenchcoat.env"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(SettingsError) as wrong:
        load(file)
    assert wrong.value.problems == [line.format(file=file)]


def test_a_folder_is_no_env_file(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="cannot be read"):
        load(tmp_path)


def test_an_env_file_is_read_and_the_environment_goes_before_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "trenchcoat.env"
    file.write_text(f'TRENCHCOAT_TELEGRAM__TOKEN="{SECRET}"\nTRENCHCOAT_SANDBOX__SEED=3\n# a comment\n')
    monkeypatch.setenv("TRENCHCOAT_SANDBOX__SEED", "4")
    settings = load(file)
    assert settings.telegram.token is not None
    assert settings.telegram.token.get_secret_value() == SECRET
    assert settings.sandbox.seed == 4


def test_no_rendering_of_the_settings_shows_a_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("TELEGRAM__TOKEN", "DISCORD__TOKEN", "AI__API_KEY", "PROVIDERS__JUPITER__API_KEY"):
        monkeypatch.setenv(f"TRENCHCOAT_{name}", SECRET)
    monkeypatch.setenv("TRENCHCOAT_DATABASE_URL", f"postgresql://me:{SECRET}@host/db")
    settings = load()
    for rendering in (str(settings), repr(settings), settings.model_dump_json(), str(settings.model_dump())):
        assert "canary" not in rendering


def test_a_secret_loses_the_line_break_that_came_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRENCHCOAT_TELEGRAM__TOKEN", f" {SECRET}\n")
    token = load().telegram.token
    assert token is not None and token.get_secret_value() == SECRET


def test_nothing_configured_is_the_practice_market_on_the_console() -> None:
    settings = load()
    assert settings.practice
    assert settings.front_ends == ("console",)
    assert settings.owner_ids == ()


@pytest.mark.parametrize(
    ("environment", "practice", "front_ends"),
    [
        ({"TELEGRAM__TOKEN": SECRET}, False, ("telegram",)),
        ({"TELEGRAM__TOKEN": SECRET, "DISCORD__TOKEN": SECRET}, False, ("telegram", "discord")),
        ({"TELEGRAM__TOKEN": SECRET, "MARKET": "sandbox"}, True, ("telegram",)),
        ({"TELEGRAM__TOKEN": SECRET, "FRONTENDS": "console"}, False, ("console",)),
        ({"MARKET": "live"}, False, ("console",)),
        ({"MARKET": ""}, True, ("console",)),
    ],
)
def test_a_chat_token_means_the_live_market_unless_told_otherwise(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], practice: bool, front_ends: tuple[str, ...]
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(f"TRENCHCOAT_{name}", value)
    settings = load()
    assert (settings.practice, settings.front_ends) == (practice, front_ends)


def test_lists_and_ranges_are_read_from_one_word(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRENCHCOAT_OWNER_IDS", " telegram:123, discord:456 ,")
    monkeypatch.setenv("TRENCHCOAT_SANDBOX__LATENCY_MS", "50-400")
    settings = load()
    assert settings.owner_ids == ("telegram:123", "discord:456")
    assert settings.sandbox.latency_ms == (50, 400)
    monkeypatch.setenv("TRENCHCOAT_SANDBOX__LATENCY_MS", "80")
    assert load().sandbox.latency_ms == (80, 80)


def test_settings_cannot_be_changed_once_read() -> None:
    with pytest.raises(ValueError, match="frozen"):
        Settings().market = "live"
