"""The chain's answers beyond the recorded mints; the mint with metadata is built in the documented shape."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

from data.models.ids import SOL
from data.providers.base import Ask
from tests.unit.data.providers.recorded import BONK, FLUX, Case, ask, sample

EDITOR = "2apBGMsS6ti9RyF5TwQTDswXBWskiJP2LD4cUEDqYJjk"


def named() -> Any:
    """Build a mint that carries its own name, which somebody may change."""
    body = copy.deepcopy(sample("solana", "getAccountInfo-mint-token2022-transferFee-flux.json"))
    metadata = {
        "additionalMetadata": [],
        "mint": FLUX.address,
        "name": "Flux",
        "symbol": "FLUXB",
        "updateAuthority": EDITOR,
        "uri": "https://metadata.example/flux.json",
    }
    info = body["result"]["value"]["data"]["parsed"]["info"]
    info["extensions"].append({"extension": "tokenMetadata", "state": metadata})
    return body


def dearer() -> Any:
    """Build a mint whose transfers cost more from the epoch after the recorded one on."""
    body = copy.deepcopy(sample("solana", "getAccountInfo-mint-token2022-transferFee-flux.json"))
    state = body["result"]["value"]["data"]["parsed"]["info"]["extensions"][0]["state"]
    state["newerTransferFee"] |= {"transferFeeBasisPoints": 2_500, "epoch": 564}
    return body


OWNER = "A1TMhSGzQxMr1TboBKtgixKz1sS6REASMxPo1qsyTSJd"
HELD = "BGocb4GEpbTFm8UFV2VsDSaBXHELPfAXrvd4vtt8QWrA"
SIGNATURE = "5h6xBEauJ3PK6SWCZ1PGjBvj8vDdWG3KpwATGy1ARAXFSDwt8GFXM7W5Ncn16wmqokgpiKRLuS83KUxyZyv2sUYv"
NOWHERE = "4Nd1mYvZ7T1zZC4dr8ZZm4y9vZp2LmFf8yWb6c1qLbGg"


def several() -> Any:
    """Build the answer for several accounts out of the one for a wallet's: a token account, and none."""
    owned = sample("solana", "getTokenAccountsByOwner.json")
    value = [owned["result"]["value"][0]["account"], None]
    return {**owned, "result": {**owned["result"], "value": value}}


def cases() -> Iterator[tuple[str, Case]]:
    yield "solana  authorities", Case(named(), ask(FLUX))
    yield "solana  authorities", Case(dearer(), ask(FLUX))
    yield "solana  holders", Case(sample("solana", "getTokenLargestAccounts.json"), ask(BONK))
    yield from past("solana")
    rehearsed = Ask(query="AQAA", amount=1_000)
    yield "solana  simulation", Case(sample("solana", "simulateTransaction-ok.json"), rehearsed)


def past(provider: str) -> Iterator[tuple[str, Case]]:
    """Give what every node answers of the past and of accounts."""
    history = Ask(accounts=(OWNER,), limit=1_000)
    yield f"{provider}  signatures", Case(sample("solana", "getSignaturesForAddress.json"), history)
    one = Ask(query=SIGNATURE)
    yield f"{provider}  transaction", Case(sample("solana", "getTransaction-json-v0-lookup-table.json"), one)
    yield f"{provider}  accounts", Case(several(), Ask(accounts=(HELD, NOWHERE)))
    lamports = {"jsonrpc": "2.0", "id": 1, "result": {"context": {"slot": 83_986_105}, "value": 2_039_280}}
    yield f"{provider}  balance", Case(lamports, Ask(accounts=(OWNER,)))
    owned = Ask(accounts=(OWNER,), tokens=(SOL,))
    yield f"{provider}  owned", Case(sample("solana", "getTokenAccountsByOwner.json"), owned)
