"""Sentences become rules, and rules sentences that become the same rules; every refusal helps."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.alerts.grammar import LONGEST, WINDOWS_S, number, parse, written
from data.errors import BadArgument, NotConfigured, UserError
from data.models.alerts import AlertRule, Figure, Gauge, Way
from data.models.fields import Span
from data.models.market import Timeframe
from tests.integration.scene import HOSTILE

D = Decimal


def rule(figure: Figure, way: Way, threshold: str | None, span: str = "", **more: object) -> AlertRule:
    amount = None if threshold is None else D(threshold)
    return AlertRule(gauge=Gauge(figure, span), way=way, threshold=amount, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("sentence", "token", "expected"),
    [
        ("BONK price > 0.00003", "$BONK", rule(Figure.PRICE, Way.ABOVE, "0.00003")),
        ("$BONK>0.00003", "$BONK", rule(Figure.PRICE, Way.ABOVE, "0.00003")),
        ("BONK below $0.0₄21", "$BONK", rule(Figure.PRICE, Way.BELOW, "0.000021")),
        ("mc cross 1m", "", rule(Figure.CAP, Way.CROSS, "1000000")),
        ("alert me when WIF market is", "", None),
        ("-20% 1h", "", rule(Figure.FALL, Way.BELOW, "-0.2", "1h")),
        ("BONK +50% 24h", "$BONK", rule(Figure.RISE, Way.ABOVE, "0.5", "24h")),
        ("BONK down 20% in 1d", "$BONK", rule(Figure.FALL, Way.BELOW, "-0.2", "24h")),
        ("rsi 15m > 70", "", rule(Figure.RSI, Way.ABOVE, "70", "15m")),
        ("BONK volume > 2.5m", "$BONK", rule(Figure.VOLUME, Way.ABOVE, "2500000", "24h")),
        ("BONK volume 1h over 10k", "$BONK", rule(Figure.VOLUME, Way.ABOVE, "10000", "1h")),
        ("BONK liq < 50k", "$BONK", rule(Figure.LIQUIDITY, Way.BELOW, "50000")),
        ("BONK holders >= 10,000", "$BONK", rule(Figure.HOLDERS, Way.ABOVE, "10000")),
        ("BONK security change", "$BONK", rule(Figure.SECURITY, Way.CHANGE, None)),
        (
            "WIF price crosses 2 repeat cooldown 30m band 2% for 7d", "$WIF",
            rule(
                Figure.PRICE, Way.CROSS, "2", repeat=True, cooldown_s=1800, band_ratio=D("0.02"),
                lasts_s=604_800,
            ),
        ),
        ("WIF for 7d repeat price crosses 2", "$WIF",
         rule(Figure.PRICE, Way.CROSS, "2", repeat=True, lasts_s=604_800)),
        ("alert me when BONK goes above 1", "$BONK", rule(Figure.PRICE, Way.ABOVE, "1")),
        ("\u202eBONK\u200b > 1", "$BONK", rule(Figure.PRICE, Way.ABOVE, "1")),
        ("DezXAZ8z7PnrnRJjz3wXBoRgixCa6xjnB7YaB1pPB263 > 1",
         "DezXAZ8z7PnrnRJjz3wXBoRgixCa6xjnB7YaB1pPB263", rule(Figure.PRICE, Way.ABOVE, "1")),
    ],
)  # fmt: skip
def test_a_sentence_is_read_as_it_is_meant(sentence: str, token: str, expected: AlertRule | None) -> None:
    if expected is None:
        with pytest.raises(BadArgument):
            parse(sentence)
        return
    wanted = parse(sentence)
    assert (str(wanted.token or ""), wanted.rule) == (token, expected)


@pytest.mark.parametrize(
    ("sentence", "named"),
    [
        ("", "What shall I wait for"),
        ("BONK", "Which value"),
        ("BONK price", "above, below or cross"),
        ("BONK price >", "which value"),
        ("BONK price > abc", "'abc'"),
        ("BONK price > 0,5", "decimal point"),
        ("BONK price > -1", "'-1'"),
        ("BONK price > 1e5", "'1e5'"),
        ("BONK price > NaN", "'NaN'"),
        ("BONK price > ٣", "'٣'"),
        ("BONK price > ３", "'３'"),
        ("BONK price > 0", "never reaches 0"),
        ("BONK > 1 2", "'2'"),
        ("20% 1h", "rise or a fall"),
        ("-20%", "within which time"),
        ("-20% 45m", "'45m'"),
        ("-100% 1h", "between 0% and -100%"),
        ("+99999999% 1h", "+1,000,000%"),
        ("BONK rsi 7m > 70", "'7m'"),
        ("BONK rsi > 100", "between 0 and 100"),
        ("BONK > 1 for", "After 'for'"),
        ("BONK > 1 for ever", "'ever'"),
        ("BONK > 1 for 9999d", "'9999d'"),
        ("BONK > 1 cooldown 5s", "'5s'"),
        ("BONK > 1 band 80%", "'80%'"),
        ("BONK bar > 1", "'bar'"),
        ("BONK security > 1", "'> 1'"),
        ("x" * 10_000, "at most 300"),
        ("BONK > " + "9" * 200, "'999"),
    ],
)
def test_a_refusal_names_what_was_wrong_and_gives_an_example(sentence: str, named: str) -> None:
    with pytest.raises(BadArgument) as refused:
        parse(sentence)
    assert named in refused.value.message
    assert len(refused.value.message) < 400
    (_, example) = refused.value.hint.split("Example: ")
    assert parse(example)


@pytest.mark.parametrize("sentence", ["wallet abc buys", "BONK portfolio > 5k", "portfolio > 5k"])
def test_what_no_source_tells_is_said_to_be_absent(sentence: str) -> None:
    with pytest.raises(NotConfigured, match="not available yet"):
        parse(sentence)


@pytest.mark.parametrize("hostile", [*HOSTILE, "\u0661\u0662% 1h", "BONK price > \ufeff", "a" * LONGEST])
def test_hostile_words_are_refused_or_read_and_nothing_else(hostile: str) -> None:
    for sentence in (hostile, f"{hostile} > 1", f"BONK price > {hostile}", f"BONK {hostile} > 1"):
        try:
            found = parse(sentence)
        except UserError as refused:
            assert refused.message.isprintable()
        else:
            assert found.rule.threshold is None or found.rule.threshold.is_finite()


@given(st.text(max_size=400))
def test_any_text_is_a_rule_or_a_refusal(sentence: str) -> None:
    try:
        found = parse(sentence)
    except UserError:
        return
    assert parse(written(found.rule, str(found.token or ""))).rule == found.rule


amounts = st.decimals("0.000000000001", "1e15", places=12).filter(lambda each: each > 0)
spans = {
    Figure.VOLUME: tuple(Span),
    Figure.RSI: tuple(Timeframe),
}
durations = st.integers(1, 500).map(lambda minutes: minutes * 60)


@st.composite
def rules(draw: st.DrawFn) -> AlertRule:
    figure = draw(st.sampled_from(Figure))
    span, way, threshold = "", draw(st.sampled_from([Way.ABOVE, Way.BELOW, Way.CROSS])), draw(amounts)
    if figure in spans:
        span = draw(st.sampled_from(spans[figure])).value
    if figure is Figure.RSI:
        threshold = draw(st.decimals("0.01", "99.99", places=2))
    if figure is Figure.SECURITY:
        return AlertRule(gauge=Gauge(figure), way=Way.CHANGE, threshold=None)
    if figure in {Figure.RISE, Figure.FALL}:
        span, share = draw(st.sampled_from(sorted(WINDOWS_S))), draw(st.decimals("0.0001", "0.99", places=4))
        way, threshold = (Way.ABOVE, share) if figure is Figure.RISE else (Way.BELOW, -share)
    repeat = draw(st.booleans())
    more = {"cooldown_s": draw(durations), "band_ratio": draw(st.decimals("0", "0.5", places=3))}
    return AlertRule(
        gauge=Gauge(figure, span), way=way, threshold=threshold, repeat=repeat,
        lasts_s=draw(st.none() | durations), **(more if repeat else {}),
    )  # fmt: skip


@given(rules())
def test_what_is_written_is_read_back_as_the_same(made: AlertRule) -> None:
    assert parse(written(made, "$BONK")).rule == made


def test_an_amount_as_cards_write_it_is_read_exactly() -> None:
    assert number("$0.0₅1234") == D("0.000001234")
    assert number("$1,234.50") == D("1234.50")
    assert number("3.81b") == D("3810000000")
    assert number("0,500") is None
    assert number("1,00") is None
