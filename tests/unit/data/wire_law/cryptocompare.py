"""CryptoCompare's truth: the practice market's own constants, to six digits."""

from __future__ import annotations

from collections.abc import Sequence

from data.models.market import Record
from data.providers.base import Ask
from data.providers.cryptocompare import CURRENCIES
from data.sandbox.wire.coingecko.figures import rates_per_usd
from tests.unit.data.wire_law.agreement import Expected, Near
from tests.unit.data.wire_law.truth import Eye, Truths

_DIGITS = 0.5e-5


def rates(eye: Eye, ask: Ask, records: Sequence[Record]) -> Sequence[Expected]:
    codes = CURRENCIES.split(",")
    known = rates_per_usd(eye.world, [code.lower() for code in codes])
    return [{"currency": code, "per_usd": Near(value=known[code.lower()], ratio=_DIGITS)} for code in codes]


TRUTHS: Truths = {"rates:/price": rates}
