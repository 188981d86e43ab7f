"""The law of the practice market: `parse(wire(world))` says what the world says, in a thousand worlds."""

from __future__ import annotations

import importlib
from collections import Counter
from collections.abc import Iterator, Mapping

import pytest

from data.errors import NotListed
from data.models.market import Record
from data.providers.base import Call
from data.sandbox.tokens import Kind
from data.sandbox.wire.call import Answer
from tests.unit.data.wire_law import sampling
from tests.unit.data.wire_law.agreement import disagreements
from tests.unit.data.wire_law.exchange import Market
from tests.unit.data.wire_law.truth import Eye, Truth

WORLDS = 1_000
CHUNK = 50

TRUTHS: Mapping[str, Mapping[str, Truth]] = {
    provider.id: importlib.import_module(f"tests.unit.data.wire_law.{provider.id}").TRUTHS
    for provider in sampling.PROVIDERS
}


def broken(market: Market, call: Call, answer: Answer) -> Iterator[str]:
    """List where what an answer is read as departs from the world."""
    eye = Eye(market.world, call.provider.id)
    truth = TRUTHS[call.provider.id][call.endpoint.name]
    records: tuple[Record, ...] = ()
    try:
        records = market.read(call, answer)
    except NotListed:
        if truth(eye, call.ask, ()) is not None:
            yield "not listed, but known"
        return
    expected = truth(eye, call.ask, records)
    if expected is None:
        yield "known, but not to be listed"
    else:
        yield from disagreements(records, expected)


def test_every_endpoint_has_a_truth() -> None:
    for provider in sampling.PROVIDERS:
        assert set(TRUTHS[provider.id]) == {endpoint.name for endpoint in provider.endpoints}


@pytest.mark.parametrize("first", range(0, WORLDS, CHUNK))
async def test_what_is_parsed_is_what_the_world_says(first: int) -> None:
    wrong: list[str] = []
    asked: Counter[str] = Counter()
    kinds: set[Kind] = set()
    for number in range(first, first + CHUNK):
        sample = sampling.sampled(number)
        market = Market(sample.world)
        kinds |= {token.kind for token in sample.tokens}
        for call in sampling.calls(sample):
            where = f"{call.provider.id} {call.endpoint.name}"
            asked[where] += 1
            answer = await market.answer(call)
            wrong += (f"{sample}: {where} {call.target}: {line}" for line in broken(market, call, answer))
    assert wrong == []
    assert kinds == set(Kind)
    assert set(asked) == {f"{p.id} {endpoint.name}" for p in sampling.PROVIDERS for endpoint in p.endpoints}
