"""The ten largest holders of a GoPlus scan, and what they hold together, pools and locked tokens left out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from data.models.fields import LpLock
from data.models.holders import Holder
from data.models.ids import Chain
from data.providers import values
from data.providers.base import Json
from data.providers.goplus.flags import flag, fraction

_LISTED = 10
_TAG = 40
_BURNED = {
    "0x0000000000000000000000000000000000000000",
    "0x000000000000000000000000000000000000dead",
    "1nc1nerator11111111111111111111111111111111",
}
# Each owns the vaults of all pools of its program, so no pool's own address is among the holders.
_AUTHORITIES = {
    "5Q544fKrFoe6tsEbD7S8EmxGTJYAKtTVhAW5Q5pge4j1",  # Raydium
    "GpMZbSM2GgvTKHJirzeGfMFoaZ8UR2X7F4v8vHTvxFbL",  # Raydium CPMM
}
_POOL_WORDS = ("pool", "bondingcurve")


class Row(NamedTuple):
    """One holder, and whether what it holds is a pool's, or can be sold by nobody."""

    holder: Holder
    pooled: bool
    locked: bool


class Shares(NamedTuple):
    """Shares of the supply, None where unknown."""

    top10: Decimal | None = None
    largest: Decimal | None = None


def rows_of(report: Mapping[str, Json], chain: Chain) -> tuple[Row, ...]:
    """Read the holders in the vendor's order, largest first; one without an address is left out."""
    pools, names = _venues(report, chain)
    found: list[Row] = []
    for row in map(values.mapping, values.items(report.get("holders"))):
        owner = values.address_on(chain, row.get("address" if "address" in row else "account"))
        if owner is None:
            continue
        tag = values.text(row.get("tag")) or ""
        locked = owner in _BURNED or flag(row.get("is_locked")) is True
        holder = Holder(
            owner=owner,
            account=values.address_on(chain, row.get("token_account")),
            amount=values.number(row.get("balance")),
            ratio=fraction(row.get("percent")),
            label=tag or ("locked" if locked else ""),
        )
        found.append(Row(holder, owner in pools or _is_pool(tag, names), locked))
    return tuple(found)


def shares(report: Mapping[str, Json], chain: Chain) -> Shares:
    """Add up what the listed wallets hold, of a whole list of whose pools are told apart.

    Of ten rows at most, those of pools and locks do not count: a lower bound of what ten wallets hold.
    """
    rows = rows_of(report, chain)
    told = len(rows) == len(values.items(report.get("holders")))
    if not told or not _pools_are_told(report, rows, chain):
        return Shares()
    held: defaultdict[str, Decimal] = defaultdict(Decimal)
    for row in rows:
        if row.pooled or row.locked:
            continue
        if row.holder.ratio is None:
            return Shares()
        held[row.holder.owner] += row.holder.ratio
    total = sum(held.values(), Decimal(0))
    if not held or total > 1:
        return Shares()
    holders = values.count(report.get("holder_count"))
    whole = len(rows) >= (_LISTED if holders is None else min(_LISTED, holders))
    return Shares(total if whole else None, max(held.values()))


def share_of(report: Mapping[str, Json], chain: Chain, owner: str | None) -> Decimal | None:
    """Tell what one of the listed holds; who is not listed holds an unknown part."""
    found = [row.holder.ratio for row in rows_of(report, chain) if row.holder.owner == owner]
    total = sum((ratio for ratio in found if ratio is not None), Decimal(0))
    return total if found and None not in found and total <= 1 else None


def locked_share(listed: Sequence[Json], chain: Chain) -> Decimal | None:
    """Add up the parts of a pool's shares that are burned or locked; None where a row is unclear."""
    total = Decimal(0)
    for row in map(values.mapping, listed):
        part = fraction(row.get("percent"))
        locked = True if _owner(row, chain) in _BURNED else flag(row.get("is_locked"))
        if part is None or locked is None:
            return None
        total += part if locked else 0
    return total if listed and total <= 1 else None


def burned_share(listed: Sequence[Json], chain: Chain) -> Decimal | None:
    """Add up the parts of a pool's shares that nobody holds; None where the whole is unclear."""
    told = [*map(values.mapping, listed)]
    if locked_share(listed, chain) is None or any(_owner(row, chain) is None for row in told):
        return None
    rows = [row for row in told if _owner(row, chain) in _BURNED]
    return sum((fraction(row.get("percent")) or Decimal(0) for row in rows), Decimal(0))


def locks(listed: Sequence[Json], chain: Chain) -> tuple[LpLock, ...] | None:
    """Read who keeps shares of a pool and until when: of a locker's several dates the first."""
    if not listed:
        return None
    rows = [row for row in map(values.mapping, listed) if flag(row.get("is_locked")) is True]
    return tuple(
        LpLock(
            kind=values.text(row.get("tag"), _TAG) or "",
            program=owner,
            share=fraction(row.get("percent")),
            unlocks_at=min(_ends(row), default=None),
        )
        for row in rows
        if (owner := _owner(row, chain)) is not None and owner not in _BURNED
    )


def _owner(row: Mapping[str, Json], chain: Chain) -> str | None:
    return values.address_on(chain, row.get("address"))


def _ends(row: Mapping[str, Json]) -> list[datetime]:
    told = (values.mapping(each).get("end_time") for each in values.items(row.get("locked_detail")))
    return [at for each in told if (at := values.moment(each)) is not None]


def _pools_are_told(report: Mapping[str, Json], rows: Iterable[Row], chain: Chain) -> bool:
    """Ask whether a pool would be known for one.

    A pool of an EVM chain is listed by its address. On Solana a program's address may hold for it, so that
    only a pool that was found shows that pools can be.
    """
    if chain is Chain.SOLANA:
        return any(row.pooled for row in rows)
    return bool(values.items(report.get("dex"))) or flag(report.get("is_in_dex")) is False


def _venues(report: Mapping[str, Json], chain: Chain) -> tuple[set[str], tuple[str, ...]]:
    """Name the pools by address, and the exchanges they are on."""
    rows = [values.mapping(row) for row in values.items(report.get("dex"))]
    pools = {values.address_on(chain, row.get("pair") or row.get("id")) for row in rows}
    names = {_plain(values.text(row.get("name") or row.get("dex_name")) or "") for row in rows}
    return {pool for pool in pools if pool} | _AUTHORITIES, tuple(names - {""})


def _is_pool(tag: str, names: tuple[str, ...]) -> bool:
    words = _plain(tag)
    return words.startswith(names) or any(word in words for word in _POOL_WORDS)


def _plain(text: str) -> str:
    return "".join(letter for letter in text.casefold() if letter.isalnum())
