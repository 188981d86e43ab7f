"""A Bot API server on loopback for a real client, which judges every call it answers.

Ties the parts together: wire, spec, faults, pace, world. Every rule the bot breaks is answered as Telegram
would answer and kept in `violations`; every call is kept in `calls`, save the getUpdates that went well.
"""

import asyncio
import time
from collections.abc import Callable, Iterable
from contextlib import AsyncExitStack
from dataclasses import replace
from types import TracebackType
from typing import Any, Self

from aiohttp import web

from tests.fakes.clock import START
from tests.fakes.telegram import lookup, posting, wire
from tests.fakes.telegram.changes import Changes
from tests.fakes.telegram.faults import Cut, Delay, Fault, Faults, Garbage
from tests.fakes.telegram.pace import Memory, Rates, is_paced
from tests.fakes.telegram.people import User
from tests.fakes.telegram.scene import Scene
from tests.fakes.telegram.spec import Spec
from tests.fakes.telegram.updates import Updates
from tests.fakes.telegram.verdict import Json, Refusal, Rule, Violation, bad_request
from tests.fakes.telegram.wire import Call
from tests.fakes.telegram.world import Chat, Profile, Role, SentMessage, World

TOKEN = "424242:loopback-token-of-the-fake-server"
MAX_BODY_BYTES = 50 * 1024 * 1024


class TelegramServer:
    """Telegram for one bot. Use as an async context manager:

        async with TelegramServer() as server, connect(server) as bot, polling(dispatcher, bot):
            alice = server.user(7, "Alice")
            alice.send(server.private(alice), "/price BONK")
            card = server.shown(await server.wait_for("sendMessage"))
            alice.press(card, "Refresh")
            await server.wait_for("editMessageText")
            server.verify()

    `clock` counts seconds for retry_after, rates and message dates; `epoch` is the Unix time it began.
    `strict_rates` refuses what exceeds the documented rates; `privacy` is the bot's privacy mode in groups.
    """

    def __init__(
        self,
        *,
        clock: Callable[[], float] = time.monotonic,
        epoch: int = int(START.timestamp()),
        strict_rates: bool = False,
        privacy: bool = False,
        bot_username: str = "trenchcoat_bot",
    ) -> None:
        self.token = TOKEN
        self.url = ""
        self.calls: list[Call] = []
        self.violations: list[Violation] = []
        self.bot = Profile(
            id=int(TOKEN.partition(":")[0]), first_name="TrenchCoat", username=bot_username, is_bot=True
        )
        self._spec = Spec.bundled()
        self._changes = Changes()
        self._world = World(self.bot, clock, epoch, privacy=privacy)
        self.updates = Updates(self._changes, self.violations.append)
        self._memory = Memory()
        self._scene = Scene(self._world, self.updates, self._changes, self._memory)
        self._faults = Faults()
        self._rates = Rates() if strict_rates else None
        self._arrivals = 0
        self._taken: set[int] = set()
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=MAX_BODY_BYTES)
        app.router.add_route("*", "/bot{token}/{method}", self._answer)
        app.router.add_get("/file/bot{token}/{kind}/{file_id}", self._download)
        tasks = await self._stack.enter_async_context(asyncio.TaskGroup())
        runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=1)
        await runner.setup()
        self._stack.push_async_callback(runner.cleanup)
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        webhook = tasks.create_task(self.updates.run_webhook())
        self._stack.callback(webhook.cancel)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Stop serving; presses that were never answered become violations."""
        self.updates.close()
        await self._stack.aclose()
        self._blame_unanswered()

    def verify(self) -> None:
        """Say what the bot did wrong.

        Raises: AssertionError naming every violation so far, unanswered presses included.
        """
        self._blame_unanswered()
        if self.violations:
            raise AssertionError("\n".join(map(str, self.violations)))

    def _blame_unanswered(self) -> None:
        blamed = {v.params.get("id") for v in self.violations if v.rule is Rule.CALLBACK}
        for query in self._world.queries.values():
            if query.answer is None and query.update_id in self.updates.delivered and query.id not in blamed:
                self._blame(Rule.CALLBACK, "answerCallbackQuery", "never answered", {"id": query.id})

    def _blame(self, rule: Rule, method: str, detail: str, params: Any) -> None:
        self.violations.append(Violation(rule=rule, method=method, detail=detail, params=params))

    # The scene

    def user(
        self,
        user_id: int,
        first_name: str,
        username: str | None = None,
        *,
        is_bot: bool = False,
        language_code: str | None = "en",
    ) -> User:
        """Let someone exist; the bot cannot write to them before they open a private chat."""
        profile = Profile(
            id=user_id, first_name=first_name, username=username, is_bot=is_bot, language_code=language_code
        )
        self._scene.meet(profile)
        return User(profile, self._scene)

    def private(self, user: User) -> Chat:
        """Return someone's chat with the bot, opened if need be."""
        return self._scene.private(user.profile)

    def group(
        self,
        chat_id: int,
        title: str,
        *,
        members: Iterable[User] = (),
        admins: Iterable[User] = (),
        bot: Role = Role.MEMBER,
    ) -> Chat:
        """Let a basic group exist; the first of the admins created it."""
        inside, above = [user.profile for user in members], [user.profile for user in admins]
        return self._scene.place("group", chat_id, title, members=inside, admins=above, bot=bot)

    def supergroup(
        self,
        chat_id: int,
        title: str,
        *,
        members: Iterable[User] = (),
        admins: Iterable[User] = (),
        bot: Role = Role.MEMBER,
        username: str | None = None,
        forum: bool = False,
    ) -> Chat:
        """Let a supergroup exist, as a `forum` with topics; the first of the admins created it."""
        inside, above = [user.profile for user in members], [user.profile for user in admins]
        return self._scene.place(
            "supergroup",
            chat_id,
            title,
            members=inside,
            admins=above,
            bot=bot,
            username=username,
            forum=forum,
        )

    def channel(
        self,
        chat_id: int,
        title: str,
        *,
        admins: Iterable[User] = (),
        bot: Role = Role.ADMINISTRATOR,
        username: str | None = None,
    ) -> Chat:
        """Let a channel exist; the first of the admins created it."""
        above = [user.profile for user in admins]
        return self._scene.place(
            "channel", chat_id, title, members=(), admins=above, bot=bot, username=username
        )

    def topic(self, forum: Chat, name: str) -> int:
        """Open a topic in a forum and return its thread id."""
        return self._world.open_topic(forum, name)

    def migrate(self, group: Chat) -> Chat:
        """Turn a group into a supergroup and return that."""
        return self._scene.migrate(group)

    def chat(self, chat_id: int) -> Chat:
        """Return a chat as it is now."""
        return self._world.chats[chat_id]

    def commands(self, scope: Json | None = None, language_code: str = "") -> list[Json]:
        """Return the command menu set for a scope and language."""
        params = {"scope": scope or {"type": "default"}, "language_code": language_code}
        return lookup.get_commands(self._world, Call(method="getMyCommands", params=params, at=0))

    def inline_message(self, inline_id: str) -> SentMessage:
        """Return a message posted through inline mode, as it is now."""
        return self._world.inline_messages[inline_id]

    def push_raw(self, update: Json) -> int:
        """Queue any update as it is; return its id."""
        return self.updates.push_raw(update)

    def fault(
        self,
        method: str,
        fault: Fault,
        *,
        chat: int | None = None,
        times: int | None = 1,
        every: int = 1,
    ) -> None:
        """Plan a fault for a method ("*": any), in one chat or all: every n-th call, `times` times."""
        self._faults.plan(method, fault, chat=chat, times=times, every=every)

    # Waiting

    async def wait_for(self, wanted: str | Callable[[Call], bool], timeout: float = 5.0) -> Call:
        """Return the first finished call, not returned before, of a method or that fits a predicate.

        Raises: AssertionError when none comes in time.
        """
        fits = (lambda call: call.method == wanted) if isinstance(wanted, str) else wanted

        def found() -> int | None:
            fresh = (i for i, call in enumerate(self.calls) if i not in self._taken and fits(call))
            return next(fresh, None)

        await self.until(lambda: found() is not None, timeout, f"no call {wanted}")
        index = found()
        assert index is not None
        self._taken.add(index)
        return self.calls[index]

    def shown(self, call: Call) -> SentMessage:
        """Return the message that a call posted or edited, as it stands now."""
        return self.chat(call.result["chat"]["id"]).message(call.result["message_id"])

    async def until(
        self, condition: Callable[[], bool], timeout: float = 5.0, complaint: str = "it never came true"
    ) -> None:
        """Wait until a condition on chats, calls or queries holds.

        Raises: AssertionError when it does not in time.
        """
        try:
            await self._changes.until(condition, timeout)
        except TimeoutError:
            calls = [f"{call.method}{'' if call.ok else f' ({call.description})'}" for call in self.calls]
            raise AssertionError(f"{complaint} within {timeout} s; calls: {calls}") from None

    # Answering

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        self._arrivals += 1
        arrival = self._arrivals
        call = Call(method=request.match_info["method"], params={}, at=self._world.now())
        fault: Fault | None = None
        body: Json
        try:
            call = self._decode(request.match_info["token"], await wire.read(request, call))
            self._judge(call)
            self._memory.check(call, arrival)
            fault = self._faults.next(call)
            if isinstance(fault, Delay):
                await asyncio.sleep(fault.seconds)
            if isinstance(fault, Refusal):
                raise fault
            if isinstance(fault, Garbage) or fault == Cut(late=False):
                self._keep(replace(call, error_code=0, description=str(fault)))
                return _broken(request, fault)
            call = replace(call, result=await self._carry_out(call))
            body = {"ok": True, "result": call.result}
        except Refusal as refusal:
            self._note(call, refusal)
            call = replace(call, error_code=refusal.code, description=refusal.description)
            body = refusal.body
        self._keep(call)
        return _broken(request, fault) if isinstance(fault, Cut) else wire.answer(body)

    def _decode(self, token: str, call: Call) -> Call:
        if token != self.token:
            raise Refusal(401, "Unauthorized", rule=Rule.UNAUTHORIZED)
        if call.method not in self._spec.methods:
            raise Refusal(404, "Not Found", rule=Rule.UNKNOWN_METHOD)
        return replace(call, params=self._spec.decode(call.method, call.params))

    def _judge(self, call: Call) -> None:
        problems = self._spec.check(call.method, dict(call.params))
        for problem in problems:
            self._blame(problem.rule, call.method, problem.detail, call.params)
        if answered := next((problem.answer for problem in problems if problem.answer), None):
            raise bad_request(answered)

    async def _carry_out(self, call: Call) -> Any:
        if self._rates and is_paced(call.method):
            self._rates.admit(call)
        match call.method:
            case "getUpdates":
                return await self.updates.poll(call)
            case "setWebhook":
                return self.updates.set_webhook(call)
            case "deleteWebhook":
                return self.updates.delete_webhook(call)
            case "getWebhookInfo":
                return self.updates.webhook_info()
        if play := posting.METHODS.get(call.method) or lookup.METHODS.get(call.method):
            return play(self._world, call)
        if self._spec.methods[call.method].returns == ("Boolean",):
            return True
        raise bad_request(f"{call.method} is not played by this fake", Rule.NOT_PLAYED)

    def _note(self, call: Call, refusal: Refusal) -> None:
        if refusal.rule:
            self._blame(refusal.rule, call.method, refusal.description, call.params)
        self._memory.note(call, refusal, self._arrivals)

    def _keep(self, call: Call) -> None:
        if call.method != "getUpdates" or not call.ok:
            self.calls.append(call)
        self._changes.notify()

    async def _download(self, request: web.Request) -> web.StreamResponse:
        file = self._world.files.get(request.match_info["file_id"])
        if request.match_info["token"] != self.token or file is None:
            raise web.HTTPNotFound
        return web.Response(body=file.content)


def _broken(request: web.Request, fault: Fault | None) -> web.StreamResponse:
    if isinstance(fault, Garbage):
        return web.Response(status=fault.status, text=fault.body, content_type="text/html")
    assert request.transport is not None
    request.transport.abort()
    return web.Response()
