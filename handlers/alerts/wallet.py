"""What followed wallets did: one move of one, or the same purchase by several."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from core.addresses import RefKind, TokenRef, word_of
from core.enrichment.service import Enricher
from core.security.registry import wanted as looked_at
from core.security.score import Verdict
from core.security.service import first_look
from core.wallets.events import KIND, SEVERAL, Buyer, SeveralBought, WalletMoved
from core.wallets.moves import LAMPORTS
from data.errors import UnknownToken
from data.models.fields import DECIMALS, LIQUIDITY_USD, MARKET_CAP_USD, PRICE_USD, SYMBOL, Field
from data.models.ids import TokenKey
from data.models.market import Timeframe
from data.models.money import EXACT, divided
from data.models.text import one_line
from data.models.wallets import WalletSpan
from data.ports import Clock, Deadline
from handlers import figures
from handlers.alerts.spec import Story, notice
from handlers.cards.following import SIDES, name_of, rule_words
from handlers.reply import Button, Invoke, Part, Reply, Tone, code, faint, lines, strong, text

_PATIENCE_S = 4.0
_LATE = timedelta(minutes=2)
_SHOWN = 10
_WANTED: frozenset[Field[Any]] = looked_at() | {SYMBOL, DECIMALS, PRICE_USD, MARKET_CAP_USD, LIQUIDITY_USD}


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is known of the token as the card is drawn; None is unknown.

    `verdict` is the first look's, where no source is missing that might change it.
    """

    symbol: str = ""
    decimals: int | None = None
    price_usd: Decimal | None = None
    cap_usd: Decimal | None = None
    liquidity_usd: Decimal | None = None
    verdict: Verdict | None = None


@notice(KIND, WalletMoved)
async def wallet(story: Story[WalletMoved], *, enricher: Enricher, clock: Clock) -> Reply:
    """Tell a move with what the token is; where no source answers in time, without."""
    event = story.newest
    return move_card(event, await _known(event.token, event.symbol, enricher, clock))


@notice(SEVERAL, SeveralBought)
async def several(story: Story[SeveralBought], *, enricher: Enricher, clock: Clock) -> Reply:
    """Tell who bought, for how much, and when."""
    event = story.newest
    return several_card(event, await _known(event.token, event.symbol, enricher, clock))


async def _known(token: TokenKey, symbol: str, enricher: Enricher, clock: Clock) -> Known:
    ref = TokenRef(RefKind.ADDRESS, token.address, token.chain)
    try:
        _, snapshot = await enricher.snapshot(ref, _WANTED, Deadline.after(clock, _PATIENCE_S))
    except UnknownToken:
        return Known(symbol=symbol)
    silent = any(gap.reason.blames_vendor for gap in snapshot.gaps)
    verdict = None if silent else first_look(snapshot).verdict
    return Known(
        symbol=snapshot.value(SYMBOL) or symbol, decimals=snapshot.value(DECIMALS),
        price_usd=snapshot.value(PRICE_USD), cap_usd=snapshot.value(MARKET_CAP_USD),
        liquidity_usd=snapshot.value(LIQUIDITY_USD), verdict=verdict,
    )  # fmt: skip


def move_card(event: WalletMoved, known: Known) -> Reply:
    """Lay a move out in words."""
    move = event.move
    who, token = name_of(move.wallet, event.label), _token(event.token, known)
    units = None if known.decimals is None else EXACT.scaleb(Decimal(move.units), -known.decimals)
    amount = "" if units is None else f"{figures.short(units)} "
    rows: list[Part] = [text(strong(f"{SIDES[move.side].capitalize()} {amount}"), token, _paid(event))]
    price = None if units is None or move.value_usd is None else divided(move.value_usd, units)
    if price is not None and move.side in {"buy", "sell"}:
        rows.append(text(f"at {figures.price(price)}", faint(_since(price, known.price_usd))))
    rows += [faint(_token_line(known)), text(code(event.token.address)), faint(_when(move.at, event.seen_at))]
    return Reply(
        title=text(f"{who} {SIDES[move.side]} {one_line(known.symbol, 24) or 'a token'}"),
        body=lines(*rows),
        buttons=(
            _token_buttons(event.token),
            (
                Button("Wallet", Invoke("wallet", {"address": move.wallet, "period": WalletSpan.D7.value})),
                Button("Mute", Invoke("trackw", {"address": move.wallet, "words": "mute"})),
            ),
        ),
        tone=Tone.GOOD if move.side == "buy" else Tone.WARN if move.side == "sell" else Tone.NEUTRAL,
        footer=text(f"the chain · {figures.clock_time(move.at)}"),
    )


def several_card(event: SeveralBought, known: Known) -> Reply:
    """Lay out who bought the same token."""
    rows = [_buyer(buyer, event.at) for buyer in event.buyers[:_SHOWN]]
    left = len(event.buyers) - _SHOWN
    return Reply(
        title=text(f"{len(event.buyers)} owners bought {one_line(known.symbol, 24) or 'a token'}"),
        body=lines(
            text(_token(event.token, known)), *rows, faint(f"and {left} more") if left > 0 else "",
            faint(_token_line(known)), text(code(event.token.address)),
            faint(f"Your rule: {rule_words(event.rule)}. Wallets with one funder count once."),
        ),
        buttons=(
            _token_buttons(event.token),
            (
                Button("Your wallets", Invoke("wallets")),
                Button("Drop the rule", Invoke("multi", {"act": "off"})),
            ),
        ),
        tone=Tone.GOOD,
        footer=text(f"the chain · {figures.clock_time(event.at)}"),
    )  # fmt: skip


def _buyer(buyer: Buyer, at: datetime) -> Part:
    names = [name_of(each, label) for each, label in zip(buyer.wallets, buyer.labels, strict=True)]
    worth = "worth unknown" if buyer.value_usd is None else figures.usd(buyer.value_usd)
    before = figures.age(at - buyer.first_at)
    when = "last" if buyer.first_at == at else f"{before} before the last"
    return text(
        strong(" + ".join(names)), f" {worth} ", faint(f"· {when}, {figures.clock_time(buyer.first_at)}")
    )


def _token(token: TokenKey, known: Known) -> str:
    """Name a token: a symbol proves nothing, so the mint's ends stand beside it."""
    ends = figures.address(token.address)
    name = one_line(known.symbol, 24)
    return f"{name} ({ends})" if name else ends


def _paid(event: WalletMoved) -> str:
    move, parts = event.move, []
    if move.lamports is not None:
        parts.append(f"{figures.amount(EXACT.divide(Decimal(move.lamports), Decimal(LAMPORTS)))} SOL")
    if move.value_usd is not None:
        parts.append(figures.usd(move.value_usd))
    if parts:
        return f" for {' · '.join(parts)}"
    return " for another token" if move.side in {"buy", "sell"} else ", unpaid"


def _since(price: Decimal, now: Decimal | None) -> str:
    """Tell what the price did since, where it is known."""
    change = None if now is None else divided(now, price)
    return "" if change is None else f" · {figures.percent(change - 1, signed=True)} by now"


def _token_line(known: Known) -> str:
    cap = "unknown" if known.cap_usd is None else figures.usd(known.cap_usd)
    depth = "unknown" if known.liquidity_usd is None else figures.usd(known.liquidity_usd)
    look = "" if known.verdict is None else f" · first look: {known.verdict.value}"
    return f"Cap {cap} · liquidity {depth}{look}"


def _when(at: datetime, seen_at: datetime) -> str:
    """Say when it was, and how late it was seen where that is late."""
    late = seen_at - at
    return f"It was {figures.age(late)} old when it was seen." if late > _LATE else ""


def _token_buttons(token: TokenKey) -> tuple[Button, ...]:
    word = word_of(token)
    return (
        Button("Chart", Invoke("c", {"token": word, "tf": Timeframe.M15.value})),
        Button("Scan", Invoke("s", {"token": word})),
    )
