"""A chat's rules in words, as a list, and as a file. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from data.models.chat import Chat, Effect, Rule, SubjectKind
from handlers.cards.layout import in_rows, turned
from handlers.cards.people import choices
from handlers.preferences import OF_CHATS
from handlers.reply import Attachment, Button, Invoke, Reply, Tone, faint, lines, strong, text

ALL = "*"
_PAGE, _PER_ROW, _NAMED = 10, 5, 5
_PRECEDENCE = "The narrowest rule counts: person, place, role, everyone. Admins are never shut out."


def sentence(rule: Rule, chat: Chat) -> str:
    """Say what a rule does, as in `/c is closed to everyone`."""
    what = "Every command that rules reach" if rule.command == ALL else f"/{rule.command}"
    return f"{what} is {'closed' if rule.effect is Effect.DENY else 'open'} {_whom(rule, chat)}"


def _whom(rule: Rule, chat: Chat) -> str:
    match rule.kind:
        case SubjectKind.EVERYONE:
            return "to everyone"
        case SubjectKind.USER | SubjectKind.ROLE:
            return f"to {rule.kind} {rule.subject}"
        case SubjectKind.CHANNEL if rule.subject == chat.topic:
            return "in this topic"
        case SubjectKind.CHANNEL if rule.subject == chat.id:
            return "in this whole chat"
        case SubjectKind.CHANNEL if rule.subject == chat.channel:
            return "in this channel"
        case SubjectKind.CHANNEL:
            return f"in channel or topic {rule.subject}"


def setting(rule: Rule) -> Invoke:
    """Make the invocation that sets this rule."""
    whom = "everyone" if rule.kind is SubjectKind.EVERYONE else f"{rule.kind}:{rule.subject}"
    return Invoke(rule.effect.value, {"command": rule.command, "whom": whom})


def removal(rule: Rule) -> Invoke:
    """Make the invocation that removes this rule."""
    return Invoke("rules", {"action": "remove", "id": str(rule.id)})


def rule_card(rule: Rule, chat: Chat, *, before: Rule | None) -> Reply:
    """Read a new rule back; `before` is the one of the same subject that it replaced."""
    undo = removal(rule) if before is None else setting(before)
    return Reply(
        body=lines(text(strong(sentence(rule, chat)), "."), faint("It counts from the next command on.")),
        buttons=((Button("Undo", undo), Button("All rules", Invoke("rules"))),),
        tone=Tone.GOOD,
    )


def standing_card(rule: Rule, chat: Chat) -> Reply:
    """Say that a rule stands already."""
    return Reply(
        body=text(strong(sentence(rule, chat)), " already."),
        buttons=((Button("Remove", removal(rule)), Button("All rules", Invoke("rules"))),),
    )


def removed_card(rule: Rule, chat: Chat) -> Reply:
    """Read a removal back."""
    return Reply(
        body=text(f"Rule #{rule.id} is gone: ", sentence(rule, chat), "."),
        buttons=((Button("Undo", setting(rule)), Button("All rules", Invoke("rules"))),),
        tone=Tone.GOOD,
    )


def rules_card(rules: Sequence[Rule], chat: Chat, page: int) -> Reply:
    """List the rules, each with its number to remove it by."""
    if not rules:
        return Reply(
            title=text("Rules of this chat"),
            body=lines(
                "There are none: everyone runs what their level allows.", "To set one: /deny c everyone"
            ),
        )
    shown, turned_to = turned(rules, page, _PAGE, Invoke("rules"))
    buttons = [Button(f"Remove {rule.id}", removal(rule)) for rule in shown]
    return Reply(
        title=text("Rules of this chat"),
        body=lines(*(text(faint(f"#{rule.id} "), sentence(rule, chat)) for rule in shown)),
        buttons=(*in_rows(buttons, _PER_ROW), (Button("Export", Invoke("rules", {"action": "export"})),)),
        page=turned_to,
        footer=text(_PRECEDENCE),
    )


def summary_card(rules: Sequence[Rule], preferences: Mapping[str, str], *, may_change: bool) -> Reply:
    """Say in short how a chat differs from others; who `may_change` it gets buttons to."""
    held = [(each, each.holds(preferences.get(each.name))) for each in OF_CHATS]
    offered = [row for each, now in held if may_change for row in choices(each, now)]
    closed = [rule for rule in rules if rule.effect is Effect.DENY]
    general = [f"/{rule.command}" if rule.command != ALL else "everything"
               for rule in closed if rule.kind is SubjectKind.EVERYONE]  # fmt: skip
    more = f" and {len(general) - _NAMED} more" if len(general) > _NAMED else ""
    return Reply(
        title=text("Settings of this chat"),
        body=lines(
            f"{_counted(rules)}: {len(closed)} to close a command, {len(rules) - len(closed)} to open one."
            if rules
            else "No rules: everyone runs what their level allows.",
            f"Closed to everyone: {', '.join(general[:_NAMED])}{more}" if general else "",
            *(text(f"{each.summary}: ", strong(now)) for each, now in held),
            faint(
                "Admins of this chat change them with /allow, /deny and /settings. "
                "Your own settings: in a private chat."
            ),
        ),
        buttons=(*offered, (Button("Rules", Invoke("rules")),)),
    )


def _counted(rules: Sequence[Rule]) -> str:
    return "1 rule" if len(rules) == 1 else f"{len(rules)} rules"


def export_card(rules: Sequence[Rule], chat: Chat) -> Reply:
    """Give the rules as a YAML file."""
    return Reply(
        body=text(f"{_counted(rules)}, as YAML."),
        attachment=Attachment(as_yaml(rules, chat).encode(), "rules.yaml"),
        private=True,
    )


def as_yaml(rules: Sequence[Rule], chat: Chat) -> str:
    """Write the rules as YAML; every word is quoted as in JSON, which YAML reads as it stands."""
    rows = [f"chat: {json.dumps(chat.key)}", "rules:" if rules else "rules: []"]
    for rule in rules:
        rows += [
            f"  - id: {rule.id}",
            f"    effect: {json.dumps(rule.effect.value)}",
            f"    command: {json.dumps(rule.command)}",
            f"    kind: {json.dumps(rule.kind.value)}",
            f"    subject: {json.dumps(rule.subject)}",
        ]
    return "\n".join(rows) + "\n"
