"""The sources as a grid: how each is doing, and what each can tell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from core.sources import Source, Standing
from data.models.fields import FIELDS
from handlers import figures
from handlers.reply import Button, Invoke, Reply, Text, Tone, block, faint, lines, strong, text

_LIGHTS = {"well": "●", "not asked yet": "○", "failing": "◐", "paused": "◐", "down": "✗", "switched off": "–"}


def sources_card(sources: Sequence[Source], now: datetime) -> Reply:
    """List every source with its state, key, speed, quota and last error."""
    markets = sum(source.market for source in sources)
    down = sum(source.state == "down" for source in sources)
    rows = [_row(source, now) for source in sources]
    return Reply(
        title=text(f"Sources: {markets} market APIs and the chain"),
        body=lines(*rows),
        tone=Tone.WARN if down else Tone.NEUTRAL,
        buttons=((Button("Refresh", Invoke("sources")), Button("Coverage", Invoke("coverage"))),),
        footer=text(figures.clock_time(now)),
    )


def _row(source: Source, now: datetime) -> Text:
    words = [source.state]
    if source.key in {"missing", "rejected"}:
        words.append(f"key {source.key}")
    if source.latency_s is not None:
        words.append(f"{source.latency_s * 1000:.0f} ms")
    if source.success_rate is not None and source.calls >= 5:
        words.append(f"{source.success_rate * 100:.0f} % of {source.calls} ok")
    if source.quota_left is not None:
        words.append(f"{source.quota_left} calls left")
    elif source.burst:
        words.append(f"{source.free} of {source.burst} calls free")
    if source.state in {"down", "failing", "paused"} and source.last_error:
        words.append(source.last_error[:60])
        if source.last_ok_at is not None:
            words.append(f"last well {figures.ago(source.last_ok_at, now)}")
    return text(
        _LIGHTS.get(source.state, "?"), " ", strong(source.title), " ", faint(" · ".join(words)),
    )  # fmt: skip


def coverage_card(
    sources: Sequence[Source], fields: Mapping[str, tuple[str, ...]], standings: Sequence[Standing]
) -> Reply:
    """Show which source can tell which figure, and how often each stood with the others."""
    width = max(len(name) for name in fields)
    heads = [source.id[:4] for source in sources]
    grid = [" " * width + " " + " ".join(f"{head:<4}" for head in heads)]
    for name in FIELDS:
        told = fields.get(name, ())
        if told:
            cells = " ".join(f"{'●' if source.id in told else '·':<4}" for source in sources)
            grid.append(f"{name:<{width}} {cells}".rstrip())
    alone = [name for name, told in fields.items() if len(told) == 1]
    return Reply(
        title=text("Coverage: who can tell what"),
        body=lines(
            block("\n".join(grid)),
            text(faint(f"One source only: {', '.join(alone)}" if alone else "")),
            *_believed(standings),
        ),
        buttons=((Button("Sources", Invoke("sources")),),),
    )


def _believed(standings: Sequence[Standing]) -> list[Text]:
    """Word how far each source is believed: its trust, and how often it agreed where several told."""
    if not standings:
        return [text(faint("Trust: no source was compared with others yet."))]
    rows = [text(strong("Trust"), faint(" declared, and how often its figures agreed with the others'"))]
    for standing in standings:
        kinds = ", ".join(
            f"{kind.value} {tally.agreed / tally.seen:.0%} of {tally.seen:.0f}"
            for kind, tally in sorted(standing.tallies.items())
            if tally.seen
        )
        rows.append(text(f"{standing.title} {standing.declared:.2f} ", faint(kinds)))
    return rows
