"""The doctor: everything that must be right before people rely on it, each problem with its fix."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

from aiohttp import ClientError, ClientSession, ClientTimeout

from bot import app as composition
from bot import market
from config.settings import Settings
from data.clock import Deadline
from data.errors import TrenchcoatError
from data.gateway.gateway import Gateway
from data.models.ids import SOL
from data.models.market import Answer, GapReason
from data.providers.base import Ask, Call

_WAIT_S = 10.0
_HEAVY_S = 8.0  # what may take so long is no way to knock
_MESSAGE_CONTENT = (1 << 18) | (1 << 19)  # the application flags of the intent, in full and limited form


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was checked; `fix` says what to do where it is bad."""

    what: str
    words: str
    bad: bool = False
    fix: str = ""

    def __str__(self) -> str:
        sign = "✗" if self.bad else "✓"
        return f"{sign} {self.what}: {self.words}" + (f"\n    fix: {self.fix}" if self.fix else "")


async def examine(settings: Settings, *, offline: bool) -> Sequence[Finding]:
    """Check the settings, the database, and unless `offline` the platforms and the providers."""
    findings = [
        Finding("settings", f"front ends {', '.join(settings.front_ends)}"),
        Finding("market", "practice (simulated)" if settings.practice else "live"),
        _owners(settings),
    ]
    try:
        async with composition.build(settings) as app:
            findings.append(Finding("database", f"open, newest schema, in {app.state_dir}"))
            if not offline:
                findings += [finding async for finding in _platforms(settings)]
                findings += [finding async for finding in _providers(app)]
    except TrenchcoatError as error:
        findings.append(
            Finding("database", str(error), bad=True, fix="check TRENCHCOAT_DATABASE_URL or the disk")
        )
    return findings


def _owners(settings: Settings) -> Finding:
    if settings.owner_ids or not settings.chat_tokens:
        return Finding("owners", ", ".join(settings.owner_ids) or "the console")
    return Finding(
        "owners", "nobody", bad=True, fix="set TRENCHCOAT_OWNER_IDS=telegram:YOUR_ID,discord:YOUR_ID"
    )


async def _platforms(settings: Settings) -> AsyncIterator[Finding]:
    async with ClientSession(timeout=ClientTimeout(total=_WAIT_S)) as session:
        if (token := settings.telegram.token) is not None:
            url = f"{settings.telegram.api_url}/bot{token.get_secret_value()}/getMe"
            yield await _asked("telegram", lambda: _json(session, url, {}), _telegram)
        if (token := settings.discord.token) is not None:
            headers = {"Authorization": f"Bot {token.get_secret_value()}"}
            url = f"{settings.discord.api_url}/applications/@me"
            wants = settings.discord.message_content
            yield await _asked(
                "discord", lambda: _json(session, url, headers), lambda body: _discord(body, wants)
            )


async def _asked(
    name: str,
    ask: Callable[[], Awaitable[tuple[int, Mapping[str, object]]]],
    judge: Callable[[Mapping[str, object]], Finding],
) -> Finding:
    try:
        status, body = await ask()
    except (ClientError, TimeoutError, ValueError) as error:
        return Finding(
            name,
            f"not reachable ({type(error).__name__})",
            bad=True,
            fix=f"check TRENCHCOAT_{name.upper()}__API_URL",
        )
    if status in {401, 403, 404}:
        return Finding(
            name, "the token is refused", bad=True, fix=f"set TRENCHCOAT_{name.upper()}__TOKEN anew"
        )
    return judge(body)


async def _json(
    session: ClientSession, url: str, headers: Mapping[str, str]
) -> tuple[int, Mapping[str, object]]:
    async with session.get(url, headers=headers) as response:
        body = await response.json(content_type=None)
        return response.status, body if isinstance(body, dict) else {}


def _telegram(body: Mapping[str, object]) -> Finding:
    me = body.get("result")
    if not isinstance(me, dict):
        return Finding(
            "telegram", "an answer that is none", bad=True, fix="check TRENCHCOAT_TELEGRAM__API_URL"
        )
    if not me.get("can_read_all_group_messages"):
        return Finding(
            "telegram",
            f"@{me.get('username')}, privacy mode is on: pasted addresses in groups are not seen",
            bad=True,
            fix="@BotFather: /setprivacy, Disable; then remove the bot from the group and add it again",
        )
    inline = "" if me.get("supports_inline_queries") else "; inline is off (@BotFather: /setinline)"
    return Finding("telegram", f"@{me.get('username')} reads groups{inline}")


def _discord(body: Mapping[str, object], wants_content: bool) -> Finding:
    flags = body.get("flags")
    granted = isinstance(flags, int) and bool(flags & _MESSAGE_CONTENT)
    if wants_content and not granted:
        return Finding(
            "discord",
            f"{body.get('name')}, without the message content intent: pasted addresses are not seen",
            bad=True, fix="developer portal, Bot: switch on Message Content Intent; "
            "or set TRENCHCOAT_DISCORD__MESSAGE_CONTENT=false",
        )  # fmt: skip
    return Finding("discord", str(body.get("name")))


async def _providers(app: composition.App) -> AsyncIterator[Finding]:
    """Ask every provider for SOL by its cheapest endpoint."""
    gateway = app.services[Gateway]
    deadline = Deadline.after(app.clock, _WAIT_S)
    calls = []
    for provider in market.providers(composition.all_providers(), practice=app.settings.practice).values():
        fitting = [
            item
            for item in provider.endpoints
            if item.by == "token" and SOL.chain in provider.chains and item.timeout_s < _HEAVY_S
        ]
        cheapest = min(fitting, key=lambda endpoint: (endpoint.cost, endpoint.timeout_s), default=None)
        if cheapest is not None:
            calls.append(Call(provider=provider, endpoint=cheapest, ask=Ask(tokens=(SOL,))))
    results = await asyncio.gather(*(gateway.fetch(call, deadline) for call in calls))
    for call, result in zip(calls, results, strict=True):
        if isinstance(result, Answer):
            yield Finding(call.provider.id, "answers")
        elif result.reason in {GapReason.NOT_LISTED, GapReason.DISABLED, GapReason.KEY_MISSING}:
            yield Finding(call.provider.id, result.reason.value)
        else:
            name = call.provider.id.upper()
            yield Finding(
                call.provider.id, f"{result.reason.value} {result.detail}".strip(), bad=True,
                fix=f"check the network and TRENCHCOAT_PROVIDERS__{name}__*",
            )  # fmt: skip
