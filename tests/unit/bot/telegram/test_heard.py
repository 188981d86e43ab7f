"""What updates say: who speaks, where, and what for."""

from __future__ import annotations

from typing import Any

import pytest
from aiogram.types import InaccessibleMessage, Message
from hypothesis import given
from hypothesis import strategies as st

from bot.telegram import heard
from bot.telegram.heard import Command
from data.models.chat import ChatKind
from handlers.reply import Invoke

BONK = "DezXAZ8z7PnrnRJjz3wXBoRgixCa6xjnB7YaB1pPB263"
PERSON = {"id": 7, "is_bot": False, "first_name": "Al\u202eice", "last_name": "A.", "language_code": "pt-br"}
ROBOT = {"id": 8, "is_bot": True, "first_name": "Robot"}
GROUP = {"id": -100, "type": "supergroup", "title": "Gems \u200b💎"}


def message(**parts: Any) -> Message:
    return Message.model_validate({"message_id": 1, "date": 1, "chat": GROUP, "from": PERSON} | parts)


def test_a_person_speaks_under_their_visible_name() -> None:
    who = heard.speaker(message())
    assert who is not None
    assert (str(who.identity), who.name, who.user_id, who.locale) == ("telegram:7", "Alice A.", 7, "pt-br")


def test_a_chat_that_speaks_is_itself_and_nobody() -> None:
    for chat in (GROUP, {"id": -200, "type": "channel", "title": "News"}):
        who = heard.speaker(message(**{"from": ROBOT, "sender_chat": chat}))
        assert who is not None
        assert (who.identity.id, who.user_id) == (str(chat["id"]), None)


@pytest.mark.parametrize(
    "parts",
    [
        {"from": ROBOT},
        {"via_bot": ROBOT},
        {"is_automatic_forward": True, "sender_chat": GROUP},
        {"from": None},
    ],
)
def test_nobody_speaks_through_bots_and_copies(parts: dict[str, Any]) -> None:
    assert heard.speaker(message(**parts)) is None


@pytest.mark.parametrize(
    ("kind", "expected"),
    [("private", ChatKind.PRIVATE), ("group", ChatKind.GROUP), ("supergroup", ChatKind.GROUP),
     ("channel", ChatKind.CHANNEL), ("something new", ChatKind.GROUP)],
)  # fmt: skip
def test_a_place_is_private_only_where_telegram_says_so(kind: str, expected: ChatKind) -> None:
    assert heard.place(message(chat=GROUP | {"type": kind})).kind is expected


def test_a_thread_is_a_topic_only_in_a_forum() -> None:
    assert heard.place(message(message_thread_id=5, is_topic_message=True)).topic == "5"
    assert heard.place(message(message_thread_id=5)).topic is None
    gone = InaccessibleMessage.model_validate({"chat": GROUP, "message_id": 1, "date": 0})
    assert heard.place(gone).topic is None
    assert heard.number(heard.place(gone)) == -100


def test_an_unseen_chat_is_no_number_and_not_private() -> None:
    chat = heard.unseen("-77")
    assert (heard.number(chat), chat.private, chat.key) == (None, False, "telegram:inline:-77")


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("/p BONK 1h", Command("p", ("BONK", "1h"), "")),
        (" /P@My_Bot  BONK", Command("p", ("BONK",), "my_bot")),
        ("/p\nBONK", Command("p", ("BONK",), "")),
        ("p BONK", None),
        ("/", None),
        ("/ p", Command("p", (), "")),
    ],
)
def test_commands_are_read_as_typed(words: str, expected: Command | None) -> None:
    assert heard.command(message(text=words)) == expected


def test_a_forwarded_or_captioned_command_is_none() -> None:
    origin = {"type": "hidden_user", "date": 1, "sender_user_name": "x"}
    assert heard.command(message(text="/p BONK", forward_origin=origin)) is None
    assert heard.command(message(caption="/p BONK")) is None


def test_a_token_is_read_from_words_and_captions() -> None:
    wanted = Invoke("paste", {"token": BONK})
    assert heard.pasted(message(text=f"see {BONK} now")) == wanted
    assert heard.pasted(message(caption=f"https://pump.fun/{BONK}")) == wanted
    assert heard.pasted(message()) is None


@given(st.text(max_size=200))
def test_any_text_can_be_read(words: str) -> None:
    said = message(text=words)
    heard.command(said)
    heard.pasted(said)
