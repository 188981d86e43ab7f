"""Each rule: what it finds bad, what good, and what it says where nobody knows."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from core.security import registry
from core.security.facts import Finding, Severity, TokenFacts
from core.security.known import MINTS, WELL_KNOWN
from core.security.rules import launch
from core.security.rules.identity import skeleton
from core.security.score import Verdict, assess
from data.models.fields import Authority, LpLock
from data.models.ids import SOL, Chain, ProviderId, TokenKey
from data.models.market import Risk, RiskLevel, SecurityReport
from tests.fakes.clock import START
from tests.fakes.snapshots import BONK, PEPE, known

STRANGER = TokenKey(Chain.SOLANA, "7YygHaahdKVNtbu9GyFRnnBgf7hKzC76hnuHHfxCKRij")
HELD, NOBODY = Authority("7dGbd2QZcCKcTndnHcTL8q7SMVXAkp688NTQYwrRCrar"), Authority(None)
JUPITER = ProviderId("jupiter")
BLOCK, CAUTION, NOTE = Severity.BLOCK, Severity.CAUTION, Severity.NOTE
CLEAR, UNKNOWN = Severity.CLEAR, Severity.UNKNOWN
D = Decimal
ENDED = LpLock(kind="streamflow", share=D(1), unlocks_at=START - timedelta(days=2))
ENDING = replace(ENDED, unlocks_at=START + timedelta(days=7))

GOOD: dict[str, Any] = {
    "symbol": "OTTER", "mint_authority": NOBODY, "freeze_authority": NOBODY, "extensions": (),
    "token_program": "spl",
    "transfer_fee": D(0), "liquidity": D(80_000), "mcap": D(900_000), "lp_locked": D(1), "top10": D("0.17"),
    "dev": D("0.01"), "created": START - timedelta(days=20), "buys_24h": 400, "sells_24h": 350,
    "volume_24h": D(90_000), "rugged": False, "risk": 1,
}  # fmt: skip
OLD_AND_LARGE: dict[str, Any] = {
    "liquidity": D(5_000_000), "mcap": D(400_000_000), "holders": 50_000,
    "created": START - timedelta(days=400),
}  # fmt: skip


def facts(token: TokenKey = STRANGER, *, sellable: bool | None = True, **changes: Any) -> TokenFacts:
    """Give the facts of a good token but for what is changed; None takes a fact away."""
    given = {name: value for name, value in (GOOD | changes).items() if value is not None}
    scan = SecurityReport(token=token, risks=(), score=1, rugged=False)
    snapshot = replace(known(token, **given), scans=((ProviderId("rugcheck"), scan),))
    return TokenFacts(snapshot=snapshot, sellable=sellable, sell_asked=(JUPITER,))


def found(rule: str, asked: TokenFacts) -> Finding | None:
    return next(item for item in registry.rules() if item.name == rule)(asked)


def severity(rule: str, asked: TokenFacts) -> Severity | None:
    said = found(rule, asked)
    return None if said is None else said.severity


TABLE: list[tuple[str, dict[str, Any], Severity | None]] = [
    ("mint_authority", {"mint_authority": HELD}, BLOCK),
    ("mint_authority", {"mint_authority": HELD, **OLD_AND_LARGE}, CAUTION),
    ("mint_authority", {}, CLEAR),
    ("mint_authority", {"mint_authority": None}, UNKNOWN),
    ("freeze_authority", {"freeze_authority": HELD}, BLOCK),
    ("freeze_authority", {"freeze_authority": HELD, **OLD_AND_LARGE}, CAUTION),
    ("freeze_authority", {}, CLEAR),
    ("freeze_authority", {"freeze_authority": None}, UNKNOWN),
    ("permanent_delegate", {"permanent_delegate": HELD}, BLOCK),
    ("permanent_delegate", {"permanent_delegate": NOBODY}, None),
    ("permanent_delegate", {}, None),
    ("transfer_hook", {"transfer_hook": HELD}, BLOCK),
    ("transfer_hook", {"transfer_hook": HELD, **OLD_AND_LARGE}, CAUTION),
    ("transfer_hook", {"transfer_hook": NOBODY}, None),
    ("pausable", {"pause_authority": HELD}, BLOCK),
    ("pausable", {}, None),
    ("closable", {"close_authority": HELD}, NOTE),
    ("closable", {}, None),
    ("non_transferable", {"non_transferable": True}, BLOCK),
    ("non_transferable", {"non_transferable": False}, None),
    ("default_frozen", {"default_frozen": True}, BLOCK),
    ("default_frozen", {"default_frozen": False}, None),
    ("extensions", {"extensions": ("somethingNew",)}, CAUTION),
    ("extensions", {"extensions": ("scaledUiAmountConfig",)}, NOTE),
    ("extensions", {"extensions": ("metadataPointer",)}, CLEAR),
    ("extensions", {"extensions": None}, UNKNOWN),
    ("transfer_fee", {"transfer_fee": D("0.10")}, BLOCK),
    ("transfer_fee", {"transfer_fee": D("0.01")}, CAUTION),
    ("transfer_fee", {}, CLEAR),
    ("transfer_fee", {"next_fee": D("0.25")}, BLOCK),
    ("transfer_fee", {"next_fee": D("0.01")}, CAUTION),
    ("transfer_fee", {"transfer_fee": D("0.25"), "next_fee": D(0)}, BLOCK),
    ("transfer_fee", {"transfer_fee": None, "next_fee": D("0.25")}, UNKNOWN),
    ("transfer_fee", {"transfer_fee": None}, UNKNOWN),
    ("fee_authority", {"fee_authority": HELD}, CAUTION),
    ("fee_authority", {"fee_authority": HELD, **OLD_AND_LARGE}, NOTE),
    ("fee_authority", {"fee_authority": NOBODY}, None),
    ("tax", {"sell_tax": D("0.30")}, BLOCK),
    ("tax", {"buy_tax": D("0.05"), "sell_tax": D(0)}, CAUTION),
    ("tax", {"buy_tax": D("0.01")}, NOTE),
    ("tax", {"buy_tax": D(0), "sell_tax": D(0)}, CLEAR),
    ("tax", {}, None),
    ("honeypot", {"honeypot": True}, BLOCK),
    ("honeypot", {"honeypot": False}, CLEAR),
    ("honeypot", {}, None),
    ("nobody_sells", {"buys_24h": 50, "sells_24h": 0}, BLOCK),
    ("nobody_sells", {"buys_24h": 100, "sells_24h": 5}, BLOCK),
    ("nobody_sells", {"buys_24h": 100, "sells_24h": 6}, None),
    ("nobody_sells", {"buys_24h": 49, "sells_24h": 0}, None),
    ("nobody_sells", {"sells_24h": None}, None),
    ("nobody_trades", {"buys_24h": 0, "sells_24h": 0}, CAUTION),
    ("nobody_trades", {"buys_24h": 0, "sells_24h": 1}, None),
    ("nobody_trades", {"buys_24h": None}, None),
    ("rugged", {"rugged": True}, BLOCK),
    ("rugged", {}, None),
    ("liquidity", {"liquidity": D(0)}, BLOCK),
    ("liquidity", {"liquidity": D(499)}, BLOCK),
    ("liquidity", {"liquidity": D(9_999)}, CAUTION),
    ("liquidity", {"liquidity": D(10_000)}, CLEAR),
    ("liquidity", {"liquidity": None}, UNKNOWN),
    ("liquidity", {"liquidity": None, "launchpad": "pump.fun", "graduated": False}, NOTE),
    ("hollow_cap", {"mcap": D("3.8e9"), "liquidity": D("0.59")}, BLOCK),
    ("hollow_cap", {"mcap": D(10_000_000), "liquidity": D(90_000)}, CAUTION),
    ("hollow_cap", {"mcap": D(900_000), "liquidity": D(90_000)}, None),
    ("hollow_cap", {**OLD_AND_LARGE, "mcap": D("1e12")}, None),
    ("hollow_cap", {"mcap": None}, None),
    ("lp_locked", {"lp_locked": D("0.5")}, CAUTION),
    ("lp_locked", {"lp_locked": D("0.9")}, CLEAR),
    ("lp_locked", {"lp_locked": D(0), **OLD_AND_LARGE}, NOTE),
    ("lp_locked", {"lp_locked": None}, UNKNOWN),
    ("lp_locked", {"lp_locked": None, "graduated": False}, None),
    ("pull_ready", {"lp_locked": D(0), "created": START - timedelta(hours=5)}, BLOCK),
    ("pull_ready", {"lp_locked": D(0), "created": START - timedelta(days=3)}, None),
    ("pull_ready", {"lp_locked": D("0.05"), "created": START - timedelta(hours=5)}, None),
    ("pull_ready", {"lp_locked": None}, None),
    ("pull_ready", {"lp_locks": (ENDED,), "created": START - timedelta(hours=5)}, BLOCK),
    ("pull_ready", {"lp_locks": (ENDING,), "created": START - timedelta(hours=5)}, None),
    ("lp_locked", {"lp_locks": (ENDED,)}, CAUTION),
    ("lp_locked", {"lp_locks": (ENDED,), **OLD_AND_LARGE}, NOTE),
    ("lp_locked", {"lp_locked": None, "lp_burned": D("0.9")}, CLEAR),
    ("lp_locked", {"lp_locked": None, "lp_burned": D("0.89")}, UNKNOWN),
    ("lp_unlocks", {"lp_locks": (ENDED,)}, CAUTION),
    ("lp_unlocks", {"lp_locks": (ENDING,)}, CAUTION),
    ("lp_unlocks", {"lp_locks": (ENDING,), **OLD_AND_LARGE}, NOTE),
    ("lp_unlocks", {"lp_locks": (ENDING,), "graduated": False}, None),
    ("lp_unlocks", {"lp_locks": (replace(ENDING, share=D("0.009")),)}, None),
    ("lp_unlocks", {"lp_locks": (replace(ENDING, unlocks_at=START + timedelta(days=7, seconds=1)),)}, None),
    ("lp_unlocks", {}, None),
    ("wash_volume", {"volume_24h": D(8_000_000)}, CAUTION),
    ("wash_volume", {"volume_24h": D(7_999_999)}, None),
    ("wash_volume", {"volume_24h": None}, None),
    ("top_holders", {"top10": D("0.7")}, BLOCK),
    ("top_holders", {"top10": D("0.7"), **OLD_AND_LARGE}, CAUTION),
    ("top_holders", {"top10": D("0.3")}, CAUTION),
    ("top_holders", {"top10": D("0.29")}, CLEAR),
    ("top_holders", {"top10": None}, UNKNOWN),
    ("largest_holder", {"largest": D("0.4")}, BLOCK),
    ("largest_holder", {"largest": D("0.1")}, CAUTION),
    ("largest_holder", {"largest": D("0.09")}, CLEAR),
    ("largest_holder", {}, None),
    ("developer", {"dev": D("0.25")}, BLOCK),
    ("developer", {"dev": D("0.05")}, CAUTION),
    ("developer", {"dev": D(0)}, CLEAR),
    ("developer", {"dev": None}, UNKNOWN),
    ("insiders", {"insiders": D("0.3")}, BLOCK),
    ("insiders", {"insiders": D("0.1")}, CAUTION),
    ("insiders", {"insiders": D(0)}, CLEAR),
    ("insiders", {}, None),
    ("serial_deployer", {"creator_tokens": 100}, CAUTION),
    ("serial_deployer", {"creator_tokens": 10}, NOTE),
    ("serial_deployer", {"creator_tokens": 9}, None),
    ("serial_deployer", {}, None),
    ("look_alike", {"symbol": "USDC"}, BLOCK),
    ("look_alike", {"symbol": "U\u0405DC"}, BLOCK),  # a Cyrillic letter
    ("look_alike", {"symbol": "S0L"}, BLOCK),
    ("look_alike", {"symbol": "bonk"}, CAUTION),
    ("look_alike", {"symbol": "OTTER"}, None),
    ("look_alike", {"symbol": None}, None),
    ("mutable_metadata", {"mutable": True}, NOTE),
    ("mutable_metadata", {"mutable": False}, None),
    ("mutable_metadata", {}, None),
    ("age", {"created": START - timedelta(minutes=59)}, CAUTION),
    ("age", {"created": START - timedelta(hours=1)}, CLEAR),
    ("age", {"created": None}, UNKNOWN),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "changes", "expected"), TABLE)
def test_a_rule_judges_exactly(rule: str, changes: dict[str, Any], expected: Severity | None) -> None:
    assert severity(rule, facts(**changes)) is expected


def test_every_rule_is_in_the_table_with_what_it_finds_bad_and_what_it_does_not() -> None:
    elsewhere = {"sell_route", "other_scanners", "transfers", *launch.NAMES}  # they rest on more than fields
    for item in registry.rules():
        seen = {expected for rule, _, expected in TABLE if rule == item.name}
        assert item.name in elsewhere or (len(seen) > 1 and seen & {BLOCK, CAUTION, NOTE}), item.name


def test_whether_it_can_be_sold_now() -> None:
    assert severity("sell_route", facts(sellable=True)) is CLEAR
    assert severity("sell_route", facts(sellable=False)) is BLOCK
    assert severity("sell_route", facts(sellable=None)) is UNKNOWN
    assert severity("sell_route", replace(facts(), sell_impact=D("0.5"))) is BLOCK
    assert severity("sell_route", replace(facts(), sell_impact=D("0.1"))) is CAUTION
    said = found("sell_route", facts(sellable=False))
    assert said is not None
    assert (said.sources, said.at) == ((JUPITER,), START)


def test_what_other_scanners_say() -> None:
    danger = Risk(name="Copycat token", level=RiskLevel.DANGER)
    told = facts()
    scan = SecurityReport(token=STRANGER, risks=(danger,), score=60, rugged=False)
    warned = replace(told.snapshot, scans=((ProviderId("rugcheck"), scan),))
    assert severity("other_scanners", replace(told, snapshot=warned)) is CAUTION
    assert severity("other_scanners", told) is None
    silent = replace(told.snapshot, scans=())
    assert severity("other_scanners", replace(told, snapshot=silent)) is UNKNOWN


def test_a_good_token_is_clear_and_each_danger_alone_blocks_it() -> None:
    assert assess(facts()).verdict is Verdict.CLEAR
    for rule, changes, expected in TABLE:
        assessed = assess(facts(**changes))
        if expected is BLOCK:
            assert assessed.verdict is Verdict.BLOCK, rule
            assert assessed.findings[0].severity is BLOCK
            assert assessed.score >= 60
        elif expected is CAUTION:
            assert assessed.verdict is not Verdict.CLEAR, rule


@pytest.mark.parametrize("name", [item.name for item in registry.rules() if item.essential])
def test_a_token_of_which_something_essential_is_unknown_is_not_clear(name: str) -> None:
    item = next(each for each in registry.rules() if each.name == name)
    lacking: dict[str, Any] = {key.name: None for key in item.fields}
    asked = facts(sellable=None if name == "sell_route" else True, **lacking)
    assert severity(name, asked) is UNKNOWN
    assert assess(asked).verdict is Verdict.CAUTION


def test_nothing_known_is_caution_and_never_clear() -> None:
    nothing = TokenFacts(snapshot=known(STRANGER))
    assessed = assess(nothing)
    assert assessed.verdict is Verdict.CAUTION
    assert {each.severity for each in assessed.findings} == {UNKNOWN}
    assert assessed.score >= 60


def test_contracts_of_other_chains_are_not_asked_what_only_solana_has() -> None:
    rules_heard = {each.rule for each in assess(TokenFacts(snapshot=known(PEPE))).findings}
    assert not rules_heard & {
        "mint_authority",
        "freeze_authority",
        "transfer_fee",
        "extensions",
        "sell_route",
    }
    assert {"honeypot", "tax"} <= rules_heard


def test_well_known_coins_are_no_impostors_of_themselves() -> None:
    for name, mint in WELL_KNOWN.items():
        coin = facts(TokenKey(Chain.SOLANA, mint), symbol=name.upper())
        assert severity("look_alike", coin) is None
        assert severity("look_alike", facts(symbol=name.upper())) in {BLOCK, CAUTION}
        assert coin.established
    assert SOL.address in MINTS and BONK.address in MINTS
    assert skeleton("\uff22\uff2f\uff2e\uff2b") == skeleton("bonk")  # full width


def test_a_token_is_established_only_by_all_of_age_holders_and_liquidity() -> None:
    assert facts(**OLD_AND_LARGE).established
    for name, value in (
        ("liquidity", D(999_999)),
        ("holders", 9_999),
        ("created", START - timedelta(days=89)),
    ):
        assert not facts(**(OLD_AND_LARGE | {name: value})).established
        assert not facts(**(OLD_AND_LARGE | {name: None})).established


def test_a_finding_names_its_sources_and_the_age_of_what_it_rests_on() -> None:
    said = found("liquidity", facts())
    assert said is not None
    assert said.rule == "liquidity"
    assert said.sources and said.at is not None
    assert said.evidence["held"].value == D(80_000)
