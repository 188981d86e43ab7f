"""The radar's work done again over what it took in: prints where the two differ; status 1 where they do."""

from __future__ import annotations

import argparse
import sys
from datetime import UTC, datetime, timedelta

from bot import app as composition
from config.settings import Settings
from core.radar.replay import replay, whole_from
from core.signals.spec import Cfg
from data.clock import SystemClock
from data.errors import ConfigError
from data.store.store import Store

SAME, DIFFERENT = 0, 1
_SHOWN = 50


async def run(settings: Settings, words: argparse.Namespace) -> int:
    """Replay the journal of the last hours, or between two instants.

    Raises:
        ConfigError: an instant cannot be read.
        StoreUnavailable: the database does not answer.
    """
    since, until = _instant("--from", words.since), _instant("--to", words.until)
    state_dir = composition.open_state_dir(settings)
    store = await Store.open(composition.database_url(settings, state_dir), SystemClock())
    try:
        whole = await whole_from(store)
        if whole is None:
            sys.stdout.write("The journal is empty: there is nothing to replay.\n")
            return SAME
        begun, bound = whole
        async with store.read() as tx:
            newest = await tx.journal.newest_at()
        until = until or newest or begun
        if words.hours is not None:
            since = until - timedelta(hours=words.hours)
        since = max(begun, since or begun)
        found = await replay(store, Cfg(floor_usd=settings.radar.floor_usd), since, until)
    finally:
        await store.close()
    if not bound:
        sys.stdout.write("The radar began before what is kept: what rests on older facts may differ.\n")
    span = f"{since:%Y-%m-%d %H:%M:%S} to {until:%Y-%m-%d %H:%M:%S} UTC"
    sys.stdout.write(f"{span}: {found.facts} facts, {found.same} signals the same\n")
    for what, keys in (
        ("not seen again", found.lost),
        ("seen only now", found.made_up),
        ("unlike", found.unlike),
    ):
        for key in keys[:_SHOWN]:
            sys.stdout.write(f"{what}: {key}\n")
    return SAME if found.equal else DIFFERENT


def _instant(name: str, word: str | None) -> datetime | None:
    if word is None:
        return None
    try:
        found = datetime.fromisoformat(word)
    except ValueError:
        raise ConfigError([f"{name}: {word[:40]!r} is no instant such as 2026-03-01T12:00"]) from None
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
