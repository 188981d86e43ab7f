"""Commands and updates nobody would think of: nothing crashes, and nothing changes that was not asked for.

`TRENCHCOAT_FUZZ=long` runs twenty times as many, from a seed of its own; `TRENCHCOAT_FUZZ_SEED` gives one.
"""

from __future__ import annotations

import asyncio
import logging
import os
import random
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator, MutableMapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from structlog.testing import capture_logs

from bot.app import App
from core.payloads import Payloads
from data.errors import BadArgument
from data.models.chat import AuditEntry, FlagOverride, Identity, Level, Rule, User
from data.models.ids import Platform, UserId
from data.store.store import Store, Tx
from handlers import actions
from handlers.dispatch import Request
from handlers.registry import Registry
from tests.e2e import cast, stage, wreckage
from tests.e2e.cast import Player
from tests.e2e.grammar import Case, Grammar
from tests.e2e.matrix import PLACES, Place, Role
from tests.e2e.stage import Platforms
from tests.fakes import program
from tests.fakes.discord import ClientRefusalError, SeenMessage
from tests.fakes.telegram import Rule as TelegramRule
from tests.fakes.telegram import SentMessage
from tests.integration.telegram_stage import HastyClock

LONG = os.environ.get("TRENCHCOAT_FUZZ") == "long"
SEED = int(
    os.environ.get("TRENCHCOAT_FUZZ_SEED") or (random.SystemRandom().getrandbits(32) if LONG else 20261122)
)
COMMANDS = 100_000 if LONG else 5_000
SPOKEN = 6_000 if LONG else 300
WRECKS = 20_000 if LONG else 1_000
AT_ONCE = 20
SETTLE_S = 60.0
SPEED = 20.0  # cooldowns and the vendors' quotas pass so much faster; so do deadlines
BAD_EVENTS = {"command_crashed", "task_failed", "invariant_broken"}
POWERLESS = (Role.STRANGER, Role.MEMBER, Role.LIVE, Role.MODERATOR, Role.BLOCKED)


@contextmanager
def nothing_crashes(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Fail if anything is logged that nobody meant to happen."""
    with capture_logs() as events, caplog.at_level(logging.ERROR):
        yield
    crashed = [event for event in events if event["event"] in BAD_EVENTS]
    assert not crashed, _told(crashed)
    complaints = [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR]
    assert not complaints, complaints[:5]


def _told(events: Sequence[MutableMapping[str, Any]]) -> str:
    return "\n".join(f"{event['event']}: {event.get('exc_info')!r} {event}"[:2_000] for event in events[:5])


class Powers(NamedTuple):
    """Everything that decides who may do what, and the record of how it came to be so."""

    rules: list[tuple[Rule, ...]]
    flags: tuple[FlagOverride, ...]
    privileged: list[tuple[UserId, Level, bool]]
    deeds: list[AuditEntry]


async def powers(app: App) -> Powers:
    """Take them down."""
    chats = [cast.chat(platform, place) for platform, places in PLACES.items() for place in places]
    async with app.services[Store].read() as tx:
        rules = [await tx.rules.for_chat(chat.key) for chat in chats]
        flags = await tx.flags.all()
        users = [user async for user in _everyone(tx)]
        deeds = [entry async for entry in _deeds(tx)]
    privileged = [(user.id, user.level, user.blocked) for user in users if user.level > 1 or user.blocked]
    return Powers(rules, flags, privileged, deeds)


async def _everyone(tx: Tx) -> AsyncIterator[User]:
    after = 0
    while page := await tx.users.page(after, limit=100):
        after = page[-1].id
        for user in page:
            yield user


async def _deeds(tx: Tx) -> AsyncIterator[AuditEntry]:
    """Walk the audit, without what is everybody's right: to join, to choose for oneself, to be forgotten."""
    before: int | None = None
    while page := await tx.audit.page(before, limit=100):
        before = page[-1].seq
        for entry in page:
            if entry.action not in {"join", "setting", "subscribe", "unsubscribe", "forget"}:
                yield entry


async def requested(app: App, who: Player, case: Case, place: Place) -> Request | None:
    """Make the request that a front end would; None for a button that it would not take."""
    where = cast.chat(who.identity.platform, place, who)
    if case.payload is None:
        return who.asks(where, case.command, *case.words, named=case.named, origin=case.origin)
    try:
        invoke = await actions.decode(case.payload, app.services[Registry], app.services[Payloads].get)
    except BadArgument:
        return None
    return who.asks(where, invoke.command, named=dict(invoke.args), origin=case.origin)


async def answer(app: App, players: Sequence[Player], case: Case, outcomes: Counter[str]) -> None:
    """Run one case by somebody, somewhere; no answer may be an apology."""
    chance = random.Random(f"{SEED}:{case.number}:who")
    who = chance.choice(players)
    place = chance.choice(PLACES[who.identity.platform])
    try:
        request = await requested(app, who, case, place)
        if request is None:
            outcomes["button refused"] += 1
            return
        frames = [reply async for reply in app.dispatcher.frames(request)]
    except Exception as error:
        error.add_note(f"case {SEED}:{case.number}: {case}")
        raise
    assert frames, case
    assert all(reply.error != "internal" for reply in frames), (SEED, case)
    outcomes[frames[-1].error or "ok"] += 1


@pytest.fixture
async def app(tmp_path: Path) -> AsyncIterator[App]:
    async with program.inside(tmp_path, clock=HastyClock(SPEED), owner_ids=cast.OWNERS) as app:
        yield app


async def crowd(app: App, roles: Sequence[Role], *, guests: int) -> list[Player]:
    """Let people exist on every platform, and many more who were never seen before."""
    known = [await cast.player(app, platform, role) for platform in Platform for role in roles]
    unseen = [
        Player(Identity(platform, str(90_000 + number)), f"Guest {number}")
        for number in range(guests)
        for platform in Platform
    ]
    return [*known * 4, *unseen]


async def storm(app: App, players: Sequence[Player], count: int) -> Counter[str]:
    """Run cases, many at a time, and tell how they ended."""
    made = Grammar(app.services[Registry], SEED)
    outcomes: Counter[str] = Counter()
    numbers = iter(range(count))

    async def worker() -> None:
        for number in numbers:
            await answer(app, players, made.case(number), outcomes)

    async with asyncio.TaskGroup() as group:
        for _ in range(AT_ONCE):
            group.create_task(worker())
    return outcomes


@pytest.mark.timeout(3600 if LONG else 180)
async def test_no_command_crashes_and_the_powerless_change_nothing(
    app: App, caplog: pytest.LogCaptureFixture
) -> None:
    players = await crowd(app, POWERLESS, guests=300)
    before = await powers(app)
    started = time.perf_counter()
    with nothing_crashes(caplog):
        outcomes = await storm(app, players, COMMANDS)
    print(f"seed {SEED}: {COMMANDS} commands in {time.perf_counter() - started:.0f} s, {dict(outcomes)}")
    assert await powers(app) == before
    assert outcomes.total() == COMMANDS
    assert outcomes["ok"] > COMMANDS / 20


@pytest.mark.timeout(3600 if LONG else 180)
async def test_the_powerful_crash_nothing_either_and_each_deed_is_on_record(
    app: App, caplog: pytest.LogCaptureFixture
) -> None:
    powerful = await crowd(app, (Role.CHAT_ADMIN, Role.OPERATOR), guests=0)
    count = COMMANDS // 5
    with nothing_crashes(caplog):
        outcomes = await storm(app, powerful, count)
    print(f"seed {SEED}: {count} commands by admins and operators, {dict(outcomes)}")
    _, flags, _, deeds = await powers(app)
    async with app.services[Store].read() as tx:
        assert await tx.audit.verify() is None
    actions_taken = Counter(entry.action for entry in deeds)
    print(f"deeds: {dict(actions_taken)}")
    assert actions_taken["flag"] >= len(flags)
    assert actions_taken["allow"] + actions_taken["deny"] > 0


# Through both front ends: what they hear, they answer as the platforms' rules want it.


async def still_answers(there: Platforms) -> tuple[SentMessage, SeenMessage]:
    """Ask for a card on both, and give them."""
    home, before = there.telegram.private(there.olga), there.telegram.private(there.olga).last_message_id
    there.olga.send(home, "/status")
    await there.telegram.until(lambda: home.last_message_id > before + 1, SETTLE_S)
    asked = there.otto.slash(there.guild.channel("general"), "status")
    (card,) = await there.discord.shown(asked, timeout=SETTLE_S)
    assert "Status" in home.messages[-1].visible
    return home.messages[-1], card


@pytest.mark.timeout(3600 if LONG else 180)
async def test_odd_commands_and_forged_buttons_break_no_platforms_rule(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with nothing_crashes(caplog):
        async with stage.platforms() as there, stage.on_both(there, tmp_path, clock=HastyClock(SPEED)) as app:
            resting = len(app.nursery)
            cards = await still_answers(there)
            before = await powers(app)
            made, refused = Grammar(app.services[Registry], SEED), 0
            for number in range(SPOKEN):
                refused += say(there, cards, made, number)
                if number % AT_ONCE == 0 or made.case(number).payload:  # one press at a time on a shared card
                    await stage.settled(there, app, resting)
            await stage.settled(there, app, resting)
            assert await powers(app) == before
            await still_answers(there)
    there.verify()
    print(f"seed {SEED}: {SPOKEN} said on both, {refused} that no Discord app would let anyone say")


def say(there: Platforms, cards: tuple[SentMessage, SeenMessage], made: Grammar, number: int) -> int:
    """Let a new guest say something, or forge a button of a card; give 1 if their app does not let them."""
    who, case = 200_000 + number, made.case(number)
    line, payload = whole(made.line(number)) or "/", whole(case.payload or "")
    guest = there.telegram.user(who, f"Guest {number}")
    guest.send(there.telegram.private(guest), line)
    if payload:
        guest.forge(there.telegram.chat(cards[0].chat_id).message(cards[0].message_id), payload[:64])
    person = there.discord.person(f"guest{number}", user_id=who)
    there.discord.member(person, there.guild)
    general = there.guild.channel("general")
    person.say(general, line)
    try:
        if payload:
            person.forge(cards[1], payload[:100])
        elif case.named is not None:
            person.slash(general, case.command, **{key: whole(word) for key, word in case.named.items()})
    except ClientRefusalError:
        return 1
    return 0


def whole(text: str) -> str:
    """Replace half characters: they are no JSON, and no platform passes them on."""
    return text.encode(errors="replace").decode()


# What Telegram says to a call about something that exists in a wrecked update alone.
OF_THE_WRECK = {TelegramRule.CALLBACK, TelegramRule.INLINE, TelegramRule.TARGET, TelegramRule.GONE}
EMPTY_IDS = {"callback_query_id is missing", "inline_query_id is missing"}


@pytest.mark.timeout(3600 if LONG else 180)
async def test_wrecked_updates_end_nothing(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    chance = random.Random(SEED)
    with capture_logs() as events, caplog.at_level(logging.ERROR):
        async with stage.platforms() as there:
            samples = wreckage.telegram_samples(there)
            async with stage.on_both(there, tmp_path, clock=HastyClock(SPEED)) as app:
                resting, before = len(app.nursery), await powers(app)
                seen = await discord_traffic(there)
                for number in range(WRECKS // 2):
                    there.telegram.push_raw(wreckage.telegram_wreck(chance, samples))
                    there.discord.dispatch_raw(*wreckage.discord_wreck(chance, seen))
                    if number % AT_ONCE == 0:
                        await stage.settled(there, app, resting)
                await stage.settled(there, app, resting)
                assert await powers(app) == before
                await still_answers(there)
    kinds = Counter(event["event"] for event in events)
    print(f"seed {SEED}: {WRECKS} wrecked updates, {dict(kinds)}")
    assert not kinds.keys() & BAD_EVENTS, _told([event for event in events if event["event"] in BAD_EVENTS])
    broken = [
        f"{each} {each.params}"
        for each in there.telegram.violations
        if each.rule not in OF_THE_WRECK and each.detail not in EMPTY_IDS
    ]
    assert not broken, "\n".join(broken)
    assert kinds["update_unreadable"] > 0


async def discord_traffic(there: Platforms) -> list[tuple[str, dict[str, Any]]]:
    """Let people do what they do on Discord, and take down the events of it."""
    general = there.guild.channel("general")
    asked = there.dora.slash(general, "p", tokens="BONK")
    (card,) = await there.discord.shown(asked, timeout=SETTLE_S)
    there.dora.say(general, "DezXAZ8z7PnrnRJjz3wXBoRgixCa6xjnB7YaB1pPB263")
    there.dora.forge(card, "tpp:BONK")
    await there.discord.wait_for(lambda: not there.discord.interactions.pending, SETTLE_S)
    return wreckage.discord_samples(there)
