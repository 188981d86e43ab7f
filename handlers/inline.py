"""What an inline query finds: replies to choose from, each with a line that tells it apart."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import dataclass

from core import addresses
from core.addresses import RefKind, TokenRef
from core.enrichment.finder import Finder, folded
from core.enrichment.service import Enricher
from core.people import People
from core.throttle import Throttle
from data.errors import TrenchcoatError
from data.models.market import TokenMatch
from data.ports import Clock, Deadline
from handlers import figures
from handlers.cards.price import WANTED, price_line
from handlers.cards.token import title, token_card
from handlers.dispatch import Request
from handlers.reply import Button, Invoke, Reply, code, lines, text

_SHOWN = 5
_ANSWER_S = 1.8
_CALLS, _PER_S = 20, 10.0


@dataclass(frozen=True, slots=True)
class InlineResult:
    """One choice; `id` is of our making and tells it from the others of the same query."""

    id: str
    title: str
    description: str
    reply: Reply


class InlineSearch:
    """Finds tokens as somebody types; one that is beyond doubt comes with its price."""

    def __init__(
        self, *, finder: Finder, enricher: Enricher, people: People, throttle: Throttle, clock: Clock,
        practice: bool,
    ) -> None:  # fmt: skip
        self._finder = finder
        self._enricher = enricher
        self._people = people
        self._throttle = throttle
        self._clock = clock
        self._practice = practice

    async def __call__(self, request: Request, query: str) -> Sequence[InlineResult]:
        """List what a query finds; nothing for the blocked, the hasty, and what no source knows."""
        user = await self._people.recognise(request.identity, request.name)
        hasty = self._throttle.take(("inline", request.identity), _CALLS, _PER_S) > 0
        ref = addresses.parse_ref(query)
        if ref is None or hasty or (user is not None and user.blocked):
            return ()
        deadline = Deadline.after(self._clock, _ANSWER_S)
        if ref.kind is not RefKind.TICKER:
            return await self._card(ref, deadline)
        matches = await self._finder.search(ref.text, deadline)
        same = [match for match in matches if folded(match.symbol) == folded(ref.text)]
        listed = [self._offer(match) for match in (same or matches)[:_SHOWN]]
        return (*await self._card(ref, deadline), *listed)[:_SHOWN] if same else listed

    async def _card(self, ref: TokenRef, deadline: Deadline) -> tuple[InlineResult, ...]:
        """Look at one token; a name that several carry gives none."""
        try:
            async with aclosing(self._enricher.look(ref, WANTED, deadline)) as looks:
                async for found, snapshot in looks:
                    reply = token_card(found, snapshot).with_(practice=self._practice)
                    line = price_line(found, snapshot).plain
                    return (InlineResult(f"card-{found.token.address}", title(snapshot).plain, line, reply),)
        except TrenchcoatError:
            return ()
        return ()

    def _offer(self, match: TokenMatch) -> InlineResult:
        liquidity = (
            "liquidity unknown" if match.liquidity_usd is None else f"liq {figures.usd(match.liquidity_usd)}"
        )
        address = match.token.address
        reply = Reply(
            title=text(f"{match.symbol} · {match.name}"),
            body=lines(text(code(address)), liquidity),
            buttons=((Button("Show the card", Invoke("t", {"token": address})),),),
            practice=self._practice,
        )
        return InlineResult(
            f"offer-{address}",
            f"{match.symbol} · {match.name}",
            f"{liquidity} · {figures.address(address)}",
            reply,
        )
