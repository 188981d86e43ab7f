"""/news, /changelog and /beta: what is new in the market and in the program, and who wants to hear of it."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest
import pytest_asyncio

from bot.newsroom import releases
from core.chats import Chats
from core.news.headlines import News
from core.news.newsroom import AN_HOUR, Newsroom
from data.models.chat import Actor, Chat, Level
from data.models.ids import Platform, ProviderId
from data.models.market import Capability, Gap, GapReason
from handlers.cards.news import news_card
from handlers.reply import Button, Invoke, Style, Tone
from tests.fakes.clock import START
from tests.integration.scene import (
    HOSTILE,
    Person,
    Scene,
    account,
    button,
    buttons,
    group,
    private,
    stage,
    words,
)

pytestmark = pytest.mark.asyncio(loop_scope="module")
SOL = "So11111111111111111111111111111111111111112"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def scene(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Scene]:
    async with stage(tmp_path_factory.mktemp("state")) as running:
        yield running


@pytest_asyncio.fixture(loop_scope="module")
async def fresh(tmp_path: Path) -> AsyncIterator[Scene]:
    async with stage(tmp_path) as running:
        yield running


def told(scene: Scene) -> list[tuple[str, str, str]]:
    """List the headlines that go out: key, channel, address; inboxes left out."""
    query = (
        "SELECT n.key, channel, address FROM deliveries d JOIN notices n ON n.id = d.notice_id "
        "WHERE n.kind = 'news' AND channel != 'inbox' ORDER BY d.id"
    )
    with closing(sqlite3.connect(scene.database)) as database:
        return list(database.execute(query))


# --- /news ------------------------------------------------------------------------------------------------


async def test_headlines_have_their_age_outlet_votes_source_and_page(scene: Scene) -> None:
    reply = await scene.say(Person(), "/news BONK")
    shown = words(reply)
    assert "News about $BONK" in shown
    assert "ago" in shown and "Practice Wire" in shown and "votes like it" in shown
    assert "Listed by cryptopanic" in shown
    assert "100x" not in shown  # the paid post
    links = [span for span in reply.body.spans if span.style is Style.LINK]
    assert links and all(span.url.startswith("https://") for span in links)
    assert reply.practice


@pytest.mark.parametrize("line", ["/news $BONK", "/news bonk", f"/news {SOL}"])
async def test_a_token_is_named_as_anywhere_else(scene: Scene, line: str) -> None:
    scene.wait(10)
    assert "News about $" in words(await scene.say(Person(), line))


async def test_words_that_are_no_ticker_are_looked_for_in_all_headlines(scene: Scene) -> None:
    found = await scene.say(Person(), "/news price is up")
    titles = [span.text for span in found.body.spans if span.style is Style.LINK]
    assert titles and all("up" in each for each in titles)
    nothing = await scene.say(Person(), "/news zebra stripes")
    assert "None of the newest headlines holds these words" in words(nothing)


async def test_pages_turn_and_keep_the_question(scene: Scene) -> None:
    person = Person()
    first = await scene.say(person, "/news price is")
    second = await scene.press(person, button(first, "Next ›"))
    assert "price is" in second.title.plain
    assert first.body.plain != second.body.plain


@pytest.mark.parametrize("said", HOSTILE)
async def test_hostile_words_are_looked_for_and_nothing_else(scene: Scene, said: str) -> None:
    reply = await scene.say(Person(), f"/news {said}")
    assert reply.error in {"", "unknown token", "bad argument"}
    assert not set(words(reply)) & set("\u200b\u200d\u2060\ufeff\u202e\u202c")
    assert len(words(reply)) < 3_000


async def test_a_source_that_is_not_asked_is_named_and_nothing_is_made_up(tmp_path: Path) -> None:
    async with stage(tmp_path, providers={"cryptopanic": {"enabled": False}}) as scene:
        reply = await scene.say(Person(), "/news BONK")
        assert "No source of news answered" in words(reply)
        assert "Missing: cryptopanic: switched off" in words(reply)
        assert reply.tone is Tone.WARN


async def test_a_missing_key_is_named_with_where_it_belongs() -> None:
    gap = Gap(
        source=ProviderId("cryptopanic"), capability=Capability.NEWS, reason=GapReason.KEY_MISSING, at=START
    )  # fmt: skip
    news = News(headlines=(), at=START, gaps=(gap,))
    shown = words(news_card(news, 1, START, about="", by_words=False, switch=None))
    assert "cryptopanic: no key" in shown
    assert "trenchcoat keys set, or TRENCHCOAT_PROVIDERS__CRYPTOPANIC__API_KEY" in shown


# --- the stream -------------------------------------------------------------------------------------------


async def test_important_news_come_once_each_and_only_so_many_an_hour(fresh: Scene) -> None:
    alice, newsroom = await fresh.member(), fresh.app.services[Newsroom]
    await newsroom.run()
    assert told(fresh) == []  # nobody listens
    shown = await fresh.say(alice, "/news")
    await fresh.press(alice, button(shown, "Subscribe"))
    fresh.wait(60)
    await newsroom.run()
    await newsroom.run()
    first = told(fresh)
    assert len(first) == len({key for key, *_ in first}) == AN_HOUR
    assert {(channel, address) for _, channel, address in first} == {("telegram", alice.identity.id)}
    fresh.wait(3_600)
    await newsroom.run()
    later = told(fresh)
    assert AN_HOUR < len(later) <= 2 * AN_HOUR
    assert len({key for key, *_ in later}) == len(later)


async def test_a_group_hears_news_where_its_admins_want_them(fresh: Scene) -> None:
    admin, here = await fresh.member(standing=Level.CHAT_ADMIN), group()
    shown = await fresh.say(admin, "/news", here)
    assert (await fresh.press(admin, button(shown, "Subscribe this chat"), here)).error == ""
    fresh.wait(60)
    await fresh.app.services[Newsroom].run()
    assert {address for _, _, address in told(fresh)} == {here.channel}
    member = await fresh.member()
    assert (await fresh.press(member, button(shown, "Subscribe this chat"), here)).error == "not allowed"
    assert (await fresh.say(member, "/news subscribe", here)).error == "not allowed"


async def test_who_leaves_hears_nothing_and_who_muted_it_hears_again_by_subscribing(fresh: Scene) -> None:
    alice, newsroom = await fresh.member(), fresh.app.services[Newsroom]
    on = await fresh.say(alice, "/news subscribe")
    await fresh.say(alice, "/notify news off")
    assert "Subscribe" in {each.label for each in buttons(await fresh.say(alice, "/news"))}
    fresh.wait(60)
    await newsroom.run()
    assert told(fresh) == []
    await fresh.say(alice, "/news subscribe")
    await fresh.press(alice, button(on, "Unsubscribe"))
    fresh.wait(3_600)
    await newsroom.run()
    assert told(fresh) == []
    await fresh.say(alice, "/news subscribe")
    fresh.wait(3_600)
    await newsroom.run()
    assert told(fresh)


async def test_a_stranger_reads_and_is_told_how_to_be_told(scene: Scene) -> None:
    for line in ("/news subscribe", "/changelog subscribe", "/beta join headline_tone"):
        reply = await scene.say(Person(), line)
        assert reply.error == "not allowed"
        assert "/start" in words(reply)


# --- /changelog -------------------------------------------------------------------------------------------


async def test_the_newest_entries_of_this_checkout_are_shown_page_by_page(scene: Scene) -> None:
    newest = releases().all[0]
    person = Person()
    first = await scene.say(person, "/changelog")
    assert newest.name in words(first)
    second = await scene.press(person, button(first, "Next ›"))
    assert first.body.plain != second.body.plain
    last = await scene.say(person, "/changelog 99")
    assert "Next ›" not in {each.label for each in buttons(last)}


async def test_updates_are_subscribed_to_and_left_by_a_press(fresh: Scene) -> None:
    alice = await fresh.member(identity=account(Platform.DISCORD))
    await fresh.press(alice, button(await fresh.say(alice, "/changelog"), "Subscribe"))
    shown = await fresh.say(await fresh.operator(), "/announce Version 2 is out")
    assert "To 1 place" in words(shown)
    await fresh.press(alice, button(await fresh.say(alice, "/changelog"), "Unsubscribe"))
    assert "Nobody listens" in words(await fresh.say(await fresh.operator(), "/announce Version 2 is out"))


# --- /beta ------------------------------------------------------------------------------------------------


async def test_a_beta_is_joined_holds_for_this_person_and_is_left(scene: Scene) -> None:
    alice, bob = await scene.member("Alice"), await scene.member("Bob")
    assert "not joined" in words(await scene.say(alice, "/beta"))
    joined = await scene.press(alice, button(await scene.say(alice, "/beta"), "Join headline_tone"))
    assert "(joined)" in words(joined)
    assert "not joined" in words(await scene.say(bob, "/beta"))
    assert await flag_of(scene, alice) and not await flag_of(scene, bob)
    await scene.press(alice, button(joined, "Leave headline_tone"))
    assert not await flag_of(scene, alice)
    assert "beta" not in (await scene.known(alice)).preferences


async def flag_of(scene: Scene, person: Person, chat: Chat | None = None) -> bool:
    """Tell whether the beta holds for a person, as commands see it."""
    actor = Actor(identity=person.identity, name=person.name, user=await scene.known(person))
    flags = await scene.app.services[Chats].flags(actor, chat or private(person))
    return flags["headline_tone"]


async def test_an_admin_joins_for_the_chat_and_a_member_for_themselves(scene: Scene) -> None:
    admin, member, here = await scene.member(standing=Level.CHAT_ADMIN), await scene.member("Bob"), group()
    assert "Betas of this chat" in words(await scene.say(admin, "/beta join headline_tone", here))
    assert await flag_of(scene, member, here)
    assert not await flag_of(scene, member, group())
    own = await scene.say(member, "/beta leave headline_tone", here)
    assert own.private
    assert await flag_of(scene, member, here)  # the chat's choice is its admins'


async def test_what_an_operator_switches_off_is_off_for_who_joined_too(fresh: Scene) -> None:
    operator, alice = await fresh.operator(), await fresh.member()
    await fresh.say(alice, "/beta join headline_tone")
    await fresh.say(operator, "/flag headline_tone off")
    assert not await flag_of(fresh, alice)
    assert "switched off by the operator" in words(await fresh.say(alice, "/beta"))


@pytest.mark.parametrize("name", ["paste", "charts", "x" * 400, "headline_tone,paste", "'; --"])
async def test_what_is_no_beta_cannot_be_joined(scene: Scene, name: str) -> None:
    alice = await scene.member()
    reply = await scene.press(alice, Button("x", Invoke("beta", {"act": "join", "name": name})))
    assert reply.error == "bad argument"
    assert len(words(reply)) < 400
    assert (await scene.known(alice)).preferences == {}
