"""What a person may run in a chat, and lines such as `t $BONK` as invocations. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from data.errors import NotAllowed
from data.models.chat import Actor, Chat, Rule
from handlers import guards
from handlers.registry import Registry
from handlers.reply import Invoke
from handlers.spec import CommandSpec


def permitted(
    registry: Registry, actor: Actor, chat: Chat, rules: Sequence[Rule], flags: Mapping[str, bool]
) -> Registry:
    """Keep the commands that the guards let through."""
    return Registry(spec for spec in registry if _lets(spec, actor, chat, rules, flags))


def _lets(
    spec: CommandSpec, actor: Actor, chat: Chat, rules: Sequence[Rule], flags: Mapping[str, bool]
) -> bool:
    try:
        guards.check(spec, actor, chat, rules, flags)
    except NotAllowed:
        return False
    return True


def invocation(spec: CommandSpec, line: str) -> Invoke:
    """Make a line of a command, such as one of its examples, ready to run.

    Raises:
        BadArgument: a word fits no argument.
    """
    return Invoke(spec.name, spec.named(line.split()[1:]))
