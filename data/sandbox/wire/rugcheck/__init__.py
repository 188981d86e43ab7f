"""RugCheck's JSON: the full report and its summary; higher scores are worse.

Source: https://api.rugcheck.xyz/swagger/index.html
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import timedelta

from data.models.ids import SOL_MINT
from data.sandbox import seeds
from data.sandbox.holders import Holder, Role, pool_authority
from data.sandbox.recipes import STREAMFLOW
from data.sandbox.tokens import SYSTEM_PROGRAM, Dex, Pool, Token
from data.sandbox.wire.call import Answer, Call, Vendor, iso
from data.sandbox.wire.rugcheck import risks
from data.sandbox.world import World

ID = "rugcheck"
_INDEXED_AFTER = timedelta(minutes=2)
_MOST_MARKETS = 20
# The vendor's words for lockers, as far as they were seen; of others it says that they are one.
_LOCKERS: Mapping[str, str] = {STREAMFLOW: "streamflow"}
_MARKETS: Mapping[Dex, tuple[str, str]] = {
    Dex.RAYDIUM: ("raydium", "Raydium Pool"),
    Dex.RAYDIUM_CLMM: ("raydium_clmm", "Raydium CLMM Pool"),
    Dex.ORCA: ("orca", "Orca AMM"),
    Dex.METEORA: ("meteora", "Meteora Pool"),
    Dex.PUMPSWAP: ("pump_fun_amm", "Pump Fun AMM"),
    Dex.PUMPFUN: ("pump_fun", "Pump Fun"),
}


def _found(world: World, mint: str) -> Token | Answer:
    token = world.tokens.get(mint)
    if not 32 <= len(mint) <= 44:
        return Answer(body={"error": "invalid mint"}, status=400)
    if token is None or world.now - token.created_at < _INDEXED_AFTER:
        return Answer(body={"error": "not found"}, status=404)
    return token


def summary(world: World, call: Call) -> Answer:
    """Answer `/tokens/{mint}/report/summary`."""
    token = _found(world, call.path["mint"])
    if isinstance(token, Answer):
        return token
    found_risks = risks.found(world, token)
    return Answer(
        body={
            "tokenProgram": token.program.value,
            "tokenType": "",
            "risks": found_risks,
            **risks.score(found_risks),
            "lpLockedPct": risks.locked_pct(world, token),
        }
    )


def report(world: World, call: Call) -> Answer:
    """Answer `/tokens/{mint}/report`."""
    token = _found(world, call.path["mint"])
    if isinstance(token, Answer):
        return token
    factor, held = 1.0 + world.skew(ID, token.mint), world.top_holders(token.mint)
    found_risks = risks.found(world, token)
    insiders = [holder for holder in held if holder.role is Role.INSIDER]
    liquidity = sum(world.state(pool).liquidity_usd for pool in world.pools_of(token.mint)) * factor
    return Answer(
        body={
            "mint": token.mint,
            "tokenProgram": token.program.value,
            "creator": token.creator,
            "creatorBalance": sum(holder.amount for holder in held if holder.role is Role.CREATOR),
            "token": _mint_account(token),
            "token_extensions": {each.name: each.state for each in token.extensions} or None,
            "tokenMeta": {
                "name": token.name,
                "symbol": token.symbol,
                "uri": f"https://metadata.example/{token.mint}.json",
                "mutable": token.coingecko_id is not None,
                "updateAuthority": token.creator or SYSTEM_PROGRAM,
            },
            "topHolders": [_holder(token, holder) for holder in held] or None,
            "freezeAuthority": token.freeze_authority,
            "mintAuthority": token.mint_authority,
            "risks": found_risks,
            **risks.score(found_risks),
            "fileMeta": {
                "description": "",
                "name": token.name,
                "symbol": token.symbol,
                "image": f"https://images.example/{token.mint}.png",
            },
            "lockerOwners": {},
            "lockers": _lockers(world, token),
            "lockerScanStatus": "none",
            "markets": [_market(world, pool) for pool in world.pools_of(token.mint)[:_MOST_MARKETS]] or None,
            "totalMarketLiquidity": liquidity,
            "totalLPProviders": len(token.pools) if token.coingecko_id is None else 40 * len(token.pools),
            "totalHolders": world.holder_count(token.mint),
            "price": world.price_usd(token.mint) * factor,
            "rugged": risks.pulled(world, token),
            "tokenType": "",
            "transferFee": risks.transfer_fee(world, token),
            "knownAccounts": _known(world, token),
            "events": [],
            "verification": None,
            "graphInsidersDetected": len(insiders),
            "insiderNetworks": [_network(world, token, insiders)] if insiders else None,
            "detectedAt": iso(token.created_at + timedelta(seconds=8))[:-1] + ".439775809Z",
            "creatorTokens": _siblings(world, token),
        }
    )


def _mint_account(token: Token | None) -> dict[str, object]:
    """Write the state of a mint; native SOL's account tells no supply."""
    native = token is not None and token.mint == SOL_MINT
    return {
        "mintAuthority": None if token is None else token.mint_authority,
        "supply": 0 if token is None or native else token.supply,
        "decimals": 9 if token is None else token.decimals,
        "isInitialized": token is not None,
        "freezeAuthority": None if token is None else token.freeze_authority,
    }


def _holder(token: Token, holder: Holder) -> dict[str, object]:
    amount = holder.amount / 10**token.decimals
    return {
        "address": holder.account,
        "amount": holder.amount,
        "decimals": token.decimals,
        "pct": holder.amount / token.supply * 100,
        "uiAmount": amount,
        "uiAmountString": f"{amount:.{token.decimals}f}",
        "owner": holder.owner,
        "insider": holder.role is Role.INSIDER,
    }


def _network(world: World, token: Token, insiders: list[Holder]) -> dict[str, object]:
    return {
        "id": f"little-lavender-{token.symbol.lower()[:12]}",
        "size": len(insiders),
        "type": "transfer",
        "tokenAmount": sum(holder.amount for holder in insiders),
        "activeAccounts": len(insiders),
    }


def _known(world: World, token: Token) -> dict[str, object]:
    known: dict[str, object] = {
        pool_authority(world.seed, pool): {"name": _MARKETS[pool.dex][1], "type": "AMM"}
        for pool in token.pools
    }
    if token.creator is not None:
        known[token.creator] = {"name": "Creator", "type": "CREATOR"}
    return known


def _siblings(world: World, token: Token) -> list[dict[str, object]] | None:
    same = [
        {
            "mint": other.mint,
            "marketCap": world.price_usd(other.mint) * other.supply_units,
            "createdAt": iso(other.created_at),
        }
        for other in world.tokens.values()
        if token.creator and other.creator == token.creator and other.mint != token.mint
    ]
    return same or None


def _lockers(world: World, token: Token) -> dict[str, object]:
    """Write the lockers of a token's pools by the account of each lock."""
    return {
        seeds.address(world.seed, "lock", pool.address, lock.program): {
            "programID": lock.program,
            "tokenAccount": seeds.address(world.seed, "lock account", pool.address, lock.program),
            "owner": lock.program,
            "uri": f"https://locks.example/{pool.address}",
            "unlockDate": int(lock.until.timestamp()),
            "usdcLocked": world.state(pool).liquidity_usd * (1.0 + world.skew(ID, pool.base)) * lock.ratio,
            "type": _LOCKERS.get(lock.program, "locker"),
        }
        for pool in world.pools_of(token.mint)[:_MOST_MARKETS]
        for lock in pool.lp_locks
    }


def _market(world: World, pool: Pool) -> dict[str, object]:
    state, factor = world.state(pool), 1.0 + world.skew(ID, pool.base)
    base, quote = world.tokens[pool.base], world.tokens[pool.quote]
    authority, lp_mint = pool_authority(world.seed, pool), seeds.address(world.seed, "lp", pool.address)
    lp_mint = SYSTEM_PROGRAM if pool.dex.is_curve else lp_mint
    issued = int(math.sqrt(pool.liquidity_usd) * 1e6)
    locked = int(issued * risks.locked(pool))
    sides = ((base, state.base_reserve), (quote, state.quote_reserve))
    vaults = [seeds.address(world.seed, "vault", pool.address, token.mint) for token, _ in sides]
    accounts = [
        {
            "mint": token.mint,
            "owner": authority,
            "amount": int(reserve * 10**token.decimals),
            "delegate": None,
            "state": 1,
            "delegatedAmount": 0,
            "closeAuthority": None,
        }
        for token, reserve in sides
    ]
    return {
        "pubkey": pool.address,
        "marketType": _MARKETS[pool.dex][0],
        "mintA": base.mint,
        "mintB": quote.mint,
        "mintLP": lp_mint,
        "liquidityA": vaults[0],
        "liquidityB": vaults[1],
        "mintAAccount": _mint_account(base),
        "mintBAccount": _mint_account(quote),
        "mintLPAccount": _mint_account(None),
        "liquidityAAccount": accounts[0],
        "liquidityBAccount": accounts[1],
        "lp": {
            "baseMint": base.mint,
            "quoteMint": quote.mint,
            "lpMint": lp_mint,
            "quotePrice": state.quote_usd * (1.0 + world.skew(ID, quote.mint)),
            "basePrice": state.price_usd * factor,
            "base": state.base_reserve,
            "quote": state.quote_reserve,
            "reserveSupply": issued,
            "currentSupply": issued - locked,
            "quoteUSD": state.quote_reserve * state.quote_usd * factor,
            "baseUSD": state.base_reserve * state.price_usd * factor,
            "pctReserve": 0,
            "pctSupply": 0,
            "holders": None,
            "totalTokensUnlocked": issued - locked,
            "tokenSupply": issued,
            "lpLocked": locked,
            "lpUnlocked": issued - locked,
            "lpLockedPct": risks.locked(pool) * 100,
            "lpLockedUSD": state.liquidity_usd * factor * risks.locked(pool),
            "lpMaxSupply": 0,
            "lpCurrentSupply": issued - locked,
            "lpTotalSupply": issued,
        },
    }


VENDOR = Vendor(
    id=ID,
    root="/v1",
    routes={"/tokens/{mint}/report": report, "/tokens/{mint}/report/summary": summary},
    throttled={"error": "too many requests"},
    refusal={"error": "internal error"},
)
