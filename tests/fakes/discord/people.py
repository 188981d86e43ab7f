"""Knows what people do in front of the bot: write, click, choose. Refuses what no app would let them do."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from . import messages
from .commands import CHAT_INPUT, MESSAGE_MENU, ClientRefusalError, CommandTree, descend, fill
from .interactions import AUTOCOMPLETE, COMMAND, COMPONENT, MODAL_SUBMIT, Interaction, Interactions
from .ledger import Json, Upload
from .messages import Message, SeenMessage, Version
from .objects import ALL_PERMISSIONS, MANAGE_MESSAGES, Channel, Role, User, Webhook, channel_wire
from .rules import walk
from .world import World

_MENTION = re.compile(r"<@!?(\d+)>")
_ANSWER_TIMEOUT_S = 5.0
_TEXT_INPUT = 4

WaitFor = Callable[[Callable[[], Any], float], Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Stage:
    """What people act on."""

    world: World
    tree: CommandTree
    interactions: Interactions
    wait_for: WaitFor


class Person:
    """Somebody with an account; `user.bot` makes it another bot."""

    def __init__(self, stage: Stage, user: User) -> None:
        self.user = user
        self._stage = stage

    @property
    def id(self) -> int:
        return self.user.id

    @property
    def mention(self) -> str:
        return f"<@{self.user.id}>"

    def say(
        self,
        channel: Channel,
        text: str,
        *,
        reply_to: SeenMessage | None = None,
        files: Mapping[str, bytes] | None = None,
    ) -> SeenMessage:
        """Write a message.

        Raises:
            ClientRefusalError: this person cannot write there.
        """
        self._check_place(channel)
        uploads = [Upload(name, data) for name, data in (files or {}).items()]
        return _write(self._stage.world, channel, self.user, text, reply_to=reply_to, uploads=uploads)

    def edit(self, message: SeenMessage, text: str) -> SeenMessage:
        """Change one's own message."""
        stored = self._find(message)
        if stored.author is not self.user:
            raise ClientRefusalError("only the author may edit")
        world = self._stage.world
        version = Version(at=world.at(), content=text, attachments=stored.now.attachments)
        return world.edit(stored, version).seen()

    def delete(self, message: SeenMessage) -> None:
        """Delete one's own message, or anybody's as a moderator.

        Raises:
            ClientRefusalError: the right to do so is missing.
        """
        stored = self._find(message)
        mine = stored.author is self.user or stored.ephemeral_to == self.user.id
        guild = stored.channel.guild
        if not mine and not (guild and guild.permissions(self.user.id) & MANAGE_MESSAGES):
            raise ClientRefusalError("only a moderator may delete another's message")
        self._stage.world.delete(stored)

    def react(self, message: SeenMessage, emoji: str) -> None:
        """Put a reaction under a message."""
        self._stage.world.react(self._find(message), self.user, emoji)

    def slash(self, channel: Channel, command: str, /, **options: Any) -> Interaction:
        """Run a slash command as synced; a subcommand is written after a space.

        Raises:
            ClientRefusalError: the picker would not offer it, or not take these options.
        """
        data = self._command_data(channel, command, options, focused=None)
        return self._open(COMMAND, channel, data, shown_kind=messages.CHAT_INPUT_COMMAND)

    async def autocomplete(
        self, channel: Channel, command: str, /, *, timeout: float = _ANSWER_TIMEOUT_S, **options: Any
    ) -> list[Json]:
        """Type into the last of `options` and return the choices shown.

        Raises:
            ClientRefusalError: the option has no autocomplete.
            TimeoutError: no choices were shown.
        """
        data = self._command_data(channel, command, options, focused=list(options)[-1])
        interaction = self._open(AUTOCOMPLETE, channel, data)
        await self._stage.wait_for(lambda: interaction.choices is not None, timeout)
        assert interaction.choices is not None
        return interaction.choices

    def menu(self, message: SeenMessage, command: str) -> Interaction:
        """Run a message command from a message's context menu."""
        target = self._find(message)
        channel = target.channel
        entry = self._stage.tree.find(
            MESSAGE_MENU, command, self._guild_id(channel), self._permissions(channel)
        )
        data = {
            "id": entry["id"],
            "name": entry["name"],
            "type": MESSAGE_MENU,
            "target_id": str(target.id),
            "resolved": {"messages": {str(target.id): self._stage.world.read(target)}},
        }
        return self._open(COMMAND, channel, data, shown_kind=messages.CONTEXT_MENU_COMMAND)

    def press(self, message: SeenMessage, button: str) -> Interaction:
        """Press the button with this label or custom id.

        Raises:
            ClientRefusalError: it is gone, disabled, or a link.
        """
        seen = self._find(message).seen()
        try:
            found = seen.button(button)
        except LookupError as error:
            raise ClientRefusalError(str(error)) from None
        if found.disabled or found.custom_id is None:
            raise ClientRefusalError(f"button {button!r} cannot be pressed")
        return self.forge(message, found.custom_id)

    def forge(self, message: SeenMessage, custom_id: str) -> Interaction:
        """Press with any custom id, as a tampered client might."""
        target = self._find(message)
        inside = walk({"components": list(target.now.components)})
        number = next((each["id"] for each in inside if each.get("custom_id") == custom_id), 0)
        data = {"component_type": 2, "custom_id": custom_id, "id": number}
        return self._open(COMPONENT, target.channel, data, source=target)

    def modal(self, shown_by: Interaction, **values: str) -> Interaction:
        """Fill in the form an interaction opened, by label or custom id, and submit it.

        Raises:
            ClientRefusalError: no form was opened, or a field is unknown, missing or too long.
        """
        form = shown_by.modal
        if form is None or shown_by.user is not self.user:
            raise ClientRefusalError("no form is open")
        left = dict(values)
        components = [_filled(component, left) for component in form["components"]]
        if left:
            raise ClientRefusalError(f"the form has no field {sorted(left)}")
        data = {"custom_id": form["custom_id"], "components": components}
        return self._open(MODAL_SUBMIT, shown_by.channel, data, source=shown_by.source)

    def _open(
        self, kind: int, channel: Channel, data: Json, source: Message | None = None, shown_kind: int = 0
    ) -> Interaction:
        self._check_place(channel)
        shown_kind = shown_kind or messages.REPLY
        return self._stage.interactions.open(kind, self.user, channel, data, source, shown_kind)

    def _command_data(
        self, channel: Channel, name: str, options: Mapping[str, Any], *, focused: str | None
    ) -> Json:
        self._check_place(channel)
        root, *path = name.split(" ")
        entry = self._stage.tree.find(CHAT_INPUT, root, self._guild_id(channel), self._permissions(channel))
        trail = descend(entry, path)
        filled = fill(trail[-1], options, focused=focused)
        for branch in reversed(trail[1:]):
            filled = [{"name": branch["name"], "type": branch["type"], "options": filled}]
        data = {"id": entry["id"], "name": entry["name"], "type": CHAT_INPUT, "options": filled}
        if "guild_id" in entry:
            data["guild_id"] = entry["guild_id"]
        resolved = self._resolved(channel, list(options.values()))
        return data | ({"resolved": resolved} if resolved else {})

    def _resolved(self, channel: Channel, values: list[Any]) -> Json:
        resolved: Json = {}
        for value in values:
            if isinstance(value, User):
                resolved.setdefault("users", {})[str(value.id)] = value.wire()
                if channel.guild and value.id in channel.guild.members:
                    member = channel.guild.members[value.id].partial()
                    permissions = {"permissions": str(channel.guild.permissions(value.id))}
                    resolved.setdefault("members", {})[str(value.id)] = member | permissions
            elif isinstance(value, Channel):
                wire = channel_wire(value) | {"permissions": str(self._permissions(channel))}
                resolved.setdefault("channels", {})[str(value.id)] = wire
            elif isinstance(value, Role):
                resolved.setdefault("roles", {})[str(value.id)] = value.wire()
        return resolved

    def _find(self, message: SeenMessage) -> Message:
        channel = self._stage.world.channels.get(message.channel_id)
        stored = channel.stored.get(message.id) if channel else None
        if stored is None or stored.ephemeral_to not in (None, self.user.id):
            raise ClientRefusalError(f"{self.user.name} sees no message {message.id}")
        return stored

    def _check_place(self, channel: Channel) -> None:
        here = channel.guild.members if channel.guild else {channel.recipient.id if channel.recipient else 0}
        if self.user.id not in here or channel.id not in self._stage.world.channels:
            raise ClientRefusalError(f"{self.user.name} is not in {channel.name or 'this direct message'!r}")

    def _permissions(self, channel: Channel) -> int:
        """Return the bits for this place; in direct messages commands are not gated by any."""
        return channel.guild.permissions(self.user.id) if channel.guild else ALL_PERMISSIONS

    @staticmethod
    def _guild_id(channel: Channel) -> int | None:
        return channel.guild.id if channel.guild else None


class WebhookSender:
    """Something outside that posts through an incoming webhook; `url` is the credential."""

    def __init__(self, world: World, webhook: Webhook, api: Callable[[], str]) -> None:
        self._world = world
        self._webhook = webhook
        self._api = api

    @property
    def url(self) -> str:
        return f"{self._api()}/webhooks/{self._webhook.user.id}/{self._webhook.token}"

    def say(self, text: str) -> SeenMessage:
        """Post a message that the bot sees as a webhook's."""
        webhook = self._webhook
        return _write(self._world, webhook.channel, webhook.user, text, webhook_id=webhook.user.id)


def _write(
    world: World,
    channel: Channel,
    author: User,
    text: str,
    *,
    reply_to: SeenMessage | None = None,
    uploads: list[Upload] | None = None,
    webhook_id: int | None = None,
) -> SeenMessage:
    mentioned = [world.users[int(each)] for each in _MENTION.findall(text) if int(each) in world.users]
    attachments = tuple(world.store(upload) for upload in uploads or ())
    message = Message(
        id=world.next_id(),
        channel=channel,
        author=author,
        versions=[Version(at=world.at(), content=text, attachments=attachments)],
        kind=messages.REPLY if reply_to else messages.DEFAULT,
        reply_to=reply_to.id if reply_to else None,
        mentions=tuple(dict.fromkeys(mentioned)),
        webhook_id=webhook_id,
    )
    return world.post(message).seen()


def _filled(component: Json, values: dict[str, str]) -> Json:
    """Return a form's component as submitted, taking its value out of `values`."""
    if "component" in component:
        inner = _filled({"label": component["label"], **component["component"]}, values)
        return {"type": component["type"], "id": component.get("id", 0), "component": inner}
    if "components" in component:
        inner_all = [_filled(each, values) for each in component["components"]]
        return {"type": component["type"], "id": component.get("id", 0), "components": inner_all}
    if component["type"] != _TEXT_INPUT:
        return {"type": component["type"], "id": component.get("id", 0)}
    key = next((each for each in (component["custom_id"], component.get("label")) if each in values), None)
    value = values.pop(key) if key is not None else component.get("value") or ""
    least = component.get("min_length") or (1 if component.get("required", True) else 0)
    most = component.get("max_length") or 4000
    if not (least <= len(value) <= most or (not value and not component.get("required", True))):
        raise ClientRefusalError(f"{component.get('label')!r} takes {least} to {most} characters")
    return {
        "type": _TEXT_INPUT,
        "id": component.get("id", 0),
        "custom_id": component["custom_id"],
        "value": value,
    }
