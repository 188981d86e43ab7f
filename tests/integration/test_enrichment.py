"""Cards of the practice market over real sockets; every source failing in every way is in `test_faults`."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from decimal import Decimal
from pathlib import Path

import pytest

from bot.app import all_providers, build
from bot.market import providers as practised
from config.settings import ProviderSettings, Settings
from core.chats import Chats
from core.enrichment.plan import plan_calls
from core.enrichment.policies import CHAIN
from core.sources import Sources
from data.models.chat import Actor, FlagOverride, FlagScope, Identity
from data.models.fields import PRICE_USD
from data.models.ids import SOL, Platform
from data.sandbox.faults import Fault
from data.sandbox.tokens import Kind, Token
from handlers.cards.token import WANTED
from tests.integration.desk import SAYS_NOTHING, Desk, judge, named

# Those that a card asks; the others tell of currencies, news or order books.
MARKETS = tuple(
    dict.fromkeys(
        call.provider.id
        for call in plan_calls(SOL, WANTED, practised(all_providers(), practice=True).values())
        if call.provider.id != CHAIN
    )
)
SLOW = {Fault.HANG, Fault.DRIP}
OPERATOR = Actor(identity=Identity(Platform.CONSOLE, "local"), name="operator")
SLACK_S = 2.0  # for a machine that does other things as well


@asynccontextmanager
async def desk(folder: Path, *, deadline_s: float = 8.0) -> AsyncIterator[Desk]:
    async with build(Settings(market="sandbox", state_dir=folder)) as app:
        # A chart takes a process of its own and says nothing of the sources.
        off = FlagOverride(name="charts", scope=FlagScope.GLOBAL, subject="", value=False)
        await app.services[Chats].set_flag(OPERATOR, off)
        yield Desk(app, deadline_s)


async def check(desk: Desk, token: Token) -> str:
    """Ask for a card in time; give what it says is missing."""
    told = await desk.ask("t", token.mint)
    assert told.after_s[-1] < desk.deadline_s + SLACK_S
    return judge(desk, token, told)


@pytest.mark.parametrize("kind", Kind, ids=lambda kind: kind.value)
async def test_every_kind_of_token_has_a_card(tmp_path: Path, kind: Kind) -> None:
    async with desk(tmp_path) as on:
        assert on.app.sandbox is not None
        for token in [each for each in on.app.sandbox.world.tokens.values() if each.kind is kind][:8]:
            last = (await on.ask("t", token.mint)).last
            assert last.error == ""
            assert last.practice
            assert token.mint in last.body.plain
            assert last.title.plain.strip()
            assert "Missing" not in last.body.plain
            assert not set(last.title.plain) & set("\u202e\u2066\u200b\n")
            if token.symbol != "MIRAGE" and token.pools:
                snapshot = await on.look(token)
                price = snapshot.value(PRICE_USD)
                assert price is not None
                assert abs(price / on.truth(token) - 1) < Decimal("0.02")


async def test_a_disputed_price_says_so_or_leaves_the_liar_out(tmp_path: Path) -> None:
    async with desk(tmp_path) as on:
        (mirage,) = (each for each in on.tokens if each.symbol == "MIRAGE")
        price = (await on.look(mirage)).get(PRICE_USD)
        assert price is not None
        assert [each.source for each in price.rejected] == ["jupiter"]
        assert abs(price.value / on.truth(mirage) - 1) < Decimal("0.02")


@pytest.mark.drill
@pytest.mark.parametrize("kind", Fault, ids=lambda kind: kind.value)
async def test_any_one_vendor_failing_leaves_a_card_of_the_others(tmp_path: Path, kind: Fault) -> None:
    async with desk(tmp_path, deadline_s=0.6 if kind in SLOW else 8.0) as on:
        honest = [each for each in on.tokens if each.symbol != "MIRAGE"]
        for vendor, token in zip((*MARKETS, CHAIN), honest, strict=False):
            on.fail(kind, vendor)
            missing = await check(on, token)
            assert named(missing, vendor) or kind in SAYS_NOTHING, (kind, vendor, missing)


@pytest.mark.drill
@pytest.mark.parametrize("kind", Fault, ids=lambda kind: kind.value)
async def test_with_every_market_failing_an_honest_card_names_them(tmp_path: Path, kind: Fault) -> None:
    async with desk(tmp_path, deadline_s=0.6 if kind in SLOW else 8.0) as on:
        on.fail(kind, *MARKETS)
        missing = await check(on, on.tokens[0])
        silent = [vendor for vendor in MARKETS if named(missing, vendor)]
        assert silent == list(MARKETS) or (kind in SAYS_NOTHING and len(silent) >= 4), missing


@pytest.mark.drill
@pytest.mark.parametrize("kind", [Fault.REFUSED, Fault.HTML, Fault.SERVER_ERROR])
async def test_with_everything_failing_no_token_is_called_unknown(tmp_path: Path, kind: Fault) -> None:
    async with desk(tmp_path) as on:
        on.fail(kind, *MARKETS, CHAIN)
        missing = await check(on, on.tokens[0])
        assert all(named(missing, vendor) for vendor in (*MARKETS, CHAIN))
        frame = (await on.ask("t", "$BONK")).frames[0]
        assert "No source knows 'BONK'" not in frame.body.plain or "Not answering" in frame.body.plain


async def test_a_source_that_is_off_is_not_missed_on_a_card(tmp_path: Path) -> None:
    off = {name: ProviderSettings(enabled=False) for name in ("gmgn", "birdeye")}
    async with build(Settings(market="sandbox", state_dir=tmp_path, providers=off)) as app:
        on = Desk(app)
        snapshot = await on.look(on.tokens[0])
        assert not {"gmgn", "birdeye"} & {*snapshot.asked, *snapshot.answered}
        assert {"gmgn", "birdeye"} <= set(MARKETS)
        states = {str(source.id): source.state for source in app.services[Sources].all()}
        assert states["gmgn"] == states["birdeye"] == "switched off"
        assert await check(on, on.tokens[1]) == ""


async def test_a_market_that_heals_is_back_on_the_next_card(tmp_path: Path) -> None:
    async with desk(tmp_path) as on:
        token, other = on.tokens[0], on.tokens[1]
        on.fail(Fault.HTML, "dexscreener")
        assert named(await check(on, token), "dexscreener")
        on.fail(Fault.HTML)
        assert await check(on, other) == ""
