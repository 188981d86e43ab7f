"""Errors become replies: the one place that words a failure."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from core.addresses import looks_like_address, parse_ref, word_of
from data.errors import (
    AmbiguousToken,
    BadArgument,
    NotAllowed,
    OnCooldown,
    StoreUnavailable,
    TrenchcoatError,
    UnknownCommand,
    UnknownToken,
    UpstreamError,
    UserError,
)
from data.models.ids import Chain
from data.models.market import TokenMatch
from data.models.text import one_line
from handlers import figures
from handlers.args import MissingArgument
from handlers.reply import Button, Invoke, Reply, Text, Tone, code, faint, lines, strong, text
from handlers.spec import CommandSpec

_CHOICES_SHOWN = 8


@dataclass(slots=True, kw_only=True)
class Asked:
    """What was asked, as far as it is known, when it failed; `spec` is None where no such command exists."""

    spec: CommandSpec | None
    given: Mapping[str, str]
    request_id: str
    private_url: str = ""


def to_reply(error: TrenchcoatError, asked: Asked) -> Reply:
    """Say what was wrong, what is expected, and what to do."""
    match error:
        case AmbiguousToken():
            return _choices(error, asked)
        case UnknownToken():
            return _unknown_token(error, asked)
        case MissingArgument() if asked.spec is not None:
            return _missing(error, asked.spec)
        case BadArgument():
            return _usage(error, asked)
        case UnknownCommand():
            return _unknown_command(error)
        case OnCooldown():
            wait = max(1, math.ceil(error.retry_after_s))
            return _plain(
                "cooldown", f"Slow down: /{error.command} is free again in {wait} s.", tone=Tone.WARN
            )
        case NotAllowed():
            return _refused(error, asked)
        case UserError():
            return _plain(type(error).__name__, error.message, error.hint)
        case UpstreamError():
            return _plain(
                "upstream", f"The sources for this are not answering: {one_line(error.detail, 120)}.",
                "Try again in a minute; see /sources.",
            )  # fmt: skip
        case StoreUnavailable():
            return _plain("busy", "The database is busy.", "Try again in a moment.", tone=Tone.WARN)
        case _:
            return apology(asked)


def apology(asked: Asked) -> Reply:
    """Own up to a fault of ours."""
    body = lines(
        "Something went wrong on my side. Nothing was changed by this command.",
        text("Tell the operator this number: ", code(asked.request_id)),
    )
    return Reply(title=text("Sorry"), body=body, tone=Tone.ERROR, error="internal")


def _plain(kind: str, message: str, hint: str = "", *, tone: Tone = Tone.ERROR) -> Reply:
    return Reply(body=lines(message, text(faint(hint))), tone=tone, error=kind)


def _refused(error: NotAllowed, asked: Asked) -> Reply:
    reply = _plain("not allowed", error.message, error.hint)
    buttons: tuple[tuple[Button, ...], ...] = ()
    if error.rule == "place private" and asked.private_url:
        buttons = ((Button("Open private chat", url=asked.private_url),),)
    return reply.with_(buttons=buttons, private=True)


def _unknown_command(error: UnknownCommand) -> Reply:
    near = " or ".join(f"/{name}" for name in error.near)
    hint = f"Did you mean {near}?" if near else "/help lists what there is."
    return _plain("unknown command", f"There is no command /{one_line(error.name, 32)}.", hint)


def _usage(error: BadArgument, asked: Asked) -> Reply:
    rows: list[Text] = [text(error.message)]
    if error.hint:
        rows.append(text(faint(error.hint)))
    if asked.spec is not None and error.argument:
        rows.append(text("Usage: ", code(asked.spec.usage)))
        rows.append(text("Try: ", code(f"/{asked.spec.examples[0]}")))
    return Reply(body=lines(*rows), tone=Tone.ERROR, error="bad argument")


def _missing(error: MissingArgument, spec: CommandSpec) -> Reply:
    """Offer the choices as buttons where the missing argument has some, else show how it is written."""
    others = {param.name for param in spec.params if param.required} - {error.param.name, *error.given}
    if error.param.choices and not others:
        row = [
            Button(choice, Invoke(spec.name, {**error.given, error.param.name: choice}))
            for choice in error.param.choices
        ]
        buttons = tuple(tuple(row[at : at + 4]) for at in range(0, len(row), 4))
        return Reply(title=text(f"/{spec.name}"), body=text(f"{error.param.about.summary}?"), buttons=buttons)
    examples = lines(*(text(code(f"/{example}")) for example in spec.examples[:3]))
    body = lines(spec.summary, text("Usage: ", code(spec.usage)), text("Examples:"), examples)
    return Reply(title=text(f"/{spec.name}"), body=body, tone=Tone.WARN, error="bad argument")


def _choices(error: AmbiguousToken, asked: Asked) -> Reply:
    shown = error.choices[:_CHOICES_SHOWN]
    more = len(error.choices) - len(shown)
    rows = [_match_row(number, match) for number, match in enumerate(shown, 1)]
    if more > 0:
        rows.append(text(faint(f"and {more} more: paste the address of the one you mean")))
    return Reply(
        title=text(f"Which {one_line(error.asked, 24)}?"),
        body=lines("Several tokens carry this name. A name proves nothing: check the address.", *rows),
        buttons=_pick(error.asked, shown, asked),
        tone=Tone.WARN,
        error="ambiguous token",
    )


def _unknown_token(error: UnknownToken, asked: Asked) -> Reply:
    rows: list[Text] = [text(f"No source knows {one_line(error.asked, 60)!r}.")]
    if error.hint:
        rows.append(text(faint(error.hint)))
    near = error.near[:_CHOICES_SHOWN]
    if near:
        rows.append(text("Close to it:"))
        rows.extend(_match_row(number, match) for number, match in enumerate(near, 1))
    elif not looks_like_address(error.asked):
        rows.append(text(faint("Paste the address: a name alone finds only tokens that a source lists.")))
    return Reply(
        body=lines(*rows), buttons=_pick(error.asked, near, asked), tone=Tone.WARN, error="unknown token"
    )


def _match_row(number: int, match: TokenMatch) -> Text:
    liquidity = (
        "liquidity unknown" if match.liquidity_usd is None else f"liq {figures.usd(match.liquidity_usd)}"
    )
    return text(
        f"{number}. ", strong(match.symbol), f" {one_line(match.name, 24)} · {liquidity} · ",
        code(figures.address(match.token.address)), _elsewhere(match), " verified" if match.verified else "",
    )  # fmt: skip


def _elsewhere(match: TokenMatch) -> str:
    """Name the chain, where it is not the one that people expect."""
    return "" if match.token.chain is Chain.SOLANA else f" on {match.token.chain}"


def _names(word: str, name: str) -> bool:
    """Tell whether a word as given, perhaps a link or in other case, is the name that was looked up."""
    ref = parse_ref(word)
    return ref is not None and ref.text.lower() == name.lstrip("$").lower()


def _pick(name: str, matches: tuple[TokenMatch, ...], asked: Asked) -> tuple[tuple[Button, ...], ...]:
    """Make a button a match, that runs the same command on it."""
    spec = asked.spec
    if spec is None:
        return ()
    rows = []
    for number, match in enumerate(matches, 1):
        given = dict(asked.given)
        for key, words in asked.given.items():
            swapped = [word_of(match.token) if _names(word, name) else word for word in words.split()]
            given[key] = " ".join(swapped)
        label = f"{number}. {match.symbol} {figures.address(match.token.address)}{_elsewhere(match)}"
        rows.append((Button(label, Invoke(spec.name, given)),))
    return tuple(rows)
