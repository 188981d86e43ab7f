"""Several keys for one vendor: in turn, without those that are refused or spent, and told truthfully."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable

import pytest
from pydantic import SecretStr
from structlog.testing import capture_logs

from data.errors import BadPayload, Unavailable
from data.gateway.access import Access
from data.gateway.health import KeyState, ProviderState
from data.gateway.keyring import REJECTED_REST_S, Keyring
from data.gateway.transport import Request, Response
from data.models.ids import ProviderId
from data.models.market import Answer, Gap, GapReason
from data.nursery import Nursery
from data.providers.base import Auth
from tests.fakes.clock import LoopClock
from tests.fakes.vendor import GOOD, Bench, ScriptedTransport, answer, bench, gap, named, price_call, within
from tests.fakes.virtual_loop import virtual_time

pytestmark = virtual_time

A, B, C = "canary-key-a", "canary-key-b", "canary-key-c"


class Vendor(ScriptedTransport):
    """Answers by the key of a request."""

    def __init__(self, **by_key: Response) -> None:
        super().__init__(self._judge)
        self.by_key = {name.replace("_", "-"): act for name, act in by_key.items()}

    async def _judge(self, request: Request) -> Response:
        return self.by_key.get(request.headers.get("x-api-key", ""), GOOD)

    @property
    def keys(self) -> list[str]:
        return [request.headers["x-api-key"] for request in self.sent]


@pytest.fixture
def wired(clock: LoopClock, nursery: Nursery) -> Callable[..., Bench]:
    def make(transport: ScriptedTransport, *keys: str) -> Bench:
        access = Access(base_url="https://v.example", api_keys=tuple(map(SecretStr, keys)))
        return bench(transport, clock, nursery, vendor=access)

    return make


_NUMBERS = itertools.count(1)  # each asks for another token: nothing comes from the cache


async def fetched(made: Bench, count: int) -> list[Answer | Gap]:
    return [await made.gateway.fetch(price_call(next(_NUMBERS)), within(made.clock, 5)) for _ in range(count)]


async def test_keys_are_taken_in_turn(wired: Callable[..., Bench]) -> None:
    vendor = Vendor()
    await fetched(wired(vendor, A, B, C), 6)
    assert vendor.keys == [A, B, C, A, B, C]


async def test_a_rejected_key_rests_for_an_hour_while_the_others_answer(
    wired: Callable[..., Bench], clock: LoopClock
) -> None:
    vendor = Vendor(canary_key_a=answer({"error": f"no such key {A}"}, 401))
    made = wired(vendor, A, B)
    with capture_logs() as logs:
        results = await fetched(made, 10)
    assert all(isinstance(result, Answer) for result in results), "a refused key costs one more try, no gap"
    assert Counter(vendor.keys) == {A: 1, B: 10}
    assert made.gateway.health()[0].key is KeyState.ACCEPTED
    aside = [entry for entry in logs if entry["event"] == "key_set_aside"]
    assert aside == [
        {"event": "key_set_aside", "log_level": "warning", "provider": "vendor", "place": 1, "of": 2}
    ]
    await clock.sleep(REJECTED_REST_S)
    await fetched(made, 4)
    assert Counter(vendor.keys)[A] == 2
    vendor.by_key.clear()
    await clock.sleep(REJECTED_REST_S)
    await fetched(made, 4)
    assert Counter(vendor.keys)[A] == 4


async def test_where_all_are_rejected_it_says_so_and_asks_all_the_same(wired: Callable[..., Bench]) -> None:
    refused = answer({}, 401)
    vendor = Vendor(canary_key_a=refused, canary_key_b=refused)
    made = wired(vendor, A, B)
    results = await fetched(made, 3)
    assert {gap(result).reason for result in results} == {GapReason.KEY_REJECTED}
    assert made.gateway.health()[0].key is KeyState.REJECTED
    assert vendor.keys == [A, B, A, B]
    vendor.by_key.clear()
    await fetched(made, 1)
    assert made.gateway.health()[0].key is KeyState.ACCEPTED


async def test_one_untried_key_beside_a_rejected_one_is_told_as_given(clock: LoopClock) -> None:
    ring = Keyring(ProviderId("vendor"), (SecretStr(A), SecretStr(B)), clock)
    first = ring.take()
    assert first is not None
    ring.reject(first)
    assert ring.state is KeyState.GIVEN


async def test_a_limited_key_rests_until_its_reset_and_the_vendor_is_not_paused(
    wired: Callable[..., Bench], clock: LoopClock
) -> None:
    vendor = Vendor(canary_key_a=answer({}, 429, retry_after="60"))
    made = wired(vendor, A, B)
    began = clock.monotonic()
    assert all(isinstance(result, Answer) for result in await fetched(made, 6))
    assert Counter(vendor.keys) == {A: 1, B: 6}
    assert clock.monotonic() - began < 1
    assert made.gateway.health()[0].state is ProviderState.WELL
    await clock.sleep(60)
    vendor.by_key.clear()
    await fetched(made, 2)
    assert Counter(vendor.keys)[A] == 2


async def test_a_key_that_says_it_is_spent_rests_before_it_is_refused(wired: Callable[..., Bench]) -> None:
    spent = answer({"price": "1"}, x_ratelimit_remaining="0", x_ratelimit_reset="30")
    vendor = Vendor(canary_key_a=spent)
    await fetched(wired(vendor, A, B), 5)
    assert vendor.keys == [A, B, B, B, B]


async def test_the_vendor_is_paused_once_all_keys_are_spent_until_the_first_is_free(
    wired: Callable[..., Bench], clock: LoopClock
) -> None:
    vendor = Vendor(
        canary_key_a=answer({}, 429, retry_after="60"),
        canary_key_b=answer({}, 429, retry_after="20"),
        canary_key_c=answer({}, 401),
    )
    made = wired(vendor, A, B, C)
    for _ in range(4):
        await fetched(made, 1)
    assert made.gateway.health()[0].state is ProviderState.PAUSED
    assert Counter(vendor.keys) == {A: 1, B: 1, C: 1}
    await clock.sleep(20)
    vendor.by_key.clear()
    (result,) = await fetched(made, 1)
    assert isinstance(result, Answer)
    assert vendor.keys[3:] == [B]


async def test_a_vendor_that_takes_no_key_is_sent_none_and_is_limited_as_a_whole(
    clock: LoopClock, nursery: Nursery
) -> None:
    transport = ScriptedTransport(answer({}, 429, retry_after="60"))
    access = Access(base_url="https://v.example", api_keys=(SecretStr(A), SecretStr(B)))
    made = bench(transport, clock, nursery, vendor=access)
    for number in (1, 2):
        await made.gateway.fetch(price_call(number, named("vendor", auth=Auth())), within(clock, 5))
    assert len(transport.sent) == 1
    assert A not in f"{transport.sent[0].headers} {transport.sent[0].url}"


async def test_a_hostile_reset_rests_a_key_for_an_hour_at_most(clock: LoopClock) -> None:
    ring = Keyring(ProviderId("vendor"), (SecretStr(A),), clock)
    key = ring.take()
    assert key is not None
    ring.rest(key, 1e12)
    assert ring.blocked_s == 3600
    assert A not in f"{key!r} {ring!r}"


@pytest.mark.parametrize("status", [200, 400, 401, 403, 404, 429, 500, 503])
async def test_a_vendor_that_repeats_our_keys_does_not_publish_them(
    wired: Callable[..., Bench], status: int
) -> None:
    transport = ScriptedTransport(
        answer({"price": f"{A} {B}", "error": f"bad key {A}, not {B}"}, status),
        Unavailable(f"GET https://v.example/price?key={A}: refused"),
        BadPayload(f"{B} is no key"),
    )
    made = wired(transport, A, B)
    with capture_logs() as logs:
        results = await fetched(made, 6)
    known = f"{made.gateway.health()} {made.metrics.text()!r} {transport.sent} {vars(made.gateway)}"
    said = f"{results} {logs} {known}"
    assert not [key for key in (A, B) if key in said]
