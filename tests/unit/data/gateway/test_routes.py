"""Spare addresses of one vendor: the first that is well is asked, and comes back when it is well again."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.errors import Unavailable
from data.gateway.access import Access
from data.gateway.breaker import OPEN_S, Outcome
from data.gateway.health import ProviderState
from data.gateway.routes import AVOIDED_S, Routes
from data.gateway.transport import Request, Response
from data.models.market import Answer, Gap
from data.nursery import Nursery
from tests.fakes.clock import LoopClock, VirtualClock
from tests.fakes.vendor import (
    BROKEN,
    GOOD,
    Act,
    Bench,
    ScriptedTransport,
    after,
    answer,
    bench,
    price_call,
    within,
)
from tests.fakes.virtual_loop import virtual_time

FIRST, SECOND = "https://first.example", "https://second.example"


class Nodes(ScriptedTransport):
    """Answers by the host that is asked; `acts` may be changed while it runs."""

    def __init__(self, first: Act = GOOD, second: Act = GOOD) -> None:
        super().__init__(self._judge)
        self.acts = {FIRST: first, SECOND: second}

    async def _judge(self, request: Request) -> Response:
        act = next(act for host, act in self.acts.items() if request.url.startswith(host))
        if isinstance(act, Exception):
            raise act
        return act if isinstance(act, Response) else await act(request)

    @property
    def asked(self) -> Counter[str]:
        return Counter(host for host in self.acts for r in self.sent if r.url.startswith(host))


def wired(nodes: Nodes, clock: LoopClock, nursery: Nursery) -> Bench:
    return bench(nodes, clock, nursery, vendor=Access(base_url=FIRST, spare_urls=(SECOND, FIRST)))


async def ask(made: Bench, number: int) -> Answer | Gap:
    return await made.gateway.fetch(price_call(number), within(made.clock, 4))


@virtual_time
@pytest.mark.parametrize(
    "fault",
    [
        BROKEN,
        Unavailable("connection refused"),
        answer({}, 503, retry_after="60"),
        answer("Too many requests", 429),
        after(9.0),
    ],
    ids=["500", "refused", "503 for a minute", "429", "hangs"],
)
async def test_a_node_that_fails_is_stood_in_for_within_the_same_question(
    clock: LoopClock, nursery: Nursery, fault: Act
) -> None:
    made = wired(nodes := Nodes(first=fault), clock, nursery)
    answers = [await ask(made, number) for number in range(1, 11)]
    assert all(isinstance(each, Answer) for each in answers)
    assert nodes.asked[FIRST] == 1
    assert nodes.asked[SECOND] == 10


@virtual_time
async def test_after_an_unreadable_answer_the_next_question_goes_elsewhere(
    clock: LoopClock, nursery: Nursery
) -> None:
    made = wired(nodes := Nodes(first=answer([])), clock, nursery)
    assert isinstance(await ask(made, 1), Gap)
    assert isinstance(await ask(made, 2), Answer)
    assert nodes.asked == {FIRST: 1, SECOND: 1}


@virtual_time
async def test_the_first_is_asked_again_once_its_failure_is_old(clock: LoopClock, nursery: Nursery) -> None:
    made = wired(nodes := Nodes(first=BROKEN), clock, nursery)
    await ask(made, 1)
    nodes.acts[FIRST] = GOOD
    await ask(made, 2)
    assert nodes.asked[FIRST] == 1
    await clock.sleep(AVOIDED_S + 1)
    await ask(made, 3)
    assert nodes.asked[FIRST] == 2


@virtual_time
async def test_the_vendor_is_down_only_when_every_way_is(clock: LoopClock, nursery: Nursery) -> None:
    made = wired(nodes := Nodes(first=BROKEN, second=BROKEN), clock, nursery)
    state = ProviderState.IDLE
    for number in range(1, 30):
        assert isinstance(await ask(made, number), Gap)
        (health,) = (each for each in made.gateway.health() if each.provider == "vendor")
        state = health.state
        if state is ProviderState.DOWN:
            break
    assert state is ProviderState.DOWN
    assert min(nodes.asked.values()) >= 5
    before = sum(nodes.asked.values())
    assert isinstance(await ask(made, 99), Gap)
    assert sum(nodes.asked.values()) == before
    nodes.acts[SECOND] = GOOD
    await clock.sleep(OPEN_S + 1)
    assert any([isinstance(await ask(made, number), Answer) for number in (100, 101)])


@virtual_time
async def test_a_slow_node_leaves_time_for_another(clock: LoopClock, nursery: Nursery) -> None:
    made = wired(Nodes(first=after(9.0)), clock, nursery)
    started = clock.monotonic()
    assert isinstance(await ask(made, 1), Answer)
    assert clock.monotonic() - started < 3.0


@given(
    outcomes=st.lists(
        st.tuples(st.sampled_from(list(Outcome)), st.floats(min_value=0, max_value=40)), max_size=80
    )
)
def test_a_way_is_always_found_while_one_is_open(outcomes: list[tuple[Outcome, float]]) -> None:
    clock = VirtualClock()
    routes = Routes((FIRST, SECOND), clock)
    for outcome, pause_s in outcomes:
        admitted = routes.admit()
        assert admitted is not None or routes.is_open
        if admitted is not None:
            assert admitted.holds
            routes.settle(admitted, outcome)
        clock.advance(pause_s)


def test_an_answer_that_comes_after_the_breaker_changed_its_mind_decides_nothing() -> None:
    routes = Routes((FIRST,), VirtualClock())
    late = routes.admit()
    assert late is not None
    for _ in range(5):
        admitted = routes.admit()
        assert admitted is not None
        routes.settle(admitted, Outcome.FAILED)
    assert routes.is_open
    assert not late.holds
    routes.settle(late, Outcome.OK)
    assert routes.is_open
