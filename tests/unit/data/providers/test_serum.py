"""Order books through a node, read by hand."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from data.chain import serum as layout
from data.errors import BadPayload, InvariantBroken, NotListed, Unavailable
from data.models.ids import SOL, USDC
from data.models.market import Pool
from data.models.trading import OrderBook
from data.providers import serum
from data.providers.base import Ask, Call, classify
from tests.unit.data.providers.cases.serum import (
    ACCOUNTS,
    ASKS,
    BASE,
    EMPTY,
    MARKET,
    SERUM_A,
    SOL_USDC,
    account,
    base_of_a,
    book,
    framed,
    listed,
    market,
    mint,
    recorded,
    side,
)
from tests.unit.data.providers.recorded import BONK, NOW, ask, solana

ASKED = Ask(accounts=ACCOUNTS)
POOLS, BOOK = serum.PROVIDER.endpoints


def pools(body: Any, token: Any = SOL) -> tuple[Pool, ...]:
    return serum.parse_markets(body, ask(token), NOW)


def read(body: Any) -> OrderBook:
    (found,) = serum.parse_book(body, ASKED, NOW)
    return found


def test_markets_are_asked_for_by_their_base() -> None:
    call = Call(provider=serum.PROVIDER, endpoint=POOLS, ask=ask(SOL))
    assert (call.target, POOLS.by, BOOK.by) == ("", "token", "accounts")
    body = call.body
    assert body["method"] == "getProgramAccounts"
    assert body["params"][0] == layout.OPENBOOK
    assert body["params"][1]["filters"] == [
        {"dataSize": 388},
        {"memcmp": {"offset": 53, "bytes": SOL.address}},
    ]


def test_a_book_is_asked_for_in_one_call() -> None:
    body = Call(provider=serum.PROVIDER, endpoint=BOOK, ask=ASKED).body
    assert body["method"] == "getMultipleAccounts"
    assert body["params"] == [list(ACCOUNTS), {"encoding": "base64", "commitment": "confirmed"}]


def test_a_market_is_a_pool_without_a_price_that_says_how_its_book_is_asked_for() -> None:
    (pool,) = pools(listed((SOL_USDC, recorded("market-sol-usdc-openbook"))))
    assert (pool.address, pool.dex) == (SOL_USDC, "openbook")
    assert (pool.base.token, pool.quote.token) == (SOL, USDC)
    assert (pool.price_usd, pool.price_quote, pool.liquidity_usd) == (None, None, None)
    assert pool.accounts is not None
    assert pool.accounts[0] == SOL_USDC
    assert pool.accounts[3:] == (SOL.address, USDC.address)


def test_a_market_of_serum_itself_is_told_apart() -> None:
    (pool,) = pools(listed((SERUM_A, recorded("market-serum-v3-a"))), base_of_a())
    assert pool.dex == "serum"


def test_a_market_that_cannot_be_read_is_left_out() -> None:
    good = (SOL_USDC, recorded("market-sol-usdc-openbook"))
    bad: list[tuple[str, Any]] = [
        (MARKET, recorded("market-sol-usdc-openbook")),  # bytes of another address
        (MARKET, account(market(flags=3 | 256))),  # closed
        (SOL_USDC, {**recorded("market-sol-usdc-openbook"), "owner": BONK.address}),
        (SOL_USDC, {**recorded("market-sol-usdc-openbook"), "data": ["AAAA", "base58"]}),
        (SOL_USDC, None),
    ]
    assert len(pools(listed(*bad, good))) == 1
    with pytest.raises(BadPayload):
        pools(listed(*bad))


def test_a_market_of_another_token_is_none_of_this_one() -> None:
    with pytest.raises(BadPayload):
        pools(listed((SOL_USDC, recorded("market-sol-usdc-openbook"))), BONK)


def test_a_token_without_markets_is_not_listed() -> None:
    with pytest.raises(NotListed):
        pools(listed())


def test_a_book_is_read_with_prices_in_whole_tokens() -> None:
    bids = side(0x21, {117_445 << 64 | 5: 10, 117_444 << 64 | 9: 20, 117_445 << 64 | 6: 1})
    found = read(book(bids=bids))
    assert (found.market, found.base, found.quote) == (MARKET, solana(BASE), solana(ACCOUNTS[4]))
    assert found.bids == (
        (Decimal("11744.5"), Decimal("0.0011")),
        (Decimal("11744.4"), Decimal("0.002")),
    )
    assert found.asks[0] == (Decimal("11744.6"), Decimal("4.0632"))
    assert len(found.asks) == 15
    assert found.slot == 7


def test_an_empty_book_is_an_answer() -> None:
    found = read(book(asks=framed(0x41, EMPTY)))
    assert found.bids == found.asks == ()


def test_a_crossed_book_is_refused() -> None:
    for price in (117_446, 117_447, 2**40):
        with pytest.raises(BadPayload, match="crossed"):
            read(book(bids=side(0x21, {price << 64: 1})))


@pytest.mark.parametrize("place", range(5))
@pytest.mark.parametrize("held", [None, account(market(), BONK.address), 7])
def test_an_account_that_is_gone_or_of_another_program_is_no_market(place: int, held: Any) -> None:
    body = book()
    body["result"]["value"][place] = held
    with pytest.raises(NotListed):
        read(body)


def test_sides_of_another_program_than_the_markets_are_refused() -> None:
    body = book()
    body["result"]["value"][1] = account(framed(0x21, EMPTY), layout.SERUM)
    with pytest.raises(NotListed):
        read(body)


@pytest.mark.parametrize("place", [0, 1, 2, 3, 4])
@pytest.mark.parametrize("data", [None, "AAAA", ["!", "base64"], ["AAAA", "base64"], [7, "base64"], [{}, {}]])
def test_bytes_that_cannot_be_read_make_no_book(place: int, data: Any) -> None:
    body = book()
    body["result"]["value"][place]["data"] = data
    with pytest.raises(BadPayload):
        read(body)


def test_the_sides_and_mints_must_be_the_markets_own() -> None:
    for place in (1, 2, 3, 4):
        accounts = (*ACCOUNTS[:place], SOL_USDC, *ACCOUNTS[place + 1 :])
        with pytest.raises(BadPayload, match="another market"):
            serum.parse_book(book(), Ask(accounts=accounts), NOW)


def test_a_book_takes_five_accounts_in_the_question_and_in_the_answer() -> None:
    with pytest.raises(InvariantBroken):
        serum.parse_book(book(), Ask(accounts=(MARKET, ASKS)), NOW)
    body = book()
    del body["result"]["value"][4]
    with pytest.raises(BadPayload):
        read(body)


def test_decimals_come_from_the_mints() -> None:
    body = book()
    body["result"]["value"][3] = account(mint(8), "TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA")
    assert read(body).asks[0] == (Decimal("1174460"), Decimal("0.040632"))


def test_a_slot_that_cannot_be_read_is_unknown() -> None:
    assert read(book(slot="NaN")).slot is None


def test_a_node_that_is_overloaded_is_asked_again() -> None:
    body = {"jsonrpc": "2.0", "error": {"code": -32603, "message": "overloaded"}, "id": 1}
    assert isinstance(classify(serum.PROVIDER, 200, body), Unavailable)
