"""What vendors say of wallets, read by hand: holdings to the base unit, profits with their sign."""

from __future__ import annotations

import copy
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from data.errors import BadPayload, NotListed
from data.models.ids import SOL_MINT, USDC_MINT
from data.models.wallets import CoinBalance, WalletHolding, WalletHoldings, WalletProfit, WalletSpan
from data.providers.base import Ask, Call, discover
from tests.unit.data.providers.recorded import NOW, PROVIDERS, cases, find, sample

HOLDER = "8X35rQUK2u9hfn8rMPwwr6ZSEUhbmfDPEapp589XyoM1"
ASKED = Ask(accounts=(HOLDER,), span=WalletSpan.D30)
NATIVE = SOL_MINT[:-1] + "1"
BIRDEYE, SOLSCAN, HELIUS = (
    next(each for each in PROVIDERS if each.id == name) for name in ("birdeye", "solscan", "helius")
)
WORTH, PROFIT = find(BIRDEYE, "/wallet/v2/current-net-worth"), find(BIRDEYE, "/wallet/v2/pnl/summary")
PORTFOLIO = find(SOLSCAN, "/account/portfolio")


def test_birdeyes_holdings_are_base_units_with_their_worth() -> None:
    (told,) = WORTH.parse(sample("birdeye", "wallet-v2-current-net-worth.json"), ASKED, NOW)
    assert told == WalletHoldings(
        wallet=HOLDER,
        holdings=(
            WalletHolding(
                mint="cCpv5Z3nqKbKohYqgY7rxFebjMjvU7SBhwgYbCipump", amount=69_000_000, decimals=6,
                symbol="SMLO", name="Smellow", price_usd=Decimal("0.00014999198221145974"),
                value_usd=Decimal("0.010349446772590722"),
            ),
        ),
        total_usd=Decimal("0.010349446772590722"),
        as_of=datetime(2025, 5, 19, 4, 47, 19, 414327, UTC),
    )  # fmt: skip


def test_birdeyes_profit_keeps_a_loss_a_loss() -> None:
    (told,) = PROFIT.parse(sample("birdeye", "wallet-v2-pnl-summary.json"), ASKED, NOW)
    assert told == WalletProfit(
        wallet=HOLDER, span=WalletSpan.D30, realised_usd=Decimal("6045.934178885913"),
        unrealised_usd=Decimal("-74830.62425247866"), invested_usd=Decimal("175666.37823969766"),
        sold_usd=Decimal("87670.81375594059"), buys=11, sells=3, wins=0, losses=0,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("span", "word"), [(WalletSpan.D1, "24h"), (WalletSpan.D7, "7d"), (WalletSpan.D30, "30d")]
)
def test_the_span_is_asked_for_in_the_vendors_words(span: WalletSpan, word: str) -> None:
    call = Call(provider=BIRDEYE, endpoint=PROFIT, ask=replace(ASKED, span=span))
    assert call.target == f"/wallet/v2/pnl/summary?wallet={HOLDER}&duration={word}"


def test_solscans_native_sol_stands_among_the_tokens_and_positions_do_not() -> None:
    (told,) = PORTFOLIO.parse(sample("solscan", "v2-account-portfolio.json"), ASKED, NOW)
    assert isinstance(told, WalletHoldings)
    assert [(row.mint, row.amount, row.decimals) for row in told.holdings] == [
        (SOL_MINT, 2_039_280, 9),
        (USDC_MINT, 21_176_025_379, 6),
    ]
    assert told.holdings[1].value_usd == Decimal("21171.938406101854")
    assert told.total_usd is None  # the vendor's page says two things of what its sum holds


def test_native_and_wrapped_sol_are_one_holding() -> None:
    body = copy.deepcopy(sample("birdeye", "wallet-v2-current-net-worth.json"))
    row = body["data"]["items"][0] | {"decimals": 9, "value": "2"}
    body["data"]["items"] = [
        row | {"address": NATIVE, "balance": "5"},
        row | {"address": SOL_MINT, "balance": "7"},
    ]
    (told,) = WORTH.parse(body, ASKED, NOW)
    assert isinstance(told, WalletHoldings)
    ((mint, amount, worth),) = [(row.mint, row.amount, row.value_usd) for row in told.holdings]
    assert (mint, amount, worth) == (SOL_MINT, 12, Decimal(4))


def test_an_answer_about_another_wallet_is_no_answer() -> None:
    with pytest.raises(BadPayload):
        WORTH.parse(sample("birdeye", "wallet-v2-current-net-worth.json"), Ask(accounts=(USDC_MINT,)), NOW)
    for endpoint in (WORTH, PROFIT, PORTFOLIO):
        with pytest.raises(NotListed):
            endpoint.parse({"success": True, "data": None}, ASKED, NOW)


def test_helius_tells_a_wallets_transactions_in_one_answer() -> None:
    trades = next(each for each in HELIUS.endpoints if each.capability == "wallet_trades")
    (case,) = cases(HELIUS, trades)
    (told,) = trades.parse(case.body, case.ask, NOW)
    node = next(each for each in HELIUS.endpoints if each.capability == "transaction")
    one = sample("solana", "getTransaction-json-v0-lookup-table.json")
    assert (told,) == node.parse(one, Ask(query="x"), NOW)
    asked = Call(
        provider=HELIUS, endpoint=trades, ask=Ask(accounts=(HOLDER,), since=1_700_000_000, limit=500)
    )
    assert asked.body["method"] == "getTransactionsForAddress"
    address, options = asked.body["params"]
    assert address == HOLDER
    assert options["limit"] == 100
    assert options["filters"]["blockTime"] == {"gte": 1_700_000_000}
    later = replace(asked, ask=replace(asked.ask, since=1_700_000_001))
    assert later.key != asked.key
    with pytest.raises(BadPayload):
        trades.parse({"jsonrpc": "2.0", "result": {"data": [{"slot": 1}]}, "id": 1}, ASKED, NOW)


def test_a_balance_is_whole_lamports_or_nothing() -> None:
    endpoint = next(each for each in HELIUS.endpoints if each.capability == "balance")
    body = {"jsonrpc": "2.0", "id": 1, "result": {"context": {"slot": 1}, "value": 0}}
    assert endpoint.parse(body, ASKED, NOW) == (CoinBalance(address=HOLDER, lamports=0),)
    for wrong in (None, "x", 2**64, 1.5, -1):
        with pytest.raises(BadPayload):
            endpoint.parse({**body, "result": {"context": {}, "value": wrong}}, ASKED, NOW)


def test_only_keyed_vendors_are_asked_about_wallets_beside_the_chain() -> None:
    telling = {
        provider.id
        for provider in discover().values()
        for endpoint in provider.endpoints
        if endpoint.capability in {"wallet", "wallet_trades", "wallet_profit"} and endpoint.by == "accounts"
    }
    assert telling == {"birdeye", "solscan", "helius"}
    assert all(discover()[name].auth.required for name in telling)
