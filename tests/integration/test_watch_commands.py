"""Watchlists and alerts as people use them: commands and presses, alone and in groups, whatever they type."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from data.models.chat import Level
from data.models.ids import Platform
from data.store.store import Store
from handlers.reply import Button, Invoke, Reply
from tests.integration.scene import HOSTILE, Person, Scene, account, button, buttons, group, stage, words

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def scene(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Scene]:
    async with stage(tmp_path_factory.mktemp("state")) as running:
        yield running


async def said(scene: Scene, person: Person, line: str, *where: object) -> Reply:
    scene.wait(10)  # no cooldown
    return await scene.say(person, line, *where)  # type: ignore[arg-type]


async def saved(scene: Scene, person: Person, sentence: str, *where: object) -> Reply:
    draft = await said(scene, person, f"/alert {sentence}", *where)
    return await scene.press(person, button(draft, "Save"), *where)  # type: ignore[arg-type]


# --- watchlists -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("platform", [Platform.TELEGRAM, Platform.DISCORD])
async def test_what_is_watched_is_listed_with_its_price_and_a_picture(
    scene: Scene, platform: Platform
) -> None:
    person = await scene.member(identity=account(platform))
    put = await said(scene, person, "/w BONK memes")
    assert "On your watchlist under memes" in words(put)
    await said(scene, person, "/watch WIF")
    listed = await said(scene, person, "/wl")
    assert "Your watchlist (2)" in words(listed)
    assert "BONK" in words(listed)
    assert "$0." in words(listed)
    assert listed.image is not None
    assert "BONK" in listed.image.alt
    tagged = await said(scene, person, "/wl memes")
    assert "WIF" not in words(tagged)
    gone = await said(scene, person, "/unwatch BONK")
    assert "BONK is off" in words(gone)
    await scene.press(person, button(gone, "Undo"))
    assert "BONK" in words(await said(scene, person, "/wl memes"))


async def test_the_list_of_a_group_is_shared_and_one_s_own_is_not(scene: Scene) -> None:
    alice, bob, here = await scene.member("Alice"), await scene.member("Bob"), group()
    await said(scene, alice, "/watch BONK", here)
    assert "BONK" in words(await said(scene, bob, "/watchlist", here))
    assert "Nothing is on it" in words(await said(scene, bob, "/watchlist"))
    assert "Nothing is on it" in words(await said(scene, alice, "/watchlist", group()))
    assert "is off" in words(await said(scene, bob, "/unwatch BONK", here))


async def test_one_s_list_is_the_same_on_every_platform(scene: Scene) -> None:
    """It belongs to the person, not to the chat."""
    person = await scene.member()
    await said(scene, person, "/watch BONK")
    user = await scene.known(person)
    assert scene.rows_naming(f"user:{user.id}").get("watch_items") == 1


async def test_what_is_not_on_the_list_cannot_be_taken_off(scene: Scene) -> None:
    person = await scene.member()
    assert "is not on the watchlist" in words(await said(scene, person, "/unwatch BONK"))


@pytest.mark.parametrize("hostile", HOSTILE)
async def test_hostile_tags_and_tokens_are_refused_or_shown_as_they_are(scene: Scene, hostile: str) -> None:
    person = await scene.member()
    for line in (f"/watch BONK {hostile}", f"/watch {hostile}", f"/unwatch {hostile}", f"/wl {hostile}"):
        reply = await said(scene, person, line)
        assert reply.error in {"", "bad argument", "unknown token", "ambiguous token"}, (line, reply.error)


async def test_a_stranger_has_no_list_and_no_alerts(scene: Scene) -> None:
    for line in ("/watch BONK", "/watchlist", "/unwatch BONK", "/alert BONK > 1", "/alerts"):
        assert (await said(scene, Person(), line)).error == "not allowed"


# --- alerts -----------------------------------------------------------------------------------------------


async def test_a_sentence_is_read_back_with_its_distance_and_saved_by_a_press(scene: Scene) -> None:
    person = await scene.member()
    draft = await said(scene, person, "/alert BONK price > 0.01")
    assert "BONK price at or above $0.01" in words(draft)
    assert "needs +" in words(draft)
    assert "None is set" in words(await said(scene, person, "/alerts"))
    done = await scene.press(person, button(draft, "Save"))
    assert "is set" in words(done)
    again = await scene.press(person, button(draft, "Save"))
    assert "waits for this already" in words(again)
    listed = await said(scene, person, "/alerts")
    assert "Alerts (1)" in words(listed)
    assert "needs +" in words(listed)


@pytest.mark.parametrize(
    ("sentence", "said_back"),
    [
        ("BONK mc cross 100m", "market cap crossing $100M"),
        ("BONK -20% 1h repeat", "down 20 % from its highest of the last 1h"),
        ("BONK +50% 24h for 7d", "for 1w"),
        ("BONK volume 1h > 1b", "volume 1h at or above $1.00B"),
        ("BONK holders > 10", "It is so already"),
        ("BONK rsi 15m > 99", "RSI 15m at or above 99"),
        ("BONK security", "the first look's verdict changes"),
    ],
)
async def test_every_kind_of_alert_can_be_set(scene: Scene, sentence: str, said_back: str) -> None:
    person = await scene.member()
    draft = await said(scene, person, f"/alert {sentence}")
    assert said_back in words(draft), words(draft)
    assert "is set" in words(await scene.press(person, button(draft, "Save")))


async def test_without_a_token_the_one_looked_at_last_is_meant(scene: Scene) -> None:
    person = await scene.member()
    assert "Which token?" in words(await said(scene, person, "/alert mc cross 1m"))
    await said(scene, person, "/p WIF")
    assert "WIF market cap crossing" in words(await said(scene, person, "/alert mc cross 1m"))


async def test_a_name_that_several_carry_is_asked_about_and_the_rest_of_the_sentence_is_kept(
    scene: Scene,
) -> None:
    person = await scene.member()
    sandbox = scene.app.sandbox
    assert sandbox is not None
    symbols = [each.symbol for each in sandbox.world.tokens.values() if each.pools]
    for twice in sorted({each for each in symbols if symbols.count(each) > 1}):
        asked = await said(scene, person, f"/alert ${twice} price > 5000")
        if asked.error == "ambiguous token":
            picked = await scene.press(person, buttons(asked)[0])
            assert "at or above $5.00K" in words(picked)
            return
    pytest.fail("the practice market has no two tokens of one name")


async def test_an_alert_is_changed_snoozed_woken_deleted_and_set_again(scene: Scene) -> None:
    person = await scene.member()
    shown = await scene.press(person, button(await saved(scene, person, "BONK > 0.01"), "Edit"))
    nudged = await scene.press(person, button(shown, "$0.011"))
    assert "at or above $0.011" in words(nudged)
    changed = await scene.press(person, button(nudged, "Save change"))
    assert "$0.011" in words(changed)
    scene.wait(10)
    listed = await said(scene, person, "/alerts")
    assert "Alerts (1)" in words(listed)
    assert "$0.011" in words(listed)
    (snooze,) = (each for each in buttons(listed) if each.label.startswith("Snooze"))
    asleep = await scene.press(person, snooze)
    assert "sleeps" in words(asleep)
    assert "snoozed" in words(await said(scene, person, "/alerts"))
    await scene.press(person, button(asleep, "Wake"))
    gone = await scene.press(person, button(changed, "Delete"))
    assert "None is set" in words(await said(scene, person, "/alerts"))
    again = await scene.press(person, button(gone, "Set it again"))
    assert "is set" in words(await scene.press(person, button(again, "Save")))


async def test_pages_hold_all_alerts_each_once(scene: Scene) -> None:
    person = await scene.member()
    for number in range(9):
        await saved(scene, person, f"BONK > {number + 1}")
    seen: list[str] = []
    reply = await said(scene, person, "/alerts BONK")
    while True:
        seen += [each.label for each in buttons(reply) if each.label.startswith("Edit")]
        following = [each for each in buttons(reply) if each.label == "Next ›"]
        if not following:
            break
        scene.wait(10)
        reply = await scene.press(person, following[0])
    assert len(seen) == len(set(seen)) == 9
    assert "None is set" in words(await said(scene, person, "/alerts WIF"))


async def test_somebody_else_s_buttons_do_nothing(scene: Scene) -> None:
    alice, bob = await scene.member("Alice"), await scene.member("Bob")
    done = await saved(scene, alice, "BONK > 0.01")
    number = button(done, "Delete").invoke
    assert number is not None
    for act in ("delete", "snooze", "wake", "show", "edit", "save"):
        args = {"act": act, "id": number.args["id"], "rule": "BONK > 5"}
        reply = await scene.press(bob, Button("x", Invoke("alert", args)))
        assert reply.error == "not allowed", act
        scene.wait(10)
    assert "Alerts (1)" in words(await said(scene, alice, "/alerts"))


async def test_an_alert_of_a_group_is_its_maker_s_and_its_admins(scene: Scene) -> None:
    alice, bob, here = await scene.member("Alice"), await scene.member("Bob"), group()
    admin = await scene.member("Cleo", standing=Level.CHAT_ADMIN)
    done = await saved(scene, alice, "BONK > 0.01", here)
    assert "I tell this chat" in words(done)
    assert (await scene.press(bob, button(done, "Delete"), here)).error == "not allowed"
    assert "is deleted" in words(await scene.press(admin, button(done, "Delete"), here))


async def test_what_can_be_pressed_in_a_group_works_there(scene: Scene) -> None:
    alice, here = await scene.member("Alice"), group()
    done = await saved(scene, alice, "BONK > 0.01", here)
    for each in buttons(done):
        scene.wait(10)
        assert (await scene.press(alice, each, here)).error == ""


@pytest.mark.parametrize("hostile", HOSTILE)
async def test_hostile_sentences_are_refused_with_an_example(scene: Scene, hostile: str) -> None:
    person = await scene.member()
    for sentence in (hostile, f"BONK price > {hostile}", f"{hostile} > 1"):
        reply = await said(scene, person, f"/alert {sentence}")
        assert reply.error in {"bad argument", "unknown token", "ambiguous token"}, (sentence, reply.error)


async def test_one_who_leaves_takes_lists_and_alerts_along(scene: Scene) -> None:
    person = await scene.member()
    await said(scene, person, "/watch BONK")
    await saved(scene, person, "BONK > 0.01")
    user = await scene.known(person)
    asked = await said(scene, person, "/forget")
    (erase,) = (each for each in buttons(asked) if each.danger)
    await scene.press(person, erase)
    assert "watch_items" not in scene.rows_naming(f"user:{user.id}")
    async with scene.app.services[Store].read() as tx:
        assert await tx.alerts.of_user(user.id) == ()
