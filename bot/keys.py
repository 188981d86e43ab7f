"""`trenchcoat keys`: give, list, remove and seal anew providers' keys; none comes from the command line."""

from __future__ import annotations

import argparse
import difflib
import getpass
import sys
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from pydantic import SecretStr

from bot import app as composition
from config.settings import Settings
from core.keys import WEBHOOKS, KeptKey, Keys, master
from data.clock import SystemClock
from data.errors import ConfigError, UserError
from data.gateway.access import is_sendable, takes_key
from data.models.ids import ProviderId
from data.providers.base import Provider
from data.store.master import KEY_SETTING
from data.store.sealing import MasterKey
from data.store.store import Store

_LONGEST = 2_048
_SHOWN, _SHOWN_FROM = 4, 12  # the last characters of a key, where enough of it stays hidden
_LATER = "The running program uses this from its next start on."


async def run(settings: Settings, words: argparse.Namespace) -> int:
    """Run one action; the result is the exit status.

    Raises:
        ConfigError: the provider, the key or the master key cannot be used.
        StoreUnavailable: the database does not answer.
    """
    try:
        return await _ACTIONS[words.action](settings, words)
    except UserError as error:
        sys.stderr.write(f"trenchcoat: {error}\n")
        return 1


async def _set(settings: Settings, words: argparse.Namespace) -> int:
    provider = _that_takes_a_key(words.provider, composition.all_providers())
    if words.surplus:
        raise ConfigError(
            ["a key is not given on the command line, which others can read: leave it out, and you are asked"]
        )
    secret = read_secret(f"Key for {provider.title}: ", words.from_file)
    if not is_sendable(secret):
        raise ConfigError(["the key holds line breaks, control or non-ASCII characters"])
    async with opened(settings) as keys:
        number = await keys.add(provider.id, secret)
    sys.stdout.write(f"{provider.id}: key {number} is sealed. {_LATER}\n")
    sys.stdout.write("Keep a copy of the master key, away from the database and its backups.\n")
    return 0


async def _list(settings: Settings, words: argparse.Namespace) -> int:
    async with opened(settings) as keys:
        kept = await keys.listed()
        for line in (*_given(settings), *_sealed(settings, kept)):
            sys.stdout.write(f"{line}\n")
        await keys.opened()  # says what is wrong where a key does not open
    return 0


async def _remove(settings: Settings, words: argparse.Namespace) -> int:
    providers, name = composition.all_providers(), ProviderId(words.provider.lower())
    async with opened(settings) as keys:
        if name not in providers and name not in {key.provider for key in await keys.listed()}:
            raise _unknown(name, providers)
        number = await keys.remove(name, words.number)
    sys.stdout.write(f"{name}: key {number} is removed. {_LATER}\n")
    return 0


async def _rotate(settings: Settings, words: argparse.Namespace) -> int:
    if settings.master_key is None:
        new, then = MasterKey.fresh(), "The file holds the new master key."
    else:
        try:
            new = MasterKey.parsed(read_secret("New master key: ", None).get_secret_value())
        except ValueError as error:
            raise ConfigError([f"the new master key {error}"]) from None
        then = f"Set {KEY_SETTING} to the new one now."
    async with opened(settings) as keys:
        count = await keys.rotate(new)
    sys.stdout.write(f"Sealed anew: {count}. {then}\n")
    return 0


_ACTIONS = {"set": _set, "list": _list, "remove": _remove, "rotate": _rotate}


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[Keys]:
    """Open the database for its sealed keys alone.

    Raises:
        ConfigError: the master key cannot be used.
        StoreUnavailable: the database does not answer.
    """
    state_dir, clock = composition.open_state_dir(settings), SystemClock()
    source = master(settings, state_dir, clock)
    store = await Store.open(composition.database_url(settings, state_dir), clock)
    try:
        await store.migrate()
        yield Keys(store, source)
    finally:
        await store.close()


def read_secret(prompt: str, file: str | None) -> SecretStr:
    """Read a secret from a file, a pipe, or a terminal that does not show it.

    Raises:
        ConfigError: there is none, it is too long, or the file cannot be read; it is not repeated.
    """
    try:
        if file is not None:
            with Path(file).open(encoding="utf-8") as opened:
                text = opened.read(_LONGEST + 2)
        elif sys.stdin.isatty():
            text = getpass.getpass(prompt)
        else:
            text = sys.stdin.read(_LONGEST + 2)
    except OSError as error:
        raise ConfigError([f"{file or 'the input'}: cannot be read: {error.strerror}"]) from None
    except UnicodeDecodeError:
        raise ConfigError([f"{file or 'the input'}: is not text in UTF-8"]) from None
    except EOFError:
        text = ""
    text = text.strip()
    if not text or len(text) > _LONGEST:
        raise ConfigError([f"what was given is empty, or longer than {_LONGEST} characters"])
    return SecretStr(text)


def _that_takes_a_key(name: str, providers: Mapping[ProviderId, Provider]) -> Provider:
    provider = providers.get(ProviderId(name.lower()))
    if provider is None:
        raise _unknown(name, providers)
    if not takes_key(provider):
        raise ConfigError([f"{provider.title} takes no key"])
    return provider


def _unknown(name: str, providers: Mapping[ProviderId, Provider]) -> ConfigError:
    """Say which names are near; what was typed is not repeated: it may be a misplaced key."""
    near = difflib.get_close_matches(name.lower(), providers, n=3, cutoff=0.5)
    takers = sorted(name for name, provider in providers.items() if takes_key(provider))
    words = f"did you mean {' or '.join(near)}?" if near else f"those with keys are {', '.join(takers)}"
    return ConfigError([f"there is no such provider; {words}"])


def masked(secret: SecretStr) -> str:
    """Show the end of a key, where enough of it stays hidden."""
    text = secret.get_secret_value()
    return "••••" + (text[-_SHOWN:] if len(text) >= _SHOWN_FROM else "")


def _given(settings: Settings) -> Iterator[str]:
    for name, chosen in sorted(settings.providers.items()):
        if chosen.api_key is not None:
            yield _line(name, "-", masked(chosen.api_key), "-", "from the settings, taken first")


def _sealed(settings: Settings, kept: tuple[KeptKey, ...]) -> Iterator[str]:
    providers = composition.all_providers()
    for key in (each for each in kept if each.provider != WEBHOOKS):
        chosen = settings.providers.get(key.provider)
        if key.secret is None:
            state = "does not open"
        elif key.provider not in providers:
            state = "not used: there is no such provider"
        elif chosen is not None and chosen.enabled is False:
            state = "not used: the provider is switched off"
        else:
            state = "sealed"
        shown = "?" if key.secret is None else masked(key.secret)
        yield _line(key.provider, str(key.number), shown, f"{key.created_at:%Y-%m-%d %H:%M} UTC", state)


def _line(provider: str, number: str, shown: str, since: str, state: str) -> str:
    return f"{provider:<16} {number:>3}  {shown:<8}  {since:<20}  {state}"
