"""GoPlus's scans, read by hand."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from data.errors import BadPayload, KeyRejected, NotListed, RateLimited, Unavailable, UpstreamError
from data.models.fields import (
    BUY_TAX_RATIO,
    CLOSE_AUTHORITY,
    CREATOR,
    DEFAULT_FROZEN,
    DEV_RATIO,
    FEE_AUTHORITY,
    FREEZE_AUTHORITY,
    HOLDERS,
    HONEYPOT,
    LARGEST_RATIO,
    LP_BURNED_RATIO,
    LP_LOCKED_RATIO,
    LP_LOCKS,
    MINT_AUTHORITY,
    MUTABLE,
    NAME,
    NEXT_FEE_EPOCH,
    NEXT_FEE_RATIO,
    NON_TRANSFERABLE,
    PAUSE_AUTHORITY,
    PERMANENT_DELEGATE,
    SELL_TAX_RATIO,
    SUPPLY,
    SYMBOL,
    TOP10_RATIO,
    TRANSFER_FEE_RATIO,
    TRANSFER_HOOK,
    Authority,
    Field,
)
from data.models.holders import HolderList
from data.models.ids import USDC, Chain, TokenKey
from data.models.market import Capability, RiskLevel, SecurityReport
from data.providers import goplus
from data.providers.base import Call, classify
from tests.unit.data.providers.cases.goplus import (
    CREATOR as MAKER,
)
from tests.unit.data.providers.cases.goplus import HOOK, TROE, WALLET, honeypot, memecoin, trap, usdc, weth
from tests.unit.data.providers.recorded import BONK, NOW, WETH, ask, sample

DEAD = "0x000000000000000000000000000000000000dead"


def read(body: Any, token: TokenKey) -> SecurityReport:
    parse = goplus.parse_solana if token.chain is Chain.SOLANA else goplus.parse_evm
    (report,) = parse(body, ask(token), NOW)
    return report


def changed(body: Any, token: TokenKey, **change: Any) -> SecurityReport:
    """Read a scan with some of its keys changed; a key of None is taken out."""
    row = body["result"][token.address]
    row |= change
    for key in [key for key, value in change.items() if value is None]:
        del row[key]
    return read(body, token)


def fact(report: SecurityReport, key: Field[Any]) -> Any:
    return next((fact.value for fact in report.facts if fact.field is key), None)


def findings(report: SecurityReport) -> dict[str, tuple[RiskLevel, str]]:
    return {risk.name: (risk.level, risk.value) for risk in report.risks}


def test_a_trusted_token_that_can_be_minted_and_frozen_is_shown_as_it_is() -> None:
    report = read(usdc(), USDC)
    assert (report.score, report.rugged, report.as_of) == (None, None, None)
    assert findings(report) == {
        "Mintable": (RiskLevel.WARN, ""),
        "Freezable": (RiskLevel.WARN, ""),
        "Metadata can be changed": (RiskLevel.INFO, ""),
        "Trusted": (RiskLevel.GOOD, ""),
    }
    assert (fact(report, SYMBOL), fact(report, NAME)) == ("USDC", "USD Coin")
    assert fact(report, SUPPLY) == Decimal("7946037166.764042")
    assert fact(report, MINT_AUTHORITY) == Authority("BJE5MMbqXjVwjAF7oxwPYXnTXDyspzZyt4vwenNw5ruG")
    assert fact(report, FREEZE_AUTHORITY) == Authority("7dGbd2QZcCKcTndnHcTL8q7SMVXAkp688NTQYwrRCrar")
    for nobody in (CLOSE_AUTHORITY, PERMANENT_DELEGATE, FEE_AUTHORITY, TRANSFER_HOOK):
        assert fact(report, nobody) == Authority(None)
    assert fact(report, TRANSFER_FEE_RATIO) == 0
    assert fact(report, NON_TRANSFERABLE) is False
    assert fact(report, DEFAULT_FROZEN) is False
    assert fact(report, MUTABLE) is True
    assert fact(report, HOLDERS) == 7348314


@pytest.mark.parametrize(
    "key", [HONEYPOT, BUY_TAX_RATIO, SELL_TAX_RATIO, CREATOR, DEV_RATIO, LP_BURNED_RATIO]
)
def test_what_is_not_told_of_a_mint_is_unknown(key: Field[Any]) -> None:
    assert fact(read(usdc(), USDC), key) is None


def test_holders_among_which_no_pool_is_known_tell_no_concentration() -> None:
    """A program's address may hold for a pool, so that the largest may be one."""
    report = read(usdc(), USDC)
    assert (fact(report, TOP10_RATIO), fact(report, LARGEST_RATIO)) == (None, None)


def test_a_trap_on_solana_is_read_in_full() -> None:
    report = read(trap(), USDC)
    assert fact(report, PERMANENT_DELEGATE) == Authority(MAKER)
    assert fact(report, CLOSE_AUTHORITY) == fact(report, FEE_AUTHORITY) == Authority(MAKER)
    assert fact(report, TRANSFER_HOOK) == Authority(HOOK)
    assert fact(report, TRANSFER_FEE_RATIO) == Decimal("0.03")
    assert fact(report, NON_TRANSFERABLE) is fact(report, DEFAULT_FROZEN) is True
    assert (fact(report, CREATOR), fact(report, DEV_RATIO)) == (MAKER, Decimal("0.2"))
    # The pool's 40 % and the locked wallet's 1 % do not count: the creator's 20 % and seven times 1 % do.
    assert fact(report, TOP10_RATIO) == Decimal("0.27")
    assert fact(report, LARGEST_RATIO) == Decimal("0.2")
    assert fact(report, LP_BURNED_RATIO) == Decimal("0.98")
    assert fact(report, LP_LOCKED_RATIO) is None  # what is locked besides is not told
    assert (fact(report, NEXT_FEE_RATIO), fact(report, NEXT_FEE_EPOCH)) == (Decimal("0.08"), 910)
    told = findings(report)
    assert told["Malicious address"] == (RiskLevel.DANGER, MAKER)
    assert [risk.name for risk in report.risks].count("Malicious address") == 1
    assert told["Transfer fee"] == (RiskLevel.INFO, "3%")
    dangers = {name for name, (level, _) in told.items() if level is RiskLevel.DANGER}
    assert dangers == {
        "Malicious address",
        "Balances can be changed",
        "Not transferable",
        "New accounts begin frozen",
    }
    assert "Trusted" not in told


@pytest.mark.parametrize(
    "power",
    [
        None,
        {},
        {"status": "", "authority": []},
        {"status": None},
        {"status": "2", "authority": []},
        {"status": "1", "authority": []},
        {"status": "0", "authority": [{"address": MAKER}]},
        {"status": "1", "authority": [{"address": None}]},
    ],
)
def test_an_authority_is_unknown_where_the_scan_is_silent_or_contradicts_itself(power: Any) -> None:
    assert fact(changed(usdc(), USDC, mintable=power), MINT_AUTHORITY) is None


def test_a_power_that_nobody_is_named_for_is_still_a_finding() -> None:
    assert "Mintable" in findings(changed(usdc(), USDC, mintable={"status": "1", "authority": []}))


@pytest.mark.parametrize(
    ("fee", "ratio"),
    [
        ({}, Decimal(0)),
        (None, None),
        ("", None),
        ({"current_fee_rate": {}}, None),
        ({"current_fee_rate": {"fee_rate": "0.5"}}, Decimal("0.5")),
        ({"current_fee_rate": {"fee_rate": "300"}}, None),
    ],
)
def test_a_transfer_fee_is_a_fraction_and_an_empty_one_is_none(fee: Any, ratio: Decimal | None) -> None:
    assert fact(changed(usdc(), USDC, transfer_fee=fee), TRANSFER_FEE_RATIO) == ratio


def test_the_client_s_name_for_a_flag_is_read_too() -> None:
    report = changed(usdc(), USDC, non_transferable=None, none_transferable="1")
    assert fact(report, NON_TRANSFERABLE) is True


@pytest.mark.parametrize(
    ("state", "frozen"), [("0", None), ("1", False), ("2", True), ("", None), (None, None)]
)
def test_new_accounts_begin_as_the_state_says(state: Any, frozen: bool | None) -> None:
    assert fact(changed(usdc(), USDC, default_account_state=state), DEFAULT_FROZEN) is frozen


def test_several_creators_are_no_creator() -> None:
    both = [{"address": MAKER, "malicious_address": 0}, {"address": HOOK, "malicious_address": 0}]
    assert fact(changed(trap(), USDC, creators=both), CREATOR) is None


@pytest.mark.parametrize(
    ("pools", "burned"),
    [
        ([{"tvl": "9", "type": "Standard", "burn_percent": 0}], None),
        ([{"tvl": "9", "type": "Standard"}], None),
        ([{"tvl": "9", "type": "Standard", "burn_percent": 50}], Decimal("0.5")),
        ([{"tvl": "9", "type": "Concentrated", "burn_percent": 100}], None),
        (
            [
                {"tvl": "1", "type": "Standard", "burn_percent": 100},
                {"tvl": "9", "type": "Standard", "burn_percent": 20},
            ],
            Decimal("0.2"),
        ),
        ([{"tvl": "9", "type": "Standard", "burn_percent": 100}, {"tvl": None}], None),
    ],
)
def test_the_deepest_pool_alone_tells_what_is_burned(pools: Any, burned: Decimal | None) -> None:
    assert fact(changed(usdc(), USDC, dex=pools), LP_BURNED_RATIO) == burned


def test_a_contract_is_read_in_full() -> None:
    report = read(memecoin(), TROE)
    assert (fact(report, SYMBOL), fact(report, NAME)) == ("TROE", "Troe Coin")
    assert fact(report, SUPPLY) == Decimal("1000000000000")
    assert fact(report, HONEYPOT) is False
    assert fact(report, BUY_TAX_RATIO) == fact(report, SELL_TAX_RATIO) == 0
    assert fact(report, TRANSFER_FEE_RATIO) is None
    assert fact(report, MINT_AUTHORITY) == fact(report, PAUSE_AUTHORITY) == Authority(None)
    assert fact(report, FREEZE_AUTHORITY) is None  # there is a blacklist, and whose is not told
    assert fact(report, CREATOR) == "0xb8b4ee01abb7efee8efb5b06d3595cf8a89e70a0"
    assert fact(report, DEV_RATIO) == Decimal("0.05")
    assert fact(report, HOLDERS) == 199
    assert fact(report, LARGEST_RATIO) == Decimal("0.05")  # the pool has more
    assert fact(report, TOP10_RATIO) is None  # three of ten rows are left in the recording
    assert fact(report, LP_LOCKED_RATIO) == Decimal("0.999999999999999999")
    assert findings(report) == {
        "Blacklist": (RiskLevel.WARN, ""),
        "Calls other contracts": (RiskLevel.INFO, ""),
        "Trade limit": (RiskLevel.INFO, ""),
    }


def test_what_a_scan_leaves_out_is_unknown_and_never_safe() -> None:
    report = read(weth(), WETH)
    assert fact(report, LP_LOCKED_RATIO) is None
    assert fact(report, TRANSFER_FEE_RATIO) is None  # an empty text
    assert (fact(report, TOP10_RATIO), fact(report, LARGEST_RATIO)) == (None, None)  # pools are not listed
    assert findings(report) == {"Trusted": (RiskLevel.GOOD, "")}
    bare = {"code": 1, "message": "OK", "result": {WETH.address: {"token_symbol": "WETH"}}}
    assert [fact.field for fact in read(bare, WETH).facts] == [SYMBOL]
    assert read(bare, WETH).risks == ()


def test_a_honeypot_is_read_in_full() -> None:
    report = read(honeypot(), TROE)
    assert fact(report, HONEYPOT) is True
    assert fact(report, BUY_TAX_RATIO) == Decimal("0.05")
    assert fact(report, SELL_TAX_RATIO) == 1
    assert fact(report, TRANSFER_FEE_RATIO) == Decimal("0.1")
    # The pool and the locked wallet do not count.
    assert fact(report, TOP10_RATIO) == Decimal("0.143683512599172501")
    told = findings(report)
    assert told["Honeypot"][0] is told["Imitation"][0] is told["Hidden owner"][0] is RiskLevel.DANGER
    assert told["Buy tax"] == (RiskLevel.INFO, "5%")
    assert told["Transfer tax"] == (RiskLevel.WARN, "10%")
    assert told["Sell tax"] == (RiskLevel.DANGER, "100%")
    assert told["Creator of honeypots"] == (RiskLevel.DANGER, "3")
    assert told["Fake token"] == (RiskLevel.DANGER, WETH.address)
    assert told["Source not published"] == (RiskLevel.WARN, "")
    notes = {risk.name: risk.description for risk in report.risks}
    assert notes["Other risks"] == "The owner can [stop](https://evil.example) trading"


@pytest.mark.parametrize("change", [{"is_open_source": "0"}, {"is_proxy": "1"}, {"is_proxy": None}])
def test_code_that_cannot_be_read_or_can_be_replaced_proves_nothing(change: dict[str, Any]) -> None:
    report = changed(memecoin(), TROE, **change)
    assert fact(report, MINT_AUTHORITY) is fact(report, PAUSE_AUTHORITY) is None


@pytest.mark.parametrize("value", ["", None, "true", True, 2, "-1", [], {}])
def test_a_flag_is_zero_one_or_unknown(value: Any) -> None:
    assert fact(changed(memecoin(), TROE, is_honeypot=value), HONEYPOT) is None


@pytest.mark.parametrize("tax", ["", None, "1.01", "-0.1", "5%", "NaN", 30])
def test_a_tax_is_a_fraction_or_unknown(tax: Any) -> None:
    assert fact(changed(memecoin(), TROE, sell_tax=tax), SELL_TAX_RATIO) is None


@pytest.mark.parametrize("percent", [None, "NaN", -1, "1.5", {}])
def test_a_holder_that_cannot_be_read_makes_the_concentration_unknown(percent: Any) -> None:
    body = honeypot()
    body["result"][TROE.address]["holders"][1]["percent"] = percent
    report = read(body, TROE)
    assert (fact(report, TOP10_RATIO), fact(report, LARGEST_RATIO)) == (None, None)


def test_a_list_of_all_holders_is_whole_however_short() -> None:
    report = changed(memecoin(), TROE, holder_count="3")
    assert fact(report, TOP10_RATIO) == Decimal("0.083683512599172501")


@pytest.mark.parametrize(
    ("rows", "locked"),
    [
        ([], None),
        ([{"address": DEAD, "percent": "0.9", "is_locked": 0}], Decimal("0.9")),
        ([{"address": WALLET.format(1), "percent": "0.9", "is_locked": 0}], Decimal(0)),
        ([{"address": WALLET.format(1), "percent": "0.9"}], None),
        ([{"address": WALLET.format(1), "percent": "199651036.3714", "is_locked": 1}], None),
        ([{"address": DEAD, "percent": "0.9"}, {"address": DEAD, "percent": "0.9"}], None),
    ],
)
def test_locked_liquidity_is_what_is_burned_or_locked(rows: Any, locked: Decimal | None) -> None:
    assert fact(changed(memecoin(), TROE, lp_holders=rows), LP_LOCKED_RATIO) == locked


def test_who_keeps_the_shares_is_named_with_the_first_of_its_dates() -> None:
    rows = [
        {"address": DEAD, "percent": "0.2", "is_locked": 1},
        {
            "address": WALLET.format(1), "tag": "UNCX \u202elocker", "percent": "0.5", "is_locked": 1,
            "locked_detail": [
                {"amount": "2", "end_time": "2027-08-06T00:00:00+00:00"},
                {"amount": "1", "end_time": "1754438400", "opt_time": ""}, {"end_time": "soon"}, None,
            ],
        },
        {"address": WALLET.format(2), "percent": "0.1", "is_locked": 1},
        {"address": WALLET.format(3), "percent": "0.2", "is_locked": 0},
    ]  # fmt: skip
    report = changed(memecoin(), TROE, lp_holders=rows)
    assert fact(report, LP_LOCKED_RATIO) == Decimal("0.8")
    assert fact(report, LP_BURNED_RATIO) == Decimal("0.2")
    named, nameless = fact(report, LP_LOCKS)
    assert named.kind == "UNCX locker"
    assert (named.program, named.share) == (WALLET.format(1), Decimal("0.5"))
    assert named.unlocks_at == datetime(2025, 8, 6, tzinfo=UTC)
    assert (nameless.kind, nameless.share, nameless.unlocks_at) == ("", Decimal("0.1"), None)


def test_a_recorded_pool_that_is_burned_has_no_locker() -> None:
    report = read(memecoin(), TROE)
    assert fact(report, LP_BURNED_RATIO) == Decimal("0.999999999999999999")
    assert fact(report, LP_LOCKS) == ()
    assert fact(changed(memecoin(), TROE, lp_holders=None), LP_LOCKS) is None


@pytest.mark.parametrize(
    "rows",
    [
        [{"epoch": "910"}],
        [{"epoch": "soon", "fee_rate": "0.1"}],
        [{"epoch": "1", "fee_rate": "0.1"}, {"epoch": "2", "fee_rate": "0.2"}],
        None,
        "soon",
    ],
)
def test_a_schedule_that_is_not_understood_says_nothing(rows: Any) -> None:
    fee = {"current_fee_rate": {"fee_rate": "0.01"}, "scheduled_fee_rate": rows}
    report = changed(usdc(), USDC, transfer_fee=fee)
    assert fact(report, TRANSFER_FEE_RATIO) == Decimal("0.01")
    assert fact(report, NEXT_FEE_RATIO) is fact(report, NEXT_FEE_EPOCH) is None


def holders(body: Any, token: TokenKey) -> HolderList:
    (found,) = goplus.parse_holders(body, ask(token), NOW)
    return found


def test_holders_are_listed_with_pools_and_locks_by_the_vendor_s_words() -> None:
    found = holders(honeypot(), TROE)
    assert (found.total, len(found.holders)) == (199, 10)
    pool, second, *_, locked = found.holders
    assert (pool.owner, pool.label) == ("0xb0f17b16960996e74ae170adcefe1ef1a9533d40", "UniswapV2")
    assert pool.amount == Decimal("93129560085.61833345")
    assert pool.ratio == Decimal("0.093129560085618333")
    assert (second.label, locked.label) == ("", "UNCX")
    on_solana = holders(trap(), USDC)
    assert on_solana.holders[0].label == "Raydium V4"
    assert on_solana.holders[2].account == "account1"
    assert on_solana.holders[-1].label == "locked"
    assert on_solana.total == 57


def test_no_list_of_holders_is_not_an_empty_one() -> None:
    body = usdc()
    body["result"][USDC.address]["holders"] = []
    with pytest.raises(NotListed):
        holders(body, USDC)


@pytest.mark.parametrize("result", [{}, None, {"other": {"mintable": {}}}, {BONK.address: {}}])
def test_a_token_that_is_not_in_the_answer_is_unknown(result: Any) -> None:
    for parse in (goplus.parse_solana, goplus.parse_evm, goplus.parse_holders):
        with pytest.raises(NotListed):
            parse({"code": 1, "message": "ok", "result": result}, ask(BONK), NOW)
    unknown = sample("goplus", "solana-token_security-unknown-token.json")
    with pytest.raises(NotListed):
        read(unknown, BONK)


def test_the_scans_of_evm_chains_are_found_whatever_the_case_of_their_key() -> None:
    body = weth()
    body["result"] = {key.upper().replace("0X", "0x"): row for key, row in body["result"].items()}
    assert fact(read(body, WETH), SYMBOL) == "WETH"


@pytest.mark.parametrize("body", [None, [], {}, {"code": 1}, {"code": 1, "result": []}])
def test_an_answer_without_scans_is_unreadable(body: Any) -> None:
    with pytest.raises(BadPayload):
        read(body, BONK)


@pytest.mark.parametrize(
    ("code", "error"),
    [
        (2, NotListed),
        (2004, NotListed),
        (2018, NotListed),
        (2020, NotListed),
        (2021, NotListed),
        (4012, KeyRejected),
        (4023, KeyRejected),
        (4029, RateLimited),
        (5000, Unavailable),
        (5006, BadPayload),
        (9999, Unavailable),
    ],
)
def test_a_failure_is_known_by_its_code_whatever_the_status(code: int, error: type[UpstreamError]) -> None:
    body = {"code": code, "message": "no", "result": None}
    assert type(classify(goplus.PROVIDER, 200, body)) is error


def test_the_recorded_refusal_is_the_rate() -> None:
    refusal = sample("goplus", "error-200-rate-limited-shape.json")
    assert isinstance(classify(goplus.PROVIDER, 200, refusal), RateLimited)
    assert isinstance(classify(goplus.PROVIDER, 429, {"code": 1}), RateLimited)
    assert isinstance(classify(goplus.PROVIDER, 500, {"code": 1}), Unavailable)
    assert isinstance(classify(goplus.PROVIDER, 503, None), Unavailable)


@pytest.mark.parametrize(
    ("token", "target"),
    [
        (BONK, f"/solana/token_security?contract_addresses={BONK.address}"),
        (WETH, f"/token_security/1?contract_addresses={WETH.address}"),
        (TokenKey(Chain.BSC, DEAD), f"/token_security/56?contract_addresses={DEAD}"),
        (TokenKey(Chain.BASE, DEAD), f"/token_security/8453?contract_addresses={DEAD}"),
    ],
)
def test_each_chain_has_its_own_address(token: TokenKey, target: str) -> None:
    for capability in (Capability.SECURITY, Capability.HOLDERS):
        (endpoint,) = goplus.PROVIDER.endpoints_for(capability, token.chain)
        assert Call(provider=goplus.PROVIDER, endpoint=endpoint, ask=ask(token)).target == target
