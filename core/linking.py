"""One person on two platforms: accounts are joined by a code that is given on one and typed on the other.

Nobody gains by it: the lower level of the two holds, and an operator's account is joined to another
operator's alone. What both chose, the one who asked for the code chose; nothing else is lost.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta

from core import events, link_notes
from core.delivery.audience import SENT_BY, private
from core.delivery.note import Note
from core.delivery.outbox import Outbox
from core.link_notes import NAMES
from core.people import People
from data.errors import BadArgument, NotAllowed, UserError
from data.models.chat import Identity, Level, User
from data.models.delivery import Channel, Lateness, Notice, Stream, Target, Urgency
from data.models.ids import Platform, UserId
from data.models.linking import LinkStep, LinkWord
from data.ports import Clock
from data.store.store import Store, Tx

WITHIN = timedelta(minutes=10)
TRIES = 5
LOCK = timedelta(hours=1)
SIGNS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"  # none that is taken for another; 5 bits each
LENGTH = 16
ACROSS = {Platform.TELEGRAM: Platform.DISCORD, Platform.DISCORD: Platform.TELEGRAM}
_TOLD_WITHIN = timedelta(days=1)
_KIND = "note"


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """Two people who may be one: `asker` stays, `typist` joins; `word` is of the button that confirms."""

    asker: User
    account: Identity
    typist: User
    level: Level
    word: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Parting:
    """An account that may be parted from its person; `word` is of the button that confirms."""

    leaves: tuple[Identity, ...]
    word: str


class Linking:
    """Joins and parts accounts; `choose` picks signs, and nobody may foresee which."""

    def __init__(
        self, *, store: Store, people: People, outbox: Outbox, wall: Clock, choose: Callable[[str], str]
    ) -> None:
        self._store = store
        self._people = people
        self._outbox = outbox
        self._wall = wall
        self._choose = choose

    async def offer(self, user: User, account: Identity) -> str:
        """Give a code to type on the other platform, in place of one that was given before.

        Raises:
            UserError: there is no other platform, or an account there is joined already.
        """
        across = _across(user, account)
        word = self._word()
        async with self._store.begin() as tx:
            await tx.links.put(self._kept(word, LinkStep.CODE, user, account, across))
        return "-".join(word[at : at + 4] for at in range(0, LENGTH, 4))

    async def claim(self, user: User, account: Identity, typed: str) -> Claim:
        """Take a code that was typed; it is used up, and a button for this person alone takes its place.

        Raises:
            BadArgument: it counts for nothing here.
            NotAllowed: too many wrong ones came from this account, or the two cannot be one.
        """
        code = typed.upper().replace("-", "")
        word = self._word()
        async with self._store.begin() as tx:
            found, tries = await self._tried(tx, account, code, LinkStep.CODE, None)
            asker = None if found is None else await tx.users.get(found.user_id)
            refused = _refusal(tries) if found is None or asker is None else self._unfit(asker, user, account)
            if found is not None and asker is not None and refused is None:
                kept = self._kept(word, LinkStep.CONFIRM, asker, found.account, account.platform, by=user)
                await tx.links.put(kept)
        if refused is not None:
            raise refused
        assert found is not None and asker is not None  # else it was refused
        level = min(asker.level, user.level)
        return Claim(asker=asker, account=found.account, typist=user, level=level, word=word)

    async def confirm(self, user: User, account: Identity, word: str) -> User:
        """Make the two one; gives who they are now.

        Raises:
            BadArgument: the word is another's, used, or too old.
            NotAllowed: the two cannot be one, or not any more.
        """
        async with self._store.begin() as tx:
            found, tries = await self._tried(tx, account, word, LinkStep.CONFIRM, user.id)
            asker = None if found is None else await tx.users.get(found.user_id)
            typist = await tx.users.get(user.id)
            if found is None or asker is None or typist is None:
                refused: UserError | None = _refusal(tries)
            else:
                refused = self._unfit(asker, typist, account)
                if refused is None:
                    await self._join(tx, asker, typist, account)
        if refused is not None:
            raise refused
        assert asker is not None  # else it was refused
        self._people.reread(*asker.identities, *user.identities, account)
        self._outbox.ring()
        joined = await self._people.recognise(account, user.name)
        assert joined is not None  # they were just made one
        return joined

    async def offer_parting(self, user: User, account: Identity) -> Parting:
        """Give a word with which this account, and no other, parts the others from it.

        Raises:
            UserError: there is no other account.
        """
        leaves = _others(user, account)
        word = self._word()
        async with self._store.begin() as tx:
            await tx.links.put(self._kept(word, LinkStep.PART, user, account, account.platform, by=user))
        return Parting(leaves=leaves, word=word)

    async def part(self, user: User, account: Identity, word: str) -> tuple[Identity, ...]:
        """Part the other accounts from this one, which keeps everything; gives those that left.

        Raises:
            BadArgument: the word is another's, used, or too old.
            UserError: there is no other account any more.
        """
        async with self._store.begin() as tx:
            found, tries = await self._tried(tx, account, word, LinkStep.PART, user.id)
            kept = await tx.users.get(user.id)
            if found is not None and kept is not None:
                leaves = _others(kept, account)
                for each in leaves:
                    await self._release(tx, kept, each, stays=account)
        if found is None or kept is None:
            raise _refusal(tries)
        self._people.reread(account, *leaves)
        self._outbox.ring()
        return leaves

    async def drop(self, user: User) -> bool:
        """Void what was begun; False where there was nothing."""
        async with self._store.begin() as tx:
            return await tx.links.drop(user.id)

    async def purge(self) -> None:
        """Drop what is past its time.

        Raises:
            StoreUnavailable: the database does not answer.
        """
        async with self._store.begin() as tx:
            await tx.links.purge(self._wall.now())

    # --- in one transaction -------------------------------------------------------------------------------

    async def _tried(
        self, tx: Tx, account: Identity, word: str, step: LinkStep, by: UserId | None
    ) -> tuple[LinkWord | None, int]:
        """Judge a word; a wrong one is counted, and after `TRIES` of them the right one is not looked at."""
        who = _digest(f"account {account}")
        tries = await tx.links.charge(who, TRIES, LOCK)
        if tries > TRIES:
            return None, tries
        found = await tx.links.take(_digest(word), step, account.platform, by)
        if found is not None:
            await tx.links.refund(who)
        return found, tries

    async def _join(self, tx: Tx, asker: User, typist: User, account: Identity) -> None:
        level = min(asker.level, typist.level)
        await tx.links.merge(gone=typist.id, stays=asker.id)
        detail = f"{account.platform} account joined, level {level.value}"
        await tx.audit.append(typist.id, "link", asker.id, f"{detail}; was level {typist.level.value}")
        entry = await tx.audit.append(asker.id, "link", typist.id, f"{detail}; was level {asker.level.value}")
        told = link_notes.joined(account)
        await self._tell(tx, f"link:{entry.seq}", told, asker.id, asker.identities)

    async def _release(self, tx: Tx, user: User, leaves: Identity, *, stays: Identity) -> None:
        """Make an account somebody new, a member who owns nothing; whoever was operator by it is no more."""
        await tx.links.release(leaves)
        fresh = await tx.users.ensure(leaves, user.name)
        await tx.users.set_level(fresh.id, Level.MEMBER)
        await tx.links.hand_chats(leaves.platform, user.id, fresh.id)
        if self._people.is_owner(leaves) and not self._people.is_owner(stays):
            await tx.users.set_level(user.id, Level.MEMBER)
        await tx.audit.append(user.id, "unlink", fresh.id, f"{leaves.platform} account parted")
        entry = await tx.audit.append(fresh.id, "unlink", user.id, f"{leaves.platform} account parted")
        told = link_notes.left(stays)
        await self._tell(tx, f"unlink:{entry.seq}", told, fresh.id, (leaves,))
        here = link_notes.kept(leaves)
        await self._tell(tx, f"unlink:{entry.seq}:kept", here, user.id, (stays,))

    async def _tell(self, tx: Tx, key: str, note: Note, who: UserId, accounts: Iterable[Identity]) -> None:
        """Tell accounts, whatever their owner chose not to hear: it may be the first sign of a theft."""
        now = self._wall.now()
        notice = Notice(
            key=key, kind=_KIND, stream=Stream.UPDATES, body=events.encode(note), at=now,
            expires_at=now + _TOLD_WITHIN, urgency=Urgency.ALERT, lateness=Lateness.SAY_AGE,
        )  # fmt: skip
        ways = [private(each, who) for each in accounts if each.platform in SENT_BY]
        inbox = Target(channel=Channel.INBOX, address=str(who), private=True, user_id=who)
        await self._outbox.post(tx, notice, [*ways, inbox])

    # --- what may be --------------------------------------------------------------------------------------

    def _unfit(self, asker: User, typist: User, account: Identity) -> UserError | None:
        """Say why two people cannot be one; None where they can."""
        if asker.id == typist.id or any(each.platform is account.platform for each in asker.identities):
            return UserError("These accounts are joined already.", hint="To part them: /unlink")
        if any(each.platform is not account.platform for each in typist.identities):
            return UserError("This account is joined to another one already.", hint="To part them: /unlink")
        if asker.blocked or typist.blocked:
            return NotAllowed("A blocked account is not joined.", rule="blocked", hint="Ask the operator.")
        owner = any(self._people.is_owner(each) for each in (*asker.identities, account))
        ranks = {asker.level is Level.OPERATOR, typist.level is Level.OPERATOR}
        if len(ranks) > 1 or (owner and ranks == {False}):
            return NotAllowed(
                "An operator's account is joined to another operator's alone.",
                rule="level 6",
                hint="An operator gives both the same level first: /role",
            )
        return None

    def _kept(
        self,
        word: str,
        step: LinkStep,
        user: User,
        account: Identity,
        where: Platform,
        *,
        by: User | None = None,
    ) -> LinkWord:
        return LinkWord(
            digest=_digest(word), step=step, user_id=user.id, account=account, where=where,
            by=None if by is None else by.id, expires_at=self._wall.now() + WITHIN,
        )  # fmt: skip

    def _word(self) -> str:
        return "".join(self._choose(SIGNS) for _ in range(LENGTH))


def _across(user: User, account: Identity) -> Platform:
    across = ACROSS.get(account.platform)
    if across is None:
        raise UserError("Accounts are joined on Telegram and Discord.", hint="Say /link there.")
    if any(each.platform is across for each in user.identities):
        raise UserError(
            f"Your {NAMES[across]} account is joined to this one already.", hint="To part them: /unlink"
        )
    return across


def _others(user: User, account: Identity) -> tuple[Identity, ...]:
    found = tuple(each for each in user.identities if each != account)
    if not found:
        raise UserError("This account is joined to no other.", hint="To join one: /link")
    return found


def _refusal(tries: int) -> UserError:
    """Refuse alike whatever is wrong with a word: who guesses learns nothing."""
    if tries > TRIES:
        return NotAllowed(
            "Too many wrong codes came from here.",
            rule="link lock",
            hint="Wait an hour, then begin anew: /link",
        )
    left = TRIES - tries
    return BadArgument(
        "This code is wrong, used, too old, or for another platform.",
        argument="code",
        hint=f"Ask for a new one on the other platform: /link. {left} more tries here." if left
        else "No more tries here for an hour.",
    )  # fmt: skip


def _digest(word: str) -> str:
    return hashlib.sha256(word.encode(errors="replace")).hexdigest()
