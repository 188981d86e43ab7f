"""The Token-2022 extensions of a mint, as a node prints them: who may take, stop or tax a holder's tokens.

Knows that what is not among them does not exist only where every one of them could be read.
Source: https://www.solana-program.com/docs/token-2022/extensions
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from data.models.fields import (
    CLOSE_AUTHORITY,
    DEFAULT_FROZEN,
    EXTENSIONS,
    FEE_AUTHORITY,
    MUTABLE,
    NEXT_FEE_AT,
    NEXT_FEE_EPOCH,
    NEXT_FEE_RATIO,
    NON_TRANSFERABLE,
    PAUSE_AUTHORITY,
    PERMANENT_DELEGATE,
    TRANSFER_FEE_RATIO,
    TRANSFER_HOOK,
    Authority,
    Field,
)
from data.models.market import Fact, facts
from data.providers import values
from data.providers.base import Json

FIELDS: frozenset[Field[Any]] = frozenset(
    {
        EXTENSIONS,
        TRANSFER_FEE_RATIO,
        NEXT_FEE_RATIO,
        NEXT_FEE_EPOCH,
        NEXT_FEE_AT,
        FEE_AUTHORITY,
        PERMANENT_DELEGATE,
        TRANSFER_HOOK,
        PAUSE_AUTHORITY,
        CLOSE_AUTHORITY,
        NON_TRANSFERABLE,
        DEFAULT_FROZEN,
        MUTABLE,
    }
)

_UNREADABLE = "unparseableExtension"  # the node's own word for one it does not know
_UNCLEAR = {_UNREADABLE, "uninitialized"}
_FROZEN = {"frozen": True, "initialized": False}
_BASIS_POINTS = Decimal(10_000)
SLOTS_PER_EPOCH = 432_000  # of the main network, which never had shorter ones
# What the network aims at: two days an epoch, give or take some percent.
# Source: https://docs.rs/solana-program/latest/solana_program/clock/
_SLOT_S = 0.4
_FAR_EPOCHS = 10_000  # half a century: no date is worth giving


@dataclass(frozen=True, slots=True)
class _Extensions:
    """The extensions by name; `whole` says that none of them was unreadable."""

    names: tuple[str, ...]
    states: Mapping[str, Mapping[str, Json]]
    whole: bool

    def authority(self, name: str, key: str) -> Authority | None:
        """Say who may act by an extension: nobody where there is no such extension."""
        if name not in self.states:
            return Authority(None) if self.whole else None
        return authority(self.states[name], key)


def extension_facts(
    info: Mapping[str, Json], slot: int | None, at: datetime, *, extended: bool = False
) -> tuple[Fact[Any], ...]:
    """Read the extensions of a mint's `info` as of `slot`; a mint of the older token program has none.

    An `extended` mint, whose account has room for more than a bare one, has some: where none are listed, they
    are unknown. That a name can change is read from the mint's own metadata; one without may
    be named elsewhere.
    """
    found = _read(info.get("extensions", _UNREADABLE if extended else None))
    return facts(
        (EXTENSIONS, found.names),
        *_transfer_fees(found, slot, at),
        (FEE_AUTHORITY, found.authority("transferFeeConfig", "transferFeeConfigAuthority")),
        (PERMANENT_DELEGATE, found.authority("permanentDelegate", "delegate")),
        (TRANSFER_HOOK, _transfer_hook(found)),
        (PAUSE_AUTHORITY, found.authority("pausableConfig", "authority")),
        (CLOSE_AUTHORITY, found.authority("mintCloseAuthority", "closeAuthority")),
        (NON_TRANSFERABLE, True if "nonTransferable" in found.states else _absent(found)),
        (DEFAULT_FROZEN, _default_frozen(found)),
        (MUTABLE, _mutable(found)),
    )


def authority(state: Mapping[str, Json], key: str) -> Authority | None:
    """Say who may act: null is nobody, a missing or unreadable one is unknown."""
    if key in state and state[key] is None:
        return Authority(None)
    holder = values.address(state.get(key))
    return None if holder is None else Authority(holder)


def _read(value: Json) -> _Extensions:
    """Read the list; what is no list is an extension that cannot be read, and so is one that stands twice."""
    listed = value if isinstance(value, list) else [] if value is None else [value]
    rows = [values.mapping(row) for row in listed]
    names = tuple(values.text(row.get("extension")) or _UNREADABLE for row in rows)
    states = {
        name: values.mapping(row.get("state"))
        for name, row in zip(names, rows, strict=True)
        if name not in _UNCLEAR and names.count(name) == 1
    }
    return _Extensions(names, states, whole=len(states) == len(names))


def _absent(found: _Extensions) -> bool | None:
    """Answer no for what is not there; unknown where something could not be read."""
    return False if found.whole else None


def _transfer_hook(found: _Extensions) -> Authority | None:
    """Name the program that every transfer calls; nobody only where nobody can set one either."""
    program = found.authority("transferHook", "programId")
    if program is None or not program.revoked:
        return program
    return program if found.authority("transferHook", "authority") == Authority(None) else None


def _default_frozen(found: _Extensions) -> bool | None:
    if "defaultAccountState" not in found.states:
        return _absent(found)
    return _FROZEN.get(values.text(found.states["defaultAccountState"].get("accountState")) or "")


def _mutable(found: _Extensions) -> bool | None:
    editor = authority(found.states.get("tokenMetadata", {}), "updateAuthority")
    return None if editor is None else not editor.revoked


def _transfer_fees(found: _Extensions, slot: int | None, at: datetime) -> tuple[tuple[Field[Any], Any], ...]:
    """Find the fee in force and the one that is scheduled.

    Where the epoch of either is unknown the higher one counts: a rise may be in force already.
    """
    if "transferFeeConfig" not in found.states:
        return ((TRANSFER_FEE_RATIO, Decimal(0) if found.whole else None),)
    state = found.states["transferFeeConfig"]
    older, newer = _fee(state.get("olderTransferFee")), _fee(state.get("newerTransferFee"))
    if older is None or newer is None:
        return ()
    starts = values.count(values.mapping(state.get("newerTransferFee")).get("epoch"))
    if slot is None or starts is None:
        return ((TRANSFER_FEE_RATIO, max(older, newer)),)
    if starts <= slot // SLOTS_PER_EPOCH:
        return ((TRANSFER_FEE_RATIO, newer),)
    if newer == older:
        return ((TRANSFER_FEE_RATIO, older),)
    return (
        (TRANSFER_FEE_RATIO, older),
        (NEXT_FEE_RATIO, newer),
        (NEXT_FEE_EPOCH, starts),
        (NEXT_FEE_AT, _begins_at(starts, slot, at)),
    )


def _begins_at(epoch: int, slot: int, at: datetime) -> datetime | None:
    """Estimate when an epoch begins, from the slot that was the newest at `at`."""
    if epoch - slot // SLOTS_PER_EPOCH > _FAR_EPOCHS:
        return None
    return at + timedelta(seconds=(epoch * SLOTS_PER_EPOCH - slot) * _SLOT_S)


def _fee(value: Json) -> Decimal | None:
    """Read one fee as a ratio; a ceiling of zero makes it zero."""
    fee = values.mapping(value)
    points, ceiling = values.number(fee.get("transferFeeBasisPoints")), values.count(fee.get("maximumFee"))
    if points is None or points > _BASIS_POINTS or ceiling is None:
        return None
    return points / _BASIS_POINTS if ceiling else Decimal(0)
