"""Lists of coins on virtual time: real gateway, real store, every vendor's real quotas."""

from __future__ import annotations

import asyncio
import json
from contextlib import aclosing
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import pytest

from core.enrichment import bulk
from core.enrichment.lanes import lanes
from data.clock import Deadline
from data.gateway.transport import Request, Response
from data.models.fields import PRICE_USD, SYMBOL
from data.models.ids import ProviderId, TokenKey
from data.models.market import GapReason, Record, TokenReport, TokenSnapshot, facts
from data.providers.base import Ask, Json, Provider, Quota
from handlers.cards.token import WANTED
from tests.fakes.crowd import CrowdTransport, crowd, over_quota
from tests.fakes.vendor import PRICE, named
from tests.fakes.virtual_loop import virtual_time
from tests.fakes.works import Works, coins, works

pytestmark = [virtual_time, pytest.mark.timeout(300)]


async def latest(on: Works, token: TokenKey) -> TokenSnapshot:
    async with on.store.read() as tx:
        found = await tx.snapshots.latest(token)
    assert found is not None
    return found


async def test_a_thousand_coins_take_little_longer_than_the_quotas_ask_for(tmp_path: Path) -> None:
    providers, transport, tokens = crowd(), CrowdTransport(), coins(1_000)
    async with works(tmp_path, providers, transport) as on:
        found = await on.listed(tokens)
        least = on.bulk.least(tokens, WANTED)
        last = await on.finish(found)
        assert (last.done, last.of) == (1_000, 1_000)
        assert last.least_s == max(least.values()) > 2_000
        assert last.least_s / last.elapsed_s >= 0.95
        assert over_quota(transport.received, providers) == []
        # Every source is as quick as its share of the quota lets it be, whatever the slowest does.
        for provider in providers.values():
            for name in provider.quotas:
                times = transport.received.get((provider.id, name), [])
                fair_s = on.gateway.least_s(provider, name, len(times), background=True)
                if fair_s:
                    assert fair_s / (max(times) - min(times)) >= 0.95, (provider.id, name)
        snapshot = await latest(on, tokens[500])
    assert snapshot.value(PRICE_USD) == Decimal("0.00002")
    assert set(snapshot.answered) == {lane.provider.id for lane in lanes(tokens, WANTED, providers.values())}


class Board:
    """Vendors that answer from a list of prices, in batches; some coins spoil what they are in."""

    def __init__(self, *, spoiled: str = "", down: str = "") -> None:
        self.asked: list[tuple[str, tuple[str, ...]]] = []
        self._spoiled, self._down = spoiled, down

    async def send(self, request: Request) -> Response:
        vendor, addresses = request.url.removeprefix("https://").split("/")[0], request.url.rsplit("/", 1)[1]
        some = tuple(addresses.split("%2C" if "%2C" in addresses else ","))
        self.asked.append((vendor, some))
        await asyncio.sleep(0.2)
        if vendor == self._down:
            return Response(status=503, headers={}, body=b"{}")
        if self._spoiled in some:
            return Response(status=400, headers={}, body=b"{}")
        said = {each: "COIN" for each in some if int(each) % 10}
        return Response(status=200, headers={}, body=json.dumps(said).encode())


def parse_board(body: Json, ask: Ask, at: datetime) -> tuple[Record, ...]:
    told = facts((PRICE_USD, Decimal(2)), (SYMBOL, "COIN"))
    return tuple(TokenReport(token=token, facts=told) for token in ask.tokens if token.address in body)


def board(name: str, *, calls: int = 600, batch: int = 30) -> Provider:
    endpoint = replace(
        PRICE, path="/prices/{addresses}", batch=batch, parse=parse_board,
        fields=frozenset({PRICE_USD, SYMBOL}),
    )  # fmt: skip
    quota = Quota(calls=calls, per_s=60.0, burst=4)
    return named(name, base_url=f"https://{name}", endpoints=(endpoint,), quotas={"default": quota})


def boards(*found: Provider) -> dict[ProviderId, Provider]:
    return {provider.id: provider for provider in found}


async def test_a_coin_that_a_batch_leaves_out_is_a_gap_and_not_a_failure(tmp_path: Path) -> None:
    tokens = coins(25)
    async with works(tmp_path, boards(board("a")), Board()) as on:
        await on.finish(await on.listed(tokens))
        there, missing = await latest(on, tokens[0]), await latest(on, tokens[9])
    assert there.value(PRICE_USD) == 2
    assert [(gap.source, gap.reason) for gap in missing.gaps] == [("a", GapReason.NOT_LISTED)]
    assert (missing.answered, missing.asked) == ((), ("a",))


async def test_one_coin_that_spoils_a_batch_costs_the_others_nothing(tmp_path: Path) -> None:
    tokens, transport = coins(60), Board(spoiled=coins(60)[16].address)
    async with works(tmp_path, boards(board("a")), transport) as on:
        await on.finish(await on.listed(tokens))
        found = [await latest(on, token) for token in tokens]
    prices = [snapshot.value(PRICE_USD) for snapshot in found]
    assert prices.count(None) == 1 + 6  # itself, and those that nobody lists
    assert [gap.reason for gap in found[16].gaps] == [GapReason.BAD_PAYLOAD]
    assert len(transport.asked) <= 2 + 2 * 5


async def test_a_figure_that_no_store_keeps_costs_one_part_and_not_the_list(tmp_path: Path) -> None:
    tokens = coins(12)

    def parse(body: Json, ask: Ask, at: datetime) -> tuple[Record, ...]:
        odd = facts((PRICE_USD, Decimal("NaN")))
        return tuple(
            TokenReport(token=token, facts=odd if token == tokens[4] else facts((SYMBOL, "COIN")))
            for token in ask.tokens
        )

    provider = board("a")
    provider = replace(provider, endpoints=(replace(provider.endpoints[0], parse=parse),))
    async with works(tmp_path, boards(provider, board("b")), Board()) as on:
        last = await on.finish(await on.listed(tokens))
        odd, other = await latest(on, tokens[4]), await latest(on, tokens[5])
    assert last.done == 12
    assert [(gap.source, gap.reason) for gap in odd.gaps] == [("a", GapReason.BAD_PAYLOAD)]
    assert odd.value(PRICE_USD) == 2
    assert other.answered == ("a", "b")


async def test_a_dead_source_is_given_up_and_holds_nobody(tmp_path: Path) -> None:
    tokens = coins(300)
    async with works(tmp_path, boards(board("dead"), board("well")), Board(down="dead")) as on:
        found = await on.listed(tokens)
        well_s, last = None, None
        async with aclosing(on.bulk.run(found.id, WANTED)) as steps:
            async for last in steps:
                lane = next(each for each in last.lanes if each.source == "well")
                if lane.done == lane.of and well_s is None:
                    well_s = last.elapsed_s
        snapshot = await latest(on, tokens[0])
    assert last is not None
    assert last.done == 300
    assert well_s is not None
    assert well_s < 10
    assert last.elapsed_s < bulk._GIVEN_UP_S + 120
    assert next(each for each in last.lanes if each.source == "dead").gave_up
    assert snapshot.answered == ("well",)
    assert [gap.source for gap in snapshot.gaps] == ["dead"]


async def test_a_list_that_was_broken_off_goes_on_where_it_was(tmp_path: Path) -> None:
    tokens, providers = coins(400), boards(board("a", calls=60), board("b", calls=30, batch=1))
    transport = Board()
    async with works(tmp_path, providers, transport) as on:
        found = await on.listed(tokens)
        async with aclosing(on.bulk.run(found.id, WANTED)) as steps:
            async for step in steps:
                if step.elapsed_s > 300:
                    break
    asked_before, done_before = list(transport.asked), step.done
    assert 0 < done_before < 400
    async with works(tmp_path, providers, transport) as on:
        last = await on.finish(await on.listed(tokens))
        heard = [await latest(on, token) for token in tokens]
        async with on.store.read() as tx:
            assert await tx.lists.heard(found.id) == frozenset()
            assert await tx.lists.pending(found.id) == ()
    assert last.done == 400
    undisturbed = 14 + 400
    assert undisturbed <= len(transport.asked) <= undisturbed + 8
    assert len(asked_before) < len(transport.asked)
    assert all(set(each.asked) == {"a", "b"} for each in heard)


async def test_what_was_heard_one_by_one_adds_up_to_what_is_heard_at_once(tmp_path: Path) -> None:
    """The lanes' parts, kept and read back, resolve to what a card shows of the same answers."""
    tokens, providers = coins(3), crowd()
    async with works(tmp_path, providers, CrowdTransport(spread=0.0)) as on:
        await on.finish(await on.listed(tokens))
        kept = await latest(on, tokens[0])
        async with aclosing(
            on.enricher.snapshots(tokens[0], WANTED, Deadline.after(on.clock, 8), fresh=True)
        ) as snapshots:
            async for snapshot in snapshots:
                asked = snapshot
    assert kept.value(PRICE_USD) == asked.value(PRICE_USD)
    assert kept.value(SYMBOL) == asked.value(SYMBOL)
    assert set(asked.answered) <= set(kept.answered)
