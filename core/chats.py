"""What a chat has decided: its rules, its preferences, its flags; read from memory, written through."""

from __future__ import annotations

from collections.abc import Mapping

from config.flags import FLAGS
from core.beta import BETAS, joined
from core.memory import Memory
from data.errors import BadArgument
from data.models.chat import Actor, Chat, Effect, FlagOverride, FlagScope, Rule, SubjectKind
from data.models.delivery import Channel
from data.models.ids import UserId
from data.store.store import Store

_REMEMBERED = 20_000
_ALL = "all"
_NO_PREFERENCES: Mapping[str, str] = {}
_DEFAULTS = {flag.name: flag.default for flag in FLAGS.values()}
RULES_LIMIT = 200


def number(actor: Actor) -> UserId | None:
    """Tell an actor's number for the audit."""
    return None if actor.user is None else actor.user.id


class Chats:
    """Rules and flags; a change is effective on the next command."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._rules: Memory[str, tuple[Rule, ...]] = Memory(_REMEMBERED)
        self._preferences: Memory[str, Mapping[str, str]] = Memory(_REMEMBERED)
        self._flags: Memory[str, tuple[FlagOverride, ...]] = Memory(1)

    async def rules(self, chat: Chat) -> tuple[Rule, ...]:
        """List the rules of a chat; a private chat has none."""
        if chat.private:
            return ()
        known = self._rules.get(chat.key)
        if known is not None:
            return known
        writes = self._rules.writes
        async with self._store.read() as tx:
            return self._rules.read(chat.key, await tx.rules.for_chat(chat.key), writes)

    async def add_rule(
        self, actor: Actor, chat: Chat, *, command: str, effect: Effect, kind: SubjectKind, subject: str
    ) -> Rule:
        """Add a rule, in place of the one that says the opposite of the same subject.

        Raises:
            BadArgument: the chat has too many rules.
        """
        present = await self.rules(chat)
        same = [r for r in present if (r.command, r.kind, r.subject) == (command, kind, subject)]
        if len(present) - len(same) >= RULES_LIMIT:
            raise BadArgument(f"This chat has {RULES_LIMIT} rules already.", hint="Remove one with /rules.")
        async with self._store.begin() as tx:
            for rule in same:
                await tx.rules.remove(rule.id, chat.key)
            rule = await tx.rules.add(chat.key, command, effect, kind, subject)
            await tx.audit.append(number(actor), effect.value, chat.key, f"#{rule.id} {command} for {kind}")
        self._rules.drop(chat.key)
        return rule

    async def remove_rule(self, actor: Actor, chat: Chat, rule_id: int) -> bool:
        """Remove a rule of this chat; False where it has none of that number."""
        async with self._store.begin() as tx:
            removed = await tx.rules.remove(rule_id, chat.key)
            if removed:
                await tx.audit.append(number(actor), "rule removed", chat.key, f"#{rule_id}")
        self._rules.drop(chat.key)
        return removed

    async def preferences(self, chat: Chat) -> Mapping[str, str]:
        """Give what a chat prefers for whoever chose nothing; a private chat prefers what its person does."""
        if chat.private:
            return _NO_PREFERENCES
        known = self._preferences.get(chat.key)
        if known is not None:
            return known
        writes = self._preferences.writes
        async with self._store.read() as tx:
            home = await tx.chats.get(chat.key)
            kept = _NO_PREFERENCES if home is None else home.preferences
            return self._preferences.read(chat.key, kept, writes)

    async def prefer(self, actor: Actor, chat: Chat, name: str, value: str | None) -> Mapping[str, str]:
        """Set a preference of a chat; None forgets it."""
        async with self._store.begin() as tx:
            await tx.chats.ensure(chat)
            home = await tx.chats.set_preference(chat.key, name, value)
            await tx.audit.append(number(actor), "setting", chat.key, f"{name} {value or 'default'}")
        assert home is not None  # it was ensured
        return self._preferences.wrote(chat.key, home.preferences)

    def reread(self) -> None:
        """Drop what is remembered: rows were erased behind our back."""
        self._rules.drop_all()
        self._preferences.drop_all()
        self._flags.drop_all()

    async def moved(self, chat: Chat, new_id: str) -> None:
        """Follow a chat that got a new id."""
        async with self._store.begin() as tx:
            await tx.chats.migrate(chat.platform, chat.id, new_id)
            await tx.outbox.moved(Channel(chat.platform), chat.id, new_id)
        self._rules.drop(chat.key, f"{chat.platform}:{new_id}")
        self._preferences.drop(chat.key, f"{chat.platform}:{new_id}")

    async def let_in(self, chat: Chat) -> None:
        """Let a chat that had closed its door to us hear again what it had chosen."""
        async with self._store.begin() as tx:
            await tx.subscriptions.resume(Channel(chat.platform), chat.channel)

    async def flags(self, actor: Actor, chat: Chat) -> Mapping[str, bool]:
        """Resolve every flag: the narrowest setting wins (default, joined, global, chat, user)."""
        overrides = self._flags.get(_ALL)
        if overrides is None:
            overrides = await self.overrides()
        mine = await self._joined(actor, chat)
        if not overrides:
            return {**_DEFAULTS, **mine} if mine else _DEFAULTS
        subjects = {FlagScope.GLOBAL: "", FlagScope.CHAT: chat.key, FlagScope.USER: str(number(actor) or "")}
        values = {**_DEFAULTS, **mine}
        for scope in FlagScope:
            for override in overrides:
                if (
                    override.scope is scope
                    and override.subject == subjects[scope]
                    and override.name in values
                ):
                    values[override.name] = override.value
        return values

    async def _joined(self, actor: Actor, chat: Chat) -> Mapping[str, bool]:
        """Tell which flags in beta the person, or the chat, has joined; what an operator sets goes before."""
        if not BETAS:
            return {}
        own = _NO_PREFERENCES if actor.user is None else actor.user.preferences
        return dict.fromkeys(joined(own) | joined(await self.preferences(chat)), True)

    async def overrides(self) -> tuple[FlagOverride, ...]:
        """List the flags that are set."""
        writes = self._flags.writes
        async with self._store.read() as tx:
            return self._flags.read(_ALL, await tx.flags.all(), writes)

    async def set_flag(self, actor: Actor, override: FlagOverride) -> None:
        """Set a flag."""
        async with self._store.begin() as tx:
            await tx.flags.set(override)
            detail = f"{'on' if override.value else 'off'}, {override.scope}"
            await tx.audit.append(number(actor), "flag", override.name, detail)
        self._flags.drop_all()

    async def clear_flag(self, actor: Actor, name: str, scope: FlagScope, subject: str) -> bool:
        """Let a flag be what the code declares; False where it was not set."""
        async with self._store.begin() as tx:
            cleared = await tx.flags.clear(name, scope, subject)
            if cleared:
                await tx.audit.append(number(actor), "flag", name, f"default, {scope}")
        self._flags.drop_all()
        return cleared
