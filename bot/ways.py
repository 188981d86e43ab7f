"""What stands between what is pushed and the ways out: its cards, and people's mailboxes."""

from __future__ import annotations

import secrets
from typing import Final

import handlers.alerts
from bot import inject
from bot.channels.mail import MailOutlet
from bot.inject import Services
from config.settings import MailSettings, Settings
from core.mailbox import WITHIN, Mailboxes
from core.people import People
from core.throttle import Throttle
from data.clock import Clock
from data.models.delivery import Channel, Target
from data.store.store import Store
from handlers.alerts import registry
from handlers.alerts.registry import Cards
from handlers.reply import Reply, code, lines, text

_SIGNS: Final = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"  # none that is taken for another
_CODE_LENGTH: Final = 8


def cards(services: Services) -> Cards:
    """Make what draws notices, by the market's clock.

    Raises:
        InvariantBroken: a card asks for a service that is not wired.
    """
    found = registry.discover(handlers.alerts)
    drawers = inject.drawers(found, services)
    return Cards(found, drawers, services[Clock], practice=services[Settings].practice)  # type: ignore[type-abstract]


def mailboxes(settings: MailSettings, store: Store, people: People, wall: Clock) -> Mailboxes:
    """Make what keeps people's addresses; codes go out at once, beside the outbox."""
    outlet = mail(settings)

    async def send_code(address: str, word: str) -> None:
        assert outlet is not None
        target = Target(channel=Channel.MAIL, address=address, private=True)
        nonce = secrets.randbits(62)
        await outlet.send(target, await outlet.prepare(code_letter(word)), nonce=nonce)

    return Mailboxes(store, people, wall, Throttle(wall), None if outlet is None else send_code, fresh_code)


def mail(settings: MailSettings) -> MailOutlet | None:
    """Make the way out by e-mail, where a server is set."""
    return None if settings.host is None else MailOutlet(settings)


def fresh_code() -> str:
    """Make a code that nobody can guess."""
    return "".join(secrets.choice(_SIGNS) for _ in range(_CODE_LENGTH))


def code_letter(word: str) -> Reply:
    """Write the letter that brings a code."""
    body = lines(
        text("Your code: ", code(word)),
        f"Give it to the bot within {int(WITHIN.total_seconds() // 60)} minutes: /email {word}",
        "If you did not ask for it, do nothing: no more letters will come.",
    )
    return Reply(title=text("Your code for TrenchCoat Pro"), body=body)
