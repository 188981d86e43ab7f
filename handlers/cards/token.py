"""The token card: what decides a trade, on one screen."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

from core.addresses import word_of
from core.enrichment.finder import Found
from core.security.known import locker_name, matters
from core.security.registry import wanted
from core.security.service import first_look
from data.models.fields import (
    BUYS,
    CHANGE,
    CREATED_AT,
    FDV_USD,
    FREEZE_AUTHORITY,
    HOLDERS,
    LAUNCHPAD,
    LINKS,
    LIQUIDITY_USD,
    LP_BURNED_RATIO,
    LP_LOCKED_RATIO,
    LP_LOCKS,
    MARKET_CAP_USD,
    MINT_AUTHORITY,
    NAME,
    NEXT_FEE_EPOCH,
    NEXT_FEE_RATIO,
    PRICE_USD,
    RISK_SCORE,
    RUGGED,
    SELLS,
    SYMBOL,
    TOP10_RATIO,
    TRANSFER_FEE_RATIO,
    VOLUME_USD,
    Authority,
    Field,
    Span,
)
from data.models.ids import Chain
from data.models.market import Resolved, Timeframe, TokenSnapshot
from handlers import figures
from handlers.cards import findings, provenance
from handlers.reply import (
    Button,
    Image,
    Invoke,
    Reply,
    Text,
    code,
    faint,
    joined,
    lines,
    link,
    strong,
    text,
)
from handlers.reply import Field as CardField

WANTED: frozenset[Field[Any]] = wanted() | frozenset[Field[Any]](
    {
        PRICE_USD, MARKET_CAP_USD, FDV_USD, LIQUIDITY_USD, SYMBOL, NAME, CREATED_AT, HOLDERS, TOP10_RATIO,
        MINT_AUTHORITY, FREEZE_AUTHORITY, TRANSFER_FEE_RATIO, LP_LOCKED_RATIO, RISK_SCORE, RUGGED, LAUNCHPAD,
        LINKS, *CHANGE.values(), *VOLUME_USD.values(), *BUYS.values(), *SELLS.values(),
    }
)  # fmt: skip
_UNKNOWN = "unknown"
_LINKS_SHOWN = 4
_KEEPERS_SHOWN = 2
_HOST_SHOWN = 40


def token_card(
    found: Found,
    snapshot: TokenSnapshot,
    *,
    image: Image | None = None,
    timeframe: Timeframe = Timeframe.M15,
    chart_note: str = "",
) -> Reply:
    """Lay a snapshot out; what is unknown is said, what contradicts itself is marked."""
    now = snapshot.at
    return Reply(
        title=title(snapshot),
        body=_body(found, snapshot, chart_note),
        fields=tuple(field for field in _fields(snapshot, now) if field.value),
        image=image,
        buttons=_buttons(snapshot, timeframe),
        tone=findings.TONES[first_look(snapshot).verdict],
        footer=provenance.footer(snapshot),
    )


def title(snapshot: TokenSnapshot) -> Text:
    """Name a token; the name is its issuer's word."""
    symbol = snapshot.value(SYMBOL) or figures.address(snapshot.token.address)
    name = snapshot.value(NAME)
    return text(symbol, f" · {name}" if name and name != symbol else "")


def price_line(snapshot: TokenSnapshot, now: datetime) -> Text:
    """Write the price with its day's change and what is odd about it."""
    price = snapshot.get(PRICE_USD)
    if price is None:
        return text("no source has a price")
    change = snapshot.value(CHANGE[Span.H24])
    moved = f" {figures.percent(change, signed=True)} 24h" if change is not None else ""
    return text(strong(figures.price(price.value)), moved, faint(provenance.remark(price, now)))


def _body(found: Found, snapshot: TokenSnapshot, chart_note: str) -> Text:
    rows: list[Text] = [text(code(snapshot.token.address))]
    if found.pool:
        rows.append(text(faint(f"the token of pool {figures.address(found.pool)}")))
    if found.namesakes:
        others = "1 other token carries" if found.namesakes == 1 else f"{found.namesakes} other tokens carry"
        rows.append(text(faint(f"{others} this name: check the address")))
    rows.append(price_line(snapshot, snapshot.at))
    if snapshot.value(RUGGED):
        rows.append(text(strong("RUGGED"), ": its liquidity is gone, says ", _sources(snapshot.get(RUGGED))))
    silent = provenance.missing(snapshot.gaps)
    if silent:
        rows.append(text(faint(f"Missing: {silent}")))
    if chart_note:
        rows.append(text(faint(chart_note)))
    return lines(*rows)


def _fields(snapshot: TokenSnapshot, now: datetime) -> tuple[CardField, ...]:
    return (
        CardField("Market cap", _cap(snapshot, now), 90),
        CardField("Liquidity", _money(snapshot.get(LIQUIDITY_USD), now, _UNKNOWN), 95),
        CardField("Volume 24h", _money(snapshot.get(VOLUME_USD[Span.H24]), now, ""), 80),
        CardField("Change", _changes(snapshot), 70, inline=False),
        CardField("Trades 24h", _trades(snapshot, Span.H24), 60),
        CardField("Holders", _holders(snapshot), 65),
        CardField("Age", _age(snapshot, now), 75),
        CardField("First look", findings.brief(first_look(snapshot), now), 96, inline=False),
        CardField("Authorities", authorities(snapshot), 92, inline=False),
        CardField("Other scanners", _scores(snapshot), 91),
        CardField("LP locked", _locked(snapshot), 72),
        CardField("Links", links(snapshot), 30, inline=False),
    )


def _money(resolved: Resolved[Decimal] | None, now: datetime, absent: str) -> Text:
    if resolved is None:
        return text(absent)
    # What other figures speak against is told as a claim, not as a fact.
    claimed = "claimed " if resolved.note else ""
    return text(claimed, figures.usd(resolved.value), faint(provenance.remark(resolved, now)))


def _cap(snapshot: TokenSnapshot, now: datetime) -> Text:
    cap, fdv = snapshot.get(MARKET_CAP_USD), snapshot.get(FDV_USD)
    if cap is not None:
        return _money(cap, now, "")
    return text(_money(fdv, now, ""), " fully diluted") if fdv is not None else text(_UNKNOWN)


def _changes(snapshot: TokenSnapshot) -> Text:
    known = [
        f"{span} {figures.percent(change, signed=True)}"
        for span in Span
        if (change := snapshot.value(CHANGE[span])) is not None
    ]
    return text(" · ".join(known))


def _trades(snapshot: TokenSnapshot, span: Span) -> Text:
    buys, sells = snapshot.value(BUYS[span]), snapshot.value(SELLS[span])
    if buys is None or sells is None:
        return Text()
    return text(f"{figures.count(buys)} buys, {figures.count(sells)} sells")


def _holders(snapshot: TokenSnapshot) -> Text:
    holders, top = snapshot.value(HOLDERS), snapshot.value(TOP10_RATIO)
    parts = []
    if holders is not None:
        parts.append(figures.count(holders))
    if top is not None:
        parts.append(f"top 10 hold {figures.percent(top)}")
    return text(", ".join(parts))


def _age(snapshot: TokenSnapshot, now: datetime) -> Text:
    created = snapshot.value(CREATED_AT)
    if created is None:
        return Text()
    launchpad = snapshot.value(LAUNCHPAD)
    return text(figures.age(now - created), f" · {launchpad}" if launchpad else "")


def authorities(snapshot: TokenSnapshot) -> Text:
    """Say who may mint and freeze, by the chain's word alone."""
    if snapshot.token.chain is not Chain.SOLANA:
        return text("not read on this chain yet")
    fee = snapshot.value(TRANSFER_FEE_RATIO)
    parts = [
        f"mint {authority(snapshot.value(MINT_AUTHORITY))}",
        f"freeze {authority(snapshot.value(FREEZE_AUTHORITY))}",
    ]
    later = snapshot.value(NEXT_FEE_RATIO)
    if later is not None and fee is not None and later != fee:
        epoch = snapshot.value(NEXT_FEE_EPOCH)
        since = f" from epoch {figures.count(epoch)} on" if epoch is not None else " later"
        parts.append(f"transfer fee {figures.percent(fee)} now, {figures.percent(later)}{since}")
    elif fee:
        parts.append(f"transfer fee {figures.percent(fee)}")
    return text(" · ".join(parts))


def authority(value: Authority | None) -> str:
    """Word an authority; absence of knowledge is not safety."""
    if value is None:
        return _UNKNOWN
    return "revoked" if value.revoked else f"OPEN ({figures.address(value.address or '')})"


def _scores(snapshot: TokenSnapshot) -> Text:
    """Name each scanner with its own score: their scales differ."""
    scores = [
        f"{provenance.source(source)} {scan.score}/100"
        for source, scan in snapshot.scans
        if scan.score is not None
    ]
    return text(", ".join(scores) or _UNKNOWN)


def _locked(snapshot: TokenSnapshot) -> Text:
    """Say how much of the liquidity is locked or burned, what of it is burned, and who keeps the rest."""
    locked, burned = snapshot.value(LP_LOCKED_RATIO), snapshot.value(LP_BURNED_RATIO)
    keepers = dict.fromkeys(locker_name(lock) for lock in snapshot.value(LP_LOCKS) or () if matters(lock))
    parts = [] if locked is None else [figures.percent(locked)]
    if burned:
        parts.append(f"{figures.percent(burned if locked is None else min(burned, locked))} burned")
    if keepers:
        parts.append(f"with {', '.join(list(keepers)[:_KEEPERS_SHOWN])}")
    return text(", ".join(parts))


def links(snapshot: TokenSnapshot) -> Text:
    """List the issuer's pages under the names of their hosts, so that no label can lie."""
    found = snapshot.value(LINKS) or ()
    return joined([link(host, item.url) for item in found[:_LINKS_SHOWN] if (host := _host(item.url))], " · ")


def _host(url: str) -> str:
    """Name the host that a link leads to: no user name before it, and of a long one the end that counts."""
    try:
        host = (urlsplit(url).hostname or "").removeprefix("www.")
    except ValueError:
        return ""
    return host if len(host) <= _HOST_SHOWN else f"…{host[1 - _HOST_SHOWN :]}"


def _sources(resolved: Resolved[Any] | None) -> str:
    return ", ".join(provenance.source(seen.source) for seen in resolved.sources) if resolved else ""


def _buttons(snapshot: TokenSnapshot, shown: Timeframe) -> tuple[tuple[Button, ...], ...]:
    token = word_of(snapshot.token)
    frames = tuple(
        Button(frame.value, Invoke("t", {"token": token, "tf": frame.value}), active=frame is shown)
        for frame in Timeframe
    )
    return (
        frames,
        (
            Button("Scan", Invoke("s", {"token": token})),
            Button("Why?", Invoke("why", {"about": "last"})),
            Button("Refresh", Invoke("t", {"token": token, "tf": shown.value})),
        ),
    )
