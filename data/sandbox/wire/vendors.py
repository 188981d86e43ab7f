"""Who is served: the market vendors, and the chain."""

from __future__ import annotations

from data.sandbox.wire import coingecko, dexscreener, geckoterminal, jupiter, raydium, rugcheck, solana
from data.sandbox.wire.call import Vendor

VENDORS: tuple[Vendor, ...] = (
    dexscreener.VENDOR,
    geckoterminal.VENDOR,
    jupiter.VENDOR,
    rugcheck.VENDOR,
    raydium.VENDOR,
    coingecko.VENDOR,
)
CHAIN = solana.VENDOR
IDS = frozenset(vendor.id for vendor in (*VENDORS, CHAIN))
