"""Helius' assets and fees, read by hand."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from data.errors import BadPayload, KeyRejected, NotListed, RateLimited, Unavailable
from data.models.fields import (
    DECIMALS,
    FREEZE_AUTHORITY,
    IMAGE_URL,
    MINT_AUTHORITY,
    MUTABLE,
    NAME,
    PRICE_USD,
    SUPPLY,
    SYMBOL,
    TOKEN_PROGRAM,
    Authority,
)
from data.models.ids import SOL, TokenKey
from data.models.market import TokenReport
from data.models.trading import PriorityFees
from data.providers import helius
from data.providers.base import Ask, Call, classify
from tests.unit.data.providers.cases.helius import JITOSOL, MAD_LAD, answered, fungible
from tests.unit.data.providers.recorded import BONK, NOW, ask, sample

META, FEES, *_ = helius.PROVIDER.endpoints
TOKEN_PROGRAM_ID = "TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA"


def read(result: Any, *tokens: TokenKey) -> tuple[TokenReport, ...]:
    return helius.parse_assets(answered(result), ask(*tokens or (JITOSOL,)), NOW)


def fees(levels: Any) -> PriorityFees:
    (found,) = helius.parse_fees(answered({"priorityFeeLevels": levels}), Ask(), NOW)
    return found


def test_a_fungible_asset_is_read_in_full() -> None:
    (report,) = read(fungible())
    assert report.get(SYMBOL) == "JitoSOL"
    assert report.get(NAME) == "Jito Staked SOL"
    assert report.get(DECIMALS) == 9
    assert report.get(SUPPLY) == Decimal("5949594.702758293")
    assert report.get(TOKEN_PROGRAM) == TOKEN_PROGRAM_ID
    assert report.get(PRICE_USD) == Decimal("56.47943")
    assert report.get(MUTABLE) is None


def test_an_asset_with_authorities_and_a_picture_is_read() -> None:
    (report,) = helius.parse_assets(sample("helius", "das-getAsset-pnft.json"), ask(MAD_LAD), NOW)
    owner = Authority("TdMA45ZnakQCBt5XUvm7ib2htKuTWdcgGKu1eUGrDyJ")
    assert report.get(MINT_AUTHORITY) == report.get(FREEZE_AUTHORITY) == owner
    assert report.get(SYMBOL) == "MAD"  # of the page: the mint's index has none
    assert report.get(MUTABLE) is True
    assert report.get(IMAGE_URL) is not None
    assert report.get(PRICE_USD) is None


def test_an_authority_left_out_is_unknown_and_one_that_is_null_is_revoked() -> None:
    assert read(fungible())[0].get(MINT_AUTHORITY) is None
    asset = fungible()
    asset["token_info"] |= {"mint_authority": None, "freeze_authority": 7}
    (report,) = read(asset)
    assert report.get(MINT_AUTHORITY) == Authority(None)
    assert report.get(FREEZE_AUTHORITY) is None


def test_a_supply_above_two_to_the_53_keeps_every_digit() -> None:
    asset = fungible()
    asset["token_info"] |= {"supply": 18_446_744_073_709_551_615, "decimals": 0}
    assert read(asset)[0].get(SUPPLY) == Decimal(18_446_744_073_709_551_615)


def test_the_mint_of_native_sol_keeps_no_count() -> None:
    asset = fungible() | {"id": SOL.address}
    asset["token_info"]["supply"] = 0
    assert read(asset, SOL)[0].get(SUPPLY) is None


@pytest.mark.parametrize(
    "told",
    [None, {"price_per_token": 5, "currency": "EUR"}, {"price_per_token": 5}, {"price_per_token": 0}]
    + [{"price_per_token": bad, "currency": "USDC"} for bad in ("NaN", -1, 0, True, None, Decimal("1e308"))]
    + [{"price_per_token": 5, "currency": ["USDC"]}],
)
def test_a_price_in_no_dollars_or_unreadable_is_none(told: Any) -> None:
    asset = fungible()
    asset["token_info"]["price_info"] = told
    assert read(asset)[0].get(PRICE_USD) is None


@pytest.mark.parametrize("mutable", [None, "true", 1, 0, {}])
def test_what_is_no_flag_is_unknown(mutable: Any) -> None:
    assert read(fungible() | {"mutable": mutable})[0].get(MUTABLE) is None


def test_a_strangers_name_is_made_visible_and_short() -> None:
    asset = fungible()
    asset["content"]["metadata"]["name"] = "\u202eevil\n" + "x" * 10_000
    name = read(asset)[0].get(NAME)
    assert name is not None and len(name) <= 64 and "\n" not in name and "\u202e" not in name


def test_one_asset_and_several_are_asked_for_by_their_own_methods() -> None:
    one = Call(provider=helius.PROVIDER, endpoint=META, ask=ask(BONK)).body
    assert (one["method"], one["params"]["id"]) == ("getAsset", BONK.address)
    two = Call(provider=helius.PROVIDER, endpoint=META, ask=ask(BONK, SOL)).body
    assert (two["method"], two["params"]["ids"]) == ("getAssetBatch", [BONK.address, SOL.address])


def test_a_batch_is_matched_by_id_whatever_its_order_and_gaps() -> None:
    lad = sample("helius", "das-getAsset-pnft.json")["result"]
    reports = read([None, lad, 7, fungible(), {"id": ["x"]}], JITOSOL, BONK, MAD_LAD)
    assert [report.token for report in reports] == [JITOSOL, MAD_LAD]


@pytest.mark.parametrize("result", [[], [None], {}, {"id": BONK.address}, {"id": None}])
def test_an_answer_without_the_asset_is_not_listed(result: Any) -> None:
    with pytest.raises(NotListed):
        read(result)


@pytest.mark.parametrize("result", [None, "asset", 7])
def test_an_answer_that_is_no_asset_is_unreadable(result: Any) -> None:
    with pytest.raises(BadPayload):
        read(result)


def test_fees_are_read_by_level_without_the_unsafe_one() -> None:
    (found,) = helius.parse_fees(sample("helius", "getPriorityFeeEstimate-all-levels.json"), Ask(), NOW)
    assert found.levels == {
        "min": 0,
        "low": 2,
        "medium": 10_082,
        "high": 100_000,
        "veryHigh": 1_000_000,
    }


def test_a_level_that_cannot_be_read_is_left_out_and_none_at_all_is_unreadable() -> None:
    assert fees({"low": "NaN", "high": 5, "medium": -1}).levels == {"high": 5}
    for levels in (None, {}, {"low": None}, [], {"unsafeMax": 5}):
        with pytest.raises(BadPayload):
            fees(levels)


def test_fees_are_asked_for_the_accounts_given_or_for_any_trade() -> None:
    def keys(asked: Ask) -> Any:
        return Call(provider=helius.PROVIDER, endpoint=FEES, ask=asked).body["params"][0]["accountKeys"]

    assert FEES.by == "nothing"
    assert keys(Ask()) == [TOKEN_PROGRAM_ID]
    assert keys(Ask(accounts=("a", "b"))) == ["a", "b"]


@pytest.mark.parametrize(
    ("code", "message", "error"),
    [
        (-32004, "The requested asset was not found.", NotListed),
        (-32000, "Asset Not Found", NotListed),
        (-32000, "Server error", Unavailable),
        (-32004, "Block not available for slot 1", Unavailable),
        (-32603, "account index service overloaded, please try again.", Unavailable),
        (-32602, "Invalid params", NotListed),
        (-32601, "Method not found", BadPayload),
        (-32001, "Authentication failed.", KeyRejected),
        (-32003, "Forbidden", KeyRejected),
        (-32029, "Rate limit exceeded.", RateLimited),
        (-32429, "max usage reached", RateLimited),
        (429, "Too many requests", RateLimited),
        ("-32001", "", KeyRejected),
        (None, None, BadPayload),
    ],
)
def test_an_error_in_a_good_answer_is_the_right_one(code: Any, message: Any, error: type[Exception]) -> None:
    body = {"jsonrpc": "2.0", "error": {"code": code, "message": message}, "id": "1"}
    assert type(classify(helius.PROVIDER, 200, body)) is error


@pytest.mark.parametrize(
    ("status", "error"), [(401, KeyRejected), (403, Unavailable), (429, RateLimited), (500, Unavailable)]
)
def test_an_error_in_other_words_is_judged_by_its_status(status: int, error: type[Exception]) -> None:
    assert type(classify(helius.PROVIDER, status, {"error": "no"})) is error


@pytest.mark.parametrize(("file", "error"), [("401", KeyRejected), ("429", RateLimited)])
def test_a_documented_refusal_is_the_right_error(file: str, error: type[Exception]) -> None:
    told = sample("helius", f"error-{file}.json")
    assert type(classify(helius.PROVIDER, told["status"], told["body"])) is error
    assert (
        type(classify(helius.PROVIDER, 404, {"error": {"code": -32004, "message": "not found"}})) is NotListed
    )
