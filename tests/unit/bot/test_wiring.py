"""Services by type, providers by settings: what is missing or unknown stops the start with its name."""

from __future__ import annotations

import random
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Any

import pytest
from pydantic import SecretStr

from bot import inject, market
from bot.app import all_providers
from bot.inject import Services
from bot.market import WorldClock
from bot.observe import CommandMetrics
from config.settings import ProviderSettings, Settings
from data.clock import Clock
from data.errors import ConfigError, InvariantBroken
from data.metrics import Metrics
from handlers.args import Arg
from handlers.registry import Registry
from handlers.reply import Reply, text
from handlers.spec import CommandSpec, Ctx, Group, NoArgs, command
from tests.fakes.clock import VirtualClock


class Oracle:
    """A service."""

    def says(self) -> str:
        return "yes"


async def suggest(ctx: Ctx, typed: str, *, oracle: Oracle) -> tuple[tuple[str, str], ...]:
    return ((typed, oracle.says()),)


@dataclass(frozen=True, slots=True, kw_only=True)
class AskArgs:
    word: Annotated[str, Arg("Word", complete=suggest)] = ""


@command("ask", "Ask the oracle", group=Group.DATA, args=AskArgs)
async def ask(ctx: Ctx, args: AskArgs, *, oracle: Oracle, clock: Clock, settings: Settings) -> Reply:
    """Answer."""
    return Reply(body=text(f"{oracle.says()} {clock.now():%Y} {settings.market}"))


@command("stream", "Stream", group=Group.DATA)
async def stream(ctx: Ctx, args: NoArgs, *, oracle: Oracle) -> AsyncGenerator[Reply, None]:
    """Answer in frames."""
    yield Reply(body=text(oracle.says()))


def services(*more: object) -> Services:
    return Services(Settings(market="sandbox"), VirtualClock(), *more)


async def test_a_command_gets_its_services_by_their_types() -> None:
    runners = inject.runners(Registry([ask, stream]), services(Oracle()))
    ctx: Any = None
    assert (await runners["ask"](ctx, AskArgs())).body.plain == "yes 2026 sandbox"
    assert [frame.body.plain async for frame in runners["stream"](ctx, NoArgs())] == ["yes"]


async def test_a_completer_gets_its_services_too() -> None:
    completers = inject.completers(Registry([ask]), services(Oracle()))
    ctx: Any = None
    assert await completers[suggest](ctx, "x") == (("x", "yes"),)


@pytest.mark.parametrize(("spec", "who"), [(ask, "/ask needs oracle: Oracle"), (stream, "/stream")])
def test_a_service_that_is_not_wired_stops_the_start(spec: CommandSpec, who: str) -> None:
    with pytest.raises(InvariantBroken, match=who):
        inject.runners(Registry([spec]), services())


def test_a_completer_without_its_service_stops_the_start() -> None:
    with pytest.raises(InvariantBroken, match="a completion of /ask"):
        inject.completers(Registry([ask]), services())


def test_every_provider_is_reached_in_the_practice_market_without_its_key() -> None:
    providers = all_providers()
    chosen = Settings(
        market="sandbox",
        providers={
            "jupiter": ProviderSettings(api_key=SecretStr("live-key")),
            "coingecko": ProviderSettings(base_url="http://127.0.0.1:9", api_key=SecretStr("own-key")),
            "rugcheck": ProviderSettings(enabled=False),
        },
    )
    practice = {name: f"http://127.0.0.1:1/{name}" for name in providers}
    access = market.access(providers, chosen, practice)
    assert set(access) == set(providers)
    assert access[providers["jupiter"].id].api_keys == ()
    assert access[providers["jupiter"].id].base_url == "http://127.0.0.1:1/jupiter"
    own = access[providers["coingecko"].id]
    assert own.base_url == "http://127.0.0.1:9"
    assert own.api_keys == (SecretStr("own-key"),)
    assert not access[providers["rugcheck"].id].enabled


def test_the_live_market_is_the_vendors_own_with_its_keys() -> None:
    providers = all_providers()
    chosen = Settings(market="live", providers={"jupiter": ProviderSettings(api_key=SecretStr("live-key"))})
    access = market.access(providers, chosen, {})
    assert {name: each.base_url for name, each in access.items()} == {
        name: provider.base_url for name, provider in providers.items()
    }
    assert access[providers["jupiter"].id].api_keys == (SecretStr("live-key"),)


def test_a_provider_that_does_not_exist_is_named_with_those_that_do() -> None:
    chosen = Settings(market="live", providers={"dexscreaner": ProviderSettings()})
    with pytest.raises(ConfigError) as refused:
        market.access(all_providers(), chosen, {})
    (problem,) = refused.value.problems
    assert problem.startswith("TRENCHCOAT_PROVIDERS__DEXSCREANER: there is no such provider")
    assert "dexscreener" in problem


def test_chance_is_the_same_in_the_same_practice_market_alone() -> None:
    def drawn(**chosen: Any) -> list[float]:
        rng: random.Random = market.seeded(Settings(**chosen))
        return [rng.random() for _ in range(3)]

    assert drawn(market="sandbox") == drawn(market="sandbox")
    assert drawn(market="sandbox", sandbox={"seed": 8}) != drawn(market="sandbox")
    assert drawn(market="live") != drawn(market="live")


async def test_the_practice_market_may_run_fast_while_waiting_is_real() -> None:
    clock = VirtualClock()
    world = WorldClock(clock, 60)
    started = world.now()
    clock.advance(10)
    assert world.now() - started == timedelta(minutes=10)
    assert world.monotonic() == clock.monotonic()
    clock.jump(timedelta(days=1))
    assert world.now() - started == timedelta(minutes=10)


def test_commands_are_counted_with_their_outcome() -> None:
    metrics = Metrics()
    observer = CommandMetrics(metrics)
    observer.command_ended("t", "ok", 0.2)
    observer.command_ended("t", "ok", 0.3)
    observer.command_ended("t", 'odd"outcome\n', 0.1)
    told = metrics.text().decode()
    assert 'command="t",outcome="ok"} 2.0' in told
    assert "\n\n" not in told


def test_an_unofficial_source_is_asked_only_where_it_is_chosen_and_in_the_practice_market() -> None:
    found = all_providers()
    [unofficial] = [provider.id for provider in found.values() if not provider.on]
    assert unofficial == "pumpfun"
    chosen = Settings(market="live", providers={unofficial: ProviderSettings(enabled=True)})
    assert not market.access(found, Settings(market="live"), {})[unofficial].enabled
    assert market.access(found, chosen, {})[unofficial].enabled
    assert market.access(found, Settings(market="sandbox"), {"pumpfun": "http://127.0.0.1:1"})[
        unofficial
    ].enabled
