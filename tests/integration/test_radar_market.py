"""The radar on the practice market and on virtual time: signals, grades that hold, replays."""

from __future__ import annotations

import asyncio
from decimal import Decimal
from pathlib import Path

import pytest

from bot import radar as wiring
from bot.app import App
from core.enrichment.refresh import Refresher
from core.radar import facts
from core.radar.board import Records
from core.radar.engine import Radar
from core.radar.grading import known_of, row_of
from core.radar.replay import replay, whole_from
from core.signals.spec import Cfg, SignalType
from data.models.ids import Chain, TokenKey
from data.store.store import Store
from tests.fakes.still_market import market, still
from tests.integration.desk import Desk, words_of
from tests.integration.test_alerts_market import said

pytestmark = [pytest.mark.drill, pytest.mark.timeout(300)]

_EVERY_S, _ROUNDS, _DRAINED = 30.0, 35, 10


async def drained(app: App, token: TokenKey) -> None:
    """Let the sources have seen that half of what a token stands on is gone."""
    radar = app.services[Radar]
    assert token in radar.watched
    for liquidity in (2_000_000, 1_000_000):
        look = facts.Looked(at=app.clock.now(), liquidity_usd=Decimal(liquidity), prices={"a": Decimal(1)})
        radar.take(token, look)
        await asyncio.sleep(1)
    await radar.judge(token)


def test_the_practice_market_leads_to_signals_that_a_replay_sees_again_and_grades_that_hold(
    tmp_path: Path,
) -> None:
    async def scenario() -> None:
        async with market(tmp_path, seed=7) as (app, _):
            _, grading, *_ = await wiring.start(app.services, app.nursery, app.clock)
            begin = app.clock.now()
            radar, store = app.services[Radar], app.services[Store]
            await said(app, "/start")
            held = next(each for each in Desk(app).honest if each.symbol == "WIF")
            await said(app, f"/watch {held.mint}")
            for number in range(_ROUNDS):
                if number == _DRAINED:
                    await drained(app, TokenKey(Chain.SOLANA, held.mint))
                await app.services[Refresher].run()
                await asyncio.sleep(_EVERY_S)
                await radar.flush()
                await grading.run()
            records, rows = await app.services[Records].latest(None, None)
            kinds = {record.type for record in records}
            assert {SignalType.LAUNCH, SignalType.LIQ_DRAIN} <= kinds
            assert len(radar.watched) > 20
            until = app.clock.now()
            await radar.flush()
            whole = await whole_from(store)
            assert whole is not None and whole[1] and whole[0] >= begin
            for _ in range(2):
                found = await replay(store, Cfg(), begin, until)
                assert found.equal, (found.lost, found.made_up, found.unlike)
                assert found.same == len(records)
            blunt = Cfg(limits={SignalType.LIQ_DRAIN: {"fall": 0.9}})
            other = await replay(store, blunt, begin, until)
            assert [key.split(":")[1] for key in other.lost] == ["liq_drain"]  # it can tell a difference
            graded = 0
            for record in records:
                async with store.read() as tx:
                    known = await known_of(tx, record)
                for row in rows[record.id]:
                    if row.graded_at is not None:
                        assert row_of(record, row, known, row.graded_at) == row
                        graded += 1
            assert graded
            listed = words_of(await said(app, "/signals"))
            assert "Launch: " in listed
            why = words_of(await said(app, f"/why {records[-1].key}"))
            assert "It fired because" in why and "What was known" in why

    still(scenario)


def test_who_hears_the_radar_is_chosen_in_chat_and_the_words_are_judged(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with market(tmp_path) as (app, _):
            assert "off here" in words_of(await said(app, "/radar"))
            assert "Say /start first" in words_of(await said(app, "/radar on"))
            await said(app, "/start")
            assert "on here" in words_of(await said(app, "/radar on"))
            narrowed = words_of(await said(app, "/radar types breakout whale-buy"))
            assert "whale_buy, breakout" in narrowed
            assert "0.40" in words_of(await said(app, "/radar min 40"))
            assert "whale_buy, breakout" in words_of(await said(app, "/radar"))
            for wrong in ("/radar types launch", "/radar types <b>", "/radar min 101", "/radar min -1"):
                assert "Example" in (told := words_of(await said(app, wrong))) or "Of: " in told, wrong
                await asyncio.sleep(5)
            assert "Types: all" in words_of(await said(app, "/radar types all"))
            assert "on here" in words_of(await said(app, "/hunt min 30"))
            assert "off here" in words_of(await said(app, "/hunt off"))
            await asyncio.sleep(20)
            assert "off here" in words_of(await said(app, "/radar off"))
            assert "nothing of this kind" in words_of(await said(app, "/signals 7d breakout"))
            assert "Nothing was seen" in words_of(await said(app, "/track launch 12h"))
            assert "no type of signal" in words_of(await said(app, "/track soon"))
            assert "no such signal" in words_of(await said(app, "/why signal:999"))

    still(scenario)


def test_no_more_is_watched_than_allowed_and_what_people_watch_stays(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with market(tmp_path) as (app, _):
            radar = app.services[Radar]
            await radar.begin()
            for number in range(30):
                token = TokenKey(Chain.SOLANA, f"{number:044d}")
                radar.take(token, facts.Listening(at=app.clock.now()))
                if number in {3, 4}:
                    now = app.clock.now()
                    trade = facts.Traded(
                        at=now, traded_at=now, is_buy=True, usd=Decimal(50), tokens=Decimal(1)
                    )
                    radar.take(token, trade)
            radar.make_room(4, frozenset({TokenKey(Chain.SOLANA, f"{9:044d}")}))
            assert {int(token.address) for token in radar.watched} == {3, 4, 9}

    still(scenario)
