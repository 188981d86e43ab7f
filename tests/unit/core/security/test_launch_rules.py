"""The rules on how a token began: what each finds bad, what good, and what it says where nobody knows."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from core.security import registry
from core.security.facts import Finding, Severity, TokenFacts
from core.security.launch import Bundle, Buyer, Launch, Tie
from core.security.listed import Listed
from core.security.record import Fate, Record, Sibling, fate
from core.security.rules import launch as rules
from data.models.ids import Chain, ProviderId, TokenKey
from data.models.launch import Creation
from tests.fakes.clock import START
from tests.fakes.snapshots import PEPE, known

BLOCK, CAUTION, NOTE = Severity.BLOCK, Severity.CAUTION, Severity.NOTE
CLEAR, UNKNOWN = Severity.CLEAR, Severity.UNKNOWN
STRANGER = TokenKey(Chain.SOLANA, "7YygHaahdKVNtbu9GyFRnnBgf7hKzC76hnuHHfxCKRij")
CHAIN, VENDOR = ProviderId("solana"), ProviderId("rugcheck")
OLD = {"liquidity": Decimal(5_000_000), "holders": 50_000, "created": START - timedelta(days=400)}


def buyer(
    name: str, bought: int, held: int | None, *, slot: int = 40, fresh: bool | None = False, funder: str = "x"
) -> Buyer:
    return Buyer(
        wallet=name, slot=slot, at=START, bought=bought, paid=1, held=held, signatures=(name,),
        accounts=(name,), at_once=slot < 25, fresh=fresh, funder=funder if fresh is not None else None,
    )  # fmt: skip


def began(*buyers: Buyer, tie: Tie | None = None, **changes: object) -> Launch:
    bundles = () if tie is None else (Bundle(tie=tie, by="1", wallets=tuple(each.wallet for each in buyers)),)
    launch = Launch(
        reached=True, looked=500, read=36, supply=1_000, buyers=buyers, bundles=bundles, source=CHAIN,
        at=START, creation=Creation(creator="maker", signature="s", slot=0, at=START), traced=len(buyers),
    )  # fmt: skip
    return replace(launch, **changes)  # type: ignore[arg-type]


def said(rule: str, launch: Launch | None, record: Record | None = None, **told: object) -> Finding | None:
    facts = TokenFacts(snapshot=known(STRANGER, **told), launch=launch, record=record)
    return next(item for item in registry.rules() if item.name == rule)(facts)


def of(*held: int | None, **changes: object) -> tuple[Buyer, ...]:
    return tuple(buyer(f"w{n}", 100, each, **changes) for n, each in enumerate(held))  # type: ignore[arg-type]


def made(gone: int, traded: int, unknown: int = 0) -> Record:
    fates = [Fate.GONE] * gone + [Fate.TRADED] * traded + [Fate.UNKNOWN] * unknown
    siblings = tuple(Sibling(listed=Listed(token=STRANGER), created_at=None, fate=each) for each in fates)
    return Record(siblings=siblings, total=len(fates), listed_by=VENDOR)


TOO_LONG = Launch(reached=False, looked=8_000, source=CHAIN)
TABLE: list[tuple[str, Launch | None, Severity | None]] = [
    ("bundled_launch", began(*of(90, 90, 70), tie=Tie.BLOCK), BLOCK),
    ("bundled_launch", began(*of(50, 0, 0), tie=Tie.BLOCK), CAUTION),
    ("bundled_launch", began(*of(10, 0, 0), tie=Tie.BLOCK), NOTE),  # they have sold
    ("bundled_launch", began(*of(90, None, 0), tie=Tie.BLOCK), CAUTION),
    ("bundled_launch", began(*of(90, 90, 90), tie=Tie.BLOCK, supply=None), UNKNOWN),
    ("bundled_launch", began(*of(90, 90, 90)), CLEAR),
    ("bundled_launch", began(*of(90), read=10, unread=26), UNKNOWN),
    ("bundled_launch", began(*of(90, 90, 90), tie=Tie.BLOCK, read=10, unread=26), BLOCK),
    ("bundled_launch", TOO_LONG, UNKNOWN),
    ("bundled_launch", None, UNKNOWN),
    ("snipers", began(*of(100, 100, 100, 100, slot=3)), BLOCK),
    ("snipers", began(*of(100, 50, slot=3)), CAUTION),
    ("snipers", began(*of(100, 49, slot=3)), CLEAR),
    ("snipers", began(*of(100, 100, 100, slot=30)), CLEAR),
    ("snipers", began(*of(None, 100, slot=3)), CAUTION),
    ("snipers", began(*of(None, slot=3), supply=None), UNKNOWN),
    ("snipers", began(*of(100, 100, 100, slot=3), tie=Tie.BLOCK), None),  # counted as a bundle
    ("snipers", TOO_LONG, None),
    ("fresh_wallets", began(*of(1, 1, 1, fresh=True)), CAUTION),
    ("fresh_wallets", began(*of(1, 1, fresh=True)), CLEAR),
    ("fresh_wallets", began(*of(1, 1, 1, fresh=False)), CLEAR),
    ("fresh_wallets", began(*of(1, 1, 1, fresh=None)), UNKNOWN),
    ("fresh_wallets", TOO_LONG, None),
    ("one_owner", began(*of(90, 90, 90, fresh=True), tie=Tie.FUNDER), BLOCK),
    ("one_owner", began(*of(60, 0, 0, fresh=True), tie=Tie.FUNDER), CAUTION),
    ("one_owner", began(*of(0, 0, 0, fresh=True), tie=Tie.FUNDER), NOTE),
    ("one_owner", began(*of(90, 90, 90, fresh=False)), CLEAR),
    ("one_owner", began(*of(90, 90, 90, fresh=None)), UNKNOWN),
    ("one_owner", TOO_LONG, None),
]


@pytest.mark.parametrize(("rule", "launch", "expected"), TABLE)
def test_a_rule_judges_exactly(rule: str, launch: Launch | None, expected: Severity | None) -> None:
    found = said(rule, launch)
    assert (None if found is None else found.severity) is expected
    if found is not None and launch is not None:
        assert found.sources == (CHAIN,)
        found.words.format_map(dict.fromkeys(found.evidence, "x"))


@pytest.mark.parametrize(
    ("record", "told", "expected"),
    [
        (made(5, 0), 6, BLOCK),
        (made(9, 1), 11, BLOCK),
        (made(4, 0), 5, CAUTION),
        (made(8, 2), 11, CAUTION),
        (made(2, 3), 6, NOTE),
        (made(1, 0), 2, NOTE),
        (made(0, 3), 4, NOTE),
        (made(5, 0, unknown=9), 15, BLOCK),
        (made(0, 0, unknown=3), 4, UNKNOWN),
        (made(0, 0), 1, None),
        (Record(), 7, UNKNOWN),
        (None, 7, UNKNOWN),
        (None, 1, None),
        (None, None, None),
    ],
)
def test_the_creators_record(record: Record | None, told: int | None, expected: Severity | None) -> None:
    known_count = {} if told is None else {"creator_tokens": told}
    found = said("creator_history", None, record, **known_count)
    assert (None if found is None else found.severity) is expected


def test_every_rule_of_the_launch_is_named_as_late_and_asked_for_no_old_or_foreign_token() -> None:
    own = {item.name for item in vars(rules).values() if isinstance(item, registry.Rule)}
    assert own == rules.NAMES
    assert {rule for rule, _, _ in TABLE} | {"creator_history"} == own
    for name in own:
        assert said(name, began(*of(90, 90, 90), tie=Tie.BLOCK), made(9, 0), **OLD, creator_tokens=10) is None
    foreign = TokenFacts(snapshot=known(PEPE))
    assert all(item(foreign) is None for item in registry.rules() if item.name in own)


def test_a_history_that_is_too_long_says_how_far_it_was_read() -> None:
    found = said("bundled_launch", TOO_LONG)
    assert found is not None
    assert found.evidence["looked"].value == 8_000
    gap = said("bundled_launch", replace(TOO_LONG, detail="rate limited"))
    assert gap is not None
    assert "rate limited" in gap.words


def test_nothing_is_gone_because_nobody_could_be_asked() -> None:
    told = {"token": STRANGER, "asked": 3, "sources": (VENDOR,)}
    assert fate(Listed(token=STRANGER)) is Fate.UNKNOWN
    assert fate(Listed(token=STRANGER, asked=2)) is Fate.GONE
    assert fate(Listed(**told)) is Fate.UNKNOWN  # type: ignore[arg-type]
    for liquidity, cap, expected in (
        (Decimal(499), Decimal(9_000_000), Fate.GONE),
        (Decimal(500), None, Fate.TRADED),
        (Decimal(90_000), Decimal(4_999), Fate.GONE),
        (None, Decimal(4_999), Fate.GONE),
        (None, Decimal(5_000), Fate.TRADED),
    ):
        known_token = Listed(**told, liquidity_usd=liquidity, market_cap_usd=cap)  # type: ignore[arg-type]
        assert fate(known_token) is expected
