"""A token asked for anew: the sources as they answer, then where they differ, and what changed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from core.addresses import word_of
from core.enrichment.collect import Asked
from core.enrichment.renewal import Renewed
from core.sources import Source
from data.models.fields import (
    FDV_USD,
    HOLDERS,
    LIQUIDITY_USD,
    MARKET_CAP_USD,
    NAME,
    PRICE_USD,
    SYMBOL,
    VOLUME_USD,
    Span,
    Unit,
)
from data.models.fields import Field as FieldKey
from data.models.market import Answer, GapReason, Resolved, TokenSnapshot
from data.models.money import divided
from handlers import figures
from handlers.cards import provenance
from handlers.cards.token import title
from handlers.reply import Button, Field, Invoke, Reply, Text, Tone, block, code, faint, lines, strong, text

_COMPARED: tuple[FieldKey[Any], ...] = (
    PRICE_USD, MARKET_CAP_USD, FDV_USD, LIQUIDITY_USD, VOLUME_USD[Span.H24], HOLDERS, SYMBOL, NAME,
)  # fmt: skip
_WORDED = frozenset({Unit.TEXT, Unit.LINKS})
_SHOWN = 8  # fields of each kind that are named; the rest is counted
_NAME = 14
_WORDS = 40


def enrich_card(renewed: Renewed, sources: Sequence[Source], now: datetime) -> Reply:
    """Lay out how far it is; with a snapshot, what came of it."""
    grid = _grid(renewed.asked, sources)
    snapshot = renewed.snapshot
    if snapshot is None:
        answered = sum(each.result is not None for each in renewed.asked)
        return Reply(
            title=text(f"Asking anew: {answered} of {len(renewed.asked)} questions answered"),
            body=lines(code(renewed.found.token.address), block(grid)),
            footer=text(figures.clock_time(now)),
        )
    token = word_of(snapshot.token)
    disputed = [each for each in snapshot.resolved.values() if each.disputed]
    return Reply(
        title=text("Enriched · ", title(snapshot)),
        body=lines(code(snapshot.token.address), block(grid)),
        fields=(
            Field("Fields", _told(snapshot), 95, inline=False),
            Field("Disputed", _disputed(disputed), 90, inline=False),
            Field("Rejected", _rejected(snapshot), 85, inline=False),
            Field("Changed", _changed(renewed.before, snapshot), 88, inline=False),
        ),
        buttons=(
            (
                Button("Card", Invoke("t", {"token": token})),
                Button("Sources", Invoke("sources")),
                Button("Again", Invoke("enrich", {"token": token})),
            ),
        ),
        tone=Tone.WARN if disputed else Tone.NEUTRAL,
        footer=provenance.footer(snapshot),
    )


def _grid(asked: Sequence[Asked], sources: Sequence[Source]) -> str:
    """Line the sources up: those that are asked first, each with how it stands."""
    questions: dict[str, list[Asked]] = {}
    for each in asked:
        questions.setdefault(each.call.provider.id, []).append(each)
    rows = [f"{_label(name)} {_standing(own)}" for name, own in questions.items()]
    rows += [f"{_label(source.id)} – {_unasked(source)}" for source in sources if source.id not in questions]
    return "\n".join(rows)


def _label(source: str) -> str:
    return f"{source[:_NAME]:<{_NAME}}"


def _standing(own: Sequence[Asked]) -> str:
    """Say how the questions to one source stand: the slowest answer, and why any is missing."""
    open_ones = sum(each.result is None for each in own)
    if open_ones:
        return "… asking" if len(own) == 1 else f"… asking, {len(own) - open_ones} of {len(own)}"
    took_ms = max(each.took_s or 0.0 for each in own) * 1000
    gaps = {each.result.reason.value for each in own if each.result and not isinstance(each.result, Answer)}
    stale = any(isinstance(each.result, Answer) and each.result.stale for each in own)
    told = any(isinstance(each.result, Answer) and each.result.records for each in own)
    words = [f"{took_ms:.0f} ms"] if told else []
    words += ["kept from before"] if stale else []
    words += sorted(gaps) if gaps else [] if told else [GapReason.NOT_LISTED.value]
    return f"{'●' if told else '✗'} {', '.join(words)}"


def _unasked(source: Source) -> str:
    if source.key == "missing":
        return "no key"
    return "switched off" if source.state == "switched off" else "tells nothing of one token"


def _told(snapshot: TokenSnapshot) -> Text:
    sourced = [len(each.sources) for each in snapshot.resolved.values()]
    several = sum(count > 1 for count in sourced)
    return text(f"{len(sourced)} known, {several} of them by several sources")


def _disputed(found: Sequence[Resolved[Any]]) -> Text:
    if not found:
        return text("nothing")
    rows = [
        text(
            strong(each.field.name), f" {_value(each.field, each.value)}",
            faint(f" against {_others(each)}" if each.rejected else ""),
        )
        for each in found[:_SHOWN]
    ]  # fmt: skip
    return lines(*rows, _more(len(found)))


def _rejected(snapshot: TokenSnapshot) -> Text:
    """Name the figures that stand alone against the others; names and pictures differ as they like."""
    found = [
        text(strong(each.field.name), f" {others} ", faint(f"against {_value(each.field, each.value)}"))
        for each in snapshot.resolved.values()
        if not each.disputed and each.field.unit not in _WORDED and (others := _others(each))
    ]
    return lines(*found[:_SHOWN], _more(len(found))) if found else text("nothing")


def _others(resolved: Resolved[Any]) -> str:
    return ", ".join(
        f"{provenance.source(seen.source)} {_value(resolved.field, seen.value)}"
        for seen in resolved.rejected
        if seen.value != resolved.value
    )


def _changed(before: TokenSnapshot | None, now: TokenSnapshot) -> Text:
    if before is None:
        return text("seen for the first time")
    rows = [row for key in _COMPARED if (row := _difference(key, before.value(key), now.value(key)))]
    return text(lines(*rows) if rows else "nothing", faint(f" since {figures.ago(before.at, now.at)}"))


def _difference(key: FieldKey[Any], old: Any, new: Any) -> Text:
    if old == new:
        return Text()
    moved = ""
    if isinstance(old, Decimal) and isinstance(new, Decimal):
        ratio = divided(new - old, abs(old))
        moved = "" if ratio is None else f" ({figures.percent(ratio, signed=True)})"
    return text(strong(key.name), f" {_value(key, old)} → {_value(key, new)}", faint(moved))


def _value(key: FieldKey[Any], value: Any) -> str:
    """Write a value of any field, short."""
    if value is None:
        return "unknown"
    if isinstance(value, Decimal):
        if key.unit is Unit.RATIO:
            return figures.percent(value)
        if key.unit is Unit.USD:
            return figures.price(value) if key is PRICE_USD else figures.usd(value)
        return figures.short(value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return figures.count(value)
    if isinstance(value, datetime):
        return figures.date(value)
    words = (
        ", ".join(map(str, value))
        if isinstance(value, Iterable) and not isinstance(value, str)
        else str(value)
    )
    return words if len(words) <= _WORDS else f"{words[: _WORDS - 1]}…"


def _more(count: int) -> Text:
    return text(faint(f"and {count - _SHOWN} more")) if count > _SHOWN else Text()
