"""GMGN: what its keyed OpenAPI knows of a token, its holders and its risks; the website's API is left alone.

Knows that each attempt needs a new time and a new id, that `data` may lie in `data` again, and that an empty
string is unknown. Refuses to read shares of volume, or of the number of wallets, as shares of the supply.
Offers no candles: they are of a token, never of a pool. The vendor is reached over IPv4 only.
Source: https://github.com/GMGNAI/gmgn-skills
"""

from __future__ import annotations

from collections.abc import Mapping

from data.errors import BadPayload, KeyRejected, NotListed, RateLimited, Unavailable, UpstreamError
from data.models.ids import ProviderId
from data.models.market import Capability
from data.providers import values
from data.providers.base import Ask, Auth, Endpoint, ErrorMap, Json, Provider, Quota
from data.providers.gmgn.lists import RANK_FIELDS, parse_holders, parse_rank
from data.providers.gmgn.reading import CHAINS, envelopes
from data.providers.gmgn.token import INFO_FIELDS, SECURITY_FIELDS, parse_info, parse_security

_MOST_LISTED = 100
_ABOUT = {"chain": "{chain}", "address": "{address}"}


def stamp(second: int, fresh_id: str) -> Mapping[str, str]:
    """Make what each attempt carries: the time, within 5 s of theirs, and an id that they have not seen."""
    return {"timestamp": str(second), "client_id": fresh_id}


def _at_most(ask: Ask) -> Mapping[str, str]:
    return {"limit": str(min(ask.limit, _MOST_LISTED))}


def _fault(status: int, body: Json) -> UpstreamError | None:
    """Read the first code of the envelopes that is not 0; a bot check has none: its status decides."""
    codes = ((row, values.count(row["code"])) for row in envelopes(body) if row.get("code") is not None)
    row, code = next(((row, code) for row, code in codes if code != 0), ({}, 0))
    words = (values.text(row.get(key), 120) for key in ("message", "msg", "error"))
    message = next((word for word in words if word), f"HTTP {status}")
    if 429 in (status, code):
        return RateLimited(message)
    if code == 0:
        return None
    if {status, code} & {401, 403}:
        return KeyRejected(message)
    if 404 in (status, code) or "not found" in message.lower():
        return NotListed(message)
    return BadPayload(message) if 400 <= status < 500 else Unavailable(message)


PROVIDER = Provider(
    id=ProviderId("gmgn"),
    title="GMGN",
    docs="https://github.com/GMGNAI/gmgn-skills",
    base_url="https://openapi.gmgn.ai",
    trust=0.6,
    chains=CHAINS,
    quotas={"default": Quota(calls=10, per_s=1, burst=5)},
    auth=Auth(header="X-APIKEY", required=True, stamp=stamp),
    endpoints=(
        Endpoint(
            capability=Capability.META,
            path="/v1/token/info",
            query=_ABOUT,
            parse=parse_info,
            ttl_s=20,
            stale_s=300,
            fields=INFO_FIELDS,
            samples=("openapi-token-info-nested-data.json",),
        ),
        Endpoint(
            capability=Capability.SECURITY,
            path="/v1/token/security",
            query=_ABOUT,
            parse=parse_security,
            ttl_s=120,
            stale_s=1800,
            fields=SECURITY_FIELDS,
        ),
        Endpoint(
            capability=Capability.HOLDERS,
            path="/v1/market/token_top_holders",
            query={**_ABOUT, "limit": "{limit}", "order_by": "amount_percentage", "direction": "desc"},
            slots=_at_most,
            parse=parse_holders,
            ttl_s=120,
            stale_s=1800,
            cost=5,
        ),
        Endpoint(
            capability=Capability.TRENDING,
            path="/v1/market/rank",
            query={
                "chain": "{chain}",
                "interval": "1h",
                "limit": "{limit}",
                "order_by": "volume",
                "direction": "desc",
            },
            slots=_at_most,
            parse=parse_rank,
            ttl_s=60,
            stale_s=600,
            fields=RANK_FIELDS,
            samples=("web-rank-swaps-eth.json",),
        ),
    ),
    errors=ErrorMap(in_body=_fault),
)
