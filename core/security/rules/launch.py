"""How it began: bundles, snipers, new wallets, wallets of one owner, and what else its creator made."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from core.security.facts import Evidence, Finding, Severity, TokenFacts, count, ratio, words
from core.security.launch import Buyer, Launch, Tie
from core.security.record import Fate
from core.security.registry import rule
from data.models.fields import CREATOR_TOKENS

# Rules that rest on the first transactions or the creator's record, which a first look does not ask for.
NAMES = frozenset({"bundled_launch", "snipers", "fresh_wallets", "one_owner", "creator_history"})
_BLOCK, _CAUTION = Decimal("0.25"), Decimal("0.05")
_SNIPED_BLOCK, _SNIPED = Decimal("0.4"), Decimal("0.15")
_FRESH = 3
_HALF = Decimal("0.5")
_ENOUGH_READ = Decimal("0.75")
_GONE, _GONE_BLOCK = Decimal("0.5"), Decimal("0.9")
_SERIAL = 5


def _said(launch: Launch, severity: Severity, said: str, **evidence: Evidence) -> Finding:
    sources = () if launch.source is None else (launch.source,)
    return Finding(severity=severity, words=said, evidence=evidence, sources=sources, at=launch.at)


def _readable(facts: TokenFacts) -> Launch | None:
    """Take how it began where that is known well enough to judge by."""
    launch = facts.launch
    if facts.established or launch is None or not launch.known:
        return None
    opened = launch.read + launch.unread
    return launch if launch.read >= opened * _ENOUGH_READ else None


def _held(launch: Launch, wallets: Sequence[Buyer], what: str, caution: Decimal, block: Decimal) -> Finding:
    """Judge wallets by what they still hold; where that is unknown, by what they bought."""
    number, held, bought = count(len(wallets)), launch.held_ratio(wallets), launch.bought_ratio(wallets)
    if held is None:
        if bought is None:
            return _said(launch, Severity.UNKNOWN, f"{{number}} {what}; how much is unknown", number=number)
        severity = Severity.CAUTION if bought >= caution else Severity.NOTE
        said = f"{{number}} {what} took {{bought}} of the supply; what they hold now is unknown"
        return _said(launch, severity, said, number=number, bought=ratio(bought))
    severity = Severity.BLOCK if held >= block else Severity.CAUTION if held >= caution else Severity.NOTE
    if bought is None:
        said = f"{{number}} {what} hold {{held}} of the supply"
        return _said(launch, severity, said, number=number, held=ratio(held))
    said = f"{{number}} {what} took {{bought}} of the supply and hold {{held}} now"
    return _said(launch, severity, said, number=number, bought=ratio(bought), held=ratio(held))


@rule()
def bundled_launch(facts: TokenFacts) -> Finding | None:
    """Ask whether wallets bought together at the start, and what they still hold."""
    if facts.established or not facts.on_solana:
        return None
    launch = facts.launch
    if launch is None:
        return Finding(severity=Severity.UNKNOWN, words="First buyers: unknown, there was no time to ask")
    if not launch.reached:
        why = f", {launch.detail}" if launch.detail else ": its history is too long"
        said = f"First buyers: unknown{why} (looked at {{looked}} transactions)"
        return _said(launch, Severity.UNKNOWN, said, looked=count(launch.looked))
    if launch.bundled:
        return _held(launch, launch.bundled, "wallets that bought together at the start", _CAUTION, _BLOCK)
    if _readable(facts) is None:
        said = "First buyers: only {read} of the first transactions could be read"
        return _said(launch, Severity.UNKNOWN, said, read=count(launch.read))
    first = count(len(launch.first))
    return _said(launch, Severity.CLEAR, "No bundle among the first {first} buyers", first=first)


@rule()
def snipers(facts: TokenFacts) -> Finding | None:
    """Ask what those hold who bought in the first ten seconds; who is in a bundle is counted there."""
    launch = _readable(facts)
    if launch is None:
        return None
    if not launch.snipers:
        return _said(launch, Severity.CLEAR, "Nobody bought in the first ten seconds")
    bundled = {buyer.wallet for buyer in launch.bundled}
    alone = [buyer for buyer in launch.snipers if buyer.wallet not in bundled]
    if not alone:
        return None
    found = _held(launch, alone, "buyers of the first ten seconds", _SNIPED, _SNIPED_BLOCK)
    if found.severity is Severity.NOTE:
        return _said(launch, Severity.CLEAR, found.words, **found.evidence)
    return found


@rule()
def fresh_wallets(facts: TokenFacts) -> Finding | None:
    """Ask whether the first buyers were wallets made for it."""
    launch = _readable(facts)
    if launch is None:
        return None
    told = [buyer for buyer in launch.buyers if buyer.fresh is not None and not buyer.is_creator]
    fresh = [buyer for buyer in told if buyer.fresh]
    if not told:
        return _said(launch, Severity.UNKNOWN, "Age of the first buyers' wallets: unknown")
    numbers = {"fresh": count(len(fresh)), "told": count(len(told))}
    if len(fresh) >= _FRESH and Decimal(len(fresh)) / len(told) >= _HALF:
        said = "{fresh} of {told} first buyers looked at were wallets less than a day old"
        return _said(launch, Severity.CAUTION, said, **numbers)
    said = "{fresh} of {told} first buyers looked at were new wallets"
    return _said(launch, Severity.CLEAR, said, **numbers)


@rule()
def one_owner(facts: TokenFacts) -> Finding | None:
    """Ask whether new wallets among the first buyers had their SOL from one hand."""
    launch = _readable(facts)
    if launch is None:
        return None
    funders = [bundle for bundle in launch.bundles if bundle.tie is Tie.FUNDER]
    tied = {wallet for bundle in funders for wallet in bundle.wallets}
    if tied:
        wallets = [buyer for buyer in launch.buyers if buyer.wallet in tied]
        return _held(launch, wallets, "new wallets paid for by one hand", _CAUTION, _BLOCK)
    traced = sum(buyer.funder is not None for buyer in launch.buyers)
    if not traced:
        return _said(launch, Severity.UNKNOWN, "Who paid for the first buyers' wallets: unknown")
    return _said(
        launch, Severity.CLEAR, "{traced} first buyers were traced: no common hand", traced=count(traced)
    )


@rule(CREATOR_TOKENS)
def creator_history(facts: TokenFacts) -> Finding | None:
    """Ask what became of its creator's other tokens."""
    if facts.established:
        return None
    record = facts.record
    if record is None or record.listed_by is None:
        made = facts.value(CREATOR_TOKENS)
        if made is None or made < 2:
            return None
        return facts.finding(
            Severity.UNKNOWN, "What became of its creator's other tokens: unknown", CREATOR_TOKENS
        )
    gone, judged = record.count(Fate.GONE), len(record.siblings) - record.count(Fate.UNKNOWN)
    if not record.total:
        return None
    if not judged:
        return facts.finding(
            Severity.UNKNOWN, "What became of its creator's other tokens: unknown", CREATOR_TOKENS
        )
    part = Decimal(gone) / judged
    numbers = {"gone": count(gone), "judged": count(judged), "by": words(record.listed_by)}
    if gone >= _SERIAL and part >= _GONE_BLOCK:
        severity = Severity.BLOCK
    else:
        severity = Severity.CAUTION if gone > 1 and part >= _GONE else Severity.NOTE
    said = "{gone} of {judged} other tokens of its creator are worth nothing now (list of {by})"
    return facts.finding(severity, said, CREATOR_TOKENS, **numbers)
