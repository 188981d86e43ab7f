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
from core.charts.spec import Chart, Look, Scale, Study
from core.enrichment import resolve
from core.enrichment.finder import Found
from core.enrichment.trust import Kind, Tally
from core.security.facts import TokenFacts
from core.security.holders import HeldBy
from core.security.score import assess
from core.security.service import Scan
from core.sources import Source, Standing
from data.models.fields import FIELDS, PRICE_USD, RISK_SCORE, RUGGED, Authority, Link, LpLock
from data.models.holders import Holder, HolderList
from data.models.ids import Chain, ProviderId, TokenKey
from data.models.market import Capability, Gap, GapReason, SecurityReport, Timeframe, TokenSnapshot
from handlers.cards import chart, holders, price, provenance, security, sources, token, why
from handlers.reply import Button, Reply, Style, Tone
from tests.fakes.clock import START
from tests.fakes.replies import PNG
from tests.fakes.snapshots import BONK, PEPE, SEEDS, known, snapshot_of

Card = Callable[[TokenSnapshot], Reply]
DRAWN = Drawing(Chart(png=PNG, width=1, height=1, alt="a chart"), "0" * 32)
CARDS: dict[str, Card] = {
    "token": lambda seen: token.token_card(Found(seen.token, namesakes=2, pool="p" * 44), seen),
    "security": lambda seen: scanned(seen),
    "holders": lambda seen: holders.holders_card(
        held(seen, Holder(owner="7" * 44, amount=Decimal("1e30"), label="\u202e@everyone"))
    ),
    "chart": lambda seen: chart.chart_card(
        seen, DRAWN, chart.Chosen(timeframe=Timeframe.H1, scale=Scale.LOG)
    ),
    "no chart": lambda seen: chart.chart_card(
        seen, Drawing(None, gaps=seen.gaps), chart.Chosen(timeframe=Timeframe.H1)
    ),
    "why": why.overview_card,
    "price": lambda seen: Reply(body=price.price_line(Found(seen.token), seen)),
}
OTTER = TokenKey(Chain.SOLANA, "7YygHaahdKVNtbu9GyFRnnBgf7hKzC76hnuHHfxCKRij")
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
    for name in ("Liquidity", "Market cap", "Other scanners"):
        assert f"{name}: unknown" in told
    assert "mint unknown · freeze unknown" in told
    assert "Missing: jupiter: timed out" in told


def scanned(snapshot: TokenSnapshot, *, sellable: bool | None = True) -> Reply:
    facts = TokenFacts(snapshot=snapshot, sellable=sellable, sell_asked=(ProviderId("jupiter"),))
    return security.security_card(Scan(found=Found(snapshot.token), facts=facts, assessment=assess(facts)))


def held(snapshot: TokenSnapshot, *listed: Holder, gaps: tuple[Gap, ...] = ()) -> HeldBy:
    return HeldBy(
        found=Found(snapshot.token), snapshot=snapshot, gaps=gaps,
        listed=HolderList(token=snapshot.token, holders=listed, total=41) if listed else None,
        source=ProviderId("solscan") if listed else None,
    )  # fmt: skip


def test_holders_are_listed_by_their_ends_with_shares_and_the_vendors_words() -> None:
    seen = known(OTTER, top10=Decimal("0.4"), dev=Decimal("0.05"))
    whale = Holder(owner="7" * 44, amount=Decimal(2_500_000), ratio=Decimal("0.25"))
    pool = Holder(owner="8" * 44, ratio=None, label="<b>Raydium</b>\n@everyone " + "x" * 50)
    reply = holders.holders_card(held(seen, whale, pool))
    first, second = (line for line in reply.body.plain.splitlines() if line[:2] in {"1.", "2."})
    assert first == "1. 25.0 % 7777…7777 · 2.50M"
    assert second.startswith("2. ? 8888…8888 · <b>Raydium</b> @ever") and second.endswith("…")
    told = {each.name: each.value.plain for each in reply.fields}
    assert told["Holders"] == "41"
    assert told["Top 10 without pools"] == "40.0 %"
    assert told["Largest without pools"] == told["Connected wallets"] == "unknown"
    assert "as solscan lists them" in reply.body.plain


def test_where_nobody_lists_holders_the_card_says_so_and_why() -> None:
    gap = Gap(source=ProviderId("birdeye"), capability=Capability.HOLDERS, reason=GapReason.TIMEOUT, at=START)
    reply = holders.holders_card(held(known(OTTER), gaps=(gap,)))
    assert "Nobody lists its holders now." in reply.body.plain
    assert "Missing: birdeye: timed out" in reply.body.plain
    assert reply.tone is Tone.WARN


def test_nothing_unknown_passes_as_safe() -> None:
    reply = scanned(known(OTTER), sellable=None)
    assert reply.tone is Tone.WARN
    assert "CAUTION: 13 unknown" in reply.body.plain
    assert "✓" not in reply.body.plain
    assert "? Other scanners: none answered" in reply.body.plain


KEPT = LpLock(kind="streamflow", share=Decimal("0.6"))
SAFE = {
    "rugged": False, "mint_authority": REVOKED, "freeze_authority": REVOKED, "token_program": "spl",
    "liquidity": Decimal(10**6), "lp_locked": Decimal(1), "top10": Decimal("0.1"), "dev": Decimal(0),
    "created": START - timedelta(days=20), "transfer_fee": Decimal(0), "extensions": (),
}  # fmt: skip


def test_even_the_best_token_is_promised_nothing() -> None:
    told = scanned(known(OTTER, **SAFE)).body.plain
    assert "CLEAR: 3 unknown" in told  # nobody was asked for its beginning, a rehearsal or a scan
    assert "safe" not in told
    assert scanned(known(OTTER, **SAFE)).tone is Tone.NEUTRAL


@pytest.mark.parametrize(
    ("changed", "sign", "said"),
    [
        ({"rugged": True}, "✗", "Rugged"),
        ({"mint_authority": OPEN}, "✗", "held by 7dGb…Crar: more can be made"),
        ({"transfer_fee": Decimal("0.05")}, "!", "Every transfer costs 5.0 %"),
        ({"liquidity": Decimal(9000)}, "!", "Liquidity $9.00K"),
        ({"creator_tokens": 1200}, "!", "made 1,200 tokens"),
        ({"created": START - timedelta(minutes=59)}, "!", "First pool 59m ago"),
    ],
)
def test_each_danger_stands_on_its_rung_with_its_figure_and_source(
    changed: dict[str, object], sign: str, said: str
) -> None:
    reply = scanned(known(OTTER, **(SAFE | changed)))
    (rung,) = (line for line in reply.body.plain.splitlines() if said in line)
    assert rung.startswith(sign)
    assert rung.endswith(")")
    assert reply.tone is (Tone.DANGER if sign == "✗" else Tone.WARN)


def test_the_card_says_the_worst_at_first_look_and_how_much_more_there_is() -> None:
    ruined = {"rugged": True, "mint_authority": OPEN, "freeze_authority": OPEN, "top10": Decimal("0.8")}
    bad = known(OTTER, **(SAFE | ruined))
    reply = token.token_card(Found(OTTER), bad)
    (field,) = (each for each in reply.fields if each.name == "First look")
    assert field.value.plain.startswith("BLOCK: 4 dangers, 1 unknown\n✗ ")
    assert field.value.plain.endswith("and 1 more")
    assert reply.tone is Tone.DANGER


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({"lp_locked": Decimal(1), "lp_burned": Decimal("0.4"), "lp_locks": (KEPT,)},
         "100 %, 40.0 % burned, with Streamflow"),
        ({"lp_locked": Decimal("0.3"), "lp_burned": Decimal(1)}, "30.0 %, 30.0 % burned"),
        ({"lp_burned": Decimal(1)}, "100 % burned"),
        ({"lp_locked": Decimal(0), "lp_locks": (replace(KEPT, share=Decimal("0.001")),)}, "0 %"),
        ({}, None),
    ],
)  # fmt: skip
def test_the_card_says_what_of_the_liquidity_is_burned_and_who_keeps_the_rest(
    told: dict[str, object], words: str | None
) -> None:
    fields = {
        each.name: each.value.plain for each in token.token_card(Found(OTTER), known(OTTER, **told)).fields
    }
    assert fields.get("LP locked") == words


def test_the_card_says_what_a_transfer_costs_now_and_what_it_will_cost() -> None:
    now = {"transfer_fee": Decimal("0.01"), "next_fee": Decimal("0.25")}
    told = token.authorities(known(OTTER, **now, next_fee_epoch=1018)).plain
    assert told.endswith("transfer fee 1.0 % now, 25.0 % from epoch 1,018 on")
    assert token.authorities(known(OTTER, **now)).plain.endswith("1.0 % now, 25.0 % later")
    assert "transfer fee" not in token.authorities(known(OTTER, transfer_fee=Decimal(0))).plain


def test_each_scanner_is_named_with_its_own_score() -> None:
    scans = tuple(
        (ProviderId(name), SecurityReport(token=OTTER, risks=(), score=score, rugged=None))
        for name, score in (("gmgn", 68), ("goplus", None), ("rugcheck", 46))
    )
    reply = token.token_card(Found(OTTER), replace(known(OTTER), scans=scans))
    (field,) = (each for each in reply.fields if each.name == "Other scanners")
    assert field.value.plain == "gmgn 68/100, rugcheck 46/100"


def test_authorities_of_another_chain_are_not_called_revoked() -> None:
    told = words(token.token_card(Found(PEPE), known(PEPE, **SAFE)))
    assert "not read on this chain yet" in told and "revoked" not in told
    assert "revoked" not in words(scanned(known(PEPE, **SAFE)))


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


def test_a_cap_that_cannot_be_is_a_claim_and_no_fact() -> None:
    absurd = known(mcap=Decimal(3_800_000_000), liquidity=Decimal("0.59"))
    marked = replace(absurd, resolved=resolve.with_notes(dict(absurd.resolved)))
    assert "claimed $3.80B (no liquidity behind it)" in words(token.token_card(Found(BONK), marked))
    assert "claimed" not in words(token.token_card(Found(BONK), absurd))


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
    reply = chart.chart_card(known(), Drawing(None), chart.Chosen(timeframe=Timeframe.H1))
    assert reply.error == "no chart" and reply.image is None


def test_a_chart_says_the_newest_values_and_each_button_changes_one_thing() -> None:
    notes = ("price above EMA 9", "RSI 14 is 71")
    drawn = Drawing(Chart(png=PNG, width=1, height=1, alt="a chart", notes=notes), "0" * 32)
    chosen = chart.Chosen(
        timeframe=Timeframe.H1, scale=Scale.LOG, look=Look.LINE, studies=(Study.RSI, Study.EMA)
    )
    reply = chart.chart_card(known(), drawn, chosen)
    assert "Price above EMA 9 · RSI 14 is 71" in reply.body.plain
    pressed = {each.label: each for row in reply.buttons for each in row}
    assert {label for label, each in pressed.items() if each.active} == {"1h", "log", "line", "EMA", "RSI"}
    usual = {"tf": "1h", "scale": "log", "look": "line", "studies": "rsi,ema"}

    def changed(label: str) -> dict[str, str]:
        invoke = pressed[label].invoke
        assert invoke is not None and invoke.command == "c"
        words = {name: invoke.args.get(name, "") for name in usual}
        return {name: word for name, word in words.items() if word != usual[name]}

    assert changed("4h") == {"tf": "4h"}
    assert changed("linear") == {"scale": "linear"}
    assert changed("line") == {"look": ""}
    assert changed("RSI") == {"studies": "ema"}
    assert changed("Levels") == {"studies": "ema,rsi,levels"}


def source(**more: object) -> Source:
    plain: dict[str, object] = {
        "id": ProviderId("jupiter"), "title": "Jupiter", "docs": "https://d.example", "market": True,
        "state": "well", "key": "none", "calls": 0, "success_rate": None, "latency_s": None,
        "last_ok_at": None, "last_error": "", "quota_left": None, "free": 3, "burst": 10,
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
    assert "3 of 10 calls free" in reply.body.plain
    assert "8 calls left" in sources.sources_card([source(quota_left=8)], START).body.plain
    assert len(fit(reply, TELEGRAM).body.plain) == len(reply.body.plain)


def test_the_coverage_shows_who_can_tell_what() -> None:
    told = {"price": ("jupiter",), "risk": ("jupiter", "rugcheck")}
    tallies = {Kind.PRICE: Tally(9, 1), Kind.FLOW: Tally()}
    standing = Standing(id=ProviderId("jupiter"), title="Jupiter", declared=0.9, tallies=tallies)
    reply = sources.coverage_card([source()], told, [standing])
    assert "Jupiter 0.90 price 90% of 10" in reply.body.plain
    assert "no source was compared" in sources.coverage_card([source()], told, []).body.plain
    assert "One source only: price" in reply.body.plain
    assert RISK_SCORE.name in reply.body.plain and RUGGED.name not in reply.body.plain
    assert isinstance(reply.buttons[0][0], Button)
