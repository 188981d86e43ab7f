"""The audit as a list, with the verdict on its chain. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from core.people import Verdict
from data.models.chat import AuditEntry
from data.models.text import one_line
from handlers import figures
from handlers.reply import Button, Invoke, Reply, Text, Tone, faint, lines, strong, text


def audit_card(
    entries: Sequence[AuditEntry], verdict: Verdict, *, about: str = "", more: Invoke | None = None
) -> Reply:
    """List entries, newest first; a broken chain is said before anything else."""
    broken = verdict.broken_at is not None
    return Reply(
        title=text(f"Audit{about}"),
        body=lines(_verdict(verdict), *(_row(entry) for entry in entries)),
        buttons=(
            (
                Button("Newest", Invoke("audit")),
                *((Button("Older ›", more),) if more is not None else ()),
            ),
        ),
        tone=Tone.DANGER if broken else Tone.NEUTRAL,
        footer=text("People go by their numbers: /users tells who they are."),
    )


def _verdict(verdict: Verdict) -> Text:
    if verdict.broken_at is not None:
        return text(strong(f"BROKEN at {verdict.broken_at}"), ": this entry is not as it was written.")
    entries = "1 entry" if verdict.entries == 1 else f"{figures.count(verdict.entries)} entries"
    return text(f"Chain verified: {entries}.")


def _row(entry: AuditEntry) -> Text:
    return text(faint(f"{entry.seq}. {entry.at:%Y-%m-%d %H:%M} {entry.actor} "), deed(entry))


def deed(entry: AuditEntry) -> Text:
    """Write what was done to whom."""
    detail = f" ({one_line(entry.detail, 80)})" if entry.detail else ""
    return text(strong(entry.action), f" {one_line(entry.subject, 60)}{detail}")
