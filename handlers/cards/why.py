"""Why a figure is what it is: each source with its value and age, those left out, the rule that chose."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from data.models.fields import FIELDS, Authority, Field, Link, Unit
from data.models.market import Observation, Resolved, TokenSnapshot
from handlers import figures
from handlers.cards import provenance
from handlers.cards.token import authority, title
from handlers.reply import Button, Invoke, Reply, Text, code, faint, lines, strong, text

_ROW_OF_FIELDS = 4
_FIELDS_OFFERED = 12


def value_words(key: Field[Any], value: Any) -> str:
    """Write a field's value by its unit."""
    match key.unit, value:
        case Unit.USD, Decimal():
            return figures.price(value) if key.name in {"price", "ath"} else figures.usd(value)
        case Unit.RATIO, Decimal():
            return figures.percent(value, signed=key.name.startswith("change"))
        case Unit.TOKENS, Decimal():
            return figures.short(value)
        case _, bool():
            return "yes" if value else "no"
        case _, int():
            return figures.count(value)
        case _, datetime():
            return f"{value:%Y-%m-%d %H:%M} UTC"
        case _, Authority():
            return authority(value)
        case _, tuple():
            return ", ".join(item.label if isinstance(item, Link) else str(item) for item in value) or "none"
        case _:
            return str(value)


def field_card(snapshot: TokenSnapshot, resolved: Resolved[Any]) -> Reply:
    """Explain one figure."""
    key, now = resolved.field, snapshot.at
    rows: list[Text] = [
        text(strong(f"{key.label}: {value_words(key, resolved.value)}"), provenance.remark(resolved, now)),
        *(_row("✓", key, seen, now) for seen in resolved.sources),
        *(_row("✗", key, seen, now) for seen in resolved.rejected),
    ]
    if resolved.spread is not None:
        rows.append(text(f"Spread of the sources that count: {figures.percent(resolved.spread)}"))
    if resolved.disputed:
        rows.append(text("The sources contradict each other: the most trusted and freshest one decides."))
    elif resolved.rejected:
        rows.append(text("✗ does not count: off the others, less trusted, or not the chain's own word."))
    return Reply(
        title=text("Why? ", title(snapshot)), body=lines(*rows), buttons=_others(snapshot),
        footer=provenance.footer(snapshot),
    )  # fmt: skip


def unknown_field_card(snapshot: TokenSnapshot, key: Field[Any]) -> Reply:
    """Explain why a figure is missing."""
    rows: list[Text] = [text(strong(f"{key.label}: unknown"))]
    silent, unlisted = provenance.missing(snapshot.gaps), provenance.not_listed(snapshot.gaps)
    if silent:
        rows.append(text(f"Not answering: {silent}"))
    if unlisted:
        rows.append(text(f"Do not list it: {unlisted}"))
    if not silent and not unlisted:
        rows.append(text("No source that was asked says anything of it."))
    return Reply(
        title=text("Why? ", title(snapshot)), body=lines(*rows), buttons=_others(snapshot),
        footer=provenance.footer(snapshot),
    )  # fmt: skip


def overview_card(snapshot: TokenSnapshot) -> Reply:
    """List every figure of the last card with the sources behind it."""
    rows = [
        text(
            f"{resolved.field.label}: ", strong(value_words(resolved.field, resolved.value)[:60]), " ",
            faint(", ".join(provenance.source(seen.source) for seen in resolved.sources)),
            faint(provenance.remark(resolved, snapshot.at)),
        )
        for resolved in _in_order(snapshot)
    ]  # fmt: skip
    silent = provenance.missing(snapshot.gaps)
    if silent:
        rows.append(text(f"Missing: {silent}"))
    return Reply(
        title=text("Why? ", title(snapshot)), body=lines(text(code(snapshot.token.address)), *rows),
        buttons=_others(snapshot), footer=provenance.footer(snapshot),
    )  # fmt: skip


def _in_order(snapshot: TokenSnapshot) -> list[Resolved[Any]]:
    """List the figures in the order of their declaration: what people ask for first."""
    return [snapshot.resolved[key] for key in FIELDS.values() if key in snapshot.resolved]


def _row(sign: str, key: Field[Any], seen: Observation[Any], now: datetime) -> Text:
    age = figures.ago(seen.at, now)
    return text(
        f"{sign} {provenance.source(seen.source)}: {value_words(key, seen.value)} ",
        faint(f"({age}{', stale' if seen.stale else ''}, trust {seen.trust:g})"),
    )


def _others(snapshot: TokenSnapshot) -> tuple[tuple[Button, ...], ...]:
    names = [resolved.field.name for resolved in _in_order(snapshot)][:_FIELDS_OFFERED]
    row = [Button(name, Invoke("why", {"about": name})) for name in names]
    return tuple(tuple(row[at : at + _ROW_OF_FIELDS]) for at in range(0, len(row), _ROW_OF_FIELDS))
