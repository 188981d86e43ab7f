"""Which streams are listened to: those of the live market, or those of the practice market."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from config.settings import Settings
from core.streams import Feeds, Launches
from data.chain.rpc import SOLANA_RPC
from data.feeds import history, pumpportal, solana
from data.feeds.backfill import AskMissed
from data.feeds.pumpportal import PumpPortal
from data.feeds.socket import Means, Patience
from data.feeds.solana import SolanaFeed
from data.gateway.gateway import Gateway
from data.gateway.transport import HttpTransport, Transport
from data.models.ids import ProviderId
from data.ports import Feed
from data.providers.base import Provider

if TYPE_CHECKING:
    from data.sandbox.server import SandboxServer


def start(
    settings: Settings,
    sandbox: SandboxServer | None,
    means: Means,
    gateway: Gateway,
    transport: Transport,
    providers: Mapping[ProviderId, Provider],
) -> Feeds:
    """Make the streams that are chosen and listen to them; without a network there are none."""
    made: tuple[Feed, ...] = ()
    if sandbox is not None or isinstance(transport, HttpTransport):
        missed = history.through(gateway, providers[SOLANA_RPC.id], means.clock)
        made = feeds(settings, sandbox.streams if sandbox else {}, means, missed)
    listened = Feeds(made, Launches())
    listened.start(means.nursery)
    return listened


def feeds(
    settings: Settings, practice: Mapping[str, str], means: Means, ask_missed: AskMissed
) -> tuple[Feed, ...]:
    """Make the streams that are chosen; `practice` says where the practice market has them."""
    chosen = settings.feeds
    if not chosen.enabled:
        return ()
    patience = Patience(stall_s=chosen.stall_s)
    if chosen.stall_s is None and not practice:  # there hours can pass; a dead connection shows by its pings
        patience = Patience()
    made: list[Feed] = [
        PumpPortal(
            means,
            url=practice.get(pumpportal.NAME, chosen.pumpportal_url),
            key=None if practice else chosen.pumpportal_key,
            patience=patience,
        )
    ]
    node = None if chosen.solana_ws_url is None else chosen.solana_ws_url.get_secret_value()
    if (url := practice.get(solana.NAME, node)) is not None:
        made.append(SolanaFeed(means, url=url, ask_missed=ask_missed))
    return tuple(made)
