"""What was paid to show a token: advertising, said to be that."""

from __future__ import annotations

from datetime import datetime

from core.security.promotion import Promoted
from data.models.launch import PromotionOrder
from data.models.market import Answer
from handlers import figures
from handlers.cards import provenance
from handlers.cards.launch import buttons
from handlers.cards.token import title
from handlers.reply import Reply, Text, Tone, code, faint, lines, strong, text

_SHOWN = 8
_KINDS = {
    "tokenProfile": "profile",
    "communityTakeover": "community takeover",
    "tokenAd": "advertisement",
    "trendingBarAd": "place in the trending bar",
}


def promotion_card(promoted: Promoted) -> Reply:
    """List what was paid, by site."""
    snapshot = promoted.snapshot
    rows: list[Text] = [text(code(snapshot.token.address))]
    for answer, told in promoted.told:
        rows.append(text(strong(provenance.source(answer.source)), _aged(answer, snapshot.at)))
        rows += [_order(order, snapshot.at) for order in told.orders[:_SHOWN]]
        if told.boosts:
            rows.append(text(f"· boosts bought {figures.count(told.boosts)} times"))
        if not told.orders and not told.boosts:
            rows.append(text("· nothing paid for"))
    if not promoted.told:
        rows.append(text("Whether anything was paid is unknown: nobody answers."))
    silent = provenance.missing(promoted.gaps)
    if silent:
        rows.append(text(faint(f"Missing: {silent}")))
    rows.append(text(faint("Who pays to be seen is no better for it, and no worse.")))
    return Reply(
        title=text("Paid · ", title(snapshot)),
        body=lines(*rows),
        buttons=buttons(snapshot.token, shown="dp"),
        tone=Tone.NEUTRAL if promoted.told else Tone.WARN,
        footer=provenance.footer(snapshot),
    )


def _order(order: PromotionOrder, now: datetime) -> Text:
    when = "" if order.at is None else f" · {figures.ago(order.at, now)}"
    return text(f"· {_KINDS.get(order.kind, order.kind)}: {order.status}", faint(when))


def _aged(answer: Answer, now: datetime) -> Text:
    return text(faint(f" ({figures.ago(answer.at, now)})" if answer.stale else ""))
