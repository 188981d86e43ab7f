"""The rules of chats: who may do what where. Which of two rules counts is not decided here."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import and_, delete, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from data.errors import BadArgument
from data.models.chat import Effect, Rule, SubjectKind
from data.store.tables import rules
from data.store.types import is_row_id
from data.store.upsert import insert

MOST = 200


@dataclass(frozen=True, slots=True)
class Rules:
    """Who may do what in which chat."""

    connection: AsyncConnection

    async def add(
        self, chat_key: str, command: str, effect: Effect, kind: SubjectKind, subject: str = ""
    ) -> Rule:
        """Add a rule; of two about the same command and subject the later counts, under the same number.

        Raises:
            BadArgument: the chat has its fill of rules.
        """
        same = and_(rules.c.command == command, rules.c.kind == kind.value, rules.c.subject == subject)
        others = select(func.count()).select_from(rules).where(rules.c.chat_key == chat_key, ~same)
        if (await self.connection.scalar(others) or 0) >= MOST:
            raise BadArgument(f"A chat has at most {MOST} rules.", hint="Remove one first.")
        add = insert(self.connection, rules).values(
            chat_key=chat_key, command=command, effect=effect.value, kind=kind.value, subject=subject
        )
        unique = [rules.c.chat_key, rules.c.command, rules.c.kind, rules.c.subject]
        upsert = add.on_conflict_do_update(index_elements=unique, set_={"effect": effect.value})
        number = await self.connection.scalar(upsert.returning(rules.c.id))
        assert number is not None
        return Rule(id=number, chat_key=chat_key, command=command, effect=effect, kind=kind, subject=subject)

    async def remove(self, rule_id: int, chat_key: str) -> bool:
        """Remove a rule of this chat; False where the chat has none of that number."""
        if not is_row_id(rule_id):
            return False
        gone = delete(rules).where(rules.c.id == rule_id, rules.c.chat_key == chat_key)
        return await self.connection.scalar(gone.returning(rules.c.id)) is not None

    async def for_chat(self, chat_key: str) -> tuple[Rule, ...]:
        """List the rules of a chat, oldest first."""
        mine = select(rules).where(rules.c.chat_key == chat_key).order_by(rules.c.id).limit(MOST)
        return tuple(
            Rule(
                id=row.id,
                chat_key=row.chat_key,
                command=row.command,
                effect=Effect(row.effect),
                kind=SubjectKind(row.kind),
                subject=row.subject,
            )
            for row in await self.connection.execute(mine)
        )
