"""The words of /flow, and the pictures that cards ask for."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from core.charts.pictures import HolderKind, Mood
from core.enrichment.finder import Found
from core.flows import Traded, Window, widest
from core.security.facts import TokenFacts
from core.security.holders import HeldBy
from core.security.score import Assessment, Verdict, assess
from core.security.service import Scan
from data.models.fields import LIQUIDITY_USD
from data.models.holders import Holder, HolderList
from data.models.ids import ProviderId
from data.models.market import Capability, Gap, GapReason, Observation, Resolved, Timeframe, TokenSnapshot
from handlers import figures
from handlers.cards import flow, history, holders_pictures, security
from handlers.reply import Reply
from tests.fakes.clock import START
from tests.fakes.snapshots import BONK, SEEDS, known, snapshot_of
from tests.unit.core.test_flows import POOL, answer, trade


def words(reply: Reply) -> str:
    fields = [f"{each.name}: {each.value.plain}" for each in reply.fields]
    return "\n".join([reply.title.plain, reply.body.plain, *fields])


def window(*, silent: bool = False) -> Window:
    made = (
        trade(START, "100", owner=None if silent else "ann"),
        trade(START + timedelta(minutes=1), "50", owner="bob"),
        trade(START + timedelta(minutes=2), "400", buy=False, owner="cat"),
    )
    found = widest(BONK, POOL, [answer(*made)], Timeframe.M1)
    assert found is not None
    return found


def test_the_flow_card_tells_sums_wallets_and_the_window_they_are_of() -> None:
    snapshot = known(buys_1h=12, sells_1h=0, volume_1h=Decimal(4200))
    told = words(flow.flow_card(snapshot, Traded(window=window(), gaps=())))
    assert "▼ net -$250 in the last 3 trades, 12:00 UTC to 12:02 UTC (2m)" in told
    assert "▲ bought $150: 2 buys by 2 wallets" in told
    assert "▼ sold $400: 1 sell by 1 wallet" in told
    assert "in raydium pool pool alone, as geckoterminal lists them" in told
    assert "12:02     0     1      0     -$400" in told
    assert "Last 1h: 12 buys · 0 sells · volume $4.20K" in told
    assert "Last 24h: unknown" in told, "what nobody counts is not zero"


def test_wallets_that_are_not_told_are_unknown() -> None:
    told = words(flow.flow_card(known(), Traded(window=window(silent=True), gaps=())))
    assert "2 buys by an unknown number of wallets" in told
    assert "12:00     1     0      ?      $100" in told


def test_no_trades_are_said_with_the_reason() -> None:
    gap = Gap(source=ProviderId("birdeye"), capability=Capability.TRADES, reason=GapReason.TIMEOUT, at=START)
    told = words(flow.flow_card(known(), Traded(window=None, gaps=(gap,))))
    assert "No source lists its trades now." in told
    assert "Missing: birdeye: timed out" in told
    assert "Asking for its last trades" in words(flow.flow_card(known(), None))


def test_the_picture_of_the_flow_says_what_it_covers() -> None:
    spec = flow.flow_picture(known(symbol="BONK"), window(), practice=True)
    assert spec.frame.practice
    assert spec.frame.subtitle == "last 3 trades, 12:00 UTC to 12:02 UTC (2m), nothing before is known"
    assert [(bar.bought_usd, bar.sold_usd) for bar in spec.bars] == [(100.0, 0.0), (50.0, 0.0), (0.0, 400.0)]


@pytest.mark.parametrize("seed", SEEDS)
def test_every_snapshot_can_be_laid_out_and_drawn(seed: int) -> None:
    snapshot = snapshot_of(seed)
    scan = Scan(
        found=Found(snapshot.token),
        facts=TokenFacts(snapshot=snapshot),
        assessment=assess(TokenFacts(snapshot=snapshot)),
    )
    spec = security.ladder(scan, practice=False)
    assert len(spec.rungs) == len(scan.assessment.findings)
    assert all(rung.question and rung.answer for rung in spec.rungs)
    assert words(flow.flow_card(snapshot, Traded(window=window(), gaps=snapshot.gaps)))


def scan_of(snapshot: TokenSnapshot) -> Scan:
    facts = TokenFacts(snapshot=snapshot)
    return Scan(found=Found(snapshot.token), facts=facts, assessment=assess(facts))


@pytest.mark.parametrize(
    ("verdict", "mood"),
    [(Verdict.BLOCK, Mood.BAD), (Verdict.CAUTION, Mood.WARN), (Verdict.CLEAR, Mood.NEUTRAL)],
)
def test_no_verdict_is_drawn_as_good(verdict: Verdict, mood: Mood) -> None:
    assessment = Assessment(verdict=verdict, score=0, findings=())
    scan = Scan(found=Found(BONK), facts=TokenFacts(snapshot=known()), assessment=assessment)
    spec = security.ladder(scan, practice=False)
    assert spec.mood is mood
    assert spec.verdict.startswith(verdict.value.upper())


def test_the_ladder_shows_the_unknown_and_the_worst_first() -> None:
    spec = security.ladder(scan_of(known()), practice=False)
    unknown = [rung.question for rung in spec.rungs if rung.mood is Mood.UNKNOWN]
    assert "Liquidity" in unknown
    assert [rung.mood for rung in spec.rungs] == sorted(
        (rung.mood for rung in spec.rungs),
        key=(Mood.BAD, Mood.WARN, Mood.UNKNOWN, Mood.NEUTRAL, Mood.GOOD).index,
    )


def test_an_answer_does_not_repeat_its_question() -> None:
    spec = security.ladder(scan_of(known(liquidity=Decimal(500_000))), practice=False)
    (answer_,) = [rung.answer for rung in spec.rungs if rung.question == "Liquidity"]
    assert answer_ == "$500K"


def test_bubbles_tell_whose_a_holding_is_and_keep_an_unknown_share_unknown() -> None:
    snapshot = known(creator="Maker111")
    listed = (
        Holder(owner="Vault", ratio=Decimal("0.3"), pooled=True),
        Holder(owner="Maker111", ratio=Decimal("0.2")),
        Holder(owner="Locker", ratio=Decimal("0.1")),
        Holder(owner="x" * 44, ratio=None, label="sniper (gmgn)"),
    )
    held = HeldBy(
        found=Found(BONK), snapshot=snapshot, source=ProviderId("solscan"), gaps=(),
        listed=HolderList(token=BONK, holders=listed), apart=frozenset({"Locker"}),
    )  # fmt: skip
    spec = holders_pictures.bubbles(held, practice=False)
    assert [each.kind for each in spec.bubbles] == [
        HolderKind.POOL,
        HolderKind.CREATOR,
        HolderKind.PROGRAM,
        HolderKind.SNIPER,
    ]
    assert spec.bubbles[3].ratio != spec.bubbles[3].ratio
    assert "as solscan lists them" in spec.frame.footer


def told_at(minutes: int, value: str) -> tuple[object, Resolved[Decimal]]:
    at = START - timedelta(minutes=minutes)
    seen = Observation(value=Decimal(value), source=ProviderId("raydium"), at=at)
    return at, Resolved(field=LIQUIDITY_USD, value=Decimal(value), sources=(seen,))


def test_a_history_tells_its_ends_its_range_and_how_thin_it_is() -> None:
    three = (told_at(90, "100"), told_at(30, "700"), told_at(0, "400"))
    told = [row.plain for row in history.history_rows(three, figures.usd, START)]  # type: ignore[arg-type]
    assert told[:4] == ["$400 now", "$100 1h ago", "lowest $100 1h ago", "highest $700 30m ago"]
    assert "Known at 3 times" in told[4]
    (_, note) = history.history_rows(three[-1:], figures.usd, START)  # type: ignore[arg-type]
    assert "Known at one time only" in note.plain
    assert "Nothing is known" in history.history_rows((), figures.usd, START)[0].plain
