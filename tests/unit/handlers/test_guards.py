"""Who may run what where: a table of every cell, and laws over any rules."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.errors import NotAllowed
from data.models.chat import Actor, Chat, Effect, Level, Place, Rule, SubjectKind
from handlers import guards
from handlers.spec import CommandSpec
from tests.unit.handlers.commanding import GROUP, PRIVATE, actor, watch

A, D = Effect.ALLOW, Effect.DENY
EVERYONE, USER, ROLE, CHANNEL = (
    SubjectKind.EVERYONE, SubjectKind.USER, SubjectKind.ROLE, SubjectKind.CHANNEL,
)  # fmt: skip
SUBJECTS = {EVERYONE: "", USER: "42", ROLE: "mods", CHANNEL: "7"}
PEOPLE_LEVELS = (None, Level.ANYONE, Level.MEMBER, Level.PAPER, Level.LIVE, Level.OPERATOR)


def spec(level: Level = Level.MEMBER, **more: object) -> CommandSpec:
    return replace(watch, level=level, **more)  # type: ignore[arg-type]


def rule(
    effect: Effect,
    kind: SubjectKind = EVERYONE,
    command: str = "watch",
    *,
    number: int = 1,
    subject: str = "?",
) -> Rule:
    named = SUBJECTS[kind] if subject == "?" else subject
    return Rule(id=number, chat_key=GROUP.key, command=command, effect=effect, kind=kind, subject=named)


def refusal(
    command: CommandSpec, who: Actor, rules: tuple[Rule, ...] = (), chat: Chat = GROUP, flags: object = None
) -> str | None:
    """Tell the rule that refuses; None where the command is let through."""
    try:
        guards.check(command, who, chat, rules, flags or {})  # type: ignore[arg-type]
    except NotAllowed as error:
        assert error.message
        return error.rule
    return None


# Who passes without any rule: (level of the command) -> the levels of people, then of chats, that suffice.
PASSES: dict[Level, tuple[set[Level | None], set[Level]]] = {
    Level.ANYONE: (set(PEOPLE_LEVELS), {Level.ANYONE, Level.MODERATOR, Level.CHAT_ADMIN}),
    Level.MEMBER: ({Level.MEMBER, Level.PAPER, Level.LIVE, Level.OPERATOR}, set()),
    Level.PAPER: ({Level.PAPER, Level.LIVE, Level.OPERATOR}, set()),
    Level.LIVE: ({Level.LIVE, Level.OPERATOR}, set()),
    Level.MODERATOR: ({Level.OPERATOR}, {Level.MODERATOR, Level.CHAT_ADMIN}),
    Level.CHAT_ADMIN: ({Level.OPERATOR}, {Level.CHAT_ADMIN}),
    Level.OPERATOR: ({Level.OPERATOR}, set()),
}


@pytest.mark.parametrize("chat", [GROUP, PRIVATE], ids=["group", "private"])
@pytest.mark.parametrize("level", Level, ids=lambda level: level.name)
def test_without_a_rule_the_level_alone_decides_and_denies_by_default(level: Level, chat: Chat) -> None:
    people, standings = PASSES[level]
    for own, standing in itertools.product(PEOPLE_LEVELS, (Level.ANYONE, Level.MODERATOR, Level.CHAT_ADMIN)):
        passes = own in people or standing in standings
        refused = refusal(spec(level), actor(own, chat_level=standing), chat=chat)
        assert (refused is None) == passes, (level, own, standing)
        assert refused in {None, f"level {level.value}"}


@pytest.mark.parametrize("level", Level, ids=lambda level: level.name)
@pytest.mark.parametrize("own", PEOPLE_LEVELS[1:])
def test_a_blocked_person_may_do_nothing(level: Level, own: Level) -> None:
    blocked = actor(own, chat_level=Level.CHAT_ADMIN, blocked=True)
    rules = (rule(A), rule(A, USER, number=2), rule(A, command="*", number=3))
    for chat in (GROUP, PRIVATE):
        assert refusal(spec(level), blocked, rules, chat) == "blocked"


@pytest.mark.parametrize("level", [Level.LIVE, Level.MODERATOR, Level.CHAT_ADMIN, Level.OPERATOR])
@pytest.mark.parametrize("kind", SubjectKind)
def test_no_rule_opens_what_moves_money_or_power(level: Level, kind: SubjectKind) -> None:
    for command in ("watch", "*"):
        assert refusal(spec(level), actor(Level.PAPER), (rule(A, kind, command),)) == f"level {level.value}"


@pytest.mark.parametrize("level", [Level.ANYONE, Level.MEMBER, Level.PAPER])
@pytest.mark.parametrize("kind", SubjectKind)
def test_a_rule_opens_and_closes_what_is_harmless(level: Level, kind: SubjectKind) -> None:
    for command in ("watch", "*"):
        assert refusal(spec(level), actor(None), (rule(A, kind, command),)) is None
        closed = refusal(spec(level), actor(Level.LIVE), (rule(D, kind, command),))
        assert closed is not None and closed.startswith("#1 deny")


@pytest.mark.parametrize(
    ("winner", "loser"),
    [
        (rule(A, USER), rule(D, CHANNEL)),
        (rule(A, CHANNEL), rule(D, ROLE)),
        (rule(A, ROLE), rule(D, EVERYONE)),
        (rule(D, USER), rule(A, CHANNEL)),
        (rule(A, USER, "*"), rule(D, EVERYONE, "watch")),
        (rule(A, EVERYONE, "watch"), rule(D, EVERYONE, "*")),
        (rule(D, ROLE, "watch"), rule(A, ROLE, "*")),
        (rule(D, EVERYONE), rule(A, EVERYONE)),
        (rule(D, USER), rule(A, USER)),
    ],
)
def test_the_more_specific_rule_wins_and_of_equals_the_refusal(winner: Rule, loser: Rule) -> None:
    for rules in ((winner, replace(loser, id=2)), (replace(loser, id=0), winner)):
        refused = refusal(spec(), actor(Level.MEMBER), rules)
        assert (refused is None) == (winner.effect is A)


@pytest.mark.parametrize(
    "other",
    [
        rule(A, USER, subject="43"), rule(A, ROLE, subject="vips"), rule(A, CHANNEL, subject="8"),
        rule(A, USER, subject=""), rule(A, EVERYONE, "other"),
    ],
)  # fmt: skip
def test_a_rule_about_others_changes_nothing(other: Rule) -> None:
    assert refusal(spec(), actor(None), (other,)) == "level 1"
    assert refusal(spec(), actor(Level.MEMBER), (replace(other, effect=D),)) is None


def test_a_channel_rule_means_the_topic_or_the_channel() -> None:
    assert refusal(spec(), actor(None), (rule(A, CHANNEL, subject="-100"),)) is None
    assert refusal(spec(), actor(None), (rule(A, CHANNEL, subject="7"),)) is None
    elsewhere = replace(GROUP, topic=None)
    assert refusal(spec(), actor(None), (rule(A, CHANNEL, subject="7"),), elsewhere) == "level 1"


def test_admins_and_operators_cannot_be_shut_out() -> None:
    rules = (rule(D, USER), rule(D, EVERYONE, "*", number=2))
    assert refusal(spec(), actor(Level.MEMBER, chat_level=Level.CHAT_ADMIN), rules) is None
    assert refusal(spec(), actor(Level.OPERATOR), rules) is None
    moderator = refusal(spec(), actor(Level.MEMBER, chat_level=Level.MODERATOR), rules)
    assert moderator is not None and moderator.startswith("#1 deny")


def test_an_admin_of_a_chat_gets_no_level_that_is_not_theirs() -> None:
    for level in (Level.MEMBER, Level.PAPER, Level.LIVE, Level.OPERATOR):
        assert refusal(spec(level), actor(None, chat_level=Level.CHAT_ADMIN), (rule(D),)) is not None


def test_a_private_chat_has_no_rules() -> None:
    assert refusal(spec(), actor(None), (rule(A),), PRIVATE) == "level 1"
    assert refusal(spec(), actor(Level.MEMBER), (rule(D),), PRIVATE) is None


@pytest.mark.parametrize(
    ("place", "chat", "refused"),
    [
        (Place.PRIVATE, GROUP, "place private"),
        (Place.PRIVATE, PRIVATE, None),
        (Place.GROUP, PRIVATE, "place group"),
        (Place.GROUP, GROUP, None),
        (Place.BOTH, GROUP, None),
    ],
)
def test_the_place_binds_everyone(place: Place, chat: Chat, refused: str | None) -> None:
    rules = (rule(A), rule(A, USER, number=2))
    assert refusal(spec(Level.ANYONE, place=place), actor(Level.OPERATOR), rules, chat) == refused


def test_a_flag_that_is_off_or_unknown_binds_everyone() -> None:
    beta = spec(Level.ANYONE, flag="beta")
    for flags in ({}, {"beta": False}, {"other": True}):
        assert refusal(beta, actor(Level.OPERATOR), (rule(A),), flags=flags) == "flag beta"
    assert refusal(beta, actor(None), flags={"beta": True}) is None


people = st.builds(
    actor,
    st.sampled_from(PEOPLE_LEVELS),
    chat_level=st.sampled_from([Level.ANYONE, Level.MODERATOR, Level.CHAT_ADMIN]),
)
rules_of_a_chat = st.lists(
    st.builds(
        lambda effect, kind, command, mine: rule(
            effect, kind, command, subject=SUBJECTS[kind] if mine else "elsewhere"
        ),
        st.sampled_from(Effect), st.sampled_from(SubjectKind), st.sampled_from(["watch", "*", "other"]),
        st.booleans(),
    ),
    max_size=8,
).map(lambda rules: tuple(replace(each, id=number) for number, each in enumerate(rules)))  # fmt: skip


@given(st.sampled_from(Level), people, rules_of_a_chat)
def test_whatever_the_rules_power_is_never_given_and_never_taken(
    level: Level, who: Actor, rules: tuple[Rule, ...]
) -> None:
    plain, ruled = refusal(spec(level), who), refusal(spec(level), who, rules)
    if level > Level.PAPER:
        assert plain == ruled
    elif guards.exempt(who):
        assert ruled is None or plain is not None
    elif not any(each.effect is A for each in rules):
        assert ruled is not None or plain is None
    elif not any(each.effect is D for each in rules):
        assert ruled is None or plain is not None


@given(st.sampled_from(Level), people, rules_of_a_chat, st.randoms())
def test_the_order_of_the_rules_does_not_matter(
    level: Level, who: Actor, rules: tuple[Rule, ...], shuffle: object
) -> None:
    shuffled = list(rules)
    shuffle.shuffle(shuffled)  # type: ignore[attr-defined]
    assert refusal(spec(level), who, rules) == refusal(spec(level), who, tuple(shuffled))


def test_a_platform_is_asked_for_someones_standing_only_where_it_matters() -> None:
    assert not guards.needs_standing(spec(Level.MEMBER), GROUP, (rule(A),))
    assert guards.needs_standing(spec(Level.MEMBER), GROUP, (rule(D, command="*"),))
    assert guards.needs_standing(spec(Level.CHAT_ADMIN), GROUP, ())
    assert not guards.needs_standing(spec(Level.CHAT_ADMIN), PRIVATE, ())
    assert not guards.needs_standing(spec(Level.MEMBER), GROUP, (rule(D, command="other"),))
