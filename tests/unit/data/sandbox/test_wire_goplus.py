"""GoPlus's answers against what that vendor was recorded to answer."""

from __future__ import annotations

from typing import Any

import pytest

from data.models.ids import SOL_MINT, USDC_MINT
from data.sandbox.catalogue import BONK_MINT, PYUSD_MINT
from data.sandbox.world import World
from tests.unit.data.sandbox.shapes import sample
from tests.unit.data.sandbox.test_wire import NOBODY, body, every_mint, shaped
from tests.unit.data.sandbox.worlds import named

PATH = "/solana/token_security"
RECORDED = "goplus/solana-token_security-usdc-trusted-but-mintable-freezable"
DOCUMENTED = {"burn_percent", "price", "fee_rate", "open_time", "id", "day", "week", "month"}
DOCUMENTED |= {"volume", "price_min", "price_max", "tag", "token_account", "address", "malicious_address"}
FEE = {"current_fee_rate", "scheduled_fee_rate", "maximum_fee", "epoch"}


def scan(world: World, mint: str) -> Any:
    return body(world, "goplus", PATH, contract_addresses=mint)["result"][mint]


def test_scans_have_the_recorded_shape(world: World) -> None:
    recorded = sample(RECORDED)["result"][USDC_MINT]
    scans = [scan(world, mint) for mint in every_mint(world)]
    shaped(scans, [recorded], extra=DOCUMENTED | FEE, nullable={"lp_amount"})
    assert all(set(each) == set(recorded) for each in scans)


def test_usdc_is_trusted_and_in_somebody_s_hands(world: World) -> None:
    usdc, recorded = scan(world, USDC_MINT), sample(RECORDED)["result"][USDC_MINT]
    assert usdc["trusted_token"] == 1
    for power in ("mintable", "freezable", "closable", "balance_mutable_authority", "transfer_fee"):
        assert usdc[power] == recorded[power]


@pytest.mark.parametrize(
    ("symbol", "power"),
    [
        ("GLACIER", "freezable"),
        ("HONEY", "balance_mutable_authority"),
        ("HONEY", "transfer_hook_upgradable"),
        ("TITHE", "transfer_fee_upgradable"),
        ("TRAP", "default_account_state_upgradable"),
        ("PYUSD", "closable"),
    ],
)
def test_a_power_that_somebody_has_is_named(world: World, symbol: str, power: str) -> None:
    found = scan(world, named(world, symbol).mint)[power]
    assert found["status"] == "1"
    assert found["authority"][0]["malicious_address"] == 0


def test_a_fee_is_a_fraction_in_words(world: World) -> None:
    fee = scan(world, named(world, "TITHE").mint)["transfer_fee"]
    assert fee == {
        "current_fee_rate": {"fee_rate": "0.08", "maximum_fee": "1.84467e+19"},
        "scheduled_fee_rate": [],
    }
    toll = scan(world, named(world, "TOLL").mint)["transfer_fee"]
    assert toll["current_fee_rate"] == {"fee_rate": "0.01", "maximum_fee": "5e+09"}
    assert [each["fee_rate"] for each in toll["scheduled_fee_rate"]] == ["0.25"]
    assert scan(world, PYUSD_MINT)["transfer_fee"]["current_fee_rate"]["fee_rate"] == "0"
    assert scan(world, BONK_MINT)["transfer_fee"] == {}


def test_ten_pools_and_ten_holders_are_listed_at_most(world: World) -> None:
    sol = scan(world, SOL_MINT)
    depths = [float(pool["tvl"]) for pool in sol["dex"]]
    assert len(depths) == 10
    assert depths == sorted(depths, reverse=True)
    assert len(sol["holders"]) == 10
    curve = scan(world, named(world, "SPROUT").mint)
    assert curve["dex"] == []
    assert curve["holders"][0]["tag"] == "pump.fun bonding curve"


def test_prices_of_a_period_without_trades_are_minus_one(world: World) -> None:
    (pool,) = scan(world, named(world, "FOSSIL").mint)["dex"]
    assert (pool["day"]["volume"], pool["day"]["price_min"]) == ("0.0", "-1")
    (pool,) = scan(world, named(world, "SAFEMOON").mint)["dex"]
    assert float(pool["month"]["price_max"]) >= float(pool["month"]["price_min"]) > 0


def test_what_is_not_scanned_is_not_in_the_answer(world: World) -> None:
    unknown = sample("goplus/solana-token_security-unknown-token")
    answer = body(world, "goplus", PATH, contract_addresses=NOBODY)
    assert answer["result"] == unknown["result"] == {}
    both = body(world, "goplus", PATH, contract_addresses=f"{NOBODY},{BONK_MINT}")
    assert set(both["result"]) == {BONK_MINT}
    for target in ("/token_security/1", "/token_security/56", "/token_security/8453"):
        assert body(world, "goplus", target, contract_addresses="0x" + "1" * 40)["result"] == {}


def test_refusals_come_within_a_success(world: World) -> None:
    assert body(world, "goplus", PATH, contract_addresses="short")["code"] == 2004
    assert body(world, "goplus", PATH)["code"] == 2004
    assert body(world, "goplus", "/token_security/999", contract_addresses="0x1")["code"] == 2018
