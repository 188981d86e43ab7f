"""That the law of the practice market can be broken: whatever our parsers notice, the comparison does too."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from data.errors import UpstreamError
from data.models.fields import DECIMALS, PRICE_USD, SYMBOL
from data.models.ids import Chain
from data.models.market import Capability, Record, TokenReport, facts
from data.providers.base import Ask, Call, Provider
from data.sandbox.catalogue import BONK_MINT
from data.sandbox.wire.call import Answer
from data.sandbox.world import World
from tests.unit.data.sandbox.worlds import START, named
from tests.unit.data.wire_law import law, sampling, serum, solana, truth, wallets
from tests.unit.data.wire_law.agreement import ANYTHING, UNSAID, Expected, Near, disagreements, said
from tests.unit.data.wire_law.exchange import Market, written

MOST_CHANGES = 120
BONK = truth.key(BONK_MINT)
PRICED = TokenReport(token=BONK, facts=facts((PRICE_USD, Decimal("2.01")), (SYMBOL, "BONK")))


@pytest.mark.parametrize(
    ("records", "expected"),
    [
        ([PRICED], {"token": BONK, PRICE_USD: Near(value=2.0, within=0.005), SYMBOL: "BONK"}),
        ([PRICED], {"token": BONK, PRICE_USD: Near(value=2.01), SYMBOL: "Bonk"}),
        ([PRICED], {"token": BONK, PRICE_USD: Near(value=2.01)}),
        ([PRICED], {"token": BONK, PRICE_USD: Near(value=2.01), SYMBOL: UNSAID}),
        ([PRICED], {"token": BONK, PRICE_USD: Near(value=2.01), SYMBOL: "BONK", DECIMALS: 5}),
        ([PRICED, PRICED], {"token": BONK, PRICE_USD: Near(value=2.01), SYMBOL: "BONK"}),
        ([], {"token": BONK, PRICE_USD: Near(value=2.01), SYMBOL: "BONK"}),
    ],
    ids=["figure", "text", "fact too many", "fact to be kept", "fact too few", "record too many", "none"],
)
def test_a_departure_is_noticed(records: Sequence[Record], expected: Expected) -> None:
    assert len(list(disagreements(records, [expected]))) == 1


def test_agreement_is_not_noticed() -> None:
    expected: Expected = {"token": BONK, PRICE_USD: Near(value=2.0, within=0.02), SYMBOL: ANYTHING}
    assert list(disagreements([PRICED], [expected])) == []


def places(body: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """List the way to every value of a body."""
    pairs = body.items() if isinstance(body, Mapping) else enumerate(body) if isinstance(body, list) else ()
    for name, value in pairs:
        yield (*at, name)
        yield from places(value, (*at, name))


def another(value: Any) -> Any:
    """Give another value of the same form."""
    if value is None or isinstance(value, bool):
        return not value
    if isinstance(value, int | float):
        return value + 1 + type(value)(value * 0.01)
    try:
        return str(Decimal(value) * Decimal("1.01") + 1)
    except ArithmeticError:
        return f"{value}x"


def changes(body: Any, rng: random.Random) -> Iterator[tuple[tuple[Any, ...], Any]]:
    """Give the body with one value changed, or left out, at some places; it is as it was afterwards."""
    found = list(places(body))
    for place in rng.sample(found, k=min(len(found), MOST_CHANGES)):
        inside = body
        for step in place[:-1]:
            inside = inside[step]
        before = copy.copy(inside)
        if isinstance(inside[place[-1]], dict | list) or rng.random() < 0.3:
            del inside[place[-1]]
        else:
            inside[place[-1]] = another(inside[place[-1]])
        yield place, body
        inside.clear()
        inside.update(before) if isinstance(inside, dict) else inside.extend(before)


def told(records: Sequence[Record], expected: Sequence[Expected]) -> list[Expected]:
    """Spell records out without what the law leaves to the vendor."""
    left = {key for each in expected for key, wanted in each.items() if wanted is ANYTHING}
    return [{key: value for key, value in said(record).items() if key not in left} for record in records]


def about(world: World, provider: Provider) -> Iterator[Call]:
    """Ask every endpoint about a well-known token, a taxed one, one on a curve, and one of a busy creator."""
    for token in (world.tokens[BONK_MINT], *(named(world, each) for each in ("TITHE", "SPROUT", "GEM"))):
        pool = next((pool for pool in token.pools if provider.id in pool.dex), token.pools[0])
        ask = Ask(tokens=(truth.key(token.mint),), pool=pool.address, query=token.symbol, limit=20)
        ask = replace(ask, amount=10**10, accounts=serum.accounts(world, token.mint))
        for endpoint in provider.endpoints:
            if token.symbol == "GEM" and endpoint.capability is not Capability.CREATED:
                continue
            asked = Ask() if endpoint.by == "nothing" else ask
            if endpoint.capability in sampling.OF_A_NODE:
                asked = solana.asked(random.Random(7), world, endpoint, token, lost=False)
            if endpoint.capability in wallets.OF_A_WALLET:
                asked = wallets.asked(random.Random(token.symbol), world, token, lost=False, traders=True)
            yield Call(provider=provider, endpoint=endpoint, ask=asked)


@pytest.mark.timeout(180)  # a few seconds; a busy machine takes longer
@pytest.mark.parametrize("provider", sampling.PROVIDERS, ids=lambda provider: provider.id)
async def test_whatever_a_parser_notices_the_law_notices(provider: Provider) -> None:
    market, rng = Market(World(7, START)), random.Random(provider.id)
    escaped: list[str] = []
    noticed: set[str] = set()
    for call in about(market.world, provider):
        answer = await market.answer(call)
        try:
            records = market.read(call, answer)
        except UpstreamError:
            continue
        expected = law.truth_of(market, call, records)
        assert expected is not None
        for place, changed in changes(json.loads(written(answer.body)), rng):
            try:
                misread = market.read(call, Answer(body=changed))
            except UpstreamError:
                continue  # refused: no figure comes of it
            true: Sequence[Expected] | None = expected
            if call.endpoint.capability is Capability.SIGNATURES:  # a page is true or not as a whole
                true = law.truth_of(market, call, misread)
            assert true is not None
            if told(misread, true) == told(records, true):
                continue  # nothing of ours is read there
            if list(disagreements(misread, true)):
                noticed.add(call.endpoint.name)
            else:
                escaped.append(f"{call.endpoint.name}: {place}")
    assert escaped == []
    here = (item for item in provider.endpoints if item.chains is None or Chain.SOLANA in item.chains)
    assert noticed == {endpoint.name for endpoint in here}
