"""Discord's webhooks as a way out: a channel hears us without our being in its server.

A webhook is named by its number at Discord; whoever knows its token may post there, so that is sealed, and no
error or log shows it. Where it goes is made of those two alone: no address that was given is ever followed.
Source: https://discord.com/developers/docs/resources/webhook#execute-webhook
"""

from __future__ import annotations

import asyncio
import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final

import orjson
from pydantic import SecretStr

from bot.discord import render
from bot.discord.refusals import Refusals
from bot.discord.render import Card
from bot.outlet import Allowance, Unreached
from data.errors import BadPayload, ChatGone, ConfigError, DeliveryError, Rejected, Throttled, Unavailable
from data.gateway.transport import Request, Response, Transport
from data.models.delivery import Channel, Target
from data.models.text import one_line
from handlers.reply import Image, Reply

# Five messages in two seconds and thirty a minute in one channel, as bots find it; Discord tells no figure.
ALLOWANCE: Final = Allowance(overall_per_s=20.0, chat_per_s=0.5, at_once=8)
DEADLINE_S: Final = 20.0
MOST_REFUSED: Final = 80

_URL: Final = re.compile(
    r"https://discord\.com/api/(?:v[0-9]{1,2}/)?webhooks/([0-9]{15,20})/([A-Za-z0-9_-]{40,120})"
)
_NUMBER: Final = re.compile(r"[0-9]{1,20}")
_SILENT: Final = 1 << 12
_UNTOLD_WAIT_S: Final = 60.0
_NO_WAY: Final = {"connection refused", "host not found", "TLS failed"}


@dataclass(frozen=True, slots=True)
class Hook:
    """A webhook: its number, and what lets us post there."""

    number: str
    token: SecretStr = field(repr=False)

    @classmethod
    def parsed(cls, url: SecretStr) -> Hook:
        """Read a webhook's address as Discord shows it.

        Raises:
            ConfigError: it is none; it is not repeated.
        """
        found = _URL.fullmatch(url.get_secret_value().strip())
        if found is None:
            raise ConfigError(
                ["this is not the address of a Discord webhook (https://discord.com/api/webhooks/…): copy it "
                 "from the channel's settings, Integrations, Webhooks"]
            )  # fmt: skip
        return cls(found[1], SecretStr(found[2]))


class WebhookOutlet:
    """Posts through webhooks, and edits there; `api` is where Discord is asked."""

    channel = Channel.WEBHOOK
    allowance = ALLOWANCE

    def __init__(self, transport: Transport, hooks: Iterable[Hook], refusals: Refusals, api: str) -> None:
        self._transport = transport
        self._hooks = {hook.number: hook for hook in hooks}
        self._refusals = refusals
        self._api = api

    async def prepare(self, reply: Reply) -> tuple[Card, Card]:
        """Lay a reply out, as an embed and in plain words; a webhook takes no buttons."""
        return render.card(reply, {}), render.plain(reply)

    async def send(self, target: Target, prepared: tuple[Card, Card], *, nonce: int) -> str:
        """Post a message, as `Outlet.send` says; webhooks know no nonces."""
        answer = await self._put("POST", target, prepared, "", silent=target.silent)
        number = answer.get("id")
        if not isinstance(number, str) or not number:
            raise DeliveryError("Discord did not name the message")
        return number

    async def edit(self, target: Target, prepared: tuple[Card, Card], message: str) -> str:
        """Put a reply in place of a message, as `Outlet.edit` says."""
        await self._put("PATCH", target, prepared, f"/messages/{int(message)}", silent=False)
        return message

    async def _put(
        self, method: str, target: Target, prepared: tuple[Card, Card], tail: str, *, silent: bool
    ) -> dict[str, Any]:
        hook = self._hooks.get(target.address)
        if hook is None or (target.topic and not _NUMBER.fullmatch(target.topic)):
            raise ChatGone("there is no such webhook")
        self._refusals.heed()
        asked = ["wait=true"] if method == "POST" else []
        asked += [f"thread_id={target.topic}"] if target.topic else []
        url = f"{self._api}/webhooks/{hook.number}/{hook.token.get_secret_value()}{tail}?{'&'.join(asked)}"
        card, plain = prepared
        try:
            return await self._call(method, url, card, silent=silent)
        except Rejected as error:
            if not error.markup:
                raise
            return await self._call(method, url, plain, silent=silent)

    async def _call(self, method: str, url: str, card: Card, *, silent: bool) -> dict[str, Any]:
        content_type, body = _written(card, silent=silent)
        request = Request(method=method, url=url, headers={"content-type": content_type}, body=body)
        try:
            async with asyncio.timeout(DEADLINE_S):
                answer = await self._transport.send(request)
        except TimeoutError:
            raise DeliveryError(f"Discord took longer than {DEADLINE_S:g} s") from None
        except Unavailable as error:
            raise (Unreached if error.detail in _NO_WAY else DeliveryError)(error.detail) from None
        except BadPayload as error:
            raise DeliveryError(error.detail) from None
        self._refusals.note(answer.status, answer.headers.get("x-ratelimit-scope", ""))
        return _read(answer)


def _written(card: Card, *, silent: bool) -> tuple[str, bytes]:
    """Write a card as a body of a request; gives its media type too."""
    payload: dict[str, Any] = {
        "content": card.content or "",
        "embeds": [] if card.embed is None else [card.embed.to_dict()],
        "allowed_mentions": {"parse": []},
        "attachments": [],
    }
    if silent:
        payload["flags"] = _SILENT
    if card.image is None:
        return "application/json", orjson.dumps(payload)
    name = render.file_name(card.image)
    described = {"id": 0, "filename": name, "description": card.image.alt[: render.ALT_LIMIT]}
    payload["attachments"] = [described]
    return _form(orjson.dumps(payload), card.image, name)


def _form(payload: bytes, image: Image, name: str) -> tuple[str, bytes]:
    """Write a form of two parts; the boundary is at random, so that nothing in them can be taken for it."""
    boundary = secrets.token_hex(16)
    parts = (
        ('name="payload_json"', "application/json", payload),
        (f'name="files[0]"; filename="{name}"', "image/png", image.png),
    )
    written = b""
    for disposition, kind, content in parts:
        head = (
            f"--{boundary}\r\nContent-Disposition: form-data; {disposition}\r\nContent-Type: {kind}\r\n\r\n"
        )
        written += head.encode() + content + b"\r\n"
    return f"multipart/form-data; boundary={boundary}", written + f"--{boundary}--\r\n".encode()


def _read(answer: Response) -> dict[str, Any]:
    """Read what Discord says; its words are shown, cut to a line, and never hold the address."""
    try:
        said = orjson.loads(answer.body) if answer.body else {}
    except ValueError:
        said = {}
    told: dict[str, Any] = said if isinstance(said, dict) else {}
    status, words = answer.status, one_line(str(told.get("message", "")), 100) or f"status {answer.status}"
    if 200 <= status < 300:
        return told
    if status == 429:
        wait = told.get("retry_after", answer.headers.get("retry-after"))
        raise Throttled(_seconds(wait), everywhere=bool(told.get("global")) or "via" not in answer.headers)
    if status in {401, 403} or (status == 404 and told.get("code") != 10008):
        raise ChatGone(words)
    if 300 <= status < 500:
        raise Rejected(words, markup=status in {400, 413})
    raise DeliveryError(words)


def _seconds(told: object) -> float:
    try:
        wait = float(str(told))
    except ValueError:
        return _UNTOLD_WAIT_S
    return wait if 0 <= wait < 1e6 else _UNTOLD_WAIT_S
