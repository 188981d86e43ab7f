"""What the bot's other methods do: ask about itself and its chats, answer queries, keep its commands.

Same shape as `posting`: a call that passed the spec in, the result out, a Refusal for what the world forbids.
"""

import json
from collections.abc import Callable, Mapping
from typing import Any

from tests.fakes.telegram import objects
from tests.fakes.telegram.posting import open_chat
from tests.fakes.telegram.verdict import Json, Rule, bad_request
from tests.fakes.telegram.wire import Call
from tests.fakes.telegram.world import Role, World

_EXPIRED = "query is too old and response timeout expired or query ID is invalid"


def get_me(world: World, _: Call) -> Json:
    """Return the bot."""
    return objects.user(world.bot) | {
        "can_join_groups": True,
        "can_read_all_group_messages": not world.privacy,
        "supports_inline_queries": True,
        "can_connect_to_business": False,
        "has_main_web_app": False,
    }


def get_chat(world: World, call: Call) -> Json:
    """Return a chat."""
    return objects.full_chat(world, open_chat(world, call.params["chat_id"]))


def get_chat_member(world: World, call: Call) -> Json:
    """Return a member, or a known person who is not in the chat."""
    chat = open_chat(world, call.params["chat_id"])
    profile = world.people.get(call.params["user_id"])
    if profile is None:
        raise bad_request("user not found", Rule.TARGET)
    return objects.member(profile, chat.role(profile.id))


def get_administrators(world: World, call: Call) -> list[Json]:
    """Return the administrators of a chat, without other bots."""
    chat = open_chat(world, call.params["chat_id"])
    if chat.kind == "private":
        raise bad_request("there are no administrators in the private chat", Rule.TARGET)
    admins = ((world.people[user_id], role) for user_id, role in chat.members.items() if role.is_admin)
    return [objects.member(p, role) for p, role in admins if not p.is_bot or p is world.bot]


def get_member_count(world: World, call: Call) -> int:
    """Return how many people are in a chat."""
    chat = open_chat(world, call.params["chat_id"])
    return sum(role.is_inside for role in chat.members.values())


def leave_chat(world: World, call: Call) -> bool:
    """Take the bot out of a chat."""
    open_chat(world, call.params["chat_id"]).members[world.bot.id] = Role.LEFT
    return True


def create_topic(world: World, call: Call) -> Json:
    """Open a topic in a forum."""
    chat = open_chat(world, call.params["chat_id"])
    if not chat.forum:
        raise bad_request("the chat is not a forum", Rule.TARGET)
    if not chat.role(world.bot.id).is_admin:
        raise bad_request("not enough rights to create a topic", Rule.RIGHTS)
    thread = world.open_topic(chat, call.params["name"])
    return {"message_thread_id": thread, "name": call.params["name"], "icon_color": 7322096}


def get_file(world: World, call: Call) -> Json:
    """Return where a file can be downloaded."""
    known = world.files.get(call.params["file_id"])
    if known is None:
        raise bad_request("invalid file_id", Rule.FILE)
    return objects.file(known)


def _menu(call: Call) -> str:
    scope = json.dumps(call.params.get("scope", {"type": "default"}), sort_keys=True)
    return f"{scope} {call.params.get('language_code', '')}"


def set_commands(world: World, call: Call) -> bool:
    """Replace the command menu of one scope and language."""
    world.commands[_menu(call)] = call.params["commands"]
    return True


def get_commands(world: World, call: Call) -> list[Json]:
    """Return the command menu of one scope and language."""
    return world.commands.get(_menu(call), [])


def delete_commands(world: World, call: Call) -> bool:
    """Remove the command menu of one scope and language."""
    world.commands.pop(_menu(call), None)
    return True


def answer_callback(world: World, call: Call) -> bool:
    """Answer a press on a button, once."""
    query = world.queries.get(call.params["callback_query_id"])
    if query is None:
        raise bad_request(_EXPIRED, Rule.CALLBACK)
    if query.answer is not None:
        raise bad_request(_EXPIRED)
    query.answer = dict(call.params)
    return True


def answer_inline(world: World, call: Call) -> bool:
    """Answer an inline query, once."""
    query = world.inline.get(call.params["inline_query_id"])
    if query is None:
        raise bad_request(_EXPIRED, Rule.INLINE)
    if query.results is not None:
        raise bad_request(_EXPIRED)
    query.results = call.params["results"]
    return True


METHODS: Mapping[str, Callable[[World, Call], Any]] = {
    "getMe": get_me,
    "getChat": get_chat,
    "getChatMember": get_chat_member,
    "getChatAdministrators": get_administrators,
    "getChatMemberCount": get_member_count,
    "leaveChat": leave_chat,
    "createForumTopic": create_topic,
    "getFile": get_file,
    "setMyCommands": set_commands,
    "getMyCommands": get_commands,
    "deleteMyCommands": delete_commands,
    "answerCallbackQuery": answer_callback,
    "answerInlineQuery": answer_inline,
}
