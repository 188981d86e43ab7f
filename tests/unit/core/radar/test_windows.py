"""Windows made of facts: bars, gaps, completeness, and that the same facts make the same signals."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.radar import facts
from core.radar.facts import Entry, Fact
from core.radar.judge import Judge
from core.radar.windows import Windows
from core.security.facts import Severity
from core.security.score import Verdict
from core.signals.spec import Cfg, Signal, SignalType
from core.signals.window import Window
from data.errors import InvariantBroken
from data.models.ids import SOL, Chain, TokenKey

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
TOKEN = TokenKey(Chain.SOLANA, "DezXAZ8z7PnrnRJjz3wXBoRgixCa6xjnB7YaB1pPB263")
MAKER = "9xQeWvG816bUx9EPjHmaT23yvVM2ZWbrrpZb9PusVFin"


def at(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def trade(
    seconds: float, usd: str = "10", tokens: str = "10", *, buy: bool = True, by: str = "a", heard: float = 0
) -> facts.Traded:
    return facts.Traded(
        at=at(seconds + heard), traded_at=at(seconds), is_buy=buy, usd=Decimal(usd), tokens=Decimal(tokens),
        trader=by,
    )  # fmt: skip


def candled(seconds: float, *rows: tuple[int, str]) -> facts.Candled:
    start = int(NOON.timestamp())
    return facts.Candled(
        at=at(seconds), source="raydium",
        rows=tuple((start + minute * 60, *[Decimal(price)] * 4, Decimal(5)) for minute, price in rows),
    )  # fmt: skip


def window(*known: Fact, now: float) -> Window:
    windows = Windows()
    for fact in known:
        windows.take(Entry(token=TOKEN, fact=fact))
    return windows.window(TOKEN, facts.Judged(at=at(now)))


EVERY: tuple[Fact, ...] = (
    facts.Launched(at=NOON, born_at=NOON, creator=MAKER, dev_ratio=0.02),
    facts.Migrated(at=NOON, moved_at=NOON, pool="pool"),
    trade(1, "0.000000000000000123", "123456789012345678901234567890"),
    facts.Progressed(at=NOON, ratio=0.5, depth_usd=Decimal("8421.5")),
    facts.Looked(at=NOON, prices={"jupiter": Decimal("0.1")}, liquidity_usd=Decimal(1), holders=3),
    candled(120, (0, "1"), (1, "2")),
    facts.Scanned(at=NOON, verdict=Verdict.CAUTION, severities={"mint": Severity.BLOCK}),
    facts.Called(at=NOON, chat="telegram:-1", related="x\u202e"),
    facts.Listening(at=NOON),
    facts.Deaf(at=NOON),
    facts.Followed(at=NOON, source="orca", rows=()),
    facts.Judged(at=NOON, held=True),
    facts.Began(at=NOON),
    facts.Dropped(at=NOON),
)


@pytest.mark.parametrize("fact", EVERY, ids=lambda fact: fact.kind)
def test_a_fact_is_read_as_it_was_written_digit_by_digit(fact: Fact) -> None:
    assert facts.read(facts.written(fact)) == fact


@pytest.mark.parametrize("body", ["", "{}", '{"kind":"none"}', '{"kind":"began","at":"yesterday"}', "[1"])
def test_what_is_no_fact_is_refused(body: str) -> None:
    with pytest.raises(InvariantBroken):
        facts.read(body)


def test_trades_make_bars_from_the_first_whole_minute_on_in_whatever_order_they_come() -> None:
    found = window(
        facts.Listening(at=at(10)),
        trade(30, "1"),  # of a minute that was not heard whole
        trade(90, "30"), trade(61, "10"), trade(119, "20"), trade(75, "5", buy=False),
        trade(200, "40"),
        now=245,
    )  # fmt: skip
    assert found.bars is not None
    assert found.bars.time.tolist() == [(at(60 * n)).timestamp() for n in (1, 2, 3)]
    assert found.bars.open.tolist() == [1.0, 2.0, 4.0]  # a minute without a trade stands at the close before
    assert found.bars.high.tolist() == [3.0, 2.0, 4.0]
    assert found.bars.low.tolist() == [0.5, 2.0, 4.0]
    assert found.bars.close.tolist() == [2.0, 2.0, 4.0]
    assert found.bars.buys_usd.tolist() == [60.0, 0.0, 40.0]
    assert found.bars.sells_usd.tolist() == [5.0, 0.0, 0.0]


def test_bars_that_a_source_tells_stand_until_it_told_them_and_are_let_go_when_old() -> None:
    told = candled(180, (0, "1"), (2, "2"))
    fresh = window(told, now=230).bars
    assert fresh is not None and fresh.close.tolist() == [1.0, 1.0, 2.0]  # nothing is made up after 12:03
    assert window(told, now=181 + 120).bars is None


def test_between_told_and_heard_bars_nothing_is_made_up() -> None:
    long_before = window(candled(120, (0, "1"), (1, "1")), facts.Listening(at=at(610)), trade(665), now=730)
    assert long_before.bars is not None and long_before.bars.time[0] == at(660).timestamp()
    joined = window(candled(661, (9, "1"), (10, "1")), facts.Listening(at=at(610)), trade(725), now=790)
    assert joined.bars is not None
    assert joined.bars.time.tolist() == [at(60 * n).timestamp() for n in (9, 10, 11, 12)]


def test_a_gap_in_the_stream_ends_the_claim_to_know_every_trade() -> None:
    heard = (facts.Listening(at=at(0)), trade(61), trade(200))
    whole = window(*heard, now=300)
    assert whole.trades is not None and whole.trades.since_s == at(0).timestamp() and len(whole.trades) == 2
    again = window(*heard, facts.Listening(at=at(250)), trade(260), now=300)
    assert again.trades is not None and again.trades.since_s == at(250).timestamp() and len(again.trades) == 1
    for ending in (facts.Deaf(at=at(250)), facts.Migrated(at=at(250), moved_at=at(250))):
        deaf = window(*heard, ending, trade(260), now=300)
        assert deaf.trades is None and deaf.bars is None


def test_a_trade_that_was_heard_late_belongs_to_its_own_minute() -> None:
    found = window(facts.Listening(at=at(0)), trade(130, "20"), trade(65, "10", heard=70), now=185)
    assert found.bars is not None and found.bars.close.tolist() == [1.0, 2.0]


def test_what_the_maker_holds_follows_from_its_trades() -> None:
    launch = facts.Launched(at=at(0), born_at=at(0), creator=MAKER)
    unknown = window(launch, now=5)
    assert unknown.deployer is None
    sold = window(
        launch, trade(1, tokens="100", by=MAKER), trade(2, tokens="30", by=MAKER, buy=False), trade(3), now=5
    )
    assert sold.deployer is not None and sold.deployer.held_tokens == 70.0


def test_nothing_is_of_unknown_age_but_what_was_never_looked_at() -> None:
    assert window(facts.Listening(at=at(0)), now=9).data_age_s is None
    look = facts.Looked(at=at(10), prices={"jupiter": Decimal(1)}, liquidity_usd=Decimal(9))
    assert window(look, now=70).data_age_s == 60.0
    assert window(facts.Launched(at=at(1), born_at=at(0)), now=4).data_age_s == 3.0


def test_a_token_that_is_let_go_is_forgotten_and_the_quietest_goes_first() -> None:
    windows = Windows()
    other = TokenKey(Chain.SOLANA, MAKER)
    for token, usd in ((TOKEN, "10"), (other, "9000")):
        windows.take(Entry(token=token, fact=facts.Listening(at=at(0))))
        windows.take(Entry(token=token, fact=trade(5, usd)))
    assert windows.least_promising(1) == (TOKEN,)
    assert windows.least_promising(2, spared=frozenset({TOKEN})) == (other,)
    windows.take(Entry(token=TOKEN, fact=facts.Dropped(at=at(9))))
    assert TOKEN not in windows and other in windows and len(windows) == 1
    with pytest.raises(InvariantBroken):
        windows.window(TOKEN, facts.Judged(at=at(10)))


def test_bars_that_were_fetched_to_grade_make_no_window() -> None:
    windows = Windows()
    windows.take(Entry(token=TOKEN, fact=facts.Followed(at=at(0), source="orca", rows=())))
    assert TOKEN not in windows


def test_a_launch_is_told_once_within_half_an_hour() -> None:
    judge = Judge(Cfg())
    launch = Entry(token=TOKEN, fact=facts.Launched(at=at(0), born_at=at(0), dev_ratio=0.01))
    assert judge.hear(launch) == ()
    (first,) = judge.hear(Entry(token=TOKEN, fact=facts.Judged(at=at(1))))
    assert first.type is SignalType.LAUNCH and first.features["since_launch_s"] == 1.0
    assert judge.hear(Entry(token=TOKEN, fact=facts.Judged(at=at(30)))) == ()


def drain(until: int, held: bool) -> list[Entry]:
    """A token whose liquidity is taken, looked at and judged every half minute."""
    found: list[Fact] = []
    for seconds in range(0, until, 30):
        liquid = Decimal(50_000 if seconds < 300 else 20_000)
        prices = {"jupiter": Decimal(1), "dexscreener": Decimal("1.001")}
        found += [facts.Looked(at=at(seconds), prices=prices, liquidity_usd=liquid)]
        found += [facts.Judged(at=at(seconds), held=held)]
    scan = facts.Scanned(at=at(0), verdict=Verdict.CLEAR, severities={})
    return [Entry(token=TOKEN, fact=fact) for fact in (scan, *found)]


def test_liquidity_that_leaves_is_danger_at_the_first_look_and_told_once() -> None:
    judge = Judge(Cfg())
    seen = [signal for entry in drain(600, held=False) for signal in judge.hear(entry)]
    assert [signal.type for signal in seen] == [SignalType.LIQ_DRAIN]
    assert seen[0].at == at(300) and seen[0].features["liquidity_fall_5m"] == pytest.approx(0.6)


_moments = st.integers(0, 900)
_facts = st.one_of(
    st.builds(lambda s, u, b: trade(s, str(u), buy=b), _moments, st.integers(1, 9_999), st.booleans()),
    st.builds(
        lambda s, p, q: facts.Looked(
            at=at(s), prices={"a": Decimal(p), "b": Decimal(p)}, liquidity_usd=Decimal(q)
        ),
        _moments, st.integers(1, 50), st.integers(1, 90_000),
    ),
    st.builds(lambda s: facts.Listening(at=at(s)), _moments),
    st.builds(lambda s: facts.Deaf(at=at(s)), _moments),
    st.builds(lambda s: facts.Launched(at=at(s), born_at=at(s), creator=MAKER), _moments),
    st.builds(lambda s, r: facts.Progressed(at=at(s), ratio=r), _moments, st.floats(0, 1)),
    st.builds(lambda s: facts.Judged(at=at(s)), _moments),
)  # fmt: skip


def signals_of(entries: list[Entry]) -> list[Signal]:
    judge = Judge(Cfg(floor_usd=1.0))
    return [signal for entry in entries for signal in judge.hear(entry)]


@given(st.lists(st.tuples(st.sampled_from([TOKEN, SOL]), _facts), max_size=60))
def test_facts_that_were_written_and_read_lead_to_the_same_signals(told: list[tuple[TokenKey, Fact]]) -> None:
    ordered = sorted(told, key=lambda pair: pair[1].at)
    known = set()
    entries = []
    for token, fact in ordered:
        if isinstance(fact, facts.Judged) and token not in known:
            continue
        known.add(token)
        entries.append(Entry(token=token, fact=fact))
    again = [Entry(token=one.token, fact=facts.read(facts.written(one.fact))) for one in entries]
    assert signals_of(entries) == signals_of(again)
