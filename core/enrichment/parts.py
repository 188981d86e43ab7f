"""What one source said of one coin of a list, and one snapshot out of all sources' parts. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from core.enrichment import resolve
from core.enrichment.lanes import Lane
from core.enrichment.observe import Reliability
from data.models.ids import ProviderId, TokenKey
from data.models.lists import Part
from data.models.market import (
    Answer,
    CandleSeries,
    Capability,
    Fact,
    Gap,
    GapReason,
    Pool,
    Record,
    SecurityReport,
    TokenReport,
    TokenSnapshot,
)


def parts_of(lane: Lane, tokens: Sequence[TokenKey], result: Answer | Gap) -> tuple[Part, ...]:
    """Take an answer apart by coin; a coin that it leaves out is one that the source does not list."""
    if isinstance(result, Gap):
        return tuple(_part(lane, token, result.at, gaps=(result,)) for token in tokens)
    said = by_token(result)
    unlisted = Gap(
        source=lane.provider.id,
        capability=lane.endpoint.capability,
        reason=GapReason.NOT_LISTED,
        at=result.at,
    )
    return tuple(
        _part(
            lane, token, result.at, records=tuple(said.get(token, ())),
            gaps=() if token in said else (unlisted,),
        )
        for token in tokens
    )  # fmt: skip


def by_token(answer: Answer) -> Mapping[TokenKey, Sequence[Record]]:
    """Sort what an answer says by the token it says it of."""
    said: dict[TokenKey, list[Record]] = defaultdict(list)
    for record in answer.records:
        if isinstance(record, (TokenReport, SecurityReport)):
            said[record.token].append(record)
        elif isinstance(record, Pool):
            said[record.base.token].append(record)
    return said


def _part(
    lane: Lane, token: TokenKey, at: datetime, *, records: tuple[Record, ...] = (), gaps: tuple[Gap, ...] = ()
) -> Part:
    source, capability = lane.provider.id, lane.endpoint.capability
    answers = (Answer(source=source, capability=capability, records=records, at=at),) if records else ()
    snapshot = resolve.snapshot(token, answers, gaps, trust={}, asked=(source,), now=at)
    return Part(token=token, lane=lane.name, source=source, capability=capability, snapshot=snapshot)


def merged(
    token: TokenKey,
    parts: Iterable[TokenSnapshot],
    *,
    trust: Mapping[ProviderId, float],
    reliability: Reliability,
    now: datetime,
) -> TokenSnapshot:
    """Resolve what all sources said of a coin as if they had been asked at once; each keeps its own time."""
    given = tuple(parts)
    return resolve.snapshot(
        token, [_answer(part) for part in given if part.answered],
        [gap for part in given for gap in part.gaps],
        trust=trust, reliability=reliability, now=now,
        asked=tuple(dict.fromkeys(source for part in given for source in part.asked)),
    )  # fmt: skip


def _answer(part: TokenSnapshot) -> Answer:
    """Give a part back as the answer it came from; what was derived from pools is stated by now."""
    facts = tuple(Fact(field, resolved.value) for field, resolved in part.resolved.items())
    scans = tuple(report for _, report in part.scans)
    report = TokenReport(token=part.token, facts=facts)
    return Answer(
        source=part.asked[0], capability=Capability.META, records=(report, *scans, *part.pools), at=part.at
    )


def series_of(result: Answer | Gap) -> CandleSeries | None:
    """Take the bars out of an answer; a gap has none."""
    records = result.records if isinstance(result, Answer) else ()
    return next((record for record in records if isinstance(record, CandleSeries)), None)
