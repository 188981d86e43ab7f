"""`trenchcoat coins`: take in a list of coins and ask every source about each; write it out with the answers.

The same command goes on where it was broken off.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Iterable, Sequence
from contextlib import aclosing
from datetime import timedelta
from pathlib import Path
from typing import Any

from bot.app import App, build
from bot.console.progress import told
from config.settings import Settings
from core import sheets
from core.enrichment.bulk import Bulk
from core.enrichment.progress import Progress
from core.sheets import Sheet
from data.errors import ConfigError
from data.models.fields import DECIMALS, SUPPLY, Field
from data.models.ids import Chain, TokenKey
from data.models.lists import CoinList, Item
from data.models.market import TokenSnapshot
from data.models.text import one_line
from data.store.store import Store, Tx
from data.store.types import is_word
from handlers import figures
from handlers.cards.token import WANTED

_WANTED = WANTED | frozenset[Field[Any]]({DECIMALS, SUPPLY})
_LONGEST_FILE = 64 * 1024 * 1024
_LONGEST_NAME = 80
_PAGE = 500
_OF_ALL = ("mint", "chain")


async def run(settings: Settings, words: argparse.Namespace) -> int:
    """Run one action; the result is the exit status.

    Raises:
        ConfigError: the file, the name or a setting cannot be used.
        StoreUnavailable: the database does not answer; what was done until then is kept.
    """
    async with build(settings) as app:
        return await _ACTIONS[words.action](app, words)


async def _import(app: App, words: argparse.Namespace) -> int:
    file = Path(words.file)
    name = _named(words.name if words.name is not None else file.stem)
    sheet = _read(file)
    for item in sheet.items:
        if item.token is None:
            sys.stderr.write(f"{file}:{item.line}: {item.problem}; kept, and not asked for\n")
    found, pending = await _listed(app, name, sheet, anew=words.refresh)
    coins = len({item.token for item in sheet.items if item.token is not None})
    if not pending:
        sys.stdout.write(f"{name}: nothing to do, all {coins:,} coins are done; --refresh does them again\n")
        return 0
    bulk = app.services[Bulk]
    sys.stdout.write(f"{name}: {len(pending):,} of {coins:,} coins to do\n")
    if app.settings.redis_url is None and not app.settings.practice:
        sys.stdout.write("Without Redis a program that runs beside this one spends the same quotas again.\n")
    for line in _least(bulk, pending):
        sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
    last = await _worked(app, bulk, found)
    sys.stdout.write(f"{_summed(name, last)}\n")
    return 0


async def _listed(app: App, name: str, sheet: Sheet, *, anew: bool) -> tuple[CoinList, tuple[TokenKey, ...]]:
    """Put the rows on record where they are new; give the list and what is left of it to do."""
    async with app.services[Store].begin() as tx:
        found = await tx.lists.named(name)
        is_new = found is None
        if found is None or found.digest != sheet.digest:
            found = await tx.lists.put(name, sheet.columns, sheet.digest, sheet.items)
        pending = await tx.lists.pending(found.id)
        if anew and not pending and not is_new:
            await tx.lists.begin_anew(found.id)
            pending = await tx.lists.pending(found.id)
    return found, pending


async def _worked(app: App, bulk: Bulk, found: CoinList) -> Progress:
    try:
        with told(sys.stderr, app.clock) as tell:
            async with aclosing(bulk.run(found.id, _WANTED)) as steps:
                async for step in steps:
                    tell(step.done, step.of, _words(step))
    except asyncio.CancelledError:
        sys.stderr.write("Broken off; what is done is kept: run the same command to go on.\n")
        raise
    return step


def _words(step: Progress) -> str:
    left = "" if step.eta_s is None else f"about {figures.age(timedelta(seconds=step.eta_s))} left"
    active = [lane for lane in step.lanes if lane.done < lane.of and not lane.gave_up]
    slowest = min(active, key=lambda lane: lane.done / lane.of, default=None)
    behind = "" if slowest is None else f"slowest {slowest.source} {slowest.done:,}/{slowest.of:,}"
    rate = "" if slowest is None or slowest.per_s is None else f"{slowest.per_s * 60:,.0f} a minute"
    return " · ".join(part for part in (behind, rate, left) if part)


def _least(bulk: Bulk, tokens: Sequence[TokenKey]) -> Iterable[str]:
    """List the least time that each source's quota allows, the slowest first."""
    least = bulk.least(tokens, _WANTED)
    yield "Least time by the sources' quotas:"
    for source, seconds in sorted(least.items(), key=lambda item: (-item[1], item[0])):
        yield f"  {source:<14} {seconds:>10,.0f} s"


def _summed(name: str, last: Progress) -> str:
    gave_up = sorted({f"{lane.source} ({lane.gave_up})" for lane in last.lanes if lane.gave_up})
    missing = f" Not answering: {', '.join(gave_up)}." if gave_up else ""
    took = f"{last.elapsed_s:,.0f} s, at least {last.least_s:,.0f} s by the quotas"
    return f"{name}: {last.done:,} of {last.of:,} coins done in {took}.{missing}"


async def _export(app: App, words: argparse.Namespace) -> int:
    target = Path(words.file)
    async with app.services[Store].read() as tx:
        if words.name is None:
            columns: Sequence[str] = _OF_ALL
            rows = [(_row(line, coin), known) for line, (coin, known) in enumerate(await _all(app, tx), 2)]
        else:
            found = await tx.lists.named(_named(words.name))
            if found is None:
                known_names = ", ".join(await tx.lists.names()) or "none yet"
                raise ConfigError([f"there is no list of this name; there are: {known_names}"])
            columns = found.columns
            rows = [
                (item, None if item.token is None else await tx.snapshots.latest(item.token))
                async for item in tx.lists.items(found.id)
            ]
    _write(target, sheets.write(columns, rows))
    sys.stdout.write(f"{target}: {len(rows):,} rows\n")
    return 0


_ACTIONS = {"import": _import, "export": _export}


async def _all(app: App, tx: Tx) -> list[tuple[TokenKey, TokenSnapshot | None]]:
    """List every coin that the store knows something of, and on the practice market all of its coins."""
    found: dict[TokenKey, TokenSnapshot | None] = {}
    if app.sandbox is not None:
        found.update((TokenKey(Chain.SOLANA, mint), None) for mint in app.sandbox.world.tokens)
    after = None
    while page := await tx.snapshots.latest_page(after, _PAGE):
        found.update((snapshot.token, snapshot) for snapshot in page)
        after = page[-1].token
    return sorted(found.items())


def _row(line: int, coin: TokenKey) -> Item:
    return Item(line=line, cells=(coin.address, coin.chain.value), token=coin)


def _named(name: str) -> str:
    if not name or not is_word(name) or one_line(name, _LONGEST_NAME) != name:
        raise ConfigError([f"a list's name is one line of at most {_LONGEST_NAME} characters"])
    return name


def _read(file: Path) -> Sheet:
    try:
        if file.stat().st_size > _LONGEST_FILE:
            raise ConfigError([f"{file}: is larger than {_LONGEST_FILE >> 20} MB"])
        with file.open(encoding="utf-8-sig", newline="") as opened:
            text = opened.read()
    except OSError as error:
        raise ConfigError([f"{file}: cannot be read: {error.strerror}"]) from None
    except UnicodeDecodeError as error:
        raise ConfigError([f"{file}: is not text in UTF-8: {error.reason} at byte {error.start}"]) from None
    try:
        return sheets.read(text)
    except ConfigError as error:
        raise ConfigError([f"{file}: {problem}" for problem in error.problems]) from None


def _write(target: Path, lines: Iterable[str]) -> None:
    """Write a file whole or not at all: a half of a list looks like a list."""
    beside = target.with_name(f".{target.name}.part")
    try:
        with beside.open("w", encoding="utf-8", newline="") as opened:
            opened.writelines(lines)
        beside.replace(target)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise ConfigError([f"{target}: cannot be written: {error.strerror}"]) from None
