"""GMGN's answers: what was found of its OpenAPI, and bodies of the documented shape where nothing was."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from data.models.ids import Chain
from tests.unit.data.providers.recorded import BONK, GITLAWB, HATS, Case, ask, sample

CREATOR = "7hEUKwCEVFPAXVuPQXQERhzv5dPrxuZnMCBV7mHr4Up2"
WALLET = "GpMZbSM2GgvTKHJirzeGfMFoaZ8UR2X7F4v8vHTvxFbL"
ACCOUNT = "ricEmGn6WZ9kN2ASm1MAt7LoE1hBgu1VcQrjRwkAPfc"


def enveloped(data: Any) -> dict[str, Any]:
    return {"code": 0, "reason": "", "message": "success", "data": data}


def info() -> dict[str, Any]:
    """Build a token's page of the documented shape, for which there is no whole recording."""
    spans = ("1m", "5m", "1h", "6h", "24h")
    traded = {f"volume_{span}": f"{100 * at + 0.5}" for at, span in enumerate(spans)}
    counts = {f"{side}_{span}": 10 * at for side in ("buys", "sells") for at, span in enumerate(spans)}
    return enveloped(
        {
            "address": HATS.address,
            "symbol": "$HATS",
            "name": "Hats",
            "decimals": 6,
            "logo": "https://gmgn.ai/external-res/hats.webp",
            "total_supply": "1000000000",
            "circulating_supply": "900000000",
            "max_supply": "1000000000",
            "price": {"address": HATS.address, "price": "0.00005", **traded, **counts},
            "liquidity": "8123.5",
            "holder_count": 41,
            "creation_timestamp": 1747707203,
            "open_timestamp": 1747708259,
            "biggest_pool_address": ACCOUNT,
            "launchpad_status": 1,
            "launchpad_progress": "0.42",
            "dev": {"creator_address": CREATOR, "creator_token_status": "hold", "creator_open_count": 7},
            "link": {
                "twitter_username": "hats",
                "website": "https://hats.example/",
                "telegram": "",
                "discord": None,
            },
            "stat": {"top_10_holder_rate": "0.44", "creator_hold_rate": 0.03, "fresh_wallet_rate": 0.6},
            "wallet_tags_stat": {"sniper_wallets": 3},
        }
    )


def security() -> dict[str, Any]:
    """Build a security page of the documented shape."""
    return enveloped(
        {
            "address": HATS.address,
            "is_honeypot": "",
            "open_source": "unknown",
            "owner_renounced": "no",
            "renounced_mint": True,
            "renounced_freeze_account": False,
            "buy_tax": "",
            "sell_tax": "0.05",
            "top_10_holder_rate": "0.2113",
            "dev_team_hold_rate": 0.02,
            "creator_balance_rate": "0.01",
            "creator_token_status": "creator_hold",
            "suspected_insider_hold_rate": 0.125,
            "rug_ratio": "0.125",
            "is_wash_trading": True,
            "sniper_count": 4,
            "burn_status": "burn",
        }
    )


def contract() -> dict[str, Any]:
    """Build a security page of another chain, where other flags hold."""
    return enveloped(
        {
            "address": "0x5F980Dcfc4c0fa3911554cf5ab288ed0eb13dba3",
            "is_honeypot": "yes",
            "open_source": "no",
            "owner_renounced": "yes",
            "renounced_mint": False,
            "renounced_freeze_account": False,
            "buy_tax": "0.03",
            "sell_tax": "0.9",
            "top_10_holder_rate": "0.2",
            "rug_ratio": None,
        }
    )


def holders() -> dict[str, Any]:
    """Build a list of holders of the documented shape."""
    pool = {"address": CREATOR, "addr_type": 2, "exchange": "pump_amm", "balance": 5e8, "usd_value": 25000.0}
    wallet = {"address": WALLET, "account_address": ACCOUNT, "addr_type": 0, "exchange": "", "name": ""}
    return enveloped(
        {
            "list": [
                wallet
                | {"balance": "20000000", "amount_percentage": "0.02", "maker_token_tags": ["bundler"]},
                pool | {"amount_percentage": 0.5},
                {"address": ACCOUNT, "addr_type": 1, "balance": 1, "amount_percentage": 0},
                {"address": None, "balance": 7, "amount_percentage": 0.9},
                wallet | {"balance": None, "amount_percentage": 1.5, "name": "a\u202e friend"},
            ]
        }
    )


def rank() -> dict[str, Any]:
    """Build a row of the documented shape, with what the recorded one lacks."""
    row = dict(sample("gmgn", "web-rank-swaps-eth.json")["data"]["rank"][0])
    row |= {"chain": "sol", "address": BONK.address, "name": "Bonk", "creator": CREATOR}
    row |= {"launchpad_platform": "Pump.fun", "top_10_holder_rate": "0.18", "top70_sniper_hold_rate": 0.01}
    traded = row | {"address": HATS.address, "launchpad_platform": "pool_meteora"}
    return enveloped({"rank": [row, traded, row | {"chain": "eth"}, row | {"address": ""}]})


def cases() -> Iterator[tuple[str, Case]]:
    nested = sample("gmgn", "openapi-token-info-nested-data.json")
    yield "gmgn /v1/token/info", Case(nested, ask(HATS))
    yield "gmgn /v1/token/info", Case(info(), ask(HATS))
    yield "gmgn /v1/token/security", Case(security(), ask(HATS))
    renounced = enveloped(security()["data"] | {"renounced_freeze_account": 1})
    yield "gmgn /v1/token/security", Case(renounced, ask(HATS))
    yield "gmgn /v1/token/security", Case(contract(), ask(GITLAWB))
    yield "gmgn /v1/market/token_top_holders", Case(holders(), ask(HATS))
    recorded = sample("gmgn", "web-rank-swaps-eth.json")
    yield "gmgn /v1/market/rank", Case(recorded, ask(chain=Chain.ETHEREUM))
    yield "gmgn /v1/market/rank", Case(rank(), ask())
