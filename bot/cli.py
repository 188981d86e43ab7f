"""What each command of the command line does; wrong settings end with one line each and status 2."""

from __future__ import annotations

import argparse
import asyncio
import gc
import importlib
import signal
import sys
from collections.abc import Callable, Coroutine, Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import structlog

import handlers.commands
from bot import app as composition
from bot import serving
from bot.app import App, build
from bot.frontend import FrontEnd
from bot.health import Readiness
from config import logs
from config.settings import Settings, SettingsError, load
from data.clock import SystemClock
from data.errors import ConfigError, StoreUnavailable
from data.store.store import Store
from handlers import registry

log = structlog.get_logger("run")

OK, FAILED, MISCONFIGURED = 0, 1, 2


def run(words: argparse.Namespace) -> int:
    """Run one command of the command line."""
    try:
        settings = load(Path(words.env_file) if words.env_file else None, **_overrides(words))
        _logs(settings, console=_on_console(words, settings))
        return asyncio.run(_COMMANDS[words.command or "run"](settings, words))
    except SettingsError as error:
        return _refuse(error.problems)
    except ConfigError as error:
        return _refuse(error.problems)
    except StoreUnavailable as error:
        return _refuse([f"the database does not answer: {error} (see TRENCHCOAT_DATABASE_URL)"])
    except KeyboardInterrupt:
        return OK


def _refuse(problems: Sequence[str]) -> int:
    for problem in problems:
        sys.stderr.write(f"trenchcoat: {problem}\n")
    return MISCONFIGURED


def _overrides(words: argparse.Namespace) -> dict[str, object]:
    if words.command == "keys":
        return {"market": "live"}  # the practice market, with its own database, takes no keys
    return {"frontends": "console"} if words.command == "console" else {}


def _on_console(words: argparse.Namespace, settings: Settings) -> bool:
    if words.command == "coins":
        return True
    return words.command in {None, "run", "console"} and settings.front_ends == ("console",)


def _logs(settings: Settings, *, console: bool) -> None:
    form = settings.log.format
    level = settings.log.level
    if form == "auto":
        form = "console" if sys.stderr.isatty() else "json"
    if level == "auto":
        level = "warning" if console else "info"
    logs.configure(form, level)


async def _run(settings: Settings, words: argparse.Namespace) -> int:
    """Start the chosen front ends and stay until a signal comes."""
    if settings.front_ends == ("console",):
        return await _console(settings, words)
    stopping = _signals()
    async with build(settings) as app, AsyncExitStack() as stack:
        fronts = front_ends(app)
        await serving.work(app, stack)
        readiness = Readiness()
        health = composition.probes(app, readiness)
        if health is not None:
            await stack.enter_async_context(health)
        listening: list[FrontEnd] = []
        stack.push_async_callback(_stop, listening)
        for front in fronts:
            await front.start()
            listening.append(front)
        office = await serving.deliver(app, [front.outlet for front in listening], readiness, stack)
        _spare_the_collector()
        readiness.phase = "serving"
        ended = app.nursery.start(_watch(listening, readiness), name="front ends")
        stopped = app.nursery.start(stopping.wait(), name="signals")
        await asyncio.wait({ended, stopped}, return_when=asyncio.FIRST_COMPLETED)
        ended.cancel()
        await office.stop()  # by the ways that the front ends close
        readiness.phase = "stopping"
    return OK if stopping.is_set() else FAILED


async def _watch(fronts: Sequence[FrontEnd], readiness: Readiness) -> None:
    """Note each front end that its platform has ended, while the others go on; return when none is left."""

    async def watch(front: FrontEnd) -> None:
        reason = await front.ended()
        readiness.ended.add(front.platform.value)
        log.error("front_end_ended", platform=front.platform.value, reason=reason)

    await asyncio.gather(*map(watch, fronts))


async def _stop(fronts: Sequence[FrontEnd]) -> None:
    """Stop all at once: none takes anything new while another finishes."""
    await asyncio.gather(*(front.stop() for front in fronts))


def _spare_the_collector() -> None:
    """Take what lives as long as the program out of every later search for garbage."""
    gc.collect()
    gc.freeze()


def front_ends(app: App) -> list[FrontEnd]:
    """Make the chat front ends that the settings choose; their libraries are imported here."""
    made: list[FrontEnd] = []
    if "telegram" in app.settings.front_ends:
        from bot.telegram import wiring as telegram

        made.append(telegram.front(app))
    if "discord" in app.settings.front_ends:
        from bot.discord import wiring as discord

        made.append(discord.front(app))
    return made


async def _console(settings: Settings, words: argparse.Namespace) -> int:
    from bot.console.front import ConsoleFront

    async with build(settings) as app, AsyncExitStack() as stack:
        banner = composition.BANNER_PRACTICE if settings.practice else "TrenchCoat Pro, live market"
        front = ConsoleFront(
            app.dispatcher, state_dir=app.state_dir, banner=banner, as_json=getattr(words, "json", False)
        )
        await front.start()
        if front.attended:  # somebody sits there and hears of what happens; a script gets its answers alone
            from bot.console.outlet import ConsoleOutlet

            await serving.work(app, stack)
            await serving.deliver(app, [ConsoleOutlet(front.push)], Readiness(), stack)
        await front.run()
        await front.stop()
        return FAILED if front.failed else OK


async def _sandbox(settings: Settings, words: argparse.Namespace) -> int:
    """Serve the practice market alone until a signal comes."""
    from bot import market

    chosen = settings.sandbox
    changed = chosen.model_copy(
        update={name: value for name in ("seed", "speed") if (value := getattr(words, name)) is not None}
    )
    clock = market.WorldClock(SystemClock(), changed.speed)
    async with market.server(changed, clock, port=words.port) as server:
        sys.stdout.write(f"{composition.BANNER_PRACTICE}\n")
        for vendor, url in sorted(server.base_urls.items()):
            sys.stdout.write(f"{vendor:<14} {url}\n")
        sys.stdout.flush()
        await _signals().wait()
    return OK


async def _migrate(settings: Settings, words: argparse.Namespace) -> int:
    """Bring the database to the newest schema."""
    state_dir = composition.open_state_dir(settings)
    store = await Store.open(composition.database_url(settings, state_dir), SystemClock())
    try:
        await store.migrate()
    finally:
        await store.close()
    sys.stdout.write("The database has the newest schema.\n")
    return OK


async def _commands(settings: Settings, words: argparse.Namespace) -> int:
    """List every command."""
    for spec in registry.discover(handlers.commands):
        sys.stdout.write(f"{spec.usage:<60} {spec.summary}\n")
    return OK


def _own(name: str) -> Callable[[Settings, argparse.Namespace], Coroutine[Any, Any, int]]:
    """Find a command that has a module of its own, which nothing else needs to import."""

    async def run(settings: Settings, words: argparse.Namespace) -> int:
        found: int = await importlib.import_module(f"bot.{name}").run(settings, words)
        return found

    return run


async def _doctor(settings: Settings, words: argparse.Namespace) -> int:
    """Check everything, and say what to do about what is wrong."""
    from bot import doctor

    findings = await doctor.examine(settings, offline=words.offline)
    for finding in findings:
        sys.stdout.write(f"{finding}\n")
    return FAILED if any(finding.bad for finding in findings) else OK


def _signals() -> asyncio.Event:
    """Turn SIGINT and SIGTERM, from now on, into an event."""
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopping.set)
    return stopping


_COMMANDS = {
    "run": _run,
    "console": _console,
    "sandbox": _sandbox,
    "migrate": _migrate,
    "commands": _commands,
    "doctor": _doctor,
    "keys": _own("keys"),
    "webhooks": _own("hooks"),
    "coins": _own("coins"),
    "replay": _own("replay"),
}
