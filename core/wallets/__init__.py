"""Wallets: what one holds, did and earned, and what somebody who copied it would have got."""
