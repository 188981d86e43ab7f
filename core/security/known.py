"""Well-known coins of Solana under their addresses, and programs that hold for others, under their names."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from data.models.fields import LpLock
from data.models.ids import SOL_MINT, USDC_MINT

WELL_KNOWN = {
    "sol": SOL_MINT, "wsol": SOL_MINT, "usdc": USDC_MINT,
    "usdt": "Es9vMFrzaCERmJfrF4H2FYD4KCoNkY11McCe8BenwNYB",
    "pyusd": "2b1kV6DkPAnxd5ixfnxCpjxmKwqjjaYmCZfHsFu24GXo",
    "jup": "JUPyiwrYJFskUPiHa7hkeR8VUtAeFoSYbKedZNsDvCN",
    "jto": "jtojtomepa8beP8AuQc6eXt5FriJwfFMwQx2v2f9mCL",
    "ray": "4k3Dyjzvzp8eMZWUXbBCjEvwSkkk59S5iCNLY3QrkX6R",
    "pyth": "HZ1JovNiVvGrGNiiYvEozEVgZ58xaU3RKwX8eACQBCt3",
    "bonk": "DezXAZ8z7PnrnRJjz3wXBoRgixCa6xjnB7YaB1pPB263",
    "wif": "EKpQGSJtjMFqKZ9KQanSqYXRcF8fBopzLHYxdM65zcjm",
    "popcat": "7GCihgDB8fe6KNjn2MYtkzZcRjQy3t9GHdC8uHYmW2hr",
    "trump": "6p6xgHyF7AeE6TZkSmFsko444wqoP15icUSqi2jfGiPN",
}  # fmt: skip
MONEY = frozenset({"sol", "wsol", "usdc", "usdt", "pyusd"})
MINTS = frozenset(WELL_KNOWN.values())
# Who signs for the vaults of many pools at once, and where tokens go to be lost: nobody who holds.
# Source: the programs' own documents, and the owners of vaults in recorded transactions.
POOL_AUTHORITIES = frozenset(
    {
        "5Q544fKrFoe6tsEbD7S8EmxGTJYAKtTVhAW5Q5pge4j1",  # Raydium's standard pools
        "GpMZbSM2GgvTKHJirzeGfMFoaZ8UR2X7F4v8vHTvxFbL",  # Raydium's newer ones
        "WLHv2UAZm6z4KyaaELi5pjdbJh6RESMva1Rnn8pJVVh",  # Raydium's launchpad
        "HLnpSz9h2S4hiLQ43rnSD9XkcUThA7B8hQMKmDaiTLcC",  # Meteora's dynamic pools
    }
)
SYSTEM_PROGRAM = "11111111111111111111111111111111"
BURNT = frozenset({"1nc1nerator11111111111111111111111111111111", SYSTEM_PROGRAM})

_TRIFLE = Decimal("0.01")  # of the liquidity: a lock for show
_BURN_AND_EARN = "LockrWmn6K5twhz3y9w1dQERbmgSaRkfnTeTKbpofwE"
# Programs that keep shares of pools. Sources: https://docs.raydium.io/user-flows/burn-and-earn,
# https://github.com/streamflow-finance/js-sdk, https://github.com/jup-ag/jup-lock,
# https://docs.uncx.network/guides/for-projects/solana-lockers
LOCKERS: Mapping[str, str] = {
    _BURN_AND_EARN: "Raydium Burn & Earn",
    "strmRqUCoQUgGUan5YhzUZa6KqdzwX5L6FpUxfmKg5m": "Streamflow",
    "LocpQgucEQHbqNABEYvBvwoxCPsSbG91A1QaQhQQqjn": "Jupiter Lock",
    "GsSCS3vPWrtJ5Y9aEVVT65fmrex5P5RGHXdZvsdbWgfo": "UNCX",
    "UNCX77nZrA3TdAxMEggqG18xxpgiNGT6iqyynPwpoxN": "UNCX",
    "UNCXdvMRxvz91g3HqFmpZ5NgmL77UH4QRM4NfeL4mQB": "UNCX",
    "UNCXrB8cZXnmtYM1aSo1Wx3pQaeSZYuF2jCTesXvECs": "UNCX",
}
# What they keep never comes out again, by the program's own rules.
KEPT_FOR_GOOD = frozenset({_BURN_AND_EARN})
# Vendors' words for lockers, as their recorded answers have them.
_WORDS: Mapping[str, str] = {"raydium_locker": "Raydium", "streamflow": "Streamflow"}


def matters(lock: LpLock) -> bool:
    """Tell whether a lock keeps more than a trifle; one of which nobody tells how much might."""
    return lock.share is None or lock.share >= _TRIFLE


def locker_name(lock: LpLock) -> str:
    """Name a locker: by its program, else by the vendor's word for it, else by the program's address."""
    known = LOCKERS.get(lock.program or "") or _WORDS.get(lock.kind)
    return known or lock.kind.replace("_", " ") or lock.program or "an unnamed locker"
