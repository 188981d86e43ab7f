"""Birdeye's answers, with what was asked for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from data.models.ids import SOL
from data.providers.base import Ask
from tests.unit.data.providers.recorded import Case, ask, sample, solana

BONK = solana("DezXAZ8z7PnrnRJjz3wXBoRgixCa6xjnB7YaB1pPB263")
MEMECOIN = solana("HJXh1XULVe2Mdp6mTKd5K7of1uFqBTbmcWzvBv6cpump")
PEPEAI = solana("7nM97F8takLArrKLJdT62L54jTtX1e7h7qPSjtBrsMQA")
PEPEAI_POOL = "8aTXVUjPcUSwSLAbUegaKTQdB6SaNosSKQkURvpbLCNC"


def about(name: str, **said: Any) -> Any:
    """Build an answer about a memecoin of the documented shape: the documents show SOL alone."""
    body = sample("birdeye", name)
    data = {**body["data"], "address": MEMECOIN.address, **said}
    return {**body, "data": data}


def secured() -> Any:
    """Build facts of the documented shape in which something was found."""
    return about("token_security.json", nonTransferable=True, freezeAuthority=BONK.address, freezeable=True)


def cases() -> Iterator[tuple[str, Case]]:
    """List the answers by the endpoint's path."""

    def of(name: str) -> Any:
        return sample("birdeye", name)

    market, overview = "/defi/v3/token/market-data", "/defi/token_overview"
    yield f"birdeye {market}", Case(of("v3-token-market-data.json"), ask(SOL))
    yield f"birdeye {market}", Case(about("v3-token-market-data.json", liquidity=34641.8), ask(MEMECOIN))
    yield "birdeye /defi/multi_price", Case(of("multi_price.json"), ask(SOL, BONK, MEMECOIN))
    yield f"birdeye {overview}", Case(of("token_overview.json"), ask(SOL))
    yield f"birdeye {overview}", Case(about("token_overview.json", liquidity=34641.8), ask(MEMECOIN))
    yield "birdeye /defi/token_security", Case(of("token_security.json"), ask(BONK))
    yield "birdeye /defi/token_security", Case(secured(), ask(MEMECOIN))
    yield "birdeye /defi/v3/token/holder", Case(of("v3-token-holder.json"), ask(SOL))
    yield "birdeye /defi/v3/token/txs", Case(of("v3-token-txs.json"), ask(PEPEAI, pool=PEPEAI_POOL))
    yield "birdeye /defi/v2/tokens/new_listing", Case(of("v2-new_listing.json"), ask())
    yield "birdeye /defi/token_trending", Case(of("token_trending.json"), ask())
    holder = Ask(accounts=("8X35rQUK2u9hfn8rMPwwr6ZSEUhbmfDPEapp589XyoM1",))
    yield "birdeye /wallet/v2/current-net-worth", Case(of("wallet-v2-current-net-worth.json"), holder)
    yield "birdeye /wallet/v2/pnl/summary", Case(of("wallet-v2-pnl-summary.json"), holder)
    yield "birdeye /defi/v3/search", Case(of("v3-search.json"), ask(query="trends"))
