"""What the scan says of liquidity: burned, kept by whom and until when, loose; and of what nobody tells."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from core.security import registry
from core.security.facts import Severity, TokenFacts
from core.security.known import LOCKERS, locker_name
from core.security.score import assess
from data.models.fields import LpLock
from data.models.ids import Chain, TokenKey
from handlers.cards import findings
from tests.fakes.clock import START
from tests.fakes.snapshots import SEEDS, known, snapshot_of

STREAMFLOW = "strmRqUCoQUgGUan5YhzUZa6KqdzwX5L6FpUxfmKg5m"
STRANGER = TokenKey(Chain.SOLANA, "7YygHaahdKVNtbu9GyFRnnBgf7hKzC76hnuHHfxCKRij")
BURN_AND_EARN = "LockrWmn6K5twhz3y9w1dQERbmgSaRkfnTeTKbpofwE"
D = Decimal


def lock(share: str | None = "0.4", days: float | None = 87, **more: Any) -> LpLock:
    """Give a lock that ends so many days from now."""
    ends = None if days is None else START + timedelta(days=days)
    part = None if share is None else D(share)
    return LpLock(**({"kind": "streamflow", "program": STREAMFLOW, "share": part, "unlocks_at": ends} | more))


def said(rule: str = "lp_locked", **told: Any) -> str | None:
    """Say what a rule finds, with its sign."""
    facts = TokenFacts(snapshot=known(STRANGER, **told))
    found = next(item for item in registry.rules() if item.name == rule)(facts)
    return None if found is None else f"{findings.SIGNS[found.severity]} {findings.sentence(found, facts.at)}"


@pytest.mark.parametrize(
    ("told", "words"),
    [
        (
            {"lp_locked": D(1), "lp_burned": D("0.6"), "lp_locks": (lock(),)},
            "✓ LP locked or burned: 100 % (60.0 % burned, 40.0 % with Streamflow until 17 Feb 2027)",
        ),
        (
            {"lp_locked": D("0.6"), "lp_burned": D("0.2"), "lp_locks": (lock(),)},
            "! LP locked or burned: 60.0 % (20.0 % burned, 40.0 % with Streamflow until 17 Feb 2027); "
            "40.0 % in ordinary wallets: it can be pulled",
        ),
        (
            {"lp_locked": D(1), "lp_burned": D(1), "lp_locks": ()},
            "✓ LP locked or burned: 100 % (100 % burned)",
        ),
        (
            {"lp_locked": D(1), "lp_locks": (lock("1", None, program=BURN_AND_EARN, kind=""),)},
            "✓ LP locked or burned: 100 % (100 % with Raydium Burn & Earn for good)",
        ),
        (
            {"lp_locked": D(1), "lp_burned": D(0), "lp_locks": (lock("1", None),)},
            "✓ LP locked or burned: 100 % (100 % with Streamflow until nobody tells when)",
        ),
        (
            {"lp_locked": D(1), "lp_burned": D(0), "lp_locks": (lock("0.5", 30), lock("0.5", 10))},
            "✓ LP locked or burned: 100 % (100 % with Streamflow until 02 Dec 2026 at the earliest)",
        ),
        (
            {"lp_locked": D(1), "lp_burned": D(0), "lp_locks": (lock("1", -3),)},
            "! LP locked or burned: 100 % (100 % with Streamflow until 19 Nov 2026); "
            "100 % no longer locked: it can be pulled",
        ),
        (
            {"lp_locked": D(1), "lp_burned": D(0), "lp_locks": (lock(None),)},
            "✓ LP locked or burned: 100 % (with Streamflow until 17 Feb 2027)",
        ),
        (
            {"lp_locked": D(1), "lp_burned": D("0.3")},
            "✓ LP locked or burned: 100 % (30.0 % burned, of 70.0 % nobody tells by whom it is locked)",
        ),
        ({"lp_locked": D(1)}, "✓ LP locked or burned: 100 % (of 100 % nobody tells which of both)"),
        (
            {"lp_locked": D(0), "lp_locks": (lock("0.0002"),)},
            "! LP locked or burned: 0 %; 100 % in ordinary wallets: it can be pulled",
        ),
        (
            {"lp_locked": D("0.6"), "lp_burned": D(0), "lp_locks": (lock("0.6", -3),)},
            "! LP locked or burned: 60.0 % (60.0 % with Streamflow until 19 Nov 2026); "
            "40.0 % in ordinary wallets and 60.0 % no longer locked: it can be pulled",
        ),
        ({"lp_burned": D(1)}, "✓ LP burned: 100 %"),
        ({"lp_burned": D("0.3")}, "? LP burned: 30.0 %; whether the rest is locked is unknown"),
        ({}, "? LP locked or burned: unknown"),
        ({"lp_locks": (lock(None),)}, "? LP locked or burned: unknown, though Streamflow keeps some"),
        ({"graduated": False, "launchpad": "pump.fun"}, None),
    ],
)
def test_what_is_burned_kept_or_loose_is_said_with_the_keeper_and_the_day(
    told: dict[str, Any], words: str | None
) -> None:
    assert said(**told) == words


@pytest.mark.parametrize(
    ("locks", "words"),
    [
        ((lock(),), None),
        (
            (lock("0.4", 2), lock()),
            "! Streamflow's lock ends soon: 40.0 % of the liquidity can be taken out from 24 Nov 2026",
        ),
        (
            (lock("0.4", -2), lock("0.2", 3)),
            "! Streamflow's lock has ended: 40.0 % of the liquidity can be taken out since 20 Nov 2026",
        ),
        (
            (lock(None, -2),),
            "! Streamflow's lock has ended: liquidity, nobody tells how much, "
            "can be taken out since 20 Nov 2026",
        ),
        ((lock("0.4", -2, program=BURN_AND_EARN),), None),
        (None, None),
    ],
)
def test_a_lock_that_has_ended_or_ends_within_days_weighs(locks: Any, words: str | None) -> None:
    told = {} if locks is None else {"lp_locks": locks}
    assert said("lp_unlocks", lp_locked=D(1), **told) == words


def test_a_token_is_not_clear_while_its_lock_ends_within_days() -> None:
    rules = [item for item in registry.rules() if item.name in {"lp_locked", "lp_unlocks"}]

    def verdict(days: float) -> str:
        told = known(STRANGER, lp_locked=D(1), lp_burned=D(0), lp_locks=(lock("1", days),))
        return assess(TokenFacts(snapshot=told), asked=rules).verdict.value

    assert (verdict(300), verdict(3), verdict(-3)) == ("clear", "caution", "caution")


@pytest.mark.parametrize(
    ("kept", "name"),
    [
        (LpLock(kind="x", program=STREAMFLOW), "Streamflow"),
        (LpLock(kind="raydium_locker", program="675kPX9MHTjS2zt1qfr1NYHuzeLXfQM9H24wFSUt1Mp8"), "Raydium"),
        (LpLock(kind="team_finance"), "team finance"),
        (LpLock(program="7YygHaahdKVNtbu9GyFRnnBgf7hKzC76hnuHHfxCKRij"),
         "7YygHaahdKVNtbu9GyFRnnBgf7hKzC76hnuHHfxCKRij"),
        (LpLock(), "an unnamed locker"),
    ],
)  # fmt: skip
def test_a_locker_is_called_by_its_program_before_anybodys_word(kept: LpLock, name: str) -> None:
    assert locker_name(kept) == name
    assert all(32 <= len(program) <= 44 for program in LOCKERS)


def test_a_name_with_braces_is_only_a_name() -> None:
    told = said(lp_locked=D(1), lp_burned=D(0), lp_locks=(lock("1", kind="{0.__class__} {x}", program=None),))
    assert told == "✓ LP locked or burned: 100 % (100 % with {0.  class  } {x} until 17 Feb 2027)"


def test_whatever_is_told_of_locks_and_fees_can_be_said() -> None:
    names = {"lp_locked", "lp_unlocks", "pull_ready", "transfer_fee"}
    rules = [item for item in registry.rules() if item.name in names]
    seen: set[str] = set()
    for seed in SEEDS:
        facts = TokenFacts(snapshot=snapshot_of(seed))
        for found in assess(facts, asked=rules).findings:
            seen.add(found.rule)
            assert findings.sentence(found, facts.at)
    assert names - {"pull_ready"} <= seen


def fee(**told: Any) -> str | None:
    return said("transfer_fee", **told)


SOON = datetime.fromisoformat("2026-11-24T06:30:00+00:00")


@pytest.mark.parametrize(
    ("told", "words"),
    [
        (
            {"transfer_fee": D("0.01"), "next_fee": D("0.25"), "next_fee_epoch": 1018, "next_fee_at": SOON},
            "✗ Every transfer costs 1.0 % now, 25.0 % from epoch 1,018 on (about 24 Nov 2026, 06:00 UTC)",
        ),
        (
            {"transfer_fee": D(0), "next_fee": D("0.02"), "next_fee_epoch": 1018},
            "! No transfer fee now, 2.0 % from epoch 1,018 on (when is not known)",
        ),
        (
            {"transfer_fee": D("0.25"), "next_fee": D(0), "next_fee_epoch": 1018, "next_fee_at": START},
            "✗ Every transfer costs 25.0 % now, 0 % from epoch 1,018 on (any moment)",
        ),
        ({"transfer_fee": D("0.05"), "next_fee": D("0.05")}, "! Every transfer costs 5.0 %"),
        ({"transfer_fee": D("0.05")}, "! Every transfer costs 5.0 %"),
    ],
)
def test_a_fee_is_told_as_it_is_now_and_as_it_will_be(told: dict[str, Any], words: str) -> None:
    assert fee(**told) == words


def test_a_scheduled_fee_weighs_before_it_is_in_force() -> None:
    rules = [item for item in registry.rules() if item.name == "transfer_fee"]
    facts = TokenFacts(snapshot=known(STRANGER, transfer_fee=D(0), next_fee=D("0.25"), next_fee_epoch=9))
    (found,) = assess(facts, asked=rules).findings
    assert found.severity is Severity.BLOCK
