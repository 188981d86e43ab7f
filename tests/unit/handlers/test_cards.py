"""Facts become cards: whatever is known or not, they stand, fit, say what is missing and promise nothing."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from bot.fit import fit
from bot.frontend import DISCORD, TELEGRAM
from core import addresses
from core.charting import Drawing
from core.charts.spec import Chart, Scale
from core.enrichment.finder import Found
from core.sources import Source
from data.models.fields import FIELDS, PRICE_USD, RISK_SCORE, RUGGED, Authority, Link
from data.models.ids import ProviderId
from data.models.market import Capability, Gap, GapReason, Timeframe, TokenSnapshot
from handlers.cards import chart, price, provenance, security, sources, token, why
from handlers.reply import Button, Reply, Style, Tone
from tests.fakes.clock import START
from tests.fakes.replies import PNG
from tests.fakes.snapshots import BONK, PEPE, SEEDS, known, snapshot_of

Card = Callable[[TokenSnapshot], Reply]
DRAWN = Drawing(Chart(png=PNG, width=1, height=1, alt="a chart"), "0" * 32)
CARDS: dict[str, Card] = {
    "token": lambda seen: token.token_card(Found(seen.token, namesakes=2, pool="p" * 44), seen),
    "security": lambda seen: security.security_card(Found(seen.token), seen),
    "chart": lambda seen: chart.chart_card(seen, DRAWN, Timeframe.H1, Scale.LOG),
    "no chart": lambda seen: chart.chart_card(seen, Drawing(None, gaps=seen.gaps), Timeframe.H1, None),
    "why": why.overview_card,
    "price": lambda seen: Reply(body=price.price_line(Found(seen.token), seen)),
}
OPEN = Authority("7dGbd2QZcCKcTndnHcTL8q7SMVXAkp688NTQYwrRCrar")
REVOKED = Authority(None)


def words(reply: Reply) -> str:
    fields = (f"{each.name}: {each.value.plain}" for each in reply.fields)
    return "\n".join((reply.title.plain, reply.body.plain, *fields, reply.footer.plain))


@pytest.mark.parametrize("name", CARDS)
def test_any_snapshot_makes_a_card_that_fits(name: str) -> None:
    for seed in SEEDS:
        reply = CARDS[name](snapshot_of(seed))
        told = words(reply)
        assert told.strip(), seed
        assert not re.search(r"\dE[+-]?\d|NaN|Infinity|\bNone\b", told), (seed, told)
        assert "\u202e" not in told and "\x1b" not in told
        for limits in (TELEGRAM, DISCORD):
            fit(reply, limits)
        assert all(button.label for row in reply.rows for button in row)


@pytest.mark.parametrize("name", CARDS)
def test_every_button_of_a_card_asks_for_the_same_token_on_its_chain(name: str) -> None:
    for snapshot in (known(BONK), known(PEPE)):
        for row in CARDS[name](snapshot).rows:
            for button in row:
                assert button.invoke is not None
                if "token" in button.invoke.args:
                    ref = addresses.parse_ref(button.invoke.args["token"])
                    assert ref is not None
                    assert (ref.text, ref.chain) == (snapshot.token.address, snapshot.token.chain)


def test_every_figure_can_be_explained() -> None:
    for seed in SEEDS:
        snapshot = snapshot_of(seed)
        for key in FIELDS.values():
            resolved = snapshot.get(key)
            card = (
                why.field_card(snapshot, resolved)
                if resolved is not None
                else why.unknown_field_card(snapshot, key)
            )
            assert key.label in card.body.plain
            assert not re.search(r"\dE[+-]?\d|NaN", card.body.plain)


def test_a_token_of_which_nothing_is_known_says_so() -> None:
    gap = Gap(source=ProviderId("jupiter"), capability=Capability.PRICE, reason=GapReason.TIMEOUT, at=START)
    told = words(token.token_card(Found(BONK), replace(known(), gaps=(gap,))))
    assert "no source has a price" in told
    assert "Liquidity: unknown" in told and "Market cap: unknown" in told and "RugCheck: unknown" in told
    assert "mint unknown · freeze unknown" in told
    assert "Missing: jupiter: timed out" in told


def test_nothing_unknown_passes_as_safe() -> None:
    reply = security.security_card(Found(BONK), known())
    assert reply.tone is Tone.WARN
    assert "9 unknown" in reply.body.plain
    assert "✓" not in reply.body.plain
    assert "? No scan: unknown, not safe" in reply.body.plain


SAFE = {
    "rugged": False, "mint_authority": REVOKED, "freeze_authority": REVOKED, "token_program": "spl",
    "liquidity": Decimal(10**6), "lp_locked": Decimal(1), "top10": Decimal("0.1"), "dev": Decimal(0),
    "created": START - timedelta(days=90),
}  # fmt: skip


def test_even_the_best_token_is_promised_nothing() -> None:
    reply = security.security_card(Found(BONK), known(**SAFE))
    assert "that is no promise" in reply.body.plain
    assert not re.search(r"\bsafe\b(?<!not safe)", reply.body.plain.replace("not safe", ""))
    assert reply.tone is Tone.NEUTRAL


@pytest.mark.parametrize(
    ("changed", "sign", "said"),
    [
        ({"rugged": True}, "✗", "Rugged"),
        ({"mint_authority": OPEN}, "✗", "more can be made"),
        ({"freeze_authority": OPEN}, "✗", "your tokens can be frozen"),
        ({"transfer_fee": Decimal("0.05")}, "✗", "Every transfer costs 5.0 %"),
        ({"extensions": ("permanentDelegate",)}, "!", "Token-2022 extensions: permanentDelegate"),
        ({"liquidity": Decimal(0)}, "✗", "it cannot be sold"),
        ({"liquidity": Decimal(9000)}, "!", "Liquidity $9.00K"),
        ({"lp_locked": Decimal("0.2")}, "!", "LP locked or burned: 20.0 %"),
        ({"top10": Decimal("0.3")}, "!", "Top 10 hold 30.0 %"),
        ({"top10": Decimal("0.6")}, "✗", "Top 10 hold 60.0 %"),
        ({"dev": Decimal("0.2")}, "✗", "Developer holds 20.0 %"),
        ({"created": START - timedelta(minutes=59)}, "!", "First pool 59m ago"),
    ],
)
def test_each_danger_stands_on_its_rung(changed: dict[str, object], sign: str, said: str) -> None:
    reply = security.security_card(Found(BONK), known(**(SAFE | changed)))
    (rung,) = (line for line in reply.body.plain.splitlines() if said in line)
    assert rung.startswith(sign)
    assert reply.tone is (Tone.DANGER if sign == "✗" else Tone.WARN)


def test_authorities_of_another_chain_are_not_called_revoked() -> None:
    told = words(security.security_card(Found(PEPE), known(PEPE, **SAFE)))
    assert "not read on this chain yet" in told and "revoked" not in told


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://www.bonkcoin.com/", "bonkcoin.com"),
        ("https://x.com@evil.example/x", "evil.example"),
        ("https://x.com:pw@evil.example", "evil.example"),
        ("https://evil.example?x.com/", "evil.example"),
        ("https://evil.example#x.com", "evil.example"),
        ("https://x.com." + "a" * 50 + ".evil.example/", "…" + ("a" * 50 + ".evil.example")[-39:]),
        ("https://[bad", ""),
        ("https://", ""),
    ],
)
def test_a_link_is_labelled_with_where_it_leads(url: str, shown: str) -> None:
    (field,) = [
        each.value
        for each in token.token_card(
            Found(BONK), known(links=(Link("x.com", url), Link("b", "https://b.example")))
        ).fields
        if each.name == "Links"
    ]
    assert field.plain == (f"{shown} · b.example" if shown else "b.example")
    assert all(span.style in {Style.LINK, Style.PLAIN} for span in field.spans)


def test_a_rugged_token_says_who_says_so() -> None:
    reply = token.token_card(Found(BONK), known(rugged=True))
    assert reply.tone is Tone.DANGER
    assert "RUGGED: its liquidity is gone, says coingecko" in reply.body.plain


def test_the_remarks_on_a_figure_are_its_age_its_dispute_and_its_spread() -> None:
    resolved = known(price=Decimal(1)).resolved[PRICE_USD]
    later = START + timedelta(minutes=5)
    assert provenance.remark(resolved, START) == ""
    assert provenance.remark(resolved, later) == " (5m ago)"
    assert provenance.remark(replace(resolved, disputed=True), START) == " (disputed)"
    assert provenance.remark(replace(resolved, spread=Decimal("0.1")), START) == " (±5.0 %)"
    assert provenance.remark(replace(resolved, note="odd"), START) == " (odd)"


def test_silent_sources_are_named_once_with_their_reason() -> None:
    def gap(source: str, reason: GapReason) -> Gap:
        return Gap(source=ProviderId(source), capability=Capability.PRICE, reason=reason, at=START)

    gaps = [
        gap("b", GapReason.TIMEOUT), gap("a", GapReason.TIMEOUT), gap("a", GapReason.TIMEOUT),
        gap("c", GapReason.NOT_LISTED), replace(gap("solana", GapReason.OPEN), since=START),
    ]  # fmt: skip
    assert provenance.missing(gaps) == "the chain: down since 12:00 UTC; a, b: timed out"
    assert provenance.not_listed(gaps) == "c"
    assert provenance.missing([gap("a", GapReason.PENDING)], pending=False) == ""


def test_a_chart_that_is_not_there_says_why() -> None:
    gap = Gap(
        source=ProviderId("geckoterminal"), capability=Capability.CANDLES, reason=GapReason.QUOTA, at=START
    )
    assert chart.note(DRAWN) == ""
    assert chart.note(Drawing(None, gaps=(gap,))) == "No chart: geckoterminal: quota used up"
    assert chart.note(Drawing(None)) == "No chart: no source has candles of it."
    reply = chart.chart_card(known(), Drawing(None), Timeframe.H1, None)
    assert reply.error == "no chart" and reply.image is None


def source(**more: object) -> Source:
    plain: dict[str, object] = {
        "id": ProviderId("jupiter"), "title": "Jupiter", "docs": "https://d.example", "market": True,
        "state": "well", "key": "none", "calls": 0, "success_rate": None, "latency_s": None,
        "last_ok_at": None, "last_error": "", "quota_left": None,
    }  # fmt: skip
    return Source(**(plain | more))  # type: ignore[arg-type]


def test_the_sources_are_listed_with_how_they_are() -> None:
    states = ("well", "not asked yet", "failing", "paused", "down", "switched off", "something new")
    listed = [
        source(state=state, last_error="HTTP 500 <b>" * 20, calls=7, success_rate=0.5, latency_s=0.2)
        for state in states
    ]
    reply = sources.sources_card(listed, START)
    assert "7 market APIs" in reply.title.plain
    assert "50 % of 7 ok" in reply.body.plain and "200 ms" in reply.body.plain
    assert len(fit(reply, TELEGRAM).body.plain) == len(reply.body.plain)


def test_the_coverage_shows_who_can_tell_what() -> None:
    reply = sources.coverage_card([source()], {"price": ("jupiter",), "risk": ("jupiter", "rugcheck")})
    assert "One source only: price" in reply.body.plain
    assert RISK_SCORE.name in reply.body.plain and RUGGED.name not in reply.body.plain
    assert isinstance(reply.buttons[0][0], Button)
