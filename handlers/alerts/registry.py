"""All cards of what is pushed: found by looking into the package, each kind once; from a notice to its reply.

A card that fails does not keep back what happened: it is told in plain words.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from types import ModuleType
from typing import Any, TypeAlias

import structlog

from core.events import decode
from data.errors import InvariantBroken, StoreUnavailable, TrenchcoatError
from data.models.delivery import Notice
from data.ports import Clock
from handlers.alerts.spec import NoticeCard, Story
from handlers.reply import Reply, Tone, code, lines, text

log = structlog.get_logger("alerts")

# What a card can fail with: an error of the platform, or a fault of its own.
FAULTS = (
    TrenchcoatError, ArithmeticError, AssertionError, AttributeError, LookupError, OSError, RuntimeError,
    TypeError, ValueError,
)  # fmt: skip

Drawer: TypeAlias = Callable[[Story[Any]], Awaitable[Reply]]


def discover(package: ModuleType) -> Mapping[str, NoticeCard]:
    """Import every module of `package` and collect the cards, by their kinds.

    Raises:
        InvariantBroken: two cards are of one kind.
    """
    cards: dict[str, NoticeCard] = {}
    for found in pkgutil.iter_modules(package.__path__):
        module = importlib.import_module(f"{package.__name__}.{found.name}")
        for card in (value for value in vars(module).values() if isinstance(value, NoticeCard)):
            if cards.setdefault(card.kind, card) is not card:
                raise InvariantBroken(f"{module.__name__} declares a second card of the kind {card.kind!r}")
    return cards


class Cards:
    """Draws notices; `drawers` are the cards' functions with their services bound, by kind."""

    def __init__(
        self,
        cards: Mapping[str, NoticeCard],
        drawers: Mapping[str, Drawer],
        clock: Clock,
        *,
        practice: bool,
    ) -> None:
        self._cards = cards
        self._drawers = drawers
        self._clock = clock
        self._practice = practice

    async def reply(self, notice: Notice, story: Sequence[str]) -> Reply:
        """Draw a notice; `story` holds the bodies that its message tells, its own first.

        Raises:
            StoreUnavailable: it could not be drawn now; later it may.
        """
        try:
            reply = await self._drawn(notice, story)
        except StoreUnavailable:
            raise
        except FAULTS:
            log.exception("card_failed", kind=notice.kind)
            reply = plain(notice)
        return reply.with_(practice=self._practice)

    async def _drawn(self, notice: Notice, story: Sequence[str]) -> Reply:
        card = self._cards.get(notice.kind)
        if card is None or not story:
            raise InvariantBroken(f"no card of the kind {notice.kind!r}, or nothing to tell")
        newest = decode(card.event, story[0])
        told = Story(events=(newest, *_readable(card, story[1:])), now=self._clock.now())
        return await self._drawers[notice.kind](told)


def _readable(card: NoticeCard, bodies: Sequence[str]) -> Iterator[Any]:
    """Read what was told before; what an older program wrote and this one cannot read is left out."""
    for body in bodies:
        try:
            yield decode(card.event, body)
        except InvariantBroken as error:
            log.warning("story_left_out", kind=card.kind, reason=str(error))


def plain(notice: Notice) -> Reply:
    """Say that something happened, where its card fails."""
    about = text("It is about ", code(notice.about.address), ".") if notice.about is not None else ""
    return Reply(
        title=text(f"Something happened ({notice.kind.replace('_', ' ')})"),
        body=lines(
            about, f"At {notice.at:%Y-%m-%d %H:%M} UTC. I could not put it into words; the log says why."
        ),
        tone=Tone.WARN,
    )
