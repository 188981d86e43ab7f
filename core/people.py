"""Who people are to us: recognised from memory, changed in one transaction with its audit entry.

Owners come from the settings; they are operators and cannot be lowered or blocked from chat.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from core.memory import Memory
from data.errors import BadArgument
from data.models.chat import AuditEntry, Identity, Level, User
from data.models.ids import Platform, UserId
from data.store.store import Store

FORGET_WITHIN = timedelta(minutes=2)
_REMEMBERED = 20_000


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether the audit is as it was written: how many entries, and the first that is not."""

    entries: int
    broken_at: int | None


class People:
    """The directory of users; every read after the first is from memory."""

    def __init__(self, store: Store, *, owners: Iterable[Identity], open_registration: bool) -> None:
        self._store = store
        self._owners = frozenset(owners)
        self._open = open_registration
        self._known: Memory[Identity, User | None] = Memory(_REMEMBERED)

    def is_owner(self, identity: Identity) -> bool:
        return identity in self._owners

    async def recognise(self, identity: Identity, name: str) -> User | None:
        """Find the user behind an identity; None for someone we have not met. Owners are always met."""
        if identity in self._known:
            return self._known[identity]
        writes = self._known.writes
        async with self._store.read() as tx:
            user = await tx.users.by_identity(identity)
        if identity in self._owners and (user is None or user.level is not Level.OPERATOR or user.blocked):
            async with self._store.begin() as tx:
                user = await tx.users.ensure(identity, name)
                await tx.users.set_level(user.id, Level.OPERATOR)
                await tx.users.set_blocked(user.id, False)
                await tx.audit.append(None, "role", user.id, "owner is operator, by the settings")
                user = await tx.users.get(user.id)
            return self._known.wrote(identity, user)
        return self._known.read(identity, user, writes)

    async def meet(self, identity: Identity, name: str) -> User:
        """Find the user behind an identity, making one at level 0 if there is none."""
        known = await self.recognise(identity, name)
        if known is not None:
            return known
        async with self._store.begin() as tx:
            user = await tx.users.ensure(identity, name)
        self._known.wrote(identity, user)
        return user

    async def join(self, identity: Identity, name: str) -> User:
        """Register a person: a member at once where registration is open, else waiting for an operator."""
        user = await self.meet(identity, name)
        if user.level is Level.ANYONE and self._open and not user.blocked:
            async with self._store.begin() as tx:
                await tx.users.set_level(user.id, Level.MEMBER)
                await tx.audit.append(user.id, "join", user.id, "registration is open")
            user = await self._reload(user)
        return user

    async def find(self, words: str, platform: str | None = None) -> User:
        """Find a user by number, account or whole name; a refusal names nobody: others may read along.

        Raises:
            BadArgument: nobody, or more than one, is called so.
        """
        number = words.isascii() and words.isdigit()
        found = await self.search(f"{platform}:{words}" if platform else words if number else f"@{words}")
        if not found:
            raise BadArgument(f"Nobody here is called {words!r}.", hint="/users lists everyone I have met.")
        if len(found) > 1:
            raise BadArgument(
                f"Several people are called {words!r}.",
                hint=f"/users {words} lists them: name one by number.",
            )
        return found[0]

    async def search(self, words: str) -> tuple[User, ...]:
        """List the people whom a number, an account or the beginning of a name may mean."""
        async with self._store.read() as tx:
            return await tx.users.find(words)

    async def account(self, name: str, platform: Platform) -> Identity:
        """Find the account on a platform of the one person who bears a name.

        Raises:
            BadArgument: nobody there bears it, or more than one does.
        """
        found = await self.search(f"@{name}")
        accounts = [each for user in found for each in user.identities if each.platform is platform]
        if len(accounts) != 1:
            many = "Several people are" if accounts else "I know nobody"
            raise BadArgument(f"{many} called {name!r} here.", hint="Name the account: user:ID")
        return accounts[0]

    async def page(self, after: int, limit: int, level: Level | None = None) -> tuple[User, ...]:
        """List people by number, those after `after`."""
        async with self._store.read() as tx:
            return await tx.users.page(after, limit, level)

    async def count(self) -> int:
        """Count everyone we have met."""
        async with self._store.read() as tx:
            return await tx.users.count()

    async def deeds(
        self, limit: int, *, by: UserId | None = None, before: int | None = None
    ) -> tuple[AuditEntry, ...]:
        """List what was done with privilege, newest first: by one person, before an entry."""
        async with self._store.read() as tx:
            return await tx.audit.page(before, limit, by)

    async def verify(self) -> Verdict:
        """Check the chain of the audit from its first entry to its last."""
        async with self._store.read() as tx:
            newest = await tx.audit.page(limit=1)
            return Verdict(newest[0].seq if newest else 0, await tx.audit.verify())

    async def set_level(self, actor: User, target: User, level: Level) -> User:
        """Give a person another level.

        Raises:
            BadArgument: an owner's level comes from the settings.
        """
        self._refuse_owner(target)
        async with self._store.begin() as tx:
            await tx.users.set_level(target.id, level)
            detail = f"level {target.level.value} to {level.value}"
            await tx.audit.append(actor.id, "role", target.id, detail)
        return await self._reload(target)

    async def set_blocked(self, actor: User, target: User, *, blocked: bool) -> User:
        """Shut a person out, or let them in again.

        Raises:
            BadArgument: owners cannot be blocked.
        """
        self._refuse_owner(target)
        async with self._store.begin() as tx:
            await tx.users.set_blocked(target.id, blocked)
            action = "block" if blocked else "unblock"
            await tx.audit.append(actor.id, action, target.id)
        return await self._reload(target)

    async def prefer(self, user: User, key: str, value: str | None, *, noted: bool = True) -> User:
        """Set a preference of the person's own; None forgets it.

        The audit outlives the person: what may not stand there is not `noted`, its key alone is.
        """
        async with self._store.begin() as tx:
            await tx.users.set_preference(user.id, key, value)
            await tx.audit.append(
                user.id, "setting", user.id, f"{key} {value or 'default'}" if noted else key
            )
        return await self._reload(user)

    async def held(self, user: User) -> dict[str, int]:
        """Count what is kept about a person, by the table it lies in."""
        async with self._store.read() as tx:
            return await tx.users.held(user.id)

    async def offer_to_forget(self, user: User) -> str:
        """Give a word with which this person, and nobody else, confirms `forget` within `FORGET_WITHIN`."""
        async with self._store.begin() as tx:
            now = tx.payloads.clock.now()
            return await tx.payloads.put(_offer(user, now), now + FORGET_WITHIN)

    async def forget(self, user: User, word: str) -> None:
        """Erase a person; the audit keeps that it was done, under a number that names nobody.

        Raises:
            BadArgument: the word was offered to somebody else, or too long ago.
        """
        async with self._store.begin() as tx:
            offer = await tx.payloads.get(word)
            if offer is None or not _is_for(offer, user):
                raise BadArgument("This confirmation is not yours, or too old.", hint="Ask again: /forget")
            await tx.users.forget(user.id)
            await tx.audit.append(user.id, "forget", user.id, "erased on request")
        self._known.drop(*user.identities)

    def reread(self, *identities: Identity) -> None:
        """Drop who is remembered behind accounts: they are somebody else's now."""
        self._known.drop(*identities)

    def _refuse_owner(self, target: User) -> None:
        if any(identity in self._owners for identity in target.identities):
            raise BadArgument(f"{target.name} is an owner.", hint="Owners are set by TRENCHCOAT_OWNER_IDS.")

    async def _reload(self, changed: User) -> User:
        self._known.drop(*changed.identities)
        writes = self._known.writes
        async with self._store.read() as tx:
            user = await tx.users.get(changed.id)
        if user is None:
            raise BadArgument("This person is no longer known.")
        for identity in user.identities:
            self._known.read(identity, user, writes)
        return user


def _offer(user: User, at: datetime) -> str:
    """Write an offer as buttons are written, so that a press which names it means nothing."""
    return json.dumps(["forget", {"offered_to": str(user.id), "at": at.isoformat()}])


def _is_for(offer: str, user: User) -> bool:
    command, given = json.loads(offer)
    return (command, given.get("offered_to")) == ("forget", str(user.id))
