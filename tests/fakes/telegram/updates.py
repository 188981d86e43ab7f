"""Updates on their way to the bot: a queue, read by long polling or pushed to a webhook.

Knows delivery only: order, confirmation, filters, one receiver at a time. Updates are pushed to a webhook one
after the other (the real server opens several connections), and only to loopback.

Source: https://core.telegram.org/bots/api#getting-updates
"""

import asyncio
import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

import aiohttp

from tests.fakes.telegram.changes import Changes
from tests.fakes.telegram.verdict import Json, Refusal, Rule, Violation, bad_request
from tests.fakes.telegram.wire import Call

FIRST_UPDATE_ID = 1000
RETRY_S = 0.05  # pause before a failed webhook delivery is tried again
SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"

_LOOPBACK = re.compile(r"https?://(?:127\.0\.0\.1|localhost|\[::1\])(?::\d+)?(?:/.*)?")
_ON_REQUEST_ONLY = frozenset({"chat_member", "message_reaction", "message_reaction_count"})


@dataclass(frozen=True, slots=True)
class Webhook:
    """Where updates are pushed."""

    url: str
    secret: str | None


class Updates:
    """The queue of one bot. `copies` is how often each update is delivered; real servers may repeat."""

    def __init__(self, changes: Changes, report: Callable[[Violation], None]) -> None:
        self.copies = 1
        self.delivered: set[int] = set()
        self.withheld: list[Json] = []  # not asked for by the bot's allowed_updates
        self.webhook: Webhook | None = None
        self.last_error: str | None = None
        self.polls = 0  # getUpdates so far: above zero once the bot is up
        self.closed = False
        self._changes = changes
        self._report = report
        self._queue: list[Json] = []
        self._next_id = FIRST_UPDATE_ID
        self._allowed: list[str] = []
        self._newest_poll: object = None

    @property
    def pending(self) -> tuple[Json, ...]:
        """The updates not yet confirmed by the bot."""
        return tuple(self._queue)

    def push(self, kind: str, body: Json) -> int | None:
        """Queue an update if the bot asked for its kind; return its id."""
        wanted = kind in self._allowed if self._allowed else kind not in _ON_REQUEST_ONLY
        if not wanted:
            self.withheld.append({kind: body})
            return None
        return self.push_raw({kind: body})

    def push_raw(self, update: Json) -> int:
        """Queue an update as it is, numbering it unless it carries a number."""
        numbered = {"update_id": self._next_id} | update
        self._next_id = max(self._next_id, int(numbered["update_id"])) + 1
        self._queue.append(numbered)
        self._changes.notify()
        return int(numbered["update_id"])

    async def poll(self, call: Call) -> list[Json]:
        """Answer getUpdates.

        Raises: Refusal when a webhook is set, or a newer getUpdates takes over.
        """
        if self.webhook:
            taken = "can't use getUpdates method while webhook is active"
            remedy = "use deleteWebhook to delete the webhook first"
            raise Refusal(409, f"Conflict: {taken}; {remedy}", rule=Rule.CONFLICT)
        self._allowed = call.params.get("allowed_updates", self._allowed)
        self._confirm(call.params.get("offset", 0))
        self.polls += 1
        ticket = self._newest_poll = object()
        self._changes.notify()
        with suppress(TimeoutError):
            await self._changes.until(
                lambda: bool(self._queue) or self.closed or self._newest_poll is not ticket,
                call.params.get("timeout", 0),
            )
        if self._newest_poll is not ticket:
            taken = "terminated by other getUpdates request; make sure that only one bot instance is running"
            raise Refusal(409, f"Conflict: {taken}", rule=Rule.CONFLICT)
        batch = self._queue[: call.params.get("limit", 100)]
        self.delivered |= {update["update_id"] for update in batch}
        self._changes.notify()
        return [update for update in batch for _ in range(self.copies)]

    def _confirm(self, offset: int) -> None:
        if offset < 0:
            self._queue = self._queue[offset:]
        else:
            self._queue = [update for update in self._queue if update["update_id"] >= offset]

    def set_webhook(self, call: Call) -> bool:
        """Set or, by an empty URL, remove the webhook.

        Raises: Refusal for a URL beyond loopback.
        """
        url = call.params["url"]
        if url and not _LOOPBACK.fullmatch(url):
            raise bad_request("bad webhook: only loopback is played by this fake", Rule.WEBHOOK)
        self._allowed = call.params.get("allowed_updates", self._allowed)
        self._drop(call)
        self.webhook = Webhook(url, call.params.get("secret_token")) if url else None
        self._changes.notify()
        return True

    def delete_webhook(self, call: Call) -> bool:
        """Remove the webhook."""
        self._drop(call)
        self.webhook = None
        return True

    def _drop(self, call: Call) -> None:
        if call.params.get("drop_pending_updates"):
            self._queue.clear()

    def webhook_info(self) -> Json:
        """Return a WebhookInfo."""
        info: Json = {
            "url": self.webhook.url if self.webhook else "",
            "has_custom_certificate": False,
            "pending_update_count": len(self._queue),
        }
        return info | ({"last_error_message": self.last_error} if self.last_error else {})

    def close(self) -> None:
        """Release whoever waits for updates."""
        self.closed = True
        self._changes.notify()

    async def run_webhook(self) -> None:
        """Push updates to the webhook, whenever there is one, until closed."""
        async with aiohttp.ClientSession() as session:
            while not self.closed:
                await self._changes.until(lambda: self.closed or bool(self.webhook and self._queue), None)
                if self.webhook and self._queue and not self.closed:
                    await self._push_first(session, self.webhook)

    async def _push_first(self, session: aiohttp.ClientSession, webhook: Webhook) -> None:
        update = self._queue[0]
        headers = {SECRET_HEADER: webhook.secret} if webhook.secret else {}
        try:
            for _ in range(self.copies):
                async with session.post(webhook.url, json=update, headers=headers) as response:
                    body = await response.read()
                    response.raise_for_status()
        except aiohttp.ClientError as error:
            status = getattr(error, "status", None)
            self.last_error = f"Wrong response from the webhook: {status}" if status else "Connection failed"
            await asyncio.sleep(RETRY_S)
            return
        self.delivered.add(update["update_id"])
        self._queue = [queued for queued in self._queue if queued is not update]
        self._changes.notify()
        if b"method" in body:
            detail = "a method call in the answer to a webhook request"
            self._report(Violation(rule=Rule.NOT_PLAYED, method="webhook", detail=detail, params=update))
