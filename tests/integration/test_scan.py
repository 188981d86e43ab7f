"""The scan on the practice market, where it is known what every token is."""

from __future__ import annotations

from collections import Counter, defaultdict
from pathlib import Path

import pytest

from config.settings import SandboxSettings
from core.addresses import RefKind, TokenRef
from core.security.facts import Severity
from core.security.holders import Holders
from core.security.score import Verdict
from core.security.service import Scanner
from data.models.ids import Chain
from data.ports import Deadline
from data.sandbox.tokens import Kind
from tests.fakes import program

BAD = frozenset({Kind.HONEYPOT, Kind.FREEZABLE, Kind.LIQUIDITY_PULL, Kind.BUNDLED})
RECALL = 0.95
SEED = 11


async def verdicts(state_dir: Path, seed: int) -> dict[Kind, Counter[Verdict]]:
    """Scan every token of a world; count the verdicts by what the tokens are."""
    found: dict[Kind, Counter[Verdict]] = defaultdict(Counter)
    sandbox = SandboxSettings(seed=seed, latency_ms=(0, 1))
    async with program.inside(state_dir, sandbox=sandbox) as app:
        assert app.sandbox is not None
        for token in tuple(app.sandbox.world.tokens.values()):
            ref = TokenRef(RefKind.ADDRESS, token.mint, Chain.SOLANA)
            scan = await app.services[Scanner].scan(ref, Deadline.after(app.clock, 8))
            found[token.kind][scan.assessment.verdict] += 1
    return found


@pytest.mark.timeout(300)
async def test_what_is_bad_is_blocked_and_what_is_good_is_not(tmp_path: Path) -> None:
    found = await verdicts(tmp_path, SEED)
    blocked = sum(found[kind][Verdict.BLOCK] for kind in BAD)
    total = sum(found[kind].total() for kind in BAD)
    assert total >= 10
    assert blocked / total >= RECALL, found
    assert found[Kind.BLUE_CHIP][Verdict.BLOCK] == 0, found
    assert found[Kind.HEALTHY][Verdict.BLOCK] == 0, found
    assert found[Kind.HEALTHY].total() + found[Kind.BLUE_CHIP].total() >= 15
    # What is taxed or no longer traded is never called clear.
    assert found[Kind.TAXED][Verdict.CLEAR] == found[Kind.DEAD][Verdict.CLEAR] == 0, found


async def test_without_a_quote_the_sell_route_is_unknown_and_nothing_is_clear(tmp_path: Path) -> None:
    sandbox = SandboxSettings(seed=SEED, latency_ms=(0, 1), faults="jupiter=500")
    async with program.inside(tmp_path, sandbox=sandbox) as app:
        assert app.sandbox is not None
        coin = next(t for t in app.sandbox.world.tokens.values() if t.kind is Kind.HEALTHY)
        ref = TokenRef(RefKind.ADDRESS, coin.mint, Chain.SOLANA)
        scan = await app.services[Scanner].scan(ref, Deadline.after(app.clock, 8))
    assert scan.facts.sellable is None
    (said,) = (each for each in scan.assessment.findings if each.rule == "sell_route")
    assert said.severity is Severity.UNKNOWN
    assert scan.assessment.verdict is not Verdict.CLEAR


async def test_holders_are_listed_with_shares_that_add_up(tmp_path: Path) -> None:
    async with program.inside(tmp_path, sandbox=SandboxSettings(seed=SEED, latency_ms=(0, 1))) as app:
        assert app.sandbox is not None
        coin = next(t for t in app.sandbox.world.tokens.values() if t.kind is Kind.BUNDLED)
        ref = TokenRef(RefKind.ADDRESS, coin.mint, Chain.SOLANA)
        held = await app.services[Holders].of(ref, Deadline.after(app.clock, 8))
        truth = app.sandbox.world.top_holders(coin.mint)
    assert held.listed is not None
    shares = [holder.ratio for holder in held.listed.holders]
    assert all(share is not None for share in shares)
    assert sum(share or 0 for share in shares) <= 1
    assert [holder.owner for holder in held.listed.holders[:10]] == [holder.owner for holder in truth[:10]]
