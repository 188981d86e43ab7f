"""A mail server on loopback: speaks SMTP with or without TLS, keeps what it is given, and refuses on demand.

Source: RFC 5321, RFC 3207 (STARTTLS), RFC 4954 (AUTH).
"""

from __future__ import annotations

import asyncio
import base64
import datetime
import ipaddress
import ssl
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

Security = Literal["starttls", "tls", "none"]


@dataclass(frozen=True, slots=True)
class Taken:
    """A letter with its envelope; `encrypted` says how it came."""

    sender: str
    recipient: str
    raw: bytes
    encrypted: bool
    login: str

    @property
    def message(self) -> EmailMessage:
        parsed = message_from_bytes(self.raw, policy=default)
        assert isinstance(parsed, EmailMessage)
        return parsed

    @property
    def words(self) -> str:
        part = self.message.get_body(("plain",))
        assert part is not None
        return str(part.get_content())

    @property
    def page(self) -> str:
        part = self.message.get_body(("html",))
        assert part is not None
        return str(part.get_content())


@dataclass(slots=True)
class _Talk:
    encrypted: bool
    login: str = ""
    sender: str = ""
    recipient: str = ""


@dataclass
class MailServer:
    """Use as an async context manager; `answers` holds other answers by verb, `hangs` verbs that get none,
    and `cuts` verbs at which the line breaks ("sent": after a whole letter, which is kept)."""

    security: Security = "none"
    context: ssl.SSLContext | None = None
    login: tuple[str, str] | None = None
    answers: dict[str, str] = field(default_factory=dict)
    hangs: set[str] = field(default_factory=set)
    cuts: set[str] = field(default_factory=set)
    taken: list[Taken] = field(default_factory=list)
    verbs: list[str] = field(default_factory=list)
    port: int = 0

    async def __aenter__(self) -> Self:
        context = self.context if self.security == "tls" else None
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=context)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        talk = _Talk(encrypted=self.security == "tls")
        try:
            await _say(writer, "220 loopback ready")
            while line := await reader.readline():
                if not await self._answer(line.decode("ascii").rstrip("\r\n"), talk, reader, writer):
                    break
        except (ConnectionError, ssl.SSLError):
            pass
        finally:
            writer.close()

    async def _answer(
        self, line: str, talk: _Talk, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> bool:
        """Answer a line; False ends the talk."""
        verb, _, rest = line.partition(" ")
        verb = verb.upper()
        self.verbs.append(verb)
        if verb in self.hangs:
            await asyncio.sleep(30)
        if verb in self.cuts:
            writer.transport.abort()
            return False
        if verb in self.answers:
            await _say(writer, self.answers[verb])
            return True
        match verb:
            case "EHLO":
                offered = ["loopback", "8BITMIME"]
                if self.security == "starttls" and not talk.encrypted:
                    offered.append("STARTTLS")
                if self.login is not None and (talk.encrypted or self.security == "none"):
                    offered.append("AUTH PLAIN")
                await _say(writer, *(f"250-{each}" for each in offered[:-1]), f"250 {offered[-1]}")
            case "STARTTLS":
                assert self.context is not None
                await _say(writer, "220 go ahead")
                await writer.start_tls(self.context)
                talk.encrypted = True
            case "AUTH":
                _, name, password = base64.b64decode(rest.partition(" ")[2]).decode().split("\0")
                good = (name, password) == self.login
                talk.login = name if good else ""
                await _say(writer, "235 welcome" if good else f"535 5.7.8 not {password}")
            case "MAIL":
                talk.sender = rest.partition("<")[2].partition(">")[0]
                known = self.login is None or talk.login
                await _say(writer, "250 sender noted" if known else "530 5.7.0 log in first")
            case "RCPT":
                talk.recipient = rest.partition("<")[2].partition(">")[0]
                await _say(writer, "250 recipient noted")
            case "DATA":
                await _say(writer, "354 end with a dot")
                raw = (await reader.readuntil(b"\r\n.\r\n"))[:-3].replace(b"\r\n..", b"\r\n.")
                if "sent" not in self.answers:
                    self.taken.append(Taken(talk.sender, talk.recipient, raw, talk.encrypted, talk.login))
                if "sent" in self.cuts:
                    writer.transport.abort()
                    return False
                await _say(writer, self.answers.get("sent", "250 taken"))
            case "QUIT":
                await _say(writer, "221 bye")
                return False
            case _:
                await _say(writer, "500 what?")
        return True


async def _say(writer: asyncio.StreamWriter, *lines: str) -> None:
    writer.write("".join(f"{line}\r\n" for line in lines).encode())
    await writer.drain()


def certified(folder: Path, name: str = "127.0.0.1") -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """Make a server's context with a certificate of its own, and a client's that trusts it."""
    key = ec.generate_private_key(ec.SECP256R1())
    address = x509.IPAddress(ipaddress.ip_address(name))
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    signed = (
        x509.CertificateBuilder().subject_name(subject).issuer_name(subject).public_key(key.public_key())
        .serial_number(1).not_valid_before(datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC))
        .not_valid_after(datetime.datetime(2100, 1, 1, tzinfo=datetime.UTC))
        .add_extension(x509.SubjectAlternativeName([address]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    (folder / "cert.pem").write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    return server, ssl.create_default_context(cafile=str(folder / "cert.pem"))
