"""RugCheck's scans, read by hand."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from data.errors import BadPayload, NotListed, Unavailable
from data.models.fields import (
    CREATOR,
    CREATOR_TOKENS,
    DECIMALS,
    DEV_RATIO,
    FREEZE_AUTHORITY,
    HOLDERS,
    INSIDER_RATIO,
    LARGEST_RATIO,
    LP_LOCKED_RATIO,
    LP_LOCKS,
    MINT_AUTHORITY,
    MUTABLE,
    RISK_SCORE,
    RUGGED,
    SUPPLY,
    SYMBOL,
    TOKEN_PROGRAM,
    TOP10_RATIO,
    TRANSFER_FEE_RATIO,
    Authority,
    Field,
    LpLock,
)
from data.models.ids import TokenKey
from data.models.market import Risk, RiskLevel, SecurityReport
from data.providers import rugcheck
from data.providers.base import classify
from tests.unit.data.providers.recorded import BONK, JOJO, JTO, MEMELON, NOW, ask, sample

OWNER = "5eosrve6LktMZgVNszYzebgmmC7BjLK8NoWyRQtcmGTF"


def of(name: str) -> Any:
    return sample("rugcheck", name)


def jojo() -> Any:
    return of("report-dead-liquidity-insiders.json")


def read(body: Any, token: TokenKey) -> SecurityReport:
    (report,) = rugcheck.parse_report(body, ask(token), NOW)
    return report


def fact(report: SecurityReport, key: Field[Any]) -> Any:
    return next((fact.value for fact in report.facts if fact.field is key), None)


def test_a_scan_is_read_in_full() -> None:
    report = read(jojo(), JOJO)
    assert (report.score, report.rugged) == (56, False)
    assert report.as_of == datetime(2025, 4, 17, 19, 31, 15, 439775, tzinfo=UTC)
    assert len(report.risks) == 5
    assert report.risks[1] == Risk(
        name="Low Liquidity",
        level=RiskLevel.DANGER,
        description="Low amount of liquidity in the token pool",
        value="$5.18",
    )
    assert fact(report, RISK_SCORE) == 56
    assert fact(report, RUGGED) is False
    assert fact(report, SYMBOL) == "JOJO"
    assert fact(report, CREATOR) == "7hEUKwCEVFPAXVuPQXQERhzv5dPrxuZnMCBV7mHr4Up2"
    assert fact(report, SUPPLY) == Decimal("73762315.093282")
    assert fact(report, HOLDERS) == 30
    assert fact(report, MINT_AUTHORITY) == Authority(None)
    assert fact(report, FREEZE_AUTHORITY) == Authority(None)
    assert fact(report, TRANSFER_FEE_RATIO) == 0
    assert fact(report, TOP10_RATIO) == Decimal("0.39722869699518941")
    assert fact(report, LP_LOCKED_RATIO) == 1
    assert fact(report, DEV_RATIO) is None
    assert fact(report, LARGEST_RATIO) == Decimal("0.20232212858918526")
    assert fact(report, INSIDER_RATIO) is None  # nine are found, none of them is named
    assert fact(report, CREATOR_TOKENS) is None
    assert fact(report, MUTABLE) is False


def test_connected_wallets_are_added_up_where_they_are_named() -> None:
    body = jojo()
    for row in body["topHolders"]:
        row["insider"] = True
    held = sum(Decimal(str(row["pct"])) for row in body["topHolders"]) / 100
    assert fact(read(body, JOJO), INSIDER_RATIO) == held
    body["topHolders"][0]["pct"] = "NaN"
    assert fact(read(body, JOJO), INSIDER_RATIO) is None
    body["graphInsidersDetected"] = 0
    assert fact(read(body, JOJO), INSIDER_RATIO) == 0


def test_what_a_creator_has_made_is_counted() -> None:
    report = read(of("report-pumpfun-serial-rugger-topholders-null.json"), MEMELON)
    assert fact(report, CREATOR_TOKENS) == 4


def test_a_supply_above_two_to_the_53_keeps_every_digit() -> None:
    report = read(of("report-jto-2026-trimmed.json"), JTO)
    assert fact(report, SUPPLY) == Decimal("986522966.206510436")
    assert (fact(report, DECIMALS), fact(report, HOLDERS)) == (9, 239201)
    assert fact(report, CREATOR) is None
    assert fact(report, DEV_RATIO) is None
    assert fact(report, LP_LOCKED_RATIO) == 0
    assert report.as_of is None


def test_a_launch_curve_is_no_locked_liquidity() -> None:
    report = read(of("report-pumpfun-serial-rugger-topholders-null.json"), MEMELON)
    assert report.score == 57
    assert [(risk.name, risk.level) for risk in report.risks] == [
        ("Creator history of rugged tokens", RiskLevel.DANGER)
    ]
    assert fact(report, LP_LOCKED_RATIO) is None
    assert fact(report, TOP10_RATIO) is None
    assert fact(report, DEV_RATIO) == Decimal("0.06643962845773")


def test_a_summary_is_a_scan_with_less_in_it() -> None:
    report = read(of("report-summary-jto.json"), JTO)
    assert (report.score, report.rugged, len(report.risks)) == (30, None, 2)
    assert fact(report, TOKEN_PROGRAM) == "TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA"
    assert fact(report, MINT_AUTHORITY) is None
    assert fact(report, LP_LOCKED_RATIO) is None


def test_pools_and_lockers_are_no_holders() -> None:
    body = jojo()
    body["knownAccounts"]["ricEmGn6WZ9kN2ASm1MAt7LoE1hBgu1VcQrjRwkAPfc"] = {
        "name": "Streamflow",
        "type": "LOCKER",
    }
    body["topHolders"].append(
        {"address": "A" * 44, "owner": "GpMZbSM2GgvTKHJirzeGfMFoaZ8UR2X7F4v8vHTvxFbL", "pct": 50}
    )
    assert fact(read(body, JOJO), TOP10_RATIO) == Decimal("0.19490656840600415")


def test_accounts_of_one_owner_count_as_one_holder_and_only_ten_holders_count() -> None:
    body = jojo()
    body["topHolders"] = [
        {"address": f"a{n}", "owner": f"owner{n % 12}", "pct": n % 12 + 1} for n in range(13)
    ]
    # Owners hold 1 + 1, 2, 3, ... 12 percent: the ten largest hold 3 to 12.
    assert fact(read(body, JOJO), TOP10_RATIO) == Decimal("0.75")


@pytest.mark.parametrize("pct", [None, "NaN", -1, 101, {}])
def test_a_holder_that_cannot_be_read_makes_the_concentration_unknown(pct: Any) -> None:
    body = jojo()
    body["topHolders"][0]["pct"] = pct
    assert fact(read(body, JOJO), TOP10_RATIO) is None


def test_the_recorded_lockers_are_read_with_what_they_keep_and_until_when() -> None:
    first, second = fact(read(of("report-jto-2026-trimmed.json"), JTO), LP_LOCKS)
    assert (first.kind, first.program) == ("streamflow", "strmRqUCoQUgGUan5YhzUZa6KqdzwX5L6FpUxfmKg5m")
    assert first.unlocks_at == datetime(2027, 2, 17, 13, 0, 1, tzinfo=UTC)
    assert round(first.share, 6) == Decimal("0.000241")  # $343 of the $1.42M of the one pool in the recording
    assert (second.kind, second.unlocks_at) == ("raydium_locker", None)  # a date of zero is none


@pytest.mark.parametrize(
    ("lockers", "read_as"),
    [
        (None, None),
        ([], None),
        ("none", None),
        ({}, ()),
        ({"a": None}, (LpLock(),)),
        ({"a": {"type": 7, "programID": "a b", "unlockDate": "x", "usdcLocked": "NaN"}}, (LpLock(),)),
        ({"a": {"usdcLocked": 16}}, (LpLock(),)),  # more than there is in all pools
        ({"a": {"usdcLocked": 1.5, "unlockDate": 10**30}}, (LpLock(share=Decimal("0.1")),)),
        ({"a": {"type": "<b>x</b>\u202e" + "y" * 99}}, (LpLock(kind="<b>x</b>" + "y" * 31 + "…"),)),
    ],
)
def test_lockers_that_cannot_be_read_say_nothing(lockers: Any, read_as: Any) -> None:
    body = jojo() | {"lockers": lockers}
    (market,) = body["markets"]
    body["markets"] = [market | {"lp": {"lpLockedPct": 100, "baseUSD": 10, "quoteUSD": 5}}]
    assert fact(read(body, JOJO), LP_LOCKS) == read_as


def test_of_a_thousand_lockers_the_largest_are_kept() -> None:
    body = jojo() | {"lockers": {str(n): {"usdcLocked": n / 1000} for n in range(1_000)}}
    (market,) = body["markets"]
    body["markets"] = [market | {"lp": {"lpLockedPct": 100, "baseUSD": 10, "quoteUSD": 5}}]
    kept = fact(read(body, JOJO), LP_LOCKS)
    assert len(kept) == 50
    assert kept[0].share == Decimal("0.0666")


def test_locked_liquidity_is_weighed_by_the_size_of_the_pools() -> None:
    body = jojo()
    (market,) = body["markets"]
    sizes = {"baseUSD": 10, "quoteUSD": 5}
    body["markets"] = [
        market | {"lp": {"lpLockedPct": 100, **sizes}},
        market | {"lp": {"lpLockedPct": 50, **sizes}},
        market | {"lp": {"lpLockedPct": 100, "baseUSD": None, "quoteUSD": 9}},
        market | {"marketType": "pump_fun", "lp": {"lpLockedPct": 100, "baseUSD": 900, "quoteUSD": 900}},
        market | {"lp": None},
    ]
    assert fact(read(body, JOJO), LP_LOCKED_RATIO) == Decimal("0.75")


@pytest.mark.parametrize(
    "change",
    [
        {"token": None},
        {"token": {"mintAuthority": None, "isInitialized": False}},
        {"token": {"isInitialized": True}},
        {"risks": [{"name": "Mint Authority still enabled", "level": "danger"}]},
        {"mintAuthority": {"unreadable": 1}},
    ],
)
def test_an_authority_is_unknown_where_the_scan_contradicts_itself(change: dict[str, Any]) -> None:
    assert fact(read(jojo() | change, JOJO), MINT_AUTHORITY) is None


def test_an_authority_named_in_either_copy_is_live() -> None:
    assert fact(read(jojo() | {"mintAuthority": OWNER}, JOJO), MINT_AUTHORITY) == Authority(OWNER)
    body = jojo()
    body["token"]["freezeAuthority"] = OWNER
    assert fact(read(body, JOJO), FREEZE_AUTHORITY) == Authority(OWNER)


def test_a_finding_of_an_unknown_level_is_a_warning_and_one_without_a_name_is_none() -> None:
    body = jojo() | {"risks": [{"name": "New kind", "level": "critical"}, {"level": "danger"}, None, "x"]}
    assert [(risk.name, risk.level) for risk in read(body, JOJO).risks] == [("New kind", RiskLevel.WARN)]


@pytest.mark.parametrize(
    ("score", "expected"), [(0, 0), (100, 100), (101, None), (-1, None), ("high", None), (None, None)]
)
def test_a_score_is_from_0_to_100_or_unknown(score: Any, expected: int | None) -> None:
    assert read(jojo() | {"score_normalised": score}, JOJO).score == expected


def test_no_findings_are_told_apart_from_no_scan() -> None:
    assert read(jojo() | {"risks": None}, JOJO).risks == ()
    with pytest.raises(BadPayload):
        read({}, JOJO)


def test_a_scan_of_another_token_is_unreadable() -> None:
    with pytest.raises(BadPayload):
        read(jojo(), BONK)


@pytest.mark.parametrize("status", [400, 404])
def test_a_token_not_scanned_yet_is_unknown_and_never_safe(status: int) -> None:
    assert isinstance(classify(rugcheck.PROVIDER, status, {"error": "not found"}), NotListed)


def test_an_error_with_a_good_status_is_an_outage() -> None:
    assert isinstance(classify(rugcheck.PROVIDER, 200, {"error": "database down"}), Unavailable)
