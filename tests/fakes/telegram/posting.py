"""What the bot's writing methods do: send, edit, forward, copy, delete, react.

Each takes a call that already passed the spec and returns the result Telegram would; what the world does not
allow is a Refusal, worded as the real server words it.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from tests.fakes.telegram import markup, media, objects
from tests.fakes.telegram.formatted import Formatted
from tests.fakes.telegram.verdict import Json, Refusal, Rule, bad_request, forbidden
from tests.fakes.telegram.wire import Call
from tests.fakes.telegram.world import Chat, Role, SentMessage, World

_NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same as a "
    "current content and reply markup of the message"
)


def open_chat(world: World, reference: int | str) -> Chat:
    """Return a chat the bot may act in.

    Raises: Refusal when it is unknown, has moved, or is closed to the bot.
    """
    chat = world.find_chat(reference)
    if chat is None:
        if reference in world.people:
            # A bot asked by someone in a group has no way but this to learn whether it may write to them.
            met = any(
                reference in there.members and world.bot.id in there.members for there in world.chats.values()
            )
            raise forbidden("bot can't initiate conversation with a user", None if met else Rule.TARGET)
        raise bad_request("chat not found", Rule.TARGET)
    if chat.migrated_to:
        moved = "Bad Request: group chat was upgraded to a supergroup chat"
        raise Refusal(400, moved, migrate_to=chat.migrated_to)
    role = chat.role(world.bot.id)
    if chat.kind == "private":
        if world.people[chat.id].is_bot:
            raise forbidden("bots can't send messages to bots", Rule.TARGET)
        if role is Role.KICKED:
            raise forbidden("bot was blocked by the user")
    elif role is Role.KICKED:
        raise forbidden(f"bot was kicked from the {chat.kind} chat")
    elif role is Role.LEFT:
        raise forbidden(f"bot is not a member of the {chat.kind} chat")
    return chat


def _writable(world: World, call: Call) -> Chat:
    chat = open_chat(world, call.params["chat_id"])
    role = chat.role(world.bot.id)
    if chat.kind == "channel" and not role.is_admin:
        raise bad_request("need administrator rights in the channel chat")
    if role is Role.RESTRICTED:
        raise bad_request("not enough rights to send text messages to the chat")
    return chat


def _text(params: Json) -> Formatted:
    return markup.parse(params["text"], params.get("parse_mode"), params.get("entities"))


def _caption(params: Json) -> Formatted:
    return markup.parse(params.get("caption", ""), params.get("parse_mode"), params.get("caption_entities"))


def _words(formatted: Formatted, field: str, params: Json) -> Json:
    return {
        field: formatted.text,
        "entities": formatted.entities,
        "raw": params.get(field, ""),
        "parse_mode": params.get("parse_mode"),
    }


def _reply_to(chat: Chat, params: Json) -> int | None:
    named = params.get("reply_parameters", {})
    target: int | None = named.get("message_id", params.get("reply_to_message_id"))
    if target is None or target in chat.by_id:
        return target
    if (named or params).get("allow_sending_without_reply"):
        return None
    raise bad_request("message to be replied not found", _absence(chat, target))


def _absence(chat: Chat, message_id: int) -> Rule | None:
    """Blame the bot for a message that never was, not for one that people deleted."""
    return None if message_id in chat.deleted else Rule.TARGET


def _thread(chat: Chat, params: Json) -> int | None:
    thread: int | None = params.get("message_thread_id")
    if thread is not None and chat.forum and thread not in chat.topics:
        raise bad_request("message thread not found", Rule.TARGET)
    return thread


def _post(world: World, chat: Chat, params: Json, **content: Any) -> SentMessage:
    reply_to, thread = _reply_to(chat, params), _thread(chat, params)
    return world.show(
        SentMessage(
            message_id=world.next_message_id(chat),
            chat_id=chat.id,
            date=world.date,
            sender=world.bot,
            sender_chat=chat.id if chat.kind == "channel" else None,
            thread_id=thread,
            reply_to=reply_to,
            markup=params.get("reply_markup"),
            **content,
        )
    )


def send_message(world: World, call: Call) -> Json:
    """Post a text."""
    params = dict(call.params)
    chat = _writable(world, call)
    return objects.message(world, _post(world, chat, params, **_words(_text(params), "text", params)))


def send_media(kind: str, world: World, call: Call) -> Json:
    """Post a file with a caption."""
    params = dict(call.params)
    chat = _writable(world, call)
    file = media.resolve(world, kind, params[kind], call.files)
    return objects.message(
        world, _post(world, chat, params, media=file, **_words(_caption(params), "caption", params))
    )


def send_media_group(world: World, call: Call) -> list[Json]:
    """Post an album: one message per file."""
    params = dict(call.params)
    chat = _writable(world, call)
    files = [media.resolve(world, item["type"], item["media"], call.files) for item in params["media"]]
    album = f"album-{world.number()}"
    posted = [
        _post(world, chat, params, media=file, album=album, **_words(_caption(item), "caption", item))
        for file, item in zip(files, params["media"], strict=True)
    ]
    return [objects.message(world, message) for message in posted]


def _own(world: World, call: Call) -> SentMessage:
    if inline_id := call.params.get("inline_message_id"):
        if inline_id not in world.inline_messages:
            raise bad_request("MESSAGE_ID_INVALID", Rule.TARGET)
        return world.inline_messages[inline_id]
    chat = open_chat(world, call.params["chat_id"])
    message = chat.by_id.get(call.params["message_id"])
    if message is None:
        raise bad_request("message to edit not found", _absence(chat, call.params["message_id"]))
    if message.sender is not world.bot:
        raise bad_request("message can't be edited", Rule.TARGET)
    return message


def _edit(world: World, message: SentMessage, call: Call, **content: Any) -> Json | bool:
    edited = replace(message, markup=call.params.get("reply_markup"), **content)
    seen = [(m.visible, m.entities, m.media, m.markup) for m in (message, edited)]
    if seen[0] == seen[1]:
        raise bad_request(_NOT_MODIFIED)
    edited = replace(edited, edits=message.edits + 1, edit_date=world.date)
    if inline_id := call.params.get("inline_message_id"):
        world.inline_messages[inline_id] = edited
        return True
    return objects.message(world, world.show(edited))


def edit_text(world: World, call: Call) -> Json | bool:
    """Replace the text of a text message."""
    message, params = _own(world, call), dict(call.params)
    if "text" not in params:
        raise bad_request("rich messages are not played by this fake", Rule.NOT_PLAYED)
    if message.media:
        raise bad_request("there is no text in the message to edit", Rule.MEDIA)
    return _edit(world, message, call, **_words(_text(params), "text", params))


def edit_caption(world: World, call: Call) -> Json | bool:
    """Replace the caption of a media message."""
    message, params = _own(world, call), dict(call.params)
    if not message.media:
        raise bad_request("there is no caption in the message to edit", Rule.MEDIA)
    return _edit(world, message, call, **_words(_caption(params), "caption", params))


def edit_media(world: World, call: Call) -> Json | bool:
    """Replace the content of a message, text or media, by a file; an inline message takes no new one."""
    message, item = _own(world, call), call.params["media"]
    if "inline_message_id" in call.params and call.files:
        raise bad_request("can't upload a file into an inline message", Rule.MEDIA)
    file = media.resolve(world, item["type"], item["media"], call.files)
    return _edit(world, message, call, text="", media=file, **_words(_caption(item), "caption", item))


def edit_reply_markup(world: World, call: Call) -> Json | bool:
    """Replace the buttons alone."""
    return _edit(world, _own(world, call), call)


def _source(world: World, call: Call) -> SentMessage:
    chat = open_chat(world, call.params["from_chat_id"])
    message = chat.by_id.get(call.params["message_id"])
    if message is None:
        absent = f"message to {'forward' if call.method == 'forwardMessage' else 'copy'} not found"
        raise bad_request(absent, _absence(chat, call.params["message_id"]))
    return message


def forward_origin(world: World, message: SentMessage) -> Json:
    """Return the MessageOrigin of a message that is being forwarded."""
    if message.forward_origin:
        return message.forward_origin
    if message.sender_chat is None:
        assert message.sender is not None, "service messages cannot be forwarded"
        return {"type": "user", "date": message.date, "sender_user": objects.user(message.sender)}
    origin = objects.chat(world, world.chats[message.sender_chat])
    if message.sender_chat == message.chat_id and origin["type"] == "channel":
        return {"type": "channel", "date": message.date, "chat": origin, "message_id": message.message_id}
    return {"type": "chat", "date": message.date, "sender_chat": origin}


def forward_message(world: World, call: Call) -> Json:
    """Post a message again, saying whose it is."""
    source, chat = _source(world, call), _writable(world, call)
    origin = forward_origin(world, source)
    return objects.message(world, _repeat(world, chat, source, dict(call.params), forward_origin=origin))


def copy_message(world: World, call: Call) -> Json:
    """Post the content of a message again as the bot's own."""
    source, chat = _source(world, call), _writable(world, call)
    return {"message_id": _repeat(world, chat, source, dict(call.params)).message_id}


def _repeat(world: World, chat: Chat, source: SentMessage, params: Json, **extra: Any) -> SentMessage:
    kept = ("text", "caption", "entities", "raw", "parse_mode", "media")
    return _post(world, chat, params, **{name: getattr(source, name) for name in kept}, **extra)


def delete_message(world: World, call: Call) -> bool:
    """Delete a message: the bot's own anywhere, others where it may."""
    chat = open_chat(world, call.params["chat_id"])
    message_id: int = call.params["message_id"]
    message = chat.by_id.get(message_id)
    if message is None:
        raise bad_request("message to delete not found", _absence(chat, message_id))
    own = message.sender is world.bot
    if not own and chat.kind != "private" and not chat.role(world.bot.id).is_admin:
        raise bad_request("message can't be deleted", Rule.RIGHTS)
    world.remove(chat, message_id)
    return True


def delete_messages(world: World, call: Call) -> bool:
    """Delete several messages; those that are not there are skipped."""
    chat = open_chat(world, call.params["chat_id"])
    for message_id in call.params["message_ids"]:
        if message_id in chat.by_id:
            delete_message(world, replace(call, params={"chat_id": chat.id, "message_id": message_id}))
    return True


def react(world: World, call: Call) -> bool:
    """Put the bot's reactions under a message."""
    chat = open_chat(world, call.params["chat_id"])
    message = chat.by_id.get(call.params["message_id"])
    if message is None:
        raise bad_request("message to react not found", _absence(chat, call.params["message_id"]))
    emoji = tuple(reaction.get("emoji", "") for reaction in call.params.get("reaction", ()))
    world.show(replace(message, reactions=emoji))
    return True


def chat_action(world: World, call: Call) -> bool:
    """Show what the bot is doing."""
    open_chat(world, call.params["chat_id"]).actions.append(call.params["action"])
    return True


METHODS: Mapping[str, Callable[[World, Call], Any]] = {
    "sendMessage": send_message,
    "sendMediaGroup": send_media_group,
    "sendChatAction": chat_action,
    "editMessageText": edit_text,
    "editMessageCaption": edit_caption,
    "editMessageMedia": edit_media,
    "editMessageReplyMarkup": edit_reply_markup,
    "forwardMessage": forward_message,
    "copyMessage": copy_message,
    "deleteMessage": delete_message,
    "deleteMessages": delete_messages,
    "setMessageReaction": react,
} | {
    f"send{kind.capitalize()}": partial(send_media, kind)
    for kind in ("photo", "document", "video", "animation", "audio", "voice")
}
