"""Whose a holding is, as far as it is known: by its address, by the token's creator, by a vendor's suspicion.

A label may be the holder's own word, so it can accuse and never excuse: no label makes a pool of a wallet.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import replace

from core.charts.pictures import HolderKind
from core.security.known import BURNT, POOL_AUTHORITIES
from data.models.holders import Holder, HolderList
from data.models.market import Answer

_NO_WALLETS = frozenset({HolderKind.POOL, HolderKind.PROGRAM, HolderKind.BURNED})
_EVM_BURNT = frozenset(
    {"0x0000000000000000000000000000000000000000", "0x000000000000000000000000000000000000dead"}
)
_SUSPICIONS = (
    (re.compile(r"snip", re.IGNORECASE), HolderKind.SNIPER),
    (re.compile(r"insider|rat_trader|bundl", re.IGNORECASE), HolderKind.INSIDER),
    (re.compile(r"creator|deployer|\bdev(eloper)?\b", re.IGNORECASE), HolderKind.CREATOR),
)


def kind_of(
    holder: Holder, *, creator: str | None, pools: Collection[str], programs: Collection[str] = ()
) -> HolderKind:
    """Tell whose a holding is; `pools` and `programs` are addresses that are no wallets."""
    if holder.owner in BURNT or holder.owner in _EVM_BURNT:
        return HolderKind.BURNED
    if holder.pooled or holder.owner in pools or holder.owner in POOL_AUTHORITIES:
        return HolderKind.POOL
    if holder.owner in programs:
        return HolderKind.PROGRAM
    if creator is not None and holder.owner == creator:
        return HolderKind.CREATOR
    found = (kind for words, kind in _SUSPICIONS if words.search(holder.label))
    return next(found, HolderKind.HOLDER)


def clusters(holders: Iterable[tuple[Holder, HolderKind]]) -> tuple[str, ...]:
    """Name the cluster of each holding, empty for none: insiders together, and accounts of one wallet."""
    listed = tuple(holders)
    accounts = Counter(holder.owner for holder, kind in listed if kind not in _NO_WALLETS)
    return tuple(
        "Insiders"
        if kind is HolderKind.INSIDER
        else f"{holder.owner[:4]}…{holder.owner[-4:]}"
        if kind not in _NO_WALLETS and accounts[holder.owner] > 1
        else ""
        for holder, kind in listed
    )


def with_names(listed: HolderList, answers: Iterable[Answer]) -> HolderList:
    """Add what other answers say of whose a holding is, where the list is silent, with who says so."""
    said = [
        (holder, answer.source)
        for answer in answers
        for record in answer.records
        if isinstance(record, HolderList) and record.token == listed.token
        for holder in record.holders
        if holder.label or holder.pooled
    ]
    labels = {holder.owner: f"{holder.label} ({source})" for holder, source in reversed(said) if holder.label}
    pooled = {holder.owner for holder, _ in said if holder.pooled}
    holders = tuple(
        replace(
            holder,
            label=holder.label or labels.get(holder.owner, ""),
            pooled=holder.pooled or holder.owner in pooled,
        )
        for holder in listed.holders
    )
    return replace(listed, holders=holders)
