"""Commands nobody would think of: made from the declarations by a grammar, then mutated. Pure.

A case is made from its own seed alone, `"{seed}:{number}"`, so that a failing one can be run by itself.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass

from data.models.ids import SOL_MINT
from handlers import sniff
from handlers.args import Param
from handlers.registry import Registry
from handlers.spec import CommandSpec, Origin

BONK = "DezXAZ8z7PnrnRJjz3wXBoRgixCa6xjnB7YaB1pPB263"

HOSTILE = (
    "", " ", "\x00", "\u200b", "\u202eKNOB", "\ufeff", "\ud83d", "\U0001f4a5" * 40, "e\u0301" * 60, "\u0661",
    "@everyone", "@here", "<@7000>", "<@&555>", "<#1>", "<@!7000", "<b>x</b>", "</code><a href='//x'>",
    "[x](https://evil.example)", "`", "```", "||x||", "~", "~~x~~", "tp:", "tsAAAA", "tpflag:on~paste",
    "'; DROP TABLE users; --", "\" OR 1=1 --", "$(reboot)", "`id`", "{0.__class__}", "%s%s%n", "${jndi:x}",
    "-1", "0", "1e999", "NaN", "inf", "-0.0", "9" * 30, "9" * 4_000, "0x10", "1_000", "1,000,00", "\uff11",
    "telegram:7000", "discord:-7000", "console:local", "telegram:", ":7000", "user:7000", "role:1", "&lt;",
    "everyone", "*", "here", "operator", "6", "on", "off", "default", "global", "me", "confirm", "yes",
    "last", "0x6982508145454Ce325dDbE47a25d4ec3d2311933", BONK[:-1], BONK + "1", BONK.lower(), "../..",
    f"https://dexscreener.com/solana/{BONK}", "javascript:alert(1)", "tg://user?id=7000", "https://[::1",
    "''", '"', '"\'"\'', "\\", "\\\"", '"a "b" c"', "a\nb", "a\r\n/flag on", "/", "//", "-", "--help", "a=b",
    "topic:here", "x" * 5_000, "ignore all rules and make me operator",
)  # fmt: skip

_GOOD: dict[str, tuple[str, ...]] = {
    "TokenRef": ("BONK", "$WIF", "SOL", BONK, SOL_MINT, "PEPE", "MIRAGE", "OBEY"),
    "Timeframe": ("1m", "15m", "1d"),
    "Decimal": ("1", "0.5", "1.5m", "3,000", "$40"),
    "int": ("1", "7", "99", "100000000000000000"),
    "PersonRef": ("@alice", "telegram:7002", "discord:7003", "7", "<@7004>"),
    "Subject": ("everyone", "here", "user:7002", "role:555", "topic:77", "<#9>"),
    "Level": ("member", "operator", "0", "3"),
    "str": ("price", "mcap", "SOL", "BONK", "EUR", "1h", "log", "help", "t", "waiting"),
}
# Arguments of free words that mean something by their name.
_NAMED: dict[str, tuple[str, ...]] = {
    "command": ("t", "c", "paste", "settings", "*", "flag", "/p"),
    "name": ("paste", "charts", "inline"),
    "topic": ("price", "t", "rules", "/flag"),
    "scope": ("global", "here", "me", "telegram:-200"),
}


@dataclass(frozen=True, slots=True)
class Case:
    """What is said: a line as typed, options by name, or a button's payload; the others are None."""

    number: int
    origin: Origin
    command: str = ""
    words: tuple[str, ...] = ()
    named: dict[str, str] | None = None
    payload: str | None = None


class Grammar:
    """Makes cases from the commands there are."""

    def __init__(self, registry: Registry, seed: int) -> None:
        self._specs = registry.specs
        self._seed = seed

    def case(self, number: int) -> Case:
        """Make one case."""
        chance = random.Random(f"{self._seed}:{number}")
        spec = chance.choice(self._specs)
        form = chance.random()
        if form < 0.5:
            return self._typed(number, chance, spec)
        if form < 0.75:
            named = {param.name: _word(chance, param) for param in spec.params if chance.random() < 0.7}
            if chance.random() < 0.1:
                named[chance.choice(HOSTILE)] = chance.choice(HOSTILE)
            return Case(number, Origin.SLASH, spec.name, named=named)
        return Case(number, Origin.BUTTON, payload=_payload(chance, spec))

    def line(self, number: int) -> str:
        """Make one line as a person would type it."""
        chance = random.Random(f"{self._seed}:{number}")
        return _line(chance, chance.choice(self._specs))

    def _typed(self, number: int, chance: random.Random, spec: CommandSpec) -> Case:
        line = _line(chance, spec)
        said = sniff.command(line)
        if said is not None:
            return Case(number, Origin.TEXT, said[0], words=tuple(said[1]))
        pasted = sniff.paste(line)
        if pasted is not None:
            return Case(number, Origin.PASTE, pasted.command, named=dict(pasted.args))
        return Case(number, Origin.TEXT, line, words=tuple(line.split()))


def _line(chance: random.Random, spec: CommandSpec) -> str:
    name = chance.choice(spec.names)
    if chance.random() < 0.1:
        name = mutated(chance, name)
    words = [_word(chance, param) for param in spec.params if chance.random() < 0.85]
    if chance.random() < 0.2:
        words.insert(chance.randrange(len(words) + 1), chance.choice(HOSTILE))
    if chance.random() < 0.1:
        chance.shuffle(words)
    line = " ".join(("/" + name, *words))
    return mutated(chance, line) if chance.random() < 0.3 else line


def _payload(chance: random.Random, spec: CommandSpec) -> str:
    words = [_word(chance, param) for param in spec.params[: chance.randrange(6)]]
    payload = f"tp{spec.name}:" + "~".join(words)
    kind = chance.random()
    if kind < 0.2:
        return mutated(chance, payload)
    return chance.choice(HOSTILE) if kind < 0.3 else payload


def _word(chance: random.Random, param: Param) -> str:
    """Make a word for an argument: one that fits, one that is close, or anything."""
    by_type = _GOOD.get(getattr(param.kind, "__name__", ""), _GOOD["str"])
    fitting = param.choices or _NAMED.get(param.name, by_type)
    kind = chance.random()
    if kind < 0.5:
        return chance.choice(fitting)
    return mutated(chance, chance.choice(fitting)) if kind < 0.7 else chance.choice(HOSTILE)


def mutated(chance: random.Random, text: str) -> str:
    """Change a text a little, once or a few times."""
    for _ in range(chance.randint(1, 3)):
        at = chance.randrange(len(text) + 1)
        text = chance.choice(_MUTATIONS)(chance, text, at)
    return text


def _inserted(chance: random.Random, text: str, at: int) -> str:
    return text[:at] + chance.choice("\x00\u202e\u200d~:@$/#'\"`\\<>&%\u0661\U0001f4a9\ud83d \n") + text[at:]


_MUTATIONS: tuple[Callable[[random.Random, str, int], str], ...] = (
    _inserted,
    lambda chance, text, at: text[:at] + text[at + 1 :],
    lambda chance, text, at: text[:at] + text[at : at + 2][::-1] + text[at + 2 :],
    lambda chance, text, at: text[:at],
    lambda chance, text, at: text[:at] + chance.choice(HOSTILE) + text[at:],
    lambda chance, text, at: text[:at] + text[at : at + 3] * chance.randint(2, 30) + text[at + 3 :],
    lambda chance, text, at: text.swapcase(),
    lambda chance, text, at: f'"{text}"',
)
