"""Whether a notice reaches a place, when, and how loud: decided from what was chosen there. Pure.

Danger passes everything but its own loudness. The rest meets, in this order: what is off; what is snoozed;
what is gathered; quiet hours; the budget. What is not sent, and was not refused, comes with a digest.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from core.delivery import budget
from core.delivery.loudness import DANGEROUS, Loudness, loudness
from core.delivery.wishes import Wishes
from data.models.delivery import Lateness, Notice, Stream, Urgency


class Way(StrEnum):
    """What becomes of a notice."""

    SEND = "send"
    HOLD = "hold"  # until the quiet hours end
    DIGEST = "digest"
    DROP = "drop"


class Reason(StrEnum):
    """Why it is not simply sent."""

    NONE = ""
    OFF = "off"
    NARROWED = "narrowed"  # by what the place wants of the stream
    SNOOZED = "snoozed"
    CHOSEN = "chosen"  # to come with the digest
    QUIET = "quiet"
    BUDGET = "budget"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What was decided; `due_at` is None where it goes at once."""

    way: Way
    reason: Reason = Reason.NONE
    due_at: datetime | None = None
    silent: bool = False


def dangerous(notice: Notice, kind: str) -> bool:
    """Tell whether a notice warns."""
    return notice.urgency is Urgency.DANGER or notice.stream.value in DANGEROUS or kind in DANGEROUS


def decide(
    wishes: Wishes,
    notice: Notice,
    kind: str,
    now: datetime,
    due: Sequence[datetime] = (),
    *,
    score: float | None = None,
) -> Verdict:
    """Decide about a notice at one place.

    `kind` is what the radar saw, or empty; `due` is when messages to the place were or are due, of the last
    hour and later; `score` the chance that the radar gives a signal, as a ratio.
    """
    warns = dangerous(notice, kind)
    # Who turned a stream off did not mean its warnings: those have a loudness of their own.
    chosen = loudness(wishes.loudness, Stream.DANGER if warns else notice.stream, kind)
    if chosen is Loudness.OFF:
        return Verdict(way=Way.DROP, reason=Reason.OFF)
    sent = Verdict(way=Way.SEND, silent=chosen is Loudness.SILENT)
    if warns:
        return sent
    if any(wishes.snoozed.get(subject, now) > now for subject in subjects(notice, kind)):
        return Verdict(way=Way.DROP, reason=Reason.SNOOZED)
    gathers = chosen is None and wishes.schedule.gathers
    if chosen is Loudness.DIGEST or gathers:
        return _gathered(wishes, now, Reason.CHOSEN)
    quiet_until = wishes.quiet.until(now, wishes.zone) if wishes.quiet is not None else None
    if quiet_until is not None:
        if notice.lateness is Lateness.DROP and notice.expires_at <= quiet_until:
            return Verdict(way=Way.DIGEST, reason=Reason.QUIET, due_at=quiet_until)
        sent = replace(sent, way=Way.HOLD, reason=Reason.QUIET, due_at=quiet_until)
    at = quiet_until or now
    if budget.used(due, at) >= budget.open_to(notice.urgency, score, wishes.budget):
        return _gathered(wishes, at, Reason.BUDGET)
    return sent


def subjects(notice: Notice, kind: str) -> tuple[str, ...]:
    """List what a notice may be snoozed by: its stream, its kind, its token."""
    about = "" if notice.about is None else str(notice.about)
    return tuple(filter(None, (notice.stream.value, kind, about)))


def _gathered(wishes: Wishes, now: datetime, reason: Reason) -> Verdict:
    """Keep it for the next digest, which does not come in quiet hours either."""
    due_at = wishes.schedule.after(now, wishes.zone)
    if wishes.quiet is not None:
        due_at = wishes.quiet.until(due_at, wishes.zone) or due_at
    return Verdict(way=Way.DIGEST, reason=reason, due_at=due_at)
