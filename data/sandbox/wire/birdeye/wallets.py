"""Birdeye's JSON about a wallet: what it holds with prices, and what it earned as the vendor reckons.

Its profit is that of an average cost over the swaps of the span; what came from elsewhere cost nothing.
Source: https://docs.birdeye.so/reference
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from data.models.ids import SOL_MINT
from data.sandbox import wallets
from data.sandbox.wire.birdeye.envelope import factor, picture, told
from data.sandbox.wire.call import Answer, Call, iso, plain
from data.sandbox.world import World

_MOST = 100
_SPANS_S = {"24h": 86_400.0, "7d": 604_800.0, "30d": 2_592_000.0, "90d": 7_776_000.0, "all": float("inf")}


def net_worth(world: World, call: Call) -> Answer:
    """Answer `/wallet/v2/current-net-worth`: the most valuable first."""
    wallet = call.query.get("wallet", "")
    if not wallets.known(world, wallet):
        return told(None)
    sol = world.tokens[SOL_MINT]
    held = [(each.token, each.amount) for each in wallets.holdings(world, wallet)]
    rows = []
    for token, amount in [(sol, wallets.stock(world, wallet)), *held]:
        price = world.price_usd(token.mint) * factor(world, token.mint)
        units = amount / 10**token.decimals
        rows.append(
            {
                "address": token.mint,
                "decimals": token.decimals,
                "price": price,
                "balance": str(amount),
                "amount": units,
                "network": "solana",
                "name": token.name,
                "symbol": token.symbol,
                "logo_uri": picture(token),
                "value": plain(units * price),
            }
        )
    rows.sort(key=lambda row: -float(str(row["value"])))
    shown = rows[: min(call.number("limit", 20), _MOST)]
    whole = sum(float(str(row["value"])) for row in rows)
    data = {
        "wallet_address": wallet,
        "currency": "usd",
        "total_value": plain(whole),
        "current_timestamp": iso(world.now),
        "items": shown,
    }
    pages = {"limit": _MOST, "offset": 0, "total": len(rows)}
    return Answer(body={"success": True, "data": data, "pagination": pages})


@dataclass(slots=True)
class Book:
    """What a wallet did with one token, in whole tokens and USD."""

    held: float = 0.0
    cost: float = 0.0
    invested: float = 0.0
    sold: float = 0.0
    realised: float = 0.0
    buys: int = 0
    sells: int = 0
    wins: int = 0


def books(world: World, wallet: str, span_s: float) -> dict[str, Book]:
    """Keep the books of a trader's swaps over a span, by the token that its pools price."""
    number, since_s = wallets.number_of(world, wallet), world.since_epoch(world.now) - span_s
    kept: defaultdict[str, Book] = defaultdict(Book)
    for swap in [] if number is None else wallets.swaps(world, number):
        if swap.at_s < since_s:
            continue
        trade = world.trade_at(swap.pool, swap.at_s)
        assert trade is not None, "what was swapped is on the tape"
        book = kept[swap.pool.base]
        if trade.is_buy:
            book.buys += 1
            book.invested += trade.volume_usd
            book.held, book.cost = book.held + trade.base_amount, book.cost + trade.volume_usd
            continue
        part = min(1.0, book.held / trade.base_amount) if trade.base_amount else 0.0
        spent = book.cost * min(1.0, trade.base_amount / book.held) if book.held else 0.0
        gained = trade.volume_usd * part - spent
        book.sells += 1
        book.sold += trade.volume_usd
        book.realised += gained
        book.wins += gained > 0
        book.held, book.cost = max(0.0, book.held - trade.base_amount), book.cost - spent
    return dict(kept)


def profit(world: World, call: Call) -> Answer:
    """Answer `/wallet/v2/pnl/summary`."""
    wallet, span_s = call.query.get("wallet", ""), _SPANS_S.get(call.query.get("duration", "all"))
    if span_s is None or not wallets.known(world, wallet):
        return told(None)
    kept = books(world, wallet, span_s)
    buys, sells = (sum(getattr(book, name) for book in kept.values()) for name in ("buys", "sells"))
    realised, wins = sum(book.realised for book in kept.values()), sum(book.wins for book in kept.values())
    unrealised = sum(world.price_usd(mint) * book.held - book.cost for mint, book in kept.items())
    counts = {
        "total_buy": buys, "total_sell": sells, "total_trade": buys + sells, "total_win": wins,
        "total_loss": sells - wins, "win_rate": wins / sells if sells else 0,
    }  # fmt: skip
    pnl = {
        "realized_profit_usd": realised, "realized_profit_percent": 0, "unrealized_usd": unrealised,
        "total_usd": realised + unrealised, "avg_profit_per_trade_usd": realised / sells if sells else 0,
    }  # fmt: skip
    flows = {
        "total_invested": sum(book.invested for book in kept.values()),
        "total_sold": sum(book.sold for book in kept.values()),
    }
    summary = {"unique_tokens": len(kept), "counts": counts, "cashflow_usd": flows, "pnl": pnl}
    return told({"summary": summary})
