"""GoPlus's JSON: scans by address inside an envelope, figures as text, failures with status 200.

Knows Solana's tokens once they are two minutes old; of the contracts of EVM chains it has seen none.
Source: https://docs.gopluslabs.io/reference/api-overview and the models of GoPlusSecurity/goplus-sdk-python
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal

from data.sandbox import seeds
from data.sandbox.holders import Holder
from data.sandbox.tokens import Dex, Pool, Token
from data.sandbox.wire.call import Answer, Call, Vendor, plain
from data.sandbox.world import World

ID = "goplus"
_SCANNED_AFTER = timedelta(minutes=2)
_LISTED = 10
_EVM = {"1", "10", "56", "137", "8453", "42161", "43114"}
_STANDARD = {Dex.RAYDIUM, Dex.PUMPSWAP}
# Where the vendor's word for an exchange is not ours.
_NAMES: Mapping[Dex, str] = {
    Dex.RAYDIUM_CLMM: Dex.RAYDIUM.value,
    Dex.PUMPFUN: "pump.fun bonding curve",
}
_SPANS = {"day": 86_400, "week": 604_800, "month": 2_592_000}


def _told(result: object) -> Answer:
    return Answer(body={"code": 1, "message": "OK", "result": result})


def on_solana(world: World, call: Call) -> Answer:
    """Answer `/solana/token_security`; a mint that is not scanned is not in the answer."""
    mints = call.listed("contract_addresses")
    if not mints or not all(32 <= len(mint) <= 44 for mint in mints):
        return Answer(body={"code": 2004, "message": "Contract address format error!", "result": None})
    known = [world.tokens[mint] for mint in mints if mint in world.tokens]
    return _told(
        {token.mint: _scan(world, token) for token in known if world.now - token.created_at >= _SCANNED_AFTER}
    )


def on_evm(world: World, call: Call) -> Answer:
    """Answer `/token_security/{chain}`: nothing is known of any contract."""
    if call.path["chain"] not in _EVM:
        return Answer(body={"code": 2018, "message": "ChainID not supported", "result": None})
    return _told({})


def _scan(world: World, token: Token) -> dict[str, object]:
    state = token.extension("defaultAccountState")
    frozen = state is not None and state["accountState"] == "frozen"
    return {
        **_powers(world, token),
        "creators": [_person(token.creator)] if token.creator else [],
        "default_account_state": "2" if frozen else "1",
        "dex": [_dex(world, pool, liquidity_usd) for liquidity_usd, pool in _pools(world, token)],
        "holder_count": str(world.holder_count(token.mint)),
        "holders": [_holder(token, held) for held in world.top_holders(token.mint)[:_LISTED]],
        "lp_holders": [],
        "metadata": {
            "description": "",
            "name": token.name,
            "symbol": token.symbol,
            "uri": f"https://metadata.example/{token.mint}.json",
        },
        "non_transferable": "1" if token.extension("nonTransferable") is not None else "0",
        "total_supply": format(Decimal(token.supply).scaleb(-token.decimals), "f"),
        "transfer_fee": _fee(world, token),
        "transfer_hook": [_person(program)]
        if (program := _named(token, "transferHook", "programId"))
        else [],
        "trusted_token": 1 if token.coingecko_id else 0,
    }


def _powers(world: World, token: Token) -> dict[str, object]:
    """Write who may do what; all but one say so under `authority`."""
    begins = token.freeze_authority if token.extension("defaultAccountState") is not None else None
    written = _named(token, "tokenMetadata", "updateAuthority")
    if written is None and token.coingecko_id:
        written = seeds.address(world.seed, "update authority", token.mint)
    return {
        "balance_mutable_authority": _power(_named(token, "permanentDelegate", "delegate")),
        "closable": _power(_named(token, "mintCloseAuthority", "closeAuthority")),
        "default_account_state_upgradable": _power(begins),
        "freezable": _power(token.freeze_authority),
        "metadata_mutable": _power(written, "metadata_upgrade_authority"),
        "mintable": _power(token.mint_authority),
        "transfer_fee_upgradable": _power(_named(token, "transferFeeConfig", "transferFeeConfigAuthority")),
        "transfer_hook_upgradable": _power(_named(token, "transferHook", "authority")),
    }


def _named(token: Token, extension: str, key: str) -> str | None:
    state = token.extension(extension)
    named = None if state is None else state[key]
    return named if isinstance(named, str) else None


def _power(address: str | None, key: str = "authority") -> dict[str, object]:
    return {key: [_person(address)] if address else [], "status": "1" if address else "0"}


def _person(address: str) -> dict[str, object]:
    return {"address": address, "malicious_address": 0}


def _fee(world: World, token: Token) -> dict[str, object]:
    """Write the fee in force and the one announced; no extension, no fee."""
    state = token.extension("transferFeeConfig")
    if state is None:
        return {}
    older, newer = state["olderTransferFee"], state["newerTransferFee"]
    assert isinstance(older, Mapping)
    assert isinstance(newer, Mapping)
    ahead = world.chain_epoch < newer["epoch"]
    announced = [{"epoch": str(newer["epoch"]), **_rate(newer)}] if ahead else []
    return {"current_fee_rate": _rate(older if ahead else newer), "scheduled_fee_rate": announced}


def _rate(fee: Mapping[str, int]) -> dict[str, object]:
    ratio = Decimal(fee["transferFeeBasisPoints"]).scaleb(-4)
    return {"fee_rate": format(ratio.normalize(), "f"), "maximum_fee": f"{fee['maximumFee']:g}"}


def _holder(token: Token, held: Holder) -> dict[str, object]:
    """Write a holder, by its wallet; shares have four digits."""
    row: dict[str, object] = {
        "account": held.owner,
        "balance": format(Decimal(held.amount).scaleb(-token.decimals), "f"),
        "is_locked": 0,
        "percent": f"{held.amount / token.supply:.4f}",
        "token_account": held.account,
    }
    return row | {"tag": "" if held.pool is None else _name(held.pool)}


def _name(pool: Pool) -> str:
    return _NAMES.get(pool.dex, pool.dex.value)


def _pools(world: World, token: Token) -> list[tuple[float, Pool]]:
    """List the ten deepest pools on exchanges, which a curve is not."""
    pools = [pool for pool in world.pools_of(token.mint) if not pool.dex.is_curve]
    sizes = [world.state(pool).liquidity_usd * (1.0 + world.skew(ID, pool.base)) for pool in pools]
    return sorted(zip(sizes, pools, strict=True), key=lambda each: -each[0])[:_LISTED]


def _dex(world: World, pool: Pool, liquidity_usd: float) -> dict[str, object]:
    state, standard = world.state(pool), pool.dex in _STANDARD
    factor = 1.0 + world.skew(ID, pool.base)
    return {
        "dex_name": _name(pool),
        "tvl": plain(liquidity_usd),
        "lp_amount": plain(pool.liquidity_usd**0.5 * 1_000) if standard else None,
        "type": "Standard" if standard else "Concentrated",
        "burn_percent": round(pool.lp_burned_ratio * 100, 2),
        "price": plain(state.price_usd * factor),
        "fee_rate": plain(pool.dex.fee_ratio),
        "open_time": str(int(pool.created_at.timestamp())),
        "id": pool.address,
        **{name: _period(world, pool, span_s, state.quote_usd) for name, span_s in _SPANS.items()},
    }


def _period(world: World, pool: Pool, span_s: int, quote_usd: float) -> dict[str, object]:
    """Write a period's volume and extremes; prices are -1 where nobody traded."""
    seen, factor = world.activity(pool, span_s), 1.0 + world.skew(ID, pool.base)
    low, high = world.native_range(pool, span_s) if seen.buys + seen.sells else (-1.0, -1.0)
    prices = ("-1", "-1") if low < 0 else (plain(low * quote_usd), plain(high * quote_usd))
    return {"volume": plain(seen.volume_usd * factor), "price_min": prices[0], "price_max": prices[1]}


VENDOR = Vendor(
    id=ID,
    root="/api/v1",
    routes={"/solana/token_security": on_solana, "/token_security/{chain}": on_evm},
    throttled={"code": 4029, "message": "rate limit exceeded"},
    refusal={"code": 5000, "message": "System error!", "result": None},
)
