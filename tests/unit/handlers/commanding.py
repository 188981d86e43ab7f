"""A small set of commands for tests, with people and chats to say them."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Literal

from core.addresses import TokenRef
from data.models.chat import Actor, Chat, ChatKind, Identity, Level, Place, User
from data.models.ids import Platform, UserId
from data.models.market import Timeframe
from handlers.args import Arg, PersonRef, Subject
from handlers.reply import Reply, text
from handlers.spec import Cooldown, Ctx, Group, command
from tests.fakes.clock import START

ALICE = Identity(Platform.TELEGRAM, "42")
PRIVATE = Chat(platform=Platform.TELEGRAM, id="42", channel="42", kind=ChatKind.PRIVATE)
GROUP = Chat(platform=Platform.TELEGRAM, id="-100", channel="-100", kind=ChatKind.GROUP, topic="7")


def user(level: Level = Level.MEMBER, *, blocked: bool = False, number: int = 1) -> User:
    """Make a person we know."""
    return User(
        id=UserId(number), name="alice", level=level, blocked=blocked, created_at=START, identities=(ALICE,)
    )


def actor(level: Level | None = None, *, chat_level: Level = Level.ANYONE, blocked: bool = False) -> Actor:
    """Make a speaker; `level` None is a stranger."""
    known = None if level is None else user(level, blocked=blocked)
    return Actor(identity=ALICE, name="alice", user=known, chat_level=chat_level, roles=frozenset({"mods"}))


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchArgs:
    token: Annotated[TokenRef, Arg("Which token")]
    tf: Annotated[Timeframe, Arg("Timeframe")] = Timeframe.M15
    side: Annotated[Literal["above", "below"] | None, Arg("Which side")] = None
    amount: Annotated[Decimal | None, Arg("How much")] = None
    page: Annotated[int, Arg("Page", low=1, high=99)] = 1


@command(
    "watch", "Watch a token", group=Group.TOKEN, args=WatchArgs, aliases=("w",),
    examples=("watch $BONK", "w $BONK 1h above 1.5m"), cooldown=Cooldown(2, per_s=10),
)  # fmt: skip
async def watch(ctx: Ctx, args: WatchArgs) -> Reply:
    """Answer with what was understood."""
    return Reply(title=text(str(args.token)), body=text(f"{args.tf.value} {args.side} {args.amount}"))


@dataclass(frozen=True, slots=True, kw_only=True)
class ManyArgs:
    tokens: Annotated[tuple[TokenRef, ...], Arg("Which tokens")]


@command("many", "Many tokens", group=Group.TOKEN, args=ManyArgs, examples=("many SOL BONK",))
async def many(ctx: Ctx, args: ManyArgs) -> AsyncGenerator[Reply, None]:
    """Answer with a frame a token."""
    for token in args.tokens:
        yield Reply(body=text(str(token)))


@dataclass(frozen=True, slots=True, kw_only=True)
class SeasonArgs:
    token: Annotated[TokenRef, Arg("Which token")]
    tf: Annotated[Timeframe, Arg("Timeframe")] = Timeframe.M15
    side: Annotated[Literal["above", "below"] | None, Arg("Which side")] = None
    tastes: Annotated[tuple[Literal["sweet", "sour", "hot"], ...], Arg("How it tastes")] = ()


@command("season", "Season a token", group=Group.TOKEN, args=SeasonArgs, examples=("season SOL hot,sour",))
async def season(ctx: Ctx, args: SeasonArgs) -> Reply:
    """Answer with the tastes."""
    return Reply(body=text(" ".join(args.tastes)))


@dataclass(frozen=True, slots=True, kw_only=True)
class SayArgs:
    person: Annotated[PersonRef, Arg("To whom")]
    words: Annotated[str, Arg("What", rest=True)] = ""


@command("say", "Say something", group=Group.YOU, args=SayArgs, examples=("say @bob hello there",))
async def say(ctx: Ctx, args: SayArgs) -> Reply:
    """Repeat the words."""
    return Reply(body=text(args.words), private=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class GrantArgs:
    whom: Annotated[Subject, Arg("Whom")]
    level: Annotated[Level, Arg("Level")]


@command(
    "grant", "Give a level", group=Group.OPERATOR, args=GrantArgs, examples=("grant role:1 member",),
    level=Level.OPERATOR, place=Place.PRIVATE, private=True,
)  # fmt: skip
async def grant(ctx: Ctx, args: GrantArgs) -> Reply:
    """Confirm."""
    return Reply(body=text(f"{args.whom.kind} is {args.level.name}"))
