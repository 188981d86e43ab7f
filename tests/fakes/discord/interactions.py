"""Knows the life of an interaction: sent, answered within three seconds, followed up for fifteen minutes.

Refuses to know who clicks what (people.py) and how a call arrives (rest.py).

Source: https://discord.com/developers/docs/interactions/receiving-and-responding
"""

import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Final

from . import ledger, messages
from .ledger import ApiError, Call, Json, Rule
from .messages import LOADING, Message, SeenMessage, Version, compose
from .objects import ALL_PERMISSIONS, DM, Channel, User, channel_wire
from .rules import EPHEMERAL, FILE_BYTES_MAX
from .world import World

COMMAND, COMPONENT, AUTOCOMPLETE, MODAL_SUBMIT = 2, 3, 4, 5
REPLY, DEFER, DEFER_UPDATE, UPDATE, CHOICES, MODAL = 4, 5, 6, 7, 8, 9
ANSWER_S: Final = 3.0
TOKEN_S: Final = 15 * 60.0

_ALLOWED = {
    COMMAND: {REPLY, DEFER, MODAL},
    COMPONENT: {REPLY, DEFER, DEFER_UPDATE, UPDATE, MODAL},
    AUTOCOMPLETE: {CHOICES},
    MODAL_SUBMIT: {REPLY, DEFER, DEFER_UPDATE, UPDATE},
}


@dataclass(eq=False, kw_only=True, slots=True)
class Interaction:
    """One click or command; `opened_at` is in seconds of the server's clock."""

    id: int
    token: str
    kind: int
    user: User
    channel: Channel
    opened_at: float
    shown_kind: int
    source: Message | None = None
    answer: int | None = None
    original: Message | None = None
    followups: list[Message] = field(default_factory=list)
    choices: list[Json] | None = None
    modal: Json | None = None

    @property
    def messages(self) -> tuple[SeenMessage, ...]:
        """What the person was shown in answer, in order, without a message that is still "thinking"."""
        original = () if self.original is None else (self.original,)
        return tuple(message.seen() for message in (*original, *self.followups) if not message.loading)

    def metadata(self) -> Json:
        """Return the interaction as its messages carry it."""
        return {
            "id": str(self.id),
            "type": self.kind,
            "user": self.user.wire(),
            "authorizing_integration_owners": {},
        }


class Interactions:
    """Every interaction ever sent, and the rules for answering; `clock` gives seconds."""

    def __init__(
        self, world: World, clock: Callable[[], float], publish: Callable[[str, Json], None]
    ) -> None:
        self._world = world
        self._clock = clock
        self._publish = publish
        self._by_token: dict[str, Interaction] = {}

    def open(
        self,
        kind: int,
        user: User,
        channel: Channel,
        data: Json,
        source: Message | None = None,
        shown_kind: int = 0,
    ) -> Interaction:
        """Send an interaction to the bot."""
        interaction = Interaction(
            id=self._world.next_id(),
            token=secrets.token_urlsafe(48),
            kind=kind,
            user=user,
            channel=channel,
            opened_at=self._clock(),
            source=source,
            shown_kind=shown_kind,
        )
        self._by_token[interaction.token] = interaction
        self._publish("INTERACTION_CREATE", self._wire(interaction, data))
        return interaction

    @property
    def pending(self) -> list[Interaction]:
        """The interactions that still wait for their first answer, oldest first."""
        return [each for each in self._by_token.values() if each.answer is None]

    def unfinished(self) -> Iterator[tuple[Rule, str]]:
        """Name the interactions that were never answered, or deferred and left thinking."""
        for each in self._by_token.values():
            who = f"interaction {each.id} (type {each.kind}) of {each.user.name}"
            if each.answer is None:
                yield Rule.NEVER_ANSWERED, who
            elif each.original is not None and each.original.loading and self._is_there(each.original):
                yield Rule.NEVER_FINISHED, who

    def holds(self, token: str) -> bool:
        """Whether a webhook token belongs to an interaction."""
        return token in self._by_token

    def respond(self, call: Call) -> Json | None:
        """Take the first answer and return what `with_response` shows.

        Raises:
            ApiError: unknown, late, second or unfitting answer.
        """
        interaction = self._by_token.get(call.params["interaction_token"])
        if interaction is None or interaction.id != call.id("interaction_id"):
            raise ApiError(ledger.UNKNOWN_INTERACTION)
        waited = self._clock() - interaction.opened_at
        if interaction.answer is not None:
            raise ApiError(ledger.ALREADY_ANSWERED, Rule.DOUBLE_ANSWER)
        if waited > ANSWER_S:
            raise ApiError(ledger.UNKNOWN_INTERACTION, Rule.LATE_ANSWER, f"after {waited:.1f} s")
        kind, data = call.body["type"], call.body.get("data") or {}
        if kind not in _ALLOWED[interaction.kind] or (
            kind in (DEFER_UPDATE, UPDATE) and not interaction.source
        ):
            detail = f"type {kind} to an interaction of type {interaction.kind}"
            raise ApiError(ledger.INVALID_FORM, Rule.WRONG_ANSWER, detail)
        self._apply(interaction, kind, data, call)
        interaction.answer = kind
        return self._shown(interaction, kind)

    def _apply(self, interaction: Interaction, kind: int, data: Json, call: Call) -> None:
        hidden = bool((data.get("flags") or 0) & EPHEMERAL)
        if kind == REPLY:
            version = compose(data, call.files, at=self._world.at(), store=self._world.store)
            interaction.original = self._post(interaction, version, interaction.shown_kind, hidden=hidden)
        elif kind == DEFER:
            loading = Version(at=self._world.at(), flags=LOADING)
            interaction.original = self._post(interaction, loading, interaction.shown_kind, hidden=hidden)
        elif kind == DEFER_UPDATE:
            interaction.original = interaction.source
        elif kind == UPDATE:
            assert interaction.source is not None
            self._edit(interaction.source, data, call)
            interaction.original = interaction.source
        elif kind == CHOICES:
            interaction.choices = [each for each in data.get("choices") or () if each]
        elif kind == MODAL:
            interaction.modal = data

    def find(self, call: Call) -> Interaction:
        """Return the answered, unexpired interaction behind a webhook call.

        Raises:
            ApiError: it was not answered yet, or its token has expired.
        """
        interaction = self._by_token[call.params["webhook_token"]]
        if self._clock() - interaction.opened_at > TOKEN_S:
            raise ApiError(ledger.INVALID_TOKEN, Rule.TOKEN_EXPIRED)
        if interaction.answer is None:
            raise ApiError(ledger.UNKNOWN_WEBHOOK, Rule.UNANSWERED_YET)
        return interaction

    def follow_up(self, call: Call) -> Message:
        """Post another message; the first after a deferral fills the deferred message while it is there."""
        interaction = self.find(call)
        original = interaction.original
        if original is not None and original.loading and self._is_there(original):
            return self._edit(original, call.body, call)
        version = compose(call.body, call.files, at=self._world.at(), store=self._world.store)
        hidden = bool((call.body.get("flags") or 0) & EPHEMERAL)
        message = self._post(interaction, version, messages.REPLY, hidden=hidden)
        interaction.followups.append(message)
        return message

    def message(self, call: Call) -> Message:
        """Return the message a webhook call names: `@original` or one by id.

        Raises:
            ApiError: it is gone, or none of this interaction's.
        """
        interaction = self.find(call)
        if "message_id" not in call.params:
            message = interaction.original
        else:
            mine = [interaction.original, interaction.source, *interaction.followups]
            message = next((each for each in mine if each and each.id == call.id("message_id")), None)
        if message is None or not self._is_there(message):
            raise ApiError(ledger.UNKNOWN_MESSAGE)
        return message

    def _edit(self, message: Message, body: Json, call: Call) -> Message:
        if not self._is_there(message):
            raise ApiError(ledger.UNKNOWN_MESSAGE)
        version = compose(body, call.files, at=self._world.at(), store=self._world.store, before=message.now)
        return self._world.edit(message, version)

    def _post(self, interaction: Interaction, version: Version, kind: int, *, hidden: bool) -> Message:
        message = Message(
            id=self._world.next_id(),
            channel=interaction.channel,
            author=self._world.bot,
            versions=[version],
            kind=kind,
            reply_to=interaction.original.id if kind == messages.REPLY and interaction.original else None,
            ephemeral_to=interaction.user.id if hidden else None,
            webhook_id=self._world.bot.id,
            interaction=interaction.metadata(),
        )
        return self._world.post(message)

    @staticmethod
    def _is_there(message: Message) -> bool:
        return message.id in message.channel.stored

    def _shown(self, interaction: Interaction, kind: int) -> Json | None:
        shown: Json = {"id": str(interaction.id), "type": interaction.kind}
        if interaction.original is None:
            return {"interaction": shown}
        shown |= {
            "response_message_id": str(interaction.original.id),
            "response_message_loading": interaction.original.loading,
            "response_message_ephemeral": interaction.original.ephemeral_to is not None,
        }
        if kind not in (REPLY, UPDATE):
            return {"interaction": shown}
        return {
            "interaction": shown,
            "resource": {"type": kind, "message": self._world.read(interaction.original)},
        }

    def _wire(self, interaction: Interaction, data: Json) -> Json:
        channel, user = interaction.channel, interaction.user
        wire: Json = {
            "id": str(interaction.id),
            "application_id": str(self._world.bot.id),
            "type": interaction.kind,
            "data": data,
            "token": interaction.token,
            "version": 1,
            "channel_id": str(channel.id),
            "channel": channel_wire(channel),
            "locale": "en-US",
            "entitlements": [],
            "attachment_size_limit": FILE_BYTES_MAX,
            "app_permissions": str(ALL_PERMISSIONS),
            "context": 1 if channel.kind == DM else 0,
            "authorizing_integration_owners": {"0": str(channel.guild.id if channel.guild else 0)},
        }
        if interaction.source is not None:
            wire["message"] = self._world.read(interaction.source)
        if channel.guild is None:
            return wire | {"user": user.wire()}
        guild = channel.guild
        permissions = str(guild.permissions(user.id))
        wire["channel"]["permissions"] = permissions
        return wire | {
            "guild_id": str(guild.id),
            "guild": {"id": str(guild.id), "locale": "en-US", "features": []},
            "guild_locale": "en-US",
            "member": {**guild.members[user.id].wire(), "permissions": permissions},
            "app_permissions": str(guild.permissions(self._world.bot.id)),
        }
