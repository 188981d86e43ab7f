"""Names of things: chains, tokens, platforms, and the ids that must not be mixed up."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import NewType

ProviderId = NewType("ProviderId", str)
UserId = NewType("UserId", int)


class Chain(StrEnum):
    """A blockchain we can name a token on."""

    SOLANA = "solana"
    ETHEREUM = "ethereum"
    BSC = "bsc"
    BASE = "base"


class Platform(StrEnum):
    """Where a person talks to us."""

    TELEGRAM = "telegram"
    DISCORD = "discord"
    CONSOLE = "console"


@dataclass(frozen=True, slots=True, order=True)
class TokenKey:
    """One token: its chain and its address, case kept (Solana) or lower case (EVM)."""

    chain: Chain
    address: str

    def __str__(self) -> str:
        return f"{self.chain}:{self.address}"


SOL_MINT = "So11111111111111111111111111111111111111112"
USDC_MINT = "EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v"

SOL = TokenKey(Chain.SOLANA, SOL_MINT)
USDC = TokenKey(Chain.SOLANA, USDC_MINT)
