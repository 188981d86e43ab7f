"""How Solscan's portfolio of a wallet is read: native SOL apart from the tokens, positions in pools left out.

Amounts beyond 2^53 are read from their text.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from data.errors import NotListed
from data.models.ids import SOL_MINT
from data.models.wallets import WalletHolding, WalletHoldings, each_once
from data.providers import values
from data.providers.base import Ask, Json
from data.providers.solscan.answers import content


def parse_holdings(body: Json, ask: Ask, at: datetime) -> tuple[WalletHoldings, ...]:
    """Read what a wallet holds; rows that cannot be read are left out. No total: its sum has two readings.

    Raises:
        BadPayload: the answer holds no list of tokens.
        NotListed: nothing is known of the wallet.
    """
    told = values.required_mapping(content(body), "portfolio")
    if not ask.accounts:
        raise NotListed("no wallet is asked for")
    rows = [values.mapping(row) for row in values.required_items(told.get("tokens"), "tokens")]
    native = {**values.mapping(told.get("native_balance")), "token_address": SOL_MINT}
    held = each_once(holding for row in (native, *rows) if (holding := _holding(row)) is not None)
    return (WalletHoldings(wallet=ask.accounts[0], holdings=held),)


def _holding(row: Mapping[str, Json]) -> WalletHolding | None:
    mint, places = values.address(row.get("token_address")), values.decimals(row.get("token_decimals"))
    amount = values.raw_amount(row.get("amount_str", row.get("amount")))
    if mint is None or amount is None or places is None:
        return None
    return WalletHolding(
        mint=mint,
        amount=amount,
        decimals=places,
        symbol=values.symbol(row.get("token_symbol")),
        name=values.text(row.get("token_name")),
        price_usd=values.positive(row.get("token_price")),
        value_usd=values.number(row.get("value")),
    )
