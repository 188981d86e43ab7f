"""Watchlists and alerts as rows, on both engines."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from data.errors import BadArgument
from data.models.alerts import Alert, AlertPlace, Phase, WatchItem
from data.models.chat import Identity
from data.models.ids import SOL, Platform, UserId
from data.store import Store, Tx
from data.store.repos import watching
from tests.fakes.alerting import alert_of
from tests.fakes.clock import START, VirtualClock
from tests.fakes.snapshots import BONK

HOUR = timedelta(hours=1)
PLACE = AlertPlace(chat_key="telegram:-1", channel="telegram", address="-1", topic="7")


async def somebody(tx: Tx, number: str = "42") -> UserId:
    return (await tx.users.ensure(Identity(Platform.TELEGRAM, number), "Zaphod")).id


async def kept(tx: Tx, alert: Alert, **changes: object) -> Alert:
    return await tx.alerts.add(replace(alert, user_id=await somebody(tx), **changes))  # type: ignore[arg-type]


async def test_an_alert_comes_back_as_it_was_put_there(store: Store) -> None:
    sentences = (
        "BONK > 0.000000000000000000000000012345", "mc cross 999999999999999", "-20% 1h repeat band 3%",
        "security", "rsi 15m < 30.5 repeat cooldown 1h for 7d",
    )  # fmt: skip
    for sentence in sentences:
        async with store.begin() as tx:
            put = await kept(
                tx, alert_of(sentence, phase=Phase.WAITS_RISE), place=PLACE, snoozed_until=START + HOUR,
                rests_until=START, expires_at=START + 9 * HOUR, fired_at=START, fires=7,
            )  # fmt: skip
        async with store.read() as tx:
            assert await tx.alerts.get(put.id) == put


async def test_of_two_who_change_a_row_the_second_is_late(store: Store) -> None:
    async with store.begin() as tx:
        alert = await kept(tx, alert_of("BONK > 1"))
    async with store.begin() as tx:
        assert await tx.alerts.turn(alert, replace(alert, phase=Phase.DONE))
    async with store.begin() as tx:
        assert not await tx.alerts.turn(alert, replace(alert, phase=Phase.WAITS_RISE))
        found = await tx.alerts.get(alert.id)
    assert found is not None
    assert (found.phase, found.version) == (Phase.DONE, 1)


async def test_lists_hold_what_they_say(store: Store, clock: VirtualClock) -> None:
    async with store.begin() as tx:
        mine = await kept(tx, alert_of("BONK > 1"))
        ours = await kept(tx, alert_of("BONK > 1"), place=PLACE)
        over = await kept(tx, alert_of("BONK > 2"), phase=Phase.DONE)
        other = await kept(tx, alert_of("SOL > 1", token=SOL))
        user = mine.user_id
        assert [each.id for each in await tx.alerts.of_user(user)] == [mine.id, ours.id, over.id, other.id]
        assert [each.id for each in await tx.alerts.of_user(user, SOL)] == [other.id]
        assert [each.id for each in await tx.alerts.of_chat(PLACE.chat_key)] == [ours.id]
        assert await tx.alerts.of_user(UserId(10**9)) == ()
        assert (await tx.alerts.count(user, ""), await tx.alerts.count(user, PLACE.chat_key)) == (2, 1)
        live = await tx.alerts.live_page(0, 2)
        assert [each.id for each in (*live, *await tx.alerts.live_page(live[-1].id))] == [
            mine.id, ours.id, other.id,
        ]  # fmt: skip
    clock.advance(60)
    async with store.begin() as tx:
        assert await tx.alerts.turn(ours, replace(ours, phase=Phase.WAITS_FALL))
    async with store.read() as tx:
        assert [each.id for each in await tx.alerts.changed_since(clock.now())] == [ours.id]
        assert await tx.alerts.get(0) is None
        assert await tx.alerts.get(10**30) is None


async def test_what_is_over_ends_and_is_dropped_later(store: Store, clock: VirtualClock) -> None:
    async with store.begin() as tx:
        short = await kept(tx, alert_of("BONK > 1"), expires_at=START + HOUR)
        long = await kept(tx, alert_of("BONK > 1"))
    clock.advance(3601)
    async with store.begin() as tx:
        assert await tx.alerts.expire(clock.now()) == 1
        assert await tx.alerts.expire(clock.now()) == 0
        found = await tx.alerts.get(short.id)
        assert found is not None
        assert found.phase is Phase.EXPIRED
        assert await tx.alerts.purge(clock.now() + HOUR) == 1
        assert [each.id for each in await tx.alerts.some([short.id, long.id])] == [long.id]
        assert await tx.alerts.drop(long.id)
        assert not await tx.alerts.drop(long.id)


async def test_windows_are_kept_the_newest_alone(store: Store, clock: VirtualClock) -> None:
    async with store.begin() as tx:
        await tx.alerts.keep_windows({})
        await tx.alerts.keep_windows({(BONK, "1h"): "1.0=2", (SOL, "1h"): "1.0=3"})
        await tx.alerts.keep_windows({(BONK, "1h"): "9.0=2"})
        assert await tx.alerts.window(BONK, "1h") == "9.0=2"
        assert await tx.alerts.window(BONK, "24h") == ""
        assert await tx.alerts.purge_windows(clock.now() + HOUR) == 2


async def test_a_watchlist_holds_a_token_once_under_its_newest_tag(store: Store) -> None:
    async with store.begin() as tx:
        user = await somebody(tx)
        for tag in ("", "memes"):
            await tx.watching.put(f"user:{user}", user, item(tag))
        await tx.watching.put("telegram:-1", None, item("ours"))
        (found,) = await tx.watching.of(f"user:{user}")
        assert found == item("memes")
        assert await tx.watching.drop(f"user:{user}", BONK)
        assert not await tx.watching.drop(f"user:{user}", BONK)
        assert len(await tx.watching.of("telegram:-1")) == 1


async def test_a_watchlist_has_an_end(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watching, "MOST", 1)
    async with store.begin() as tx:
        await tx.watching.put("telegram:-1", None, item(""))
        await tx.watching.put("telegram:-1", None, item("again"))
        with pytest.raises(BadArgument, match="at most 1"):
            await tx.watching.put("telegram:-1", None, replace(item(""), token=SOL))


async def test_lists_and_alerts_follow_a_group_to_its_new_number(store: Store) -> None:
    async with store.begin() as tx:
        alert = await kept(tx, alert_of("BONK > 1"), place=PLACE)
        await tx.watching.put("telegram:-1", None, item("old"))
        await tx.chats.migrate(Platform.TELEGRAM, "-1", "-100")
        await tx.chats.migrate(Platform.TELEGRAM, "-1", "-100")
        found = await tx.alerts.get(alert.id)
        assert found is not None
        assert found.place == replace(PLACE, chat_key="telegram:-100", address="-100")
        assert await tx.watching.of("telegram:-100") == (item("old"),)
        assert await tx.watching.of("telegram:-1") == ()


async def test_one_who_is_forgotten_takes_lists_and_alerts_along(store: Store) -> None:
    async with store.begin() as tx:
        user = await somebody(tx)
        await tx.watching.put(f"user:{user}", user, item(""))
        await kept(tx, alert_of("BONK > 1"))
        await kept(tx, alert_of("BONK > 1"), place=PLACE)
        await tx.users.forget(user)
        assert await tx.watching.of(f"user:{user}") == ()
        assert await tx.alerts.live_page(0) == ()


def item(tag: str) -> WatchItem:
    return WatchItem(token=BONK, symbol="BONK", tag=tag, added_at=START)
