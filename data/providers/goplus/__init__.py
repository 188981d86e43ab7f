"""GoPlus: what its scan of a token found, on Solana and on EVM chains, and the ten largest holders.

Knows that a missing flag is unknown and never safe, that failures come with status 200, and that a trusted
token may well be mintable: both are told. Refuses batches: without a key only part of one is answered, and
each address counts. Asks without a key; the vendor's signed tokens last an hour and are not fetched.
Source: https://docs.gopluslabs.io/reference/api-overview and the models of GoPlusSecurity/goplus-sdk-python
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from data.errors import BadPayload, KeyRejected, NotListed, RateLimited, Unavailable, UpstreamError
from data.models.fields import Field
from data.models.holders import HolderList
from data.models.ids import Chain, ProviderId
from data.models.market import Capability, SecurityReport
from data.providers import values
from data.providers.base import Ask, Endpoint, ErrorMap, Json, Parser, Provider, Quota
from data.providers.goplus import evm, holders, solana

_OK = 1
_BEING_COLLECTED = 2
_CODES: Mapping[int, type[UpstreamError]] = {
    _BEING_COLLECTED: NotListed,  # half of the flags; the whole is there in a quarter of a minute
    2004: NotListed,
    2018: NotListed,
    2020: NotListed,
    2021: NotListed,
    4010: KeyRejected,
    4011: KeyRejected,
    4012: KeyRejected,
    4022: KeyRejected,
    4023: KeyRejected,
    4029: RateLimited,
    5006: BadPayload,
}


def parse_solana(body: Json, ask: Ask, at: datetime) -> tuple[SecurityReport, ...]:
    """Read the scan of a mint.

    Raises:
        BadPayload: the answer holds no scans.
        NotListed: the mint has not been scanned.
    """
    report = _report(body, ask)
    told = solana.facts_of(report)
    return (
        SecurityReport(token=ask.token, risks=solana.risks_of(report), score=None, rugged=None, facts=told),
    )


def parse_evm(body: Json, ask: Ask, at: datetime) -> tuple[SecurityReport, ...]:
    """Read the scan of a contract.

    Raises:
        BadPayload: the answer holds no scans.
        NotListed: the contract has not been scanned.
    """
    report = _report(body, ask)
    told = evm.facts_of(report, ask.chain)
    return (SecurityReport(token=ask.token, risks=evm.risks_of(report), score=None, rugged=None, facts=told),)


def parse_holders(body: Json, ask: Ask, at: datetime) -> tuple[HolderList, ...]:
    """Read the largest holders, at most ten, pools among them.

    Raises:
        BadPayload: the answer holds no scans.
        NotListed: the token has not been scanned, or no holder of it is listed.
    """
    report = _report(body, ask)
    listed = tuple(replace(row.holder, pooled=row.pooled) for row in holders.rows_of(report, ask.chain))
    if not listed:
        raise NotListed("no holders listed")
    return (HolderList(token=ask.token, holders=listed, total=values.count(report.get("holder_count"))),)


def _report(body: Json, ask: Ask) -> Mapping[str, Json]:
    """Find the scan of the token asked for; addresses of EVM chains are the keys in lower case."""
    answer = values.required_mapping(body, "answer")
    if "result" not in answer or not isinstance(answer["result"], (Mapping, type(None))):
        raise BadPayload("no scans")
    scans = values.mapping(answer["result"])
    found = next((scan for key, scan in scans.items() if values.token_on(ask.chain, key) == ask.token), None)
    if not values.mapping(found):
        raise NotListed("not scanned")
    return values.mapping(found)


def _fault(status: int, body: Json) -> UpstreamError | None:
    """Read the code, which is 1 for an answer and comes with status 200 otherwise too."""
    answer = values.mapping(body)
    code = values.count(answer.get("code"))
    if status == 429 or code is None or code == _OK:
        return None
    message = values.text(answer.get("message"), 120) or f"code {code}"
    return _CODES.get(code, Unavailable)(message)


def _scan(
    path: str, parse: Parser, chains: Iterable[Chain], fields: frozenset[Field[Any]], samples: tuple[str, ...]
) -> tuple[Endpoint, Endpoint]:
    """Declare what one address answers: the scan, and out of the same answer the holders."""
    scan = Endpoint(
        capability=Capability.SECURITY,
        path=path,
        query={"contract_addresses": "{address}"},
        parse=parse,
        ttl_s=300,
        stale_s=3600,
        timeout_s=6.0,
        fields=fields,
        chains=frozenset(chains),
        samples=samples,
    )
    return scan, replace(scan, capability=Capability.HOLDERS, parse=parse_holders, fields=frozenset())


PROVIDER = Provider(
    id=ProviderId("goplus"),
    title="GoPlus",
    docs="https://docs.gopluslabs.io/reference/api-overview",
    base_url="https://api.gopluslabs.io/api/v1",
    trust=0.5,
    chains={Chain.SOLANA: "solana", Chain.ETHEREUM: "1", Chain.BSC: "56", Chain.BASE: "8453"},
    quotas={"default": Quota(calls=30, per_s=60, burst=2)},  # without a key, an address
    endpoints=(
        *_scan(
            "/solana/token_security",
            parse_solana,
            (Chain.SOLANA,),
            solana.FIELDS,
            ("solana-token_security-usdc-trusted-but-mintable-freezable.json",),
        ),
        *_scan(
            "/token_security/{chain}",
            parse_evm,
            (Chain.ETHEREUM, Chain.BSC, Chain.BASE),
            evm.FIELDS,
            (
                "evm-token_security-1-memecoin-lp-burned.json",
                "evm-token_security-1-weth-missing-fields.json",
            ),
        ),
    ),
    errors=ErrorMap(in_body=_fault),
)
