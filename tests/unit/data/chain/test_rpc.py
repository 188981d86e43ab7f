"""What the chain says of a mint, read by hand."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from data.chain import rpc
from data.errors import BadPayload, NotListed, RateLimited, Unavailable
from data.models.fields import (
    DECIMALS,
    EXTENSIONS,
    FREEZE_AUTHORITY,
    MINT_AUTHORITY,
    SUPPLY,
    TOKEN_PROGRAM,
    TRANSFER_FEE_RATIO,
    Authority,
)
from data.models.market import TokenReport
from data.providers.base import Call, classify
from tests.unit.data.providers.recorded import BONK, FLUX, NOW, ask, sample

OWNER = "2apBGMsS6ti9RyF5TwQTDswXBWskiJP2LD4cUEDqYJjk"


def bonk() -> Any:
    return sample("solana", "getAccountInfo-mint-spl-bonk.json")


def flux() -> Any:
    return sample("solana", "getAccountInfo-mint-token2022-transferFee-flux.json")


def info(body: Any) -> Any:
    return body["result"]["value"]["data"]["parsed"]["info"]


def read(body: Any) -> TokenReport:
    (report,) = rpc.parse_mint(body, ask(BONK), NOW)
    return report


def test_a_plain_mint_is_read_to_the_last_base_unit() -> None:
    report = read(bonk())
    supply = sample("solana", "getTokenSupply-bonk.json")["result"]["value"]["uiAmountString"]
    assert report.get(SUPPLY) == Decimal(supply) == Decimal("87994713435828.88521")
    assert report.get(DECIMALS) == 5
    assert report.get(MINT_AUTHORITY) == report.get(FREEZE_AUTHORITY) == Authority(None)
    assert report.get(TOKEN_PROGRAM) == "TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA"
    assert report.get(EXTENSIONS) == ()
    assert report.get(TRANSFER_FEE_RATIO) == 0


def test_a_transfer_fee_is_read() -> None:
    (report,) = rpc.parse_mint(flux(), ask(FLUX), NOW)
    assert report.get(EXTENSIONS) == ("transferFeeConfig",)
    assert report.get(TRANSFER_FEE_RATIO) == Decimal("0.03")
    assert report.get(SUPPLY) == Decimal("499999260.84710")


@pytest.mark.parametrize(
    ("older", "newer", "starts", "expected"),
    [
        (300, 500, 563, "0.05"),  # the slot of the sample lies in epoch 563
        (300, 100, 563, "0.01"),
        (300, 500, 564, "0.05"),  # a rise on its way counts already
        (300, 100, 564, "0.03"),  # a cut does not yet
        (300, 100, None, "0.03"),
    ],
)
def test_the_newer_fee_counts_from_its_epoch(older: int, newer: int, starts: Any, expected: str) -> None:
    body = flux()
    state = info(body)["extensions"][0]["state"]
    state["olderTransferFee"] |= {"transferFeeBasisPoints": older}
    state["newerTransferFee"] |= {"transferFeeBasisPoints": newer, "epoch": starts}
    assert read(body).get(TRANSFER_FEE_RATIO) == Decimal(expected)


def test_a_fee_with_a_ceiling_of_nothing_is_none_and_one_with_the_largest_is_read() -> None:
    body = flux()
    for fee in ("olderTransferFee", "newerTransferFee"):
        info(body)["extensions"][0]["state"][fee]["maximumFee"] = 0
    assert read(body).get(TRANSFER_FEE_RATIO) == 0
    body = flux()
    info(body)["extensions"][0]["state"]["newerTransferFee"]["maximumFee"] = 18446744073709551615
    assert read(body).get(TRANSFER_FEE_RATIO) == Decimal("0.03")


@pytest.mark.parametrize("points", [None, 10_001, -1, "NaN"])
def test_a_fee_that_cannot_be_read_is_unknown(points: Any) -> None:
    body = flux()
    info(body)["extensions"][0]["state"]["newerTransferFee"]["transferFeeBasisPoints"] = points
    assert read(body).get(TRANSFER_FEE_RATIO) is None


def test_every_extension_is_named() -> None:
    body = flux()
    info(body)["extensions"] = sample("solana", "mint-extensions-pyusd-fragment.json")
    report = read(body)
    assert report.get(EXTENSIONS) == (
        "mintCloseAuthority",
        "permanentDelegate",
        "transferFeeConfig",
        "confidentialTransferMint",
        "transferHook",
        "metadataPointer",
        "tokenMetadata",
    )
    assert report.get(TRANSFER_FEE_RATIO) == 0


@pytest.mark.parametrize("row", [None, {}, {"extension": 7}, {"extension": "unparseableExtension"}])
def test_an_extension_that_cannot_be_read_never_passes_as_harmless(row: Any) -> None:
    body = flux()
    info(body)["extensions"] = [row]
    report = read(body)
    assert report.get(EXTENSIONS) == ("unparseableExtension",)
    assert report.get(TRANSFER_FEE_RATIO) is None


def test_a_live_authority_is_named_and_a_missing_one_is_unknown() -> None:
    body = bonk()
    info(body)["mintAuthority"] = OWNER
    del info(body)["freezeAuthority"]
    report = read(body)
    assert report.get(MINT_AUTHORITY) == Authority(OWNER)
    assert report.get(FREEZE_AUTHORITY) is None


def test_what_is_no_mint_is_not_listed() -> None:
    missing, account, uninitialized = bonk(), bonk(), bonk()
    missing["result"]["value"] = None
    account["result"]["value"]["data"]["parsed"]["type"] = "account"
    info(uninitialized)["isInitialized"] = False
    for body in (sample("solana", "getAccountInfo-system-base58.json"), missing, account, uninitialized):
        with pytest.raises(NotListed):
            read(body)


def test_a_mint_the_node_did_not_parse_is_unreadable() -> None:
    body = bonk()
    body["result"]["value"]["data"] = ["AAAA", "base64"]
    with pytest.raises(BadPayload):
        read(body)


@pytest.mark.parametrize("body", [None, [], {}, {"result": None}, {"result": {}}, {"result": [1]}])
def test_an_answer_without_a_result_is_unreadable(body: Any) -> None:
    with pytest.raises(BadPayload):
        read(body)


def test_the_call_is_a_post_to_the_address_of_the_node_itself() -> None:
    (endpoint,) = rpc.SOLANA_RPC.endpoints
    call = Call(provider=rpc.SOLANA_RPC, endpoint=endpoint, ask=ask(BONK))
    assert call.target == ""
    assert call.body == {
        "jsonrpc": "2.0",
        "id": 1,
        "method": "getAccountInfo",
        "params": [BONK.address, {"encoding": "jsonParsed", "commitment": "confirmed"}],
    }
    other = Call(provider=rpc.SOLANA_RPC, endpoint=endpoint, ask=ask(FLUX))
    assert call.key != other.key


@pytest.mark.parametrize("code", [-32603, -32004, -32005, -32014, -32016])
def test_a_node_that_lags_is_asked_again(code: int) -> None:
    error = classify(rpc.SOLANA_RPC, 200, {"error": {"code": code, "message": "later"}})
    assert isinstance(error, Unavailable) and error.retry


def test_a_throttled_call_is_seen_in_the_body_too() -> None:
    assert isinstance(classify(rpc.SOLANA_RPC, 403, {"error": {"code": 429}}), RateLimited)
