"""Whether the liquidity can be taken away: what is burned, what a locker keeps until when, what is loose.

Shares of a pool that are neither burned nor locked lie in ordinary wallets, and so does what a locker keeps
past its date: whose it is may take it out.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from core.security.facts import Evidence, Finding, Severity, TokenFacts, day, ratio, words
from core.security.known import KEPT_FOR_GOOD, locker_name, matters
from core.security.registry import rule
from data.models.fields import CREATED_AT, LP_BURNED_RATIO, LP_LOCKED_RATIO, LP_LOCKS, LpLock

_LOCKED = Decimal("0.9")
_NOTHING = Decimal("0.05")
_YOUNG = timedelta(days=3)
_SOON = timedelta(days=7)
_DUST = Decimal("0.01")  # of the liquidity: not worth a word
_NAMED = 3
_NONE = Decimal(0)


@rule(LP_LOCKED_RATIO, LP_BURNED_RATIO, LP_LOCKS)
def lp_locked(facts: TokenFacts) -> Finding | None:
    """Ask whether the liquidity can be withdrawn, and who keeps what cannot."""
    if facts.on_curve:
        return None  # a curve has no shares to pull
    locked, burned = facts.value(LP_LOCKED_RATIO), facts.value(LP_BURNED_RATIO)
    if locked is None:
        return _by_burning(facts, burned)
    fast = _fast(facts, locked)
    if fast >= _LOCKED or facts.established:
        severity = Severity.CLEAR if fast >= _LOCKED else Severity.NOTE
    else:
        severity = Severity.CAUTION
    parts, evidence = _keepers(facts, locked, burned)
    said = f"LP locked or burned: {{share}}{f' ({parts})' if parts else ''}"
    free = {"loose": (1 - locked, "in ordinary wallets"), "over": (locked - fast, "no longer locked")}
    named = [f"{{{slot}}} {where}" for slot, (share, where) in free.items() if share >= _DUST]
    if named:
        evidence |= {slot: ratio(share) for slot, (share, _) in free.items()}
        danger = ": it can be pulled" if severity is Severity.CAUTION else ""
        said += f"; {' and '.join(named)}{danger}"
    told_by = (LP_LOCKED_RATIO, LP_BURNED_RATIO, LP_LOCKS)
    return facts.finding(severity, said, *told_by, share=ratio(locked), **evidence)


@rule(LP_LOCKS)
def lp_unlocks(facts: TokenFacts) -> Finding | None:
    """Ask whether a lock has ended, or ends within days."""
    if facts.on_curve:
        return None
    due = [lock for lock in _counted(facts) if _ends(lock, facts.at + _SOON)]
    if not due:
        return None
    first = min(due, key=_unlocking)
    name, ended = locker_name(first), _unlocking(first) <= facts.at
    alike = [lock for lock in due if locker_name(lock) == name and _ends(lock, facts.at) is ended]
    share = _sum(alike)
    part = "{share} of the liquidity" if share else "liquidity, nobody tells how much,"
    verb = "can be taken out since" if ended else "can be taken out from"
    evidence = {"locker": words(name), "day": day(_unlocking(first))}
    return facts.finding(
        Severity.NOTE if facts.established else Severity.CAUTION,
        f"{{locker}}'s lock {'has ended' if ended else 'ends soon'}: {part} {verb} {{day}}",
        LP_LOCKS, **(evidence | ({"share": ratio(share)} if share else {})),
    )  # fmt: skip


@rule(LP_LOCKED_RATIO, LP_LOCKS, CREATED_AT)
def pull_ready(facts: TokenFacts) -> Finding | None:
    """Ask whether a young pool can be emptied at any moment, which is how most rugs go."""
    locked, born = facts.value(LP_LOCKED_RATIO), facts.value(CREATED_AT)
    if facts.on_curve or facts.established or locked is None or born is None:
        return None
    if _fast(facts, locked) >= _NOTHING or facts.at - born >= _YOUNG:
        return None
    return facts.finding(
        Severity.BLOCK, "Its pool is young and nothing of it is locked: it can be emptied at any moment",
        LP_LOCKED_RATIO, CREATED_AT,
    )  # fmt: skip


def _by_burning(facts: TokenFacts, burned: Decimal | None) -> Finding:
    """Judge where nobody counts what is locked: what is burned stays, of the rest nothing is known."""
    if burned is None:
        named = ", ".join(dict.fromkeys(locker_name(lock) for lock in facts.value(LP_LOCKS) or ()))
        said = "LP locked or burned: unknown" + (", though {lockers} keeps some" if named else "")
        evidence = {"lockers": words(named)} if named else {}
        return facts.finding(Severity.UNKNOWN, said, LP_LOCKS, **evidence)
    if burned >= _LOCKED:
        return facts.finding(Severity.CLEAR, "LP burned: {burned}", LP_BURNED_RATIO, burned=ratio(burned))
    said = "LP burned: {burned}; whether the rest is locked is unknown"
    return facts.finding(Severity.UNKNOWN, said, LP_BURNED_RATIO, burned=ratio(burned))


def _keepers(facts: TokenFacts, locked: Decimal, burned: Decimal | None) -> tuple[str, dict[str, Evidence]]:
    """Say what of the locked part is burned, who keeps the rest and until when, and what nobody tells."""
    if locked < _DUST:
        return "", {}
    parts: list[str] = []
    evidence: dict[str, Evidence] = {}
    gone = min(burned or _NONE, locked)
    if gone >= _DUST:
        parts.append("{burned} burned")
        evidence["burned"] = ratio(gone)
    told, by_locker = gone, _by_locker(_counted(facts))
    for number, (name, locks) in enumerate(list(by_locker.items())[:_NAMED]):
        share = _sum(locks)
        evidence[f"locker{number}"] = words(name)
        part = f"{{share{number}}} " if share else ""
        if share:
            evidence[f"share{number}"] = ratio(share)
        parts.append(f"{part}with {{locker{number}}} {_until(locks, number, evidence)}")
        told += share
    if locked - told >= _DUST and not any(lock.share is None for lock in _counted(facts)):
        which = "by whom it is locked" if burned is not None else "which of both"
        parts.append(f"of {{rest}} nobody tells {which}")
        evidence["rest"] = ratio(locked - told)
    return ", ".join(parts), evidence


def _until(locks: Sequence[LpLock], number: int, evidence: dict[str, Evidence]) -> str:
    """Say until when a locker keeps its shares: of several dates the first."""
    if all(lock.program in KEPT_FOR_GOOD for lock in locks):
        return "for good"
    dates = sorted(lock.unlocks_at for lock in locks if lock.unlocks_at is not None)
    if not dates:
        return "until nobody tells when"
    evidence[f"until{number}"] = day(dates[0])
    more = " at the earliest" if len(set(dates)) > 1 or len(dates) < len(locks) else ""
    return f"until {{until{number}}}{more}"


def _counted(facts: TokenFacts) -> list[LpLock]:
    return [lock for lock in facts.value(LP_LOCKS) or () if matters(lock)]


def _by_locker(locks: Iterable[LpLock]) -> dict[str, list[LpLock]]:
    found: dict[str, list[LpLock]] = {}
    for lock in locks:
        found.setdefault(locker_name(lock), []).append(lock)
    return found


def _fast(facts: TokenFacts, locked: Decimal) -> Decimal:
    """Take off what is locked in name only: the shares of locks that have ended."""
    return max(_NONE, locked - _sum(lock for lock in _counted(facts) if _ends(lock, facts.at)))


def _ends(lock: LpLock, by: datetime) -> bool:
    return lock.unlocks_at is not None and lock.program not in KEPT_FOR_GOOD and lock.unlocks_at <= by


def _unlocking(lock: LpLock) -> datetime:
    assert lock.unlocks_at is not None  # it ends
    return lock.unlocks_at


def _sum(locks: Iterable[LpLock]) -> Decimal:
    return sum((lock.share for lock in locks if lock.share is not None), _NONE)
