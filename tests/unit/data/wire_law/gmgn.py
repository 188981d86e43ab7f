"""GMGN's truths: a token's page and its risks, its holders, and ranks without live authorities."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from data.models.fields import (
    BUY_TAX_RATIO,
    BUYS,
    CHANGE,
    CIRCULATING,
    CREATED_AT,
    CREATOR,
    CREATOR_TOKENS,
    CURVE_RATIO,
    DECIMALS,
    DEV_RATIO,
    FREEZE_AUTHORITY,
    GRADUATED,
    HOLDERS,
    IMAGE_URL,
    INSIDER_RATIO,
    LAUNCHPAD,
    LIQUIDITY_USD,
    MARKET_CAP_USD,
    MINT_AUTHORITY,
    PRICE_USD,
    RISK_SCORE,
    SELL_TAX_RATIO,
    SELLS,
    SNIPER_RATIO,
    SUPPLY,
    TOP10_RATIO,
    VOLUME_USD,
    Authority,
    Span,
)
from data.models.holders import Holder
from data.models.market import Record
from data.providers.base import Ask
from data.sandbox.holders import Role
from data.sandbox.tokens import Dex, Token
from tests.unit.data.wire_law import truth
from tests.unit.data.wire_law.agreement import ANYTHING, UNSAID, Expected, Key, Near
from tests.unit.data.wire_law.truth import Eye, Truths

_CURVE_SELLS = 793_100_000
_MOST = 100
_VENUES = {
    Dex.RAYDIUM: "raydium",
    Dex.RAYDIUM_CLMM: "ray_clmm",
    Dex.ORCA: "orca",
    Dex.METEORA: "meteora_dlmm",
    Dex.PUMPSWAP: "pump_amm",
    Dex.PUMPFUN: "pump",
}
_LABELS = {Role.CREATOR: "creator", Role.INSIDER: "rat_trader"}


def info(eye: Eye, ask: Ask, records: Sequence[Record]) -> Sequence[Expected] | None:
    return truth.or_unlisted(_page(eye, token) for token in eye.known(ask))


def _page(eye: Eye, token: Token) -> Expected:
    world, mint = eye.world, token.mint
    price = world.price_usd(mint)
    seen = {span: world.token_activity(mint, span.seconds) for span in Span}
    siblings = sum(other.creator == token.creator for other in world.tokens.values())
    return {
        "token": truth.key(mint),
        **truth.named(token),
        IMAGE_URL: ANYTHING,
        **truth.links(truth.pages(token)),
        DECIMALS: token.decimals,
        SUPPLY: Near(value=token.supply_units),
        CIRCULATING: Near(value=token.supply_units),
        PRICE_USD: eye.usd(mint, price),
        MARKET_CAP_USD: eye.usd(mint, price * token.supply_units),
        LIQUIDITY_USD: _depth(eye, token),
        HOLDERS: world.holder_count(mint),
        CREATED_AT: truth.whole_second(token.pools[0].created_at) if token.pools else UNSAID,
        CREATOR: token.creator or UNSAID,
        CREATOR_TOKENS: siblings if token.creator else 0,
        TOP10_RATIO: _top10(eye, token),
        DEV_RATIO: _held(eye, token, Role.CREATOR),
        **_curve(eye, token),
        **truth.by_span(VOLUME_USD, lambda span: eye.usd(mint, seen[span].volume_usd)),
        **truth.by_span(BUYS, lambda span: seen[span].buys),
        **truth.by_span(SELLS, lambda span: seen[span].sells),
    }


def _depth(eye: Eye, token: Token) -> Near:
    """Expect the liquidity of the largest pool alone."""
    depths = [eye.world.state(pool).liquidity_usd for pool in eye.world.pools_of(token.mint)]
    return eye.usd(token.mint, max(depths, default=0.0))


def _top10(eye: Eye, token: Token) -> Near:
    held = [each.amount for each in eye.world.named_holders(token.mint) if each.role is not Role.POOL]
    return Near(value=sum(held[:10]) / token.supply)


def _held(eye: Eye, token: Token, role: Role) -> Near:
    held = (each.amount for each in eye.world.named_holders(token.mint) if each.role is role)
    return Near(value=sum(held) / token.supply)


def _curve(eye: Eye, token: Token) -> dict[Key, object]:
    if token.launchpad is None:
        return {}
    pool = token.pools[0]
    if not pool.dex.is_curve:
        return {CURVE_RATIO: Decimal(1), GRADUATED: True}
    sold = token.supply_units - eye.world.state(pool).base_reserve
    return {CURVE_RATIO: Near(value=min(1.0, max(0.0, sold / _CURVE_SELLS))), GRADUATED: False}


def security(eye: Eye, ask: Ask, records: Sequence[Record]) -> Sequence[Expected] | None:
    return truth.or_unlisted(_scan(eye, token) for token in eye.known(ask))


def _scan(eye: Eye, token: Token) -> Expected:
    fee_bps, _ = truth.transfer_fee_bps(eye.world, token)
    tax = Near(value=fee_bps / 10_000) if fee_bps else UNSAID
    minted, frozen = token.mint_authority is None, token.freeze_authority is None
    return {
        "token": truth.key(token.mint),
        "score": ANYTHING,
        RISK_SCORE: ANYTHING,
        ("risk", "Rug ratio"): ANYTHING,
        ("risk", "Mint not renounced"): UNSAID if minted else "danger",
        ("risk", "Freeze not renounced"): UNSAID if frozen else "danger",
        MINT_AUTHORITY: Authority(None) if minted else UNSAID,
        FREEZE_AUTHORITY: Authority(None) if frozen else UNSAID,
        BUY_TAX_RATIO: tax,
        SELL_TAX_RATIO: tax,
        TOP10_RATIO: _top10(eye, token),
        DEV_RATIO: _held(eye, token, Role.CREATOR),
        INSIDER_RATIO: _held(eye, token, Role.INSIDER),
    }


def holders(eye: Eye, ask: Ask, records: Sequence[Record]) -> Sequence[Expected] | None:
    """Expect every named holder, to the digit that a float holds."""
    return truth.or_unlisted(
        {"token": truth.key(token.mint), "holders": listed}
        for token in eye.known(ask)
        if (listed := _listed(eye, token, min(ask.limit, _MOST)))
    )


def _listed(eye: Eye, token: Token, most: int) -> tuple[Holder, ...]:
    return tuple(
        Holder(
            owner=each.owner,
            account=each.account,
            amount=Decimal(repr(each.amount / 10**token.decimals)),
            ratio=Decimal(repr(each.amount / token.supply)),
            label=_VENUES[each.pool.dex] if each.pool else _LABELS.get(each.role, ""),
            pooled=each.pool is not None,
        )
        for each in eye.world.named_holders(token.mint)[:most]
    )


def ranked(eye: Eye, ask: Ask, records: Sequence[Record]) -> Sequence[Expected]:
    """Expect the most traded of the hour, without money and without live authorities."""
    money = {pool.quote for pool in eye.world.pools.values()}
    clean = [
        (eye.volume(token.mint, Span.H1), token)
        for token in eye.world.tokens.values()
        if token.mint not in money and token.mint_authority is None and token.freeze_authority is None
    ]
    busy = sorted((each for each in clean if each[0] > 0), key=lambda each: -each[0])
    return [_row(eye, token) for _, token in busy[: min(ask.limit, _MOST)]]


def _row(eye: Eye, token: Token) -> Expected:
    page, hour = _page(eye, token), eye.world.token_activity(token.mint, 3_600)
    kept = (
        "token", *truth.named(token), IMAGE_URL, *truth.links({}), SUPPLY, PRICE_USD, MARKET_CAP_USD,
        LIQUIDITY_USD, HOLDERS, CREATED_AT, CREATOR, TOP10_RATIO, VOLUME_USD[Span.H1], BUYS[Span.H1],
        SELLS[Span.H1],
    )  # fmt: skip
    minutes = eye.world.token_activity(token.mint, 300).change_ratio
    return {
        **{name: page[name] for name in kept},
        LAUNCHPAD: "Pump.fun" if token.launchpad else UNSAID,
        SNIPER_RATIO: Decimal(0),
        CHANGE[Span.M5]: Near(value=minutes or 0.0),
        CHANGE[Span.H1]: Near(value=hour.change_ratio or 0.0),
    }


TRUTHS: Truths = {
    "meta:/v1/token/info": info,
    "security:/v1/token/security": security,
    "holders:/v1/market/token_top_holders": holders,
    "trending:/v1/market/rank": ranked,
}
