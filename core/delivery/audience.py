"""Whom a notice reaches: the places that hear a stream, and people where each wants to be told.

Only reads: what is decided becomes true as the notice is posted, in its own transaction. Quiet hours and
budgets go by real time, whatever the market's clock says.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from core.delivery.budget import WINDOW
from core.delivery.verdict import Reason, Verdict, Way, decide
from core.delivery.wishes import HOME, SEEN, wishes
from core.mailbox import letter_to
from data.models.chat import Identity
from data.models.delivery import Channel, Notice, Stream, Subscription, Target
from data.models.hearing import Owner, Place, Reader
from data.models.ids import Platform, UserId
from data.ports import Clock
from data.store.store import Store, Tx

# The topics of what lies in an inbox until its digest comes, by why it was held.
HELD = {reason: f"digest {reason}" for reason in (Reason.CHOSEN, Reason.QUIET, Reason.BUDGET)}
_BETWEEN = "|"
SENT_BY = {
    Platform.TELEGRAM: Channel.TELEGRAM,
    Platform.DISCORD: Channel.DISCORD,
    Platform.CONSOLE: Channel.CONSOLE,
}
_TYPES, _LEAST = "types", "min"
_AT_A_TIME = 50


class Audience:
    """Who hears what, as they chose it."""

    def __init__(self, store: Store, wall: Clock) -> None:
        self._store = store
        self._wall = wall

    async def of_stream(
        self,
        stream: Stream,
        notice: Notice,
        *,
        kind: str = "",
        chat_key: str | None = None,
        score: float | None = None,
    ) -> tuple[Target, ...]:
        """List the places that hear a stream, or those of one chat.

        A person who hears it in private hears it once, where they want to be told. `kind` is a type of
        signal; `score` its chance as a ratio, which decides who is heard in a busy hour. A subscription's
        wish `types` lists the kinds that it wants, its wish `min` the least score.
        """
        async with self._store.read() as tx:
            if chat_key is None:
                heard = await tx.subscriptions.of_stream(stream)
            else:
                heard = tuple(
                    each
                    for each in await tx.subscriptions.of_chat(chat_key)
                    if each.active and each.stream is stream
                )
            wanted = [each for each in heard if _wants(each, kind, score)]
            people = {each.target.user_id for each in wanted if each.target.user_id is not None}
            places = [(each.chat_key, each.target) for each in wanted if each.target.user_id is None]
            return (
                *await self._to_places(tx, places, notice, kind, score),
                *await self._to_people(tx, people, notice, kind, score),
            )

    async def of_place(
        self, chat_key: str, place: Target, notice: Notice, *, kind: str = ""
    ) -> tuple[Target, ...]:
        """List where a chat hears what belongs to it: where it routed the stream, else at `place`."""
        async with self._store.read() as tx:
            routed = [
                each.target
                for each in await tx.subscriptions.of_chat(chat_key)
                if each.active and each.stream is notice.stream
            ]
            places = [(chat_key, each) for each in routed or [place]]
            return await self._to_places(tx, places, notice, kind, None)

    async def of_people(
        self, users: Collection[UserId], notice: Notice, *, kind: str = ""
    ) -> tuple[Target, ...]:
        """List where people hear a notice, each once: where they want to be told, and in their inbox."""
        async with self._store.read() as tx:
            return await self._to_people(tx, users, notice, kind, None)

    async def home(self, user_id: UserId) -> Target | None:
        """Tell where a person wants to be told; None where no platform reaches them."""
        async with self._store.read() as tx:
            return next((home(each) for each in await tx.choices.readers([user_id])), None)

    async def of_digest(
        self, user_id: UserId | None, chat: tuple[str, Target] | None, notice: Notice
    ) -> tuple[Target, ...]:
        """List the ways to a person, or the chat's place, for what they asked to come together.

        Quiet hours hold it, those too that were chosen since it was made due.
        """
        ways: list[Target] = []
        async with self._store.read() as tx:
            if user_id is not None:
                for reader in await tx.choices.readers([user_id]):
                    ways = [way for way in (home(reader), _letter(reader, notice)) if way is not None]
                    chosen = reader.preferences
            elif chat is not None:
                key, place = chat
                ways, chosen = [place], (await tx.choices.of_chats([key])).get(key, {})
        if not ways:
            return ()
        holds = wishes(chosen)
        until = holds.quiet.until(self._wall.now(), holds.zone) if holds.quiet is not None else None
        return tuple(replace(way, due_at=until) for way in ways)

    async def _to_places(
        self,
        tx: Tx,
        places: Sequence[tuple[str, Target]],
        notice: Notice,
        kind: str,
        score: float | None,
    ) -> tuple[Target, ...]:
        now = self._wall.now()
        keys = {key for key, _ in places}
        chosen = await tx.choices.of_chats(keys)
        snoozed = await tx.choices.snoozed((), keys, now)
        due = await _due(tx, (place for _, place in places), now)
        found: list[Target] = []
        for number, (key, place) in enumerate(places):
            await _breath(number)
            holds = wishes(chosen.get(key, {}), snoozed.get(Owner(chat_key=key)))
            verdict = decide(holds, notice, kind, now, due.get(_place(place), ()), score=score)
            held = Target(channel=Channel.INBOX, address=held_for(key, place))
            found += _targets(verdict, place, held, inbox=False)
        return tuple(found)

    async def _to_people(
        self, tx: Tx, users: Collection[UserId], notice: Notice, kind: str, score: float | None
    ) -> tuple[Target, ...]:
        now = self._wall.now()
        readers = await tx.choices.readers(users)
        snoozed = await tx.choices.snoozed([each.id for each in readers], (), now)
        homes = {each.id: home(each) for each in readers}
        due = await _due(tx, (place for place in homes.values() if place is not None), now)
        found: list[Target] = []
        for number, reader in enumerate(readers):
            await _breath(number)
            place = homes[reader.id]
            holds = wishes(reader.preferences, snoozed.get(Owner(reader.id)))
            had = due.get(_place(place), ()) if place is not None else ()
            verdict = decide(holds, notice, kind, now, had, score=score)
            inbox = Target(channel=Channel.INBOX, address=str(reader.id), private=True, user_id=reader.id)
            found += _targets(verdict, place, inbox, inbox=True)
            if verdict.way is Way.SEND and (letter := _letter(reader, notice)) is not None:
                found.append(letter)
        return tuple(found)


def home(reader: Reader) -> Target | None:
    """Choose where a person is told: where they want it, else where they last spoke to us in private."""
    reached = {each.platform: each for each in reversed(reader.identities) if each.platform in SENT_BY}
    for name in (reader.preferences.get(HOME), reader.preferences.get(SEEN)):
        for platform, account in reached.items():
            if platform.value == name:
                return private(account, reader.id)
    first = next((each for each in reader.identities if each.platform in SENT_BY), None)
    return None if first is None else private(first, reader.id)


def _letter(reader: Reader, notice: Notice) -> Target | None:
    return letter_to(reader.preferences, reader.id, notice)


def private(account: Identity, user_id: UserId) -> Target:
    """Name the private chat with an account; it is reached by the account's own number."""
    return Target(channel=SENT_BY[account.platform], address=account.id, private=True, user_id=user_id)


def held_for(chat_key: str, place: Target) -> str:
    """Name the inbox in which a chat's place gathers what waits for its digest."""
    return _BETWEEN.join((chat_key, place.channel.value, place.address, place.topic))


def place_held(address: str) -> tuple[str, Target] | None:
    """Read the name of such an inbox: the chat and its place; None for a person's."""
    parts = address.split(_BETWEEN)
    if len(parts) != 4:
        return None
    chat_key, channel, at, topic = parts
    return chat_key, Target(channel=Channel(channel), address=at, topic=topic)


def _targets(verdict: Verdict, place: Target | None, kept: Target, *, inbox: bool) -> list[Target]:
    """Make the deliveries of a verdict; `inbox` says that the reader has one, and finds there what came."""
    if verdict.way is Way.DIGEST:
        return [replace(kept, topic=HELD[verdict.reason], due_at=verdict.due_at)]
    if verdict.way is Way.DROP:
        return [kept] if inbox and verdict.reason is Reason.SNOOZED else []
    sent = [] if place is None else [replace(place, silent=verdict.silent, due_at=verdict.due_at)]
    return [*sent, kept] if inbox else sent


def _wants(heard: Subscription, kind: str, score: float | None) -> bool:
    """Tell whether a place wants this kind with this score; one that is not known is never too low."""
    wanted = dict(heard.wishes)
    types = wanted.get(_TYPES, "").replace(",", " ").split()
    if kind and types and kind not in types:
        return False
    return score is None or score >= _ratio(wanted.get(_LEAST, ""))


def _ratio(word: str) -> float:
    return float(word) if word.replace(".", "", 1).isdecimal() else 0.0


def _place(target: Target) -> Place:
    return (target.channel, target.address, target.topic)


async def _breath(number: int) -> None:
    """Let others run: thousands of places take longer to decide about than the loop may be held up."""
    if number % _AT_A_TIME == 0:
        await asyncio.sleep(0)


async def _due(tx: Tx, places: Iterable[Target], now: datetime) -> Mapping[Place, Sequence[datetime]]:
    """Tell how much places had in the last hour, and will have."""
    addresses: dict[Channel, set[str]] = {}
    for place in places:
        addresses.setdefault(place.channel, set()).add(place.address)
    found: dict[Place, Sequence[datetime]] = {}
    for channel, some in addresses.items():
        found |= await tx.held.due(channel, some, now - WINDOW)
    return found
