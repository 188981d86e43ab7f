"""CoinPaprika's truths: the rates of two currencies, out of a coin that is priced in them."""

from __future__ import annotations

from collections.abc import Sequence

from data.models.market import Record
from data.providers.base import Ask
from data.sandbox.wire.coingecko.figures import rates_per_usd
from tests.unit.data.wire_law import truth
from tests.unit.data.wire_law.agreement import Expected, Near
from tests.unit.data.wire_law.truth import Eye, Truths


def rates(eye: Eye, ask: Ask, records: Sequence[Record]) -> Sequence[Expected]:
    """Expect the practice market's own constants: the world has no market of currencies."""
    known = rates_per_usd(eye.world, ("usd", "eur", "gbp"))
    assert (len(known), known["usd"]) == (3, 1.0)
    at = truth.whole_second(eye.world.now)
    return [
        {"currency": code.upper(), "per_usd": Near(value=rate), "as_of": at} for code, rate in known.items()
    ]


TRUTHS: Truths = {"rates:/tickers/sol-solana": rates}
