"""People's e-mail addresses: proved by a code that only its reader knows, before anything else is sent there.

Kept among a person's own choices, so they go when the person is forgotten; the audit never names one. What a
code would prove is in memory alone: nobody can read it, and after a restart it is asked for anew.
"""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TypeAlias

from core.memory import Memory
from core.people import People
from core.throttle import Throttle
from data.errors import BadArgument, ChatGone, DeliveryError, NotConfigured, OnCooldown, UserError
from data.models.chat import User
from data.models.delivery import Channel, Notice, Stream, Target
from data.models.ids import UserId
from data.ports import Clock
from data.store.store import Store

EMAIL = "email"  # the name of a proved address among a person's choices
WITHIN = timedelta(minutes=10)
TRIES = 5
_LETTERS, _PER_S = 3, 3600.0  # codes that one person may ask for
_HERE, _HERE_PER_S = 3, 86_400.0  # and that may go to one address
_DIGEST = "digest"
_REMEMBERED = 5_000

SendCode: TypeAlias = Callable[[str, str], Awaitable[None]]  # to an address, a code


@dataclass(frozen=True, slots=True)
class Mailbox:
    """A person's e-mail: the address that is proved, and the one that waits for its code."""

    address: str = ""
    asked: str = ""


@dataclass(frozen=True, slots=True)
class _Asked:
    """A code that was sent, and how often another was given in its place."""

    address: str
    code: str = field(repr=False)
    until: datetime
    tries: int = 0


class Mailboxes:
    """Asks for addresses, proves and forgets them; without `send_code` there is no e-mail here.

    `codes` makes codes that nobody can guess.
    """

    def __init__(
        self,
        store: Store,
        people: People,
        wall: Clock,
        throttle: Throttle,
        send_code: SendCode | None,
        codes: Callable[[], str],
    ) -> None:
        self._store = store
        self._people = people
        self._wall = wall
        self._throttle = throttle
        self._send_code = send_code
        self._codes = codes
        self._asked: Memory[UserId, _Asked] = Memory(_REMEMBERED)

    async def of(self, user: User) -> Mailbox:
        """Tell which address a person has."""
        async with self._store.read() as tx:
            kept = await tx.users.get(user.id)
        asked = self._waited_for(user)
        address = kept.preferences.get(EMAIL, "") if kept is not None else ""
        return Mailbox(address, asked.address if asked is not None else "")

    async def ask(self, user: User, address: str) -> None:
        """Send a code to an address, in place of one that was asked for before.

        Raises:
            NotConfigured: there is no e-mail here.
            OnCooldown: too many codes were asked for.
            BadArgument: the mail server does not take this address.
            UserError: it could not be sent now.
        """
        if self._send_code is None:
            raise NotConfigured("E-mail is not set up here.", hint="The operator sets a mail server.")
        self._cool((EMAIL, user.id), _LETTERS, _PER_S)
        self._cool((EMAIL, address.lower()), _HERE, _HERE_PER_S)
        code = self._codes()
        self._asked.wrote(user.id, _Asked(address, code, self._wall.now() + WITHIN))
        try:
            await self._send_code(address, code)
        except ChatGone:
            self._asked.drop(user.id)
            raise BadArgument("The mail server does not take this address.", argument="word") from None
        except DeliveryError:
            raise UserError(
                "The mail server does not answer as it should.", hint="Try again in some minutes."
            ) from None

    async def confirm(self, user: User, code: str) -> str:
        """Take a code; gives the address that it proves. After `TRIES` wrong ones it counts no more.

        Raises:
            BadArgument: no code was asked for, it is wrong, or too old.
        """
        asked = self._waited_for(user)
        if asked is None:
            raise BadArgument(
                "No code is waited for, or it is too old.",
                argument="word",
                hint="Give your address: /email you@example.org",
            )
        if not hmac.compare_digest(asked.code.encode(), code.strip().upper().encode()):
            more = replace(asked, tries=asked.tries + 1)
            left = TRIES - more.tries
            if left > 0:
                self._asked.wrote(user.id, more)
            else:
                self._asked.drop(user.id)
            hint = f"{left} more tries." if left > 0 else "Ask for a new one with your address."
            raise BadArgument("This is not the code.", argument="word", hint=hint)
        self._asked.drop(user.id)
        await self._people.prefer(user, EMAIL, asked.address, noted=False)
        return asked.address

    async def forget(self, user: User) -> bool:
        """Forget a person's address, and the one that was asked for; False where there was none."""
        had = await self.of(user)
        self._asked.drop(user.id)
        if had.address:
            await self._people.prefer(user, EMAIL, None, noted=False)
        return had != Mailbox()

    def _waited_for(self, user: User) -> _Asked | None:
        """Find the code that a person may give; None where there is none, or it is too old."""
        asked = self._asked.get(user.id)
        return asked if asked is not None and self._wall.now() < asked.until else None

    def _cool(self, key: tuple[str, object], calls: int, per_s: float) -> None:
        wait = self._throttle.take(key, calls, per_s)
        if wait > 0:
            raise OnCooldown("email", wait)


def letter_to(preferences: Mapping[str, str], user_id: UserId, notice: Notice) -> Target | None:
    """Tell where a letter about a notice goes: danger and digests alone, to an address that is proved."""
    address = preferences.get(EMAIL, "")
    if not address or not (notice.stream is Stream.DANGER or notice.kind == _DIGEST):
        return None
    return Target(channel=Channel.MAIL, address=address, private=True, user_id=user_id)
