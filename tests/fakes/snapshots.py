"""Snapshots of every shape for property tests of cards: any fields known, figures of any size, hostile words.

A snapshot is made from a number, so that a failing one is named by it.
"""

from __future__ import annotations

import random
from datetime import timedelta
from decimal import Decimal
from functools import cache
from typing import Any

from core.enrichment.observe import merged_pools
from data.models.fields import FIELDS, Authority, Field, Link, LpLock, Span, Unit
from data.models.ids import SOL, Chain, ProviderId, TokenKey
from data.models.market import (
    Activity,
    Answer,
    Capability,
    Gap,
    GapReason,
    Observation,
    Pool,
    Resolved,
    Risk,
    RiskLevel,
    SecurityReport,
    TokenSide,
    TokenSnapshot,
)
from data.providers import values
from tests.fakes.clock import START
from tests.fakes.replies import words_of

SEEDS = range(200)
BONK = TokenKey(Chain.SOLANA, "DezXAZ8z7PnrnRJjz3wXBoRgixCa6xjnB7YaB1pPB263")
PEPE = TokenKey(Chain.ETHEREUM, "0x6982508145454ce325ddbe47a25d4ec3d2311933")
VENDORS = tuple(map(ProviderId, ("coingecko", "dexscreener", "jupiter", "raydium", "rugcheck", "solana")))
_OWNER = "7dGbd2QZcCKcTndnHcTL8q7SMVXAkp688NTQYwrRCrar"
_FIGURES = ("0", "1e-30", "1e-7", "0.99996", "1", "999.999", "1234.5", "1e6", "1e12", "1e30")


@cache
def snapshot_of(seed: int) -> TokenSnapshot:
    """Make a snapshot."""
    rng = random.Random(seed)
    token = rng.choice((BONK, BONK, PEPE))
    share = rng.choice((0.0, 0.3, 0.7, 1.0))
    resolved = {key: _resolved(rng, key) for key in FIELDS.values() if rng.random() < share}
    pools = tuple(_pool(rng, token, number) for number in range(rng.randrange(4)))
    answer = Answer(source=VENDORS[0], capability=Capability.POOLS, records=pools, at=START)
    return TokenSnapshot(
        token=token,
        at=START,
        resolved=resolved,
        gaps=tuple(_gap(rng) for _ in range(rng.randrange(8))),
        pools=merged_pools(token, [answer]),
        scans=tuple((VENDORS[4], _scan(rng, token)) for _ in range(rng.randrange(2))),
        answered=tuple(rng.sample(VENDORS, rng.randrange(6))),
        asked=VENDORS,
    )


def known(token: TokenKey = BONK, **told: Any) -> TokenSnapshot:
    """Make a snapshot that knows exactly these fields, by name."""
    resolved = {}
    for name, value in told.items():
        seen = Observation(value=value, source=VENDORS[0], at=START)
        resolved[FIELDS[name]] = Resolved(field=FIELDS[name], value=value, sources=(seen,))
    return TokenSnapshot(token=token, at=START, resolved=resolved, asked=VENDORS, answered=VENDORS[:1])


def _resolved(rng: random.Random, key: Field[Any]) -> Resolved[Any]:
    seen = [_seen(rng, key) for _ in range(rng.randint(1, 3))]
    return Resolved(
        field=key,
        value=seen[0].value,
        sources=tuple(seen[:2]),
        rejected=tuple(seen[2:]),
        spread=rng.choice((None, Decimal(0), Decimal("0.5"))),
        disputed=rng.random() < 0.3,
        note=rng.choice(("", "no liquidity behind it")),
    )


def _seen(rng: random.Random, key: Field[Any]) -> Observation[Any]:
    at = START - timedelta(seconds=rng.choice((0, 5, 500, 10**6)))
    return Observation(
        value=_value(rng, key), source=rng.choice(VENDORS), at=at, stale=rng.random() < 0.3, trust=0.5
    )


def _value(rng: random.Random, key: Field[Any]) -> Any:
    if key.name == "extensions":
        return tuple(rng.sample(("transferFeeConfig", "permanentDelegate"), rng.randrange(3)))
    match key.unit:
        case Unit.USD | Unit.TOKENS:
            return Decimal(rng.choice(_FIGURES))
        case Unit.RATIO:
            return Decimal(rng.choice(("-0.9999", "-0.00001", "0", "0.3", "1", "12.4", "1e9")))
        case Unit.COUNT:
            return rng.choice((0, 1, 60, 100, 10**9))
        case Unit.TIME:
            return START - timedelta(seconds=rng.choice((-60, 0, 59, 10**5, 10**9)))
        case Unit.AUTHORITY:
            return Authority(rng.choice((None, _OWNER)))
        case Unit.LINKS:
            return tuple(Link("site", url) for url in ("https://a.example", "http://u:p@x.com.evil.example/"))
        case Unit.LOCKS:
            return tuple(
                LpLock(
                    kind=values.text(words_of(rng, 60)) or "", program=rng.choice((None, _OWNER)),
                    share=rng.choice((None, Decimal(0), Decimal("0.7"), Decimal(1))),
                    unlocks_at=rng.choice((None, START - timedelta(days=1), START + timedelta(days=2))),
                )
                for _ in range(rng.randrange(5))
            )  # fmt: skip
        case Unit.FLAG:
            return rng.random() < 0.5
        case Unit.TEXT:
            return values.text(words_of(rng, 200)) or "x"


def _pool(rng: random.Random, token: TokenKey, number: int) -> Pool:
    return Pool(
        chain=token.chain, address=f"pool{number}", dex="raydium", base=TokenSide(token=token),
        quote=TokenSide(token=SOL), price_usd=rng.choice((None, Decimal("1e-7"))),
        liquidity_usd=rng.choice((None, Decimal(0), Decimal(5000))),
        activity={Span.H24: Activity(volume_usd=Decimal(3))},
    )  # fmt: skip


def _gap(rng: random.Random) -> Gap:
    return Gap(
        source=rng.choice(VENDORS), capability=Capability.PRICE, reason=rng.choice(list(GapReason)), at=START,
        since=rng.choice((None, START - timedelta(hours=1))),
    )  # fmt: skip


def _scan(rng: random.Random, token: TokenKey) -> SecurityReport:
    risks = tuple(
        Risk(name=values.text(words_of(rng, 100)) or "risk", level=rng.choice(list(RiskLevel)), value="1")
        for _ in range(rng.randrange(20))
    )
    return SecurityReport(
        token=token, risks=risks, score=rng.choice((None, 0, 100)), rugged=rng.choice((None, True, False))
    )
