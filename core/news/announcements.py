"""Announcements: shown first, confirmed by their author, carried by the outbox, and stopped while they wait.

An admin speaks to their own chat alone. What an operator says everywhere is held for `HELD_FOR`, in which any
operator can stop it, unless a second one agrees: one stolen account reaches nobody at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog

from core import events
from core.delivery.audience import Audience
from core.delivery.outbox import Outbox
from core.delivery.routes import place_of
from core.news.announced import HELD_KIND, KIND, Announced, AnnouncementHeld
from core.people import People
from data.errors import BadArgument, NotAllowed
from data.models.announcing import Announcement, AnnouncementState
from data.models.chat import Actor, Chat, Level, User
from data.models.delivery import Channel, Lateness, Notice, Stream, Target, Urgency
from data.ports import Clock
from data.store.store import Store, Tx

log = structlog.get_logger("announcements")

CONFIRM_WITHIN = timedelta(minutes=10)
HELD_FOR = timedelta(minutes=10)
HERE, HERE_WITHIN = 3, timedelta(hours=1)  # confirmed in one chat
EVERYWHERE, EVERYWHERE_WITHIN = 3, timedelta(days=1)
_GOOD_FOR = timedelta(hours=6)
_KEPT = timedelta(days=30)
_AT_ONCE = 20
_OPERATORS = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """An announcement as its author, or another operator, sees it; `places` is how many it goes to."""

    announcement: Announcement
    places: int


class Announcements:
    """Everybody's announcements."""

    def __init__(
        self, *, store: Store, people: People, outbox: Outbox, audience: Audience, wall: Clock
    ) -> None:
        self._store = store
        self._people = people
        self._outbox = outbox
        self._audience = audience
        self._wall = wall

    async def draft(self, user: User, chat: Chat | None, words: str) -> Shown:
        """Keep a text until its author confirms it; without a chat it is for everywhere.

        Raises:
            NotAllowed: who is no operator speaks in a chat.
        """
        if chat is None and user.level is not Level.OPERATOR:
            raise NotAllowed("Everywhere is for operators.", rule="level 6", hint="Say it in your chat.")
        place = None if chat is None else place_of(chat)
        draft = Announcement(
            id=0, user_id=user.id, text=words, state=AnnouncementState.DRAFT, made_at=self._wall.now(),
            chat_key="" if chat is None else chat.key, channel="" if place is None else place.channel.value,
            address="" if place is None else place.address, topic="" if place is None else place.topic,
        )  # fmt: skip
        async with self._store.begin() as tx:
            draft = replace(draft, id=await tx.announcements.add(draft))
        return Shown(announcement=draft, places=_places(await self._targets(draft, self._notice(draft))))

    async def send(self, user: User, chat: Chat, number: int) -> Shown:
        """Let a draft go out, or where it is for everywhere, wait for `HELD_FOR`.

        Raises:
            NotAllowed: it is somebody else's, of another chat, or too many went out lately.
            BadArgument: it is too old, or was confirmed already.
        """
        found = await self._found(number)
        if found is None or found.user_id != user.id:
            raise _nothing(number)
        _check_home(found, user, chat)
        now = self._wall.now()
        if found.state is not AnnouncementState.DRAFT or now - found.made_at > CONFIRM_WITHIN:
            raise BadArgument(
                f"Announcement #{number} was confirmed or stopped already, or is too old.",
                argument="text",
                hint="Say it again: /announce and the text",
            )
        if found.everywhere:
            return await self._hold(user, found, now)
        return await self._out(found, AnnouncementState.DRAFT, user)

    async def approve(self, user: User, number: int) -> Shown:
        """Let what another operator wants to say everywhere go out at once.

        Raises:
            NotAllowed: the one who agrees is no operator, or its author.
            BadArgument: it does not wait any more.
        """
        found = await self._found(number)
        if found is None or user.level is not Level.OPERATOR or not found.everywhere:
            raise _nothing(number)
        if found.user_id == user.id:
            raise NotAllowed(
                "Another operator must agree.", rule="second operator", hint="Or wait: it goes out by itself."
            )
        return await self._out(found, AnnouncementState.HELD, user)

    async def cancel(self, actor: Actor, chat: Chat, number: int) -> tuple[Announcement, int]:
        """Stop an announcement; gives it, and how many places will not hear it.

        Its author may, in the place where they said it, every operator, and in a chat its admins.

        Raises:
            NotAllowed: this person may not.
            BadArgument: it was stopped already.
        """
        user, found = actor.user, await self._found(number)
        assert user is not None  # the level asks for one
        if found is None:
            raise _nothing(number)
        if user.level is not Level.OPERATOR:
            _check_home(found, user, chat)
        async with self._store.begin() as tx:
            for state in (AnnouncementState.DRAFT, AnnouncementState.HELD, AnnouncementState.SENT):
                if await tx.announcements.turn(number, state, AnnouncementState.CANCELLED):
                    break
            else:
                raise BadArgument(f"Announcement #{number} was stopped already.", argument="text")
            spared = await tx.announcements.recall(_key(found), self._wall.now())
            await tx.audit.append(user.id, "announcement stopped", _where(found), f"#{number}")
        return replace(found, state=AnnouncementState.CANCELLED), spared

    async def run(self) -> None:
        """Let go out what was held for long enough; whoever lost the right to say it meanwhile does not.

        Raises:
            StoreUnavailable: the database does not answer.
        """
        async with self._store.read() as tx:
            due = await tx.announcements.due(self._wall.now(), _AT_ONCE)
        for each in due:
            async with self._store.read() as tx:
                author = await tx.users.get(each.user_id)
            if author is None or author.blocked or author.level is not Level.OPERATOR:
                async with self._store.begin() as tx:
                    await tx.announcements.turn(each.id, AnnouncementState.HELD, AnnouncementState.CANCELLED)
                    await tx.audit.append(
                        None, "announcement stopped", _where(each), f"#{each.id}: its author is no operator"
                    )
                continue
            try:
                await self._out(each, AnnouncementState.HELD, None)
            except BadArgument:
                log.info("announcement_went_another_way", id=each.id)  # stopped or agreed to meanwhile

    async def purge(self) -> None:
        """Drop what was said long ago.

        Raises:
            StoreUnavailable: the database does not answer.
        """
        async with self._store.begin() as tx:
            await tx.announcements.purge(self._wall.now() - _KEPT)

    async def _hold(self, user: User, found: Announcement, now: datetime) -> Shown:
        sends_at = now + HELD_FOR
        asked = Notice(
            key=f"{_key(found)}:held", kind=HELD_KIND, stream=Stream.INCIDENTS, at=now, expires_at=sends_at,
            body=events.encode(
                AnnouncementHeld(id=found.id, text=found.text, author=user.name, sends_at=sends_at)
            ),
            urgency=Urgency.DANGER,
        )  # fmt: skip
        operators = await self._people.page(0, _OPERATORS, Level.OPERATOR)
        others = [each.id for each in operators if each.id != user.id]
        targets = await self._audience.of_people(others, asked)
        places = _places(await self._targets(found, self._notice(found)))
        async with self._store.begin() as tx:
            await self._check_rate(tx, found)
            await self._turn(tx, found, AnnouncementState.DRAFT, AnnouncementState.HELD, sends_at)
            await tx.audit.append(
                user.id, "announcement", _where(found), f"#{found.id} held, {places} places"
            )
            await self._outbox.post(tx, asked, targets)
        self._outbox.ring()
        held = replace(found, state=AnnouncementState.HELD, sends_at=sends_at)
        return Shown(announcement=held, places=places)

    async def _out(self, found: Announcement, before: AnnouncementState, by: User | None) -> Shown:
        """Post it: its state, its notice and the record of it are one."""
        notice = self._notice(found)
        targets = await self._targets(found, notice)
        async with self._store.begin() as tx:
            if before is AnnouncementState.DRAFT:
                await self._check_rate(tx, found)
            await self._turn(tx, found, before, AnnouncementState.SENT)
            await self._outbox.post(tx, notice, targets)
            detail = f"#{found.id} sent, {_places(targets)} places"
            await tx.audit.append(None if by is None else by.id, "announcement", _where(found), detail)
        self._outbox.ring()
        return Shown(
            announcement=replace(found, state=AnnouncementState.SENT, sends_at=None), places=_places(targets)
        )

    async def _turn(
        self,
        tx: Tx,
        found: Announcement,
        before: AnnouncementState,
        after: AnnouncementState,
        sends_at: datetime | None = None,
    ) -> None:
        if not await tx.announcements.turn(found.id, before, after, sends_at):
            raise BadArgument(f"Announcement #{found.id} does not wait any more.", argument="text")

    async def _check_rate(self, tx: Tx, found: Announcement) -> None:
        most, within = (EVERYWHERE, EVERYWHERE_WITHIN) if found.everywhere else (HERE, HERE_WITHIN)
        if await tx.announcements.confirmed_since(found.chat_key, self._wall.now() - within) >= most:
            span = "day" if found.everywhere else "hour"
            raise NotAllowed(
                f"At most {most} announcements a {span}.", rule="rate of announcements", hint="Wait a while."
            )

    async def _targets(self, found: Announcement, notice: Notice) -> Sequence[Target]:
        if found.everywhere:
            return await self._audience.of_stream(Stream.UPDATES, notice)
        place = Target(channel=Channel(found.channel), address=found.address, topic=found.topic)
        return await self._audience.of_place(found.chat_key, place, notice)

    async def _found(self, number: int) -> Announcement | None:
        async with self._store.read() as tx:
            return await tx.announcements.get(number)

    def _notice(self, found: Announcement) -> Notice:
        now = self._wall.now()
        told = Announced(id=found.id, text=found.text, everywhere=found.everywhere)
        return Notice(
            key=_key(found), kind=KIND, stream=Stream.UPDATES, body=events.encode(told), at=now,
            expires_at=now + _GOOD_FOR, urgency=Urgency.NEWS, lateness=Lateness.SAY_AGE,
        )  # fmt: skip


def _check_home(found: Announcement, user: User, chat: Chat) -> None:
    """Refuse an announcement that is none of this chat's; that an admin is one here, the guards saw to."""
    if found.everywhere:
        if user.level is Level.OPERATOR:
            return
    elif found.chat_key == chat.key:
        return
    raise _nothing(found.id)


def _nothing(number: int) -> NotAllowed:
    """Refuse alike what is not there and what is not theirs."""
    return NotAllowed(
        f"You have no announcement #{number} here.", rule="ownership", hint="Say it: /announce and the text"
    )


def _key(found: Announcement) -> str:
    return f"announcement:{found.id}"


def _where(found: Announcement) -> str:
    return found.chat_key or "everywhere"


def _places(targets: Sequence[Target]) -> int:
    """Count the places that hear it; an inbox only keeps a copy."""
    return len(
        {(each.channel, each.address, each.topic) for each in targets if each.channel is not Channel.INBOX}
    )
