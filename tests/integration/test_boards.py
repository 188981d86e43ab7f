"""The boards on the practice market: every list, its filters, pages that hold, and what is missing."""

from __future__ import annotations

import random
import re
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from config.settings import SandboxSettings
from core.boards.catalogue import Catalogue
from core.boards.filters import Filters, parse
from core.boards.listing import Board, Listing
from core.boards.runners import Runners
from core.boards.service import Boards
from core.streams import Launches
from data.models import fields as f
from data.models.events import TokenLaunched
from data.models.fields import Field
from data.models.ids import USDC_MINT, Chain, ProviderId, TokenKey
from data.models.market import GapReason, Observation, Resolved, TokenSnapshot
from data.ports import Deadline
from data.store.store import Store
from handlers.reply import Reply
from tests.integration import scene
from tests.integration.scene import HOSTILE, Person, Scene, buttons, label, words

SANDBOX = SandboxSettings(seed=11, latency_ms=(0, 1))
LISTS = ("top", "new", "trending")
ROW = re.compile(r"^ ?\d+ ", re.MULTILINE)


@pytest.fixture
async def there(tmp_path: Path) -> AsyncIterator[Scene]:
    async with scene.stage(tmp_path, sandbox=SANDBOX) as stage:
        yield stage


def coin(number: int, at: datetime, **figures: Any) -> TokenSnapshot:
    """Make a stored coin; its figures by their names."""
    resolved: dict[Field[Any], Resolved[Any]] = {}
    for name, value in {"symbol": f"C{number:03}", **figures}.items():
        key = f.field_named(name)
        said = Observation(value=value, source=ProviderId("jupiter"), at=at)
        resolved[key] = Resolved(field=key, value=value, sources=(said,))
    token = TokenKey(Chain.SOLANA, f"{number}".rjust(43, "A") + "A")
    return TokenSnapshot(token=token, at=at, resolved=resolved)


async def keep(there: Scene, *coins: TokenSnapshot) -> None:
    async with there.app.services[Store].begin() as tx:
        for each in coins:
            await tx.snapshots.add(each)


async def stocked(there: Scene, count: int = 200) -> list[TokenSnapshot]:
    """Store coins with caps in no order, one in ten without; gives them as a board should, largest first."""
    caps = random.Random(3).sample(range(10_000, 10_000_000), count)
    now = there.app.clock.now()
    coins = [
        coin(n, now, price=Decimal(1), **({} if n % 10 == 0 else {"mcap": Decimal(cap)}))
        for n, cap in enumerate(caps)
    ]
    await keep(there, *coins)
    known = [each for each in coins if each.value(f.MARKET_CAP_USD) is not None]
    known.sort(key=lambda each: -(each.value(f.MARKET_CAP_USD) or 0))
    return known + sorted((c for c in coins if c not in known), key=lambda each: each.token)


def symbols(reply: Reply) -> list[str]:
    """Read the tickers off the buttons that open rows."""
    labels = [label(each) for each in buttons(reply)]
    return [name.partition(" ")[2] for name in labels if re.match(r"\d+ ", name)]


async def listing(there: Scene, board: Board, said: str = "") -> Listing:
    deadline = Deadline.after(there.app.clock, 8)
    return await there.app.services[Boards].listing(board, parse(said), deadline)


@pytest.mark.parametrize("name", LISTS)
async def test_a_board_shows_real_rows_with_a_picture_and_a_button_each(there: Scene, name: str) -> None:
    shown = await there.say(Person(), f"/{name}")
    assert not shown.error
    assert shown.image is not None
    assert shown.image.png.startswith(b"\x89PNG")
    assert len(symbols(shown)) == len(ROW.findall(shown.body.plain)) > 0
    assert re.search(r"\d of \d sources", words(shown))
    card = await there.press(Person(), next(b for b in buttons(shown) if label(b).startswith("1 ")))
    assert "Liquidity" in words(card)


@pytest.mark.parametrize("name", LISTS)
async def test_what_a_board_says_is_what_the_market_is(there: Scene, name: str) -> None:
    world = there.app.sandbox.world  # type: ignore[union-attr]
    found = await listing(there, Board(name))
    assert found.rows
    for row in found.rows:
        truth = world.tokens[row.token.address]
        assert row.token.address not in {USDC_MINT}
        price = row.get(f.PRICE_USD)
        if price is not None and f.PRICE_USD not in row.disputed:
            actual = Decimal(repr(float(world.price_usd(truth.mint))))
            assert abs(price - actual) <= actual * Decimal("0.05"), truth.symbol


async def test_filters_hold_for_every_row_and_are_read_back(there: Scene) -> None:
    shown = await there.say(Person(), "/top 1h liq > 50k vol>1k by:vol")
    assert "liquidity above $50.0K, volume above $1.00K, by volume, largest first" in words(shown)
    assert shown.title.plain.startswith("Top · 1h")
    found = await listing(there, Board.TOP, "liq>50k vol>1k by:vol 1h")
    volumes = [row.get(f.VOLUME_USD[f.Span.H1]) or Decimal(0) for row in found.rows]
    assert volumes == sorted(volumes, reverse=True)
    assert all((row.get(f.LIQUIDITY_USD) or Decimal(0)) > 50_000 for row in found.rows)
    nothing = await there.say(Person(), "/top liq>900b")
    assert "Nothing passes." in words(nothing)
    assert "that do not pass" in words(nothing)


@pytest.mark.parametrize("said", ["banana", "liq>", "age<5", *HOSTILE[:2]])
async def test_a_filter_that_is_not_understood_is_named(there: Scene, said: str) -> None:
    for name in (*LISTS, "coins"):
        shown = await there.say(Person(), f"/{name} {said}")
        assert shown.error == "bad argument", (name, said)
        assert said.split()[0].casefold() in words(shown).casefold()


async def test_one_source_down_is_named_and_the_others_fill_in(tmp_path: Path) -> None:
    sandbox = SandboxSettings(seed=11, latency_ms=(0, 1), faults="jupiter=500,geckoterminal=hang")
    async with scene.stage(tmp_path, sandbox=sandbox) as there:
        for name in LISTS:
            shown = await there.say(Person(), f"/{name}")
            assert not shown.error
            assert "jupiter: " in words(shown), name
            assert "geckoterminal:" in words(shown)
            assert symbols(shown)
        market = await there.say(Person(), "/market")
        assert "jupiter: " in words(market)
        assert "SOL $" in words(market)


async def test_with_every_source_down_it_says_so(tmp_path: Path) -> None:
    names = ("jupiter", "dexscreener", "geckoterminal", "birdeye", "gmgn", "solscan", "pumpfun")
    sandbox = SandboxSettings(seed=11, latency_ms=(0, 1), faults=",".join(f"{name}=500" for name in names))
    async with scene.stage(tmp_path, sandbox=sandbox) as there:
        for name in LISTS:
            shown = await there.say(Person(), f"/{name}")
            assert shown.error == "no data"
            assert "No source answers now." in words(shown)


async def test_the_market_leads_everywhere_in_one_tap(there: Scene) -> None:
    person = await there.member()
    start = await there.say(person, "/start")
    market = await there.press(person, scene.button(start, "Market"))
    assert "SOL $" in words(market)
    assert re.search(r"\d+ up, \d+ down", words(market))
    assert market.image is not None
    for name in ("Top", "Losers", "New", "Trending", "Volume", "Runners", "Coins", "Correlation"):
        there.wait(11)
        reached = await there.press(person, scene.button(market, name))
        assert not reached.error, name
    losers = await listing(there, Board.TOP, "by:-change")
    changes = [row.get(f.CHANGE[f.Span.H24]) or Decimal(0) for row in losers.rows]
    assert changes == sorted(changes)


@pytest.mark.parametrize("board", ["comparison", "correlation"])
async def test_the_majors_stand_beside_the_last_token_that_was_looked_at(there: Scene, board: str) -> None:
    person = Person()
    shown = await there.say(person, f"/market {board}")
    assert "SOL" in words(shown)
    assert "POPCAT" not in words(shown)
    assert shown.image is not None
    await there.say(person, "/t POPCAT")
    assert "POPCAT" in words(await there.say(person, f"/market {board}"))


async def test_page_three_of_two_hundred_is_right_and_back_restores_it(there: Scene) -> None:
    expected = [str(each.value(f.SYMBOL)) for each in await stocked(there)]
    person = Person()
    page = await there.say(person, "/coins by:mc")
    assert symbols(page) == expected[:10]
    for number in (2, 3):
        page = await there.press(person, scene.button(page, "Next ›"))
        assert symbols(page) == expected[(number - 1) * 10 : number * 10]
    assert page.title.plain.endswith("3 of 20")
    there.wait(11)
    gone = await there.press(person, next(b for b in buttons(page) if label(b).startswith("21 ")))
    assert "No source knows it now" in words(gone)
    assert gone.title.plain == expected[20]
    back = await there.press(person, scene.button(gone, "‹ Back to the list"))
    assert (symbols(back), back.title) == (symbols(page), page.title)


async def test_a_row_opens_its_card_and_leads_back(there: Scene) -> None:
    person = Person()
    await there.say(person, "/t BONK")
    await stocked(there, 25)
    there.wait(1)
    page = await there.say(person, "/coins by:mc")
    assert symbols(page)[0] == "BONK"
    card = await there.press(person, next(b for b in buttons(page) if label(b) == "1 BONK"))
    assert card.title.plain.startswith("BONK · Bonk")
    assert "Liquidity" in words(card)
    back = await there.press(person, scene.button(card, "‹ Back to the list"))
    assert symbols(back) == symbols(page)


async def test_what_is_written_meanwhile_repeats_and_skips_nothing(there: Scene) -> None:
    """The paging law: the pages of one list are that list, whatever is stored between them."""
    expected = [str(each.value(f.SYMBOL)) for each in await stocked(there, 60)]
    person, seen = Person(), list[str]()
    page = await there.say(person, "/coins")
    chance = random.Random(9)
    for turn in range(6):
        seen += symbols(page)
        now = there.app.clock.now() + timedelta(seconds=turn + 1)
        changed = [coin(n, now, mcap=Decimal(chance.randrange(10**8))) for n in chance.sample(range(60), 20)]
        fresh = [coin(1000 + turn * 10 + n, now, mcap=Decimal(10**9 + n)) for n in range(5)]
        await keep(there, *changed, *fresh)
        there.wait(3)
        if turn < 5:
            page = await there.press(person, scene.button(page, "Next ›"))
    assert seen == expected
    newest = await there.say(person, "/coins")
    assert len(symbols(newest)) == 10
    assert all(name.startswith("C10") for name in symbols(newest))  # and the next list has all of it


async def test_a_list_that_is_gone_becomes_a_new_one_and_says_so(there: Scene) -> None:
    await stocked(there, 30)
    person = Person()
    page = await there.say(person, "/coins")
    there.wait(1300)
    again = await there.press(person, scene.button(page, "Next ›"))
    assert "no longer kept" in words(again)
    assert again.title.plain.endswith("1 of 3")
    opened = await there.press(person, next(b for b in buttons(page) if label(b).startswith("2 ")))
    assert "no longer kept" in words(opened)


@pytest.mark.parametrize("payload", ["coins:~9999~1~7", "coins:~~~99999", "top:~3~18446744073709551615"])
async def test_a_made_up_button_shows_a_list_and_no_error(there: Scene, payload: str) -> None:
    await stocked(there, 20)
    shown = await there.deliver(Person(), f"tp{payload}")
    assert shown.error in {"", "bad argument"}


async def test_names_that_strangers_chose_stay_one_cell(there: Scene) -> None:
    now = there.app.clock.now()
    names = [*HOSTILE, "a\nb\r\nc", "```", "柴犬柴犬柴犬柴犬", "/start", "Z" + "\u0300" * 90]
    coins = [coin(n, now, symbol=name, mcap=Decimal(10**6)) for n, name in enumerate(names)]
    await keep(there, *coins)
    shown = await there.say(Person(), "/coins")
    rows = ROW.findall(shown.body.plain)
    assert len(rows) == 10
    assert all(len(line) < 60 for line in shown.body.plain.splitlines())
    assert "\u202e" not in words(shown)
    assert shown.image is not None


async def test_a_cap_that_contradicts_itself_is_marked_and_never_a_figure(there: Scene) -> None:
    now = there.app.clock.now()
    absurd = coin(1, now, mcap=Decimal(10**13), liquidity=Decimal(3))
    cap = absurd.resolved[f.MARKET_CAP_USD]
    noted = {**absurd.resolved, f.MARKET_CAP_USD: replace(cap, note="no liquidity behind it")}
    await keep(there, replace(absurd, resolved=noted), coin(2, now, mcap=Decimal(5)))
    shown = await there.say(Person(), "/coins")
    assert symbols(shown) == ["C002", "C001"]
    assert "odd" in words(shown)
    assert "$10.0T" not in words(shown)


async def test_the_catalogue_follows_what_is_written_by_others(there: Scene) -> None:
    store, clock = there.app.services[Store], there.app.clock
    coins = await stocked(there, 250)
    catalogue = Catalogue(store)
    rows, complete = await catalogue.rows(Deadline.after(clock, 8))
    assert (len(rows), complete) == (250, True)
    now = clock.now() + timedelta(seconds=1)
    await keep(there, *(coin(n, now, mcap=Decimal(n + 1)) for n in range(240, 460)))
    rows, _ = await catalogue.rows(Deadline.after(clock, 8))
    caps = {row.token: row.cap_usd for row in rows}
    assert len(caps) == 460
    assert caps[coin(245, now).token] == 246
    unchanged = next(
        each for each in coins if each.token not in {coin(n, now).token for n in range(240, 250)}
    )
    assert caps[unchanged.token] == unchanged.value(f.MARKET_CAP_USD)
    older = replace(coin(300, now - timedelta(hours=1), mcap=Decimal(7)))
    await keep(there, older)
    rows, _ = await catalogue.rows(Deadline.after(clock, 8))
    assert {row.token: row.cap_usd for row in rows}[older.token] == 301  # what was known earlier is no news


async def test_a_catalogue_without_time_reads_on_at_the_next_look(there: Scene) -> None:
    await stocked(there, 120)
    clock = there.app.clock
    catalogue = Catalogue(there.app.services[Store])
    rows, complete = await catalogue.rows(Deadline.after(clock, -1))
    assert (rows, complete) == ((), False)
    rows, complete = await catalogue.rows(Deadline.after(clock, 8))
    assert (len(rows), complete) == (120, True)


def _ran(there: Scene, number: int, prices: Sequence[int], **figures: Any) -> list[TokenSnapshot]:
    """Store a token's hours of yesterday, one price each."""
    today = there.app.clock.now().replace(hour=0, minute=0, second=0, microsecond=0)
    start = today - timedelta(days=1)
    return [
        coin(number, start + timedelta(hours=hour + 1), price=Decimal(usd), **figures)
        for hour, usd in enumerate(prices)
    ]


async def test_runners_go_from_a_low_to_a_later_high_with_what_was_known_then(there: Scene) -> None:
    ran = _ran(there, 1, [100, 10, 80, 30], mcap=Decimal(50_000), liquidity=Decimal(9_000))
    await keep(there, *ran, *_ran(there, 2, [5, 10]), *_ran(there, 3, [10, 1]), *_ran(there, 4, [7]))
    # Of the day before and of today: they do not count.
    await keep(there, coin(2, ran[0].at - timedelta(hours=3), price=Decimal(1)))
    await keep(there, coin(2, there.app.clock.now(), price=Decimal(900)))
    shown = await there.say(Person(), "/runners yesterday")
    assert symbols(shown) == ["C001", "C002"]
    assert "+700%" in words(shown)
    assert "+100%" in words(shown)
    assert "02:00–03:00" in words(shown)
    assert "$50.0K" in words(shown)
    assert shown.image is not None
    assert symbols(await there.say(Person(), "/runners")) == []


async def test_a_past_day_is_looked_at_once_and_today_anew(there: Scene) -> None:
    clock, runners = there.app.clock, there.app.services[Runners]
    today = clock.now().date()
    yesterday = today - timedelta(days=1)
    await keep(there, *_ran(there, 1, [1, 2]))
    first = await runners.of(yesterday, Deadline.after(clock, 8))
    assert await runners.of(yesterday, Deadline.after(clock, 8)) is first
    now = clock.now()
    await keep(there, coin(5, now, price=Decimal(1)), coin(5, now + timedelta(seconds=1), price=Decimal(3)))
    found = await runners.of(today, Deadline.after(clock, 8))
    assert [each.run.ratio for each in found.runners] == [2]


@pytest.mark.parametrize("day", ["2999-01-01", "nonsense", "2026-13-45", "0000-00-00"])
async def test_a_day_that_is_none_is_refused(there: Scene, day: str) -> None:
    assert (await there.say(Person(), f"/runners {day}")).error == "bad argument"


async def test_lists_asked_for_at_once_share_their_questions(there: Scene) -> None:
    boards = there.app.services[Boards]
    first = await listing(there, Board.NEW)
    again = await boards.listing(Board.NEW, Filters(), Deadline.after(there.app.clock, 8))
    assert first.number != again.number
    assert [row.at for row in first.rows] == [row.at for row in again.rows]
    assert not [gap for gap in first.gaps if gap.reason is not GapReason.NOT_LISTED]
    there.wait(130)
    later = await listing(there, Board.NEW)
    assert max(row.seen_at for row in later.rows) > max(row.seen_at for row in first.rows)


async def test_a_launch_that_a_stream_told_is_on_the_board_of_the_new(there: Scene) -> None:
    now = there.app.clock.now()
    mint = next(iter(there.app.sandbox.world.tokens)).replace("1", "2")[:43] + "z"  # type: ignore[union-attr]
    told = TokenLaunched(
        at=now, chain_at=None, slot=None, source="pumpportal", mint=mint, pool="pump", creator=None,
        name="<b>Heard</b>", symbol="HEARD", uri=None,
    )  # fmt: skip
    there.app.services[Launches].hear(told)
    shown = await there.say(Person(), "/new")
    assert symbols(shown)[0] == "HEARD"
    found = await listing(there, Board.NEW)
    (row,) = (row for row in found.rows if row.token.address == mint)
    assert row.named_by == ("pumpportal",)
    assert row.get(f.PRICE_USD) is None
