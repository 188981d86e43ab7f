"""`trenchcoat webhooks`: give, list and remove Discord webhooks, and choose what each hears."""

from __future__ import annotations

import argparse
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from bot import app as composition
from bot import keys as keyring
from bot.channels.webhook import Hook
from config.settings import Settings
from core.keys import WEBHOOKS, KeptKey
from data.clock import SystemClock
from data.errors import ConfigError, UserError
from data.models.delivery import Channel, Stream, Subscription, Target
from data.store.store import Store

_LATER = "The running program uses this from its next start on."


async def run(settings: Settings, words: argparse.Namespace) -> int:
    """Run one action; the result is the exit status.

    Raises:
        ConfigError: the address, a stream or the master key cannot be used.
        StoreUnavailable: the database does not answer.
    """
    try:
        return await _ACTIONS[words.action](settings, words)
    except UserError as error:
        sys.stderr.write(f"trenchcoat: {error}\n")
        return 1


async def _add(settings: Settings, words: argparse.Namespace) -> int:
    streams = _streams(words.streams)
    url = keyring.read_secret("Address of the webhook: ", words.from_file)
    hook = Hook.parsed(url)
    async with keyring.opened(settings) as keys:
        if any(each.number == hook.number for _, each in _hooks(await keys.listed())):
            raise ConfigError(["this webhook is kept already: `trenchcoat webhooks list`"])
        number = await keys.add(WEBHOOKS, url)
    await _choose(settings, hook, streams)
    sys.stdout.write(f"Webhook {number} is sealed; it hears {_named(streams)}. {_LATER}\n")
    return 0


async def _list(settings: Settings, words: argparse.Namespace) -> int:
    async with keyring.opened(settings) as keys:
        kept = [each for each in await keys.listed() if each.provider == WEBHOOKS]
    hooks = dict(_hooks(kept))
    async with _store(settings) as store, store.read() as tx:
        for each in kept:
            hook = hooks.get(each.number)
            heard = await tx.subscriptions.of_chat(chat_key(hook)) if hook is not None else ()
            state = "does not open" if hook is None else _named([one.stream for one in heard if one.active])
            paused = [f"paused: {one.stream} ({one.problem})" for one in heard if not one.active]
            name = "?" if hook is None else hook.number
            sys.stdout.write(f"{each.number:>3}  {name:<20}  {'; '.join([state, *paused])}\n")
    return 0


async def _hear(settings: Settings, words: argparse.Namespace) -> int:
    streams = _streams(words.streams)
    async with keyring.opened(settings) as keys:
        hook = dict(_hooks(await keys.listed())).get(words.number)
    if hook is None:
        raise ConfigError([f"there is no webhook {words.number} that opens: `trenchcoat webhooks list`"])
    await _choose(settings, hook, streams)
    sys.stdout.write(f"Webhook {words.number} hears {_named(streams)}.\n")
    return 0


async def _remove(settings: Settings, words: argparse.Namespace) -> int:
    async with keyring.opened(settings) as keys:
        hook = dict(_hooks(await keys.listed())).get(words.number)
        number = await keys.remove(WEBHOOKS, words.number)
    if hook is not None:
        await _choose(settings, hook, ())
    sys.stdout.write(f"Webhook {number} is removed. {_LATER}\n")
    return 0


_ACTIONS = {"add": _add, "list": _list, "hear": _hear, "remove": _remove}


def chat_key(hook: Hook) -> str:
    """Name a webhook as the chat whose operator decides what it hears."""
    return f"webhook:{hook.number}"


def _hooks(kept: Sequence[KeptKey]) -> list[tuple[int, Hook]]:
    return [
        (each.number, Hook.parsed(each.secret))
        for each in kept
        if each.provider == WEBHOOKS and each.secret is not None
    ]


async def _choose(settings: Settings, hook: Hook, streams: Sequence[Stream]) -> None:
    """Let a webhook hear these streams and no others; what was paused goes on."""
    place = Target(channel=Channel.WEBHOOK, address=hook.number)
    async with _store(settings) as store, store.begin() as tx:
        for stream in Stream:
            if stream in streams:
                await tx.subscriptions.put(Subscription(stream=stream, target=place, chat_key=chat_key(hook)))
            else:
                await tx.subscriptions.remove(stream, place)


def _streams(words: Sequence[str]) -> tuple[Stream, ...]:
    names = [name.lower() for word in words for name in word.split(",") if name]
    unknown = sorted(set(names) - set(Stream))
    if unknown:
        # Not repeated: it may be a misplaced address.
        raise ConfigError([f"{len(unknown)} of these are no streams; there are {', '.join(Stream)}"])
    return tuple(dict.fromkeys(map(Stream, names)))


def _named(streams: Sequence[Stream]) -> str:
    return ", ".join(streams) or "nothing"


@asynccontextmanager
async def _store(settings: Settings) -> AsyncIterator[Store]:
    clock = SystemClock()
    store = await Store.open(composition.database_url(settings, composition.open_state_dir(settings)), clock)
    try:
        yield store
    finally:
        await store.close()
