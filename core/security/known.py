"""Well-known coins of Solana under their addresses: what impostors imitate, and what is no stranger."""

from __future__ import annotations

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
