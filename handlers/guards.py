"""Who may run what where: ordered checks over data; each refusal names its rule. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from data.errors import NotAllowed
from data.models.chat import Actor, Chat, Effect, Level, Place, Rule, SubjectKind
from handlers.spec import CommandSpec

_SPECIFIC = {
    SubjectKind.USER: 0,
    SubjectKind.CHANNEL: 1,
    SubjectKind.ROLE: 2,
    SubjectKind.EVERYONE: 3,
}


def check(
    spec: CommandSpec, actor: Actor, chat: Chat, rules: Sequence[Rule], flags: Mapping[str, bool]
) -> None:
    """Let the command through.

    Raises:
        NotAllowed: a check refuses; deny is the default.
    """
    if actor.user is not None and actor.user.blocked:
        raise NotAllowed("You are blocked here.", rule="blocked", hint="Ask the operator.")
    check_flag(spec, flags)
    check_place(spec, chat)
    rule = applicable(spec, actor, chat, rules)
    if rule is not None and rule.effect is Effect.DENY and not exempt(actor):
        raise NotAllowed(
            f"/{spec.name} is closed to you in this chat.",
            rule=rule.name,
            hint="An admin of this chat set this.",
        )
    if rule is not None and rule.effect is Effect.ALLOW:
        return
    check_level(spec, actor)


def needs_standing(spec: CommandSpec, chat: Chat, rules: Sequence[Rule]) -> bool:
    """Tell whether the check asks what the platform says of the person in this chat."""
    if chat.private:
        return False
    local = spec.standing or spec.level in {Level.MODERATOR, Level.CHAT_ADMIN}
    return local or any(rule.effect is Effect.DENY and rule.command in {spec.name, "*"} for rule in rules)


def exempt(actor: Actor) -> bool:
    """Tell whether a chat's rules cannot shut this person out."""
    return actor.chat_level >= Level.CHAT_ADMIN or holds(actor, Level.OPERATOR)


def holds(actor: Actor, level: Level) -> bool:
    """Tell whether a person has a level of their own everywhere."""
    return level is Level.ANYONE or (actor.user is not None and actor.user.level >= level)


def applicable(spec: CommandSpec, actor: Actor, chat: Chat, rules: Sequence[Rule]) -> Rule | None:
    """Find the one rule that decides: the most specific subject, then the command by name, then deny."""
    if not rules or chat.private or not spec.loosenable:
        return None
    fitting = [rule for rule in rules if rule.command in {spec.name, "*"} and _about(rule, actor, chat)]
    return min(
        fitting,
        key=lambda rule: (_SPECIFIC[rule.kind], rule.command == "*", rule.effect is Effect.ALLOW, rule.id),
        default=None,
    )


def _about(rule: Rule, actor: Actor, chat: Chat) -> bool:
    match rule.kind:
        case SubjectKind.EVERYONE:
            return True
        case SubjectKind.USER:
            return rule.subject == actor.identity.id
        case SubjectKind.ROLE:
            return rule.subject in actor.roles
        case SubjectKind.CHANNEL:
            return rule.subject in {chat.channel, chat.topic}


def check_flag(spec: CommandSpec, flags: Mapping[str, bool]) -> None:
    """Refuse a command whose flag is off."""
    if spec.flag and not flags.get(spec.flag, False):
        raise NotAllowed(
            f"/{spec.name} is not switched on.",
            rule=f"flag {spec.flag}",
            hint="See /beta for what you can join.",
        )


def check_place(spec: CommandSpec, chat: Chat) -> None:
    """Refuse private commands in groups, and the other way round."""
    if spec.place is Place.PRIVATE and not chat.private:
        raise NotAllowed(
            f"/{spec.name} works in a private chat with me only.", rule="place private", hint="Open it below."
        )
    if spec.place is Place.GROUP and chat.private:
        raise NotAllowed(f"/{spec.name} works in groups only.", rule="place group", hint="Add me to a group.")


def check_level(spec: CommandSpec, actor: Actor) -> None:
    """Refuse a person below the command's level."""
    if holds(actor, Level.OPERATOR):
        return
    match spec.level:
        case Level.MODERATOR | Level.CHAT_ADMIN:
            if actor.chat_level >= spec.level:
                return
            who = "admins" if spec.level is Level.CHAT_ADMIN else "moderators"
            message, hint = f"/{spec.name} is for {who} of this chat.", "Ask one of them."
        case Level.OPERATOR:
            message, hint = f"/{spec.name} is for the operator of this bot.", ""
        case Level.MEMBER:
            if holds(actor, spec.level):
                return
            message, hint = f"/{spec.name} is for members.", "Say /start in a private chat with me first."
        case _:
            if holds(actor, spec.level):
                return
            message, hint = f"/{spec.name} needs a trading account.", "Ask the operator to switch it on."
    raise NotAllowed(message, rule=f"level {spec.level.value}", hint=hint)
