"""RugCheck's truths: what a mint is and who holds it; which of its risks follow from facts of the world."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from data.models.fields import (
    CREATOR,
    CREATOR_TOKENS,
    DECIMALS,
    DEV_RATIO,
    FREEZE_AUTHORITY,
    HOLDERS,
    IMAGE_URL,
    INSIDER_RATIO,
    LARGEST_RATIO,
    LP_LOCKED_RATIO,
    LP_LOCKS,
    MINT_AUTHORITY,
    MUTABLE,
    RISK_SCORE,
    RUGGED,
    SUPPLY,
    TOKEN_PROGRAM,
    TOP10_RATIO,
    TRANSFER_FEE_RATIO,
    Authority,
)
from data.models.ids import SOL_MINT
from data.models.launch import CreatorToken
from data.models.market import Record
from data.providers.base import Ask
from data.sandbox.holders import Role
from data.sandbox.tokens import Token
from tests.unit.data.wire_law import truth
from tests.unit.data.wire_law.agreement import ANYTHING, UNSAID, Expected, Key, Near
from tests.unit.data.wire_law.truth import Eye, Truths

_SCANNED_AFTER = timedelta(minutes=2)
_MOST_MARKETS = 20
_PULLED = 0.001
_CLOSE = 1e-9
# Findings whose threshold, or whose weight, is the vendor's own.
_OPINIONS = (
    "Creator history of rugged tokens",
    "Large Amount of LP Unlocked",
    "Top 10 holders high ownership",
    "Low Liquidity",
    "Single holder ownership",
    "Low amount of LP Providers",
)


@dataclass(frozen=True, slots=True)
class Locks:
    """Locks as (share, program, end in unix seconds); their order and all but the share to the digit."""

    wanted: tuple[tuple[float, str, float], ...]

    def __eq__(self, told: object) -> bool:
        if not isinstance(told, tuple) or len(told) != len(self.wanted):
            return False
        return all(
            lock.program == program
            and lock.unlocks_at.timestamp() == until
            and abs(float(lock.share) - share) < _CLOSE
            for lock, (share, program, until) in zip(told, self.wanted, strict=True)
        )

    __hash__ = None  # type: ignore[assignment]


def _scanned(eye: Eye, ask: Ask) -> list[Token]:
    known = eye.known(ask)
    return [token for token in known if eye.world.now - token.created_at >= _SCANNED_AFTER]


def _risks(eye: Eye, token: Token) -> dict[Key, object]:
    """Expect the findings that facts decide; a well-known token is spared the dangers."""
    dangers = {
        "Permanent Delegate": token.extension("permanentDelegate") is not None,
        "Mint Authority still enabled": token.mint_authority is not None,
        "Freeze Authority still enabled": token.freeze_authority is not None,
    }
    spared = token.coingecko_id is not None
    taxed = truth.transfer_fee_bps(eye.world, token)[0] > 0
    return {
        **{("risk", words): "danger" if holds and not spared else UNSAID for words, holds in dangers.items()},
        ("risk", "High Transfer Fee"): "warn" if taxed else UNSAID,
        **{("risk", words): ANYTHING for words in _OPINIONS},
    }


def _locked(eye: Eye, token: Token) -> object:
    """Weigh the burned or locked share of each pool by its liquidity; curves have none."""
    pools = [pool for pool in eye.world.pools_of(token.mint)[:_MOST_MARKETS] if not pool.dex.is_curve]
    weights = [eye.usd(pool.base, eye.world.state(pool).liquidity_usd).value for pool in pools]
    kept = sum(weight * pool.lp_kept_ratio for weight, pool in zip(weights, pools, strict=True))
    return Near(value=kept / sum(weights)) if pools else UNSAID


def _locks(eye: Eye, token: Token) -> object:
    """Expect every lock with its share of the liquidity of all pools, the largest first."""
    pools = [pool for pool in eye.world.pools_of(token.mint)[:_MOST_MARKETS] if not pool.dex.is_curve]
    sizes = [eye.usd(pool.base, eye.world.state(pool).liquidity_usd).value for pool in pools]
    held = [
        (size * lock.ratio / sum(sizes), lock)
        for size, pool in zip(sizes, pools, strict=True)
        for lock in pool.lp_locks
    ]
    rows = ((share, lock.program, truth.whole_second(lock.until).value) for share, lock in held)
    return Locks(tuple(sorted(rows, key=lambda row: -row[0])))


def _top(eye: Eye, token: Token, most: int) -> object:
    """Expect the share of the largest wallets, pools left out."""
    held = [each.amount for each in eye.world.named_holders(token.mint) if each.role is not Role.POOL]
    return Near(value=sum(held[:most]) / token.supply)


def _insiders(eye: Eye, token: Token) -> object:
    """Expect the share of the insiders among the largest holders."""
    held = (each.amount for each in eye.world.top_holders(token.mint) if each.role is Role.INSIDER)
    return Near(value=sum(held) / token.supply)


def reports(eye: Eye, ask: Ask, records: Sequence[Record]) -> Sequence[Expected] | None:
    return truth.or_unlisted(_report(eye, token) for token in _scanned(eye, ask))


def _report(eye: Eye, token: Token) -> Expected:
    world = eye.world
    pulled = any(
        pool.ends_at is not None and pool.ends_at <= world.now and pool.left_ratio < _PULLED
        for pool in token.pools
    )
    return {
        "token": truth.key(token.mint),
        "score": ANYTHING,
        RISK_SCORE: ANYTHING,
        "rugged": pulled,
        RUGGED: pulled,
        "as_of": Near(value=(token.created_at + timedelta(seconds=8)).timestamp(), within=1.0),
        **_risks(eye, token),
        **truth.named(token),
        IMAGE_URL: ANYTHING,
        TOKEN_PROGRAM: token.program.value,
        DECIMALS: token.decimals,
        SUPPLY: UNSAID if token.mint == SOL_MINT else truth.supply(token),
        MINT_AUTHORITY: Authority(token.mint_authority),
        FREEZE_AUTHORITY: Authority(token.freeze_authority),
        TRANSFER_FEE_RATIO: Near(value=truth.transfer_fee_bps(world, token)[0] / 10_000),
        CREATOR: token.creator or UNSAID,
        DEV_RATIO: Near(value=truth.held_by_creator(world, token)) if token.creator else UNSAID,
        HOLDERS: world.holder_count(token.mint),
        TOP10_RATIO: _top(eye, token, 10),
        LARGEST_RATIO: _top(eye, token, 1),
        INSIDER_RATIO: _insiders(eye, token),
        CREATOR_TOKENS: ANYTHING,
        MUTABLE: ANYTHING,
        LP_LOCKED_RATIO: _locked(eye, token),
        LP_LOCKS: _locks(eye, token),
    }


def summaries(eye: Eye, ask: Ask, records: Sequence[Record]) -> Sequence[Expected] | None:
    return truth.or_unlisted(
        {
            "token": truth.key(token.mint),
            "score": ANYTHING,
            RISK_SCORE: ANYTHING,
            TOKEN_PROGRAM: token.program.value,
            **_risks(eye, token),
        }
        for token in _scanned(eye, ask)
    )


def created(eye: Eye, ask: Ask, records: Sequence[Record]) -> Sequence[Expected] | None:
    """Expect the other tokens of a creator; where there are none, nothing is told."""
    world = eye.world
    found = []
    for token in _scanned(eye, ask):
        others = [
            CreatorToken(mint=other.mint, created_at=other.created_at.replace(microsecond=0))
            for other in world.tokens.values()
            if token.creator and other.creator == token.creator and other.mint != token.mint
        ]
        if others:
            found.append({"creator": token.creator, "tokens": tuple(others)})
    return truth.or_unlisted(found)


TRUTHS: Truths = {
    "created:/tokens/{address}/report": created,
    "security:/tokens/{address}/report": reports,
    "security:/tokens/{address}/report/summary": summaries,
}
