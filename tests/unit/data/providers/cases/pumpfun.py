"""What Pump.fun's endpoints are tested on: the recorded coins, alone and in a list made of them."""

from __future__ import annotations

from collections.abc import Iterator

from tests.unit.data.providers.recorded import Case, ask, sample, solana

THERMO = solana("DwCLoDKVBdCpjLqFBVZRuL92EMXbEXLiCaXdMW1dLAwp")
STREAMER = solana("3arUrpH3nzaRJbbpVgY42dcqSq9A5BFgUxKozZ4npump")
COINS = {THERMO: "frontend-v3-coin-active.json", STREAMER: "frontend-v3-coin-complete.json"}


def cases() -> Iterator[tuple[str, Case]]:
    for token, name in COINS.items():
        yield "pumpfun /coins-v2/{address}", Case(sample("pumpfun", name), ask(token))
    # No list was recorded: it is reported to be an array of the same objects.
    yield "pumpfun /coins", Case([sample("pumpfun", name) for name in COINS.values()], ask())
