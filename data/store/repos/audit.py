"""The record of privileged actions: appended only, numbered without gaps, each row chained to the one before.

A row's digest is SHA-256 over the previous digest and the row, and the end of the chain is kept in a table of
its own: a changed, removed, added or reordered row is found. One who rewrites every later row *and* that end
is not: for that, the newest digest must be known elsewhere, as in the log. People are named by their number
here, never by name or account, so that forgetting someone needs no change of the chain; callers keep names
and accounts out of `detail` too.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from data.clock import Clock
from data.errors import InvariantBroken
from data.models.chat import AuditEntry
from data.models.ids import UserId
from data.store.tables import audit, audit_head
from data.store.types import is_row_id, prose

GENESIS = "0" * 64
SYSTEM = "system"
PAGE_LIMIT = 100
_SUBJECT_LIMIT, _DETAIL_LIMIT = 200, 2_000
_BATCH = 500


def pseudonym(user_id: UserId) -> str:
    """Name a person by number."""
    return f"user:{user_id}"


def digest_of(previous: str, entry: AuditEntry) -> str:
    """Chain a row to the digest before it; the row's own digest plays no part."""
    at = entry.at.astimezone(UTC).isoformat(timespec="microseconds")
    row = [previous, entry.seq, at, entry.actor, entry.action, entry.subject, entry.detail]
    return hashlib.sha256(json.dumps(row, separators=(",", ":")).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Audit:
    """Who did what, provably complete."""

    connection: AsyncConnection
    clock: Clock

    async def append(
        self, actor: UserId | None, action: str, subject: UserId | str, detail: str = ""
    ) -> AuditEntry:
        """Record an action; `actor` None is the platform itself. Appends wait for each other.

        Raises:
            InvariantBroken: the end of the chain is missing.
        """
        head = (await self.connection.execute(select(audit_head).with_for_update())).one_or_none()
        if head is None:
            raise InvariantBroken("the audit has lost the end of its chain")
        entry = AuditEntry(
            seq=head.seq + 1,
            at=self.clock.now(),
            actor=SYSTEM if actor is None else pseudonym(actor),
            action=action,
            subject=prose(subject, _SUBJECT_LIMIT) if isinstance(subject, str) else pseudonym(subject),
            detail=prose(detail, _DETAIL_LIMIT),
            digest="",
        )
        digest = digest_of(head.digest, entry)
        row = {name: getattr(entry, name) for name in audit.c.keys() if name != "digest"}  # noqa: SIM118
        await self.connection.execute(audit.insert().values(**row, digest=digest))
        await self.connection.execute(update(audit_head).values(seq=entry.seq, digest=digest))
        return AuditEntry(**row, digest=digest)

    async def page(
        self, before_seq: int | None = None, limit: int = 20, actor: UserId | None = None
    ) -> tuple[AuditEntry, ...]:
        """List actions, newest first, those before `before_seq`."""
        query = select(audit).order_by(audit.c.seq.desc()).limit(min(limit, PAGE_LIMIT))
        if before_seq is not None:
            if not is_row_id(before_seq):
                return ()
            query = query.where(audit.c.seq < before_seq)
        if actor is not None:
            query = query.where(audit.c.actor == pseudonym(actor))
        return tuple(AuditEntry(**row) for row in (await self.connection.execute(query)).mappings())

    async def verify(self) -> int | None:
        """Walk the chain; the number of the first row that is not as it was written, or None.

        Meant for `Store.read`, whose view stands still.
        """
        head = (await self.connection.execute(select(audit_head))).one_or_none()
        last_seq, last_digest = (0, GENESIS) if head is None else (head.seq, head.digest)
        seq, digest = 0, GENESIS
        while batch := await self._after(seq):
            for entry in batch:
                if entry.seq != seq + 1 or entry.seq > last_seq:
                    return seq + 1
                digest = digest_of(digest, entry)
                if entry.digest != digest:
                    return entry.seq
                seq = entry.seq
        if seq != last_seq:
            return seq + 1
        return None if digest == last_digest else max(seq, 1)

    async def _after(self, seq: int) -> tuple[AuditEntry, ...]:
        query = select(audit).where(audit.c.seq > seq).order_by(audit.c.seq).limit(_BATCH)
        return tuple(AuditEntry(**row) for row in (await self.connection.execute(query)).mappings())
