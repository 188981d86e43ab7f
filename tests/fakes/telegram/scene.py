"""The scene: people and chats being set up and changing, and the bot being told.

Knows which events reach the bot. What single people do is in `people`, delivery in `updates`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from tests.fakes.telegram import objects
from tests.fakes.telegram.changes import Changes
from tests.fakes.telegram.pace import Memory
from tests.fakes.telegram.updates import Updates
from tests.fakes.telegram.world import (
    SUPERGROUP_OFFSET,
    Chat,
    ChatKind,
    Profile,
    Role,
    SentMessage,
    World,
)


class Scene:
    """Everyone and every place around one bot."""

    def __init__(self, world: World, updates: Updates, changes: Changes, memory: Memory) -> None:
        self.world = world
        self.updates = updates
        self.changes = changes
        self._memory = memory

    def meet(self, profile: Profile) -> None:
        """Let someone exist; the bot cannot write to them before they open a chat."""
        self.world.people[profile.id] = profile

    def private(self, person: Profile) -> Chat:
        """Let someone open a chat with the bot."""
        if person.id not in self.world.chats:
            self._memory.reopen(person.id)
        members = {person.id: Role.MEMBER, self.world.bot.id: Role.MEMBER}
        return self._add(Chat(id=person.id, kind="private", title=person.first_name, members=members))

    def place(
        self,
        kind: ChatKind,
        chat_id: int,
        title: str,
        *,
        members: Iterable[Profile],
        admins: Sequence[Profile],
        bot: Role,
        username: str | None = None,
        forum: bool = False,
    ) -> Chat:
        """Let a group, supergroup or channel exist; the first admin created it."""
        roles = {person.id: Role.MEMBER for person in members}
        roles |= {person.id: Role.ADMINISTRATOR for person in admins}
        roles |= {person.id: Role.CREATOR for person in admins[:1]}
        roles[self.world.bot.id] = bot
        return self._add(
            Chat(id=chat_id, kind=kind, title=title, username=username, forum=forum, members=roles)
        )

    def _add(self, chat: Chat) -> Chat:
        return self.world.chats.setdefault(chat.id, chat)

    def set_role(self, chat: Chat, actor: Profile, subject: Profile, role: Role) -> None:
        """Change a member's role and tell the bot: about itself always, about others where it is admin."""
        old = chat.role(subject.id)
        chat.members[subject.id] = role
        event = objects.chat_member_updated(self.world, chat, actor, subject, old, role)
        if subject.id == self.world.bot.id:
            if role.is_inside:
                self._memory.reopen(chat.id)
            self.updates.push("my_chat_member", event)
        elif chat.role(self.world.bot.id).is_admin:
            self.updates.push("chat_member", event)

    def migrate(self, group: Chat) -> Chat:
        """Turn a group into a supergroup: a new chat, service messages in both, the old id dead."""
        new_id = -SUPERGROUP_OFFSET + group.id
        grown = self._add(
            replace(group, id=new_id, kind="supergroup", by_id={}, deleted=set(), actions=[], topics={})
        )
        grown.last_message_id = 0
        grown.members = dict(group.members)
        creator = next((self.world.people[u] for u, r in group.members.items() if r is Role.CREATOR), None)
        self.tell("message", self.world.announce(group, creator, migrate_to_chat_id=new_id))
        group.migrated_to = new_id
        self.tell("message", self.world.announce(grown, creator, migrate_from_chat_id=group.id))
        return grown

    def tell(self, kind: str, message: SentMessage) -> None:
        """Send a message to the bot as an update, if it may hear it; whoever writes to it is open to it."""
        if self._is_heard(message):
            self._memory.reopen(message.chat_id)
            self.updates.push(kind, objects.message(self.world, message))
        self.changes.notify()

    def _is_heard(self, message: SentMessage) -> bool:
        """Tell whether a message reaches the bot: it is there, and privacy mode lets it through.

        Source: https://core.telegram.org/bots/features#privacy-mode
        """
        chat = self.world.chats[message.chat_id]
        role = chat.role(self.world.bot.id)
        if chat.kind == "private" or not role.is_inside:
            return role.is_inside
        if not self.world.privacy or role.is_admin or chat.kind == "channel" or message.service:
            return True
        replied = chat.by_id.get(message.reply_to or 0)
        return (
            message.visible.startswith("/")
            or f"@{self.world.bot.username}".lower() in message.visible.lower()
            or (replied is not None and replied.sender == self.world.bot)
        )
