"""Rules in words, as buttons that set and remove them, and as a file."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.charts.spec import Study
from data.models.chat import Chat, ChatKind, Effect, Rule, SubjectKind
from data.models.ids import Platform
from handlers.args import CONVERTERS, Subject
from handlers.cards.rules import as_yaml, removal, rules_card, sentence, setting, summary_card

HERE = Chat(platform=Platform.DISCORD, id="10", channel="20", kind=ChatKind.GROUP, topic="30")


def rule(
    kind: SubjectKind, subject: str = "", effect: Effect = Effect.DENY, command: str = "c", id: int = 1
) -> Rule:
    return Rule(id=id, chat_key=HERE.key, command=command, effect=effect, kind=kind, subject=subject)


@pytest.mark.parametrize(
    ("spoken", "words"),
    [
        (rule(SubjectKind.EVERYONE), "/c is closed to everyone"),
        (rule(SubjectKind.EVERYONE, effect=Effect.ALLOW), "/c is open to everyone"),
        (rule(SubjectKind.USER, "7"), "/c is closed to user 7"),
        (rule(SubjectKind.ROLE, "8"), "/c is closed to role 8"),
        (rule(SubjectKind.CHANNEL, "30"), "/c is closed in this topic"),
        (rule(SubjectKind.CHANNEL, "20"), "/c is closed in this channel"),
        (rule(SubjectKind.CHANNEL, "10"), "/c is closed in this whole chat"),
        (rule(SubjectKind.CHANNEL, "99"), "/c is closed in channel or topic 99"),
        (rule(SubjectKind.EVERYONE, command="*"), "Every command that rules reach is closed to everyone"),
    ],
)
def test_a_rule_is_said_in_words(spoken: Rule, words: str) -> None:
    assert sentence(spoken, HERE) == words


@pytest.mark.parametrize("kind", list(SubjectKind))
def test_a_button_that_sets_a_rule_names_its_subject_as_commands_read_it(kind: SubjectKind) -> None:
    subject = "" if kind is SubjectKind.EVERYONE else "123"
    invoke = setting(rule(kind, subject, Effect.ALLOW))
    assert invoke.command == "allow"
    assert CONVERTERS[Subject].parse(invoke.args["whom"]) == Subject(kind, subject)


def test_a_button_that_removes_a_rule_names_its_number() -> None:
    assert dict(removal(rule(SubjectKind.EVERYONE, id=42)).args) == {"action": "remove", "id": "42"}


def test_the_list_has_a_button_for_each_rule_on_the_page() -> None:
    rules = [rule(SubjectKind.USER, str(number), id=number) for number in range(1, 26)]
    card = rules_card(rules, HERE, 3)
    labels = [button.label for row in card.rows for button in row]
    assert labels == [*(f"Remove {number}" for number in range(21, 26)), "Export", "‹ Back"]


def test_the_summary_names_a_few_and_counts_the_rest() -> None:
    rules = [rule(SubjectKind.EVERYONE, command=f"cmd{number}", id=number) for number in range(1, 10)]
    rules.append(rule(SubjectKind.USER, "4711", Effect.ALLOW, id=10))
    body = summary_card(rules, {"studies": "ema"}, may_change=False).body.plain
    assert "10 rules: 9 to close a command, 1 to open one" in body
    assert "/cmd5 and 4 more" in body
    assert "4711" not in body  # who it is about is for admins
    assert "Studies of charts: ema" in body


def test_only_who_may_change_a_chats_settings_is_offered_them() -> None:
    def labels(*, may_change: bool) -> list[str]:
        card = summary_card((), {"studies": "ema"}, may_change=may_change)
        return [button.label for row in card.rows for button in row]

    assert labels(may_change=False) == ["Rules"]
    assert labels(may_change=True) == [*Study, "Rules"]


def test_no_rules_are_an_empty_list_in_yaml() -> None:
    assert as_yaml((), HERE) == 'chat: "discord:10"\nrules: []\n'


@given(subject=st.text(max_size=40), command=st.text(max_size=12))
def test_no_word_of_a_rule_can_leave_its_line_in_yaml(subject: str, command: str) -> None:
    rows = as_yaml([rule(SubjectKind.USER, subject, command=command)], HERE).splitlines()
    assert len(rows) == 7
    read = {
        name.strip(" -"): json.loads(value) for name, _, value in (row.partition(": ") for row in rows[2:])
    }
    assert read == {"id": 1, "effect": "deny", "command": command, "kind": "user", "subject": subject}
