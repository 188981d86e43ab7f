"""Coming, being approved, changing one's settings, leaving; and the operator's side of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from core.chats import Chats
from core.people import FORGET_WITHIN
from data.models.chat import Level
from data.models.ids import Platform
from handlers.menu import invocation
from handlers.reply import Button, Invoke, Tone
from tests.integration.scene import Person, Scene, account, button, buttons, group, private, stage, words

pytestmark = pytest.mark.asyncio(loop_scope="module")

HOSTILE = (
    "<b>x</b> [a](http://evil) `*_~|",
    "@everyone @here <@&1>",
    "x" * 10_000,
    "\u200b\u200d\u2060\ufeff",
    "\u202ecilbup\u202c",
    "Robert'); DROP TABLE users;--",
    "%s{0}${IFS}\\",
)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def scene(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Scene]:
    async with stage(tmp_path_factory.mktemp("open")) as running:
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


# --- the operator -----------------------------------------------------------------------------------------


async def test_a_level_counts_from_the_next_command_up_and_down(scene: Scene) -> None:
    operator, person = await scene.operator(), await scene.member()
    assert (await scene.say(person, "/users")).error == "not allowed"
    await scene.say(operator, f"/role {person.identity} operator")
    menu = await scene.say(person, "/users")
    assert menu.error == ""
    changed = await scene.say(operator, f"/role {person.identity} member")
    assert "is now member, was operator" in words(changed)
    assert (await scene.say(person, "/users")).error == "not allowed"
    for open_button in buttons(menu):  # what a demoted operator still sees does nothing
        assert (await scene.press(person, open_button)).error == "not allowed"
    await scene.press(operator, button(changed, "Undo"))
    assert (await scene.say(person, "/users")).error == ""


async def test_a_level_given_twice_is_recorded_once(scene: Scene) -> None:
    operator, person = await scene.operator(), await scene.member()
    total = (await scene.people.verify()).entries
    assert "already" in words(await scene.say(operator, f"/role {person.identity} member"))
    assert (await scene.people.verify()).entries == total


async def test_people_are_found_by_number_account_mention_and_name(scene: Scene) -> None:
    operator, person = (
        await scene.operator(),
        await scene.member("Quentin", identity=account(Platform.DISCORD)),
    )
    number = (await scene.known(person)).id
    for named in (str(number), str(person.identity), f"<@{person.identity.id}>", "@Quentin", "quentin"):
        assert f"no. {number}" in words(await scene.say(operator, f"/role {named} paper"))


@pytest.mark.parametrize(
    "named",
    ["999999999", "9" * 40, "telegram:999999999", "@nobody", *(f"nobody{name}" for name in HOSTILE)],
)
async def test_somebody_unknown_is_refused_in_few_words(scene: Scene, named: str) -> None:
    operator = await scene.operator()
    total = (await scene.people.verify()).entries
    reply = await scene.say(operator, f"/block {named}")
    assert reply.error == "bad argument"
    assert len(words(reply)) < 600
    assert (await scene.people.verify()).entries == total


async def test_the_beginning_of_a_name_is_not_enough_to_change_somebodys_rights(scene: Scene) -> None:
    operator, person = await scene.operator(), await scene.member("Ursula the Great")
    assert "Nobody here is called" in words(await scene.say(operator, "/block Ursula"))
    assert not (await scene.known(person)).blocked


async def test_of_two_with_one_name_neither_is_chosen_nor_named(scene: Scene) -> None:
    operator, here = await scene.operator(), group()
    first, second = await scene.member("Samename"), await scene.member("Samename")
    reply = await scene.say(operator, "/block @Samename", here)
    assert "Several people" in words(reply)
    for person in (first, second):
        assert person.identity.id not in words(reply)
        assert not (await scene.known(person)).blocked
    assert words(await scene.say(operator, "/users Samename")).count("Samename · member") == 2


async def test_a_blocked_person_is_shut_out_at_once_and_let_in_again(scene: Scene) -> None:
    operator, person, here = await scene.operator(), await scene.member(standing=Level.CHAT_ADMIN), group()
    menu = await scene.say(person, "/start")
    blocked = await scene.say(operator, f"/block {person.identity}", here)
    assert "every command is refused" in words(blocked)
    for line in ("/start", "/help", "/privacy", "/p SOL", "/forget"):
        reply = await scene.say(person, line)
        assert "blocked" in words(reply)
        assert reply.error == "not allowed"
    assert (await scene.press(person, button(menu, "Price of SOL"))).error == "not allowed"
    assert (await scene.say(person, "/deny c everyone", here)).error == "not allowed"
    await scene.press(operator, button(blocked, "Unblock"))
    assert (await scene.say(person, "/help")).error == ""


async def test_a_block_is_not_evaded_by_being_forgotten(scene: Scene) -> None:
    operator, person = await scene.operator(), await scene.member()
    yes = button(await scene.say(person, "/forget"), "Yes, forget me")
    await scene.say(operator, f"/block {person.identity}")
    assert (await scene.press(person, yes)).error == "not allowed"
    assert (await scene.known(person)).blocked


async def test_owners_and_oneself_cannot_be_blocked_or_lowered(tmp_path: Path) -> None:
    owner = Person(name="Owner")
    async with stage(tmp_path, owner_ids=(str(owner.identity),)) as scene:
        operator = await scene.operator()
        await scene.say(owner, "/start")
        for line in (f"/block {owner.identity}", f"/role {owner.identity} member"):
            assert "is an owner" in words(await scene.say(operator, line))
        assert "That is you" in words(await scene.say(operator, f"/block {operator.identity}"))
        assert (await scene.say(owner, "/users")).error == ""


@pytest.mark.parametrize(
    "line", ["/users", "/role 1 member", "/block 1", "/unblock 1", "/audit", "/flag paste off"]
)
async def test_the_operators_commands_are_closed_to_everyone_else(scene: Scene, line: str) -> None:
    total = (await scene.people.verify()).entries
    for person in (Person(), Person(standing=Level.CHAT_ADMIN)):
        assert (await scene.say(person, line)).error == "not allowed"
        assert (await scene.say(person, line, group())).error == "not allowed"
    assert (await scene.people.verify()).entries == total


async def test_users_are_paged_through_without_loss(tmp_path: Path) -> None:
    async with stage(tmp_path) as scene:
        operator = await scene.operator()
        names = {f"Guest {number:02}" for number in range(20)}
        for name in sorted(names):
            await scene.people.meet(account(Platform.DISCORD), name)
        reply, seen = await scene.say(operator, "/users waiting"), set[str]()
        for _ in range(3):
            seen |= {name for name in names if name in words(reply)}
            following = [each for each in buttons(reply) if each.label == "Next ›"]
            if following:
                reply = await scene.press(operator, following[0])
        assert seen == names
        assert following == []
        assert "21 people known" in words(reply)


async def test_the_audit_lists_pages_and_verifies(tmp_path: Path) -> None:
    async with stage(tmp_path) as scene:
        operator, person = await scene.operator(), await scene.member()
        for level in ("paper", "member", "paper"):
            await scene.say(operator, f"/role {person.identity} {level}")
        newest = await scene.say(operator, "/audit 2")
        assert "Chain verified: 6 entries." in words(newest)
        assert "6. " in words(newest)
        assert "4. " not in words(newest)
        older = await scene.press(operator, button(newest, "Older ›"))
        assert "4. " in words(older)
        assert "6. " not in words(older).replace("6 entries", "")
        number = (await scene.known(person)).id
        assert "join" in words(await scene.say(operator, f"/audit 10 {number}"))
        assert "(level" not in words(await scene.say(operator, f"/audit 10 {number}"))


@pytest.mark.parametrize(
    ("statement", "at"),
    [
        ("UPDATE audit SET detail = 'nothing happened' WHERE seq = 2", 2),
        ("DELETE FROM audit WHERE seq = 3", 3),
        ("DELETE FROM audit WHERE seq = (SELECT max(seq) FROM audit)", 4),
    ],
)
async def test_a_changed_audit_is_found_and_said(tmp_path: Path, statement: str, at: int) -> None:
    async with stage(tmp_path) as scene:
        operator, person = await scene.operator(), await scene.member()
        await scene.say(operator, f"/role {person.identity} paper")
        scene.change(statement)
        reply = await scene.say(operator, "/audit")
        assert f"BROKEN at {at}" in words(reply)
        assert reply.tone is Tone.DANGER


async def test_flags_are_listed_turned_and_undone(scene: Scene) -> None:
    operator, chats = await scene.operator(), scene.app.services[Chats]
    listed = await scene.say(operator, "/flag")
    assert "charts on (default)" in words(listed)
    assert "by core" in words(listed)
    off = await scene.press(operator, button(listed, "charts off"))
    assert (await scene.say(operator, "/t BONK")).image is None
    assert "charts off" in words(await scene.say(operator, "/flag charts"))
    await scene.press(operator, button(off, "Undo"))
    assert await chats.overrides() == ()
    assert (await scene.say(operator, "/t BONK")).image is not None
    deeds = await scene.people.deeds(2, by=(await scene.known(operator)).id)
    assert [deed.action for deed in deeds] == ["flag", "flag"]


async def test_a_flag_may_be_set_for_oneself_or_one_chat(scene: Scene) -> None:
    operator, other, here = await scene.operator(), await scene.member(), group()
    await scene.say(operator, "/flag charts off me")
    await scene.say(operator, f"/flag paste off {here.key}")
    assert (await scene.say(operator, "/t BONK")).image is None
    assert (await scene.say(other, "/t BONK")).image is not None
    assert (await scene.say(other, "/paste BONK", here)).error == "not allowed"
    assert (await scene.say(other, "/paste BONK", group())).error == ""
    await scene.say(operator, "/flag charts default me")
    await scene.say(operator, f"/flag paste default {here.key}")
    assert await scene.app.services[Chats].overrides() == ()


@pytest.mark.parametrize(
    "line",
    [
        "/flag chrts off",
        "/flag off",
        "/flag paste off everywhere",
        "/flag paste off telegram:';--",
        "/flag " + "x" * 10_000,
    ],
)
async def test_a_wrong_flag_or_scope_is_refused_with_what_there_is(scene: Scene, line: str) -> None:
    operator = await scene.operator()
    reply = await scene.say(operator, line)
    assert reply.error == "bad argument"
    assert len(words(reply)) < 500
    assert await scene.app.services[Chats].overrides() == ()


async def test_two_changes_at_once_are_both_recorded(scene: Scene) -> None:
    operators = [await scene.operator() for _ in range(5)]
    person = await scene.member()
    total = (await scene.people.verify()).entries
    lines = [f"/role {person.identity} {level}" for level in ("paper", "live", "paper", "live", "operator")]
    await asyncio.gather(*(scene.say(who, line) for who, line in zip(operators, lines, strict=True)))
    verdict = await scene.people.verify()
    assert verdict.broken_at is None
    assert verdict.entries == total + 5
    assert (await scene.known(person)).level in {Level.PAPER, Level.LIVE, Level.OPERATOR}


# --- help -------------------------------------------------------------------------------------------------


async def test_help_shows_exactly_what_may_be_run(scene: Scene) -> None:
    here = group()
    people = {
        "stranger": Person(),
        "member": await scene.member(),
        "operator": await scene.operator(),
    }
    for who, person in people.items():
        for chat in (private(person), here):
            listed = await _listed(scene, person, chat)
            for spec in scene.app.dispatcher.registry:
                if spec.menu:
                    refused = (await scene.say(person, f"/{spec.name}", chat)).error == "not allowed"
                    assert (f"/{spec.name}" in listed) is not refused, (who, chat.kind, spec.name)
                    scene.wait(60)


async def _listed(scene: Scene, person: Person, chat: object) -> set[str]:
    reply = await scene.say(person, "/help", chat)  # type: ignore[arg-type]
    pages = [reply]
    while reply.page is not None and reply.page.number < reply.page.pages:
        reply = await scene.press(person, button(reply, "Next ›"), chat)  # type: ignore[arg-type]
        pages.append(reply)
    return {span.text for page in pages for span in page.body.spans if span.style == "command"}


async def test_help_hides_what_a_rule_closes(scene: Scene) -> None:
    person, admin, here = await scene.member(), await scene.member(standing=Level.CHAT_ADMIN), group()
    assert "/c" in await _listed(scene, person, here)
    await scene.say(admin, "/deny c everyone", here)
    assert "/c" not in await _listed(scene, person, here)
    assert "/c" in await _listed(scene, person, group())
    refused = await scene.say(person, "/help c", here)
    assert refused.error == "not allowed"
    assert "closed to you" in words(refused)


async def test_help_on_one_command_shows_its_usage_and_runs_its_examples(scene: Scene) -> None:
    person = Person()
    for topic in ("price", "/price", "P"):
        shown = await scene.say(person, f"/help {topic}")
        assert "Usage: /p <tokens…>" in words(shown)
        assert "Also: /price" in words(shown)
    price = await scene.press(person, button(shown, "/p BONK"))
    assert "BONK" in words(price)
    assert price.error == ""


async def test_help_offers_no_button_that_would_rule_over_somebody(scene: Scene) -> None:
    shown = await scene.say(await scene.operator(), "/help block")
    assert "Example: /block @mallory" in words(shown)
    assert buttons(shown) == []


@pytest.mark.parametrize("topic", ["pric", "setings", "statu"])
async def test_an_unknown_topic_gets_topics_like_it(scene: Scene, topic: str) -> None:
    person = await scene.member()
    reply = await scene.say(person, f"/help {topic}")
    assert reply.error == "unknown topic"
    assert buttons(reply)
    assert (await scene.press(person, buttons(reply)[0])).error == ""


async def test_an_unknown_topic_gives_away_no_closed_command(scene: Scene) -> None:
    assert buttons(await scene.say(Person(), "/help audi")) == []
    assert [each.label for each in buttons(await scene.say(await scene.operator(), "/help audi"))] == [
        "/audit"
    ]


@pytest.mark.parametrize("topic", HOSTILE)
async def test_a_hostile_topic_gets_a_short_answer(scene: Scene, topic: str) -> None:
    reply = await scene.say(Person(), f"/help {topic}")
    assert reply.error in {"unknown topic", "bad argument", ""}
    assert len(reply.body.plain) < 2_500


async def test_every_example_of_the_tour_works(scene: Scene) -> None:
    person = await scene.member()
    reply = await scene.say(person, "/features")
    assert reply.page is not None
    for _ in range(reply.page.pages):
        examples = [each for each in buttons(reply) if each.label.startswith("/")]
        assert examples
        for each in examples:
            answer = await scene.press(person, each)
            assert answer.error == "", (each.label, words(answer))
            scene.wait(60)
        if reply.page is not None and reply.page.number < reply.page.pages:
            reply = await scene.press(person, button(reply, "Next ›"))


async def test_the_other_examples_in_help_work_too(scene: Scene) -> None:
    """The tour shows the first example of each command."""
    person = await scene.member()
    await scene.say(person, "/p BONK")  # /why explains the last card
    listed = await _listed(scene, person, private(person))
    for spec in scene.app.dispatcher.registry:
        for example in spec.examples[1:] if f"/{spec.name}" in listed else ():
            answer = await scene.press(person, Button(example, invocation(spec, example)))
            assert answer.error == "", (example, words(answer))
            scene.wait(60)
