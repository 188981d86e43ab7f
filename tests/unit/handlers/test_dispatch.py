"""From a request to its frames: whatever is said, something sensible is answered."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field, replace
from typing import Annotated, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.throttle import Throttle
from data.errors import InvariantBroken, NotListed, StoreUnavailable, Unavailable, UnknownToken, UserError
from data.models.chat import Chat, Effect, Level, Rule, SubjectKind
from handlers.args import Arg
from handlers.dispatch import Dispatcher, Request
from handlers.registry import Registry
from handlers.reply import Reply, text
from handlers.spec import CommandSpec, Ctx, Group, NoArgs, Origin, command
from tests.fakes.clock import LoopClock
from tests.fakes.virtual_loop import virtual_time
from tests.unit.handlers.commanding import ALICE, GROUP, PRIVATE, grant, many, say, user, watch


@dataclass
class Script:
    """What the scripted command does next, and what was seen of it."""

    acts: list[Reply | BaseException] = field(default_factory=list)
    closed: int = 0
    ctx: Ctx | None = None


def scripted(script: Script, **more: Any) -> CommandSpec:
    @command("act", "Act as told", group=Group.DATA, **more)
    async def act(ctx: Ctx, args: NoArgs) -> AsyncGenerator[Reply, None]:
        script.ctx = ctx
        try:
            for step in script.acts:
                if isinstance(step, BaseException):
                    raise step
                yield step
        finally:
            script.closed += 1

    return act


class Ledger:
    """Counts commands."""

    def __init__(self) -> None:
        self.ended: list[tuple[str, str]] = []

    def command_ended(self, command: str, outcome: str, seconds: float) -> None:
        assert seconds >= 0
        self.ended.append((command, outcome))


class Forgetful:
    """A memory that is down."""

    async def refused(self, actor: object, chat: object, explanation: str) -> None:
        raise StoreUnavailable("locked")


class Members:
    """People and chats without a store."""

    def __init__(self) -> None:
        self.level: Level | None = Level.MEMBER
        self.fault: Exception | None = None
        self.rules_of_chat: tuple[Any, ...] = ()
        self.met = 0

    async def recognise(self, identity: object, name: str) -> Any:
        if self.fault is not None:
            raise self.fault
        return None if self.level is None else user(self.level)

    async def meet(self, identity: object, name: str) -> Any:
        self.met += 1
        return user(Level.ANYONE)

    async def rules(self, chat: Chat) -> tuple[Any, ...]:
        return self.rules_of_chat

    async def flags(self, actor: object, chat: Chat) -> dict[str, bool]:
        return {"on": True}


@dataclass
class Bench:
    dispatcher: Dispatcher
    members: Members
    ledger: Ledger
    script: Script

    async def say(self, line: str, chat: Chat = PRIVATE, **more: Any) -> list[Reply]:
        name, *words = line.split()
        return await self.hear(name, words=tuple(words), chat=chat, **more)

    async def hear(self, name: str, chat: Chat = PRIVATE, **more: Any) -> list[Reply]:
        request = Request(command=name, origin=Origin.TEXT, identity=ALICE, name="alice", chat=chat, **more)
        return [frame async for frame in self.dispatcher.frames(request)]


def bench(*, practice: bool = False, recents: Any = None, **spec: Any) -> Bench:
    script, members, ledger, clock = Script(), Members(), Ledger(), LoopClock()
    commands = Registry([watch, many, say, grant, scripted(script, **spec)])
    dispatcher = Dispatcher(
        registry=commands, runners={each.name: each.run for each in commands}, completers={},
        people=members, chats=members, throttle=Throttle(clock), recents=recents or Forgetful(),
        observer=ledger, clock=clock, request_ids=lambda: "r-1", practice=practice,
    )  # type: ignore[arg-type]  # fmt: skip
    return Bench(dispatcher, members, ledger, script)


pytestmark = virtual_time


async def test_a_command_answers_and_is_counted() -> None:
    on = bench()
    (reply,) = await on.say("w $BONK 1h")
    assert reply.title.plain == "$BONK"
    assert on.ledger.ended == [("watch", "ok")]


async def test_each_frame_of_a_command_is_passed_on_in_order() -> None:
    frames = await bench().say("many SOL BONK WIF")
    assert [frame.body.plain for frame in frames] == ["$SOL", "$BONK", "$WIF"]


async def test_every_frame_says_that_the_market_is_for_practice() -> None:
    for line in ("w BONK", "many SOL BONK", "nonsense", "w", "act"):
        frames = await bench(practice=True).say(line)
        assert all(frame.practice for frame in frames)
        assert not any(frame.practice for frame in await bench().say(line))


async def test_a_card_cannot_claim_a_market_that_is_not_there() -> None:
    on = bench()
    on.script.acts = [Reply(title=text("x"), practice=True)]
    (reply,) = await on.say("act")
    assert not reply.practice


async def test_answers_of_a_private_command_are_private_whatever_happens() -> None:
    on = bench(private=True)
    on.script.acts = [Reply(title=text("x")), Unavailable("down")]
    frames = await on.say("act")
    assert [frame.private for frame in frames] == [True, True]
    assert [frame.private for frame in await on.say("say @bob hi")] == [True]


ERRORS: list[tuple[BaseException, str, str]] = [
    (UserError("No.", hint="Try."), "UserError", "No."),
    (UnknownToken("BONK"), "unknown token", "No source knows 'BONK'"),
    (Unavailable("503 <b>"), "upstream", "not answering: 503 <b>"),
    (NotListed(), "upstream", "not answering"),
    (StoreUnavailable("disk full: /var/db"), "busy", "moment"),
    (InvariantBroken("secret detail"), "internal", "r-1"),
    (ZeroDivisionError("secret detail"), "internal", "r-1"),
    (TimeoutError(), "internal", "r-1"),
    (RecursionError(), "internal", "r-1"),
]


@pytest.mark.parametrize(("error", "kind", "words"), ERRORS, ids=lambda case: repr(case)[:40])
async def test_every_failure_becomes_a_reply_after_the_frames_before_it(
    error: BaseException, kind: str, words: str
) -> None:
    on = bench()
    on.script.acts = [Reply(title=text("first")), error]
    first, last = await on.say("act")
    assert first.title.plain == "first"
    assert last.error == kind
    assert words in last.body.plain
    assert "secret" not in last.body.plain and "/var/db" not in last.body.plain
    assert on.script.closed == 1
    assert on.ledger.ended[0][0] == "act" and on.ledger.ended[0][1] != "ok"


async def test_a_reply_that_tells_a_failure_is_counted_as_one() -> None:
    on = bench()
    on.script.acts = [Reply(title=text("x"), error="no chart")]
    await on.say("act")
    assert on.ledger.ended == [("act", "no chart")]


async def test_a_command_that_is_cancelled_stays_cancelled() -> None:
    on = bench()
    on.script.acts = [asyncio.CancelledError()]
    with pytest.raises(asyncio.CancelledError):
        await on.say("act")
    assert on.script.closed == 1


async def test_a_front_end_that_leaves_early_closes_the_command() -> None:
    on = bench()
    on.script.acts = [Reply(title=text(str(n))) for n in range(5)]
    frames = on.dispatcher.frames(
        Request(command="act", origin=Origin.TEXT, identity=ALICE, name="alice", chat=PRIVATE)
    )
    await anext(frames)
    await frames.aclose()
    assert on.script.closed == 1
    assert len(on.ledger.ended) == 1


@given(
    st.text(st.characters(exclude_categories=()), max_size=20) | st.sampled_from(["watch", "many", "grant"]),
    st.lists(st.text(st.characters(exclude_categories=()), max_size=12), max_size=5),
    st.booleans(),
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150)
async def test_whatever_is_said_is_answered(name: str, words: list[str], named: bool) -> None:
    on = bench()
    if named:
        frames = await on.hear(name, named=dict(zip(("token", "tokens", "tf", "page"), words, strict=False)))
    else:
        frames = await on.hear(name, words=tuple(words))
    assert frames
    assert all(frame.error != "internal" for frame in frames)
    assert all((frame.title or frame.body) for frame in frames)


async def test_an_unknown_command_offers_those_like_it() -> None:
    (reply,) = await bench().say("wach BONK")
    assert reply.error == "unknown command"
    assert "/watch" in reply.body.plain
    (reply,) = await bench().hear("qqqqqqqqqq")
    assert "/help" in reply.body.plain


async def test_a_missing_choice_is_offered_as_buttons_of_the_same_command() -> None:
    (reply,) = await bench_for_operator().say("grant everyone")
    labels = [button.label for row in reply.buttons for button in row]
    assert labels == ["anyone", "member", "paper", "live", "operator"]
    invoke = reply.buttons[0][1].invoke
    assert invoke is not None
    assert dict(invoke.args) == {"whom": "everyone", "level": "member"}


def bench_for_operator() -> Bench:
    on = bench()
    on.members.level = Level.OPERATOR
    return on


async def test_a_missing_word_shows_the_usage() -> None:
    (reply,) = await bench().say("watch")
    assert reply.error == "bad argument"
    assert "/watch <token>" in reply.body.plain
    assert "/watch $BONK" in reply.body.plain


async def test_a_cooldown_holds_one_person_and_ends() -> None:
    on = bench()
    errors = [(await on.say("w BONK"))[0].error for _ in range(3)]
    assert errors == ["", "", "cooldown"]
    await asyncio.sleep(5)
    assert (await on.say("w BONK"))[0].error == ""


async def test_a_wrong_word_costs_no_turn() -> None:
    on = bench()
    for _ in range(5):
        await on.say("w BONK nonsense")
    assert (await on.say("w BONK"))[0].error == ""


async def test_a_refusal_is_answered_even_when_it_cannot_be_kept() -> None:
    on = bench()
    (reply,) = await on.say("grant everyone member")
    assert reply.error == "not allowed"
    assert reply.private


async def test_a_refusal_of_place_leads_to_the_private_chat() -> None:
    on = bench_for_operator()
    (reply,) = await on.say("grant everyone member", chat=GROUP, private_url="https://t.me/bot")
    assert reply.buttons[0][0].url == "https://t.me/bot"


async def test_a_store_that_is_down_is_said_so() -> None:
    on = bench()
    on.members.fault = StoreUnavailable("locked")
    (reply,) = await on.say("w BONK")
    assert reply.error == "busy"


async def test_someone_let_in_by_a_rule_becomes_known() -> None:
    on = bench(level=Level.MEMBER)
    on.members.level = None
    on.script.acts = [Reply(title=text("in"))]
    assert (await on.say("act", chat=GROUP))[0].error == "not allowed"
    opened = Rule(id=1, chat_key=GROUP.key, command="act", effect=Effect.ALLOW, kind=SubjectKind.EVERYONE)
    on.members.rules_of_chat = (opened,)
    assert (await on.say("act", chat=GROUP))[0].title.plain == "in"
    assert on.members.met == 1
    assert on.script.ctx is not None and on.script.ctx.actor.user is not None


async def test_a_platform_is_asked_for_standing_only_where_a_level_needs_it() -> None:
    asked = 0

    async def standing() -> Level:
        nonlocal asked
        asked += 1
        return Level.CHAT_ADMIN

    on = bench(level=Level.CHAT_ADMIN)
    on.script.acts = [Reply(title=text("done"))]
    await on.say("w BONK", chat=GROUP, standing=standing)
    assert asked == 0
    assert (await on.say("act", chat=GROUP, standing=standing))[0].title.plain == "done"
    assert asked == 1


async def test_a_request_carries_what_it_needs_and_nothing_else() -> None:
    on = bench(practice=True)
    on.script.acts = [Reply(title=text("x"))]
    await on.hear("act", named={}, locale="de")
    ctx = on.script.ctx
    assert ctx is not None
    assert (ctx.command, ctx.origin, ctx.locale, ctx.practice, ctx.request_id) == (
        "act", Origin.TEXT, "de", True, "r-1",
    )  # fmt: skip
    assert ctx.deadline.remaining_s == pytest.approx(8.0)
    assert ctx.flags == {"on": True}


def completing(completer: Any, level: Level = Level.ANYONE) -> tuple[Dispatcher, Request]:
    @dataclass(frozen=True, slots=True, kw_only=True)
    class Args:
        name: Annotated[str, Arg("Name", complete=completer)] = ""

    async def run(ctx: Ctx, args: Any) -> Reply:
        return Reply()

    spec = command("pick", "Pick", group=Group.DATA, args=_plain(Args, completer), level=level)(run)
    on = bench()
    dispatcher = replace(
        on.dispatcher, registry=Registry([spec]), runners={"pick": run}, completers={completer: completer}
    )
    return dispatcher, Request(
        command="pick", origin=Origin.SLASH, identity=ALICE, name="alice", chat=PRIVATE
    )


def _plain(args: type[Any], completer: Any) -> type[Any]:
    # Annotations of a class made in a function cannot be looked up by name.
    args.__annotations__["name"] = Annotated[str, Arg("Name", complete=completer)]
    return args


async def test_suggestions_are_at_most_what_a_platform_shows() -> None:
    async def suggest(ctx: Ctx, typed: str) -> tuple[tuple[str, str], ...]:
        return tuple((f"{typed}{n}", str(n)) for n in range(40))

    dispatcher, request = completing(suggest)
    assert len(await dispatcher.complete(request, "name", "a")) == 25
    assert await dispatcher.complete(request, "other", "a") == ()
    assert await dispatcher.complete(replace(request, command="gone"), "name", "a") == ()


async def test_who_may_not_run_a_command_gets_no_suggestions_for_it() -> None:
    """Suggestions of an operator's command were given to anybody."""

    async def suggest(ctx: Ctx, typed: str) -> tuple[tuple[str, str], ...]:
        return (("secret", "secret"),)

    dispatcher, request = completing(suggest, Level.OPERATOR)
    assert await dispatcher.complete(request, "name", "s") == ()


@pytest.mark.parametrize("fault", [StoreUnavailable("locked"), UserError("no"), TimeoutError()])
async def test_suggestions_that_fail_are_none(fault: Exception) -> None:
    async def suggest(ctx: Ctx, typed: str) -> tuple[tuple[str, str], ...]:
        raise fault

    dispatcher, request = completing(suggest)
    assert await dispatcher.complete(request, "name", "a") == ()


async def test_suggestions_that_take_too_long_are_none_in_time() -> None:
    async def suggest(ctx: Ctx, typed: str) -> tuple[tuple[str, str], ...]:
        await asyncio.sleep(60)
        return (("late", "late"),)

    dispatcher, request = completing(suggest)
    started = asyncio.get_running_loop().time()
    assert await dispatcher.complete(request, "name", "a") == ()
    assert asyncio.get_running_loop().time() - started == pytest.approx(dispatcher.complete_s)
