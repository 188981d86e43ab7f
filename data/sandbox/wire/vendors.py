"""Who is served: the market vendors, and the chain."""

from __future__ import annotations

from collections.abc import Mapping

from data.sandbox.chain import Method
from data.sandbox.wire import (
    birdeye,
    coingecko,
    coinpaprika,
    cryptocompare,
    cryptopanic,
    dexscreener,
    geckoterminal,
    gmgn,
    goplus,
    helius,
    jupiter,
    orca,
    pumpfun,
    raydium,
    rugcheck,
    serum,
    solana,
    solscan,
)
from data.sandbox.wire.call import Vendor

VENDORS: tuple[Vendor, ...] = (
    dexscreener.VENDOR,
    geckoterminal.VENDOR,
    jupiter.VENDOR,
    rugcheck.VENDOR,
    raydium.VENDOR,
    coingecko.VENDOR,
    coinpaprika.VENDOR,
    goplus.VENDOR,
    cryptocompare.VENDOR,
    cryptopanic.VENDOR,
    gmgn.VENDOR,
    orca.VENDOR,
    pumpfun.VENDOR,
    birdeye.VENDOR,
    solscan.VENDOR,
)
CHAIN = solana.VENDOR
# Nodes of the chain, each with the methods that it has besides.
NODES: tuple[tuple[Vendor, Mapping[str, Method]], ...] = (
    (CHAIN, {}),
    (serum.VENDOR, {}),
    (helius.VENDOR, helius.METHODS),
)
STREAMS = ("pumpportal",)  # served over a WebSocket alone
IDS = frozenset(vendor.id for vendor in (*VENDORS, *(node for node, _ in NODES))) | set(STREAMS)
