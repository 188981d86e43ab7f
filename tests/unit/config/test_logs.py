"""Logs: canary secrets of many kinds, through every way into a log line, leave none of their letters."""

from __future__ import annotations

import io
import json
import logging
import random
import sys
import time
from collections.abc import Iterator

import pytest
import structlog

from config import logs

_BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_RNG = random.Random(7)


def drawn(alphabet: str, length: int) -> str:
    return "".join(_RNG.choice(alphabet) for _ in range(length))


_LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
TELEGRAM = f"7001234567:AA{drawn(_LETTERS, 33)}"
DISCORD = f"MTIz{drawn(_LETTERS, 22)}.G{drawn(_LETTERS, 5)}.{drawn(_LETTERS, 38)}"
MODEL = f"sk-ant-api03-{drawn(_LETTERS, 40)}"
KEY = drawn(_BASE58, 88)
KEY_AS_JSON = f"[{', '.join(str(_RNG.randrange(256)) for _ in range(64))}]"
HEX_KEY = f"0x{drawn('0123456789abcdef', 64)}"
UUID_KEY = "5f0c1a9e-3b7d-4c2e-9a61-0d2f4b8c7e13"
PASSWORD = drawn(_LETTERS, 20)
SEED = "legal winner thank year wave sausage worth useful legal winner thank yellow"
BEARER = drawn(_LETTERS, 30)
WEBHOOK = drawn(_LETTERS, 60)

# What stands in the text, and the letters that must not.
CANARIES = {
    "telegram token": (f"POST https://api.telegram.org/bot{TELEGRAM}/sendMessage", TELEGRAM),
    "telegram token alone": (f"token {TELEGRAM} refused", TELEGRAM),
    "discord token": (f"login with {DISCORD} failed", DISCORD),
    "discord webhook": (f"https://discord.com/api/webhooks/123456789012345678/{WEBHOOK}", WEBHOOK),
    "model key": (f"x-api-key: {MODEL}", MODEL),
    "database password": (f"postgresql://me:{PASSWORD}@host:5432/db", PASSWORD),
    "redis password": (f"redis://:{PASSWORD}@host:6379/0", PASSWORD),
    "wallet key": (f"key is {KEY}", KEY),
    "wallet key as numbers": (f"keypair {KEY_AS_JSON}", KEY_AS_JSON[1:-1]),
    "wallet key in hex": (f"key {HEX_KEY}", HEX_KEY),
    "seed words": (f"my seed is {SEED}", "wave sausage worth"),
    "key in a query": (f"GET https://rpc.example/?api-key={UUID_KEY}&x=1", UUID_KEY),
    "token in a query": (f"GET https://x.example/?x=1&access_token={PASSWORD}", PASSWORD),
    "bearer": (f"Authorization: Bearer {BEARER}", BEARER),
    "json": (f'{{"api_key": "{PASSWORD}", "n": 1}}', PASSWORD),
    "a dictionary": (f"{{'secret': '{PASSWORD}'}}", PASSWORD),
}


@pytest.mark.parametrize(("text", "secret"), CANARIES.values(), ids=CANARIES)
def test_a_secret_is_masked_by_its_shape(text: str, secret: str) -> None:
    masked = logs.masked(text)
    assert secret not in masked
    assert logs.MASK in masked
    assert logs.masked(masked) == masked


@pytest.mark.parametrize(
    "text",
    [
        "command_answered outcome=ok ms=12.5 request_id=00ab34cd56",
        "provider_down DezXAZ8z7PnrnRJjz3wXBoRgixCa6xjnB7YaB1pPB263",
        "https://api.dexscreener.com/latest/dex/tokens/DezXAZ8z7PnrnRJjz3wXBoRgixCa6xjnB7YaB1pPB263",
        "2026-11-22T12:00:00.123456Z telegram:123456789 user 42",
        "pool 0x6982508145454ce325ddbe47a25d4ec3d2311933 at 12:30:45",
        "the sources for this are not answering",
    ],
)
def test_what_is_no_secret_stays_readable(text: str) -> None:
    assert logs.masked(text) == text


NAMES = (
    "token bot_token api_key apikey API_KEY password secret authorization seed mnemonic "
    "private_key privatekey pin webhook_secret db_passwd"
)


@pytest.mark.parametrize("name", NAMES.split())
def test_a_value_is_masked_by_its_name(name: str) -> None:
    assert logs.redact(None, "info", {name: "short"}) == {name: logs.MASK}


def test_numbers_and_flags_stay_what_they_are() -> None:
    event = {"event": "done", "ms": 12.5, "count": 3, "ok": True, "none": None}
    assert logs.redact(None, "info", dict(event)) == event


@pytest.fixture(params=["json", "console"])
def written(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    stream = io.StringIO()
    monkeypatch.setattr(sys, "stderr", stream)
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    logs.configure(request.param, "debug")
    yield stream
    structlog.reset_defaults()
    root.handlers[:], root.level = handlers, level


@pytest.mark.parametrize(("text", "secret"), CANARIES.values(), ids=CANARIES)
def test_no_way_into_the_log_lets_a_secret_through(written: io.StringIO, text: str, secret: str) -> None:
    ours, theirs = structlog.get_logger("ours"), logging.getLogger("theirs")
    ours.info(text)
    ours.warning("event", detail=text, nested={"deep": [text]}, error=ValueError(text))
    ours.info("bytes", body=text.encode())
    try:
        raise ValueError(text)
    except ValueError:
        ours.exception("failed")
        theirs.exception("failed with %s", text)
    theirs.error("said %s", text)
    theirs.warning(text.replace("%", "%%"))
    with logs.about(bound=text):
        ours.info("bound")
    told = written.getvalue()
    assert told.count("\n") >= 6
    assert secret not in told
    assert "ValueError" in told


def test_a_line_of_json_is_one_object(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.StringIO()
    monkeypatch.setattr(sys, "stderr", stream)
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    logs.configure("json", "info")
    structlog.get_logger("x").info("order_filled", hostile="a\nb\x1b[31m", n=1)
    structlog.get_logger("x").debug("hidden")
    logging.getLogger("lib").info("hidden too")
    logging.getLogger("lib").warning("shown")
    lines = [json.loads(line) for line in stream.getvalue().splitlines()]
    assert [line["event"] for line in lines] == ["order_filled", "shown"]
    assert lines[0]["level"] == "info" and lines[0]["timestamp"].endswith("Z")
    structlog.reset_defaults()
    root.handlers[:], root.level = handlers, level


PIECES = ["a ", "1:", "abc ", "1, ", "a:b@", "sk-", "://", "M", "token=", "x" * 80 + " ", "[1,", "://a:"]


@pytest.mark.parametrize("piece", PIECES)
def test_a_hundred_thousand_characters_are_masked_at_once(piece: str) -> None:
    started = time.process_time()
    logs.masked(piece * (100_000 // len(piece)))
    assert time.process_time() - started < 1.0
