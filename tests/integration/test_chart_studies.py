"""Indicators on the chart, from a typed line to the picture, on every front end."""

from __future__ import annotations

import io
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.app import App
from bot.console.front import ConsoleFront
from core.charts.spec import Study
from tests.e2e import stage as both
from tests.e2e.stage import Platforms
from tests.fakes import program
from tests.fakes.discord import SeenMessage
from tests.fakes.telegram import SentMessage
from tests.integration.scene import Scene, button, buttons, stage, words

PATIENCE_S = 20.0


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    async with stage(tmp_path) as scene:
        yield scene


async def test_words_in_any_order_choose_what_is_drawn_and_said(scene: Scene) -> None:
    person = await scene.member()
    drawn = [
        await scene.say(person, f"/c BONK {line}") for line in ("ema 1h rsi", "1h rsi,ema", "rsi EMA 1h")
    ]
    assert {reply.error for reply in drawn} == {""}
    assert all("RSI 14 is" in words(reply) and "EMA 9" in words(reply) for reply in drawn)
    for reply in drawn:
        assert {each.label for each in buttons(reply) if each.active} == {"1h", "EMA", "RSI"}
        assert reply.image is not None and "RSI 14 is" in reply.image.alt
    plain = await scene.say(person, "/c BONK 1h")
    assert plain.image is not None and drawn[0].image is not None
    assert plain.image.key != drawn[0].image.key
    assert "RSI" not in words(plain)


async def test_an_average_of_fifty_is_known_where_the_picture_begins(scene: Scene) -> None:
    person = await scene.member()
    reply = await scene.say(person, "/c BONK 1h ema")
    assert "too few bars" not in words(reply)
    assert reply.image is not None and "(160 bars)" in reply.image.alt


async def test_buttons_put_a_study_on_and_take_it_off_and_mark_what_is_on(scene: Scene) -> None:
    person = await scene.member()
    reply = await scene.say(person, "/c BONK 1h")
    for label in ("EMA", "VWAP", "Bollinger", "RSI", "Profile", "Levels"):
        assert not button(reply, label).active
        scene.wait(5)
        reply = await scene.press(person, button(reply, label))
        assert button(reply, label).active, label
    assert all(word in words(reply) for word in ("RSI 14", "EMA", "VWAP", "Bollinger", "most volume"))
    scene.wait(5)
    less = await scene.press(person, button(reply, "RSI"))
    assert not button(less, "RSI").active and button(less, "Levels").active
    assert "RSI" not in less.body.plain
    scene.wait(5)
    assert button(await scene.press(person, button(less, "4h")), "Levels").active, "a timeframe keeps studies"


async def test_a_line_of_closes_is_another_picture_and_pressed_again_candles(scene: Scene) -> None:
    person = await scene.member()
    candles, line = await scene.say(person, "/c BONK 1h"), await scene.say(person, "/c BONK line 1h")
    assert button(line, "line").active and not button(candles, "line").active
    assert line.image is not None and "1-hour closes" in line.image.alt
    back = await scene.press(person, button(line, "line"))
    assert back.image is not None and "1-hour candles" in back.image.alt
    assert not button(back, "line").active


@pytest.mark.parametrize(
    "line", ["macd", "1h macd", "ema,macd", "ema rsi macd", "rsi,<b>x</b>", "line log sma"]
)
async def test_an_unknown_study_is_refused_with_the_choices(scene: Scene, line: str) -> None:
    reply = await scene.say(await scene.member(), f"/c BONK {line}")
    assert reply.error == "bad argument"
    assert "one of ema, vwap, bb, rsi, profile, levels" in words(reply)
    assert reply.image is None and len(words(reply)) < 800


@pytest.mark.parametrize(
    "line", [",", ",,,", "ema,,rsi", "ema ema EMA", "ema," * 40, "\u202eema", "rsi" * 900]
)
async def test_hostile_words_are_read_or_refused_never_a_fault(scene: Scene, line: str) -> None:
    reply = await scene.say(await scene.member(), f"/c BONK {line}")
    assert reply.error in {"", "bad argument"}
    assert len(words(reply)) < 1_500


async def test_a_wrong_timeframe_still_tells_the_timeframes(scene: Scene) -> None:
    reply = await scene.say(await scene.member(), "/c BONK 2h")
    assert "a timeframe: 1m, 5m, 15m, 1h, 4h, 1d" in words(reply)


async def test_the_console_gives_the_picture_and_the_values(tmp_path: Path) -> None:
    async with program.inside(tmp_path) as app:
        target = io.StringIO()
        front = ConsoleFront(
            app.dispatcher, state_dir=app.state_dir, banner="", as_json=True,
            source=io.StringIO("c BONK 1h ema,rsi,levels\n"), target=target,
        )  # fmt: skip
        await front.start()
        await front.run()
        await front.stop()
    last = json.loads(target.getvalue().splitlines()[-1])
    assert last["error"] is None
    assert "RSI 14 is" in last["text"]
    assert is_picture(Path(last["image"]))


def is_picture(file: Path) -> bool:
    return file.read_bytes().startswith(b"\x89PNG")


@pytest.fixture
async def there() -> AsyncIterator[Platforms]:
    async with both.platforms() as platforms:
        yield platforms
    platforms.verify()


@pytest.fixture
async def app(there: Platforms, tmp_path: Path) -> AsyncIterator[App]:
    async with both.on_both(there, tmp_path) as app:
        yield app


async def test_on_telegram_a_press_adds_a_study_to_the_picture(app: App, there: Platforms) -> None:
    chat = there.telegram.private(there.tess)

    def card() -> SentMessage | None:
        return next((each for each in chat.messages if each.photo is not None), None)

    there.tess.send(chat, "/c BONK 1h ema,vwap,bb")
    await there.telegram.until(lambda: card() is not None, PATIENCE_S, "no picture")
    before = card()
    assert before is not None and "EMA" in before.visible and "RSI" not in before.caption
    there.tess.press(before, "RSI")  # its payload is longer than a button holds
    await there.telegram.until(
        lambda: "RSI 14 is" in chat.message(before.message_id).caption, PATIENCE_S, "no RSI"
    )
    after = chat.message(before.message_id)
    assert after.photo not in {None, before.photo}
    labels = [each.text for row in after.buttons for each in row]
    assert {"· EMA ·", "· RSI ·", "Levels"} <= set(labels)


async def test_on_discord_studies_are_an_option_with_suggestions_and_buttons(
    app: App, there: Platforms
) -> None:
    general = there.guild.channel("general")
    for typed, expected in (
        ("", [*Study, "none"]),
        ("r", ["rsi"]),
        ("ema,", [f"ema,{study}" for study in Study if study is not Study.EMA]),
        ("ema rs", ["ema rsi"]),
    ):
        offered = await there.dora.autocomplete(general, "c", studies=typed)
        assert [choice["value"] for choice in offered] == expected

    def card() -> SeenMessage | None:
        said = [each for each in general.messages if each.attachments]
        return said[-1] if said else None

    there.dora.slash(general, "c", token="BONK", tf="1h", studies="ema,levels")
    shown = await there.discord.wait_for(card, PATIENCE_S)
    assert shown is not None
    before = shown.attachments[0][1]
    assert before.startswith(b"\x89PNG")
    active = {each.label for each in shown.components if each.style == 1}
    assert {"EMA", "Levels", "1h"} <= active and "RSI" not in active
    there.dora.press(shown, "RSI")

    def with_rsi() -> bool:
        newest = card()
        return newest is not None and any("RSI 14 is" in str(embed) for embed in newest.embeds)

    await there.discord.wait_for(with_rsi, PATIENCE_S)
    newest = card()
    assert newest is not None and newest.attachments[0][1] != before
