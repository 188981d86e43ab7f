"""Knows how a REST call is received, judged and answered. Refuses to know what a route does (routes.py)."""

import asyncio
import json
from collections.abc import Callable, Mapping
from typing import Any

from aiohttp import BodyPartReader, web

from . import ledger, rules, spec
from .commands import choice_errors, command_errors
from .faults import Answer, Fault, Limits, Order
from .ledger import LASTING, ApiError, Call, Rule, Upload, Violation
from .routes import ROUTES, Backend
from .spec import Operation

CREATE_MESSAGE = ("POST", "/channels/{channel_id}/messages")
INVALID = frozenset({401, 403, 429})


class Rest:
    """Discord's HTTP side: every call is recorded, judged, then played."""

    def __init__(
        self,
        backend: Backend,
        limits: Limits,
        token: str,
        violations: list[Violation],
        changed: Callable[[], None],
    ) -> None:
        self.calls: list[Call] = []
        self.orders: list[Order] = []
        self.invalid_requests = 0
        self._backend = backend
        self._limits = limits
        self._token = token
        self._violations = violations
        self._changed = changed
        self._spec = spec.load()
        self._dead: set[int] = set()

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """Answer one request of the client."""
        call, readable = await self._read(request)
        self.calls.append(call)
        found = self._spec.find(call.method, call.path)
        if found is not None:
            call.template, call.params = found[0].template, found[1]
        fault = self._ordered(call)
        if fault.delay_s:
            await asyncio.sleep(fault.delay_s)
        if fault.cut == "before":
            return _cut(request)
        answer = self._answer(call, found[0] if found else None, fault, readable=readable)
        self._close(call, answer)
        return _cut(request) if fault.cut == "after" else _response(answer, self._limits.headers(call))

    def _answer(self, call: Call, operation: Operation | None, fault: Fault, *, readable: bool) -> Answer:
        try:
            if operation is None:
                raise ApiError(ledger.NOT_FOUND, Rule.UNKNOWN_ROUTE)
            if not operation.public and not call.authorized:
                raise ApiError(ledger.UNAUTHORIZED, Rule.UNAUTHORIZED)
            refused, broken = self._limits.admit(call)
            if broken is not None:
                self._record(*broken, call)
            if refused is not None:
                return refused
            if fault.retry_after_s is not None:
                return self._limits.punish(call, fault.retry_after_s, fault.scope)
            if fault.answer is not None:
                return fault.answer
            if not readable:
                raise ApiError(ledger.INVALID_JSON, Rule.INVALID_BODY)
            self._judge(call, operation)
            handler = ROUTES.get((call.method, call.template))
            if handler is None:
                raise ApiError(ledger.NOT_PLAYED, Rule.NOT_PLAYED)
            return handler(self._backend, call)
        except ApiError as error:
            if error.rule is not None:
                self._record(error.rule, error.detail, call)
            return Answer(status=error.refusal.status, body=error.body())

    def _judge(self, call: Call, operation: Operation) -> None:
        """Hold a call against the document and the rules it lacks.

        Raises:
            ApiError: Discord would refuse it.
        """
        errors = operation.body_errors(call.body)
        if errors:
            raise ledger.invalid_form(errors)
        if call.template.endswith("/commands") and call.method == "PUT":
            errors = command_errors(call.body or [])
        elif call.template.startswith("/interactions/") and call.body.get("type") == 8:
            errors = choice_errors([each for each in call.body["data"].get("choices") or () if each])
        speech = rules.speech(
            call, interaction=self._backend.interactions.holds(call.params.get("webhook_token", ""))
        )
        if speech is not None:
            if any(len(upload.data) > rules.FILE_BYTES_MAX for upload in call.files.values()):
                raise ApiError(ledger.TOO_LARGE, Rule.INVALID_BODY, "a file over 10 MiB")
            found = rules.message_errors(speech.body, call.files, may_hide=speech.may_hide)
            errors = errors + [error.under(*speech.prefix) for error in found]
        if errors:
            raise ledger.invalid_form(errors)
        ping = rules.ping(speech.body, creates=speech.creates) if speech else None
        if ping is not None:
            # Discord accepts it; a careful bot never sends it.
            self._record(Rule.PING_POSSIBLE, ping, call)

    def _close(self, call: Call, answer: Answer) -> None:
        call.status = answer.status
        if answer.status in INVALID and answer.headers.get("X-RateLimit-Scope") != "shared":
            self.invalid_requests += 1
        if (call.method, call.template) == CREATE_MESSAGE:
            code = answer.body.get("code") if isinstance(answer.body, dict) else None
            channel_id = call.id("channel_id")
            if answer.status < 300:
                self._dead.discard(channel_id)
            elif code in LASTING and channel_id in self._dead:
                self._record(Rule.DEAD_CHANNEL, f"channel {channel_id}", call)
            elif code in LASTING:
                self._dead.add(channel_id)
        self._changed()

    def _ordered(self, call: Call) -> Fault:
        order = next((each for each in self.orders if each.fits(call)), None)
        if order is None:
            return Fault()
        order.times -= 1
        return order.fault

    def _record(self, rule: Rule, detail: str, call: Call) -> None:
        self._violations.append(Violation(rule=rule, detail=detail, call=call))

    async def _read(self, request: web.Request) -> tuple[Call, bool]:
        """Read a request and say whether its body could be parsed."""
        files: dict[int, Upload] = {}
        body: Any = None
        readable = True
        try:
            if request.content_type.startswith("multipart/"):
                body, files = await _read_form(request)
            elif request.can_read_body:
                body = json.loads(await request.read())
        except ValueError:
            readable = False
        call = Call(
            method=request.method,
            path="/" + request.match_info["path"],
            query=dict(request.query),
            body=body,
            files=files,
            at=asyncio.get_running_loop().time(),
            authorized=request.headers.get("Authorization") == f"Bot {self._token}",
        )
        return call, readable


async def _read_form(request: web.Request) -> tuple[Any, dict[int, Upload]]:
    """Read `payload_json` and the parts named `files[n]`."""
    body: Any = None
    files: dict[int, Upload] = {}
    async for part in await request.multipart():
        if not isinstance(part, BodyPartReader):
            continue
        data = bytes(await part.read())
        if part.name == "payload_json":
            body = json.loads(data)
        elif part.name and part.name.startswith("files["):
            files[int(part.name[6:-1])] = Upload(part.filename or "", data)
    return body, files


def _cut(request: web.Request) -> web.StreamResponse:
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


def _response(answer: Answer, headers: Mapping[str, str]) -> web.Response:
    headers = {**headers, **answer.headers}
    if answer.html is not None:
        return web.Response(status=answer.status, text=answer.html, content_type="text/html", headers=headers)
    if answer.body is None:
        return web.Response(status=answer.status, headers=headers)
    # Bytes, so that no charset is added: discord.py parses only a bare `application/json`.
    data = json.dumps(answer.body).encode()
    return web.Response(status=answer.status, body=data, content_type="application/json", headers=headers)
