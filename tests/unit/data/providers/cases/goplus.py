"""GoPlus's answers; where the recordings are cut or silent, built out of them in the documented shape."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

from data.models.ids import USDC, Chain, TokenKey
from tests.unit.data.providers.recorded import WETH, Case, ask, sample

TROE = TokenKey(Chain.ETHEREUM, "0x2264927271f2d60b2fcd0f571728a9753b9f4cbd")
CREATOR = "7hEUKwCEVFPAXVuPQXQERhzv5dPrxuZnMCBV7mHr4Up2"
HOOK = "hook1111111111111111111111111111111111111111"
WALLET = "0x{:040x}"


def usdc() -> Any:
    """Give the recorded scan of USDC."""
    return copy.deepcopy(sample("goplus", "solana-token_security-usdc-trusted-but-mintable-freezable.json"))


def memecoin() -> Any:
    """Give the recorded scan of a memecoin on Ethereum, three of its ten holders left."""
    return copy.deepcopy(sample("goplus", "evm-token_security-1-memecoin-lp-burned.json"))


def weth() -> Any:
    """Give the recorded scan of WETH, which tells of no pools."""
    return copy.deepcopy(sample("goplus", "evm-token_security-1-weth-missing-fields.json"))


def trap() -> Any:
    """Build the scan of a Token-2022 memecoin with all that can be wrong, a pool and ten holders."""
    body = usdc()
    report = body["result"][USDC.address]
    named = {"status": "1", "authority": [{"address": CREATOR, "malicious_address": 1}]}
    powers = ("balance_mutable_authority", "closable", "transfer_fee_upgradable", "transfer_hook_upgradable")
    pool = {"account": "pool1111", "balance": "400", "is_locked": 0, "percent": "0.4", "tag": "Raydium V4"}
    rows = [
        {
            "account": f"wallet{n}",
            "token_account": f"account{n}",
            "balance": "10",
            "is_locked": n // 8,
            "percent": "0.01",
        }
        for n in range(1, 9)
    ]
    creator = {"account": CREATOR, "balance": "200", "is_locked": 0, "percent": "0.2", "tag": ""}
    dex = {"dex_name": "raydium", "tvl": "12.5", "type": "Standard", "burn_percent": 98, "id": "amm1"}
    report |= dict.fromkeys(powers, named) | {
        "creators": [{"address": CREATOR, "malicious_address": 1}],
        "default_account_state": "2",
        "default_account_state_upgradable": named,
        "dex": [{"dex_name": "orca", "tvl": "3", "type": "Concentrated"}, dex],
        "holder_count": "57",
        "holders": [pool, creator, *rows],
        "non_transferable": "1",
        "transfer_fee": {
            "current_fee_rate": {"fee_rate": "0.03", "maximum_fee": "5e13"},
            "scheduled_fee_rate": [{"epoch": "910", "fee_rate": "0.08", "maximum_fee": "5e13"}],
        },
        "transfer_hook": [{"address": HOOK, "malicious_address": 0}],
        "trusted_token": 0,
    }
    return body


def honeypot() -> Any:
    """Build the scan of a contract with all that can be wrong, and the ten holders the vendor lists."""
    body = memecoin()
    report = body["result"][TROE.address]
    flags = [key for key, value in report.items() if value == "0" and key.startswith(("is_", "can"))]
    report |= dict.fromkeys((*flags, "hidden_owner", "selfdestruct", "transfer_pausable"), "1")
    report |= {
        "buy_tax": "0.05",
        "sell_tax": "1",
        "transfer_tax": "0.1",
        "honeypot_with_same_creator": "3",
        "is_open_source": "0",
        "fake_token": {"value": 1, "true_token_address": WETH.address},
        "other_potential_risks": "The owner can [stop](https://evil.example) trading",
        "note": "Seen before",
        "is_true_token": "0",
    }
    row = {"tag": "", "is_contract": 0, "balance": "10000000000", "percent": "0.01", "is_locked": 0}
    report["holders"] += [row | {"address": WALLET.format(n)} for n in range(1, 7)]
    report["holders"].append(row | {"address": WALLET.format(7), "is_locked": 1, "tag": "UNCX"})
    return body


def cases() -> Iterator[tuple[str, Case]]:
    """List the answers of every endpoint."""
    for path, answers in (
        ("goplus /solana/token_security", ((USDC, usdc()), (USDC, trap()))),
        ("goplus /token_security/{chain}", ((TROE, memecoin()), (WETH, weth()), (TROE, honeypot()))),
    ):
        for token, body in answers:
            for capability in ("security", "holders"):
                yield f"{path} {capability}", Case(body, ask(token))
