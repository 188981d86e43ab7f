"""Digests: what was held comes together, once, when it is due, whatever happens in between."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import pytest

from core.delivery import digest as digests
from core.delivery.audience import HELD, Audience, held_for
from core.delivery.digest import Digest, Digests
from core.delivery.outbox import Outbox
from core.delivery.routes import place_of
from core.delivery.verdict import Reason
from core.events import decode
from core.people import People
from data.models.chat import Chat, ChatKind, Identity, User
from data.models.delivery import Channel, Lateness, Notice, Stream, Target, Urgency
from data.models.ids import SOL, Platform
from data.store.store import Store
from tests.fakes.clock import START, VirtualClock

HOUR = timedelta(hours=1)
GROUP = Chat(platform=Platform.TELEGRAM, id="-100", channel="-100", kind=ChatKind.GROUP, topic="5")
ZORA = Identity(Platform.TELEGRAM, "11")


class Noting(Outbox):
    """An outbox that notes which digests were new to it."""

    def __init__(self, store: Store, clock: VirtualClock) -> None:
        super().__init__(store, clock)
        self.digests: list[tuple[Target, Notice]] = []

    async def publish(self, notice: Notice, targets: Sequence[Target]) -> bool:
        fresh = await super().publish(notice, targets)
        if fresh and notice.kind == digests.KIND:
            self.digests += [(target, notice) for target in targets]
        return fresh


class Office:
    """The digests of a store, made anew as after a restart."""

    def __init__(self, store: Store, clock: VirtualClock) -> None:
        self.store, self.clock = store, clock
        self.people = People(store, owners=(), open_registration=True)
        self.outbox = Noting(store, clock)
        self.restart()

    def restart(self) -> None:
        audience = Audience(self.store, self.clock)
        self.digests = Digests(
            self.store, self.outbox, audience, self.clock, lambda notice: f"about {notice.key}"
        )

    async def hold(
        self, key: str, place: Target, stream: Stream = Stream.RADAR, urgency: Urgency = Urgency.SIGNAL
    ) -> None:
        await self.outbox.publish(
            Notice(
                key=key, kind="signal", stream=stream, body="{}", at=START, expires_at=START + 9 * HOUR,
                urgency=urgency, about=SOL,
            ),
            [place],
        )  # fmt: skip

    @property
    def sent(self) -> list[tuple[Target, Digest]]:
        return [(target, decode(Digest, notice.body)) for target, notice in self.outbox.digests]


@pytest.fixture
def office(store: Store, clock: VirtualClock) -> Office:
    return Office(store, clock)


def held(user: User, reason: Reason = Reason.CHOSEN, hours: int = 1) -> Target:
    return Target(
        channel=Channel.INBOX, address=str(user.id), topic=HELD[reason], private=True, user_id=user.id,
        due_at=START + hours * HOUR,
    )  # fmt: skip


async def test_a_digest_comes_when_it_is_due_with_the_most_urgent_first(office: Office) -> None:
    user = await office.people.join(ZORA, "Zora")
    await office.hold("a", held(user))
    await office.hold("b", held(user, Reason.BUDGET), Stream.ALERTS, Urgency.ALERT)
    await office.hold("c", held(user, Reason.QUIET))
    await office.digests.run()
    assert office.sent == []
    office.clock.advance(3_600 + 31)
    await office.digests.run()
    ((place, told),) = office.sent
    assert (place.address, place.private, place.user_id) == ("11", True, user.id)
    assert [line.words for line in told.lines] == ["about b", "about c", "about a"]
    assert dict(told.streams) == {Stream.RADAR: 2, Stream.ALERTS: 1}
    assert (told.total, told.over_budget, told.in_quiet, told.inbox) == (3, 1, 1, True)


async def test_a_digest_is_sent_once_by_however_many_processes_and_starts(office: Office) -> None:
    user = await office.people.join(ZORA, "Zora")
    await office.hold("a", held(user))
    office.clock.advance(3_600 + 31)
    for _ in range(3):
        await office.digests.run()
        office.restart()
        await office.digests.run()
        office.clock.advance(60)
    assert len(office.sent) == 1


async def test_what_was_due_while_we_were_away_is_sent_at_the_start(office: Office) -> None:
    user = await office.people.join(ZORA, "Zora")
    await office.hold("a", held(user, hours=1))
    await office.hold("b", held(user, hours=3))
    office.clock.advance(20 * 3_600)
    await office.digests.run()
    assert sorted(told.due_at for _, told in office.sent) == [START + HOUR, START + 3 * HOUR]


async def test_what_is_committed_a_moment_after_the_time_is_not_left_out(office: Office) -> None:
    user = await office.people.join(ZORA, "Zora")
    office.clock.advance(3_599)
    await office.digests.run()
    office.clock.advance(11)  # the hour has struck; a slow transaction commits what it decided before
    await office.digests.run()
    await office.hold("late", held(user))
    office.clock.advance(30)
    await office.digests.run()
    assert [told.total for _, told in office.sent] == [1]


async def test_what_was_read_in_the_inbox_is_not_told_again(office: Office) -> None:
    user = await office.people.join(ZORA, "Zora")
    await office.hold("a", held(user))
    async with office.store.begin() as tx:
        await tx.outbox.mark_read(user.id)
    office.clock.advance(4_000)
    await office.digests.run()
    assert office.sent == []


async def test_a_chat_gets_its_digest_where_it_hears_the_stream(office: Office) -> None:
    place = Target(
        channel=Channel.INBOX, address=held_for(GROUP.key, place_of(GROUP)), topic=HELD[Reason.BUDGET],
        due_at=START + HOUR,
    )  # fmt: skip
    for number in range(digests.LINES + 5):
        await office.hold(f"n{number}", place)
    office.clock.advance(4_000)
    await office.digests.run()
    ((where, told),) = office.sent
    assert (where.channel, where.address, where.topic, where.user_id) == (Channel.TELEGRAM, "-100", "5", None)
    assert (told.total, len(told.lines), told.inbox) == (digests.LINES + 5, digests.LINES, False)


async def test_who_is_gone_gets_none(office: Office) -> None:
    gone = await office.people.join(ZORA, "Zora")
    await office.hold("a", held(gone))
    async with office.store.begin() as tx:
        await tx.users.forget(gone.id)
    office.clock.advance(4_000)
    await office.digests.run()
    assert office.sent == []


async def test_a_clock_that_jumps_back_sends_nothing_twice(office: Office) -> None:
    user = await office.people.join(ZORA, "Zora")
    await office.hold("a", held(user))
    office.clock.advance(4_000)
    await office.digests.run()
    office.clock.jump(-timedelta(days=1))
    await office.digests.run()
    office.clock.jump(timedelta(days=1))
    await office.digests.run()
    assert len(office.sent) == 1


async def test_a_digest_says_its_age_where_it_comes_late(office: Office) -> None:
    user = await office.people.join(ZORA, "Zora")
    await office.hold("a", held(user))
    office.clock.advance(4_000)
    await office.digests.run()
    ((_, notice),) = office.outbox.digests
    assert (notice.lateness, notice.urgency) == (Lateness.SAY_AGE, Urgency.NEWS)
