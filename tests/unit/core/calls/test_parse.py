"""Calls in real messages, measured on channels the parser was not tuned on; and in written ones."""

from __future__ import annotations

import hashlib
import json
import time
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.addresses import RefKind
from core.calls.parse import Call, number, parse

DATA = Path(__file__).parents[3] / "data"
D = Decimal
MINT = "E9pqwP37fggDQ4L5hQdAJkgxjwrXZjv6rwMfiu7fpump"
OTHER = "DezXAZ8z7PnrnRJjz3wXBoRgixCa6xjnB7YaB1pPB263"
POOL = "https://dexscreener.com/solana/2dx2ywvby2rb1ah2duabxrvjg2gzrueudyvmlpynacfe"


def lines(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (DATA / name).read_text(encoding="utf-8").splitlines()]


def tuned_on(channel: str) -> bool:
    """Say in which half a channel is: the parser's words were chosen on the even ones only."""
    return hashlib.sha256(channel.encode()).digest()[0] % 2 == 0


@pytest.mark.parametrize("half", [True, False], ids=["tuned on", "not tuned on"])
def test_symbols_of_real_calls_are_found_and_other_messages_are_none(half: bool) -> None:
    calls = [call for call in lines("calls.jsonl") if tuned_on(call["channel"]) == half]
    named = [call for call in calls if call["symbol"]]
    found = sum(call["symbol"].upper() in {one.symbol for one in parse(call["text"])} for call in named)
    wrong = sum(bool({one.symbol for one in parse(call["text"])} - {call["symbol"], None}) for call in calls)
    others = [
        message
        for message in lines("messages.jsonl")
        if tuned_on(message["channel"]) == half and message["label"] != "coin_release"
    ]
    false = sum(bool(parse(message["text"])) for message in others)
    print(
        f"\n{'tuned on' if half else 'not tuned on'}: {found} of {len(named)} symbols, {wrong} wrong, "
        f"{false} calls in {len(others)} other messages ({1000 * false / len(others):.1f} in 1,000)"
    )
    assert found / len(named) >= 0.85
    assert wrong <= 1
    assert 1000 * false / len(others) <= 10


def test_every_address_of_real_calls_is_found_and_no_pool_is_taken_for_it() -> None:
    named = [call for call in lines("calls.jsonl") if call["address"]]
    for call in named:
        (found,) = parse(call["text"])
        assert found.token is not None
        assert found.token.text.lower() == call["address"].lower()
        assert found.token.kind is RefKind.ADDRESS
        assert found.pool is None or found.pool.text.lower() != call["address"].lower()
    assert len(named) == 12


def test_posts_of_another_place_name_no_token_that_they_do_not_hold() -> None:
    """Read posts from X, on which nothing was tuned."""
    plain = [post for post in lines("posts.jsonl") if not post["solana_mints"] + post["evm_addresses"]]
    false = sum(bool(parse(post["text"])) for post in plain)
    print(f"\n{false} calls in {len(plain)} posts without an address")
    assert false / len(plain) <= 0.02
    for post in lines("posts.jsonl"):
        held = {*post["solana_mints"], *(address.lower() for address in post["evm_addresses"])}
        assert {call.token.text for call in parse(post["text"]) if call.token} <= held


def test_the_exchange_and_quote_of_real_trading_links_are_read() -> None:
    linked = [call for call in lines("calls.jsonl") if call["exchange"]]
    right = sum(
        any((one.exchange, one.quote) == (call["exchange"], call["quote"]) for one in parse(call["text"]))
        for call in linked
    )
    assert right == len(linked)


@pytest.mark.parametrize(
    ("text", "symbol", "quote"),
    [
        ("BXX", "BXX", None),
        ("🚀 BXX 🚀", "BXX", None),
        ("$bonk", "BONK", None),
        ("#Wif", "WIF", None),
        ("CAPO / USDT", "CAPO", "USDT"),
        ("capo/usdt", "CAPO", "USDT"),
        ("Coin name:   ➡️ egg ⬅️\n\n🔥🔥🔥", "EGG", None),
        ("The coin is : $ABC", "ABC", None),
        ("the coin we are pumping today is him ( $HIM ) 🚀", "HIM", None),
        ("THE COIN IS > https://poloniex.com/trade/SUDO_USDT", "SUDO", "USDT"),
        ("https://www.kucoin.com/trade/XCV-USDT", "XCV", "USDT"),
        ("The coin to pump is: 💎 FIRE 💎", "FIRE", None),
        ("Co\u200bin is: A\u200bB\u200bC", "ABC", None),
        ("https://poloniex.com/trade/DYP_USDT/?type=spot", "DYP", "USDT"),
    ],
)
def test_a_ticker_is_read(text: str, symbol: str, quote: str | None) -> None:
    (call,) = parse(text)
    assert (call.symbol, call.quote) == (symbol, quote)
    assert call.token is None


@pytest.mark.parametrize(
    "text",
    [
        "", " ", "🚀🚀🚀", "SELL", "BOOM!!!", "SELL SELL SELL", "gm", "hello", "USDT", "$USDT", "BTC/USDT",
        "100", "300%", "$40", "$1.5k",
        "The coin will be paired with BTC",
        "Example: If the coin is XXX, buy it on the XXX/USDT market",
        "5 minutes left, the next message will be the coin to buy.",
        "Pump cancelled. The coin is: OBI",
        "OFFICIAL PUMP RESULTS:\n\nCoin: BXX\nLow: 0.02\nHigh: 2",
        "$AGN is unstoppable 🌱🚀🔥", "I sold my $BONK yesterday, what a week",
        "Airdrop: the token is $FREE",
        "what is a token?", "COIN IS", "**COIN IS**", "coin is:", "coin:", "coin: \n\n",
    ],
)  # fmt: skip
def test_what_recommends_nothing_is_no_call(text: str) -> None:
    assert parse(text) == ()


def test_a_pool_link_beside_the_mint_stays_a_pool() -> None:
    (call,) = parse(f"Chart {POOL}\n$HEDG\nCA: {MINT}")
    assert call.token is not None and call.token.text == MINT
    assert call.pool is not None and call.pool.folded and call.pool.kind is RefKind.POOL
    assert call.symbol == "HEDG"


def test_a_pool_link_alone_names_no_token() -> None:
    (call,) = parse(POOL)
    assert call.token is None and call.pool is not None
    assert call.symbol is None


def test_a_token_in_an_explorer_link_is_taken_only_where_none_is_written_out() -> None:
    linked = f"https://solscan.io/token/{OTHER}"
    (call,) = parse(f"CA {MINT} owner {linked}")
    assert call.token is not None and call.token.text == MINT
    (call,) = parse(linked)
    assert call.token is not None and call.token.text == OTHER


def test_several_addresses_are_several_calls_with_the_tickers_before_them() -> None:
    calls = parse(f"$HEDG {MINT}\n$BONK {OTHER}")
    assert [(call.symbol, call.token and call.token.text) for call in calls] == [
        ("HEDG", MINT),
        ("BONK", OTHER),
    ]
    calls = parse(f"$HEDG {MINT}\n{OTHER}")
    assert [call.symbol for call in calls] == [None, None]


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("Price Before PUMP - $0.0000074", Call(symbol="ABC", price_usd=D("0.0000074"))),
        ("Entry: $0.0₅42", Call(symbol="ABC", price_usd=D("0.0000042"))),
        ("price $1,250.5", Call(symbol="ABC", price_usd=D("1250.5"))),
        ("price 0.5 USDT", Call(symbol="ABC")),  # of what, is not said
        ("Price $0.1, entry price $0.2", Call(symbol="ABC")),  # which of them, is not said
        ("price $1.5M", Call(symbol="ABC")),  # a cap
        ("Target: +300%", Call(symbol="ABC", gains=(D(3),))),
        ("Projected Gain: 500-700%", Call(symbol="ABC", gains=(D(5), D(7)))),
        ("target 10x", Call(symbol="ABC", gains=(D(9),))),
        ("Targets: $0.5, $0.75", Call(symbol="ABC", targets_usd=(D("0.5"), D("0.75")))),
        ("up 300% already", Call(symbol="ABC")),
    ],
)  # fmt: skip
def test_prices_and_targets_are_read_where_they_are_plainly_said(said: str, expected: Call) -> None:
    assert parse(f"Coin is: ABC\n{said}") == (expected,)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0.5", D("0.5")), ("1,000", D(1000)), ("0.0₅42", D("0.0000042")), ("0.0₁₂7", D("0.0000000000007")),
        ("1.2.3", None), ("", None), ("0.0₅", None), ("९", None), ("1e9", None), ("9" * 40, None),
    ],
)  # fmt: skip
def test_a_number_is_read_as_chats_write_it(text: str, value: Decimal | None) -> None:
    assert number(text) == value


@given(st.text(st.characters(exclude_categories=()), max_size=200))
def test_any_text_is_read_without_an_error(text: str) -> None:
    for call in (*parse(text), *parse(f"Coin is: {text}"), *parse(f"{MINT} {text}")):
        assert call.symbol is None or 1 <= len(call.symbol) <= 24


@pytest.mark.parametrize(
    "piece",
    [
        "coin ",
        "coin is ",
        "the ",
        "$",
        "$a ",
        "#a",
        "a/USDT ",
        "https://",
        "a.a.a/",
        "0",
        "0.0₅",
        "target ",
        "%",
        " ",
        "\n",
        "price $",
        f"{MINT} ",
        "x.co/trade/A-USDT ",
        "coin is:\n",
        "the coin we are the ",
    ],
)
def test_a_hundred_thousand_characters_are_read_at_once(piece: str) -> None:
    text = piece * (100_000 // len(piece))
    started = time.process_time()
    parse(text)
    assert time.process_time() - started < 1.0
