"""Documented rules that span several fields of a call, or that the prose states beyond a length.

One function per method or type, found by its documented name. Pure: a value in, problems out.

Source: https://core.telegram.org/bots/api, the section named like the key of `BY_NAME`. The number of buttons
(100 a message, 8 a row) is a limit of clients in use, not of the page.
"""

import re
from collections.abc import Callable, Iterator

from tests.fakes.telegram.formatted import is_blank
from tests.fakes.telegram.verdict import Json, Problem, Rule

MAX_BUTTONS = 100
MAX_BUTTONS_A_ROW = 8
MAX_COMMANDS = 100
MAX_INLINE_RESULTS = 50

_BUTTON_KINDS = frozenset(
    {
        "url",
        "callback_data",
        "web_app",
        "login_url",
        "switch_inline_query",
        "copy_text",
        "callback_game",
        "pay",
    }
    | {"switch_inline_query_current_chat", "switch_inline_query_chosen_chat", "disabled"}
)
_BUTTON_URL = re.compile(r"(?:https?://[^\s/]+\S*|tg://\S+)")
_COMMAND = re.compile(r"[a-z0-9_]{1,32}")
_SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")
_ACTIONS = frozenset(
    {"typing", "upload_photo", "record_video", "upload_video", "record_voice", "upload_voice"}
    | {"upload_document", "choose_sticker", "find_location", "record_video_note", "upload_video_note"}
)


def _keyboard(markup: Json) -> Iterator[Problem]:
    rows = markup.get("inline_keyboard")
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        return
    if any(not row for row in rows):
        yield Problem(Rule.KEYBOARD, "a row without buttons")
    if any(len(row) > MAX_BUTTONS_A_ROW for row in rows):
        yield Problem(Rule.KEYBOARD, f"more than {MAX_BUTTONS_A_ROW} buttons in a row", "BUTTON_ROW_TOO_LONG")
    if sum(map(len, rows)) > MAX_BUTTONS:
        yield Problem(Rule.KEYBOARD, f"more than {MAX_BUTTONS} buttons", "REPLY_MARKUP_TOO_LONG")


def _button(button: Json) -> Iterator[Problem]:
    kinds = _BUTTON_KINDS & button.keys()
    text = button.get("text")
    if isinstance(text, str) and is_blank(text):
        yield Problem(Rule.KEYBOARD, "a button without text", "inline keyboard button text must be non-empty")
    if not kinds:
        answer = "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard"
        yield Problem(Rule.KEYBOARD, f"button {text!r} does nothing", answer)
    if len(kinds) > 1:
        yield Problem(
            Rule.KEYBOARD, f"button {text!r} does several things: {sorted(kinds)}", "BUTTON_TYPE_INVALID"
        )
    url = button.get("url")
    if isinstance(url, str) and not _BUTTON_URL.fullmatch(url):
        answer = f"inline keyboard button URL '{url}' is invalid: Wrong HTTP URL"
        yield Problem(Rule.KEYBOARD, f"button {text!r} opens {url!r}", answer)


def _commands(params: Json) -> Iterator[Problem]:
    commands = params.get("commands")
    if not isinstance(commands, list):
        return
    if len(commands) > MAX_COMMANDS:
        yield Problem(
            Rule.COMMANDS, f"{len(commands)} commands, allowed are {MAX_COMMANDS}", "BOT_COMMANDS_TOO_MUCH"
        )
    names = [command.get("command") for command in commands if isinstance(command, dict)]
    for name in {name for name in names if names.count(name) > 1}:
        yield Problem(Rule.COMMANDS, f"command {name!r} stands in the list twice")


def _command(command: Json) -> Iterator[Problem]:
    name = command.get("command")
    if isinstance(name, str) and 1 <= len(name) <= 32 and not _COMMAND.fullmatch(name):
        yield Problem(Rule.COMMANDS, f"command name {name!r}", "BOT_COMMAND_INVALID")


def _inline_results(params: Json) -> Iterator[Problem]:
    results = params.get("results")
    if not isinstance(results, list):
        return
    if len(results) > MAX_INLINE_RESULTS:
        detail = f"{len(results)} results, allowed are {MAX_INLINE_RESULTS}"
        yield Problem(Rule.INLINE, detail, "RESULTS_TOO_MUCH")
    ids = [result.get("id") for result in results if isinstance(result, dict)]
    if len(set(ids)) < len(ids):
        yield Problem(Rule.INLINE, "two results have one id", "RESULT_ID_DUPLICATE")


def _article(result: Json) -> Iterator[Problem]:
    identifier, title = result.get("id"), result.get("title")
    if isinstance(identifier, str) and not 1 <= len(identifier.encode()) <= 64:
        yield Problem(Rule.INLINE, f"result id {identifier!r}", "RESULT_ID_INVALID")
    if isinstance(title, str) and is_blank(title):
        yield Problem(Rule.INLINE, "an article without title", "ARTICLE_TITLE_EMPTY")


def _media_group(params: Json) -> Iterator[Problem]:
    media = params.get("media")
    if not isinstance(media, list):
        return
    if not 2 <= len(media) <= 10:
        yield Problem(
            Rule.MEDIA, f"an album of {len(media)} items, allowed are 2 to 10", "wrong number of media"
        )
    kinds = {item.get("type") for item in media if isinstance(item, dict)}
    if len(kinds) > 1 and kinds & {"audio", "document"}:
        answer = "audio and document can't be mixed with other media types"
        yield Problem(Rule.MEDIA, f"an album mixes {sorted(map(str, kinds))}", answer)


def _message_ids(params: Json) -> Iterator[Problem]:
    ids = params.get("message_ids")
    if isinstance(ids, list) and not 1 <= len(ids) <= 100:
        yield Problem(
            Rule.LENGTH, f"{len(ids)} message ids, allowed are 1 to 100", "too many message identifiers"
        )


def _edited_text(params: Json) -> Iterator[Problem]:
    if "text" not in params and "rich_message" not in params:
        yield Problem(Rule.MISSING_PARAMETER, "text is missing", "message text is empty")
    yield from _edited(params)


def _edited(params: Json) -> Iterator[Problem]:
    if "inline_message_id" not in params and not {"chat_id", "message_id"} <= params.keys():
        detail = "neither a message nor an inline message is named"
        yield Problem(Rule.MISSING_PARAMETER, detail, "message identifier is not specified")


def _chat_action(params: Json) -> Iterator[Problem]:
    action = params.get("action")
    if isinstance(action, str) and action not in _ACTIONS:
        yield Problem(Rule.WRONG_TYPE, f"chat action {action!r}", "wrong parameter action in request")


def _updates(params: Json) -> Iterator[Problem]:
    limit = params.get("limit")
    if isinstance(limit, int) and not 1 <= limit <= 100:
        yield Problem(Rule.LENGTH, f"limit {limit}, allowed are 1 to 100")


def _webhook(params: Json) -> Iterator[Problem]:
    secret = params.get("secret_token")
    if isinstance(secret, str) and not _SECRET.fullmatch(secret):
        yield Problem(Rule.WEBHOOK, "secret token", "secret token contains unallowed characters")


BY_NAME: dict[str, Callable[[Json], Iterator[Problem]]] = {
    "InlineKeyboardMarkup": _keyboard,
    "InlineKeyboardButton": _button,
    "BotCommand": _command,
    "setMyCommands": _commands,
    "answerInlineQuery": _inline_results,
    "InlineQueryResultArticle": _article,
    "sendMediaGroup": _media_group,
    "deleteMessages": _message_ids,
    "forwardMessages": _message_ids,
    "copyMessages": _message_ids,
    "editMessageText": _edited_text,
    "editMessageCaption": _edited,
    "editMessageMedia": _edited,
    "editMessageReplyMarkup": _edited,
    "sendChatAction": _chat_action,
    "getUpdates": _updates,
    "setWebhook": _webhook,
}
