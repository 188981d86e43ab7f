"""The law of the practice market: `parse(wire(world))` says what the world says, in a thousand worlds."""

from __future__ import annotations

import random

import pytest

from data.providers.base import Call
from data.sandbox.tokens import Kind
from tests.unit.data.wire_law import law, sampling
from tests.unit.data.wire_law.exchange import Market

WORLDS = 1_000
CHUNK = 50


def test_every_endpoint_has_a_truth() -> None:
    for provider in sampling.PROVIDERS:
        assert set(law.TRUTHS[provider.id]) == {endpoint.name for endpoint in provider.endpoints}


@pytest.mark.timeout(300)  # a few seconds; a busy machine takes longer
@pytest.mark.parametrize("first", range(0, WORLDS, CHUNK))
async def test_what_is_parsed_is_what_the_world_says(first: int) -> None:
    wrong: list[str] = []
    asked: set[str] = set()
    kinds: set[Kind] = set()
    for number in range(first, first + CHUNK):
        sample = sampling.sampled(number)
        market = Market(sample.world)
        kinds |= {token.kind for token in sample.tokens}
        for call in sampling.calls(sample):
            where = f"{call.provider.id} {call.endpoint.name}"
            asked.add(where)
            answer = await market.answer(call)
            wrong += [f"{sample}: {where} {call.target}: {line}" for line in law.broken(market, call, answer)]
    assert wrong == []
    assert kinds == set(Kind)
    assert asked == {f"{p.id} {endpoint.name}" for p in sampling.PROVIDERS for endpoint in p.endpoints}


@pytest.mark.parametrize("mint", sampling.MONEY)
async def test_the_law_holds_for_what_others_are_priced_in(mint: str) -> None:
    sample, rng = sampling.sampled(12), random.Random(mint)
    market, token = Market(sample.world), sample.world.tokens[mint]
    for provider in sampling.PROVIDERS:
        for endpoint in provider.endpoints:
            ask = sampling.ask_about(rng, sample, endpoint, token)
            call = Call(provider=provider, endpoint=endpoint, ask=ask)
            wrong = list(law.broken(market, call, await market.answer(call)))
            assert wrong == [], f"{sample}: {provider.id} {endpoint.name} {call.target}"
