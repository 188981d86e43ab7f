"""The world in the Bot API's JSON. Pure: reads the world, changes nothing.

Source: https://core.telegram.org/bots/api#available-types
"""

from tests.fakes.telegram.verdict import Json
from tests.fakes.telegram.world import (
    ANONYMOUS_ADMIN,
    CHANNEL_VOICE,
    Chat,
    Media,
    Profile,
    Query,
    Role,
    SentMessage,
    World,
)

_ADMIN_RIGHTS = (
    "can_manage_chat can_delete_messages can_manage_video_chats can_restrict_members can_promote_members "
    "can_change_info can_invite_users can_post_stories can_edit_stories can_delete_stories can_pin_messages "
    "can_post_messages can_edit_messages can_send_welcome_messages"
)
_MEMBER_RIGHTS = (
    "can_send_messages can_send_audios can_send_documents can_send_photos can_send_videos "
    "can_send_video_notes can_send_voice_notes can_send_polls can_send_other_messages "
    "can_add_web_page_previews can_react_to_messages can_edit_tag can_change_info can_invite_users "
    "can_pin_messages can_manage_topics"
)


def _given(**fields: object) -> Json:
    return {name: value for name, value in fields.items() if value is not None}


def user(profile: Profile) -> Json:
    """Return a User."""
    return _given(
        id=profile.id,
        is_bot=profile.is_bot,
        first_name=profile.first_name,
        username=profile.username,
        language_code=profile.language_code,
    )


def chat(world: World, subject: Chat) -> Json:
    """Return a Chat."""
    if subject.kind == "private":
        person = world.people[subject.id]
        return _given(id=subject.id, type="private", first_name=person.first_name, username=person.username)
    return _given(
        id=subject.id,
        type=subject.kind,
        title=subject.title,
        username=subject.username,
        is_forum=True if subject.forum else None,
    )


def full_chat(world: World, subject: Chat) -> Json:
    """Return a ChatFullInfo with the fields that are always there."""
    gifts = (
        "unlimited_gifts",
        "limited_gifts",
        "unique_gifts",
        "premium_subscription",
        "gifts_from_channels",
    )
    return chat(world, subject) | {
        "accent_color_id": 0,
        "max_reaction_count": 11,
        "accepted_gift_types": dict.fromkeys(gifts, False),
    }


def member(profile: Profile, role: Role) -> Json:
    """Return a ChatMember of the type that belongs to the role."""
    base: Json = {"status": role.value, "user": user(profile)}
    match role:
        case Role.CREATOR:
            return base | {"is_anonymous": False}
        case Role.ADMINISTRATOR:
            rights = dict.fromkeys(_ADMIN_RIGHTS.split(), True)
            return base | rights | {"can_be_edited": False, "is_anonymous": False}
        case Role.RESTRICTED:
            return base | dict.fromkeys(_MEMBER_RIGHTS.split(), False) | {"is_member": True, "until_date": 0}
        case Role.KICKED:
            return base | {"until_date": 0}
        case _:
            return base


def message(world: World, subject: SentMessage, *, with_reply: bool = True) -> Json:
    """Return a Message; a replied message stands inside it without its own reply."""
    place = world.chats[subject.chat_id]
    body = _given(
        message_id=subject.message_id,
        date=subject.date,
        chat=chat(world, place),
        message_thread_id=subject.thread_id,
        is_topic_message=True if subject.thread_id and place.forum else None,
        sender_chat=chat(world, world.chats[subject.sender_chat]) if subject.sender_chat else None,
        forward_origin=subject.forward_origin,
        media_group_id=subject.album,
        edit_date=subject.edit_date,
        text=subject.text or None,
        caption=subject.caption or None,
        reply_markup=subject.markup if subject.buttons else None,
    )
    if voice := _voice(subject, place):
        body["from"] = user(voice)
    if subject.entities:
        body["entities" if subject.text else "caption_entities"] = list(subject.entities)
    if subject.media:
        body[subject.media.kind] = media(subject.media)
    if with_reply and subject.reply_to in place.by_id:
        body["reply_to_message"] = message(world, place.by_id[subject.reply_to], with_reply=False)
    return body | dict(subject.service)


def _voice(subject: SentMessage, place: Chat) -> Profile | None:
    """Return who a message is from in the eyes of a bot; chats speak through stand-in bots."""
    if subject.sender_chat is None:
        return subject.sender
    if place.kind == "channel":
        return None
    return ANONYMOUS_ADMIN if subject.sender_chat == place.id else CHANNEL_VOICE


def file(subject: Media) -> Json:
    """Return a File."""
    return {
        "file_id": subject.file_id,
        "file_unique_id": f"U{subject.file_id}",
        "file_size": len(subject.content),
        "file_path": f"{subject.kind}s/{subject.file_id}",
    }


def media(subject: Media) -> Json | list[Json]:
    """Return the file as it stands in a Message: a list of sizes for a photo."""
    body = file(subject)
    del body["file_path"]
    size = {"width": subject.width, "height": subject.height}
    match subject.kind:
        case "photo":
            return [body | size]
        case "video" | "animation":
            return body | size | {"duration": 1, "file_name": subject.name}
        case "audio" | "voice":
            return body | {"duration": 1}
        case _:
            return body | {"file_name": subject.name}


def callback_query(world: World, query: Query) -> Json:
    """Return a CallbackQuery."""
    under: Json = (
        {"inline_message_id": query.inline_id}
        if query.inline_id
        else {"message": message(world, query.message)}
    )
    return under | {
        "id": query.id,
        "from": user(query.sender),
        "chat_instance": str(query.message.chat_id),
        "data": query.data,
    }


def chat_member_updated(
    world: World, place: Chat, actor: Profile, subject: Profile, old: Role, new: Role
) -> Json:
    """Return a ChatMemberUpdated."""
    return {
        "chat": chat(world, place),
        "from": user(actor),
        "date": world.date,
        "old_chat_member": member(subject, old),
        "new_chat_member": member(subject, new),
    }
