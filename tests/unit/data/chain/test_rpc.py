"""What the chain says of a mint, read by hand."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from data.chain import rpc
from data.errors import BadPayload, NotListed, RateLimited, Unavailable
from data.models.fields import (
    CLOSE_AUTHORITY,
    DECIMALS,
    DEFAULT_FROZEN,
    EXTENSIONS,
    FEE_AUTHORITY,
    FREEZE_AUTHORITY,
    MINT_AUTHORITY,
    MUTABLE,
    NAME,
    NEXT_FEE_AT,
    NEXT_FEE_EPOCH,
    NEXT_FEE_RATIO,
    NON_TRANSFERABLE,
    PAUSE_AUTHORITY,
    PERMANENT_DELEGATE,
    SUPPLY,
    SYMBOL,
    TOKEN_PROGRAM,
    TRANSFER_FEE_RATIO,
    TRANSFER_HOOK,
    Authority,
    Field,
)
from data.models.holders import HolderList
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


def test_an_extended_mint_that_lists_no_extension_is_unknown_not_free_of_fees() -> None:
    body = flux()
    del info(body)["extensions"]
    (report,) = rpc.parse_mint(body, ask(FLUX), NOW)
    assert report.get(TRANSFER_FEE_RATIO) is None
    assert report.get(EXTENSIONS) == ("unparseableExtension",)
    body["result"]["value"]["data"]["space"] = rpc.BARE_MINT_BYTES
    (report,) = rpc.parse_mint(body, ask(FLUX), NOW)
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
        (300, 500, 564, "0.03"),
        (300, 100, 564, "0.03"),
        (300, 100, None, "0.03"),  # which of both is not told: the higher one
        (300, 500, None, "0.05"),
    ],
)
def test_the_newer_fee_counts_from_its_epoch(older: int, newer: int, starts: Any, expected: str) -> None:
    body = flux()
    state = info(body)["extensions"][0]["state"]
    state["olderTransferFee"] |= {"transferFeeBasisPoints": older}
    state["newerTransferFee"] |= {"transferFeeBasisPoints": newer, "epoch": starts}
    assert read(body).get(TRANSFER_FEE_RATIO) == Decimal(expected)


def scheduled(older: int, newer: int, starts: Any) -> tuple[Any, Any, Any]:
    """Read what a mint says of the fee to come."""
    body = flux()
    state = info(body)["extensions"][0]["state"]
    state["olderTransferFee"] |= {"transferFeeBasisPoints": older}
    state["newerTransferFee"] |= {"transferFeeBasisPoints": newer, "epoch": starts}
    report = read(body)
    return report.get(NEXT_FEE_RATIO), report.get(NEXT_FEE_EPOCH), report.get(NEXT_FEE_AT)


def test_a_fee_that_is_not_in_force_yet_is_told_with_its_epoch_and_about_when_that_begins() -> None:
    # From the recorded slot to epoch 564 it is 296,429 slots of 0.4 seconds.
    begins = NOW + timedelta(seconds=296_429 * 0.4)
    assert scheduled(100, 2_500, 564) == (Decimal("0.25"), 564, begins)
    assert scheduled(2_500, 0, 564) == (Decimal(0), 564, begins)


@pytest.mark.parametrize(
    ("older", "newer", "starts"), [(100, 2_500, 563), (100, 100, 564), (100, 2_500, None), (100, 10_001, 564)]
)
def test_a_fee_in_force_or_unchanged_or_unclear_is_none_to_come(older: int, newer: int, starts: Any) -> None:
    assert scheduled(older, newer, starts) == (None, None, None)


def test_an_epoch_beyond_all_calendars_has_no_date() -> None:
    assert scheduled(100, 2_500, 2**64 - 1) == (Decimal("0.25"), 2**64 - 1, None)


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
    endpoint, *_ = rpc.SOLANA_RPC.endpoints
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


POWERS = (FEE_AUTHORITY, PERMANENT_DELEGATE, TRANSFER_HOOK, PAUSE_AUTHORITY, CLOSE_AUTHORITY)


def extended(*rows: Any) -> TokenReport:
    """Read a mint with these extensions."""
    body = flux()
    info(body)["extensions"] = list(rows)
    return read(body)


def extension(name: str, /, **state: Any) -> dict[str, Any]:
    return {"extension": name, "state": state}


def test_a_mint_without_extensions_gives_nobody_a_power() -> None:
    for report in (read(bonk()), extended()):
        assert {report.get(power) for power in POWERS} == {Authority(None)}
        assert report.get(NON_TRANSFERABLE) is False
        assert report.get(DEFAULT_FROZEN) is False
        assert report.get(MUTABLE) is None  # its name is kept elsewhere


def test_every_power_of_an_extension_is_read() -> None:
    report = extended(
        extension("permanentDelegate", delegate=OWNER),
        extension("transferHook", authority=None, programId=OWNER),
        extension("pausableConfig", authority=OWNER, paused=False),
        extension("mintCloseAuthority", closeAuthority=OWNER),
        extension("transferFeeConfig", transferFeeConfigAuthority=OWNER),
        {"extension": "nonTransferable"},
        extension("defaultAccountState", accountState="frozen"),
        extension("tokenMetadata", updateAuthority=OWNER, name="<b>", symbol="SAFE"),
    )
    assert {report.get(power) for power in POWERS} == {Authority(OWNER)}
    assert report.get(NON_TRANSFERABLE) is True
    assert report.get(DEFAULT_FROZEN) is True
    assert report.get(MUTABLE) is True
    assert report.get(NAME) is report.get(SYMBOL) is None  # the issuer's words are no market's


def test_a_power_given_up_is_nobodys() -> None:
    report = extended(
        extension("permanentDelegate", delegate=None),
        extension("transferHook", authority=None, programId=None),
        extension("pausableConfig", authority=None, paused=False),
        extension("mintCloseAuthority", closeAuthority=None),
        extension("transferFeeConfig", transferFeeConfigAuthority=None),
        extension("defaultAccountState", accountState="initialized"),
        extension("tokenMetadata", updateAuthority=None),
    )
    assert {report.get(power) for power in POWERS} == {Authority(None)}
    assert report.get(DEFAULT_FROZEN) is False
    assert report.get(MUTABLE) is False


def test_a_hook_that_somebody_can_still_set_is_not_nobodys() -> None:
    for state in ({"authority": OWNER, "programId": None}, {"programId": None}, {"authority": None}):
        assert extended(extension("transferHook", **state)).get(TRANSFER_HOOK) is None
    live = extension("transferHook", authority=OWNER, programId=FLUX.address)
    assert extended(live).get(TRANSFER_HOOK) == Authority(FLUX.address)


@pytest.mark.parametrize("state", [None, 7, [], {}, {"delegate": 7}, {"delegate": ""}, {"delegate": "a b"}])
def test_a_power_that_cannot_be_read_is_unknown(state: Any) -> None:
    report = extended({"extension": "permanentDelegate", "state": state})
    assert report.get(PERMANENT_DELEGATE) is None
    assert report.get(PAUSE_AUTHORITY) == Authority(None)


@pytest.mark.parametrize(
    "unclear",
    [None, {}, {"extension": "unparseableExtension"}, {"extension": "uninitialized"}, "permanentDelegate"],
)
def test_where_an_extension_cannot_be_read_what_is_not_seen_is_unknown(unclear: Any) -> None:
    report = extended(extension("mintCloseAuthority", closeAuthority=OWNER), unclear)
    hidden: tuple[Field[Any], ...] = (
        *POWERS[:4],
        NON_TRANSFERABLE,
        DEFAULT_FROZEN,
        MUTABLE,
        TRANSFER_FEE_RATIO,
    )
    assert {report.get(key) for key in hidden} == {None}
    assert report.get(CLOSE_AUTHORITY) == Authority(OWNER)


def test_an_extension_that_stands_twice_is_not_read_either_way() -> None:
    report = extended(
        extension("permanentDelegate", delegate=None), extension("permanentDelegate", delegate=OWNER)
    )
    assert report.get(PERMANENT_DELEGATE) is None
    assert report.get(PAUSE_AUTHORITY) is None


@pytest.mark.parametrize("listed", [7, "none", {}, {"permanentDelegate": {}}, True])
def test_a_list_that_is_none_hides_what_it_holds(listed: Any) -> None:
    body = flux()
    info(body)["extensions"] = listed
    report = read(body)
    assert report.get(EXTENSIONS) == ("unparseableExtension",)
    assert {report.get(power) for power in POWERS} == {None}


@pytest.mark.parametrize("state", [None, "FROZEN", 2, [], "uninitialized"])
def test_a_default_state_that_cannot_be_read_is_unknown(state: Any) -> None:
    assert extended(extension("defaultAccountState", accountState=state)).get(DEFAULT_FROZEN) is None


def test_the_powers_over_a_recorded_stablecoin_are_seen() -> None:
    body = flux()
    info(body)["extensions"] = sample("solana", "mint-extensions-pyusd-fragment.json")
    report = read(body)
    assert report.get(PERMANENT_DELEGATE) == report.get(CLOSE_AUTHORITY) == Authority(OWNER)
    assert report.get(TRANSFER_HOOK) is None  # none set, and its owner may set one
    assert report.get(FEE_AUTHORITY) is report.get(MUTABLE) is None  # cut out of the recording


def holders(body: Any) -> HolderList:
    (found,) = rpc.parse_holders(body, ask(BONK), NOW)
    return found


def largest() -> Any:
    return sample("solana", "getTokenLargestAccounts.json")


def test_the_largest_accounts_are_read_each_for_its_owner() -> None:
    found = holders(largest())
    assert [(each.owner == each.account, each.amount, each.ratio) for each in found.holders] == [
        (True, Decimal("7.71"), None),
        (True, Decimal("2.29"), None),
    ]
    assert found.holders[0].account == "FYjHNoFtSQ5uijKrZFyYAxvEr87hsKXkXcxkcmkBAf4r"
    assert found.total is None


def test_the_largest_come_first_and_an_empty_account_holds_nothing() -> None:
    body = largest()
    rows = body["result"]["value"]
    rows[0]["amount"] = "1"
    rows.append(rows[0] | {"address": OWNER, "amount": "0"})
    assert [each.amount for each in holders(body).holders] == [Decimal("2.29"), Decimal("0.01")]


def test_a_mint_nobody_holds_has_an_empty_list() -> None:
    body = largest()
    body["result"]["value"] = []
    assert holders(body).holders == ()


@pytest.mark.parametrize(
    "change",
    [
        {"amount": None},
        {"amount": "-1"},
        {"amount": "1.5"},
        {"decimals": 99},
        {"address": None},
        {"address": 7},
    ],
)
def test_a_row_that_cannot_be_read_makes_the_list_unreadable(change: dict[str, Any]) -> None:
    body = largest()
    body["result"]["value"][0] |= change
    with pytest.raises(BadPayload):
        holders(body)


@pytest.mark.parametrize("value", [None, {}, 7, [None], [[]]])
def test_holders_that_are_no_list_are_unreadable(value: Any) -> None:
    body = largest()
    body["result"]["value"] = value
    with pytest.raises(BadPayload):
        holders(body)


def test_holders_are_asked_for_by_the_mint() -> None:
    _, endpoint, *_ = rpc.SOLANA_RPC.endpoints
    call = Call(provider=rpc.SOLANA_RPC, endpoint=endpoint, ask=ask(BONK))
    assert endpoint.by == "token"
    assert call.body["method"] == "getTokenLargestAccounts"
    assert call.body["params"] == [BONK.address, {"commitment": "confirmed"}]


def test_a_refusal_in_unknown_words_keeps_the_meaning_of_its_status() -> None:
    refused = {"error": {"code": -1, "message": "no"}}
    assert isinstance(classify(rpc.SOLANA_RPC, 503, refused), Unavailable)
    assert isinstance(classify(rpc.SOLANA_RPC, 200, refused), BadPayload)
