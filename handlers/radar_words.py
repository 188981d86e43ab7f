"""Words about the radar: types of signals, lengths of time, least scores; and who may change who hears it."""

from __future__ import annotations

import re
from datetime import timedelta

from core.radar.hearers import Hearers
from core.signals.spec import DANGER, SignalType
from data.errors import BadArgument, NotAllowed
from data.models.delivery import Stream, Subscription
from data.models.text import one_line
from handlers import guards
from handlers.spec import Ctx

_PERIOD = re.compile(r"(\d{1,3})([hdw])", re.ASCII)
_UNITS = {"h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}
_LONGEST = timedelta(days=90)
_SCORE = re.compile(r"(\d{1,3})\s?%?", re.ASCII)
HUNTED = (SignalType.LAUNCH, SignalType.GRADUATION, SignalType.CURVE_RUN)
TOLD = tuple(each for each in SignalType if each not in DANGER and each not in HUNTED)
ANY = ("all", "any", "off")


async def kinds(ctx: Ctx, typed: str) -> tuple[tuple[str, str], ...]:
    """Suggest types of signals."""
    return tuple((each.value, each.value) for each in SignalType if each.value.startswith(typed.casefold()))


def kind_of(word: str) -> SignalType | None:
    """Read a type: `LIQ_DRAIN`, `liq-drain`; None where there is none."""
    name = word.strip().casefold().replace("-", "_").replace(" ", "_")
    return SignalType(name) if name in set(SignalType) else None


def period_of(word: str) -> timedelta | None:
    """Read `12h`, `7d` or `4w`; None where it is none, nothing, or longer than is kept in view."""
    match = _PERIOD.fullmatch(word.strip().casefold())
    length = int(match[1]) * _UNITS[match[2]] if match is not None else timedelta()
    return length if timedelta() < length <= _LONGEST else None


def kind_and_period(words: tuple[str, ...]) -> tuple[SignalType | None, timedelta | None]:
    """Read a type and a length of time, in any order.

    Raises:
        BadArgument: a word is neither.
    """
    kind: SignalType | None = None
    period: timedelta | None = None
    for word in filter(None, words):
        found, length = kind_of(word), period_of(word)
        if found is None and length is None:
            raise BadArgument(
                f"{one_line(word, 40)!r} is no type of signal and no length of time up to 90 days.",
                argument="type",
                hint=f"Example: 7d, or one of: {', '.join(SignalType)}",
            )
        kind, period = found or kind, length or period
    return kind, period


def types_of(words: str, stream: Stream) -> str:
    """Read which types are wanted, as they are kept; empty for all.

    Raises:
        BadArgument: one is none that this stream tells.
    """
    named = words.replace(",", " ").split()
    if not named or (len(named) == 1 and named[0].casefold() in ANY):
        return ""
    there = HUNTED if stream is Stream.HUNT else TOLD
    found = [kind_of(word) for word in named]
    for word, kind in zip(named, found, strict=True):
        if kind not in there:
            raise BadArgument(
                f"{one_line(word, 40)!r} is no type that is told here.",
                argument="what",
                hint=f"Of: {', '.join(there)}; all for every type",
            )
    return ",".join(each.value for each in there if each in found)


def least_of(word: str) -> str:
    """Read a least score in percent, as it is kept: a ratio; empty for any.

    Raises:
        BadArgument: it is none.
    """
    if word.strip().casefold() in {*ANY, "0"}:
        return ""
    match = _SCORE.fullmatch(word.strip())
    if match is None or int(match[1]) > 100:
        raise BadArgument(
            f"{one_line(word, 40)!r} is no score from 0 to 100.", argument="what", hint="Example: min 40"
        )
    return f"{int(match[1]) / 100:.2f}"


async def changed(ctx: Ctx, hearers: Hearers, stream: Stream, act: str, words: str) -> Subscription | None:
    """Change who hears a stream here, as asked; give what holds then.

    Raises:
        NotAllowed: it is not the caller's to change.
        BadArgument: the words are not what is expected.
    """
    if ctx.actor.user is None:
        raise NotAllowed("Say /start first: then I know where to reach you.", rule="level 1", hint="/start")
    if not ctx.chat.private and not guards.exempt(ctx.actor):
        raise NotAllowed(
            "What comes to this chat, its admins choose.",
            rule="level 5",
            hint="Your own choice: the same in a private chat.",
        )
    match act:
        case "off":
            await hearers.end(ctx.actor, ctx.chat, stream)
            return None
        case "types":
            return await hearers.wish(ctx.actor, ctx.chat, stream, {"types": types_of(words, stream)})
        case "min":
            return await hearers.wish(ctx.actor, ctx.chat, stream, {"min": least_of(words)})
        case _:
            return await hearers.begin(ctx.actor, ctx.chat, stream, here=act == "here")
