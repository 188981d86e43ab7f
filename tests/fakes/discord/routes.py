"""Knows what each REST route of the fake does to the world. Refuses to judge calls (rest.py)."""

from collections.abc import Callable
from dataclasses import dataclass

from . import ledger, messages
from .commands import CommandTree
from .faults import Answer
from .gateway import MESSAGE_CONTENT, Gateway
from .interactions import Interactions
from .ledger import ApiError, Call, Json
from .messages import Message, compose, without_content
from .objects import MANAGE_MESSAGES, PUBLIC_THREAD, Channel, Webhook, channel_wire, guild_wire
from .world import World

NONCE_WINDOW_S = 120.0
"""Discord enforces a nonce for "the past few minutes"; two is the reading that promises a bot the least."""


@dataclass(kw_only=True, slots=True)
class Backend:
    """What the routes work on."""

    world: World
    tree: CommandTree
    interactions: Interactions
    gateway: Gateway
    gateway_url: Callable[[], str]
    nonces: dict[str, tuple[float, Message]]


Handler = Callable[[Backend, Call], Answer]
ROUTES: dict[tuple[str, str], Handler] = {}


def route(method: str, *templates: str) -> Callable[[Handler], Handler]:
    """Register a handler for paths as the OpenAPI document writes them."""

    def register(handler: Handler) -> Handler:
        ROUTES.update({(method, template): handler for template in templates})
        return handler

    return register


def _ok(body: object) -> Answer:
    return Answer(status=200, body=body)


def _nothing() -> Answer:
    return Answer(status=204)


@route("GET", "/gateway")
def _get_gateway(backend: Backend, call: Call) -> Answer:
    return _ok({"url": backend.gateway_url()})


@route("GET", "/gateway/bot")
def _get_gateway_bot(backend: Backend, call: Call) -> Answer:
    limit = {"total": 1000, "remaining": 1000, "reset_after": 86_400_000, "max_concurrency": 1}
    return _ok({"url": backend.gateway_url(), "shards": 1, "session_start_limit": limit})


@route("GET", "/users/@me")
def _get_me(backend: Backend, call: Call) -> Answer:
    account = {"mfa_enabled": False, "locale": "en-US", "premium_type": 0, "email": None, "verified": True}
    return _ok(backend.world.bot.wire() | account)


@route("GET", "/users/{user_id}")
def _get_user(backend: Backend, call: Call) -> Answer:
    if call.id("user_id") not in backend.world.users:
        raise ApiError(ledger.UNKNOWN_USER)
    return _ok(backend.world.users[call.id("user_id")].wire())


@route("GET", "/oauth2/applications/@me", "/applications/@me")
def _get_application(backend: Backend, call: Call) -> Answer:
    bot = backend.world.bot
    return _ok(
        {
            "id": str(bot.id),
            "name": bot.name,
            "icon": None,
            "description": "",
            "type": None,
            "verify_key": "0" * 64,
            "flags": 0,
            "flags_new": "0",
            "bot_public": True,
            "bot_require_code_grant": False,
            "max_participants": None,
            "redirect_uris": [],
            "interactions_endpoint_url": None,
            "role_connections_verification_url": None,
            "approximate_guild_count": len(backend.world.guilds),
            "approximate_user_install_count": 0,
            "approximate_user_authorization_count": 0,
            "explicit_content_filter": 0,
            "team": None,
            "eligible_oauth2_scopes": [],
            "owner": bot.wire(),
            "bot": bot.wire(),
        }
    )


@route("POST", "/users/@me/channels")
def _create_dm(backend: Backend, call: Call) -> Answer:
    recipient = backend.world.users.get(int(call.body.get("recipient_id") or 0))
    if recipient is None:
        raise ApiError(ledger.UNKNOWN_USER)
    return _ok(channel_wire(backend.world.dm(recipient)))


@route("GET", "/channels/{channel_id}")
def _get_channel(backend: Backend, call: Call) -> Answer:
    return _ok(channel_wire(_channel(backend, call)))


@route("GET", "/channels/{channel_id}/messages")
def _list_messages(backend: Backend, call: Call) -> Answer:
    public = [each for each in _channel(backend, call).stored.values() if each.ephemeral_to is None]
    low, high = int(call.query.get("after", 0)), int(call.query.get("before", 1 << 63))
    chosen = [each for each in public if low < each.id < high]
    limit = int(call.query.get("limit", 50))
    page = chosen[:limit] if "after" in call.query else chosen[-limit:]
    return _ok([_read(backend, each) for each in reversed(page)])


@route("GET", "/channels/{channel_id}/messages/{message_id}")
def _get_message(backend: Backend, call: Call) -> Answer:
    return _ok(_read(backend, _message(backend, call)))


@route("POST", "/channels/{channel_id}/messages")
def _create_message(backend: Backend, call: Call) -> Answer:
    channel = _channel(backend, call)
    if channel.refusal is not None:
        raise ApiError(channel.refusal)
    nonce = call.body.get("nonce")
    if call.body.get("enforce_nonce"):
        at, first = backend.nonces.get(str(nonce), (float("-inf"), None))
        if first is not None and call.at - at < NONCE_WINDOW_S:
            return _ok(backend.world.read(first))
    reference = call.body.get("message_reference") or {}
    reply_to = int(reference["message_id"]) if reference else None
    if reply_to is not None and reply_to not in channel.stored:
        if reference.get("fail_if_not_exists", True):
            error = ledger.FieldError(("message_reference",), "REPLIES_UNKNOWN_MESSAGE", "Unknown message")
            raise ApiError(ledger.INVALID_FORM, errors=(error,))
        reply_to = None
    message = _post(backend, channel, call.body, call, reply_to=reply_to)
    if call.body.get("enforce_nonce"):
        backend.nonces[str(nonce)] = (call.at, message)
    return _ok(backend.world.read(message))


@route("PATCH", "/channels/{channel_id}/messages/{message_id}")
def _edit_message(backend: Backend, call: Call) -> Answer:
    world, message = backend.world, _message(backend, call)
    if message.author is not world.bot:
        raise ApiError(ledger.NOT_THE_AUTHOR)
    version = compose(call.body, call.files, at=world.at(), store=world.store, before=message.now)
    return _ok(world.read(world.edit(message, version)))


@route("DELETE", "/channels/{channel_id}/messages/{message_id}")
def _delete_message(backend: Backend, call: Call) -> Answer:
    world, message = backend.world, _message(backend, call)
    guild = message.channel.guild
    if message.author is not world.bot and not (guild and guild.permissions(world.bot.id) & MANAGE_MESSAGES):
        raise ApiError(ledger.MISSING_PERMISSIONS)
    world.delete(message)
    return _nothing()


@route("PUT", "/channels/{channel_id}/messages/{message_id}/reactions/{emoji_name}/@me")
def _add_reaction(backend: Backend, call: Call) -> Answer:
    backend.world.react(_message(backend, call), backend.world.bot, call.params["emoji_name"])
    return _nothing()


@route("DELETE", "/channels/{channel_id}/messages/{message_id}/reactions/{emoji_name}/@me")
def _remove_reaction(backend: Backend, call: Call) -> Answer:
    reactions, mine = _message(backend, call).reactions, (backend.world.bot.id, call.params["emoji_name"])
    if mine in reactions:
        reactions.remove(mine)
    return _nothing()


@route("POST", "/channels/{channel_id}/typing")
def _show_typing(backend: Backend, call: Call) -> Answer:
    _channel(backend, call)
    return _nothing()


@route("POST", "/channels/{channel_id}/messages/{message_id}/threads")
def _start_thread(backend: Backend, call: Call) -> Answer:
    message = _message(backend, call)
    return Answer(status=201, body=channel_wire(_thread(backend, message.channel, message.id, call)))


@route("POST", "/channels/{channel_id}/threads")
def _create_thread(backend: Backend, call: Call) -> Answer:
    thread = _thread(backend, _channel(backend, call), backend.world.next_id(), call)
    wire = channel_wire(thread)
    if "message" in call.body:
        message = _post(backend, thread, call.body["message"], call)
        wire["message"] = backend.world.read(message)
    return Answer(status=201, body=wire)


@route("GET", "/guilds/{guild_id}")
def _get_guild(backend: Backend, call: Call) -> Answer:
    return _ok(guild_wire(backend.world.guild(call.id("guild_id"))))


@route("GET", "/guilds/{guild_id}/members")
def _list_members(backend: Backend, call: Call) -> Answer:
    members = sorted(backend.world.guild(call.id("guild_id")).members.items())
    after, limit = int(call.query.get("after", 0)), int(call.query.get("limit", 1))
    return _ok([member.wire() for user_id, member in members if user_id > after][:limit])


@route("GET", "/guilds/{guild_id}/members/{user_id}")
def _get_member(backend: Backend, call: Call) -> Answer:
    members = backend.world.guild(call.id("guild_id")).members
    if call.id("user_id") not in members:
        raise ApiError(ledger.UNKNOWN_MEMBER)
    return _ok(members[call.id("user_id")].wire())


@route(
    "GET",
    "/applications/{application_id}/commands",
    "/applications/{application_id}/guilds/{guild_id}/commands",
)
def _list_commands(backend: Backend, call: Call) -> Answer:
    return _ok(backend.tree.scopes.get(_scope(backend, call), []))


@route(
    "PUT",
    "/applications/{application_id}/commands",
    "/applications/{application_id}/guilds/{guild_id}/commands",
)
def _sync_commands(backend: Backend, call: Call) -> Answer:
    return _ok(backend.tree.overwrite(_scope(backend, call), call.body or [], backend.world.next_id))


@route("POST", "/interactions/{interaction_id}/{interaction_token}/callback")
def _answer_interaction(backend: Backend, call: Call) -> Answer:
    shown = backend.interactions.respond(call)
    return _ok(shown) if call.query.get("with_response") in ("1", "true") else _nothing()


@route("POST", "/webhooks/{webhook_id}/{webhook_token}")
def _execute_webhook(backend: Backend, call: Call) -> Answer:
    if backend.interactions.holds(call.params["webhook_token"]):
        return _ok(backend.world.read(backend.interactions.follow_up(call)))
    webhook = _webhook(backend, call)
    message = _post(backend, webhook.channel, call.body, call, webhook=webhook)
    return _ok(backend.world.read(message)) if call.query.get("wait") in ("1", "true") else _nothing()


_WEBHOOK_MESSAGES = (
    "/webhooks/{webhook_id}/{webhook_token}/messages/{message_id}",
    "/webhooks/{webhook_id}/{webhook_token}/messages/@original",
)


@route("GET", *_WEBHOOK_MESSAGES)
def _get_webhook_message(backend: Backend, call: Call) -> Answer:
    return _ok(backend.world.read(_webhook_message(backend, call)))


@route("PATCH", *_WEBHOOK_MESSAGES)
def _edit_webhook_message(backend: Backend, call: Call) -> Answer:
    world, message = backend.world, _webhook_message(backend, call)
    version = compose(call.body, call.files, at=world.at(), store=world.store, before=message.now)
    return _ok(world.read(world.edit(message, version)))


@route("DELETE", *_WEBHOOK_MESSAGES)
def _delete_webhook_message(backend: Backend, call: Call) -> Answer:
    backend.world.delete(_webhook_message(backend, call))
    return _nothing()


def _channel(backend: Backend, call: Call) -> Channel:
    return backend.world.channel(call.id("channel_id"))


def _message(backend: Backend, call: Call) -> Message:
    """Return a message as channel routes know it: what only one person sees does not exist here."""
    message = _channel(backend, call).message(call.id("message_id"))
    if message.ephemeral_to is not None:
        raise ApiError(ledger.UNKNOWN_MESSAGE)
    return message


def _read(backend: Backend, message: Message) -> Json:
    wire = backend.world.read(message)
    if message.channel.guild is None or backend.gateway.granted_intents & MESSAGE_CONTENT:
        return wire
    return without_content(wire, backend.world.bot.id)


def _post(
    backend: Backend,
    channel: Channel,
    body: Json,
    call: Call,
    *,
    reply_to: int | None = None,
    webhook: Webhook | None = None,
) -> Message:
    world = backend.world
    message = Message(
        id=world.next_id(),
        channel=channel,
        author=webhook.user if webhook else world.bot,
        versions=[compose(body, call.files, at=world.at(), store=world.store)],
        kind=messages.REPLY if reply_to else messages.DEFAULT,
        reply_to=reply_to,
        nonce=body.get("nonce"),
        webhook_id=webhook.user.id if webhook else None,
    )
    return world.post(message)


def _thread(backend: Backend, parent: Channel, thread_id: int, call: Call) -> Channel:
    thread = Channel(
        id=thread_id, kind=PUBLIC_THREAD, name=call.body["name"], guild=parent.guild, parent=parent
    )
    return backend.world.add_channel(thread)


def _scope(backend: Backend, call: Call) -> int | None:
    if call.id("application_id") != backend.world.bot.id:
        raise ApiError(ledger.MISSING_ACCESS)
    if "guild_id" not in call.params:
        return None
    if call.id("guild_id") not in backend.world.guilds:
        raise ApiError(ledger.MISSING_ACCESS)
    return call.id("guild_id")


def _webhook(backend: Backend, call: Call) -> Webhook:
    webhook = backend.world.webhooks.get(call.id("webhook_id"))
    if webhook is None or webhook.channel.id not in backend.world.channels:
        raise ApiError(ledger.UNKNOWN_WEBHOOK)
    if webhook.token != call.params["webhook_token"]:
        raise ApiError(ledger.INVALID_TOKEN)
    return webhook


def _webhook_message(backend: Backend, call: Call) -> Message:
    if backend.interactions.holds(call.params["webhook_token"]):
        return backend.interactions.message(call)
    webhook = _webhook(backend, call)
    message = webhook.channel.message(call.id("message_id"))
    if message.author is not webhook.user:
        raise ApiError(ledger.UNKNOWN_MESSAGE)
    return message
