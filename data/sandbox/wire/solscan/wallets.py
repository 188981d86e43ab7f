"""Solscan's JSON about a wallet: native SOL apart from its tokens, each with its worth.

Source: https://pro-api.solscan.io/pro-api-docs/v2.0
"""

from __future__ import annotations

from data.models.ids import SOL_MINT
from data.sandbox import wallets
from data.sandbox.tokens import Token
from data.sandbox.wire.call import Answer, Call
from data.sandbox.wire.solscan.envelope import factor, misspelled, told
from data.sandbox.world import World


def portfolio(world: World, call: Call) -> Answer:
    """Answer `/account/portfolio`."""
    wallet = call.query.get("address", "")
    refused = misspelled([wallet])
    if refused is not None or not wallets.known(world, wallet):
        return refused or told({})
    native = _held(world, world.tokens[SOL_MINT], wallets.stock(world, wallet))
    rows = [
        {"token_address": each.token.mint, **_held(world, each.token, each.amount)}
        for each in wallets.holdings(world, wallet)
    ]
    whole = sum(float(str(row["value"])) for row in (native, *rows))
    return told({"total_value": whole, "native_balance": native, "tokens": rows, "positions": []})


def _held(world: World, token: Token, amount: int) -> dict[str, object]:
    price, units = world.price_usd(token.mint) * factor(world, token.mint), amount / 10**token.decimals
    return {
        "amount": amount,
        "amount_str": str(amount),
        "balance": units,
        "token_price": price,
        "token_decimals": token.decimals,
        "token_name": token.name,
        "token_symbol": token.symbol,
        "token_icon": "",
        "value": units * price,
    }
