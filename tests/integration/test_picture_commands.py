"""/s, /holders and /flow with their pictures on the practice market: words at once, the image after them."""

from __future__ import annotations

import io
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bot.app import App
from bot.console.front import ConsoleFront
from config.settings import SandboxSettings
from core.chats import Chats
from data.models.chat import Actor, FlagOverride, FlagScope, Identity
from data.models.ids import Platform
from data.sandbox.tokens import Kind, Token
from handlers.reply import Reply
from tests.fakes import program
from tests.integration.scene import Person, Scene, button, stage, words

PNG = b"\x89PNG"
ALICE = Person()


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    async with stage(tmp_path, sandbox=SandboxSettings(seed=11, latency_ms=(0, 1))) as scene:
        yield scene


def coin(app: App, kind: Kind) -> Token:
    assert app.sandbox is not None
    return next(token for token in app.sandbox.world.tokens.values() if token.kind is kind)


def described(reply: Reply, name: str) -> str:
    """Check the image of a practice card, and give the words that stand for it."""
    assert reply.image is not None
    assert reply.image.png.startswith(PNG)
    assert reply.image.name.endswith(f"-{name}.png")
    assert reply.image.alt.startswith("Practice market: ")
    assert len(reply.image.key) == 32
    return reply.image.alt


async def test_a_scan_gains_its_ladder(scene: Scene) -> None:
    bad = coin(scene.app, Kind.HONEYPOT)
    reply = await scene.say(ALICE, f"/s {bad.mint}")
    alt = described(reply, "security")
    assert "Verdict: BLOCK" in alt
    assert "No route to sell it exists now" in alt
    assert reply.body.plain.splitlines()[1].startswith("BLOCK")


async def test_holders_gain_their_bubbles_with_insiders_in_one_cluster(scene: Scene) -> None:
    bundled = coin(scene.app, Kind.BUNDLED)
    reply = await scene.say(ALICE, f"/holders {bundled.mint}")
    alt = described(reply, "holders")
    assert f"Insiders: {bundled.spread.insiders} connected wallets" in alt
    assert "Creator × 1" in alt or "creator × 1" in alt
    assert "ool × 1" in alt


async def test_the_flow_is_that_of_the_market(scene: Scene) -> None:
    bad = coin(scene.app, Kind.HONEYPOT)
    reply = await scene.say(ALICE, f"/flow {bad.mint}")
    alt = described(reply, "trades")
    told = words(reply)
    assert "in the last 300 trades" in told
    assert "by 1 wallet" in told, "of a honeypot its maker alone sells"
    assert "nothing before is known" in alt
    for span in ("5m", "1h", "6h", "24h"):
        assert f"Last {span}: " in told
    assert "unknown" not in told.split("Last 24h: ")[1].splitlines()[0]


async def test_a_chosen_timeframe_holds_and_its_button_is_marked(scene: Scene) -> None:
    good = coin(scene.app, Kind.HEALTHY)
    reply = await scene.say(ALICE, f"/flow {good.mint} 1h")
    assert button(reply, "1h").active
    again = await scene.press(ALICE, button(reply, "15m"))
    assert button(again, "15m").active
    assert " · 15m" in described(again, "trades")


async def test_holders_and_liquidity_over_time_grow_with_what_is_asked(scene: Scene) -> None:
    good = coin(scene.app, Kind.HEALTHY)
    for _ in range(3):
        await scene.say(ALICE, f"/t {good.mint}")
        scene.wait(3600)
    reply = await scene.say(ALICE, f"/holders {good.mint} history")
    assert "From " in described(reply, "holders-history")
    assert "Known at " in words(reply)
    liquidity = await scene.press(ALICE, button(reply, "Liquidity over time"))
    assert "Liquidity: $" in described(liquidity, "liquidity")
    back = await scene.press(ALICE, button(liquidity, "Flow"))
    assert "net" in words(back)


async def test_without_pictures_the_words_stand_alone(scene: Scene) -> None:
    off = FlagOverride(name="charts", scope=FlagScope.GLOBAL, subject="", value=False)
    operator = Actor(identity=Identity(Platform.CONSOLE, "local"), name="operator")
    await scene.app.services[Chats].set_flag(operator, off)
    mint = coin(scene.app, Kind.HEALTHY).mint
    for line in (f"/s {mint}", f"/holders {mint}", f"/holders {mint} history", f"/flow {mint}"):
        reply = await scene.say(ALICE, line)
        assert reply.image is None
        assert reply.body.plain


async def test_a_token_without_trades_says_so(tmp_path: Path) -> None:
    sandbox = SandboxSettings(seed=11, latency_ms=(0, 1), faults="geckoterminal=500,birdeye=500")
    async with stage(tmp_path, sandbox=sandbox) as scene:
        reply = await scene.say(ALICE, f"/flow {coin(scene.app, Kind.HEALTHY).mint}")
    assert reply.image is None
    assert "No source lists its trades now." in words(reply)
    assert "geckoterminal" in words(reply).split("Missing: ")[1]


async def test_the_words_come_before_the_picture_and_do_not_change(scene: Scene) -> None:
    mint = coin(scene.app, Kind.HEALTHY).mint
    for name, most in (("s", 2), ("holders", 1), ("flow", 2)):
        request = scene._request(ALICE, name, None, words=(mint,))
        frames = [frame async for frame in scene.app.dispatcher.frames(request)]
        assert 1 <= len(frames) - 1 <= most
        assert [frame.image is not None for frame in frames] == [False] * (len(frames) - 1) + [True]
        assert frames[-1].body.plain == frames[-2].body.plain


async def test_the_console_keeps_the_pictures_as_files(tmp_path: Path) -> None:
    target = io.StringIO()
    async with program.inside(tmp_path, sandbox=SandboxSettings(seed=11, latency_ms=(0, 1))) as app:
        mint = coin(app, Kind.HEALTHY).mint
        typed = io.StringIO("".join(f"{name} {mint}\n" for name in ("s", "holders", "flow")))
        front = ConsoleFront(
            app.dispatcher, state_dir=app.state_dir, banner="", as_json=True, source=typed, target=target
        )
        await front.start()
        await front.run()
        await front.stop()
    last: dict[str, Any] = {}
    for line in target.getvalue().splitlines():
        frame = json.loads(line)
        last[frame["command"]] = frame["image"]
    assert set(last) == {"s", "holders", "flow"}
    kept = {str(path): path.read_bytes() for path in (tmp_path / "charts").iterdir()}
    assert all(kept[path].startswith(PNG) for path in last.values())
