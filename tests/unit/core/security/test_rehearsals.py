"""Rehearsed transfers: whose are tried, and what the rule makes of what became of them."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from core.security import registry
from core.security.facts import Finding, Severity, TokenFacts
from core.security.rehearsals import chosen
from data.models.holders import Holder, HolderList
from data.models.ids import ProviderId
from data.models.rehearsal import Rehearsal, Transfer, Verdict
from tests.fakes.clock import START
from tests.fakes.snapshots import BONK, PEPE, known

NODE = ProviderId("solana")
SPL = "TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA"


def passed(received: int | None = 1_000) -> Rehearsal:
    return Rehearsal(verdict=Verdict.PASSED, sent=1_000, received=received)


REFUSED = Rehearsal(verdict=Verdict.REFUSED, sent=1_000, reason="the account is frozen")
OPEN = Rehearsal(verdict=Verdict.OPEN, sent=1_000)


def judged(*rehearsals: Rehearsal) -> Finding | None:
    (rule,) = (item for item in registry.rules() if item.name == "transfers")
    facts = TokenFacts(snapshot=known(BONK), rehearsals=rehearsals or None, rehearsed_by=(NODE,))
    return rule(facts)


@pytest.mark.parametrize(
    ("rehearsals", "severity", "words"),
    [
        ([passed(), passed()], Severity.CLEAR, "all of it arrives"),
        ([passed(None)], Severity.CLEAR, "all of it arrives"),
        ([passed(), OPEN], Severity.CLEAR, "all of it arrives"),
        ([REFUSED, REFUSED, REFUSED], Severity.BLOCK, "{refused} of {tried} holders"),
        ([REFUSED, OPEN], Severity.BLOCK, "{refused} of {tried} holders"),
        ([REFUSED, passed()], Severity.CAUTION, "{refused} of {tried} holders"),
        ([passed(990)], Severity.CAUTION, "loses {tax}"),
        ([passed(901)], Severity.CAUTION, "loses {tax}"),
        ([passed(900)], Severity.BLOCK, "loses {tax}"),
        ([passed(0)], Severity.BLOCK, "loses {tax}"),
        ([passed(), passed(500)], Severity.BLOCK, "loses {tax}"),
        ([passed(2_000)], Severity.CLEAR, "all of it arrives"),
        ([OPEN, OPEN], Severity.UNKNOWN, "could not be rehearsed"),
        ([], Severity.UNKNOWN, "could not be rehearsed"),
    ],
)
def test_the_rule_is_exact(rehearsals: list[Rehearsal], severity: Severity, words: str) -> None:
    found = judged(*rehearsals)
    assert found is not None
    assert found.severity is severity
    assert words in found.words


def test_the_evidence_is_what_was_seen_and_by_whom() -> None:
    found = judged(REFUSED, REFUSED, passed(), OPEN)
    assert found is not None
    assert {name: each.value for name, each in found.evidence.items()} == {
        "refused": 2, "tried": 3, "reason": "the account is frozen",
    }  # fmt: skip
    assert (found.sources, found.at) == ((NODE,), START)
    taxed = judged(passed(991))
    assert taxed is not None
    assert taxed.evidence["tax"].value == Decimal("0.009")


def test_on_another_chain_nothing_is_rehearsed() -> None:
    (rule,) = (item for item in registry.rules() if item.name == "transfers")
    assert rule(TokenFacts(snapshot=known(PEPE))) is None


def holder(owner: str, amount: str | None, *, account: str | None = "acc") -> Holder:
    return Holder(
        owner=owner, account=None if account is None else f"{account} {owner}",
        amount=None if amount is None else Decimal(amount),
    )  # fmt: skip


SNAPSHOT = known(BONK, token_program=SPL, decimals=5)


def test_the_smallest_wallets_are_chosen_and_no_pool() -> None:
    listed = HolderList(
        token=BONK,
        holders=(
            holder("pool", "900"), holder("maker", "800"), holder("a", "50"), holder("b", "40"),
            holder("c", "30"), holder("lost", None), holder("none", "0"), holder("bare", "1", account=None),
            Holder(owner="same", account="same", amount=Decimal(2)),
        ),
    )  # fmt: skip
    transfers = chosen(SNAPSHOT, listed, {"pool"})
    assert [each.owner for each in transfers] == ["c", "b", "a"]
    assert transfers[0] == Transfer(
        mint=BONK.address, program=SPL, owner="c", account="acc c", amount=30_000, decimals=5
    )


def test_a_little_is_moved_and_never_nothing() -> None:
    listed = HolderList(token=BONK, holders=(holder("dust", "0.00001"),))
    (transfer,) = chosen(SNAPSHOT, listed, frozenset())
    assert transfer.amount == 1


@pytest.mark.parametrize("missing", ["token_program", "decimals"])
def test_without_its_program_or_decimals_nothing_is_rehearsed(missing: str) -> None:
    listed = HolderList(token=BONK, holders=(holder("a", "5"),))
    resolved = {key: value for key, value in SNAPSHOT.resolved.items() if key.name != missing}
    assert chosen(replace(SNAPSHOT, resolved=resolved), listed, frozenset()) == ()
