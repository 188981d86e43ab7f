"""/link and /unlink: two accounts of one person become one, and nobody gains by it."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest
import pytest_asyncio

from core.linking import LENGTH, LOCK, SIGNS, TRIES, WITHIN
from data.models.chat import Level
from data.models.ids import Platform
from data.store import merging
from handlers.reply import Button, Invoke, Tone
from tests.integration.scene import HOSTILE, Person, Scene, account, button, buttons, group, stage, words

pytestmark = pytest.mark.asyncio(loop_scope="module")
CODE = re.compile(r"/link ((?:[A-Z2-9]{4}-){3}[A-Z2-9]{4})")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def scene(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Scene]:
    async with stage(tmp_path_factory.mktemp("state")) as running:
        yield running


async def on_discord(scene: Scene, name: str = "Alice#1") -> Person:
    return await scene.member(name, identity=account(Platform.DISCORD))


async def code_of(scene: Scene, person: Person) -> str:
    found = CODE.search(words(await scene.say(person, "/link")))
    assert found is not None
    return found[1]


async def join(scene: Scene, asker: Person, typist: Person) -> None:
    asked = await scene.say(typist, f"/link {await code_of(scene, asker)}")
    done = await scene.press(typist, button(asked, "Yes, both are mine"))
    assert done.title.plain == "Joined"


def deliveries(scene: Scene) -> list[tuple[str, str, str, int | None, str]]:
    query = "SELECT channel, address, state, user_id, body FROM deliveries JOIN notices n ON n.id = notice_id"
    with closing(sqlite3.connect(scene.database)) as database:
        return list(database.execute(query))


# --- joining ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("first", [Platform.TELEGRAM, Platform.DISCORD])
async def test_two_accounts_become_one_person_who_has_what_both_had(scene: Scene, first: Platform) -> None:
    second = Platform.DISCORD if first is Platform.TELEGRAM else Platform.TELEGRAM
    asker = await scene.member("Ada", identity=account(first))
    typist = await scene.member("Ada again", identity=account(second))
    await scene.say(asker, "/settings timeframe 4h")
    await scene.say(typist, "/settings timeframe 1h")
    await scene.say(typist, "/settings scale log")
    await scene.say(asker, "/watch BONK")
    await scene.say(typist, "/watch BONK mine")
    await scene.say(typist, "/watch WIF")
    set_up = await scene.say(typist, "/alert BONK price > 999")
    await scene.press(typist, button(set_up, "Save"))
    before = await scene.known(asker)

    asked = await scene.say(typist, f"/link {await code_of(scene, asker)}")
    assert asked.private
    assert asker.identity.id in words(asked) and typist.identity.id in words(asked)
    assert "Ada again" in words(asked)
    done = await scene.press(typist, button(asked, "Yes, both are mine"))
    assert done.tone is Tone.GOOD

    for person in (asker, typist):
        user = await scene.known(person)
        assert user.id == before.id
        assert set(user.identities) == {asker.identity, typist.identity}
        assert user.preferences["timeframe"] == "4h"  # what the asker chose holds
        assert user.preferences["scale"] == "log"  # what only the other chose is added
        listed = words(await scene.say(person, "/watchlist"))
        assert "BONK" in listed and "WIF" in listed
        assert "BONK" in words(await scene.say(person, "/alerts"))


async def test_both_are_told_and_both_sides_are_on_record(scene: Scene) -> None:
    asker, typist = await scene.member("Ada"), await on_discord(scene)
    stays, goes = await scene.known(asker), await scene.known(typist)
    await join(scene, asker, typist)
    told = [each for each in deliveries(scene) if each[3] == stays.id and "joined" in each[4]]
    assert {(channel, address) for channel, address, *_ in told} == {
        ("telegram", asker.identity.id),
        ("inbox", str(stays.id)),
    }
    assert typist.identity.id in told[0][4]
    for who, about in ((stays, goes), (goes, stays)):
        (entry, *_) = await scene.people.deeds(1, by=who.id)
        assert (entry.action, entry.subject) == ("link", f"user:{about.id}")
        assert asker.identity.id not in entry.detail and typist.identity.id not in entry.detail
    assert (await scene.people.verify()).broken_at is None


async def test_the_lower_level_holds_so_that_nobody_gains(scene: Scene) -> None:
    operator = await scene.known(await scene.operator())
    for asks, types in ((Level.LIVE, Level.MEMBER), (Level.MEMBER, Level.PAPER)):
        asker, typist = await scene.member("Ada"), await on_discord(scene)
        for person, level in ((asker, asks), (typist, types)):
            await scene.people.set_level(operator, await scene.known(person), level)
        asked = await scene.say(typist, f"/link {await code_of(scene, asker)}")
        assert "level will be member" in words(asked)
        await scene.press(typist, button(asked, "Yes, both are mine"))
        assert (await scene.known(asker)).level is Level.MEMBER
        assert (await scene.known(typist)).level is Level.MEMBER


async def test_no_operator_is_joined_to_who_is_none_in_either_direction(scene: Scene) -> None:
    chief = await scene.operator()
    for asker, typist in ((chief, await on_discord(scene)), (await on_discord(scene), chief)):
        refused = await scene.say(typist, f"/link {await code_of(scene, asker)}")
        assert refused.error == "not allowed"
        assert "another operator's alone" in words(refused)
        assert (await scene.known(chief)).level is Level.OPERATOR
        assert len((await scene.known(typist)).identities) == 1


async def test_who_became_operator_after_the_question_was_asked_is_not_joined(scene: Scene) -> None:
    asker, typist = await scene.member("Ada"), await on_discord(scene)
    asked = await scene.say(typist, f"/link {await code_of(scene, asker)}")
    user = await scene.known(asker)
    await scene.people.set_level(user, user, Level.OPERATOR)
    assert (await scene.press(typist, button(asked, "Yes, both are mine"))).error == "not allowed"
    assert (await scene.known(typist)).level is Level.MEMBER


async def test_an_owner_gives_no_rights_to_the_account_they_join(tmp_path: Path) -> None:
    owner = Person(name="Owner")
    async with stage(tmp_path, owner_ids=(str(owner.identity),)) as scene:
        await scene.say(owner, "/start")
        other = await on_discord(scene)
        refused = await scene.say(other, f"/link {await code_of(scene, owner)}")
        assert refused.error == "not allowed"
        await scene.say(owner, f"/role {other.identity} operator")  # said outright, by the owner
        await join(scene, owner, other)
        assert "Flags" in words(await scene.say(other, "/flag"))
        asked = await scene.say(other, "/unlink")
        await scene.press(other, button(asked, "Yes, part them"))
        assert (await scene.known(other)).level is Level.MEMBER  # it was operator by the owner's account
        assert (await scene.say(owner, "/flag")).error == ""


async def test_a_blocked_account_is_not_washed_by_joining_another(scene: Scene) -> None:
    operator = await scene.known(await scene.operator())
    asker, typist = await scene.member("Mallory"), await on_discord(scene)
    asked = await scene.say(typist, f"/link {await code_of(scene, asker)}")
    await scene.people.set_blocked(operator, await scene.known(asker), blocked=True)
    assert "blocked account is not joined" in words(
        await scene.press(typist, button(asked, "Yes, both are mine"))
    )
    assert len((await scene.known(typist)).identities) == 1


# --- the code and the button --------------------------------------------------------------------------------


async def test_a_million_guesses_hit_nothing() -> None:
    codes = len(SIGNS) ** LENGTH
    assert codes >= 2**64
    waiting = 100_000  # people with a code at the same time
    assert 1_000_000 * waiting / codes < 1e-12


async def test_a_code_stands_in_the_database_as_its_digest_alone(scene: Scene) -> None:
    code = await code_of(scene, await scene.member())
    for written in (code, code.replace("-", "")):
        assert scene.rows_naming(written) == {}


async def test_a_code_is_good_for_ten_minutes_once_and_typed_anyhow(scene: Scene) -> None:
    asker, typist = await scene.member(), await on_discord(scene)
    code = await code_of(scene, asker)
    scene.wait(WITHIN.total_seconds() + 1)
    assert (await scene.say(typist, f"/link {code}")).error == "bad argument"
    code = await code_of(scene, asker)
    asked = await scene.say(typist, f"/link {code.replace('-', '').lower()}")
    assert [each.label for each in buttons(asked)] == ["Yes, both are mine", "No"]
    for person in (typist, await on_discord(scene)):
        assert (await scene.say(person, f"/link {code}")).error == "bad argument"


async def test_the_newer_code_takes_the_place_of_the_older(scene: Scene) -> None:
    asker, typist = await scene.member(), await on_discord(scene)
    older, newer = await code_of(scene, asker), await code_of(scene, asker)
    assert (await scene.say(typist, f"/link {older}")).error == "bad argument"
    assert (await scene.say(typist, f"/link {newer}")).error == ""


async def test_a_code_counts_on_the_other_platform_alone(scene: Scene) -> None:
    asker, neighbour = await scene.member(), await scene.member("Nora")
    code = await code_of(scene, asker)
    for person in (asker, neighbour):
        assert (await scene.say(person, f"/link {code}")).error == "bad argument"
    assert (await scene.say(await on_discord(scene), f"/link {code}")).error == ""


async def test_a_copied_button_joins_nobody(scene: Scene) -> None:
    asker, typist, mallory = await scene.member(), await on_discord(scene), await on_discord(scene, "Mallory")
    yes = button(await scene.say(typist, f"/link {await code_of(scene, asker)}"), "Yes, both are mine")
    assert (await scene.press(mallory, yes)).error == "bad argument"
    assert (await scene.press(asker, yes)).error == "bad argument"
    assert len((await scene.known(asker)).identities) == 1
    assert (await scene.press(typist, yes)).title.plain == "Joined"
    assert (await scene.press(typist, yes)).error  # once


async def test_an_old_button_joins_nobody(scene: Scene) -> None:
    asker, typist = await scene.member(), await on_discord(scene)
    yes = button(await scene.say(typist, f"/link {await code_of(scene, asker)}"), "Yes, both are mine")
    scene.wait(WITHIN.total_seconds() + 1)
    assert (await scene.press(typist, yes)).error == "bad argument"
    assert len((await scene.known(asker)).identities) == 1


@pytest.mark.parametrize("who", ["asker", "typist"])
async def test_either_withdraws_before_it_is_confirmed(scene: Scene, who: str) -> None:
    asker, typist = await scene.member(), await on_discord(scene)
    shown = await scene.say(asker, "/link")
    found = CODE.search(words(shown))
    assert found is not None
    asked = await scene.say(typist, f"/link {found[1]}")
    if who == "asker":
        await scene.press(asker, button(shown, "Withdraw it"))
    else:
        await scene.press(typist, button(asked, "No"))
    assert (await scene.press(typist, button(asked, "Yes, both are mine"))).error == "bad argument"
    assert len((await scene.known(asker)).identities) == 1


async def test_five_wrong_codes_lock_for_an_hour_even_the_right_one_and_whoever_forgets(scene: Scene) -> None:
    asker, typist = await scene.member(), await on_discord(scene)
    for number in range(TRIES):
        reply = await scene.say(typist, f"/link AAAA-BBBB-CCCC-DDD{SIGNS[number]}")
        assert reply.error == "bad argument"
    code = await code_of(scene, asker)
    locked = await scene.say(typist, f"/link {code}")
    assert locked.error == "not allowed"
    assert "an hour" in words(locked)
    scene.wait(60)
    await scene.press(typist, button(await scene.say(typist, "/forget"), "Yes, forget me"))
    await scene.say(typist, "/start")
    assert (await scene.say(typist, f"/link {code}")).error == "not allowed"
    scene.wait(LOCK.total_seconds())
    after = await scene.say(typist, f"/link {await code_of(scene, asker)}")
    assert after.error == "", words(after)


@pytest.mark.parametrize("word", [*HOSTILE, "AAAA", "' OR 1=1 --", "-"])
async def test_what_is_no_code_is_refused_in_a_few_words(scene: Scene, word: str) -> None:
    typist = await on_discord(scene)
    for named in ("code", "confirm"):
        reply = await scene.press(typist, Button("x", Invoke("link", {named: word[:500]})))
        assert reply.error in {"bad argument", ""}
        assert reply.title.plain != "Joined"
        assert len(words(reply)) < 700
    assert len((await scene.known(typist)).identities) == 1


async def test_in_a_group_it_leads_to_the_private_chat_and_shows_no_code(scene: Scene) -> None:
    person = await scene.member()
    for line in ("/link", "/unlink"):
        reply = await scene.say(person, line, group())
        assert reply.error == "not allowed"
        assert button(reply, "Open private chat").url
        assert not CODE.search(words(reply))


async def test_in_the_terminal_it_says_where_it_works(scene: Scene) -> None:
    local = Person(name="Me", identity=account(Platform.CONSOLE))
    await scene.people.join(local.identity, local.name)
    assert "Telegram and Discord" in words(await scene.say(local, "/link"))


async def test_who_is_joined_already_is_shown_both_and_joins_no_third(scene: Scene) -> None:
    asker, typist = await scene.member(), await on_discord(scene)
    await join(scene, asker, typist)
    shown = await scene.say(asker, "/link")
    assert typist.identity.id in words(shown)
    assert not CODE.search(words(shown))
    third = await scene.member("Third")
    refused = await scene.say(typist, f"/link {await code_of(scene, third)}")
    assert "joined to another one already" in words(refused) or "joined already" in words(refused)
    assert len((await scene.known(third)).identities) == 1


async def test_a_merge_that_breaks_half_way_changes_nothing(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    asker, typist = await scene.member(), await on_discord(scene)
    await scene.say(typist, "/watch WIF")
    asked = await scene.say(typist, f"/link {await code_of(scene, asker)}")
    yes = button(asked, "Yes, both are mine")

    async def killed(*_: object) -> None:
        raise OSError("the power went out")

    steps = dict(merging.MERGED)
    last = list(steps)[-1]
    monkeypatch.setattr(merging, "MERGED", {**steps, last: killed})
    with pytest.raises(AssertionError):  # the stage refuses an apology
        await scene.press(typist, yes)
    monkeypatch.undo()
    assert len((await scene.known(asker)).identities) == 1
    assert "WIF" in words(await scene.say(typist, "/watchlist"))
    assert (await scene.press(typist, yes)).title.plain == "Joined"  # the word was not used up
    assert "WIF" in words(await scene.say(asker, "/watchlist"))


# --- parting ----------------------------------------------------------------------------------------------


async def test_parted_this_account_keeps_everything_and_the_other_begins_anew(scene: Scene) -> None:
    asker, typist = await scene.member("Ada"), await on_discord(scene)
    await scene.say(typist, "/settings timeframe 4h")
    await scene.say(typist, "/watch WIF")
    await join(scene, asker, typist)
    was = await scene.known(asker)
    asked = await scene.say(asker, "/unlink")
    assert typist.identity.id in words(asked)
    done = await scene.press(asker, button(asked, "Yes, part them"))
    assert done.title.plain == "Parted"
    kept, fresh = await scene.known(asker), await scene.known(typist)
    assert kept.id == was.id and kept.identities == (asker.identity,)
    assert kept.preferences["timeframe"] == "4h"
    assert fresh.id > was.id and fresh.identities == (typist.identity,)
    assert fresh.level is Level.MEMBER and "timeframe" not in fresh.preferences
    assert "WIF" in words(await scene.say(asker, "/watchlist"))
    assert "WIF" not in words(await scene.say(typist, "/watchlist"))
    told = {(each[0], each[1], each[3]) for each in deliveries(scene) if "stands alone" in each[4]}
    assert ("discord", typist.identity.id, fresh.id) in told
    assert [(await scene.people.deeds(1, by=each.id))[0].action for each in (kept, fresh)] == ["unlink"] * 2


async def test_what_waits_for_the_parted_account_is_not_sent_there(scene: Scene) -> None:
    asker, typist = await scene.member("Ada"), await on_discord(scene)
    await join(scene, typist, asker)  # the asker of the code is told, on Discord
    waiting = [each for each in deliveries(scene) if each[:2] == ("discord", typist.identity.id)]
    assert [state for _, _, state, *_ in waiting] == ["waiting"]
    await scene.press(asker, button(await scene.say(asker, "/unlink"), "Yes, part them"))
    after = [each for each in deliveries(scene) if each[:2] == ("discord", typist.identity.id)]
    assert sorted((state, "stands alone" in body) for _, _, state, _, body in after) == [
        ("cancelled", False),
        ("waiting", True),
    ]


async def test_a_copied_or_used_button_parts_nobody(scene: Scene) -> None:
    asker, typist, mallory = await scene.member("Ada"), await on_discord(scene), await scene.member("Mallory")
    await join(scene, asker, typist)
    yes = button(await scene.say(asker, "/unlink"), "Yes, part them")
    for thief in (mallory, typist):  # the other account is shown no such button
        assert (await scene.press(thief, yes)).error == "bad argument"
    assert len((await scene.known(asker)).identities) == 2
    assert (await scene.press(asker, yes)).error == ""
    await join(scene, asker, typist)
    assert (await scene.press(asker, yes)).error == "bad argument"
    assert len((await scene.known(asker)).identities) == 2


async def test_parted_accounts_are_joined_again(scene: Scene) -> None:
    asker, typist = await scene.member("Ada"), await on_discord(scene)
    await join(scene, asker, typist)
    await scene.press(asker, button(await scene.say(asker, "/unlink"), "Yes, part them"))
    await join(scene, typist, asker)
    assert (await scene.known(asker)).id == (await scene.known(typist)).id


async def test_who_has_one_account_has_nothing_to_part(scene: Scene) -> None:
    reply = await scene.say(await scene.member(), "/unlink")
    assert "joined to no other" in words(reply)
    assert not [each for each in buttons(reply) if each.danger]
