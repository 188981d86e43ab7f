"""From a request to its frames: recognise, bind, guard, run; every error becomes a reply."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import Any, Protocol, TypeAlias

import structlog

from config import logs
from core.chats import Chats
from core.people import People
from core.throttle import Throttle
from data.errors import InvariantBroken, NotAllowed, OnCooldown, TrenchcoatError
from data.models.chat import Actor, Chat, Identity, Level, User
from data.ports import Clock, Deadline
from handlers import failures, guards
from handlers.args import Completer
from handlers.failures import Asked
from handlers.menu import permitted
from handlers.registry import Registry
from handlers.reply import Reply
from handlers.spec import CommandSpec, Ctx, Origin

log = structlog.get_logger("dispatch")

Runner: TypeAlias = Callable[[Ctx, Any], Any]
Standing: TypeAlias = Callable[[], Awaitable[Level]]


async def no_standing() -> Level:
    """Know nothing of a person's standing in the chat."""
    return Level.ANYONE


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What a front end heard: `words` as typed, or `named` values from options and buttons.

    `standing` asks the platform what the person is in this chat (0, 4 or 5); it is called only where that
    matters.
    """

    command: str
    origin: Origin
    identity: Identity
    name: str
    chat: Chat
    words: tuple[str, ...] = ()
    named: Mapping[str, str] | None = None
    roles: frozenset[str] = frozenset()
    standing: Standing = no_standing
    private_url: str = ""
    locale: str = "en"


class Recents(Protocol):
    """Remembers what one person last saw in a chat."""

    async def refused(self, actor: Actor, chat: Chat, explanation: str) -> None:
        """Keep why the last command was refused."""
        ...


def unheard(_: Chat) -> None:
    """Where nobody wants to know where people are answered."""


def unnoticed(user: User, chat: Chat) -> None:
    """Keep no note of where people are."""


class Observer(Protocol):
    """Counts commands."""

    def command_ended(self, command: str, outcome: str, seconds: float) -> None:
        """Record one request."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Dispatcher:
    """Runs every command of every front end.

    `runners` and `completers` are the commands' functions with their services bound.
    """

    registry: Registry
    runners: Mapping[str, Runner]
    completers: Mapping[Completer, Callable[[Ctx, str], Awaitable[tuple[tuple[str, str], ...]]]]
    people: People
    chats: Chats
    throttle: Throttle
    recents: Recents
    observer: Observer
    clock: Clock
    request_ids: Callable[[], str]
    practice: bool
    seen: Callable[[User, Chat], None] = unnoticed  # who was let through, and where
    asked: Callable[[Chat], None] = unheard  # where somebody is about to be answered
    deadline_s: float = 8.0
    complete_s: float = 1.5

    async def frames(self, request: Request) -> AsyncGenerator[Reply, None]:
        """Answer a request; the last frame stands. Never raises for what a user or a vendor did."""
        started = self.clock.monotonic()
        request_id = self.request_ids()
        self.asked(request.chat)
        outcome = "ok"
        with logs.about(
            request_id=request_id, platform=request.identity.platform.value, command=request.command[:32]
        ):
            asked = Asked(
                spec=None, given=request.named or {}, request_id=request_id, private_url=request.private_url
            )
            try:
                asked.spec = spec = self.registry.get(request.command)
                if request.named is None:
                    asked.given = spec.named(request.words)
                named = asked.given
                result = await self._run(spec, named, request, request_id)
                if isinstance(result, Reply):
                    outcome = result.error or "ok"
                    yield self._stamped(spec, result)
                    return
                async with aclosing(result) as frames:
                    async for reply in frames:
                        outcome = reply.error or "ok"
                        yield self._stamped(spec, reply)
            except TrenchcoatError as error:
                outcome = type(error).__name__
                yield self._stamped(asked.spec, await self._failed(error, asked, request))
            except Exception:
                outcome = "crash"
                log.exception("command_crashed")
                yield self._stamped(asked.spec, failures.apology(asked))
            finally:
                seconds = self.clock.monotonic() - started
                self.observer.command_ended(asked.spec.name if asked.spec else "unknown", outcome, seconds)
                log.info("command_answered", outcome=outcome, ms=round(seconds * 1000, 1))

    async def complete(self, request: Request, param: str, typed: str) -> tuple[tuple[str, str], ...]:
        """Suggest values for an argument; empty for who may not run the command, or where time is short."""
        try:
            spec = self.registry.get(request.command)
            about = next((item.about for item in spec.params if item.name == param), None)
            if about is None or about.complete is None:
                return ()
            async with asyncio.timeout(self.complete_s):
                rules = await self.chats.rules(request.chat)
                standing = guards.needs_standing(spec, request.chat, rules)
                ctx = await self._ctx(
                    spec, {}, request, self.request_ids(), self.complete_s, standing=standing
                )
                guards.check(spec, ctx.actor, ctx.chat, rules, ctx.flags)
                return (await self.completers[about.complete](ctx, typed))[:25]
        except (TrenchcoatError, TimeoutError) as error:
            log.debug("completion_failed", reason=type(error).__name__)
            return ()

    async def permitted(self, request: Request) -> tuple[CommandSpec, ...]:
        """List the commands that a person may run in a chat."""
        here = not request.chat.private  # nobody is an admin of a private chat
        ctx = await self._ctx(self.registry.specs[0], {}, request, "", 1.0, standing=here)
        rules = await self.chats.rules(request.chat)
        return tuple(permitted(self.registry, ctx.actor, ctx.chat, rules, ctx.flags))

    async def _run(
        self, spec: CommandSpec, named: Mapping[str, str], request: Request, request_id: str
    ) -> Reply | AsyncGenerator[Reply, None]:
        """Let a request through, or refuse it; gives its one reply, or the frames to come."""
        rules = await self.chats.rules(request.chat)
        standing = guards.needs_standing(spec, request.chat, rules)
        ctx = await self._ctx(spec, named, request, request_id, self.deadline_s, standing=standing)
        guards.check(spec, ctx.actor, ctx.chat, rules, ctx.flags)
        if ctx.actor.user is None and spec.level > Level.ANYONE:
            # A chat's rule opened a member's command to a stranger; the command still needs a person.
            user = await self.people.meet(request.identity, request.name)
            ctx = replace(ctx, actor=replace(ctx.actor, user=user))
        args = spec.bind(named)
        self._cool(spec, request)
        if ctx.actor.user is not None:
            self.seen(ctx.actor.user, ctx.chat)
        result: AsyncGenerator[Reply, None] | Awaitable[Reply] = self.runners[spec.name](ctx, args)
        return result if isinstance(result, AsyncGenerator) else await result

    async def _ctx(
        self,
        spec: CommandSpec,
        named: Mapping[str, str],
        request: Request,
        request_id: str,
        seconds: float,
        *,
        standing: bool = False,
    ) -> Ctx:
        user = await self.people.recognise(request.identity, request.name)
        actor = Actor(
            identity=request.identity, name=request.name, user=user, roles=request.roles,
            chat_level=await request.standing() if standing else Level.ANYONE,
        )  # fmt: skip
        return Ctx(
            command=spec.name, actor=actor, chat=request.chat, origin=request.origin, given=named,
            deadline=Deadline.after(self.clock, seconds), now=self.clock.now(), request_id=request_id,
            private_url=request.private_url, locale=request.locale, practice=self.practice,
            flags=await self.chats.flags(actor, request.chat),
        )  # fmt: skip

    def _cool(self, spec: CommandSpec, request: Request) -> None:
        if spec.cooldown is None:
            return
        wait = self.throttle.take((spec.name, request.identity), spec.cooldown.calls, spec.cooldown.per_s)
        if wait > 0:
            raise OnCooldown(spec.name, wait)

    async def _failed(self, error: TrenchcoatError, asked: Asked, request: Request) -> Reply:
        if isinstance(error, NotAllowed):
            await self._keep(error, request)
        if isinstance(error, InvariantBroken):
            log.error("invariant_broken", exc_info=error)
        return failures.to_reply(error, asked)

    async def _keep(self, refusal: NotAllowed, request: Request) -> None:
        """Keep a refusal for /why; without a store it is still told."""
        actor = Actor(identity=request.identity, name=request.name)
        said = f"/{request.command}: {refusal.message} [{refusal.rule}]"
        try:
            await self.recents.refused(actor, request.chat, said)
        except TrenchcoatError as error:
            log.warning("refusal_not_kept", reason=type(error).__name__)

    def _stamped(self, spec: CommandSpec | None, reply: Reply) -> Reply:
        """Say on every frame which market it speaks of, and keep private answers private."""
        private = reply.private or (spec is not None and spec.private)
        if reply.practice == self.practice and reply.private == private:
            return reply
        return reply.with_(practice=self.practice, private=private)
