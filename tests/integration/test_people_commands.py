"""Coming, being approved, choosing settings, seeing what is held, leaving."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from core.chats import Chats
from core.people import FORGET_WITHIN
from core.recents import Recents
from data.models.chat import Level
from handlers.reply import Button, Invoke
from tests.integration.scene import HOSTILE, Person, Scene, button, buttons, group, stage, words

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def scene(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Scene]:
    async with stage(tmp_path_factory.mktemp("state")) as running:
        yield running


# --- coming -----------------------------------------------------------------------------------------------


async def test_start_makes_a_stranger_a_member_where_registration_is_open(scene: Scene) -> None:
    person = Person()
    assert (await scene.say(person, "/settings")).error == "not allowed"
    welcome = await scene.say(person, "/start")
    assert "Hello Alice!" in words(welcome)
    assert "approve" not in words(welcome)
    assert (await scene.known(person)).level is Level.MEMBER
    assert (await scene.say(person, "/settings")).error == ""


async def test_start_twice_registers_once(scene: Scene) -> None:
    person = await scene.member()
    user = await scene.known(person)
    await scene.say(person, "/start")
    assert (await scene.known(person)).id == user.id
    assert [deed.action for deed in await scene.people.deeds(10, by=user.id)] == ["join"]


@pytest.mark.parametrize("payload", HOSTILE)
async def test_the_words_of_a_start_link_are_taken_and_mean_nothing(scene: Scene, payload: str) -> None:
    welcome = await scene.say(Person(), f"/start {payload}")
    assert welcome.error == ""
    assert payload[:40].strip() not in words(welcome) or not payload.strip("\u200b\u200d\u2060\ufeff")


async def test_start_leads_to_what_there_is_and_each_button_works(scene: Scene) -> None:
    person = Person()
    welcome = await scene.say(person, "/start")
    labels = {each.label for each in buttons(welcome)}
    assert {"Try $BONK", "Price of SOL", "Sources", "Status", "Help", "Features", "Settings"} <= labels
    assert "People" not in labels
    for each in buttons(welcome):
        assert (await scene.press(person, each)).error == ""


async def test_start_in_a_group_is_short_and_leads_to_the_private_chat(scene: Scene) -> None:
    person = Person()
    welcome = await scene.say(person, "/start", group())
    assert len(words(welcome)) < 200
    assert button(welcome, "Open private chat").url.startswith("https://t.me/")
    assert (await scene.known(person)).level is Level.MEMBER


async def test_with_approval_a_newcomer_waits_and_an_operator_lets_them_in(tmp_path: Path) -> None:
    async with stage(tmp_path, access={"registration": "approval"}) as scene:
        newcomer, operator = Person(name="Nora"), Person(name="Olga")
        assert "operator must approve you" in words(await scene.say(newcomer, "/start"))
        assert "operator must approve you" in words(await scene.say(newcomer, "/start", group()))
        assert (await scene.say(newcomer, "/settings")).error == "not allowed"

        await scene.say(operator, "/start")
        chief = await scene.known(operator)
        await scene.people.set_level(chief, chief, Level.OPERATOR)
        waiting = await scene.say(operator, "/users waiting")
        assert "Nora · guest" in words(waiting)
        number = (await scene.known(newcomer)).id
        approved = await scene.press(operator, button(waiting, f"Approve {number}"))
        assert "is now member, was guest" in words(approved)
        assert (await scene.say(newcomer, "/settings")).error == ""
        assert words(await scene.say(operator, "/users waiting")).count("guest") == 0


async def test_a_guest_who_waits_may_see_and_erase_what_is_held(tmp_path: Path) -> None:
    async with stage(tmp_path, access={"registration": "approval"}) as scene:
        newcomer = Person()
        await scene.say(newcomer, "/start")
        assert "Level: guest" in words(await scene.say(newcomer, "/me"))
        await scene.press(newcomer, button(await scene.say(newcomer, "/forget"), "Yes, forget me"))
        assert scene.rows_naming(newcomer.identity.id) == {}


@pytest.mark.parametrize("name", HOSTILE)
async def test_a_hostile_name_is_a_name_and_nothing_else(scene: Scene, name: str) -> None:
    person, operator = Person(name=name), await scene.operator()
    assert (await scene.say(person, "/start")).error == ""
    number = (await scene.known(person)).id
    for reply in (
        await scene.say(person, "/me"),
        await scene.say(operator, f"/users {number}"),
        await scene.say(operator, f"/role {number} paper"),
        await scene.say(operator, f"/audit 5 {number}"),
        await scene.say(operator, f"/block {number}"),
    ):
        assert reply.error == ""
        assert not set(words(reply)) & set("\u200b\u200d\u2060\ufeff\u202e\u202c")
        assert len(words(reply)) < 1_500


# --- one's own settings -----------------------------------------------------------------------------------


async def test_a_chosen_timeframe_and_scale_hold_for_cards_and_charts(scene: Scene) -> None:
    person = await scene.member()
    assert "15m" in words(await scene.say(person, "/c BONK"))
    chosen = await scene.press(person, button(await scene.say(person, "/settings"), "4h"))
    assert button(chosen, "4h").active
    await scene.say(person, "/settings scale log")
    drawn = await scene.say(person, "/c BONK")
    assert "4h" in drawn.title.plain
    assert button(drawn, "log").active
    assert button(await scene.say(person, "/t BONK"), "4h").active
    assert "1h" in (await scene.say(person, "/c BONK 1h linear")).title.plain


async def test_the_usual_choice_is_forgotten_not_kept(scene: Scene) -> None:
    person = await scene.member()
    await scene.say(person, "/settings timeframe 4h")
    await scene.say(person, "/settings timeframe 15m")
    assert (await scene.known(person)).preferences == {}


@pytest.mark.parametrize(
    "line", ["timeframe 2h", "scale sideways", "colour red", "timeframe " + "9" * 10_000]
)
async def test_a_setting_that_is_not_offered_is_refused_and_changes_nothing(scene: Scene, line: str) -> None:
    person = await scene.member()
    reply = await scene.say(person, f"/settings {line}")
    assert reply.error == "bad argument"
    assert len(words(reply)) < 400
    assert (await scene.known(person)).preferences == {}


async def test_settings_in_a_group_show_its_rules_and_nothing_of_the_asker(scene: Scene) -> None:
    person, admin, here = await scene.member(), await scene.member(standing=Level.CHAT_ADMIN), group()
    await scene.say(person, "/settings timeframe 4h")
    assert "No rules" in words(await scene.say(person, "/settings", here))
    await scene.say(admin, "/deny c everyone", here)
    shown = await scene.say(person, "/settings", here)
    assert "Closed to everyone: /c" in words(shown)
    assert "4h" not in words(shown)
    refused = await scene.say(person, "/settings timeframe 1h", here)
    assert refused.error == "not allowed"
    assert button(refused, "Open private chat")
    assert (await scene.known(person)).preferences == {"timeframe": "4h"}


# --- what is held, and leaving ----------------------------------------------------------------------------


async def test_me_tells_what_is_held_and_only_ones_own_actions(scene: Scene) -> None:
    operator, person = await scene.operator(), await scene.member("Bob")
    await scene.say(person, "/settings timeframe 4h")
    await scene.say(operator, f"/role {person.identity} paper")
    told = words(await scene.say(person, "/me"))
    assert "identities 1" in told and "users 1" in told
    assert "Name: Bob" in told
    assert str(person.identity) in told
    assert "Level: paper trader" in told
    assert "Settings: timeframe 4h" in told
    assert "setting" in told
    assert "role" not in told.split("on record")[1]


@pytest.mark.parametrize(
    "line", ["/me", "/privacy", "/forget", "/users", "/audit", "/flag", "/role 1 member"]
)
async def test_what_is_personal_is_answered_in_private_only(scene: Scene, line: str) -> None:
    operator = await scene.operator()
    reply = await scene.say(operator, line, group())
    assert reply.error == "not allowed"
    assert button(reply, "Open private chat")
    assert (await scene.say(operator, "/me")).private


async def test_a_stranger_reads_the_terms_and_is_not_recorded_for_asking(scene: Scene) -> None:
    person = Person()
    terms = words(await scene.say(person, "/privacy"))
    assert "Kept for 30 days" in terms
    assert "/forget" in terms
    for line in ("/me", "/forget", "/help", "/features"):
        assert (await scene.say(person, line)).error == ""
    assert "no record of you" in words(await scene.say(person, "/me"))
    assert scene.rows_naming(person.identity.id) == {}


async def test_forgetting_leaves_no_row_with_the_account_and_the_audit_intact(scene: Scene) -> None:
    person, admin = await scene.member("Zebedee"), await scene.member(standing=Level.CHAT_ADMIN)
    here = group()
    await scene.say(person, "/p SOL")
    await scene.say(person, "/users")
    await scene.say(person, "/settings timeframe 4h")
    await scene.say(admin, f"/deny c user:{person.identity.id}", here)
    await scene.say(person, "/c BONK", here)
    user = await scene.known(person)
    await scene.app.services[Recents].write()
    assert {"identities", "recents", "rules"} <= set(scene.rows_naming(person.identity.id))

    asked = await scene.say(person, "/forget")
    assert asked.private
    assert "Forgotten" in words(await scene.press(person, button(asked, "Yes, forget me")))

    assert scene.rows_naming(person.identity.id) == {}
    assert scene.rows_naming("Zebedee") == {}
    assert (await scene.people.deeds(1, by=user.id))[0].action == "forget"
    assert (await scene.people.verify()).broken_at is None
    assert "no record of you" in words(await scene.say(person, "/me"))
    assert await scene.app.services[Chats].rules(here) == ()


async def test_who_comes_back_is_somebody_new(scene: Scene) -> None:
    person = await scene.member()
    await scene.say(person, "/settings timeframe 4h")
    before = await scene.known(person)
    await scene.press(person, button(await scene.say(person, "/forget"), "Yes, forget me"))
    await scene.say(person, "/start")
    after = await scene.known(person)
    assert after.id > before.id
    assert after.preferences == {}


async def test_a_copied_confirmation_does_nothing(scene: Scene) -> None:
    victim, mallory = await scene.member("Victim"), await scene.member("Mallory")
    yes = button(await scene.say(victim, "/forget"), "Yes, forget me")
    assert (await scene.press(mallory, yes)).error == "bad argument"
    assert (await scene.press(Person(), yes)).error == ""  # a stranger: nothing is held, nothing done
    assert (await scene.known(victim)).name == "Victim"
    assert (await scene.known(mallory)).name == "Mallory"
    assert "Forgotten" in words(await scene.press(victim, yes))


async def test_a_confirmation_works_once(scene: Scene) -> None:
    person = await scene.member()
    yes = button(await scene.say(person, "/forget"), "Yes, forget me")
    await scene.press(person, yes)
    await scene.say(person, "/start")
    assert (await scene.press(person, yes)).error == "bad argument"
    assert await scene.known(person)


async def test_an_old_confirmation_is_refused(scene: Scene) -> None:
    person = await scene.member()
    yes = button(await scene.say(person, "/forget"), "Yes, forget me")
    scene.wait(FORGET_WITHIN.total_seconds() + 1)
    assert "too old" in words(await scene.press(person, yes))
    assert await scene.known(person)


@pytest.mark.parametrize("word", ["yes", "x" * 600, "' OR 1=1 --", "\u200b"])
async def test_a_made_up_confirmation_erases_nobody(scene: Scene, word: str) -> None:
    person = await scene.member()
    reply = await scene.press(person, Button("x", Invoke("forget", {"confirm": word})))
    assert "Forgotten" not in words(reply)
    assert await scene.known(person)


async def test_the_word_of_a_confirmation_sent_as_a_button_of_its_own_is_harmless(scene: Scene) -> None:
    """Its payload is kept beside those of long buttons, and is read as one by a press that names it."""
    person = await scene.member()
    yes = button(await scene.say(person, "/forget"), "Yes, forget me")
    assert yes.invoke is not None
    assert (await scene.deliver(person, f"ts{yes.invoke.args['confirm']}")).error == "bad argument"
    assert await scene.known(person)


async def test_an_owner_is_told_that_the_settings_make_them_operator_again(tmp_path: Path) -> None:
    owner = Person(name="Owner")
    async with stage(tmp_path, owner_ids=(str(owner.identity),)) as scene:
        asked = await scene.say(owner, "/forget")
        assert "operator again with your next command" in words(asked)
        await scene.press(owner, button(asked, "Yes, forget me"))
        assert scene.rows_naming(owner.identity.id) == {}
        assert (await scene.say(owner, "/users")).error == ""
