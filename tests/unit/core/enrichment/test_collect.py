"""Asking several at once, under virtual time: soon what is there, in the end all, and nothing left over."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing

import pytest

from core.enrichment.collect import Collected, collect
from data.clock import Deadline
from data.models.market import Capability, GapReason
from data.nursery import Nursery
from data.providers.base import Ask, Call
from tests.fakes.clock import LoopClock
from tests.fakes.virtual_loop import virtual_time
from tests.unit.core.enrichment.vendors import BONK, ScriptedGateway, market, priced, report

pytestmark = virtual_time


@pytest.fixture
async def nursery() -> AsyncIterator[Nursery]:
    async with Nursery() as nursery:
        yield nursery


def calls(count: int) -> list[Call]:
    vendors = [market(f"v{number}") for number in range(count)]
    return [Call(provider=v, endpoint=v.endpoints[0], ask=Ask(tokens=(BONK,))) for v in vendors]


def answering(*delays: float) -> ScriptedGateway:
    gateway = ScriptedGateway()
    for number, delay in enumerate(delays):
        gateway.says(f"v{number}", Capability.PRICE, report(), after_s=delay)
    return gateway


async def rounds(
    gateway: ScriptedGateway, nursery: Nursery, count: int, *, enough: int = 2, seconds: float = 8.0
) -> list[tuple[float, Collected]]:
    clock, start = LoopClock(), asyncio.get_running_loop().time()
    collecting = collect(
        calls(count), Deadline.after(clock, seconds), gateway=gateway, nursery=nursery, clock=clock,
        patience_s=0.9, enough=enough,
    )  # type: ignore[arg-type]  # fmt: skip
    async with aclosing(collecting) as all_rounds:
        return [(round(asyncio.get_running_loop().time() - start, 3), each) async for each in all_rounds]


def told(seen: Sequence[tuple[float, Collected]]) -> list[tuple[float, int, int, bool]]:
    return [(at, len(each.answers), len(each.gaps), each.complete) for at, each in seen]


async def test_when_all_answer_soon_there_is_one_round(nursery: Nursery) -> None:
    assert told(await rounds(answering(0.1, 0.2, 0.3), nursery, 3)) == [(0.3, 3, 0, True)]


async def test_a_slow_one_comes_in_the_second_round(nursery: Nursery) -> None:
    seen = await rounds(answering(0.1, 0.2, 3.0), nursery, 3)
    assert told(seen) == [(0.9, 2, 1, False), (3.0, 3, 0, True)]
    (gap,) = seen[0][1].gaps
    assert (gap.source, gap.reason) == ("v2", GapReason.PENDING)


async def test_patience_lasts_until_there_is_enough(nursery: Nursery) -> None:
    assert told(await rounds(answering(0.1, 2.0, 3.0), nursery, 3)) == [(2.0, 2, 1, False), (3.0, 3, 0, True)]


async def test_who_never_answers_is_named_at_the_deadline(nursery: Nursery) -> None:
    seen = await rounds(answering(0.1, 0.2, 3600), nursery, 3)
    assert [at for at, _ in seen] == [0.9, 8.0]
    assert seen[0][1].gaps[0].reason is GapReason.PENDING
    assert seen[1][1].gaps[0].reason in {GapReason.TIMEOUT, GapReason.DEADLINE}


async def test_when_nobody_answers_the_deadline_ends_it(nursery: Nursery) -> None:
    seen = await rounds(answering(3600, 3600), nursery, 2, seconds=5)
    assert [at for at, _ in seen] == [5.0]
    assert len(seen[0][1].gaps) == 2
    assert GapReason.PENDING not in {gap.reason for gap in seen[0][1].gaps}


async def test_failures_count_as_answers(nursery: Nursery) -> None:
    gateway = answering(0.1, 0.1).fails("v2", after_s=0.2)
    assert told(await rounds(gateway, nursery, 3)) == [(0.2, 2, 1, True)]


async def test_nothing_to_ask_is_answered_at_once(nursery: Nursery) -> None:
    assert told(await rounds(answering(), nursery, 0, enough=0)) == [(0.0, 0, 0, True)]


async def test_what_is_at_hand_is_not_asked_for(nursery: Nursery) -> None:
    gateway = answering(0.1, 0.2)
    gateway.ready = {"v0": priced("v0", "1")}
    assert told(await rounds(gateway, nursery, 2)) == [(0.2, 2, 0, True)]
    assert [call.provider.id for call in gateway.calls] == ["v1"]


async def test_a_deadline_that_has_passed_asks_for_nothing_more(nursery: Nursery) -> None:
    seen = await rounds(answering(0.1, 0.1), nursery, 2, seconds=0)
    assert told(seen) == [(0.0, 0, 2, False)]
    assert {gap.reason for gap in seen[0][1].gaps} == {GapReason.DEADLINE}


async def test_a_consumer_that_leaves_after_the_first_round_leaves_nothing_running(nursery: Nursery) -> None:
    gateway, clock = answering(0.1, 0.2, 3600), LoopClock()
    collecting = collect(
        calls(3), Deadline.after(clock, 8), gateway=gateway, nursery=nursery, clock=clock, patience_s=0.9,
        enough=2,
    )  # type: ignore[arg-type]  # fmt: skip
    await anext(collecting)
    await collecting.aclose()
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert gateway.running == 0
    assert len(nursery) == 0


async def test_a_consumer_that_is_cancelled_leaves_nothing_running(nursery: Nursery) -> None:
    gateway = answering(3600, 3600)
    consumer = nursery.start(rounds(gateway, nursery, 2), name="consumer")
    await asyncio.sleep(1)
    assert gateway.running == 2
    consumer.cancel()
    with pytest.raises(asyncio.CancelledError):
        await consumer
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert gateway.running == 0
    assert len(nursery) == 0


async def test_a_fault_of_ours_comes_out_and_leaves_nothing_running(nursery: Nursery) -> None:
    gateway = answering(0.1, 3600).fails("v2", ZeroDivisionError("bug"), after_s=0.2)
    with pytest.raises(ZeroDivisionError):
        await rounds(gateway, nursery, 3)
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert gateway.running == 0


async def test_who_asks_again_in_no_hurry_is_told_the_same(nursery: Nursery) -> None:
    ((_, whole),) = await rounds(answering(0.1, 0.2), nursery, 2)
    assert whole.unhurried
    first, last = await rounds(answering(0.1, 0.2, 3600), nursery, 3)
    assert not first[1].unhurried
    assert last[1].unhurried == (last[1].gaps[0].reason is not GapReason.DEADLINE)
