"""Plain messages that mean a command."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import addresses
from handlers import sniff
from handlers.reply import Invoke

MINT = "DezXAZ8z7PnrnRJjz3wXBoRgixCa6xjnB7YaB1pPB263"
EVM = "0x6982508145454ce325ddbe47a25d4ec3d2311933"


@pytest.mark.parametrize(
    ("message", "token"),
    [
        (MINT, MINT),
        (f"gm, who holds `{MINT}`?", MINT),
        (f"https://dexscreener.com/base/{EVM} looks good", f"pool:base:{EVM}"),
        (f"https://basescan.org/token/{EVM}", f"base:{EVM}"),
        ("$BONK", "$BONK"),
        (" $BONK ", "$BONK"),
        ("$草泥马", "$草泥马"),
        ("$BONK?", "$BONK"),
    ],
)
def test_a_message_that_names_a_token_asks_for_its_card(message: str, token: str) -> None:
    assert sniff.paste(message) == Invoke("paste", {"token": token})
    assert addresses.parse_ref(token) is not None


@pytest.mark.parametrize(
    "message",
    [
        "",
        "gm",
        "buy $BONK now",
        "$40",
        "$1.5m",
        "$",
        "$BONK $WIF",
        "BONK",
        MINT[:-4],
        "price is $BONK",
        "$\u3164",
    ],
)
def test_small_talk_asks_for_nothing(message: str) -> None:
    assert sniff.paste(message) is None


@pytest.mark.parametrize(
    ("line", "heard"),
    [
        ("/t BONK 1h", ("t", ["BONK", "1h"])),
        ("/T@trenchcoat_bot  BONK", ("t", ["BONK"])),
        ("  /help", ("help", [])),
        ("/", None),
        ("", None),
        ("t BONK", None),
        ("/@bot x", None),
        ("/\u200b", ("\u200b", [])),
    ],
)
def test_a_line_with_a_slash_is_a_command(line: str, heard: tuple[str, list[str]] | None) -> None:
    assert sniff.command(line) == heard


@given(st.text(st.characters(exclude_categories=()), max_size=200))
def test_any_message_is_read_without_an_error(message: str) -> None:
    sniff.paste(message)
    heard = sniff.command(f"/{message}")
    assert heard is None or len(heard[1]) < 64


def test_a_line_of_endless_words_is_cut() -> None:
    heard = sniff.command("/p " + "a " * 50_000)
    assert heard is not None and len(heard[1]) == 63
