"""A transfer tried on the chain's present state and never sent: whether it goes through, and what arrives."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    """What a rehearsal shows."""

    PASSED = "passed"
    REFUSED = "refused"  # by the token's own program: its holder cannot move it
    OPEN = "open"  # it failed for a reason that says nothing of the token


@dataclass(frozen=True, slots=True, kw_only=True)
class Transfer:
    """`amount` base units of `mint`, a token of `program`, out of `account`, which `owner` holds."""

    mint: str
    program: str
    owner: str
    account: str
    amount: int
    decimals: int


@dataclass(frozen=True, slots=True)
class Script:
    """A transfer as a node rehearses it: the transaction in base64, and the account that would receive."""

    transaction: str
    receiving: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsal:
    """One rehearsed transfer; amounts are base units, `received` None where nothing arrived.

    `reason` is why it was refused, in words of ours.
    """

    verdict: Verdict
    sent: int
    received: int | None = None
    reason: str = ""
