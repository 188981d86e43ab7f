"""People of every standing, in every kind of place on every platform, and what they say to the dispatcher."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import aclosing
from dataclasses import dataclass, replace

from bot.app import App
from core.people import People
from core.recents import Recents
from data.models.chat import Actor, Chat, ChatKind, Identity, Level
from data.models.ids import Platform
from handlers.dispatch import Dispatcher, Request
from handlers.reply import Reply
from handlers.spec import Origin
from tests.e2e.matrix import Place, Role

OPERATOR = "7000"
OWNERS = (f"telegram:{OPERATOR}", f"discord:{OPERATOR}", f"console:{OPERATOR}")

_LEVELS = {
    Role.MEMBER: Level.MEMBER, Role.PAPER: Level.PAPER, Role.LIVE: Level.LIVE, Role.MODERATOR: Level.MEMBER,
    Role.CHAT_ADMIN: Level.MEMBER, Role.BLOCKED: Level.MEMBER,
}  # fmt: skip
_STANDINGS = {Role.MODERATOR: Level.MODERATOR, Role.CHAT_ADMIN: Level.CHAT_ADMIN}
_KINDS = {Place.PRIVATE: ChatKind.PRIVATE, Place.CHANNEL: ChatKind.CHANNEL}


@dataclass(frozen=True, slots=True)
class Player:
    """One account; `standing` is what its platform says of it in every group."""

    identity: Identity
    name: str
    standing: Level = Level.ANYONE
    roles: frozenset[str] = frozenset()

    def asks(
        self,
        chat: Chat,
        command: str,
        *words: str,
        named: Mapping[str, str] | None = None,
        origin: Origin = Origin.TEXT,
    ) -> Request:
        """Say a command somewhere."""

        async def standing() -> Level:
            return self.standing

        return Request(
            command=command, origin=origin, identity=self.identity, name=self.name, chat=chat, words=words,
            named=named, roles=self.roles, standing=standing,
        )  # fmt: skip

    def demoted(self) -> Player:
        """Give the same account without its standing."""
        return replace(self, standing=Level.ANYONE)


def chat(platform: Platform, place: Place, owner: Player | None = None) -> Chat:
    """Name a place; a private one is its owner's."""
    if place is Place.PRIVATE:
        number = owner.identity.id if owner is not None else "0"
        return Chat(platform=platform, id=number, channel=number, kind=ChatKind.PRIVATE)
    topic = "77" if place is Place.TOPIC else None
    number = {Place.CHANNEL: "-300"}.get(place, "-200")
    kind = _KINDS.get(place, ChatKind.GROUP)
    return Chat(platform=platform, id=number, channel=number, kind=kind, topic=topic, title="Degens")


async def player(app: App, platform: Platform, role: Role) -> Player:
    """Let someone of this role exist on a platform."""
    people = app.services[People]
    number = OPERATOR if role is Role.OPERATOR else str(7001 + list(Role).index(role))
    cast = Player(Identity(platform, number), f"The {role}", _STANDINGS.get(role, Level.ANYONE))
    if role in _LEVELS:
        operator = await people.meet(Identity(platform, OPERATOR), "The operator")
        user = await people.meet(cast.identity, cast.name)
        user = await people.set_level(operator, user, _LEVELS[role])
        if role is Role.BLOCKED:
            await people.set_blocked(operator, user, blocked=True)
    return cast


async def first(dispatcher: Dispatcher, request: Request) -> Reply:
    """Give the first frame, and stop there."""
    async with aclosing(dispatcher.frames(request)) as frames:
        return await anext(frames)


async def last(dispatcher: Dispatcher, request: Request) -> Reply:
    """Give the frame that stands."""
    *_, reply = [frame async for frame in dispatcher.frames(request)]
    return reply


async def verdict(app: App, request: Request) -> str | None:
    """Tell which rule refuses a request; None where it is let through to its arguments.

    The request bears an argument that no command has, so that what is let through does nothing.
    """
    probe = replace(request, words=(), named={"no such argument": "x"})
    reply = await first(app.dispatcher, probe)
    if reply.error == "bad argument":
        return None
    assert reply.error == "not allowed", (request.command, reply.error, reply.body.plain)
    who = Actor(identity=request.identity, name=request.name)
    said = await app.services[Recents].refusal(who, request.chat)
    assert said is not None
    return said.rpartition("[")[2].removesuffix("]")
