"""The corpus of hostile names, the cards that show them, and judges of what a person then sees.

Each text stands where a stranger can put one: as symbol, name, launchpad, label and address of a link, label
of a holder, risk of a scanner, error of a source, word that was asked for, alt of a picture. Once as the
parsers of vendors let it through, and once as if they had let through everything.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache
from pathlib import Path

from core.charting import Drawing
from core.charts.spec import Chart
from core.enrichment.finder import Found
from core.security.facts import TokenFacts
from core.security.holders import HeldBy
from core.security.score import assess
from core.security.service import Scan
from core.sources import Source
from data.errors import UnknownToken
from data.models.fields import Link
from data.models.holders import Holder, HolderList
from data.models.ids import ProviderId
from data.models.market import Risk, RiskLevel, SecurityReport, Timeframe, TokenMatch, TokenSnapshot
from data.models.text import one_line
from data.providers import values
from handlers import failures
from handlers.cards import chart, holders, price, security, sources, token
from handlers.reply import Reply, Style
from tests.fakes.clock import START
from tests.fakes.replies import PNG
from tests.fakes.snapshots import BONK, known

CORPUS = Path(__file__).parents[1] / "data" / "hostile" / "names.jsonl"
ISSUER = "https://issuer.example/"
_FILLERS = frozenset("\u115f\u1160\u3164\uffa0\u2800\u034f\u17b4\u17b5")
_JUPITER = ProviderId("jupiter")


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One hostile text and what kind of attack it is."""

    kind: str
    text: str


@cache
def corpus() -> tuple[Case, ...]:
    """Read every case."""
    rows = map(json.loads, CORPUS.read_text(encoding="ascii").splitlines())
    return tuple(Case(kind=row["class"], text=row["text"] * row.get("times", 1)) for row in rows)


KINDS = tuple(dict.fromkeys(case.kind for case in corpus()))


def of_kind(kind: str) -> list[Case]:
    return [case for case in corpus() if case.kind == kind]


def snapshots(words: str) -> Iterator[TokenSnapshot]:
    """Make a token that is named so: as a vendor's answer is read, and as it would be were it not."""
    address = f"{ISSUER}{words}"
    read = {
        "symbol": values.symbol(words), "name": values.text(words), "launchpad": values.text(words),
        "links": values.links((words, address), (words, words)),
    }  # fmt: skip
    label = values.text(words, 100)
    yield _scanned(known(BONK, **{name: value for name, value in read.items() if value}), label or "risk")
    kept = (Link(words, ISSUER), *(read["links"] or ()))
    yield _scanned(known(BONK, symbol=words, name=words, launchpad=words, links=kept), words)


def _scanned(snapshot: TokenSnapshot, words: str) -> TokenSnapshot:
    risks = tuple(Risk(name=words, level=level, value=words) for level in RiskLevel)
    report = SecurityReport(token=snapshot.token, risks=risks, score=50, rugged=None)
    return replace(snapshot, scans=((_JUPITER, report),))


def cards(words: str) -> Iterator[Reply]:
    """Make every card that shows a stranger's words."""
    for snapshot in snapshots(words):
        found = Found(snapshot.token)
        # A picture's own sentence is made of words that its spec has cleaned.
        drawing = Drawing(Chart(png=PNG, width=1, height=1, alt=one_line(words, 140)), "0" * 32)
        facts = TokenFacts(snapshot=snapshot, sellable=True, sell_asked=(_JUPITER,))
        holder = Holder(owner="7" * 44, amount=Decimal(1), ratio=Decimal("0.1"), label=words)
        listed = HolderList(token=snapshot.token, holders=(holder,), total=1)
        yield token.token_card(found, snapshot, chart_note=words)
        yield Reply(body=price.price_line(found, snapshot))
        yield chart.chart_card(snapshot, drawing, chart.Chosen(timeframe=Timeframe.H1))
        yield security.security_card(Scan(found=found, facts=facts, assessment=assess(facts)))
        yield holders.holders_card(
            HeldBy(found=found, snapshot=snapshot, listed=listed, source=_JUPITER, gaps=())
        )
    yield sources.sources_card([_source(words)], START)
    near = TokenMatch(token=BONK, symbol=words, name=words)
    yield failures.to_reply(
        UnknownToken(words, (near,), detail=words),
        failures.Asked(spec=None, given={"token": words}, request_id="r-1"),
    )


def _source(words: str) -> Source:
    return Source(
        id=_JUPITER, title="Jupiter", docs="", market=True, state="failing", key="none", calls=9,
        success_rate=0.5, latency_s=0.2, last_ok_at=START, last_error=words, quota_left=None, free=0, burst=5,
    )  # fmt: skip


def own_links(reply: Reply) -> set[str]:
    """List the addresses that a reply itself links to."""
    fields = (field.value for field in reply.fields)
    spans = (span for part in (reply.title, reply.body, reply.footer, *fields) for span in part.spans)
    return {span.url for span in spans if span.url}


def own_commands(reply: Reply) -> set[str]:
    """List the commands that a reply itself makes tappable."""
    spans = (span for part in (reply.title, reply.body, reply.footer) for span in part.spans)
    return {span.text for span in spans if span.style is Style.COMMAND}


def unseen(words: str, *, ours: str = "") -> list[str]:
    """List the characters that a reader cannot see or that turn the line; `ours` are put in on purpose."""
    return [ascii(char) for char in words if char not in ours and char != "\n" and _is_unseen(char)][:10]


def _is_unseen(char: str) -> bool:
    category = unicodedata.category(char)
    if category == "Cn":
        return not 0x1F000 <= ord(char) < 0x1FB00  # pictures newer than Python's tables
    selector = 0xFE00 <= ord(char) <= 0xFE0F or 0xE0100 <= ord(char) <= 0xE01EF
    return category in {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"} or char in _FILLERS or selector


def piled(words: str) -> bool:
    """Tell whether more than two marks stand on one letter."""
    return re.search("M{3}", "".join(unicodedata.category(char)[0] for char in words)) is not None
