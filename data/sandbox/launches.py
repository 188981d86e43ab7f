"""New tokens as the days go by: which, when, and of what kind. The seed alone decides a day's launches."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from data.sandbox import recipes, seeds
from data.sandbox.tokens import Kind, Token

_PER_DAY = 40.0
_RUGGERS = 3  # creators who come back under new names
_ODDS = (
    (Kind.BONDING_CURVE, 0.50),
    (Kind.LIQUIDITY_PULL, 0.18),
    (Kind.BUNDLED, 0.12),
    (Kind.HEALTHY, 0.08),
    (Kind.HONEYPOT, 0.05),
    (Kind.DEAD, 0.05),
    (Kind.TAXED, 0.02),
)
_LIFE_H: Mapping[Kind, tuple[float, float]] = {  # how long a kind is traded: most are forgotten within days
    Kind.BONDING_CURVE: (0.5, 30.0),
    Kind.LIQUIDITY_PULL: (0.4, 8.0),
    Kind.DEAD: (0.4, 8.0),
    Kind.BUNDLED: (6.0, 72.0),
    Kind.HONEYPOT: (12.0, 96.0),
}
_FIRST = (
    "Baby",
    "Turbo",
    "Sleepy",
    "Based",
    "Tiny",
    "Golden",
    "Quantum",
    "Angry",
    "Cosmic",
    "Lazy",
    "Dr",
    "Mecha",
)
_SECOND = (
    "Otter",
    "Goose",
    "Panda",
    "Wizard",
    "Toad",
    "Llama",
    "Gecko",
    "Moth",
    "Badger",
    "Yeti",
    "Squid",
    "Kiwi",
)


def on_day(seed: int, day: int, midnight: datetime) -> tuple[Token, ...]:
    """List the launches of one day, earliest first."""
    rng = seeds.stream(seed, "launches", day)
    kinds, odds = zip(*_ODDS, strict=True)
    moments = sorted(float(at) for at in rng.random(int(rng.poisson(_PER_DAY))) * 86_400.0)
    made = []
    for index, moment in enumerate(moments):
        kind = kinds[int(rng.choice(len(kinds), p=odds))]
        first, second = _FIRST[int(rng.integers(len(_FIRST)))], _SECOND[int(rng.integers(len(_SECOND)))]
        born = midnight + timedelta(seconds=round(moment, 3))
        life = timedelta(hours=float(rng.uniform(*_LIFE_H.get(kind, (0.0, 0.0)))))
        rugger = seeds.address(seed, "rugger", int(rng.integers(_RUGGERS)))
        made.append(
            recipes.token(
                seed,
                kind,
                symbol=second.upper(),
                name=f"{first} {second}",
                born=born,
                creator=rugger if kind is Kind.LIQUIDITY_PULL else None,
                ends_at=born + life if kind in _LIFE_H else None,
                label=f"launch:{day}:{index}",
            )
        )
    return tuple(made)
