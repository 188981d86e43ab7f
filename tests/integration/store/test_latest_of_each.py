"""The last snapshot of every token, page by page, and what was kept since."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import datetime, timedelta

from data.models.fields import PRICE_USD
from data.models.ids import Chain, TokenKey
from data.store import Store
from tests.integration.store.test_snapshots import NOON, STEP, snapshot

TOKENS = sorted(TokenKey(chain, f"{n:044}") for n in range(23) for chain in (Chain.BASE, Chain.SOLANA))


async def keep(store: Store, token: TokenKey, at: datetime) -> None:
    async with store.begin() as tx:
        await tx.snapshots.add(replace(snapshot(at, "0.5"), token=token))


async def test_pages_hold_each_token_once_with_its_last_snapshot(store: Store) -> None:
    chance = random.Random(5)
    last: dict[TokenKey, datetime] = {}
    written = [(token, NOON + n * STEP) for token in TOKENS for n in range(chance.randint(1, 4))]
    chance.shuffle(written)
    for token, at in written:
        await keep(store, token, at)
        last[token] = max(at, last.get(token, at))
    seen: list[TokenKey] = []
    after = None
    while True:
        async with store.read() as tx:
            page = await tx.snapshots.latest_page(after, 7)
        assert all(each.at == last[each.token] for each in page)
        seen += [each.token for each in page]
        if len(page) < 7:
            break
        after = page[-1].token
    assert seen == TOKENS


async def test_what_was_kept_since_a_number_is_listed_in_order(store: Store) -> None:
    async with store.read() as tx:
        assert await tx.snapshots.last_id() == 0 or await tx.snapshots.kept_since(0, 9) == ()
    await keep(store, TOKENS[0], NOON)
    async with store.read() as tx:
        before = await tx.snapshots.last_id()
    await keep(store, TOKENS[1], NOON)
    await keep(store, TOKENS[0], NOON + STEP)
    async with store.read() as tx:
        since = await tx.snapshots.kept_since(before, 9)
        assert [(token, at) for _, token, at in since] == [(TOKENS[1], NOON), (TOKENS[0], NOON + STEP)]
        assert await tx.snapshots.kept_since(before, 1) == since[:1]
        assert await tx.snapshots.kept_since(since[-1][0], 9) == ()
        assert since[-1][0] == await tx.snapshots.last_id()


async def test_a_day_ends_before_the_next_begins(store: Store) -> None:
    day = timedelta(days=1)
    for at in (NOON - STEP, NOON, NOON + day - STEP, NOON + day):
        await keep(store, TOKENS[0], at)
    just_before = NOON - timedelta(microseconds=1)
    async with store.read() as tx:
        part, more = await tx.snapshots.history_part(TOKENS[0], PRICE_USD, just_before, 9, until=NOON + day)
        assert [at for at, _ in part] == [NOON, NOON + day - STEP]
        assert more is None
        part, more = await tx.snapshots.history_part(TOKENS[0], PRICE_USD, just_before, 1, until=NOON + day)
    assert [at for at, _ in part] == [NOON]
    assert more == NOON
