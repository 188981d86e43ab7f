"""People: scripted users who write, press, forward, block, and change who may do what.

What they do changes the world and reaches the bot as the updates Telegram would send. A script that asks for
the impossible (a button that is not there, a group one is not in) fails at once with LookupError.
"""

import re
from dataclasses import replace

from tests.fakes.telegram import media, objects, posting
from tests.fakes.telegram.formatted import utf16_length
from tests.fakes.telegram.scene import Scene
from tests.fakes.telegram.verdict import Json
from tests.fakes.telegram.wire import Upload
from tests.fakes.telegram.world import Chat, InlineQuery, Profile, Query, Role, SentMessage

_AUTOMATIC = {
    "bot_command": re.compile(r"(?<!\S)/[A-Za-z0-9_]{1,64}(?:@\w{3,32})?"),
    "mention": re.compile(r"(?<!\w)@\w{3,32}"),
}


def automatic_entities(text: str) -> list[Json]:
    """Return the commands and mentions that Telegram finds in a plain text by itself."""
    found: list[Json] = [
        {"type": kind, "offset": utf16_length(text[: match.start()]), "length": utf16_length(match[0])}
        for kind, pattern in _AUTOMATIC.items()
        for match in pattern.finditer(text)
    ]
    commands = {(e["offset"], e["offset"] + e["length"]) for e in found if e["type"] == "bot_command"}
    inside = [e for e in found if any(a < e["offset"] < b for a, b in commands)]
    return sorted((e for e in found if e not in inside), key=lambda e: int(e["offset"]))


class User:
    """One person (or another bot) on Telegram."""

    def __init__(self, profile: Profile, scene: Scene) -> None:
        self.profile = profile
        self._scene = scene

    @property
    def id(self) -> int:
        """The user id."""
        return self.profile.id

    def send(
        self,
        chat: Chat,
        text: str = "",
        *,
        photo: bytes | None = None,
        thread_id: int | None = None,
        reply_to: SentMessage | None = None,
        entities: list[Json] | None = None,
        anonymous: bool = False,
        as_chat: Chat | None = None,
    ) -> SentMessage:
        """Write into a chat: as oneself, `anonymous`ly as the group, or in the name of a channel.

        `entities` default to the commands and mentions Telegram finds; with a photo, the text is its caption.
        """
        found = automatic_entities(text) if entities is None else entities
        file = media.store(self._scene.world, "photo", Upload("photo.png", photo)) if photo else None
        voice = as_chat or (chat if anonymous or chat.kind == "channel" else None)
        if voice and not voice.role(self.id).is_admin:
            raise LookupError(f"{self.profile.first_name} cannot speak as {voice.title}")
        return self._post(
            SentMessage(
                message_id=self._next_id(chat),
                chat_id=chat.id,
                date=self._scene.world.date,
                sender=self.profile,
                sender_chat=voice.id if voice else None,
                thread_id=thread_id,
                text="" if file else text,
                caption=text if file else "",
                raw=text,
                entities=tuple(found),
                media=file,
                reply_to=reply_to.message_id if reply_to else None,
            )
        )

    def forward(self, message: SentMessage, to: Chat) -> SentMessage:
        """Forward a message into a chat."""
        origin = posting.forward_origin(self._scene.world, message)
        return self._post(
            replace(
                message,
                message_id=self._next_id(to),
                chat_id=to.id,
                date=self._scene.world.date,
                sender=self.profile,
                sender_chat=to.id if to.kind == "channel" else None,
                forward_origin=origin,
                reply_to=None,
                thread_id=None,
                markup=None,
                album=None,
                edits=0,
                edit_date=None,
            )
        )

    def edit(self, message: SentMessage, text: str) -> SentMessage:
        """Change the words of a message of one's own."""
        scene = self._scene
        chat = scene.world.chats[message.chat_id]
        now = chat.by_id[message.message_id]
        if now.sender != self.profile:
            raise LookupError(f"message {now.message_id} is not by {self.profile.first_name}")
        words = {"caption": text} if now.media else {"text": text}
        changed = replace(now, raw=text, entities=tuple(automatic_entities(text)), **words)  # type: ignore[arg-type]
        edited = scene.world.show(replace(changed, edits=now.edits + 1, edit_date=scene.world.date))
        scene.tell("edited_channel_post" if chat.kind == "channel" else "edited_message", edited)
        return edited

    def delete(self, message: SentMessage) -> None:
        """Delete a message; the bot is not told, as on Telegram."""
        self._scene.world.remove(self._scene.world.chats[message.chat_id], message.message_id)

    def press(self, message: SentMessage, button: str) -> Query:
        """Press a button of a message as it stands now, named by its label or its data."""
        now = self._scene.world.chats[message.chat_id].message(message.message_id)
        shown = [b for row in (now.markup or {}).get("inline_keyboard", []) for b in row]
        fitting = [b for b in shown if button in {b["text"], b.get("callback_data")}]
        if not fitting or "callback_data" not in fitting[0]:
            raise LookupError(f"no button {button!r} to press, only {[tuple(b.values()) for b in shown]}")
        return self.forge(now, fitting[0]["callback_data"])

    def forge(self, message: SentMessage, data: str) -> Query:
        """Send any callback data for a message, as a tampered client can."""
        world = self._scene.world
        query = Query(f"query-{world.number():06d}", self.profile, data, message)
        world.queries[query.id] = query
        query.update_id = self._scene.updates.push("callback_query", objects.callback_query(world, query))
        return query

    async def inline(self, text: str, *, chat_type: str = "sender", timeout: float = 5.0) -> list[Json]:
        """Type an inline query and return the results the bot answers.

        Raises: TimeoutError when no answer comes.
        """
        world = self._scene.world
        query = InlineQuery(f"inline-{world.number():06d}", text)
        world.inline[query.id] = query
        body = {"id": query.id, "from": objects.user(self.profile), "query": text, "offset": ""}
        self._scene.updates.push("inline_query", body | {"chat_type": chat_type})
        await self._scene.changes.until(lambda: query.results is not None, timeout)
        return query.results or []

    def choose(self, result: Json) -> str:
        """Post an inline article out of the bot's sight; return its inline message id."""
        world = self._scene.world
        inline_id = f"inline-message-{world.number():06d}"
        content = result["input_message_content"]
        world.inline_messages[inline_id] = SentMessage(
            message_id=0,
            chat_id=0,
            date=world.date,
            sender=self.profile,
            text=content["message_text"],
            entities=tuple(content.get("entities", ())),
            markup=result.get("reply_markup"),
        )
        return inline_id

    def press_inline(self, inline_id: str, button: str) -> Query:
        """Press a button under a message that was posted through inline mode, named by its label."""
        world = self._scene.world
        message = world.inline_messages[inline_id]
        data = {b.text: b.target for row in message.buttons for b in row}[button]
        query = Query(f"query-{world.number():06d}", self.profile, data, message, inline_id=inline_id)
        world.queries[query.id] = query
        query.update_id = self._scene.updates.push("callback_query", objects.callback_query(world, query))
        return query

    def react(self, message: SentMessage, emoji: str) -> None:
        """Put a reaction under a message."""
        world = self._scene.world
        place = world.chats[message.chat_id]
        body = {
            "chat": objects.chat(world, place),
            "message_id": message.message_id,
            "user": objects.user(self.profile),
            "date": world.date,
            "old_reaction": [],
            "new_reaction": [{"type": "emoji", "emoji": emoji}],
        }
        self._scene.updates.push("message_reaction", body)

    def block(self) -> None:
        """Block the bot in the private chat."""
        self._set_bot(self._scene.world.chats[self.id], Role.KICKED)

    def unblock(self) -> None:
        """Let the bot write in the private chat again."""
        self._set_bot(self._scene.world.chats[self.id], Role.MEMBER)

    def add_bot(self, chat: Chat, *, admin: bool = False) -> None:
        """Bring the bot into a chat."""
        self._set_bot(chat, Role.ADMINISTRATOR if admin else Role.MEMBER)

    def kick_bot(self, chat: Chat) -> None:
        """Throw the bot out of a chat."""
        self._set_bot(chat, Role.KICKED)

    def set_role(self, chat: Chat, member: "User", role: Role) -> None:
        """Promote, demote, restrict or remove a member."""
        self._scene.set_role(chat, self.profile, member.profile, role)

    def _set_bot(self, chat: Chat, role: Role) -> None:
        self._scene.set_role(chat, self.profile, self._scene.world.bot, role)

    def _next_id(self, chat: Chat) -> int:
        role = chat.role(self.id)
        if chat.kind == "private" and not chat.role(self._scene.world.bot.id).is_inside:
            raise LookupError(f"{self.profile.first_name} has blocked the bot")
        if not role.is_inside or (chat.kind == "channel" and not role.is_admin):
            raise LookupError(f"{self.profile.first_name} cannot write in {chat.title}")
        return self._scene.world.next_message_id(chat)

    def _post(self, message: SentMessage) -> SentMessage:
        shown = self._scene.world.show(message)
        chat = self._scene.world.chats[message.chat_id]
        self._scene.tell("channel_post" if chat.kind == "channel" else "message", shown)
        return shown
