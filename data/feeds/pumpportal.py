"""PumpPortal's stream: launches and moves to a pool for everybody, trades for whoever has a funded key.

One connection: several lead to a ban. Frames carry no time, so they are stamped as they arrive; acks and
refusals are ordinary frames. A launch that names a quote asset is the feed's own misreading and is refused.
Source: https://pumpportal.fun/data-api/real-time
"""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from urllib.parse import quote

import structlog
from pydantic import SecretStr

from data.chain.base58 import unbase58
from data.errors import BadPayload
from data.feeds.outbox import Outbox, Seen
from data.feeds.pulse import Pulse
from data.feeds.socket import Means, Patience, Socket
from data.gateway.decode import decode
from data.models.events import CurveFigures, FeedState, StreamEvent, TokenLaunched, TokenMigrated, TokenTraded
from data.models.ids import SOL_MINT, USDC_MINT
from data.models.text import one_line
from data.providers import values
from data.providers.base import Json

log = structlog.get_logger("feeds")

NAME = "pumpportal"
URL = "wss://pumpportal.fun/api/data"
# What tokens are priced in: nobody launches these.
QUOTES = frozenset(
    {
        SOL_MINT,
        USDC_MINT,
        "Es9vMFrzaCERmJfrF4H2FYD4KCoNkY11McCe8BenwNYB",  # USDT
        "USD1ttGY1N17NEEHLmELoaybftRBUSErhqYiQzvEmuB",
        "2b1kV6DkPAnxd5ixfnxCpjxmKwqjjaYmCZfHsFu24GXo",  # PYUSD
    }
)
NAME_LIMIT, SYMBOL_LIMIT, URI_LIMIT, POOL_LIMIT = 256, 64, 512, 32
MOST_WATCHED = 200
_NOTICE_LIMIT = 200
_KEY = re.compile(r"[1-9A-HJ-NP-Za-km-z]{32,44}")
_KEY_BYTES = 32
_SIGNATURE = re.compile(r"[1-9A-HJ-NP-Za-km-z]{64,90}")


@dataclass(frozen=True, slots=True)
class Notice:
    """Words of the vendor to us: a subscription that stands, or one that it refuses."""

    text: str

    @property
    def refuses(self) -> bool:
        """Whether it is no: the vendor has no other sign for it than its words."""
        return not any(word in self.text.lower() for word in ("successfully", "subscribed"))


def parse(frame: bytes, at: datetime) -> StreamEvent | Notice:
    """Read a frame that came in at `at`.

    Raises:
        BadPayload: it is no frame of this stream, or a launch of what tokens are priced in.
    """
    told = values.required_mapping(decode(frame), "frame")
    kind = told.get("txType")
    if kind is None:
        return _notice(told)
    if kind == "create":
        return _launched(told, at)
    if kind == "buy" or kind == "sell":
        return _traded(told, at, is_buy=kind == "buy")
    if kind == "migrate":
        return TokenMigrated(
            source=NAME,
            at=at,
            signature=_signature(told),
            mint=_mint(told),
            pool=_raw(told, "pool", POOL_LIMIT),
        )
    raise BadPayload("a frame of an unknown kind")


def _notice(told: Mapping[str, Json]) -> Notice:
    words = told.get("message", told.get("errors"))
    if not isinstance(words, str):
        raise BadPayload("a frame of no kind")
    return Notice(one_line(words, _NOTICE_LIMIT))


def _launched(told: Mapping[str, Json], at: datetime) -> TokenLaunched:
    mint = _mint(told)
    if mint in QUOTES:
        raise BadPayload("a launch of a quote asset")
    return TokenLaunched(
        source=NAME,
        at=at,
        signature=_signature(told),
        mint=mint,
        pool=_raw(told, "pool", POOL_LIMIT),
        creator=_key(told.get("traderPublicKey")),
        name=_raw(told, "name", NAME_LIMIT),
        symbol=_raw(told, "symbol", SYMBOL_LIMIT),
        uri=_raw(told, "uri", URI_LIMIT),
        bought=_figure(told, "initialBuy"),
        spent_sol=_figure(told, "solAmount"),
        curve_address=_key(told.get("bondingCurveKey")),
        curve=_curve(told),
        is_mayhem=_flag(told.get("is_mayhem_mode")),
    )


def _traded(told: Mapping[str, Json], at: datetime, *, is_buy: bool) -> TokenTraded:
    return TokenTraded(
        source=NAME,
        at=at,
        signature=_signature(told),
        mint=_mint(told),
        pool=_raw(told, "pool", POOL_LIMIT),
        trader=_key(told.get("traderPublicKey")),
        is_buy=is_buy,
        tokens=_figure(told, "tokenAmount"),
        sol=_figure(told, "solAmount"),
        curve_address=_key(told.get("bondingCurveKey")),
        curve=_curve(told),
    )


def _curve(told: Mapping[str, Json]) -> CurveFigures:
    return CurveFigures(
        tokens=_figure(told, "vTokensInBondingCurve"),
        sol=_figure(told, "vSolInBondingCurve"),
        cap_sol=_figure(told, "marketCapSol"),
    )


def _figure(told: Mapping[str, Json], name: str) -> Decimal | None:
    return values.number(told.get(name))


def _raw(told: Mapping[str, Json], name: str, limit: int) -> str | None:
    """Read a stranger's words as they are, but no more than `limit` characters."""
    value = told.get(name)
    return value[:limit] if isinstance(value, str) and value else None


def _flag(value: Json) -> bool | None:
    return value if isinstance(value, bool) else None


def _key(value: Json) -> str | None:
    """Read an address: base 58 of 32 bytes."""
    if not isinstance(value, str) or not _KEY.fullmatch(value):
        return None
    return value if len(unbase58(value)) == _KEY_BYTES else None


def _mint(told: Mapping[str, Json]) -> str:
    mint = _key(told.get("mint"))
    if mint is None:
        raise BadPayload("a frame without a mint")
    return mint


def _signature(told: Mapping[str, Json]) -> str:
    value = told.get("signature")
    if not isinstance(value, str) or not _SIGNATURE.fullmatch(value):
        raise BadPayload("a frame without a signature")
    return value


class PumpPortal:
    """The stream as a feed: new tokens and migrations always, trades of the mints that are watched."""

    def __init__(
        self, means: Means, *, url: str = URL, key: SecretStr | None = None, patience: Patience | None = None
    ) -> None:
        """Prepare the stream; nothing is connected before `run`."""
        self._clock = means.clock
        self._pulse = Pulse(NAME, means.clock, means.metrics)
        self._outbox = Outbox(self._pulse)
        self._seen = Seen()
        self._watched: dict[str, None] = {}
        self._socket = Socket(_address(url, key), self, self._pulse, means, patience or Patience())

    @property
    def state(self) -> FeedState:
        """How it is doing."""
        return self._pulse.state

    async def run(self) -> None:
        """Stay connected until cancelled."""
        await self._socket.run()

    def events(self) -> AsyncIterator[StreamEvent]:
        """Take the events."""
        return aiter(self._outbox)

    async def watch(self, mints: Sequence[str]) -> None:
        """Ask for the trades of more mints, on this and every later connection; the first ones give way."""
        fresh = [mint for mint in mints if mint not in self._watched][-MOST_WATCHED:]
        if not fresh:
            return
        self._watched |= dict.fromkeys(fresh)
        surplus = list(self._watched)[: max(0, len(self._watched) - MOST_WATCHED)]
        for mint in surplus:
            del self._watched[mint]
        if surplus:
            await self._socket.send(_call("unsubscribeTokenTrade", surplus))
        await self._socket.send(_call("subscribeTokenTrade", fresh))

    def greeting(self) -> Sequence[str]:
        """Subscribe to everything."""
        always = (_call("subscribeNewToken"), _call("subscribeMigration"))
        return (*always, _call("subscribeTokenTrade", list(self._watched))) if self._watched else always

    def heard(self, frame: bytes) -> None:
        """Take a frame.

        Raises:
            BadPayload: it cannot be used.
        """
        told = parse(frame, self._clock.now())
        if isinstance(told, Notice):
            write = log.warning if told.refuses else log.debug
            write("feed_notice", feed=NAME, text=told.text)
        elif self._seen.is_new(_identity(told)):
            self._outbox.put(told)

    def lost(self) -> None:
        """Nothing belongs to a connection but its subscriptions."""


def _address(url: str, key: SecretStr | None) -> str:
    if key is None:
        return url
    return f"{url}{'&' if '?' in url else '?'}api-key={quote(key.get_secret_value(), safe='')}"


def _identity(event: StreamEvent) -> Hashable:
    """Tell what makes an event the same one, should it come again."""
    side = event.is_buy if isinstance(event, TokenTraded) else None
    return event.signature, type(event), side


def _call(method: str, keys: Sequence[str] = ()) -> str:
    return json.dumps({"method": method, **({"keys": list(keys)} if keys else {})})
