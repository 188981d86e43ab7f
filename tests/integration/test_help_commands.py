"""Help and the tour: what may be run, and every example of it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from data.models.chat import Chat, Level
from handlers.menu import invocation
from handlers.reply import Button
from tests.integration.scene import HOSTILE, Person, Scene, button, buttons, group, private, stage, words

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def scene(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Scene]:
    async with stage(tmp_path_factory.mktemp("state")) as running:
        yield running


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
            for spec in sorted(scene.app.dispatcher.registry, key=lambda each: each.name == "start"):
                if spec.menu:  # /start last: it makes a member of a stranger
                    refused = (await scene.say(person, f"/{spec.name}", chat)).error == "not allowed"
                    assert (f"/{spec.name}" in listed) is not refused, (who, chat.kind, spec.name)
                    scene.wait(60)


async def _listed(scene: Scene, person: Person, chat: Chat) -> set[str]:
    reply = await scene.say(person, "/help", chat)
    pages = [reply]
    while reply.page is not None and reply.page.number < reply.page.pages:
        reply = await scene.press(person, button(reply, "Next ›"), chat)
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


# These need what is not here: a mail server, a code that was sent to somebody, a signal.
WANTING = frozenset({"email", "link"})
WANTED = "why signal:12"


async def test_the_other_examples_in_help_work_too(scene: Scene) -> None:
    """The tour shows the first example of each command."""
    person = await scene.member()
    await scene.say(person, "/p BONK")  # /why explains the last card
    listed = await _listed(scene, person, private(person))
    for spec in scene.app.dispatcher.registry:
        for example in spec.examples[1:] if f"/{spec.name}" in listed else ():
            answer = await scene.press(person, Button(example, invocation(spec, example)))
            refused = answer.error if spec.name in WANTING or example == WANTED else ""
            assert answer.error in {"", refused}, (example, words(answer))
            scene.wait(60)
