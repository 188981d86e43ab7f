"""What an attempt carries for itself: made anew each time, and no part of what makes two calls the same."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import pytest

from data.gateway.access import Access
from data.models.market import Answer
from data.nursery import Nursery
from data.providers.base import Auth
from tests.fakes.clock import LoopClock
from tests.fakes.vendor import BROKEN, GOOD, PRICE, ScriptedTransport, bench, named, price_call, within
from tests.fakes.virtual_loop import virtual_time

pytestmark = virtual_time


def stamp(second: int, fresh_id: str) -> Mapping[str, str]:
    return {"timestamp": str(second), "client_id": fresh_id}


STAMPED = named("vendor", auth=Auth(header="x-api-key", stamp=stamp))


def carried(transport: ScriptedTransport) -> list[dict[str, list[str]]]:
    return [parse_qs(urlsplit(sent.url).query) for sent in transport.sent]


async def test_every_attempt_carries_its_own_time_and_id(clock: LoopClock, nursery: Nursery) -> None:
    transport = ScriptedTransport(BROKEN, GOOD)
    made = bench(transport, clock, nursery)
    began = clock.now().timestamp()
    assert isinstance(await made.gateway.fetch(price_call(0, STAMPED), within(clock, 5)), Answer)
    first, second = carried(transport)
    assert first["client_id"] != second["client_id"]
    assert all(str(UUID(id_)) == id_ for each in (first, second) for id_ in each["client_id"])
    assert int(first["timestamp"][0]) == int(began)
    assert int(first["timestamp"][0]) <= int(second["timestamp"][0]) <= began + 5


async def test_a_stamp_does_not_make_another_call_of_it(clock: LoopClock, nursery: Nursery) -> None:
    transport = ScriptedTransport()
    made = bench(transport, clock, nursery)
    call = price_call(0, STAMPED)
    for _ in range(2):
        await made.gateway.fetch(call, within(clock, 5))
        await clock.sleep(PRICE.ttl_s / 3)
    assert len(transport.sent) == 1
    assert "client_id" not in call.key and "client_id" not in call.target


async def test_a_vendor_without_a_stamp_gets_none(clock: LoopClock, nursery: Nursery) -> None:
    transport = ScriptedTransport()
    await bench(transport, clock, nursery).gateway.fetch(price_call(), within(clock, 5))
    assert carried(transport) == [{}]


@pytest.mark.parametrize(("query", "joint"), [({}, "?"), ({"page": "1"}, "&")])
async def test_a_stamp_joins_what_the_address_asks(query: Mapping[str, str], joint: str) -> None:
    provider = replace(STAMPED, endpoints=(replace(PRICE, query=query),))
    request = Access(base_url="https://v.example").request(price_call(0, provider), stamp(7, "a b"))
    assert request.url.endswith(f"{joint}timestamp=7&client_id=a+b")
