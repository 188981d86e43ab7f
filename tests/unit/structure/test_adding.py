"""What adding costs: a command is one file, a provider one file beside its samples and its wire.

Each is written into a folder of its own that its package is told to look into as well; nothing else is done.
"""

from __future__ import annotations

import ast
import importlib
import random
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from decimal import Decimal
from pathlib import Path
from types import ModuleType

import discord
import pytest

import data.providers
import handlers.commands
from bot import app
from bot.app import App
from bot.discord import slash
from bot.telegram import menu
from config.settings import ProviderSettings, Settings
from core.enrichment.plan import plan_calls
from core.sources import Sources
from data.clock import Deadline
from data.gateway.gateway import Gateway
from data.gateway.transport import ReplayTransport, Response
from data.models.chat import Chat, ChatKind, Identity, Level
from data.models.fields import PRICE_USD
from data.models.ids import Chain, Platform, ProviderId, TokenKey
from data.models.market import Answer, TokenReport
from data.providers import base
from docs import generate
from handlers import actions, registry
from handlers.args import Param
from handlers.dispatch import Request
from handlers.reply import Invoke, Reply
from handlers.spec import CommandSpec, Origin

ROOT = Path(__file__).resolve().parents[3]
BONK = TokenKey(Chain.SOLANA, "DezXAZ8z7PnrnRJjz3wXBoRgixCa6xjnB7YaB1pPB263")

COMMAND = '''
"""Toss: which side a coin falls on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from core.addresses import TokenRef
from core.sources import Sources
from handlers.args import Arg
from handlers.reply import Reply, text
from handlers.spec import Ctx, Group, command


@dataclass(frozen=True, slots=True, kw_only=True)
class TossArgs:
    """Whose coin, and for how much."""

    token: Annotated[TokenRef, Arg("The coin")]
    side: Annotated[Literal["heads", "tails"], Arg("What to bet on")] = "heads"


@command(
    "toss", "Which side a coin falls on", group=Group.DATA, args=TossArgs, aliases=("flip",),
    examples=("toss BONK", "toss BONK tails"),
)
async def toss(ctx: Ctx, args: TossArgs, *, sources: Sources) -> Reply:
    """Answer with the side that was bet on."""
    return Reply(body=text(f"{args.token.text}: {args.side}, say {len(sources.all())} sources"))
'''

PROVIDER = '''
"""Abacus: prices that somebody counted by hand."""

from __future__ import annotations

from datetime import datetime

from data.errors import NotListed
from data.models.fields import PRICE_USD
from data.models.ids import Chain, ProviderId
from data.models.market import Capability, TokenReport, facts
from data.providers import values
from data.providers.base import Ask, Endpoint, Json, Provider, Quota


def parse_price(body: Json, ask: Ask, at: datetime) -> tuple[TokenReport, ...]:
    """Read `{"usd": "1.5"}`."""
    price = values.positive(values.required_mapping(body, "price").get("usd"))
    if price is None:
        raise NotListed("no price")
    return (TokenReport(token=ask.token, facts=facts((PRICE_USD, price))),)


PROVIDER = Provider(
    id=ProviderId("abacus"),
    title="Abacus",
    docs="https://abacus.example/docs",
    base_url="https://abacus.example",
    trust=0.4,
    chains={Chain.SOLANA: "sol"},
    quotas={"default": Quota(calls=60, per_s=60)},
    endpoints=(
        Endpoint(
            capability=Capability.PRICE, path="/{chain}/{address}", parse=parse_price, ttl_s=30, stale_s=300,
            fields=frozenset({PRICE_USD}),
        ),
    ),
)
'''
COUNTED = {f"GET https://abacus.example/sol/{BONK.address}": Response(status=200, body=b'{"usd": "0.00002"}')}


@contextmanager
def added(package: ModuleType, name: str, source: str, folder: Path) -> Iterator[None]:
    """Let a package hold one more module, for as long as the block lasts."""
    (folder / f"{name}.py").write_text(source, encoding="utf-8")
    package.__path__.append(str(folder))
    importlib.invalidate_caches()
    try:
        yield
    finally:
        package.__path__.remove(str(folder))
        sys.modules.pop(f"{package.__name__}.{name}", None)
        vars(package).pop(name, None)


@pytest.fixture
def toss(tmp_path: Path) -> Iterator[CommandSpec]:
    """Add the command, and give it as it is discovered."""
    with added(handlers.commands, "toss", COMMAND, tmp_path):
        yield registry.discover(handlers.commands).get("toss")


@pytest.fixture
def abacus(tmp_path: Path) -> Iterator[ProviderId]:
    """Add the provider."""
    with added(data.providers, "abacus", PROVIDER, tmp_path):
        yield ProviderId("abacus")


@asynccontextmanager
async def running(folder: Path, **chosen: object) -> AsyncIterator[App]:
    """Run the platform on recorded answers, without a network."""
    settings = Settings(state_dir=folder / "state", market="live", **chosen)  # type: ignore[arg-type]
    async with app.build(settings, transport=ReplayTransport(COUNTED), rng=random.Random(7)) as built:
        yield built


async def said(built: App, line: str) -> Reply:
    """Say a line at the console, and give the last frame of the answer."""
    name, *words = line.split()
    request = Request(
        command=name,
        origin=Origin.TEXT,
        identity=Identity(Platform.CONSOLE, "local"),
        name="you",
        chat=Chat(platform=Platform.CONSOLE, id="local", channel="local", kind=ChatKind.PRIVATE),
        words=tuple(words),
    )
    frames = [reply async for reply in built.dispatcher.frames(request)]
    assert not frames[-1].error, frames[-1].body.plain
    return frames[-1]


async def test_a_new_command_is_answered_and_helped_with(toss: CommandSpec, tmp_path: Path) -> None:
    async with running(tmp_path) as built:
        known = len(built.services[Sources].all())
        assert (await said(built, "toss BONK tails")).body.plain == f"BONK: tails, say {known} sources"
        assert (await said(built, "flip BONK")).body.plain.startswith("BONK: heads")
        first = await said(built, "help")
        assert first.page is not None
        pages = [
            (await said(built, f"help {number}")).body.plain for number in range(1, first.page.pages + 1)
        ]
        assert toss.usage.removeprefix("/toss") in "\n".join(pages)
        page = await said(built, "help toss")
        assert toss.summary in page.title.plain + page.body.plain


async def test_a_new_command_is_a_button_like_any_other(toss: CommandSpec) -> None:
    async def spill(payload: str) -> str:
        raise AssertionError(f"too long for a button: {payload}")

    async def unspill(payload: str) -> str | None:
        raise AssertionError(f"nothing was put away: {payload}")

    commands = registry.discover(handlers.commands)
    invoke = Invoke("toss", {"token": BONK.address, "side": "tails"})
    assert await actions.decode(await actions.encode(invoke, commands, spill), commands, unspill) == invoke


async def test_a_new_command_is_declared_on_both_platforms(toss: CommandSpec) -> None:
    async def run(interaction: slash.Interaction, spec: CommandSpec, named: object) -> None:
        raise AssertionError("nobody runs it here")

    async def complete(
        interaction: slash.Interaction, spec: CommandSpec, param: Param, typed: str
    ) -> tuple[tuple[str, str], ...]:
        raise AssertionError("nobody types here")

    commands = registry.discover(handlers.commands)
    assert menu.menu(commands, Level.MEMBER, private=True)["toss"] == toss.summary
    tree = slash.Tree(discord.Client(intents=discord.Intents.none()), lambda interaction: True)
    slash.fill(tree, commands, run, complete)
    declared = tree.get_command("toss")
    assert isinstance(declared, discord.app_commands.Command)
    told = declared.to_dict(tree)
    assert told["description"] == toss.summary
    assert [(option["name"], option["required"]) for option in told["options"]] == [
        ("token", True),
        ("side", False),
    ]
    assert [choice["value"] for choice in told["options"][1]["choices"]] == ["heads", "tails"]


def test_a_new_command_is_in_the_docs(toss: CommandSpec) -> None:
    assert f"### `{toss.usage}` (also `/flip`)" in generate.commands_page()


def test_a_command_taken_away_again_is_known_nowhere(tmp_path: Path) -> None:
    with added(handlers.commands, "toss", COMMAND, tmp_path):
        assert "toss" in registry.discover(handlers.commands)
    assert "toss" not in registry.discover(handlers.commands)
    assert "toss" not in generate.commands_page()


async def test_a_new_provider_is_planned_for_and_asked(abacus: ProviderId, tmp_path: Path) -> None:
    calls = plan_calls(BONK, {PRICE_USD}, base.discover().values())
    (call,) = (call for call in calls if call.provider.id == abacus)
    async with running(tmp_path) as built:
        answer = await built.services[Gateway].fetch(call, Deadline.after(built.clock, 5))
        assert isinstance(answer, Answer), answer
        (report,) = answer.records
        assert isinstance(report, TokenReport)
        assert report.get(PRICE_USD) == Decimal("0.00002")
        assert abacus in built.services[Sources].coverage()[PRICE_USD.name]
        assert "Abacus" in (await said(built, "sources")).body.plain
        assert "abac" in (await said(built, "coverage")).body.plain


async def test_a_new_provider_can_be_chosen_in_the_settings(abacus: ProviderId, tmp_path: Path) -> None:
    async with running(tmp_path, providers={abacus: ProviderSettings(enabled=False)}) as built:
        (source,) = (each for each in built.services[Sources].all() if each.id == abacus)
        assert source.state == "switched off"


def test_a_new_provider_is_in_the_docs(abacus: ProviderId) -> None:
    assert "## Abacus" in generate.providers_page()


def test_a_provider_taken_away_again_is_known_nowhere(tmp_path: Path) -> None:
    with added(data.providers, "abacus", PROVIDER, tmp_path):
        assert "abacus" in base.discover()
    assert "abacus" not in base.discover()
    assert "abacus" not in generate.providers_page()


# Where an id stands as a word of its own, and why it may.
NAMED = {
    ("core/enrichment/policies.py", "solana"): "the chain's word stands above everybody's",
    ("handlers/cards/provenance.py", "solana"): "the chain is not called by its id",
    ("core/addresses.py", "solana"): "a chain's name in a link",
    ("data/sandbox/world.py", "jupiter"): "the practice market has one dispute, at one vendor",
}
# In `data` these two are first of all a chain's name and an exchange's.
WORDS_OF_THE_MARKET = {"solana", "raydium", "orca", "pumpfun"}


def test_no_file_but_its_own_names_a_provider() -> None:
    ids = set(app.all_providers())
    found = {
        (path.relative_to(ROOT).as_posix(), node.value)
        for layer in ("config", "data", "core", "handlers", "bot")
        for path in (ROOT / layer).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and node.value in ids
    }
    strangers = {
        (place, name)
        for place, name in found
        if not _is_its_own(place, name) and not (place.startswith("data/") and name in WORDS_OF_THE_MARKET)
    }
    assert strangers - set(NAMED) == set()
    assert set(NAMED) - strangers == set(), "no longer named: take it off the list"


def _is_its_own(place: str, provider: str) -> bool:
    return place.startswith(
        tuple(
            f"{home}/{provider}{end}"
            for home in ("data/providers", "data/sandbox/wire")
            for end in (".py", "/")
        )
    )
