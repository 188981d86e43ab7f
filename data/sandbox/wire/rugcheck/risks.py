"""What RugCheck complains about: its risks, each with its words and points, and the score they make."""

from __future__ import annotations

import math
from collections.abc import Mapping

from data.sandbox.holders import Role
from data.sandbox.tokens import SYSTEM_PROGRAM, Pool, Token
from data.sandbox.world import World

_WORDS: Mapping[str, tuple[str, str]] = {
    "Creator history of rugged tokens": ("danger", "Creator has a history of rugging tokens."),
    "Permanent Delegate": ("danger", "Another account can move or burn any holder's tokens"),
    "Mint Authority still enabled": ("danger", "More tokens can be minted by the owner"),
    "Freeze Authority still enabled": ("danger", "Tokens can be frozen and prevented from trading"),
    "Large Amount of LP Unlocked": (
        "danger",
        "A large amount of LP tokens are unlocked, allowing the owner to remove liquidity at any point.",
    ),
    "Top 10 holders high ownership": ("danger", "The top 10 users hold more than 50% token supply"),
    "Low Liquidity": ("danger", "Low amount of liquidity in the token pool"),
    "High Transfer Fee": ("warn", "A tax is taken from every transfer"),
    "Single holder ownership": ("warn", "One user holds a large amount of the token supply"),
    "Low amount of LP Providers": ("warn", "Only a few users are providing liquidity"),
}


def found(world: World, token: Token) -> list[dict[str, object]]:
    """List the risks of a token, worst first; a well-known one is spared the dangers."""
    marks = _marks(world, token)
    return [
        {"name": name, "value": value, "description": text, "score": points, "level": level}
        for name, (level, text) in _WORDS.items()
        if name in marks and not (token.coingecko_id and level == "danger")
        for value, points in (marks[name],)
    ]


def _marks(world: World, token: Token) -> dict[str, tuple[str, int]]:
    """Tell which risks hold, each with the value shown and its points."""
    held = world.top_holders(token.mint)
    wallets = [holder.amount / token.supply for holder in held if holder.role is not Role.POOL]
    top10, top, liquidity = sum(wallets[:10]), max(wallets, default=0.0), world.liquidity_usd(token.mint)
    unlocked, fee = 100.0 - locked_pct(world, token), transfer_fee(world, token)["pct"]
    siblings = (each for each in world.tokens.values() if token.creator and each.creator == token.creator)
    marks = {
        "Creator history of rugged tokens": (
            any(pulled(world, each) for each in siblings if each.mint != token.mint),
            "",
            16_800,
        ),
        "Permanent Delegate": (token.extension("permanentDelegate") is not None, "", 12_000),
        "Mint Authority still enabled": (token.mint_authority is not None, "", 10_000),
        "Freeze Authority still enabled": (token.freeze_authority is not None, "", 8_000),
        "Large Amount of LP Unlocked": (unlocked > 50, f"{unlocked:.2f}%", 7_500),
        "Top 10 holders high ownership": (top10 > 0.5, "", int(top10 * 10_000)),
        "Low Liquidity": (liquidity < 1_000, f"${liquidity:.2f}", 2_994),
        "High Transfer Fee": (bool(fee), f"{fee}%", 2_500),
        "Single holder ownership": (top > 0.15, f"{top * 100:.2f}%", int(top * 10_000)),
        "Low amount of LP Providers": (token.coingecko_id is None, "", 500),
    }
    return {name: (value, points) for name, (holds, value, points) in marks.items() if holds}


def score(risks: list[dict[str, object]]) -> dict[str, object]:
    """Add the points up; the second figure squeezes them into 1 to 100."""
    points = 1 + sum(int(str(risk["score"])) for risk in risks)
    return {"score": points, "score_normalised": max(1, min(100, round(13.5 * (math.log(points) - 5.48))))}


def pulled(world: World, token: Token) -> bool:
    """Tell whether liquidity was taken out, as opposed to a token that nobody trades any more."""
    return any(
        pool.ends_at is not None and pool.ends_at <= world.now and pool.left_ratio < 0.001
        for pool in token.pools
    )


def transfer_fee(world: World, token: Token) -> dict[str, object]:
    """State the transfer fee in force, in percent; none is zero."""
    state = token.extension("transferFeeConfig")
    if state is None:
        return {"pct": 0, "maxAmount": 0, "authority": SYSTEM_PROGRAM}
    older, newer = state["olderTransferFee"], state["newerTransferFee"]
    assert isinstance(older, Mapping)
    assert isinstance(newer, Mapping)
    fee = newer if world.chain_epoch >= newer["epoch"] else older
    return {
        "pct": fee["transferFeeBasisPoints"] / 100,
        "maxAmount": fee["maximumFee"],
        "authority": state["transferFeeConfigAuthority"] or SYSTEM_PROGRAM,
    }


def locked_pct(world: World, token: Token) -> float:
    """Weigh each pool's locked share by its liquidity; a curve counts as locked."""
    weights = [(world.state(pool).liquidity_usd, locked(pool)) for pool in token.pools]
    total = sum(weight for weight, _ in weights)
    return sum(weight * share for weight, share in weights) / total * 100 if total else 0.0


def locked(pool: Pool) -> float:
    """Tell which share of a pool's liquidity is burned or in a locker."""
    return 1.0 if pool.dex.is_curve else pool.lp_kept_ratio
