"""Chart studies that a person or a group chose, from the command to the drawn chart."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from core.chats import Chats
from data.models.chat import Level
from handlers.reply import Reply
from tests.integration.scene import HOSTILE, Scene, button, buttons, group, stage, words

STUDIES = ("EMA", "VWAP", "Bollinger", "RSI", "Profile", "Levels")


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    async with stage(tmp_path) as scene:
        yield scene


def drawn(reply: Reply) -> set[str]:
    """Name the studies that a chart card shows, by its buttons."""
    return {each.label for each in buttons(reply) if each.active and each.label in STUDIES}


async def test_studies_that_were_chosen_are_drawn_when_none_are_named(scene: Scene) -> None:
    person = await scene.member()
    assert drawn(await scene.say(person, "/c BONK")) == set()
    told = words(await scene.say(person, "/settings studies rsi, EMA"))
    assert "Studies of charts: ema,rsi" in told
    chart = await scene.say(person, "/c BONK")
    assert drawn(chart) == {"EMA", "RSI"}
    assert "RSI 14" in words(chart)  # they are drawn, not only marked
    assert drawn(await scene.say(person, "/c BONK bb")) == {"Bollinger"}
    assert drawn(await scene.say(person, "/c BONK none")) == set()
    assert "studies ema,rsi" in words(await scene.say(person, "/me"))


async def test_buttons_add_and_take_away_and_the_last_one_leaves_none(scene: Scene) -> None:
    person = await scene.member()
    card = await scene.press(person, button(await scene.say(person, "/settings"), "rsi"))
    assert button(card, "rsi").active
    card = await scene.press(person, button(card, "bb"))
    assert (await scene.known(person)).preferences == {"studies": "bb,rsi"}
    for each in ("rsi", "bb"):
        card = await scene.press(person, button(card, each))
    assert (await scene.known(person)).preferences == {}


async def test_a_study_that_is_usual_can_be_taken_off_a_chart_by_its_button(scene: Scene) -> None:
    person = await scene.member()
    await scene.say(person, "/settings studies ema")
    bare = await scene.press(person, button(await scene.say(person, "/c BONK"), "EMA"))
    assert drawn(bare) == set()
    assert drawn(await scene.press(person, button(bare, "1h"))) == set()
    assert drawn(await scene.press(person, button(bare, "RSI"))) == {"RSI"}


async def test_a_group_has_studies_of_its_own_for_who_chose_none(scene: Scene) -> None:
    admin, person, chooser = [
        await scene.member(standing=standing) for standing in (Level.CHAT_ADMIN, Level.ANYONE, Level.ANYONE)
    ]
    here, elsewhere = group(), group()
    await scene.say(chooser, "/settings studies levels")
    shown = await scene.say(admin, "/settings studies vwap", here)
    assert "Studies of charts: vwap" in words(shown)
    assert drawn(await scene.say(person, "/c BONK", here)) == {"VWAP"}
    assert drawn(await scene.say(chooser, "/c BONK", here)) == {"Levels"}
    assert drawn(await scene.say(person, "/c BONK", elsewhere)) == set()
    assert drawn(await scene.say(person, "/c BONK")) == set()
    shown = await scene.press(admin, button(shown, "ema"), here)
    assert "Studies of charts: ema,vwap" in words(shown)
    await scene.say(admin, "/settings studies none", here)
    assert drawn(await scene.say(person, "/c BONK", here)) == set()


async def test_only_admins_set_what_a_group_sees(scene: Scene) -> None:
    admin, person, here = await scene.member(standing=Level.CHAT_ADMIN), await scene.member(), group()
    refused = await scene.say(person, "/settings studies ema", here)
    assert refused.error == "not allowed"
    assert "for its admins" in words(refused)
    offered = button(await scene.say(admin, "/settings", here), "ema")
    assert (await scene.press(person, offered, here)).error == "not allowed"
    assert "ema" not in {each.label for each in buttons(await scene.say(person, "/settings", here))}
    assert drawn(await scene.say(person, "/c BONK", here)) == set()
    assert (await scene.known(person)).preferences == {}


async def test_the_choice_of_a_group_stays_when_memory_does_not(scene: Scene) -> None:
    admin, here = await scene.member(standing=Level.CHAT_ADMIN), group()
    await scene.say(admin, "/settings studies bb", here)
    scene.app.services[Chats].reread()
    assert drawn(await scene.say(admin, "/c BONK", here)) == {"Bollinger"}


async def test_studies_that_are_not_offered_are_refused_and_change_nothing(scene: Scene) -> None:
    for line in ("macd", "none,ema", "ema;rsi", "9" * 5_000, *HOSTILE):
        person, admin, here = await scene.member(), await scene.member(standing=Level.CHAT_ADMIN), group()
        unseen = not line.strip("\u200b\u200d\u2060\ufeff")
        for who, where in ((person, None), (admin, here)):
            reply = await scene.say(who, f"/settings studies {line}", where)
            assert unseen or reply.error == "bad argument"
            assert len(words(reply)) < 500
        assert (await scene.known(person)).preferences == {}
        assert await scene.app.services[Chats].preferences(here) == {}
