"""A wallet's card: what it holds, what it earned and how far that can be believed, and who says so."""

from __future__ import annotations

from decimal import Decimal

from core.wallets import copyability
from core.wallets.copyability import Copyability
from core.wallets.history import History
from core.wallets.holdings import Kind
from core.wallets.moves import LAMPORTS
from core.wallets.report import Bag, WalletReport, in_usd
from core.wallets.stats import PROVEN_FROM, Record
from data.models.following import Followed
from data.models.ids import SOL_MINT, ProviderId
from data.models.money import EXACT
from data.models.text import one_line
from data.models.wallets import WalletProfit, WalletSpan
from handlers import figures
from handlers.cards import provenance
from handlers.reply import (
    Button,
    Field,
    Invoke,
    Part,
    Reply,
    Text,
    Tone,
    code,
    faint,
    joined,
    lines,
    strong,
    text,
)

_SHOWN = 8
_SYMBOL = 12
_SPANS = {WalletSpan.D1: "24 hours", WalletSpan.D7: "7 days", WalletSpan.D30: "30 days"}


def wallet_card(report: WalletReport, followed: Followed | None = None) -> Reply:
    """Lay out what is known of a wallet; what is still being read says so, what nobody tells is unknown.

    `followed` is how the reader follows it.
    """
    rows: list[Part] = [code(report.wallet)]
    if followed is not None:
        rows.append(text("Tracked by you", f" as {followed.label}" if followed.label else ""))
    if report.nothing:
        rows.append("Nothing is known of it: it holds nothing, and no transaction names it.")
    rows += [*_labels(report), *_bags(report), *_read(report), *_reckoned(report)]
    silent = provenance.missing(report.gaps)
    if silent:
        rows.append(faint(f"Missing: {silent}"))
    return Reply(
        title=text(f"Wallet · {_SPANS[report.span]}"),
        body=lines(*rows),
        fields=_fields(report),
        buttons=_buttons(report, tracked=followed is not None),
        tone=Tone.NEUTRAL if report.sources else Tone.WARN,
        footer=_footer(report),
    )


def no_wallet_card(report: WalletReport) -> Reply:
    """Say that an address is no wallet's, and lead to what it may be."""
    kind, owner = report.standing.kind, report.standing.owner
    look = Button("Token card", Invoke("t", {"token": report.wallet}))
    choices = [look] if kind is not Kind.PROGRAM else []
    if owner is not None:
        choices.insert(0, Button("Its wallet", Invoke("wallet", {"address": owner, "period": report.span})))
    hint = "" if owner is None else f"It belongs to {owner}."
    if kind is Kind.PROGRAM:
        hint = "Paste the address of who signs its trades."
    return Reply(
        title=text("Not a wallet"),
        body=lines(
            text(code(report.wallet), f" is {kind.value}, not a wallet: nobody trades with it."),
            text(faint(hint)),
        ),
        buttons=(tuple(choices),) if choices else (),
        tone=Tone.WARN,
        error="not a wallet",
    )


def _labels(report: WalletReport) -> list[Part]:
    return [text(strong(label.word), faint(f" · {label.evidence}")) for label in report.labels]


def _fields(report: WalletReport) -> tuple[Field, ...]:
    value = report.value_usd
    found = [Field("Worth", _unknown(None if value is None else figures.usd(value)), 95)]
    if report.ledger is None or report.history is None:
        return (*found, Field("Trades", text("reading…"), 90))
    book = report.ledger
    found.append(Field("Realised", _money(report, book.realised) if book.sells else text("no sales"), 92))
    unrealised = report.unrealised_usd
    found.append(Field("Unrealised", _unknown(None if unrealised is None else _signed_usd(unrealised)), 88))
    found.append(Field("Win rate", _wins(report.record), 91))
    if report.record is not None:
        found.append(Field("Per closed position", _expectancy(report, report.record), 85))
    trades = f"{_count(book.buys, 'buy')}, {_count(book.sells, 'sell')}"
    found.append(Field("Trades", text(trades), 80))
    found.append(Field("Copying it", _copied(report.copies), 84))
    return tuple(found)


def _money(report: WalletReport, lamports: int) -> Text:
    sol = f"{_sol(lamports, signed=True)} SOL"
    if report.sol_usd is None:
        return text(sol)
    return text(sol, faint(f" ({_signed_usd(in_usd(lamports, report.sol_usd))} today)"))


def _sol(lamports: int | Decimal, *, signed: bool = False) -> str:
    value = EXACT.divide(Decimal(lamports), Decimal(LAMPORTS))
    rounded = value.quantize(Decimal("0.001")) if abs(value) >= 1 else value.quantize(Decimal("0.00001"))
    words = figures.amount(rounded) if rounded else "0"
    return f"+{words}" if signed and rounded > 0 else words


def _signed_usd(value: Decimal) -> str:
    return f"+{figures.usd(value)}" if value > 0 else figures.usd(value)


def _wins(record: Record | None) -> Text:
    """Tell the share of wins with how many it is of; few of them prove nothing."""
    if record is None:
        return text("unknown: no position that was closed has a known cost")
    share = f"{figures.percent(record.win_ratio)}, n = {record.count}"
    bounds = f" ({round(record.low * 100)} to {round(record.high * 100)} %)"
    if record.proven:
        return text(share, faint(bounds))
    return text(strong("unproven"), f" · {share}", faint(f"{bounds}; below {PROVEN_FROM}"))


def _expectancy(report: WalletReport, record: Record) -> Text:
    held = "" if record.held_for is None else f", held {figures.age(record.held_for)}"
    middle = f" · middle {figures.percent(record.return_ratio, signed=True)}{held}"
    return text(f"{_sol(record.expectancy, signed=True)} SOL", faint(middle))


def _copied(copies: Copyability | None) -> Text:
    """Tell what a follower would have got, of how many positions, and why of the others it is unknown."""
    late = f"{copyability.DELAY_S} s later, {copyability.STAKE_SOL} SOL"
    if copies is None:
        return text("unknown: nothing was closed", faint(f" · {late}"))
    told = len(copies.told)
    reasons = sorted({each.unknown.value for each in copies.followed if each.unknown is not None})
    if copies.ratio is None or copies.own_ratio is None:
        return text(f"unknown: {', '.join(reasons)}", faint(f" · {late}"))
    rest = f"; {len(copies.followed) - told} unknown: {', '.join(reasons)}" if reasons else ""
    return text(
        f"{figures.percent(copies.ratio, signed=True)} against its own "
        f"{figures.percent(copies.own_ratio, signed=True)}",
        faint(f" · {late}, n = {told}, liquidity of today, pool fees left out{rest}"),
    )


def _bags(report: WalletReport) -> list[Part]:
    if report.held is None:
        return []
    if not report.bags:
        return [] if report.nothing else ["It holds nothing."] if report.held.whole else ["Holdings: unknown"]
    rows: list[Part] = [_bag(bag) for bag in report.bags[:_SHOWN]]
    left = len(report.bags) - _SHOWN
    if left > 0:
        more = f"and {figures.count(left)} more"
        rows.append(faint(f"{more}, {figures.count(report.unpriced)} of all without a price"))
    return [strong("Holds"), *rows]


def _bag(bag: Bag) -> Text:
    """Name what is held: a symbol proves nothing, so the mint's ends stand beside it."""
    symbol = one_line(bag.symbol or "?", _SYMBOL)
    mint = "" if bag.token.address == SOL_MINT else f" {figures.address(bag.token.address)}"
    worth = "no price" if bag.value_usd is None else figures.usd(bag.value_usd)
    marks = [figures.short(bag.amount.units)]
    if bag.unrealised_usd is not None:
        marks.append(f"{_signed_usd(bag.unrealised_usd)} on its cost")
    if bag.disputed:
        marks.append("price disputed")
    return text(strong(symbol), faint(mint), f" {worth} ", faint(f"· {' · '.join(marks)}"))


def _read(report: WalletReport) -> list[Part]:
    """Say what the figures rest on, and what they leave out."""
    history, book = report.history, report.ledger
    if history is None or book is None or report.nothing:
        return []
    if history.source is None:
        return ["What it did is unknown: no node tells its history."]
    rows: list[Part] = [faint(_window(history, report))]
    if book.unexplained:
        came = _sol(book.unexplained)
        rows.append(faint(f"{came} SOL came for tokens whose cost is unknown: no profit is told of them."))
    if book.unpriced:
        rows.append(
            faint(f"{_count(book.unpriced, 'trade')} not in SOL or dollars, or at a price nobody tells.")
        )
    missed = _unaccounted(report)
    if missed:
        rows.append(faint(f"Of {missed} its book says it holds more than it does: what left was not seen."))
    return rows


def _window(history: History, report: WalletReport) -> str:
    opened = figures.count(len(history.transactions))
    if history.whole:
        return f"All {opened} transactions of the {_SPANS[report.span]} that took effect were read."
    more = f", {figures.count(history.unread)} were not" if history.unread else ""
    since = figures.ago(history.start, report.at)
    return f"{opened} transactions were read{more}: the figures are of what was since {since}."


def _unaccounted(report: WalletReport) -> str:
    """Name tokens of which the book has more than the wallet."""
    if report.ledger is None or report.held is None or not report.held.whole:
        return ""
    held = {row.mint: row.amount for row in report.held.holdings}
    found = [each.mint for each in report.ledger.positions if each.units > held.get(each.mint, 0)]
    return ", ".join(figures.address(mint) for mint in found[:3]) + (" and others" if len(found) > 3 else "")


def _reckoned(report: WalletReport) -> list[Part]:
    return [_profit(source, profit) for source, profit in report.profits]


def _profit(source: ProviderId, profit: WalletProfit) -> Text:
    """Quote a vendor's own sums: another method, so another figure."""
    parts = []
    if profit.realised_usd is not None:
        parts.append(f"realised {_signed_usd(profit.realised_usd)}")
    if profit.unrealised_usd is not None:
        parts.append(f"unrealised {_signed_usd(profit.unrealised_usd)}")
    if profit.buys is not None and profit.sells is not None:
        parts.append(f"{_count(profit.buys, 'buy')}, {_count(profit.sells, 'sell')}")
    said = ", ".join(parts) or "nothing of it"
    return text(f"{provenance.source(source)} reckons: ", said, faint(" · by its own method"))


def _count(number: int, word: str) -> str:
    return f"{figures.count(number)} {word}{'' if number == 1 else 's'}"


def _unknown(words: str | None) -> Text:
    return text("unknown" if words is None else words)


def _buttons(report: WalletReport, *, tracked: bool) -> tuple[tuple[Button, ...], ...]:
    """Offer the other spans, to follow it, and the cards of what is held."""
    spans = tuple(
        Button(span.value, Invoke("wallet", {"address": report.wallet, "period": span.value}))
        for span in WalletSpan
        if span is not report.span
    )
    if tracked:
        spans = (*spans, Button("Let go", Invoke("untrackw", {"wallet": report.wallet})))
    elif not report.nothing:
        spans = (*spans, Button("Follow", Invoke("trackw", {"address": report.wallet})))
    bags = [bag for bag in report.bags if bag.token.address != SOL_MINT and bag.value_usd is not None][:3]
    cards = tuple(
        Button(
            f"{one_line(bag.symbol or '?', _SYMBOL)} {figures.address(bag.token.address)}",
            Invoke("t", {"token": bag.token.address}),
        )
        for bag in bags
    )
    if not bags and report.nothing:
        cards = (Button("Token card", Invoke("t", {"token": report.wallet})),)
    return (spans, cards) if cards else (spans,)


def _footer(report: WalletReport) -> Text:
    names = ", ".join(provenance.source(source) for source in report.sources) or "no source answered"
    return joined([text(names), text(figures.clock_time(report.at))], " · ")
