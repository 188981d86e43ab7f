"""People who want to hear a stream in private; what a chat hears, its routes say."""

from __future__ import annotations

from core.chats import number
from core.delivery.audience import SENT_BY, private
from data.errors import UserError
from data.models.chat import Actor, User
from data.models.delivery import Stream, Subscription
from data.store.store import Store


class Subscribers:
    """Who asked to hear what; each is told once, where they want to be told."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def hears(self, user: User, stream: Stream) -> bool:
        """Tell whether a person asked for a stream; that they turned it off since is another matter."""
        async with self._store.read() as tx:
            heard = await tx.subscriptions.of_person(user.id)
        return any(each.active and each.stream is stream for each in heard)

    async def subscribe(self, actor: Actor, user: User, stream: Stream) -> None:
        """Let a person hear a stream.

        Raises:
            UserError: nothing can be sent to this account.
        """
        if actor.identity.platform not in SENT_BY:
            raise UserError("Nothing can be sent here.", hint="Subscribe on Telegram or Discord.")
        async with self._store.begin() as tx:
            place = private(actor.identity, user.id)
            await tx.subscriptions.put(
                Subscription(stream=stream, target=place, chat_key=str(actor.identity))
            )
            await tx.audit.append(number(actor), "subscribe", user.id, stream.value)

    async def leave(self, actor: Actor, user: User, stream: Stream) -> bool:
        """Let a person hear a stream no more, on any platform; False where they did not."""
        gone = False
        async with self._store.begin() as tx:
            for each in await tx.subscriptions.of_person(user.id):
                if each.stream is stream:
                    gone |= await tx.subscriptions.remove(stream, each.target)
            await tx.audit.append(number(actor), "unsubscribe", user.id, stream.value)
        return gone
