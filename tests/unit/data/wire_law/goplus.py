"""GoPlus's truths: who may do what to a mint, its ten largest holders, and nothing of other chains."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal

from data.models.fields import (
    CLOSE_AUTHORITY,
    CREATOR,
    DEFAULT_FROZEN,
    DEV_RATIO,
    FEE_AUTHORITY,
    FREEZE_AUTHORITY,
    HOLDERS,
    LARGEST_RATIO,
    LP_BURNED_RATIO,
    MINT_AUTHORITY,
    MUTABLE,
    NEXT_FEE_EPOCH,
    NEXT_FEE_RATIO,
    NON_TRANSFERABLE,
    PERMANENT_DELEGATE,
    SUPPLY,
    TOP10_RATIO,
    TRANSFER_FEE_RATIO,
    TRANSFER_HOOK,
    Authority,
)
from data.models.holders import Holder
from data.models.market import Record
from data.providers.base import Ask
from data.sandbox.holders import Holder as Held
from data.sandbox.holders import Role
from data.sandbox.tokens import Dex, Token
from tests.unit.data.wire_law import truth
from tests.unit.data.wire_law.agreement import UNSAID, Expected, Key, Near
from tests.unit.data.wire_law.truth import Eye, Truths

_SCANNED_AFTER = timedelta(minutes=2)
_LISTED = 10
_DIGITS = 0.5e-4  # four of a share, and of a burned share two of its percent
_WITH_LP_TOKENS = {Dex.RAYDIUM, Dex.PUMPSWAP}
_TAGS = {Dex.RAYDIUM_CLMM: "raydium", Dex.PUMPFUN: "pump.fun bonding curve"}
_STEEP, _RUINOUS = 1_000, 5_000  # basis points


def _scanned(eye: Eye, ask: Ask) -> list[Token]:
    known = eye.known(ask)
    return [token for token in known if eye.world.now - token.created_at >= _SCANNED_AFTER]


def _held(token: Token, extension: str, key: str) -> Authority:
    """Expect whom an extension names; without it nobody."""
    state = token.extension(extension) or {}
    named = state.get(key)
    return Authority(named if isinstance(named, str) else None)


def _authorities(token: Token) -> dict[Key, Authority]:
    return {
        MINT_AUTHORITY: Authority(token.mint_authority),
        FREEZE_AUTHORITY: Authority(token.freeze_authority),
        CLOSE_AUTHORITY: _held(token, "mintCloseAuthority", "closeAuthority"),
        PERMANENT_DELEGATE: _held(token, "permanentDelegate", "delegate"),
        TRANSFER_HOOK: _held(token, "transferHook", "programId"),
        FEE_AUTHORITY: _held(token, "transferFeeConfig", "transferFeeConfigAuthority"),
    }


def _begins_frozen(token: Token) -> bool:
    return (token.extension("defaultAccountState") or {}).get("accountState") == "frozen"


def _next_fee(eye: Eye, token: Token) -> Expected:
    announced = truth.next_fee(eye.world, token)
    if announced is None:
        return {}
    return {NEXT_FEE_RATIO: Near(value=announced[0] / 10_000), NEXT_FEE_EPOCH: announced[1]}


def _mutable(token: Token) -> bool:
    return token.coingecko_id is not None or not _held(token, "tokenMetadata", "updateAuthority").revoked


def _risks(eye: Eye, token: Token) -> dict[Key, object]:
    """Expect a finding for every power that somebody has."""
    who, fee = _authorities(token), truth.transfer_fee_bps(eye.world, token)[0]
    steep = "warn" if fee >= _STEEP else "info"
    can_freeze_new = token.freeze_authority and token.extension("defaultAccountState") is not None
    found = {
        "Balances can be changed": "danger" if not who[PERMANENT_DELEGATE].revoked else UNSAID,
        "Mintable": "warn" if not who[MINT_AUTHORITY].revoked else UNSAID,
        "Freezable": "warn" if not who[FREEZE_AUTHORITY].revoked else UNSAID,
        "Closable": "warn" if not who[CLOSE_AUTHORITY].revoked else UNSAID,
        "Default state can be changed": "warn" if can_freeze_new else UNSAID,
        "Transfer fee can be changed": "warn" if not who[FEE_AUTHORITY].revoked else UNSAID,
        "Transfer hook can be changed": (
            UNSAID if _held(token, "transferHook", "authority").revoked else "warn"
        ),
        "Metadata can be changed": "info" if _mutable(token) else UNSAID,
        "Transfer fee": ("danger" if fee >= _RUINOUS else steep) if fee else UNSAID,
        "New accounts begin frozen": "danger" if _begins_frozen(token) else UNSAID,
        "Transfer hook": "warn" if not who[TRANSFER_HOOK].revoked else UNSAID,
        "Trusted": "good" if token.coingecko_id else UNSAID,
    }
    return {("risk", name): level for name, level in found.items()}


def _listed(eye: Eye, token: Token) -> Sequence[Held]:
    return eye.world.named_holders(token.mint)[:_LISTED]


def _shares(eye: Eye, token: Token) -> dict[Key, object]:
    """Expect what the wallets of the list hold, where a pool among them shows that pools are told."""
    listed = _listed(eye, token)
    wallets = [held.amount for held in listed if held.role is not Role.POOL]
    creators = [held.amount for held in listed if held.owner == token.creator]
    known = 0 < len(wallets) < len(listed)
    whole = len(listed) >= min(_LISTED, eye.world.holder_count(token.mint))
    near = _LISTED * _DIGITS
    return {
        TOP10_RATIO: Near(value=sum(wallets) / token.supply, within=near) if known and whole else UNSAID,
        LARGEST_RATIO: Near(value=max(wallets) / token.supply, within=_DIGITS) if known else UNSAID,
        DEV_RATIO: Near(value=sum(creators) / token.supply, within=_DIGITS) if creators else UNSAID,
    }


def _burned(eye: Eye, token: Token) -> object:
    """Expect the burned part of the deepest pool, where it has tokens to burn and any are."""
    pools = [pool for pool in eye.world.pools_of(token.mint) if not pool.dex.is_curve]
    if not pools:
        return UNSAID
    deepest = max(pools, key=lambda pool: eye.usd(pool.base, eye.world.state(pool).liquidity_usd).value)
    burned = deepest.lp_burned_ratio if deepest.dex in _WITH_LP_TOKENS else 0
    return Near(value=burned, within=_DIGITS) if burned else UNSAID


def scans(eye: Eye, ask: Ask, records: Sequence[Record]) -> Sequence[Expected] | None:
    return truth.or_unlisted(_scan(eye, token) for token in _scanned(eye, ask))


def _scan(eye: Eye, token: Token) -> Expected:
    return {
        "token": truth.key(token.mint),
        **_risks(eye, token),
        **truth.named(token),
        **_authorities(token),
        **_shares(eye, token),
        SUPPLY: truth.supply(token),
        TRANSFER_FEE_RATIO: Near(value=truth.transfer_fee_bps(eye.world, token)[0] / 10_000),
        **_next_fee(eye, token),
        NON_TRANSFERABLE: False,
        DEFAULT_FROZEN: _begins_frozen(token),
        MUTABLE: _mutable(token),
        CREATOR: token.creator or UNSAID,
        HOLDERS: eye.world.holder_count(token.mint),
        LP_BURNED_RATIO: _burned(eye, token),
    }


def holders(eye: Eye, ask: Ask, records: Sequence[Record]) -> Sequence[Expected] | None:
    return truth.or_unlisted(
        {
            "token": truth.key(token.mint),
            "total": eye.world.holder_count(token.mint),
            "holders": tuple(_holder(token, held) for held in _listed(eye, token)),
        }
        for token in _scanned(eye, ask)
        if _listed(eye, token)
    )


def _holder(token: Token, held: Held) -> Holder:
    return Holder(
        owner=held.owner,
        account=held.account,
        amount=Decimal(held.amount).scaleb(-token.decimals),
        ratio=Decimal(f"{held.amount / token.supply:.4f}"),
        label="" if held.pool is None else _TAGS.get(held.pool.dex, held.pool.dex.value),
        pooled=held.pool is not None,
    )


def unknown(eye: Eye, ask: Ask, records: Sequence[Record]) -> None:
    """Expect nothing: the world has no other chain."""


TRUTHS: Truths = {
    "security:/solana/token_security": scans,
    "holders:/solana/token_security": holders,
    "security:/token_security/{chain}": unknown,
    "holders:/token_security/{chain}": unknown,
}
