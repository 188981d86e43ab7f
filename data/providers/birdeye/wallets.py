"""How Birdeye's answers about a wallet are read: what it holds, and what it earned as the vendor reckons.

Knows that balances are base units in strings, and that native SOL may stand under a mint that ends in 1.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from data.errors import BadPayload, NotListed
from data.models.ids import SOL_MINT
from data.models.wallets import WalletHolding, WalletHoldings, WalletProfit, WalletSpan, each_once
from data.providers import values
from data.providers.base import Ask, Json
from data.providers.birdeye.tokens import content

_NATIVE = SOL_MINT[:-1] + "1"
_DURATIONS = {WalletSpan.D1: "24h", WalletSpan.D7: "7d", WalletSpan.D30: "30d"}


def duration(ask: Ask) -> Mapping[str, str]:
    """Name the span in the vendor's words."""
    return {"duration": _DURATIONS[ask.span]}


def parse_holdings(body: Json, ask: Ask, at: datetime) -> tuple[WalletHoldings, ...]:
    """Read what a wallet holds, the most valuable first; rows that cannot be read are left out.

    Raises:
        BadPayload: the answer holds no list, or is of another wallet.
        NotListed: nothing is known of the wallet.
    """
    told = content(body)
    wallet = _asked(ask)
    if told.get("wallet_address") not in (None, wallet):
        raise BadPayload("the answer is of another wallet")
    rows = map(values.mapping, values.required_items(told.get("items"), "holdings"))
    held = each_once(holding for row in rows if (holding := _holding(row)) is not None)
    in_dollars = told.get("currency") in (None, "usd")
    return (
        WalletHoldings(
            wallet=wallet,
            holdings=held,
            total_usd=values.number(told.get("total_value")) if in_dollars else None,
            as_of=values.moment(told.get("current_timestamp")),
        ),
    )


def _holding(row: Mapping[str, Json]) -> WalletHolding | None:
    mint, amount = values.address(row.get("address")), values.raw_amount(row.get("balance"))
    places = values.decimals(row.get("decimals"))
    if mint is None or amount is None or places is None:
        return None
    return WalletHolding(
        mint=SOL_MINT if mint == _NATIVE else mint,
        amount=amount,
        decimals=places,
        symbol=values.symbol(row.get("symbol")),
        name=values.text(row.get("name")),
        price_usd=values.positive(row.get("price")),
        value_usd=values.number(row.get("value")),
    )


def parse_profit(body: Json, ask: Ask, at: datetime) -> tuple[WalletProfit, ...]:
    """Read what a wallet earned.

    Raises:
        BadPayload: the answer holds no summary.
        NotListed: nothing is known of the wallet.
    """
    told = values.required_mapping(content(body).get("summary"), "summary")
    counts, flows = values.mapping(told.get("counts")), values.mapping(told.get("cashflow_usd"))
    profit = values.mapping(told.get("pnl"))
    return (
        WalletProfit(
            wallet=_asked(ask),
            span=ask.span,
            realised_usd=values.number(profit.get("realized_profit_usd"), signed=True),
            unrealised_usd=values.number(profit.get("unrealized_usd"), signed=True),
            invested_usd=values.number(flows.get("total_invested")),
            sold_usd=values.number(flows.get("total_sold")),
            buys=values.count(counts.get("total_buy")),
            sells=values.count(counts.get("total_sell")),
            wins=values.count(counts.get("total_win")),
            losses=values.count(counts.get("total_loss")),
        ),
    )


def _asked(ask: Ask) -> str:
    if not ask.accounts:
        raise NotListed("no wallet is asked for")
    return ask.accounts[0]
