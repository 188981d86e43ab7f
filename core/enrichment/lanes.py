"""How a long list is asked for: each source's cheapest way through it, and the least time it takes. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Any, Protocol

from core.enrichment.plan import candidates, cover
from data.models.fields import Field
from data.models.ids import Chain, ProviderId, TokenKey
from data.providers.base import Ask, Call, Endpoint, Provider

# A source that can be asked for many coins at once is asked in no other way: that is what makes it quick.
_FEW_CALLS = 1


class PaceOf(Protocol):
    """Tells the least seconds in which a source's quota lets so much through."""

    def __call__(self, provider: Provider, quota: str, cost: int) -> float:
        """Tell the seconds from a full quota to the last call sent."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class Lane:
    """One endpoint of one source, and the coins of one chain that it is to be asked for."""

    provider: Provider
    endpoint: Endpoint
    chain: Chain

    @property
    def name(self) -> str:
        """What the lane is called where its work is kept."""
        return f"{self.provider.id} {self.chain} {self.endpoint.name}"

    def call(self, tokens: Sequence[TokenKey]) -> Call:
        """Ask for so many coins at once."""
        ask = Ask(tokens=tuple(tokens), chain=self.chain)
        return Call(provider=self.provider, endpoint=self.endpoint, ask=ask)

    def calls(self, count: int) -> int:
        """Count the calls that so many coins take."""
        return -(-count // self.endpoint.batch)


def lanes(
    tokens: Iterable[TokenKey], wanted: Set[Field[Any]], providers: Iterable[Provider]
) -> tuple[Lane, ...]:
    """Choose how every source is asked for a list, the most trusted first."""
    sample = {token.chain: token for token in tokens}
    ranked = sorted(providers, key=lambda provider: (-provider.trust, provider.id))
    return tuple(
        Lane(provider, endpoint, chain)
        for provider in ranked
        for chain, token in sorted(sample.items())
        for endpoint in _ways(provider, token, wanted)
    )


def _ways(provider: Provider, token: TokenKey, wanted: Set[Field[Any]]) -> tuple[Endpoint, ...]:
    """Take the endpoints for many at once; of a source that has none, the one that tells most."""
    endpoints = candidates(provider, token)
    many = cover(wanted, [endpoint for endpoint in endpoints if endpoint.batch > 1])
    return many or cover(wanted, endpoints)[:_FEW_CALLS]


def least_s(counts: Mapping[Lane, int], pace: PaceOf) -> dict[ProviderId, float]:
    """Tell for each source the least seconds to send what its lanes ask, all quotas full at the start."""
    spent: dict[tuple[ProviderId, str], int] = defaultdict(int)
    providers = {lane.provider.id: lane.provider for lane in counts}
    for lane, count in counts.items():
        spent[lane.provider.id, lane.endpoint.quota] += lane.calls(count) * lane.endpoint.cost
    least: dict[ProviderId, float] = {}
    for (source, quota), cost in spent.items():
        least[source] = max(least.get(source, 0.0), pace(providers[source], quota, cost))
    return least
