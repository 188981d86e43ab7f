"""RugCheck: what its scan of a Solana token found, and the figures it stands on.

Knows that a token it has not scanned is unknown, never safe; refuses to pass on its prices, which are as old
as the scan, and lock figures of launch curves, which are full by construction.
Source: https://api.rugcheck.xyz/swagger/index.html
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

from data.errors import BadPayload, KeyRejected, NotListed, RateLimited, Unavailable, UpstreamError
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
    NAME,
    RISK_SCORE,
    RUGGED,
    SUPPLY,
    SYMBOL,
    TOKEN_PROGRAM,
    TOP10_RATIO,
    TRANSFER_FEE_RATIO,
    Authority,
)
from data.models.ids import SOL, Chain, ProviderId, TokenKey
from data.models.launch import CreatorToken, CreatorTokens
from data.models.market import Capability, Fact, Risk, RiskLevel, SecurityReport, facts
from data.providers import values
from data.providers.base import Ask, Auth, Endpoint, ErrorMap, Json, Provider, Quota
from data.providers.rugcheck import liquidity

_LEVELS = {level.value: level for level in RiskLevel}
_POOLED = {"AMM", "LOCKER"}
_TOP = 10
_SENTENCE = 200
_MOST_SIBLINGS = 1_000


def parse_report(body: Json, ask: Ask, at: datetime) -> tuple[SecurityReport, ...]:
    """Read a scan, whole or in summary; what a summary leaves out is unknown.

    Raises:
        BadPayload: the answer is no scan, or one of another token.
    """
    report = values.required_mapping(body, "report")
    if "risks" not in report or report.get("mint", ask.token.address) != ask.token.address:
        raise BadPayload("no scan of this token")
    score = values.count(report.get("score_normalised"))
    score = score if score is not None and score <= 100 else None
    rugged = report.get("rugged") if isinstance(report.get("rugged"), bool) else None
    return (
        SecurityReport(
            token=ask.token,
            risks=_risks(report),
            score=score,
            rugged=rugged,
            facts=(*facts((RISK_SCORE, score), (RUGGED, rugged)), *_facts(report, ask.token)),
            as_of=values.moment(report.get("detectedAt")),
        ),
    )


def _facts(report: Mapping[str, Json], token: TokenKey) -> tuple[Fact[object], ...]:
    mint, meta = values.mapping(report.get("token")), values.mapping(report.get("tokenMeta"))
    # The mint of native SOL keeps no count: its zero is no supply.
    raw_supply = None if token == SOL else values.raw_amount(mint.get("supply"))
    places = values.decimals(mint.get("decimals"))
    creator = values.address(report.get("creator"))
    held = values.raw_amount(report.get("creatorBalance")) if creator else None
    fee = values.mapping(report.get("transferFee")).get("pct")
    return facts(
        (SYMBOL, values.symbol(meta.get("symbol"))),
        (NAME, values.text(meta.get("name"))),
        (IMAGE_URL, values.url(values.mapping(report.get("fileMeta")).get("image"))),
        (TOKEN_PROGRAM, values.address(report.get("tokenProgram"))),
        (DECIMALS, places),
        (SUPPLY, values.units(raw_supply, places)),
        (MINT_AUTHORITY, _authority(report, "mintAuthority", "mint authority")),
        (FREEZE_AUTHORITY, _authority(report, "freezeAuthority", "freeze authority")),
        (TRANSFER_FEE_RATIO, values.share(fee)),
        (CREATOR, creator),
        (DEV_RATIO, None if held is None else values.part(Decimal(held), Decimal(raw_supply or 0))),
        (CREATOR_TOKENS, _siblings(report.get("creatorTokens"))),
        (MUTABLE, meta["mutable"] if isinstance(meta.get("mutable"), bool) else None),
        (HOLDERS, values.count(report.get("totalHolders"))),
        (TOP10_RATIO, _top_share(report, _TOP)),
        (LARGEST_RATIO, _top_share(report, 1)),
        (INSIDER_RATIO, _insider_share(report)),
        (LP_LOCKED_RATIO, liquidity.locked_share(report)),
        (LP_LOCKS, liquidity.locks(report)),
    )


def _risks(report: Mapping[str, Json]) -> tuple[Risk, ...]:
    """Read the findings; one of a level we do not know is a warning."""
    rows = map(values.mapping, values.items(report.get("risks")))
    return tuple(
        Risk(
            name=name,
            level=_LEVELS.get(values.text(row.get("level")) or "", RiskLevel.WARN),
            description=values.text(row.get("description"), _SENTENCE) or "",
            value=values.text(row.get("value")) or "",
        )
        for row in rows
        if (name := values.text(row.get("name"))) is not None
    )


def _authority(report: Mapping[str, Json], key: str, words: str) -> Authority | None:
    """Say who may act: nobody only where neither copy nor a finding says otherwise."""
    mint = values.mapping(report.get("token"))
    named = values.address(mint.get(key)) or values.address(report.get(key))
    if named is not None:
        return Authority(named)
    clear = key in mint and mint[key] is None and mint.get("isInitialized") is True
    contradicted = report.get(key) or any(words in risk.name.lower() for risk in _risks(report))
    return Authority(None) if clear and not contradicted else None


def _siblings(created: Json) -> int | None:
    """Count what a creator has made, this one among it; null says nothing, nor does what is no token."""
    if not isinstance(created, list) or not all(values.mapping(row).get("mint") for row in created):
        return None
    return len(created) + 1


def parse_created(body: Json, ask: Ask, at: datetime) -> tuple[CreatorTokens, ...]:
    """Read what else the token's creator made; a list that is not told is no answer.

    Raises:
        BadPayload: the answer is no report.
        NotListed: it does not tell.
    """
    report = values.required_mapping(body, "report")
    listed = report.get("creatorTokens")
    if not isinstance(listed, list):
        raise NotListed("what its creator made is not told")
    rows = map(values.mapping, listed[:_MOST_SIBLINGS])
    made = {
        mint: CreatorToken(mint=mint, created_at=values.moment(row.get("createdAt")))
        for row in rows
        if (mint := values.address(row.get("mint"))) is not None and mint != ask.token.address
    }
    return (CreatorTokens(creator=values.address(report.get("creator")), tokens=tuple(made.values())),)


def _insider_share(report: Mapping[str, Json]) -> Decimal | None:
    """Add up what connected wallets among the largest hold; None where they are not named."""
    if values.count(report.get("graphInsidersDetected")) == 0:
        return Decimal(0)
    rows = [values.mapping(row) for row in values.items(report.get("topHolders"))]
    shares = [values.share(row.get("pct")) for row in rows if row.get("insider") is True]
    held = sum((share for share in shares if share is not None), Decimal(0))
    return held if shares and None not in shares and held <= 1 else None


def _top_share(report: Mapping[str, Json], most: int) -> Decimal | None:
    """Add up what the largest owners hold, pools and lockers left out; None where a row is unclear."""
    known = values.mapping(report.get("knownAccounts"))
    pooled = {
        key for key, account in known.items() if values.text(values.mapping(account).get("type")) in _POOLED
    }
    held: defaultdict[str, Decimal] = defaultdict(Decimal)
    for row in map(values.mapping, values.items(report.get("topHolders"))):
        account, share = values.address(row.get("address")), values.share(row.get("pct"))
        owner = values.address(row.get("owner")) or account
        if owner is None or share is None:
            return None
        if owner not in pooled and account not in pooled:
            held[owner] += share
    largest = sorted(held.values(), reverse=True)[:most]
    total = sum(largest, Decimal(0))
    return total if largest and total <= 1 else None


def _fault(status: int, body: Json) -> UpstreamError | None:
    error = values.text(values.mapping(body).get("error"), 120)
    return Unavailable(error) if error and status < 400 else None


PROVIDER = Provider(
    id=ProviderId("rugcheck"),
    title="RugCheck",
    docs="https://api.rugcheck.xyz/swagger/index.html",
    base_url="https://api.rugcheck.xyz/v1",
    trust=0.5,
    chains={Chain.SOLANA: "solana"},
    quotas={"default": Quota(calls=1, per_s=1)},
    auth=Auth(header="X-API-KEY"),
    endpoints=(
        Endpoint(
            capability=Capability.SECURITY,
            path="/tokens/{address}/report",
            parse=parse_report,
            ttl_s=300,
            stale_s=3600,
            timeout_s=8.0,  # megabytes for a token with a thousand pools
            fields=frozenset(
                {
                    SYMBOL,
                    NAME,
                    IMAGE_URL,
                    TOKEN_PROGRAM,
                    DECIMALS,
                    SUPPLY,
                    MINT_AUTHORITY,
                    FREEZE_AUTHORITY,
                    TRANSFER_FEE_RATIO,
                    CREATOR,
                    CREATOR_TOKENS,
                    MUTABLE,
                    LARGEST_RATIO,
                    INSIDER_RATIO,
                    DEV_RATIO,
                    HOLDERS,
                    TOP10_RATIO,
                    LP_LOCKED_RATIO,
                    LP_LOCKS,
                    RISK_SCORE,
                    RUGGED,
                }
            ),
            samples=(
                "report-jto-2026-trimmed.json",
                "report-dead-liquidity-insiders.json",
                "report-pumpfun-serial-rugger-topholders-null.json",
            ),
        ),
        Endpoint(
            capability=Capability.CREATED,
            path="/tokens/{address}/report",
            parse=parse_created,
            ttl_s=300,
            stale_s=3600,
            timeout_s=8.0,
            samples=("report-pumpfun-serial-rugger-topholders-null.json",),
        ),
        Endpoint(
            capability=Capability.SECURITY,
            path="/tokens/{address}/report/summary",
            parse=parse_report,
            ttl_s=300,
            stale_s=3600,
            fields=frozenset({RISK_SCORE, TOKEN_PROGRAM}),
            samples=("report-summary-jto.json",),
        ),
    ),
    errors=ErrorMap(
        by_status={400: NotListed, 401: KeyRejected, 404: NotListed, 429: RateLimited}, in_body=_fault
    ),
)
