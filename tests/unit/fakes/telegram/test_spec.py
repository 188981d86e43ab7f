"""The Bot API's description as the fake reads it."""

import pytest

from tests.fakes.telegram.spec import Length, Spec
from tests.fakes.telegram.verdict import Rule


@pytest.fixture
def spec() -> Spec:
    return Spec.bundled()


def test_limits_choices_and_fixed_values_are_read_from_the_prose(spec: Spec) -> None:
    assert spec.methods["sendMessage"].fields["text"].length == Length(1, 4096, "characters")
    assert spec.types["InlineKeyboardButton"].fields["callback_data"].length == Length(1, 64, "bytes")
    assert spec.types["InputMediaPhoto"].fields["type"].constant == "photo"
    assert spec.types["InlineKeyboardButton"].fields["style"].choices == {"danger", "success", "primary"}


def test_form_values_become_their_documented_types(spec: Spec) -> None:
    form = {
        "chat_id": "-42",
        "text": "5",
        "disable_notification": "true",
        "entities": '[{"type":"bold","offset":0,"length":1}]',
        "link_preview_options": "{not json",
    }
    assert spec.decode("sendMessage", form) == {
        "chat_id": -42,
        "text": "5",
        "disable_notification": True,
        "entities": [{"type": "bold", "offset": 0, "length": 1}],
        "link_preview_options": "{not json",
    }
    assert spec.decode("sendMessage", {"chat_id": "@news"}) == {"chat_id": "@news"}


def test_newer_versions_add_methods_and_fields(spec: Spec) -> None:
    assert "callback_query_id" in spec.methods["sendMessage"].fields
    assert "deleteEphemeralMessage" in spec.methods
    assert not spec.check_value("BotCommand", {"command": "a", "description": "b", "is_ephemeral": True})


def test_a_choice_of_types_is_held_against_the_one_it_means_to_be(spec: Spec) -> None:
    media = {"type": "photo", "media": "x", "supports_streaming": True}
    details = [problem.detail for problem in spec.check_value("InputMedia", media)]
    assert details == ["InputMedia.supports_streaming is not part of InputMediaPhoto"]


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("InputMedia", {"type": "hologram", "media": "x"}),
        ("ReactionType", {"type": "emoji"}),
        ("BotCommandScope", "default"),
        ("LinkPreviewOptions", []),
        ("ReplyParameters", {"message_id": 1.5}),
        ("InlineKeyboardMarkup", {"inline_keyboard": [{"text": "x", "callback_data": "y"}]}),
        ("InlineKeyboardMarkup", {"inline_keyboard": [[None]]}),
        ("InlineKeyboardMarkup", None),
        ("CallbackGame", {"x": 1}),
    ],
)
def test_a_value_of_the_wrong_shape_is_found(spec: Spec, kind: str, value: object) -> None:
    rules = {problem.rule for problem in spec.check_value(kind, value)}
    assert rules & {Rule.WRONG_TYPE, Rule.MISSING_PARAMETER, Rule.UNKNOWN_PARAMETER}
