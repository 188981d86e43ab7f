"""Pump.fun's truths: its own launches only, by their curves."""

from __future__ import annotations

from collections.abc import Sequence

from data.models.fields import (
    ATH_AT,
    ATH_USD,
    CREATED_AT,
    CREATOR,
    CURVE_RATIO,
    GRADUATED,
    IMAGE_URL,
    LAUNCHPAD,
    MARKET_CAP_USD,
)
from data.models.market import Record
from data.providers.base import Ask
from data.sandbox.tape import CURVE_SOLD
from data.sandbox.tokens import Dex, Token
from tests.unit.data.wire_law import truth
from tests.unit.data.wire_law.agreement import ANYTHING, Expected, Near
from tests.unit.data.wire_law.truth import Eye, Truths

_LAUNCHPAD = "pump.fun"
_PAGE = 50
_MILLISECOND = 0.001
_BASE_UNIT = 1e-14  # of what a curve sells


def _coin(eye: Eye, token: Token) -> Expected:
    world, peak = eye.world, eye.world.peak(token.mint)
    (pool,) = token.pools
    sold = (token.supply_units - world.state(pool).base_reserve) / CURVE_SOLD
    on_curve = pool.dex is Dex.PUMPFUN
    return {
        "token": truth.key(token.mint),
        "as_of": truth.whole_second(world.now),
        **truth.named(token),
        IMAGE_URL: ANYTHING,
        **truth.links(truth.pages(token)),
        LAUNCHPAD: _LAUNCHPAD,
        CREATOR: token.creator,
        CREATED_AT: Near(value=token.created_at.timestamp(), within=_MILLISECOND),
        MARKET_CAP_USD: eye.usd(token.mint, world.price_usd(token.mint) * token.supply_units),
        CURVE_RATIO: Near(value=min(1.0, sold) if on_curve else 1.0, within=_BASE_UNIT),
        GRADUATED: not on_curve,
        ATH_USD: eye.usd(token.mint, peak.price_usd),
        ATH_AT: Near(value=peak.at.timestamp(), within=_MILLISECOND),
    }


def coin(eye: Eye, ask: Ask, records: Sequence[Record]) -> Sequence[Expected] | None:
    return truth.or_unlisted(_coin(eye, token) for token in eye.known(ask) if token.launchpad == _LAUNCHPAD)


def newest(eye: Eye, ask: Ask, records: Sequence[Record]) -> Sequence[Expected]:
    own = [token for token in eye.world.tokens.values() if token.launchpad == _LAUNCHPAD]
    own.sort(key=lambda token: token.created_at, reverse=True)
    return [_coin(eye, token) for token in own[:_PAGE]]


TRUTHS: Truths = {"meta:/coins-v2/{address}": coin, "new_pools:/coins": newest}
