"""/announce: shown first, confirmed by its author, heard once, stopped while it waits, and never too far."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing

import pytest
import pytest_asyncio

from bot import ways
from core import events
from core.news.announced import LIMIT, Announced
from core.news.announcements import CONFIRM_WITHIN, EVERYWHERE, HELD_FOR, HERE, HERE_WITHIN, Announcements
from data.models.chat import Chat, Level
from data.models.delivery import Stream, Urgency
from data.models.ids import Platform
from data.store.store import Store
from handlers.reply import Style
from tests.integration.scene import HOSTILE, Person, Scene, button, buttons, group, stage, words

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(loop_scope="module")
async def scene(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Scene]:
    async with stage(tmp_path_factory.mktemp("state")) as running:
        yield running


async def admin(scene: Scene, name: str = "Adam") -> Person:
    return await scene.member(name, standing=Level.CHAT_ADMIN)


def told(scene: Scene, key: str = "announcement:%") -> list[tuple[str, str, str, int]]:
    """List what goes where: address, topic, state, urgency; inboxes left out."""
    query = (
        "SELECT address, topic, state, d.urgency FROM deliveries d JOIN notices n ON n.id = d.notice_id "
        "WHERE n.key LIKE ? AND n.key NOT LIKE '%:held' AND channel != 'inbox' ORDER BY d.id"
    )
    with closing(sqlite3.connect(scene.database)) as database:
        return list(database.execute(query, [key]))


async def listening(scene: Scene, count: int, platform: Platform = Platform.TELEGRAM) -> list[Chat]:
    """Let groups hear updates."""
    chats = [group(platform) for _ in range(count)]
    for chat in chats:
        assert (await scene.say(await admin(scene), "/route updates here", chat)).error == ""
    return chats


# --- in one chat ------------------------------------------------------------------------------------------


async def test_an_admin_sees_it_first_and_then_it_goes_to_this_chat_alone(scene: Scene) -> None:
    here, adam = group(), await admin(scene)
    await listening(scene, 2)
    shown = await scene.say(adam, "/announce The raid begins at 18:00 UTC", here)
    assert "The raid begins at 18:00 UTC" in words(shown)
    assert "To 1 place" in words(shown)
    assert told(scene) == []
    done = await scene.press(adam, button(shown, "Send to 1 place"), here)
    assert "is on its way" in words(done)
    assert told(scene) == [(here.channel, "", "waiting", Urgency.NEWS)]
    (deed, *_) = await scene.people.deeds(1)
    assert (deed.action, deed.subject) == ("announcement", here.key)


@pytest.mark.parametrize("platform", [Platform.TELEGRAM, Platform.DISCORD])
async def test_it_comes_to_the_topic_where_it_was_said_or_where_updates_are_routed(
    scene: Scene, platform: Platform
) -> None:
    adam = await scene.member("Adam", standing=Level.CHAT_ADMIN)
    here = group(platform, topic="7")
    shown = await scene.say(adam, "/announce hello", here)
    await scene.press(adam, button(shown, "Send to 1 place"), here)
    assert told(scene)[0][:2] == (here.channel, "7")
    (routed,) = await listening(scene, 1, platform)
    shown = await scene.say(adam, "/announce hello", routed)
    await scene.press(adam, button(shown, "Send to 1 place"), routed)
    assert told(scene)[1][:2] == (routed.channel, "")


async def test_an_admin_of_one_chat_announces_in_no_other(scene: Scene) -> None:
    here, there, adam = group(), group(), await admin(scene)
    shown = await scene.say(adam, "/announce hello", here)
    send = button(shown, "Send to 1 place")
    for where in (there, group(Platform.DISCORD)):  # an admin there as well
        assert (await scene.press(adam, send, where)).error == "not allowed"
    assert (await scene.press(adam, send)).error == "not allowed"  # in private
    assert (await scene.say(adam, "/announce everybody!")).error == "not allowed"
    assert told(scene) == []


async def test_whoever_is_admin_no_more_cannot_confirm(scene: Scene) -> None:
    here, adam = group(), await admin(scene)
    shown = await scene.say(adam, "/announce hello", here)
    demoted = Person(name="Adam", identity=adam.identity, standing=Level.ANYONE)
    assert (await scene.press(demoted, button(shown, "Send to 1 place"), here)).error == "not allowed"
    assert told(scene) == []


async def test_the_button_is_the_authors_alone_works_once_and_not_for_long(scene: Scene) -> None:
    here, adam, eve = group(), await admin(scene), await admin(scene, "Eve")
    shown = await scene.say(adam, "/announce hello", here)
    send = button(shown, "Send to 1 place")
    assert (await scene.press(eve, send, here)).error == "not allowed"
    assert (await scene.press(adam, send, here)).error == ""
    assert (await scene.press(adam, send, here)).error == "bad argument"
    assert len(told(scene)) == 1
    late = button(await scene.say(adam, "/announce later", here), "Send to 1 place")
    scene.wait(CONFIRM_WITHIN.total_seconds() + 1)
    assert (await scene.press(adam, late, here)).error == "bad argument"
    assert len(told(scene)) == 1


async def test_what_waits_is_stopped_and_what_is_sent_is_not_called_back(scene: Scene) -> None:
    here, adam = group(), await admin(scene)
    shown = await scene.say(adam, "/announce hello", here)
    done = await scene.press(adam, button(shown, "Send to 1 place"), here)
    stopped = await scene.press(adam, button(done, "Stop it"), here)
    assert "1 place will not hear it" in words(stopped)
    assert [state for _, _, state, _ in told(scene)] == ["cancelled"]
    assert (await scene.press(adam, button(done, "Stop it"), here)).error == "bad argument"

    done = await scene.press(
        adam, button(await scene.say(adam, "/announce again", here), "Send to 1 place"), here
    )
    scene.change("UPDATE deliveries SET state = 'sent' WHERE state = 'waiting'")
    assert "Nothing of it was waiting" in words(await scene.press(adam, button(done, "Stop it"), here))
    assert [state for _, _, state, _ in told(scene)] == ["cancelled", "sent"]


async def test_an_admin_of_another_chat_stops_nothing_here(scene: Scene) -> None:
    here, there, adam, eve = group(), group(), await admin(scene), await admin(scene, "Eve")
    done = await scene.press(
        adam, button(await scene.say(adam, "/announce hello", here), "Send to 1 place"), here
    )
    assert (await scene.press(eve, button(done, "Stop it"), there)).error == "not allowed"
    assert [state for _, _, state, _ in told(scene)] == ["waiting"]


async def test_more_than_a_few_in_an_hour_are_refused(scene: Scene) -> None:
    here, adam = group(), await admin(scene)

    async def send(number: int) -> str:
        scene.wait(30)
        shown = await scene.say(adam, f"/announce number {number}", here)
        return (await scene.press(adam, button(shown, "Send to 1 place"), here)).error

    assert [await send(number) for number in range(HERE + 1)] == [""] * HERE + ["not allowed"]
    scene.wait(HERE_WITHIN.total_seconds())
    assert await send(9) == ""


# --- everywhere -------------------------------------------------------------------------------------------


async def test_what_an_operator_says_everywhere_waits_ten_minutes_and_reaches_each_place_once(
    scene: Scene,
) -> None:
    chats = [*await listening(scene, 2), *await listening(scene, 1, Platform.DISCORD)]
    operator = await scene.operator()
    shown = await scene.say(operator, "/announce Version 2 is out")
    assert "To 3 places" in words(shown)
    held = await scene.press(operator, button(shown, "Send to 3 places"))
    assert "waits until" in words(held)
    announcements = scene.app.services[Announcements]
    scene.wait(HELD_FOR.total_seconds() - 5)
    await announcements.run()
    assert told(scene) == []
    scene.wait(10)
    await announcements.run()
    await announcements.run()
    assert sorted(place for place, *_ in told(scene)) == sorted(chat.channel for chat in chats)


async def test_a_second_operator_lets_it_go_at_once_and_its_author_cannot(scene: Scene) -> None:
    await listening(scene, 1)
    author, second = await scene.operator("Olga"), await scene.operator("Otto")
    shown = await scene.say(author, "/announce Version 2 is out")
    held = await scene.press(author, button(shown, "Send to 1 place"))
    assert "waits until" in words(held)
    number = words(held).split("#")[1].split(" ")[0]
    assert (await scene.say(author, f"/announce approve {number}")).error == "not allowed"
    assert told(scene) == []

    asked = await card_for(scene, "announcement_held")
    assert "Olga announces to everyone" in asked[0]
    agreed = await scene.say(second, f"/announce approve {number}")
    assert "is on its way" in words(agreed)
    assert len(told(scene)) == 1
    assert (await scene.say(second, f"/announce approve {number}")).error == "bad argument"
    scene.wait(HELD_FOR.total_seconds() + 5)
    await scene.app.services[Announcements].run()
    assert len(told(scene)) == 1


async def card_for(scene: Scene, kind: str) -> tuple[str, list[str]]:
    """Draw the newest notice of a kind as it is sent; gives its words and its buttons."""
    store, cards = scene.app.services[Store], ways.cards(scene.app.services)
    with closing(sqlite3.connect(scene.database)) as database:
        rows = database.execute("SELECT MAX(id) FROM notices WHERE kind = ?", [kind])
        number = next(iter(rows))[0]
    async with store.read() as tx:
        notice = (await tx.deliveries.notices([number]))[number]
    reply = await cards.reply(notice, [notice.body])
    return words(reply), [each.label for each in buttons(reply)]


async def test_the_other_operators_are_asked_and_can_stop_it(scene: Scene) -> None:
    await listening(scene, 1)
    author, second = await scene.operator("Olga"), await scene.operator("Otto")
    held = await scene.press(
        author, button(await scene.say(author, "/announce Buy my coin"), "Send to 1 place")
    )
    said, labels = await card_for(scene, "announcement_held")
    assert "Buy my coin" in said
    assert labels == ["Let it go now", "Stop it"]
    assert "is stopped" in words(await scene.press(second, button(held, "Stop it")))
    scene.wait(HELD_FOR.total_seconds() + 5)
    await scene.app.services[Announcements].run()
    assert told(scene) == []


async def test_who_is_operator_no_more_when_it_is_due_announces_nothing(scene: Scene) -> None:
    await listening(scene, 1)
    author, second = await scene.operator("Olga"), await scene.operator("Otto")
    await scene.press(author, button(await scene.say(author, "/announce Buy my coin"), "Send to 1 place"))
    await scene.people.set_level(await scene.known(second), await scene.known(author), Level.MEMBER)
    scene.wait(HELD_FOR.total_seconds() + 5)
    await scene.app.services[Announcements].run()
    assert told(scene) == []


async def test_a_chat_that_muted_updates_does_not_hear_it(scene: Scene) -> None:
    first, _ = await listening(scene, 2)
    await scene.say(await admin(scene), "/notify updates off", first)
    shown = await scene.say(await scene.operator(), "/announce Version 2 is out")
    assert "To 1 place" in words(shown)


async def test_where_nobody_listens_there_is_nothing_to_send(scene: Scene) -> None:
    shown = await scene.say(await scene.operator(), "/announce Anybody?")
    assert "Nobody listens" in words(shown)
    assert [each.label for each in buttons(shown)] == ["Stop"]


async def test_more_than_a_few_in_a_day_are_refused(scene: Scene) -> None:
    await listening(scene, 1)
    operator = await scene.operator()

    async def send(number: int) -> str:
        scene.wait(30)
        shown = await scene.say(operator, f"/announce number {number}")
        return (await scene.press(operator, button(shown, "Send to 1 place"))).error

    assert [await send(number) for number in range(EVERYWHERE + 1)] == [""] * EVERYWHERE + ["not allowed"]


# --- words ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("said", HOSTILE)
async def test_hostile_words_are_words(scene: Scene, said: str) -> None:
    here, adam = group(), await admin(scene)
    shown = await scene.say(adam, f"/announce {said}", here)
    if shown.error:
        assert shown.error in {"bad argument", "missing argument"}
        assert len(words(shown)) < 400
        return
    await scene.press(adam, button(shown, "Send to 1 place"), here)
    seen, _ = await card_for(scene, "announcement")
    assert not set(seen) & set("\u200b\u200d\u2060\ufeff\u202e\u202c")
    assert {span.style for span in shown.body.spans} <= {Style.PLAIN, Style.STRONG}


async def test_a_text_that_is_too_long_is_refused_not_cut(scene: Scene) -> None:
    here, adam = group(), await admin(scene)
    assert (await scene.say(adam, f"/announce {'x' * LIMIT}", here)).error == ""
    assert "at most 500" in words(await scene.say(adam, f"/announce {'x' * (LIMIT + 1)}", here))


@pytest.mark.parametrize("line", ["send 999999999999999999", "approve 0", "cancel 1", "send 1"])
async def test_a_number_that_is_nobodys_tells_nothing(scene: Scene, line: str) -> None:
    assert (await scene.say(await admin(scene), f"/announce {line}", group())).error == "not allowed"


async def test_the_event_is_read_back_as_it_was(scene: Scene) -> None:
    told_of = Announced(id=3, text="a\u202eb <@&1> @everyone", everywhere=True)
    assert told_of.text == "ab <@&1> @everyone"
    assert events.decode(Announced, events.encode(told_of)) == told_of
    assert Stream.UPDATES.value == "updates"
