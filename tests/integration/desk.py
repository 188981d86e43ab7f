"""Someone who asks the application on the practice market while its vendors fail, and judges the answers."""

from __future__ import annotations

import asyncio
import itertools
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from bot.app import App
from core.addresses import TokenRef, parse_ref
from core.enrichment.policies import CHAIN
from core.enrichment.service import Enricher
from data.clock import Deadline
from data.models.chat import Chat, ChatKind, Identity
from data.models.ids import Platform
from data.models.market import TokenSnapshot
from data.sandbox.faults import Fault
from data.sandbox.tokens import Token
from data.sandbox.world import World
from handlers.cards.token import WANTED
from handlers.dispatch import Request
from handlers.reply import Reply
from handlers.spec import Origin
from tests.fakes.figures import read_price

HERE = Chat(platform=Platform.CONSOLE, id="1", channel="1", kind=ChatKind.PRIVATE)
# A vendor whose fields are all optional reads a body of other types as one that says nothing.
SAYS_NOTHING = frozenset({Fault.WRONG_SCHEMA, Fault.ABSURD, Fault.ERROR_IN_200})
_IMPOSSIBLE = re.compile(r"\bnan\b|\binf|e[+-]?\d{2}|\d{16}|\$-|-\$", re.IGNORECASE)
_OFF_AT_MOST = Decimal("0.03")


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """The frames of an answer, and after how many seconds of the loop's time each came."""

    frames: tuple[Reply, ...]
    after_s: tuple[float, ...]

    @property
    def last(self) -> Reply:
        return self.frames[-1]


@dataclass
class Desk:
    """Someone new asks each question, so that nobody has to wait for a cooldown."""

    app: App
    deadline_s: float = 8.0
    numbers: Iterable[int] = field(default_factory=itertools.count)

    @property
    def world(self) -> World:
        assert self.app.sandbox is not None
        return self.app.sandbox.world

    @property
    def tokens(self) -> Sequence[Token]:
        """Tokens with pools, whose words every vendor knows."""
        return [each for each in self.world.tokens.values() if each.pools]

    @property
    def honest(self) -> Sequence[Token]:
        """Those of which no vendor lies."""
        return [each for each in self.tokens if each.symbol != "MIRAGE"]

    def fail(self, kind: Fault, *vendors: str) -> None:
        """Let these vendors fail, and no other."""
        assert self.app.sandbox is not None
        self.app.sandbox.faults.clear()
        for vendor in vendors:
            self.app.sandbox.faults.set(vendor, kind)

    async def ask(self, command: str, *words: str) -> Told:
        """Say a command with words."""
        dispatcher = replace(self.app.dispatcher, deadline_s=self.deadline_s)
        number = next(iter(self.numbers))
        request = Request(
            command=command, origin=Origin.TEXT, identity=Identity(Platform.CONSOLE, f"p{number}"), name="p",
            chat=HERE, words=words,
        )  # fmt: skip
        loop = asyncio.get_running_loop()
        started = loop.time()
        frames: list[Reply] = []
        after_s: list[float] = []
        async for frame in dispatcher.frames(request):
            frames.append(frame)
            after_s.append(loop.time() - started)
        return Told(frames=tuple(frames), after_s=tuple(after_s))

    async def look(self, token: Token, *, fresh: bool = False) -> TokenSnapshot:
        """Take a complete snapshot."""
        ref = parse_ref(token.mint)
        assert isinstance(ref, TokenRef)
        deadline = Deadline.after(self.app.clock, self.deadline_s)
        enricher = self.app.services[Enricher]
        _, snapshot = await enricher.snapshot(ref, WANTED, deadline, fresh=fresh, complete=True)
        return snapshot

    def truth(self, token: Token) -> Decimal:
        """Tell the price that the world has."""
        return Decimal(repr(self.world.price_usd(token.mint)))


def words_of(reply: Reply) -> str:
    """Read a whole reply."""
    fields = (f"{each.name} {each.value.plain}" for each in reply.fields)
    return "\n".join((reply.title.plain, reply.body.plain, *fields, reply.footer.plain))


def judge(desk: Desk, token: Token, told: Told) -> str:
    """Judge a card: no crash, no figure that cannot be, no wrong price; give what it says is missing."""
    last = told.last
    assert last.error in {"", "unknown token"}, (last.error, words_of(last))
    assert token.mint in words_of(last)
    for frame in told.frames:
        figures = words_of(frame).replace(token.mint, "").replace(token.name, "").replace(token.symbol, "")
        assert not _IMPOSSIBLE.search(figures), figures
    price = re.search(r"\$[\d.,₀-₉]+", last.body.plain)
    if price is not None:
        assert abs(read_price(price[0]) / desk.truth(token) - 1) < _OFF_AT_MOST, (price[0], desk.truth(token))
    missing = re.search(r"(?:Missing|Not answering now): (.*)", last.body.plain)
    return missing[1] if missing else ""


def named(missing: str, vendor: str) -> bool:
    """Tell whether a card names a vendor among those it misses."""
    return vendor in missing or (vendor == CHAIN and "the chain" in missing)
