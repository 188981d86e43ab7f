"""Who people are to us: recognised from memory, changed in one transaction with its audit entry.

Owners come from the settings; they are operators and cannot be lowered or blocked from chat.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable

from data.errors import BadArgument
from data.models.chat import Identity, Level, User
from data.models.ids import UserId
from data.store.store import Store

_REMEMBERED = 20_000


class People:
    """The directory of users; every read after the first is from memory."""

    def __init__(self, store: Store, *, owners: Iterable[Identity], open_registration: bool) -> None:
        self._store = store
        self._owners = frozenset(owners)
        self._open = open_registration
        self._known: OrderedDict[Identity, User | None] = OrderedDict()

    def is_owner(self, identity: Identity) -> bool:
        return identity in self._owners

    async def recognise(self, identity: Identity, name: str) -> User | None:
        """Find the user behind an identity; None for someone we have not met. Owners are always met."""
        if identity in self._known:
            self._known.move_to_end(identity)
            return self._known[identity]
        async with self._store.read() as tx:
            user = await tx.users.by_identity(identity)
        if identity in self._owners and (user is None or user.level is not Level.OPERATOR):
            async with self._store.begin() as tx:
                user = await tx.users.ensure(identity, name)
                await tx.users.set_level(user.id, Level.OPERATOR)
                await tx.audit.append(None, "role", user.id, "owner is operator, by the settings")
                user = await tx.users.get(user.id)
        return self._remember(identity, user)

    async def meet(self, identity: Identity, name: str) -> User:
        """Find the user behind an identity, making one at level 0 if there is none."""
        known = await self.recognise(identity, name)
        if known is not None:
            return known
        async with self._store.begin() as tx:
            user = await tx.users.ensure(identity, name)
        self._remember(identity, user)
        return user

    async def join(self, identity: Identity, name: str) -> User:
        """Register a person: a member at once where registration is open, else waiting for an operator."""
        user = await self.meet(identity, name)
        if user.level is Level.ANYONE and self._open and not user.blocked:
            async with self._store.begin() as tx:
                await tx.users.set_level(user.id, Level.MEMBER)
                await tx.audit.append(user.id, "join", user.id, "registration is open")
            user = await self._reload(user.id)
        return user

    async def find(self, words: str, platform: str | None = None) -> User:
        """Find a user by id, identity or name.

        Raises:
            BadArgument: nobody, or more than one, is called so.
        """
        async with self._store.read() as tx:
            found = await tx.users.find(f"{platform}:{words}" if platform else words)
        if not found:
            raise BadArgument(f"Nobody here is called {words!r}.", hint="/users lists everyone I have met.")
        if len(found) > 1:
            names = ", ".join(f"{user.name} (id {user.id})" for user in found[:5])
            raise BadArgument(f"Several people are called {words!r}: {names}.", hint="Name one by id.")
        return found[0]

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
        return await self._reload(target.id)

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
        return await self._reload(target.id)

    async def prefer(self, user: User, key: str, value: str | None) -> User:
        """Set a preference of the person's own; None forgets it."""
        async with self._store.begin() as tx:
            await tx.users.set_preference(user.id, key, value)
        return await self._reload(user.id)

    async def forget(self, user: User) -> None:
        """Erase a person; the audit keeps that it was done, under a number that names nobody."""
        async with self._store.begin() as tx:
            await tx.users.forget(user.id)
            await tx.audit.append(user.id, "forget", user.id, "erased on request")
        for identity in user.identities:
            self._known.pop(identity, None)

    def _refuse_owner(self, target: User) -> None:
        if any(identity in self._owners for identity in target.identities):
            raise BadArgument(f"{target.name} is an owner.", hint="Owners are set by TRENCHCOAT_OWNER_IDS.")

    async def _reload(self, user_id: UserId) -> User:
        async with self._store.read() as tx:
            user = await tx.users.get(user_id)
        if user is None:
            raise BadArgument("This person is no longer known.")
        for identity in user.identities:
            self._remember(identity, user)
        return user

    def _remember(self, identity: Identity, user: User | None) -> User | None:
        self._known[identity] = user
        self._known.move_to_end(identity)
        while len(self._known) > _REMEMBERED:
            self._known.popitem(last=False)
        return user
