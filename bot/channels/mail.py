"""E-mail as a way out: each letter over a connection of its own, on a thread, for the library waits.

What the server says decides: 4xx is later, 5xx to a recipient is a place that is closed. Where the line broke
before the letter was handed over nothing was sent; after that it may have been.
Source: RFC 5321, sections 4.2 and 4.5.4.1.
"""

from __future__ import annotations

import asyncio
import hashlib
import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Final

import structlog

from bot.channels.letter import Envelope, Letter, letter, message
from bot.outlet import Allowance, Unreached
from config.settings import MAIL_ADDRESS, MAIL_ADDRESS_LIMIT, MailSettings
from data.errors import ChatGone, DeliveryError, Rejected, Throttled
from data.models.delivery import Channel, Target
from handlers.reply import Reply

log = structlog.get_logger("mail")

ALLOWANCE: Final = Allowance(overall_per_s=2.0, chat_per_s=0.1, at_once=2)
STEP_S: Final = 8.0  # one step of the talk with the server
DEADLINE_S: Final = 40.0
LATER_S: Final = 300.0  # a server that puts us off means minutes


class MailOutlet:
    """Sends letters; `trusted` are the certificates that a server is held against, the system's if None."""

    channel = Channel.MAIL
    allowance = ALLOWANCE

    def __init__(self, settings: MailSettings, trusted: ssl.SSLContext | None = None) -> None:
        assert settings.host is not None, "no server is set"
        assert settings.sender is not None, "the settings ask for a sender"
        self._settings = settings
        self._host = settings.host
        self._sender = settings.sender
        self._trusted = trusted

    async def prepare(self, reply: Reply) -> Letter:
        """Write the letter."""
        return letter(reply)

    async def send(self, target: Target, prepared: Letter, *, nonce: int) -> str:
        """Send it, as `Outlet.send` says; the same nonce gives the same Message-ID."""
        to = target.address
        if len(to) > MAIL_ADDRESS_LIMIT or not MAIL_ADDRESS.fullmatch(to):
            raise ChatGone("not an e-mail address")
        # Not the bare number: nobody is told how many letters there were.
        number = hashlib.sha256(f"{nonce} {to} {prepared.subject}".encode()).hexdigest()[:32]
        unsubscribe = self._settings.unsubscribe or self._sender
        made = message(prepared, Envelope(sender=self._sender, to=to, unsubscribe=unsubscribe, number=number))
        try:
            async with asyncio.timeout(DEADLINE_S):
                await asyncio.to_thread(self._hand_over, to, made.as_bytes())
        except TimeoutError:
            raise DeliveryError(f"the mail server took longer than {DEADLINE_S:g} s") from None
        return str(made["Message-ID"])

    async def edit(self, target: Target, prepared: Letter, message: str) -> str:
        """Refuse: what was sent cannot be changed."""
        raise Rejected("a letter that was sent cannot be changed")

    def _hand_over(self, to: str, made: bytes) -> None:
        with _untouched():
            server = self._connected()
        try:
            with _untouched():
                self._greeted(server)
                _accepted(server.mail(self._sender), ours=True)
                _accepted(server.rcpt(to), ours=False)
            _delivered(server, made)
            with suppress(smtplib.SMTPException, OSError):  # taken is taken, whatever follows
                server.quit()
        finally:
            server.close()

    def _connected(self) -> smtplib.SMTP:
        port, security = self._settings.port, self._settings.security
        if security == "tls":
            return smtplib.SMTP_SSL(self._host, port, timeout=STEP_S, context=self._context())
        return smtplib.SMTP(self._host, port, timeout=STEP_S)

    def _greeted(self, server: smtplib.SMTP) -> None:
        """Encrypt and log in; a server that does not offer what is set is not spoken to in clear."""
        server.ehlo_or_helo_if_needed()
        if self._settings.security == "starttls":
            server.starttls(context=self._context())
            server.ehlo()
        name, password = self._settings.username, self._settings.password
        if name is not None and password is not None:
            server.login(name, password.get_secret_value())

    def _context(self) -> ssl.SSLContext:
        return self._trusted or ssl.create_default_context()


@contextmanager
def _untouched() -> Iterator[None]:
    """Word what fails before the letter is handed over: nothing was sent."""
    try:
        yield
    except (smtplib.SMTPException, OSError) as error:
        # The server's own words may hold what we logged in with.
        raise Unreached(f"the mail server cannot be used: {type(error).__name__}") from None


def _accepted(answer: tuple[int, bytes], *, ours: bool) -> None:
    """Judge what the server says of an address: our own, or the reader's."""
    code = answer[0]
    if 200 <= code < 300:
        return
    if ours or 400 <= code < 500:
        log.warning("mail_put_off", code=code, of="sender" if ours else "recipient")
        raise Throttled(LATER_S, everywhere=ours)
    raise ChatGone(f"the mail server does not take this address ({code})")


def _delivered(server: smtplib.SMTP, made: bytes) -> None:
    """Hand the letter over; from here on it may have arrived, whatever happens."""
    try:
        code, _ = server.data(made)
    except smtplib.SMTPDataError as error:
        code = error.smtp_code
    except (smtplib.SMTPException, OSError) as error:
        raise DeliveryError(f"the line to the mail server broke: {type(error).__name__}") from None
    if 200 <= code < 300:
        return
    if 400 <= code < 500:
        raise Throttled(LATER_S)
    raise Rejected(f"the mail server refuses this letter ({code})")
