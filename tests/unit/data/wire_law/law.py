"""The law itself: what an answer is read as, held against the truth of its endpoint."""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Mapping, Sequence

from data.errors import NotListed
from data.models.market import Record
from data.providers.base import Call
from data.sandbox.wire.call import Answer
from tests.unit.data.wire_law import sampling
from tests.unit.data.wire_law.agreement import Expected, disagreements
from tests.unit.data.wire_law.exchange import Market
from tests.unit.data.wire_law.truth import Eye, Truth

TRUTHS: Mapping[str, Mapping[str, Truth]] = {
    provider.id: importlib.import_module(f"tests.unit.data.wire_law.{provider.id}").TRUTHS
    for provider in sampling.PROVIDERS
}


def truth_of(market: Market, call: Call, records: Sequence[Record]) -> Sequence[Expected] | None:
    """Tell what a call must be answered with; None where the vendor does not list what is asked for."""
    eye = Eye(market.world, call.provider.id)
    return TRUTHS[call.provider.id][call.endpoint.name](eye, call.ask, records)


def broken(market: Market, call: Call, answer: Answer) -> Iterator[str]:
    """List where what an answer is read as departs from the world."""
    try:
        records = market.read(call, answer)
    except NotListed:
        if truth_of(market, call, ()) is not None:
            yield "not listed, but known"
        return
    expected = truth_of(market, call, records)
    if expected is None:
        yield "listed, but not known"
    else:
        yield from disagreements(records, expected)
