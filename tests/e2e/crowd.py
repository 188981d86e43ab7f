"""A crowd that never stops asking for changes, and remembers which ones were answered.

Each change is asked for once, and no other takes it back: a person who joins, a preference, a level, a rule,
a flag. So what was answered can be looked up at any later time. Knows nothing of processes and kills.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from data.models.chat import FlagScope, Identity, Level
from data.models.ids import Platform
from data.store.store import Tx
from tests.e2e.stage import Platforms
from tests.fakes.discord import Channel, Person
from tests.fakes.telegram import Chat, SentMessage, User

EVER_S = 86_400.0  # a kill ends the waiting
BONK = "DezXAZ8z7PnrnRJjz3wXBoRgixCa6xjnB7YaB1pPB263"


@dataclass(frozen=True, slots=True)
class Change:
    """Something asked for; `holds` looks whether the store has it."""

    name: str
    holds: Callable[[Tx], Awaitable[bool]]


@dataclass(slots=True)
class Ledger:
    """What was asked, and what of it was answered."""

    asked: Counter[str] = field(default_factory=Counter)
    answered: list[Change] = field(default_factory=list)
    read: int = 0

    async def lost(self, tx: Tx) -> list[str]:
        """Name what was answered and is not in the store."""
        return [change.name for change in self.answered if not await change.holds(tx)]


class Crowd:
    """People on both platforms; numbers only grow, over every start of the program."""

    def __init__(self, there: Platforms, ledger: Ledger) -> None:
        self._there = there
        self._ledger = ledger
        self._next = 100_000

    async def talk(self) -> None:
        """Ask for one thing after the other, several people at once, until cancelled."""
        async with asyncio.TaskGroup() as group:
            for someone in (self._telegram_guests, self._telegram_readers, self._discord_guests, self._flags):
                group.create_task(someone())

    def _number(self) -> int:
        self._next += 1
        return self._next

    async def _ask(self, change: Change, said: Awaitable[str], words: str) -> None:
        """Note a change that was asked for, and that it was answered if it was."""
        self._ledger.asked[change.name.split()[0]] += 1
        answer = await said
        if words in answer:
            self._ledger.answered.append(change)

    # Telegram: in private, someone's only commands; in a group, answers name what they answer.

    async def _telegram_guests(self) -> None:
        there = self._there
        while True:
            number = self._number()
            guest = there.telegram.user(number, f"Guest {number}")
            home = there.telegram.private(guest)
            who = Identity(Platform.TELEGRAM, str(number))
            await self._ask(joined(who), self._in_private(guest, home, "/start"), f"Hello Guest {number}")
            said = self._in_private(guest, home, "/settings timeframe 4h")
            await self._ask(preferring(who, "timeframe", "4h"), said, "Your settings")
            rule = f"/deny c user:{number}"
            said = self._in_group(there.amir, there.forum, rule)
            await self._ask(ruled(f"telegram:{there.forum.id}", str(number)), said, "counts from")

    async def _telegram_readers(self) -> None:
        while True:
            await self._in_group(self._there.tess, self._there.forum, BONK)
            self._ledger.read += 1
            await asyncio.sleep(0.05)

    async def _in_private(self, who: User, home: Chat, line: str) -> str:
        seen = home.last_message_id + 1
        who.send(home, line)
        return await self._answer(home, lambda message: message.message_id > seen)

    async def _in_group(self, who: User, group: Chat, line: str) -> str:
        said = who.send(group, line, thread_id=self._there.topic)
        return await self._answer(group, lambda message: message.reply_to == said.message_id)

    async def _answer(self, chat: Chat, fits: Callable[[SentMessage], bool]) -> str:
        bot = self._there.telegram.bot

        def found() -> SentMessage | None:
            return next((each for each in chat.messages if each.sender == bot and fits(each)), None)

        await self._there.telegram.until(lambda: found() is not None, EVER_S)
        message = found()
        assert message is not None
        return message.visible

    # Discord: each interaction has its own answer.

    async def _discord_guests(self) -> None:
        there = self._there
        general = there.guild.channel("general")
        while True:
            number = self._number()
            guest = there.discord.person(f"guest{number}", user_id=number)
            there.discord.member(guest, there.guild)
            who = Identity(Platform.DISCORD, str(number))
            await self._ask(joined(who), self._slash(guest, general, "start"), "Paste the address")
            home = there.discord.dm(guest)
            said = self._slash(guest, home, "settings", key="scale", value="log")
            await self._ask(preferring(who, "scale", "log"), said, "Your settings")
            office = there.discord.dm(there.otto)
            said = self._slash(there.otto, office, "admin role", person=str(who), level="paper")
            await self._ask(levelled(who, Level.PAPER), said, "is now")
            said = self._slash(there.anna, general, "group deny", command="c", whom=f"user:{number}")
            await self._ask(ruled(f"discord:{there.guild.id}", str(number)), said, "counts from")

    async def _flags(self) -> None:
        there = self._there
        office = there.discord.dm(there.otto)
        while True:
            chat = f"telegram:-{self._number()}"
            said = self._slash(there.otto, office, "admin flag", value="off", name="inline", scope=chat)
            await self._ask(flagged("inline", chat), said, "inline is off")

    async def _slash(self, who: Person, where: Channel, name: str, /, **options: str) -> str:
        asked = who.slash(where, name, **options)
        await self._there.discord.wait_for(lambda: asked.messages, EVER_S)
        embeds = asked.messages[0].embeds
        return "\n".join(str(embed.get("title", "")) + str(embed.get("description", "")) for embed in embeds)


def joined(who: Identity) -> Change:
    """Someone is a member, or more."""

    async def holds(tx: Tx) -> bool:
        user = await tx.users.by_identity(who)
        return user is not None and user.level >= Level.MEMBER

    return Change(f"start {who}", holds)


def preferring(who: Identity, key: str, value: str) -> Change:
    """Someone has a preference."""

    async def holds(tx: Tx) -> bool:
        user = await tx.users.by_identity(who)
        return user is not None and user.preferences.get(key) == value

    return Change(f"settings {who}", holds)


def levelled(who: Identity, level: Level) -> Change:
    """Someone has a level."""

    async def holds(tx: Tx) -> bool:
        user = await tx.users.by_identity(who)
        return user is not None and user.level is level

    return Change(f"role {who}", holds)


def ruled(chat_key: str, subject: str) -> Change:
    """A chat has exactly one rule about somebody."""

    async def holds(tx: Tx) -> bool:
        rules = await tx.rules.for_chat(chat_key)
        return [rule.subject for rule in rules].count(subject) == 1

    return Change(f"deny {chat_key} {subject}", holds)


def flagged(name: str, chat_key: str) -> Change:
    """A flag is off in a chat."""

    async def holds(tx: Tx) -> bool:
        overrides = await tx.flags.all()
        wanted = (name, FlagScope.CHAT, chat_key, False)
        return [(each.name, each.scope, each.subject, each.value) for each in overrides].count(wanted) == 1

    return Change(f"flag {chat_key}", holds)
