"""The fake Telegram as a judge: every rule a bot can break is answered and put on record."""

from typing import Any

import pytest

from tests.fakes.telegram import Rule, TelegramServer
from tests.fakes.telegram.client import RawApi
from tests.fakes.telegram.samples import ALICE, FORUM, GROUP, STRANGER, keyboard

TEXT, PHOTO, MISSING = 1, 2, 99  # messages in the chat with Alice

Params = dict[str, Any]


def article(number: int, text: str = "text", **content: Any) -> Params:
    content = {"message_text": text} | content
    return {"type": "article", "id": str(number), "title": "BONK", "input_message_content": content}


def message(text: str = "hi", **params: Any) -> tuple[str, Params]:
    return "sendMessage", {"chat_id": ALICE, "text": text} | params


def with_markup(markup: Params) -> tuple[str, Params]:
    return message(reply_markup=markup)


def grid(*, rows: int, columns: int) -> Params:
    return {"inline_keyboard": [[{"text": "x", "callback_data": "t"}] * columns] * rows}


def commands(*items: Params) -> tuple[str, Params]:
    return "setMyCommands", {"commands": list(items)}


def command(name: str = "price", description: str = "Price") -> Params:
    return {"command": name, "description": description}


def inline(*results: Params) -> tuple[str, Params]:
    return "answerInlineQuery", {"inline_query_id": "none", "results": list(results)}


REFUSED: list[tuple[Rule, tuple[str, Params], str]] = [
    (Rule.UNKNOWN_METHOD, ("sendMesage", {"chat_id": ALICE}), "Not Found"),
    (Rule.MISSING_PARAMETER, ("sendMessage", {"text": "hi"}), "chat_id is empty"),
    (Rule.MISSING_PARAMETER, ("sendMessage", {"chat_id": ALICE}), "message text is empty"),
    (Rule.MISSING_PARAMETER, ("editMessageText", {"text": "hi"}), "message identifier is not specified"),
    (Rule.MISSING_PARAMETER, ("editMessageText", {"chat_id": ALICE, "message_id": TEXT}), "text is empty"),
    (Rule.WRONG_TYPE, message(chat_id=[ALICE]), "chat_id"),
    (Rule.WRONG_TYPE, message(disable_notification="perhaps"), "disable_notification"),
    (Rule.WRONG_TYPE, message(message_thread_id="one"), "message_thread_id"),
    (Rule.WRONG_TYPE, message(message_thread_id=True), "message_thread_id"),
    (Rule.WRONG_TYPE, message(reply_parameters={"message_id": "1"}), "reply_parameters.message_id"),
    (Rule.WRONG_TYPE, message(link_preview_options={"is_disabled": 1}), "link_preview_options.is_disabled"),
    (Rule.WRONG_TYPE, message(entities={"type": "bold"}), "entities"),
    (
        Rule.WRONG_TYPE,
        with_markup({"inline_keyboard": [{"text": "Buy", "url": "https://a.b"}]}),
        "inline_keyboard",
    ),
    (Rule.WRONG_TYPE, with_markup(keyboard(callback_data="t", style="purple")), "style"),
    (Rule.WRONG_TYPE, ("sendChatAction", {"chat_id": ALICE, "action": "thinking"}), "wrong parameter action"),
    (Rule.LENGTH, message(""), "message text is empty"),
    (Rule.LENGTH, message(" \n\t\u200b\u3164"), "message text is empty"),
    (Rule.LENGTH, message("<b></b>", parse_mode="HTML"), "message text is empty"),
    (Rule.LENGTH, message("x" * 4097), "message is too long"),
    (Rule.LENGTH, message("🚀" * 2049), "message is too long"),
    (
        Rule.LENGTH,
        ("editMessageCaption", {"chat_id": ALICE, "message_id": PHOTO, "caption": "x" * 1025}),
        "caption",
    ),
    (Rule.LENGTH, ("answerCallbackQuery", {"callback_query_id": "1", "text": "x" * 201}), "MESSAGE_TOO_LONG"),
    (Rule.LENGTH, with_markup(keyboard(callback_data="x" * 65)), "BUTTON_DATA_INVALID"),
    (Rule.LENGTH, with_markup(keyboard(callback_data="é" * 33)), "BUTTON_DATA_INVALID"),
    (Rule.LENGTH, with_markup(keyboard(callback_data="")), "BUTTON_DATA_INVALID"),
    (Rule.LENGTH, commands(command("x" * 33)), "BOT_COMMAND_INVALID"),
    (Rule.LENGTH, commands(command(description="x" * 257)), "description"),
    (Rule.LENGTH, ("deleteMessages", {"chat_id": ALICE, "message_ids": list(range(101))}), "too many"),
    (Rule.MARKUP, message("<b>open", parse_mode="HTML"), "can't parse entities"),
    (Rule.MARKUP, message("a.b", parse_mode="MarkdownV2"), "can't parse entities: Character '.' is reserved"),
    (Rule.MARKUP, message("x", parse_mode="Fancy"), "can't parse entities"),
    (
        Rule.MARKUP,
        message("hi", entities=[{"type": "bold", "offset": 1, "length": 2}]),
        "can't parse entities",
    ),
    (Rule.MARKUP, inline(article(1, "<i>", parse_mode="HTML")), "can't parse entities"),
    (Rule.KEYBOARD, with_markup(keyboard("", callback_data="t")), "text must be non-empty"),
    (Rule.KEYBOARD, with_markup(keyboard()), "Text buttons are unallowed"),
    (Rule.KEYBOARD, with_markup(keyboard(callback_data="t", url="https://a.b")), "BUTTON_TYPE_INVALID"),
    (Rule.KEYBOARD, with_markup(keyboard(url="javascript:alert(1)")), "Wrong HTTP URL"),
    (Rule.KEYBOARD, with_markup(grid(rows=1, columns=9)), "BUTTON_ROW"),
    (Rule.KEYBOARD, with_markup(grid(rows=101, columns=1)), "TOO_LONG"),
    (Rule.COMMANDS, commands(command("Price")), "BOT_COMMAND_INVALID"),
    (Rule.COMMANDS, commands(*[command(f"c{n}") for n in range(101)]), "BOT_COMMANDS_TOO_MUCH"),
    (Rule.INLINE, inline(*[article(n) for n in range(51)]), "RESULTS_TOO_MUCH"),
    (Rule.INLINE, inline(article(1), article(1)), "RESULT_ID_DUPLICATE"),
    (Rule.INLINE, inline(article(1)), "query is too old"),
    (Rule.CALLBACK, ("answerCallbackQuery", {"callback_query_id": "none"}), "query is too old"),
    (Rule.MEDIA, ("sendMediaGroup", {"chat_id": ALICE, "media": [{"type": "photo", "media": "x"}]}), "media"),
    (
        Rule.MEDIA,
        ("editMessageText", {"chat_id": ALICE, "message_id": PHOTO, "text": "x"}),
        "there is no text",
    ),
    (
        Rule.MEDIA,
        ("editMessageCaption", {"chat_id": ALICE, "message_id": TEXT, "caption": "x"}),
        "no caption",
    ),
    (Rule.FILE, ("sendPhoto", {"chat_id": ALICE, "photo": "made-up"}), "wrong file identifier"),
    (Rule.FILE, ("sendPhoto", {"chat_id": ALICE, "photo": "attach://nothing"}), "was not uploaded"),
    (
        Rule.FILE,
        ("sendDocument", {"chat_id": ALICE, "document": "photo-000001"}),
        "can't use file of type photo",
    ),
    (Rule.FILE, ("getFile", {"file_id": "made-up"}), "invalid file_id"),
    (Rule.TARGET, message(chat_id=12345), "chat not found"),
    (Rule.TARGET, message(chat_id="@nobody"), "chat not found"),
    (Rule.TARGET, message(chat_id=STRANGER), "bot can't initiate conversation"),
    (Rule.TARGET, message(reply_parameters={"message_id": MISSING}), "message to be replied not found"),
    (Rule.TARGET, message(chat_id=FORUM, message_thread_id=MISSING), "message thread not found"),
    (
        Rule.TARGET,
        ("editMessageText", {"chat_id": ALICE, "message_id": MISSING, "text": "x"}),
        "message to edit not found",
    ),
    (
        Rule.TARGET,
        ("deleteMessage", {"chat_id": ALICE, "message_id": MISSING}),
        "message to delete not found",
    ),
    (Rule.TARGET, ("getChatMember", {"chat_id": GROUP, "user_id": 12345}), "user not found"),
    (Rule.RIGHTS, ("createForumTopic", {"chat_id": FORUM, "name": "Radar"}), "not enough rights"),
    (Rule.WEBHOOK, ("setWebhook", {"url": "https://example.com/hook"}), "only loopback"),
    (
        Rule.WEBHOOK,
        ("setWebhook", {"url": "http://127.0.0.1/", "secret_token": "a b"}),
        "unallowed characters",
    ),
    (Rule.NOT_PLAYED, ("getMyStarBalance", {}), "not played"),
    (Rule.NOT_PLAYED, ("sendPhoto", {"chat_id": ALICE, "photo": "https://a.b/c.png"}), "failed to get"),
]
PASSED: list[tuple[Rule, tuple[str, Params]]] = [
    (Rule.UNKNOWN_PARAMETER, message(colour="red")),
    (Rule.UNKNOWN_PARAMETER, with_markup(keyboard(callback_data="t", colour="red"))),
    (
        Rule.MARKUP,
        message("<b>x</b>", parse_mode="HTML", entities=[{"type": "bold", "offset": 0, "length": 1}]),
    ),
    (Rule.KEYBOARD, with_markup({"inline_keyboard": [[]]})),
    (Rule.COMMANDS, commands(command(), command())),
]
ELSEWHERE = {Rule.UNAUTHORIZED, Rule.GONE, Rule.IMPATIENT, Rule.CONFLICT}  # below and in test_manners


@pytest.mark.parametrize(("rule", "call", "answer"), REFUSED, ids=lambda value: str(value)[:60])
async def test_a_broken_rule_is_refused_and_recorded(
    server: TelegramServer, api: RawApi, rule: Rule, call: tuple[str, Params], answer: str
) -> None:
    before = server.chat(ALICE).messages
    method, params = call
    body = await api(method, **params)
    assert body["ok"] is False
    assert answer in body["description"]
    assert {violation.rule for violation in server.violations} == {rule}
    assert server.calls[-1].description == body["description"]
    assert server.chat(ALICE).messages == before
    with pytest.raises(AssertionError, match=method):
        server.verify()


@pytest.mark.parametrize(("rule", "call"), PASSED, ids=lambda value: str(value)[:60])
async def test_a_rule_that_telegram_overlooks_is_recorded_all_the_same(
    server: TelegramServer, api: RawApi, rule: Rule, call: tuple[str, Params]
) -> None:
    method, params = call
    body = await api(method, **params)
    assert body["ok"] is True
    assert [violation.rule for violation in server.violations] == [rule]


def test_every_rule_has_a_case() -> None:
    assert {rule for rule, *_ in REFUSED} | {rule for rule, _ in PASSED} | ELSEWHERE == set(Rule)


@pytest.mark.parametrize(
    "call",
    [
        message("x" * 4096),
        message("<b>" + "🚀" * 2048 + "</b>", parse_mode="HTML"),
        message(chat_id=str(ALICE)),
        message(chat_id="@news"),
        message(reply_to_message_id=TEXT),
        message(reply_parameters={"message_id": MISSING, "allow_sending_without_reply": True}),
        message(reply_markup='{"inline_keyboard":[[{"text":"Buy","callback_data":"t:buy"}]]}'),
        with_markup(keyboard(callback_data="x" * 64)),
        with_markup(keyboard(url="tg://user?id=7")),
        with_markup({"keyboard": [[{"text": "Menu"}]], "resize_keyboard": True}),
        with_markup({"remove_keyboard": True}),
        with_markup(grid(rows=12, columns=8)),
        commands(*[command(f"c{n}") for n in range(100)]),
        (
            "setMessageReaction",
            {"chat_id": ALICE, "message_id": TEXT, "reaction": [{"type": "emoji", "emoji": "👍"}]},
        ),
        ("pinChatMessage", {"chat_id": ALICE, "message_id": TEXT}),
    ],
    ids=lambda value: str(value)[:60],
)
async def test_what_telegram_allows_is_carried_out_without_blame(
    server: TelegramServer, api: RawApi, call: tuple[str, Params]
) -> None:
    method, params = call
    assert (await api(method, **params))["ok"] is True
    assert server.violations == []


async def test_a_wrong_token_is_unauthorized(server: TelegramServer, api: RawApi) -> None:
    api.token = "1:wrong"
    assert (await api("getMe"))["error_code"] == 401
    assert [violation.rule for violation in server.violations] == [Rule.UNAUTHORIZED]
