"""The real application on the practice market, spoken to as its front ends do: people, chats, presses."""

from __future__ import annotations

import itertools
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field
from pathlib import Path

from bot import app
from bot.fit import fit
from bot.frontend import DISCORD, TELEGRAM
from config.settings import Settings
from core.payloads import Payloads
from core.people import People
from data.models.chat import Chat, ChatKind, Identity, Level, User
from data.models.ids import Platform
from handlers import actions, sniff
from handlers.dispatch import Request
from handlers.reply import Button, Reply
from handlers.spec import Origin
from tests.fakes.clock import PacedClock

PRIVATE_URL = "https://t.me/trenchcoat_bot?start=private"
# What people call themselves, and type.
HOSTILE = (
    "<b>x</b> [a](http://evil) `*_~|",
    "@everyone @here <@&1>",
    "x" * 10_000,
    "\u200b\u200d\u2060\ufeff",
    "\u202ecilbup\u202c",
    "Robert'); DROP TABLE users;--",
    "%s{0}${IFS}\\",
)
_numbers = itertools.count(700_000_001)


@dataclass(frozen=True, kw_only=True)
class Person:
    """Somebody with an account of their own, as a platform describes them."""

    name: str = "Alice"
    identity: Identity = field(default_factory=lambda: account(Platform.TELEGRAM))
    standing: Level = Level.ANYONE
    roles: frozenset[str] = frozenset()


def account(platform: Platform) -> Identity:
    """Give an account that nobody has."""
    return Identity(platform, str(next(_numbers)))


def group(platform: Platform = Platform.TELEGRAM, *, topic: str | None = None, channel: str = "") -> Chat:
    """Give a group that nobody was in."""
    number = f"-{next(_numbers)}"
    return Chat(
        platform=platform,
        id=number,
        channel=channel or number,
        kind=ChatKind.GROUP,
        topic=topic,
        title="Apes",
    )


def private(person: Person) -> Chat:
    """Give the chat of a person with us."""
    where = person.identity
    return Chat(platform=where.platform, id=where.id, channel=where.id, kind=ChatKind.PRIVATE)


class Scene:
    """The stage: `say` and `press` give the last frame of the answer."""

    def __init__(self, running: app.App, clock: PacedClock) -> None:
        self.app = running
        self.clock = clock
        self.people = running.services[People]
        self.database = running.state_dir / "practice.db"

    def wait(self, seconds: float) -> None:
        self.clock.skipped += seconds

    async def say(self, person: Person, line: str, chat: Chat | None = None) -> Reply:
        said = sniff.command(line)
        assert said is not None
        return await self._answer(self._request(person, said[0], chat, words=tuple(said[1])))

    async def press(self, person: Person, button: Button, chat: Chat | None = None) -> Reply:
        """Press a button as it comes back from a platform: as at most 64 bytes."""
        assert button.invoke is not None
        payloads, registry = self.app.services[Payloads], self.app.dispatcher.registry
        sent = await actions.encode(button.invoke, registry, payloads.put)
        assert len(sent.encode()) <= actions.LIMIT
        return await self.deliver(person, sent, chat)

    async def deliver(self, person: Person, payload: str, chat: Chat | None = None) -> Reply:
        """Take what a platform says was pressed, which may be anything."""
        back = await actions.decode(payload, self.app.dispatcher.registry, self.app.services[Payloads].get)
        return await self._answer(self._request(person, back.command, chat, named=dict(back.args)))

    async def known(self, person: Person) -> User:
        user = await self.people.recognise(person.identity, person.name)
        assert user is not None
        return user

    async def member(self, name: str = "Alice", **described: object) -> Person:
        """Bring a registered person on."""
        person = Person(name=name, **described)  # type: ignore[arg-type]
        await self.people.join(person.identity, person.name)
        return person

    async def operator(self, name: str = "Olga") -> Person:
        """Bring an operator on who is no owner."""
        person = await self.member(name)
        user = await self.known(person)
        await self.people.set_level(user, user, Level.OPERATOR)
        return person

    def rows_naming(self, word: str) -> dict[str, int]:
        """Count the rows with a word in them, by table, in the database itself."""
        with closing(sqlite3.connect(self.database)) as database:
            tables = [
                name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
            ]
            found = {
                table: sum(
                    word in str(value) for row in database.execute(f"SELECT * FROM {table}") for value in row
                )
                for table in tables
            }
        return {table: count for table, count in found.items() if count}

    def change(self, statement: str) -> None:
        """Change the database behind our back."""
        with closing(sqlite3.connect(self.database)) as database, database:
            database.execute(statement)

    def _request(
        self,
        person: Person,
        name: str,
        chat: Chat | None,
        *,
        words: tuple[str, ...] = (),
        named: dict[str, str] | None = None,
    ) -> Request:
        async def standing() -> Level:
            return person.standing

        return Request(
            command=name, origin=Origin.TEXT if named is None else Origin.BUTTON, identity=person.identity,
            name=person.name, chat=chat or private(person), words=words, named=named, roles=person.roles,
            standing=standing, private_url=PRIVATE_URL,
        )  # fmt: skip

    async def _answer(self, request: Request) -> Reply:
        frames = [frame async for frame in self.app.dispatcher.frames(request)]
        assert frames
        assert all(frame.error != "internal" for frame in frames)
        for limits in (TELEGRAM, DISCORD):
            fitted = fit(frames[-1], limits)
            assert [label(button) for button in buttons(fitted)] == [label(b) for b in buttons(frames[-1])]
        return frames[-1]


@asynccontextmanager
async def stage(state_dir: Path, **chosen: object) -> AsyncIterator[Scene]:
    """Run the application on the practice market in a folder of its own."""
    clock = PacedClock()
    settings = Settings(market="sandbox", state_dir=state_dir, **chosen)  # type: ignore[arg-type]
    async with app.build(settings, clock=clock) as running:
        yield Scene(running, clock)


def buttons(reply: Reply) -> list[Button]:
    return [button for row in reply.rows for button in row]


def label(button: Button) -> str:
    return button.label


def button(reply: Reply, label: str) -> Button:
    """Find a button by its label."""
    found = [each for each in buttons(reply) if each.label == label]
    assert len(found) == 1, [each.label for each in buttons(reply)]
    return found[0]


def words(reply: Reply) -> str:
    """Read a whole reply."""
    fields = [f"{each.name}: {each.value.plain}" for each in reply.fields]
    return "\n".join([reply.title.plain, reply.body.plain, *fields, reply.footer.plain])
