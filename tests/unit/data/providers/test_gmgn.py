"""GMGN's pages, read by hand: envelopes, ratios in strings, and what is no share of the supply."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from data.errors import BadPayload, KeyRejected, NotListed, RateLimited, Unavailable
from data.models import fields as f
from data.models.fields import Authority, Field, Link, Span
from data.models.holders import Holder, HolderList
from data.models.ids import SOL_MINT, Chain, TokenKey
from data.models.market import Risk, RiskLevel, SecurityReport, TokenReport
from data.providers import gmgn
from data.providers.base import Ask, Call, classify
from tests.unit.data.providers.cases import gmgn as built
from tests.unit.data.providers.recorded import BONK, GITLAWB, HATS, NOW, ask, find, sample


def fact(report: SecurityReport | TokenReport, key: Field[Any]) -> Any:
    return next((fact.value for fact in report.facts if fact.field is key), None)


def page(body: Any, token: TokenKey = HATS) -> TokenReport:
    (report,) = gmgn.parse_info(body, ask(token), NOW)
    return report


def scan(body: Any, token: TokenKey = HATS) -> SecurityReport:
    (report,) = gmgn.parse_security(body, ask(token), NOW)
    return report


def listed(body: Any) -> HolderList:
    (found,) = gmgn.parse_holders(body, ask(HATS), NOW)
    return found


def test_a_page_in_two_envelopes_is_read() -> None:
    report = page(sample("gmgn", "openapi-token-info-nested-data.json"))
    assert {fact.field: fact.value for fact in report.facts} == {
        f.PRICE_USD: Decimal("0.0000312"),
        f.LIQUIDITY_USD: Decimal("8123.5"),
        f.HOLDERS: 41,
        f.CREATOR_TOKENS: 7,
        f.TOP10_RATIO: Decimal("0.44"),
        f.DEV_RATIO: Decimal("0.0"),
    }


def test_shares_of_volume_and_of_wallets_are_no_shares_of_the_supply() -> None:
    report = page(sample("gmgn", "openapi-token-info-nested-data.json"))
    assert not {f.SNIPER_RATIO, f.INSIDER_RATIO} & {fact.field for fact in report.facts}


def test_a_whole_page_is_read() -> None:
    report = page(built.info())
    assert (fact(report, f.SYMBOL), fact(report, f.NAME), fact(report, f.DECIMALS)) == ("HATS", "Hats", 6)
    assert fact(report, f.LINKS) == (
        Link("website", "https://hats.example/"),
        Link("x", "https://x.com/hats"),
    )
    assert fact(report, f.CREATED_AT) == datetime(2025, 5, 20, 2, 30, 59, tzinfo=UTC)
    assert (fact(report, f.CURVE_RATIO), fact(report, f.GRADUATED)) == (Decimal("0.42"), False)
    assert fact(report, f.CREATOR) == built.CREATOR
    assert fact(report, f.VOLUME_USD[Span.H24]) == Decimal("400.5")
    assert (fact(report, f.BUYS[Span.M5]), fact(report, f.SELLS[Span.H6])) == (10, 30)


def test_the_market_cap_is_the_price_of_what_circulates() -> None:
    assert fact(page(built.info()), f.MARKET_CAP_USD) == 45_000
    body = built.info()
    del body["data"]["circulating_supply"]
    assert fact(page(body), f.MARKET_CAP_USD) is None


@pytest.mark.parametrize("price", ["0.00005", Decimal("0.00005"), {"price": "0.00005"}])
def test_a_price_is_a_string_a_number_or_an_object(price: Any) -> None:
    body = built.info()
    body["data"]["price"] = price
    assert fact(page(body), f.PRICE_USD) == Decimal("0.00005")


@pytest.mark.parametrize("price", [None, "", 0, "0", -1, "NaN", {}, {"price": {}}, [1]])
def test_no_price_is_none(price: Any) -> None:
    body = built.info()
    body["data"]["price"] = price
    assert fact(page(body), f.PRICE_USD) is None
    assert fact(page(body), f.SYMBOL) == "HATS"


@pytest.mark.parametrize(
    ("state", "told", "progress"),
    [(0, None, None), (1, False, Decimal("0.42")), (2, True, Decimal("0.42")), ("", None, None)],
)
def test_a_token_on_no_curve_has_no_state_of_it(state: Any, told: Any, progress: Any) -> None:
    body = built.info()
    body["data"]["launchpad_status"] = state
    assert (fact(page(body), f.GRADUATED), fact(page(body), f.CURVE_RATIO)) == (told, progress)


@pytest.mark.parametrize("data", [None, {}, {"data": {}}, {"code": 0, "data": None}, [], "x"])
def test_a_token_that_is_not_known_is_not_listed(data: Any) -> None:
    for parse in (gmgn.parse_info, gmgn.parse_security):
        with pytest.raises(NotListed):
            parse(built.enveloped(data), ask(HATS), NOW)


def test_a_page_of_nothing_but_empty_words_is_not_listed() -> None:
    with pytest.raises(NotListed):
        page(built.enveloped({"address": HATS.address, "symbol": "", "price": "0"}))


def test_an_answer_of_another_token_is_unreadable() -> None:
    for parse, body in ((gmgn.parse_info, built.info()), (gmgn.parse_security, built.security())):
        with pytest.raises(BadPayload):
            parse(body, ask(BONK), NOW)


def test_a_scan_is_read_in_full() -> None:
    report = scan(built.security())
    assert (report.score, report.rugged) == (12, None)
    assert fact(report, f.RISK_SCORE) == 12
    assert fact(report, f.MINT_AUTHORITY) == Authority(None)
    assert fact(report, f.FREEZE_AUTHORITY) is None  # live, and whose is not told
    assert fact(report, f.HONEYPOT) is None
    assert (fact(report, f.BUY_TAX_RATIO), fact(report, f.SELL_TAX_RATIO)) == (None, Decimal("0.05"))
    assert fact(report, f.TOP10_RATIO) == Decimal("0.2113")
    assert fact(report, f.DEV_RATIO) == Decimal("0.01")
    assert fact(report, f.INSIDER_RATIO) == Decimal("0.125")
    assert report.risks == (
        Risk(name="Freeze not renounced", level=RiskLevel.DANGER),
        Risk(name="Wash trading", level=RiskLevel.WARN),
        Risk(name="Rug ratio", level=RiskLevel.WARN, value="0.12"),
    )


def test_the_flags_of_solana_say_nothing_of_a_contract() -> None:
    report = scan(built.contract(), GITLAWB)
    assert [risk.name for risk in report.risks] == ["Honeypot", "Contract not verified"]
    assert fact(report, f.HONEYPOT) is True
    assert fact(report, f.MINT_AUTHORITY) is None
    assert (report.score, fact(report, f.SELL_TAX_RATIO)) == (None, Decimal("0.9"))


@pytest.mark.parametrize(
    ("rug", "level"),
    [("0.05", None), ("0.1", RiskLevel.WARN), ("0.3", RiskLevel.WARN), (Decimal("0.31"), RiskLevel.DANGER)],
)
def test_a_rug_ratio_is_graded_as_the_vendor_grades_it(rug: Any, level: RiskLevel | None) -> None:
    body = built.security()
    body["data"]["rug_ratio"] = rug
    assert next((risk.level for risk in scan(body).risks if risk.name == "Rug ratio"), None) is level


@pytest.mark.parametrize("value", [1.5, "1.01", -0.1, "", None, True, "x"])
def test_a_ratio_beyond_a_whole_is_unknown(value: Any) -> None:
    body = built.security()
    body["data"] |= {"top_10_holder_rate": value, "rug_ratio": value}
    assert fact(scan(body), f.TOP10_RATIO) is None
    assert scan(body).score is None


def test_holders_are_read_with_what_the_vendor_calls_them() -> None:
    found = listed(built.holders())
    assert found.token == HATS
    assert found.holders == (
        Holder(
            owner=built.CREATOR, amount=Decimal("5e8"), ratio=Decimal("0.5"), label="pump_amm", pooled=True
        ),
        Holder(
            owner=built.WALLET,
            account=built.ACCOUNT,
            amount=Decimal(20_000_000),
            ratio=Decimal("0.02"),
            label="bundler",
        ),
        Holder(owner=built.ACCOUNT, amount=Decimal(1), ratio=Decimal(0), label="burnt"),
        Holder(owner=built.WALLET, account=built.ACCOUNT, label="a friend"),
    )


def test_no_holders_is_a_token_that_is_not_listed() -> None:
    with pytest.raises(NotListed):
        listed(built.enveloped({"list": []}))
    with pytest.raises(BadPayload):
        listed(built.enveloped({"list": None}))


def test_a_recorded_rank_is_read() -> None:
    (row,) = gmgn.parse_rank(sample("gmgn", "web-rank-swaps-eth.json"), ask(chain=Chain.ETHEREUM), NOW)
    assert row.token == TokenKey(Chain.ETHEREUM, "0xecca809227d43b895754382f1fd871628d7e51fb")
    assert row.get(f.SYMBOL) == "LANLAN"
    assert row.get(f.PRICE_USD) == Decimal("0.0026437156")
    assert row.get(f.MARKET_CAP_USD) == 23_499_694
    assert row.get(f.CHANGE[Span.H1]) == Decimal("0.020284031")
    assert row.get(f.CHANGE[Span.M5]) == Decimal("0.0053128744")
    assert (row.get(f.BUYS[Span.H1]), row.get(f.SELLS[Span.H1]), row.get(f.HOLDERS)) == (860, 865, 2078)
    assert row.get(f.LINKS) == (
        Link("website", "https://www.lanlancat.com/"),
        Link("x", "https://x.com/LanLanCoin"),
        Link("telegram", "https://t.me/LANLANCOIN"),
    )
    assert row.get(f.CREATOR) is None


def test_a_rank_is_read_for_one_chain_and_a_pool_is_no_launchpad() -> None:
    first, second = gmgn.parse_rank(built.rank(), ask(), NOW)
    assert (first.token, first.get(f.LAUNCHPAD)) == (BONK, "Pump.fun")
    assert (second.token, second.get(f.LAUNCHPAD)) == (HATS, None)
    assert (first.get(f.TOP10_RATIO), float(first.get(f.SNIPER_RATIO) or 0)) == (Decimal("0.18"), 0.01)


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (429, sample("gmgn", "error-429-banned.json")["body"], RateLimited),
        (200, sample("gmgn", "error-429-banned.json")["body"], RateLimited),
        (200, sample("gmgn", "error-code-1.json"), Unavailable),
        (200, {"code": 0, "data": {"code": 40003, "msg": "token not found", "data": None}}, NotListed),
        (200, {"code": "401", "message": "bad key"}, KeyRejected),
        (401, {"code": 401, "error": "UNAUTHORIZED"}, KeyRejected),
        (403, {"code": 403, "error": "FORBIDDEN"}, KeyRejected),
        (403, None, Unavailable),
        (400, {"code": 400, "message": "invalid chain"}, BadPayload),
        (404, {"code": 404, "message": "no such token"}, NotListed),
        (502, {"code": 502}, Unavailable),
    ],
)
def test_a_refusal_is_the_right_error(status: int, body: Any, error: type[Exception]) -> None:
    assert type(classify(gmgn.PROVIDER, status, body)) is error


def test_calls_are_as_the_vendor_documents_them() -> None:
    def target(path: str, asked: Ask) -> str:
        return Call(provider=gmgn.PROVIDER, endpoint=find(gmgn.PROVIDER, path), ask=asked).target

    about = f"chain=sol&address={SOL_MINT}"
    assert target("/v1/token/info", ask(TokenKey(Chain.SOLANA, SOL_MINT))) == f"/v1/token/info?{about}"
    holders = target("/v1/market/token_top_holders", ask(TokenKey(Chain.SOLANA, SOL_MINT)))
    assert holders.endswith(f"?{about}&limit=100&order_by=amount_percentage&direction=desc")
    assert target("/v1/market/rank", Ask(chain=Chain.BSC, limit=5)).startswith(
        "/v1/market/rank?chain=bsc&interval=1h&limit=5"
    )


def test_an_attempt_is_stamped_with_its_second_and_a_new_id() -> None:
    assert gmgn.PROVIDER.auth.required
    assert gmgn.PROVIDER.auth.stamp is not None
    assert gmgn.PROVIDER.auth.stamp(1775184222, "id") == {"timestamp": "1775184222", "client_id": "id"}
