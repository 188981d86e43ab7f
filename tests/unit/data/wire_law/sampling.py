"""Worlds by the thousand: from a number a seed, an instant, and what is asked there."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from data.chain.rpc import SOLANA_RPC
from data.models.ids import SOL_MINT, USDC_MINT, Chain, TokenKey
from data.models.market import Capability, Timeframe
from data.providers.base import Ask, Call, Endpoint, Provider, discover
from data.sandbox import launches
from data.sandbox.tokens import Kind, Token
from data.sandbox.world import World
from tests.unit.data.wire_law import serum, solana, truth, wallets

KINDS = tuple(Kind)
PROVIDERS: tuple[Provider, ...] = (*discover().values(), SOLANA_RPC)
NOBODY = TokenKey(Chain.SOLANA, "1" * 32)
# A list draws the whole market, a coin's rank all coins, trades their signatures: not in every world.
_LISTS_EVERY = 50
_SELDOM = {
    "/coins/{chain}/contract/{address}": 2,
    "/networks/{chain}/pools/{pool}/trades": 5,
    "/wallet/v2/current-net-worth": 5,
    "/wallet/v2/pnl/summary": 5,
    "/account/portfolio": 5,
}
OF_A_NODE = frozenset(
    {
        Capability.SIGNATURES,
        Capability.TRANSACTION,
        Capability.ACCOUNTS,
        Capability.OWNED,
        Capability.SIMULATION,
        Capability.BALANCE,
    }
)
_LAUNCH_EVERY = 5  # in these worlds the newest token is minutes old, and asked about
MONEY = (SOL_MINT, USDC_MINT)
_EARLIEST = datetime(2025, 6, 1, tzinfo=UTC)
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One world at one instant, with two tokens of it; the first is of the kind whose turn it is."""

    number: int
    world: World
    tokens: tuple[Token, Token]

    def __str__(self) -> str:
        symbols = " and ".join(ascii(token.symbol) for token in self.tokens)
        return f"World({self.number}, {self.world.started_at}) at {self.world.now}, {symbols}"


def sampled(number: int) -> Sample:
    """Make the world of a number."""
    rng = random.Random(number)
    started_at = _EARLIEST + rng.random() * 500 * _DAY
    world = World(number, started_at)
    world.advance(_instant(rng, number, world))
    tokens = list(world.tokens.values())
    in_turn = [token for token in tokens if token.kind is KINDS[number % len(KINDS)]]
    other = tokens[-1] if number % _LAUNCH_EVERY == 0 else _drawn(rng, tokens)
    return Sample(number=number, world=world, tokens=(_drawn(rng, in_turn), other))


def _drawn(rng: random.Random, tokens: Sequence[Token]) -> Token:
    """Draw a token, seldom one that others are priced in: to such a one every pool belongs."""
    first, second = rng.choice(tokens), rng.choice(tokens)
    return second if first.mint in MONEY else first


def _instant(rng: random.Random, number: int, world: World) -> datetime:
    """Choose when to look: mostly within two days, at times days later or just after a launch."""
    if number % _LAUNCH_EVERY == 0:
        midnight = world.started_at.replace(hour=0, minute=0, second=0, microsecond=0) + _DAY
        day = (midnight - world.epoch).days
        launched = rng.choice(launches.on_day(world.seed, day, midnight))
        return launched.created_at + timedelta(seconds=rng.uniform(0, 300))
    if number % 25 == 4:  # the turn of taxed tokens, whose fee may change by then
        return world.started_at + rng.uniform(2, 9) * _DAY
    return world.started_at + max(0.0, rng.uniform(-0.2, 1.5)) * _DAY


def calls(sample: Sample) -> Iterator[Call]:
    """Ask every vendor about a token of the sample, at half of the endpoints it has for that."""
    rng = random.Random(f"calls {sample.number}")
    for provider in PROVIDERS:
        token = rng.choice(sample.tokens)
        about_one = [
            endpoint
            for endpoint in provider.endpoints
            if endpoint.by != "nothing" and sample.number % _SELDOM.get(endpoint.path, 1) == 0
        ]
        chosen = rng.sample(about_one, k=(len(about_one) + 1) // 2)
        if sample.number % _LISTS_EVERY == 0:
            chosen += [endpoint for endpoint in provider.endpoints if endpoint.by == "nothing"]
        for endpoint in chosen:
            yield Call(provider=provider, endpoint=endpoint, ask=ask_about(rng, sample, endpoint, token))


def ask_about(rng: random.Random, sample: Sample, endpoint: Endpoint, token: Token) -> Ask:
    """Ask about a token, alone or among others, and at times about one that nobody knows."""
    lost = rng.random() < 0.05
    key = NOBODY if lost else truth.key(token.mint)
    if endpoint.by == "nothing":
        return Ask()
    if endpoint.capability in OF_A_NODE:
        return solana.asked(rng, sample.world, endpoint, token, lost=lost)
    if endpoint.capability in wallets.OF_A_WALLET:
        return wallets.asked(rng, sample.world, token, lost=lost, traders=sample.number % _LISTS_EVERY == 0)
    if endpoint.by == "accounts":
        return Ask(accounts=(key.address,) * 5 if lost else serum.accounts(sample.world, token.mint))
    if endpoint.by == "query":
        return Ask(tokens=(truth.key(token.mint),), query=rng.choice((token.symbol, token.mint)))
    if endpoint.by == "pool":
        pool = rng.choice(sample.world.pools_of(token.mint))
        return Ask(
            tokens=(key,),
            pool=NOBODY.address if lost else pool.address,
            timeframe=rng.choice(list(Timeframe)),
            limit=rng.randint(1, 60),
            before=rng.choice((None, int(sample.world.now.timestamp()) - rng.randint(0, 500_000))),
        )
    ask = Ask(tokens=(key,))
    if endpoint.capability is Capability.QUOTE:
        return replace(ask, amount=rng.randint(1, 10**12))
    if endpoint.batch > 1 and rng.random() < 0.5:
        others = [truth.key(each.mint) for each in sample.tokens if each.mint != key.address]
        ask = replace(ask, tokens=tuple(dict.fromkeys((key, *others, NOBODY))))
    return ask
