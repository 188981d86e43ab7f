"""What the first card of a token costs the processor, and how much of it is reading its sources' answers.

The answers are recorded from the practice market, then given back at once to a platform that has never seen
the token: no waiting, no sockets, only work.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from contextlib import aclosing, suppress

from bot import app as composition
from bot import market as practice
from core.enrichment.plan import plan_calls
from data.clock import SystemClock
from data.errors import NotListed
from data.gateway import decode
from data.gateway.access import Access
from data.gateway.transport import Request, Response
from data.models.ids import SOL, USDC, Chain, TokenKey
from data.providers.base import Call
from data.sandbox.catalogue import starting_tokens
from handlers.cards.token import WANTED
from tests.bench import market, platform
from tests.bench.measure import Row

TOKENS = 10
LEAST_HEARD = 8
_READINGS = 20


class Recorder(platform.Stopwatch):
    """Keeps what the network said; what it heard once it says again at once."""

    def __init__(self) -> None:
        super().__init__()
        self.kept: dict[tuple[str, bytes | None], Response] = {}

    async def send(self, request: Request) -> Response:
        key = _unstamped(request)
        if key not in self.kept:
            self.kept[key] = await super().send(request)
        return self.kept[key]


def _unstamped(request: Request) -> tuple[str, bytes | None]:
    """Name a request without what only this attempt carries."""
    return request.url.partition("&timestamp=")[0], request.body


async def _cards(urls: dict[str, str], network: Recorder, mints: Sequence[str]) -> list[float]:
    """Ask a new platform for cards, the first to warm it up; gives milliseconds of processor time a card."""
    spent: list[float] = []
    async with platform.built(urls, network) as app:
        for person, mint in enumerate(mints):
            asked = platform.request(person, "t", token=mint)
            started = time.process_time()
            async with aclosing(app.dispatcher.frames(asked)) as frames:
                card = await anext(frames)
                spent.append((time.process_time() - started) * 1000)
            assert not card.error, card.body.plain
    return spent[1:]


def _heard(urls: dict[str, str], network: Recorder, mint: str) -> list[tuple[Call, Response]]:
    """Give the calls of a card with what was said to each."""
    providers = practice.providers(composition.all_providers(), practice=True)
    found = []
    for call in plan_calls(TokenKey(Chain.SOLANA, mint), WANTED, providers.values()):
        request = Access(base_url=urls[call.provider.id]).request(call)
        answer = network.kept.get(_unstamped(request))
        if answer is None or answer.status != 200:
            continue
        with suppress(NotListed):  # no figure of the card comes from it
            decode.read(call, answer.status, answer.body, SystemClock().now())
            found.append((call, answer))
    return found


def _spent_ms(work: Callable[[], object]) -> float:
    started = time.process_time()
    for _ in range(_READINGS):
        work()
    return (time.process_time() - started) * 1000 / _READINGS


async def _measured() -> list[Row]:
    reading: list[float] = []
    decoding: list[float] = []
    now = SystemClock().now()
    traded = [
        token.mint for token in starting_tokens(7, now) if token.mint not in {SOL.address, USDC.address}
    ]
    async with market.served() as urls, Recorder() as network:
        await _cards(urls, network, traded[: TOKENS + 1])
        cards = await _cards(urls, network, traded[: TOKENS + 1])
        for mint in traded[1 : TOKENS + 1]:
            heard = _heard(urls, network, mint)
            assert len(heard) >= LEAST_HEARD, f"{len(heard)} answers were recorded"

            def read(heard: list[tuple[Call, Response]] = heard) -> None:
                for call, answer in heard:
                    decode.read(call, answer.status, answer.body, now)

            def decoded(heard: list[tuple[Call, Response]] = heard) -> None:
                for _, answer in heard:
                    decode.decode(answer.body)

            reading.append(_spent_ms(read))
            decoding.append(_spent_ms(decoded))
    return [
        Row(
            subject="processor time of a first card", unit="ms", ours=tuple(cards),
            peer=tuple(reading), against="reading its answers",
        ),
        Row(
            subject="reading them: JSON decoded, parsed", unit="ms", ours=tuple(reading),
            peer=tuple(decoding), against="JSON alone",
        ),
    ]  # fmt: skip


def measure() -> list[Row]:
    """Measure this subject."""
    return asyncio.run(_measured())
